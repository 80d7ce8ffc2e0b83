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
const BATCH: usize = 48;

/// The smallest program found that fails in the way of `kind`.
///
/// Each round compiles many single edits at once and keeps the one that removes the most text.
pub fn shrink(lab: &Lab, program: &Program, kind: &str) -> io::Result<Program> {
    let mut best = program.clone();
    'rounds: loop {
        let mut candidates = edit::all(&best);
        candidates.retain(runs);
        candidates.sort_by_key(size);
        let limit = size(&best);
        candidates.retain(|c| size(c) < limit);
        candidates.dedup();
        for batch in candidates.chunks(BATCH) {
            let failures = lab.test(batch)?;
            if let Some((&k, _)) = failures.iter().find(|(_, f)| f.kind == kind) {
                best = batch[k].clone();
                continue 'rounds;
            }
        }
        return Ok(best);
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
