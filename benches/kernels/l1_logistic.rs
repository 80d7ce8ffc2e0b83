//! Logistic regression with an l1 penalty: a dot product per sample, and an absolute value per weight.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, uniform};

const FEATURES: usize = 50;
const LAMBDA: f64 = 0.01;

/// In either precision.
macro_rules! model {
    ($real:ident) => {
        primal! {
            #[conservative_grad(wrt(w))]
            pub(crate) fn l1_logistic(
                w: &[$real],
                xs: &[$real],
                ys: &[$real],
                lambda: $real,
            ) -> $real {
                let d = w.len();
                let n = ys.len();
                let mut loss = 0.0;
                for i in 0..n {
                    let mut z = 0.0;
                    for j in 0..d {
                        z += xs[i * d + j] * w[j];
                    }
                    loss += (-ys[i] * z).exp().ln_1p();
                }
                let mut norm = 0.0;
                for j in 0..d {
                    norm += w[j].abs();
                }
                loss / n as $real + lambda * norm
            }
        }

        /// Samples and labels.
        pub(crate) struct Logistic {
            xs: Vec<$real>,
            ys: Vec<$real>,
        }

        impl Function<$real> for Logistic {
            fn primal(&self, w: &[$real]) -> $real {
                l1_logistic(w, &self.xs, &self.ys, LAMBDA as $real)
            }

            fn grad(&self, w: &[$real], w_bar: &mut [$real]) -> $real {
                l1_logistic::accumulate_grad(w, &self.xs, &self.ys, LAMBDA as $real, w_bar)
            }
        }

        /// Weights and samples.
        pub(crate) fn data(samples: usize) -> (Vec<$real>, Logistic) {
            let mut rng = fastrand::Rng::with_seed(2);
            let w = uniform(&mut rng, FEATURES, -0.5, 0.5);
            let xs = uniform(&mut rng, samples * FEATURES, -1.0, 1.0);
            let ys = (0..samples)
                .map(|_| if rng.bool() { 1.0 } else { -1.0 })
                .collect();
            (w, Logistic { xs, ys })
        }
    };
}

in_both_precisions!(model);

fn l1_logistic_hand(w: &[f64], xs: &[f64], ys: &[f64], lambda: f64, w_bar: &mut [f64]) -> f64 {
    let d = w.len();
    let n = ys.len();
    let loss_bar = 1.0 / n as f64;
    let mut loss = 0.0;
    for i in 0..n {
        let mut z = 0.0;
        for j in 0..d {
            z += xs[i * d + j] * w[j];
        }
        let e = (-ys[i] * z).exp();
        loss += e.ln_1p();
        let z_bar = -ys[i] * e / (1.0 + e) * loss_bar;
        for j in 0..d {
            w_bar[j] += xs[i * d + j] * z_bar;
        }
    }
    let mut norm = 0.0;
    for j in 0..d {
        norm += w[j].abs();
        w_bar[j] += lambda * sign(w[j]);
    }
    loss / n as f64 + lambda * norm
}

/// The derivative of `abs`, halfway at the kink.
fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

impl Problem for Logistic {
    fn plain(&self, w: &[f64]) -> f64 {
        plain::l1_logistic(w, &self.xs, &self.ys, LAMBDA)
    }

    fn hand(&self, w: &[f64], w_bar: &mut [f64]) -> f64 {
        l1_logistic_hand(w, &self.xs, &self.ys, LAMBDA, w_bar)
    }
}

pub(crate) fn kernel(samples: usize) -> Kernel {
    let (point, problem) = data(samples);
    Kernel::new(l1_logistic::FIELD, point, problem)
}
