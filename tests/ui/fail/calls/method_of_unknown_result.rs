//! A method of what a call returns, which the compiler does not know.

use conservative_grad::conservative_grad;

struct Model;

impl Model {
    fn eval(&self, x: f64) -> f64 {
        x * x
    }
}

fn model(_: usize) -> Model {
    Model
}

#[conservative_grad]
fn loss(x: f64, n: usize) -> f64 {
    model(n).eval(x) //~ AD0140
}

fn main() {
    let _ = loss::grad(1.0, 2);
}
