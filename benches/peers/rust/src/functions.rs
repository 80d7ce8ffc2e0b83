//! The kernels of `benches/kernels` over the numbers of any tool, with the same loops.

use crate::kernels::relu_mlp;
use crate::real::{Function, Real};
use std::f64::consts::{PI, SQRT_2};

pub(crate) struct Rosenbrock;

impl Function for Rosenbrock {
    fn call<T: Real>(&self, x: &[T]) -> T {
        let mut sum = T::constant(0.0);
        for i in 0..x.len() - 1 {
            let a = x[i + 1] - x[i] * x[i];
            let b = (-x[i]).plus(1.0);
            sum += (a * a).times(100.0) + b * b;
        }
        sum
    }
}

pub(crate) struct Regression<'a> {
    pub(crate) xs: &'a [f64],
    pub(crate) ys: &'a [f64],
}

impl Function for Regression<'_> {
    fn call<T: Real>(&self, w: &[T]) -> T {
        let (d, n) = (w.len(), self.ys.len());
        let mut loss = T::constant(0.0);
        for i in 0..n {
            let mut z = T::constant(0.0);
            for j in 0..d {
                z += w[j].times(self.xs[i * d + j]);
            }
            loss += z.times(-self.ys[i]).exp().ln_1p();
        }
        let mut norm = T::constant(0.0);
        for j in 0..d {
            norm += w[j].abs();
        }
        loss.times(1.0 / n as f64) + norm.times(0.01)
    }
}

pub(crate) struct Network<'a> {
    pub(crate) xs: &'a [f64],
    pub(crate) ys: &'a [f64],
}

impl Function for Network<'_> {
    fn call<T: Real>(&self, point: &[T]) -> T {
        let [n0, n1, n2, n3] = relu_mlp::LAYERS;
        let [w1, b1, w2, b2, w3, b3] = crate::kernels::parts(point, relu_mlp::lengths());
        let batch = self.ys.len() / n3;
        let mut loss = T::constant(0.0);
        for s in 0..batch {
            let mut z1 = b1.to_vec();
            for i in 0..n0 {
                let x = self.xs[s * n0 + i];
                for j in 0..n1 {
                    z1[j] += w1[i * n1 + j].times(x);
                }
            }
            let mut z2 = b2.to_vec();
            for i in 0..n1 {
                let h = z1[i].relu();
                for j in 0..n2 {
                    z2[j] += w2[i * n2 + j] * h;
                }
            }
            let mut out = b3.to_vec();
            for i in 0..n2 {
                let h = z2[i].relu();
                for j in 0..n3 {
                    out[j] += w3[i * n3 + j] * h;
                }
            }
            for j in 0..n3 {
                let e = out[j].plus(-self.ys[s * n3 + j]);
                loss += e * e;
            }
        }
        loss.times(1.0 / batch as f64)
    }
}

/// Numbers of dimensions and components.
pub(crate) const DIMENSION: usize = 10;
pub(crate) const COMPONENTS: usize = 25;

pub(crate) struct Gmm<'a> {
    pub(crate) xs: &'a [f64],
}

impl Function for Gmm<'_> {
    fn call<T: Real>(&self, point: &[T]) -> T {
        let (d, k) = (DIMENSION, COMPONENTS);
        let n = self.xs.len() / d;
        let tri = d * (d - 1) / 2;
        let [alpha, mu, q, l] = crate::kernels::parts(point, gmm_lengths());

        let mut diag = Vec::with_capacity(k * d);
        let mut log_det = Vec::with_capacity(k);
        let mut prior = T::constant(0.0);
        for c in 0..k {
            let mut sum = T::constant(0.0);
            let mut squares = T::constant(0.0);
            for j in 0..d {
                let e = q[c * d + j].exp();
                diag.push(e);
                sum += q[c * d + j];
                squares += e * e;
            }
            for p in 0..tri {
                squares += l[c * tri + p] * l[c * tri + p];
            }
            log_det.push(sum);
            prior += squares.times(0.5);
        }

        let mut centred = vec![T::constant(0.0); d];
        let mut scaled = vec![T::constant(0.0); d];
        let mut term = vec![T::constant(0.0); k];
        let mut total = T::constant(0.0);
        for i in 0..n {
            for c in 0..k {
                for j in 0..d {
                    centred[j] = (-mu[c * d + j]).plus(self.xs[i * d + j]);
                    scaled[j] = diag[c * d + j] * centred[j];
                }
                let mut p = c * tri;
                for j in 0..d {
                    for r in j + 1..d {
                        scaled[r] += l[p] * centred[j];
                        p += 1;
                    }
                }
                let mut norm = T::constant(0.0);
                for j in 0..d {
                    norm += scaled[j] * scaled[j];
                }
                term[c] = alpha[c] + log_det[c] - norm.times(0.5);
            }
            total += log_sum_exp(&term);
        }
        (total - log_sum_exp(alpha).times(n as f64) - prior).plus(gmm_constant(n))
    }
}

/// Lengths of the parameter arrays of `gmm`.
pub(crate) fn gmm_lengths() -> [usize; 4] {
    let (d, k) = (DIMENSION, COMPONENTS);
    [k, k * d, k * d, k * d * (d - 1) / 2]
}

/// What no parameter changes: the normalisation of `n` points, and that of the prior.
pub(crate) fn gmm_constant(n: usize) -> f64 {
    let (d, k) = (DIMENSION, COMPONENTS);
    let degrees = d + 1;
    let log_gamma: f64 = (1..=d).map(|j| log_gamma_of_half(degrees + 1 - j)).sum();
    let log_gamma = 0.25 * (d * (d - 1)) as f64 * PI.ln() + log_gamma;
    let wishart = k as f64 * ((degrees * d) as f64 * (1.0 / SQRT_2).ln() - log_gamma);
    wishart - 0.5 * (n * d) as f64 * (2.0 * PI).ln()
}

/// ln Γ(twice / 2) by the recurrence of Γ.
fn log_gamma_of_half(twice: usize) -> f64 {
    match twice {
        1 => 0.5 * PI.ln(),
        2 => 0.0,
        _ => (0.5 * (twice - 2) as f64).ln() + log_gamma_of_half(twice - 2),
    }
}

pub(crate) struct Lorenz;

/// The step of `lorenz`, and how many there are.
pub(crate) const DT: f64 = 0.005;
pub(crate) const STEPS: usize = 1000;

impl Function for Lorenz {
    fn call<T: Real>(&self, point: &[T]) -> T {
        let &[mut x, mut y, mut z, sigma, rho, beta] = point else {
            panic!("three coordinates and three parameters");
        };
        for _ in 0..STEPS {
            let dx = sigma * (y - x);
            let dy = x * (rho - z) - y;
            let dz = x * y - beta * z;
            x += dx.times(DT);
            y += dy.times(DT);
            z += dz.times(DT);
        }
        x * x + y * y + z * z
    }
}

pub(crate) struct Lse;

impl Function for Lse {
    fn call<T: Real>(&self, x: &[T]) -> T {
        log_sum_exp(x)
    }
}

fn log_sum_exp<T: Real>(x: &[T]) -> T {
    let mut largest = x[0];
    for &x in &x[1..] {
        largest = largest.max(x);
    }
    let mut sum = T::constant(0.0);
    for &x in x {
        sum += (x - largest).exp();
    }
    largest + sum.ln()
}
