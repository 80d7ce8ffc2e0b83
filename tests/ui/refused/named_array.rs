//! The name of a list in a signature, declared where the attribute does not see it: a vector is one, an array is not seen to be.

use conservative_grad::conservative_grad;

type Point = [f64; 3];
type Path = Vec<f64>;

#[conservative_grad]
fn product(p: Point, x: f64) -> f64 { //~ write the type out: `[f64; 3]`
    p[0] * x + p[2]
}

#[conservative_grad]
fn borrowed(p: &Point, x: f64) -> f64 { //~ the compiler cannot see which type this name stands for, and it is indexed
    p[0] * x + p[2]
}

#[conservative_grad]
fn length(p: &Path) -> f64 {
    p[0] + p[1]
}

fn main() {
    let _ = product([1.0; 3], 1.0) + borrowed(&[1.0; 3], 1.0) + length::grad(&vec![1.0, 2.0])[0];
}
