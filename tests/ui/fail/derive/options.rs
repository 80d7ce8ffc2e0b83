//! Options that do not exist or cannot be read.

use conservative_grad::Differentiable;

#[derive(Differentiable)]
#[differentiable(gradiant = Slopes, krate = some::path)] //~ AD0403 AD0403
struct Unknown {
    x: f64,
}

#[derive(Differentiable)]
#[differentiable(gradient = "Slopes")] //~ AD0404
struct Text {
    x: f64,
}

#[derive(Differentiable)]
#[differentiable] //~ AD0404
struct Nothing {
    x: f64,
}

fn main() {}
