//! Loops that are not understood.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn over_elements(xs: &[f64]) -> f64 {
    let mut s = 0.0;
    for x in xs { //~ AD0114
        s += x;
    }
    s
}

#[conservative_grad]
fn over_an_iterator(xs: &[f64]) -> f64 {
    let mut s = 0.0;
    for x in xs.iter() { //~ AD0114
        s += x;
    }
    s
}

#[conservative_grad]
fn open_range(x: f64) -> f64 {
    let mut s = x;
    for i in 0.. { //~ AD0115
        if i > 3 {
            break;
        }
        s *= x;
    }
    s
}

#[conservative_grad]
fn reversed_twice(x: f64, n: usize) -> f64 {
    let mut s = x;
    for i in (0..n).rev().rev() { //~ AD0116
        s *= x * i as f64;
    }
    s
}

#[conservative_grad]
fn counter_pattern(x: f64, n: usize) -> f64 {
    let mut s = x;
    for &i in 0..n { //~ AD0117
        s *= x * i as f64;
    }
    s
}

#[conservative_grad]
fn range_value(x: f64, n: usize) -> f64 {
    let range = 0..n; //~ AD0110
    x
}

#[conservative_grad]
fn loop_operand(x: f64) -> f64 {
    let y = x * while false {}; //~ AD0111
    x
}

#[conservative_grad]
fn no_loop(x: f64) -> f64 {
    if x > 0.0 {
        break; //~ AD0146
    }
    x
}

fn main() {
    let _ = over_elements::grad(&[1.0]);
    let _ = over_an_iterator::grad(&[1.0]);
    let _ = open_range::grad(1.0) + reversed_twice::grad(1.0, 2) + counter_pattern::grad(1.0, 2);
    let _ = range_value::grad(1.0, 2) + loop_operand::grad(1.0);
    let _ = no_loop::grad(1.0);
}
