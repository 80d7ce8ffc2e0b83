//! What is emitted for `impl Mul<V2> for f64` has no place: the operator is refused where it is used.

use std::ops::{Add, Mul};

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Copy, Differentiable)]
pub struct V2 {
    x: f64,
    y: f64,
}

impl Mul<V2> for f64 {
    type Output = V2;
    fn mul(self, v: V2) -> V2 {
        V2 {
            x: self * v.x,
            y: self * v.y,
        }
    }
}

#[conservative_grad]
impl Add for V2 {
    type Output = V2;
    fn add(self, v: V2) -> V2 {
        V2 {
            x: self.x + v.x,
            y: self.y + v.y,
        }
    }
}

#[conservative_grad]
fn between(w: &[f64], t: f64) -> f64 {
    let q: Vec<V2> = vec![V2 { x: w[0], y: w[1] }, V2 { x: w[1], y: w[0] }];
    let a = (1.0 - t) * q[0]; //~ AD0201
    let b = a + t * q[1]; //~ AD0201
    b.x * b.y
}

/// What `p` is, a later statement tells.
#[conservative_grad]
fn later(t: f64, q: &[V2]) -> f64 {
    let p = q[0];
    let b = t * p; //~ AD0201
    let c = p + b;
    b.x * c.y
}

fn main() {}
