//! Parameters and results without a derivative.

use std::collections::BTreeMap;

use conservative_grad::conservative_grad;

#[conservative_grad]
fn table(x: f64, weights: BTreeMap<usize, f64>) -> f64 { //~ AD0028
    x * weights.len() as f64
}

#[conservative_grad]
fn optional(x: Option<&f64>) -> f64 { //~ AD0034
    x.copied().unwrap_or(0.0)
}

#[conservative_grad]
fn pointer(f: fn(f64) -> f64, x: f64) -> f64 { //~ AD0026
    f(x)
}

#[conservative_grad]
fn reference(x: &[f64]) -> &f64 { //~ AD0029
    &x[0]
}

#[conservative_grad]
fn maybe(x: f64) -> (f64, Option<f64>) { //~ AD0029
    (x, Some(x))
}

#[conservative_grad]
fn mixed(pair: (f64, String)) -> f64 { //~ AD0030
    pair.0
}

#[conservative_grad]
fn rows(rows: &[&[f64]]) -> f64 { //~ AD0035
    rows[0][0]
}

#[conservative_grad]
fn counted(x: f64) -> (f64, Vec<usize>) { //~ AD0031
    (x * x, vec![1])
}

#[conservative_grad]
fn constants(n: usize, #[constant] x: f64) -> f64 { //~ AD0032
    x * n as f64
}

#[conservative_grad]
fn initial(xs: &[f64]) -> char { //~ AD0033
    if xs[0] > 0.0 { 'p' } else { 'n' }
}

#[conservative_grad]
fn nothing(x: f64) { //~ AD0033
    println!("{x}");
}

fn main() {
    let _ = optional(Some(&1.0)) + pointer(|x| x, 1.0) + table(1.0, BTreeMap::new());
    let _ = (mixed((1.0, String::new())), rows(&[]), counted(1.0));
    let _ = constants(1, 1.0);
    let _ = (reference(&[1.0]), maybe(1.0), count(&[1.0]));
    nothing(1.0);
}
