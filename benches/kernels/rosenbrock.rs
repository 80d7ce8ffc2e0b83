//! Rosenbrock's chained valley: an accumulating loop whose body reads two neighbours.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, uniform};

/// In either precision.
macro_rules! model {
    ($real:ident) => {
        primal! {
            #[conservative_grad]
            pub(crate) fn rosenbrock(x: &[$real]) -> $real {
                let mut sum = 0.0;
                for i in 0..x.len() - 1 {
                    let a = x[i + 1] - x[i] * x[i];
                    let b = 1.0 - x[i];
                    sum += 100.0 * a * a + b * b;
                }
                sum
            }
        }

        pub(crate) struct Rosenbrock;

        impl Function<$real> for Rosenbrock {
            fn primal(&self, x: &[$real]) -> $real {
                rosenbrock(x)
            }

            fn grad(&self, x: &[$real], x_bar: &mut [$real]) -> $real {
                rosenbrock::accumulate_grad(x, x_bar)
            }
        }

        pub(crate) fn data(n: usize) -> (Vec<$real>, Rosenbrock) {
            let point = uniform(&mut fastrand::Rng::with_seed(1), n, -1.5, 1.5);
            (point, Rosenbrock)
        }
    };
}

in_both_precisions!(model);

/// Neighbours share an adjoint: the part that the next iteration completes is carried in a register.
fn rosenbrock_hand(x: &[f64], x_bar: &mut [f64]) -> f64 {
    let n = x.len();
    let x_bar = &mut x_bar[..n];
    let mut sum = 0.0;
    let mut carried = 0.0;
    for i in 0..n - 1 {
        let a = x[i + 1] - x[i] * x[i];
        let b = 1.0 - x[i];
        sum += 100.0 * a * a + b * b;
        let a_bar = 200.0 * a;
        x_bar[i] += carried - 2.0 * (a_bar * x[i] + b);
        carried = a_bar;
    }
    x_bar[n - 1] += carried;
    sum
}

impl Problem for Rosenbrock {
    fn plain(&self, x: &[f64]) -> f64 {
        plain::rosenbrock(x)
    }

    fn hand(&self, x: &[f64], x_bar: &mut [f64]) -> f64 {
        rosenbrock_hand(x, x_bar)
    }
}

pub(crate) fn kernel(n: usize) -> Kernel {
    let (point, problem) = data(n);
    Kernel::new(rosenbrock::FIELD, point, problem)
}
