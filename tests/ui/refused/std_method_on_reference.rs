//! A trait with `abs(&self)`: on a reference it comes before the method of std.

use conservative_grad::{Nonsmooth as _, conservative_grad};

trait Magnitude {
    fn abs(&self) -> f64;
    fn max(&self, other: f64) -> f64;
    fn relu(&self) -> f64;
    fn is_nan(&self) -> bool;
}

impl Magnitude for f64 {
    fn abs(&self) -> f64 {
        777.0 * *self
    }

    fn max(&self, other: f64) -> f64 {
        *self + other
    }

    fn relu(&self) -> f64 {
        5.0
    }

    fn is_nan(&self) -> bool {
        true
    }
}

/// On a number itself the method of std comes first.
#[conservative_grad]
fn by_value(x: f64) -> f64 {
    x.abs() + x.max(1.0)
}

#[conservative_grad]
fn by_reference(x: &f64) -> f64 { //~ multiple `abs` found
    x.abs()
}

#[conservative_grad]
fn of_an_element(xs: &[f64]) -> f64 { //~ multiple `max` found
    let first = &xs[0];
    first.max(1.0)
}

#[conservative_grad]
fn of_the_facade(x: &f64) -> f64 { //~ multiple `relu` found
    x.relu()
}

#[conservative_grad]
fn predicate(x: &f64) -> f64 { //~ multiple `is_nan` found
    if x.is_nan() { 0.0 } else { *x }
}

fn main() {
    let _ = by_value::grad(1.0) + by_reference::grad(&1.0) + of_the_facade::grad(&1.0);
    let _ = (of_an_element::grad(&[1.0]), predicate::grad(&1.0));
}
