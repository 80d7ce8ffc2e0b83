//! The tests that have to notice, in pieces that can be compiled with different mutants at once.
//!
//! A *piece* is a stretch of lines of a test file whose functions are tested by tests of its own: a
//! program of `twin!` or `reals!`, a shape, or what is left of a file. Pieces have nothing
//! to do with each other, so that in one build each can be compiled with a mutant of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The tests that have a file each; the topics of `LISTS` come after them.
const TARGETS: [&str; 5] = [
    "shapes",
    "strips",
    "regressions",
    "facade_operations",
    "rules",
];

/// Where the topics are that become tests of their own in the copy: what one of them does not compile
/// with does not keep the others from being run.
const TOPICS: &str = "language";

/// The tests that include them.
pub(crate) const LISTS: [&str; 3] = [
    "tests/language.rs",
    "tests/language_calls.rs",
    "tests/language_data.rs",
];

/// The file in which every row has a test that bears its name.
pub(crate) const ROWS: &str = "tests/rules.rs";

/// A stretch of a test file.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// `tests/language/loops.rs`.
    pub(crate) file: String,
    /// Name of the program; empty for what is left of the file.
    pub(crate) name: String,
    /// Line numbers, from 1.
    pub(crate) lines: (usize, usize),
}

/// All pieces; those of whole files come last.
#[derive(Debug, Default)]
pub(crate) struct Suite {
    pub(crate) pieces: Vec<Piece>,
    /// The tests to build.
    pub(crate) targets: Vec<String>,
}

impl Suite {
    /// Reads the test files: all, or `only` some.
    #[must_use]
    pub(crate) fn read(root: &Path, only: &[String]) -> Suite {
        let mut suite = Suite::default();
        let mut files: Vec<String> = Vec::new();
        for target in TARGETS {
            files.push(format!("tests/{target}.rs"));
            files.extend(parts(root, target));
            suite.targets.push(String::from(target));
        }
        for list in LISTS {
            let text = fs::read_to_string(root.join(list)).unwrap_or_default();
            for topic in topics(&text) {
                files.push(format!("tests/{TOPICS}/{topic}.rs"));
                suite.targets.push(target(topic));
            }
        }
        if !only.is_empty() {
            suite.targets.retain(|t| only.contains(t));
            files.retain(|f| suite.targets.iter().any(|t| belongs(f, t)));
        }
        let mut rests = Vec::new();
        for file in files {
            let text = fs::read_to_string(root.join(&file)).unwrap_or_default();
            if file != ROWS {
                suite.pieces.extend(pieces(&file, &text));
            }
            rests.push(Piece {
                lines: (1, text.lines().count()),
                name: String::new(),
                file,
            });
        }
        suite.pieces.extend(rests);
        suite
    }

    /// The piece of a line.
    #[must_use]
    pub(crate) fn at(&self, file: &str, line: usize) -> Option<usize> {
        let here = |p: &Piece| p.file == file && (p.lines.0..=p.lines.1).contains(&line);
        self.pieces.iter().position(here)
    }

    /// What is left of the file that a program is in: functions that several programs call are there.
    pub(crate) fn rest_of(&self, k: usize) -> Option<usize> {
        let Piece { file, name, .. } = &self.pieces[k];
        let rest = |p: &Piece| p.file == *file && p.name.is_empty();
        self.pieces
            .iter()
            .position(rest)
            .filter(|_| !name.is_empty())
    }

    /// The lines of a piece that are in no smaller one.
    pub(crate) fn stretches(&self, k: usize) -> Vec<(usize, usize)> {
        let (first, last) = self.pieces[k].lines;
        let file = &self.pieces[k].file;
        let mut free = Vec::new();
        for line in (first..=last).filter(|line| self.at(file, *line) == Some(k)) {
            match free.last_mut() {
                Some((_, end)) if *end + 1 == line => *end = line,
                _ => free.push((line, line)),
            }
        }
        free
    }

    /// The piece whose functions a test is about.
    #[must_use]
    pub(crate) fn of_test(&self, target: &str, test: &str) -> Option<usize> {
        let parts: Vec<&str> = test.split("::").collect();
        let part = |name: &str| {
            let file = format!("tests/{target}/{name}.rs");
            self.pieces.iter().any(|p| p.file == file).then_some(file)
        };
        let (file, rest) = match parts.as_slice() {
            [TOPICS, topic, rest @ ..] if target.starts_with(TOPICS) => {
                (format!("tests/{TOPICS}/{topic}.rs"), rest)
            }
            [same, name, rest @ ..] if *same == target && part(name).is_some() => {
                (part(name).unwrap_or_default(), rest)
            }
            [name, rest @ ..] if part(name).is_some() => (part(name).unwrap_or_default(), rest),
            rest => (format!("tests/{target}.rs"), rest),
        };
        let named = |p: &Piece| p.file == file && rest.contains(&p.name.as_str());
        let rest_of = |p: &Piece| p.file == file && p.name.is_empty();
        let named = self.pieces.iter().position(named);
        named.or_else(|| self.pieces.iter().position(rest_of))
    }
}

impl Piece {
    /// For people.
    #[must_use]
    pub(crate) fn title(&self) -> String {
        let file = self
            .file
            .trim_start_matches("tests/")
            .trim_end_matches(".rs");
        match self.name.is_empty() {
            true => String::from(file),
            false => format!("{file}::{}", self.name),
        }
    }
}

/// True if a file is compiled into a test.
pub(crate) fn belongs(file: &str, target: &str) -> bool {
    let name = file
        .strip_prefix("tests/")
        .and_then(|f| f.strip_suffix(".rs"));
    let part = |name: &str| name.split_once('/').is_some_and(|(of, _)| of == target);
    let topic = |name: &str| {
        let topic = name
            .strip_prefix(TOPICS)
            .and_then(|of| of.strip_prefix('/'));
        topic.is_some_and(|topic| self::target(topic) == target)
    };
    name.is_some_and(|name| part(name) || topic(name) || name == target)
}

/// The files that a test is made of besides its own.
fn parts(root: &Path, target: &str) -> Vec<String> {
    let listed = fs::read_dir(root.join("tests").join(target))
        .into_iter()
        .flatten();
    let names = listed.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut files: Vec<String> = names
        .filter(|name| name.ends_with(".rs") && name != "support.rs")
        .map(|name| format!("tests/{target}/{name}"))
        .collect();
    files.sort();
    files
}

/// The modules that the test of all topics includes.
fn topics(text: &str) -> Vec<&str> {
    let lines = text.lines().filter_map(topic);
    lines.collect()
}

/// `    mod loops;`
fn topic(line: &str) -> Option<&str> {
    line.strip_prefix("    mod ")?.strip_suffix(';')
}

/// The test that a topic becomes.
fn target(topic: &str) -> String {
    format!("{TOPICS}_on_{topic}")
}

/// The texts of the tests of one topic each, by the name of their file.
pub(crate) fn split(text: &str) -> Vec<(String, String)> {
    let one = |wanted: &&str| {
        let lines = text
            .lines()
            .filter(|l| topic(l).is_none_or(|t| t == *wanted));
        let text = lines.map(|l| format!("{l}\n")).collect();
        (format!("tests/{}.rs", target(wanted)), text)
    };
    topics(text).iter().map(one).collect()
}

/// The programs of a file that have tests of their own.
fn pieces(file: &str, text: &str) -> Vec<Piece> {
    let listed = listed(text);
    let lines: Vec<&str> = text.lines().collect();
    let mut found = BTreeMap::new();
    let mut k = 0;
    while k < lines.len() {
        let word = |line: &str, prefix: &str| {
            let rest = line.strip_prefix(prefix)?;
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
            Some(String::from(&rest[..end]))
        };
        let name = word(lines[k], "twin! { ")
            .or_else(|| word(lines[k], "reals! { "))
            .map(|name| (name, "}"))
            .or_else(|| Some((word(lines[k], "    strips fn ")?, "    }")))
            .or_else(|| Some((word(lines[k], "    plain fn ")?, "    }")))
            .or_else(|| Some((word(lines[k], "    scaled fn ")?, "    }")))
            .or_else(|| Some((word(lines[k], "fn ").filter(|n| listed.contains(n))?, "}")));
        let Some((name, end)) = name else {
            k += 1;
            continue;
        };
        let length = lines[k..]
            .iter()
            .position(|l| l.starts_with(end))
            .unwrap_or(0);
        found.insert(
            k,
            Piece {
                file: String::from(file),
                name,
                // The attribute in front belongs to it.
                lines: (k.max(1), k + length + 1),
            },
        );
        k += length.max(1);
    }
    found.into_values().collect()
}

/// The functions that `check_all!` makes a test of, unless others call them.
fn listed(text: &str) -> Vec<String> {
    let Some((_, rest)) = text.split_once("    check_all!(") else {
        return Vec::new();
    };
    let list = rest.split_once(");").map_or(rest, |(list, _)| list);
    let names = list
        .lines()
        .filter_map(|l| Some(l.trim().split_once(" from ")?.0));
    names
        .filter(|name| text.matches(&format!("{name}(")).count() == 1)
        .map(String::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No line gets two mutants.
    #[test]
    fn pieces_do_not_overlap() {
        let suite = Suite::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), &[]);
        let mut seen = std::collections::BTreeSet::new();
        for (k, piece) in suite.pieces.iter().enumerate() {
            for (first, last) in suite.stretches(k) {
                for line in first..=last {
                    assert!(
                        seen.insert((&piece.file, line)),
                        "{}, line {line}",
                        piece.file
                    );
                }
            }
        }
        assert!(suite.pieces.len() > 200, "{} pieces", suite.pieces.len());
    }

    /// A test that is asked for by its name is looked at.
    #[test]
    fn every_target_has_pieces() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for target in Suite::read(&root, &[]).targets {
            let alone = Suite::read(&root, std::slice::from_ref(&target));
            assert!(!alone.pieces.is_empty(), "{target}");
        }
    }
}
