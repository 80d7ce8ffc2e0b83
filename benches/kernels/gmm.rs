//! The log posterior of a Gaussian mixture with a Wishart prior, as GradBench states it (github.com/gradbench/gradbench).
//!
//! The precision of component c is Q'Q with Q lower triangular: diagonal `exp(q[c])`, the strict triangle in `l[c]`,
//! column by column.

use conservative_grad::conservative_grad;

use super::{Kernel, parts, parts_mut, uniform};
use std::f64::consts::{PI, SQRT_2};
use std::hint::black_box;
use std::rc::Rc;

const DIMENSION: usize = 10;
const COMPONENTS: usize = 25;
const GAMMA: f64 = 1.0;
const WISHART_M: usize = 0;

#[conservative_grad]
pub(crate) fn gmm(
    alpha: &[f64],
    mu: &[f64],
    q: &[f64],
    l: &[f64],
    #[constant] xs: &[f64],
    #[constant] gamma: f64,
    m: usize,
    n: usize,
    k: usize,
    d: usize,
) -> f64 {
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
        prior += 0.5 * gamma * gamma * squares - m as f64 * sum;
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

    let constant = -(n as f64) * 0.5 * d as f64 * (2.0 * PI).ln() + log_wishart(d, k, gamma, m);
    constant + total - n as f64 * mixing - prior
}

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

/// What does not change from call to call.
struct Data {
    xs: Vec<f64>,
    gamma: f64,
    m: usize,
    n: usize,
    k: usize,
    d: usize,
}

impl Data {
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

fn gmm_hand(params: [&[f64]; 4], data: &Data, bars: [&mut [f64]; 4]) -> f64 {
    let [alpha, mu, q, l] = params;
    let [alpha_bar, mu_bar, q_bar, l_bar] = bars;
    let &Data {
        ref xs,
        gamma,
        m,
        n,
        k,
        d,
    } = data;
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
        prior += 0.5 * gamma * gamma * squares - m as f64 * sum;
    }

    let mut centred = vec![0.0; k * d];
    let mut scaled = vec![0.0; k * d];
    let mut term = vec![0.0; k];
    let mut diag_bar = vec![0.0; k * d];
    let mut log_det_bar = vec![0.0; k];
    let mut centred_bar = vec![0.0; d];
    let mut total = 0.0;
    for i in 0..n {
        let x = &xs[i * d..i * d + d];
        for c in 0..k {
            let mu = &mu[c * d..c * d + d];
            let diag = &diag[c * d..c * d + d];
            let centred = &mut centred[c * d..c * d + d];
            let scaled = &mut scaled[c * d..c * d + d];
            for j in 0..d {
                centred[j] = x[j] - mu[j];
                scaled[j] = diag[j] * centred[j];
            }
            let mut p = c * tri;
            for j in 0..d {
                let column = &l[p..p + d - 1 - j];
                for (s, l) in scaled[j + 1..].iter_mut().zip(column) {
                    *s += l * centred[j];
                }
                p += d - 1 - j;
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
            let e = (term[c] - largest).exp();
            sum += e;
            term[c] = e;
        }
        total += largest + sum.ln();

        let sum_bar = 1.0 / sum;
        for c in 0..k {
            let weight = term[c] * sum_bar;
            alpha_bar[c] += weight;
            log_det_bar[c] += weight;
            let diag = &diag[c * d..c * d + d];
            let diag_bar = &mut diag_bar[c * d..c * d + d];
            let mu_bar = &mut mu_bar[c * d..c * d + d];
            let centred = &centred[c * d..c * d + d];
            let scaled = &mut scaled[c * d..c * d + d];
            for j in 0..d {
                let scaled_bar = -weight * scaled[j];
                diag_bar[j] += scaled_bar * centred[j];
                centred_bar[j] = scaled_bar * diag[j];
                scaled[j] = scaled_bar;
            }
            let mut p = c * tri;
            for j in 0..d {
                let (column, column_bar) = (&l[p..p + d - 1 - j], &mut l_bar[p..p + d - 1 - j]);
                let mut sum = 0.0;
                for ((s, l), l_bar) in scaled[j + 1..].iter().zip(column).zip(column_bar) {
                    *l_bar += s * centred[j];
                    sum += s * l;
                }
                mu_bar[j] -= centred_bar[j] + sum;
                p += d - 1 - j;
            }
        }
    }

    let mut largest = alpha[0];
    for c in 1..k {
        largest = largest.max(alpha[c]);
    }
    let mut sum = 0.0;
    for c in 0..k {
        term[c] = (alpha[c] - largest).exp();
        sum += term[c];
    }
    let mixing = largest + sum.ln();
    for c in 0..k {
        alpha_bar[c] -= n as f64 * term[c] / sum;
    }

    for c in 0..k {
        for j in 0..d {
            let e = diag[c * d + j];
            q_bar[c * d + j] +=
                (diag_bar[c * d + j] - gamma * gamma * e) * e + log_det_bar[c] + m as f64;
        }
        for p in c * tri..(c + 1) * tri {
            l_bar[p] -= gamma * gamma * l[p];
        }
    }
    let constant = -(n as f64) * 0.5 * d as f64 * (2.0 * PI).ln() + log_wishart(d, k, gamma, m);
    constant + total - n as f64 * mixing - prior
}

/// Components near the origin, points spread wider than they are.
pub(crate) fn kernel(samples: usize) -> Kernel {
    let mut rng = fastrand::Rng::with_seed(4);
    let [n, k, d] = black_box([samples, COMPONENTS, DIMENSION]);
    let mut point = uniform(&mut rng, k, -1.0, 1.0);
    point.extend(uniform(&mut rng, k * d, 0.0, 1.0));
    point.extend(uniform(&mut rng, k * d, -1.0, 1.0));
    point.extend(uniform(&mut rng, k * d * (d - 1) / 2, -1.0, 1.0));
    let data = Rc::new(Data {
        xs: uniform(&mut rng, n * d, -1.0, 1.0),
        gamma: GAMMA,
        m: WISHART_M,
        n,
        k,
        d,
    });
    let hand = Rc::clone(&data);
    let grad = Rc::clone(&data);
    Kernel {
        name: "gmm",
        point,
        primal: Box::new(move |p| {
            let [alpha, mu, q, l] = parts(p, data.lengths());
            gmm(
                alpha, mu, q, l, &data.xs, data.gamma, data.m, data.n, data.k, data.d,
            )
        }),
        hand: Box::new(move |p, bars| {
            gmm_hand(
                parts(p, hand.lengths()),
                &hand,
                parts_mut(bars, hand.lengths()),
            )
        }),
        grad: Some(Box::new(move |p, bars| {
            let [alpha, mu, q, l] = parts(p, grad.lengths());
            let [alpha_bar, mu_bar, q_bar, l_bar] = parts_mut(bars, grad.lengths());
            let &Data {
                ref xs,
                gamma,
                m,
                n,
                k,
                d,
            } = &*grad;
            gmm::accumulate_grad(
                alpha, mu, q, l, xs, gamma, m, n, k, d, alpha_bar, mu_bar, q_bar, l_bar,
            )
        })),
    }
}
