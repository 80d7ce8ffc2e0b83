//! Loops and jumps.

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;

use super::dest::{Dest, needs_dest};
use super::expr::bare;
use super::stmt::Want;
use super::{Loop, Lower, stmt};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{Block, Expr, ExprKind, LoopId, Range, Stmt, StmtKind, Ty, VarId};

impl Lower<'_> {
    /// A loop or a labelled block; `dest` takes the value of its `break`s.
    pub(super) fn loop_statement(
        &mut self,
        expr: &syn::Expr,
        dest: Option<VarId>,
        out: &mut Vec<Stmt>,
    ) {
        self.checkpointed(out, |this, out| this.any_loop(expr, dest, out));
    }

    fn any_loop(&mut self, expr: &syn::Expr, dest: Option<VarId>, out: &mut Vec<Stmt>) {
        match expr {
            syn::Expr::ForLoop(expr) => self.for_statement(expr, out),
            syn::Expr::While(expr) => self.while_statement(expr, out),
            syn::Expr::Loop(expr) => {
                let id = self.enter_loop(expr.label.as_ref(), dest, false);
                let body = self.block(&expr.body, Want::Unit);
                self.loops.pop();
                out.push(stmt(StmtKind::Loop { id, body }, expr.loop_token.span()));
            }
            syn::Expr::Block(expr) => self.labelled_block(expr, dest, out),
            other => {
                self.refuse(&diag::UNKNOWN_SYNTAX, other, &[&text_of(other)]);
            }
        }
    }

    pub(super) fn enter_loop(
        &mut self,
        label: Option<&syn::Label>,
        dest: Option<VarId>,
        block: bool,
    ) -> LoopId {
        let id = self.loop_id();
        self.loops.push(Loop {
            id,
            next: id,
            label: label.map(|label| label.name.ident.clone()),
            dest,
            block,
        });
        id
    }

    /// Enters a loop that is several: `break` leaves `id`, `continue` goes on with `next`.
    pub(super) fn enter_loop_as(&mut self, id: LoopId, next: LoopId, label: Option<&syn::Label>) {
        self.loops.push(Loop {
            id,
            next,
            label: label.map(|label| label.name.ident.clone()),
            dest: None,
            block: false,
        });
    }

    /// `'a: { … }` is a loop that runs once.
    fn labelled_block(&mut self, expr: &syn::ExprBlock, dest: Option<VarId>, out: &mut Vec<Stmt>) {
        let span = expr.block.brace_token.span.open();
        let id = self.enter_loop(expr.label.as_ref(), dest, true);
        let want = dest.map_or(Want::Unit, |var| Want::Into(Dest::Var(var)));
        let mut body = self.block(&expr.block, want);
        self.loops.pop();
        body.stmts.push(stmt(StmtKind::Break(id), span));
        out.push(stmt(StmtKind::Loop { id, body }, span));
    }

    /// `while c { b }` is `loop { if c { b } else { break } }`.
    fn while_statement(&mut self, expr: &syn::ExprWhile, out: &mut Vec<Stmt>) {
        let span = expr.while_token.span();
        let id = self.enter_loop(expr.label.as_ref(), None, false);
        if super::match_::has_let(&expr.cond) {
            let body = self.while_let(expr, StmtKind::Break(id));
            self.loops.pop();
            return out.push(stmt(StmtKind::Loop { id, body }, span));
        }
        let cond = self.condition(&expr.cond);
        let then = self.block(&expr.body, Want::Unit);
        self.loops.pop();
        let els = Block {
            stmts: vec![stmt(StmtKind::Break(id), span)],
            value: None,
        };
        let body = Block {
            stmts: vec![stmt(StmtKind::If { cond, then, els }, span)],
            value: None,
        };
        out.push(stmt(StmtKind::Loop { id, body }, span));
    }

    fn for_statement(&mut self, expr: &syn::ExprForLoop, out: &mut Vec<Stmt>) {
        let span = expr.for_token.span();
        let name = counter(&expr.pat);
        let plain = name.and_then(|name| Some((name, self.range(&expr.expr)?)));
        let Some((name, range)) = plain else {
            return self.for_chain(expr, out);
        };
        let id = self.enter_loop(expr.label.as_ref(), None, false);
        let (var, body) = self.scoped(|this| {
            let var = match name {
                Some(name) => this.bind(name, Ty::Int, false),
                None => this.temp("count", Ty::Int, expr.pat.span()),
            };
            this.note_usize(var, &range.hi);
            (var, this.block(&expr.body, Want::Unit))
        });
        self.loops.pop();
        out.push(stmt(
            StmtKind::For {
                id,
                var,
                range,
                body,
            },
            span,
        ));
    }

    /// A range with both ends, perhaps with `.rev()` and `.step_by(n)`; `None` for anything else.
    fn range(&mut self, expr: &syn::Expr) -> Option<Range> {
        if !is_range(expr, false, false) {
            return None;
        }
        match bare(expr) {
            syn::Expr::MethodCall(call) => {
                let mut range = self.range(&call.receiver)?;
                match call.args.first() {
                    Some(step) => range.step = Some(self.integer(step)),
                    None => {
                        range.rev = true;
                        range.rev_first = range.step.is_none();
                    }
                }
                Some(range)
            }
            syn::Expr::Range(range) => self.plain_range(range),
            _ => None,
        }
    }

    pub(super) fn plain_range(&mut self, range: &syn::ExprRange) -> Option<Range> {
        let (Some(lo), Some(hi)) = (&range.start, &range.end) else {
            self.refuse(&diag::FOR_OVER, range, &[&text_of(range)]);
            return None;
        };
        Some(Range {
            lo: self.integer(lo),
            hi: self.integer(hi),
            inclusive: matches!(range.limits, syn::RangeLimits::Closed(_)),
            step: None,
            rev: false,
            rev_first: false,
        })
    }

    pub(super) fn return_statement(&mut self, ret: &syn::ExprReturn, out: &mut Vec<Stmt>) {
        if self.return_from_closure(ret, out) {
            return;
        }
        let span = ret.return_token.span();
        match &ret.expr {
            Some(value) if matches!(self.result, Ty::Unit) => {
                self.expr_statement(value, out);
                out.push(stmt(StmtKind::Return(None), span));
            }
            Some(value) => self.value_into(value, Dest::Return, out),
            None => out.push(stmt(StmtKind::Return(None), span)),
        }
    }

    pub(super) fn break_statement(&mut self, jump: &syn::ExprBreak, out: &mut Vec<Stmt>) {
        let span = jump.break_token.span();
        let Some((id, _, dest)) = self.target(jump.label.as_ref(), span, "break") else {
            return out.push(stmt(StmtKind::Return(None), span));
        };
        match (&jump.expr, dest) {
            (Some(value), Some(var)) => self.value_into(value, Dest::Var(var), out),
            (Some(value), None) => self.discarded_break(value, out),
            _ => {}
        }
        out.push(stmt(StmtKind::Break(id), span));
    }

    /// The value of a loop that nobody uses.
    fn discarded_break(&mut self, value: &syn::Expr, out: &mut Vec<Stmt>) {
        if needs_dest(value) {
            self.expr_statement(value, out);
        } else {
            let value = self.expr(value);
            let span = value.span;
            out.push(stmt(StmtKind::Expr(value), span));
        }
    }

    pub(super) fn continue_statement(&mut self, jump: &syn::ExprContinue, out: &mut Vec<Stmt>) {
        let span = jump.continue_token.span();
        let target = self.target(jump.label.as_ref(), span, "continue");
        // A jump that was refused still ends its block.
        let kind = target.map_or(StmtKind::Return(None), |(_, id, _)| StmtKind::Continue(id));
        out.push(stmt(kind, span));
    }

    /// The loop that a jump means.
    fn target(
        &mut self,
        label: Option<&syn::Lifetime>,
        span: Span,
        what: &str,
    ) -> Option<(LoopId, LoopId, Option<VarId>)> {
        let name: Option<&Ident> = label.map(|label| &label.ident);
        let mut loops = self.loops.iter().rev();
        let found = loops.find(|around| match name {
            Some(name) => around.label.as_ref() == Some(name),
            None => !around.block,
        });
        let Some(found) = found else {
            self.diags.report(&diag::JUMP_TARGET, span, &[what]);
            return None;
        };
        Some((found.id, found.next, found.dest))
    }

    /// A condition: an operand that is a truth value.
    pub(super) fn condition(&mut self, cond: &syn::Expr) -> Expr {
        let mut value = self.operand(cond);
        self.expect_truth(&mut value);
        value
    }

    /// A truth value: where only rustc knows the type of a constant, it can be nothing else.
    pub(super) fn expect_truth(&mut self, value: &mut Expr) {
        self.expect(value, &Ty::Bool);
        if matches!(self.infer.shallow(&value.ty), Ty::Opaque) {
            decide(value);
        }
    }

    /// An operand that is an integer.
    pub(super) fn integer(&mut self, expr: &syn::Expr) -> Expr {
        let value = self.operand(expr);
        self.expect(&value, &Ty::Int);
        value
    }
}

/// Types code as a truth value.
fn decide(value: &mut Expr) {
    match &mut value.kind {
        ExprKind::Opaque(_) => value.ty = Ty::Bool,
        ExprKind::Block(block) => {
            if let Some(inner) = &mut block.value {
                decide(inner);
                value.ty = inner.ty.clone();
            }
        }
        _ => {}
    }
}

/// The name of a plain counter, if it has one.
fn counter(pat: &syn::Pat) -> Option<Option<&Ident>> {
    match pat {
        syn::Pat::Ident(ident) => {
            let plain = ident.by_ref.is_none() && ident.subpat.is_none();
            (plain && ident.mutability.is_none()).then_some(Some(&ident.ident))
        }
        syn::Pat::Wild(_) => Some(None),
        _ => None,
    }
}

/// True for a range with both ends, with `.rev()` and `.step_by(n)` at most once each.
fn is_range(expr: &syn::Expr, rev: bool, step: bool) -> bool {
    match bare(expr) {
        syn::Expr::Range(range) => range.start.is_some() && range.end.is_some(),
        syn::Expr::MethodCall(call) if call.method == "rev" && call.args.is_empty() => {
            !rev && is_range(&call.receiver, true, step)
        }
        syn::Expr::MethodCall(call) if call.method == "step_by" && call.args.len() == 1 => {
            !step && is_range(&call.receiver, rev, true)
        }
        _ => false,
    }
}
