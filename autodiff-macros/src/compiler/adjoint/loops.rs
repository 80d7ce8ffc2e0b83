//! Loops of both sweeps, and the records between them.
//!
//! What an iteration saves is one tuple. A loop over a range knows how many there will be: numbers are
//! a stretch of the stack that is made before the loop and written in place, so that nothing in the
//! loop can grow a vector. Pullbacks and arrays, for which there is no blank, and the records of other
//! loops are pushed and popped.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::blocks::Blocked;
use super::checkpoint::Checkpointed;
use super::forward::{Forward, kept_name};
use super::needs::Plan;
use super::slices::{self, Extras, Slots, Sweep};
use super::sparse::{self, Taken};
use super::{Context, Item, Saved, guards, joined, lanes, pairs, room, stretches, sweep};
use crate::compiler::analyse::layout::Role;
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::{LoopId, Ty};
use crate::compiler::primal::{dummy, let_val, range_expr};
use crate::compiler::real;
use crate::compiler::ssa::{Carried, Range, Stmt as Ssa, StmtKind, Transposed, ValId};

/// Writes a loop of the forward sweep.
pub(super) fn run(pass: &Forward<'_>, stmt: &Ssa, out: &mut Vec<Stmt>) {
    let Some(id) = stmt.kind.loop_id() else {
        return;
    };
    // What a later rerun does again is neither reversed nor recorded now.
    let again_later = stmt.kind.loop_body().is_some_and(|b| in_rerun(pass, b));
    let fused = match pass.cx.mode(id) {
        Mode::Fused(_) | Mode::Unit if !again_later => pass.reversed.fused.get(&id),
        _ => None,
    };
    if let (Some(copy), None) = (pass.cx.func.strips.transposed.get(&id), fused) {
        return out.push(transpose(pass.cx, copy));
    }
    if let Some(fused) = fused {
        out.extend(fused.before.iter().cloned());
    }
    let kept: Vec<&Carried> = stmt
        .kind
        .carried()
        .iter()
        .filter(|c| pass.runs(c.out) || pass.runs(c.phi))
        .collect();
    for c in &kept {
        declare(pass, Item::Val(c.out), Expr::Val(c.init), out);
    }
    if let Some(count) = stmt.kind.count() {
        declare(pass, Item::Val(count), Expr::Raw(quote!(0usize)), out);
    }
    let checkpoints = match again_later {
        true => None,
        false => Checkpointed::of(pass.cx, pass.plan, pass.saved, pass.reversed, stmt),
    };
    if let Some(loops) = checkpoints {
        return checkpointed(pass, &loops, stmt, &kept, out);
    }
    let records = match again_later {
        true => Records::none(pass.cx, pass.plan),
        false => Records::new(pass.cx, pass.plan, pass.saved, id),
    };
    let mut inner = iteration(pass, stmt, &kept);
    if let Some(fused) = fused {
        let mut reverse = sweep::block(
            pass.cx,
            pass.plan,
            pass.saved,
            pass.reversed,
            &fused.iteration,
        );
        // The sum that the loop forms keeps LLVM from running several iterations at once.
        let strips = &pass.cx.func.strips;
        if !stmt.kind.carried().is_empty() && !strips.strips.contains(&id) {
            guards::in_turn(stmt, &mut reverse, &pass.cx.names.rt);
        }
        inner = joined::run(pass.cx, stmt, inner, reverse);
    }
    inner.extend(records.save(stmt));
    if !again_later {
        inner.extend(rows(pass, id, None));
    }
    inner.extend(step(stmt, &kept));
    let mut looped = Vec::new();
    room::before(pass, stmt, &records, &mut looped);
    records.forward(stmt, inner, &mut looped);
    looped.extend(fused.into_iter().flat_map(|f| f.after.iter().cloned()));
    match fused {
        Some(_) => stretches::around(pass.cx, stmt, looped, out),
        None => out.append(&mut looped),
    }
}

/// The copy of rows in one call: element by element it took longer than what is computed of them.
fn transpose(cx: &Context<'_>, copy: &Transposed) -> Stmt {
    let rt = &cx.names.rt;
    let whole = |m| Expr::index(Expr::Mem(m), Expr::Range(None, None, false));
    let [start, lanes] = [copy.start, copy.lanes].map(Expr::Val);
    let end = Expr::bin("+", start.clone(), lanes);
    let rows = Expr::Range(Some(Box::new(start)), Some(Box::new(end)), false);
    let args = vec![
        Expr::Ref(true, Box::new(whole(copy.to))),
        Expr::Val(copy.width),
        Expr::Ref(false, Box::new(whole(copy.from))),
        rows,
        Expr::Val(copy.stride),
        Expr::Val(copy.len),
    ];
    Stmt::Expr(Expr::Call(quote!(#rt::transpose), args))
}

/// The forward sweep of a loop under `#[checkpoint]`.
fn checkpointed(
    pass: &Forward<'_>,
    loops: &Checkpointed<'_>,
    stmt: &Ssa,
    kept: &[&Carried],
    out: &mut Vec<Stmt>,
) {
    out.push(loops.before());
    let mut inner = loops.record();
    let mut iteration = iteration(pass, stmt, kept);
    match &stmt.kind {
        StmtKind::While { .. } => {
            // Behind the end of the loop no state is kept.
            let leave = iteration.iter().position(
                |s| matches!(s, Stmt::If { then, .. } if matches!(then.as_slice(), [Stmt::Break])),
            );
            iteration.insert(leave.map_or(0, |at| at + 1), loops.keep());
        }
        _ => inner.insert(inner.len().min(1), loops.keep()),
    }
    inner.extend(iteration);
    inner.extend(step(stmt, kept));
    out.push(match &stmt.kind {
        StmtKind::For { counter, range, .. } => {
            let counter = &pass.cx.func.val(*counter).name;
            Stmt::For {
                pattern: quote!(#counter),
                iter: range_expr(range),
                body: inner,
            }
        }
        _ => Stmt::Loop { body: inner },
    });
    out.extend(loops.after());
}

/// True if the block is in the body of a loop that the reverse sweep runs again, other than the one
/// that is being run again. Its own loop counts only if it keeps nothing.
pub(super) fn in_rerun(pass: &Forward<'_>, block: &crate::compiler::ssa::Block) -> bool {
    is_within(pass, block, &|mode| {
        matches!(mode, Mode::Rerun | Mode::Checkpointed)
    })
}

/// The same of loops of which few states are kept.
pub(super) fn in_checkpointed(pass: &Forward<'_>, block: &crate::compiler::ssa::Block) -> bool {
    is_within(pass, block, &|mode| matches!(mode, Mode::Checkpointed))
}

fn is_within(
    pass: &Forward<'_>,
    block: &crate::compiler::ssa::Block,
    is_meant: &dyn Fn(&Mode) -> bool,
) -> bool {
    let cx = pass.cx;
    let own = cx.layout.id_of(block);
    let mut at = match cx.layout.blocks[own].role {
        Role::Body(l) if matches!(cx.mode(l), Mode::Checkpointed) => cx.layout.blocks[own].parent,
        _ => Some(own),
    };
    while let Some(id) = at.filter(|id| pass.within != Some(*id)) {
        let info = &cx.layout.blocks[id];
        if matches!(info.role, Role::Body(l) if is_meant(cx.mode(l))) {
            return true;
        }
        at = info.parent;
    }
    false
}

/// `let mut v = init;`, or an assignment if `v` is declared ahead.
fn declare(pass: &Forward<'_>, item: Item<'_>, init: Expr, out: &mut Vec<Stmt>) {
    let Item::Val(v) = item else {
        return;
    };
    match pass.plan.hoisted.contains(&Item::Val(v)) {
        true => pass.define(v, init, out),
        false => out.push(let_val(pass.cx.func, v, true, Some(init))),
    }
}

/// The statements of one iteration.
fn iteration(pass: &Forward<'_>, stmt: &Ssa, kept: &[&Carried]) -> Vec<Stmt> {
    let start = |c: &&Carried| let_val(pass.cx.func, c.phi, false, Some(Expr::Val(c.out)));
    let mut inner: Vec<Stmt> = kept.iter().map(start).collect();
    if let StmtKind::While { head, cond, .. } = &stmt.kind {
        inner.extend(pass.block(head));
        inner.push(Stmt::If {
            cond: Expr::Not(Box::new(Expr::Val(*cond))),
            then: vec![Stmt::Break],
            els: Vec::new(),
        });
    }
    if let Some(body) = stmt.kind.loop_body() {
        inner.extend(pass.block(body));
    }
    inner
}

/// Saves arrays of an iteration whole: at its end, or in front of the statement at that position.
pub(super) fn rows(pass: &Forward<'_>, id: LoopId, before: Option<u32>) -> Vec<Stmt> {
    let of_loop = pass.saved.rows.iter();
    let of_loop =
        of_loop.filter(|(key, _)| key.0 == id && pass.plan.states.get(*key).copied() == before);
    let save = |((_, m), rows): (&(LoopId, crate::compiler::ssa::MemId), &Ident)| {
        let row = Expr::Ref(false, Box::new(Expr::Mem(*m)));
        Stmt::Expr(Expr::method(
            Expr::Name(rows.clone()),
            "extend_from_slice",
            vec![row],
        ))
    };
    of_loop.map(save).collect()
}

/// What goes on to the next iteration.
fn step(stmt: &Ssa, kept: &[&Carried]) -> Vec<Stmt> {
    let next = |c: &&Carried| Stmt::Assign {
        place: Expr::Val(c.out),
        op: "=",
        value: Expr::Val(c.next),
    };
    let mut out: Vec<Stmt> = kept.iter().map(next).collect();
    if let Some(count) = stmt.kind.count() {
        out.push(Stmt::Assign {
            place: Expr::Val(count),
            op: "+=",
            value: Expr::Raw(quote!(1)),
        });
    }
    if let StmtKind::For {
        until: Some(until), ..
    } = &stmt.kind
    {
        out.push(Stmt::If {
            cond: Expr::Val(*until),
            then: vec![Stmt::Break],
            els: Vec::new(),
        });
    }
    out
}

/// What a loop saves per iteration, and where.
pub(super) struct Records<'a> {
    cx: &'a Context<'a>,
    plan: &'a Plan<'a>,
    stack: Option<(&'a Ident, &'a BTreeSet<Item<'a>>)>,
    sparse: Option<Taken>,
}

impl<'a> Records<'a> {
    pub(super) fn new(
        cx: &'a Context<'a>,
        plan: &'a Plan<'a>,
        saved: &'a Saved,
        id: LoopId,
    ) -> Records<'a> {
        let stack = saved.stacks.get(&id).zip(plan.records.get(&id));
        Records {
            cx,
            plan,
            stack,
            sparse: plan.sparse.get(&id).copied(),
        }
    }

    /// A loop that saves nothing.
    fn none(cx: &'a Context<'a>, plan: &'a Plan<'a>) -> Records<'a> {
        Records {
            cx,
            plan,
            stack: None,
            sparse: None,
        }
    }

    /// The range of a loop whose records are written in place.
    fn in_place<'s>(
        &self,
        stmt: &'s Ssa,
    ) -> Option<(&'a Ident, &'a BTreeSet<Item<'a>>, &'s Range)> {
        let (stack, items) = self.stack?;
        match &stmt.kind {
            StmtKind::For {
                range, count: None, ..
            } if self.sparse.is_none() && self.is_plain() => Some((stack, items, range)),
            _ => None,
        }
    }

    /// The loop in blocks, if it can run so.
    fn blocked<'s>(&'s self, stmt: &'s Ssa) -> Option<Blocked<'s>> {
        let (stack, _, _) = self.in_place(stmt)?;
        Blocked::of(self.cx, stack, stmt)
    }

    /// True if everything in the record is a number, so that there is a value to fill slots with.
    pub(super) fn is_plain(&self) -> bool {
        let plain = |i: &Item<'_>| match i {
            Item::Val(v) => !matches!(self.cx.func.val(*v).ty, Ty::Opaque),
            _ => false,
        };
        self.stack.is_some_and(|(_, items)| items.iter().all(plain))
    }

    /// The last statement of an iteration of the forward sweep.
    pub(super) fn save(&self, stmt: &Ssa) -> Option<Stmt> {
        let (stack, items) = self.stack?;
        if self.in_place(stmt).is_some() {
            let place = Expr::Deref(Box::new(Expr::Name(format_ident!("{stack}__slot"))));
            return Some(Stmt::Assign {
                place,
                op: "=",
                value: self.record(items),
            });
        }
        if let (Some(taken), StmtKind::For { counter, .. }) = (self.sparse, &stmt.kind) {
            return Some(self.save_sparse(taken, *counter));
        }
        let push = Expr::method(Expr::Name(stack.clone()), "push", vec![self.record(items)]);
        Some(Stmt::Expr(push))
    }

    /// A record if the iteration has replaced what is carried; those before it if it took all are dropped.
    fn save_sparse(&self, taken: Taken, counter: ValId) -> Stmt {
        let on_stack = |method, args| {
            let name = self.stack.map(|(stack, _)| stack.clone());
            let name = name.map_or_else(Expr::zero, Expr::Name);
            Stmt::Expr(Expr::method(name, method, args))
        };
        let clear = on_stack("clear", Vec::new());
        let push = on_stack("push", vec![self.sparse_record(counter)]);
        let (cond, all) = match taken {
            Taken::If(cond, true) => (Expr::Val(cond), None),
            Taken::If(cond, false) => (Expr::Not(Box::new(Expr::Val(cond))), None),
            Taken::Weight(w, kept) => {
                let at = |end: f64| {
                    let ty = &self.cx.func.val(w).ty;
                    let end = if end == 0.0 {
                        real::zero(ty)
                    } else {
                        real::number(ty, quote!(1.0))
                    };
                    (Expr::Val(w), end)
                };
                let ((w, keep), (v, take)) = match kept {
                    true => (at(1.0), at(0.0)),
                    false => (at(0.0), at(1.0)),
                };
                (Expr::bin("!=", w, keep), Some(Expr::bin("==", v, take)))
            }
        };
        let clear = match all {
            None => clear,
            Some(cond) => Stmt::If {
                cond,
                then: vec![clear],
                els: Vec::new(),
            },
        };
        Stmt::If {
            cond,
            then: vec![clear, push],
            els: Vec::new(),
        }
    }

    fn sparse_record(&self, counter: ValId) -> Expr {
        let items = self.stack.map(|(_, items)| items);
        let items = items.into_iter().flatten().map(|i| self.read(i));
        let parts = std::iter::once(Expr::Val(counter)).chain(items);
        self.tuple(parts.collect())
    }

    /// The loop of the forward sweep around `inner`.
    fn forward(&self, stmt: &Ssa, inner: Vec<Stmt>, out: &mut Vec<Stmt>) {
        let StmtKind::For { counter, range, .. } = &stmt.kind else {
            return out.push(Stmt::Loop { body: inner });
        };
        let counter = &self.cx.func.val(*counter).name;
        let Some((stack, items, _)) = self.in_place(stmt) else {
            if let Some(sum) = lanes::in_order(self.cx, stmt, inner.len()) {
                return out.push(sum);
            }
            let taken = self.sparse.filter(|_| self.stack.is_some());
            let extras = Extras {
                quiet: taken.and_then(|taken| sparse::quiet(self.cx, stmt, taken)),
                ..Extras::default()
            };
            let inner = match slices::run(self.cx, self.plan, stmt, inner, extras, Sweep::Forward) {
                Ok(sliced) => return out.extend(sliced),
                Err(inner) => inner,
            };
            return out.push(Stmt::For {
                pattern: quote!(#counter),
                iter: range_expr(range),
                body: inner,
            });
        };
        let (start, slot) = (
            format_ident!("{stack}__start"),
            format_ident!("{stack}__slot"),
        );
        let length = Expr::method(Expr::Name(stack.clone()), "len", Vec::new());
        out.push(Stmt::Let {
            name: start.clone(),
            mutable: false,
            ty: None,
            init: Some(length.clone()),
        });
        let blocked = self.blocked(stmt);
        let count = match &blocked {
            None => Expr::method(range_expr(range), "count", Vec::new()),
            Some(blocked) => {
                out.extend(blocked.before());
                blocked.length()
            }
        };
        let grown = Expr::bin("+", Expr::Name(start.clone()), count);
        let blank = self.tuple(items.iter().map(|i| self.blank(i)).collect());
        out.push(Stmt::Expr(Expr::method(
            Expr::Name(stack.clone()),
            "resize",
            vec![grown, blank],
        )));
        if let Some(blocked) = blocked {
            let slots = Expr::method(tail(stack, &start), "iter_mut", Vec::new());
            return out.push(blocked.forward(Stmt::For {
                pattern: quote!((#slot, #counter)),
                iter: Expr::method(slots, "zip", vec![blocked.part()]),
                body: inner,
            }));
        }
        let slots = Slots {
            stretch: tail(stack, &start),
            pattern: quote!(#slot),
            borrowed: true,
        };
        let extras = Extras {
            slots: Some(&slots),
            ..Extras::default()
        };
        let inner = match slices::run(self.cx, self.plan, stmt, inner, extras, Sweep::Forward) {
            Ok(sliced) => return out.extend(sliced),
            Err(inner) => inner,
        };
        let slots = Expr::method(slots.stretch, "iter_mut", Vec::new());
        let iter = Expr::method(slots, "zip", vec![range_expr(range)]);
        out.push(Stmt::For {
            pattern: quote!((#slot, #counter)),
            iter,
            body: inner,
        });
    }

    /// The loop of the reverse sweep around `inner`.
    pub(super) fn reverse(
        &self,
        stmt: &Ssa,
        mut inner: Vec<Stmt>,
        again: &dyn Fn(&Blocked<'_>) -> Stmt,
        out: &mut Vec<Stmt>,
    ) {
        pairs::of_loop(self.cx, stmt, &mut inner);
        if slices::is_in_turn(self.cx, self.plan, stmt) {
            guards::in_turn(stmt, &mut inner, &self.cx.names.rt);
            guards::decided(self.cx, stmt, &mut inner);
        }
        let (counter, range) = match &stmt.kind {
            StmtKind::For {
                counter,
                range,
                count: None,
                ..
            } => (&self.cx.func.val(*counter).name, range),
            kind => {
                let hi = kind.count().map(|v| Box::new(Expr::Val(v)));
                let iter = Expr::Range(Some(Box::new(Expr::Raw(quote!(0)))), hi, false);
                self.pop()
                    .into_iter()
                    .rev()
                    .for_each(|s| inner.insert(0, s));
                return out.push(Stmt::For {
                    pattern: quote!(_),
                    iter,
                    body: inner,
                });
            }
        };
        if let (Some(_), Some((stack, items))) = (self.sparse, self.stack) {
            let names = items.iter().map(|i| self.name_of(i));
            let all = Expr::Range(None, None, false);
            let found = Expr::method(Expr::Name(stack.clone()), "drain", vec![all]);
            let pattern = match items.is_empty() {
                true => quote!(#counter),
                false => quote!((#counter, #(#names),*)),
            };
            return out.push(Stmt::For {
                pattern,
                iter: Expr::method(found, "rev", Vec::new()),
                body: inner,
            });
        }
        let backwards = backwards(range, &self.cx.names.rt);
        let Some((stack, items, _)) = self.in_place(stmt) else {
            self.pop().into_iter().for_each(|s| inner.insert(0, s));
            let extras = Extras::default();
            let inner = match slices::run(self.cx, self.plan, stmt, inner, extras, Sweep::Reverse) {
                Ok(sliced) => return out.extend(sliced),
                Err(inner) => inner,
            };
            return out.push(Stmt::For {
                pattern: quote!(#counter),
                iter: backwards,
                body: inner,
            });
        };
        let start = format_ident!("{stack}__start");
        let length = Expr::method(Expr::Name(stack.clone()), "len", Vec::new());
        let blocked = self.blocked(stmt);
        let count = match &blocked {
            None => Expr::method(range_expr(range), "count", Vec::new()),
            Some(blocked) => {
                out.push(blocked.before_reverse());
                blocked.length()
            }
        };
        let from = Expr::bin("-", length, count);
        out.push(Stmt::Let {
            name: start.clone(),
            mutable: false,
            ty: None,
            init: Some(from),
        });
        if let Some(blocked) = blocked {
            let over = (counter, items, start);
            return self.reverse_blocks(&blocked, over, inner, again, out);
        }
        let record = self.pattern(items);
        let slots = Slots {
            stretch: tail(stack, &start),
            pattern: record.clone(),
            borrowed: false,
        };
        let extras = Extras {
            slots: Some(&slots),
            ..Extras::default()
        };
        match slices::run(self.cx, self.plan, stmt, inner, extras, Sweep::Reverse) {
            Ok(sliced) => out.extend(sliced),
            Err(inner) => {
                let records = Expr::method(slots.stretch, "iter", Vec::new());
                let slots = Expr::method(records, "rev", Vec::new());
                out.push(Stmt::For {
                    pattern: quote!((&#record, #counter)),
                    iter: Expr::method(slots, "zip", vec![backwards]),
                    body: inner,
                });
            }
        }
        let truncate = Expr::method(
            Expr::Name(stack.clone()),
            "truncate",
            vec![Expr::Name(start)],
        );
        out.push(Stmt::Expr(truncate));
    }

    /// The loop of the reverse sweep, block by block.
    fn reverse_blocks(
        &self,
        blocked: &Blocked<'_>,
        (counter, items, start): (&Ident, &BTreeSet<Item<'_>>, Ident),
        inner: Vec<Stmt>,
        again: &dyn Fn(&Blocked<'_>) -> Stmt,
        out: &mut Vec<Stmt>,
    ) {
        let Some((stack, _)) = self.stack else { return };
        let to = Expr::Range(None, Some(Box::new(blocked.len())), false);
        let records = Expr::index(tail(stack, &start), to);
        let backwards = |all| Expr::method(all, "rev", Vec::new());
        let records = backwards(Expr::method(records, "iter", Vec::new()));
        let record = self.pattern(items);
        let looped = Stmt::For {
            pattern: quote!((&#record, #counter)),
            iter: Expr::method(records, "zip", vec![backwards(blocked.part())]),
            body: inner,
        };
        out.push(blocked.reverse(again(blocked), looped));
        let rest = vec![Expr::Name(start)];
        out.push(Stmt::Expr(Expr::method(
            Expr::Name(stack.clone()),
            "truncate",
            rest,
        )));
    }

    /// Takes the record of an iteration from the stack.
    fn pop(&self) -> Option<Stmt> {
        let (stack, items) = self.stack?;
        let pattern = self.pattern(items);
        let init = Expr::method(Expr::Name(stack.clone()), "pop", Vec::new());
        Some(Stmt::Expect {
            pattern: quote!(::core::option::Option::Some(#pattern)),
            init,
        })
    }

    fn record(&self, items: &BTreeSet<Item<'_>>) -> Expr {
        self.tuple(items.iter().map(|i| self.read(i)).collect())
    }

    fn read(&self, item: &Item<'_>) -> Expr {
        match item {
            Item::Val(v) => Expr::Val(*v),
            Item::Mem(m) if self.plan.hoisted.contains(item) => {
                Expr::Name(kept_name(&self.cx.func.mem(*m).name))
            }
            Item::Mem(m) => Expr::Mem(*m),
            Item::Residual(name) => Expr::Name(Ident::new(name, self.cx.func.name.span())),
        }
    }

    fn blank(&self, item: &Item<'_>) -> Expr {
        match item {
            Item::Val(v) => dummy(&self.cx.func.val(*v).ty),
            _ => Expr::zero(),
        }
    }

    fn tuple(&self, mut parts: Vec<Expr>) -> Expr {
        match parts.len() {
            1 => parts.remove(0),
            _ => Expr::Tuple(parts),
        }
    }

    fn pattern(&self, items: &BTreeSet<Item<'_>>) -> TokenStream {
        let names: Vec<TokenStream> = items.iter().map(|i| self.name_of(i)).collect();
        match names.as_slice() {
            [one] => quote!(#one),
            all => quote!((#(#all),*)),
        }
    }

    fn name_of(&self, item: &Item<'_>) -> TokenStream {
        let name = match item {
            Item::Val(v) => self.cx.func.val(*v).name.clone(),
            Item::Mem(m) if self.plan.hoisted.contains(item) => {
                kept_name(&self.cx.func.mem(*m).name)
            }
            Item::Mem(m) => self.cx.func.mem(*m).name.clone(),
            Item::Residual(name) => Ident::new(name, self.cx.func.name.span()),
        };
        quote!(#name)
    }
}

/// The range in reverse. Not every iterator that takes steps runs backwards.
fn backwards(range: &Range, rt: &TokenStream) -> Expr {
    let Some(step) = range.step else {
        return Expr::method(range_expr(range), "rev", Vec::new());
    };
    let plain = Range {
        step: None,
        rev: false,
        ..range.clone()
    };
    match (range.rev, range.rev_first) {
        // The user's own iterator runs backwards over these steps.
        (true, false) => range_expr(&Range {
            rev: false,
            ..range.clone()
        }),
        (true, true) => Expr::Call(
            quote!(#rt::upwards),
            vec![range_expr(&plain), Expr::Val(step)],
        ),
        (false, _) => Expr::Call(
            quote!(#rt::backwards),
            vec![range_expr(&plain), Expr::Val(step)],
        ),
    }
}

/// The records from `start` on.
pub(super) fn tail(stack: &Ident, start: &Ident) -> Expr {
    let from = Expr::Range(Some(Box::new(Expr::Name(start.clone()))), None, false);
    Expr::index(Expr::Name(stack.clone()), from)
}
