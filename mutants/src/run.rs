//! One build of the tests under a plan, and what its tests say.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::suite::{Suite, belongs};

/// How long a test binary may take.
const PATIENCE: Duration = Duration::from_secs(1200);

/// Where everything is.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The copy of the workspace.
    pub(crate) tree: PathBuf,
    /// Its target directory.
    pub(crate) build: PathBuf,
    /// Plans, logs and results.
    pub(crate) notes: PathBuf,
    /// What each test was built with last, and the log of that: it is built again only if its part
    /// of the plan has changed.
    pub(crate) built: RefCell<BTreeMap<String, (String, String)>>,
}

/// The mutants of each piece.
pub(crate) type Plan = BTreeMap<usize, Vec<String>>;

/// What was found out about the functions of a piece.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Mutants at whose place the compiler came by.
    pub(crate) reached: BTreeSet<String>,
    /// Mutants that change what is emitted.
    pub(crate) changed: BTreeSet<String>,
}

/// The outcome of a build.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Pieces that do not compile, and the first error of each.
    pub(crate) errors: BTreeMap<usize, String>,
    /// Errors that are in no piece.
    pub(crate) other_errors: Vec<String>,
    /// Tests that fail, by piece.
    pub(crate) failed: BTreeMap<usize, Vec<String>>,
    /// By piece.
    pub(crate) seen: BTreeMap<usize, Seen>,
}

impl Outcome {
    /// What fails in a program without mutant fails by the one that is on in what it calls, in the rest of
    /// its file.
    pub(crate) fn hand_on(&mut self, suite: &Suite, plan: &Plan) {
        let others: Vec<usize> = self.failed.keys().copied().collect();
        for k in others.into_iter().filter(|k| !plan.contains_key(k)) {
            let rest = suite.rest_of(k).filter(|rest| plan.contains_key(rest));
            if let Some(rest) = rest
                && let Some(tests) = self.failed.remove(&k)
            {
                self.failed.entry(rest).or_default().extend(tests);
            }
        }
    }
}

impl Places {
    fn note(&self, name: &str) -> PathBuf {
        self.notes.join(name)
    }

    /// Builds under the plan, and runs the tests if everything compiles.
    ///
    /// # Errors
    ///
    /// If cargo cannot be run or a file cannot be written.
    pub(crate) fn run(
        &self,
        suite: &Suite,
        plan: &Plan,
        probe: &[String],
    ) -> Result<Outcome, String> {
        let mut outcome = Outcome::default();
        let mut planned = String::new();
        for (k, names) in plan {
            let file = &suite.pieces[*k].file;
            for (first, last) in suite.stretches(*k) {
                planned += &format!("{file}\t{first}\t{last}\t{}\n", names.join(";"));
            }
        }
        let text = |e: std::io::Error| e.to_string();
        fs::write(self.note("plan"), &planned).map_err(text)?;
        fs::write(self.note("probe"), probe.join("\n")).map_err(text)?;
        fs::write(self.note("log"), "").map_err(text)?;
        let about =
            |line: &str, target: &str| belongs(line.split('\t').next().unwrap_or(""), target);
        let wanted = |target: &String| {
            let own = planned.lines().filter(|l| about(l, target));
            own.chain(probe.iter().map(String::as_str))
                .collect::<Vec<_>>()
                .join("\n")
        };
        let stale = |t: &&String| {
            let built = self.built.borrow();
            built.get(*t).is_none_or(|(with, _)| *with != wanted(t))
        };
        let stale: Vec<&String> = suite.targets.iter().filter(stale).collect();
        let binaries = self.build(suite, &stale, &mut outcome)?;
        let log = fs::read_to_string(self.note("log")).unwrap_or_default();
        for target in stale {
            if binaries.iter().any(|(b, _)| b == target) {
                let own: Vec<&str> = log.lines().filter(|l| about(l, target)).collect();
                let known = (wanted(target), own.join("\n"));
                self.built.borrow_mut().insert(target.clone(), known);
            }
        }
        for (_, log) in self.built.borrow().values() {
            read_log(log, suite, &mut outcome);
        }
        if outcome.errors.is_empty() && outcome.other_errors.is_empty() {
            for (target, binary) in binaries {
                for test in self.failures(&binary)? {
                    if let Some(k) = suite.of_test(&target, &test) {
                        outcome.failed.entry(k).or_default().push(test);
                    }
                }
            }
        }
        Ok(outcome)
    }

    fn build(
        &self,
        suite: &Suite,
        stale: &[&String],
        outcome: &mut Outcome,
    ) -> Result<Vec<(String, PathBuf)>, String> {
        for target in stale {
            // The compiler has to see every function again.
            let root = self.tree.join(format!("tests/{target}.rs"));
            let now = std::time::SystemTime::now();
            let touched = File::options().append(true).open(&root);
            touched
                .and_then(|f| f.set_modified(now))
                .map_err(|e| e.to_string())?;
        }
        let mut cargo = Command::new("cargo");
        cargo
            .current_dir(&self.tree)
            .args([
                "build",
                "--keep-going",
                "--offline",
                "--message-format=json",
            ])
            // Nobody debugs the tests.
            .args([
                "--config",
                "profile.dev.package.conservative-grad.debug=false",
            ])
            .env("CARGO_TARGET_DIR", &self.build)
            .env("CARGO_INCREMENTAL", "1")
            .stderr(File::create(self.note("cargo")).map_err(|e| e.to_string())?);
        for (variable, file) in [
            ("PLAN", "plan"),
            ("PROBE", "probe"),
            ("LOG", "log"),
            ("ROWS", "rows"),
        ] {
            cargo.env(format!("MUTANTS_{variable}"), self.note(file));
        }
        for target in &suite.targets {
            cargo.args(["--test", target]);
        }
        let said = cargo.output().map_err(|e| format!("cargo: {e}"))?;
        let mut binaries = Vec::new();
        for line in String::from_utf8_lossy(&said.stdout).lines() {
            let Ok(message) = serde_json::from_str::<Value>(line) else {
                continue;
            };
            if message["message"]["level"] == "error" {
                error_at(&message["message"], suite, outcome);
            }
            if let (Some(name), Some(path)) = (
                message["target"]["name"].as_str(),
                message["executable"].as_str(),
            ) {
                binaries.push((String::from(name), PathBuf::from(path)));
            }
        }
        let complete = binaries.len() == suite.targets.len();
        if !complete && outcome.errors.is_empty() && outcome.other_errors.is_empty() {
            return Err(fs::read_to_string(self.note("cargo")).unwrap_or_default());
        }
        Ok(binaries)
    }

    /// The tests that fail, hang or abort.
    fn failures(&self, binary: &Path) -> Result<Vec<String>, String> {
        let mut failed: Vec<String> = Vec::new();
        let mut skip: Vec<String> = Vec::new();
        loop {
            let (said, ended) = self.listen(binary, &skip)?;
            let mut last = None;
            for line in said.lines() {
                let Some(rest) = line.strip_prefix("test ") else {
                    continue;
                };
                let Some((name, verdict)) = rest.split_once(" ... ") else {
                    continue;
                };
                let verdict = verdict.trim();
                if verdict.ends_with("FAILED") {
                    failed.push(String::from(name));
                }
                last = match verdict.ends_with("FAILED") || verdict.ends_with("ok") {
                    true => None,
                    false => Some(String::from(name)),
                };
            }
            // A test that is begun and not ended took the others with it: they have their turn again.
            match last.filter(|_| !ended || !said.contains("test result")) {
                Some(name) if !skip.contains(&name) => {
                    failed.push(name.clone());
                    skip.push(name);
                }
                _ => break,
            }
        }
        failed.sort();
        failed.dedup();
        Ok(failed)
    }

    fn listen(&self, binary: &Path, skip: &[String]) -> Result<(String, bool), String> {
        let note = self.note("said");
        let said = File::create(&note).map_err(|e| e.to_string())?;
        let mut command = Command::new(binary);
        command
            .current_dir(&self.tree)
            .env("CARGO_MANIFEST_DIR", &self.tree)
            .args(["--test-threads", "1"])
            .stdout(said)
            .stderr(Stdio::null());
        for name in skip {
            command.args(["--skip", name]);
        }
        let mut child = command.spawn().map_err(|e| e.to_string())?;
        let begun = Instant::now();
        let ended = loop {
            match child.try_wait() {
                Ok(Some(_)) => break true,
                Ok(None) if begun.elapsed() > PATIENCE => {
                    let _ = child.kill();
                    let _ = child.wait();
                    break false;
                }
                _ => std::thread::sleep(Duration::from_millis(50)),
            }
        };
        let mut text = Vec::new();
        let read = File::open(&note).and_then(|mut f| f.read_to_end(&mut text));
        read.map_err(|e| e.to_string())?;
        Ok((String::from_utf8_lossy(&text).into_owned(), ended))
    }
}

/// True if a line of a plan or a log is about a file of the test.
pub(crate) fn about(line: &str, target: &str) -> bool {
    belongs(line.split('\t').next().unwrap_or_default(), target)
}

/// Reads what the switches wrote.
pub(crate) fn read_log(log: &str, suite: &Suite, outcome: &mut Outcome) {
    for line in log.lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let [file, line, reached, changed] = parts.as_slice() else {
            continue;
        };
        let Some(k) = suite.at(file, line.parse().unwrap_or(0)) else {
            continue;
        };
        let names = |list: &str| {
            let names = list.split(';').filter(|n| !n.is_empty());
            names.map(String::from).collect::<Vec<_>>()
        };
        let seen = outcome.seen.entry(k).or_default();
        seen.reached.extend(names(reached));
        seen.changed.extend(names(changed));
    }
}

/// Notes an error at the piece that its spans are in.
fn error_at(message: &Value, suite: &Suite, outcome: &mut Outcome) {
    let said = String::from(message["message"].as_str().unwrap_or_default());
    let mut spans = Vec::new();
    places(message, &mut spans);
    let found = spans
        .iter()
        .filter_map(|(file, line)| suite.at(file, *line));
    let mut found: Vec<usize> = found.collect();
    // A named piece says more than the rest of a file.
    found.sort();
    match found.first() {
        Some(k) => drop(outcome.errors.entry(*k).or_insert(said)),
        None if said.starts_with("aborting") || said.starts_with("could not compile") => {}
        None => outcome.other_errors.push(said),
    }
}

/// Every file and line that a message mentions.
fn places(value: &Value, into: &mut Vec<(String, usize)>) {
    match value {
        Value::Object(map) => {
            if let (Some(file), Some(line)) = (
                map.get("file_name").and_then(Value::as_str),
                map.get("line_start").and_then(Value::as_u64),
            ) {
                into.push((String::from(file), usize::try_from(line).unwrap_or(0)));
            }
            map.values().for_each(|v| places(v, into));
        }
        Value::Array(list) => list.iter().for_each(|v| places(v, into)),
        _ => {}
    }
}
