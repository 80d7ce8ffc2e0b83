//! Loops over elements that carry nothing, in a loop that is recorded: a step of a simulation on a grid.
//!
//! Nothing of theirs is a chain, and LLVM vectorises them as they are. Their reverse is another matter: a stencil adds to
//! several neighbours in memory, and parameters that all elements share get a sum. In a lane loop both are stored by
//! lane and added up after it (`adjoint/lanes.rs`), so the loop is split into strips for the sake of its reverse:
//!
//! ```text
//! for j in lo..hi { next[j] = u[j] + c * (u[j - 1] - 2 * u[j] + u[j + 1]) }
//! for j0 in (lo..hi).step_by(128) { lanes = min(128, hi - j0);  for l in 0..lanes { j = j0 + l; … } }
//! ```
//!
//! (Of points there are 32.)
//!
//! The elements come in the order in which they came, so that no condition is needed for the value to be the same.

use std::collections::BTreeMap;

use super::shape::counts_elements;
use super::{Given, LANES, Names, WIDE, fresh_loop, is_long_and_upwards, lanes_from, named};
use crate::compiler::adjoint::Style;
use crate::compiler::hir::{BinOp, Ty};
use crate::compiler::ssa::{
    Block, Func, List, Mined, Op, Place, Proj, Range, Stmt, StmtKind, StoreOp, ValId,
};

/// True if the reverse of the loop gains by strips, and nothing of it has to be recorded.
pub(super) fn fits(cx: Given<'_>, stmt: &Stmt) -> bool {
    let StmtKind::For {
        id,
        counter,
        range,
        carried,
        body,
        until: None,
        count: None,
        budget: None,
    } = &stmt.kind
    else {
        return false;
    };
    carried.is_empty()
        && is_long_and_upwards(cx, range)
        && !cx.func.checkpoints.contains_key(id)
        && body.stmts.iter().all(|s| is_plain(cx, *counter, s))
        && counts_elements(cx, *counter, range, body)
        && !is_recurrence(cx, *counter, body)
        && (is_stencil(cx, *counter, body) || shares_parameter(cx, body))
}

/// Arithmetic, which the reverse sweep runs again, and stores of elements. Those of a row of a matrix do not count: the row may be
/// short, and the loop an inner one of several.
fn is_plain(cx: Given<'_>, counter: ValId, stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Def(_, op) => match op {
            Op::Bin(BinOp::Div, a, _) => !cx.func.is_real(*a),
            Op::Lit(_) | Op::Un(..) | Op::Bin(..) | Op::Cast(..) | Op::Load(_) => true,
            Op::Rule { rule, weights, .. } => !rule.costly && weights.is_empty(),
            _ => false,
        },
        StmtKind::Store { place, op, .. } => {
            element(cx, place).is_some_and(|(_, at)| cx.layout.offset(at).0 == counter)
                && matches!(op, StoreOp::Set | StoreOp::Add | StoreOp::Sub)
        }
        _ => false,
    }
}

/// The list and the index of a number, or of a point of which it is a coordinate.
fn element(cx: Given<'_>, at: &Place) -> Option<(List, ValId)> {
    let (list, path) = at.in_list();
    let known = list.fields.is_empty() || cx.func.place_ty(&list.place()).is_some_and(is_list);
    match path {
        [Proj::Index(index)] if known => Some((list, *index)),
        [Proj::Index(index), Proj::Index(coordinate)] if known => {
            cx.layout.literal(*coordinate).map(|_| (list, *index))
        }
        _ => None,
    }
}

/// True for a list of numbers, or of points. Of other fields only rustc knows what they are.
fn is_list(ty: Ty) -> bool {
    matches!(ty, Ty::Vec(_) | Ty::Array(..) | Ty::Slice(_))
}

/// True if elements are made of others that iterations before have made: the reverse runs one iteration after the other.
fn is_recurrence(cx: Given<'_>, counter: ValId, body: &Block) -> bool {
    let offset = |at: &Place| {
        let (from, offset) = cx.layout.offset(element(cx, at)?.1);
        (from == counter).then_some(offset)
    };
    let mut written: BTreeMap<List, Vec<Option<i64>>> = BTreeMap::new();
    body.walk(&mut |s| {
        if let StmtKind::Store { place, .. } = &s.kind {
            let (list, _) = place.in_list();
            written.entry(list).or_default().push(offset(place));
        }
    });
    let mut found = false;
    body.walk(&mut |s| {
        if let StmtKind::Def(_, Op::Load(at)) = &s.kind {
            let stores = written.get(&at.in_list().0).into_iter().flatten();
            let before = |store: &Option<i64>| match (offset(at), store) {
                (Some(read), Some(store)) => read < *store,
                _ => true,
            };
            found |= stores.into_iter().any(before);
        }
    });
    found
}

/// True if neighbours of one element are read, so that the reverse adds to all of them.
fn is_stencil(cx: Given<'_>, counter: ValId, body: &Block) -> bool {
    let mut read: BTreeMap<List, i64> = BTreeMap::new();
    let mut found = false;
    body.walk(&mut |s| {
        if let StmtKind::Def(_, Op::Load(at)) = &s.kind
            && let Some((list, index)) = element(cx, at)
            && cx.facts.active_place(at)
            && let (from, offset) = cx.layout.offset(index)
            && from == counter
        {
            found |= *read.entry(list).or_insert(offset) != offset;
        }
    });
    found
}

/// True if all elements use one number that has an adjoint. In split style it is the caller who knows whether a parameter has one.
fn shares_parameter(cx: Given<'_>, body: &Block) -> bool {
    let inside = cx.layout.id_of(body);
    let unknown =
        |v| cx.style == Style::Split && matches!(cx.layout.op(v), None | Some(Op::Param(_)));
    let mut found = false;
    body.walk(&mut |s| {
        s.kind.for_each_use(&mut |v| {
            let outside = !cx.layout.contains(inside, cx.layout.def_block(v));
            found |= outside && cx.func.is_real(v) && cx.facts.active(v) && !unknown(v);
        });
    });
    found
}

/// True if elements are points: what is stored by lane is as large as they are, and may be on the stack.
fn is_of_points(body: &Block) -> bool {
    let mut found = false;
    body.walk(&mut |s| {
        if let StmtKind::Store { place: at, .. } | StmtKind::Def(_, Op::Load(at)) = &s.kind {
            found |= at.in_list().1.len() > 1;
        }
    });
    found
}

/// Appends the loop in strips.
pub(super) fn run(
    cx: Given<'_>,
    func: &mut Func,
    names: &mut Names,
    stmt: &Stmt,
    out: &mut Vec<Stmt>,
) {
    let StmtKind::For {
        id,
        counter,
        range,
        body,
        ..
    } = &stmt.kind
    else {
        return out.push(stmt.clone());
    };
    let span = stmt.span;
    let [start, count, lane, zero, step] = ["start", "lanes", "lane", "n", "n"].map(|base| {
        let name = names.numbered(base, "_", 1, span);
        named(func, name, Ty::Int, span)
    });
    let def = |v: ValId, op: Op| Stmt {
        kind: StmtKind::Def(v, op),
        span,
    };
    let wide = !is_of_points(body);
    let width = if wide { WIDE } else { LANES };
    for (v, number) in [(zero, 0), (step, width)] {
        let number = proc_macro2::Literal::usize_unsuffixed(number);
        out.push(def(v, Op::Lit(quote::quote!(#number))));
    }
    let looped = |id, counter, range, stmts| Stmt {
        kind: StmtKind::For {
            id,
            counter,
            range,
            carried: Vec::new(),
            body: Block { stmts },
            until: None,
            count: None,
            budget: None,
        },
        span,
    };
    let lanes = fresh_loop(cx, func);
    func.strips.lanes.insert(lanes);
    let (counter, mined) = (
        *counter,
        Mined {
            counter: *counter,
            count,
            wide,
        },
    );
    func.strips.mined.insert(*id, mined);
    let mut stmts = vec![def(counter, Op::Bin(BinOp::Add, start, lane))];
    stmts.extend(body.stmts.iter().cloned());
    let over_lanes = Range {
        lo: zero,
        hi: count,
        step: None,
        ..range.clone()
    };
    let strip = vec![
        def(count, lanes_from(func, step, range.hi, start)),
        looped(lanes, lane, over_lanes, stmts),
    ];
    let over_strips = Range {
        step: Some(step),
        ..range.clone()
    };
    out.push(looped(*id, start, over_strips, strip));
}
