//! The two functions have to fit the function.
use conservative_grad::conservative_rule;

#[conservative_rule(pullback = no_result, tangent = tangent)]
fn first(x: f64) -> f64 {
    x
}

#[conservative_rule(pullback = pullback, tangent = by_reference)]
fn second(x: f64) -> f64 {
    x
}

#[conservative_rule(pullback = pullback, kink(x = 0.0))]
fn third(x: f64) -> f64 {
    x.abs()
}

#[conservative_rule(pullback = absent)]
fn fourth(x: f64) -> f64 {
    x
}

fn no_result(_: f64, y_bar: f64) -> f64 {
    y_bar
}

fn pullback(_: f64, _: f64, y_bar: f64) -> f64 {
    y_bar
}

fn tangent(_: f64, _: f64, x_dot: f64) -> f64 {
    x_dot
}

fn by_reference(_: f64, _: f64, x_dot: &f64) -> f64 {
    *x_dot
}

fn main() {
    let _ = (first::grad(1.0), second::grad(1.0), third::grad(1.0), fourth::grad(1.0));
}
