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
const BATCH: usize = 32;

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
    /// Each round compiles many single edits at once, and then several of those that keep the
    /// failure together.
    pub fn shrink(&self, program: &Program, kind: &str) -> io::Result<Program> {
        let mut best = program.clone();
        while let Some(smaller) = self.round(&best, kind)? {
            best = smaller;
        }
        Ok(best)
    }

    fn round(&self, best: &Program, kind: &str) -> io::Result<Option<Program>> {
        let mut candidates: Vec<(usize, Program)> =
            edit::all(best).into_iter().enumerate().collect();
        candidates.retain(|(_, c)| size(c) < size(best) && runs(c));
        candidates.sort_by_key(|(_, c)| size(c));
        candidates.dedup_by(|a, b| a.1 == b.1);
        for batch in candidates.chunks(BATCH) {
            let programs: Vec<Program> = batch.iter().map(|c| c.1.clone()).collect();
            let kept = self.keep(&programs, kind)?;
            if let Some(&first) = kept.first() {
                let numbers: Vec<usize> = kept.iter().map(|&k| batch[k].0).collect();
                let together = self.together(best, &numbers, kind)?;
                return Ok(together.or(Some(programs[first].clone())));
            }
        }
        Ok(None)
    }

    /// As many of these edits at once as keep the failure, among a few choices.
    fn together(
        &self,
        best: &Program,
        numbers: &[usize],
        kind: &str,
    ) -> io::Result<Option<Program>> {
        let counts = [
            numbers.len(),
            numbers.len() * 3 / 4,
            numbers.len() / 2,
            numbers.len() / 4,
        ];
        let mut choices: Vec<Program> = counts
            .iter()
            .filter(|&&n| n > 1)
            .map(|&n| edit::several(best, &numbers[..n]))
            .filter(runs)
            .collect();
        choices.sort_by_key(size);
        let kept = self.keep(&choices, kind)?;
        Ok(kept.first().map(|&k| choices.swap_remove(k)))
    }

    /// The sound programs that fail in the way of `kind`.
    fn keep(&self, programs: &[Program], kind: &str) -> io::Result<Vec<usize>> {
        let unsound = self.plain.test(programs)?;
        let sound: Vec<usize> = (0..programs.len())
            .filter(|k| !unsound.contains_key(k))
            .collect();
        let chosen: Vec<Program> = sound.iter().map(|&k| programs[k].clone()).collect();
        let failures = self.lab.test(&chosen)?;
        let same = failures
            .into_iter()
            .filter(|(_, f)| f.kinds.iter().any(|k| k == kind));
        Ok(same.map(|(k, _)| sound[k]).collect())
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
    let spelled = 50 * program.dialect.simpler().len();
    print::program(program, Form::Dual).len() + format!("{:?}", program.inputs).len() + spelled
}
