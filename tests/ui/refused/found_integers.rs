//! What a call gives and a cast to an integer takes is an integer, or the cast jumps.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn square(x: f64) -> f64 {
    x * x
}

#[conservative_grad]
fn largest(x: &[f64]) -> (f64, i32) {
    let (mut best, mut at) = (x[0], 0);
    for i in 0..x.len() {
        if x[i] > best {
            best = x[i];
            at = i as i32;
        }
    }
    (best, at)
}

#[conservative_grad]
fn integer(x: &[f64]) -> f64 {
    let (best, at) = largest(x);
    best * x[at as usize]
}

#[conservative_grad]
fn number(x: &[f64]) -> f64 {
    //~ the cast of a differentiable value to an integer jumps [AD0301]
    x[square(x[0]) as usize] * x[1]
}

fn main() {
    println!("{:?} {:?}", integer::grad(&[1.0]), number::grad(&[1.0]));
}
