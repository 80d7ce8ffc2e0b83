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

#[conservative_grad]
fn from_a_list(x: f64, z: f64) -> f64 {
    let a = [(1.0 / x) * z, z];
    if z > 0.0 { a[1] } else { a[0] }
}

#[conservative_grad]
fn in_a_branch_of_a_branch(x: f64, z: f64) -> f64 {
    if z > 0.0 {
        let y = 1.0 / x;
        let t = y * z;
        let s = if z > 5.0 { t } else { z };
        2.0 * s
    } else {
        x
    }
}

#[conservative_grad]
fn in_a_loop_of_a_branch(x: &[f64], z: f64) -> f64 {
    let mut s = 0.0;
    if z > 0.0 {
        for i in 0..x.len() {
            let t = (1.0 / x[i]) * z;
            let mut u = z;
            if x[i] > 0.0 {
                u += t * z;
            }
            s += u;
        }
    }
    s
}

#[test]
fn of_branches_in_branches() {
    assert_eq!(from_a_list::grad(0.0, 1.0), (0.0, 1.0));
    assert_eq!(from_a_list::jvp(0.0, 1.0, 1.0, 1.0), (1.0, 1.0));
    assert_eq!(in_a_branch_of_a_branch::grad(0.0, 1.0), (0.0, 2.0));
    assert_eq!(in_a_branch_of_a_branch::grad(2.0, 6.0), (-3.0, 1.0));
    let (by_x, by_z) = in_a_loop_of_a_branch::grad(&[0.0, 2.0, 0.0], 3.0);
    assert_eq!((by_x, by_z), (vec![0.0, -2.25, 0.0], 6.0));
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

/// As a published incomplete gamma function: logarithms that a maximum ignores where they are none,
/// kept in a vector.
#[conservative_grad]
fn through_a_vector(a: f64, x: f64) -> f64 {
    let a1 = a - 1.0;
    let lna1 = a1.ln();
    let mut logs = Vec::with_capacity(3);
    for j in 0..3 {
        let t = x - x * (0.2 + 0.25 * j as f64);
        logs.push(a1 * (t.ln() - lna1) - (t - a1));
    }
    let most = logs.iter().cloned().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for log in logs {
        if log - most > -700.0 {
            sum += (log - most).exp();
        }
    }
    let log = most + sum.ln();
    let value = if log < -700.0 { 0.0 } else { log.exp() };
    value.clamp(0.0, 1.0)
}

#[test]
fn of_logarithms_that_are_ignored() {
    assert_eq!(
        through_a_vector::value_and_grad(2.0, -0.5),
        (0.0, (0.0, 0.0))
    );
    let (value, pullback) = through_a_vector::vjp(2.0, -0.5);
    assert_eq!((value, pullback(1.0)), (0.0, (0.0, 0.0)));
    assert_eq!(through_a_vector::jvp(2.0, -0.5, 1.0, 1.0), (0.0, 0.0));
    let (value, (_, slope)) = through_a_vector::value_and_grad(2.0, 0.05);
    let h = 1e-6;
    let moved = |x| through_a_vector(2.0, x);
    assert!(value > 0.0 && value < 1.0);
    assert!((slope - (moved(0.05 + h) - moved(0.05 - h)) / (2.0 * h)).abs() < 1e-6);
}

/// Guards enough to be decided together: of factors that are finite, and of others whose results are not used.
#[conservative_grad]
fn together(x: &[f64], z: f64) -> f64 {
    let mut p = [z, 1.0, z * z];
    for i in 0..x.len() {
        let r = p[0] / x[i];
        let a = r * p[1] - r * p[2];
        let b = a * p[2] + r * a;
        let c = b * a * r + p[1] * b;
        if x[i] > 0.0 {
            p = [b.sin(), c.cos(), a * 0.1 + b * 0.2];
        }
    }
    p[0] + p[1] * p[2]
}

/// The same in straight-line code.
#[conservative_grad]
fn once_together(x: f64, z: f64) -> f64 {
    let r = z / x;
    let a = r * z - r * r;
    let b = a * z + r * a;
    let c = b * a * r + z * b;
    let kept = [a * b, b * c, c * a, z];
    if x > 0.0 {
        kept[0] + kept[1] + kept[2]
    } else {
        kept[3]
    }
}

/// A product of factors that overflows although each of them is finite.
#[conservative_grad]
fn overflowing(x: [f64; 3], y: [f64; 3]) -> f64 {
    let ([a, b, c], [d, e, z]) = (x, y);
    let p = a.recip() * b / e;
    let q = b.recip() * c / p;
    let r = c.recip() * d / q;
    let t = d.recip() * a / r;
    if z > 0.0 { t * q } else { a * e }
}

/// A product in an arm, whose factor is infinite where the arm is not taken.
#[conservative_grad]
fn in_one_arm(x: [f64; 3], y: [f64; 2]) -> f64 {
    let a = x[0] / x[1] / x[2];
    let mut t = y[0];
    if a > 1.0 {
        t += 1.0;
    } else {
        t *= a * a / y[1];
    }
    if a < 100.0 { t } else { x[0] }
}

/// A function whose partial is infinite beside factors that are all finite: it keeps its guard.
#[conservative_grad]
fn beside_a_singularity(x: [f64; 2], z: f64) -> f64 {
    let r = z / x[0];
    let a = r * z - r * r;
    let w = x[1].acosh();
    let b = a * z + r * a;
    let c = b * a * r + z * b;
    let kept = [a * b, b * c, c * a, w * a];
    if z > 0.0 {
        kept[0] + kept[1] + kept[2]
    } else {
        kept[3]
    }
}

#[test]
fn of_guards_that_cannot_be_decided_by_their_factors() {
    let ([by_x, by_root], by_z) = beside_a_singularity::grad([0.8, 1.0], 0.7);
    let ([expected, _], expected_by_z) = beside_a_singularity::grad([0.8, 1.5], 0.7);
    assert_eq!((by_x, by_root, by_z), (expected, 0.0, expected_by_z));
    assert_eq!(
        beside_a_singularity::vjp([0.8, 1.0], 0.7).1(1.0),
        ([by_x, 0.0], by_z)
    );
    crate::check!(beside_a_singularity([0.8, 1.5], 0.7));
    let (x, y) = ([1e-200, 0.96, 1e200], [1e-110, 1.354, -1.37]);
    let expected = ([1.354, 0.0, 0.0], [0.0, 1e-200, 0.0]);
    assert_eq!(overflowing::grad(x, y), expected);
    assert_eq!(overflowing::vjp(x, y).1(1.0), expected);
    let (x, y) = ([1.0, 1.155, 0.0], [0.559, 1.0]);
    let expected = ([1.0, 0.0, 0.0], [0.0, 0.0]);
    assert_eq!(in_one_arm::grad(x, y), expected);
    assert_eq!(in_one_arm::vjp(x, y).1(1.0), expected);
    crate::check!(overflowing([0.7, 0.9, 1.3], [0.8, 1.2, 0.5]));
    crate::check!(in_one_arm([0.7, 0.9, 1.3], [0.8, 1.2]));
}

#[test]
fn of_guards_that_are_decided_together() {
    crate::check!(together(&vec![1.1, 0.9, 1.3], 0.4));
    crate::check!(once_together(0.5, 0.7));
    let (by_x, by_z) = together::grad(&[0.5, 0.8], 0.7);
    for at in 0..3 {
        let (mut x, mut expected) = (vec![0.5, 0.8], by_x.clone());
        x.insert(at, 0.0);
        expected.insert(at, 0.0);
        assert_eq!(together::grad(&x, 0.7), (expected.clone(), by_z));
        assert_eq!(together::vjp(&x, 0.7).1(1.0), (expected, by_z));
    }
    assert_eq!(once_together::grad(0.0, 0.7), (0.0, 1.0));
    assert_eq!(once_together::vjp(0.0, 0.7).1(1.0), (0.0, 1.0));
    assert_eq!(
        once_together::grad(f64::INFINITY, 0.0),
        once_together::vjp(f64::INFINITY, 0.0).1(1.0)
    );
}
