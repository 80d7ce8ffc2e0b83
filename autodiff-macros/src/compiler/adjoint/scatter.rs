//! The order in which an iteration adds to neighbouring elements of an adjoint.
//!
//! A stencil adds to `x_bar[i]`, `x_bar[i + 1]`, …. If the element that the next iteration touches
//! first is the one that this iteration touched last, every iteration waits for the store of the one
//! before. The additions to one array are therefore put at the end of the iteration, in the order
//! that keeps them apart; a sum of adjoints may be taken in any order.

use super::{Context, Rev};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::BinOp;
use crate::compiler::ssa::{MemId, Op, ValId};

/// Reorders the additions of an iteration. `ascending`: the iterations run in the order of the
/// primal.
pub(super) fn reorder<'a>(cx: &Context<'_>, stmts: Vec<Rev<'a>>, ascending: bool) -> Vec<Rev<'a>> {
    let mut arrays: Vec<MemId> = stmts
        .iter()
        .filter_map(|s| addition(s).map(|(m, _)| m))
        .collect();
    arrays.sort_unstable();
    arrays.dedup();
    arrays
        .into_iter()
        .fold(stmts, |stmts, m| reorder_array(cx, stmts, m, ascending))
}

fn reorder_array<'a>(
    cx: &Context<'_>,
    stmts: Vec<Rev<'a>>,
    m: MemId,
    ascending: bool,
) -> Vec<Rev<'a>> {
    let own = |s: &Rev<'_>| addition(s).is_some_and(|(x, _)| x == m);
    let offsets: Vec<(ValId, i64)> = stmts
        .iter()
        .filter(|s| own(s))
        .filter_map(|s| addition(s).map(|(_, at)| offset(cx, at)))
        .collect();
    let neighbours = offsets.len() > 1 && offsets.iter().all(|(base, _)| *base == offsets[0].0);
    if !neighbours || stmts.iter().filter(|s| !own(s)).any(|s| mentions(s, m)) {
        return stmts;
    }
    let (mut moved, mut kept): (Vec<Rev<'a>>, Vec<Rev<'a>>) =
        stmts.into_iter().partition(|s| own(s));
    moved.sort_by_key(|s| {
        let at = addition(s).map_or(0, |(_, at)| offset(cx, at).1);
        if ascending { -at } else { at }
    });
    kept.append(&mut moved);
    kept
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

/// An index as a base and a distance from it.
fn offset(cx: &Context<'_>, at: ValId) -> (ValId, i64) {
    let literal = |v: ValId| match cx.layout.op(v) {
        Some(Op::Lit(tokens)) => tokens
            .to_string()
            .trim_end_matches("usize")
            .parse::<i64>()
            .ok(),
        _ => None,
    };
    match cx.layout.op(at) {
        Some(Op::Bin(BinOp::Add, a, b)) => literal(*b).map_or((at, 0), |k| (*a, k)),
        Some(Op::Bin(BinOp::Sub, a, b)) => literal(*b).map_or((at, 0), |k| (*a, -k)),
        _ => (at, 0),
    }
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
