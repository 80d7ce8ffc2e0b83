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

/// Where they are.
#[conservative_grad]
fn positive_places(x: &[f64]) -> Vec<usize> {
    (0..x.len()).filter(|&i| x[i] > 0.0).collect()
}

#[conservative_grad]
fn mean_at(#[constant] places: &[usize], x: &[f64]) -> f64 {
    let mut s = 0.0;
    for &i in places {
        s += x[i];
    }
    s / places.len() as f64
}

#[conservative_grad]
fn total_at(#[constant] places: &[usize], x: &[f64]) -> f64 {
    places.iter().map(|&i| x[i]).sum()
}

#[conservative_grad]
fn places_are_counted(x: &[f64]) -> f64 { //~ a number that depends on a test of a differentiable value reaches the result [AD0302]
    let places: Vec<usize> = positive_places(x);
    mean_at(&places, x)
}

#[conservative_grad]
fn places_are_read(x: &[f64]) -> f64 {
    let places: Vec<usize> = positive_places(x);
    total_at(&places, x)
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

fn entropy(counts: &[usize]) -> f64 {
    counts.iter().map(|n| (*n as f64).ln_1p()).sum()
}

#[conservative_grad]
fn weighted(x: f64, #[constant] counts: &[usize]) -> f64 {
    x * counts[0] as f64
}

#[conservative_grad]
fn by_a_function(x: f64, #[constant] counts: &[usize]) -> f64 {
    x * entropy(counts)
}

#[conservative_grad]
fn by_parts(x: f64, #[constant] (n, m): (usize, usize)) -> f64 {
    x * n as f64 / m as f64
}

#[conservative_grad]
fn in_order(x: &[f64], #[constant] order: &[usize]) -> f64 {
    let mut s = 0.0;
    for (k, i) in order.iter().enumerate() {
        s += x[*i] * k as f64;
    }
    s / order.len() as f64
}

#[conservative_grad]
fn of_integers(x: &[f64]) -> f64 { //~ a number that depends on a test of a differentiable value reaches the result [AD0302]
    let mut counts = [0usize; 2];
    for v in x {
        counts[usize::from(*v > 0.5)] += 1;
    }
    weighted(x[0], &counts)
}

#[conservative_grad]
fn at_two_removes_of_integers(x: &[f64]) -> f64 { //~ a number that depends on a test of a differentiable value reaches the result [AD0302]
    let mut counts = [0usize; 2];
    for v in x {
        counts[usize::from(*v > 0.5)] += 1;
    }
    by_a_function(x[0], &counts)
}

#[conservative_grad]
fn of_a_pair(x: &[f64]) -> f64 { //~ a number that depends on a test of a differentiable value reaches the result [AD0302]
    let mut counts = (0usize, 1usize);
    for v in x {
        if *v > 0.5 {
            counts.0 += 1;
        }
    }
    by_parts(x[0], counts)
}

/// Which elements they are a test decides, not how many.
#[conservative_grad]
fn of_sorted(x: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|a, b| x[*a].total_cmp(&x[*b]));
    in_order(x, &order)
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
