//! The sum of squared distances to the nearest centre, which k-means minimises.

use conservative_grad::conservative_grad;

use super::{Kernel, uniform};
use std::hint::black_box;
use std::rc::Rc;

const DIMENSION: usize = 8;
const CENTRES: usize = 16;

#[conservative_grad]
pub(crate) fn nearest(
    centres: &[f64],
    #[constant] xs: &[f64],
    n: usize,
    k: usize,
    d: usize,
) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        let mut best = f64::INFINITY;
        for c in 0..k {
            let mut distance = 0.0;
            for j in 0..d {
                let e = xs[i * d + j] - centres[c * d + j];
                distance += e * e;
            }
            if distance < best {
                best = distance;
            }
        }
        sum += best;
    }
    sum
}

fn nearest_hand(
    centres: &[f64],
    xs: &[f64],
    [n, k, d]: [usize; 3],
    centres_bar: &mut [f64],
) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        let mut best = f64::INFINITY;
        let mut winner = 0;
        for c in 0..k {
            let mut distance = 0.0;
            for j in 0..d {
                let e = xs[i * d + j] - centres[c * d + j];
                distance += e * e;
            }
            if distance < best {
                best = distance;
                winner = c;
            }
        }
        sum += best;
        for j in 0..d {
            let e = xs[i * d + j] - centres[winner * d + j];
            centres_bar[winner * d + j] -= 2.0 * e;
        }
    }
    sum
}

pub(crate) fn kernel(samples: usize) -> Kernel {
    let mut rng = fastrand::Rng::with_seed(12);
    let [n, k, d] = black_box([samples, CENTRES, DIMENSION]);
    let point = uniform(&mut rng, k * d, -1.0, 1.0);
    let xs = Rc::new(uniform(&mut rng, n * d, -1.0, 1.0));
    let hand_xs = Rc::clone(&xs);
    let grad_xs = Rc::clone(&xs);
    Kernel {
        name: "nearest",
        point,
        primal: Box::new(move |c| nearest(c, &xs, n, k, d)),
        hand: Box::new(move |c, bars| nearest_hand(c, &hand_xs, [n, k, d], bars)),
        grad: Some(Box::new(move |c, bars| {
            nearest::accumulate_grad(c, &grad_xs, n, k, d, bars)
        })),
    }
}
