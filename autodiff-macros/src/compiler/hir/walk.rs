//! Every expression in a part of the HIR.

use super::{Block, Call, Expr, ExprKind, Place, Proj, Range, Stmt, StmtKind};

impl Block {
    /// Calls `f` on every expression, parts after the whole.
    pub(crate) fn for_each_expr(&self, f: &mut dyn FnMut(&Expr)) {
        self.stmts.iter().for_each(|stmt| stmt.for_each_expr(f));
        self.value.iter().for_each(|value| value.for_each_expr(f));
    }
}

impl Stmt {
    /// The same of a statement.
    pub(crate) fn for_each_expr(&self, f: &mut dyn FnMut(&Expr)) {
        match &self.kind {
            StmtKind::Let { init, .. } => init.iter().for_each(|init| init.for_each_expr(f)),
            StmtKind::Alias { place, .. } => place.for_each_expr(f),
            StmtKind::Assign { place, value, .. } | StmtKind::Push { place, value } => {
                place.for_each_expr(f);
                value.for_each_expr(f);
            }
            StmtKind::If { cond, then, els } => {
                cond.for_each_expr(f);
                then.for_each_expr(f);
                els.for_each_expr(f);
            }
            StmtKind::For { range, body, .. } | StmtKind::ForUntil { range, body, .. } => {
                range.for_each_expr(f);
                body.for_each_expr(f);
            }
            StmtKind::While { cond, body, .. } => {
                cond.for_each_expr(f);
                body.for_each_expr(f);
            }
            StmtKind::Loop { body, .. } => body.for_each_expr(f),
            StmtKind::Return(value) => value.iter().for_each(|value| value.for_each_expr(f)),
            StmtKind::Expr(value) => value.for_each_expr(f),
            StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Effect { .. } => {}
        }
    }
}

impl Range {
    pub(crate) fn for_each_expr(&self, f: &mut dyn FnMut(&Expr)) {
        let bounds = [&self.lo, &self.hi].into_iter().chain(&self.step);
        bounds.for_each(|bound| bound.for_each_expr(f));
    }
}

impl Place {
    /// The indices on the way.
    pub(crate) fn for_each_expr(&self, f: &mut dyn FnMut(&Expr)) {
        for step in &self.path {
            match step {
                Proj::Index(at) => at.for_each_expr(f),
                Proj::Slice { lo, hi, .. } => lo.iter().chain(hi).for_each(|e| e.for_each_expr(f)),
                Proj::Field(_) => {}
            }
        }
    }
}

impl Expr {
    pub(crate) fn for_each_expr(&self, f: &mut dyn FnMut(&Expr)) {
        f(self);
        match &self.kind {
            ExprKind::Lit(_) | ExprKind::Opaque(_) => {}
            ExprKind::Place(place)
            | ExprKind::Ref(_, place)
            | ExprKind::CloneOf(place)
            | ExprKind::Len(place)
            | ExprKind::Measure(place, _) => place.for_each_expr(f),
            ExprKind::Unary(_, inner)
            | ExprKind::Cast(inner, _)
            | ExprKind::StopGradient(inner)
            | ExprKind::Classify(_, inner) => inner.for_each_expr(f),
            ExprKind::Binary(_, a, b) | ExprKind::Repeat(a, b) => {
                a.for_each_expr(f);
                b.for_each_expr(f);
            }
            ExprKind::Rule(_, parts)
            | ExprKind::Tuple(parts)
            | ExprKind::List(parts)
            | ExprKind::Call(Call { args: parts, .. }) => {
                parts.iter().for_each(|part| part.for_each_expr(f));
            }
            ExprKind::Struct(lit) => {
                lit.fields
                    .iter()
                    .for_each(|(_, part)| part.for_each_expr(f));
                lit.base.iter().for_each(|base| base.for_each_expr(f));
            }
            ExprKind::If(cond, then, els) => {
                cond.for_each_expr(f);
                then.for_each_expr(f);
                els.for_each_expr(f);
            }
            ExprKind::Block(block) => block.for_each_expr(f),
        }
    }

    /// The place that the expression reads or refers to.
    pub(crate) fn place(&self) -> Option<&Place> {
        match &self.kind {
            ExprKind::Place(place)
            | ExprKind::Ref(_, place)
            | ExprKind::CloneOf(place)
            | ExprKind::Len(place)
            | ExprKind::Measure(place, _) => Some(place),
            _ => None,
        }
    }
}
