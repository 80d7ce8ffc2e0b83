//! The log-likelihood of a Kalman filter: small dense matrices in loops, a state loop around them. Measurements are
//! independent of each other and taken in one at a time, so that nothing has to be inverted.

mod hand;

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, parts, parts_mut, uniform};
use hand::kalman_hand;
use std::f64::consts::PI;
use std::hint::black_box;

const STATES: usize = 4;
const MEASUREMENTS: usize = 2;

primal! {
    /// Transition `f` and observation `h` by rows, variances `q` of the state's noise and `r` of the measurements'.
    #[conservative_grad(wrt(f, h, q, r))]
    pub(crate) fn kalman(f: &[f64], h: &[f64], q: &[f64], r: &[f64], ys: &[f64]) -> f64 {
        let d = q.len();
        let m = r.len();
        let steps = ys.len() / m;
        let mut x = vec![0.0; d];
        let mut p = vec![0.0; d * d];
        for i in 0..d {
            p[i * d + i] = 1.0;
        }
        let mut moved = vec![0.0; d];
        let mut fp = vec![0.0; d * d];
        let mut ph = vec![0.0; d];
        let mut likelihood = 0.0;
        for t in 0..steps {
            for i in 0..d {
                let mut sum = 0.0;
                for j in 0..d {
                    sum += f[i * d + j] * x[j];
                }
                moved[i] = sum;
            }
            for i in 0..d {
                x[i] = moved[i];
            }
            for i in 0..d {
                for j in 0..d {
                    let mut sum = 0.0;
                    for k in 0..d {
                        sum += f[i * d + k] * p[k * d + j];
                    }
                    fp[i * d + j] = sum;
                }
            }
            for i in 0..d {
                for j in 0..d {
                    let mut sum = 0.0;
                    for k in 0..d {
                        sum += fp[i * d + k] * f[j * d + k];
                    }
                    p[i * d + j] = sum;
                }
                p[i * d + i] += q[i];
            }
            for a in 0..m {
                let mut variance = r[a];
                let mut surprise = ys[t * m + a];
                for i in 0..d {
                    let mut sum = 0.0;
                    for j in 0..d {
                        sum += p[i * d + j] * h[a * d + j];
                    }
                    ph[i] = sum;
                    variance += h[a * d + i] * sum;
                    surprise -= h[a * d + i] * x[i];
                }
                likelihood -= 0.5 * ((2.0 * PI * variance).ln() + surprise * surprise / variance);
                for i in 0..d {
                    let gain = ph[i] / variance;
                    x[i] += gain * surprise;
                    for j in 0..d {
                        p[i * d + j] -= gain * ph[j];
                    }
                }
            }
        }
        likelihood
    }
}

/// What was measured.
struct Filter {
    ys: Vec<f64>,
    lengths: [usize; 4],
}

impl Function for Filter {
    fn primal(&self, p: &[f64]) -> f64 {
        let [f, h, q, r] = parts(p, self.lengths);
        kalman(f, h, q, r, &self.ys)
    }

    fn grad(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let [f, h, q, r] = parts(p, self.lengths);
        let [f_bar, h_bar, q_bar, r_bar] = parts_mut(bars, self.lengths);
        kalman::accumulate_grad(f, h, q, r, &self.ys, f_bar, h_bar, q_bar, r_bar)
    }
}

impl Problem for Filter {
    fn plain(&self, p: &[f64]) -> f64 {
        let [f, h, q, r] = parts(p, self.lengths);
        plain::kalman(f, h, q, r, &self.ys)
    }

    fn hand(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let bars = parts_mut(bars, self.lengths);
        kalman_hand(parts(p, self.lengths), &self.ys, bars)
    }
}

/// A transition that shrinks what it moves.
pub(crate) fn kernel(steps: usize) -> Kernel {
    let mut rng = fastrand::Rng::with_seed(19);
    let [d, m] = black_box([STATES, MEASUREMENTS]);
    let mut point = uniform(&mut rng, d * d, -0.2, 0.2);
    for i in 0..d {
        point[i * d + i] += 0.8;
    }
    point.extend(uniform::<f64>(&mut rng, m * d, -1.0, 1.0));
    point.extend(uniform::<f64>(&mut rng, d + m, 0.1, 0.5));
    let ys = uniform(&mut rng, steps * m, -2.0, 2.0);
    let lengths = [d * d, m * d, d, m];
    Kernel::new(kalman::FIELD, point, Filter { ys, lengths })
}
