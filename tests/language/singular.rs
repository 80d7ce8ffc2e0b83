//! Infinite partials behind adjoints of 0: a branch that was not taken, an element that nobody reads,
//! another number of the result. The derivative is 0 there, in both modes.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn capped(x: f64) -> f64 {
    (1.0 / x).min(5.0)
}

#[conservative_grad]
fn floored(x: f64) -> f64 {
    x.ln().max(-3.0) + (-x).sqrt().max(0.0)
}

#[conservative_grad]
fn branched(x: f64, z: f64) -> f64 {
    let y = z.recip();
    let t = (x * y).sin();
    if z > 0.0 { t } else { x }
}

#[conservative_grad]
fn ratio(x: f64, z: f64) -> f64 {
    (x / z).clamp(-1.0, 1.0) + (x * (1.0 / z)).min(5.0)
}

#[conservative_grad]
fn overflown(x: f64, k: f64) -> f64 {
    (x.exp() * k).min(10.0)
}

#[test]
fn of_operations_whose_value_is_not_taken() {
    assert_eq!(capped::grad(0.0), 0.0);
    assert_eq!(capped::jvp(0.0, 1.0), (5.0, 0.0));
    assert_eq!(floored::grad(0.0), 0.0);
    assert_eq!(floored::jvp(0.0, 1.0), (-3.0, 0.0));
    assert_eq!(floored::grad(0.5), 2.0);
    assert_eq!(branched::grad(1.0, 0.0), (1.0, 0.0));
    assert_eq!(branched::jvp(1.0, 0.0, 1.0, 1.0), (1.0, 1.0));
    assert_eq!(ratio::grad(1.0, 0.0), (0.0, 0.0));
    assert_eq!(ratio::jvp(1.0, 0.0, 1.0, 1.0), (6.0, 0.0));
    assert_eq!(overflown::grad(1000.0, 2.0), (0.0, 0.0));
}

/// The log-likelihood of one class: the others may have the probability 0.
#[conservative_grad]
fn log_of_one(p: &[f64], label: usize) -> f64 {
    let mut logs = vec![0.0; p.len()];
    for i in 0..p.len() {
        logs[i] = p[i].ln();
    }
    -logs[label]
}

#[test]
fn of_elements_that_nobody_reads() {
    assert_eq!(log_of_one::grad(&[0.0, 0.5, 0.5], 1), [0.0, -2.0, 0.0]);
}

#[conservative_grad]
fn two(x: f64) -> [f64; 2] {
    [x * x + 3.0 * x, 1.0 / x]
}

#[conservative_grad]
fn apart(x: f64, z: f64) -> f64 {
    x + z.powf(0.5)
}

#[test]
fn of_other_results_and_other_directions() {
    assert_eq!(two::vjp(0.0).1([1.0, 0.0]), 3.0);
    assert_eq!(two::jacobian(0.0), [3.0, f64::NEG_INFINITY]);
    assert_eq!(apart::jvp(1.0, 0.0, 1.0, 0.0), (1.0, 1.0));
}

#[conservative_grad]
fn inner(x: f64) -> f64 {
    1.0 / x + x.ln()
}

#[conservative_grad]
fn outer(x: f64) -> f64 {
    if x > 0.0 {
        inner(x)
    } else {
        inner(x * x).max(7.0).min(7.0) + x
    }
}

#[test]
fn through_calls() {
    assert_eq!(outer::grad(0.0), 1.0);
    assert_eq!(outer::jvp(0.0, 1.0).1, 1.0);
}

/// What is not known does not become 0.
#[conservative_grad]
fn unknown(x: f64, y: f64) -> f64 {
    (x / y) * y.ln()
}

#[test]
fn of_adjoints_that_are_not_zero() {
    assert!(unknown::grad(1.0, -1.0).1.is_nan());
    assert_eq!(capped::grad(f64::INFINITY), -0.0);
    assert_eq!(two::vjp(0.0).1([1.0, 1.0]), f64::NEG_INFINITY);
    assert!(two::vjp(0.5).1([f64::NAN, 1.0]).is_nan());
}
