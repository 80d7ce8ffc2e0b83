//! Lorenz's system by Euler steps: a loop that carries three numbers nonlinearly from step to step.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, scalars_mut};
use std::hint::black_box;

const DT: f64 = 0.005;

primal! {
    #[conservative_grad(wrt(x0, y0, z0, sigma, rho, beta))]
    pub(crate) fn lorenz(
        x0: f64,
        y0: f64,
        z0: f64,
        sigma: f64,
        rho: f64,
        beta: f64,
        dt: f64,
        steps: usize,
    ) -> f64 {
        let mut x = x0;
        let mut y = y0;
        let mut z = z0;
        for _ in 0..steps {
            let dx = sigma * (y - x);
            let dy = x * (rho - z) - y;
            let dz = x * y - beta * z;
            x += dt * dx;
            y += dt * dy;
            z += dt * dz;
        }
        x * x + y * y + z * z
    }
}

fn lorenz_hand(point: [f64; 6], dt: f64, steps: usize, bars: [&mut f64; 6]) -> f64 {
    let [mut x, mut y, mut z, sigma, rho, beta] = point;
    let mut saved = vec![[0.0; 3]; steps];
    for state in &mut saved {
        *state = [x, y, z];
        let dx = sigma * (y - x);
        let dy = x * (rho - z) - y;
        let dz = x * y - beta * z;
        x += dt * dx;
        y += dt * dy;
        z += dt * dz;
    }
    let value = x * x + y * y + z * z;

    let [mut x_bar, mut y_bar, mut z_bar] = [2.0 * x, 2.0 * y, 2.0 * z];
    let [mut sigma_bar, mut rho_bar, mut beta_bar] = [0.0; 3];
    for &[x, y, z] in saved.iter().rev() {
        let dx_bar = dt * x_bar;
        let dy_bar = dt * y_bar;
        let dz_bar = dt * z_bar;
        sigma_bar += (y - x) * dx_bar;
        rho_bar += x * dy_bar;
        beta_bar -= z * dz_bar;
        x_bar += y * dz_bar + (rho - z) * dy_bar - sigma * dx_bar;
        y_bar += x * dz_bar - dy_bar + sigma * dx_bar;
        z_bar -= beta * dz_bar + x * dy_bar;
    }
    let steps_bar = [x_bar, y_bar, z_bar, sigma_bar, rho_bar, beta_bar];
    for (bar, step) in bars.into_iter().zip(steps_bar) {
        *bar += step;
    }
    value
}

struct Lorenz {
    dt: f64,
    steps: usize,
}

impl Function for Lorenz {
    fn primal(&self, p: &[f64]) -> f64 {
        lorenz(p[0], p[1], p[2], p[3], p[4], p[5], self.dt, self.steps)
    }

    fn grad(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let [x, y, z, sigma, rho, beta] = scalars_mut(bars);
        lorenz::accumulate_grad(
            p[0], p[1], p[2], p[3], p[4], p[5], self.dt, self.steps, x, y, z, sigma, rho, beta,
        )
    }
}

impl Problem for Lorenz {
    fn plain(&self, p: &[f64]) -> f64 {
        plain::lorenz(p[0], p[1], p[2], p[3], p[4], p[5], self.dt, self.steps)
    }

    fn hand(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let point = [p[0], p[1], p[2], p[3], p[4], p[5]];
        lorenz_hand(point, self.dt, self.steps, scalars_mut(bars))
    }
}

pub(crate) fn kernel(steps: usize) -> Kernel {
    let point = vec![1.0, 1.0, 20.0, 10.0, 28.0, 8.0 / 3.0];
    let (dt, steps) = black_box((DT, steps));
    Kernel::new(lorenz::FIELD, point, Lorenz { dt, steps })
}
