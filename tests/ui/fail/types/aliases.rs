//! Methods that arrays and `Option`s have, on a value of a type of which only the name is seen.

use conservative_grad::conservative_grad;

type V3 = [f64; 3];
type Maybe = Option<f64>;

#[conservative_grad]
fn mapped(a: V3) -> V3 {
    a.map(|v| v * v) //~ AD0213
}

#[conservative_grad]
fn mapped_by_reference(a: &V3) -> f64 {
    let b = a.map(|v| v * v); //~ AD0213
    b[0] + b[1]
}

#[conservative_grad]
fn unwrapped(a: Maybe) -> f64 {
    a.unwrap_or(1.0) //~ AD0213
}

#[conservative_grad]
fn written_out(a: V3) -> f64 {
    let a: [f64; 3] = a;
    let b = a.map(|v| v * v);
    b[0] + b[1] * b[2]
}

#[conservative_grad]
mod annotated {
    type V3 = [f64; 3];

    pub fn mapped(a: V3) -> V3 {
        a.map(|v| v * v)
    }
}

fn main() {
    let _ = mapped::vjp([1.0; 3]).1([1.0; 3]);
    let _ = mapped_by_reference::grad(&[1.0; 3]);
    let _ = annotated::mapped::vjp([1.0; 3]).1([1.0; 3]);
}
