//! The weights of a tie add up to 1, or the chain rule fails.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn weights(x: f64, y: f64) -> f64 {
    #[tie(0.3, 0.3)] //~ AD0310
    let z = x.max(y);
    z
}

#[conservative_grad]
fn no_number(x: f64) -> f64 {
    #[tie(half)] //~ AD0311
    let z = x.max(0.0);
    z
}

#[conservative_grad]
fn nothing(x: f64) -> f64 {
    #[tie] //~ AD0311
    let z = x.abs();
    z
}

fn main() {
    let _ = weights::grad(1.0, 2.0);
    let _ = no_number::grad(1.0) + nothing::grad(1.0);
}
