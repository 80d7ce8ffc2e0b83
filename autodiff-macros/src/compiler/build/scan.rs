//! Which variables a block assigns: those are the ones that a loop carries.

use std::collections::{BTreeMap, BTreeSet};

use crate::compiler::hir::{Block, Expr, ExprKind, Place, Proj, Stmt, StmtKind, Ty, VarId};

/// The variables that the block assigns as a whole or in a field (not through an index), those
/// that it declares included.
pub(super) fn assigned(block: &Block) -> BTreeSet<VarId> {
    let mut scan = Scan::default();
    scan.block(block);
    scan.assigned
}

/// True if evaluating the expression assigns a variable as a whole or in a field.
pub(super) fn changes(expr: &Expr) -> bool {
    let mut scan = Scan::default();
    scan.expr(expr);
    !scan.assigned.is_empty()
}

#[derive(Default)]
struct Scan {
    assigned: BTreeSet<VarId>,
    aliases: BTreeMap<VarId, VarId>,
}

impl Scan {
    fn block(&mut self, block: &Block) {
        block.stmts.iter().for_each(|s| self.stmt(s));
        if let Some(value) = &block.value {
            self.expr(value);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { init, .. } => init.iter().for_each(|e| self.expr(e)),
            StmtKind::Alias { var, place } => {
                let root = self.aliases.get(&place.root).copied().unwrap_or(place.root);
                self.aliases.insert(*var, root);
                self.place_indices(place);
            }
            StmtKind::Assign { place, value, .. } => {
                self.expr(value);
                self.write(place);
            }
            StmtKind::If { cond, then, els } => {
                self.expr(cond);
                self.block(then);
                self.block(els);
            }
            StmtKind::For { range, body, .. } | StmtKind::ForUntil { range, body, .. } => {
                self.expr(&range.lo);
                self.expr(&range.hi);
                range.step.iter().for_each(|e| self.expr(e));
                self.block(body);
            }
            StmtKind::While { cond, body, .. } => {
                self.expr(cond);
                self.block(body);
            }
            StmtKind::Loop { body, .. } => self.block(body),
            StmtKind::Return(value) => value.iter().for_each(|e| self.expr(e)),
            StmtKind::Push { place, value } => {
                self.place_indices(place);
                self.expr(value);
            }
            StmtKind::Expr(e) => self.expr(e),
            StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Effect { .. } => {}
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Ref(true, place) => self.write(place),
            ExprKind::Ref(false, place)
            | ExprKind::Place(place)
            | ExprKind::CloneOf(place)
            | ExprKind::Len(place)
            | ExprKind::Measure(place, _) => self.place_indices(place),
            ExprKind::Unary(_, a)
            | ExprKind::Cast(a, _)
            | ExprKind::StopGradient(a)
            | ExprKind::Classify(_, a) => self.expr(a),
            ExprKind::Binary(_, a, b) | ExprKind::Repeat(a, b) => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::Rule(_, args) | ExprKind::Tuple(args) | ExprKind::List(args) => {
                args.iter().for_each(|a| self.expr(a))
            }
            ExprKind::Call(call) => call.args.iter().for_each(|a| self.argument(a)),
            ExprKind::If(cond, then, els) => {
                self.expr(cond);
                self.block(then);
                self.block(els);
            }
            ExprKind::Struct(lit) => {
                lit.fields.iter().for_each(|(_, e)| self.expr(e));
                lit.base.iter().for_each(|at| self.place_indices(at));
            }
            ExprKind::Block(block) => self.block(block),
            ExprKind::Lit(_) | ExprKind::Opaque(_) => {}
        }
    }

    /// A variable that is a `&mut` is handed on as one.
    fn argument(&mut self, arg: &Expr) {
        match &arg.kind {
            ExprKind::Place(place) if matches!(place.ty, Ty::Ref(true, _)) => self.write(place),
            _ => self.expr(arg),
        }
    }

    fn write(&mut self, place: &Place) {
        self.place_indices(place);
        if place.path.iter().all(|p| matches!(p, Proj::Field(_))) {
            let root = self.aliases.get(&place.root).copied().unwrap_or(place.root);
            self.assigned.insert(root);
        }
    }

    fn place_indices(&mut self, place: &Place) {
        for proj in &place.path {
            match proj {
                Proj::Index(e) => self.expr(e),
                Proj::Slice { lo, hi, .. } => lo.iter().chain(hi).for_each(|e| self.expr(e)),
                Proj::Field(_) => {}
            }
        }
    }
}
