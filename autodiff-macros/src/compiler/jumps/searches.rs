//! Loops that look for something: what is done with it is done behind the loop.
//!
//! In: the HIR with its jumps. Out: the same, with the statements in front of a jump out of a loop behind the loop.
//!
//! ```text
//! for i in a..b { let d = e; if c { s += f(d); break } … }
//! →  let mut hit = false; let mut at = 0;
//!    for i in a..b { let d = e; if c { hit = true; at = i; break } … }
//!    if hit { let i = at; let d = e; s += f(d) }
//! ```
//!
//! The loop computes no number then, and nothing has to be kept of its iterations. The reverse of the other form would ask
//! in every iteration whether it was the one: a search for an interval took 15 times the primal, and takes 1.1.

use std::collections::BTreeSet;

use quote::quote;

use super::make::{Make, declare, rewrite};
use super::{expr, false_expr, has_jump, stmt_has_jump, true_expr};
use crate::compiler::hir::{
    BinOp, Block, Expr, ExprKind, Func, LoopId, Pat, Stmt, StmtKind, Ty, VarId,
};

/// Moves what follows a search behind its loop, in the whole function.
pub(super) fn run(func: &mut Func) {
    let mut body = std::mem::take(&mut func.body);
    let mut pass = Searches {
        make: Make {
            vars: &mut func.vars,
        },
    };
    rewrite(&mut body, &mut |mut stmt, out| {
        let behind = pass.search(&mut stmt, out);
        out.push(stmt);
        out.extend(behind);
    });
    func.body = body;
}

struct Searches<'a> {
    make: Make<'a>,
}

/// What is done when something is found.
struct Found {
    /// The declarations of the iteration up to there.
    before: Vec<Stmt>,
    stmts: Vec<Stmt>,
    jump: Stmt,
}

impl Searches<'_> {
    /// Takes what is done with what a loop finds out of it; declarations go in front of it.
    fn search(&mut self, stmt: &mut Stmt, out: &mut Vec<Stmt>) -> Option<Stmt> {
        let (id, counter, body) = match &mut stmt.kind {
            StmtKind::For { id, var, body, .. } => (*id, Some(*var), body),
            StmtKind::Loop { id, body } if is_while(*id, body) => match &mut body.stmts[0].kind {
                StmtKind::If { then, .. } => (*id, None, then),
                _ => return None,
            },
            StmtKind::Loop { id, body } => (*id, None, body),
            _ => return None,
        };
        let at = body.stmts.iter().position(|stmt| !is_passed(stmt))?;
        let (before, rest) = body.stmts.split_at_mut(at);
        let found = Found::of(id, counter, before, &mut rest[0])?;
        let span = found.jump.span;
        let hit = self.make.variable("hit", Ty::Bool, span);
        out.push(declare(hit, false_expr(span), span));
        let mut stmts = vec![self.make.assign(hit, true_expr(span), span)];
        let mut behind = Vec::new();
        if let Some(counter) = counter {
            let at = self.make.variable("at", Ty::Int, span);
            let zero = expr(ExprKind::Lit(quote!(0)), Ty::Int, span);
            out.push(declare(at, zero, span));
            stmts.push(self.make.assign(at, self.make.read(counter, span), span));
            behind.push(declare(counter, self.make.read(at, span), span));
        }
        behind.extend(found.before);
        behind.extend(found.stmts);
        stmts.push(Stmt {
            kind: StmtKind::Break(id),
            span,
        });
        if !matches!(found.jump.kind, StmtKind::Break(target) if target == id) {
            behind.push(found.jump);
        }
        if let StmtKind::If { then, .. } = &mut rest[0].kind {
            then.stmts = stmts;
        }
        Some(Stmt {
            kind: StmtKind::If {
                cond: self.make.read(hit, span),
                then: Block {
                    stmts: behind,
                    value: None,
                },
                els: Block::default(),
            },
            span,
        })
    }
}

/// True for `loop { if c { … } else { break } }`, as which `lower` writes `while c { … }`.
fn is_while(id: LoopId, body: &Block) -> bool {
    let ends = |els: &Block| matches!(els.stmts.as_slice(), [Stmt { kind: StmtKind::Break(target), .. }] if *target == id);
    matches!(body.stmts.as_slice(), [Stmt { kind: StmtKind::If { els, .. }, .. }] if ends(els))
}

/// True for what may stand in front of the branch that leaves: declarations that can be made once more, and branches that
/// jump where they are taken.
pub(super) fn is_passed(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Let {
            pat: Pat::Var(_),
            init: Some(init),
        } => is_repeatable(init),
        StmtKind::Alias { place, .. } => {
            let mut fits = true;
            place.for_each_expr(&mut |at| fits &= is_simple(at));
            fits
        }
        StmtKind::If { cond, then, els } => {
            let jumps = matches!(
                then.stmts.as_slice(),
                [Stmt {
                    kind: StmtKind::Break(_) | StmtKind::Continue(_),
                    ..
                }]
            );
            jumps && els.stmts.is_empty() && els.value.is_none() && changes_nothing(cond)
        }
        _ => false,
    }
}

/// True for a condition that may decide, and calls nobody that could change what it is handed.
pub(super) fn changes_nothing(cond: &Expr) -> bool {
    let mut fits = true;
    cond.for_each_expr(&mut |e| {
        fits &= match &e.kind {
            ExprKind::Call(_) | ExprKind::Ref(true, _) => false,
            ExprKind::Opaque(code) => code.pure,
            ExprKind::Block(block) => block.stmts.is_empty(),
            ExprKind::If(_, then, els) => then.stmts.is_empty() && els.stmts.is_empty(),
            _ => true,
        }
    });
    fits
}

/// True for what decides nothing and calls nobody.
fn is_repeatable(init: &Expr) -> bool {
    let mut fits = true;
    init.for_each_expr(&mut |e| fits &= is_simple(e));
    fits
}

fn is_simple(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Lit(_)
        | ExprKind::Place(_)
        | ExprKind::Len(_)
        | ExprKind::Unary(..)
        | ExprKind::Cast(..)
        | ExprKind::Tuple(_) => true,
        ExprKind::Binary(op, a, _) => !compares(*op) || matches!(a.ty, Ty::Int | Ty::Bool),
        ExprKind::Rule(rule, _) => rule.decisions.is_empty(),
        ExprKind::Opaque(code) => code.pure,
        _ => false,
    }
}

fn compares(op: BinOp) -> bool {
    use BinOp::{Eq, Ge, Gt, Le, Lt, Ne};
    matches!(op, Eq | Ne | Lt | Le | Gt | Ge)
}

impl Found {
    /// What a branch does before it leaves the loop, if that can be done behind the loop, and a number is in it.
    fn of(id: LoopId, counter: Option<VarId>, before: &[Stmt], branch: &mut Stmt) -> Option<Found> {
        let StmtKind::If { cond, then, els } = &mut branch.kind else {
            return None;
        };
        // What stands in front of it is declared again later.
        if !changes_nothing(cond) {
            return None;
        }
        let (jump, stmts) = then.stmts.split_last()?;
        let leaves = match &jump.kind {
            StmtKind::Break(_) => true,
            StmtKind::Continue(target) => *target != id,
            StmtKind::Return(value) => !value.as_ref().is_some_and(has_jump),
            _ => false,
        };
        let plain = els.stmts.is_empty() && els.value.is_none() && then.value.is_none();
        if !leaves || !plain || stmts.iter().any(stmt_has_jump) {
            return None;
        }
        let declared = before
            .iter()
            .filter(|stmt| !matches!(stmt.kind, StmtKind::If { .. }));
        let found = Found {
            before: declared.cloned().collect(),
            stmts: stmts.to_vec(),
            jump: jump.clone(),
        };
        (found.computes() && found.keeps_positions(counter)).then_some(found)
    }

    fn all(&self) -> impl Iterator<Item = &Stmt> {
        let behind = self.stmts.iter().chain([&self.jump]);
        self.before.iter().chain(behind)
    }

    /// True if a number is assigned, returned, or handed to a callee.
    fn computes(&self) -> bool {
        let behind = self.stmts.iter().chain([&self.jump]);
        behind.into_iter().any(|stmt| match &stmt.kind {
            StmtKind::Let { .. } | StmtKind::Alias { .. } | StmtKind::Effect { .. } => false,
            StmtKind::Assign { value, .. } | StmtKind::Push { value, .. } => {
                holds_number(&value.ty)
            }
            StmtKind::Return(value) => value.as_ref().is_some_and(computes_number),
            StmtKind::Break(_) | StmtKind::Continue(_) => false,
            _ => true,
        })
    }

    /// True if what tells where the search ended is used for indices alone: a number that is made of it would depend on the
    /// test that ended the search, and not on a branch any more.
    fn keeps_positions(&self, counter: Option<VarId>) -> bool {
        let mut positions: BTreeSet<VarId> = counter.into_iter().collect();
        for stmt in &self.before {
            if let StmtKind::Let {
                pat: Pat::Var(var),
                init: Some(init),
            } = &stmt.kind
                && !holds_number(&init.ty)
                && mentions(init, &positions)
            {
                positions.insert(*var);
            }
        }
        let mut kept = true;
        for stmt in self.all() {
            kept &= !matches!(stmt.kind, StmtKind::For { .. } | StmtKind::Loop { .. });
            stmt.for_each_expr(&mut |e| kept &= is_index_alone(e, &positions));
        }
        kept
    }
}

pub(super) fn is_index_alone(e: &Expr, positions: &BTreeSet<VarId>) -> bool {
    let tells = |e: &Expr| !holds_number(&e.ty) && mentions(e, positions);
    match &e.kind {
        ExprKind::Cast(inner, _) => !tells(inner),
        ExprKind::Binary(op, a, b) if compares(*op) => !tells(a) && !tells(b),
        ExprKind::Call(call) => !call.args.iter().any(tells),
        ExprKind::Struct(lit) => !lit.fields.iter().any(|(_, field)| tells(field)),
        ExprKind::Tuple(parts) | ExprKind::List(parts) => !parts.iter().any(tells),
        ExprKind::Rule(_, args) => !args.iter().any(tells),
        ExprKind::Opaque(code) => {
            let used = code.uses.iter().any(|(_, var)| positions.contains(var));
            !used || matches!(e.ty, Ty::Int)
        }
        _ => true,
    }
}

fn mentions(e: &Expr, vars: &BTreeSet<VarId>) -> bool {
    let mut found = false;
    e.for_each_expr(&mut |e| {
        found |= e.place().is_some_and(|place| vars.contains(&place.root));
        if let ExprKind::Opaque(code) = &e.kind {
            found |= code.uses.iter().any(|(_, var)| vars.contains(var));
        }
    });
    found
}

fn holds_number(ty: &Ty) -> bool {
    match ty {
        Ty::Real(_) | Ty::Struct(_) => true,
        Ty::Tuple(parts) => parts.iter().any(holds_number),
        Ty::Ref(_, inner)
        | Ty::Array(inner, _)
        | Ty::Vec(inner)
        | Ty::Slice(inner)
        | Ty::Seq(inner) => holds_number(inner),
        _ => false,
    }
}

/// True if a number is in the value that is more than a literal.
fn computes_number(value: &Expr) -> bool {
    let mut found = false;
    value.for_each_expr(&mut |e| {
        found |= holds_number(&e.ty) && e.place().is_some() || matches!(e.kind, ExprKind::Call(_));
    });
    found
}
