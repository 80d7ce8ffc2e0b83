//! Recorded loops in which a decision passes the adjoint on to one side: what follows from it is skipped for the other one.

use conservative_grad::{Real, conservative_grad};

/// A price that is held or paid out, from the end backwards.
#[conservative_grad]
fn option(x: &[f64]) -> f64 {
    let n = x.len();
    let rise = (0.1 * x[n - 1]).exp();
    let p = (1.1 - 1.0 / rise) / (rise + 1.0 / rise);
    let discount = (-0.1 * x[0]).exp();
    let mut value = vec![0.0; n + 1];
    for j in 0..n {
        value[j] = (1.5 - x[j]).max(0.0);
    }
    for t in (0..n).rev() {
        let mut price = 0.4 + x[0];
        for j in 0..t + 1 {
            let held = discount * (p * value[j + 1] + (1.0 - p) * value[j] * x[j]);
            value[j] = held.max(1.5 - price);
            price *= rise;
        }
    }
    value[0]
}

/// The other way round, with a quotient that is infinite where it is not taken.
#[conservative_grad]
fn limited(x: &[f64]) -> f64 {
    let mut state = 1.0;
    for i in 0..x.len() {
        let gap = if i % 3 == 0 { 0.0 } else { x[i] - 0.1 };
        let steep = x[i] * state / gap;
        let scaled = steep * steep * x[0] + state * steep;
        state = scaled.min(2.0 + x[i] * state * 0.1);
    }
    state
}

/// One decision in the consequences of another one.
#[conservative_grad]
fn nested(x: &[f64]) -> f64 {
    let rate = (-0.2 * x[0]).exp();
    let mut state = 0.5;
    let mut sum = 0.0;
    for i in 0..x.len() {
        let inner = (x[i] * state * rate - 0.4 * rate).max(state * rate * x[0]);
        let outer = (inner * x[i] * rate + state * inner).min(1.0 + x[i] * inner * inner * rate);
        sum += outer * x[0] * inner;
        state = outer * 0.8 + 0.1 * sum;
    }
    state * sum
}

/// What the decision passes on is read again behind what follows from it.
#[conservative_grad]
fn read_again(x: &[f64]) -> f64 {
    let rate = (-0.3 * x[0]).exp();
    let mut a = 1.0;
    let mut b = 0.5;
    for i in 0..x.len() {
        let t = (a * x[i] * b * rate).max(0.7);
        b = (b * t * rate + x[i] * a * t * rate).min(3.0);
        a = 0.5 * t + 0.2 * a * b;
    }
    a * b
}

#[conservative_grad]
fn raised<T: Real>(x: &[T], half: T) -> T {
    let rate = (x[0] * half).exp();
    let mut state = half;
    for i in 0..x.len() {
        let grown = (x[i] * state * rate - half * rate).max(state * rate * x[0] + rate * x[i]);
        state = (grown * rate * half + state * grown * rate).max(half * x[i]) + x[i] * state * half;
    }
    state
}

mod tests {
    check_all!(
        option from 1,
        limited from 1,
        nested from 1,
        read_again from 1,
    );
}

#[conservative_grad]
fn clipped(x: &[f64]) -> f64 {
    let mut state = 1.0;
    for i in 0..x.len() {
        let root = x[i].sqrt();
        state = (state * root * root * 0.5 + root * state).min(0.25 * state);
    }
    state
}

/// At 0 the root is steep: where it is taken it counts, where it is not it must not.
#[test]
fn ties_and_poles() {
    let gradient = clipped::grad(&[0.0, 1.0]);
    assert_eq!(gradient, [0.0, 0.0]);
    let gradient = clipped::grad(&[1.0, 4.0, f64::NAN]);
    assert_eq!(gradient.len(), 3);
    assert_eq!(clipped::grad(&[1.0, 9.0]), [0.0, 0.0]);
}

#[test]
fn in_both_precisions() {
    let x = [0.3, -0.2, 0.5, 0.4];
    let (double, half) = raised::grad(&x, 0.5);
    crate::check("raised", |x| raised(x, 0.5), &x, &double);
    let (single, _) = raised::grad(&x.map(|x| x as f32), 0.5_f32);
    for (a, b) in single.iter().zip(&double) {
        assert!(
            (f64::from(*a) - b).abs() < 1e-5 * (1.0 + b.abs()),
            "{a} {b}"
        );
    }
    assert!(half.is_finite());
}
