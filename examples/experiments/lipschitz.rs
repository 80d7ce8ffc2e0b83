//! d) A network that cannot be steeper than 1, and loses no slope: orthonormal layers, and sorting in place of ReLU.
//!
//! Anil, Lucas and Grosse, *Sorting out Lipschitz function approximation*, ICML 2019.

use std::error::Error;

use conservative_grad::Decision;
use conservative_grad::choices::Fixed;
use conservative_grad::optim::{Adam, Harmonic, Method};
use fastrand::Rng;
use plotters::chart::SeriesLabelPosition;

use crate::data::normal;
use crate::figure::{Axis, BLUE, GREY, ORANGE, Panel, Series};
use crate::report::Report;
use layers::{HIDDEN, PARAMETERS, ROUNDS, UNITS, WEIGHTS, loss, network, surface, weights};

mod layers;

const BATCH: usize = 64;

/// Distance to the nearest of three points: its slope is 1 almost everywhere.
fn target(x: &[f64]) -> f64 {
    let centres = [[-0.5, -0.4], [0.6, -0.2], [0.0, 0.6]];
    let distances = centres.iter().map(|c| (x[0] - c[0]).hypot(x[1] - c[1]));
    distances.fold(f64::INFINITY, f64::min)
}

/// A trained network, and what was measured of it.
struct Trained {
    name: &'static str,
    sorts: bool,
    w: Vec<f64>,
    error: f64,
    bound: f64,
    steepest: f64,
    slopes: Vec<f64>,
}

pub(crate) fn run(report: &mut Report, quick: bool) -> Result<(), Box<dyn Error>> {
    report.say("## d) A network that is 1-Lipschitz by construction");
    report.say(format!(
        "{HIDDEN} hidden layers of {UNITS} units learn the distance to the nearest of three points of the plane, which is nowhere steeper than 1 and has slope 1 almost \
         everywhere. The weights of each layer are made orthonormal by {ROUNDS} rounds of Björck's iteration, through which the gradient goes. Pairs are sorted \
         (GroupSort), or units rectified; the last network is not constrained."
    ));
    report.quote(format!("{:#}", loss::FIELD));
    let steps = if quick { 60 } else { 4000 };
    let trained = [
        train("GroupSort, orthonormal", true, true, steps, quick),
        train("ReLU, orthonormal", false, true, steps, quick),
        train("ReLU, free", false, false, steps, quick),
    ];
    let row = |t: &Trained| {
        vec![
            t.name.to_owned(),
            format!("{:.4}", t.error),
            format!("{:.6}", t.bound),
            format!("{:.6}", t.steepest),
            format!("{:.6}", t.slopes[t.slopes.len() - 1]),
            format!("{:.3}", t.slopes[t.slopes.len() / 2]),
            format!("{:.3}", t.slopes[t.slopes.len() / 20]),
        ]
    };
    let head = [
        "network",
        "RMS error",
        "bound",
        "steepest pair",
        "largest gradient",
        "median",
        "5th percentile",
    ];
    report.table(&head, &trained.each_ref().map(row));
    report.say(
        "*Bound*: the product of the layers' largest singular values, an upper bound of the slope. *Steepest pair*: the largest \
         |f(a) - f(b)|/|a - b| found. *Gradient*: norms of `grad` at random points.",
    );
    let [sorted, rectified, free] = &trained;
    report.claim(
        "no slope of a constrained network exceeds 1 (+1e-5)",
        [sorted, rectified]
            .iter()
            .all(|t| t.bound.max(t.steepest).max(t.slopes[t.slopes.len() - 1]) <= 1.0 + 1e-5),
    );
    if !quick {
        report.claim(
            "GroupSort fits at least twice as well as ReLU under the same constraint",
            2.0 * sorted.error < rectified.error,
        );
        report.claim(
            "without the constraint, slopes exceed 1",
            free.slopes[free.slopes.len() - 1] > 1.0,
        );
    }
    ties(report);
    report.picture(
        "lipschitz",
        "the networks along a line, and the norms of their gradients",
        &[section(&trained), histogram(&trained)],
    )
}

fn start(random: &mut Rng) -> Vec<f64> {
    let mut w: Vec<f64> = (0..PARAMETERS)
        .map(|_| normal(random) * (2.0 / UNITS as f64).sqrt())
        .collect();
    w[WEIGHTS..].fill(0.0);
    w
}

fn points(n: usize, random: &mut Rng) -> Vec<f64> {
    (0..2 * n).map(|_| 2.0 * random.f64() - 1.0).collect()
}

fn train(name: &'static str, sorts: bool, constrained: bool, steps: u64, quick: bool) -> Trained {
    let mut random = Rng::with_seed(4);
    let mut free = start(&mut random);
    let mut method = Adam::new(Harmonic::new(0.02, steps as f64 / 10.0));
    let mut gradient = vec![0.0; free.len()];
    for _ in 0..steps {
        let xs = points(BATCH, &mut random);
        let ys: Vec<f64> = xs.chunks(2).map(target).collect();
        gradient.fill(0.0);
        loss::accumulate_grad(&free, &xs, &ys, sorts, constrained, &mut gradient);
        method.step(&mut free, &gradient);
    }
    let w = weights(&free, constrained);
    let n = if quick { 2_000 } else { 200_000 };
    let error = points(n / 10, &mut random)
        .chunks(2)
        .map(|x| (network(&w, x, sorts) - target(x)).powi(2))
        .sum::<f64>();
    let norm = |x: &[f64]| {
        let gradient = surface::grad(x, &w, sorts);
        gradient[0].hypot(gradient[1])
    };
    let mut slopes: Vec<f64> = points(n / 4, &mut random).chunks(2).map(norm).collect();
    slopes.sort_by(f64::total_cmp);
    Trained {
        name,
        sorts,
        error: (error / (n / 10) as f64).sqrt(),
        bound: steepness(&w),
        steepest: steepest_pair(&w, sorts, n, &mut random),
        slopes,
        w,
    }
}

/// The largest slope between pairs at all distances from 1e-4 on.
fn steepest_pair(w: &[f64], sorts: bool, pairs: usize, random: &mut Rng) -> f64 {
    let mut steepest: f64 = 0.0;
    for _ in 0..pairs {
        let a = points(1, random);
        let (length, turn) = (
            10_f64.powf(-4.0 * random.f64()),
            std::f64::consts::TAU * random.f64(),
        );
        let b = [a[0] + length * turn.cos(), a[1] + length * turn.sin()];
        let rise = (network(w, &a, sorts) - network(w, &b, sorts)).abs();
        steepest = steepest.max(rise / (a[0] - b[0]).hypot(a[1] - b[1]));
    }
    steepest
}

/// Product of the spectral norms of all layers, from above.
fn steepness(w: &[f64]) -> f64 {
    let mut start = 0;
    let mut product = 1.0;
    for layer in 0..=HIDDEN {
        let columns = if layer == 0 {
            2
        } else if layer < HIDDEN {
            UNITS
        } else {
            1
        };
        product *= spectral_norm(&w[start..start + UNITS * columns], columns);
        start += UNITS * columns;
    }
    product
}

/// |G^m|^(1/m) is an upper bound of the largest eigenvalue of G = wᵀw for every m and every norm of matrices; here m = 2²⁴.
fn spectral_norm(w: &[f64], columns: usize) -> f64 {
    let rows = w.len() / columns;
    let product = |a: &[f64], b: &[f64], rows: usize, transposed: bool| -> Vec<f64> {
        let at = |r: usize, i: usize| {
            if transposed {
                a[r * columns + i]
            } else {
                a[i * columns + r]
            }
        };
        let entry = |k: usize| {
            (0..rows)
                .map(|r| at(r, k / columns) * b[r * columns + k % columns])
                .sum()
        };
        (0..columns * columns).map(entry).collect()
    };
    let mut power = product(w, w, rows, true);
    let (mut logarithm, mut exponent) = (0.0, 1.0);
    for _ in 0..24 {
        let size = power.iter().map(|x| x * x).sum::<f64>().sqrt();
        logarithm += size.ln() / exponent;
        power.iter_mut().for_each(|x| *x /= size);
        power = product(&power, &power, columns, false);
        exponent *= 2.0;
    }
    let size = power.iter().map(|x| x * x).sum::<f64>().sqrt();
    (0.5 * (logarithm + size.ln() / exponent)).exp()
}

/// With biases 0, every pair ties at the origin. Which rule keeps the slope? Backwards through the layers it is kept up to the first
/// biases; the first layer maps to fewer numbers.
fn ties(report: &mut Report) {
    let free = start(&mut Rng::with_seed(5));
    // Twice, so that the layers are orthonormal to the last digits.
    let w = weights(&weights(&free, true), true);
    let norm = |(w_bar, _): (Vec<f64>, Vec<f64>)| {
        let first_biases = &w_bar[WEIGHTS..WEIGHTS + UNITS];
        first_biases.iter().map(|g| g * g).sum::<f64>().sqrt()
    };
    let origin = [0.0, 0.0];
    let near = norm(network::grad(&w, &[1e-3, 2e-3], true));
    let plain = norm(network::grad(&w, &origin, true));
    let mut halves = Fixed(Decision::Tie(0.5));
    let shared = norm(network::value_and_grad_with(&mut halves, &w, &origin, true).1);
    report.say(format!(
        "Before training the biases are 0, and at the origin all {} pairs tie. Norm of the gradient with respect to the biases of the first layer, which orthonormal layers \
         and permutations keep at 1: beside the origin {near:.6}; at it, where equal numbers keep their order, {plain:.6}; with equal shares {shared:.6}.",
        HIDDEN * UNITS / 2
    ));
    let kept = (near - 1.0).abs() < 1e-9 && (plain - 1.0).abs() < 1e-9;
    report.claim(
        "sorting keeps the norm of the gradient, also at ties; equal shares do not",
        kept && shared < 0.9,
    );
}

const LINE: f64 = -0.3;

fn section(trained: &[Trained]) -> Panel {
    let along = |f: &dyn Fn(&[f64]) -> f64| {
        (0..=240)
            .map(|k| k as f64 / 120.0 - 1.0)
            .map(|x| (x, f(&[x, LINE])))
            .collect()
    };
    let mut series = vec![Series::dashed("the function", GREY, along(&target))];
    for (t, colour) in trained.iter().zip([BLUE, ORANGE]) {
        series.push(Series::line(
            t.name,
            colour,
            along(&|x| network(&t.w, x, t.sorts)),
        ));
    }
    Panel {
        title: format!("what was learnt, along y = {LINE}"),
        x: Axis::linear("x", -1.0, 1.0),
        y: Axis::linear("f(x, y)", 0.0, 0.9),
        legend: SeriesLabelPosition::UpperMiddle,
        series,
    }
}

fn histogram(trained: &[Trained]) -> Panel {
    const BINS: usize = 30;
    let top = 1.2;
    let width = top / BINS as f64;
    let mut series = Vec::new();
    for (t, colour) in trained.iter().zip([BLUE, ORANGE]) {
        let mut counts = [0_usize; BINS];
        for slope in &t.slopes {
            counts[((slope / width) as usize).min(BINS - 1)] += 1;
        }
        let share = |n: usize| 100.0 * n as f64 / t.slopes.len() as f64;
        let bars = counts
            .iter()
            .enumerate()
            .map(|(k, &n)| ((k as f64 + 0.5) * width, share(n)));
        series.push(Series::bars(t.name, colour, width, bars.collect()));
    }
    Panel {
        title: "norms of the gradients at random points".to_owned(),
        x: Axis::linear("norm of the gradient", 0.0, top),
        y: Axis::linear("% of the points", 0.0, 100.0),
        legend: SeriesLabelPosition::UpperLeft,
        series,
    }
}
