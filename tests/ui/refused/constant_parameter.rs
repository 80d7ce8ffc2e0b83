//! A differentiable value reaches a parameter that the callee declares constant.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn scaled(x: f64, #[constant] by: f64) -> f64 {
    x * by
}

#[conservative_grad]
fn caller(x: f64) -> f64 { //~ a differentiable value reaches a parameter that is constant
    scaled(x, x * x)
}

#[conservative_grad]
fn meant(x: f64) -> f64 {
    scaled(x, conservative_grad::stop_gradient(x))
}

fn main() {
    let _ = caller::grad(1.0) + meant::grad(1.0);
}
