//! Emitted code from hand-made derivatives, compiled and run: the signatures fit each other, in one
//! module and across modules, and the entry points return what they should.
#![deny(missing_docs)]
// The expansions stand here as plain source, not as tokens of a macro, which no lint looks at.
#![allow(
    clippy::all,
    non_camel_case_types,
    unused_variables,
    unused_imports,
    dead_code
)]

/// Stands for the crate `conservative_grad`.
pub mod facade {
    /// What emitted code names.
    pub mod __private {
        pub use autodiff_runtime::callee::*;
        pub use autodiff_runtime::directions::*;
        pub use autodiff_runtime::rivals::*;
        pub use autodiff_runtime::tangent::*;
        pub use autodiff_runtime::*;
        pub use core;
        pub use std::borrow::ToOwned;
        pub use std::boxed::Box;
        pub use std::vec::Vec;
    }
}

/// The functions and their derivatives.
pub mod model {
    use crate::facade::__private as rt;

    /// Another name for a number.
    pub type Real = f64;

    include!("expansion/dot.rs");
    include!("expansion/ramp.rs");
    include!("expansion/energy.rs");
    include!("expansion/scale.rs");
    include!("expansion/scaled.rs");
    include!("expansion/power.rs");
    include!("expansion/total.rs");
    include!("expansion/halve.rs");
    include!("expansion/shifted.rs");
}

use autodiff_runtime::{Decision, Fixed};
use model::{dot, energy, halve, power, ramp, scale, scaled, shifted, total};

#[test]
fn slices() {
    let (w, x) = ([1.0, 2.0], [3.0, 4.0]);
    assert_eq!(
        dot::value_and_grad(&w, &x),
        (dot(&w, &x), (vec![3.0, 4.0], vec![1.0, 2.0]))
    );
    let mut w_bar = [1.0, 0.0];
    assert_eq!(
        dot::accumulate_grad(&w, &x, &mut w_bar, &mut [0.0; 2]),
        11.0
    );
    assert_eq!(w_bar, [4.0, 4.0]);
    let (value, pullback) = dot::vjp(&w, &x);
    assert_eq!(
        (value, pullback(2.0)),
        (11.0, (vec![6.0, 8.0], vec![2.0, 4.0]))
    );
    assert_eq!(dot::jvp(&w, &x, &[1.0, 0.0], &[0.0, 1.0]), (11.0, 5.0));
}

#[test]
#[should_panic = "length of `x_bar` is 1, that of `x` is 2"]
fn lengths_of_buffers_are_checked() {
    dot::accumulate_grad(&[1.0, 2.0], &[1.0, 2.0], &mut [0.0; 2], &mut [0.0; 1]);
}

#[test]
#[should_panic = "length of `w_dot` is 3, that of `w` is 2"]
fn lengths_of_tangents_are_checked() {
    let _ = dot::jvp(&[1.0, 2.0], &[1.0, 2.0], &[0.0; 3], &[0.0; 2]);
}

#[test]
fn kinks() {
    assert_eq!(ramp::grad(3.0), 6.0);
    let trace = ramp::trace(0.0);
    assert_eq!(trace.visits().len(), 1);
    assert_eq!(ramp::FIELD.sites[0].primitive, "max");
    assert_eq!(ramp::FIELD.module, "emitted::model");
}

#[test]
fn calls() {
    let (w, t) = ([1.0, 2.0], [3.0, 4.0]);
    assert_eq!(
        energy::value_and_grad(&w, 2.0, &t, 3),
        (energy(&w, 2.0, &t, 3), (vec![3.0, 4.0], 12.0))
    );
    assert_eq!(energy::jvp(&w, 2.0, &t, 3, &[1.0, 0.0], 1.0), (23.0, 15.0));
    let mut selection = Fixed(Decision::Below);
    assert_eq!(
        energy::value_and_grad_with(&mut selection, &w, 0.0, &t, 1).0,
        11.0
    );
    let dynamic: &mut dyn autodiff_runtime::Selection = &mut autodiff_runtime::Plain;
    assert_eq!(
        energy::value_and_grad_with(dynamic, &w, 2.0, &t, 3).1.1,
        12.0
    );
    assert_eq!(energy::FIELD.callees.len(), 2);
    assert_eq!(energy::trace(&w, 0.0, &t, 1).visits().len(), 1);
}

#[test]
fn in_place() {
    let (mut y, mut count) = ([1.0, 2.0], 0);
    let ((), pullback) = scale::vjp(&mut y, 3.0, &mut count);
    assert_eq!((y, count), ([3.0, 6.0], 1));
    y[0] = 7.0; // not borrowed
    let mut y_bar = [1.0, 1.0];
    assert_eq!(pullback((), &mut y_bar), 3.0);
    assert_eq!(y_bar, [3.0, 3.0]);
    let mut y_dot = [1.0, 0.0];
    let ((), ()) = scale::jvp(&mut y, 2.0, &mut count, &mut y_dot, 1.0);
    assert_eq!((y, y_dot), ([14.0, 12.0], [9.0, 6.0]));
    assert_eq!(
        scaled::value_and_grad(vec![1.0, 2.0], 3.0),
        (9.0, (vec![3.0, 3.0], 3.0))
    );
    assert_eq!(
        scaled::jvp(vec![1.0, 2.0], 3.0, vec![1.0, 0.0], 1.0),
        (9.0, 6.0)
    );
    let (_, pullback) = scaled::vjp(vec![1.0, 2.0], 3.0);
    assert_eq!(pullback(2.0), (vec![6.0, 6.0], 6.0));
    let _ = scale::trace(&mut y, 2.0, &mut count);
}

#[test]
fn recursion() {
    assert_eq!(power(2.0, &[1.0], 3), 8.0);
    assert_eq!(
        power::value_and_grad(2.0, &[1.0], 3),
        (8.0, (12.0, vec![8.0]))
    );
    assert_eq!(power::jvp(2.0, &[1.0], 3, 1.0, &[0.0]), (8.0, 12.0));
    let (_, pullback) = power::vjp(2.0, &[1.0], 3);
    assert_eq!(pullback(0.5), (6.0, vec![4.0]));
}

#[test]
fn generics() {
    let q = [[0.0, 5.0, 0.0], [0.0, 6.0, 0.0]];
    assert_eq!(
        total::grad([1.0, 2.0], &q),
        ([5.0, 6.0], [[0.0, 1.0, 0.0], [0.0, 2.0, 0.0]])
    );
    assert_eq!(total::value_and_grad::<2>([1.0, 2.0], &q).0, 17.0);
    assert_eq!(
        total::jvp([1.0, 2.0], &q, [1.0, 0.0], &[[0.0; 3]; 2]).1,
        5.0
    );
}

#[test]
fn tuples() {
    let (value, pullback) = halve::vjp((2.0, 3.0), "x");
    assert_eq!((value, pullback((1.0, [2.0]))), ((1.0, [3.0]), (0.5, 2.0)));
    assert_eq!(halve::jvp((2.0, 3.0), "x", (1.0, 1.0)).1, (0.5, [1.0]));
}

#[test]
fn aliases() {
    let v = vec![1.0, 2.0];
    assert_eq!(
        shifted::value_and_grad(&v, 1.0, &[0]),
        (2.0, (vec![1.0, 0.0], 1.0))
    );
    assert_eq!(shifted::jvp(&v, 1.0, &[0], &v, 1.0), (2.0, 2.0));
}
