//! What becomes of lengths and integers that depend on a test: numbers, arguments, what the function gives or changes.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;

use super::asked::Callees;
use super::{Asks, Condition, Part, Question, What};
use crate::compiler::analyse::activity::{self, Activity, Slot};
use crate::compiler::kinks;
use crate::compiler::ssa::{Arg, Call, Func, MemId, Origin, StmtKind, Tree};

/// What becomes of lengths and integers that depend on a test.
pub(super) struct Followed {
    /// There is one in the result, or in what the function changes.
    pub(super) changed: BTreeSet<(Slot, Part)>,
    /// Numbers that are made of them, and calls that get the list, each behind so many statements.
    counts: Vec<(usize, TokenStream, Option<Question>)>,
}

impl Followed {
    pub(super) fn of(func: &Func, facts: &Activity, asked: &Callees<'_>) -> Followed {
        let mut changed = BTreeSet::new();
        let mut add = |m: MemId, slot: Slot| {
            changed.extend(facts.told_mem(m).into_iter().map(|part| (slot, part)));
        };
        if let Some(result) = &func.result {
            result.for_each_mem(&mut |m| add(m, Slot::Result));
        }
        for (k, param) in func.params.iter().enumerate() {
            param.entry.for_each_mem(&mut |m| {
                if matches!(func.mem(m).origin, Origin::Exclusive(_)) {
                    add(m, Slot::Param(k));
                }
            });
        }
        // Beside something else it is a flag, or how many steps there were.
        if let Some(Tree::Val(v)) = &func.result
            && !func.is_real(*v)
            && facts.tainted(*v)
        {
            changed.insert((Slot::Result, None));
        }
        let mut counts = Vec::new();
        let mut before = 0;
        func.body.walk(&mut |s| {
            let mut add = |source, question| counts.push((before, source, question));
            match &s.kind {
                StmtKind::Def(v, op) if kinks::counts(func, facts, *v, op) => {
                    let val = func.val(*v);
                    if !val.marks.assume_continuous {
                        add(kinks::at(val.source.clone(), val.span), None);
                    }
                }
                StmtKind::Call(call) => match asked.callee(call) {
                    Some(callee) => {
                        let source = reaching(func, facts, call);
                        let args = call.args.iter().enumerate();
                        for (k, arg, source) in
                            args.filter_map(|(k, arg)| Some((k, arg, source.as_ref()?)))
                        {
                            let lengths = counted(func, facts, arg).into_iter();
                            let lengths = lengths.map(|part| (What::Counts, part));
                            let integers = is_cast(facts, arg).then_some((What::Casts, None));
                            for (what, part) in lengths.chain(integers) {
                                let asks = Asks::Does(what, Slot::Param(k), part);
                                let callee = callee.clone();
                                add(source.clone(), Some(Question { callee, asks }));
                            }
                        }
                    }
                    None => {
                        let jump = of_constants(func, facts, call);
                        jump.into_iter().for_each(|source| add(source, None));
                    }
                },
                _ => {}
            }
            before += 1;
        });
        Followed { changed, counts }
    }

    /// Where a number jumps whatever callees do.
    pub(super) fn places(&self) -> BTreeSet<String> {
        let counts = self.counts.iter();
        let counts = counts.filter(|(_, _, question)| question.is_none());
        counts.map(|(_, at, _)| at.to_string()).collect()
    }

    /// Where a number jumps if the condition holds, but for places where one does anyway.
    pub(super) fn jumps<'a>(
        &'a self,
        before: usize,
        condition: &'a [Question],
        known: &'a BTreeSet<String>,
    ) -> impl Iterator<Item = (TokenStream, Condition)> + 'a {
        let new = self
            .counts
            .iter()
            .filter(move |(at, text, _)| *at >= before && !known.contains(&text.to_string()));
        new.map(|(_, at, question)| {
            let condition = condition.iter().chain(question).cloned();
            (at.clone(), condition.collect())
        })
    }
}

/// The parts of the argument in which an integer, or the length of a list depends on a test.
fn counted(func: &Func, facts: &Activity, arg: &Arg) -> BTreeSet<Part> {
    match arg {
        Arg::Ref(_, at) | Arg::Own(at) => facts.told(&activity::list(at)),
        Arg::Val(v) | Arg::RefVal(v, _) => {
            let tested = !func.is_real(*v) && facts.tainted(*v);
            tested.then_some(None).into_iter().collect()
        }
        Arg::Tuple(parts) => {
            let any = parts
                .iter()
                .any(|part| !counted(func, facts, part).is_empty());
            any.then_some(None).into_iter().collect()
        }
    }
}

/// Whether an integer in the list that the argument is does.
fn is_cast(facts: &Activity, arg: &Arg) -> bool {
    match arg {
        Arg::Ref(_, at) | Arg::Own(at) => facts.tainted_integers(at.mem),
        Arg::Val(_) | Arg::RefVal(..) => false,
        Arg::Tuple(parts) => parts.iter().any(|part| is_cast(facts, part)),
    }
}

/// The text of a call of constants, if a test decides what one of them is. Nobody knows what the function makes of it.
pub(crate) fn of_constants(func: &Func, facts: &Activity, call: &Call) -> Option<TokenStream> {
    let tested = call.args.iter().any(|arg| facts.tainted_arg(arg));
    let jumps = tested && !facts.varied_call(call);
    jumps.then(|| reaching(func, facts, call)).flatten()
}

/// The text of a call of which a number reaches the result, unless the user vouches for it.
pub(super) fn reaching(func: &Func, facts: &Activity, call: &Call) -> Option<TokenStream> {
    let mut of = None;
    call.for_each_def(&mut |v| {
        if func.is_real(v) && facts.useful(v) {
            of.get_or_insert(v);
        }
    });
    let val = func.val(of?);
    (!val.marks.assume_continuous).then(|| kinks::at(val.source.clone(), val.span))
}
