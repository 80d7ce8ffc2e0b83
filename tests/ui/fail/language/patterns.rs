//! Patterns of `let`.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn by_reference(x: f64) -> f64 {
    let ref y = x; //~ AD0118
    *y
}

struct Wrapped(f64);

#[conservative_grad]
fn by_reference(x: f64, #[constant] w: Wrapped) -> f64 {
    let Wrapped(ref a) = w; //~ AD0118
    a * x
}

#[conservative_grad]
fn with_a_name(x: f64) -> f64 {
    let y @ z = x; //~ AD0118
    y * z
}

fn main() {
    let _ = by_reference::grad(1.0) + with_a_name::grad(1.0);
    let _ = by_reference::grad(1.0, Wrapped(2.0));
}
