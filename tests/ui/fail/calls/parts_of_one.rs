//! Two parts of one array in one call that may change one of them.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn axpy(c: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        y[i] += c * x[i];
    }
}

#[conservative_grad]
fn turn(c: f64, x: &mut [f64], y: &mut [f64]) {
    for i in 0..x.len() {
        let old = x[i];
        x[i] = c * old - y[i];
        y[i] = c * y[i] + old;
    }
}

#[conservative_grad]
fn halves(u: &mut [f64], n: usize) {
    let (a, b) = u.split_at_mut(n);
    turn(0.5, a, b); //~ AD0177
}

#[conservative_grad]
fn rows_above(u: &mut [f64], n: usize) {
    for i in 1..u.len() / n {
        let (above, below) = u.split_at_mut(i * n);
        axpy(0.5, &above[(i - 1) * n..], &mut below[..n]); //~ AD0177
    }
}

#[conservative_grad]
fn two_of_an_array(u: &mut [[f64; 3]; 2]) {
    let [a, b] = u;
    turn(0.5, a, b); //~ AD0177
}

fn main() {}
