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

use std::collections::BTreeSet;

use super::Context;
use crate::compiler::analyse::loops::Mode;
use crate::compiler::ssa::{Block, Carried, Op, Phi, Stmt, StmtKind, ValId};

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
                let partial: String = partial.chars().filter(|c| !c.is_whitespace()).collect();
                let kept = match partial.as_str() {
                    "pick(w,0.0,1.0)" => true,
                    "pick(w,1.0,0.0)" => false,
                    _ => return None,
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
