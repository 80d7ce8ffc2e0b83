//! The gradient of a function whose result has the name of a struct, which only rustc knows.

use conservative_grad::{Differentiable, conservative_grad};

type Energy = f64;

#[derive(Clone, Copy, Differentiable)]
struct Layer {
    passed: f64,
}

#[conservative_grad]
fn over(a: Layer, b: Layer) -> Layer {
    Layer {
        passed: a.passed * b.passed,
    }
}

#[conservative_grad]
fn twice(a: Layer) -> Layer {
    over(a, a)
}

#[conservative_grad]
fn squared(e: Energy) -> Energy {
    e * e
}

#[conservative_grad]
fn to_the_fourth(e: Energy) -> Energy {
    squared(squared(e))
}

fn main() {
    let layer = Layer { passed: 0.5 };
    let _ = twice::vjp(layer).0.passed;
    let _ = to_the_fourth::grad(0.5);
    let _ = twice::grad(layer);
}
