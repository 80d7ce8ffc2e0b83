//! All errors of a function at once, each at its place, and nothing that only follows from them.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn many(x: f64, xs: &[f64]) -> f64 {
    let y = x.floor2(); //~ AD0102
    let z = y * 2.0 + xs.iter().inspect(|_| ()).sum::<f64>(); //~ AD0142
    let w = z;
    x.round3(y) + unknown!(w) //~ AD0102 AD0119
}

fn caller() -> f64 {
    many::grad(1.0, &[2.0]).0 + many::value_and_grad(1.0, &[2.0]).0 + many(1.0, &[2.0])
}

#[conservative_grad]
fn annotated_caller(x: f64) -> f64 {
    many(x, &[x])
}

fn main() {
    let _ = caller() + annotated_caller::grad(1.0);
}
