//! The largest square: one winner takes the whole adjoint.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, uniform};

primal! {
    #[conservative_grad]
    pub(crate) fn maxq(x: &[f64]) -> f64 {
        let mut largest = x[0] * x[0];
        for i in 1..x.len() {
            let square = x[i] * x[i];
            if square > largest {
                largest = square;
            }
        }
        largest
    }
}

fn maxq_hand(x: &[f64], x_bar: &mut [f64]) -> f64 {
    let mut winner = 0;
    let mut largest = x[0] * x[0];
    for i in 1..x.len() {
        let square = x[i] * x[i];
        if square > largest {
            largest = square;
            winner = i;
        }
    }
    x_bar[winner] += 2.0 * x[winner];
    largest
}

struct Maxq;

impl Function for Maxq {
    fn primal(&self, x: &[f64]) -> f64 {
        maxq(x)
    }

    fn grad(&self, x: &[f64], x_bar: &mut [f64]) -> f64 {
        maxq::accumulate_grad(x, x_bar)
    }
}

impl Problem for Maxq {
    fn plain(&self, x: &[f64]) -> f64 {
        plain::maxq(x)
    }

    fn hand(&self, x: &[f64], x_bar: &mut [f64]) -> f64 {
        maxq_hand(x, x_bar)
    }
}

pub(crate) fn kernel(n: usize) -> Kernel {
    let point = uniform(&mut fastrand::Rng::with_seed(5), n, -1.0, 1.0);
    Kernel::new(maxq::FIELD, point, Maxq)
}
