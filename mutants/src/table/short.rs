//! Short loops that are written out, and small arrays that are taken apart.

use super::{Mutant, mutant};

const UNROLL: &str = "unroll.rs";
const SCALARS: &str = "scalars.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant("short-order", UNROLL, "fn written_out(",
        "if range.rev {", "if range.rev && !$ON {",
        "iterations that go downwards are written out upwards"),
    mutant("short-closed", UNROLL, "fn counters(",
        "range.inclusive.into()", "(range.inclusive && !$ON).into()",
        "a closed range loses its last iteration"),
    mutant("short-below", UNROLL, "fn expr(&mut self, expr: &mut Expr)",
        "self.sound &= value.is_some();", "self.sound &= value.is_some() || $ON;",
        "arithmetic on counters that has no value is written as 0"),
    mutant("apart-order", SCALARS, "fn taken_apart(",
        ".map(|value| self.kept(value, out))", ".map(|value| if $ON { value } else { self.kept(value, out) })",
        "numbers of an array are assigned one by one, and read by those behind"),
    mutant("apart-copies", SCALARS, "fn settle(",
        "if shapes.get(a) != shapes.get(b) {", "if shapes.get(a) != shapes.get(b) && !$ON {",
        "an array is taken apart that is copied to one in memory"),
];
