//! The name of an array in a signature, declared where the attribute does not see it.

use conservative_grad::conservative_grad;

type Point = [f64; 3];

#[conservative_grad]
fn product(p: Point, q: &Point) -> f64 {
    p[0] * q[1] + p[2]
}

fn main() {}
