//! Maps, sets and queues have no elements by position.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use conservative_grad::conservative_grad;

#[conservative_grad]
fn of_entries(x: &[f64], #[constant] m: &BTreeMap<usize, f64>) -> f64 {
    let mut s = 0.0;
    for (k, v) in m { //~ AD0191
        s += v * x[*k];
    }
    s
}

#[conservative_grad]
fn of_a_chain(x: &[f64], #[constant] m: &HashMap<usize, f64>) -> f64 {
    m.iter().map(|(k, v)| v * x[*k]).sum::<f64>() //~ AD0191
}

#[conservative_grad]
fn of_a_set(x: &[f64], #[constant] m: &HashSet<usize>) -> f64 {
    let mut s = 0.0;
    for k in m.iter() { //~ AD0191
        s += x[*k];
    }
    s
}

#[conservative_grad]
fn of_a_queue(x: &[f64], #[constant] m: VecDeque<usize>) -> f64 {
    let mut s = 0.0;
    for &k in &m { //~ AD0191
        s += x[k];
    }
    s
}

/// What is collected is a list.
#[conservative_grad]
fn of_a_list(x: &[f64], entries: &[(usize, f64)]) -> f64 {
    entries.iter().map(|(k, v)| v * x[*k]).sum::<f64>()
}

/// What is looked up, and what a method gives, is as it was.
#[conservative_grad]
fn of_values(x: &[f64], #[constant] m: &HashMap<usize, f64>) -> f64 {
    let mut s = 0.0;
    for v in m.values() {
        s += v * x[0];
    }
    s
}

fn main() {
    let _ = of_entries::grad(&[1.0], &BTreeMap::new());
    let _ = of_values::grad(&[1.0], &HashMap::new());
}
