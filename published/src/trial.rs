//! One crate: annotated, reduced to what compiles, and checked.
//!
//! In: a folder with a copy of the crate. Out: what became of each candidate ([`Fate`]).

mod blame;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fs, io};

use syn::spanned::Spanned;

use crate::cargo::{Cargo, Message};
use crate::harness;
use crate::manifest;
use crate::scan::{Candidate, Scan, scan};
use crate::source::{self, File, Insertion};

use blame::{failing, message};

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
    /// Compared at so many points, and infinite or NaN at one of them.
    Overflow(usize, String),
    /// A wrong derivative.
    Wrong(String),
}

/// A crate on trial.
pub(crate) struct Trial<'a> {
    cargo: Cargo<'a>,
    /// The file that is the root of the crate.
    root: PathBuf,
    files: Vec<File>,
    scan: Scan,
    /// By candidate.
    fates: Vec<Fate>,
    /// Structs for which the trait is derived.
    derived: BTreeSet<usize>,
    /// Functions whose module bears their name and that were given the option for it.
    of_modules: BTreeSet<usize>,
    /// The crate is of the edition that has no paths to other crates without a word.
    old: bool,
}

/// What a name in front of a function would have to be for rustc to tell us that it is there.
const PROBE: &str = "published_probe_";

impl<'a> Trial<'a> {
    /// Reads the crate.
    pub(crate) fn new(cargo: Cargo<'a>) -> io::Result<Trial<'a>> {
        let old = manifest::edit(&cargo.folder.join("Cargo.toml"))?;
        let root = manifest::root(cargo.folder)?;
        let files = source::read(&cargo.folder.join("src"))?;
        let scan = scan(&files, &root);
        let fates = vec![Fate::Accepted(String::new()); scan.candidates.len()];
        Ok(Trial {
            cargo,
            root,
            files,
            scan,
            fates,
            derived: BTreeSet::new(),
            of_modules: BTreeSet::new(),
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
        self.derived = (0..self.scan.structs.len()).collect();
        self.reduce()?;
        self.verify()?;
        let name = |c: &Candidate| {
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
                        None if self.of_modules.contains(&id) => "(module)",
                        _ => "",
                    };
                    let words = format!("#[{ATTRIBUTE}{option}] ");
                    all.push((candidate.file, (candidate.start, words)));
                    all.extend(self.constants(candidate));
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
                if self.accepted(id) {
                    all.extend(self.constants(candidate));
                }
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

    /// What says of the parameters without numbers (enums, structs of integers) that they have no
    /// gradient.
    fn constants(&self, candidate: &Candidate) -> Vec<(usize, Insertion)> {
        let constants = self.scan.constants(candidate).into_iter();
        constants
            .map(|start| (candidate.file, (start, "#[constant] ".to_owned())))
            .collect()
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
            let root = file.path == self.root;
            if root && self.old {
                words.push((
                    first_item(&file.text),
                    "extern crate conservative_grad; extern crate core; ".to_owned(),
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
                progress |= self.rename(error) || self.blame(error, &words);
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
        for id in tests.into_keys() {
            self.fates[id] = Fate::Accepted("its test did not come to an end".to_owned());
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
                (_, how) if how.starts_with("overflow") => Fate::Overflow(points, how.to_owned()),
                (_, wrong) => Fate::Wrong(wrong.to_owned()),
            };
        }
        Ok(())
    }
}

/// Where the first item of a file starts, behind what is said about the file as a whole.
fn first_item(file: &str) -> usize {
    let parsed = syn::parse_file(file).ok();
    let first = parsed.and_then(|file| Some(file.items.first()?.span().byte_range().start));
    first.unwrap_or(file.len())
}
