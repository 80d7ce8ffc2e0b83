//! A plain function whose name leads, as a type, to the derivative of another: nothing is to be seen
//! at compile time but that there is a type (the check when the program runs is in `pass`), yet a
//! companion alone, without a function, is refused.

use conservative_grad::conservative_grad;

mod layers {
    pub enum sigmoid {}
}

use layers::*;

fn sigmoid(x: f64) -> f64 {
    x
}

#[conservative_grad]
fn loss(x: f64) -> f64 { //~ item named `__forward` found
    sigmoid(x)
}

fn main() {
    let _ = loss::grad(1.0);
}
