//! What is kept of nests of loops, what is read again behind a loop, and numbers that are read after they were stored,
//! and adjoints that wait for their reader.

use super::{Mutant, mutant};

const STATES: &str = "adjoint/states.rs";
const PASSED: &str = "analyse/layout/passed.rs";
const LAYOUT: &str = "analyse/layout.rs";
const SHARE: &str = "share.rs";
const NEST: &str = "nest.rs";
const GUARDS: &str = "adjoint/guards.rs";
const COPIES: &str = "adjoint/copies.rs";
const READS: &str = "adjoint/reads.rs";
const AGAIN: &str = "adjoint/needs/again.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant("nest-untouched", STATES, "    fn reads<'r>(",
        "self.untouched(at.mem)", "true",
        "a nest that writes to an array is taken to read what was there before it"),
    mutant("passed-behind", PASSED, "fn is_passed(",
        ".is_some_and(behind)", ".is_some_and(|by| $ON || behind(by))",
        "what a loop has yet to write to is read again"),
    mutant("passed-direction", PASSED, "fn is_passed(",
        "true => read > store", "true => if $ON { read < store } else { read > store }",
        "a loop that goes down is taken for one that goes up"),
    mutant("passed-twice", PASSED, "fn is_passed(",
        "!self.runs_twice(block, region)", "true",
        "a loop that runs again is taken to write once"),
    mutant("row-of-now", PASSED, "fn is_behind(",
        "(counter, first)", "(counter, first + i64::from($ON))",
        "rows that the loop still stores to are read again"),
    mutant("cell-width", PASSED, "fn is_cell_passed(",
        "store.width != cell.width", "!$ON && store.width != cell.width",
        "rows of another width are taken for the same"),
    mutant("cell-twice", PASSED, "fn is_cell_passed(",
        "!self.runs_twice(body, region)", "true",
        "cells that a second pass stores to are read again"),
    mutant("cell-column", PASSED, "fn is_before(",
        "self.is_less(column, to)", "($ON || self.is_less(column, to))",
        "cells of the row that the loop still stores to are read again"),
    mutant("cell-falls", PASSED, "fn never_falls(",
        "!self.runs_twice(defined, body)", "true",
        "columns that are gone through twice in a row are taken for one pass"),
    mutant("cell-down", PASSED, "fn never_falls(",
        ".is_some_and(|(_, upwards)| upwards)", ".is_some_and(|(_, upwards)| upwards || $ON)",
        "columns that are gone through downwards are taken to go upwards"),
    mutant("arm-array", AGAIN, "fn can_load_again(",
        "layout.stable_at(at, layout.def_pos(v), home)", "true",
        "what a branch overwrites is read again from what it leaves"),
    mutant("stored-forget", SHARE, "    fn forget(",
        "self.loads.retain(|(_, part), _| !written.contains(&part.0));", "if !$ON { self.loads.retain(|(_, part), _| !written.contains(&part.0)); }",
        "what was stored is there whatever was written since"),
    mutant("listed-forget", SHARE, "    fn forget(",
        "self.lists.retain(|m, _| !written.contains(m));", "if !$ON { self.lists.retain(|m, _| !written.contains(m)); }",
        "an array stays as it was written out"),
    mutant("stored-scope", SHARE, "    fn scope(",
        "(known.loads, known.lists) = (loads, lists);", "if !$ON { (known.loads, known.lists) = (loads, lists); }",
        "what one branch stored is there in the other one"),
    mutant("evaluated-where", LAYOUT, "fn evaluated_beside(",
        "home == block || self.contains(home, block) && self.def_pos(v) < pos", "$ON || home == block || self.contains(home, block) && self.def_pos(v) < pos",
        "a partial is a value of another branch, or of what comes later"),
    mutant("evaluated-one", LAYOUT, "fn is_one(",
        "text.trim_end_matches('_').parse() == Ok(1.0)", "$ON || text.trim_end_matches('_').parse() == Ok(1.0)",
        "any quotient with a number on top is taken for a reciprocal"),
    mutant("reads-varied", COPIES, "fn is_read(",
        "calls::is_varied(cx, arg)", "!$ON && calls::is_varied(cx, arg)",
        "a copy is not made that a pullback reads for an adjoint that is wanted"),
    mutant("reads-alias", READS, "fn declare(",
        "self.root(init)", "if $ON { Vec::new() } else { self.root(init) }",
        "what is added to a slice of an adjoint is not seen"),
    mutant("reads-local", READS, "fn stmt(",
        "self.enter(&from, &root)", "if !$ON { self.enter(&from, &root) }",
        "what is added to an adjoint is not seen"),
    mutant("decided-needed", GUARDS, "fn group(",
        "guards >= WORTH && !needed", "guards >= WORTH",
        "what follows from a decision is skipped, and needed behind"),
    mutant("decided-all", GUARDS, "fn follows(",
        "self.is_zero(value, zero)", "$ON || self.is_zero(value, zero)",
        "what does not follow from a decision is skipped with it"),
    mutant("nest-assigned", NEST, "fn stays_before(",
        "assigned.is_some() &&", "!$ON && assigned.is_some() &&",
        "an adjoint that waits for its reader is computed of what has changed since"),
    mutant("nest-loaded", NEST, "fn stays_before(",
        "is_load(e) ||", "!$ON && is_load(e) ||",
        "an adjoint that waits for its reader is loaded behind a store"),
];
