//! The adjoint of the LSTM by hand: keeps what the gates computed, so that no exponential is computed twice.

use super::plain::sigmoid;

/// One unit of one layer at one time.
#[derive(Clone, Copy, Default)]
struct Unit {
    x: f64,
    hidden: f64,
    cell: f64,
    forget: f64,
    ingate: f64,
    outgate: f64,
    change: f64,
    squashed: f64,
}

/// The layers' output at one time, and the exponentials of the prediction.
#[derive(Clone, Copy, Default)]
struct Output {
    x: f64,
    exponential: f64,
}

pub(super) fn lstm_hand(
    [main, extra]: [&[f64]; 2],
    start: &[f64],
    sequence: &[f64],
    [main_bar, extra_bar]: [&mut [f64]; 2],
) -> f64 {
    let b = extra.len() / 3;
    let layers = start.len() / (2 * b);
    let c = sequence.len() / b;
    let mut state = start.to_vec();
    let mut x = vec![0.0; b];
    let mut units = vec![Unit::default(); (c - 1) * layers * b];
    let mut outputs = vec![Output::default(); (c - 1) * b];
    let mut normalisers = vec![0.0; c - 1];
    let mut total = 0.0;
    for t in 0..c - 1 {
        for j in 0..b {
            x[j] = sequence[t * b + j] * extra[j];
        }
        let saved = units[t * layers * b..].chunks_exact_mut(b);
        for (layer, saved) in saved.take(layers).enumerate() {
            let w = &main[layer * 8 * b..(layer + 1) * 8 * b];
            step(
                w,
                &mut state[layer * 2 * b..(layer + 1) * 2 * b],
                &mut x,
                saved,
            );
        }
        let next = &sequence[(t + 1) * b..(t + 2) * b];
        let mut exponentials = 2.0;
        for (j, output) in outputs[t * b..t * b + b].iter_mut().enumerate() {
            let exponential = (x[j] * extra[b + j] + extra[2 * b + j]).exp();
            exponentials += exponential;
            *output = Output {
                x: x[j],
                exponential,
            };
        }
        normalisers[t] = exponentials;
        let log_normaliser = exponentials.ln();
        let mut likelihood = 0.0;
        for j in 0..b {
            likelihood += next[j] * (x[j] * extra[b + j] + extra[2 * b + j] - log_normaliser);
        }
        total += likelihood;
    }

    let total_bar = -1.0 / ((c - 1) * b) as f64;
    let mut state_bar = vec![0.0; layers * 2 * b];
    let mut x_bar = vec![0.0; b];
    for t in (0..c - 1).rev() {
        let next = &sequence[(t + 1) * b..(t + 2) * b];
        let share = total_bar * next.iter().sum::<f64>() / normalisers[t];
        for (j, output) in outputs[t * b..t * b + b].iter().enumerate() {
            let y_bar = total_bar * next[j] - share * output.exponential;
            extra_bar[b + j] += output.x * y_bar;
            extra_bar[2 * b + j] += y_bar;
            x_bar[j] = extra[b + j] * y_bar;
        }
        for layer in (0..layers).rev() {
            let at = (t * layers + layer) * b;
            step_adjoint(
                &main[layer * 8 * b..(layer + 1) * 8 * b],
                &units[at..at + b],
                &mut main_bar[layer * 8 * b..(layer + 1) * 8 * b],
                &mut state_bar[layer * 2 * b..(layer + 1) * 2 * b],
                &mut x_bar,
            );
        }
        for j in 0..b {
            extra_bar[j] += sequence[t * b + j] * x_bar[j];
        }
    }
    -total / ((c - 1) * b) as f64
}

fn step(w: &[f64], state: &mut [f64], x: &mut [f64], saved: &mut [Unit]) {
    let b = x.len();
    for j in 0..b {
        let (hidden, cell) = (state[j], state[b + j]);
        let forget = sigmoid(x[j] * w[j] + w[4 * b + j]);
        let ingate = sigmoid(hidden * w[b + j] + w[5 * b + j]);
        let outgate = sigmoid(x[j] * w[2 * b + j] + w[6 * b + j]);
        let change = (hidden * w[3 * b + j] + w[7 * b + j]).tanh();
        state[b + j] = cell * forget + ingate * change;
        let squashed = state[b + j].tanh();
        saved[j] = Unit {
            x: x[j],
            hidden,
            cell,
            forget,
            ingate,
            outgate,
            change,
            squashed,
        };
        state[j] = outgate * squashed;
        x[j] = state[j];
    }
}

/// Adds into `w_bar`; the bars of the state and of `x` are those of the new ones, and become those of the old ones.
fn step_adjoint(
    w: &[f64],
    units: &[Unit],
    w_bar: &mut [f64],
    state_bar: &mut [f64],
    x_bar: &mut [f64],
) {
    let b = units.len();
    let (w, w_bar) = (&w[..8 * b], &mut w_bar[..8 * b]);
    let (state_bar, x_bar) = (&mut state_bar[..2 * b], &mut x_bar[..b]);
    for j in 0..b {
        let u = units[j];
        let hidden_bar = state_bar[j] + x_bar[j];
        let cell_bar = state_bar[b + j] + hidden_bar * u.outgate * (1.0 - u.squashed * u.squashed);
        let forget_bar = cell_bar * u.cell * u.forget * (1.0 - u.forget);
        let ingate_bar = cell_bar * u.change * u.ingate * (1.0 - u.ingate);
        let outgate_bar = hidden_bar * u.squashed * u.outgate * (1.0 - u.outgate);
        let change_bar = cell_bar * u.ingate * (1.0 - u.change * u.change);
        w_bar[j] += u.x * forget_bar;
        w_bar[b + j] += u.hidden * ingate_bar;
        w_bar[2 * b + j] += u.x * outgate_bar;
        w_bar[3 * b + j] += u.hidden * change_bar;
        w_bar[4 * b + j] += forget_bar;
        w_bar[5 * b + j] += ingate_bar;
        w_bar[6 * b + j] += outgate_bar;
        w_bar[7 * b + j] += change_bar;
        x_bar[j] = w[j] * forget_bar + w[2 * b + j] * outgate_bar;
        state_bar[j] = w[b + j] * ingate_bar + w[3 * b + j] * change_bar;
        state_bar[b + j] = cell_bar * u.forget;
    }
}
