//! Calls of the function itself that are given the adjoint of their result, copies for pullbacks as rows of one list, and
//! integers that are stepped back under a condition.

use super::{Mutant, mutant};

const SEEDED: &str = "analyse/loops/seeded.rs";
const LAYOUT: &str = "analyse/layout.rs";
const COPIES: &str = "adjoint/copies.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant("seeded-changed-later", SEEDED, "    fn call(",
        "if changed {", "if changed && !$ON {",
        "what a call reads has an adjoint before it is overwritten"),
    mutant("seeded-arm-changed-later", SEEDED, "    fn branch(",
        "!self.changes_later(arm, after)", "true",
        "what a branch reads has an adjoint before it is overwritten"),
    mutant("seeded-arm-writes", SEEDED, "    fn branch(",
        "self.writes_its_own(arm)", "true",
        "a branch is reversed before the adjoint of what it writes is known"),
    mutant("seeded-in-unit", SEEDED, "fn apart(",
        "std::mem::take(&mut self.modes.handed)", "self.modes.handed",
        "calls in loops with the adjoint 1 add to the adjoints themselves"),
    mutant("seeded-twice", SEEDED, "    fn branch(",
        "Expr::bin(\"+\", other, Expr::Bar(p.out))", "{ let _ = other; Expr::Bar(p.out) }",
        "a value that comes out of a branch twice has one of the adjoints"),
    mutant("step-by-anything", LAYOUT, "fn guarded_step(",
        "self.is_retraced(cond, l)", "true",
        "the condition of a step is computed before what it is computed from"),
    mutant("step-handed-down", LAYOUT, "fn handed_down(",
        "c.next == inner.out", "true",
        "what an outer loop does to an integer is not undone"),
    mutant("row-length", COPIES, "fn row(",
        "cx.keeps_its_length(of)", "true",
        "rows are as long as the last one"),
    mutant("row-again", COPIES, "fn save(",
        "!loops::in_rerun(pass, body)", "true",
        "rows are saved whenever an iteration runs"),
    mutant("row-order", COPIES, "fn take(",
        "std::cmp::Reverse(row.position)", "std::cmp::Reverse(u32::MAX - row.position)",
        "rows are taken in the order in which they were saved"),
];
