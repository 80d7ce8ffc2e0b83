//! Quotients by a number of things: `1.0 / n as f64` is infinite only where `n` is 0, and there no loop over `0..n` runs. What is
//! known not to be infinite needs no guard; what may be is guarded as ever, so that an adjoint of 0 stays 0.

use conservative_grad::conservative_grad;

/// The step is used in the loop and outside of it, where `n` may be 0.
#[conservative_grad]
fn outside_of_the_loop(x: &[f64], n: usize) -> f64 {
    let h = 2.0 / n as f64;
    let mut s = 0.0;
    for _ in 0..n {
        s += (h * x[0]).sin();
    }
    s + (h * x[1]).min(5.0)
}

/// `0..n` tells that `n` is at least 1, and `n - 1` may be 0.
#[conservative_grad]
fn one_less(x: &[f64], n: usize) -> f64 {
    let h = 1.0 / (n - 1) as f64;
    let mut a = vec![0.0; n];
    for i in 0..n {
        a[i] = (h * x[i]).min(5.0);
    }
    a.iter().sum()
}

/// In the inner loop, `n - 1` is at least 1.
#[conservative_grad]
fn in_the_inner_loop(x: &[f64], n: usize) -> f64 {
    let h = 1.0 / (n - 1) as f64;
    let mut a = vec![0.0; n];
    for i in 1..n {
        for j in 0..i {
            a[i] += (h * x[i]).max(h * x[j]);
        }
    }
    a.iter().sum()
}

/// The number is the counter itself, which begins with 0.
#[conservative_grad]
fn by_the_counter(x: &[f64], n: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..n {
        let w = 1.0 / i as f64;
        s += (w * x[i]).min(5.0);
    }
    s
}

#[conservative_grad]
fn by_the_counter_from_one(x: &[f64], n: usize) -> f64 {
    let mut s = 0.0;
    for i in (1..n).rev() {
        let w = 1.0 / i as f64;
        s += (w * x[i]).min(0.25) + (x[0] / (i + 1) as f64).max(0.12);
    }
    s
}

/// An inclusive range runs for `n` equal to 0.
#[conservative_grad]
fn inclusive(x: &[f64], n: usize) -> f64 {
    let h = 1.0 / n as f64;
    let mut s = 0.0;
    for i in 0..=n {
        s += (h * x[i]).min(5.0);
    }
    s
}

/// So does a range to one more.
#[conservative_grad]
fn to_one_more(x: &[f64], n: usize) -> f64 {
    let h = 1.0 / n as f64;
    let mut s = 0.0;
    for i in 0..n + 1 {
        s += (h * x[i]).min(5.0);
    }
    s
}

/// And what is known of `n - 1` is known of `n`.
#[conservative_grad]
fn to_one_less(x: &[f64], n: usize) -> f64 {
    let (h, w) = (1.0 / (n - 1) as f64, 1.0 / n as f64);
    let mut s = 0.0;
    for i in 0..n - 1 {
        s += (h * x[i]).max(w * x[i + 1]);
    }
    s
}

/// Begins below 0.
#[conservative_grad]
fn from_below(x: &[f64], n: i32) -> f64 {
    let h = 1.0 / n as f64;
    let mut s = 0.0;
    for k in -2..n {
        s += (h * x[0]).min(5.0) + 0.1 * k as f64 * x[1];
    }
    s
}

/// Made in the loop, kept in an array, and read where nothing is known of `n`.
#[conservative_grad]
fn through_memory(x: &[f64], n: usize) -> f64 {
    let mut steps = vec![1.0; 2];
    steps[0] = 1.0 / n as f64;
    let mut s = 0.0;
    for i in 0..n {
        s += steps[0] * x[i];
    }
    s + (steps[0] * x[0]).min(5.0)
}

/// The number is handed from iteration to iteration.
#[conservative_grad]
fn carried(x: &[f64], n: usize) -> f64 {
    let h = 1.0 / n as f64;
    let mut t = h;
    for _ in 0..3 {
        t = 0.5 * t + h;
    }
    (t * x[0]).min(5.0)
}

fn assert_agree(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!(
            (a - b).abs() <= 1e-12 * (1.0 + b.abs()),
            "{found:?}, not {expected:?}"
        );
    }
}

/// The gradient, by all modes.
macro_rules! agree {
    ($f:ident($x:expr, $n:expr) = $expected:expr) => {{
        let (x, expected): (&[f64], &[f64]) = (&$x, &$expected);
        let (value, gradient) = $f::value_and_grad(x, $n);
        assert_eq!(value.to_bits(), $f(x, $n).to_bits());
        assert_agree(&gradient, expected);
        let (_, pullback) = $f::vjp(x, $n);
        assert_agree(&pullback(1.0), expected);
        for i in 0..x.len() {
            let mut direction = vec![0.0; x.len()];
            direction[i] = 1.0;
            let (_, tangent) = $f::jvp(x, $n, &direction);
            assert_agree(&[tangent], &expected[i..=i]);
        }
    }};
}

#[test]
fn of_a_count_that_is_zero() {
    agree!(outside_of_the_loop([0.3, 0.7], 0) = [0.0, 0.0]);
    agree!(by_the_counter([0.3, 0.7, 0.9], 3) = [0.0, 1.0, 0.5]);
    agree!(inclusive([0.3], 0) = [0.0]);
    agree!(to_one_more([0.3], 0) = [0.0]);
    agree!(from_below([0.3, 0.7], 0) = [0.0, -0.3]);
    agree!(through_memory([0.3], 0) = [0.0]);
    agree!(carried([0.3], 0) = [0.0]);
    agree!(one_less([0.3], 1) = [0.0]);
}

#[test]
fn of_a_count_that_is_not() {
    let slope = (0.3_f64).cos();
    agree!(outside_of_the_loop([0.3, 0.7], 2) = [2.0 * slope, 1.0]);
    agree!(one_less([0.3, 0.7, 0.2], 3) = [0.5, 0.5, 0.5]);
    agree!(in_the_inner_loop([0.3, 0.7, 0.2], 3) = [0.5, 1.0, 0.0]);
    agree!(in_the_inner_loop([0.3], 1) = [0.0]);
    agree!(by_the_counter_from_one([0.3, 0.2, 0.9], 3) = [0.5, 1.0, 0.0]);
    agree!(inclusive([0.3, 0.7, 0.2], 2) = [0.5, 0.5, 0.5]);
    agree!(to_one_more([0.3, 0.7, 0.2], 2) = [0.5, 0.5, 0.5]);
    agree!(to_one_less([0.3, 0.7, 0.2], 3) = [0.0, 0.5 + 1.0 / 3.0, 0.0]);
    agree!(to_one_less([0.3], 1) = [0.0]);
    agree!(from_below([0.3, 0.7], 2) = [2.0, -0.2]);
    agree!(through_memory([0.3, 0.7], 2) = [1.0, 0.5]);
    agree!(carried([0.3], 2) = [0.9375]);
}
