//! Methods have no rules of their own.
use conservative_grad::conservative_rule;

struct Scale(f64);

impl Scale {
    #[conservative_rule(pullback = scaled_pullback)]
    fn scaled(&self, x: f64) -> f64 {
        self.0 * x
    }
}

fn main() {
    let _ = Scale(2.0).scaled(1.0);
}
