//! The annotated functions: orthonormal layers, a network of them, and its loss.

use conservative_grad::{conservative_grad, group_sort, l2_norm, relu};

pub(super) const UNITS: usize = 16;
pub(super) const HIDDEN: usize = 3;
/// Rounds of Björck's iteration.
pub(super) const ROUNDS: usize = 16;

/// Weights of all layers: `UNITS`×2, then `UNITS`×`UNITS`, at last one column.
pub(super) const WEIGHTS: usize = UNITS * 2 + (HIDDEN - 1) * UNITS * UNITS + UNITS;
pub(super) const PARAMETERS: usize = WEIGHTS + HIDDEN * UNITS + 1;

/// An orthonormal matrix near `w`, which has `columns` columns: w/|w|, then w ← 3/2 w - 1/2 w wᵀw several times (Björck and
/// Bowie 1971). A singular value σ ≤ 1 becomes σ(3 - σ²)/2 ≤ 1, so that no layer is ever steeper than 1, however far the iteration is.
#[conservative_grad]
fn orthonormal(w: &[f64], columns: usize, rounds: usize) -> Vec<f64> {
    let rows = w.len() / columns;
    let scale = l2_norm(w);
    let mut a = vec![0.0; w.len()];
    for i in 0..w.len() {
        a[i] = w[i] / scale;
    }
    let mut gram = vec![0.0; columns * columns];
    let mut next = vec![0.0; w.len()];
    for _ in 0..rounds {
        for i in 0..columns * columns {
            gram[i] = 0.0;
        }
        for r in 0..rows {
            for i in 0..columns {
                for j in 0..columns {
                    gram[i * columns + j] += a[r * columns + i] * a[r * columns + j];
                }
            }
        }
        for r in 0..rows {
            for j in 0..columns {
                next[r * columns + j] = 1.5 * a[r * columns + j];
            }
            for i in 0..columns {
                for j in 0..columns {
                    next[r * columns + j] -= 0.5 * a[r * columns + i] * gram[i * columns + j];
                }
            }
        }
        a.copy_from_slice(&next);
    }
    a
}

/// The parameters with orthonormal weights in the place of the free ones, if `constrained`.
#[conservative_grad]
pub(super) fn weights(free: &[f64], constrained: bool) -> Vec<f64> {
    let mut w = free.to_vec();
    if constrained {
        let mut start = 0;
        for layer in 0..HIDDEN + 1 {
            let columns = if layer == 0 {
                2
            } else if layer < HIDDEN {
                UNITS
            } else {
                1
            };
            let matrix = orthonormal(&free[start..start + UNITS * columns], columns, ROUNDS);
            let end = start + matrix.len();
            w[start..end].copy_from_slice(&matrix);
            start = end;
        }
    }
    w
}

/// The network on one point of the plane, with the weights as they are. `sorts`: pairs are sorted; otherwise ReLU.
#[conservative_grad]
pub(super) fn network(w: &[f64], x: &[f64], sorts: bool) -> f64 {
    let mut units = x.to_vec();
    let mut start = 0;
    for layer in 0..HIDDEN {
        let columns = units.len();
        let mut z = vec![0.0; UNITS];
        for r in 0..UNITS {
            let mut s = w[WEIGHTS + layer * UNITS + r];
            for j in 0..columns {
                s += w[start + r * columns + j] * units[j];
            }
            z[r] = s;
        }
        start += UNITS * columns;
        if sorts {
            units = group_sort(&z, 2);
        } else {
            for r in 0..UNITS {
                z[r] = relu(z[r]);
            }
            units = z;
        }
    }
    let mut out = w[PARAMETERS - 1];
    for r in 0..UNITS {
        out += w[start + r] * units[r];
    }
    out
}

/// The network as a function of the point alone.
#[conservative_grad]
pub(super) fn surface(x: &[f64], #[constant] w: &[f64], sorts: bool) -> f64 {
    network(w, x, sorts)
}

/// Mean squared error on points of the plane.
#[conservative_grad]
pub(super) fn loss(
    free: &[f64],
    #[constant] xs: &[f64],
    #[constant] ys: &[f64],
    sorts: bool,
    constrained: bool,
) -> f64 {
    let w = weights(free, constrained);
    let mut total = 0.0;
    for i in 0..ys.len() {
        let e = network(&w, &xs[2 * i..2 * i + 2], sorts) - ys[i];
        total += e * e;
    }
    total / ys.len() as f64
}
