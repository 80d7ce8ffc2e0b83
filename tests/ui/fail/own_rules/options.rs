//! What `#[conservative_rule]` cannot be given.
use conservative_grad::conservative_rule;

#[conservative_rule]
fn nothing(x: f64) -> f64 {
    x
}

#[conservative_rule(pulback = half_pullback)]
fn misspelt(x: f64) -> f64 {
    x
}

#[conservative_rule(pullback = half_pullback, class = Pfafian)]
fn class(x: f64) -> f64 {
    x
}

#[conservative_rule(pullback = half_pullback, kink(x))]
fn kink(x: f64) -> f64 {
    x
}

#[conservative_rule(pullback = half_pullback, pullback = half_pullback)]
fn twice(x: f64) -> f64 {
    x
}

#[conservative_rule(pullback = half_pullback)]
struct Half;

#[conservative_rule(pullback = step_pullback, tangent = step_pullback)]
fn step(y: &mut [f64], h: f64) {
    y[0] += h;
}

#[conservative_rule(pullback = half_pullback)]
fn needs_tangent(x: &[f64]) -> f64 {
    x[0]
}

#[conservative_rule(tangent = half_tangent)]
fn needs_pullback(x: f64) -> [f64; 2] {
    [x, x]
}

fn half_pullback(_: f64, _: f64, y_bar: f64) -> f64 {
    0.5 * y_bar
}

fn main() {
    let _ = (step::vjp, twice::grad, needs_tangent::grad);
}
