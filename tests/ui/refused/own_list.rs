//! A type of the user's own is run over: only rustc knows that its name stands for no array.

use conservative_grad::{Differentiable, conservative_grad};

/// A type of the user's that can be run over.
#[derive(Differentiable)]
pub struct Knots(pub [f64; 2]);

impl<'k> IntoIterator for &'k Knots {
    type Item = &'k f64;
    type IntoIter = std::slice::Iter<'k, f64>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[conservative_grad]
fn over_an_unknown_type(x: f64, knots: &Knots) -> f64 { //~ `Knots` is indexed or run over, and is no array, vector or slice
    let mut s = x;
    for k in knots {
        s *= x + k;
    }
    s
}

fn main() {
    let _ = over_an_unknown_type(1.0, &Knots([1.0, 2.0]));
}
