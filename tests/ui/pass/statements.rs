//! Code on which rustc and clippy are quiet, although the emitted copies would give them reasons.
#![forbid(unsafe_code)]
#![deny(warnings, unused, missing_docs, clippy::all, clippy::pedantic)]
#![forbid(unused_mut, unused_variables, non_snake_case)]

use conservative_grad::{Nonsmooth, conservative_grad, relu, stop_gradient};

/// Printing and checking, in place and in order.
#[conservative_grad]
pub fn checked(x: f64, n: usize) -> f64 {
    assert!(n < 10, "{n} is too large for {x:?}");
    debug_assert!(x.is_finite());
    let mut y = x;
    for i in 0..n {
        y *= x;
        if i > 5 {
            println!("{i}: {y}");
        }
    }
    y
}

/// Branches that end in a panic and give no value.
#[conservative_grad]
pub fn remainders(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += match i % 3 {
            0 => x[i].sin(),
            1 => x[i] * x[i],
            2 => 2.0 * x[i],
            _ => unreachable!("{i}"),
        };
        let scale = if i > 1_000_000 { panic!("too many") } else { 0.5 };
        s *= scale;
    }
    s
}

/// Results that nobody uses, values that are never read.
#[conservative_grad]
pub fn idle(x: f64, y: f64) -> f64 {
    let _ = y * 2.0;
    let mut z = x;
    z += 1.0;
    let _unread = z * y;
    z
}

/// Jumps.
#[conservative_grad]
pub fn jumps(xs: &[f64], limit: f64) -> f64 {
    let mut s = 0.0;
    'outer: for i in 0..xs.len() {
        for _ in 0..2 {
            if s > limit {
                break 'outer;
            }
            if xs[i] < 0.0 {
                continue 'outer;
            }
            s += xs[i] * xs[i];
        }
    }
    if s > 100.0 {
        return 0.0;
    }
    s
}

/// Operations of this crate, as functions and as methods.
#[conservative_grad]
pub fn rectified(x: f64, y: &f64) -> f64 {
    relu(x) + x.leaky_relu(0.1) + y.relu() + y.abs() * stop_gradient(x)
}

/// Output through a reference.
#[conservative_grad]
pub fn scale(y: &mut [f64], a: f64, count: &mut usize) {
    *count += 1;
    for i in 0..y.len() {
        y[i] *= a;
    }
}

/// Not written yet.
#[conservative_grad]
pub fn unwritten(_x: f64) -> f64 {
    panic!("nobody has written this yet")
}

/// Written for nobody.
#[conservative_grad]
pub fn impossible(x: &[f64], n: usize) -> (f64, Vec<f64>) {
    assert!(n > 0);
    if x.len() > n {
        unreachable!("more than {n}")
    } else {
        panic!("less than {n}")
    }
}

/// Without a result.
#[conservative_grad]
pub fn unchanged(x: &mut [f64]) {
    let _ = x;
    panic!("there is nothing to change")
}

fn main() {
    for panics in [
        std::panic::catch_unwind(|| { let _ = unwritten::grad(1.0); }),
        std::panic::catch_unwind(|| { let _ = unwritten::vjp(1.0); }),
        std::panic::catch_unwind(|| { let _ = unwritten::jvp(1.0, 1.0); }),
        std::panic::catch_unwind(|| { let _ = impossible::vjp(&[], 1); }),
        std::panic::catch_unwind(|| { let _ = unchanged::jvp(&mut [], &mut []); }),
    ] {
        assert!(panics.is_err());
    }
    assert_eq!(checked::grad(2.0, 2), 12.0);
    assert_eq!(idle::grad(2.0, 3.0), (1.0, 0.0));
    assert_eq!(jumps::grad(&[1.0, -1.0, 2.0], 100.0).0, [4.0, 0.0, 8.0]);
    assert_eq!(rectified::grad(2.0, &-3.0), (2.0, -2.0));
    let (mut y, mut count) = ([1.0, 2.0], 0);
    let ((), back) = scale::vjp(&mut y, 3.0, &mut count);
    let mut y_bar = [1.0, 1.0];
    assert_eq!((back((), &mut y_bar), y_bar, count), (3.0, [3.0, 3.0], 1));
}
