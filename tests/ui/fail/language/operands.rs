//! Operands that change what other operands read: the order would decide the value.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn assigned(x: f64) -> f64 {
    let mut y = x;
    let z = (y = 2.0 * x); //~ AD0148
    y
}

#[conservative_grad]
fn changed(mut x: f64) -> f64 {
    x + { x = 2.0; x } //~ AD0149
}

#[conservative_grad]
fn index_changed(a: &mut [f64], x: f64) {
    let mut i = 0;
    a[i] += { i += 1; x }; //~ AD0149
}

fn set(x: &mut f64) -> f64 {
    *x = 2.0;
    1.0
}

#[conservative_grad]
fn product(n: f64, numbers: &[f64; 1]) -> f64 {
    n * numbers[0]
}

#[conservative_grad]
fn taken(x: &[f64]) -> f64 {
    let mut left = x.to_vec();
    product(left[0], &[left.pop().unwrap()]) //~ AD0149
}

#[conservative_grad]
fn changed_by_a_call(x: f64) -> f64 {
    let mut y = x;
    y += set(&mut y); //~ AD0149
    y
}

fn main() {
    let _ = assigned::grad(1.0) + changed::grad(1.0) + changed_by_a_call::grad(1.0);
    let mut a = [1.0, 2.0];
    let _ = index_changed::vjp(&mut a, 1.0);
}
