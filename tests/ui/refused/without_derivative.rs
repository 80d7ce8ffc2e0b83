//! Calls of functions that are not annotated: the message stands at the call and names the cause.

use conservative_grad::conservative_grad;

mod math {
    pub fn helper(x: f64) -> f64 {
        x * x
    }

    pub fn fill(y: &mut [f64], x: f64) {
        y.fill(x);
    }
}

use math::fill;

fn max(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

fn exp(x: f64) -> f64 {
    1.0 + x
}

#[conservative_grad]
fn by_path(x: f64) -> f64 { //~ math_helper_without_conservative_grad
    math::helper(x) + crate::math::helper(2.0 * x)
}

#[conservative_grad]
fn through_use(x: f64) -> f64 { //~ fill_without_conservative_grad
    let mut y = [x, x];
    fill(&mut y, x);
    y[0] * y[1]
}

/// A function of the user's own is never taken for the one of std.
#[conservative_grad]
fn like_std(x: f64) -> f64 { //~ max_without_conservative_grad
    max(x, 0.0) + exp(x)
}

/// With constants only it is called as it is.
#[conservative_grad]
fn of_constants(x: f64, #[constant] c: f64) -> f64 {
    x * max(c, 0.0)
}

fn main() {
    let _ = by_path::grad(1.0) + through_use::grad(1.0) + like_std::grad(1.0);
    let _ = of_constants::grad(1.0, 2.0);
}
