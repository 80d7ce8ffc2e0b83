//! The log posterior of a Gaussian mixture with a Wishart prior, as GradBench states it (github.com/gradbench/gradbench).
//!
//! The precision of component c is Q'Q with Q lower triangular: diagonal `exp(q[c])`, the strict triangle in `l[c]`,
//! column by column.

mod hand;

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, parts, parts_mut, uniform};
use hand::gmm_hand;
use std::f64::consts::{PI, SQRT_2};
use std::hint::black_box;

const DIMENSION: usize = 10;
const COMPONENTS: usize = 25;
const GAMMA: f64 = 1.0;
const WISHART_M: usize = 0;

/// In either precision.
macro_rules! model {
    ($real:ident) => {
        fn constant_prior(d: usize, k: usize, gamma: $real, m: usize) -> $real {
            log_wishart(d, k, f64::from(gamma), m) as $real
        }

        primal! {
            #[conservative_grad(wrt(alpha, mu, q, l))]
            pub(crate) fn gmm(
                alpha: &[$real],
                mu: &[$real],
                q: &[$real],
                l: &[$real],
                xs: &[$real],
                gamma: $real,
                m: usize,
                n: usize,
                k: usize,
                d: usize,
            ) -> $real {
                let tri = d * (d - 1) / 2;

                let mut diag = vec![0.0; k * d];
                let mut log_det = vec![0.0; k];
                let mut prior = 0.0;
                for c in 0..k {
                    let mut sum = 0.0;
                    let mut squares = 0.0;
                    for j in 0..d {
                        let e = q[c * d + j].exp();
                        diag[c * d + j] = e;
                        sum += q[c * d + j];
                        squares += e * e;
                    }
                    for p in 0..tri {
                        squares += l[c * tri + p] * l[c * tri + p];
                    }
                    log_det[c] = sum;
                    prior += 0.5 * gamma * gamma * squares - m as $real * sum;
                }

                let mut centred = vec![0.0; d];
                let mut scaled = vec![0.0; d];
                let mut term = vec![0.0; k];
                let mut total = 0.0;
                for i in 0..n {
                    for c in 0..k {
                        for j in 0..d {
                            centred[j] = xs[i * d + j] - mu[c * d + j];
                        }
                        for j in 0..d {
                            scaled[j] = diag[c * d + j] * centred[j];
                        }
                        let mut p = c * tri;
                        for j in 0..d {
                            for r in j + 1..d {
                                scaled[r] += l[p] * centred[j];
                                p += 1;
                            }
                        }
                        let mut norm = 0.0;
                        for j in 0..d {
                            norm += scaled[j] * scaled[j];
                        }
                        term[c] = alpha[c] + log_det[c] - 0.5 * norm;
                    }
                    let mut largest = term[0];
                    for c in 1..k {
                        largest = largest.max(term[c]);
                    }
                    let mut sum = 0.0;
                    for c in 0..k {
                        sum += (term[c] - largest).exp();
                    }
                    total += largest + sum.ln();
                }

                let mut largest = alpha[0];
                for c in 1..k {
                    largest = largest.max(alpha[c]);
                }
                let mut sum = 0.0;
                for c in 0..k {
                    sum += (alpha[c] - largest).exp();
                }
                let mixing = largest + sum.ln();

                let constant = -(n as $real) * 0.5 * d as $real * (2.0 * std::$real::consts::PI).ln() + constant_prior(d, k, gamma, m);
                constant + total - n as $real * mixing - prior
            }
        }

        /// The points, the parameters of the prior, and the numbers of points, components and dimensions.
        pub(crate) struct Mixture {
            xs: Vec<$real>,
            gamma: $real,
            m: usize,
            n: usize,
            k: usize,
            d: usize,
        }

        impl Mixture {
            /// Lengths of the parameter arrays, in the order of the arguments.
            fn lengths(&self) -> [usize; 4] {
                [
                    self.k,
                    self.k * self.d,
                    self.k * self.d,
                    self.k * self.d * (self.d - 1) / 2,
                ]
            }
        }

        impl Function<$real> for Mixture {
            fn primal(&self, p: &[$real]) -> $real {
                let &Mixture {
                    ref xs,
                    gamma,
                    m,
                    n,
                    k,
                    d,
                } = self;
                let [alpha, mu, q, l] = parts(p, self.lengths());
                gmm(alpha, mu, q, l, xs, gamma, m, n, k, d)
            }

            fn grad(&self, p: &[$real], bars: &mut [$real]) -> $real {
                let &Mixture {
                    ref xs,
                    gamma,
                    m,
                    n,
                    k,
                    d,
                } = self;
                let [alpha, mu, q, l] = parts(p, self.lengths());
                let [alpha_bar, mu_bar, q_bar, l_bar] = parts_mut(bars, self.lengths());
                gmm::accumulate_grad(
                    alpha, mu, q, l, xs, gamma, m, n, k, d, alpha_bar, mu_bar, q_bar, l_bar,
                )
            }
        }

        /// Components near the origin, points spread wider than they are.
        pub(crate) fn data(samples: usize) -> (Vec<$real>, Mixture) {
            let mut rng = fastrand::Rng::with_seed(4);
            let [n, k, d] = black_box([samples, COMPONENTS, DIMENSION]);
            let mut point = uniform(&mut rng, k, -1.0, 1.0);
            point.extend(uniform::<$real>(&mut rng, k * d, 0.0, 1.0));
            point.extend(uniform::<$real>(&mut rng, k * d, -1.0, 1.0));
            point.extend(uniform::<$real>(&mut rng, k * d * (d - 1) / 2, -1.0, 1.0));
            let xs = uniform(&mut rng, n * d, -1.0, 1.0);
            let (gamma, m) = (GAMMA as $real, WISHART_M);
            (
                point,
                Mixture {
                    xs,
                    gamma,
                    m,
                    n,
                    k,
                    d,
                },
            )
        }
    };
}

in_both_precisions!(model);

/// The part of the prior that depends on its own parameters only.
fn log_wishart(d: usize, k: usize, gamma: f64, m: usize) -> f64 {
    let degrees = d + m + 1;
    let mut log_gamma_d = 0.25 * (d * (d - 1)) as f64 * PI.ln();
    for j in 1..=d {
        log_gamma_d += log_gamma_of_half(degrees + 1 - j);
    }
    k as f64 * ((degrees * d) as f64 * (gamma / SQRT_2).ln() - log_gamma_d)
}

/// ln Γ(twice / 2), by the recurrence from Γ(1) or Γ(1/2).
fn log_gamma_of_half(twice: usize) -> f64 {
    let (first, start) = if twice.is_multiple_of(2) {
        (2, 0.0)
    } else {
        (1, 0.5 * PI.ln())
    };
    (first..twice)
        .step_by(2)
        .fold(start, |sum, t| sum + (0.5 * t as f64).ln())
}

impl Problem for Mixture {
    fn plain(&self, p: &[f64]) -> f64 {
        let &Mixture {
            ref xs,
            gamma,
            m,
            n,
            k,
            d,
        } = self;
        let [alpha, mu, q, l] = parts(p, self.lengths());
        plain::gmm(alpha, mu, q, l, xs, gamma, m, n, k, d)
    }

    fn hand(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        gmm_hand(
            parts(p, self.lengths()),
            self,
            parts_mut(bars, self.lengths()),
        )
    }
}

pub(crate) fn kernel(samples: usize) -> Kernel {
    let (point, mixture) = data(samples);
    Kernel::new(gmm::FIELD, point, mixture)
}
