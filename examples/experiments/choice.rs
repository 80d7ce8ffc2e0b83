//! b) ReLU'(0): how often does the choice change anything?
//!
//! Bertoin, Bolte, Gerchinovitz, Pauwels, *Numerical influence of ReLU'(0) on backpropagation*, NeurIPS 2021. A choice matters only at a
//! tie, and how often the input of a unit is exactly 0 depends on how fine the numbers are.

use std::error::Error;

use conservative_grad::choices::{Count, Counter, Fixed, Tolerance};
use conservative_grad::optim::{Batches, Harmonic, HeavyBall, Method};
use conservative_grad::{Decision, Plain, Real, Selection};
use plotters::chart::SeriesLabelPosition;

use crate::data::{self, Data};
use crate::figure::{Axis, BLUE, GREY, ORANGE, Panel, Series};
use crate::models::loss;
use crate::report::Report;
use crate::training::{accuracy, initial};

const CHOICES: [f64; 3] = [0.0, 0.5, 1.0];
const BATCH: usize = 32;
/// Pixels are multiples of 2⁻⁴.
const PIXEL_BITS: i32 = 4;

/// The numbers that the gradient is computed in. The method keeps the parameters in `f64` in any case.
#[derive(Clone, Copy, PartialEq)]
enum Precision {
    Double,
    Single,
    /// In `f64`, with weights rounded to multiples of 2^-bits.
    Grid(i32),
}

impl Precision {
    fn name(self) -> String {
        match self {
            Precision::Double => "f64".to_owned(),
            Precision::Single => "f32".to_owned(),
            Precision::Grid(bits) => format!("weights in steps of 2^-{bits}"),
        }
    }

    /// Value and gradient of the loss under a selection.
    fn gradient(
        self,
        w: &[f64],
        sizes: &[usize],
        data: &Data,
        selection: &mut dyn Selection,
    ) -> Vec<f64> {
        match self {
            Precision::Double => in_precision::<f64>(w, sizes, data, selection),
            Precision::Single => in_precision::<f32>(w, sizes, data, selection),
            Precision::Grid(_) => in_precision::<f64>(&self.rounded(w), sizes, data, selection),
        }
    }

    /// The weights as the gradient sees them.
    fn rounded(self, w: &[f64]) -> Vec<f64> {
        match self {
            Precision::Double => w.to_vec(),
            Precision::Single => w.iter().map(|w| f64::from(*w as f32)).collect(),
            Precision::Grid(bits) => {
                let steps = 2_f64.powi(bits);
                w.iter().map(|w| (w * steps).round() / steps).collect()
            }
        }
    }
}

fn in_precision<T: Real>(
    w: &[f64],
    sizes: &[usize],
    data: &Data,
    selection: &mut dyn Selection,
) -> Vec<f64> {
    let cast = |numbers: &[f64]| numbers.iter().map(|x| T::from_f64(*x)).collect::<Vec<T>>();
    let (_, gradient) = loss::value_and_grad_with(
        selection,
        &cast(w),
        sizes,
        &cast(&data.xs),
        &data.labels,
        T::zero(),
    );
    gradient.into_iter().map(T::to_f64).collect()
}

/// What was counted while a network was trained.
struct Counted {
    precision: Precision,
    total: Count,
    batches: u64,
    /// Batches whose gradient ReLU'(0) = ½ or 1 changes, and by how much at most, relative to the norm of the gradient.
    changed: u64,
    largest: f64,
    /// The parameters at the end.
    w: Vec<f64>,
}

fn theta(choice: f64) -> Fixed {
    Fixed(Decision::Tie(choice))
}

fn norm(v: impl Iterator<Item = f64>) -> f64 {
    v.map(|x| x * x).sum::<f64>().sqrt()
}

/// Trains with ReLU'(0) = 0, and asks at every batch what the other choices would have given.
fn count(precision: Precision, sizes: &[usize], data: &Data, epochs: usize) -> Counted {
    let mut counter = Counter::new(theta(0.0));
    let mut found = Counted {
        precision,
        total: Count::default(),
        batches: 0,
        changed: 0,
        largest: 0.0,
        w: Vec::new(),
    };
    let mut ties = 0;
    found.w = train(sizes, data, epochs, |w, batch| {
        let gradient = precision.gradient(w, sizes, batch, &mut counter);
        found.batches += 1;
        let before = std::mem::replace(&mut ties, counter.total().ties);
        // Without a tie the choice is not asked for; every hundredth batch is tried all the same.
        if ties > before || found.batches.is_multiple_of(100) {
            let others =
                [0.5, 1.0].map(|choice| precision.gradient(w, sizes, batch, &mut theta(choice)));
            let differs = others.iter().any(|other| *other != gradient);
            assert!(
                ties > before || !differs,
                "a choice mattered where nothing tied"
            );
            found.changed += u64::from(differs);
            let change = |other: &Vec<f64>| norm(other.iter().zip(&gradient).map(|(a, b)| a - b));
            let size = norm(gradient.iter().copied());
            found.largest = others
                .iter()
                .map(|other| change(other) / size)
                .fold(found.largest, f64::max);
        }
        gradient
    });
    found.total = counter.total();
    found
}

/// Heavy ball on minibatches.
fn train(
    sizes: &[usize],
    data: &Data,
    epochs: usize,
    mut gradient: impl FnMut(&[f64], &Data) -> Vec<f64>,
) -> Vec<f64> {
    let mut w = initial(sizes, 0);
    let mut batches = Batches::new(data.len(), BATCH, 0);
    let after = 10.0 * batches.per_epoch() as f64;
    let mut method = HeavyBall::new(Harmonic::new(0.02, after), 0.9);
    for _ in 0..epochs * batches.per_epoch() {
        let batch = data.rows(batches.next());
        let gradient = gradient(&w, &batch);
        method.step(&mut w, &gradient);
    }
    w
}

pub(crate) fn run(report: &mut Report, quick: bool) -> Result<(), Box<dyn Error>> {
    report.say("## b) ReLU'(0)");
    let split = data::digits().divide(0);
    let sizes = [64, 128, 10];
    let epochs = if quick { 1 } else { 10 };
    let long = if quick { 2 } else { 60 };
    report.say(format!(
        "A network of {} hidden ReLUs learns the digits (pixels as they are, multiples of 2^-{PIXEL_BITS}) while `choices::Counter` counts how often a ReLU is visited, and how often \
         exactly at 0. Wherever it ties, the gradient is taken again with ReLU'(0) = ½ and 1. Coarser numbers: for the gradient, weights are rounded to multiples of 2^-b.",
        sizes[1]
    ));
    let mut all: Vec<Counted> = [Precision::Double, Precision::Single]
        .into_iter()
        .map(|p| count(p, &sizes, &split.training, long))
        .collect();
    let grids = [4, 6, 8, 10, 12, 14, 16];
    all.extend(grids.map(|bits| count(Precision::Grid(bits), &sizes, &split.training, epochs)));

    // What the counts should be: how densely inputs of units lie around 0, times the spacing of the numbers.
    let mut near = Tolerance::with(0.01, Plain);
    Precision::Double.gradient(&all[0].w, &sizes, &split.training, &mut near);
    let visits = (split.training.len() * sizes[1]) as f64;
    let density = near.moved() as f64 / visits / 0.02;
    let rows: Vec<Vec<String>> = all.iter().map(|c| c.row(density)).collect();
    report.table(
        &[
            "precision",
            "ReLUs visited",
            "exactly at 0",
            "per million",
            "expected",
            "minibatches",
            "gradient changed by the choice",
            "by at most",
        ],
        &rows,
    );
    report.say(format!(
        "*Expected*: inputs of units lie with density {density:.2} around 0 (the trained network under `choices::Tolerance`); those of rounded weights are multiples of \
         2^-(b + {PIXEL_BITS}). Of the products that a unit adds in `f32`, most are multiples of 2^-28 to 2^-24, so that a tie in 10^8 or 10^9 visits would be no \
         surprise: a question of size, as the larger networks of Bertoin et al. show. *By at most*: norm of the change over the norm of the gradient."
    ));
    outcomes(report, &sizes, &split, epochs);
    let coarse = &all[2..];
    report.claim("in f64, no choice changed a gradient", all[0].changed == 0);
    report.claim(
        "the coarser the numbers, the more ties",
        coarse
            .windows(2)
            .all(|pair| pair[0].share() >= pair[1].share()),
    );
    report.picture("choice", "share of ReLUs at 0, and of gradients that the choice changes, by the spacing of the weights", &[ties(coarse, density), changes(coarse)])
}

/// Does it matter in the end?
fn outcomes(report: &mut Report, sizes: &[usize], split: &data::Split, epochs: usize) {
    let mut rows = Vec::new();
    for precision in [
        Precision::Double,
        Precision::Single,
        Precision::Grid(8),
        Precision::Grid(4),
    ] {
        let trained = CHOICES.map(|choice| {
            train(sizes, &split.training, epochs, |w, batch| {
                precision.gradient(w, sizes, batch, &mut theta(choice))
            })
        });
        let accuracies = trained
            .each_ref()
            .map(|w| accuracy(&precision.rounded(w), sizes, &split.held_out));
        let same = trained.iter().all(|w| *w == trained[0]);
        let mut row = vec![precision.name()];
        row.extend(accuracies.map(|accuracy| format!("{accuracy:.2}")));
        row.push(
            if same {
                "the same, bit for bit"
            } else {
                "different"
            }
            .to_owned(),
        );
        rows.push(row);
    }
    report.say(format!(
        "Trained for {epochs} epochs under each choice, from the same start; accuracy held out, %:"
    ));
    report.table(
        &["precision", "ReLU'(0) = 0", "½", "1", "weights at the end"],
        &rows,
    );
}

impl Counted {
    fn share(&self) -> f64 {
        self.total.ties as f64 / self.total.visits as f64
    }

    fn row(&self, density: f64) -> Vec<String> {
        let expected = match self.precision {
            Precision::Grid(bits) => {
                format!("{:.2}", 1e6 * density * 2_f64.powi(-bits - PIXEL_BITS))
            }
            _ => String::new(),
        };
        vec![
            self.precision.name(),
            self.total.visits.to_string(),
            self.total.ties.to_string(),
            format!("{:.2}", 1e6 * self.share()),
            expected,
            self.batches.to_string(),
            self.changed.to_string(),
            if self.changed == 0 {
                "0".to_owned()
            } else {
                format!("{:.1e}", self.largest)
            },
        ]
    }
}

fn ties(coarse: &[Counted], density: f64) -> Panel {
    let bits = |c: &Counted| {
        if let Precision::Grid(bits) = c.precision {
            f64::from(bits)
        } else {
            f64::NAN
        }
    };
    let measured: Vec<(f64, f64)> = coarse
        .iter()
        .filter(|c| c.total.ties > 0)
        .map(|c| (bits(c), c.share()))
        .collect();
    let line = [3.0, 17.0]
        .map(|b| (b, density * 2_f64.powf(-b - f64::from(PIXEL_BITS))))
        .to_vec();
    Panel {
        title: "ReLUs that are exactly at 0".to_owned(),
        x: Axis::linear("b: weights are multiples of 2^-b", 3.0, 17.0),
        y: Axis::logarithmic("share of all visits", 1e-8, 1e-1),
        legend: SeriesLabelPosition::UpperRight,
        series: vec![
            Series::dashed("density times spacing", GREY, line),
            Series::dots("counted in training", BLUE, 5, measured),
        ],
    }
}

fn changes(coarse: &[Counted]) -> Panel {
    let bits = |c: &Counted| {
        if let Precision::Grid(bits) = c.precision {
            f64::from(bits)
        } else {
            f64::NAN
        }
    };
    let share = |c: &Counted| (bits(c), 100.0 * c.changed as f64 / c.batches as f64);
    Panel {
        title: format!("gradients of minibatches of {BATCH}"),
        x: Axis::linear("b: weights are multiples of 2^-b", 3.0, 17.0),
        y: Axis::linear("% that ReLU'(0) changes", 0.0, 100.0),
        legend: SeriesLabelPosition::UpperRight,
        series: vec![
            Series::line("", ORANGE, coarse.iter().map(share).collect()),
            Series::dots(
                "changed by ½ or 1",
                ORANGE,
                5,
                coarse.iter().map(share).collect(),
            ),
        ],
    }
}
