//! What the checker costs: 100 curves in 10,000 parameters, with a gradient that takes 20 µs.
//!
//! `cargo bench --bench checker` prints a row for docs/RESULTS.md; `-- --check` fails above 10 s.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use conservative_grad::check::{self, Options, Region, Report, Verdict};
use conservative_grad::{Selection, conservative_grad, relu};
use cpu_time::{ProcessTime, ThreadTime};

const PARAMETERS: usize = 10_000;
/// Of one gradient, at least.
const GRADIENT: Duration = Duration::from_micros(20);
const LIMIT: Duration = Duration::from_secs(10);

/// A quadratic part in all parameters, and kinks on parallel planes across the box.
#[conservative_grad]
fn loss(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * x[i];
    }
    let u = x[0] + x[1];
    let mut bends = 0.0;
    for k in 0..5 {
        bends += relu(u - 0.3 * k as f64 + 0.6);
    }
    1e-3 * sum + bends
}

/// The gradient, and then nothing until the time is up.
fn in_time(x: &[f64], selection: &mut dyn Selection) -> (f64, Vec<f64>) {
    let started = ThreadTime::now();
    let found = loss::value_and_grad_with(selection, x);
    while started.elapsed() < GRADIENT {}
    found
}

/// What passed: on the clock, and on all processors together, which other programs do not change.
struct Spent {
    elapsed: Duration,
    processors: Duration,
}

fn row(name: &str, report: &Report, spent: &Spent) {
    let mut crossed = vec![0usize; report.curves()];
    for kink in report.kinks() {
        crossed[kink.curve] += 1;
    }
    let most = crossed.iter().copied().max().unwrap_or(0);
    let mean = report.kinks().len() as f64 / report.curves() as f64;
    println!(
        "| {name} | {} | {} | {mean:.1} (at most {most}) | {} | {} | {} | {:.2} s | {:.2} s |",
        PARAMETERS,
        report.curves(),
        report.ties(),
        report.kinks_followed(),
        report.evaluations(),
        spent.processors.as_secs_f64(),
        spent.elapsed.as_secs_f64(),
    );
}

fn timed(check: impl Fn(Region, &Options) -> Report) -> (Report, Spent) {
    let (started, processors) = (Instant::now(), ProcessTime::now());
    let report = check(Region::cube(PARAMETERS, -1.0..1.0), &Options::default());
    let spent = Spent {
        elapsed: started.elapsed(),
        processors: processors.elapsed(),
    };
    (report, spent)
}

fn main() -> ExitCode {
    println!(
        "| | parameters | curves | kinks per curve | ties | kinks followed | evaluations | processor time | time |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let (one, alone) = timed(|region, options| check::conservative(in_time, region, options));
    row("one thread", &one, &alone);
    let (all, together) =
        timed(|region, options| check::conservative_parallel(in_time, region, options));
    row("feature `rayon`, two cores", &all, &together);
    assert_eq!(one.verdict(), Verdict::NoViolationFound, "{one}");
    assert_eq!(one.residual().to_bits(), all.residual().to_bits());
    assert_eq!(one.evaluations(), all.evaluations());
    let check = std::env::args().any(|argument| argument == "--check");
    if check && alone.processors > LIMIT {
        eprintln!("{:.1?} is more than {LIMIT:?}", alone.processors);
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
