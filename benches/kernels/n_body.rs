//! The energy of bodies that attract each other: a triangle of pairs, a square root and a division in each.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, parts, parts_mut, uniform};
use std::hint::black_box;

const SOFTENING: f64 = 0.01;

primal! {
    #[conservative_grad(wrt(position, velocity, mass))]
    pub(crate) fn n_body(
        position: &[f64],
        velocity: &[f64],
        mass: &[f64],
        softening: f64,
    ) -> f64 {
        let n = mass.len();
        let mut energy = 0.0;
        for i in 0..n {
            let mut square = 0.0;
            for a in 0..3 {
                square += velocity[3 * i + a] * velocity[3 * i + a];
            }
            energy += 0.5 * mass[i] * square;
            for j in i + 1..n {
                let mut distance = softening;
                for a in 0..3 {
                    let d = position[3 * i + a] - position[3 * j + a];
                    distance += d * d;
                }
                energy -= mass[i] * mass[j] / distance.sqrt();
            }
        }
        energy
    }
}

fn n_body_hand(params: [&[f64]; 3], softening: f64, bars: [&mut [f64]; 3]) -> f64 {
    let [position, velocity, mass] = params;
    let [position_bar, velocity_bar, mass_bar] = bars;
    let n = mass.len();
    let mut energy = 0.0;
    for i in 0..n {
        let mut square = 0.0;
        for a in 0..3 {
            square += velocity[3 * i + a] * velocity[3 * i + a];
            velocity_bar[3 * i + a] += mass[i] * velocity[3 * i + a];
        }
        energy += 0.5 * mass[i] * square;
        mass_bar[i] += 0.5 * square;
        for j in i + 1..n {
            let mut distance = softening;
            for a in 0..3 {
                let d = position[3 * i + a] - position[3 * j + a];
                distance += d * d;
            }
            let root = distance.sqrt();
            energy -= mass[i] * mass[j] / root;
            let inverse = 1.0 / root;
            mass_bar[i] -= mass[j] * inverse;
            mass_bar[j] -= mass[i] * inverse;
            let pull = mass[i] * mass[j] * inverse * inverse * inverse;
            for a in 0..3 {
                let d_bar = pull * (position[3 * i + a] - position[3 * j + a]);
                position_bar[3 * i + a] += d_bar;
                position_bar[3 * j + a] -= d_bar;
            }
        }
    }
    energy
}

struct Bodies {
    lengths: [usize; 3],
}

impl Function for Bodies {
    fn primal(&self, p: &[f64]) -> f64 {
        let [position, velocity, mass] = parts(p, self.lengths);
        n_body(position, velocity, mass, SOFTENING)
    }

    fn grad(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let [position, velocity, mass] = parts(p, self.lengths);
        let [position_bar, velocity_bar, mass_bar] = parts_mut(bars, self.lengths);
        n_body::accumulate_grad(
            position,
            velocity,
            mass,
            SOFTENING,
            position_bar,
            velocity_bar,
            mass_bar,
        )
    }
}

impl Problem for Bodies {
    fn plain(&self, p: &[f64]) -> f64 {
        let [position, velocity, mass] = parts(p, self.lengths);
        plain::n_body(position, velocity, mass, SOFTENING)
    }

    fn hand(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let point = parts(p, self.lengths);
        n_body_hand(point, SOFTENING, parts_mut(bars, self.lengths))
    }
}

pub(crate) fn kernel(n: usize) -> Kernel {
    let mut rng = fastrand::Rng::with_seed(10);
    let mut point = uniform(&mut rng, 6 * n, -1.0, 1.0);
    point.extend(uniform::<f64>(&mut rng, n, 0.5, 1.5));
    let lengths = black_box([3 * n, 3 * n, n]);
    Kernel::new(n_body::FIELD, point, Bodies { lengths })
}
