//! A crate without `std` in scope: the vectors of emitted code are those of the facade.

#![no_std]
#![deny(warnings, missing_docs, unused_qualifications)]

use conservative_grad::conservative_grad;

/// What each iteration leaves behind is recorded.
#[conservative_grad]
pub fn iterated(x: f64, n: usize) -> f64 {
    let mut y = x;
    for _ in 0..n {
        y = y * x + y / x;
    }
    y
}

/// An array per iteration.
#[conservative_grad]
pub fn summed(xs: &[f64]) -> f64 {
    let mut total = 0.0;
    for x in xs {
        let powers = [*x, x * x, x * x * x];
        total += powers.iter().map(|p| p * p).sum::<f64>();
    }
    total
}

fn main() {
    // `y` is multiplied by `x + 1 / x` twice: the value is `x³ + 2 x + 1 / x`.
    let (value, gradient) = iterated::value_and_grad(2.0, 2);
    assert_eq!(value, 12.5);
    assert_eq!(gradient, 13.75);
    let gradient = summed::grad(&[1.0, 2.0]);
    assert_eq!(gradient.as_slice(), [12.0, 228.0]);
}
