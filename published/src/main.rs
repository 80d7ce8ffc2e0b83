//! `published-crates [NAME…]`: takes numerical crates from the registry as they stand, annotates every function
//! that has float inputs and a float result, takes the annotation off where the compiler refuses, and
//! compares the others with central differences at random points.
//!
//! Prints the table of docs/RESULTS.md. Nothing of the crates is kept but in the target folder.

mod cargo;
mod harness;
mod report;
mod scan;
mod source;
mod trial;
mod types;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

use cargo::Cargo;
use report::Report;
use trial::Trial;

/// Name, version, and options of cargo.
const CRATES: [(&str, &str, &str); 12] = [
    ("argmin_testfunctions", "0.3.0", ""),
    ("astro", "2.0.0", ""),
    ("bezier", "0.1.0", ""),
    ("black_scholes", "0.11.1", ""),
    ("ezing", "0.2.1", ""),
    ("haversine", "0.2.1", ""),
    ("puruspe", "0.4.4", ""),
    ("quaternion", "2.0.0", ""),
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
    let wanted: Vec<String> = env::args().skip(1).collect();
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
        let copy = home.join("crates").join(name);
        if copy.exists() {
            fs::remove_dir_all(&copy)?;
        }
        source::copy(folder, &copy)?;
        let options: Vec<&'static str> = options.split_whitespace().collect();
        let cargo = Cargo {
            folder: &copy,
            target: &home.join("target"),
            options: &options,
        };
        let fates = Trial::new(cargo).and_then(Trial::run);
        report.add(&format!("{name} {version}"), fates);
        eprintln!("{name}: {}", report.last());
    }
    print!("{report}");
    Ok(report.is_good())
}
