//! `Option` and `Result` that carry a derivative.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn error_with_a_derivative(x: f64) -> Result<f64, f64> {
    if x < 0.0 {
        return Err(x * x); //~ AD0183
    }
    Ok(x)
}

#[conservative_grad]
fn unknown_method(x: f64) -> f64 {
    let o = Some(x);
    o.xor(None).unwrap_or(x) //~ AD0185
}

#[conservative_grad]
fn function_value(x: f64, n: usize) -> f64 {
    let o = if n > 1 { Some(x) } else { None };
    o.filter(positive).unwrap_or(x) //~ AD0186
}

fn positive(x: &f64) -> bool {
    *x > 0.0
}

#[conservative_grad]
fn jump_in_a_closure(x: f64, n: usize) -> Option<f64> {
    let o = if n > 1 { Some(x) } else { None };
    o.map(|v| { if v > 1.0 { return 2.0 * v; } v }) //~ AD0187
}

fn main() {
    let _ = (error_with_a_derivative(1.0), unknown_method(1.0), function_value(1.0, 2));
    let _ = jump_in_a_closure(1.0, 2);
}
