//! Guards against 0·∞ in loops whose iterations run in turn.
//!
//! A select lengthens the chain from iteration to iteration by a compare, a mask and a blend; a branch that is predicted
//! does not. Where kinks decide in the loop zeros come and go, and selects stay.
//!
//! ```text
//! b_bar = unless_zero(a_bar, a_bar * p)    →    b_bar = unless_zero_in_turn(a_bar, a_bar * p)
//! ```
//!
//! Where a decision passes an adjoint on to one side, all that follows from it is 0 for the other one: in a recorded loop it is
//! skipped by one branch, which the primal's own branch makes likely to be predicted.
//!
//! ```text
//! c_bar = pick_above(w, s_bar);             →    c_bar = pick_above(w, s_bar);
//! a_bar = unless_zero(c_bar, c_bar * b);         if c_bar != 0.0 { a_bar = c_bar * b; x_bar += a_bar * y; … }
//! x_bar += unless_zero(a_bar, a_bar * y); …
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use super::ordinary::{adds_nothing_up, may_run_at_once};
use crate::compiler::code::{Callee, Expr, GuardForm, Pick, Stmt};
use crate::compiler::real;
use crate::compiler::ssa::{Op, Stmt as Ssa, StmtKind, ValId};
use crate::compiler::tidy::Var;

/// Makes the guards in the reverse of an iteration branches, unless kinks decide in the loop.
pub(super) fn in_turn(stmt: &Ssa, reverse: &mut [Stmt]) {
    if !decides(stmt) {
        reverse.iter_mut().for_each(branch);
    }
}

/// True if kinks decide in the loop, so that zeros come and go.
fn decides(stmt: &Ssa) -> bool {
    let mut found = false;
    stmt.kind.loop_body().into_iter().for_each(|b| {
        b.walk(&mut |s| {
            found |= matches!(
                &s.kind,
                StmtKind::Def(_, Op::Weight { .. } | Op::Branch { .. })
            );
        });
    });
    found
}

/// Guards against 0·∞ as branches, inner loops aside.
fn branch(stmt: &mut Stmt) {
    if matches!(
        stmt,
        Stmt::For { .. } | Stmt::Loop { .. } | Stmt::Apart { .. }
    ) {
        return;
    }
    stmt.for_each_part_mut(
        &mut |e| {
            e.walk_mut(&mut |e| {
                if let Expr::Call(Callee::UnlessZero(guard), _) = e {
                    *guard = GuardForm::Branch;
                }
            });
        },
        &mut |stmts| stmts.iter_mut().for_each(branch),
    );
}

/// Makes guards that share their factor selects, in loops that several iterations may run of at once: LLVM puts two products
/// that are asked the same under one branch, and then the loop runs in turn.
pub(super) fn at_once(stmts: &mut [Stmt]) {
    for stmt in stmts {
        match stmt {
            Stmt::For { body, .. } if may_run_at_once(body) && adds_nothing_up(body) => {
                let mut guards = BTreeMap::new();
                let mut count = |e: &Expr| {
                    if let Some(factor) = shared(e) {
                        *guards.entry(factor).or_insert(0) += 1;
                    }
                };
                body.iter().for_each(|s| s.walk(&mut count));
                let mut select = |e: &mut Expr| {
                    if shared(e).is_some_and(|factor| guards[&factor] > 1)
                        && let Expr::Call(Callee::UnlessZero(guard), _) = e
                    {
                        *guard = GuardForm::Select;
                    }
                };
                body.iter_mut().for_each(|s| s.walk_mut(&mut select));
            }
            _ => stmt.for_each_part_mut(&mut |_| {}, &mut |stmts| at_once(stmts)),
        }
    }
}

/// The adjoint that a guard asks for.
fn shared(e: &Expr) -> Option<ValId> {
    match e {
        Expr::Call(Callee::UnlessZero(GuardForm::Either), args) => match args.first() {
            Some(Expr::Bar(v)) => Some(*v),
            _ => None,
        },
        _ => None,
    }
}

/// Guards that there are at least where one branch takes their place.
const WORTH: usize = 3;

/// Puts what follows from an adjoint that a decision may have set to 0 under one branch.
pub(super) fn decided(cx: &Context<'_>, stmt: &Ssa, reverse: &mut Vec<Stmt>) {
    if !decides(stmt) {
        return;
    }
    Groups { cx }.of(reverse, true);
}

struct Groups<'a> {
    cx: &'a Context<'a>,
}

impl Groups<'_> {
    /// `of_decisions`: only adjoints that a decision gives are looked at.
    fn of(&self, stmts: &mut Vec<Stmt>, of_decisions: bool) {
        let mut at = 0;
        while at < stmts.len() {
            let factor = self.declared(&stmts[at]);
            let factor = factor.filter(|(_, init)| !of_decisions || is_decision(init));
            if let Some((factor, _)) = factor
                && let Some((first, end)) = self.group(stmts, at, factor)
            {
                let mut then: Vec<Stmt> = stmts.drain(first..end).collect();
                let nonzero = self.names_of(&then, factor);
                then.iter_mut().for_each(|s| self.unguard(s, &nonzero));
                self.of(&mut then, false);
                let zero = real::zero(&self.cx.func.val(factor).ty);
                let cond = Expr::bin("!=", Expr::Bar(factor), zero);
                let els = Vec::new();
                stmts.insert(first, Stmt::If { cond, then, els });
                at = first;
            }
            at += 1;
        }
    }

    /// The adjoint that a statement declares, and what it is.
    fn declared<'s>(&self, stmt: &'s Stmt) -> Option<(ValId, &'s Expr)> {
        let Stmt::Let {
            name,
            init: Some(init),
            ..
        } = stmt
        else {
            return None;
        };
        match self.cx.names.adjoint_of(name) {
            Some(Var::Bar(v)) => Some((v, init)),
            _ => None,
        }
    }

    /// The first run of statements behind `at` that do nothing where the factor is 0, if that saves enough guards and nothing
    /// behind them needs what they declare.
    fn group(&self, stmts: &[Stmt], at: usize, factor: ValId) -> Option<(usize, usize)> {
        let mut zero = BTreeSet::from([factor]);
        let first = (at + 1..stmts.len()).find(|k| self.follows(&stmts[*k], &mut zero))?;
        let mut end = first + 1;
        while end < stmts.len() && self.follows(&stmts[end], &mut zero) {
            end += 1;
        }
        let group = &stmts[first..end];
        let mut guards = 0;
        let mut count = |e: &Expr| guards += usize::from(self.guarded(e).is_some());
        group.iter().for_each(|s| s.walk(&mut count));
        let declared: BTreeSet<ValId> = group
            .iter()
            .filter_map(|s| Some(self.declared(s)?.0))
            .collect();
        let mut needed = false;
        let mut look = |e: &Expr| needed |= matches!(e, Expr::Bar(v) if declared.contains(v));
        stmts[end..].iter().for_each(|s| s.walk(&mut look));
        (guards >= WORTH && !needed).then_some((first, end))
    }

    /// True if the statement does nothing where these adjoints are 0; what it declares is 0 then, too.
    fn follows(&self, stmt: &Stmt, zero: &mut BTreeSet<ValId>) -> bool {
        match stmt {
            Stmt::Let {
                init: Some(init), ..
            } if self.is_zero(init, zero) => match self.declared(stmt) {
                Some((v, _)) => zero.insert(v),
                None => false,
            },
            Stmt::Assign {
                op: "+=" | "-=",
                value,
                ..
            } => self.is_zero(value, zero),
            _ => false,
        }
    }

    /// True if the expression is 0 where these adjoints are.
    fn is_zero(&self, e: &Expr, zero: &BTreeSet<ValId>) -> bool {
        match e {
            Expr::Bar(v) => zero.contains(v),
            Expr::Neg(e) => self.is_zero(e, zero),
            Expr::Bin("+" | "-", a, b) => self.is_zero(a, zero) && self.is_zero(b, zero),
            e => self
                .guarded(e)
                .is_some_and(|(factor, _)| self.is_zero(factor, zero)),
        }
    }

    /// Factor and product of a guard.
    fn guarded<'e>(&self, e: &'e Expr) -> Option<(&'e Expr, &'e Expr)> {
        match e {
            Expr::Call(Callee::UnlessZero(GuardForm::Either), args) => match args.as_slice() {
                [factor, product] => Some((factor, product)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Other names for the factor in the statements: where it is not 0, they are not.
    fn names_of(&self, stmts: &[Stmt], factor: ValId) -> BTreeSet<ValId> {
        let mut same = BTreeSet::from([factor]);
        for stmt in stmts {
            if let Some((v, init)) = self.declared(stmt)
                && is_name_of(init, &same)
            {
                same.insert(v);
            }
        }
        same
    }

    /// Takes guards away whose factor is not 0 here.
    fn unguard(&self, stmt: &mut Stmt, nonzero: &BTreeSet<ValId>) {
        stmt.walk_mut(&mut |e| {
            let product = self
                .guarded(e)
                .and_then(|(factor, product)| is_name_of(factor, nonzero).then_some(product));
            if let Some(product) = product.cloned() {
                *e = product;
            }
        });
    }
}

fn is_name_of(e: &Expr, bars: &BTreeSet<ValId>) -> bool {
    match e {
        Expr::Bar(v) => bars.contains(v),
        Expr::Neg(e) => is_name_of(e, bars),
        _ => false,
    }
}

/// True for what a decision passes on to one side: nothing, where it is taken for the other one.
fn is_decision(e: &Expr) -> bool {
    match e {
        Expr::Call(Callee::Pick(Pick::Above | Pick::Below), _) => true,
        Expr::Neg(e) => is_decision(e),
        _ => false,
    }
}
