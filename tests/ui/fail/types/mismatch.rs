//! Types that do not fit, as far as the compiler has to know them.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn expected(x: f64, n: usize) -> f64 {
    let y: f64 = n; //~ AD0200
    x * y
}

#[conservative_grad]
fn operands(xs: &[f64], ys: &[f64]) -> f64 {
    let zs = xs * ys; //~ AD0201
    xs[0]
}

#[conservative_grad]
fn indexed(x: f64) -> f64 {
    x[0] //~ AD0202
}

#[conservative_grad]
fn cast(x: f64) -> f64 {
    x as Vec<f64> //~ AD0205
}

#[conservative_grad]
fn local(x: f64) -> f64 {
    let p: *const usize = pointer(); //~ AD0206
    x
}

fn main() {
    let _ = expected::grad(1.0, 2) + indexed::grad(1.0) + cast::grad(1.0) + local::grad(1.0);
    let _ = operands::grad(&[1.0], &[2.0]);
}
