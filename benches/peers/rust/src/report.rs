//! Agreement with ours, and the median time of a call.

use crate::problem::Problem;
use cpu_time::ProcessTime;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How far values and gradients may be from ours, relative to the largest partial derivative.
const TOLERANCE: f64 = 1e-10;

/// One line: kernel, tool with its version, microseconds of one call, value.
pub(crate) fn report<const C: usize>(
    problem: &Problem<C>,
    tool: &str,
    mut gradient: impl FnMut() -> (f64, Vec<f64>),
) {
    let kernel = problem.kernel.name;
    let (value, partials) = gradient();
    assert_close(&format!("{kernel}, {tool}"), problem, value, &partials);
    println!(
        "{kernel} {tool}-{} {:.2} {value:.10}",
        version(tool),
        median_microseconds(&mut || drop(black_box(gradient())))
    );
}

fn assert_close<const C: usize>(what: &str, problem: &Problem<C>, value: f64, partials: &[f64]) {
    let error = (value - problem.value).abs() / problem.value.abs().max(1.0);
    assert!(error < TOLERANCE, "{what}: the value is off by {error}");
    assert_eq!(partials.len(), problem.gradient.len(), "{what}");
    let largest = problem
        .gradient
        .iter()
        .fold(0.0, |m: f64, g| m.max(g.abs()));
    for (a, b) in partials.iter().zip(&problem.gradient) {
        let error = (a - b).abs() / largest;
        assert!(
            error < TOLERANCE,
            "{what}: a partial derivative is off by {error}"
        );
    }
}

/// CPU time of the process per call: the median over batches long enough for the clock.
fn median_microseconds(call: &mut impl FnMut()) -> f64 {
    let mut batch = 1;
    while time_of(batch, call) < Duration::from_micros(500) {
        batch *= 2;
    }
    let mut times = Vec::new();
    let start = Instant::now();
    while times.len() < 11 || (times.len() < 501 && start.elapsed() < Duration::from_secs(1)) {
        times.push(1e6 * time_of(batch, call).as_secs_f64() / f64::from(batch));
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn time_of(calls: u32, call: &mut impl FnMut()) -> Duration {
    let start = ProcessTime::now();
    for _ in 0..calls {
        call();
    }
    start.elapsed()
}

/// The version of a crate that this was built with.
fn version(tool: &str) -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let name = match tool {
        "candle" => "candle-core",
        "conservative-grad-forward" => "conservative-grad",
        "echidna-recorded" => "echidna",
        _ => tool,
    };
    lock.split_once(&format!("name = \"{name}\"\nversion = \""))
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(version, _)| version)
        .expect("a crate in Cargo.lock")
}
