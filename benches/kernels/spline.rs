//! A cubic spline fitted to samples on a time axis that is stretched and shifted: each evaluation searches its interval
//! by bisection, from a number that is differentiated.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, parts, parts_mut, uniform};
use std::hint::black_box;

const KNOTS: usize = 64;

primal! {
    /// Values and second derivatives at the knots.
    #[conservative_grad(wrt(values, curvatures, stretch, shift))]
    pub(crate) fn spline(
        values: &[f64],
        curvatures: &[f64],
        stretch: f64,
        shift: f64,
        knots: &[f64],
        times: &[f64],
        targets: &[f64],
    ) -> f64 {
        let mut loss = 0.0;
        for i in 0..times.len() {
            let t = stretch * times[i] + shift;
            let mut low = 0;
            let mut high = knots.len() - 1;
            while high - low > 1 {
                let middle = (low + high) / 2;
                if t < knots[middle] {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            let h = knots[high] - knots[low];
            let a = (knots[high] - t) / h;
            let b = (t - knots[low]) / h;
            let bent = (a * a * a - a) * curvatures[low] + (b * b * b - b) * curvatures[high];
            let y = a * values[low] + b * values[high] + bent * (h * h) / 6.0;
            let e = y - targets[i];
            loss += e * e;
        }
        loss
    }
}

fn spline_hand(
    [values, curvatures, stretch, shift]: [&[f64]; 4],
    [knots, times, targets]: [&[f64]; 3],
    [values_bar, curvatures_bar, stretch_bar, shift_bar]: [&mut [f64]; 4],
) -> f64 {
    let mut loss = 0.0;
    for (time, target) in times.iter().zip(targets) {
        let t = stretch[0] * time + shift[0];
        let mut low = 0;
        let mut high = knots.len() - 1;
        while high - low > 1 {
            let middle = (low + high) / 2;
            if t < knots[middle] {
                high = middle;
            } else {
                low = middle;
            }
        }
        let h = knots[high] - knots[low];
        let a = (knots[high] - t) / h;
        let b = (t - knots[low]) / h;
        let (bend_a, bend_b) = (a * a * a - a, b * b * b - b);
        let bent = bend_a * curvatures[low] + bend_b * curvatures[high];
        let y = a * values[low] + b * values[high] + bent * (h * h) / 6.0;
        let e = y - target;
        loss += e * e;

        let y_bar = 2.0 * e;
        let bent_bar = y_bar * (h * h) / 6.0;
        values_bar[low] += a * y_bar;
        values_bar[high] += b * y_bar;
        curvatures_bar[low] += bend_a * bent_bar;
        curvatures_bar[high] += bend_b * bent_bar;
        let a_bar = values[low] * y_bar + (3.0 * a * a - 1.0) * curvatures[low] * bent_bar;
        let b_bar = values[high] * y_bar + (3.0 * b * b - 1.0) * curvatures[high] * bent_bar;
        let t_bar = (b_bar - a_bar) / h;
        stretch_bar[0] += time * t_bar;
        shift_bar[0] += t_bar;
    }
    loss
}

/// The knots, and where and what was sampled.
struct Spline {
    knots: Vec<f64>,
    times: Vec<f64>,
    targets: Vec<f64>,
    lengths: [usize; 4],
}

impl Function for Spline {
    fn primal(&self, p: &[f64]) -> f64 {
        let [y, c, stretch, shift] = parts(p, self.lengths);
        spline(
            y,
            c,
            stretch[0],
            shift[0],
            &self.knots,
            &self.times,
            &self.targets,
        )
    }

    fn grad(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let [y, c, stretch, shift] = parts(p, self.lengths);
        let [y_bar, c_bar, stretch_bar, shift_bar] = parts_mut(bars, self.lengths);
        spline::accumulate_grad(
            y,
            c,
            stretch[0],
            shift[0],
            &self.knots,
            &self.times,
            &self.targets,
            y_bar,
            c_bar,
            &mut stretch_bar[0],
            &mut shift_bar[0],
        )
    }
}

impl Problem for Spline {
    fn plain(&self, p: &[f64]) -> f64 {
        let [y, c, stretch, shift] = parts(p, self.lengths);
        plain::spline(
            y,
            c,
            stretch[0],
            shift[0],
            &self.knots,
            &self.times,
            &self.targets,
        )
    }

    fn hand(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let data = [&self.knots[..], &self.times, &self.targets];
        spline_hand(parts(p, self.lengths), data, parts_mut(bars, self.lengths))
    }
}

/// The curvatures are those of the natural spline, so that it is smooth and no step of a difference sees a bend.
pub(crate) fn kernel(samples: usize) -> Kernel {
    let mut rng = fastrand::Rng::with_seed(20);
    let gaps = uniform(&mut rng, KNOTS, 0.5, 1.5);
    let knots: Vec<f64> = gaps
        .iter()
        .scan(0.0, |at, gap| {
            *at += gap;
            Some(*at)
        })
        .collect();
    let values = uniform(&mut rng, KNOTS, -1.0, 1.0);
    let (first, last) = (knots[0], knots[KNOTS - 1]);
    let times = uniform(&mut rng, samples, first + 1.0, last - 1.0);
    let targets = uniform(&mut rng, samples, -1.0, 1.0);
    let mut point = values.clone();
    point.extend(natural(&knots, &values));
    point.extend([1.01, -0.3]);
    let spline = Spline {
        knots,
        times,
        targets,
        lengths: black_box([KNOTS, KNOTS, 1, 1]),
    };
    Kernel::new(spline::FIELD, point, spline)
}

/// Second derivatives of the natural spline: a tridiagonal system.
fn natural(knots: &[f64], values: &[f64]) -> Vec<f64> {
    let n = knots.len();
    let mut curvatures = vec![0.0; n];
    let mut factor = vec![0.0; n];
    for i in 1..n - 1 {
        let (before, after) = (knots[i] - knots[i - 1], knots[i + 1] - knots[i]);
        let slopes = [
            (values[i] - values[i - 1]) / before,
            (values[i + 1] - values[i]) / after,
        ];
        let pivot = 2.0 * (before + after) - before * factor[i - 1];
        factor[i] = after / pivot;
        curvatures[i] = (6.0 * (slopes[1] - slopes[0]) - before * curvatures[i - 1]) / pivot;
    }
    for i in (1..n - 1).rev() {
        curvatures[i] -= factor[i] * curvatures[i + 1];
    }
    curvatures
}
