//! Every part of the HIR, to be changed.

use super::{Block, Call, Expr, ExprKind, Place, Proj, Range, Stmt, StmtKind, Ty, Verbatim};

/// What is done to the parts. Each method is called after the parts of what it gets were visited.
pub(crate) trait Rewrite {
    fn ty(&mut self, _ty: &mut Ty) {}
    /// Copied code that computes a value.
    fn code(&mut self, _code: &mut Verbatim) {}
    fn place(&mut self, _place: &mut Place) {}
    fn expr(&mut self, _expr: &mut Expr) {}
    fn stmt(&mut self, _stmt: &mut Stmt) {}
    fn block(&mut self, _block: &mut Block) {}
}

/// Visits a block.
pub(crate) fn block(block: &mut Block, with: &mut dyn Rewrite) {
    block.stmts.iter_mut().for_each(|inner| stmt(inner, with));
    block.value.iter_mut().for_each(|value| expr(value, with));
    with.block(block);
}

/// Visits a statement.
pub(crate) fn stmt(stmt: &mut Stmt, with: &mut dyn Rewrite) {
    match &mut stmt.kind {
        StmtKind::Let { init, .. } => init.iter_mut().for_each(|init| expr(init, with)),
        StmtKind::Alias { place: at, .. } => place(at, with),
        StmtKind::Assign {
            place: at, value, ..
        }
        | StmtKind::Push { place: at, value } => {
            place(at, with);
            expr(value, with);
        }
        StmtKind::If { cond, then, els } => {
            expr(cond, with);
            block(then, with);
            block(els, with);
        }
        StmtKind::For {
            range: over, body, ..
        }
        | StmtKind::ForUntil {
            range: over, body, ..
        } => {
            range(over, with);
            block(body, with);
        }
        StmtKind::While { cond, body, .. } => {
            expr(cond, with);
            block(body, with);
        }
        StmtKind::Loop { body, .. } => block(body, with),
        StmtKind::Return(value) => value.iter_mut().for_each(|value| expr(value, with)),
        StmtKind::Expr(value) => expr(value, with),
        StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Effect { .. } => {}
    }
    with.stmt(stmt);
}

fn range(range: &mut Range, with: &mut dyn Rewrite) {
    expr(&mut range.lo, with);
    expr(&mut range.hi, with);
    range.step.iter_mut().for_each(|step| expr(step, with));
}

fn place(place: &mut Place, with: &mut dyn Rewrite) {
    with.ty(&mut place.ty);
    for step in &mut place.path {
        match step {
            Proj::Index(at) => expr(at, with),
            Proj::Slice { lo, hi, .. } => lo.iter_mut().chain(hi).for_each(|e| expr(e, with)),
            Proj::Field(_) => {}
        }
    }
    with.place(place);
}

fn expr(whole: &mut Expr, with: &mut dyn Rewrite) {
    with.ty(&mut whole.ty);
    match &mut whole.kind {
        ExprKind::Lit(_) => {}
        ExprKind::Place(at)
        | ExprKind::Ref(_, at)
        | ExprKind::CloneOf(at)
        | ExprKind::Len(at)
        | ExprKind::Measure(at, _) => place(at, with),
        ExprKind::Unary(_, inner)
        | ExprKind::Cast(inner, _)
        | ExprKind::StopGradient(inner)
        | ExprKind::Classify(_, inner) => expr(inner, with),
        ExprKind::Binary(_, a, b) | ExprKind::Repeat(a, b) => {
            expr(a, with);
            expr(b, with);
        }
        ExprKind::Rule(_, parts)
        | ExprKind::Tuple(parts)
        | ExprKind::List(parts)
        | ExprKind::Call(Call { args: parts, .. }) => {
            parts.iter_mut().for_each(|part| expr(part, with));
        }
        ExprKind::Struct(lit) => {
            lit.fields.iter_mut().for_each(|(_, e)| expr(e, with));
            lit.base.iter_mut().for_each(|at| place(at, with));
        }
        ExprKind::If(cond, then, els) => {
            expr(cond, with);
            block(then, with);
            block(els, with);
        }
        ExprKind::Block(inner) => block(inner, with),
        ExprKind::Opaque(code) => with.code(code),
    }
    with.expr(whole);
}
