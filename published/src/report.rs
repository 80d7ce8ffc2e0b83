//! Counts what became of the functions, as Markdown.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use crate::trial::Fate;

/// A line of the table.
#[derive(Default, Clone, Copy)]
struct Line {
    candidates: usize,
    accepted: usize,
    checked: usize,
    points: usize,
    wrong: usize,
}

impl Line {
    fn write(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line {
            candidates,
            accepted,
            checked,
            points,
            wrong,
        } = self;
        let share = 100.0 * *accepted as f64 / (*candidates).max(1) as f64;
        writeln!(
            f,
            "| {name} | {candidates} | {accepted} | {share:.0} % | {checked} | {points} | {wrong} |"
        )
    }
}

/// All crates.
#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<(String, Line)>,
    refusals: BTreeMap<String, Vec<String>>,
    unchecked: BTreeMap<String, Vec<String>>,
    wrong: Vec<String>,
    overflows: Vec<String>,
    failed: Vec<String>,
    last: String,
    /// Functions that were refused or not compared, and why.
    pub(crate) each: Vec<String>,
}

impl Report {
    /// Adds a crate.
    pub(crate) fn add(&mut self, name: &str, fates: io::Result<Vec<(String, Fate)>>) {
        let fates = match fates {
            Ok(fates) => fates,
            Err(error) => {
                self.last = "failed".to_owned();
                return self.failed.push(format!("{name}: {error}"));
            }
        };
        let mut line = Line::default();
        for (function, fate) in fates {
            if matches!(fate, Fate::Absent) {
                continue;
            }
            let function = format!("{name}, {function}");
            line.candidates += 1;
            line.accepted += usize::from(!matches!(fate, Fate::Refused(_)));
            match fate {
                Fate::Absent => {}
                Fate::Refused(why) => {
                    self.each.push(format!("{function}: {why}"));
                    let group = self.refusals.entry(without_names(&why));
                    group.or_default().push(function);
                }
                Fate::Accepted(why) => {
                    self.each.push(format!("{function}: not compared, {why}"));
                    let group = self.unchecked.entry(without_names(&why));
                    group.or_default().push(function);
                }
                Fate::Checked(points) => {
                    line.checked += 1;
                    line.points += points;
                }
                Fate::Overflow(points, at) => {
                    line.checked += 1;
                    line.points += points;
                    self.overflows.push(format!("{function}: {at}"));
                }
                Fate::Wrong(how) => {
                    line.checked += 1;
                    line.wrong += 1;
                    self.wrong.push(format!("{function}: {how}"));
                }
            }
        }
        self.last = format!("{} of {} accepted", line.accepted, line.candidates);
        self.lines.push((name.to_owned(), line));
    }

    /// What was added last, in a few words.
    pub(crate) fn last(&self) -> &str {
        &self.last
    }

    /// Whether nothing is wrong.
    pub(crate) fn is_good(&self) -> bool {
        self.wrong.is_empty() && self.failed.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| crate | functions | accepted | share | compared | points | wrong |"
        )?;
        writeln!(f, "| --- | --- | --- | --- | --- | --- | --- |")?;
        let mut all = Line::default();
        for (name, line) in &self.lines {
            line.write(name, f)?;
            all.candidates += line.candidates;
            all.accepted += line.accepted;
            all.checked += line.checked;
            all.points += line.points;
            all.wrong += line.wrong;
        }
        all.write("all", f)?;
        groups(f, "refused because", &self.refusals)?;
        groups(f, "accepted and not compared because", &self.unchecked)?;
        for text in &self.overflows {
            writeln!(f, "\nnot finite: {text}")?;
        }
        for text in self.wrong.iter().chain(&self.failed) {
            writeln!(f, "\nwrong: {text}")?;
        }
        Ok(())
    }
}

/// The message without names, so that like can be counted with like.
fn without_names(message: &str) -> String {
    if message.contains("_without_conservative_grad") {
        return "calls a function that has no derivative".to_owned();
    }
    let parts = message.split('`').enumerate();
    let parts = parts.map(|(i, part)| if i % 2 == 0 { part } else { "`…`" });
    parts.collect()
}

fn groups(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    groups: &BTreeMap<String, Vec<String>>,
) -> fmt::Result {
    let mut groups: Vec<_> = groups.iter().collect();
    groups.sort_by_key(|(_, functions)| std::cmp::Reverse(functions.len()));
    writeln!(
        f,
        "\n| {title} | functions | for example |\n| --- | --- | --- |"
    )?;
    for (why, functions) in groups {
        let why = why.replace('|', "\\|");
        writeln!(f, "| {why} | {} | {} |", functions.len(), functions[0])?;
    }
    Ok(())
}
