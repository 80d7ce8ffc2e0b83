//! A list is filtered in one function, and its elements are counted in another one.

use conservative_grad::{conservative_grad, stop_gradient};

/// The positive ones.
#[conservative_grad]
fn positive(x: &[f64]) -> Vec<f64> {
    x.iter().copied().filter(|&a| a > 0.0).collect()
}

/// As long as the list is.
#[conservative_grad]
fn doubled(x: &[f64]) -> Vec<f64> {
    x.iter().map(|a| 2.0 * a).collect()
}

/// Hands on what a callee filtered.
#[conservative_grad]
fn indirect(x: &[f64]) -> Option<Vec<f64>> {
    if x.is_empty() {
        return None;
    }
    Some(positive(x))
}

#[conservative_grad]
fn mean(v: &[f64], scale: f64) -> f64 {
    scale * v.iter().sum::<f64>() / v.len() as f64
}

/// Hands its list on to what counts it.
#[conservative_grad]
fn centred(v: &[f64]) -> f64 {
    v[0] - mean(v, 1.0)
}

#[conservative_grad]
fn total(v: &[f64]) -> f64 {
    let mut s = 0.0;
    for (i, a) in v.iter().enumerate() {
        s += a / (1.0 + i as f64);
    }
    s
}

#[conservative_grad]
fn counts_here(x: &[f64]) -> f64 { //~ a number that depends on a test of a differentiable value reaches the result [AD0302]
    let v = positive(x);
    v.iter().sum::<f64>() / v.len() as f64
}

#[conservative_grad]
fn counts_there(x: &[f64]) -> f64 { //~ a number that depends on a test of a differentiable value reaches the result [AD0302]
    let mut v = Vec::new();
    for &a in x {
        if a > 1.0 {
            v.push(a);
        }
    }
    mean(&v, 2.0)
}

#[conservative_grad]
fn between_two(x: &[f64]) -> f64 { //~ a number that depends on a test of a differentiable value reaches the result [AD0302]
    mean(&positive(x), 2.0)
}

#[conservative_grad]
fn at_two_removes(x: &[f64]) -> f64 { //~ a number that depends on a test of a differentiable value reaches the result [AD0302]
    match indirect(x) {
        Some(v) => centred(&v),
        None => 0.0,
    }
}

#[conservative_grad]
fn doubled_in_place(v: &mut [f64]) {
    for a in v.iter_mut() {
        *a *= 2.0;
    }
}

#[conservative_grad]
fn lent_and_kept(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    doubled_in_place(&mut v);
    mean(&v, 1.0)
}

#[conservative_grad]
fn cell(x: f64) -> usize {
    if x > 0.5 { 2 } else { 1 }
}

#[conservative_grad]
fn times(x: f64, n: usize) -> f64 {
    x * n as f64
}

#[conservative_grad]
fn element(x: &[f64], n: usize) -> f64 {
    x[n] * x[n]
}

#[conservative_grad]
fn of_what_a_test_finds(x: f64) -> f64 { //~ a number that depends on a test of a differentiable value reaches the result [AD0302]
    times(2.0 * x, cell(x))
}

/// An index selects a branch.
#[conservative_grad]
fn at_what_a_test_finds(x: &[f64]) -> f64 {
    element(x, cell(x[0])) + times(x[0], x.len())
}

/// It depends on tests whether there is a list, and how many steps it took; how long it is does not.
#[conservative_grad]
fn steps(x: &[f64]) -> Option<(Vec<f64>, usize)> {
    if x[0] < 0.0 {
        return None;
    }
    let mut v = x.to_vec();
    let mut n = 0;
    while v[0] > 0.1 {
        for a in v.iter_mut() {
            *a *= 0.5;
        }
        n += 1;
    }
    Some((v, n))
}

#[conservative_grad]
fn of_steps(x: &[f64]) -> f64 {
    match steps(x) {
        Some((v, n)) => v[n % v.len()] + v.iter().sum::<f64>() / v.len() as f64,
        None => 0.0,
    }
}

#[conservative_grad]
fn of_all(x: &[f64]) -> f64 {
    let v = doubled(x);
    mean(&v, 2.0) + v.iter().sum::<f64>() / v.len() as f64
}

#[conservative_grad]
fn uncounted(x: &[f64]) -> f64 {
    total(&positive(x)) + mean(x, 3.0)
}

#[conservative_grad]
fn vouched_for(x: &[f64]) -> f64 {
    #[assume_continuous]
    let m = mean(&positive(x), 2.0);
    m
}

#[conservative_grad]
fn cut_off(x: &[f64]) -> f64 {
    let v = positive(x);
    x[0] * stop_gradient(v.len() as f64)
}

fn main() {}
