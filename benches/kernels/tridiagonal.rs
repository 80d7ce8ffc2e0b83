//! Thomas' algorithm for a tridiagonal system, then the squared norm of the solution: two recurrences, one in each
//! direction, each bound by its divisions.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, parts, parts_mut, uniform};
use std::hint::black_box;

/// In either precision.
macro_rules! model {
    ($real:ident) => {
        primal! {
            #[conservative_grad]
            pub(crate) fn tridiagonal(lower: &[$real], diagonal: &[$real], upper: &[$real], rhs: &[$real]) -> $real {
                let n = diagonal.len();
                let mut factor = vec![0.0; n];
                let mut x = vec![0.0; n];
                factor[0] = upper[0] / diagonal[0];
                x[0] = rhs[0] / diagonal[0];
                for i in 1..n {
                    let pivot = diagonal[i] - lower[i] * factor[i - 1];
                    factor[i] = upper[i] / pivot;
                    x[i] = (rhs[i] - lower[i] * x[i - 1]) / pivot;
                }
                for i in (0..n - 1).rev() {
                    x[i] -= factor[i] * x[i + 1];
                }
                let mut norm = 0.0;
                for i in 0..n {
                    norm += x[i] * x[i];
                }
                norm
            }
        }

        pub(crate) struct Tridiagonal {
            lengths: [usize; 4],
        }

        impl Function<$real> for Tridiagonal {
            fn primal(&self, p: &[$real]) -> $real {
                let [lower, diagonal, upper, rhs] = parts(p, self.lengths);
                tridiagonal(lower, diagonal, upper, rhs)
            }

            fn grad(&self, p: &[$real], bars: &mut [$real]) -> $real {
                let [lower, diagonal, upper, rhs] = parts(p, self.lengths);
                let [lower_bar, diagonal_bar, upper_bar, rhs_bar] = parts_mut(bars, self.lengths);
                tridiagonal::accumulate_grad(
                    lower,
                    diagonal,
                    upper,
                    rhs,
                    lower_bar,
                    diagonal_bar,
                    upper_bar,
                    rhs_bar,
                )
            }
        }

        /// Diagonally dominant, so that no pivot comes near zero.
        pub(crate) fn data(n: usize) -> (Vec<$real>, Tridiagonal) {
            let mut rng = fastrand::Rng::with_seed(8);
            let mut point = uniform(&mut rng, n, -1.0, 1.0);
            point.extend(uniform::<$real>(&mut rng, n, 2.5, 3.5));
            point.extend(uniform::<$real>(&mut rng, 2 * n, -1.0, 1.0));
            let lengths = black_box([n; 4]);
            (point, Tridiagonal { lengths })
        }
    };
}

in_both_precisions!(model);

fn tridiagonal_hand(params: [&[f64]; 4], bars: [&mut [f64]; 4]) -> f64 {
    let [lower, diagonal, upper, rhs] = params;
    let [lower_bar, diagonal_bar, upper_bar, rhs_bar] = bars;
    let n = diagonal.len();
    let mut factor = vec![0.0; n];
    let mut forward = vec![0.0; n];
    let mut inverse = vec![0.0; n];
    inverse[0] = 1.0 / diagonal[0];
    factor[0] = upper[0] / diagonal[0];
    forward[0] = rhs[0] / diagonal[0];
    for i in 1..n {
        let pivot = diagonal[i] - lower[i] * factor[i - 1];
        inverse[i] = 1.0 / pivot;
        factor[i] = upper[i] / pivot;
        forward[i] = (rhs[i] - lower[i] * forward[i - 1]) / pivot;
    }
    let mut x = forward.clone();
    for i in (0..n - 1).rev() {
        x[i] -= factor[i] * x[i + 1];
    }
    let mut norm = 0.0;
    for i in 0..n {
        norm += x[i] * x[i];
    }

    let mut x_bar = vec![0.0; n];
    let mut factor_bar = vec![0.0; n];
    for i in 0..n {
        x_bar[i] = 2.0 * x[i];
    }
    for i in 0..n - 1 {
        factor_bar[i] = -x_bar[i] * x[i + 1];
        x_bar[i + 1] -= x_bar[i] * factor[i];
    }
    for i in (1..n).rev() {
        let numerator_bar = x_bar[i] * inverse[i];
        let upper_i_bar = factor_bar[i] * inverse[i];
        let pivot_bar = -(numerator_bar * forward[i] + upper_i_bar * factor[i]);
        upper_bar[i] += upper_i_bar;
        rhs_bar[i] += numerator_bar;
        diagonal_bar[i] += pivot_bar;
        lower_bar[i] -= numerator_bar * forward[i - 1] + pivot_bar * factor[i - 1];
        x_bar[i - 1] -= numerator_bar * lower[i];
        factor_bar[i - 1] -= pivot_bar * lower[i];
    }
    let first = [x_bar[0] * inverse[0], factor_bar[0] * inverse[0]];
    rhs_bar[0] += first[0];
    upper_bar[0] += first[1];
    diagonal_bar[0] -= first[0] * forward[0] + first[1] * factor[0];
    norm
}

impl Problem for Tridiagonal {
    fn plain(&self, p: &[f64]) -> f64 {
        let [lower, diagonal, upper, rhs] = parts(p, self.lengths);
        plain::tridiagonal(lower, diagonal, upper, rhs)
    }

    fn hand(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        tridiagonal_hand(parts(p, self.lengths), parts_mut(bars, self.lengths))
    }
}

pub(crate) fn kernel(n: usize) -> Kernel {
    let (point, problem) = data(n);
    Kernel::new(tridiagonal::FIELD, point, problem)
}
