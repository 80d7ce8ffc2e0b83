//! Fields of what the compiler does not know.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn no_such_part(x: f64) -> f64 {
    let pair = (x, x * x);
    x * pair.2 //~ AD0203
}

#[conservative_grad]
fn named(x: f64) -> f64 {
    x.value * x //~ AD0204
}

fn main() {
    let _ = no_such_part::grad(1.0) + named::grad(1.0);
}
