//! Lengths of lists, and integers, that depend on tests, across calls.
//!
//! In: the SSA form and its [`Activity`]. Out: [`Lengths`]. A number made of such a length jumps where a test changes its answer. Within
//! one function `kinks` refuses it. Where a callee filters the list, or makes a number of what a test decides here, only rustc knows
//! both functions: the constant of a companion says what its function does, and who calls asserts that it does not go together.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

use super::activity::{self, Activity, List, Slot, Step, Supposed, holds_reals};
use crate::compiler::companion::Renamed;
use crate::compiler::emit::{behind, holds_struct};
use crate::compiler::forms::declarations::type_name;
use crate::compiler::hir::{Form, Ty};
use crate::compiler::kinks;
use crate::compiler::names::plain;
use crate::compiler::naming::Naming;
use crate::compiler::parse::attribute::Options;
use crate::compiler::ssa::{Arg, Block, Call, Func, Init, MemId, Origin, StmtKind, Tree};

/// A function that can be asked.
#[derive(Clone, Debug)]
pub(crate) struct Callee {
    pub(crate) at: At,
    pub(crate) back: Back,
}

/// Where the constant of a callee is.
#[derive(Clone, Debug)]
pub(crate) enum At {
    /// In this type or module, which is the function's own.
    Own(TokenStream),
    /// At the companion with this path.
    Companion(TokenStream),
    /// Beside the function with this path.
    Sibling(TokenStream),
}

/// Whether a callee comes back to the function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Back {
    Never,
    /// As far as names tell. It is asked in rounds.
    Seen,
    /// It may, around functions that are not seen.
    Unseen,
}

impl Callee {
    fn text(&self) -> String {
        match &self.at {
            At::Own(path) | At::Companion(path) | At::Sibling(path) => path.to_string(),
        }
    }
}

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

/// The functions that can be asked, by where their calls are.
struct Callees<'a> {
    calls: Vec<Asked<'a>>,
}

struct Asked<'a> {
    call: &'a Call,
    callee: Callee,
    /// The statements in front of what it may have changed: none where it stands in a loop.
    before: usize,
}

impl<'a> Callees<'a> {
    fn of(func: &'a Func, facts: &Activity, options: &Options) -> Callees<'a> {
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
    fn rounds(&self, options: &Options) -> usize {
        let mut calls = self.calls.iter();
        let any = options.cycle.len() > 1 || calls.any(|asked| asked.callee.back == Back::Seen);
        if any {
            (options.cycle.len() + 3).min(6)
        } else {
            0
        }
    }

    fn callee(&self, call: &Call) -> Option<&Callee> {
        let mut calls = self.calls.iter();
        calls
            .find(|asked| std::ptr::eq(asked.call, call))
            .map(|asked| &asked.callee)
    }

    /// The statements in front of all that the function may have changed.
    fn before(&self, callee: &Callee) -> usize {
        let calls = self.calls.iter();
        let calls = calls.filter(|asked| asked.callee.text() == callee.text());
        calls.map(|asked| asked.before).min().unwrap_or(0)
    }

    fn is(&self, call: &Call, callee: &Callee) -> bool {
        self.callee(call)
            .is_some_and(|of| of.text() == callee.text())
    }

    /// What the functions may change, or give, by tests of their own.
    fn changes(&self, func: &Func) -> Vec<(Callee, Slot, Part)> {
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
    fn meetings(&self, func: &Func, facts: &Activity) -> Vec<(TokenStream, Condition)> {
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
    fn handed_on(&self, func: &Func, facts: &Activity) -> Vec<Fact> {
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
    fn of(self, first: &Asked<'_>, slot: Slot, then: &Asked<'_>, its: Slot) -> Condition {
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

/// What memory variables are copies of.
fn copies(func: &Func) -> Vec<(MemId, List)> {
    let mut all = Vec::new();
    func.body.walk(&mut |s| match &s.kind {
        StmtKind::Alloc(m, Init::Clone(at)) => all.push((*m, activity::list(at))),
        StmtKind::Copy { dst, src, .. } if dst.path.is_empty() => {
            all.push((dst.mem, activity::list(src)));
        }
        _ => {}
    });
    all
}

/// The place, and those that it may be a copy of.
fn origins(copies: &[(MemId, List)], place: List) -> Vec<List> {
    let mut all = vec![place];
    let mut next = 0;
    while let Some((m, steps)) = all.get(next).cloned() {
        for (_, (of, from)) in copies.iter().filter(|(copy, _)| *copy == m) {
            let origin = (*of, [&from[..], &steps].concat());
            if all.iter().all(|(known, _)| known != of) {
                all.push(origin);
            }
        }
        next += 1;
    }
    all
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

/// Whom a call asks, if there is a name for it.
fn callee(func: &Func, call: &Call, options: &Options) -> Option<Callee> {
    let (at, node) = match call.form {
        Form::Companion if call.recursive => {
            let own = match &options.naming {
                Naming::Module => quote::quote!(self),
                _ => options
                    .name
                    .as_ref()
                    .unwrap_or(&func.name)
                    .to_token_stream(),
            };
            (At::Own(own), None)
        }
        Form::Companion => {
            let path = Renamed::new(&options.calls).of(&call.path).clone();
            let node = idents(&path).pop().map(|name| (None, name));
            (At::Companion(path), node)
        }
        Form::Associated | Form::Method => {
            let path = func.sibling(call)?;
            let mut names = idents(&path);
            let name = names.pop()?;
            let mut owner = names.pop();
            if let (Some("Self"), Naming::Sibling(of)) = (owner.as_deref(), &options.naming) {
                owner = of.own.as_ref().and_then(type_name);
            }
            let path = outside(path, &options.naming)?;
            (At::Sibling(path), Some((owner, name)))
        }
    };
    let back = match node {
        None => Back::Seen,
        Some(node) if options.cycle.contains(&node) => match at {
            // Of another module it is another one, or the same.
            At::Companion(ref path) if idents(path).len() > 1 => Back::Unseen,
            _ => Back::Seen,
        },
        Some(_) if options.recursive && options.cycle.is_empty() => Back::Unseen,
        Some(_) => Back::Never,
    };
    Some(Callee { at, back })
}

fn idents(path: &TokenStream) -> Vec<String> {
    let idents = path.clone().into_iter().filter_map(|tree| match tree {
        TokenTree::Ident(ident) => Some(plain(&ident)),
        _ => None,
    });
    idents.collect()
}

/// The path, where `Self` is not known; nothing if the type has parameters there.
fn outside(path: TokenStream, naming: &Naming) -> Option<TokenStream> {
    let mut tokens = path.into_iter().peekable();
    if tokens
        .peek()
        .is_none_or(|first| first.to_string() != "Self")
    {
        return Some(tokens.collect());
    }
    let Naming::Sibling(of) = naming else {
        return None;
    };
    let own = match (&of.instance, &of.own) {
        (Some(instance), _) => instance.clone(),
        (None, Some(own)) if of.generics.params.is_empty() => quote::ToTokens::to_token_stream(own),
        _ => return None,
    };
    let rest = tokens.skip(1);
    Some(quote::quote!(<#own> #(#rest)*))
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

/// What becomes of lengths and integers that depend on a test.
struct Followed {
    /// There is one in the result, or in what the function changes.
    changed: BTreeSet<(Slot, Part)>,
    /// Numbers that are made of them, and calls that get the list, each behind so many statements.
    counts: Vec<(usize, TokenStream, Option<Question>)>,
}

impl Followed {
    fn of(func: &Func, facts: &Activity, asked: &Callees<'_>) -> Followed {
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
    fn places(&self) -> BTreeSet<String> {
        let counts = self.counts.iter();
        let counts = counts.filter(|(_, _, question)| question.is_none());
        counts.map(|(_, at, _)| at.to_string()).collect()
    }

    /// Where a number jumps if the condition holds, but for places where one does anyway.
    fn jumps<'a>(
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
