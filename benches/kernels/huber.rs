//! Linear regression with Huber's loss: a continuous `if` on each residual.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, uniform};

const FEATURES: usize = 20;
const DELTA: f64 = 0.5;

/// In either precision.
macro_rules! model {
    ($real:ident) => {
        primal! {
            #[conservative_grad(wrt(w))]
            pub(crate) fn huber(
                w: &[$real],
                xs: &[$real],
                ys: &[$real],
                delta: $real,
            ) -> $real {
                let d = w.len();
                let n = ys.len();
                let mut loss = 0.0;
                for i in 0..n {
                    let mut residual = -ys[i];
                    for j in 0..d {
                        residual += xs[i * d + j] * w[j];
                    }
                    if residual.abs() <= delta {
                        loss += 0.5 * residual * residual;
                    } else {
                        loss += delta * (residual.abs() - 0.5 * delta);
                    }
                }
                loss / n as $real
            }
        }

        /// Samples and targets.
        pub(crate) struct Huber {
            xs: Vec<$real>,
            ys: Vec<$real>,
        }

        impl Function<$real> for Huber {
            fn primal(&self, w: &[$real]) -> $real {
                huber(w, &self.xs, &self.ys, DELTA as $real)
            }

            fn grad(&self, w: &[$real], w_bar: &mut [$real]) -> $real {
                huber::accumulate_grad(w, &self.xs, &self.ys, DELTA as $real, w_bar)
            }
        }

        pub(crate) fn data(samples: usize) -> (Vec<$real>, Huber) {
            let mut rng = fastrand::Rng::with_seed(11);
            let w = uniform(&mut rng, FEATURES, -0.5, 0.5);
            let xs = uniform(&mut rng, samples * FEATURES, -1.0, 1.0);
            let ys = uniform(&mut rng, samples, -1.0, 1.0);
            (w, Huber { xs, ys })
        }
    };
}

in_both_precisions!(model);

fn huber_hand(w: &[f64], xs: &[f64], ys: &[f64], delta: f64, w_bar: &mut [f64]) -> f64 {
    let d = w.len();
    let n = ys.len();
    let loss_bar = 1.0 / n as f64;
    let mut loss = 0.0;
    for i in 0..n {
        let mut residual = -ys[i];
        for j in 0..d {
            residual += xs[i * d + j] * w[j];
        }
        let residual_bar = if residual.abs() <= delta {
            loss += 0.5 * residual * residual;
            residual * loss_bar
        } else {
            loss += delta * (residual.abs() - 0.5 * delta);
            delta.copysign(residual) * loss_bar
        };
        for j in 0..d {
            w_bar[j] += xs[i * d + j] * residual_bar;
        }
    }
    loss / n as f64
}

impl Problem for Huber {
    fn plain(&self, w: &[f64]) -> f64 {
        plain::huber(w, &self.xs, &self.ys, DELTA)
    }

    fn hand(&self, w: &[f64], w_bar: &mut [f64]) -> f64 {
        huber_hand(w, &self.xs, &self.ys, DELTA, w_bar)
    }
}

pub(crate) fn kernel(samples: usize) -> Kernel {
    let (point, problem) = data(samples);
    Kernel::new(huber::FIELD, point, problem)
}
