//! Every row of the rule table obeys the chain rule, and no sabotage of its derivative goes through.
//!
//! `BLESS=1 cargo test --release -p autodiff-runtime --test chain_rule sabotage` writes the table in docs/RESULTS.md.

use std::collections::BTreeMap;
use std::fmt::Write;

use autodiff_runtime::check::{self, Options, Region, Report, SplitMix64};
use autodiff_runtime::{Plain, Selection};

use crate::rows::{Between, Subject, subjects};

/// Radius of the box around the points.
const RADIUS: f64 = 0.1;

/// What is done to a derivative.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sabotage {
    Sign,
    Factor,
    /// The largest component is left out.
    Missing,
    /// That of the branch that is not taken.
    WrongBranch,
    /// Weights at ties that sum to 0.6.
    TieWeights,
}

const ALL: [(Sabotage, &str); 5] = [
    (Sabotage::Sign, "sign"),
    (Sabotage::Factor, "factor 1.001"),
    (Sabotage::Missing, "missing term"),
    (Sabotage::WrongBranch, "wrong branch"),
    (Sabotage::TieWeights, "tie weights"),
];

fn sabotaged(
    subject: &Subject,
    how: Sabotage,
    x: &[f64],
    sel: &mut dyn Selection,
) -> (f64, Vec<f64>) {
    let mut between = Between {
        inner: sel,
        contrary: how == Sabotage::WrongBranch,
        ties: 0,
        visits: 0,
    };
    let (value, mut gradient) = (subject.run)(x, &mut between);
    let factor = match how {
        Sabotage::Sign => -1.0,
        Sabotage::Factor => 1.001,
        Sabotage::TieWeights if between.ties > 0 => 0.6,
        _ => 1.0,
    };
    gradient.iter_mut().for_each(|g| *g *= factor);
    let largest = gradient
        .iter_mut()
        .max_by(|a, b| a.abs().total_cmp(&b.abs()));
    if let (Sabotage::Missing, Some(g)) = (how, largest) {
        *g = 0.0;
    }
    (value, gradient)
}

fn test(subject: &Subject, how: Option<Sabotage>, seed: u64) -> Report {
    let f = |x: &[f64], sel: &mut dyn Selection| match how {
        Some(how) => sabotaged(subject, how, x, sel),
        None => (subject.run)(x, sel),
    };
    check::conservative(
        f,
        Region::around(&subject.center, RADIUS),
        &Options::default().seed(seed).curves(CURVES),
    )
}

/// Whether the field is another one where curves can stay: on a good part of the box, or along a tie.
fn changes(subject: &Subject, how: Sabotage) -> bool {
    match how {
        Sabotage::TieWeights => shows_along_the_tie(subject),
        _ => changed_part(subject, how) > 0.25,
    }
}

fn changed_part(subject: &Subject, how: Sabotage) -> f64 {
    const POINTS: usize = 60;
    let mut rng = SplitMix64::new(7);
    let mut changed = 0;
    for _ in 0..POINTS {
        let x: Vec<f64> = subject
            .center
            .iter()
            .map(|c| c + rng.between(-RADIUS, RADIUS))
            .collect();
        let (_, right) = (subject.run)(&x, &mut Plain);
        let (_, wrong) = sabotaged(subject, how, &x, &mut Plain);
        let differs = |(a, b): (&f64, &f64)| (a - b).abs() > 1e-4;
        changed += usize::from(right.iter().zip(&wrong).any(differs));
    }
    changed as f64 / POINTS as f64
}

/// Whether the function changes along a direction in which equal coordinates stay equal, zeros 0, and every tie is one still.
fn shows_along_the_tie(subject: &Subject) -> bool {
    const STEP: f64 = 1e-4;
    let x = &subject.center;
    let ties = |x: &[f64]| {
        let inner = &mut Plain;
        let mut between = Between {
            inner,
            contrary: false,
            ties: 0,
            visits: 0,
        };
        let value = (subject.run)(x, &mut between).0;
        (value, between.ties)
    };
    let tied = ties(x).1;
    tied > 0
        && x.iter().filter(|v| **v != 0.0).any(|class| {
            let moved = |h: f64| -> Vec<f64> {
                let step = |v: &f64| {
                    if v.abs() == class.abs() {
                        v + h * v.signum()
                    } else {
                        *v
                    }
                };
                x.iter().map(step).collect()
            };
            let [(high, above), (low, below)] = [STEP, -STEP].map(|h| ties(&moved(h)));
            above == tied && below == tied && (high - low).abs() > 1e-2 * STEP
        })
}

/// Enough that some of them lie where the operation is not flat: a factor changes nothing where the derivative is 0.
const CURVES: usize = 8;

/// What is wrong everywhere is tried at every fifth point in an ordinary run.
fn is_due(i: usize, how: Sabotage) -> bool {
    let everywhere = [Sabotage::Sign, Sabotage::Factor, Sabotage::Missing];
    let turn = everywhere.iter().position(|other| *other == how);
    is_blessing() || turn.is_none_or(|turn| i % 5 == turn)
}

fn is_blessing() -> bool {
    std::env::var_os("BLESS").is_some()
}

/// What became of one row.
#[derive(Default)]
struct Line {
    points: usize,
    unsure: usize,
    /// Of each sabotage, how often it changed the field and how often it was caught then.
    tally: [(usize, usize); ALL.len()],
}

#[test]
fn rows_are_conservative_and_sabotage_is_caught() {
    let mut lines: BTreeMap<&str, Line> = BTreeMap::new();
    for (i, subject) in subjects().iter().enumerate() {
        let line = lines.entry(subject.name).or_default();
        let report = test(subject, None, i as u64);
        assert!(
            report.is_compliant(),
            "{} at {:?}\n{report}",
            subject.name,
            subject.center
        );
        line.points += 1;
        line.unsure += usize::from(report.verdict() != check::Verdict::NoViolationFound);
        for ((how, name), tally) in ALL.iter().zip(&mut line.tally) {
            if is_due(i, *how) && changes(subject, *how) {
                let report = test(subject, Some(*how), i as u64);
                tally.0 += 1;
                tally.1 += usize::from(!report.is_compliant());
                assert!(
                    !report.is_compliant(),
                    "{name}: {} at {:?}\n{report}",
                    subject.name,
                    subject.center
                );
            }
        }
    }
    let total = |k: usize| lines.values().map(|line| line.tally[k].0).sum::<usize>();
    let least = [15, 15, 15, 20, 15];
    for (k, (_, name)) in ALL.iter().enumerate() {
        assert!(total(k) >= least[k], "{name}: only {} tried", total(k));
    }
    write(&lines);
}

/// The table, if it is asked for.
fn write(lines: &BTreeMap<&str, Line>) {
    let mut text = String::from("| row | points | inconclusive |");
    ALL.iter()
        .for_each(|(_, name)| text += &format!(" {name} |"));
    text += "\n| --- | --- | --- | --- | --- | --- | --- | --- |\n";
    let mut sum = Line::default();
    for (name, line) in lines {
        row(&mut text, &format!("`{name}`"), line);
        sum.points += line.points;
        sum.unsure += line.unsure;
        for (sum, (changed, caught)) in sum.tally.iter_mut().zip(line.tally) {
            *sum = (sum.0 + changed, sum.1 + caught);
        }
    }
    row(&mut text, "all", &sum);
    if is_blessing() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/RESULTS.md");
        let document = std::fs::read_to_string(path).expect("docs/RESULTS.md");
        let (begin, end) = (
            "<!-- chain rule: rows -->\n",
            "<!-- end of chain rule: rows -->",
        );
        let (before, rest) = document.split_once(begin).expect("the place of the table");
        let (_, after) = rest.split_once(end).expect("the end of the table");
        std::fs::write(path, format!("{before}{begin}{text}{end}{after}"))
            .expect("docs/RESULTS.md");
    }
}

fn row(text: &mut String, name: &str, line: &Line) {
    let _ = write!(text, "| {name} | {} | {} |", line.points, line.unsure);
    for (changed, caught) in line.tally {
        let _ = match changed {
            0 => write!(text, " – |"),
            _ => write!(text, " {caught} of {changed} |"),
        };
    }
    text.push('\n');
}
