//! Least squares for the coefficients of a polynomial, as GradBench states it: the powers of t are constant state.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, uniform};
use std::hint::black_box;

const COEFFICIENTS: usize = 128;

/// In either precision.
macro_rules! model {
    ($real:ident) => {
        primal! {
            #[conservative_grad]
            pub(crate) fn llsq(x: &[$real], n: usize) -> $real {
                let mut sum = 0.0;
                for i in 0..n {
                    let t = -1.0 + 2.0 * i as $real / (n - 1) as $real;
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

        /// How many points the sign function is sampled at.
        pub(crate) struct Llsq {
            n: usize,
        }

        impl Function<$real> for Llsq {
            fn primal(&self, x: &[$real]) -> $real {
                llsq(x, self.n)
            }

            fn grad(&self, x: &[$real], x_bar: &mut [$real]) -> $real {
                llsq::accumulate_grad(x, self.n, x_bar)
            }
        }

        pub(crate) fn data(n: usize) -> (Vec<$real>, Llsq) {
            let point = uniform(&mut fastrand::Rng::with_seed(6), COEFFICIENTS, -1.0, 1.0);
            (point, Llsq { n: black_box(n) })
        }
    };
}

in_both_precisions!(model);

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

impl Problem for Llsq {
    fn plain(&self, x: &[f64]) -> f64 {
        plain::llsq(x, self.n)
    }

    fn hand(&self, x: &[f64], x_bar: &mut [f64]) -> f64 {
        llsq_hand(x, self.n, x_bar)
    }
}

pub(crate) fn kernel(n: usize) -> Kernel {
    let (point, problem) = data(n);
    Kernel::new(llsq::FIELD, point, problem)
}
