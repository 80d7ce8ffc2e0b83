//! Blocks and statements.

use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;

use super::dest::{Dest, needs_dest};
use super::value::flatten;
use super::{Lower, stmt};
use crate::compiler::hir::{Block, Expr, ExprKind, Stmt, StmtKind, Ty, VarId};

/// What a block is wanted for.
#[derive(Clone, Copy)]
pub(super) enum Want {
    /// Its value.
    Value,
    /// Its effects.
    Unit,
    /// Its value, put somewhere.
    Into(Dest),
}

impl Lower<'_> {
    /// The body of the function. A tail that jumps is returned, so that jumps are statements.
    pub(super) fn function_block(&mut self, block: &syn::Block) -> Block {
        let result = self.result.clone();
        let want = match block.stmts.last() {
            _ if matches!(result, Ty::Unit) => Want::Unit,
            Some(syn::Stmt::Expr(tail, None)) if needs_dest(tail) => Want::Into(Dest::Return),
            _ => Want::Value,
        };
        self.hint = Some(result.clone());
        let mut body = self.block(block, want);
        if let Some(value) = &mut body.value {
            self.expect(value, &result);
            self.coerce(value, &result);
        }
        body
    }

    pub(super) fn block(&mut self, block: &syn::Block, want: Want) -> Block {
        let mut stmts = Vec::new();
        let value = self.block_into(block, want, &mut stmts);
        Block {
            stmts,
            value: value.map(Box::new),
        }
    }

    /// Appends the statements of `block` to `out`, and gives its value if it is wanted.
    pub(super) fn block_into(
        &mut self,
        block: &syn::Block,
        want: Want,
        out: &mut Vec<Stmt>,
    ) -> Option<Expr> {
        let before = self.scopes.len();
        self.scopes.push(Default::default());
        let expected = self.hint.take();
        self.hoist_items(block);
        let mut value = None;
        for (i, statement) in block.stmts.iter().enumerate() {
            match statement {
                syn::Stmt::Expr(tail, None) if i + 1 == block.stmts.len() => {
                    self.hint = expected.clone();
                    value = self.tail(tail, want, out);
                }
                syn::Stmt::Macro(tail)
                    if i + 1 == block.stmts.len() && tail.semi_token.is_none() =>
                {
                    value = self.tail_macro(tail, want, out);
                }
                statement => self.statement(statement, out),
            }
        }
        self.scopes.truncate(before);
        match value.map(|value| flatten(value, out)) {
            Some(Expr {
                kind: ExprKind::Block(diverging),
                ..
            }) => {
                out.extend(diverging.stmts);
                None
            }
            value => value,
        }
    }

    pub(super) fn tail(
        &mut self,
        tail: &syn::Expr,
        want: Want,
        out: &mut Vec<Stmt>,
    ) -> Option<Expr> {
        let outer = self.marks;
        let mut tail = self.take_marks(tail);
        if let Some(mut sections) = self.sections() {
            sections.visit_expr_mut(tail.to_mut());
        }
        let tail = &tail;
        let value = match want {
            Want::Unit => {
                self.expr_statement(tail, out);
                None
            }
            Want::Into(dest) => {
                self.value_into(tail, dest, out);
                None
            }
            Want::Value => self.tail_value(tail, out),
        };
        self.marks = outer;
        value
    }

    /// A tail without value (`if` without `else`, a loop, an assignment) is a statement.
    pub(super) fn tail_value(&mut self, tail: &syn::Expr, out: &mut Vec<Stmt>) -> Option<Expr> {
        match tail {
            syn::Expr::If(branch) if branch.else_branch.is_none() => {}
            syn::Expr::ForLoop(_)
            | syn::Expr::While(_)
            | syn::Expr::Assign(_)
            | syn::Expr::Return(_)
            | syn::Expr::Break(_)
            | syn::Expr::Continue(_) => {}
            syn::Expr::Binary(binary) if super::operator::compound(&binary.op).is_some() => {}
            syn::Expr::Loop(_) => return Some(self.loop_value(tail, out)),
            _ => return Some(self.expr(tail)),
        }
        self.expr_statement(tail, out);
        None
    }

    /// A loop with a value, as the tail of a block.
    fn loop_value(&mut self, tail: &syn::Expr, out: &mut Vec<Stmt>) -> Expr {
        let ty = self.infer.fresh(super::infer::Kind::Const);
        let var = self.temp("value", ty, tail.span());
        self.declare(var, out);
        self.value_into(tail, Dest::Var(var), out);
        self.read_var(var, tail.span())
    }

    /// `let var;`
    pub(super) fn declare(&mut self, var: VarId, out: &mut Vec<Stmt>) {
        let pat = crate::compiler::hir::Pat::Var(var);
        let span = self.var(var).name.span();
        out.push(stmt(StmtKind::Let { pat, init: None }, span));
    }

    pub(super) fn statement(&mut self, statement: &syn::Stmt, out: &mut Vec<Stmt>) {
        let outer = self.marks;
        let written = self.sections().map(|mut sections| {
            let mut written = statement.clone();
            sections.visit_stmt_mut(&mut written);
            written
        });
        match written.as_ref().unwrap_or(statement) {
            syn::Stmt::Local(local) => {
                self.read_marks(&local.attrs);
                self.let_statement(local, out);
            }
            syn::Stmt::Item(_) => {}
            syn::Stmt::Expr(syn::Expr::Verbatim(nothing), _) if nothing.is_empty() => {}
            syn::Stmt::Expr(expr, _) => {
                let expr = self.take_marks(expr);
                self.expr_statement(&expr, out);
            }
            syn::Stmt::Macro(statement) => {
                self.read_marks(&statement.attrs);
                self.macro_statement(&statement.mac, out);
            }
        }
        self.marks = outer;
    }

    fn tail_macro(
        &mut self,
        tail: &syn::StmtMacro,
        want: Want,
        out: &mut Vec<Stmt>,
    ) -> Option<Expr> {
        let value = matches!(want, Want::Value | Want::Into(_));
        if value && super::effect::has_value(&tail.mac) {
            let expr = syn::Expr::Macro(syn::ExprMacro {
                attrs: tail.attrs.clone(),
                mac: tail.mac.clone(),
            });
            return self.tail(&expr, want, out);
        }
        let outer = self.marks;
        self.read_marks(&tail.attrs);
        self.macro_statement(&tail.mac, out);
        self.marks = outer;
        None
    }

    /// An expression in the place of a statement.
    pub(super) fn expr_statement(&mut self, expr: &syn::Expr, out: &mut Vec<Stmt>) {
        match expr {
            syn::Expr::Paren(paren) => self.expr_statement(&paren.expr, out),
            syn::Expr::Group(group) => self.expr_statement(&group.expr, out),
            syn::Expr::Assign(assign) => self.assign(assign, out),
            syn::Expr::Binary(binary) if super::operator::compound(&binary.op).is_some() => {
                self.compound_assign(binary, out);
            }
            syn::Expr::If(branch) => self.if_statement(branch, Want::Unit, out),
            syn::Expr::Match(found) => self.match_statement(found, Want::Unit, out),
            syn::Expr::Block(block) if block.label.is_none() => {
                // Names are resolved, so that the braces carry no meaning.
                self.block_into(&block.block, Want::Unit, out);
            }
            syn::Expr::Block(_)
            | syn::Expr::ForLoop(_)
            | syn::Expr::While(_)
            | syn::Expr::Loop(_) => self.loop_statement(expr, None, out),
            syn::Expr::Return(ret) => self.return_statement(ret, out),
            syn::Expr::Break(jump) => self.break_statement(jump, out),
            syn::Expr::Continue(jump) => self.continue_statement(jump, out),
            syn::Expr::Macro(mac) => self.macro_statement(&mac.mac, out),
            syn::Expr::MethodCall(call) if self.method_statement(call, out) => {}
            _ => self.discard(expr, out),
        }
    }

    /// An expression whose value nobody uses.
    fn discard(&mut self, expr: &syn::Expr, out: &mut Vec<Stmt>) {
        let value = flatten(self.expr(expr), out);
        if matches!(value.kind, ExprKind::Call(_))
            && self.infer.kind(&self.infer.shallow(&value.ty)).is_some()
        {
            // Nothing tells what the call returns, and nobody asks.
            let _ = self.infer.unify(&value.ty, &Ty::Unit);
        }
        let span = value.span;
        out.push(stmt(StmtKind::Expr(value), span));
    }

    /// `if`, `else if`, `else` as a statement.
    pub(super) fn if_statement(&mut self, branch: &syn::ExprIf, want: Want, out: &mut Vec<Stmt>) {
        if super::match_::has_let(&branch.cond) {
            return self.if_let(branch, want, out);
        }
        let cond = self.condition(&branch.cond);
        let then = self.block(&branch.then_branch, want);
        let els = match &branch.else_branch {
            Some((_, els)) => self.else_statement(els, want),
            None => Block::default(),
        };
        let kind = StmtKind::If { cond, then, els };
        out.push(stmt(kind, branch.if_token.span()));
    }

    pub(super) fn else_statement(&mut self, els: &syn::Expr, want: Want) -> Block {
        match els {
            syn::Expr::Block(block) if block.label.is_none() => self.block(&block.block, want),
            syn::Expr::If(branch) => {
                let mut stmts = Vec::new();
                self.if_statement(branch, want, &mut stmts);
                Block { stmts, value: None }
            }
            other => {
                let mut stmts = Vec::new();
                match want {
                    Want::Into(dest) => self.value_into(other, dest, &mut stmts),
                    _ => self.expr_statement(other, &mut stmts),
                }
                Block { stmts, value: None }
            }
        }
    }
}
