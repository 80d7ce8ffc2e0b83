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

mod pieces;
mod variables;

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal};
use quote::quote;

use self::pieces::{split, through_references};
use self::variables::{Changed, Mentioned, Root, Taken};
use super::Context;
use crate::compiler::code::{Expr, Stmt, Stretches, Sum};
use crate::compiler::hir::Ty;
use crate::compiler::primal::ty_tokens;
use crate::compiler::real;
use crate::compiler::ssa::{Origin, Range, Stmt as Ssa, StmtKind, Stretched, ValId};

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
    let mut all = Expr::call(quote!(#rt::parallel::iterations), args);
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
            of.sums.push(Sum {
                place: list,
                part,
                zero: declared.clone(),
                counts: false,
            });
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

fn sum(cx: &Context<'_>, v: ValId, name: Ident, place: Expr) -> Sum {
    let ty = &cx.func.val(v).ty;
    let part = part_of(cx, &name);
    // Which integers these are, rustc knows.
    let counts = matches!(ty, Ty::Int);
    let zero = Stmt::Let {
        name,
        mutable: true,
        ty: (!counts).then(|| ty_tokens(ty)),
        init: Some(match counts {
            true => Expr::Raw(quote!(0)),
            false => real::zero(ty),
        }),
    };
    Sum {
        place,
        part,
        zero,
        counts,
    }
}

/// True if the stretch asks the selection.
fn mentions(cx: &Context<'_>, of: &Stretches) -> bool {
    let mut seen = Mentioned::new(cx);
    of.body.iter().for_each(|s| seen.stmt(s));
    seen.has(&cx.names.sel.to_string())
}
