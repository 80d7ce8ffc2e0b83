//! The sum of squared distances to the nearest centre, which k-means minimises.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, uniform};
use std::hint::black_box;

const DIMENSION: usize = 8;
const CENTRES: usize = 16;

/// In either precision.
macro_rules! model {
    ($real:ident) => {
        primal! {
            #[conservative_grad(wrt(centres))]
            pub(crate) fn nearest(
                centres: &[$real],
                xs: &[$real],
                n: usize,
                k: usize,
                d: usize,
            ) -> $real {
                let mut sum = 0.0;
                for i in 0..n {
                    let mut best = $real::INFINITY;
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
        }

        /// The points, and how many points, centres and coordinates there are.
        pub(crate) struct Nearest {
            xs: Vec<$real>,
            sizes: [usize; 3],
        }

        impl Function<$real> for Nearest {
            fn primal(&self, centres: &[$real]) -> $real {
                let [n, k, d] = self.sizes;
                nearest(centres, &self.xs, n, k, d)
            }

            fn grad(&self, centres: &[$real], bars: &mut [$real]) -> $real {
                let [n, k, d] = self.sizes;
                nearest::accumulate_grad(centres, &self.xs, n, k, d, bars)
            }
        }

        pub(crate) fn data(samples: usize) -> (Vec<$real>, Nearest) {
            let mut rng = fastrand::Rng::with_seed(12);
            let sizes = black_box([samples, CENTRES, DIMENSION]);
            let point = uniform(&mut rng, CENTRES * DIMENSION, -1.0, 1.0);
            let xs = uniform(&mut rng, samples * DIMENSION, -1.0, 1.0);
            (point, Nearest { xs, sizes })
        }
    };
}

in_both_precisions!(model);

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

impl Problem for Nearest {
    fn plain(&self, centres: &[f64]) -> f64 {
        let [n, k, d] = self.sizes;
        plain::nearest(centres, &self.xs, n, k, d)
    }

    fn hand(&self, centres: &[f64], bars: &mut [f64]) -> f64 {
        nearest_hand(centres, &self.xs, self.sizes, bars)
    }
}

pub(crate) fn kernel(samples: usize) -> Kernel {
    let (point, problem) = data(samples);
    Kernel::new(nearest::FIELD, point, problem)
}
