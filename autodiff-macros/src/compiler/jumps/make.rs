//! Variables and statements that these passes write, and the walk in which they do.

use proc_macro2::{Ident, Span};

use super::expr;
use crate::compiler::hir::{Block, Expr, ExprKind, Pat, Place, Stmt, StmtKind, Ty, Var, VarId};

/// Hands every statement on, those in it first; what it becomes goes to the list.
pub(super) fn rewrite(block: &mut Block, write: &mut dyn FnMut(Stmt, &mut Vec<Stmt>)) {
    for mut stmt in std::mem::take(&mut block.stmts) {
        match &mut stmt.kind {
            StmtKind::If { then, els, .. } => {
                rewrite(then, write);
                rewrite(els, write);
            }
            StmtKind::For { body, .. } | StmtKind::Loop { body, .. } => rewrite(body, write),
            StmtKind::Expr(Expr {
                kind: ExprKind::Block(inner),
                ..
            }) => rewrite(inner, write),
            _ => {}
        }
        write(stmt, &mut block.stmts);
    }
}

/// Makes variables, and reads and assigns them.
pub(super) struct Make<'a> {
    pub(super) vars: &'a mut Vec<Var>,
}

impl Make<'_> {
    pub(super) fn variable(&mut self, name: &str, ty: Ty, span: Span) -> VarId {
        let name = Ident::new(name, span);
        let mutable = true;
        self.vars.push(Var { name, ty, mutable });
        VarId(u32::try_from(self.vars.len() - 1).unwrap_or(u32::MAX))
    }

    fn place(&self, var: VarId, span: Span) -> Place {
        Place {
            root: var,
            path: Vec::new(),
            ty: self.vars[var.0 as usize].ty.clone(),
            span,
        }
    }

    pub(super) fn read(&self, var: VarId, span: Span) -> Expr {
        let place = self.place(var, span);
        let ty = place.ty.clone();
        expr(ExprKind::Place(place), ty, span)
    }

    pub(super) fn assign(&self, var: VarId, value: Expr, span: Span) -> Stmt {
        let place = self.place(var, span);
        let op = None;
        Stmt {
            kind: StmtKind::Assign { place, op, value },
            span,
        }
    }
}

pub(super) fn declare(var: VarId, init: Expr, span: Span) -> Stmt {
    let (pat, init) = (Pat::Var(var), Some(init));
    Stmt {
        kind: StmtKind::Let { pat, init },
        span,
    }
}
