//! The logarithm of a sum of exponentials, with the largest taken out.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, uniform};

primal! {
    #[conservative_grad]
    pub(crate) fn lse(x: &[f64]) -> f64 {
        let n = x.len();
        let mut largest = x[0];
        for i in 1..n {
            largest = largest.max(x[i]);
        }
        let mut sum = 0.0;
        for i in 0..n {
            sum += (x[i] - largest).exp();
        }
        largest + sum.ln()
    }
}

/// The exponentials are the gradient up to their sum; what the largest gets on top cancels.
fn lse_hand(x: &[f64], x_bar: &mut [f64]) -> f64 {
    let n = x.len();
    let mut largest = x[0];
    for i in 1..n {
        largest = largest.max(x[i]);
    }
    let mut exponentials = vec![0.0; n];
    let mut sum = 0.0;
    for i in 0..n {
        exponentials[i] = (x[i] - largest).exp();
        sum += exponentials[i];
    }
    let sum_bar = 1.0 / sum;
    for i in 0..n {
        x_bar[i] += sum_bar * exponentials[i];
    }
    largest + sum.ln()
}

struct Lse;

impl Function for Lse {
    fn primal(&self, x: &[f64]) -> f64 {
        lse(x)
    }

    fn grad(&self, x: &[f64], x_bar: &mut [f64]) -> f64 {
        lse::accumulate_grad(x, x_bar)
    }
}

impl Problem for Lse {
    fn plain(&self, x: &[f64]) -> f64 {
        plain::lse(x)
    }

    fn hand(&self, x: &[f64], x_bar: &mut [f64]) -> f64 {
        lse_hand(x, x_bar)
    }
}

pub(crate) fn kernel(n: usize) -> Kernel {
    let point = uniform(&mut fastrand::Rng::with_seed(7), n, -3.0, 3.0);
    Kernel::new(lse::FIELD, point, Lse)
}
