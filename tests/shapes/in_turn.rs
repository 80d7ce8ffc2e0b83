//! Loops whose iterations wait for each other: long sums of adjoints that are handed on, and guards that are branches.

use conservative_grad::conservative_grad;

/// Every state takes part in every other one, with both signs.
#[conservative_grad]
fn three_states(x: &[f64]) -> f64 {
    let (mut a, mut b, mut c) = (x[0], x[1], 0.5);
    for i in 0..x.len() {
        let p = b - a;
        let q = a * (x[i] - c) - b;
        let r = a * b - 0.7 * c;
        a += 0.1 * p;
        b += 0.1 * q - 0.02 * a * c;
        c += 0.1 * r;
    }
    a * a - b * c
}

/// What is added is taken away in part.
#[conservative_grad]
fn one_state(x: &[f64]) -> f64 {
    let mut a = 0.3;
    for i in 0..x.len() {
        a = a * x[i] - a * a * 0.2 + 0.1 * a - (0.3 * a).sin() + x[i] / (1.0 + a * a);
    }
    a
}

/// Elimination and substitution, the states in arrays.
#[conservative_grad]
fn substitution(x: &[f64]) -> f64 {
    let n = x.len();
    let mut f = vec![0.0; n];
    let mut y = vec![0.0; n];
    f[0] = 0.3 / (2.0 + x[0]);
    y[0] = x[0] / (2.0 + x[0]);
    for i in 1..n {
        let pivot = 2.0 + x[i] - 0.4 * f[i - 1] + 0.1 * f[i - 1] * y[i - 1];
        f[i] = 0.3 / pivot;
        y[i] = (x[i] - x[i - 1] * y[i - 1]) / pivot;
    }
    for i in (0..n - 1).rev() {
        y[i] -= f[i] * y[i + 1];
    }
    y[0] * y[0] + y[n - 1]
}

/// States that change places: the adjoint of one is made of that of another, which has its own new value by then.
#[conservative_grad]
fn exchanged(x: &[f64]) -> f64 {
    let (mut a, mut b) = (1.0, 0.5);
    for i in 0..x.len() {
        let before = a;
        a = b;
        b = before * x[i];
    }
    2.0 * a + b
}

#[conservative_grad]
fn handed_round(x: &[f64]) -> f64 {
    let (mut a, mut b, mut c) = (1.0, 0.5, 0.25);
    for i in 0..x.len() {
        (a, b, c) = (b * x[i], c + 0.5, a * (0.3 * x[i]));
    }
    a + 2.0 * b - 3.0 * c
}

/// The quotient of the last step has no adjoint, and an infinite partial.
#[conservative_grad]
fn a_pole_that_nobody_reads(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![1.0; n + 1];
    for i in 0..n {
        y[i + 1] = y[i] / x[i];
    }
    y[n - 1]
}

mod tests {
    check_all! {
        three_states from 2,
        one_state from 0,
        substitution from 1,
        exchanged from 0,
        handed_round from 0,
    }

    #[test]
    fn a_pole_that_nobody_reads() {
        let x = [2.0, 4.0, 0.5, 0.0];
        let (value, gradient) = super::a_pole_that_nobody_reads::value_and_grad(&x);
        assert_eq!(value, 0.25);
        assert_eq!(gradient, [-0.125, -0.0625, -0.5, 0.0]);
        let (_, pullback) = super::a_pole_that_nobody_reads::vjp(&x);
        assert_eq!(pullback(1.0), gradient);
    }
}
