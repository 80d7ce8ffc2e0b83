//! Methods of vectors and slices that are not understood yet.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn capacity(x: f64) -> f64 {
    let mut v = Vec::with_capacity(next()); //~ AD0138
    v.push(x);
    v[0] * x
}

fn next() -> usize {
    2
}

#[conservative_grad]
fn from_a_vector(xs: &[f64; 3]) -> f64 {
    let v = Vec::from(*xs); //~ AD0139
    v[0]
}

#[conservative_grad]
fn sorted(mut xs: Vec<f64>) -> f64 {
    xs.sort_unstable_by(|a, b| a.abs().total_cmp(&b.abs())); //~ AD0169
    xs[0]
}

#[conservative_grad]
fn without_repetitions(mut xs: Vec<f64>) -> f64 {
    xs.dedup(); //~ AD0141
    xs[0]
}

#[conservative_grad]
fn lent(xs: &mut Vec<f64>, y: f64) {
    xs.push(y); //~ AD0170
}

#[conservative_grad]
fn lent_and_assigned(xs: &mut Vec<f64>, rows: &mut Vec<Vec<f64>>, y: f64) {
    rows[0].push(y);
    *xs = vec![y]; //~ AD0170
    rows.truncate(1); //~ AD0170
}

#[conservative_grad]
fn lent_and_exchanged(xs: &mut Vec<f64>, ys: &mut Vec<f64>) {
    let zs = &mut *ys;
    std::mem::swap(xs, zs); //~ AD0170 AD0170
}

#[conservative_grad]
fn filled(x: f64, y: f64) -> f64 {
    let mut rows = vec![(y, vec![x]), (x, vec![y])];
    rows.sort_by(|a, b| a.0.total_cmp(&b.0)); //~ AD0144
    rows[0].0
}

#[conservative_grad]
fn copied(x: f64, y: f64) -> f64 {
    let mut v = [x, y];
    v.copy_from_slice(x * y); //~ AD0145
    v[0]
}

fn main() {
    let _ = (sorted::grad(vec![1.0]), from_a_vector::grad(&[1.0; 3]));
    let _ = without_repetitions::grad(vec![1.0]);
    let _ = lent_and_assigned::vjp(&mut vec![1.0], &mut vec![vec![1.0]], 2.0);
    let _ = lent_and_exchanged::vjp(&mut vec![1.0], &mut vec![1.0]);
    let _ = (lent::vjp(&mut vec![1.0], 2.0), filled::grad(1.0, 2.0), copied::grad(1.0, 2.0));
}
