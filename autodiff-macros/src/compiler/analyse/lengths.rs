//! Lengths of lists, and integers, that depend on tests, across calls.
//!
//! In: the SSA form and its [`Activity`]. Out: [`Lengths`]. A number made of such a length jumps where a test changes its answer. Within
//! one function `kinks` refuses it. Where a callee filters the list, or makes a number of what a test decides here, only rustc knows
//! both functions: the constant of a companion says what its function does, and who calls asserts that it does not go together.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;

use super::activity::{self, Activity, Supposed, holds_reals};
use crate::compiler::companion::Renamed;
use crate::compiler::hir::{Form, Ty};
use crate::compiler::kinks;
use crate::compiler::parse::attribute::Options;
use crate::compiler::ssa::{Arg, Call, Func, StmtKind, Tree};

/// What has to be known of a callee.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) callee: TokenStream,
    pub(crate) asks: Asks,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Asks {
    /// Does the result, an integer, or the length of a list in it depend on a test of its own?
    Tested,
    /// Does a number made of the argument with this index, an integer, or of its length reach the result?
    Counted(usize),
    /// Does a number made of an integer in the list that the argument is?
    Cast(usize),
}

/// Holds if all of the answers are yes.
pub(crate) type Condition = Vec<Question>;

/// What callers have to know of a function, and what must not hold of its callees.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lengths {
    /// The result, an integer, or the length of a list in it depends on a test if one of these holds.
    pub(crate) tested: Vec<Condition>,
    /// For each parameter: a number made of it, or of its length, reaches the result if one of these holds.
    pub(crate) counted: Vec<Vec<Condition>>,
    /// The same of the integers in a list that it is.
    pub(crate) cast: Vec<Vec<Condition>>,
    /// The expression jumps if the condition holds.
    pub(crate) jumps: Vec<(TokenStream, Condition)>,
}

/// Follows the length of every list that a callee gives, and of every parameter, and integers among these. What functions that call
/// each other say of themselves does not depend on the others, as no constant may.
pub(crate) fn run(func: &Func, facts: &Activity, options: &Options) -> Lengths {
    let renamed = &Renamed::new(&options.calls);
    let follow = |facts: &Activity| Followed::of(func, facts, renamed);
    let here = follow(facts);
    let mut found = Lengths {
        counted: vec![Vec::new(); func.params.len()],
        cast: vec![Vec::new(); func.params.len()],
        ..Lengths::default()
    };
    if here.given {
        found.tested.push(Vec::new());
    }
    found.jumps.extend(here.jumps(&[], &BTreeSet::new()));
    if !may_count(func, facts) {
        return found;
    }
    let known = here.places();
    for callee in lists(func, facts) {
        let then = follow(&activity::supposing(func, Supposed::Result(&callee)));
        let given = [Question {
            callee: renamed.of(&callee).clone(),
            asks: Asks::Tested,
        }];
        if then.given && !here.given {
            found
                .tested
                .extend((!options.recursive).then(|| given.to_vec()));
        }
        found.jumps.extend(then.jumps(&given, &known));
    }
    for (k, param) in func.params.iter().enumerate() {
        let said = |supposed: Supposed<'_>| {
            let then = follow(&activity::supposing(func, supposed));
            let jumps = then.jumps(&[], &known);
            let conditions = jumps.map(|(_, condition)| condition);
            let said = conditions.filter(|c| c.is_empty() || !options.recursive);
            said.collect::<Vec<_>>()
        };
        if counts(func, &param.entry) {
            found.counted[k] = said(Supposed::Lengths(&param.entry));
        }
        if holds_integers(func, &param.entry) {
            found.cast[k] = said(Supposed::Integers(&param.entry));
        }
    }
    found
}

/// What becomes of lengths and integers that depend on a test.
struct Followed {
    /// One is in the result.
    given: bool,
    /// Numbers that are made of them, and calls that get the list.
    counts: Vec<(TokenStream, Option<Question>)>,
}

impl Followed {
    fn of(func: &Func, facts: &Activity, renamed: &Renamed) -> Followed {
        let mut given = false;
        if let Some(result) = &func.result {
            result.for_each_mem(&mut |m| given |= facts.tainted_len(m));
            // Beside something else it is a flag, or how many steps there were.
            given |= matches!(result, Tree::Val(v) if !func.is_real(*v) && facts.tainted(*v));
        }
        let mut counts = Vec::new();
        func.body.walk(&mut |s| match &s.kind {
            StmtKind::Def(v, op) if kinks::counts(func, facts, *v, op) => {
                let val = func.val(*v);
                if !val.marks.assume_continuous {
                    counts.push((kinks::at(val.source.clone(), val.span), None));
                }
            }
            StmtKind::Call(call) if is_asked(call, facts) => {
                let Some(source) = reaching(func, facts, call) else {
                    return;
                };
                for (k, arg) in call.args.iter().enumerate() {
                    let length = is_counted(func, facts, arg).then_some(Asks::Counted(k));
                    let integers = is_cast(facts, arg).then_some(Asks::Cast(k));
                    for asks in length.into_iter().chain(integers) {
                        let callee = renamed.of(&call.path).clone();
                        counts.push((source.clone(), Some(Question { callee, asks })));
                    }
                }
            }
            StmtKind::Call(call) => {
                let jump = of_constants(func, facts, call);
                counts.extend(jump.map(|source| (source, None)));
            }
            _ => {}
        });
        Followed { given, counts }
    }

    fn places(&self) -> BTreeSet<String> {
        let counts = self.counts.iter();
        counts.map(|(at, _)| at.to_string()).collect()
    }

    /// Where a number jumps if the condition holds, but for places where one does anyway.
    fn jumps<'a>(
        &'a self,
        condition: &'a [Question],
        known: &'a BTreeSet<String>,
    ) -> impl Iterator<Item = (TokenStream, Condition)> + 'a {
        let new = self
            .counts
            .iter()
            .filter(|(at, _)| !known.contains(&at.to_string()));
        new.map(|(at, question)| {
            let condition = condition.iter().chain(question).cloned();
            (at.clone(), condition.collect())
        })
    }
}

/// Whether anything in the function could make a number of an integer.
fn may_count(func: &Func, facts: &Activity) -> bool {
    let mut any = false;
    func.body.walk(&mut |s| {
        any |= match &s.kind {
            StmtKind::Def(v, op) => func.is_real(*v) && kinks::reads_integer(func, op),
            StmtKind::Call(call) => is_asked(call, facts),
            _ => false,
        }
    });
    any || func.result.as_ref().is_some_and(holds_list)
}

/// The functions whose results have lists in them.
fn lists(func: &Func, facts: &Activity) -> Vec<TokenStream> {
    let (mut seen, mut paths) = (BTreeSet::new(), Vec::new());
    func.body.walk(&mut |s| {
        if let StmtKind::Call(call) = &s.kind {
            let gives = call.result.as_ref().is_some_and(holds_list);
            if gives && is_asked(call, facts) && seen.insert(call.path.to_string()) {
                paths.push(call.path.clone());
            }
        }
    });
    paths
}

/// Whether a list is in it, or an integer.
fn counts(func: &Func, tree: &Tree) -> bool {
    let mut any = holds_list(tree);
    tree.for_each_val(&mut |v| any |= matches!(func.val(v).ty, Ty::Int | Ty::Bool));
    any
}

/// Whether the argument, an integer, or the length of a list in it depends on a test.
fn is_counted(func: &Func, facts: &Activity, arg: &Arg) -> bool {
    match arg {
        Arg::Ref(_, at) | Arg::Own(at) => facts.tainted_len(at.mem),
        Arg::Val(v) | Arg::RefVal(v, _) => !func.is_real(*v) && facts.tainted(*v),
        Arg::Tuple(parts) => parts.iter().any(|part| is_counted(func, facts, part)),
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

/// Whether the function has a companion that can be asked. Methods have none that can be named.
fn is_asked(call: &Call, facts: &Activity) -> bool {
    call.form == Form::Companion && !call.recursive && facts.varied_call(call)
}

/// The text of a call of constants, if a test decides what one of them is. Nobody knows what the function makes of it.
pub(crate) fn of_constants(func: &Func, facts: &Activity, call: &Call) -> Option<TokenStream> {
    let tested = call.args.iter().any(|arg| facts.tainted_arg(arg));
    let jumps = tested && !facts.varied_call(call);
    jumps.then(|| reaching(func, facts, call)).flatten()
}

/// The text of a call of which a number reaches the result, unless the user vouches for it.
fn reaching(func: &Func, facts: &Activity, call: &Call) -> Option<TokenStream> {
    let mut of = None;
    call.for_each_def(&mut |v| {
        if func.is_real(v) && facts.useful(v) {
            of.get_or_insert(v);
        }
    });
    let val = func.val(of?);
    (!val.marks.assume_continuous).then(|| kinks::at(val.source.clone(), val.span))
}
