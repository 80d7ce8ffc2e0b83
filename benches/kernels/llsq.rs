//! Least squares for the coefficients of a polynomial, as GradBench states it: the powers of t are constant state.

use conservative_grad::conservative_grad;

use super::{Kernel, Problem, uniform};
use std::hint::black_box;

const COEFFICIENTS: usize = 128;

primal! {
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

/// How many points the sign function is sampled at.
struct Llsq {
    n: usize,
}

impl Problem for Llsq {
    fn primal(&self, x: &[f64]) -> f64 {
        llsq(x, self.n)
    }

    fn plain(&self, x: &[f64]) -> f64 {
        plain::llsq(x, self.n)
    }

    fn hand(&self, x: &[f64], x_bar: &mut [f64]) -> f64 {
        llsq_hand(x, self.n, x_bar)
    }

    fn grad(&self, x: &[f64], x_bar: &mut [f64]) -> f64 {
        llsq::accumulate_grad(x, self.n, x_bar)
    }
}

pub(crate) fn kernel(n: usize) -> Kernel {
    let point = uniform(&mut fastrand::Rng::with_seed(6), COEFFICIENTS, -1.0, 1.0);
    Kernel::new(llsq::FIELD, point, Llsq { n: black_box(n) })
}
