//! The nonsmooth test set: what the bundle method reaches, and a plain subgradient method beside it.
//!
//! ```console
//! cargo run --release --features optim --example nonsmooth            # prints the table; fails below 90 %
//! cargo run --release --features optim --example nonsmooth -- --write # and puts it into docs/RESULTS.md
//! ```
//!
//! Problems, optima and starts are those of `tests/data/nonsmooth_suite`; three scalable ones, and two more, are run at n = 1000 as well.

#[allow(dead_code, reason = "the reference data are for the tests")]
#[path = "../../tests/optim/suite.rs"]
mod suite;

use std::error::Error;
use std::fmt::Write;
use std::process::ExitCode;
use std::time::Instant;

use conservative_grad::optim::{
    NonsmoothOptions, NonsmoothStop, Options, Power, Subgradient, minimize, minimize_nonsmooth,
};
use conservative_grad::{Plain, Selection};

/// |f - f*| ≤ this · (1 + |f*|) counts as reached.
const REACHED: f64 = 1e-4;
/// Evaluations of the bundle method, at most; at n = 1000 fewer, since a step takes milliseconds there.
const EVALUATIONS: usize = 200_000;
const EVALUATIONS_LARGE: usize = 1000;
/// Steps of the subgradient method at each of its scales.
const STEPS: u64 = 20_000;
const SCALES: [f64; 5] = [0.001, 0.01, 0.1, 1.0, 10.0];
const LARGE: [&str; 5] = [
    "chained_lq",
    "chained_cb3_1",
    "chained_cb3_2",
    "active_faces",
    "absval",
];

const BEGIN: &str = "<!-- nonsmooth test set: begin -->";
const END: &str = "<!-- nonsmooth test set: end -->";

type Function = dyn Fn(&[f64], &mut dyn Selection) -> (f64, Vec<f64>);

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (mut table, mut reached, mut count) = (String::new(), 0, 0);
    writeln!(
        table,
        "| problem | n | f* | bundle: gap | evaluations | ms | ended as | subgradient: gap | scale | ms |"
    )?;
    writeln!(
        table,
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )?;
    for problem in suite::problems() {
        let row = Row::of(&*problem.f, &problem.start, problem.optimum, EVALUATIONS);
        reached += usize::from(row.gap <= REACHED);
        count += 1;
        writeln!(table, "| {} {row}", problem.name)?;
        eprintln!("{} {row}", problem.name);
    }
    for name in LARGE {
        let (f, start, optimum) = suite::scaled(name, 1000);
        let row = Row::of(&*f, &start, optimum, EVALUATIONS_LARGE);
        writeln!(table, "| {name}_n1000 {row}")?;
        eprintln!("{name}_n1000 {row}");
        if row.gap > REACHED {
            eprintln!("not reached at n = 1000: {name}");
            return Ok(ExitCode::FAILURE);
        }
    }
    let summary = format!(
        "Of {count} problems at the dimensions of the file {reached} are reached.\n\n{table}"
    );
    println!("{summary}");
    if std::env::args().any(|argument| argument == "--write") {
        write(&summary)?;
    }
    let enough = 10 * reached >= 9 * count;
    Ok(if enough {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

struct Row {
    n: usize,
    optimum: f64,
    gap: f64,
    evaluations: usize,
    time: f64,
    stop: NonsmoothStop,
    /// Gap, scale and time.
    subgradient: (f64, f64, f64),
}

impl Row {
    fn of(f: &Function, start: &[f64], optimum: f64, evaluations: usize) -> Row {
        let gap = |value: f64| (value - optimum).abs() / (1.0 + optimum.abs());
        let clock = Instant::now();
        let options = NonsmoothOptions::default().evaluations(evaluations);
        let found = minimize_nonsmooth(f, start, &options);
        let time = clock.elapsed().as_secs_f64();
        let subgradient = |scale: f64| {
            let oracle = |w: &[f64], bar: &mut [f64]| {
                let (value, gradient) = f(w, &mut Plain);
                bar.copy_from_slice(&gradient);
                value
            };
            let clock = Instant::now();
            let method = Subgradient::new(Power::new(scale, 0.5));
            let found = minimize(method, oracle, start, &Options::new(STEPS));
            (gap(found.best.value), scale, clock.elapsed().as_secs_f64())
        };
        let all = SCALES.into_iter().map(subgradient);
        let best = all.min_by(|a, b| a.0.total_cmp(&b.0));
        Row {
            n: start.len(),
            optimum,
            gap: gap(found.value),
            evaluations: found.evaluations,
            time,
            stop: found.stop,
            subgradient: best.unwrap_or((f64::NAN, f64::NAN, f64::NAN)),
        }
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stop = match self.stop {
            NonsmoothStop::Field { .. } => "critical, by the field",
            NonsmoothStop::Nearby { .. } => "critical, by gradients nearby",
            NonsmoothStop::Evaluations => "out of evaluations",
            NonsmoothStop::Rounding { .. } => "limited by rounding",
            NonsmoothStop::Unbounded { .. } => "unbounded",
            NonsmoothStop::Stalled => "no descent found",
            NonsmoothStop::Callback | NonsmoothStop::NotFinite(_) => "stopped",
        };
        let (gap, scale, time) = self.subgradient;
        let missed = if self.gap > REACHED { " (missed)" } else { "" };
        write!(
            f,
            "| {} | {} | {:.0e}{missed} | {} | {:.2} | {stop} | ",
            self.n,
            self.optimum,
            self.gap,
            self.evaluations,
            1e3 * self.time
        )?;
        write!(f, "{gap:.0e} | {scale} | {:.1} |", 1e3 * time)
    }
}

/// Replaces what is between the markers.
fn write(summary: &str) -> Result<(), Box<dyn Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/RESULTS.md");
    let text = std::fs::read_to_string(path)?;
    let (before, rest) = text
        .split_once(BEGIN)
        .ok_or("no place for the table in docs/RESULTS.md")?;
    let (_, after) = rest
        .split_once(END)
        .ok_or("the table in docs/RESULTS.md has no end")?;
    std::fs::write(path, format!("{before}{BEGIN}\n{summary}{END}{after}"))?;
    Ok(())
}
