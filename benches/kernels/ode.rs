//! Classical Runge–Kutta for y₀' = x₀, yᵢ' = xᵢ yᵢ₋₁ on [0, 2], the last component at the end, as GradBench states it
//! (after cmpad). At its own sizes, a thousand components and more, that gradient is 0 in double precision; here it is not.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, uniform};
use std::hint::black_box;

const STEPS: usize = 100;

primal! {
    #[conservative_grad]
    pub(crate) fn ode(x: &[f64], steps: usize) -> f64 {
        let n = x.len();
        let h = 2.0 / steps as f64;
        let mut y = vec![0.0; n];
        let mut k1 = vec![0.0; n];
        let mut k2 = vec![0.0; n];
        let mut k3 = vec![0.0; n];
        let mut k4 = vec![0.0; n];
        let mut stage = vec![0.0; n];
        for _ in 0..steps {
            slope(x, &y, &mut k1);
            advance(&y, 0.5 * h, &k1, &mut stage);
            slope(x, &stage, &mut k2);
            advance(&y, 0.5 * h, &k2, &mut stage);
            slope(x, &stage, &mut k3);
            advance(&y, h, &k3, &mut stage);
            slope(x, &stage, &mut k4);
            for i in 0..n {
                y[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
            }
        }
        y[n - 1]
    }

    #[conservative_grad]
    pub(crate) fn slope(x: &[f64], y: &[f64], dy: &mut [f64]) {
        dy[0] = x[0];
        for i in 1..x.len() {
            dy[i] = x[i] * y[i - 1];
        }
    }

    #[conservative_grad]
    pub(crate) fn advance(y: &[f64], a: f64, k: &[f64], out: &mut [f64]) {
        for i in 0..y.len() {
            out[i] = y[i] + a * k[i];
        }
    }
}

/// Keeps the four arguments of the slope in each step: the slope is linear in each of its factors.
fn ode_hand(x: &[f64], steps: usize, x_bar: &mut [f64]) -> f64 {
    let n = x.len();
    let h = 2.0 / steps as f64;
    let mut y = vec![0.0; n];
    let mut k = [const { Vec::new() }; 4];
    for k in &mut k {
        *k = vec![0.0; n];
    }
    let mut saved = vec![0.0; steps * 4 * n];
    for step in saved.chunks_exact_mut(4 * n) {
        for s in 0..4 {
            let argument = &mut step[s * n..s * n + n];
            match s {
                0 => argument.copy_from_slice(&y),
                3 => plain::advance(&y, h, &k[2], argument),
                _ => plain::advance(&y, 0.5 * h, &k[s - 1], argument),
            }
            plain::slope(x, argument, &mut k[s]);
        }
        let [k1, k2, k3, k4] = k.each_ref().map(|k| &k[..n]);
        for i in 0..n {
            y[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }

    let mut y_bar = vec![0.0; n];
    y_bar[n - 1] = 1.0;
    let mut k_bar = vec![0.0; n];
    let mut argument_bar = vec![0.0; n];
    let mut before_bar = vec![0.0; n];
    for step in saved.chunks_exact(4 * n).rev() {
        before_bar.copy_from_slice(&y_bar);
        argument_bar.fill(0.0);
        for (s, weight, reach) in [
            (3, 1.0, 0.0),
            (2, 2.0, h),
            (1, 2.0, 0.5 * h),
            (0, 1.0, 0.5 * h),
        ] {
            for i in 0..n {
                k_bar[i] = h / 6.0 * weight * y_bar[i] + reach * argument_bar[i];
            }
            slope_hand(x, &step[s * n..s * n + n], &k_bar, x_bar, &mut argument_bar);
            for i in 0..n {
                before_bar[i] += argument_bar[i];
            }
        }
        y_bar.copy_from_slice(&before_bar);
    }
    y[n - 1]
}

/// Adds into `x_bar`, sets `y_bar`.
fn slope_hand(x: &[f64], y: &[f64], dy_bar: &[f64], x_bar: &mut [f64], y_bar: &mut [f64]) {
    let n = x.len();
    let (y, dy_bar, x_bar, y_bar) = (&y[..n], &dy_bar[..n], &mut x_bar[..n], &mut y_bar[..n]);
    x_bar[0] += dy_bar[0];
    for i in 1..n {
        x_bar[i] += y[i - 1] * dy_bar[i];
        y_bar[i - 1] = x[i] * dy_bar[i];
    }
    y_bar[n - 1] = 0.0;
}

struct Ode {
    steps: usize,
}

impl Function for Ode {
    fn primal(&self, x: &[f64]) -> f64 {
        ode(x, self.steps)
    }

    fn grad(&self, x: &[f64], x_bar: &mut [f64]) -> f64 {
        ode::accumulate_grad(x, self.steps, x_bar)
    }
}

impl Problem for Ode {
    fn plain(&self, x: &[f64]) -> f64 {
        plain::ode(x, self.steps)
    }

    fn hand(&self, x: &[f64], x_bar: &mut [f64]) -> f64 {
        ode_hand(x, self.steps, x_bar)
    }
}

pub(crate) fn kernel(n: usize) -> Kernel {
    let point = uniform(&mut fastrand::Rng::with_seed(17), n, 0.5, 1.5);
    let steps = black_box(STEPS);
    Kernel::new(ode::FIELD, point, Ode { steps })
}
