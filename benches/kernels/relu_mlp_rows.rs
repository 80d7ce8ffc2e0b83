//! The network of `relu_mlp` with weights stored [out][in]: each unit is a dot product with a row of its own.

use conservative_grad::conservative_grad;

use super::relu_mlp::{LAYERS, lengths, network, network_problem, parameters};
use super::{Function, Kernel, Problem, parts, parts_mut, uniform};
use std::hint::black_box;

/// In either precision.
macro_rules! model {
    ($real:ident) => {
        primal! {
            #[conservative_grad(wrt(w1, b1, w2, b2, w3, b3))]
            pub(crate) fn relu_mlp_rows(
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
                let mut h1 = vec![0.0; n1];
                let mut h2 = vec![0.0; n2];
                let mut loss = 0.0;
                for s in 0..batch {
                    for j in 0..n1 {
                        let mut z = b1[j];
                        for i in 0..n0 {
                            z += w1[j * n0 + i] * xs[s * n0 + i];
                        }
                        h1[j] = z.max(0.0);
                    }
                    for j in 0..n2 {
                        let mut z = b2[j];
                        for i in 0..n1 {
                            z += w2[j * n1 + i] * h1[i];
                        }
                        h2[j] = z.max(0.0);
                    }
                    for j in 0..n3 {
                        let mut z = b3[j];
                        for i in 0..n2 {
                            z += w3[j * n2 + i] * h2[i];
                        }
                        let e = z - ys[s * n3 + j];
                        loss += e * e;
                    }
                }
                loss / batch as $real
            }
        }

        network!(relu_mlp_rows, 13, $real);
    };
}

in_both_precisions!(model);

/// A unit is off where its output is 0, which the weight of a tie allows: 0, as below.
fn relu_mlp_rows_hand(
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
    let mut h1 = vec![0.0; n1];
    let mut h2 = vec![0.0; n2];
    let mut h1_bar = vec![0.0; n1];
    let mut h2_bar = vec![0.0; n2];
    let loss_bar = 1.0 / batch as f64;
    let mut loss = 0.0;
    for s in 0..batch {
        let x = &xs[s * n0..s * n0 + n0];
        for j in 0..n1 {
            h1[j] = unit(&w1[j * n0..j * n0 + n0], x, b1[j]).max(0.0);
        }
        for j in 0..n2 {
            h2[j] = unit(&w2[j * n1..j * n1 + n1], &h1, b2[j]).max(0.0);
        }
        h2_bar.fill(0.0);
        for j in 0..n3 {
            let (w, w_bar) = (&w3[j * n2..j * n2 + n2], &mut w3_bar[j * n2..j * n2 + n2]);
            let e = unit(w, &h2, b3[j]) - ys[s * n3 + j];
            loss += e * e;
            let z_bar = 2.0 * e * loss_bar;
            b3_bar[j] += z_bar;
            unit_adjoint(w, &h2, z_bar, w_bar, &mut h2_bar);
        }
        h1_bar.fill(0.0);
        for j in 0..n2 {
            if h2[j] > 0.0 {
                let (w, w_bar) = (&w2[j * n1..j * n1 + n1], &mut w2_bar[j * n1..j * n1 + n1]);
                b2_bar[j] += h2_bar[j];
                unit_adjoint(w, &h1, h2_bar[j], w_bar, &mut h1_bar);
            }
        }
        for j in 0..n1 {
            if h1[j] > 0.0 {
                b1_bar[j] += h1_bar[j];
                for (w_bar, x) in w1_bar[j * n0..j * n0 + n0].iter_mut().zip(x) {
                    *w_bar += x * h1_bar[j];
                }
            }
        }
    }
    loss / batch as f64
}

fn unit(w: &[f64], h: &[f64], bias: f64) -> f64 {
    let mut z = bias;
    for (w, h) in w.iter().zip(h) {
        z += w * h;
    }
    z
}

fn unit_adjoint(w: &[f64], h: &[f64], z_bar: f64, w_bar: &mut [f64], h_bar: &mut [f64]) {
    for i in 0..w.len().min(h.len()).min(w_bar.len()).min(h_bar.len()) {
        w_bar[i] += h[i] * z_bar;
        h_bar[i] += w[i] * z_bar;
    }
}

network_problem!(relu_mlp_rows, relu_mlp_rows_hand);
