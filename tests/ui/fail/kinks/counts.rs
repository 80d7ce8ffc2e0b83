//! Numbers that depend on a test of a differentiable value jump where the test changes its answer.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn steps(x: f64) -> f64 {
    let mut t = x;
    let mut n = 0;
    while t > 1.0 {
        t *= 0.5;
        n += 1;
    }
    t + n as f64 //~ AD0302
}

#[conservative_grad]
fn truth_value(x: f64) -> f64 {
    x * (x > 0.0) as u8 as f64 //~ AD0302
}

#[conservative_grad]
fn through_a_variable(x: f64, y: f64) -> f64 {
    let above = x > y;
    let both = above && y > 0.0;
    let n = if both { 3 } else { 1 };
    x * n as f64 //~ AD0302
}

fn main() {
    let _ = steps::grad(1.0) + truth_value::grad(1.0);
    let _ = through_a_variable::grad(1.0, 2.0);
}
