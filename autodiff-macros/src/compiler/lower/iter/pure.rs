//! Whether a closure does more than compute: how often it runs at the end of a `zip` is nobody's
//! promise.

use std::collections::BTreeSet;

use proc_macro2::Span;

use super::Item;
use crate::compiler::diag;
use crate::compiler::hir::{Block, Expr, ExprKind, Pat, Place, Proj, Stmt, StmtKind, VarId};
use crate::compiler::lower::Lower;

impl Lower<'_> {
    /// Refuses effects in a closure before `zip`.
    pub(super) fn check_pure(&mut self, stmts: &[Stmt], item: &Item, span: Span) {
        let mut look = Look::default();
        look.stmts(stmts);
        look.item(item);
        if look.effect {
            self.diags.report(&diag::ZIP_EFFECT, span, &[]);
        }
    }
}

/// What some statements do.
#[derive(Default)]
struct Look {
    /// Declared in the statements, or another name of something that is not.
    own: BTreeSet<VarId>,
    effect: bool,
}

impl Look {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Value(value, _) => self.expr(value),
            Item::Place(place, _) => self.place(place),
            Item::Tuple(items) => items.iter().for_each(|item| self.item(item)),
            Item::Carried(_) => {}
        }
    }

    fn stmts(&mut self, stmts: &[Stmt]) {
        stmts.iter().for_each(|stmt| self.stmt(&stmt.kind));
    }

    fn block(&mut self, block: &Block) {
        self.stmts(&block.stmts);
        block.value.iter().for_each(|value| self.expr(value));
    }

    fn stmt(&mut self, kind: &StmtKind) {
        match kind {
            StmtKind::Let { pat, init } => {
                self.declare(pat);
                init.iter().for_each(|init| self.expr(init));
            }
            StmtKind::Assign { place, value, .. } | StmtKind::Push { place, value } => {
                self.effect |= !self.own.contains(&place.root);
                self.place(place);
                self.expr(value);
            }
            StmtKind::If { cond, then, els } => {
                self.expr(cond);
                self.block(then);
                self.block(els);
            }
            StmtKind::For { range, body, .. } | StmtKind::ForUntil { range, body, .. } => {
                [&range.lo, &range.hi]
                    .into_iter()
                    .for_each(|end| self.expr(end));
                range.step.iter().for_each(|step| self.expr(step));
                self.block(body);
            }
            StmtKind::While { cond, body, .. } => {
                self.expr(cond);
                self.block(body);
            }
            StmtKind::Loop { body, .. } => self.block(body),
            StmtKind::Return(value) => value.iter().for_each(|value| self.expr(value)),
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::Effect { .. } => self.effect = true,
            StmtKind::Alias { place, .. } => self.place(place),
            StmtKind::Break(_) | StmtKind::Continue(_) => {}
        }
    }

    fn declare(&mut self, pat: &Pat) {
        match pat {
            Pat::Var(var) => {
                self.own.insert(*var);
            }
            Pat::Tuple(parts) => parts.iter().for_each(|part| self.declare(part)),
            Pat::Wild => {}
        }
    }

    fn place(&mut self, place: &Place) {
        for step in &place.path {
            match step {
                Proj::Index(at) => self.expr(at),
                Proj::Slice { lo, hi, .. } => lo.iter().chain(hi).for_each(|end| self.expr(end)),
                Proj::Field(_) => {}
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Opaque(code) => self.effect |= !code.pure,
            ExprKind::Ref(mutable, place) => {
                self.effect |= *mutable && !self.own.contains(&place.root);
                self.place(place);
            }
            ExprKind::Place(place)
            | ExprKind::CloneOf(place)
            | ExprKind::Len(place)
            | ExprKind::Measure(place, _) => {
                self.place(place);
            }
            ExprKind::Unary(_, inner)
            | ExprKind::Cast(inner, _)
            | ExprKind::StopGradient(inner)
            | ExprKind::Classify(_, inner) => self.expr(inner),
            ExprKind::Binary(_, a, b) | ExprKind::Repeat(a, b) => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::Rule(_, parts) | ExprKind::Tuple(parts) | ExprKind::List(parts) => {
                parts.iter().for_each(|part| self.expr(part));
            }
            ExprKind::Struct(lit) => {
                lit.fields.iter().for_each(|(_, value)| self.expr(value));
                lit.base.iter().for_each(|base| self.place(base));
            }
            ExprKind::Call(call) => call.args.iter().for_each(|arg| self.expr(arg)),
            ExprKind::If(cond, then, els) => {
                self.expr(cond);
                self.block(then);
                self.block(els);
            }
            ExprKind::Block(block) => self.block(block),
            ExprKind::Lit(_) => {}
        }
    }
}
