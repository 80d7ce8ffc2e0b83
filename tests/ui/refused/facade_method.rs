//! A trait of the user's own with a method that the extension trait of this crate has as well.

use conservative_grad::conservative_grad;

trait Activate {
    fn relu(self) -> f64;
    fn leaky_relu(self, slope: f64) -> f64;
}

impl Activate for f64 {
    fn relu(self) -> f64 {
        3.0 * self
    }

    fn leaky_relu(self, slope: f64) -> f64 {
        slope * self
    }
}

#[conservative_grad]
fn activation(x: f64) -> f64 { //~ no method named `relu` found for struct `conservative_grad::__private::Probe
    x.relu() + x.leaky_relu(0.5)
}

fn main() {
    let _ = activation::grad(1.0);
}
