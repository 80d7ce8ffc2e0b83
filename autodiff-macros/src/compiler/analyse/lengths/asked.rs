//! The functions that can be asked, and what these have to do with each other.
//!
//! In: the calls of a function. Out: what they may change, where one of them gets what another one changes, and what of them this
//! function says by handing its parameters on.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;

use super::callee::{Back, Callee, callee, copies, origins};
use super::followed::reaching;
use super::{Asks, Condition, Fact, Part, Question, What, fields_of, holds_list, said};
use crate::compiler::analyse::activity::{self, Activity, List, Slot};
use crate::compiler::emit::holds_struct;
use crate::compiler::parse::attribute::Options;
use crate::compiler::ssa::{Arg, Block, Call, Func, Origin, StmtKind, Tree};

/// The functions that can be asked, by where their calls are.
pub(super) struct Callees<'a> {
    calls: Vec<Asked<'a>>,
}

struct Asked<'a> {
    call: &'a Call,
    callee: Callee,
    /// The statements in front of what it may have changed: none where it stands in a loop.
    before: usize,
}

impl<'a> Callees<'a> {
    pub(super) fn of(func: &'a Func, facts: &Activity, options: &Options) -> Callees<'a> {
        let mut calls = Vec::new();
        let mut find = |call: &'a Call, before: usize| {
            if facts.varied_call(call) {
                calls.extend(callee(func, call, options).map(|callee| Asked {
                    call,
                    callee,
                    before,
                }));
            }
        };
        for_each_call(&func.body, &mut 0, false, &mut find);
        Callees { calls }
    }

    /// What one function says of another takes a round to get to it; a few more show that all is said.
    pub(super) fn rounds(&self, options: &Options) -> usize {
        let mut calls = self.calls.iter();
        let any = options.cycle.len() > 1 || calls.any(|asked| asked.callee.back == Back::Seen);
        if any {
            (options.cycle.len() + 3).min(6)
        } else {
            0
        }
    }

    pub(super) fn callee(&self, call: &Call) -> Option<&Callee> {
        let mut calls = self.calls.iter();
        calls
            .find(|asked| std::ptr::eq(asked.call, call))
            .map(|asked| &asked.callee)
    }

    /// The statements in front of all that the function may have changed.
    pub(super) fn before(&self, callee: &Callee) -> usize {
        let calls = self.calls.iter();
        let calls = calls.filter(|asked| asked.callee.text() == callee.text());
        calls.map(|asked| asked.before).min().unwrap_or(0)
    }

    pub(super) fn is(&self, call: &Call, callee: &Callee) -> bool {
        self.callee(call)
            .is_some_and(|of| of.text() == callee.text())
    }

    /// What the functions may change, or give, by tests of their own.
    pub(super) fn changes(&self, func: &Func) -> Vec<(Callee, Slot, Part)> {
        let (mut seen, mut all) = (BTreeSet::new(), Vec::new());
        for asked in &self.calls {
            for slot in changing(asked.call) {
                for part in parts(func, asked.call, slot) {
                    if seen.insert((asked.callee.text(), slot, part.clone())) {
                        all.push((asked.callee.clone(), slot, part));
                    }
                }
            }
        }
        all
    }

    /// Where one function gets a struct, or a part of it, that another one changes. Which fields these have, nobody here has to know.
    pub(super) fn meetings(&self, func: &Func, facts: &Activity) -> Vec<(TokenStream, Condition)> {
        let copies = &copies(func);
        let mut all = Vec::new();
        for (i, first) in self.calls.iter().enumerate() {
            let later = self.calls.iter().enumerate();
            for (_, then) in later.filter(|(j, _)| *j > i || first.before == 0) {
                let Some(source) = reaching(func, facts, then.call) else {
                    continue;
                };
                for slot in changing(first.call) {
                    let mut changed = Vec::new();
                    activity::changed(first.call, slot, &mut |place| changed.push(place));
                    for (k, place) in handed(func, then.call) {
                        let its = Slot::Param(k);
                        let mut met = origins(copies, place).into_iter().flat_map(|place| {
                            changed.iter().filter_map(move |of| between(of, &place))
                        });
                        if let Some(met) = met.next() {
                            all.push((source.clone(), met.of(first, slot, then, its)));
                        }
                    }
                }
            }
        }
        all
    }

    /// What the functions do with structs that this one is given and hands on, in whole or in part.
    pub(super) fn handed_on(&self, func: &Func, facts: &Activity) -> Vec<Fact> {
        let mut all = Vec::new();
        let mut seen = BTreeSet::new();
        for asked in &self.calls {
            let counts = reaching(func, facts, asked.call).is_some();
            let changing = changing(asked.call);
            for (j, (m, steps)) in handed(func, asked.call) {
                let of = |tree: &Tree| matches!(tree, Tree::Mem(of) if *of == m);
                let mut params = func.params.iter();
                let Some(k) = params.position(|param| of(&param.entry)) else {
                    continue;
                };
                let (from, to) = (Slot::Param(k), Slot::Param(j));
                let changes =
                    changing.contains(&to) && matches!(func.mem(m).origin, Origin::Exclusive(_));
                for (what, holds) in [(What::Counts, counts), (What::Changes, changes)] {
                    let part = activity::first_part(&steps);
                    let callee = asked.callee.clone();
                    let new = seen.insert((what as u8, from, part.clone(), callee.text(), to));
                    if !(holds && new) {
                        continue;
                    }
                    if steps.is_empty() && callee.back != Back::Unseen {
                        all.push(Fact::As(what, from, callee, to));
                        continue;
                    }
                    let asks = Asks::Does(what, to, None);
                    let condition = said(what, vec![Question { callee, asks }]);
                    all.extend(condition.map(|c| Fact::With(what, from, part, vec![c])));
                }
            }
        }
        all
    }
}

/// How what one function changes is what another one gets.
enum Met {
    Same,
    /// The other one gets this part of it.
    Part(Part),
    /// It is this part of what the other one gets.
    Around(Part),
}

impl Met {
    pub(super) fn of(
        self,
        first: &Asked<'_>,
        slot: Slot,
        then: &Asked<'_>,
        its: Slot,
    ) -> Condition {
        let ask = |of: &Asked<'_>, asks: Asks| Question {
            callee: of.callee.clone(),
            asks,
        };
        let both = |changed: Part, counted: Part| {
            vec![
                ask(first, Asks::Does(What::Changes, slot, changed)),
                ask(then, Asks::Does(What::Counts, its, counted)),
            ]
        };
        match self {
            Met::Same => vec![ask(first, Asks::Meets(slot, then.callee.clone(), its))],
            Met::Part(part) => both(part, None),
            Met::Around(part) => both(None, part),
        }
    }
}

fn between((m, changed): &List, (of, got): &List) -> Option<Met> {
    if m != of {
        return None;
    }
    match (
        got.strip_prefix(&changed[..]),
        changed.strip_prefix(&got[..]),
    ) {
        (Some([]), _) => Some(Met::Same),
        (Some(part), _) => Some(Met::Part(activity::first_part(part))),
        (_, Some(part)) => Some(Met::Around(activity::first_part(part))),
        (None, None) => None,
    }
}

fn for_each_call<'a>(
    block: &'a Block,
    before: &mut usize,
    in_loop: bool,
    f: &mut dyn FnMut(&'a Call, usize),
) {
    for stmt in &block.stmts {
        *before += 1;
        if let StmtKind::Call(call) = &stmt.kind {
            f(call, if in_loop { 0 } else { *before });
        }
        let in_loop = in_loop || stmt.kind.loop_id().is_some();
        for block in stmt.kind.blocks() {
            for_each_call(block, before, in_loop, f);
        }
    }
}

/// What a call may give, or change.
fn changing(call: &Call) -> Vec<Slot> {
    let is_changed = |(k, arg): &(usize, &Arg)| match arg {
        Arg::Ref(exclusive, _) => {
            *exclusive || call.handed_on.contains(k) || *k == 0 && call.may_change
        }
        _ => false,
    };
    let args = call.args.iter().enumerate().filter(is_changed);
    let given = call.result.as_ref().is_some_and(holds_list);
    args.map(|(k, _)| Slot::Param(k))
        .chain(given.then_some(Slot::Result))
        .collect()
}

/// The structs that are handed to a call.
fn handed(func: &Func, call: &Call) -> Vec<(usize, List)> {
    let args = call.args.iter().enumerate();
    let structs = args.filter_map(|(k, arg)| match arg {
        Arg::Ref(_, at) | Arg::Own(at) => {
            let is_struct = func.place_ty(at).is_none_or(|ty| holds_struct(&ty));
            is_struct.then(|| (k, activity::list(at)))
        }
        _ => None,
    });
    structs.collect()
}

/// The fields that are known of what the call changes there, if it is a struct; otherwise all of it.
fn parts(func: &Func, call: &Call, slot: Slot) -> Vec<Part> {
    let ty = match slot {
        Slot::Param(k) => match &call.args[k] {
            Arg::Ref(_, at) => func.place_ty(at),
            _ => None,
        },
        Slot::Result => match &call.result {
            Some(Tree::Mem(m)) => Some(func.mem(*m).ty.clone()),
            _ => None,
        },
    };
    match ty.as_ref().and_then(fields_of) {
        Some(fields) => fields.into_iter().map(Some).collect(),
        None => vec![None],
    }
}
