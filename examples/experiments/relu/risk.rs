//! A linear model that is written with two ReLUs, and starts at 0.

use conservative_grad::choices::Counter;
use conservative_grad::optim::{Method, Power, Subgradient};
use conservative_grad::point::{self, Criticality, Kind, Options};
use conservative_grad::{Plain, Selection, conservative_grad, relu};
use fastrand::Rng;
use plotters::chart::SeriesLabelPosition;

use crate::data::normal;
use crate::figure::{Axis, BLUE, ORANGE, Panel, Series};
use crate::report::Report;

/// Half the squared error of a linear model on one sample. The model is written with two units: relu(s) - relu(-s) is s.
#[conservative_grad]
fn error(w: &[f64], #[constant] x: &[f64], #[constant] y: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..w.len() {
        s += w[i] * x[i];
    }
    let e = relu(s) - relu(-s) - y;
    0.5 * e * e
}

/// Mean over the samples.
#[conservative_grad]
fn risk(w: &[f64], #[constant] xs: &[f64], #[constant] ys: &[f64]) -> f64 {
    let p = w.len();
    let mut total = 0.0;
    for i in 0..ys.len() {
        total += error(w, &xs[i * p..(i + 1) * p], ys[i]);
    }
    total / ys.len() as f64
}

const PARAMETERS: usize = 3;
const SAMPLES: usize = 20;
const STEPS: u64 = 800;

/// Runs on the risk: distances to the solution for a few, and of all how near to 0 they came.
pub(super) struct Runs {
    shown: Vec<Vec<f64>>,
    placed: Vec<f64>,
    nearest: Vec<f64>,
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).powi(2))
        .sum::<f64>()
        .sqrt()
}

pub(super) fn runs(report: &mut Report, many: usize) -> Runs {
    let mut random = Rng::with_seed(2);
    let solution = [1.0, -2.0, 0.5];
    let xs: Vec<f64> = (0..SAMPLES * PARAMETERS)
        .map(|_| normal(&mut random))
        .collect();
    let of_row = |x: &[f64]| x.iter().zip(&solution).map(|(x, w)| x * w).sum();
    let ys: Vec<f64> = xs.chunks(PARAMETERS).map(of_row).collect();
    let kind_at = |w: &[f64]| {
        let with = |w: &[f64], sel: &mut dyn Selection| risk::value_and_grad_with(sel, w, &xs, &ys);
        let tangent =
            |w: &[f64], d: &[f64], sel: &mut dyn Selection| risk::jvp_with(sel, w, &xs, &ys, d);
        point::criticality(with, tangent, w, &Options::default())
            .map(|found: Criticality| found.kind)
    };
    let origin = [0.0; PARAMETERS];
    report.say(format!(
        "A linear model, w·x, written as relu(w·x) - relu(-w·x), with the squared error on {SAMPLES} samples of {PARAMETERS} inputs. w = 0, where many would \
         start, ties every unit, and `grad` is {:?} there (central differences: about {:.2?}). `point::criticality` says of it: {}.",
        risk::grad(&origin, &xs, &ys), slopes_at(&origin, &xs, &ys), kind_at(&origin).map_or_else(String::new, |kind| format!("{kind:?}"))
    ));

    let mut counter = Counter::new(Plain);
    let mut one = |start: &[f64], random: &mut Rng| {
        let mut method = Subgradient::new(Power::new(0.3, 0.5));
        let mut w = start.to_vec();
        let mut path = vec![w.clone()];
        for _ in 0..STEPS {
            let i = random.usize(..SAMPLES);
            let x = &xs[i * PARAMETERS..(i + 1) * PARAMETERS];
            let (_, gradient) = error::value_and_grad_with(&mut counter, &w, x, ys[i]);
            method.step(&mut w, &gradient);
            path.push(w.clone());
        }
        path
    };
    let mut found = Runs {
        shown: Vec::new(),
        placed: Vec::new(),
        nearest: Vec::new(),
    };
    let mut arrived = 0;
    for k in 0..many {
        let start: Vec<f64> = (0..PARAMETERS).map(|_| normal(&mut random)).collect();
        let path = one(&start, &mut random);
        let distances: Vec<f64> = path.iter().map(|w| distance(w, &solution)).collect();
        arrived += usize::from(distances[STEPS as usize] < 1e-2);
        found.nearest.push(
            path.iter()
                .map(|w| distance(w, &origin))
                .fold(f64::INFINITY, f64::min),
        );
        if k < 40 {
            found.shown.push(distances);
        }
    }
    let placed = one(&origin, &mut random);
    let total = counter.total();
    // The run from the origin ties at both units of every step.
    let (visits, ties) = (total.visits - 2 * STEPS, total.ties - 2 * STEPS);
    let stays = placed.iter().all(|w| w[..] == origin);
    found.placed = placed.iter().map(|w| distance(w, &solution)).collect();
    let nearest = found.nearest.iter().copied().fold(f64::INFINITY, f64::min);
    report.say(format!(
        "The stochastic subgradient method, one sample drawn at each of {STEPS} steps of 0.3/√(k + 1), from {many} normal starts: {arrived} arrived at the \
         solution (within 0.01), having visited a kink {visits} times and tied {ties} times. No iterate was nearer to 0 than {nearest:.1e}. From w = 0 all {STEPS} \
         steps are 0."
    ));
    report.claim(
        format!("all {many} random starts of the model arrive, without a tie"),
        arrived == many && ties == 0,
    );
    report.claim(
        "the start at w = 0 stays, and is called artificial",
        stays && kind_at(&origin) == Some(Kind::Artificial),
    );
    found
}

fn slopes_at(w: &[f64], xs: &[f64], ys: &[f64]) -> Vec<f64> {
    let h = 1e-6;
    let shifted = |i: usize, h: f64| {
        let mut w = w.to_vec();
        w[i] += h;
        risk(&w, xs, ys)
    };
    (0..w.len())
        .map(|i| (shifted(i, h) - shifted(i, -h)) / (2.0 * h))
        .collect()
}

pub(super) fn panel(runs: &Runs) -> Panel {
    let points = |path: &[f64]| {
        path.iter()
            .enumerate()
            .step_by(16)
            .map(|(k, x)| (k as f64, *x))
            .collect()
    };
    let mut series: Vec<Series> = runs
        .shown
        .iter()
        .map(|path| Series::hair("", BLUE, points(path)))
        .collect();
    series.push(Series::hair(
        &format!("40 of {} random starts", runs.nearest.len()),
        BLUE,
        points(&runs.shown[0]),
    ));
    series.push(Series::line(
        "start placed on w = 0",
        ORANGE,
        points(&runs.placed),
    ));
    Panel {
        title: "linear model of two ReLUs: stochastic subgradients".to_owned(),
        x: Axis::linear("step", 0.0, STEPS as f64),
        y: Axis::logarithmic("distance to the solution", 1e-8, 1e2),
        legend: SeriesLabelPosition::LowerLeft,
        series,
    }
}
