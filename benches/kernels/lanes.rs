//! Kernels of few inputs and long loops, each with a gradient by a reverse sweep and one by forward lanes
//! (`mode = forward`).

use conservative_grad::conservative_grad;

use super::scalars_mut;

/// A kernel in both modes. The gradients return the value, and add into the second slice.
pub(crate) struct Pair {
    pub(crate) name: &'static str,
    pub(crate) point: Vec<f64>,
    pub(crate) primal: fn(&[f64]) -> f64,
    pub(crate) reverse: fn(&[f64], &mut [f64]) -> f64,
    pub(crate) forward: fn(&[f64], &mut [f64]) -> f64,
}

macro_rules! in_both_modes {
    ($($(#[$meta:meta])* fn $name:ident($($p:ident: $t:ty),*) -> f64 $body:block)*) => {
        mod reverse {
            use super::*;
            $(#[conservative_grad] $(#[$meta])* pub(super) fn $name($($p: $t),*) -> f64 $body)*
        }
        mod forward {
            use super::*;
            $(#[conservative_grad(mode = forward)] $(#[$meta])* pub(super) fn $name($($p: $t),*) -> f64 $body)*
        }
    };
}

in_both_modes! {
    /// Lorenz's system by Euler steps: three numbers from step to step, six inputs.
    fn lorenz(x0: f64, y0: f64, z0: f64, sigma: f64, rho: f64, beta: f64, steps: usize) -> f64 {
        let (mut x, mut y, mut z) = (x0, y0, z0);
        for _ in 0..steps {
            let dx = sigma * (y - x);
            let dy = x * (rho - z) - y;
            let dz = x * y - beta * z;
            x += 0.005 * dx;
            y += 0.005 * dy;
            z += 0.005 * dz;
        }
        x * x + y * y + z * z
    }

    /// A projectile with drag until it hits the ground: a loop of unknown length, four inputs.
    fn throw(speed: f64, angle: f64, drag: f64, mass: f64) -> f64 {
        let (mut x, mut y) = (0.0, 0.0);
        let (mut vx, mut vy) = (speed * angle.cos(), speed * angle.sin());
        while y >= 0.0 {
            let v = (vx * vx + vy * vy).sqrt();
            vx -= 0.001 * drag * v * vx / mass;
            vy -= 0.001 * (9.81 + drag * v * vy / mass);
            x += 0.001 * vx;
            y += 0.001 * vy;
        }
        // Back to the ground along the last step.
        x - y * vx / vy
    }

    /// An American put on a binomial tree: an array that every step overwrites, five inputs.
    fn binomial(spot: f64, strike: f64, rate: f64, volatility: f64, maturity: f64, steps: usize) -> f64 {
        let dt = maturity / steps as f64;
        let jump = volatility * dt.sqrt();
        let up = jump.exp();
        let down = 1.0 / up;
        let discount = (-rate * dt).exp();
        let p = ((rate * dt).exp() - down) / (up - down);
        let ratio = up * up;
        let mut value = vec![0.0; steps + 1];
        let mut price = spot * (-(steps as f64) * jump).exp();
        for j in 0..steps + 1 {
            value[j] = (strike - price).max(0.0);
            price *= ratio;
        }
        for t in (0..steps).rev() {
            let mut price = spot * (-(t as f64) * jump).exp();
            for j in 0..t + 1 {
                let held = discount * (p * value[j + 1] + (1.0 - p) * value[j]);
                value[j] = held.max(strike - price);
                price *= ratio;
            }
        }
        value[0]
    }

    /// A chain of linear equations by Runge-Kutta steps: calls in a loop. Sixteen inputs, two sweeps.
    fn chain(x: &[f64], steps: usize) -> f64 {
        let n = x.len();
        let h = 2.0 / steps as f64;
        let mut y = vec![0.0; n];
        let mut k1 = vec![0.0; n];
        let mut k2 = vec![0.0; n];
        let mut stage = vec![0.0; n];
        for _ in 0..steps {
            slope(x, &y, &mut k1);
            for i in 0..n {
                stage[i] = y[i] + 0.5 * h * k1[i];
            }
            slope(x, &stage, &mut k2);
            for i in 0..n {
                y[i] += h * k2[i];
            }
        }
        y[n - 1]
    }

    /// A sum of terms, eight inputs: the reverse sweep needs no storage here, either.
    fn sum(x: &[f64; 8], steps: usize) -> f64 {
        let mut sum = 0.0;
        for t in 0..steps {
            let a = x[t % 8] * x[(t + 3) % 8] - 1.0;
            sum += (1.0 + a * a).sqrt();
        }
        sum
    }
}

#[conservative_grad]
fn slope(x: &[f64], y: &[f64], dy: &mut [f64]) {
    dy[0] = x[0];
    for i in 1..x.len() {
        dy[i] = x[i] * y[i - 1];
    }
}

/// `accumulate_grad` of a function of numbers, and the number of steps behind them.
macro_rules! of_numbers {
    ($mode:ident::$name:ident($($bar:ident $k:literal),*) $($steps:literal)?) => {
        |p, bars| {
            let [$($bar),*] = scalars_mut(bars);
            $mode::$name::accumulate_grad($(p[$k],)* $($steps,)? $($bar),*)
        }
    };
}

pub(crate) fn pairs() -> Vec<Pair> {
    vec![
        Pair {
            name: "lorenz",
            point: vec![1.0, 1.0, 20.0, 10.0, 28.0, 8.0 / 3.0],
            primal: |p| reverse::lorenz(p[0], p[1], p[2], p[3], p[4], p[5], 1000),
            reverse: of_numbers!(reverse::lorenz(a 0, b 1, c 2, d 3, e 4, f 5) 1000),
            forward: of_numbers!(forward::lorenz(a 0, b 1, c 2, d 3, e 4, f 5) 1000),
        },
        Pair {
            name: "throw",
            point: vec![40.0, 0.7, 0.02, 0.6],
            primal: |p| reverse::throw(p[0], p[1], p[2], p[3]),
            reverse: of_numbers!(reverse::throw(a 0, b 1, c 2, d 3)),
            forward: of_numbers!(forward::throw(a 0, b 1, c 2, d 3)),
        },
        Pair {
            name: "binomial",
            point: vec![100.0, 105.0, 0.03, 0.25, 1.0],
            primal: |p| reverse::binomial(p[0], p[1], p[2], p[3], p[4], 300),
            reverse: of_numbers!(reverse::binomial(a 0, b 1, c 2, d 3, e 4) 300),
            forward: of_numbers!(forward::binomial(a 0, b 1, c 2, d 3, e 4) 300),
        },
        Pair {
            name: "chain_8",
            point: vec![0.7; 8],
            primal: |p| reverse::chain(p, 1000),
            reverse: |p, bars| reverse::chain::accumulate_grad(p, 1000, bars),
            forward: |p, bars| forward::chain::accumulate_grad(p, 1000, bars),
        },
        Pair {
            name: "chain_16",
            point: vec![0.7; 16],
            primal: |p| reverse::chain(p, 1000),
            reverse: |p, bars| reverse::chain::accumulate_grad(p, 1000, bars),
            forward: |p, bars| forward::chain::accumulate_grad(p, 1000, bars),
        },
        Pair {
            name: "sum",
            point: (0..8).map(|k| 0.3 * f64::from(k)).collect(),
            primal: |p| reverse::sum(p.try_into().expect("eight inputs"), 10_000),
            reverse: |p, bars| {
                let bars: &mut [f64; 8] = bars.try_into().expect("eight bars");
                reverse::sum::accumulate_grad(p.try_into().expect("eight inputs"), 10_000, bars)
            },
            forward: |p, bars| {
                let bars: &mut [f64; 8] = bars.try_into().expect("eight bars");
                forward::sum::accumulate_grad(p.try_into().expect("eight inputs"), 10_000, bars)
            },
        },
    ]
}
