//! Rules of one's own, under the strictest lints.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations, rustdoc::all)]
#![no_implicit_prelude]

/// A function whose derivatives are written by hand.
#[::conservative_grad::conservative_rule(
    pullback = weighted_pullback,
    tangent = weighted_tangent,
    kink(b = 0.0, tie = -1.0),
    kink(x[0] = b),
    domain(b < 1e3),
    class = Semialgebraic
)]
#[inline]
pub fn weighted<'a>(x: &'a [f64], b: f64, #[constant] name: &'a str, n: usize) -> ::std::vec::Vec<f64> {
    ::std::vec![x[0] * b.abs() * n as f64, name.len() as f64]
}

#[allow(clippy::too_many_arguments, reason = "as many as there are")]
fn weighted_pullback(
    x: &[f64],
    b: f64,
    _: &str,
    n: usize,
    _: &[f64],
    above: f64,
    _: f64,
    y_bar: &[f64],
    x_bar: &mut [f64],
) -> f64 {
    x_bar[0] += y_bar[0] * b.abs() * n as f64;
    y_bar[0] * x[0] * (2.0 * above - 1.0) * n as f64
}

#[allow(clippy::too_many_arguments, reason = "as many as there are")]
fn weighted_tangent(
    x: &[f64],
    b: f64,
    _: &str,
    n: usize,
    _: &[f64],
    above: f64,
    _: f64,
    x_dot: &[f64],
    b_dot: f64,
) -> ::std::vec::Vec<f64> {
    ::std::vec![(x_dot[0] * b.abs() + x[0] * (2.0 * above - 1.0) * b_dot) * n as f64, 0.0]
}

/// Only the gradient is asked for: nothing counts as unused.
#[::conservative_grad::conservative_rule(tangent = slope)]
fn root(x: f64) -> f64 {
    x.sqrt()
}

fn slope(_: f64, y: f64, x_dot: f64) -> f64 {
    0.5 * x_dot / y
}

fn main() {
    ::std::assert_eq!(root::grad(4.0), 0.25);
    let (value, slope) = weighted::jvp(&[2.0], -1.0, "b", 1, &[1.0], 1.0);
    ::std::assert_eq!((value, slope), (::std::vec![2.0, 1.0], ::std::vec![-1.0, 0.0]));
    ::std::assert_eq!(weighted::FIELD.sites.len(), 2);
}
