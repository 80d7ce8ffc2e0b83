//! Fits a small ReLU network with an absolute-error loss and an l1 penalty to real data, on gradients that
//! `#[conservative_grad]` wrote at compile time, and checks these gradients at and between the kinks.
//!
//! `cargo run --release --example quickstart`; the exit status says whether all goals were met.

#![allow(
    clippy::needless_range_loop,
    reason = "loops over ranges are what is differentiated"
)]

mod data;

use conservative_grad::check::{self, Verdict};
use conservative_grad::{conservative_grad, relu};
use data::{Random, Split, Wine};
use indicatif::{ProgressBar, ProgressStyle};
use std::process::ExitCode;

const HIDDEN_UNITS: usize = 16;
const PENALTY: f64 = 3e-3;
const EPOCHS: usize = 100;
const BATCH: usize = 32;
const FIRST_STEP: f64 = 0.1;
const SPLITS: u64 = 3;

/// Output of a network with one hidden layer. `w` holds for each hidden unit its input weights, its bias and its
/// output weight, and at the end the output bias.
#[conservative_grad]
fn network(w: &[f64], #[constant] x: &[f64]) -> f64 {
    let inputs = x.len();
    let units = (w.len() - 1) / (inputs + 2);
    let mut output = w[w.len() - 1];
    for unit in 0..units {
        let start = unit * (inputs + 2);
        let mut activation = w[start + inputs];
        for i in 0..inputs {
            activation += w[start + i] * x[i];
        }
        output += w[start + inputs + 1] * relu(activation);
    }
    output
}

/// Mean absolute error over the rows of `xs`, plus an l1 penalty.
#[conservative_grad]
fn loss(w: &[f64], #[constant] xs: &[f64], #[constant] ys: &[f64]) -> f64 {
    let inputs = xs.len() / ys.len();
    let mut error = 0.0;
    for i in 0..ys.len() {
        let x = &xs[i * inputs..(i + 1) * inputs];
        error += (network(w, x) - ys[i]).abs();
    }
    let mut size = 0.0;
    for i in 0..w.len() {
        size += w[i].abs();
    }
    error / ys.len() as f64 + PENALTY * size
}

fn main() -> ExitCode {
    println!("{}\n\n{}\n", loss::FIELD, network::FIELD);
    let wines = data::wines();
    let deviation = largest_deviation(&data::split(&wines, &mut Random(0)).training);
    println!("largest relative deviation from central differences: {deviation:.1e}\n");

    let improvement = fit_all_splits(&wines);
    let report = chain_rule_along_training(&data::split(&wines, &mut Random(1)));
    println!("\n{report}");

    let goals = [
        (
            "held-out error at least 15 % below the median's",
            improvement >= 0.15,
        ),
        (
            "deviation from central differences at most 1e-6",
            deviation <= 1e-6,
        ),
        (
            "no violation of the chain rule found",
            report.verdict() == Verdict::NoViolationFound,
        ),
    ];
    for (goal, met) in goals {
        println!("{} {goal}", if met { "met:   " } else { "MISSED:" });
    }
    ExitCode::from(u8::from(goals.iter().any(|(_, met)| !met)))
}

/// Trains on every split; returns by which part the mean held-out error is below that of predicting the median.
fn fit_all_splits(wines: &[Wine]) -> f64 {
    println!("mean absolute error     training   held out   (predicting the median)");
    let (mut fitted, mut baseline) = (0.0, 0.0);
    for seed in 1..=SPLITS {
        let mut random = Random(seed);
        let split = data::split(wines, &mut random);
        let w = train(&split.training, &mut random);
        let median = data::median_grade(&split.training);
        let [training, held_out] = [&split.training, &split.held_out]
            .map(|wines| data::mean_absolute_error(wines, |x| network(&w, x)));
        let constant = data::mean_absolute_error(&split.held_out, |_| median);
        println!(
            "split {seed}                   {training:.4}     {held_out:.4}   ({constant:.4})"
        );
        fitted += held_out;
        baseline += constant;
    }
    let improvement = 1.0 - fitted / baseline;
    println!(
        "held-out error below that of the median by {:.1} %",
        100.0 * improvement
    );
    improvement
}

/// Minibatch subgradient descent with steps that shrink to zero.
fn train(wines: &[Wine], random: &mut Random) -> Vec<f64> {
    let mut wines = wines.to_vec();
    let mut w = initial_weights(&wines, random);
    let mut gradient = vec![0.0; w.len()];
    let bar = progress_bar(EPOCHS * wines.len().div_ceil(BATCH));
    for _ in 0..EPOCHS {
        random.shuffle(&mut wines);
        for batch in wines.chunks(BATCH) {
            let (xs, ys) = data::arrays(batch);
            gradient.fill(0.0);
            let value = loss::accumulate_grad(&w, &xs, &ys, &mut gradient);
            let step =
                FIRST_STEP * (1.0 - bar.position() as f64 / bar.length().unwrap_or(1) as f64);
            w.iter_mut()
                .zip(&gradient)
                .for_each(|(w, g)| *w -= step * g);
            bar.set_message(format!("loss {value:.3}"));
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    w
}

/// Random hidden units, and the median as output bias.
fn initial_weights(wines: &[Wine], random: &mut Random) -> Vec<f64> {
    let inputs = wines[0].measurements.len();
    let spread = (2.0 / inputs as f64).sqrt();
    let mut w: Vec<f64> = (0..HIDDEN_UNITS * (inputs + 2))
        .map(|_| spread * random.normal())
        .collect();
    w.push(data::median_grade(wines));
    w
}

fn progress_bar(steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("training [{bar:40}] {pos}/{len} {msg}");
    ProgressBar::new(steps as u64).with_style(style.expect("a valid template"))
}

/// Compares with central differences at random points that are not near a kink: largest deviation, relative to
/// the largest component of the gradient.
fn largest_deviation(wines: &[Wine]) -> f64 {
    let mut random = Random(7);
    let mut largest: f64 = 0.0;
    let mut points = 0;
    while points < 20 {
        let (xs, ys) = data::arrays(&wines[points * BATCH..(points + 1) * BATCH]);
        let w = initial_weights(wines, &mut random);
        let trace = loss::trace(&w, &xs, &ys);
        if trace
            .nearest()
            .is_some_and(|visit| visit.margin.abs() < 1e-3)
        {
            continue;
        }
        largest = largest.max(deviation_at(&w, &xs, &ys));
        points += 1;
    }
    largest
}

fn deviation_at(w: &[f64], xs: &[f64], ys: &[f64]) -> f64 {
    const H: f64 = 1e-5;
    let gradient = loss::grad(w, xs, ys);
    let shifted = |i: usize, h: f64| {
        let mut w = w.to_vec();
        w[i] += h;
        loss(&w, xs, ys)
    };
    let difference = |i: usize| (shifted(i, H) - shifted(i, -H)) / (2.0 * H);
    let deviations = (0..w.len()).map(|i| (gradient[i] - difference(i)).abs());
    let scale = gradient
        .iter()
        .fold(0.0, |scale: f64, g| scale.max(g.abs()));
    deviations.fold(0.0, f64::max) / scale
}

/// Does the gradient, integrated from the initial to the trained weights, add up to the change of the loss?
fn chain_rule_along_training(split: &Split) -> check::Report {
    let mut random = Random(1);
    let from = initial_weights(&split.training, &mut random);
    let to = train(&split.training, &mut random);
    let (xs, ys) = data::arrays(&split.training[..BATCH]);
    check::chain_rule(
        |w, selection| loss::value_and_grad_with(selection, w, &xs, &ys),
        &from,
        &to,
        &check::Options::default(),
    )
}
