//! Methods that may change what they are called on.
//!
//! `let e = filter.run(xs);` shows neither whether `run` takes `&self` or `&mut self`. Where the
//! variable can change and the call is all that a statement computes, the call is taken for one that
//! changes it: methods that take `&self` have sweeps of that form, too. Beside other operands it is
//! taken for one that does not, unless nothing else tells why the variable can change ([`in_turn`]);
//! if it does, rustc finds no sweep of that name.
//!
//! In: the HIR with its types resolved. Out: the same, with such receivers behind `&mut`.

mod in_turn;

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};

use super::resolve::Walk;
use crate::compiler::hir::{
    Block, Call, Expr, ExprKind, Form, Func, Pat, Place, Proj, StmtKind, Ty, Var, VarId,
};

/// Methods of the traits of operators, which take their operands by value, and how many they have.
const OPERATORS: [(&str, usize); 6] = [
    ("add", 2),
    ("sub", 2),
    ("mul", 2),
    ("div", 2),
    ("rem", 2),
    ("neg", 1),
];

/// What has to be known of the function.
pub(super) struct Facts<'f> {
    /// The variable behind another name.
    pub(super) root: &'f dyn Fn(VarId) -> VarId,
    /// True for a method that is known to leave its receiver as it is.
    pub(super) keeps: &'f dyn Fn(&str) -> bool,
    /// True for a variable of the user's.
    pub(super) named: &'f dyn Fn(VarId) -> bool,
}

/// True for the place of a variable, or a part of one, that statements may change.
fn can_change(place: &Place, vars: &[Var], facts: &Facts<'_>) -> bool {
    let ty = |var: VarId| &vars[var.0 as usize].ty;
    // What `iter()` lends, for one, is there to be read.
    let lent = matches!(ty(place.root), Ty::Ref(false, _));
    let root = (facts.root)(place.root);
    !lent && (vars[root.0 as usize].mutable || matches!(ty(root), Ty::Ref(true, _)))
}

/// True for a method of a trait of operators.
fn is_operator(call: &Call) -> bool {
    OPERATORS.contains(&(&call.path.to_string(), call.args.len()))
}

/// Rewrites the whole function. `fresh` makes names that the user does not use.
pub(super) fn run(func: &mut Func, facts: &Facts<'_>, fresh: &mut dyn FnMut(&str, Span) -> Ident) {
    let mut body = std::mem::take(&mut func.body);
    let beside = beside(&mut body, facts);
    let can_change = |place: &Place, vars: &[Var]| can_change(place, vars, facts);
    let promote = |value: &mut Expr, assigned: Option<VarId>, used: bool| {
        let Some(call) = whole_call(value) else {
            return;
        };
        let name = call.path.to_string();
        let operator = used && is_operator(call);
        if (facts.keeps)(&name) || operator {
            return;
        }
        let Some((receiver, others)) = call.args.split_first_mut() else {
            return;
        };
        let ExprKind::Ref(false, place) = &receiver.kind else {
            return;
        };
        let root = (facts.root)(place.root);
        let is_other = |var: VarId| (facts.root)(var) != root;
        let beside = is_lent_alone(place, others, facts)
            && !others.iter().any(|other| is_around(other, place, facts));
        if can_change(place, &func.vars) && beside && assigned.is_none_or(is_other) {
            let place = place.clone();
            receiver.ty = Ty::Ref(true, Box::new(place.ty.clone()));
            receiver.kind = ExprKind::Ref(true, place);
        }
    };
    Walk {
        ty: &mut |_| {},
        code: &mut |_| {},
        expr: &mut |_| {},
        stmt: &mut |stmt| match &mut stmt.kind {
            StmtKind::Let {
                pat: Pat::Var(var), ..
            } if beside.contains(var) => {}
            StmtKind::Let {
                init: Some(value), ..
            }
            | StmtKind::Return(Some(value)) => promote(value, None, true),
            StmtKind::Expr(value) => promote(value, None, false),
            StmtKind::Assign { place, value, .. } if place.path.iter().all(is_field) => {
                promote(value, Some(place.root), true);
            }
            _ => {}
        },
    }
    .block(&mut body);
    if let Some(value) = &mut body.value {
        promote(value, None, true);
    }
    in_turn::run(&mut body, &mut func.vars, facts, fresh);
    Walk {
        ty: &mut |_| {},
        code: &mut |_| {},
        stmt: &mut |_| {},
        expr: &mut |expr| {
            let ExprKind::Call(call) = &mut expr.kind else {
                return;
            };
            let receiver = call.args.first().filter(|_| call.form == Form::Method);
            let changes = receiver.is_some_and(|receiver| match &receiver.kind {
                ExprKind::Ref(false, place) => can_change(place, &func.vars),
                _ => false,
            });
            call.may_change = changes && !(facts.keeps)(&call.path.to_string());
        },
    }
    .block(&mut body);
    func.body = body;
}

/// True if no other argument is memory of which the place may be a part.
fn is_lent_alone(place: &Place, others: &[Expr], facts: &Facts<'_>) -> bool {
    let root = |at: &Place| (facts.root)(at.root);
    let mut others = others.iter().filter_map(memory);
    others.all(|other| root(other) != root(place) || are_fields_apart(place, other))
}

/// True if an argument calls a method, which may change it, on what `part` is a part of: the one of `s.p.dot(s.step(x))`. Then the part is copied,
/// and not lent.
fn is_around(arg: &Expr, part: &Place, facts: &Facts<'_>) -> bool {
    let mut found = false;
    arg.for_each_expr(&mut |expr| {
        let ExprKind::Call(call) = &expr.kind else {
            return;
        };
        let receiver = call.args.first().filter(|_| call.form == Form::Method);
        if let Some(whole) = receiver.and_then(Expr::place) {
            found |= (facts.root)(whole.root) == (facts.root)(part.root)
                && whole.path.len() < part.path.len()
                && !(facts.keeps)(&call.path.to_string());
        }
    });
    found
}

/// What has a name of the compiler's, and is computed beside other operands: `p.turned(a)` of `p.x + p.turned(a).y`.
fn beside(body: &mut Block, facts: &Facts<'_>) -> BTreeSet<VarId> {
    let mut found = BTreeSet::new();
    let mut operand = |operand: &Expr| {
        let ExprKind::Block(block) = &operand.kind else {
            return;
        };
        let vars = block.stmts.iter().filter_map(|stmt| match &stmt.kind {
            StmtKind::Let {
                pat: Pat::Var(var), ..
            } => Some(*var),
            _ => None,
        });
        found.extend(vars.filter(|var| !(facts.named)(*var)));
    };
    Walk {
        ty: &mut |_| {},
        code: &mut |_| {},
        stmt: &mut |_| {},
        expr: &mut |expr| match &expr.kind {
            ExprKind::Binary(_, a, b) => [a, b].into_iter().for_each(|e| operand(e)),
            ExprKind::Rule(_, parts) | ExprKind::Call(Call { args: parts, .. }) => {
                parts.iter().for_each(&mut operand);
            }
            _ => {}
        },
    }
    .block(body);
    found
}

/// Different fields of one variable.
fn are_fields_apart(a: &Place, b: &Place) -> bool {
    let mut steps = a.path.iter().zip(&b.path);
    let first = steps.find(|steps| !matches!(steps, (Proj::Field(x), Proj::Field(y)) if x == y));
    a.root == b.root && matches!(first, Some((Proj::Field(_), Proj::Field(_))))
}

/// The place of which a callee gets memory; a number is read before the call.
fn memory(arg: &Expr) -> Option<&Place> {
    match &arg.kind {
        ExprKind::Place(_) if matches!(arg.ty, Ty::Real(_) | Ty::Int | Ty::Bool) => None,
        ExprKind::Place(place) | ExprKind::Ref(_, place) | ExprKind::CloneOf(place) => Some(place),
        _ => None,
    }
}

/// An index of the place that is assigned could read what the call changes.
fn is_field(step: &crate::compiler::hir::Proj) -> bool {
    matches!(step, crate::compiler::hir::Proj::Field(_))
}

/// The call of a method that is all of an expression.
fn whole_call(value: &mut Expr) -> Option<&mut Call> {
    match &mut value.kind {
        ExprKind::Call(call) if call.form == Form::Method => Some(call),
        ExprKind::Block(block) => whole_call(block.value.as_mut()?),
        _ => None,
    }
}
