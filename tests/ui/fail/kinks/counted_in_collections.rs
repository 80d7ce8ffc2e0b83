//! What a test puts into a collection of std without a derivative is counted by its length.

use conservative_grad::conservative_grad;
use std::collections::{BTreeMap, HashSet, VecDeque};

#[conservative_grad]
pub fn letters(x: f64) -> f64 {
    let mut said = String::new();
    if x > 0.0 {
        said.push('a');
    }
    x * said.len() as f64 //~ AD0302
}

#[conservative_grad]
pub fn characters(x: f64) -> f64 {
    let mut said = String::new();
    if x > 0.0 {
        said.push('a');
    }
    x * said.chars().count() as f64 //~ AD0302
}

#[conservative_grad]
pub fn members(x: &[f64]) -> f64 {
    let mut seen = HashSet::new();
    for (i, v) in x.iter().enumerate() {
        if *v > 0.5 {
            seen.insert(i);
        }
    }
    x[0] * seen.len() as f64 //~ AD0302
}

#[conservative_grad]
pub fn waiting(x: &[f64]) -> f64 {
    let mut queue = VecDeque::new();
    for (i, v) in x.iter().enumerate() {
        if *v > 0.5 {
            queue.push_back(i);
        }
    }
    x[0] * queue.len() as f64 //~ AD0302
}

#[conservative_grad]
pub fn keys(x: &[f64]) -> f64 {
    let mut known: BTreeMap<usize, usize> = BTreeMap::new();
    for (i, v) in x.iter().enumerate() {
        if *v > 0.5 {
            known.insert(i, i);
        }
    }
    x[0] * known.len() as f64 //~ AD0302
}

fn main() {}
