//! Fields of what the compiler does not know.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn unknown_tuple(x: f64) -> f64 {
    x * sphere(x).0 //~ AD0203
}

#[conservative_grad]
fn named(x: f64) -> f64 {
    x.value * x //~ AD0204
}

#[conservative_grad]
fn sphere(x: f64) -> (f64, f64) {
    (x, x * x)
}

fn main() {
    let _ = unknown_tuple::grad(1.0) + named::grad(1.0);
}
