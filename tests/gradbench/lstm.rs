//! A stack of LSTM layers with diagonal weights, predicting the next element of a sequence.

use crate::case::{Case, assert_adjoint, cases, direction};
use conservative_grad::conservative_grad;

/// `main` holds two rows of 4b numbers per layer (weights, biases), `extra` three rows of b;
/// `start` holds two rows of b per layer (hidden, cell), `sequence` c rows of b.
#[conservative_grad(wrt(main, extra))]
fn objective(main: &[f64], extra: &[f64], start: &[f64], sequence: &[f64]) -> f64 {
    let b = extra.len() / 3;
    let layers = start.len() / (2 * b);
    let c = sequence.len() / b;
    let mut state = start.to_vec();
    let mut x = vec![0.0; b];
    let mut total = 0.0;
    for t in 0..c - 1 {
        for j in 0..b {
            x[j] = sequence[t * b + j] * extra[j];
        }
        for layer in 0..layers {
            let (w, s) = (layer * 8 * b, layer * 2 * b);
            step(&main[w..w + 8 * b], &mut state[s..s + 2 * b], &mut x);
        }
        total += log_likelihood(extra, &x, &sequence[(t + 1) * b..(t + 2) * b]);
    }
    -total / ((c - 1) * b) as f64
}

/// One layer: updates hidden and cell state in place, and replaces the input `x` by the new hidden state.
#[conservative_grad]
fn step(weights: &[f64], state: &mut [f64], x: &mut [f64]) {
    let b = x.len();
    for j in 0..b {
        let hidden = state[j];
        let forget = sigmoid(x[j] * weights[j] + weights[4 * b + j]);
        let ingate = sigmoid(hidden * weights[b + j] + weights[5 * b + j]);
        let outgate = sigmoid(x[j] * weights[2 * b + j] + weights[6 * b + j]);
        let change = (hidden * weights[3 * b + j] + weights[7 * b + j]).tanh();
        state[b + j] = state[b + j] * forget + ingate * change;
        state[j] = outgate * state[b + j].tanh();
        x[j] = state[j];
    }
}

#[conservative_grad]
fn log_likelihood(extra: &[f64], x: &[f64], next: &[f64]) -> f64 {
    let b = x.len();
    let mut exponentials = 2.0;
    for j in 0..b {
        exponentials += (x[j] * extra[b + j] + extra[2 * b + j]).exp();
    }
    let log_normaliser = exponentials.ln();
    let mut total = 0.0;
    for j in 0..b {
        total += next[j] * (x[j] * extra[b + j] + extra[2 * b + j] - log_normaliser);
    }
    total
}

#[conservative_grad]
fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn input(case: &Case) -> [Vec<f64>; 4] {
    ["main_params", "extra_params", "state", "sequence"]
        .map(|name| case.numbers(&format!("/input/{name}")))
}

#[test]
fn lstm() {
    for case in cases("lstm", &[""]) {
        let [main, extra, start, sequence] = input(&case);
        let (value, (main_bar, extra_bar)) =
            objective::value_and_grad(&main, &extra, &start, &sequence);
        case.assert_close("/expected/objective", &[value]);
        let gradient = [main_bar, extra_bar].concat();
        case.assert_close("/expected/jacobian", &gradient);
        let primal = objective(&main, &extra, &start, &sequence);
        assert_eq!(value.to_bits(), primal.to_bits());
        let along = direction(gradient.len());
        let (main_dot, extra_dot) = along.split_at(main.len());
        let (_, slope) = objective::jvp(&main, &extra, &start, &sequence, main_dot, extra_dot);
        assert_adjoint(slope, &gradient, &along);
    }
}
