//! Lengths of lists, and integers, that depend on tests, across calls.
//!
//! In: the SSA form and its [`Activity`]. Out: [`Lengths`]. A number made of such a length jumps where a test changes its answer. Within
//! one function `kinks` refuses it. Where a callee filters the list, or makes a number of what a test decides here, only rustc knows
//! both functions: the constant of a companion says what its function does, and who calls asserts that it does not go together.

mod asked;
mod callee;
mod followed;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;

use super::activity::{self, Activity, Slot, Step, Supposed, holds_reals};
use crate::compiler::emit::behind;
use crate::compiler::hir::Ty;
use crate::compiler::kinks;
use crate::compiler::parse::attribute::Options;
use crate::compiler::ssa::{Call, Func, MemId, StmtKind, Tree};
use asked::Callees;
pub(crate) use callee::{At, Back, Callee, OfPart};
use followed::Followed;
pub(crate) use followed::of_constants;

/// What has to be known of a callee.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) callee: Callee,
    pub(crate) asks: Asks,
}

/// A field, or all that an argument is.
pub(crate) type Part = Option<Step>;

#[derive(Clone, Debug)]
pub(crate) enum Asks {
    /// Does it do this with the argument, or the result?
    Does(What, Slot, Part),
    /// Does it change there by a test what another one makes a number of?
    Meets(Slot, Callee, Slot),
}

/// See `What` in `autodiff-runtime/src/callee.rs`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum What {
    Counts,
    Casts,
    Changes,
}

/// Holds if all of the answers are yes.
pub(crate) type Condition = Vec<Question>;

/// What callers have to know of a function, and what must not hold of its callees.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lengths {
    pub(crate) facts: Vec<Fact>,
    /// How often functions that call each other are asked in turn; 0 if this one calls nobody who asks it.
    pub(crate) rounds: usize,
    /// The expression jumps if the condition holds.
    pub(crate) jumps: Vec<(TokenStream, Condition)>,
}

/// See `Fact` in `autodiff-runtime/src/callee.rs`.
#[derive(Clone, Debug)]
pub(crate) enum Fact {
    /// If one of the conditions holds.
    With(What, Slot, Part, Vec<Condition>),
    As(What, Slot, Callee, Slot),
}

/// Follows the length of every list that a callee gives or changes, and of every parameter, and integers among these.
pub(crate) fn run(func: &Func, facts: &Activity, options: &Options) -> Lengths {
    let asked = &Callees::of(func, facts, options);
    let follow = |facts: &Activity| Followed::of(func, facts, asked);
    let here = follow(facts);
    let mut found = Lengths::default();
    let mut changes: BTreeMap<(Slot, Part), Vec<Condition>> = BTreeMap::new();
    for changed in &here.changed {
        changes.insert(changed.clone(), vec![Vec::new()]);
    }
    found.jumps.extend(here.jumps(0, &[], &BTreeSet::new()));
    found.jumps.extend(asked.meetings(func, facts));
    found.facts.extend(asked.handed_on(func, facts));
    let known = here.places();
    if may_count(func, facts, asked) {
        for (callee, slot, part) in asked.changes(func) {
            let before = asked.before(&callee);
            let is_it = |call: &Call| asked.is(call, &callee);
            let supposed = Supposed::Changed(&is_it, slot, part.as_ref());
            let then = follow(&activity::supposing(func, supposed));
            let given = [Question {
                callee,
                asks: Asks::Does(What::Changes, slot, part),
            }];
            for new in then.changed.difference(&here.changed) {
                let conditions = changes.entry(new.clone()).or_default();
                conditions.extend(said(What::Changes, given.to_vec()));
            }
            found.jumps.extend(then.jumps(before, &given, &known));
        }
        for (k, param) in func.params.iter().enumerate() {
            let mut add = |what: What, part: Part, supposed: Supposed<'_>| {
                let then = follow(&activity::supposing(func, supposed));
                let jumps = then.jumps(0, &[], &known);
                let conditions = jumps.filter_map(|(_, condition)| said(what, condition));
                let conditions: Vec<Condition> = conditions.collect();
                if !conditions.is_empty() {
                    let slot = Slot::Param(k);
                    found.facts.push(Fact::With(what, slot, part, conditions));
                }
            };
            match fields(func, &param.entry) {
                Some((m, fields)) => {
                    for field in fields {
                        let place = (m, vec![field.clone()]);
                        add(What::Counts, Some(field), Supposed::Place(&place));
                    }
                }
                None if counts(func, &param.entry) => {
                    add(What::Counts, None, Supposed::Lengths(&param.entry));
                }
                None => {}
            }
            if holds_integers(func, &param.entry) {
                add(What::Casts, None, Supposed::Integers(&param.entry));
            }
        }
    }
    let changes = changes.into_iter();
    let changes = changes.filter(|(_, conditions)| !conditions.is_empty());
    found
        .facts
        .extend(changes.map(|((slot, part), holds)| Fact::With(What::Changes, slot, part, holds)));
    found.rounds = asked.rounds(options);
    found
}

/// What a function says if it cannot ask one that may come back to it: that this one makes a number of all that it is given, and
/// changes nothing by a test.
fn said(what: What, mut condition: Condition) -> Option<Condition> {
    let unseen = |question: &Question| question.callee.back == Back::Unseen;
    if matches!(what, What::Changes) && condition.iter().any(unseen) {
        return None;
    }
    condition.retain(|question| !unseen(question));
    Some(condition)
}

/// The fields that are known of a struct, but for numbers.
fn fields_of(ty: &Ty) -> Option<Vec<Step>> {
    let Ty::Struct(of) = behind(ty) else {
        return None;
    };
    let fields = of.fields.iter();
    let fields = fields.filter(|(_, ty)| !matches!(ty, Ty::Real(_)));
    Some(fields.map(|(name, _)| activity::part(name)).collect())
}

fn fields(func: &Func, tree: &Tree) -> Option<(MemId, Vec<Step>)> {
    let Tree::Mem(m) = tree else {
        return None;
    };
    Some((*m, fields_of(&func.mem(*m).ty)?))
}

/// Whether anything in the function could make a number of an integer.
fn may_count(func: &Func, facts: &Activity, asked: &Callees<'_>) -> bool {
    let mut any = false;
    func.body.walk(&mut |s| {
        any |= match &s.kind {
            StmtKind::Def(v, op) => func.is_real(*v) && kinks::reads_integer(func, op),
            StmtKind::Call(call) => facts.varied_call(call) && asked.callee(call).is_some(),
            _ => false,
        }
    });
    any || func.result.as_ref().is_some_and(holds_list)
}

/// Whether a list is in it, or an integer.
fn counts(func: &Func, tree: &Tree) -> bool {
    let mut any = holds_list(tree);
    tree.for_each_val(&mut |v| any |= matches!(func.val(v).ty, Ty::Int | Ty::Bool));
    any
}

fn holds_integers(func: &Func, tree: &Tree) -> bool {
    let mut any = false;
    tree.for_each_mem(&mut |m| any |= !holds_reals(&func.mem(m).ty));
    any
}

fn holds_list(tree: &Tree) -> bool {
    let mut any = false;
    tree.for_each_mem(&mut |_| any = true);
    any
}
