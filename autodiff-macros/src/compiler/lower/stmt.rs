//! Blocks and statements.

use proc_macro2::Span;
use syn::spanned::Spanned;

use super::jump::has_jump;
use super::value::flatten;
use super::{Lower, stmt};
use crate::compiler::diag;
use crate::compiler::hir::{BinOp, Block, Expr, ExprKind, Stmt, StmtKind, Ty, VarId};

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

/// Where a value goes that is not an operand.
#[derive(Clone, Copy)]
pub(super) enum Dest {
    Var(VarId),
    Return,
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
        let body = self.block(block, want);
        if let Some(value) = &body.value {
            self.expect(value, &result);
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
        self.hoist_items(block);
        let mut value = None;
        for (i, statement) in block.stmts.iter().enumerate() {
            match statement {
                syn::Stmt::Expr(tail, None) if i + 1 == block.stmts.len() => {
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

    fn tail(&mut self, tail: &syn::Expr, want: Want, out: &mut Vec<Stmt>) -> Option<Expr> {
        let outer = self.marks;
        let tail = &self.take_marks(tail);
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
    fn tail_value(&mut self, tail: &syn::Expr, out: &mut Vec<Stmt>) -> Option<Expr> {
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

    fn statement(&mut self, statement: &syn::Stmt, out: &mut Vec<Stmt>) {
        let outer = self.marks;
        match statement {
            syn::Stmt::Local(local) => {
                self.read_marks(&local.attrs);
                self.let_statement(local, out);
            }
            syn::Stmt::Item(_) => {}
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
            syn::Expr::If(branch) => {
                let kind = self.if_statement(branch, Want::Unit);
                out.push(stmt(kind, branch.if_token.span()));
            }
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
    pub(super) fn if_statement(&mut self, branch: &syn::ExprIf, want: Want) -> StmtKind {
        let cond = self.condition(&branch.cond);
        let then = self.block(&branch.then_branch, want);
        let els = match &branch.else_branch {
            Some((_, els)) => self.else_statement(els, want),
            None => Block::default(),
        };
        StmtKind::If { cond, then, els }
    }

    fn else_statement(&mut self, els: &syn::Expr, want: Want) -> Block {
        match els {
            syn::Expr::Block(block) if block.label.is_none() => self.block(&block.block, want),
            syn::Expr::If(branch) => {
                let kind = self.if_statement(branch, want);
                Block {
                    stmts: vec![stmt(kind, branch.if_token.span())],
                    value: None,
                }
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

    /// Computes `expr` and puts it into `dest`; jumps in it become statements.
    pub(super) fn value_into(&mut self, expr: &syn::Expr, dest: Dest, out: &mut Vec<Stmt>) {
        match expr {
            syn::Expr::Paren(paren) => self.value_into(&paren.expr, dest, out),
            syn::Expr::Group(group) => self.value_into(&group.expr, dest, out),
            _ if !needs_dest(expr) => {
                let value = self.expr(expr);
                self.store(value, dest, out);
            }
            syn::Expr::If(branch) if branch.else_branch.is_some() => {
                let kind = self.if_statement(branch, Want::Into(dest));
                out.push(stmt(kind, branch.if_token.span()));
            }
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

    /// A loop whose value goes to `dest`.
    fn loop_into(&mut self, expr: &syn::Expr, dest: Dest, out: &mut Vec<Stmt>) {
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
        match dest {
            Dest::Var(var) => {
                let ty = self.var(var).ty.clone();
                self.expect(&value, &ty);
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
                out.push(stmt(StmtKind::Return(Some(value)), span));
            }
        }
    }

    /// The declared type of a variable decides what is assigned to it.
    fn apply_declared(&self, var: VarId, value: &mut Expr) {
        if let Some(declared) = &self.facts[var.0 as usize].declared {
            super::annotation::apply(declared, value);
        }
    }

    fn assign(&mut self, assign: &syn::ExprAssign, out: &mut Vec<Stmt>) {
        let span = assign.eq_token.span();
        match super::expr::bare(&assign.left) {
            syn::Expr::Infer(_) => {
                let value = self.expr(&assign.right);
                out.push(stmt(StmtKind::Expr(value), span));
            }
            syn::Expr::Tuple(left) => self.assign_tuple(left, assign, out),
            left if self.is_place(left) => {
                let Some(place) = self.assigned_place(left) else {
                    return;
                };
                let simple = place.path.is_empty();
                if simple && needs_dest(&assign.right) {
                    return self.value_into(&assign.right, Dest::Var(place.root), out);
                }
                let mut value = match simple {
                    true => self.expr(&assign.right),
                    false => self.operand(&assign.right),
                };
                if simple {
                    self.apply_declared(place.root, &mut value);
                }
                self.push_assign(place, None, value, span, out);
            }
            left => self.bad_target(left),
        }
    }

    /// What is assigned to is no place; nothing is said of a name that was refused before.
    fn bad_target(&mut self, target: &syn::Expr) {
        if !self.is_refused_name(target) {
            self.refuse(&diag::ASSIGN_TARGET, target, &[&diag::text_of(target)]);
        }
    }

    /// `(a, b) = (b, a + b)`: all values first, then the assignments.
    fn assign_tuple(
        &mut self,
        left: &syn::ExprTuple,
        assign: &syn::ExprAssign,
        out: &mut Vec<Stmt>,
    ) {
        let span = assign.eq_token.span();
        let value = self.operand(&assign.right);
        let mut parts = Vec::new();
        for target in &left.elems {
            let target = super::expr::bare(target);
            if matches!(target, syn::Expr::Infer(_)) {
                parts.push(None);
            } else if self.is_place(target) {
                let Some(place) = self.assigned_place(target) else {
                    return;
                };
                parts.push(Some(place));
            } else {
                return self.bad_target(target);
            }
        }
        let mut pats = Vec::new();
        let mut types = Vec::new();
        let mut later = Vec::new();
        for place in parts {
            let Some(place) = place else {
                pats.push(crate::compiler::hir::Pat::Wild);
                types.push(self.infer.fresh(super::infer::Kind::Const));
                continue;
            };
            let var = self.temp("next", place.ty.clone(), span);
            pats.push(crate::compiler::hir::Pat::Var(var));
            types.push(place.ty.clone());
            later.push((place, var));
        }
        self.expect(&value, &Ty::Tuple(types));
        let kind = StmtKind::Let {
            pat: crate::compiler::hir::Pat::Tuple(pats),
            init: Some(value),
        };
        out.push(stmt(kind, span));
        for (place, var) in later {
            let value = self.read_var(var, span);
            self.push_assign(place, None, value, span, out);
        }
    }

    fn compound_assign(&mut self, binary: &syn::ExprBinary, out: &mut Vec<Stmt>) {
        let Some(op) = super::operator::compound(&binary.op) else {
            return;
        };
        let left = super::expr::bare(&binary.left);
        if !self.is_place(left) {
            return self.bad_target(left);
        }
        let value = self.operand(&binary.right);
        let place = self.changed_place(left);
        self.push_assign(place, Some(op), value, binary.op.span(), out);
    }

    /// `place op= value`, types checked.
    pub(super) fn push_assign(
        &mut self,
        place: crate::compiler::hir::Place,
        op: Option<BinOp>,
        value: Expr,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let shift = matches!(op, Some(BinOp::Shl | BinOp::Shr));
        if !shift {
            let ty = place.ty.clone();
            self.expect(&value, &ty);
            self.refuse_hidden_real(&place, &value);
        }
        let value = flatten(value, out);
        out.push(stmt(StmtKind::Assign { place, op, value }, span));
    }

    /// A place of a type that the compiler does not know must not take up a real number unseen.
    pub(super) fn refuse_hidden_real(&mut self, place: &crate::compiler::hir::Place, value: &Expr) {
        if self.infer.hides(&place.ty, &value.ty) && !self.is_constant(value) {
            let name = self.var(place.root).name.clone();
            let text = name.to_string();
            self.diags.report(&diag::HIDDEN_REAL, place.span, &[&text]);
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
        _ => has_jump(expr),
    }
}
