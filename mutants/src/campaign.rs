//! Rounds of builds, until every mutant is killed or has been tried everywhere.

use std::cell::RefCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::rows::{self, RowMutant};
use crate::run::{Outcome, Places, Plan, about, read_log};
use crate::suite::{ROWS, Suite};
use crate::{table, workspace};

/// After so many rounds every function is tried with every mutant that is left, to see whether it
/// changes anything.
const BLIND: usize = 2;

/// So many pieces each mutant gets in a round, at most.
const PIECES: usize = 3;

/// What became of a mutant.
#[derive(Clone, Debug, Default)]
struct Fate {
    /// The test that failed, or the error of rustc.
    killed: Option<String>,
    /// Pieces that it was tried on, by title, and whether it changed them.
    tried: BTreeSet<String>,
    /// Whether it changed any of them.
    changed: bool,
}

/// What is there from before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Known {
    /// Nothing that counts: the workspace may have changed.
    Nothing,
    /// The copy of the workspace.
    Copy,
    /// The copy, and which mutants change which functions.
    Changes,
}

pub(crate) struct Campaign {
    root: PathBuf,
    places: Places,
    rows: Vec<RowMutant>,
    names: Vec<String>,
    fates: BTreeMap<String, Fate>,
}

impl Campaign {
    /// # Errors
    ///
    /// If the folder cannot be made.
    pub(crate) fn new(root: &Path, at: &Path, only: &str) -> Result<Campaign, String> {
        let places = Places {
            tree: at.join("tree"),
            build: at.join("build"),
            notes: at.join("notes"),
            built: RefCell::default(),
        };
        for folder in [&places.tree, &places.build, &places.notes] {
            fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        }
        let rows = rows::all();
        let all = table::compiler().map(|m| String::from(m.name));
        let all = all.chain(rows.iter().map(|m| m.name.clone()));
        let wanted = |n: &String| only.split(',').any(|part| n.contains(part));
        let names: Vec<String> = all.filter(wanted).collect();
        let mut campaign = Campaign {
            root: root.to_path_buf(),
            places,
            rows,
            names,
            fates: BTreeMap::new(),
        };
        campaign.remember();
        Ok(campaign)
    }

    pub(crate) fn list(&self) {
        for m in table::compiler().filter(|m| self.names.iter().any(|n| n == m.name)) {
            println!("{:28} {}", m.name, m.what);
        }
        for m in self.rows.iter().filter(|m| self.names.contains(&m.name)) {
            println!("{:44} {}", m.name, m.text);
        }
    }

    pub(crate) fn forget(&mut self) {
        self.fates.clear();
        self.note();
    }

    /// # Errors
    ///
    /// If something cannot be read, written or run, or the suite fails without any mutant.
    pub(crate) fn run(
        &mut self,
        rounds: usize,
        known: Known,
        only: &[String],
    ) -> Result<(), String> {
        if known == Known::Nothing {
            workspace::copy(&self.root, &self.places.tree)?;
        }
        let rows = rows::to_lines(&self.rows);
        fs::write(self.places.notes.join("rows"), rows).map_err(|e| e.to_string())?;
        let suite = Suite::read(&self.places.tree, only);
        println!(
            "{} mutants, {} pieces",
            self.names.len(),
            suite.pieces.len()
        );
        // What was tried before has left few: these are tried on every function right away.
        let blind = self.fates.is_empty();
        let plain_log = self.places.notes.join("plain");
        if known == Known::Nothing || known == Known::Copy {
            let probe = if blind { Vec::new() } else { self.alive() };
            let plain = self.places.run(&suite, &Plan::new(), &probe)?;
            let (errors, others) = (plain.errors, plain.other_errors);
            if !errors.is_empty() || !others.is_empty() || !plain.failed.is_empty() {
                let failed = plain.failed;
                return Err(format!(
                    "without a mutant: {errors:?} {others:?} {failed:?}"
                ));
            }
            let new = read(&self.places.notes.join("log"))?;
            // What is known of tests that were not built stays.
            let old = match known {
                Known::Nothing => String::new(),
                _ => read(&plain_log)?,
            };
            let stays = |l: &&str| !suite.targets.iter().any(|t| about(l, t));
            let log: Vec<&str> = old.lines().filter(stays).chain(new.lines()).collect();
            fs::write(&plain_log, log.join("\n")).map_err(|e| e.to_string())?;
        }
        let mut plain = Outcome::default();
        read_log(&read(&plain_log)?, &suite, &mut plain);
        let candidates = plain.seen.into_iter();
        let mut candidates: BTreeMap<usize, BTreeSet<String>> = candidates
            .map(|(k, seen)| (k, if blind { seen.reached } else { seen.changed }))
            .collect();
        for round in 0..rounds {
            let plan = self.plan(&suite, &candidates);
            if plan.is_empty() {
                break;
            }
            let probe = match round {
                BLIND if blind => self.alive(),
                _ => Vec::new(),
            };
            println!(
                "round {}: {} mutants left, {} pieces",
                round + 1,
                self.alive().len(),
                plan.len()
            );
            let seen = self.round(&suite, plan, &probe)?;
            if blind && round == BLIND {
                candidates = seen;
            }
            self.note();
        }
        Ok(())
    }

    /// Builds until what is left of the plan compiles, and notes what its tests say.
    fn round(
        &mut self,
        suite: &Suite,
        mut plan: Plan,
        probe: &[String],
    ) -> Result<BTreeMap<usize, BTreeSet<String>>, String> {
        loop {
            let mut outcome = self.places.run(suite, &plan, probe)?;
            if !outcome.other_errors.is_empty() {
                return Err(format!("errors in no piece: {:?}", outcome.other_errors));
            }
            for (k, error) in &outcome.errors {
                let Some(names) = plan.remove(k) else {
                    self.note();
                    return Err(format!("{}: {error}", suite.pieces[*k].title()));
                };
                for name in names {
                    let title = suite.pieces[*k].title();
                    self.kill(&name, &title, format!("rustc: {}", first_line(error)));
                }
            }
            if !outcome.errors.is_empty() {
                println!("  {} pieces do not compile", outcome.errors.len());
                self.note();
                continue;
            }
            outcome.hand_on(suite, &plan);
            for (k, names) in &plan {
                let piece = &suite.pieces[*k];
                let failed = outcome.failed.get(k).cloned().unwrap_or_default();
                let changed = outcome
                    .seen
                    .get(k)
                    .map(|s| s.changed.clone())
                    .unwrap_or_default();
                for name in names {
                    // A row's own test.
                    let row = name.split(' ').next().unwrap_or_default();
                    let own = |test: &&String| {
                        piece.file != ROWS || test.rsplit("::").next() == Some(row)
                    };
                    if let Some(test) = failed.iter().find(own) {
                        self.kill(name, &piece.title(), test.clone());
                    }
                    let fate = self.fates.entry(name.clone()).or_default();
                    fate.tried.insert(piece.title());
                    fate.changed |= changed.contains(name);
                }
            }
            for (k, tests) in outcome.failed.iter().filter(|(k, _)| !plan.contains_key(k)) {
                println!(
                    "  {} fails without a mutant: {tests:?}",
                    suite.pieces[*k].title()
                );
            }
            return Ok(outcome
                .seen
                .into_iter()
                .map(|(k, seen)| (k, seen.changed))
                .collect());
        }
    }

    fn kill(&mut self, name: &str, piece: &str, by: String) {
        let fate = self.fates.entry(String::from(name)).or_default();
        fate.changed = true;
        fate.tried.insert(String::from(piece));
        fate.killed.get_or_insert(format!("{piece}: {by}"));
    }

    fn alive(&self) -> Vec<String> {
        let alive = |n: &&String| self.fates.get(*n).is_none_or(|f| f.killed.is_none());
        self.names.iter().filter(alive).cloned().collect()
    }

    /// Gives each piece a mutant that reaches it, so that all get about equally many.
    fn plan(&self, suite: &Suite, candidates: &BTreeMap<usize, BTreeSet<String>>) -> Plan {
        let mut plan = Plan::new();
        let alive = self.alive();
        let untried = |k: usize, name: &String| {
            let title = suite.pieces[k].title();
            self.fates
                .get(name)
                .is_none_or(|f| !f.tried.contains(&title))
        };
        let own = suite.pieces.iter().position(|p| p.file == ROWS);
        if let Some(k) = own {
            let reached = candidates.get(&k);
            let mut rows = BTreeSet::new();
            for m in self.rows.iter().filter(|m| alive.contains(&m.name)) {
                if reached.is_some_and(|r| r.contains(&m.name))
                    && untried(k, &m.name)
                    && rows.insert(m.row)
                {
                    plan.entry(k).or_default().push(m.name.clone());
                }
            }
        }
        let mut wanted: Vec<(String, Vec<usize>)> = Vec::new();
        for name in alive {
            let pieces = candidates.iter().filter(|(k, names)| {
                Some(**k) != own && names.contains(&name) && untried(**k, &name)
            });
            // Rows have tests of their own first.
            let waits = own.is_some_and(|k| {
                candidates.get(&k).is_some_and(|r| r.contains(&name))
                    && untried(k, &name)
                    && self.rows.iter().any(|m| m.name == name)
            });
            if !waits {
                wanted.push((name.clone(), pieces.map(|(k, _)| *k).collect()));
            }
        }
        wanted.sort_by_key(|(_, pieces)| pieces.len());
        // The small tests, which come first, are quickly built.
        wanted.iter_mut().for_each(|(_, pieces)| pieces.reverse());
        let rests: Vec<_> = (0..suite.pieces.len()).map(|k| suite.rest_of(k)).collect();
        let mut turns = 0;
        loop {
            let mut given = false;
            turns += 1;
            for (name, pieces) in &mut wanted {
                while let Some(k) = pieces.pop() {
                    // A mutant in what the programs of a file call is on in all of them.
                    let touches = |other: &usize| {
                        *other != k && (rests[*other] == Some(k) || rests[k] == Some(*other))
                    };
                    if plan.keys().any(touches) {
                        continue;
                    }
                    if let Entry::Vacant(free) = plan.entry(k) {
                        free.insert(vec![name.clone()]);
                        given = true;
                        break;
                    }
                }
            }
            if !given || turns == PIECES {
                return plan;
            }
        }
    }

    /// Prints what is known: counts, and each mutant that is not killed, or `all`.
    pub(crate) fn report(&self, all: bool) {
        let is_row = |n: &String| self.rows.iter().any(|m| m.name == *n);
        let fate = |n: &String| self.fates.get(n).cloned().unwrap_or_default();
        let by_rustc = |f: &Fate| f.killed.as_ref().is_some_and(|k| k.contains(": rustc: "));
        println!(
            "\n| mutants | number | killed by a test | killed by rustc | live | change no program |"
        );
        println!("| --- | --- | --- | --- | --- | --- |");
        for (what, rows) in [
            ("code of the compiler", false),
            ("rows of the table of rules", true),
        ] {
            let of = self.names.iter().filter(|n| is_row(n) == rows);
            let of: Vec<Fate> = of.map(fate).collect();
            let count = |f: &dyn Fn(&Fate) -> bool| of.iter().filter(|x| f(x)).count();
            println!(
                "| {what} | {} | {} | {} | {} | {} |",
                of.len(),
                count(&|f| f.killed.is_some() && !by_rustc(f)),
                count(&by_rustc),
                count(&|f| f.killed.is_none() && f.changed),
                count(&|f| f.killed.is_none() && !f.changed),
            );
        }
        println!();
        for name in self
            .names
            .iter()
            .filter(|n| all || fate(n).killed.is_none())
        {
            let fate = fate(name);
            let what = table::compiler().find(|m| m.name == name);
            let end = match (&fate.killed, fate.changed) {
                (Some(by), _) => by.clone(),
                (None, true) => format!("lives ({} pieces tried)", fate.tried.len()),
                (None, false) => String::from("changes nothing"),
            };
            println!("| {name} | {} | {end} |", what.map_or("", |m| m.what));
        }
    }

    fn results(&self) -> PathBuf {
        self.places.notes.join("results")
    }

    fn note(&self) {
        let mut lines = String::new();
        for (name, fate) in &self.fates {
            let tried: Vec<&str> = fate.tried.iter().map(String::as_str).collect();
            let killed = fate.killed.clone().unwrap_or_default();
            lines += &format!("{name}\t{}\t{killed}\t{}\n", fate.changed, tried.join(";"));
        }
        if let Err(e) = fs::write(self.results(), lines) {
            eprintln!("results: {e}");
        }
    }

    fn remember(&mut self) {
        let text = fs::read_to_string(self.results()).unwrap_or_default();
        for line in text.lines() {
            let parts: Vec<&str> = line.split('\t').collect();
            let [name, changed, killed, tried] = parts.as_slice() else {
                continue;
            };
            let fate = Fate {
                killed: (!killed.is_empty()).then(|| String::from(*killed)),
                tried: tried
                    .split(';')
                    .filter(|t| !t.is_empty())
                    .map(String::from)
                    .collect(),
                changed: *changed == "true",
            };
            self.fates.insert(String::from(*name), fate);
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().filter(|c| *c != '\t').take(100).collect()
}
