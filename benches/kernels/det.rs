//! The determinant by expansion along the first row, as GradBench states it (after cmpad): recursion on fresh matrices.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, uniform};
use std::hint::black_box;

primal! {
    #[conservative_grad]
    pub(crate) fn det(a: &[f64], size: usize) -> f64 {
        if size == 1 {
            return a[0];
        }
        let mut sum = 0.0;
        let mut sign = 1.0;
        for column in 0..size {
            let rest = minor(a, size, column);
            sum += sign * a[column] * det(&rest, size - 1);
            sign = -sign;
        }
        sum
    }

    #[conservative_grad]
    pub(crate) fn minor(a: &[f64], size: usize, column: usize) -> Vec<f64> {
        let mut rest = vec![0.0; (size - 1) * (size - 1)];
        let mut next = 0;
        for i in 1..size {
            for j in 0..size {
                if j == column {
                    continue;
                }
                rest[next] = a[i * size + j];
                next += 1;
            }
        }
        rest
    }
}

/// Adds `seed` times the gradient; each minor's determinant and gradient come from one recursion.
fn det_hand(a: &[f64], size: usize, seed: f64, a_bar: &mut [f64]) -> f64 {
    if size == 1 {
        a_bar[0] += seed;
        return a[0];
    }
    let mut sum = 0.0;
    let mut sign = 1.0;
    for column in 0..size {
        let rest = plain::minor(a, size, column);
        let mut rest_bar = vec![0.0; rest.len()];
        let factor = sign * a[column];
        let value = det_hand(&rest, size - 1, factor * seed, &mut rest_bar);
        sum += factor * value;
        a_bar[column] += sign * value * seed;
        let mut next = 0;
        for i in 1..size {
            for j in 0..size {
                if j != column {
                    a_bar[i * size + j] += rest_bar[next];
                    next += 1;
                }
            }
        }
        sign = -sign;
    }
    sum
}

struct Determinant {
    size: usize,
}

impl Function for Determinant {
    fn primal(&self, a: &[f64]) -> f64 {
        det(a, self.size)
    }

    fn grad(&self, a: &[f64], a_bar: &mut [f64]) -> f64 {
        det::accumulate_grad(a, self.size, a_bar)
    }
}

impl Problem for Determinant {
    fn plain(&self, a: &[f64]) -> f64 {
        plain::det(a, self.size)
    }

    fn hand(&self, a: &[f64], a_bar: &mut [f64]) -> f64 {
        det_hand(a, self.size, 1.0, a_bar)
    }
}

pub(crate) fn kernel(size: usize) -> Kernel {
    let point = uniform(&mut fastrand::Rng::with_seed(16), size * size, -1.0, 1.0);
    let size = black_box(size);
    Kernel::new(det::FIELD, point, Determinant { size })
}
