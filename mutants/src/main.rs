//! Puts mistakes into the compiler, one at a time, and sees which tests notice.
//!
//! ```console
//! cargo run -p compiler-mutants                 # all of them, with what is known from before
//! cargo run -p compiler-mutants -- --list       # their names
//! cargo run -p compiler-mutants -- --only store,strip # those whose name contains "store" or "strip"
//! cargo run -p compiler-mutants -- --again      # forget what is known
//! cargo run -p compiler-mutants -- --table      # what is known, every mutant with the test that killed it
//! cargo run -p compiler-mutants -- --keep       # go on with the copy and what is known of it
//! cargo run -p compiler-mutants -- --probe      # with the copy, but see anew what changes what
//! cargo run -p compiler-mutants -- --tests shapes,language_loops   # with these tests only
//! ```
//!
//! The compiler is built once, with every mutant in it and switched off. While a test is compiled,
//! each piece of it (see [`suite`]) has one mutant on, another in each piece: a build tries hundreds
//! of them, and each function is still made by a compiler with one mistake. A mutant lives if every
//! piece whose code it changes has been tried and all its tests passed. (In `tests/rules.rs`, where
//! each row of the table of rules has a test of its own, one mutant of each row is on.)
//!
//! The workspace that this is started in is read and not written to: everything happens in a copy,
//! in `target/mutants` or where `--at` says.

mod campaign;
mod rows;
mod run;
mod suite;
mod table;
mod workspace;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use campaign::{Campaign, Known};

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| args.iter().any(|a| a == flag);
    let value = |flag: &str| {
        let at = args.iter().position(|a| a == flag)?;
        args.get(at + 1).cloned()
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let at = value("--at").map_or_else(|| target.join("mutants"), PathBuf::from);
    let only = value("--only").unwrap_or_default();
    let rounds = value("--rounds")
        .and_then(|n| n.parse().ok())
        .unwrap_or(usize::MAX);
    let mut campaign = Campaign::new(&root, &at, &only)?;
    if has("--list") {
        campaign.list();
        return Ok(());
    }
    if has("--again") {
        campaign.forget();
    }
    if !has("--table") {
        let known = match (has("--keep"), has("--probe")) {
            (true, _) => Known::Changes,
            (_, true) => Known::Copy,
            _ => Known::Nothing,
        };
        let tests = value("--tests").unwrap_or_default();
        let tests: Vec<String> = tests.split_terminator(',').map(String::from).collect();
        campaign.run(rounds, known, &tests)?;
    }
    campaign.report(has("--table"));
    Ok(())
}
