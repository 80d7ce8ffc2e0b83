//! `Option`s that a function is given, and what has no place in a gradient.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Differentiable)]
struct Layer {
    w: f64,
    bias: Option<f64>,
}

#[conservative_grad]
fn made_in_a_field(x: f64) -> f64 {
    let l = Layer { w: x, bias: Some(x * x) }; //~ AD0209
    l.w * l.bias.unwrap_or(1.0)
}

#[conservative_grad]
fn factor(x: f64, b: Option<f64>) -> f64 {
    x * b.unwrap_or(1.0)
}

#[conservative_grad]
fn made_for_a_call(x: f64) -> f64 {
    factor(x, Some(x * x)) //~ AD0210
}

#[conservative_grad]
fn assigned(x: f64, mut b: Option<f64>) -> f64 {
    let value = b.unwrap_or(x);
    b = None; //~ AD0211
    value * b.unwrap_or(2.0)
}

#[conservative_grad]
fn assigned_field(l: &mut Layer, x: f64) -> f64 {
    if l.bias.is_some() && x > 1.0 {
        l.bias = None; //~ AD0211
    }
    x * l.bias.unwrap_or(2.0)
}

#[conservative_grad]
fn remembered(x: &[f64]) -> f64 {
    let mut known: Vec<Option<f64>> = vec![None; x.len()]; //~ AD0212
    known[0] = Some(x[0] * x[0]);
    known[0].unwrap_or(1.0)
}

fn main() {
    let mut l = Layer { w: 1.0, bias: None };
    let _ = made_in_a_field(1.0) + made_for_a_call(1.0) + assigned(1.0, None) + assigned_field(&mut l, 1.0);
}
