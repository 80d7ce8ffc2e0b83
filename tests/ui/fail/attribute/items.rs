//! The attribute on something that has no functions.

use conservative_grad::conservative_grad;

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
    let _ = Parameters { w: HALF }.w;
}
