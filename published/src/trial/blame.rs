//! Which function an error is about.
//!
//! In: errors of the compiler with their places, and the words that were put into the files. Out: annotations
//! that are changed or taken off ([`Fate::Refused`]).

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::{Fate, Trial};
use crate::cargo::Message;
use crate::source::{self, Insertion};

impl Trial<'_> {
    /// `mod gamma; pub use gamma::gamma;`: what is emitted for the function has the name of the module.
    /// There is an option for that; whoever has it already is refused.
    pub(super) fn rename(&mut self, error: &Message) -> bool {
        if !matches!(error.code.as_str(), "E0252" | "E0255" | "E0428") {
            return false;
        }
        let Some(name) = error.text.split('`').nth(1) else {
            return false;
        };
        let clashes = |id: &usize| {
            let candidate = &self.scan.candidates[*id];
            candidate.block.is_none() && candidate.sig.ident == name && self.accepted(*id)
        };
        let clashing: Vec<usize> = (0..self.fates.len()).filter(clashes).collect();
        for id in &clashing {
            let file = &self.files[self.scan.candidates[*id].file].path;
            if !(module_of(file) == Some(name) && self.of_modules.insert(*id)) {
                self.fates[*id] = Fate::Refused(message(error));
            }
        }
        !clashing.is_empty()
    }

    /// Drops the function, or the derive, that an error is about.
    pub(super) fn blame(
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
}

/// The name of the module that a file is.
fn module_of(file: &Path) -> Option<&str> {
    let stem = file.file_stem()?.to_str()?;
    match stem {
        "mod" => file.parent()?.file_name()?.to_str(),
        _ => Some(stem),
    }
}

/// The test that an error is in.
pub(super) fn failing(
    error: &Message,
    words: &BTreeMap<PathBuf, (usize, Vec<Insertion>)>,
) -> Option<usize> {
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

/// What the compiler says, in one line.
pub(super) fn message(error: &Message) -> String {
    let first = error.text.lines().next().unwrap_or_default();
    match error.code.is_empty() {
        true => first.to_owned(),
        false => format!("{first} [{}]", error.code),
    }
}
