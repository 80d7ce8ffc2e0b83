//! `as`, constants, generic const parameters, lifetimes.

use conservative_grad::conservative_grad;

const GAIN: f64 = 1.5;
const TABLE: [f64; 3] = [0.5, 2.0, 1.0];
static OFFSET: f64 = 0.25;

mod constants {
    pub(crate) const RATE: f64 = 0.75;
    pub(crate) const STEPS: usize = 3;
}

reals! { integers_as_numbers ($ T grad): f(0.5, const 3, const -2, const true); {
    #[$grad]
    pub fn f(x: $T, n: usize, k: i32, flag: bool) -> $T {
        let mut s = x * n as $T;
        for i in 0..n {
            s += x * (i as $T + 0.5) / n as $T;
            s *= (k as $T) * x + (i * n) as $T;
        }
        let m = n + 1;
        s + m as $T * x + u8::from(flag) as $T * x
    }
} }

reals! { local_constants ($ T grad): f(0.5); {
    const OUTER: $T = 3.0;
    #[$grad]
    pub fn f(x: $T) -> $T {
        const SLOPE: $T = 2.0;
        const N: usize = 2;
        const WEIGHTS: [$T; N] = [0.5, 0.25];
        let mut s = SLOPE * x;
        for i in 0..N {
            s += WEIGHTS[i] * x * s;
        }
        s * OUTER + $T::EPSILON * x + std::$T::consts::PI * x + core::$T::consts::E
    }
} }

#[conservative_grad]
fn constants_of_the_module(x: f64) -> f64 {
    let mut s = x;
    for i in 0..constants::STEPS {
        s = s * constants::RATE + TABLE[i] * x;
    }
    s * GAIN + OFFSET * x * self::constants::RATE
}

#[conservative_grad]
fn widened(x: f32, w: &[f32]) -> f64 {
    let mut s = 0.0_f64;
    for i in 0..w.len() {
        s += x as f64 * w[i] as f64;
    }
    s * f64::from(x)
}

#[conservative_grad]
fn narrowed(x: f64, y: f32) -> f32 {
    let a = (x * x) as f32;
    a * y + x as f32
}

#[conservative_grad]
fn sum_of<const N: usize>(x: &[f64; N], a: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..N {
        s += x[i] * a * (i + N) as f64;
    }
    s * s
}

#[conservative_grad]
fn matrix_vector<const R: usize, const C: usize>(m: &[[f64; C]; R], v: &[f64; C]) -> [f64; R] {
    let mut y = [0.0; R];
    for i in 0..R {
        for j in 0..C {
            y[i] += m[i][j] * v[j];
        }
    }
    y
}

#[conservative_grad]
fn generic_caller<const N: usize>(x: &[f64; N]) -> f64 {
    sum_of::<N>(x, x[0]) + sum_of(x, 2.0)
}

#[conservative_grad]
fn with_lifetimes<'a, 'b: 'a>(x: &'a [f64], y: &'b [f64], _name: &'a str) -> f64 {
    let part: &'a [f64] = &x[1..];
    part[0] * y[0] + x[0]
}

#[conservative_grad]
fn with_a_where_clause<'a, const N: usize>(x: &'a [f64; N]) -> f64
where
    'a: 'a,
{
    x[0] * x[N - 1]
}

#[conservative_grad]
fn wide_square(x: f64) -> f64 {
    x * x
}

/// What is cast to `f32` is no `f32`, also where a call alone tells.
#[conservative_grad]
fn narrowed_calls(x: f32, #[constant] n: f64) -> f32 {
    let c = wide_square(n) as f32;
    c * x * wide_square(0.5) as f32 + wide_square(x as f64) as f32
}

#[test]
fn calls_that_are_narrowed() {
    assert_eq!(narrowed_calls::value_and_grad(0.5, 3.0), (1.375, 3.25));
    assert_eq!(narrowed_calls::vjp(0.5, 3.0).1(2.0), 6.5);
    assert_eq!(narrowed_calls::jvp(0.5, 3.0, 1.0), (1.375, 3.25));
}

#[test]
fn agree() {
    check!(constants_of_the_module(0.5));
    check!(widened(0.5_f32, &[1.0_f32, 2.0]));
    check!(narrowed(0.5, 2.0_f32));
    check!(sum_of(&[0.5, 2.0, 1.0], 0.25));
    check!(matrix_vector(&[[0.5, 2.0, 1.0], [0.25, -1.0, 3.0]], &[1.0, 2.0, 3.0]) -> many);
    check!(generic_caller(&[0.5, 2.0, 1.0]));
    check!(with_lifetimes(&[0.5, 2.0], &[1.5], const "name"));
    check!(with_a_where_clause(&[0.5, 2.0, 1.0]));
    assert_eq!(sum_of::grad::<2>(&[1.0, 1.0], 1.0).1, 50.0);
}

#[conservative_grad]
fn through_tables(x: f64) -> f64 {
    const LOW: [f64; 3] = [1.0, 2.0, 3.0];
    const HIGH: &[f64] = &[0.5, -1.0];
    static PAIRS: [(f64, i32); 2] = [(1.0, 3), (2.0, 2)];
    let horner = |c: &[f64], x: f64| c.iter().rev().fold(0.0, |sum, k| sum * x + k);
    let table = &LOW;
    let mut sum = 0.0;
    for c in table {
        sum += c * x;
    }
    let series = |c: &[(f64, i32)]| c.iter().map(|&(c, n)| c * x.powi(n)).sum::<f64>();
    sum + horner(&LOW, x) + horner(HIGH, x) + series(&PAIRS)
}

#[test]
fn references_to_tables_are_run_over() {
    // 6x + (1 + 2x + 3x²) + (1/2 - x) + (x³ + 2x²)
    let (value, slope) = through_tables::value_and_grad(2.0);
    assert_eq!(value, through_tables(2.0));
    assert_eq!((value, slope), (43.5, 39.0));
    assert_eq!(through_tables::jvp(2.0, 1.0), (43.5, 39.0));
}

const LOW: [f64; 3] = [1.0, 2.0, 3.0];
const HIGH: [f64; 3] = [0.5, -1.0, 1.5];

fn table_of(k: usize) -> &'static [f64] {
    if k > 1 { &LOW } else { &HIGH[..2] }
}

/// Sums of a table that depends on `x`, by itself and in pairs.
#[conservative_grad]
fn one_of_two_tables(x: f64, k: usize) -> f64 {
    let one: &[f64] = if x > 3.0 { &LOW } else { &HIGH };
    let other = match k {
        0 => &LOW,
        _ => &HIGH,
    };
    let (numerator, scale): (&[f64], f64) = if x > 3.0 { (&LOW, x) } else { (&HIGH, 2.0) };
    let (p, q) = if x > 3.0 {
        (&LOW, &HIGH)
    } else {
        (&HIGH, &LOW)
    };
    let third: &[f64] = table_of(k);
    let horner = |c: &[f64]| c.iter().fold(0.0, |sum, c| sum * x + c);
    let mut sum = 0.0;
    for c in one {
        sum += c * x * x;
    }
    sum + other[1] * x + scale * numerator[2] + horner(p) / horner(q) + horner(third)
}

#[test]
fn tables_are_chosen() {
    for (x, k) in [(0.5, 0), (0.5, 2), (4.0, 1), (4.0, 2)] {
        let (value, slope) = one_of_two_tables::value_and_grad(x, k);
        assert_eq!(value, one_of_two_tables(x, k));
        let (same, tangent) = one_of_two_tables::jvp(x, k, 1.0);
        assert_eq!(same, value);
        approx::assert_relative_eq!(tangent, slope, max_relative = 1e-14);
        let step = 1e-6;
        let f = |x| one_of_two_tables(x, k);
        approx::assert_relative_eq!(
            slope,
            (f(x + step) - f(x - step)) / (2.0 * step),
            max_relative = 1e-7
        );
    }
}

#[conservative_grad]
fn parts_of_tables(x: f64, n: usize) -> f64 {
    let horner = |c: &[f64]| c.iter().fold(0.0, |sum, c| sum * x + c);
    let mut sum = horner(&LOW[1..]) + horner(&HIGH[..n]) * LOW[1..].len() as f64;
    for c in &HIGH[n..=2] {
        sum += c * x;
    }
    for (i, c) in HIGH[1..=n].iter().enumerate() {
        sum += c * x.powi(i as i32);
    }
    let (short, scale) = match n {
        0 => (&LOW[..], 2.0),
        _ => (&HIGH[n..], x),
    };
    let mean: f64 = LOW[..2].iter().sum();
    sum + mean * x + LOW[1..][0] * x + short[0] * scale
}

#[test]
fn tables_are_cut() {
    for n in 0..3 {
        let (value, slope) = parts_of_tables::value_and_grad(1.5, n);
        assert_eq!(value, parts_of_tables(1.5, n));
        let f = |x| parts_of_tables(x, n);
        approx::assert_relative_eq!(
            slope,
            (f(1.5 + 1e-6) - f(1.5 - 1e-6)) / 2e-6,
            max_relative = 1e-8
        );
    }
}

/// Constants of `f64` that are integers.
#[conservative_grad]
fn integers_of_f64(x: f64) -> f64 {
    let limit = f64::MAX_EXP / 512 + f64::RADIX as i32;
    let mut s = x;
    for k in 0..limit {
        s += x.powi(k) / f64::from(f64::DIGITS);
    }
    s
}

#[test]
fn integers_of_f64_are_integers() {
    check!(integers_of_f64(0.75));
}

const STEEP: f64 = 1.0;
const FLAT: f64 = 0.125;

/// A test that has a name chooses between constants.
#[conservative_grad]
fn chosen_constant(x: f64) -> f64 {
    let above = x > 0.0;
    let slope = if above { STEEP } else { FLAT };
    slope * x
}

#[test]
fn constants_are_chosen_by_a_test() {
    check!(chosen_constant(0.75));
    check!(chosen_constant(-0.75));
}
