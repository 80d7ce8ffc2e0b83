//! A heat equation with a nonlinear source on a rod with fixed ends: array state, step after step.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, parts, parts_mut, uniform};
use std::hint::black_box;

const CELLS: usize = 1000;

/// In either precision.
macro_rules! model {
    ($real:ident) => {
        primal! {
            #[conservative_grad]
            pub(crate) fn heat(start: &[$real], diffusion: $real, growth: $real, steps: usize) -> $real {
                let n = start.len();
                let mut u = vec![0.0; n];
                let mut next = vec![0.0; n];
                for j in 0..n {
                    u[j] = start[j];
                }
                for _ in 0..steps {
                    for j in 1..n - 1 {
                        let flow = u[j - 1] - 2.0 * u[j] + u[j + 1];
                        next[j] = u[j] + diffusion * flow + growth * u[j] * (1.0 - u[j]);
                    }
                    for j in 1..n - 1 {
                        u[j] = next[j];
                    }
                }
                let mut energy = 0.0;
                for j in 0..n {
                    energy += u[j] * u[j];
                }
                energy
            }
        }

        pub(crate) struct Heat {
            lengths: [usize; 3],
            steps: usize,
        }

        impl Function<$real> for Heat {
            fn primal(&self, p: &[$real]) -> $real {
                let [start, diffusion, growth] = parts(p, self.lengths);
                heat(start, diffusion[0], growth[0], self.steps)
            }

            fn grad(&self, p: &[$real], bars: &mut [$real]) -> $real {
                let [start, diffusion, growth] = parts(p, self.lengths);
                let [start_bar, diffusion_bar, growth_bar] = parts_mut(bars, self.lengths);
                heat::accumulate_grad(
                    start,
                    diffusion[0],
                    growth[0],
                    self.steps,
                    start_bar,
                    &mut diffusion_bar[0],
                    &mut growth_bar[0],
                )
            }
        }

        pub(crate) fn data(steps: usize) -> (Vec<$real>, Heat) {
            let mut point = uniform(&mut fastrand::Rng::with_seed(9), CELLS, 0.0, 1.0);
            point.extend([0.2, 0.001]);
            let (lengths, steps) = black_box(([CELLS, 1, 1], steps));
            (point, Heat { lengths, steps })
        }
    };
}

in_both_precisions!(model);

fn heat_hand(
    start: &[f64],
    diffusion: f64,
    growth: f64,
    steps: usize,
    bars: [&mut [f64]; 3],
) -> f64 {
    let [start_bar, diffusion_bar, growth_bar] = bars;
    let n = start.len();
    let mut states = Vec::with_capacity((steps + 1) * n);
    states.extend_from_slice(start);
    for t in 0..steps {
        states.extend_from_within(t * n..t * n + n);
        let (old, new) = states.split_at_mut((t + 1) * n);
        let u = &old[t * n..];
        for j in 1..n - 1 {
            let flow = u[j - 1] - 2.0 * u[j] + u[j + 1];
            new[j] = u[j] + diffusion * flow + growth * u[j] * (1.0 - u[j]);
        }
    }
    let last = &states[steps * n..];
    let mut energy = 0.0;
    for j in 0..n {
        energy += last[j] * last[j];
    }

    let mut u_bar: Vec<f64> = last.iter().map(|u| 2.0 * u).collect();
    let mut next_bar = vec![0.0; n];
    let (mut diffusion_sum, mut growth_sum) = (0.0, 0.0);
    for t in (0..steps).rev() {
        let u = &states[t * n..t * n + n];
        for j in 1..n - 1 {
            next_bar[j] = u_bar[j];
            u_bar[j] = 0.0;
        }
        for j in 1..n - 1 {
            let flow = u[j - 1] - 2.0 * u[j] + u[j + 1];
            diffusion_sum += flow * next_bar[j];
            growth_sum += u[j] * (1.0 - u[j]) * next_bar[j];
            let flow_bar = diffusion * next_bar[j];
            u_bar[j - 1] += flow_bar;
            u_bar[j] += next_bar[j] - 2.0 * flow_bar + growth * (1.0 - 2.0 * u[j]) * next_bar[j];
            u_bar[j + 1] += flow_bar;
        }
    }
    for j in 0..n {
        start_bar[j] += u_bar[j];
    }
    diffusion_bar[0] += diffusion_sum;
    growth_bar[0] += growth_sum;
    energy
}

impl Problem for Heat {
    fn plain(&self, p: &[f64]) -> f64 {
        let [start, diffusion, growth] = parts(p, self.lengths);
        plain::heat(start, diffusion[0], growth[0], self.steps)
    }

    fn hand(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let [start, diffusion, growth] = parts(p, self.lengths);
        let bars = parts_mut(bars, self.lengths);
        heat_hand(start, diffusion[0], growth[0], self.steps, bars)
    }
}

pub(crate) fn kernel(steps: usize) -> Kernel {
    let (point, problem) = data(steps);
    Kernel::new(heat::FIELD, point, problem)
}
