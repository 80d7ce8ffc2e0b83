//! Least squares for the coefficients of a polynomial, as GradBench states it: the powers of t are constant state.

use conservative_grad::conservative_grad;

use super::{Kernel, uniform};
use std::hint::black_box;

const COEFFICIENTS: usize = 128;

#[conservative_grad]
pub(crate) fn llsq(x: &[f64], n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        let t = -1.0 + 2.0 * i as f64 / (n - 1) as f64;
        let mut residual = if t > 0.0 {
            1.0
        } else if t < 0.0 {
            -1.0
        } else {
            0.0
        };
        let mut power = 1.0;
        for j in 0..x.len() {
            residual -= x[j] * power;
            power *= t;
        }
        sum += 0.5 * residual * residual;
    }
    sum
}

fn llsq_hand(x: &[f64], n: usize, x_bar: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        let t = -1.0 + 2.0 * i as f64 / (n - 1) as f64;
        let mut residual = if t > 0.0 {
            1.0
        } else if t < 0.0 {
            -1.0
        } else {
            0.0
        };
        let mut power = 1.0;
        for j in 0..x.len() {
            residual -= x[j] * power;
            power *= t;
        }
        sum += 0.5 * residual * residual;
        let mut power = 1.0;
        for j in 0..x.len() {
            x_bar[j] -= residual * power;
            power *= t;
        }
    }
    sum
}

pub(crate) fn kernel(n: usize) -> Kernel {
    let n = black_box(n);
    Kernel {
        name: "llsq",
        point: uniform(&mut fastrand::Rng::with_seed(6), COEFFICIENTS, -1.0, 1.0),
        primal: Box::new(move |x| llsq(x, n)),
        hand: Box::new(move |x, x_bar| llsq_hand(x, n, x_bar)),
        grad: Some(Box::new(move |x, x_bar| llsq::accumulate_grad(x, n, x_bar))),
    }
}
