//! Loops of the forward sweep; with `around` and `records`, those of both sweeps and what is kept between them.
//!
//! In: a loop. Out: its iterations with what is carried, saved, and reversed on the spot.
//!
//! What an iteration saves is one tuple. A loop over a range knows how many there will be: numbers are
//! a stretch of the stack that is made before the loop and written in place, so that nothing in the
//! loop can grow a vector. Pullbacks and arrays, for which there is no blank, and the records of other
//! loops are pushed and popped.

mod around;
mod records;

use proc_macro2::{Ident, Literal};
use quote::quote;

use super::checkpoint::Checkpointed;
use super::forward::Forward;
use super::needs::Plan;
use super::{Context, Item, guards, joined, room, stretches, sweep};
use crate::compiler::analyse::layout::Role;
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::LoopId;
use crate::compiler::primal::{leave, let_val, range_expr};
use crate::compiler::ssa::{Carried, MemId, Stmt as Ssa, StmtKind, Transposed};

pub(super) use around::tail;
pub(super) use records::Records;

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
            guards::in_turn(stmt, &mut reverse);
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
    Stmt::Expr(Expr::call(quote!(#rt::transpose), args))
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
                |s| matches!(s, Stmt::If { then, .. } if matches!(then.as_slice(), [.., Stmt::Break])),
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
            then: leave(pass.cx.func, kept.iter().copied()),
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
    let save = |((_, m), rows): (&(LoopId, MemId), &Ident)| {
        let row = match row_end(pass.cx, pass.plan, (id, *m)) {
            Some(end) => {
                let to = Expr::Range(None, Some(Box::new(end)), false);
                Expr::Ref(false, Box::new(Expr::index(Expr::Mem(*m), to)))
            }
            None => Expr::Ref(false, Box::new(Expr::Mem(*m))),
        };
        Stmt::Expr(Expr::method(
            Expr::Name(rows.clone()),
            "extend_from_slice",
            vec![row],
        ))
    };
    of_loop.map(save).collect()
}

/// Where the copy of an array ends of which an iteration does not read everything.
pub(super) fn row_end(cx: &Context<'_>, plan: &Plan<'_>, (id, m): (LoopId, MemId)) -> Option<Expr> {
    let beyond = plan.ends.get(&(id, m))?;
    // The copy has the name of the array: its length stands for that of the array where other loops take their copies back.
    let alone = plan.rows.values().filter(|all| all.contains(&m)).count() == 1;
    if !alone {
        return None;
    }
    let beyond = Literal::i64_unsuffixed(*beyond);
    let counter = Expr::Val(*cx.layout.counters.get(&id)?);
    let end = Expr::bin("+", counter, Expr::Raw(quote!(#beyond)));
    let len = Expr::method(Expr::Mem(m), "len", Vec::new());
    Some(Expr::call(quote!(::core::cmp::Ord::min), vec![end, len]))
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
