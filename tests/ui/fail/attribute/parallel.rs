//! `parallel`, and no loop that allows it.

use conservative_grad::conservative_grad;

#[conservative_grad(parallel)] //~ AD0013
fn no_loop(x: f64) -> f64 {
    x.sin()
}

#[conservative_grad(parallel)] //~ AD0013
fn handed_on(x: &[f64]) -> f64 {
    let mut state = 1.0;
    for i in 0..x.len() {
        state = state * x[i] + 1.0;
    }
    state
}

#[conservative_grad(parallel)] //~ AD0013
fn until(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    let mut i = 0;
    while i < x.len() {
        sum += x[i] * x[i];
        i += 2;
    }
    sum
}

#[conservative_grad(parallel)] //~ AD0013
fn ends_early(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        if i == 7 {
            break;
        }
        sum += x[i] * x[i];
    }
    sum
}

#[conservative_grad(parallel)] //~ AD0013
fn counts(x: &[f64]) -> f64 {
    let mut seen = vec![0; 4];
    let mut sum = 0.0;
    for i in 0..x.len() {
        seen[i % 4] += 1;
        sum += x[i] * x[i] * seen[i % 4] as f64;
    }
    sum
}

#[conservative_grad(parallel)] //~ AD0013
fn prints(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        println!("{i}");
        sum += x[i] * x[i];
    }
    sum
}

#[conservative_grad(parallel)] //~ AD0013
fn many(x: &[f64]) -> (f64, f64) {
    let mut sum = 0.0;
    let mut squares = 0.0;
    for i in 0..x.len() {
        sum += x[i];
        squares += x[i] * x[i];
    }
    (sum, squares)
}

#[conservative_grad(parallel)] //~ AD0013
fn skewness(x: &[f64]) -> f64 {
    let mut squares = 0.0;
    let mut cubes = 0.0;
    for i in 0..x.len() {
        squares += x[i] * x[i];
        cubes += x[i] * x[i] * x[i];
    }
    cubes / squares.powf(1.5)
}

#[conservative_grad(parallel)] //~ AD0013
fn changed_later(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += y[i] * y[i];
    }
    y[0] = 2.0;
    y[0] * sum.sqrt()
}

fn main() {}
