//! One crate: annotated, reduced to what compiles, and checked.
//!
//! In: a folder with a copy of the crate. Out: what became of each candidate ([`Fate`]).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::cargo::{Cargo, Message};
use crate::harness;
use crate::scan::{Scan, scan};
use crate::source::{self, File, Insertion};

/// What became of a function.
#[derive(Clone)]
pub(crate) enum Fate {
    /// Not part of the crate as it is compiled here.
    Absent,
    /// Refused, with the first message.
    Refused(String),
    /// Compiles; why it was not run, if it was not.
    Accepted(String),
    /// Compared at so many points.
    Checked(usize),
    /// A wrong derivative.
    Wrong(String),
}

/// A crate on trial.
pub(crate) struct Trial<'a> {
    cargo: Cargo<'a>,
    files: Vec<File>,
    scan: Scan,
    /// By candidate.
    fates: Vec<Fate>,
    /// Structs for which the trait is derived.
    derived: BTreeSet<usize>,
    /// The crate is of the edition that has no paths to other crates without a word.
    old: bool,
}

/// What a name in front of a function would have to be for rustc to tell us that it is there.
const PROBE: &str = "published_probe_";

impl<'a> Trial<'a> {
    /// Reads the crate.
    pub(crate) fn new(cargo: Cargo<'a>) -> io::Result<Trial<'a>> {
        let old = edit_manifest(&cargo.folder.join("Cargo.toml"))?;
        let files = source::read(&cargo.folder.join("src"))?;
        let scan = scan(&files);
        let fates = vec![Fate::Accepted(String::new()); scan.candidates.len()];
        Ok(Trial {
            cargo,
            files,
            scan,
            fates,
            derived: BTreeSet::new(),
            old,
        })
    }

    /// Does everything; the functions by name, and what became of them.
    pub(crate) fn run(mut self) -> io::Result<Vec<(String, Fate)>> {
        self.find_present()?;
        for (candidate, fate) in self.scan.candidates.iter().zip(&mut self.fates) {
            if let (Some(why), Fate::Accepted(_)) = (candidate.never, &fate) {
                *fate = Fate::Refused(why.to_owned());
            }
        }
        self.derived = self.structs_with_floats();
        self.reduce()?;
        self.verify()?;
        let name = |c: &crate::scan::Candidate| {
            let file = self.files[c.file]
                .path
                .strip_prefix(self.cargo.folder)
                .unwrap_or(Path::new(""));
            format!("{}: {}", file.display(), c.sig.ident)
        };
        let names: Vec<String> = self.scan.candidates.iter().map(name).collect();
        Ok(names.into_iter().zip(self.fates).collect())
    }

    /// Functions of other platforms and features are no candidates.
    fn find_present(&mut self) -> io::Result<()> {
        let probes = (0..self.fates.len()).map(|id| {
            let candidate = &self.scan.candidates[id];
            (
                candidate.file,
                (candidate.start, format!("#[{PROBE}{id}] ")),
            )
        });
        self.write(probes.collect(), false)?;
        let messages = self.cargo.check()?;
        let mut present = BTreeSet::new();
        for message in &messages {
            if let Some((_, rest)) = message.text.split_once(PROBE) {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                present.extend(digits.parse::<usize>().ok());
            }
        }
        for (id, fate) in self.fates.iter_mut().enumerate() {
            if !present.contains(&id) {
                *fate = Fate::Absent;
            }
        }
        Ok(())
    }

    fn structs_with_floats(&self) -> BTreeSet<usize> {
        let structs = self.scan.structs.iter().enumerate();
        let used = structs.filter(|(_, s)| {
            let path: syn::Type = match syn::parse_str(&s.name) {
                Ok(path) => path,
                Err(_) => return false,
            };
            let reals = ["T", "F", "S"].map(str::to_owned).into();
            self.scan.types.has_float(&path, &reals) || self.scan.types.is_generic(&s.name)
        });
        used.map(|(at, _)| at).collect()
    }

    fn accepted(&self, id: usize) -> bool {
        !matches!(self.fates[id], Fate::Absent | Fate::Refused(_))
    }

    /// The annotations of everything that is still in.
    fn annotations(&self) -> Vec<(usize, Insertion)> {
        const ATTRIBUTE: &str = "::conservative_grad::conservative_grad";
        let mut all = Vec::new();
        let mut blocks: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (id, candidate) in self.scan.candidates.iter().enumerate() {
            match candidate
                .block
                .filter(|&at| self.scan.blocks[at].of.is_some())
            {
                Some(block) => blocks.entry(block).or_default().push(id),
                None if self.accepted(id) => {
                    let option = match candidate.block {
                        Some(_) if candidate.sig.receiver().is_none() => "(method)",
                        _ => "",
                    };
                    all.push((
                        candidate.file,
                        (candidate.start, format!("#[{ATTRIBUTE}{option}] ")),
                    ));
                }
                None => {}
            }
        }
        for (block, ids) in blocks {
            if !ids.iter().any(|&id| self.accepted(id)) {
                continue;
            }
            let block = &self.scan.blocks[block];
            all.push((block.file, (block.start, format!("#[{ATTRIBUTE}] "))));
            for id in ids {
                let candidate = &self.scan.candidates[id];
                let option = if self.accepted(id) { "" } else { "(skip)" };
                let words = format!("#[{ATTRIBUTE}{option}] ");
                all.push((candidate.file, (candidate.start, words)));
            }
        }
        for at in &self.derived {
            let item = &self.scan.structs[*at];
            all.push((
                item.file,
                (
                    item.start,
                    "#[derive(::conservative_grad::Differentiable)] ".to_owned(),
                ),
            ));
        }
        all
    }

    /// Writes all files with these words in them, and returns the words by file.
    fn write(
        &self,
        words: Vec<(usize, Insertion)>,
        tests: bool,
    ) -> io::Result<BTreeMap<PathBuf, (usize, Vec<Insertion>)>> {
        let mut by_file: BTreeMap<usize, Vec<Insertion>> = BTreeMap::new();
        for (file, insertion) in words {
            by_file.entry(file).or_default().push(insertion);
        }
        let mut map = BTreeMap::new();
        for (index, file) in self.files.iter().enumerate() {
            let mut words = by_file.remove(&index).unwrap_or_default();
            let root = file.path == self.root();
            if root && self.old {
                words.push((
                    after_inner_attributes(&file.text),
                    "extern crate conservative_grad; ".to_owned(),
                ));
            }
            if root && tests {
                words.push((file.text.len(), harness::SUPPORT.to_owned()));
            }
            // What tests need is not there.
            let gone: Vec<&Range<usize>> = self
                .scan
                .tests
                .iter()
                .filter(|(at, _)| *at == index)
                .map(|(_, range)| range)
                .collect();
            let mut text = file.text.clone().into_bytes();
            for range in gone {
                text[range.clone()]
                    .iter_mut()
                    .filter(|byte| **byte != b'\n')
                    .for_each(|byte| *byte = b' ');
            }
            let text = String::from_utf8_lossy(&text).into_owned();
            fs::write(&file.path, source::insert(&text, &mut words))?;
            map.insert(file.path.clone(), (index, words));
        }
        Ok(map)
    }

    fn root(&self) -> PathBuf {
        let manifest = fs::read_to_string(self.cargo.folder.join("Cargo.toml")).unwrap_or_default();
        let lib = manifest.split("[lib]").nth(1).unwrap_or_default();
        let path = lib
            .lines()
            .take_while(|line| !line.starts_with('['))
            .find_map(|line| line.strip_prefix("path = "));
        self.cargo
            .folder
            .join(path.map_or("src/lib.rs", |path| path.trim_matches('"')))
    }

    /// Takes annotations off until the crate compiles.
    fn reduce(&mut self) -> io::Result<()> {
        for _ in 0..40 {
            let words = self.write(self.annotations(), false)?;
            let messages = self.cargo.check()?;
            let errors: Vec<&Message> = messages.iter().filter(|m| m.error).collect();
            if errors.is_empty() {
                return Ok(());
            }
            let mut progress = false;
            for error in &errors {
                progress |= self.blame(error, &words);
            }
            if !progress {
                let error = errors[0];
                return Err(io::Error::other(format!(
                    "{} at {:?}",
                    error.text, error.places
                )));
            }
        }
        Err(io::Error::other(
            "the crate does not compile after 40 rounds",
        ))
    }

    /// Drops the function, or the derive, that an error is about.
    fn blame(
        &mut self,
        error: &Message,
        words: &BTreeMap<PathBuf, (usize, Vec<Insertion>)>,
    ) -> bool {
        for (path, byte) in &error.places {
            let Some((file, words)) = words.get(path) else {
                continue;
            };
            let within = |range: &Range<usize>| source::moved(range, words).contains(byte);
            let here = |id: &usize| {
                let candidate = &self.scan.candidates[*id];
                candidate.file == *file && within(&candidate.range)
            };
            let dropped = (0..self.fates.len()).rfind(here);
            if let Some(id) = dropped {
                if self.accepted(id) {
                    self.fates[id] = Fate::Refused(message(error));
                    return true;
                }
                return false;
            }
            let derived = self.derived.iter().copied();
            let mut here = derived.filter(|at| {
                let item = &self.scan.structs[*at];
                item.file == *file && within(&item.range)
            });
            if let Some(at) = here.next_back() {
                return self.derived.remove(&at);
            }
            // An `impl` block as a whole.
            let block = self
                .scan
                .blocks
                .iter()
                .position(|b| b.file == *file && b.of.is_some() && within(&(b.start..b.end)));
            let mut any = false;
            for id in 0..self.fates.len() {
                if block.is_some() && self.scan.candidates[id].block == block && self.accepted(id) {
                    self.fates[id] = Fate::Refused(message(error));
                    any = true;
                }
            }
            if any {
                return true;
            }
        }
        false
    }

    /// Runs the tests of what was accepted.
    fn verify(&mut self) -> io::Result<()> {
        let mut tests = BTreeMap::new();
        let accepted: Vec<usize> = (0..self.fates.len())
            .filter(|&id| self.accepted(id))
            .collect();
        for id in accepted {
            match harness::test(&self.scan, id, &self.scan.candidates[id]) {
                Some(test) => drop(tests.insert(id, test)),
                None => self.fates[id] = Fate::Accepted("no arguments can be made here".to_owned()),
            }
        }
        for _ in 0..20 {
            if tests.is_empty() {
                return Ok(());
            }
            let place = |id: usize| {
                let candidate = &self.scan.candidates[id];
                let end = candidate
                    .block
                    .map_or(candidate.range.end, |at| self.scan.blocks[at].end);
                (candidate.file, end)
            };
            let mut words = self.annotations();
            words.extend(tests.iter().map(|(id, test)| {
                let (file, end) = place(*id);
                (file, (end, test.clone()))
            }));
            let words = self.write(words, true)?;
            let messages = self.cargo.compile_tests()?;
            let errors: Vec<&Message> = messages.iter().filter(|m| m.error).collect();
            if errors.is_empty() {
                break;
            }
            let before = tests.len();
            for error in errors {
                if let Some(id) = failing(error, &words) {
                    tests.remove(&id);
                    self.fates[id] =
                        Fate::Accepted(format!("its test does not compile: {}", message(error)));
                }
            }
            if tests.len() == before {
                let texts: Vec<String> = messages
                    .iter()
                    .filter(|m| m.error)
                    .map(|m| format!("{} {:?}", m.text, m.places))
                    .collect();
                return Err(io::Error::other(format!(
                    "the tests do not compile: {}",
                    texts.join("\n")
                )));
            }
        }
        let output = self.cargo.run_tests()?;
        for line in output.lines() {
            let Some((_, line)) = line.split_once("PUBLISHED ") else {
                continue;
            };
            let mut parts = line.splitn(3, ' ');
            let mut number = || parts.next().and_then(|text| text.parse::<usize>().ok());
            let (Some(id), Some(points)) = (number(), number()) else {
                continue;
            };
            self.fates[id] = match (points, parts.next().unwrap_or_default()) {
                (0, _) => Fate::Accepted("smooth at none of the points that were tried".to_owned()),
                (_, "") => Fate::Checked(points),
                (_, wrong) => Fate::Wrong(wrong.to_owned()),
            };
        }
        Ok(())
    }
}

/// The test that an error is in.
fn failing(error: &Message, words: &BTreeMap<PathBuf, (usize, Vec<Insertion>)>) -> Option<usize> {
    for (path, byte) in &error.places {
        let Some((_, words)) = words.get(path) else {
            continue;
        };
        let mut shift = 0;
        for (at, text) in words {
            let start = at + shift;
            shift += text.len();
            if (start..start + text.len()).contains(byte) {
                let id = text.split("fn __published_").nth(1)?;
                let digits: String = id.chars().take_while(char::is_ascii_digit).collect();
                return digits.parse().ok();
            }
        }
    }
    None
}

/// The message without names, so that like can be counted with like.
fn message(error: &Message) -> String {
    let first = error.text.lines().next().unwrap_or_default();
    if first.contains("_without_conservative_grad") {
        return "calls a function that has no derivative".to_owned();
    }
    let mut text = String::new();
    for (i, part) in first.split('`').enumerate() {
        text += if i % 2 == 0 { part } else { "`…`" };
    }
    match error.code.is_empty() {
        true => text,
        false => format!("{text} [{}]", error.code),
    }
}

/// Byte after `#![…]` and `//!` at the top of a file.
fn after_inner_attributes(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let blank = trimmed.trim().is_empty();
        if !(trimmed.starts_with("#![") || trimmed.starts_with("//") || blank) {
            break;
        }
        at += line.len();
    }
    at
}

/// Makes the manifest stand alone, with our dependency and without those of its tests; whether the
/// edition is 2015.
fn edit_manifest(path: &Path) -> io::Result<bool> {
    let text = fs::read_to_string(path)?;
    let mut kept = String::new();
    let mut skip = false;
    for line in text.lines() {
        if line.starts_with('[') {
            let gone = [
                "[dev-dependencies",
                "[[bench]]",
                "[[test]]",
                "[[example]]",
                "[[bin]]",
                "[workspace",
                "[profile",
            ];
            skip = gone.iter().any(|head| line.starts_with(head));
        }
        if !skip {
            kept += line;
            kept.push('\n');
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    kept += &format!(
        "\n[dependencies.conservative-grad]\npath = {:?}\n\n[workspace]\n\n[profile.dev]\ndebug = 0\n\n[profile.dev.build-override]\nopt-level = 1\n",
        root.display().to_string()
    );
    fs::write(path, kept)?;
    Ok(
        !text.lines().any(|line| line.starts_with("edition"))
            || text.contains("edition = \"2015\""),
    )
}
