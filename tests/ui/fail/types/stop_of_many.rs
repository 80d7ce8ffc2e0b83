//! One number is cut off at a time.

use conservative_grad::{conservative_grad, stop_gradient};

fn size(w: &[f64]) -> f64 {
    w.len() as f64
}

#[conservative_grad]
pub fn of_a_slice(w: &[f64]) -> f64 {
    w[0] * size(stop_gradient(w)) //~ AD0178
}

#[conservative_grad]
pub fn bound(w: &[f64; 2]) -> f64 {
    let fixed = stop_gradient(*w); //~ AD0178
    w[0] * fixed[1]
}

#[conservative_grad]
pub fn of_a_tuple(w: &[f64]) -> f64 {
    let (a, b) = stop_gradient((w[0], w[1])); //~ AD0178
    w[0] * a * b
}

#[conservative_grad]
pub fn one_by_one(w: &[f64]) -> f64 {
    let fixed: Vec<f64> = w.iter().map(|v| stop_gradient(*v)).collect();
    w[0] * fixed[1]
}

fn main() {}
