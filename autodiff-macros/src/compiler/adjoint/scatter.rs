//! Additions of an iteration to neighbouring elements of an adjoint.
//!
//! A stencil adds to `x_bar[i]`, `x_bar[i + 1]`, …, so that every element is read and written by
//! several iterations in a row, each waiting for the store of the one before. What the next
//! iterations will add to is carried in local variables instead, and every element is touched once:
//!
//! ```text
//! x_bar[i] += a;  x_bar[i + 1] += b;     →    x_bar[i] += carry + a;  carry = b;
//! ```
//!
//! The sum of an adjoint may be taken in any order (reversal in lanes does the same). Recorded loops hand on what the next
//! iterations take: [`recurrence`].

pub(super) mod recurrence;

use std::collections::BTreeSet;

use proc_macro2::Ident;
use quote::quote;

use super::{Context, Rev};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::Ty;
use crate::compiler::names::Names;
use crate::compiler::primal::ty_tokens;
use crate::compiler::real;
use crate::compiler::ssa::{Counted, MemId, Range, Stmt as Ssa, ValId};

/// The widest stencil that is carried.
const WIDEST: i64 = 4;

/// A loop whose iterations carry adjoints: what stands before it and after it.
#[derive(Debug, Default)]
pub(super) struct Carries {
    pub(super) before: Vec<Stmt>,
    pub(super) after: Vec<Stmt>,
}

/// Carries the additions of a fused loop. `stmts` is the reverse of an iteration.
pub(super) fn carry(
    cx: &Context<'_>,
    stmt: &Ssa,
    stmts: &mut Vec<Rev<'_>>,
    fresh: &mut Names,
) -> Carries {
    let mut carries = Carries::default();
    let Some(Counted { counter, range, .. }) = stmt.kind.counted() else {
        return carries;
    };
    if range.rev || range.step.is_some() || range.inclusive {
        return carries;
    }
    for m in added_to(stmts) {
        carry_array(cx, m, counter, range, stmts, fresh, &mut carries);
    }
    carries
}

fn carry_array(
    cx: &Context<'_>,
    m: MemId,
    counter: ValId,
    range: &Range,
    stmts: &mut Vec<Rev<'_>>,
    fresh: &mut Names,
    carries: &mut Carries,
) {
    let own = |s: &Rev<'_>| addition(s).is_some_and(|(x, _)| x == m);
    let offsets: Option<Vec<i64>> = stmts
        .iter()
        .filter(|s| own(s))
        .map(|s| addition(s).and_then(|(_, at)| offset(cx, at, counter)))
        .collect();
    let (Some(offsets), Some(ty)) = (offsets, element(&cx.func.mem(m).ty)) else {
        return;
    };
    let (Some(first), Some(last)) = (offsets.iter().min().copied(), offsets.iter().max().copied())
    else {
        return;
    };
    let apart = (1..=WIDEST).contains(&(last - first));
    if !apart || stmts.iter().filter(|s| !own(s)).any(|s| mentions(s, m)) {
        return;
    }
    let all = std::mem::take(stmts);
    let (moved, kept): (Vec<Rev<'_>>, Vec<Rev<'_>>) = all.into_iter().partition(|s| own(s));
    *stmts = kept;
    let width = usize::try_from(last - first).unwrap_or(0);
    let names: Vec<Ident> = (0..width)
        .map(|_| fresh.numbered("carry", "_", 1, cx.func.name.span()))
        .collect();
    let mut sums: Vec<Option<Expr>> = names
        .iter()
        .map(|n| Some(Expr::Name(n.clone())))
        .chain([None])
        .collect();
    let mut lowest = None;
    for (s, offset) in moved.into_iter().zip(offsets) {
        let Rev::Code(Stmt::Assign { place, op, value }) = s else {
            continue;
        };
        let slot = usize::try_from(offset - first).unwrap_or(0);
        let value = if op == "-=" { Expr::neg(value) } else { value };
        sums[slot] = Some(match sums[slot].take() {
            Some(sum) => Expr::bin("+", sum, value),
            None => value,
        });
        if slot == 0 {
            lowest = Some(place);
        }
    }
    let Some(place) = lowest else { return };
    let mut sums = sums
        .into_iter()
        .map(|s| s.unwrap_or_else(|| real::zero(ty)));
    stmts.extend(sums.next().map(|value| {
        Rev::Code(Stmt::Assign {
            place,
            op: "+=",
            value,
        })
    }));
    for (name, value) in names.iter().zip(sums) {
        stmts.push(Rev::Code(Stmt::Assign {
            place: Expr::Name(name.clone()),
            op: "=",
            value,
        }));
        let zero = real::zero(ty);
        let ty = Some(ty_tokens(ty));
        carries.before.push(Stmt::Let {
            name: name.clone(),
            mutable: true,
            ty,
            init: Some(zero),
        });
    }
    carries.after.push(flush(m, first, &names, range));
}

/// What the last iterations carry goes to the elements after them.
fn flush(m: MemId, first: i64, names: &[Ident], range: &Range) -> Stmt {
    let element = |k: usize, name: &Ident| {
        let distance = first + i64::try_from(k).unwrap_or(0);
        let step = proc_macro2::Literal::u64_unsuffixed(distance.unsigned_abs());
        let op = if distance < 0 { "-" } else { "+" };
        let at = Expr::bin(op, Expr::Val(range.hi), Expr::Raw(quote!(#step)));
        let place = Expr::index(Expr::MemBar(m), at);
        Stmt::Assign {
            place,
            op: "+=",
            value: Expr::Name(name.clone()),
        }
    };
    let then = names
        .iter()
        .enumerate()
        .map(|(k, n)| element(k, n))
        .collect();
    Stmt::If {
        cond: Expr::bin("<", Expr::Val(range.lo), Expr::Val(range.hi)),
        then,
        els: Vec::new(),
    }
}

fn element(ty: &Ty) -> Option<&Ty> {
    match ty {
        Ty::Array(inner, _) | Ty::Vec(inner) | Ty::Slice(inner)
            if matches!(**inner, Ty::Real(_)) =>
        {
            Some(inner)
        }
        _ => None,
    }
}

/// The arrays to whose adjoints the statements add.
fn added_to(stmts: &[Rev<'_>]) -> BTreeSet<MemId> {
    let additions = stmts.iter().filter_map(addition);
    additions.map(|(m, _)| m).collect()
}

/// `m_bar[at] += …;`
fn addition(stmt: &Rev<'_>) -> Option<(MemId, ValId)> {
    let Rev::Code(Stmt::Assign {
        place: Expr::Index(base, index),
        op: "+=" | "-=",
        ..
    }) = stmt
    else {
        return None;
    };
    match (&**base, &**index) {
        (Expr::MemBar(m), Expr::Val(at)) => Some((*m, *at)),
        _ => None,
    }
}

/// The distance of an index from the counter.
fn offset(cx: &Context<'_>, at: ValId, counter: ValId) -> Option<i64> {
    let (from, distance) = cx.layout.offset(at);
    (from == counter).then_some(distance)
}

fn mentions(stmt: &Rev<'_>, m: MemId) -> bool {
    let mut found = false;
    let mut see = |e: &Expr| found |= matches!(e, Expr::MemBar(x) if *x == m);
    match stmt {
        Rev::Code(stmt) => stmt.walk(&mut see),
        Rev::Pullback { args, .. } => args.iter().for_each(|e| e.walk(&mut see)),
        Rev::If { then, els, .. } => {
            found = then.stmts.iter().chain(&els.stmts).any(|s| mentions(s, m))
        }
        Rev::Loop { body, .. } => found = body.stmts.iter().any(|s| mentions(s, m)),
    }
    found
}
