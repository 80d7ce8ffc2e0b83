//! The attribute on something that is no function.

use conservative_grad::conservative_grad;

struct Model {
    k: f64,
}

#[conservative_grad]
impl Model {
    fn loss(&self, x: f64) -> f64 {
        self.k * x
    }
}

#[conservative_grad]
mod model {
    pub fn loss(x: f64) -> f64 {
        x * x
    }
}

#[conservative_grad]
struct Parameters {
    w: f64,
}

#[conservative_grad]
trait Loss {
    fn loss(&self, x: f64) -> f64;
}

#[conservative_grad]
const HALF: f64 = 0.5;

fn main() {
    let model = Model { k: HALF };
    let _ = model.loss(1.0) + model::loss(2.0) + Parameters { w: 1.0 }.w;
}
