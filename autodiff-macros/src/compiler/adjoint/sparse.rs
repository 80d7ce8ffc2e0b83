//! Loops that look for something: an iteration either replaces what is carried, by a value that does
//! not depend on it, or hands it on.
//!
//! Only the last iteration that replaced it has an adjoint to pass on, so that is the only one that is
//! kept: each such iteration drops the records before it. (Where a tie is shared, the records from the
//! last iteration on that took all.)
//!
//! ```text
//! for i in 0..n { let v = x[i] * x[i]; if v > m { m = v } }
//! for i in 0..n { …; if taken { saved.clear(); saved.push(i) } }    for i in saved.drain(..).rev() { x_bar[i] += … }
//! ```

//!
//! Long loops look at 64 iterations at a time, as long as the plain selection decides: where no test among them replaces
//! anything, none of them is run. (One by one the tests wait for each other: what is carried goes through all of them.)

use std::collections::BTreeSet;

use super::Context;
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::{self, Expr, Pick};
use crate::compiler::hir::BinOp;
use crate::compiler::primal::{let_val, operation};
use crate::compiler::rule_text;
use crate::compiler::ssa::{Block, Carried, Op, Phi, Stmt, StmtKind, ValId};

/// The test of an iteration alone, for the plain selection.
pub(super) struct Quiet {
    /// What the test takes.
    pub(super) lets: Vec<code::Stmt>,
    /// True if the iteration replaces nothing.
    pub(super) cond: Expr,
}

/// Which iterations replace what is carried.
#[derive(Clone, Copy, Debug)]
pub(super) enum Taken {
    /// Those in which the condition is this.
    If(ValId, bool),
    /// Those in which the weight of the old value is not 1 (`true`), or not 0.
    Weight(ValId, bool),
}

/// Tells whether a loop is of that kind.
pub(super) fn of(cx: &Context<'_>, stmt: &Stmt) -> Option<Taken> {
    let StmtKind::For {
        id,
        carried,
        body,
        until: None,
        count: None,
        ..
    } = &stmt.kind
    else {
        return None;
    };
    let [c] = carried.as_slice() else {
        return None;
    };
    let recorded = matches!(cx.mode(*id), Mode::Recorded);
    let strips = &cx.func.strips;
    let alone = cx.is_live(cx.layout.region(cx.layout.def_block(c.out)));
    if !recorded || !alone || strips.lanes.contains(id) || !cx.facts.active(c.out) {
        return None;
    }
    let mut found = None;
    for s in &body.stmts {
        match &s.kind {
            StmtKind::If {
                cond,
                then,
                els,
                phis,
            } => {
                let [phi] = phis.as_slice() else {
                    return None;
                };
                if phi.out != c.next || !(is_plain(then) && is_plain(els)) {
                    return None;
                }
                let (when, value) = replaced(phi, c)?;
                found = Some((Taken::If(*cond, when), value));
            }
            StmtKind::Def(
                v,
                Op::Rule {
                    rule,
                    args,
                    weights,
                },
            ) if *v == c.next => {
                let ([a, b], [w]) = (args.as_slice(), weights.as_slice()) else {
                    return None;
                };
                let first = *a == c.phi;
                let value = if first { *b } else { *a };
                let partial = rule.partials.get(usize::from(!first))?;
                let kept = match rule_text::only_side(partial)? {
                    Pick::Above => true,
                    Pick::Below => false,
                    Pick::Either | Pick::Sign | Pick::Dots => return None,
                };
                if first == (*b == c.phi) {
                    return None;
                }
                found = Some((Taken::Weight(*w, kept), value));
            }
            StmtKind::Def(_, Op::Opaque(code)) if !code.pure => return None,
            StmtKind::Def(..) => {}
            _ => return None,
        }
    }
    let (taken, value) = found?;
    (!depends(cx, value, c.phi, &mut BTreeSet::new())).then_some(taken)
}

/// The test of an iteration, if it costs little to be run twice.
pub(super) fn quiet(cx: &Context<'_>, stmt: &Stmt, taken: Taken) -> Option<Quiet> {
    let [c] = stmt.kind.carried() else {
        return None;
    };
    let body = cx.layout.id_of(stmt.kind.loop_body()?);
    let decision = match taken {
        Taken::If(v, _) | Taken::Weight(v, _) => v,
    };
    let not = |e| Expr::Not(Box::new(e));
    let op = cx.layout.op(decision)?;
    let cond = match (taken, op) {
        (Taken::If(_, when), Op::Branch { op, lhs, rhs, .. }) => {
            let holds = Expr::bin(op.symbol(), Expr::Val(*lhs), Expr::Val(*rhs));
            if when { not(holds) } else { holds }
        }
        (Taken::Weight(_, kept), Op::Weight { .. }) => {
            let Expr::Method(_, _, args) = operation(cx.func, decision, op, cx.names) else {
                return None;
            };
            let [_, _, above, tie] = <[Expr; 4]>::try_from(args).ok()?;
            match (kept, excludes(&above, &tie)) {
                (true, true) => above,
                (true, false) => Expr::bin("&&", above, not(tie)),
                (false, _) => Expr::bin("&&", not(above), not(tie)),
            }
        }
        _ => return None,
    };
    let mut needed = BTreeSet::new();
    let mut open = Vec::new();
    op.for_each_use(&mut |u| open.push(u));
    while let Some(v) = open.pop() {
        let is_outside = !cx.layout.contains(body, cx.layout.def_block(v));
        if is_outside || cx.layout.counters.values().any(|k| *k == v) || v == c.phi {
            continue;
        }
        let op = cx.layout.op(v)?;
        if !is_quick(cx, v, op) {
            return None;
        }
        if needed.insert((cx.layout.def_pos(v), v)) {
            op.for_each_use(&mut |u| open.push(u));
        }
    }
    let carried = let_val(cx.func, c.phi, false, Some(Expr::Val(c.out)));
    let computed = needed.into_iter().filter_map(|(_, v)| {
        let value = operation(cx.func, v, cx.layout.op(v)?, cx.names);
        Some(let_val(cx.func, v, false, Some(value)))
    });
    let lets = std::iter::once(carried).chain(computed).collect();
    Some(Quiet { lets, cond })
}

/// True if what is above is no tie: `a > b || b != b`, and `a == b`.
fn excludes(above: &Expr, tie: &Expr) -> bool {
    let vals = |e: &Expr, operators: [&str; 2]| match e {
        Expr::Bin(op, a, b) if operators.contains(op) => match (&**a, &**b) {
            (Expr::Val(a), Expr::Val(b)) => Some([*a, *b]),
            _ => None,
        },
        _ => None,
    };
    let tied = vals(tie, ["==", "=="]);
    let Expr::Bin("||", strict, unordered) = above else {
        return false;
    };
    tied.is_some_and(|tied| {
        vals(strict, ["<", ">"]) == Some(tied)
            && vals(unordered, ["!=", "!="]).is_some_and(|[a, b]| a == b && tied.contains(&a))
    })
}

/// Literals, arithmetic without divisions, loads and kinks.
fn is_quick(cx: &Context<'_>, v: ValId, op: &Op) -> bool {
    match op {
        Op::Lit(_) | Op::Un(..) | Op::Load(_) | Op::Cast(..) | Op::Stop(_) => true,
        Op::Bin(op, ..) => !(cx.func.is_real(v) && matches!(op, BinOp::Div | BinOp::Rem)),
        Op::Rule { rule, .. } => !rule.costly && rule.std_method && !rule.decisions.is_empty(),
        _ => false,
    }
}

fn is_plain(block: &Block) -> bool {
    let plain = |s: &Stmt| match &s.kind {
        StmtKind::Def(_, Op::Opaque(code)) => code.pure,
        kind => matches!(kind, StmtKind::Def(..)),
    };
    block.stmts.iter().all(plain)
}

/// The side on which the value is replaced, and by what.
fn replaced(phi: &Phi, c: &Carried) -> Option<(bool, ValId)> {
    match (phi.then == c.phi, phi.els == c.phi) {
        (false, true) => Some((true, phi.then)),
        (true, false) => Some((false, phi.els)),
        _ => None,
    }
}

/// True if the derivative of the value goes through what is carried.
fn depends(cx: &Context<'_>, v: ValId, phi: ValId, seen: &mut BTreeSet<ValId>) -> bool {
    if v == phi {
        return true;
    }
    if !cx.facts.active(v) || !seen.insert(v) {
        return false;
    }
    let mut found = false;
    if let Some(op) = cx.layout.op(v) {
        op.for_each_use(&mut |u| found |= depends(cx, u, phi, seen));
    }
    found
}
