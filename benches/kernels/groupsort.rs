//! A layer whose activation sorts pairs of units (GroupSort, Anil et al. 2019), which keeps gradients at full length.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, parts, parts_mut, uniform};
use std::hint::black_box;

const INPUTS: usize = 64;
const UNITS: usize = 128;

/// In either precision.
macro_rules! model {
    ($real:ident) => {
        primal! {
            #[conservative_grad(wrt(w, b, v))]
            pub(crate) fn groupsort(w: &[$real], b: &[$real], v: &[$real], xs: &[$real], ys: &[$real]) -> $real {
                let batch = ys.len();
                let units = b.len();
                let inputs = w.len() / units;
                let mut z = vec![0.0; units];
                let mut loss = 0.0;
                for s in 0..batch {
                    for j in 0..units {
                        let mut sum = b[j];
                        for i in 0..inputs {
                            sum += w[j * inputs + i] * xs[s * inputs + i];
                        }
                        z[j] = sum;
                    }
                    for g in 0..units / 2 {
                        let low = z[2 * g].min(z[2 * g + 1]);
                        let high = z[2 * g].max(z[2 * g + 1]);
                        z[2 * g] = low;
                        z[2 * g + 1] = high;
                    }
                    let mut error = -ys[s];
                    for j in 0..units {
                        error += v[j] * z[j];
                    }
                    loss += error * error;
                }
                loss / batch as $real
            }
        }

        /// The batch and its targets.
        pub(crate) struct Layer {
            xs: Vec<$real>,
            ys: Vec<$real>,
            lengths: [usize; 3],
        }

        impl Function<$real> for Layer {
            fn primal(&self, p: &[$real]) -> $real {
                let [w, b, v] = parts(p, self.lengths);
                groupsort(w, b, v, &self.xs, &self.ys)
            }

            fn grad(&self, p: &[$real], bars: &mut [$real]) -> $real {
                let [w, b, v] = parts(p, self.lengths);
                let [w_bar, b_bar, v_bar] = parts_mut(bars, self.lengths);
                groupsort::accumulate_grad(w, b, v, &self.xs, &self.ys, w_bar, b_bar, v_bar)
            }
        }

        pub(crate) fn data(batch: usize) -> (Vec<$real>, Layer) {
            let mut rng = fastrand::Rng::with_seed(15);
            let mut point = uniform(&mut rng, INPUTS * UNITS, -0.2, 0.2);
            point.extend(uniform::<$real>(&mut rng, 2 * UNITS, -0.5, 0.5));
            let xs = uniform(&mut rng, batch * INPUTS, -1.0, 1.0);
            let ys = uniform(&mut rng, batch, -1.0, 1.0);
            let lengths = black_box([INPUTS * UNITS, UNITS, UNITS]);
            (point, Layer { xs, ys, lengths })
        }
    };
}

in_both_precisions!(model);

fn groupsort_hand(
    [w, b, v]: [&[f64]; 3],
    xs: &[f64],
    ys: &[f64],
    [w_bar, b_bar, v_bar]: [&mut [f64]; 3],
) -> f64 {
    let batch = ys.len();
    let units = b.len();
    let inputs = w.len() / units;
    let mut z = vec![0.0; units];
    let mut swapped = vec![false; units / 2];
    let mut loss = 0.0;
    for s in 0..batch {
        let x = &xs[s * inputs..s * inputs + inputs];
        for (j, row) in w.chunks_exact(inputs).enumerate() {
            let mut sum = b[j];
            for (w, x) in row.iter().zip(x) {
                sum += w * x;
            }
            z[j] = sum;
        }
        for (pair, swapped) in z.chunks_exact_mut(2).zip(&mut swapped) {
            *swapped = pair[0] > pair[1];
            if *swapped {
                pair.swap(0, 1);
            }
        }
        let mut error = -ys[s];
        for j in 0..units {
            error += v[j] * z[j];
        }
        loss += error * error;

        let error_bar = 2.0 * error / batch as f64;
        for j in 0..units {
            v_bar[j] += z[j] * error_bar;
        }
        for j in 0..units {
            let sorted = if swapped[j / 2] { j ^ 1 } else { j };
            let z_bar = v[sorted] * error_bar;
            b_bar[j] += z_bar;
            let row_bar = &mut w_bar[j * inputs..j * inputs + inputs];
            for (w_bar, x) in row_bar.iter_mut().zip(x) {
                *w_bar += x * z_bar;
            }
        }
    }
    loss / batch as f64
}

impl Problem for Layer {
    fn plain(&self, p: &[f64]) -> f64 {
        let [w, b, v] = parts(p, self.lengths);
        plain::groupsort(w, b, v, &self.xs, &self.ys)
    }

    fn hand(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let bars = parts_mut(bars, self.lengths);
        groupsort_hand(parts(p, self.lengths), &self.xs, &self.ys, bars)
    }
}

pub(crate) fn kernel(batch: usize) -> Kernel {
    let (point, layer) = data(batch);
    Kernel::new(groupsort::FIELD, point, layer)
}
