//! Programs in the style of published numerical crates.

use conservative_grad::conservative_grad;

const TOLERANCE: f64 = 1e-12;
const MAX_ITERATIONS: usize = 60;

/// Kepler's equation by Newton's method.
#[conservative_grad]
fn eccentric_anomaly(mean: f64, eccentricity: f64) -> f64 {
    let mut e = if eccentricity < 0.8 {
        mean
    } else {
        std::f64::consts::PI
    };
    for _ in 0..MAX_ITERATIONS {
        let f = e - eccentricity * e.sin() - mean;
        let slope = 1.0 - eccentricity * e.cos();
        let delta = f / slope;
        e -= delta;
        if delta.abs() < TOLERANCE {
            break;
        }
    }
    e
}

#[conservative_grad]
fn cubic(x: f64, a: f64) -> f64 {
    x * x * x + a * x - 1.0
}

/// Secant steps from a bracket that bisection narrows on constants.
#[conservative_grad]
fn root(a: f64, #[constant] lo: f64, #[constant] hi: f64) -> f64 {
    let (mut x0, mut x1) = (lo, hi);
    let (mut f0, mut f1) = (cubic(x0, a), cubic(x1, a));
    let mut iterations = 0;
    while (x1 - x0).abs() > 1e-13 && iterations < 40 {
        if f1 == f0 {
            return x1;
        }
        let x2 = x1 - f1 * (x1 - x0) / (f1 - f0);
        x0 = x1;
        f0 = f1;
        x1 = x2;
        f1 = cubic(x2, a);
        iterations += 1;
    }
    x1
}

/// Horner, with the derivative beside it.
#[conservative_grad]
fn horner(coefficients: &[f64], at: f64) -> f64 {
    let n = coefficients.len();
    let mut p = coefficients[n - 1];
    let mut dp = 0.0;
    for k in (0..n - 1).rev() {
        dp = dp * at + p;
        p = p * at + coefficients[k];
    }
    p / (1.0 + dp * dp)
}

#[conservative_grad]
fn bump(x: f64, width: f64) -> f64 {
    (-(x * x) / (width * width)).exp() + width * x
}

#[conservative_grad]
fn adaptive(
    a: f64,
    fa: f64,
    m: f64,
    fm: f64,
    b: f64,
    fb: f64,
    whole: f64,
    width: f64,
    #[constant] tol: f64,
    depth: usize,
) -> f64 {
    let lm = 0.5 * (a + m);
    let rm = 0.5 * (m + b);
    let flm = bump(lm, width);
    let frm = bump(rm, width);
    let left = (m - a) / 6.0 * (fa + 4.0 * flm + fm);
    let right = (b - m) / 6.0 * (fm + 4.0 * frm + fb);
    let delta = left + right - whole;
    if depth == 0 || delta.abs() <= 15.0 * tol {
        return left + right + delta / 15.0;
    }
    adaptive(a, fa, lm, flm, m, fm, left, width, tol / 2.0, depth - 1)
        + adaptive(m, fm, rm, frm, b, fb, right, width, tol / 2.0, depth - 1)
}

/// Adaptive Simpson.
#[conservative_grad]
fn simpson(a: f64, b: f64, width: f64, #[constant] tol: f64) -> f64 {
    let m = 0.5 * (a + b);
    let (fa, fm, fb) = (bump(a, width), bump(m, width), bump(b, width));
    let whole = (b - a) / 6.0 * (fa + 4.0 * fm + fb);
    adaptive(a, fa, m, fm, b, fb, whole, width, tol, 12)
}

/// Thomas' algorithm for a tridiagonal system; the bands follow each other in `x`.
#[conservative_grad]
fn thomas(x: &[f64], n: usize) -> f64 {
    let (lower, rest) = x.split_at(n);
    let (diag, rest) = rest.split_at(n);
    let (upper, rhs) = rest.split_at(n);
    let mut c = vec![0.0; n];
    let mut d = vec![0.0; n];
    c[0] = upper[0] / diag[0];
    d[0] = rhs[0] / diag[0];
    for i in 1..n {
        let m = 1.0 / (diag[i] - lower[i] * c[i - 1]);
        c[i] = if i + 1 < n { upper[i] * m } else { 0.0 };
        d[i] = (rhs[i] - lower[i] * d[i - 1]) * m;
    }
    for i in (0..n - 1).rev() {
        d[i] -= c[i] * d[i + 1];
    }
    let mut s = 0.0;
    for i in 0..n {
        s += d[i] * d[i];
    }
    s
}

/// LU with row pivoting; the log of the absolute determinant plus the first unknown.
#[conservative_grad]
fn solve(matrix: &[[f64; 3]; 3], rhs: &[f64; 3]) -> f64 {
    const N: usize = 3;
    let mut a = *matrix;
    let mut b = *rhs;
    let mut log_det = 0.0;
    for k in 0..N {
        let mut pivot = k;
        for i in k + 1..N {
            if a[i][k].abs() > a[pivot][k].abs() {
                pivot = i;
            }
        }
        if pivot != k {
            a.swap(pivot, k);
            b.swap(pivot, k);
        }
        log_det += a[k][k].abs().ln();
        for i in k + 1..N {
            let factor = a[i][k] / a[k][k];
            a[i][k] = 0.0;
            for j in k + 1..N {
                a[i][j] -= factor * a[k][j];
            }
            b[i] -= factor * b[k];
        }
    }
    let mut x = [0.0; N];
    for i in (0..N).rev() {
        let mut s = b[i];
        for j in i + 1..N {
            s -= a[i][j] * x[j];
        }
        x[i] = s / a[i][i];
    }
    log_det + x[0] - x[1] * x[2]
}

#[conservative_grad]
fn solve_flat(x: &[f64]) -> f64 {
    let mut m = [[0.0; 3]; 3];
    for i in 0..3 {
        for j in 0..3 {
            m[i][j] = x[3 * i + j];
        }
    }
    solve(&m, &[x[9], x[10], x[11]])
}

/// Simple, exponential and running-variance averages of a series.
#[conservative_grad]
fn averages(x: &[f64], window: usize, #[constant] alpha: f64) -> f64 {
    let n = x.len();
    let mut sma = Vec::with_capacity(n);
    let mut sum = 0.0;
    for i in 0..n {
        sum += x[i];
        if i >= window {
            sum -= x[i - window];
        }
        let count = if i < window { i + 1 } else { window };
        sma.push(sum / count as f64);
    }
    let mut ema = x[0];
    let mut mean = 0.0;
    let mut m2 = 0.0;
    for i in 0..n {
        ema = alpha * x[i] + (1.0 - alpha) * ema;
        let delta = sma[i] - mean;
        mean += delta / (i + 1) as f64;
        m2 += delta * (sma[i] - mean);
    }
    ema * mean + (m2 / (n - 1) as f64).sqrt()
}

/// The normal distribution by Abramowitz and Stegun 26.2.17.
#[conservative_grad]
fn normal_cdf(x: f64) -> f64 {
    const A: [f64; 5] = [
        0.319381530,
        -0.356563782,
        1.781477937,
        -1.821255978,
        1.330274429,
    ];
    let l = x.abs();
    let k = 1.0 / (1.0 + 0.2316419 * l);
    let mut poly = 0.0;
    let mut power = k;
    for i in 0..5 {
        poly += A[i] * power;
        power *= k;
    }
    let w = 1.0 - (-l * l / 2.0).exp() * poly / (2.0 * std::f64::consts::PI).sqrt();
    if x < 0.0 { 1.0 - w } else { w }
}

/// Black–Scholes, calls and puts.
#[conservative_grad]
fn black_scholes(s: f64, k: f64, r: f64, sigma: f64, t: f64, call: bool) -> f64 {
    assert!(t > 0.0, "expired");
    let sqrt_t = t.sqrt();
    let d1 = ((s / k).ln() + (r + 0.5 * sigma.powi(2)) * t) / (sigma * sqrt_t);
    let d2 = d1 - sigma * sqrt_t;
    let discount = (-r * t).exp();
    if call {
        s * normal_cdf(d1) - k * discount * normal_cdf(d2)
    } else {
        k * discount * normal_cdf(-d2) - s * normal_cdf(-d1)
    }
}

#[conservative_grad]
fn pendulum((angle, speed): (f64, f64), damping: f64) -> (f64, f64) {
    (speed, -angle.sin() - damping * speed)
}

#[conservative_grad]
fn rk4_step(state: (f64, f64), damping: f64, h: f64) -> (f64, f64) {
    let (x, v) = state;
    let (k1x, k1v) = pendulum((x, v), damping);
    let (k2x, k2v) = pendulum((x + 0.5 * h * k1x, v + 0.5 * h * k1v), damping);
    let (k3x, k3v) = pendulum((x + 0.5 * h * k2x, v + 0.5 * h * k2v), damping);
    let (k4x, k4v) = pendulum((x + h * k3x, v + h * k3v), damping);
    (
        x + h / 6.0 * (k1x + 2.0 * (k2x + k3x) + k4x),
        v + h / 6.0 * (k1v + 2.0 * (k2v + k3v) + k4v),
    )
}

/// A damped pendulum by RK4.
#[conservative_grad]
fn swing(angle: f64, speed: f64, damping: f64, steps: usize) -> f64 {
    let mut state = (angle, speed);
    let h = 0.05;
    for _ in 0..steps {
        state = rk4_step(state, damping, h);
    }
    0.5 * state.1 * state.1 + 1.0 - state.0.cos()
}

/// Gauss–Seidel on a small dense system until the sweep changes little.
#[conservative_grad]
fn gauss_seidel(b: &[f64], coupling: f64) -> f64 {
    let n = b.len();
    let mut x = vec![0.0; n];
    let mut sweeps = 0;
    loop {
        let mut change = 0.0_f64;
        for i in 0..n {
            let mut s = b[i];
            for j in 0..n {
                if j == i {
                    continue;
                }
                s -= coupling / (1.0 + (i as f64 - j as f64).abs()) * x[j];
            }
            let new = s / 4.0;
            change = change.max((new - x[i]).abs());
            x[i] = new;
        }
        sweeps += 1;
        if change < 1e-14 || sweeps >= 200 {
            break;
        }
    }
    let mut energy = 0.0;
    for i in 0..n {
        energy += x[i] * b[i];
    }
    energy
}

/// Natural cubic spline: the interval by bisection, the moments by a sweep.
#[conservative_grad]
fn spline(y: &[f64], at: f64, #[constant] knots: &[f64]) -> f64 {
    let n = y.len();
    let mut y2 = vec![0.0; n];
    let mut u = vec![0.0; n];
    for i in 1..n - 1 {
        let sig = (knots[i] - knots[i - 1]) / (knots[i + 1] - knots[i - 1]);
        let p = sig * y2[i - 1] + 2.0;
        y2[i] = (sig - 1.0) / p;
        let slope = (y[i + 1] - y[i]) / (knots[i + 1] - knots[i])
            - (y[i] - y[i - 1]) / (knots[i] - knots[i - 1]);
        u[i] = (6.0 * slope / (knots[i + 1] - knots[i - 1]) - sig * u[i - 1]) / p;
    }
    for k in (0..n - 1).rev() {
        y2[k] = y2[k] * y2[k + 1] + u[k];
    }
    let mut lo = 0;
    let mut hi = n - 1;
    while hi - lo > 1 {
        let mid = (hi + lo) / 2;
        if knots[mid] > at {
            hi = mid;
        } else {
            lo = mid;
        }
    }
    let h = knots[hi] - knots[lo];
    let a = (knots[hi] - at) / h;
    let b = (at - knots[lo]) / h;
    a * y[lo] + b * y[hi] + ((a * a * a - a) * y2[lo] + (b * b * b - b) * y2[hi]) * h * h / 6.0
}

/// Dynamic time warping by a full table.
#[conservative_grad]
fn warping(x: &[f64], #[constant] reference: &[f64]) -> f64 {
    let (n, m) = (x.len(), reference.len());
    let mut table = vec![vec![f64::INFINITY; m + 1]; n + 1];
    table[0][0] = 0.0;
    for i in 1..=n {
        for j in 1..=m {
            let cost = (x[i - 1] - reference[j - 1]).abs();
            let best = table[i - 1][j]
                .min(table[i][j - 1])
                .min(table[i - 1][j - 1]);
            table[i][j] = cost + best;
        }
    }
    table[n][m]
}

/// The forward algorithm of a two-state hidden Markov model, in logarithms.
#[conservative_grad]
fn log_likelihood(p: &[f64], #[constant] seen: &[usize]) -> f64 {
    let stay = 1.0 / (1.0 + (-p[0]).exp());
    let transition = [[stay, 1.0 - stay], [0.25, 0.75]];
    let emission = [[p[1], 1.0 - p[1]], [p[2], 1.0 - p[2]]];
    let mut alpha = [0.5, 0.5];
    let mut log = 0.0;
    for t in 0..seen.len() {
        let mut next = [0.0; 2];
        for j in 0..2 {
            for i in 0..2 {
                next[j] += alpha[i] * transition[i][j];
            }
            next[j] *= emission[j][seen[t]];
        }
        let total = next[0] + next[1];
        log += total.ln();
        for j in 0..2 {
            alpha[j] = next[j] / total;
        }
    }
    log
}

/// Drag of a sphere by pieces.
#[conservative_grad]
fn drag(re: f64) -> f64 {
    if re <= 0.0 {
        return 0.0;
    }
    if re < 1.0 {
        return 24.0 / re;
    }
    if re < 400.0 {
        return 24.0 / re.powf(0.646);
    }
    let log = re.log10();
    if log > 5.0 {
        return 0.18 + 0.01 * log;
    }
    0.5 + 0.1 / (1.0 + log)
}

/// Labelled loops: the first pair whose product is past a bound.
#[conservative_grad]
fn first_pair(x: &[f64], #[constant] bound: f64) -> f64 {
    let n = x.len();
    let mut found = 0.0;
    let mut weight = 1.0;
    'rows: for i in 0..n {
        for j in 0..n {
            if i == j {
                continue;
            }
            if x[i] < 0.0 {
                weight *= 0.5 - x[i];
                continue 'rows;
            }
            let product = x[i] * x[j];
            if product > bound {
                found = product.sqrt();
                break 'rows;
            }
            weight += 0.1 * product;
        }
    }
    found * weight
}

/// Givens rotations to an upper triangle.
#[conservative_grad]
fn givens(x: &[f64]) -> f64 {
    const N: usize = 3;
    let mut a = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..N {
            a[i][j] = x[N * i + j];
        }
    }
    for j in 0..N {
        for i in (j + 1..N).rev() {
            let (p, q) = (a[i - 1][j], a[i][j]);
            let r = p.hypot(q);
            if r == 0.0 {
                continue;
            }
            let (c, s) = (p / r, q / r);
            for k in j..N {
                let (upper, lower) = (a[i - 1][k], a[i][k]);
                a[i - 1][k] = c * upper + s * lower;
                a[i][k] = -s * upper + c * lower;
            }
        }
    }
    let mut product = 1.0;
    for i in 0..N {
        product *= a[i][i];
    }
    product + a[0][2] * a[1][2]
}

/// Power iteration with a Rayleigh quotient.
#[conservative_grad]
fn largest_eigenvalue(m: &[f64], n: usize) -> f64 {
    let mut v = vec![1.0; n];
    let mut lambda = 0.0;
    for _ in 0..500 {
        let mut w = vec![0.0; n];
        for i in 0..n {
            for j in 0..n {
                w[i] += 0.5 * (m[i * n + j] + m[j * n + i]) * v[j];
            }
        }
        let mut norm = 0.0;
        for i in 0..n {
            norm += w[i] * w[i];
        }
        let norm = norm.sqrt();
        let before = lambda;
        lambda = 0.0;
        for i in 0..n {
            lambda += v[i] * w[i];
            v[i] = w[i] / norm;
        }
        if (lambda - before).abs() < 1e-15 {
            break;
        }
    }
    lambda
}

/// The incomplete gamma function: a series or Lentz' continued fraction.
#[conservative_grad]
fn gamma_p(#[constant] a: f64, x: f64, #[constant] log_gamma: f64) -> f64 {
    if x < a + 1.0 {
        let mut ap = a;
        let mut del = 1.0 / a;
        let mut sum = del;
        loop {
            ap += 1.0;
            del *= x / ap;
            sum += del;
            if del.abs() < sum.abs() * 1e-16 {
                return sum * (-x + a * x.ln() - log_gamma).exp();
            }
        }
    }
    let tiny = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / tiny;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..=100 {
        let an = -(i as f64) * (i as f64 - a);
        b += 2.0;
        d = an * d + b;
        if d.abs() < tiny {
            d = tiny;
        }
        c = b + an / c;
        if c.abs() < tiny {
            c = tiny;
        }
        d = 1.0 / d;
        let delta = d * c;
        h *= delta;
        if (delta - 1.0).abs() < 1e-15 {
            break;
        }
    }
    1.0 - (-x + a * x.ln() - log_gamma).exp() * h
}

/// An explicit heat equation with two buffers.
#[conservative_grad]
fn heat(start: &[f64], diffusivity: f64, steps: usize) -> f64 {
    let n = start.len();
    let mut now = start.to_vec();
    let mut next = vec![0.0; n];
    for _ in 0..steps {
        next[0] = now[0];
        next[n - 1] = now[n - 1];
        for i in 1..n - 1 {
            next[i] = now[i] + diffusivity * (now[i - 1] - 2.0 * now[i] + now[i + 1]);
        }
        now.copy_from_slice(&next);
    }
    let mut total = 0.0;
    for i in 0..n {
        total += now[i] * now[i];
    }
    total
}

/// A list of numbers after a slice: `f(x, a)` on one flat list.
macro_rules! slice_and_number {
    ($f:path; $x:expr, $a:expr $(; $($c:expr),+)?) => {{
        use $f as f;
        let at = [&$x[..], &[$a]].concat();
        let n = at.len() - 1;
        crate::support::check(
            &at,
            |x| f(&x[..n], x[n] $(, $($c),+)?),
            |x| {
                let (value, gradient) = f::value_and_grad(&x[..n], x[n] $(, $($c),+)?);
                (value, crate::support::List::list(gradient))
            },
            |x, d| f::jvp(&x[..n], x[n] $(, $($c),+)?, &d[..n], d[n]),
        );
    }};
}

#[test]
fn roots() {
    scalars!(eccentric_anomaly; mean = 0.7, eccentricity = 0.3);
    scalars!(eccentric_anomaly; mean = 2.5, eccentricity = 0.9);
    scalars!(root; a = 1.5; 0.25, 0.75);
}

#[test]
fn polynomials_and_quadrature() {
    slice_and_number!(horner; [1.0, -0.5, 0.25, 2.0], 0.75);
    scalars!(simpson; a = -1.0, b = 2.0, width = 0.75; 1e-9);
}

#[test]
fn linear_systems() {
    let mut bands = vec![
        0.0, -1.0, -0.5, -0.25, 4.0, 3.0, 5.0, 4.5, -1.0, -0.75, -0.5, 0.0,
    ];
    bands.extend([1.0, 2.0, -1.0, 0.5]);
    list!(thomas; bands; 4);
    list!(
        solve_flat;
        [0.5, 2.0, 1.0, -3.0, 0.25, 1.5, 1.0, 1.0, -2.0, 1.0, -0.5, 0.75]
    );
    slice_and_number!(gauss_seidel; [1.0, -0.5, 2.0, 0.25], 0.75);
    list!(givens; [0.5, 2.0, 1.0, -3.0, 0.25, 1.5, 1.0, 1.0, -2.0]);
    list!(largest_eigenvalue; [2.0, 0.5, 0.25, 0.75, 1.0, -0.5, 0.0, 0.25, 0.5]; 3);
}

#[test]
fn time_series() {
    list!(averages; [1.0, 2.5, -0.5, 3.0, 0.75, 1.25]; 3, 0.3);
    list!(warping; [0.9, 2.2, 3.15, 1.3]; &[1.0, 2.0, 3.0, 2.5, 1.0]);
    list!(log_likelihood; [0.5, 0.8, 0.3]; &[0, 1, 1, 0, 0, 1]);
}

#[test]
fn finance_and_physics() {
    scalars!(black_scholes; s = 100.0, k = 95.0, r = 0.02, sigma = 0.25, t = 0.5; true);
    scalars!(black_scholes; s = 80.0, k = 95.0, r = 0.02, sigma = 0.25, t = 0.5; false);
    scalars!(swing; angle = 1.0, speed = -0.5, damping = 0.1; 40);
    slice_and_number!(heat; [0.0, 1.0, -0.5, 0.25, 0.0], 0.2; 9);
    for re in [-1.0, 0.5, 30.0, 1e4, 1e6] {
        scalars!(drag; re = re);
    }
}

#[test]
fn searches() {
    let knots = [0.0, 1.0, 2.5, 3.0, 4.0];
    slice_and_number!(spline; [1.0, -0.5, 2.0, 0.25, 1.5], 2.75; &knots);
    slice_and_number!(spline; [1.0, -0.5, 2.0, 0.25, 1.5], 0.25; &knots);
    list!(first_pair; [0.5, -1.0, 1.5, 2.0]; 0.9);
    list!(first_pair; [0.5, -1.0, 0.25, 0.75]; 0.9);
}

#[test]
fn special_functions() {
    let log_gamma = 0.284_682_870_472_919_2;
    scalars!(gamma; x = 1.75; log_gamma);
    scalars!(gamma; x = 6.5; log_gamma);
}

#[conservative_grad]
fn gamma(x: f64, #[constant] log_gamma: f64) -> f64 {
    gamma_p(2.5, x, log_gamma)
}
