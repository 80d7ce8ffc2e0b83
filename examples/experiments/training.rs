//! c) Networks for digits and wines, trained by methods with a theorem, beside a linear model.

use std::error::Error;

use conservative_grad::optim::{
    Batches, Convergent, Harmonic, HeavyBall, Inna, Method, Subgradient,
};
use fastrand::Rng;
use plotters::chart::SeriesLabelPosition;

use crate::data::{self, Data, Split, deviation, mean, normal};
use crate::figure::{Axis, BLUE, GREEN, GREY, ORANGE, Panel, Series};
use crate::models::{loss, scores};
use crate::report::Report;

const BATCH: usize = 32;
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

/// How one data set is learnt. That of the digits was fixed before the first run, that of the wines chosen on splits with other seeds than those reported.
struct Plan {
    data: Data,
    hidden: usize,
    decay: f64,
    linear_decay: f64,
    epochs: usize,
    /// First step sizes of the three methods, and of the linear model.
    steps: [f64; 3],
    linear_step: f64,
    /// Steps are nearly constant for so many epochs, and fall as 1/k after that.
    after: f64,
}

impl Plan {
    fn schedule(&self, split: &Split, scale: f64) -> Harmonic {
        let per_epoch = split.training.len().div_ceil(BATCH) as f64;
        Harmonic::new(scale, self.after * per_epoch)
    }

    fn method(&self, which: usize, split: &Split) -> Box<dyn Method> {
        let schedule = self.schedule(split, self.steps[which]);
        match which {
            0 => Box::new(Subgradient::new(schedule)),
            1 => Box::new(HeavyBall::new(schedule, 0.9)),
            _ => Box::new(Inna::with(schedule, 0.5, 0.1)),
        }
    }
}

/// After each epoch: loss on the training examples, accuracy on those held out.
struct History {
    losses: Vec<f64>,
    accuracies: Vec<f64>,
}

const METHODS: [&str; 3] = ["SGD", "heavy ball", "INNA"];

pub(crate) fn run(report: &mut Report, quick: bool) -> Result<(), Box<dyn Error>> {
    report.say("## c) Training");
    report.say(format!(
        "A network with one hidden layer of ReLUs, cross-entropy, minibatches of {BATCH}, step sizes γ/(1 + k/K), which the theorems allow. A fifth of each class is held \
         out. What the theorems say of all three methods: {}, if {}. (Here the minibatches of an epoch are a shuffled order, not independent draws.)",
        Subgradient::<Harmonic>::THEOREM.statement, Subgradient::<Harmonic>::THEOREM.conditions
    ));
    let sources = [
        Subgradient::<Harmonic>::THEOREM,
        HeavyBall::<Harmonic>::THEOREM,
        Inna::<Harmonic>::THEOREM,
    ];
    let sources = METHODS
        .iter()
        .zip(sources)
        .map(|(name, theorem)| format!("- {name}: {}", theorem.source));
    report.say(sources.collect::<Vec<String>>().join("\n"));
    report.quote(format!("{:#}", loss::FIELD));
    let digits = Plan {
        data: data::digits(),
        hidden: 64,
        decay: 1e-4,
        linear_decay: 1e-4,
        epochs: if quick { 2 } else { 40 },
        steps: [0.1, 0.02, 0.1],
        linear_step: 0.02,
        after: 10.0,
    };
    let wines = Plan {
        data: data::wines(),
        hidden: 32,
        decay: 1e-2,
        linear_decay: 3e-3,
        epochs: if quick { 2 } else { 60 },
        steps: [0.1, 0.02, 0.1],
        linear_step: 0.02,
        after: 20.0,
    };
    let seeds = if quick { &SEEDS[..2] } else { &SEEDS[..] };
    for (plan, name) in [(digits, "digits"), (wines, "wine")] {
        let best = experiment(report, &plan, name, seeds)?;
        if name == "digits" && !quick {
            report.claim(
                "digits: at least 96 % of the images held out are recognised, with every method",
                best >= 96.0,
            );
        }
    }
    Ok(())
}

/// Trains everything on every split; the smallest mean accuracy among the three methods.
fn experiment(
    report: &mut Report,
    plan: &Plan,
    name: &str,
    seeds: &[u64],
) -> Result<f64, Box<dyn Error>> {
    let splits: Vec<Split> = seeds.iter().map(|&seed| plan.data.split(seed)).collect();
    let sizes = [plan.data.inputs, plan.hidden, plan.data.classes];
    let mut rows = Vec::new();
    let mut row = |name: &str, histories: &[History]| {
        let last: Vec<f64> = histories
            .iter()
            .map(|h| h.accuracies[h.accuracies.len() - 1])
            .collect();
        let losses: Vec<f64> = histories
            .iter()
            .map(|h| h.losses[h.losses.len() - 1])
            .collect();
        let smallest = last.iter().copied().fold(f64::INFINITY, f64::min);
        rows.push(vec![
            name.to_owned(),
            format!("{:.4}", mean(&losses)),
            format!("{:.2}", mean(&last)),
            format!("{:.2}", deviation(&last)),
            format!("{smallest:.2}"),
        ]);
        mean(&last)
    };
    let all: Vec<Vec<History>> = (0..3)
        .map(|which| {
            let run = |(split, &seed)| {
                train(
                    split,
                    &sizes,
                    plan.method(which, split),
                    (plan.epochs, plan.decay),
                    seed,
                )
            };
            splits.iter().zip(seeds).map(run).collect()
        })
        .collect();
    let linear: Vec<History> = splits
        .iter()
        .zip(seeds)
        .map(|(split, &seed)| {
            let method = HeavyBall::new(plan.schedule(split, plan.linear_step), 0.9);
            train(
                split,
                &[sizes[0], sizes[2]],
                method,
                (plan.epochs, plan.linear_decay),
                seed,
            )
        })
        .collect();
    let accuracies: Vec<f64> = METHODS
        .iter()
        .zip(&all)
        .map(|(name, histories)| row(name, histories))
        .collect();
    let baseline = row("linear model (heavy ball)", &linear);
    let commonest = splits.iter().map(commonest).collect::<Vec<f64>>();
    rows.push(vec![
        "commonest class".to_owned(),
        String::new(),
        format!("{:.2}", mean(&commonest)),
        String::new(),
        String::new(),
    ]);
    report.say(format!(
        "### {}: {} examples, {} inputs, {} classes; {} held out; {} hidden units, {} epochs",
        plan.data.name,
        plan.data.len(),
        plan.data.inputs,
        plan.data.classes,
        splits[0].held_out.len(),
        plan.hidden,
        plan.epochs
    ));
    let mean_of = format!("accuracy held out, %, mean of {}", seeds.len());
    report.table(
        &[
            "method",
            "cross-entropy, training",
            &mean_of,
            "deviation",
            "smallest",
        ],
        &rows,
    );
    let panels = [losses(&all, plan), held_out(&all, baseline, plan)];
    report.picture(
        &format!("training_{name}"),
        "loss and held-out accuracy by epoch",
        &panels,
    )?;
    Ok(accuracies.into_iter().fold(f64::INFINITY, f64::min))
}

/// Weights at random, as He et al. (2015); biases 0.
pub(crate) fn initial(sizes: &[usize], seed: u64) -> Vec<f64> {
    let mut random = Rng::with_seed(1000 + seed);
    let mut w = Vec::new();
    for pair in sizes.windows(2) {
        let spread = (2.0 / pair[0] as f64).sqrt();
        w.extend((0..pair[0] * pair[1]).map(|_| spread * normal(&mut random)));
        w.extend((0..pair[1]).map(|_| 0.0));
    }
    w
}

fn train(
    split: &Split,
    sizes: &[usize],
    mut method: impl Method,
    (epochs, decay): (usize, f64),
    seed: u64,
) -> History {
    let Split { training, held_out } = split;
    let mut w = initial(sizes, seed);
    let mut gradient = vec![0.0; w.len()];
    let mut batches = Batches::new(training.len(), BATCH, seed);
    let mut history = History {
        losses: Vec::new(),
        accuracies: Vec::new(),
    };
    for _ in 0..epochs {
        for _ in 0..batches.per_epoch() {
            let batch = training.rows(batches.next());
            gradient.fill(0.0);
            loss::accumulate_grad(&w, sizes, &batch.xs, &batch.labels, decay, &mut gradient);
            method.step(&mut w, &gradient);
        }
        history
            .losses
            .push(loss(&w, sizes, &training.xs, &training.labels, 0.0));
        history.accuracies.push(accuracy(&w, sizes, held_out));
    }
    history
}

/// Which part of the examples gets the highest score for its class, in %.
pub(crate) fn accuracy(w: &[f64], sizes: &[usize], data: &Data) -> f64 {
    let right = |i: &usize| {
        let scores = scores(w, sizes, data.row(*i));
        let own = scores[data.labels[*i]];
        scores
            .iter()
            .enumerate()
            .all(|(class, score)| class == data.labels[*i] || *score < own)
    };
    100.0 * (0..data.len()).filter(right).count() as f64 / data.len() as f64
}

fn commonest(split: &Split) -> f64 {
    let count =
        |class: usize, data: &Data| data.labels.iter().filter(|label| **label == class).count();
    let class = (0..split.training.classes)
        .max_by_key(|class| count(*class, &split.training))
        .unwrap_or(0);
    100.0 * count(class, &split.held_out) as f64 / split.held_out.len() as f64
}

/// Mean over the seeds by epoch, with a band from the smallest to the largest.
fn curves(all: &[Vec<History>], of: impl Fn(&History) -> &Vec<f64>) -> Vec<Series> {
    let mut series = Vec::new();
    for ((histories, name), colour) in all.iter().zip(METHODS).zip([BLUE, ORANGE, GREEN]) {
        let epochs = of(&histories[0]).len();
        let at = |epoch: usize| -> Vec<f64> { histories.iter().map(|h| of(h)[epoch]).collect() };
        let edges: Vec<(f64, f64, f64)> = (0..epochs)
            .map(|epoch| {
                let values = at(epoch);
                let low = values.iter().copied().fold(f64::INFINITY, f64::min);
                let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                ((epoch + 1) as f64, low, high)
            })
            .collect();
        series.push(Series::band(colour, &edges));
        let means = (0..epochs).map(|epoch| ((epoch + 1) as f64, mean(&at(epoch))));
        series.push(Series::line(name, colour, means.collect()));
    }
    series
}

fn losses(all: &[Vec<History>], plan: &Plan) -> Panel {
    let series = curves(all, |history| &history.losses);
    let (label, all) = ("mean cross-entropy", || {
        series.iter().flat_map(Series::ordinates)
    });
    let (low, high) = all().fold((f64::INFINITY, 0.0_f64), |(low, high), y| {
        (low.min(y), high.max(y))
    });
    let y = if high > 5.0 * low {
        Axis::logarithmic(label, 1e-3, 10.0)
    } else {
        Axis::linear(label, 0.0, 1.0)
    };
    let y = y.around(all());
    Panel {
        title: format!("{}: loss on the training examples", plan.data.name),
        x: Axis::linear("epoch", 1.0, plan.epochs as f64),
        y,
        legend: SeriesLabelPosition::UpperRight,
        series,
    }
}

fn held_out(all: &[Vec<History>], baseline: f64, plan: &Plan) -> Panel {
    let mut series = curves(all, |history| &history.accuracies);
    let line = vec![(1.0, baseline), (plan.epochs as f64, baseline)];
    series.push(Series::dashed("linear model, at the end", GREY, line));
    Panel {
        title: format!("{}: held out", plan.data.name),
        x: Axis::linear("epoch", 1.0, plan.epochs as f64),
        y: Axis::linear("accuracy, %", 0.0, 100.0)
            .around(series.iter().flat_map(Series::ordinates)),
        legend: SeriesLabelPosition::LowerRight,
        series,
    }
}
