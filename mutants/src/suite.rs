//! The tests that have to notice, in pieces that can be compiled with different mutants at once.
//!
//! A *piece* is a stretch of lines of a test file whose functions are tested by tests of its own: a
//! program of `twin!` or `reals!`, a fold, a shape, or what is left of a file. Pieces have nothing
//! to do with each other, so that in one build each can be compiled with a mutant of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The tests, smallest first.
pub(crate) const TARGETS: [&str; 5] = [
    "shapes",
    "regressions",
    "facade_operations",
    "rules",
    "language",
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
}

impl Suite {
    /// Reads the test files.
    #[must_use]
    pub(crate) fn read(root: &Path) -> Suite {
        let mut files: Vec<String> = TARGETS.iter().map(|t| format!("tests/{t}.rs")).collect();
        let topics = fs::read_dir(root.join("tests/language"))
            .into_iter()
            .flatten();
        let mut topics: Vec<String> = topics
            .flatten()
            .map(|e| format!("tests/language/{}", e.file_name().to_string_lossy()))
            .filter(|name| name.ends_with(".rs"))
            .collect();
        topics.sort();
        files.extend(topics);
        let mut suite = Suite::default();
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

    /// The piece whose functions a test is about.
    #[must_use]
    pub(crate) fn of_test(&self, target: &str, test: &str) -> Option<usize> {
        let parts: Vec<&str> = test.split("::").collect();
        let (file, rest) = match parts.as_slice() {
            ["language", topic, rest @ ..] if target == "language" => {
                (format!("tests/language/{topic}.rs"), rest)
            }
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
            .or_else(|| {
                let fold = lines[k].starts_with("    ") && lines[k].ends_with(" |x, n| {");
                Some((word(lines[k], "    ").filter(|_| fold)?, "    }"))
            })
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
                lines: (k + 1, k + length + 1),
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
