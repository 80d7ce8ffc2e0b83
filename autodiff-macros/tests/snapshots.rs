//! The snapshots of emitted code, compiled and run: each has its numbers.
#![deny(missing_docs)]
// The snapshots stand here as plain source, not as tokens of a macro, which no lint looks at.
#![allow(
    clippy::all,
    non_camel_case_types,
    non_snake_case,
    unused_variables,
    unused_imports,
    unused_mut,
    unused_assignments,
    dead_code
)]

/// Stands for the crate `conservative_grad`.
pub mod facade {
    /// What emitted code names.
    pub mod __private {
        pub use autodiff_runtime::bars::*;
        pub use autodiff_runtime::blocks::*;
        pub use autodiff_runtime::callee::*;
        pub use autodiff_runtime::differentiable::*;
        pub use autodiff_runtime::directions::*;
        pub use autodiff_runtime::kinds::*;
        pub use autodiff_runtime::lanes::*;
        pub use autodiff_runtime::numeric::*;
        pub use autodiff_runtime::rivals::*;
        pub use autodiff_runtime::selection::*;
        pub use autodiff_runtime::sums::*;
        pub use autodiff_runtime::sweeps::*;
        pub use autodiff_runtime::tangent::*;
        pub use autodiff_runtime::trace::*;
        pub use autodiff_runtime::workspace::{begin, records};
        pub use autodiff_runtime::*;
        pub use core;
        pub use std::borrow::ToOwned;
        pub use std::boxed::Box;
        pub use std::vec;
        pub use std::vec::Vec;
    }
}

/// The functions and their derivatives.
pub mod model {
    use crate::facade::__private as rt;

    include!("snapshots/wave.rs");
    include!("snapshots/swing.rs");
    include!("snapshots/hinge.rs");
    include!("snapshots/mean_error.rs");
    include!("snapshots/pendulum.rs");
    include!("snapshots/root.rs");
    include!("snapshots/orbit.rs");
    include!("snapshots/decay.rs");
}

use model::{decay, hinge, mean_error, orbit, pendulum, root, swing, wave};

/// Central difference of `f` at `x`.
fn difference(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    let h = 1e-6;
    (f(x + h) - f(x - h)) / (2.0 * h)
}

fn assert_near(got: f64, expected: f64) {
    assert!(
        (got - expected).abs() <= 1e-7 * (1.0 + expected.abs()),
        "got {got}, expected {expected}"
    );
}

#[test]
fn straight_line() {
    let (x, d) = (0.7_f64, 0.4_f64);
    let (decay, phase) = ((-d * x).exp(), 3.0 * x);
    let (x_bar, d_bar) = wave::grad(x, d);
    assert_near(x_bar, decay * (3.0 * phase.cos() - d * phase.sin()));
    assert_near(d_bar, -x * decay * phase.sin());
}

#[test]
fn evaluated_once() {
    let (angle, radius) = (0.7_f64, 1.6_f64);
    let (angle_bar, radius_bar) = swing::grad(angle, radius);
    let (sin, cos) = angle.sin_cos();
    assert_near(angle_bar, (cos - sin) / radius);
    assert_near(radius_bar, -(sin + cos) / (radius * radius));
}

#[test]
fn decisions() {
    assert_near(hinge::grad(0.5), -1.0);
    assert_near(hinge::grad(-3.0), -4.0);
    assert_near(hinge::grad(2.0), 0.0);
    assert_eq!(hinge::FIELD.sites.len(), 2);
}

#[test]
fn accumulating_loop() {
    let (xs, ys) = ([1.0, 2.0, 3.0, -1.0, 0.5, 2.0], [3.0, 0.0, 1.0]);
    let w = [0.5, 1.5];
    let gradient = mean_error::grad(&w, &xs, &ys);
    for k in 0..2 {
        let at = |t: f64| {
            let mut w = w;
            w[k] = t;
            mean_error(&w, &xs, &ys)
        };
        assert_near(gradient[k], difference(at, w[k]));
    }
}

#[test]
fn state_loop() {
    let (a, v) = pendulum::grad(0.4, 0.1, 0.05, 30);
    assert_near(a, difference(|t| pendulum(t, 0.1, 0.05, 30), 0.4));
    assert_near(v, difference(|t| pendulum(0.4, t, 0.05, 30), 0.1));
}

#[test]
fn while_loop() {
    let x = 2.0_f64;
    assert_near(root::grad(x), 0.5 / x.sqrt());
}

#[test]
fn guards_together() {
    let start = [1.0, 0.1, -0.2, 0.9];
    let (gradient, mass) = orbit::grad(start, 1.1, 0.05, 20);
    for k in 0..4 {
        let at = |t: f64| {
            let mut start = start;
            start[k] = t;
            orbit(start, 1.1, 0.05, 20)
        };
        assert_near(gradient[k], difference(at, start[k]));
    }
    assert_near(mass, difference(|m| orbit(start, m, 0.05, 20), 1.1));
}

#[test]
fn forward_mode() {
    let at = |y, r, k| decay(y, r, k, 0.1, 20);
    let (start, rate, limit) = decay::grad(0.2, 1.5, 2.0, 0.1, 20);
    assert_near(start, difference(|t| at(t, 1.5, 2.0), 0.2));
    assert_near(rate, difference(|t| at(0.2, t, 2.0), 1.5));
    assert_near(limit, difference(|t| at(0.2, 1.5, t), 2.0));
}
