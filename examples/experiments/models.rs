//! The networks: ordinary functions, annotated.

use conservative_grad::ops::{relu, stop_gradient};
use conservative_grad::{Real, conservative_grad};

/// One layer: `out = b + wᵀx`, the weights of one input side by side.
#[conservative_grad]
fn dense<T: Real>(w: &[T], b: &[T], x: &[T], out: &mut [T]) {
    out.copy_from_slice(b);
    for i in 0..x.len() {
        let input = x[i];
        for j in 0..out.len() {
            out[j] += w[i * out.len() + j] * input;
        }
    }
}

/// What the network makes of one example: one number per class. `sizes` are the numbers of units, layer by layer,
/// inputs and classes included; `w` holds for each layer its weights and its biases. Two sizes make a linear model.
#[conservative_grad]
pub(crate) fn scores<T: Real>(w: &[T], #[constant] sizes: &[usize], #[constant] x: &[T]) -> Vec<T> {
    let mut units = x.to_vec();
    let mut start = 0;
    for layer in 1..sizes.len() {
        let biases = start + sizes[layer - 1] * sizes[layer];
        let end = biases + sizes[layer];
        let mut next = vec![T::zero(); sizes[layer]];
        dense(&w[start..biases], &w[biases..end], &units, &mut next);
        if layer + 1 < sizes.len() {
            for j in 0..next.len() {
                next[j] = relu(next[j]);
            }
        }
        units = next;
        start = end;
    }
    units
}

/// Cross-entropy of the scores of one example: minus the logarithm of its class's probability.
#[conservative_grad]
fn cross_entropy<T: Real>(scores: &[T], #[constant] class: usize) -> T {
    // Shifted by a constant, which changes nothing but the range of the exponentials.
    let mut shift = stop_gradient(scores[0]);
    for j in 0..scores.len() {
        let score = stop_gradient(scores[j]);
        if score > shift {
            shift = score;
        }
    }
    let mut sum = T::zero();
    for j in 0..scores.len() {
        sum += (scores[j] - shift).exp();
    }
    sum.ln() + shift - scores[class]
}

/// Mean cross-entropy over the rows of `xs`, plus `decay`/2 times the sum of squares of the parameters.
#[conservative_grad]
pub(crate) fn loss<T: Real>(
    w: &[T],
    #[constant] sizes: &[usize],
    #[constant] xs: &[T],
    classes: &[usize],
    #[constant] decay: T,
) -> T {
    let inputs = sizes[0];
    let mut total = T::zero();
    for s in 0..classes.len() {
        let scores = scores(w, sizes, &xs[s * inputs..(s + 1) * inputs]);
        total += cross_entropy(&scores, classes[s]);
    }
    let mut size = T::zero();
    for i in 0..w.len() {
        size += w[i] * w[i];
    }
    total / T::from_i32(classes.len() as i32) + decay * T::from_f64(0.5) * size
}
