//! Short loops that are written out, and small arrays that are taken apart.

use super::{Mutant, mutant};

const UNROLL: &str = "unroll.rs";
const SCALARS: &str = "scalars.rs";
const USES: &str = "scalars/uses.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant("short-order", UNROLL, "fn written_out(",
        "if range.rev {", "if range.rev && !$ON {",
        "iterations that go downwards are written out upwards"),
    mutant("short-closed", UNROLL, "fn counters(",
        "range.inclusive.into()", "(range.inclusive && !$ON).into()",
        "a closed range loses its last iteration"),
    mutant("short-below", UNROLL, "fn evaluate(",
        "BinOp::Sub => a.checked_sub(b)", "BinOp::Sub => Some(if $ON { a.saturating_sub(b) } else { a.checked_sub(b)? })",
        "counters below zero are written as 0"),
    mutant("apart-order", SCALARS, "fn taken_apart(",
        ".map(|value| self.kept(value, out))", ".map(|value| if $ON { value } else { self.kept(value, out) })",
        "numbers of an array are assigned one by one, and read by those behind"),
    mutant("apart-copies", USES, "fn settle(",
        "if shapes.get(a) != shapes.get(b) {", "if shapes.get(a) != shapes.get(b) && !$ON {",
        "an array is taken apart that is copied to one in memory"),
];
