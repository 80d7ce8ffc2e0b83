//! Methods of traits have no rules of their own.
use conservative_grad::{Differentiable, conservative_grad, conservative_rule};

trait Scaled {
    fn scaled(&self, x: f64) -> f64;
}

#[derive(Differentiable)]
struct Scale(f64);

#[conservative_grad]
impl Scaled for Scale {
    #[conservative_rule(pullback = scaled_pullback)] //~ AD0503
    fn scaled(&self, x: f64) -> f64 {
        self.0 * x
    }
}

impl Scale {
    /// Changed in place, which its pullback could not know.
    #[conservative_rule(pullback = grow_pullback, tangent = grow_tangent)]
    fn grow(&mut self, x: f64) -> f64 {
        self.0 *= x;
        self.0
    }
}

fn main() {
    let mut scale = Scale(2.0);
    let _ = scale.scaled(1.0);
    let _ = scale.grow(1.0);
}
