//! Runs every program over seeds, with default options.

use std::time::Duration;

use conservative_grad::check::{self, Options, Report, Verdict};

use crate::programs::ALL;
use crate::results;
use crate::table::{Family, Program};

/// The first seed: the engine was made without those from here on.
const FIRST_SEED: u64 = 7_000_000;
/// Seeds of the whole table.
pub(crate) const ALL_SEEDS: u64 = 100;

/// How many seeds: few in an ordinary run, in which what spends whole budgets runs once.
fn seeds(program: &Program) -> u64 {
    let set = std::env::var("CHAIN_RULE_SEEDS").ok();
    let few = if program.expected.excuse().is_some() {
        1
    } else {
        3
    };
    set.and_then(|n| n.parse().ok()).unwrap_or(few)
}

/// What happened to one program.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) seeds: u64,
    /// Reports that say what they should.
    pub(crate) right: u64,
    pub(crate) refuted: u64,
    pub(crate) inconclusive: u64,
    pub(crate) evaluations: u64,
    pub(crate) time: Duration,
    /// The first report that does not.
    pub(crate) wrong: Option<Report>,
}

fn run(program: &Program) -> Outcome {
    let mut outcome = Outcome {
        seeds: seeds(program),
        ..Outcome::default()
    };
    for seed in FIRST_SEED..FIRST_SEED + outcome.seeds {
        let options = Options::default().seed(seed);
        outcome.add(
            program,
            check::conservative(program.run, program.region(), &options),
        );
    }
    outcome
}

impl Outcome {
    fn add(&mut self, program: &Program, report: Report) {
        self.evaluations += report.evaluations() as u64;
        self.time += report.elapsed();
        self.refuted += u64::from(!report.is_compliant());
        self.inconclusive += u64::from(matches!(report.verdict(), Verdict::Inconclusive(_)));
        if program.expected.agrees(&report) {
            self.right += 1;
        } else {
            self.wrong.get_or_insert(report);
        }
    }

    /// What is conservative is never refuted; the rest is caught, by kind and site, in at least 99 of 100.
    fn is_good(&self, program: &Program) -> bool {
        match program.expected.is_conservative() {
            true => self.right == self.seeds,
            false => 100 * self.right >= 99 * self.seeds,
        }
    }
}

/// One run over everything: the issue is what it finds, and the table that it writes.
#[test]
fn every_program_gets_its_verdict() {
    let of = |family: &'static Family| {
        let lines = family
            .programs
            .iter()
            .map(|program| (program, run(program)));
        (family.name, lines.collect::<Vec<_>>())
    };
    let all: Vec<_> = ALL.iter().map(|family| of(family)).collect();
    let lines = || all.iter().flat_map(|(_, lines)| lines);
    let bad: Vec<String> = lines()
        .filter(|(program, outcome)| !outcome.is_good(program))
        .map(describe)
        .collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    let undecided = lines().filter(|(_, outcome)| outcome.inconclusive > 0);
    assert!(
        undecided.count() <= 3,
        "inconclusive on more than three programs"
    );
    results::verdicts(&all);
}

fn describe((program, outcome): &(&Program, Outcome)) -> String {
    let Outcome { right, seeds, .. } = outcome;
    let report = outcome
        .wrong
        .as_ref()
        .map_or(String::new(), Report::to_string);
    format!(
        "{}: {right} right of {seeds}, expected {:?}\n{report}",
        program.name, program.expected
    )
}

/// The table is as large as it is said to be, and half of it is wrong.
#[test]
fn half_of_at_least_sixty_programs_are_not_conservative() {
    let programs = || ALL.iter().flat_map(|family| family.programs);
    let wrong = programs()
        .filter(|program| !program.expected.is_conservative())
        .count();
    let all = programs().count();
    assert!(all >= 60 && 2 * wrong >= all, "{wrong} of {all}");
}
