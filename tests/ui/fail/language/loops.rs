//! Loops that are not understood.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn range_value(x: f64, n: usize) -> f64 {
    let range = 0..n; //~ AD0110
    x
}

#[conservative_grad]
fn loop_operand(x: f64) -> f64 {
    let y = x * while false {}; //~ AD0111
    x
}

#[conservative_grad]
fn no_loop(x: f64) -> f64 {
    if x > 0.0 {
        break; //~ AD0146
    }
    x
}

fn main() {
    let _ = range_value::grad(1.0, 2) + loop_operand::grad(1.0);
    let _ = no_loop::grad(1.0);
}
