//! Short loops that are written out, and small arrays that are taken apart.

use super::{Mutant, mutant};

const UNROLL: &str = "unroll.rs";
const KNOWN: &str = "forms/known.rs";
const FIELDS: &str = "analyse/activity/constants.rs";
const LOWER: &str = "lower/mod.rs";
const SCALARS: &str = "scalars.rs";
const USES: &str = "scalars/uses.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant("size-minus", KNOWN, "fn size_of(",
        "a.checked_sub(b)", "a.checked_add(b)",
        "sizes are added where one is taken from another"),
    mutant("size-hidden", KNOWN, "fn size_named(",
        "!self.hidden.contains(&name)", "true",
        "a constant of the function is taken for that of the module"),
    mutant("size-generic", LOWER, "fn finish(",
        "!of_block(name)", "true",
        "a parameter of the block is taken for a constant of the module"),
    mutant("short-named", UNROLL, "fn copy(",
        "stmts.insert(0, named);", "stmts.push(named);",
        "the counter has its name for copied code behind that code"),
    mutant("short-nested", UNROLL, "fn copy(",
        "            value,\n            names", "            value: value + usize::from($ON),\n            names",
        "a loop that is written out begins one later"),
    mutant("field-stored", FIELDS, "fn stmt(",
        "self.facts.varied(*value)", "self.facts.varied(*value) && !$ON",
        "a number with a derivative may be stored in a constant field"),
    mutant("field-depth", FIELDS, "fn field(",
        "path.starts_with(constant)", "path == constant.as_slice()",
        "elements of a constant field have a derivative"),
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
