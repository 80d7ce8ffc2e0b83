//! Put into the copy of the runtime: which mutants are on while a function is expanded.
//!
//! This file is no module of the package that it stands in. The copied compiler asks [`on`] wherever
//! a mutant is, and [`row`] for every row of the table of rules. Three files, named by environment
//! variables, say what is to happen: `MUTANTS_PLAN` (which lines of which test are compiled with which
//! mutants), `MUTANTS_ROWS` (what the mutants of rows put where), `MUTANTS_PROBE` (mutants that are
//! tried on every function, only to see whether they change it). `MUTANTS_LOG` gets what was seen.
#![allow(missing_docs, reason = "a copy that nobody reads")]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::policy::Ties;
use crate::rules::{Kink, Rule};

type Names = BTreeSet<String>;

thread_local! {
    static ACTIVE: RefCell<Names> = const { RefCell::new(Names::new()) };
    static REACHED: RefCell<Names> = const { RefCell::new(Names::new()) };
}

fn file(variable: &str) -> String {
    let path = std::env::var(variable).unwrap_or_default();
    std::fs::read_to_string(path).unwrap_or_default()
}

/// True if the mutant is on.
pub fn on(name: &str) -> bool {
    REACHED.with_borrow_mut(|r| r.insert(name.to_owned()));
    ACTIVE.with_borrow(|a| a.contains(name))
}

/// The row, with its mistake if one is on.
pub fn row(rule: Option<&'static Rule>) -> Option<&'static Rule> {
    let rule = rule?;
    let mut changed = *rule;
    let mut any = false;
    if std::env::var_os("MUTANTS_ROWS").is_none() {
        return Some(rule);
    }
    thread_local! {
        static ROWS: Vec<Vec<String>> = file("MUTANTS_ROWS")
            .lines()
            .map(|l| l.split('\t').map(str::to_owned).collect())
            .collect();
    }
    ROWS.with(|rows| {
        for line in rows {
            let [name, row, args, part, index, text] = line.as_slice() else {
                continue;
            };
            if *row != rule.name || args.parse() != Ok(rule.args.len()) || !on(name) {
                continue;
            }
            any = true;
            let index: usize = index.parse().unwrap_or(0);
            change(&mut changed, part, index, text);
        }
    });
    Some(if any {
        Box::leak(Box::new(changed))
    } else {
        rule
    })
}

fn change(rule: &mut Rule, part: &str, index: usize, text: &str) {
    let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
    if part == "partial" {
        let mut partials = rule.partials.to_vec();
        partials[index] = text;
        rule.partials = Box::leak(partials.into_boxed_slice());
        return;
    }
    let mut decisions: Vec<Kink> = rule.decisions.to_vec();
    let kink = &mut decisions[index];
    match part {
        "above" => kink.above = text,
        "tie" => kink.tie = text,
        _ => {
            let by: f64 = text.parse().unwrap_or(0.0);
            let ties = kink.ties;
            kink.ties = Ties::new(ties.pytorch + by, ties.jax + by, ties.tensorflow + by);
        }
    }
    rule.decisions = Box::leak(decisions.into_boxed_slice());
}

fn with<T>(names: Names, f: impl FnOnce() -> T) -> Option<T> {
    ACTIVE.set(names);
    let result = catch_unwind(AssertUnwindSafe(f)).ok();
    ACTIVE.set(Names::new());
    result
}

/// Expands a function whose body begins at a line of a file, with the mutants that are planned.
pub fn expand<T: std::fmt::Display>(place: (String, usize), f: impl Fn() -> T) -> T {
    let (file_name, line) = place;
    REACHED.set(Names::new());
    let plain = f();
    let text = plain.to_string();
    let reached = REACHED.take();
    let mut changed = Names::new();
    for name in file("MUTANTS_PROBE")
        .lines()
        .filter(|n| reached.contains(*n))
    {
        let other = with(Names::from([name.to_owned()]), &f);
        if other.is_none_or(|t| t.to_string() != text) {
            changed.insert(name.to_owned());
        }
    }
    let mut planned = Names::new();
    for entry in file("MUTANTS_PLAN").lines() {
        let parts: Vec<&str> = entry.split('\t').collect();
        let [of, first, last, names] = parts.as_slice() else {
            continue;
        };
        let (first, last) = (first.parse().unwrap_or(0), last.parse().unwrap_or(0));
        if *of == file_name && (first..=last).contains(&line) {
            planned.extend(names.split(';').map(str::to_owned));
        }
    }
    let mut result = plain;
    if planned.iter().any(|n| reached.contains(n)) {
        match with(planned.clone(), &f) {
            Some(other) => {
                if other.to_string() != text {
                    changed.extend(planned.intersection(&reached).cloned());
                }
                result = other;
            }
            None => panic!("the compiler panicked"),
        }
    }
    let list = |names: Names| names.into_iter().collect::<Vec<_>>().join(";");
    let entry = format!(
        "{file_name}\t{line}\t{}\t{}\n",
        list(reached),
        list(changed)
    );
    let path = std::env::var("MUTANTS_LOG").unwrap_or_default();
    if let Ok(mut log) = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
    {
        let _ = log.write_all(entry.as_bytes());
    }
    result
}
