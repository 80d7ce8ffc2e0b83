//! A function of the user's own with the name of an operation of this crate.

use conservative_grad::conservative_grad;

fn relu(x: f64) -> f64 {
    x.max(0.1 * x)
}

fn stop_gradient(x: f64) -> f64 {
    2.0 * x
}

#[conservative_grad]
fn activation(x: f64) -> f64 { //~ relu_without_conservative_grad
    relu(x)
}

#[conservative_grad]
fn cut(x: f64) -> f64 { //~ is not the operation of `conservative_grad` that it is called like
    x * stop_gradient(x)
}

fn main() {
    let _ = activation::grad(1.0) + cut::grad(1.0);
}
