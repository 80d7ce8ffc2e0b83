//! Loops whose iterations run in stretches: what every stretch has for itself.
//!
//! `around` puts the finished loop into [`Stmt::Stretches`]; `complete` looks, when both sweeps are
//! written, at what that loop changes outside of itself:
//!
//! - sums, and the adjoints of numbers: a stretch begins with 0, and what it comes to is added;
//! - adjoints of memory that the loop only reads: handed to the stretch (see `rt::parallel`);
//! - scratch, its adjoint, buffers and stacks: the declaration moves into the stretch, or, if others
//!   use the variable, too, the stretch has a copy.
//!
//! ```text
//! let (s_part, c_part) = rt::parallel::stretches(rt::parallel::iterations(from, to, 32), (&mut *x_bar,),
//!     |from, to, (x_bar,)| { let mut scratch = …; let mut s = 0.0; let mut c_bar = 0.0;
//!         for i in from..to { … } (s, c_bar) });
//! s += s_part; c_bar += c_part;
//! ```
//!
//! What this pass overlooks does no harm: the closure is one that changes nothing that it captures, and
//! may be sent to other threads, or rustc refuses it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::quote;

use super::Context;
use crate::compiler::code::{Expr, Stmt, Stretches};
use crate::compiler::hir::Ty;
use crate::compiler::primal::ty_tokens;
use crate::compiler::real;
use crate::compiler::ssa::{MemId, Op, Origin, Range, Stmt as Ssa, StmtKind, Stretched, ValId};

/// How many iterations a stretch has at least: with loops or calls in them, and without.
const FEWEST: [u32; 2] = [64, 2048];
/// The same in strips.
const FEWEST_STRIPS: [u32; 2] = [2, 64];

/// The loop in stretches if that is wanted.
pub(super) fn around(cx: &Context<'_>, stmt: &Ssa, mut looped: Vec<Stmt>, out: &mut Vec<Stmt>) {
    let StmtKind::For { id, range, .. } = &stmt.kind else {
        return out.append(&mut looped);
    };
    let Some(facts) = cx.func.stretched.get(id) else {
        return out.append(&mut looped);
    };
    let strips = cx.func.strips.strips.contains(id);
    out.push(Stmt::Stretches(Box::new(Stretches {
        of: *id,
        iterations: iterations(cx, range, facts, strips),
        range: [facts.from, facts.to],
        sums: Vec::new(),
        bars: Vec::new(),
        split: BTreeSet::new(),
        reads: Vec::new(),
        numbers: Vec::new(),
        locals: Vec::new(),
        own: cx.scratch.borrow_mut().exact("own", cx.func.name.span()),
        body: looped,
        sel: None,
    })));
}

/// `iterations(from, to, fewest).step_by(step)`
fn iterations(cx: &Context<'_>, range: &Range, facts: &Stretched, strips: bool) -> Expr {
    let rt = &cx.names.rt;
    let [heavy, light] = if strips { FEWEST_STRIPS } else { FEWEST };
    let fewest = Literal::u32_unsuffixed(if facts.heavy { heavy } else { light });
    let args = vec![
        Expr::Val(range.lo),
        Expr::Val(range.hi),
        Expr::Raw(quote!(#fewest)),
    ];
    let mut all = Expr::Call(quote!(#rt::parallel::iterations), args);
    if range.inclusive {
        all = Expr::method(all, "inclusive", Vec::new());
    }
    if let Some(step) = range.step {
        all = Expr::method(all, "step_by", vec![Expr::Val(step)]);
    }
    all
}

/// Gives every stretch what it changes.
pub(super) fn complete(cx: &Context<'_>, forward: &mut Vec<Stmt>, reverse: &[Stmt]) {
    let mut at = 0;
    while at < forward.len() {
        if matches!(forward[at], Stmt::Stretches(_)) {
            at = complete_one(cx, forward, reverse, at);
        }
        at += 1;
    }
}

/// Completes the stretches at a position; returns where they are then.
fn complete_one(
    cx: &Context<'_>,
    forward: &mut Vec<Stmt>,
    reverse: &[Stmt],
    mut at: usize,
) -> usize {
    let Stmt::Stretches(mut of) = std::mem::replace(&mut forward[at], Stmt::Break) else {
        return at;
    };
    let mut changed = Changed::new(cx);
    changed.block(&of.body);
    let mut elsewhere = Mentioned::new(cx);
    forward
        .iter()
        .chain(reverse)
        .for_each(|s| elsewhere.stmt(s));
    if let Some(result) = &cx.func.result {
        result.for_each_val(&mut |v| elsewhere.add(&cx.func.val(v).name));
        result.for_each_mem(&mut |m| elsewhere.add(&cx.func.mem(m).name));
    }
    let mut kept = 0;
    for k in 0..at {
        let moves = match &forward[k] {
            Stmt::Let { name, init, .. } => {
                let name = name.to_string();
                let movable = init.as_ref().is_some_and(is_movable);
                movable && changed.found.contains_key(&name) && !elsewhere.has(&name)
            }
            _ => false,
        };
        match moves {
            true => {
                let moved = std::mem::replace(&mut forward[k], Stmt::Break);
                let mut is_number = false;
                if let Stmt::Let { name, init, .. } = &moved {
                    changed.found.remove(&name.to_string());
                    is_number = init.as_ref().is_some_and(|e| real::is_literal(e, "0.0"));
                }
                // What a loop hands from neighbour to neighbour is not 0 at its end, unlike what is in buffers and stacks.
                match is_number {
                    true => of.body.insert(0, moved),
                    false => of.locals.push(moved),
                }
            }
            false => {
                forward.swap(kept, k);
                kept += 1;
            }
        }
    }
    forward.drain(kept..at);
    at = kept;
    let Some(facts) = cx.func.stretched.get(&of.of) else {
        return at;
    };
    for (name, root) in std::mem::take(&mut changed.found) {
        match root {
            Root::Name if cx.temporaries.borrow().contains(&name) => {
                let declared = forward[..at].iter().find(|s| declares(s, &name));
                declared.into_iter().for_each(|s| temporary(cx, s, &mut of));
            }
            root => share(cx, facts, root, &mut of),
        }
    }
    split(cx, &mut of);
    through_references(cx, &of.bars, &mut of.body);
    let taken = Taken::by(cx, &of);
    (of.reads, of.numbers) = (taken.reads(), taken.numbers());
    of.sel = mentions(cx, &of).then(|| cx.names.sel.clone());
    forward[at] = Stmt::Stretches(of);
    at
}

/// True for what comes to the same later, and as often as one likes: zeros, an empty stack.
fn is_movable(init: &Expr) -> bool {
    let mut plain = true;
    init.walk(&mut |e| {
        plain &= matches!(
            e,
            Expr::Val(_)
                | Expr::Raw(_)
                | Expr::Cast(..)
                | Expr::Bin(..)
                | Expr::Repeat(..)
                | Expr::List(_)
                | Expr::Tuple(_)
                | Expr::Call(..)
        );
    });
    plain
}

/// What a stretch has in the place of a variable that it changes.
fn share(cx: &Context<'_>, facts: &Stretched, root: Root, of: &mut Stretches) {
    let copy = |name: &Ident, of: &mut Stretches| {
        of.locals.push(Stmt::Let {
            name: name.clone(),
            mutable: true,
            ty: None,
            init: Some(Expr::method(Expr::Name(name.clone()), "clone", Vec::new())),
        });
    };
    match root {
        Root::Val(v) if facts.sums.contains(&v) => {
            let name = cx.func.val(v).name.clone();
            of.sums.push(sum(cx, v, name, Expr::Val(v)));
        }
        Root::Bar(v) => of.sums.push(sum(cx, v, cx.names.bar(v), Expr::Bar(v))),
        Root::MemBar(m) if !facts.written.contains(&m) => {
            let all = match cx.func.mem(m).origin {
                Origin::Local => Expr::MemBar(m),
                _ => Expr::Deref(Box::new(Expr::MemBar(m))),
            };
            let all = Expr::Ref(true, Box::new(all));
            of.bars.push((cx.names.mem_bar(m), all));
        }
        Root::Mem(m) if facts.written.contains(&m) => copy(&cx.func.mem(m).name, of),
        Root::MemBar(m) => copy(&cx.names.mem_bar(m), of),
        // Known by rustc, not by this pass.
        Root::Val(_) | Root::Mem(_) | Root::Name => {}
    }
}

fn declares(stmt: &Stmt, name: &str) -> bool {
    matches!(stmt, Stmt::Let { name: declared, .. } if declared == name)
}

/// What a loop with the adjoint 1 fills: a number is summed up, a list stands for an adjoint.
fn temporary(cx: &Context<'_>, declared: &Stmt, of: &mut Stretches) {
    let Stmt::Let { name, ty, init, .. } = declared else {
        return;
    };
    let list = Expr::Name(name.clone());
    let reference = matches!(init, Some(Expr::Ref(..)));
    match (ty, reference) {
        (Some(_), false) => {
            let part = part_of(cx, name);
            of.sums.push((list, part, declared.clone()));
        }
        (_, true) => {
            let all = Expr::Ref(true, Box::new(Expr::Deref(Box::new(list))));
            of.bars.push((name.clone(), all));
        }
        (None, false) => of
            .bars
            .push((name.clone(), Expr::Ref(true, Box::new(list)))),
    }
}

fn part_of(cx: &Context<'_>, name: &Ident) -> Ident {
    let part = format!("{}_part", crate::compiler::names::plain(name));
    cx.scratch.borrow_mut().exact(&part, name.span())
}

fn sum(cx: &Context<'_>, v: ValId, name: Ident, place: Expr) -> (Expr, Ident, Stmt) {
    let ty = &cx.func.val(v).ty;
    let part = part_of(cx, &name);
    let zero = Stmt::Let {
        name,
        mutable: true,
        ty: Some(ty_tokens(ty)),
        init: Some(real::zero(ty)),
    };
    (place, part, zero)
}

/// Adjoints of which every iteration touches the element of its counter, or the elements of its strip, are handed out in pieces,
/// whose elements are counted from the start of the stretch.
fn split(cx: &Context<'_>, of: &mut Stretches) {
    let counter = cx.layout.counters.get(&of.of).copied();
    let from = of.range[0];
    let strips = cx.func.strips.strips.contains(&of.of);
    let is = |e: &Expr, v: ValId| matches!(e, Expr::Val(of) if *of == v);
    let is_counter = |e: &Expr| counter.is_some_and(|counter| is(e, counter));
    let own = |part: &Part| match part {
        Part::Element(at) => is_counter(at),
        // One element for each lane. Other slices are the user's, or those of an inner loop or a stencil.
        Part::Elements { start, lanes } => is(start, from) || strips && *lanes && is_counter(start),
        Part::Whole => false,
    };
    let touched: RefCell<BTreeMap<Ident, bool>> = RefCell::default();
    each_variable(cx, &mut of.body, &|name, part| {
        *touched.borrow_mut().entry(name).or_insert(true) &= own(&part);
    });
    let touched = touched.into_inner();
    let names = of.bars.iter().map(|(name, _)| name);
    let in_pieces = |name: &&Ident| touched.get(name) == Some(&true);
    of.split = names.filter(in_pieces).cloned().collect();
    each_variable(cx, &mut of.body, &|name, part| {
        let (Part::Element(start) | Part::Elements { start, .. }) = part else {
            return;
        };
        if of.split.contains(&name) {
            *start = match start.clone() {
                Expr::Val(v) if v == from => Expr::Raw(quote!(0)),
                start => Expr::bin("-", start, Expr::Val(from)),
            };
        }
    });
}

/// How much of an adjoint an expression refers to.
enum Part<'e> {
    Element(&'e mut Expr),
    /// From there on; as many as there are lanes, if that is known.
    Elements {
        start: &'e mut Expr,
        lanes: bool,
    },
    Whole,
}

impl<'e> Part<'e> {
    fn of(index: &'e mut Expr, lanes: bool) -> Part<'e> {
        match index {
            Expr::Range(Some(start), None, _) => Part::Elements { start, lanes },
            Expr::Range(..) => Part::Whole,
            index => Part::Element(index),
        }
    }
}

/// The variable that an adjoint of memory, or what stands in for one, is in.
fn variable(cx: &Context<'_>, e: &Expr) -> Option<Ident> {
    match e {
        Expr::MemBar(m) => Some(cx.names.mem_bar(*m)),
        Expr::Name(name) => Some(name.clone()),
        _ => None,
    }
}

/// Calls `f` on every such variable, with the part of it that is meant.
fn each_variable(cx: &Context<'_>, stmts: &mut [Stmt], f: &dyn Fn(Ident, Part<'_>)) {
    /// `lanes`: of a slice, as many elements are taken as there are lanes.
    fn expr(cx: &Context<'_>, e: &mut Expr, lanes: bool, f: &dyn Fn(Ident, Part<'_>)) {
        if let Some(name) = variable(cx, e) {
            return f(name, Part::Whole);
        }
        match e {
            Expr::Ref(_, inner) if lanes => expr(cx, inner, true, f),
            Expr::Index(base, index) => {
                match variable(cx, base) {
                    Some(name) => f(name, Part::of(index, lanes)),
                    None => {
                        // `a[start..][..lanes]`
                        let lanes = matches!(&**index, Expr::Range(None, Some(count), false)
                            if matches!(**count, Expr::Val(_) | Expr::Name(_)));
                        expr(cx, base, lanes, f);
                    }
                }
                expr(cx, index, false, f);
            }
            e => e.for_each_child_mut(&mut |e| expr(cx, e, false, f)),
        }
    }
    for stmt in stmts {
        let lanes = matches!(stmt, Stmt::Apart { .. });
        stmt.for_each_part_mut(&mut |e| expr(cx, e, lanes, f), &mut |inner| {
            each_variable(cx, inner, f);
        });
    }
}

/// A local adjoint is a reference in the stretch: `&mut x_bar` is `&mut *x_bar` there.
fn through_references(cx: &Context<'_>, bars: &[(Ident, Expr)], stmts: &mut [Stmt]) {
    let owned = |(name, all): &(Ident, Expr)| match all {
        Expr::Ref(_, all) if !matches!(**all, Expr::Deref(_)) => Some(name.clone()),
        _ => None,
    };
    let owned: BTreeSet<Ident> = bars.iter().filter_map(owned).collect();
    let local = |e: &Expr| variable(cx, e).is_some_and(|name| owned.contains(&name));
    fn expr(e: &mut Expr, local: &dyn Fn(&Expr) -> bool) {
        match e {
            e if local(e) => *e = Expr::Deref(Box::new(e.clone())),
            // Elements and fields are found through a reference, too.
            Expr::Index(base, index) if local(base) => expr(index, local),
            Expr::Field(base, _) if local(base) => {}
            Expr::Method(base, _, args) if local(base) => {
                args.iter_mut().for_each(|a| expr(a, local));
            }
            e => e.for_each_child_mut(&mut |e| expr(e, local)),
        }
    }
    fn all(stmts: &mut [Stmt], local: &dyn Fn(&Expr) -> bool) {
        for stmt in stmts {
            stmt.for_each_part_mut(&mut |e| expr(e, local), &mut |inner| all(inner, local));
        }
    }
    all(stmts, &local);
}

/// What a stretch takes from outside without changing it. A closure refers to it through two pointers,
/// which LLVM follows again after every store.
struct Taken<'a> {
    cx: &'a Context<'a>,
    numbers: BTreeMap<String, ValId>,
    /// Memory, and whether only its elements and its length are read.
    memory: BTreeMap<MemId, bool>,
    declared: BTreeSet<String>,
}

impl<'a> Taken<'a> {
    fn by(cx: &'a Context<'a>, of: &Stretches) -> Taken<'a> {
        let mut taken = Taken {
            cx,
            numbers: BTreeMap::new(),
            memory: BTreeMap::new(),
            declared: BTreeSet::new(),
        };
        taken
            .declared
            .extend(of.range.map(|v| cx.func.val(v).name.to_string()));
        let own = of.sums.iter().map(|(_, _, zero)| zero);
        of.locals
            .iter()
            .chain(own)
            .chain(&of.body)
            .for_each(|s| taken.stmt(s));
        taken
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let mut stmt = stmt.clone();
        match &stmt {
            Stmt::Let { name, .. } => {
                self.declared.insert(name.to_string());
            }
            Stmt::Bind { pattern, .. }
            | Stmt::Expect { pattern, .. }
            | Stmt::For { pattern, .. } => self.declared.extend(words(pattern)),
            Stmt::Apart { rows, .. } => {
                self.declared
                    .extend(rows.iter().map(|row| row.name.to_string()));
            }
            _ => {}
        }
        let mut lists = Vec::new();
        stmt.for_each_part_mut(&mut |e| self.expr(e), &mut |inner| {
            lists.push(inner.clone())
        });
        lists.iter().flatten().for_each(|s| self.stmt(s));
    }

    fn expr(&mut self, e: &Expr) {
        match e {
            Expr::Val(v) => {
                let val = self.cx.func.val(*v);
                let literal = matches!(self.cx.layout.op(*v), Some(Op::Lit(_)));
                if !literal && matches!(val.ty, Ty::Real(_) | Ty::Int | Ty::Bool) {
                    self.numbers.insert(val.name.to_string(), *v);
                }
            }
            Expr::Mem(m) => {
                self.memory.insert(*m, false);
            }
            Expr::Index(base, index) if matches!(**base, Expr::Mem(_)) => {
                self.element(base);
                self.expr(index);
            }
            Expr::Method(base, "len", _) if matches!(**base, Expr::Mem(_)) => self.element(base),
            e => e.clone().for_each_child_mut(&mut |e| self.expr(e)),
        }
    }

    fn element(&mut self, base: &Expr) {
        if let Expr::Mem(m) = base {
            self.memory.entry(*m).or_insert(true);
        }
    }

    fn numbers(&self) -> Vec<Ident> {
        let outside = |name: &&String| !self.declared.contains(*name);
        let names = self.numbers.keys().filter(outside);
        names
            .map(|name| self.cx.func.val(self.numbers[name]).name.clone())
            .collect()
    }

    fn reads(&self) -> Vec<(Ident, Expr)> {
        let read = |(m, elements): (&MemId, &bool)| {
            let mem = self.cx.func.mem(*m);
            let outside = !self.declared.contains(&mem.name.to_string());
            let slices = matches!(mem.ty, Ty::Array(..) | Ty::Vec(_) | Ty::Slice(_));
            let all = Expr::Range(None, None, false);
            let slice = Expr::Ref(false, Box::new(Expr::index(Expr::Mem(*m), all)));
            (outside && slices && *elements).then(|| (mem.name.clone(), slice))
        };
        self.memory.iter().filter_map(read).collect()
    }
}

/// True if the stretch asks the selection.
fn mentions(cx: &Context<'_>, of: &Stretches) -> bool {
    let mut seen = Mentioned::new(cx);
    of.body.iter().for_each(|s| seen.stmt(s));
    seen.has(&cx.names.sel.to_string())
}

/// A variable that is changed.
#[derive(Clone, Copy, Debug)]
enum Root {
    Val(ValId),
    Mem(MemId),
    Bar(ValId),
    MemBar(MemId),
    /// A buffer, a stack.
    Name,
}

/// The variables that code changes and does not declare.
struct Changed<'a> {
    cx: &'a Context<'a>,
    scopes: Vec<BTreeSet<String>>,
    found: BTreeMap<String, Root>,
}

impl<'a> Changed<'a> {
    fn new(cx: &'a Context<'a>) -> Changed<'a> {
        Changed {
            cx,
            scopes: Vec::new(),
            found: BTreeMap::new(),
        }
    }

    fn block(&mut self, stmts: &[Stmt]) {
        self.inside(&[], stmts);
    }

    fn inside(&mut self, declared: &[&Ident], stmts: &[Stmt]) {
        let declared = declared.iter().map(ToString::to_string);
        self.scopes.push(declared.collect());
        stmts.iter().for_each(|s| self.stmt(s));
        self.scopes.pop();
    }

    fn declare(&mut self, names: impl IntoIterator<Item = String>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.extend(names);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let { name, init, .. } => {
                init.iter().for_each(|e| self.expr(e));
                self.declare([name.to_string()]);
            }
            Stmt::Bind { pattern, init } | Stmt::Expect { pattern, init } => {
                self.expr(init);
                self.declare(words(pattern));
            }
            Stmt::Assign { place, value, .. } => {
                self.root(place);
                self.expr(place);
                self.expr(value);
            }
            Stmt::If { cond, then, els } => {
                self.expr(cond);
                self.block(then);
                self.block(els);
            }
            Stmt::For {
                pattern,
                iter,
                body,
            } => {
                self.expr(iter);
                self.scopes.push(words(pattern).into_iter().collect());
                self.block(body);
                self.scopes.pop();
            }
            Stmt::Loop { body } => self.block(body),
            Stmt::Apart { rows, body, .. } => {
                rows.iter().for_each(|row| self.expr(&row.from));
                let names: Vec<&Ident> = rows.iter().map(|row| &row.name).collect();
                self.inside(&names, body);
            }
            Stmt::Stretches(of) => self.block(&of.body),
            Stmt::Break => {}
            Stmt::Expr(e) => self.expr(e),
        }
    }

    fn expr(&mut self, e: &Expr) {
        let mut roots = Vec::new();
        e.walk(&mut |e| match e {
            Expr::Ref(true, inner) => roots.push((**inner).clone()),
            Expr::Method(receiver, method, args) => {
                if changes(method) {
                    roots.push((**receiver).clone());
                }
                roots.extend(args.iter().filter(|a| is_reference(self.cx, a)).cloned());
            }
            Expr::Call(_, args) | Expr::Invoke(_, _, args) => {
                roots.extend(args.iter().filter(|a| is_reference(self.cx, a)).cloned());
            }
            _ => {}
        });
        roots.iter().for_each(|e| self.root(e));
    }

    fn root(&mut self, place: &Expr) {
        let (name, root) = match place {
            Expr::Val(v) => (self.cx.func.val(*v).name.clone(), Root::Val(*v)),
            Expr::Mem(m) => (self.cx.func.mem(*m).name.clone(), Root::Mem(*m)),
            Expr::Bar(v) => (self.cx.names.bar(*v), Root::Bar(*v)),
            Expr::MemBar(m) => (self.cx.names.mem_bar(*m), Root::MemBar(*m)),
            Expr::Name(name) => (name.clone(), Root::Name),
            Expr::Index(base, _) | Expr::Field(base, _) => return self.root(base),
            Expr::Deref(base) | Expr::Ref(_, base) => return self.root(base),
            Expr::Method(base, ..) => return self.root(base),
            _ => return,
        };
        let name = name.to_string();
        if !self.scopes.iter().any(|scope| scope.contains(&name)) {
            self.found.insert(name, root);
        }
    }
}

/// True for the bar of a parameter as it is, which is a reference.
fn is_reference(cx: &Context<'_>, e: &Expr) -> bool {
    matches!(e, Expr::MemBar(m) if cx.func.mem(*m).origin != Origin::Local)
}

/// True for a method of a vector or slice that changes it.
fn changes(method: &str) -> bool {
    !matches!(
        method,
        "len" | "iter" | "clone" | "to_vec" | "rev" | "zip" | "step_by" | "count" | "is_empty"
    )
}

/// The names in code.
struct Mentioned<'a> {
    cx: &'a Context<'a>,
    names: BTreeSet<String>,
}

impl<'a> Mentioned<'a> {
    fn new(cx: &'a Context<'a>) -> Mentioned<'a> {
        Mentioned {
            cx,
            names: BTreeSet::new(),
        }
    }

    fn add(&mut self, name: &Ident) {
        self.names.insert(name.to_string());
    }

    fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let cx = self.cx;
        stmt.walk(&mut |e| match e {
            Expr::Val(v) => self.add(&cx.func.val(*v).name),
            Expr::Mem(m) => self.add(&cx.func.mem(*m).name),
            Expr::Bar(v) => self.add(&cx.names.bar(*v)),
            Expr::MemBar(m) => self.add(&cx.names.mem_bar(*m)),
            Expr::Name(name) => self.add(name),
            Expr::Raw(tokens) | Expr::Call(tokens, _) | Expr::User(tokens, _) => {
                self.names.extend(words(tokens));
            }
            Expr::Invoke(_, tokens, _) | Expr::Struct(tokens, ..) => {
                self.names.extend(words(tokens));
            }
            _ => {}
        });
    }
}

/// All identifiers in tokens.
fn words(tokens: &TokenStream) -> Vec<String> {
    let word = |token| match token {
        TokenTree::Ident(ident) => vec![ident.to_string()],
        TokenTree::Group(group) => words(&group.stream()),
        _ => Vec::new(),
    };
    tokens.clone().into_iter().flat_map(word).collect()
}
