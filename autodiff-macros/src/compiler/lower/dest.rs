//! Values that go to a variable or are returned: jumps in them become statements.

use super::jump::has_jump;
use super::stmt::Want;
use super::value::flatten;
use super::{Lower, stmt};
use crate::compiler::hir::{Expr, ExprKind, Stmt, StmtKind, Ty, VarId};
use syn::spanned::Spanned;

/// Where a value goes that is not an operand.
#[derive(Clone, Copy)]
pub(super) enum Dest {
    Var(VarId),
    Return,
}

impl Lower<'_> {
    /// Computes `expr` and puts it into `dest`; jumps in it become statements.
    pub(super) fn value_into(&mut self, expr: &syn::Expr, dest: Dest, out: &mut Vec<Stmt>) {
        match expr {
            syn::Expr::Paren(paren) => self.value_into(&paren.expr, dest, out),
            syn::Expr::Group(group) => self.value_into(&group.expr, dest, out),
            _ if !needs_dest(expr) => {
                self.hint = Some(self.type_of(dest));
                let value = self.expr(expr);
                self.store(value, dest, out);
            }
            syn::Expr::If(branch) if branch.else_branch.is_some() => {
                self.if_statement(branch, Want::Into(dest), out);
            }
            syn::Expr::Match(found) => self.match_statement(found, Want::Into(dest), out),
            syn::Expr::Block(block) if block.label.is_none() => {
                self.block_into(&block.block, Want::Into(dest), out);
            }
            syn::Expr::Block(_) | syn::Expr::Loop(_) => self.loop_into(expr, dest, out),
            syn::Expr::Return(_) | syn::Expr::Break(_) | syn::Expr::Continue(_) => {
                self.expr_statement(expr, out);
            }
            _ => {
                let value = self.expr(expr);
                self.store(value, dest, out);
            }
        }
    }

    fn type_of(&self, dest: Dest) -> Ty {
        match dest {
            Dest::Var(var) => self.var(var).ty.clone(),
            Dest::Return => self.result.clone(),
        }
    }

    /// A loop whose value goes to `dest`.
    pub(super) fn loop_into(&mut self, expr: &syn::Expr, dest: Dest, out: &mut Vec<Stmt>) {
        match dest {
            Dest::Var(var) => self.loop_statement(expr, Some(var), out),
            Dest::Return if !leaves(expr) => self.loop_statement(expr, None, out),
            Dest::Return => {
                let result = self.result.clone();
                let var = self.temp("value", result, expr.span());
                self.declare(var, out);
                self.loop_statement(expr, Some(var), out);
                let value = self.read_var(var, expr.span());
                self.store(value, dest, out);
            }
        }
    }

    /// Puts a value where it belongs.
    pub(super) fn store(&mut self, value: Expr, dest: Dest, out: &mut Vec<Stmt>) {
        let mut value = flatten(value, out);
        let span = value.span;
        if matches!(value.ty, Ty::Never) {
            return match value.kind {
                ExprKind::Block(block) => out.extend(block.stmts),
                _ => out.push(stmt(StmtKind::Expr(value), span)),
            };
        }
        if self.refuse_reference(&value) {
            return;
        }
        match dest {
            Dest::Var(var) => {
                let ty = self.var(var).ty.clone();
                self.expect(&value, &ty);
                self.coerce(&mut value, &ty);
                self.apply_declared(var, &mut value);
                let place = self.whole(var, span);
                let kind = StmtKind::Assign {
                    place,
                    op: None,
                    value,
                };
                out.push(stmt(kind, span));
            }
            Dest::Return => {
                let result = self.result.clone();
                self.expect(&value, &result);
                self.coerce(&mut value, &result);
                out.push(stmt(StmtKind::Return(Some(value)), span));
            }
        }
    }
}

/// True if something leaves the loop `expr` but `return`; a labelled block is left at its end.
fn leaves(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Loop(found) => super::jump::has_break(found),
        _ => true,
    }
}

/// True if the value of `expr` cannot be lowered as an expression: it jumps, or is a loop.
pub(super) fn needs_dest(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Paren(paren) => needs_dest(&paren.expr),
        syn::Expr::Group(group) => needs_dest(&group.expr),
        syn::Expr::Loop(_) => true,
        syn::Expr::Block(block) if block.label.is_some() => true,
        syn::Expr::Block(block) => match block.block.stmts.last() {
            Some(syn::Stmt::Expr(tail, None)) if needs_dest(tail) => true,
            _ => has_jump(expr),
        },
        syn::Expr::If(branch) => {
            has_jump(expr)
                || branch
                    .else_branch
                    .as_ref()
                    .is_some_and(|(_, e)| needs_dest(e))
                || matches!(branch.then_branch.stmts.last(), Some(syn::Stmt::Expr(tail, None)) if needs_dest(tail))
        }
        syn::Expr::Match(found) => {
            has_jump(expr) || found.arms.iter().any(|arm| needs_dest(&arm.body))
        }
        _ => has_jump(expr),
    }
}
