//! Logistic regression with an l1 penalty: a dot product per sample, and an absolute value per weight.

use conservative_grad::conservative_grad;

use super::{Kernel, Problem, Single, narrowed, uniform};

const FEATURES: usize = 50;
const LAMBDA: f64 = 0.01;

/// The primal in either precision.
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
    };
}

model!(f64);

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

/// Samples and labels.
struct Logistic {
    xs: Vec<f64>,
    ys: Vec<f64>,
}

impl Problem for Logistic {
    fn primal(&self, w: &[f64]) -> f64 {
        l1_logistic(w, &self.xs, &self.ys, LAMBDA)
    }

    fn plain(&self, w: &[f64]) -> f64 {
        plain::l1_logistic(w, &self.xs, &self.ys, LAMBDA)
    }

    fn hand(&self, w: &[f64], w_bar: &mut [f64]) -> f64 {
        l1_logistic_hand(w, &self.xs, &self.ys, LAMBDA, w_bar)
    }

    fn grad(&self, w: &[f64], w_bar: &mut [f64]) -> f64 {
        l1_logistic::accumulate_grad(w, &self.xs, &self.ys, LAMBDA, w_bar)
    }
}

/// Weights and samples.
fn data(samples: usize) -> (Vec<f64>, Logistic) {
    let mut rng = fastrand::Rng::with_seed(2);
    let w = uniform(&mut rng, FEATURES, -0.5, 0.5);
    let xs = uniform(&mut rng, samples * FEATURES, -1.0, 1.0);
    let ys = (0..samples)
        .map(|_| if rng.bool() { 1.0 } else { -1.0 })
        .collect();
    (w, Logistic { xs, ys })
}

pub(crate) fn kernel(samples: usize) -> Kernel {
    let (w, logistic) = data(samples);
    Kernel::new(l1_logistic::FIELD, w, logistic)
}

/// In single precision.
mod narrow {
    use super::*;

    model!(f32);
}

/// The same samples, rounded.
pub(crate) struct Narrow {
    xs: Vec<f32>,
    ys: Vec<f32>,
}

impl Single for Narrow {
    fn primal(&self, w: &[f32]) -> f32 {
        narrow::l1_logistic(w, &self.xs, &self.ys, LAMBDA as f32)
    }

    fn grad(&self, w: &[f32], w_bar: &mut [f32]) -> f32 {
        narrow::l1_logistic::accumulate_grad(w, &self.xs, &self.ys, LAMBDA as f32, w_bar)
    }
}

pub(crate) fn single(samples: usize) -> Narrow {
    let (_, Logistic { xs, ys }) = data(samples);
    Narrow {
        xs: narrowed(&xs),
        ys: narrowed(&ys),
    }
}
