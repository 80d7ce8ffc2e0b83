//! a) One function, several programs: what backpropagation returns at 0, and whether a method stops there.
//!
//! Bolte and Pauwels, *Conservative set valued fields, automatic differentiation, stochastic gradient methods and deep learning*,
//! Math. Program. 188 (2021), and *A mathematical model for automatic differentiation in machine learning*, NeurIPS 2020.

use std::error::Error;

use conservative_grad::optim::{Constant, Method, Subgradient};
use conservative_grad::point::{self, Criticality, Guarantee, Kind, Options};
use conservative_grad::{Plain, Selection, conservative_grad, relu};
use fastrand::Rng;
use plotters::chart::SeriesLabelPosition;

use crate::figure::{Axis, BLUE, GREEN, GREY, ORANGE, PINK, Panel, Series};
use crate::report::Report;

mod risk;

#[conservative_grad]
fn relu1(x: f64) -> f64 {
    relu(x)
}

#[conservative_grad]
fn relu2(x: f64) -> f64 {
    relu(-x) + x
}

#[conservative_grad]
fn relu3(x: f64) -> f64 {
    0.5 * (relu1(x) + relu2(x))
}

#[conservative_grad]
fn zero(x: f64) -> f64 {
    relu2(x) - relu1(x)
}

/// (x - 1)²/2, and nothing.
#[conservative_grad]
fn hill(x: f64) -> f64 {
    0.5 * (x - 1.0) * (x - 1.0) + zero(x)
}

const HILL_STEPS: u64 = 200;
const STEP: f64 = 0.1;

/// Value and derivative of a function of one variable.
type Program = fn(f64, &mut dyn Selection) -> (f64, f64);
/// Directional derivative.
type Tangent = fn(f64, f64, &mut dyn Selection) -> (f64, f64);

const PROGRAMS: [(&str, &str, &str, Program, Tangent); 5] = [
    (
        "`relu(x)`",
        "relu",
        "0, 1",
        |x, sel| relu1::value_and_grad_with(sel, x),
        |x, d, sel| relu1::jvp_with(sel, x, d),
    ),
    (
        "`relu(-x) + x`",
        "relu2",
        "0, 1",
        |x, sel| relu2::value_and_grad_with(sel, x),
        |x, d, sel| relu2::jvp_with(sel, x, d),
    ),
    (
        "half the sum of both",
        "relu3",
        "0, 1",
        |x, sel| relu3::value_and_grad_with(sel, x),
        |x, d, sel| relu3::jvp_with(sel, x, d),
    ),
    (
        "their difference",
        "zero",
        "0, 0",
        |x, sel| zero::value_and_grad_with(sel, x),
        |x, d, sel| zero::jvp_with(sel, x, d),
    ),
    (
        "`(x - 1)²/2 + zero(x)`",
        "hill",
        "-1, -1",
        |x, sel| hill::value_and_grad_with(sel, x),
        |x, d, sel| hill::jvp_with(sel, x, d),
    ),
];

pub(crate) fn run(report: &mut Report, quick: bool) -> Result<(), Box<dyn Error>> {
    let runs = if quick { 500 } else { 10_000 };
    report.say("## a) relu, relu2, relu3, zero");
    let at_zero = programs(report);
    report.claim(
        "backpropagation gives relu, relu2, relu3 and zero the derivatives 0, 1, ½, 1 at 0",
        at_zero[..4] == [0.0, 1.0, 0.5, 1.0],
    );
    report.quote(format!("{}\n{}", relu2::FIELD, zero::FIELD));

    let hills = hill_runs(report, runs);
    let risks = risk::runs(report, runs);
    let panels = [
        slopes(&at_zero),
        hill_panel(&hills, runs),
        risk::panel(&risks),
    ];
    report.picture(
        "relu",
        "slopes that backpropagation returns, and runs of the subgradient method",
        &panels,
    )
}

/// The table of what is returned at 0; the derivatives.
fn programs(report: &mut Report) -> Vec<f64> {
    let options = Options::default();
    let mut derivatives = Vec::new();
    let mut rows = Vec::new();
    for (text, name, slopes, program, tangent) in PROGRAMS {
        let (value, derivative) = program(0.0, &mut Plain);
        let field = point::vertices(|x, sel| program(x[0], sel), &[0.0], &options);
        let field = set(field.elements.iter().map(|element| element.gradient[0]));
        let limits = [-1.0, 1.0].map(|side| {
            let tangent = |x: &[f64], d: &[f64], sel: &mut dyn Selection| tangent(x[0], d[0], sel);
            let locked = point::lock(|x, sel| program(x[0], sel), tangent, &[0.0], &[vec![side]]);
            (locked.guarantee == Guarantee::Limit).then_some(locked.gradient[0])
        });
        let limits = set(limits.into_iter().flatten());
        rows.push(vec![
            name.to_owned(),
            text.to_owned(),
            format!("{value}"),
            slopes.to_owned(),
            format!("{derivative}"),
            field,
            limits,
        ]);
        derivatives.push(derivative);
    }
    report.say(
        "The first three programs compute the same function, the fourth is 0. At x = 0, with relu'(0) = 0 (PyTorch's choice), \
         `grad` returns the fifth column; `point::vertices` lists what other choices at the ties lead to, `point::lock` the limits \
         of derivatives at nearby points:",
    );
    let head = [
        "program",
        "",
        "value at 0",
        "slopes left, right",
        "backpropagation",
        "vertices of the field",
        "limits of derivatives",
    ];
    report.table(&head, &rows);
    derivatives
}

/// Different numbers, in order.
fn set(numbers: impl Iterator<Item = f64>) -> String {
    let mut numbers: Vec<f64> = numbers.map(|x| x + 0.0).collect();
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    let texts: Vec<String> = numbers.iter().map(|x| format!("{x}")).collect();
    format!("{{{}}}", texts.join(", "))
}

/// All positions of one run.
fn descend(start: f64, step: f64, steps: u64) -> Vec<f64> {
    let mut method = Subgradient::new(Constant::new(step));
    let mut x = [start];
    let mut path = vec![start];
    for _ in 0..steps {
        let gradient = [hill::grad(x[0])];
        method.step(&mut x, &gradient);
        path.push(x[0]);
    }
    path
}

fn hill_runs(report: &mut Report, runs: usize) -> Vec<Vec<f64>> {
    let at = |x: f64| {
        let tangent =
            |x: &[f64], d: &[f64], sel: &mut dyn Selection| hill::jvp_with(sel, x[0], d[0]);
        let with = |x: &[f64], sel: &mut dyn Selection| hill::value_and_grad_with(sel, x[0]);
        point::criticality(with, tangent, &[x], &Options::default())
    };
    let kinds = [0.0, 1.0].map(|x| at(x).map(|found: Criticality| found.kind));
    report.say(
        "`hill` is (x - 1)²/2, whose only critical point is 1. At 0 backpropagation returns -1 + 1 = 0: an artificial critical \
         point. `point::criticality` tells the two apart:",
    );
    report.claim(
        "0 is an artificial critical point, 1 one in the sense of Clarke",
        kinds == [Some(Kind::Artificial), Some(Kind::Clarke)],
    );

    let mut random = Rng::with_seed(1);
    let starts = (0..runs).map(|_| -3.0 + 6.0 * random.f64());
    let paths: Vec<Vec<f64>> = starts
        .map(|start| descend(start, STEP, HILL_STEPS))
        .collect();
    let on_zero = paths.iter().filter(|path| path.contains(&0.0)).count();
    let arrived = paths
        .iter()
        .filter(|path| (path[HILL_STEPS as usize] - 1.0).abs() < 1e-6)
        .count();
    let crossed = paths.iter().filter(|path| path[0] < 0.0).count();
    let nearest = paths
        .iter()
        .flatten()
        .fold(f64::INFINITY, |near: f64, x| near.min(x.abs()));
    let placed = descend(0.0, STEP, HILL_STEPS);
    let led = descend(-1.0, 0.5, HILL_STEPS);
    report.say(format!(
        "The subgradient method with steps of {STEP}, from {runs} starts drawn uniformly from [-3, 3]: {arrived} arrived at 1 (within 1e-6 \
         after {HILL_STEPS} steps); {crossed} of them started left of 0 and had to pass it. {on_zero} ever stood on 0; the nearest that any iterate came was {nearest:.1e}. \
         From 0, where it was placed by hand, it is at {} after {HILL_STEPS} steps. From -1 with steps of ½, which lead to 0 exactly, it is at {}.",
        placed[HILL_STEPS as usize], led[HILL_STEPS as usize]
    ));
    report.claim(
        format!("all {runs} random starts of `hill` avoid 0 and arrive"),
        on_zero == 0 && arrived == runs,
    );
    report.claim(
        "starts on 0, or led there, stay",
        placed.iter().all(|x| *x == 0.0) && led[1..].iter().all(|x| *x == 0.0),
    );
    paths
}

fn slopes(at_zero: &[f64]) -> Panel {
    let line = |x: f64| (x, relu1::grad(x));
    let side = |from: f64, to: f64| vec![line(from), line(to)];
    let mut series = vec![
        Series::line("x ≠ 0: all three", GREY, side(-1.0, -1e-12)),
        Series::line("", GREY, side(1e-12, 1.0)),
    ];
    let named = [
        ("relu at 0", BLUE),
        ("relu2 at 0", ORANGE),
        ("relu3 at 0", GREEN),
    ];
    for ((name, colour), slope) in named.into_iter().zip(at_zero) {
        series.push(Series::dots(name, colour, 6, vec![(0.0, *slope)]));
    }
    series.push(Series::rings(
        "zero at 0 (elsewhere 0)",
        PINK,
        10,
        vec![(0.0, at_zero[3])],
    ));
    Panel {
        title: "derivative that backpropagation returns".to_owned(),
        x: Axis::linear("x", -1.0, 1.0),
        y: Axis::linear("derivative", -0.25, 1.6),
        legend: SeriesLabelPosition::UpperLeft,
        series,
    }
}

fn hill_panel(paths: &[Vec<f64>], runs: usize) -> Panel {
    let points = |path: &[f64]| {
        path.iter()
            .take(61)
            .enumerate()
            .map(|(k, x)| (k as f64, *x))
            .collect()
    };
    let mut series: Vec<Series> = paths[..40]
        .iter()
        .map(|path| Series::hair("", BLUE, points(path)))
        .collect();
    series.push(Series::hair(
        &format!("40 of {runs} random starts"),
        BLUE,
        points(&paths[0]),
    ));
    series.push(Series::line(
        "start placed on 0",
        ORANGE,
        points(&descend(0.0, STEP, HILL_STEPS)),
    ));
    Panel {
        title: "(x - 1)²/2 + zero(x): subgradient method".to_owned(),
        x: Axis::linear("step", 0.0, 60.0),
        y: Axis::linear("x", -3.0, 4.4),
        legend: SeriesLabelPosition::UpperRight,
        series,
    }
}
