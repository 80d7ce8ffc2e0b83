//! Counted loops that a branch at the start of the body ends become `while` loops.
//!
//! In: the HIR with its jumps, searches taken apart. Out: the same, where such a test stands in the condition.
//!
//! ```text
//! for i in a..b { let d = e; if c { found = true; break } rest }
//! →  let end = b; let mut next = a;
//!    while next < end && { let i = next; let d = e; !c } { let i = next; let d = e; rest; next += 1 }
//!    if next < end { let i = next; let d = e; found = true }
//! ```
//!
//! No iteration runs in part then: the reverse sweep goes through those that ran, and asks in none of them whether it was the
//! last. What it keeps of each is what the rest needs, and not the decision. (A sum up to a limit, in a function that is called often,
//! took 21 times the primal, and takes 1.3.)

use std::collections::BTreeSet;

use proc_macro2::Span;
use quote::quote;

use super::make::{Make, declare, rewrite};
use super::searches::{changes_nothing, is_index_alone, is_passed};
use super::{and, expr, not};
use crate::compiler::hir::{
    BinOp, Block, Counted, Expr, ExprKind, Func, LoopId, Pat, Range, Stmt, StmtKind, Ty, VarId,
};

/// Rewrites the loops of the whole function.
pub(super) fn run(func: &mut Func) {
    let mut body = std::mem::take(&mut func.body);
    // Loops with an attribute stay what they are.
    let kept = func.checkpoints.keys().chain(func.whole.keys());
    let kept: BTreeSet<LoopId> = kept.copied().collect();
    let mut pass = Leading {
        make: Make {
            vars: &mut func.vars,
        },
    };
    rewrite(&mut body, &mut |stmt, out| match Tested::of(&stmt, &kept) {
        Some(tested) => pass.write(tested, stmt.span, out),
        None => out.push(stmt),
    });
    func.body = body;
}

struct Leading<'a> {
    make: Make<'a>,
}

/// A loop whose body starts with a test that ends it.
struct Tested {
    id: LoopId,
    counter: VarId,
    range: Range,
    before: Vec<Stmt>,
    cond: Expr,
    /// What is done where it ends.
    last: Vec<Stmt>,
    rest: Vec<Stmt>,
}

impl Leading<'_> {
    fn write(&mut self, tested: Tested, span: Span, out: &mut Vec<Stmt>) {
        let Tested {
            id,
            counter,
            range,
            before,
            cond,
            last,
            rest,
        } = tested;
        let next = self.make.variable("next", Ty::Int, span);
        let end = self.make.variable("end", Ty::Int, span);
        out.push(declare(next, range.lo, span));
        out.push(declare(end, range.hi, span));
        let make = &self.make;
        let runs = || {
            let (a, b) = (make.read(next, span), make.read(end, span));
            let kind = ExprKind::Binary(BinOp::Lt, Box::new(a), Box::new(b));
            expr(kind, Ty::Bool, span)
        };
        let at = || std::iter::once(declare(counter, make.read(next, span), span));
        let test = Block {
            stmts: at().chain(before.iter().cloned()).collect(),
            value: Some(Box::new(not(cond))),
        };
        let test = expr(ExprKind::Block(test), Ty::Bool, span);
        let mut step = make.assign(next, expr(ExprKind::Lit(quote!(1)), Ty::Int, span), span);
        if let StmtKind::Assign { op, .. } = &mut step.kind {
            *op = Some(BinOp::Add);
        }
        let body = at().chain(before.iter().cloned()).chain(rest).chain([step]);
        let stop = Stmt {
            kind: StmtKind::Break(id),
            span,
        };
        let turn = StmtKind::If {
            cond: and(runs(), test),
            then: block(body),
            els: block([stop]),
        };
        let body = block([Stmt { kind: turn, span }]);
        out.push(Stmt {
            kind: StmtKind::Loop { id, body },
            span,
        });
        if !last.is_empty() {
            let kind = StmtKind::If {
                cond: runs(),
                then: block(at().chain(before).chain(last)),
                els: Block::default(),
            };
            out.push(Stmt { kind, span });
        }
    }
}

fn block(stmts: impl IntoIterator<Item = Stmt>) -> Block {
    Block {
        stmts: stmts.into_iter().collect(),
        value: None,
    }
}

impl Tested {
    fn of(stmt: &Stmt, kept: &BTreeSet<LoopId>) -> Option<Tested> {
        let Counted {
            id,
            var,
            range,
            body,
        } = stmt.kind.counted()?;
        let plain = !range.inclusive && !range.rev && range.step.is_none();
        if !plain || body.value.is_some() || kept.contains(&id) {
            return None;
        }
        let at = body.stmts.iter().position(|s| !is_declaration(s))?;
        let (before, rest) = body.stmts.split_at(at);
        let (branch, rest) = rest.split_first()?;
        let StmtKind::If { cond, then, els } = &branch.kind else {
            return None;
        };
        let (jump, last) = then.stmts.split_last()?;
        let ends = matches!(jump.kind, StmtKind::Break(target) if target == id)
            && els.stmts.is_empty()
            && els.value.is_none()
            && then.value.is_none();
        if !ends || !changes_nothing(cond) || !last.iter().all(is_note) {
            return None;
        }
        let tested = Tested {
            id,
            counter: var,
            range: range.clone(),
            before: before.to_vec(),
            cond: cond.clone(),
            last: last.to_vec(),
            rest: rest.to_vec(),
        };
        let stays = rest.iter().any(super::stmt_has_jump);
        (!stays && tested.computes() && tested.keeps_positions()).then_some(tested)
    }

    /// True if an iteration computes a number. A loop that only looks for something keeps nothing as it is.
    fn computes(&self) -> bool {
        let mut found = false;
        self.rest.iter().for_each(|stmt| {
            stmt.for_each_expr(&mut |e| found |= matches!(e.ty, Ty::Real(_) | Ty::Struct(_)));
        });
        found
    }

    /// True if integers that the loop counts are indices alone: the condition would make numbers of them depend on the test.
    fn keeps_positions(&self) -> bool {
        let mut positions = BTreeSet::from([self.counter]);
        let all = || self.before.iter().chain(&self.rest);
        all().for_each(|stmt| counted(stmt, &mut positions));
        let mut kept = true;
        for stmt in all() {
            stmt.for_each_expr(&mut |e| kept &= is_index_alone(e, &positions));
        }
        kept
    }
}

/// The integers that a statement gives a value.
fn counted(stmt: &Stmt, positions: &mut BTreeSet<VarId>) {
    match &stmt.kind {
        StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(init),
        } if matches!(init.ty, Ty::Int) => drop(positions.insert(*var)),
        StmtKind::Assign { place, .. } if matches!(place.ty, Ty::Int) => {
            positions.insert(place.root);
        }
        StmtKind::If { then, els, .. } => {
            let inner = then.stmts.iter().chain(&els.stmts);
            inner.for_each(|stmt| counted(stmt, positions));
        }
        StmtKind::For { var, body, .. } => {
            positions.insert(*var);
            body.stmts.iter().for_each(|stmt| counted(stmt, positions));
        }
        StmtKind::Loop { body, .. } => {
            body.stmts.iter().for_each(|stmt| counted(stmt, positions));
        }
        _ => {}
    }
}

fn is_declaration(stmt: &Stmt) -> bool {
    matches!(stmt.kind, StmtKind::Let { .. } | StmtKind::Alias { .. }) && is_passed(stmt)
}

/// `found = true;` or `at = i;`: what a search leaves.
fn is_note(stmt: &Stmt) -> bool {
    matches!(&stmt.kind, StmtKind::Assign { place, op: None, .. } if place.path.is_empty() && matches!(place.ty, Ty::Int | Ty::Bool))
}
