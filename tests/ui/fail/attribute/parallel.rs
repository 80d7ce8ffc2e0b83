//! `parallel`, and no loop that allows it.

#![allow(unused_assignments)]

use conservative_grad::conservative_grad;

#[conservative_grad(parallel)] //~ AD0013
fn no_loop(x: f64) -> f64 {
    x.sin()
}

#[conservative_grad(parallel)]
fn handed_on(x: &[f64]) -> f64 {
    let mut state = 1.0;
    for i in 0..x.len() {
        state = state * x[i] + 1.0; //~ AD0013
    }
    state
}

#[conservative_grad(parallel)]
fn until(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    let mut i = 0;
    while i < x.len() { //~ AD0013
        sum += x[i] * x[i];
        i += 2;
    }
    sum
}

#[conservative_grad(parallel)]
fn ends_early(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() { //~ AD0013
        if i == 7 {
            break;
        }
        sum += x[i] * x[i];
    }
    sum
}

#[conservative_grad(parallel)]
fn ends_later(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() { //~ AD0013
        sum += x[i] * x[i];
        if i == 7 {
            break;
        }
    }
    sum
}

#[conservative_grad(parallel)]
fn counts(x: &[f64]) -> f64 {
    let mut seen = vec![0; 4];
    let mut sum = 0.0;
    for i in 0..x.len() {
        seen[i % 4] += 1; //~ AD0013
        sum += x[i] * x[i] * seen[i % 4] as f64;
    }
    sum
}

#[conservative_grad]
fn scaled(w: &[f64], x: f64, row: &mut [f64]) {
    for j in 0..w.len() {
        row[j] = w[j] * x;
    }
}

#[conservative_grad(parallel, wrt(w))]
fn handed_out(w: &[f64], x: &[f64]) -> f64 {
    let mut row = vec![0.0; w.len()];
    let mut sum = 0.0;
    for i in 0..x.len() {
        scaled(w, x[i], &mut row); //~ AD0013
        sum += row[0] * row[1];
    }
    sum
}

#[conservative_grad(parallel, wrt(w))]
fn fills_a_part(w: &[f64], x: &[f64]) -> f64 {
    let mut row = vec![0.0; w.len() + 1];
    let mut sum = 0.0;
    for i in 0..x.len() {
        row[..w.len()].fill(x[i]);
        sum += w[0] * row[w.len()]; //~ AD0013
    }
    sum
}

#[conservative_grad(parallel, wrt(w))]
fn grows(w: &[f64], x: &[f64]) -> f64 {
    let mut seen = Vec::new();
    let mut sum = 0.0;
    for i in 0..x.len() {
        seen.push(w[0] * x[i]); //~ AD0013
        sum += seen[i] * seen[i];
    }
    sum
}

#[conservative_grad]
fn multiples(w: &[f64], x: f64) -> Vec<f64> {
    let mut row = w.to_vec();
    for j in 0..w.len() {
        row[j] *= x;
    }
    row
}

#[conservative_grad(parallel, wrt(w))]
fn replaces(w: &[f64], x: &[f64]) -> f64 {
    let mut row = w.to_vec();
    let mut sum = 0.0;
    for i in 0..x.len() {
        row = multiples(w, x[i]); //~ AD0013
        sum += row[0] * row[1];
    }
    sum
}

#[conservative_grad(parallel, wrt(w))]
fn read_afterwards(w: &[f64], x: &[f64]) -> f64 {
    let mut row = [0.0; 2];
    let mut sum = 0.0;
    for i in 0..x.len() {
        row.fill(w[0] * x[i]); //~ AD0013
        sum += row[0] * row[1];
    }
    sum + row[0]
}

#[conservative_grad(parallel)]
fn prints(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        println!("{i}"); //~ AD0013
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

#[conservative_grad(parallel)]
fn skewness(x: &[f64]) -> f64 {
    let mut squares = 0.0;
    let mut cubes = 0.0;
    for i in 0..x.len() { //~ AD0013
        squares += x[i] * x[i];
        cubes += x[i] * x[i] * x[i];
    }
    cubes / squares.powf(1.5)
}

#[conservative_grad(parallel)]
fn changed_later(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let mut sum = 0.0;
    for i in 0..x.len() { //~ AD0013
        sum += y[i] * y[i];
    }
    y[0] = 2.0;
    y[0] * sum.sqrt()
}

fn main() {}
