//! `published-crates [--each] [NAME…]`: takes numerical crates from the registry as they stand, annotates every function
//! that has float inputs and a float result, takes the annotation off where the compiler refuses, and
//! compares the others with central differences at random points.
//!
//! Prints the table of docs/RESULTS.md; with `--each`, every function that was refused or not compared, too. Nothing of the crates is kept but in the target folder.

mod cargo;
mod harness;
mod manifest;
mod report;
mod scan;
mod source;
mod trial;
mod types;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;
use std::{env, fs, io};

use cargo::Cargo;
use report::Report;
use trial::Trial;

/// Name, version, and options of cargo.
const CRATES: [(&str, &str, &str); 15] = [
    ("argmin_testfunctions", "0.3.0", ""),
    ("astro", "2.0.0", ""),
    ("black_scholes", "0.11.1", ""),
    ("ezing", "0.2.1", ""),
    ("geographiclib-rs", "0.2.7", ""),
    ("haversine", "0.2.1", ""),
    ("keyframe", "1.1.1", ""),
    ("lambert_w", "2.0.5", ""),
    ("puruspe", "0.4.4", ""),
    ("quaternion", "2.0.0", ""),
    ("sgp4", "2.4.0", ""),
    ("simple-easing", "1.1.1", ""),
    ("spfunc", "0.1.3", ""),
    ("special", "0.14.2", ""),
    ("statrs", "0.19.1", "--no-default-features"),
];

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<bool> {
    let (options, wanted): (Vec<String>, Vec<String>) =
        env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let chosen: Vec<_> = CRATES
        .into_iter()
        .filter(|(name, ..)| wanted.is_empty() || wanted.iter().any(|w| w == name))
        .collect();
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        Into::into,
    );
    let home = target.join("published");
    let folders = cargo::fetch(&home.join("fetch"), &chosen)?;
    let mut report = Report::default();
    for ((name, version, options), folder) in chosen.iter().zip(&folders) {
        let start = Instant::now();
        let copy = home.join("crates").join(name);
        if copy.exists() {
            fs::remove_dir_all(&copy)?;
        }
        source::copy(folder, &copy)?;
        fs::copy(home.join("fetch/Cargo.lock"), copy.join("Cargo.lock"))?;
        let options: Vec<&'static str> = options.split_whitespace().collect();
        let cargo = Cargo {
            folder: &copy,
            target: &home.join("target"),
            options: &options,
        };
        let fates = Trial::new(cargo).and_then(Trial::run);
        report.add(&format!("{name} {version}"), fates);
        let seconds = start.elapsed().as_secs();
        eprintln!("{name}: {} ({seconds} s)", report.last());
    }
    if options.iter().any(|option| option == "--each") {
        report.each.iter().for_each(|line| println!("{line}"));
    }
    print!("{report}");
    Ok(report.is_good())
}
