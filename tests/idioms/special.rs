//! Special functions: ladders of `if … return`, rational approximations over const arrays, series and
//! continued fractions that stop when they have converged.

use std::f64::consts::PI;

use conservative_grad::conservative_grad;

const EPSILON: f64 = 1e-15;
const MAX_ITERATIONS: usize = 200;

const LANCZOS_G: f64 = 7.0;
const LANCZOS: [f64; 9] = [
    0.999_999_999_999_809_9,
    676.520_368_121_885_1,
    -1_259.139_216_722_402_8,
    771.323_428_777_653_1,
    -176.615_029_162_140_6,
    12.507_343_278_686_905,
    -0.138_571_095_265_720_12,
    9.984_369_578_019_572e-6,
    1.505_632_735_149_311_6e-7,
];

/// Logarithm of the gamma function.
#[conservative_grad]
pub fn ln_gamma(x: f64) -> f64 {
    if x < 0.5 {
        return (PI / (PI * x).sin()).abs().ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let mut sum = LANCZOS[0];
    for (i, c) in LANCZOS.iter().enumerate().skip(1) {
        sum += c / (x + i as f64);
    }
    let t = x + LANCZOS_G + 0.5;
    0.5 * (2.0 * PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// Evaluates a polynomial, lowest order first.
#[conservative_grad]
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |acc, &c| acc * x + c)
}

const SMALL: [f64; 5] = [
    1.128379167,
    -0.376126389,
    0.112837917,
    -0.026866171,
    0.005223978,
];
const TAIL: [f64; 5] = [
    0.254829592,
    -0.284496736,
    1.421413741,
    -1.453152027,
    1.061405429,
];

/// The error function by ranges.
#[conservative_grad]
pub fn erf(x: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    if x < 0.0 {
        return -erf(-x);
    }
    if x < 0.25 {
        return x * polynomial(&SMALL, x * x);
    }
    if x > 6.0 {
        return 1.0;
    }
    let t = 1.0 / (1.0 + 0.3275911 * x);
    1.0 - t * polynomial(&TAIL, t) * (-x * x).exp()
}

/// Derivative of `ln_gamma`: recurrence, then an asymptotic series.
#[conservative_grad]
pub fn digamma(x: f64) -> f64 {
    let mut x = x;
    let mut result = 0.0;
    while x < 6.0 {
        result -= 1.0 / x;
        x += 1.0;
    }
    let inv = x.recip();
    let inv2 = inv * inv;
    result + x.ln() - 0.5 * inv - inv2 * (1.0 / 12.0 - inv2 * (1.0 / 120.0 - inv2 / 252.0))
}

/// The principal branch of Lambert's W by Halley's method.
#[conservative_grad]
pub fn lambert_w(z: f64) -> f64 {
    let mut w = if z < 1.0 { z } else { z.ln() };
    for _ in 0..MAX_ITERATIONS {
        let e = w.exp();
        let f = w * e - z;
        let step = f / (e * (w + 1.0) - (w + 2.0) * f / (2.0 * w + 2.0));
        w -= step;
        if step.abs() <= 1e-12 * w.abs().max(1.0) {
            break;
        }
    }
    w
}

/// Continued fraction of the incomplete beta function by Lentz's method.
#[conservative_grad]
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let tiny = 1e-300;
    let (qab, qap, qam) = (a + b, a + 1.0, a - 1.0);
    let mut c = 1.0;
    let mut d = 1.0 - qab * x / qap;
    if d.abs() < tiny {
        d = tiny;
    }
    d = 1.0 / d;
    let mut h = d;
    for m in 1..=MAX_ITERATIONS {
        let m = m as f64;
        let m2 = 2.0 * m;
        let aa = m * (b - m) * x / ((qam + m2) * (a + m2));
        d = 1.0 + aa * d;
        if d.abs() < tiny {
            d = tiny;
        }
        c = 1.0 + aa / c;
        if c.abs() < tiny {
            c = tiny;
        }
        d = 1.0 / d;
        h *= d * c;
        let aa = -(a + m) * (qab + m) * x / ((a + m2) * (qap + m2));
        d = 1.0 + aa * d;
        if d.abs() < tiny {
            d = tiny;
        }
        c = 1.0 + aa / c;
        if c.abs() < tiny {
            c = tiny;
        }
        d = 1.0 / d;
        let del = d * c;
        h *= del;
        if (del - 1.0).abs() < EPSILON {
            break;
        }
    }
    h
}

/// The regularised incomplete beta function.
#[conservative_grad]
pub fn beta_inc(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let ln_front = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln();
    let front = ln_front.exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, 1.0 - x) / b
    }
}

const J0_P: [f64; 6] = [
    57568490574.0,
    -13362590354.0,
    651619640.7,
    -11214424.18,
    77392.33017,
    -184.9052456,
];
const J0_Q: [f64; 6] = [
    57568490411.0,
    1029532985.0,
    9494680.718,
    59272.64853,
    267.8532712,
    1.0,
];

/// Bessel function of the first kind of order zero, by two ranges.
#[conservative_grad]
pub fn bessel_j0(x: f64) -> f64 {
    let ax = x.abs();
    if ax < 8.0 {
        let y = x * x;
        return polynomial(&J0_P, y) / polynomial(&J0_Q, y);
    }
    let z = 8.0 / ax;
    let y = z * z;
    let xx = ax - 0.785398164;
    let p = 1.0 + y * (-0.1098628627e-2 + y * (0.2734510407e-4 + y * -0.2073370639e-5));
    let q = -0.1562499995e-1 + y * (0.1430488765e-3 + y * (-0.6911147651e-5 + y * 0.7621095161e-6));
    let (sin, cos) = xx.sin_cos();
    (0.636619772 / ax).sqrt() * (cos * p - z * sin * q)
}

#[test]
fn values() {
    assert!((ln_gamma(5.0) - 24f64.ln()).abs() < 1e-12);
    assert!((ln_gamma(0.25) - 3.625_609_908_221_908f64.ln()).abs() < 1e-12);
    assert!((erf(1.0) - 0.842_700_792_949_715).abs() < 1e-6);
    assert_eq!(erf(-7.0), -1.0);
    assert!((digamma(1.0) + 0.577_215_664_901_532_9).abs() < 1e-8);
    assert!((lambert_w(1.0) - 0.567_143_290_409_783_8).abs() < 1e-12);
    assert!((beta_inc(2.0, 3.0, 0.4) - 0.5248).abs() < 1e-10);
    assert!((bessel_j0(1.0) - 0.765_197_686_557_967).abs() < 1e-7);
    assert!((bessel_j0(10.0) + 0.245_935_764_451_348).abs() < 1e-7);
}

#[test]
fn gradients() {
    check!(ln_gamma(3.7));
    check!(ln_gamma(0.3));
    check!(ln_gamma(-1.3));
    check!(erf(0.2));
    check!(erf(-0.7));
    check!(erf(6.5));
    check!(digamma(0.4));
    check!(digamma(8.0));
    check!(lambert_w(0.5));
    check!(lambert_w(4.0));
    check!(beta_inc(2.5, 3.25, 0.3));
    check!(beta_inc(2.5, 3.25, 0.8));
    check!(bessel_j0(2.5));
    check!(bessel_j0(-11.0));
}

/// What mathematics says of them.
#[test]
fn derivatives_are_known_functions() {
    assert!((ln_gamma::grad(7.5) - digamma(7.5)).abs() < 1e-8);
    let w = lambert_w(2.0);
    assert!((lambert_w::grad(2.0) - w / (2.0 * (1.0 + w))).abs() < 1e-10);
}
