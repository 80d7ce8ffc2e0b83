//! A vector type whose `len` is its norm: a number of elements is an integer.

use conservative_grad::conservative_grad;

struct Vector([f64; 2]);

impl Vector {
    fn len(&self) -> f64 {
        self.0[0].hypot(self.0[1])
    }

    fn is_empty(&self) -> f64 {
        self.0[0]
    }
}

/// A constant in any case, and copied as it is.
#[conservative_grad]
fn of_a_constant(x: f64, #[constant] v: &Vector) -> f64 {
    x * v.len() as f64
}

#[conservative_grad]
fn truth(x: f64, #[constant] v: &Vector) -> f64 { //~ expected `bool`, found `f64`
    if v.is_empty() { x } else { 2.0 * x }
}

fn main() {
    let _ = of_a_constant(1.0, &Vector([1.0, 2.0]));
}
