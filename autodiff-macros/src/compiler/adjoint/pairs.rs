//! Long sums of adjoints in loops that run in turn, as sums of two sums.
//!
//! What an iteration adds to an adjoint that it hands on is known at about the same time, and each addition waits for the
//! one before it. The order of an adjoint's sum is ours, so that the last two contributions are added to each other first.
//!
//! ```text
//! x_bar += a; y_bar += b; x_bar += c; x_bar -= d;
//! x_bar += a; y_bar += b; x_bar += c - d;
//! ```

use std::collections::BTreeSet;

use super::{Context, slices};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::ssa::{Stmt as Ssa, ValId};

/// Rewrites the sums of an iteration of a loop that hands numbers on, other than sums, and holds no other loop.
pub(super) fn of_loop(cx: &Context<'_>, stmt: &Ssa, iteration: &mut Vec<Stmt>) {
    let mut carried = stmt.kind.carried().iter();
    let in_turn = carried.any(|c| cx.facts.active(c.out) && !cx.is_sum(c, stmt));
    if in_turn && slices::is_innermost(stmt) {
        run(iteration);
    }
}

fn run(block: &mut Vec<Stmt>) {
    let bars: BTreeSet<ValId> = block
        .iter()
        .filter_map(|s| added_to(s).map(|(v, ..)| v))
        .collect();
    for v in bars {
        pair(block, v);
    }
}

/// `v_bar += e` and `v_bar -= e`.
fn added_to(stmt: &Stmt) -> Option<(ValId, bool, &Expr)> {
    match stmt {
        Stmt::Assign {
            place: Expr::Bar(v),
            op: op @ ("+=" | "-="),
            value,
        } => Some((*v, *op == "-=", value)),
        _ => None,
    }
}

fn pair(block: &mut Vec<Stmt>, v: ValId) {
    let is_sum = |s: &Stmt| added_to(s).is_some_and(|(u, ..)| u == v);
    let at: Vec<usize> = (0..block.len()).filter(|k| is_sum(&block[*k])).collect();
    let [.., _, first, second] = at.as_slice() else {
        return;
    };
    let (first, second) = (*first, *second);
    let between = &block[first + 1..second];
    let (Some((_, minus, early)), Some((_, also_minus, late))) =
        (added_to(&block[first]), added_to(&block[second]))
    else {
        return;
    };
    let moved = changes_nothing_of(between, early) && !between.iter().any(|s| mentions(s, v));
    if !moved || reads(late, v) {
        return;
    }
    let op = if minus == also_minus { "+" } else { "-" };
    let value = Expr::bin(op, early.clone(), late.clone());
    block[second] = Stmt::Assign {
        place: Expr::Bar(v),
        op: if minus { "-=" } else { "+=" },
        value,
    };
    block.remove(first);
}

/// True if the expression is worth the same behind the statements: they bind names, and add to other adjoints.
fn changes_nothing_of(stmts: &[Stmt], e: &Expr) -> bool {
    stmts.iter().all(|s| match s {
        Stmt::Let { .. } => true,
        Stmt::Assign {
            place: Expr::Bar(u),
            ..
        } => !reads(e, *u),
        Stmt::Assign { .. } => is_of_values(e),
        _ => false,
    })
}

/// True if the expression takes numbers only, and nothing from memory.
fn is_of_values(e: &Expr) -> bool {
    let mut plain = true;
    e.walk(&mut |e| {
        plain &= !matches!(
            e,
            Expr::Index(..) | Expr::Mem(_) | Expr::MemBar(_) | Expr::Deref(_)
        );
    });
    plain
}

fn mentions(stmt: &Stmt, v: ValId) -> bool {
    let mut found = false;
    stmt.walk(&mut |e| found |= matches!(e, Expr::Bar(u) if *u == v));
    found
}

fn reads(e: &Expr, v: ValId) -> bool {
    let mut found = false;
    e.walk(&mut |e| found |= matches!(e, Expr::Bar(u) if *u == v));
    found
}
