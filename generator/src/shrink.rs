//! Makes a failing program small.

mod edit;
mod replace;

use std::io;

use crate::ast::Program;
use crate::generate::{arguments, directions};
use crate::interp;
use crate::lab::Lab;
use crate::print::{self, Form};

/// Candidates that are compiled together.
const BATCH: usize = 16;

/// The laboratories that shrinking needs.
#[derive(Debug)]
pub struct Shrinker<'l> {
    /// Shows the failure.
    pub lab: &'l Lab,
    /// Tells without the attribute which candidates are sound programs.
    pub plain: &'l Lab,
}

impl Shrinker<'_> {
    /// The smallest program found that fails in the way of `kind`.
    ///
    /// Each round compiles many single edits at once and keeps the one that removes the most text.
    pub fn shrink(&self, program: &Program, kind: &str) -> io::Result<Program> {
        let mut best = program.clone();
        while let Some(smaller) = self.round(&best, kind)? {
            best = smaller;
        }
        Ok(best)
    }

    fn round(&self, best: &Program, kind: &str) -> io::Result<Option<Program>> {
        let limit = size(best);
        let mut candidates = edit::all(best);
        candidates.retain(|c| size(c) < limit && runs(c));
        candidates.sort_by_key(size);
        candidates.dedup();
        for batch in candidates.chunks(BATCH) {
            let unsound = self.plain.test(batch)?;
            let sound = (0..batch.len()).filter(|k| !unsound.contains_key(k));
            let sound: Vec<Program> = sound.map(|k| batch[k].clone()).collect();
            let failures = self.lab.test(&sound)?;
            let same = failures
                .iter()
                .find(|(_, f)| f.kinds.iter().any(|k| k == kind));
            if let Some((&k, _)) = same {
                return Ok(Some(sound[k].clone()));
            }
        }
        Ok(None)
    }
}

/// Whether the program still runs to its end.
fn runs(program: &Program) -> bool {
    let outcome = interp::run(program, arguments(program));
    let finite = |o: &interp::Outcome| {
        o.outputs
            .iter()
            .all(|y| y.re.is_finite() && y.path.is_finite())
    };
    directions(program) > 0 && outcome.is_ok_and(|o| !o.outputs.is_empty() && finite(&o))
}

/// Length of the text, where inputs count too.
fn size(program: &Program) -> usize {
    print::program(program, Form::Annotated).len() + format!("{:?}", program.inputs).len()
}
