//! A stack of LSTM layers with diagonal weights that predicts the next element of a sequence, as GradBench states it
//! (after ADBench).

mod hand;

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, parts, parts_mut, uniform};
use hand::lstm_hand;
use std::hint::black_box;

const LAYERS: usize = 2;
const WIDTH: usize = 14;

primal! {
    /// `main` holds two rows of 4b numbers per layer (weights, biases), `extra` three rows of b,
    /// `start` two rows of b per layer (hidden, cell), `sequence` one row of b per time.
    #[conservative_grad(wrt(main, extra))]
    pub(crate) fn lstm(main: &[f64], extra: &[f64], start: &[f64], sequence: &[f64]) -> f64 {
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

    /// One layer: the input `x` becomes its new hidden state.
    #[conservative_grad]
    pub(crate) fn step(weights: &[f64], state: &mut [f64], x: &mut [f64]) {
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

    #[conservative_grad(wrt(extra, x))]
    pub(crate) fn log_likelihood(extra: &[f64], x: &[f64], next: &[f64]) -> f64 {
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
    pub(crate) fn sigmoid(x: f64) -> f64 {
        1.0 / (1.0 + (-x).exp())
    }
}

/// What the weights are judged on.
struct Lstm {
    start: Vec<f64>,
    sequence: Vec<f64>,
    lengths: [usize; 2],
}

impl Function for Lstm {
    fn primal(&self, p: &[f64]) -> f64 {
        let [main, extra] = parts(p, self.lengths);
        lstm(main, extra, &self.start, &self.sequence)
    }

    fn grad(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let [main, extra] = parts(p, self.lengths);
        let [main_bar, extra_bar] = parts_mut(bars, self.lengths);
        lstm::accumulate_grad(
            main,
            extra,
            &self.start,
            &self.sequence,
            main_bar,
            extra_bar,
        )
    }
}

impl Problem for Lstm {
    fn plain(&self, p: &[f64]) -> f64 {
        let [main, extra] = parts(p, self.lengths);
        plain::lstm(main, extra, &self.start, &self.sequence)
    }

    fn hand(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let bars = parts_mut(bars, self.lengths);
        lstm_hand(parts(p, self.lengths), &self.start, &self.sequence, bars)
    }
}

pub(crate) fn kernel(times: usize) -> Kernel {
    let mut rng = fastrand::Rng::with_seed(18);
    let lengths = black_box([LAYERS * 8 * WIDTH, 3 * WIDTH]);
    let point = uniform(&mut rng, lengths[0] + lengths[1], -1.0, 1.0);
    let start = uniform(&mut rng, LAYERS * 2 * WIDTH, -1.0, 1.0);
    let sequence = uniform(&mut rng, times * WIDTH, 0.0, 1.0);
    let lstm = Lstm {
        start,
        sequence,
        lengths,
    };
    Kernel::new(lstm::FIELD, point, lstm)
}
