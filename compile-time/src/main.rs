//! How long annotated functions take to compile.
//!
//! ```console
//! cargo run --release -p compile-time                  # all three tables
//! cargo run --release -p compile-time -- expansion     # one function of 100 to 10,000 statements
//! cargo run --release -p compile-time -- crate         # 100 functions of 20 statements, beside the same without annotation
//! cargo run --release -p compile-time -- chain         # 200 annotated functions, each called by the one before
//! ```
//!
//! `--check` exits with status 1 where a limit is not met. Crates are written to `target/compile-time`, depend on the
//! working tree, and are compiled with all dependencies built. Times are CPU time of cargo and what it starts, medians.

mod cargo;
mod program;

use cargo::{Action, Crate};
use std::env;
use std::error::Error;
use std::io;
use std::process::ExitCode;

/// Sizes of the function whose expansion is timed, in statements.
const SIZES: [usize; 7] = [100, 200, 500, 1000, 2000, 5000, 10_000];
/// Up to here the whole of `cargo check` is timed: what rustc does with a function grows faster than the function.
const CHECKED: usize = 1000;
/// What a thousand statements may take, in seconds, the macro compiled without optimisation as cargo does.
const THOUSAND: f64 = 1.0;
/// How much longer per statement ten thousand statements may take than a thousand: tables grow, and with them the time of a
/// look-up. Time that grows with the square would make it 10.
const LINEAR: f64 = 2.0;

/// The crate of many small functions, and how many times longer than without annotation it may take.
const FUNCTIONS: usize = 100;
const STATEMENTS: usize = 20;
const CHECK: f64 = 5.0;
const RELEASE: f64 = 4.0;
const ROUNDS: usize = 5;

const CHAIN: usize = 200;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (options, names): (Vec<String>, Vec<String>) =
        arguments.into_iter().partition(|a| a.starts_with("--"));
    let wants = |name: &str| names.is_empty() || names.iter().any(|n| n == name);
    let mut misses = Vec::new();
    if wants("expansion") {
        misses.extend(expansion()?);
    }
    if wants("crate") {
        misses.extend(small_functions()?);
    }
    if wants("chain") {
        misses.extend(chain()?);
    }
    for miss in &misses {
        eprintln!("beyond its limit: {miss}");
    }
    let check = options.iter().any(|o| o == "--check");
    Ok(match check && !misses.is_empty() {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

/// One function, larger and larger.
fn expansion() -> Result<Vec<String>, Box<dyn Error>> {
    let mut misses = Vec::new();
    println!(
        "| statements | expansion, s | ms per statement | cargo check, s | without annotation, s |"
    );
    println!("| --- | --- | --- | --- | --- |");
    let mut per_statement = Vec::new();
    for size in SIZES {
        let name = format!("large-{size}");
        let annotated = Crate::new(&name, &program::with_functions(1, size, true))?;
        annotated.expand()?;
        let expansions: io::Result<Vec<f64>> = (0..3).map(|_| annotated.expand()).collect();
        let expansion = median(expansions?);
        let checks = if size <= CHECKED {
            let plain = Crate::new(
                &format!("{name}-plain"),
                &program::with_functions(1, size, false),
            )?;
            plain.warm(Action::Check)?;
            annotated.warm(Action::Check)?;
            let seconds = [
                annotated.run(Action::Check)?.seconds,
                plain.run(Action::Check)?.seconds,
            ];
            seconds.map(|s| format!("{s:.2}"))
        } else {
            ["–", "–"].map(str::to_owned)
        };
        let each = 1e3 * expansion / size as f64;
        per_statement.push((size, each));
        println!(
            "| {size} | {expansion:.3} | {each:.3} | {} | {} |",
            checks[0], checks[1]
        );
        if size == 1000 && expansion > THOUSAND {
            misses.push(format!(
                "{size} statements expand in {expansion:.2} s, limit {THOUSAND}"
            ));
        }
    }
    let of = |wanted| {
        per_statement
            .iter()
            .find(|(size, _)| *size == wanted)
            .map_or(0.0, |e| e.1)
    };
    let growth = of(10_000) / of(1000);
    println!("per statement, 10,000 over 1,000 statements: {growth:.2}");
    if growth > LINEAR {
        misses.push(format!(
            "time per statement grows {growth:.2} times, limit {LINEAR}"
        ));
    }
    Ok(misses)
}

/// Many small functions, annotated and not.
fn small_functions() -> Result<Vec<String>, Box<dyn Error>> {
    let plain = Crate::new(
        "plain",
        &program::with_functions(FUNCTIONS, STATEMENTS, false),
    )?;
    let annotated = Crate::new(
        "annotated",
        &program::with_functions(FUNCTIONS, STATEMENTS, true),
    )?;
    let mut misses = Vec::new();
    println!(
        "| {FUNCTIONS} functions of {STATEMENTS} statements | plain, s | annotated, s | ratio | limit | of this in expansion, s |"
    );
    println!("| --- | --- | --- | --- | --- | --- |");
    for (action, limit) in [(Action::Check, CHECK), (Action::Release, RELEASE)] {
        plain.warm(action)?;
        annotated.warm(action)?;
        let mut runs = Vec::new();
        for _ in 0..ROUNDS {
            runs.push((plain.run(action)?, annotated.run(action)?));
        }
        let over = |f: fn(&(cargo::Run, cargo::Run)) -> f64| median(runs.iter().map(f).collect());
        let ratio = over(|(p, a)| a.seconds / p.seconds);
        println!(
            "| {action} | {:.2} | {:.2} | {ratio:.2} | {limit} | {:.2} |",
            over(|(p, _)| p.seconds),
            over(|(_, a)| a.seconds),
            over(|(_, a)| a.expansion),
        );
        if ratio > limit {
            misses.push(format!("{action}: {ratio:.2} times, limit {limit}"));
        }
    }
    Ok(misses)
}

/// Functions that call each other, one inside the other; that they compile is the test. What a call keeps is a closure inside
/// of the closure of its caller, and rustc has a limit for how deep it looks.
fn chain() -> Result<Vec<String>, Box<dyn Error>> {
    let plain = Crate::new("chain", &program::chain(CHAIN, None))?;
    if plain.warm(Action::Check).is_ok() {
        println!("chain of {CHAIN} calls: compiles");
        return Ok(Vec::new());
    }
    let deep = Crate::new("chain", &program::chain(CHAIN, Some(1024)))?;
    deep.warm(Action::Check)?;
    let run = deep.run(Action::Check)?;
    println!(
        "chain of {CHAIN} calls: compiles with `#![recursion_limit = \"1024\"]`, {} {:.2} s",
        Action::Check,
        run.seconds
    );
    Ok(vec![format!(
        "a chain of {CHAIN} calls needs a recursion limit"
    )])
}

fn median(mut xs: Vec<f64>) -> f64 {
    xs.sort_by(f64::total_cmp);
    xs[xs.len() / 2]
}
