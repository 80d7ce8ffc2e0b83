//! Fields that have no gradient by the form of their types, and misplaced marks; all at once.

use conservative_grad::Differentiable;

#[derive(Differentiable)]
struct Fields {
    x: f64,
    function: fn(f64) -> f64, //~ AD0406
    boxed: Box<dyn Fn(f64) -> f64>, //~ AD0406
    pointer: Vec<*const f64>, //~ AD0406
    mixed: Vec<(String, f64)>, //~ AD0407
    #[constant]
    unmixed: Vec<(usize, f64)>,
    #[constant(always)] //~ AD0008
    n: usize,
    #[differentiable(gradient = Slope)] //~ AD0405
    y: f64,
}

#[derive(Differentiable)]
#[constant] //~ AD0405
struct Marked {
    x: f64,
}

fn main() {}
