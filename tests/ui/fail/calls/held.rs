//! Values in boxes.

use std::rc::Rc;

use conservative_grad::conservative_grad;

#[conservative_grad]
fn boxed(x: f64) -> f64 {
    let b = Box::new(x * x); //~ AD0192
    *b + 1.0
}

#[conservative_grad]
fn counted(x: &[f64]) -> f64 {
    let b = std::rc::Rc::new(x[0] * x[1]); //~ AD0192
    *b
}

fn main() {
    let _ = boxed::grad(1.0) + counted(&[1.0, *Rc::new(2.0)]);
}
