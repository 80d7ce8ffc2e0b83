//! The theory at work, in four experiments. Each prints what it finds, and writes pictures (SVG and PNG) and `report.md`.
//!
//! `cargo run --release --example experiments --features optim,clarabel -- all --out target/experiments`
//!
//! | name | what |
//! | --- | --- |
//! | `relu` | programs of one function that backpropagation gives different derivatives at 0, and whether methods stop there |
//! | `choice` | how often ReLU'(0) changes anything, in `f32`, `f64` and with coarser weights |
//! | `training` | subgradients, heavy ball and INNA on digits and wines, beside a linear model |
//! | `lipschitz` | a GroupSort network that cannot be steeper than 1 |
//!
//! `--quick` makes everything smaller, to see that it works. The exit status says whether all that the report claims held.

mod choice;
mod data;
mod figure;
mod lipschitz;
mod models;
mod relu;
mod report;
mod training;

use report::Report;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

type Experiment = fn(&mut Report, bool) -> Result<(), Box<dyn Error>>;

const EXPERIMENTS: [(&str, Experiment); 4] = [
    ("relu", relu::run),
    ("choice", choice::run),
    ("training", training::run),
    ("lipschitz", lipschitz::run),
];

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (mut out, mut quick, mut names) = (PathBuf::from("target/experiments"), false, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--out" => out = arguments.next().ok_or("--out needs a folder")?.into(),
            "--quick" => quick = true,
            "all" => names.extend(EXPERIMENTS.map(|(name, _)| name)),
            other => names.push(known(other)?),
        }
    }
    if names.is_empty() {
        return Err(usage().into());
    }
    let mut report = Report::new(&out)?;
    report.say("# Experiments");
    for (name, experiment) in EXPERIMENTS {
        if names.contains(&name) {
            let start = Instant::now();
            experiment(&mut report, quick)?;
            report.say(format!(
                "({name} took {:.1} s)",
                start.elapsed().as_secs_f64()
            ));
        }
    }
    let failed = report.write()?;
    for claim in &failed {
        eprintln!("does not hold: {claim}");
    }
    Ok(ExitCode::from(u8::from(!failed.is_empty())))
}

fn known(name: &str) -> Result<&'static str, String> {
    let mut names = EXPERIMENTS.iter().map(|(name, _)| *name);
    names.find(|known| *known == name).ok_or_else(usage)
}

fn usage() -> String {
    let names = EXPERIMENTS.map(|(name, _)| name).join(" | ");
    format!("usage: experiments (all | {names})… [--quick] [--out FOLDER]")
}
