//! Puts mistakes into the compiler, one at a time, and sees which tests notice.
//!
//! ```console
//! cargo run -p compiler-mutants                 # all of them, with what is known from before
//! cargo run -p compiler-mutants -- --help       # the options
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

const USAGE: &str = "\
usage: compiler-mutants [OPTION…]

Puts mistakes into a copy of the compiler, one at a time, and sees which tests notice. Without options: all
of them, going on where it was stopped.

  --only A,B     mutants whose name contains A or B
  --tests T,U    with these tests only (shapes, strips, language_on_loops)
  --rounds N     stop after N rounds of builds
  --at DIR       where the copy, its build and what is known are (target/mutants)
  --keep         go on with the copy and what is known of it
  --probe        with the copy, but see anew what changes what
  --again        forget what is known
  --list         the mutants, in words
  --table        what is known, every mutant with the test that killed it
  --help         this text";

/// Options that are followed by a value, and those that are not.
const VALUES: [&str; 4] = ["--only", "--tests", "--rounds", "--at"];
const FLAGS: [&str; 5] = ["--keep", "--probe", "--again", "--list", "--table"];

/// # Errors
///
/// The first word that is no option: nothing takes hours because of a slip.
fn check(args: &[String]) -> Result<(), String> {
    let mut words = args.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            flag if FLAGS.contains(&flag) => {}
            option if VALUES.contains(&option) && words.next().is_some() => {}
            option if VALUES.contains(&option) => {
                return Err(format!("{option} needs a value\n\n{USAGE}"));
            }
            other => return Err(format!("unknown option `{other}`\n\n{USAGE}")),
        }
    }
    Ok(())
}

fn start() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| args.iter().any(|a| a == flag);
    if has("--help") || has("-h") {
        println!("{USAGE}");
        return Ok(());
    }
    check(&args)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> Result<(), String> {
        check(&line.split(' ').map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_no_option_starts_nothing() {
        assert_eq!(said("--only store,strip --keep --tests shapes"), Ok(()));
        for wrong in ["--halp", "store", "--keep store", "--only"] {
            let error = said(wrong).expect_err(wrong);
            assert!(error.contains(USAGE), "{error}");
        }
        for option in VALUES.iter().chain(&FLAGS) {
            assert!(USAGE.contains(option), "{option}");
        }
    }
}
