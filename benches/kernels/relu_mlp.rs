//! A network with two ReLU layers on a batch, weights stored [in][out], squared error.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, Real, parts, parts_mut, uniform};
use std::hint::black_box;

pub(crate) const LAYERS: [usize; 4] = [64, 128, 128, 10];

/// A network with three layers in one precision: its function, and the seed of its data.
macro_rules! network {
    ($function:ident, $seed:literal, $real:ident) => {
        /// The batch and its targets.
        pub(crate) struct Network {
            xs: Vec<$real>,
            ys: Vec<$real>,
            lengths: [usize; 6],
            batch: usize,
        }

        impl Function<$real> for Network {
            fn primal(&self, p: &[$real]) -> $real {
                let [w1, b1, w2, b2, w3, b3] = parts(p, self.lengths);
                $function(w1, b1, w2, b2, w3, b3, &self.xs, &self.ys, self.batch)
            }

            fn grad(&self, p: &[$real], bars: &mut [$real]) -> $real {
                let [w1, b1, w2, b2, w3, b3] = parts(p, self.lengths);
                let [w1_bar, b1_bar, w2_bar, b2_bar, w3_bar, b3_bar] =
                    parts_mut(bars, self.lengths);
                $function::accumulate_grad(
                    w1, b1, w2, b2, w3, b3, &self.xs, &self.ys, self.batch, w1_bar, b1_bar, w2_bar,
                    b2_bar, w3_bar, b3_bar,
                )
            }
        }

        pub(crate) fn data(batch: usize) -> (Vec<$real>, Network) {
            let mut rng = fastrand::Rng::with_seed($seed);
            let point = parameters(&mut rng);
            let xs = uniform(&mut rng, batch * LAYERS[0], -1.0, 1.0);
            let ys = uniform(&mut rng, batch * LAYERS[3], -1.0, 1.0);
            let (lengths, batch) = black_box((lengths(), batch));
            let network = Network {
                xs,
                ys,
                lengths,
                batch,
            };
            (point, network)
        }
    };
}
pub(super) use network;

/// In either precision.
macro_rules! model {
    ($real:ident) => {
        primal! {
            #[conservative_grad(wrt(w1, b1, w2, b2, w3, b3))]
            pub(crate) fn relu_mlp(
                w1: &[$real],
                b1: &[$real],
                w2: &[$real],
                b2: &[$real],
                w3: &[$real],
                b3: &[$real],
                xs: &[$real],
                ys: &[$real],
                batch: usize,
            ) -> $real {
                let n1 = b1.len();
                let n2 = b2.len();
                let n3 = b3.len();
                let n0 = w1.len() / n1;
                let mut z1 = vec![0.0; n1];
                let mut z2 = vec![0.0; n2];
                let mut out = vec![0.0; n3];
                let mut loss = 0.0;
                for s in 0..batch {
                    for j in 0..n1 {
                        z1[j] = b1[j];
                    }
                    for i in 0..n0 {
                        let x = xs[s * n0 + i];
                        for j in 0..n1 {
                            z1[j] += w1[i * n1 + j] * x;
                        }
                    }
                    for j in 0..n2 {
                        z2[j] = b2[j];
                    }
                    for i in 0..n1 {
                        let h = z1[i].max(0.0);
                        for j in 0..n2 {
                            z2[j] += w2[i * n2 + j] * h;
                        }
                    }
                    for j in 0..n3 {
                        out[j] = b3[j];
                    }
                    for i in 0..n2 {
                        let h = z2[i].max(0.0);
                        for j in 0..n3 {
                            out[j] += w3[i * n3 + j] * h;
                        }
                    }
                    for j in 0..n3 {
                        let e = out[j] - ys[s * n3 + j];
                        loss += e * e;
                    }
                }
                loss / batch as $real
            }
        }

        network!(relu_mlp, 3, $real);
    };
}

in_both_precisions!(model);

/// Lengths of the parameter arrays, in the order of the arguments.
pub(crate) fn lengths() -> [usize; 6] {
    let [n0, n1, n2, n3] = LAYERS;
    [n0 * n1, n1, n1 * n2, n2, n2 * n3, n3]
}

fn relu_mlp_hand(
    p: [&[f64]; 6],
    xs: &[f64],
    ys: &[f64],
    batch: usize,
    bars: [&mut [f64]; 6],
) -> f64 {
    let [w1, b1, w2, b2, w3, b3] = p;
    let [w1_bar, b1_bar, w2_bar, b2_bar, w3_bar, b3_bar] = bars;
    let [n1, n2, n3] = [b1.len(), b2.len(), b3.len()];
    let n0 = w1.len() / n1;
    let mut z1 = vec![0.0; n1];
    let mut z2 = vec![0.0; n2];
    let mut out = vec![0.0; n3];
    let mut z1_bar = vec![0.0; n1];
    let mut z2_bar = vec![0.0; n2];
    let mut out_bar = vec![0.0; n3];
    let loss_bar = 1.0 / batch as f64;
    let mut loss = 0.0;
    for s in 0..batch {
        z1.copy_from_slice(b1);
        for i in 0..n0 {
            let x = xs[s * n0 + i];
            for j in 0..n1 {
                z1[j] += w1[i * n1 + j] * x;
            }
        }
        z2.copy_from_slice(b2);
        for i in 0..n1 {
            let h = z1[i].max(0.0);
            for j in 0..n2 {
                z2[j] += w2[i * n2 + j] * h;
            }
        }
        out.copy_from_slice(b3);
        for i in 0..n2 {
            let h = z2[i].max(0.0);
            for j in 0..n3 {
                out[j] += w3[i * n3 + j] * h;
            }
        }
        for j in 0..n3 {
            let e = out[j] - ys[s * n3 + j];
            loss += e * e;
            out_bar[j] = 2.0 * e * loss_bar;
            b3_bar[j] += out_bar[j];
        }
        for i in 0..n2 {
            let h = z2[i].max(0.0);
            let mut h_bar = 0.0;
            for j in 0..n3 {
                w3_bar[i * n3 + j] += h * out_bar[j];
                h_bar += w3[i * n3 + j] * out_bar[j];
            }
            z2_bar[i] = if z2[i] > 0.0 { h_bar } else { 0.0 };
            b2_bar[i] += z2_bar[i];
        }
        for i in 0..n1 {
            let h = z1[i].max(0.0);
            let mut h_bar = 0.0;
            for j in 0..n2 {
                w2_bar[i * n2 + j] += h * z2_bar[j];
                h_bar += w2[i * n2 + j] * z2_bar[j];
            }
            z1_bar[i] = if z1[i] > 0.0 { h_bar } else { 0.0 };
            b1_bar[i] += z1_bar[i];
        }
        for i in 0..n0 {
            let x = xs[s * n0 + i];
            for j in 0..n1 {
                w1_bar[i * n1 + j] += x * z1_bar[j];
            }
        }
    }
    loss / batch as f64
}

/// Weights of the usual size for ReLU layers, biases that are small and not zero.
pub(crate) fn parameters<T: Real>(rng: &mut fastrand::Rng) -> Vec<T> {
    let mut point = Vec::new();
    for layer in LAYERS.windows(2) {
        let bound = (6.0 / layer[0] as f64).sqrt();
        point.extend(uniform::<T>(rng, layer[0] * layer[1], -bound, bound));
        point.extend(uniform::<T>(rng, layer[1], -0.1, 0.1));
    }
    point
}

/// What it is measured against: the function without annotation, and the adjoint by hand.
macro_rules! network_problem {
    ($function:ident, $by_hand:ident) => {
        impl Problem for Network {
            fn plain(&self, p: &[f64]) -> f64 {
                let [w1, b1, w2, b2, w3, b3] = parts(p, self.lengths);
                plain::$function(w1, b1, w2, b2, w3, b3, &self.xs, &self.ys, self.batch)
            }

            fn hand(&self, p: &[f64], bars: &mut [f64]) -> f64 {
                let bars = parts_mut(bars, self.lengths);
                $by_hand(parts(p, self.lengths), &self.xs, &self.ys, self.batch, bars)
            }
        }

        pub(crate) fn kernel(batch: usize) -> Kernel {
            let (point, network) = data(batch);
            Kernel::new($function::FIELD, point, network)
        }
    };
}
pub(super) use network_problem;

network_problem!(relu_mlp, relu_mlp_hand);
