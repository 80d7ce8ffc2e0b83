//! Assignments.

use super::dest::{Dest, needs_dest};
use super::value::flatten;
use super::{Lower, stmt};
use crate::compiler::diag;
use crate::compiler::hir::{BinOp, Expr, ExprKind, Stmt, StmtKind, Ty, VarId};
use proc_macro2::Span;
use syn::spanned::Spanned;

impl Lower<'_> {
    /// The declared type of a variable decides what is assigned to it.
    pub(super) fn apply_declared(&self, var: VarId, value: &mut Expr) {
        if let Some(declared) = &self.facts[var.0 as usize].declared {
            super::annotation::apply(declared, value);
        }
    }

    pub(super) fn assign(&mut self, assign: &syn::ExprAssign, out: &mut Vec<Stmt>) {
        let span = assign.eq_token.span();
        match super::expr::bare(&assign.left) {
            syn::Expr::Infer(_) => {
                let value = self.expr(&assign.right);
                out.push(stmt(StmtKind::Expr(value), span));
            }
            syn::Expr::Tuple(left) => self.assign_tuple(left, &assign.right, span, out),
            syn::Expr::Array(left) => match super::expr::bare(&assign.right) {
                syn::Expr::Array(right) if right.elems.len() == left.elems.len() => {
                    let [left, right] = [left, right].map(as_tuple);
                    self.assign_tuple(&left, &right.into(), span, out);
                }
                _ => self.bad_target(&assign.left),
            },
            left if self.is_place(left) => {
                let Some(place) = self.assigned_place(left) else {
                    return;
                };
                if self.is_copied_option(&place.ty, &assign.right) {
                    self.refuse(&diag::OPTION_ASSIGNED, left, &[&diag::text_of(left)]);
                    return;
                }
                let simple = place.path.is_empty();
                if simple && needs_dest(&assign.right) {
                    return self.value_into(&assign.right, Dest::Var(place.root), out);
                }
                self.hint = Some(place.ty.clone());
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
    pub(super) fn bad_target(&mut self, target: &syn::Expr) {
        if !self.is_refused_name(target) {
            self.refuse(&diag::ASSIGN_TARGET, target, &[&diag::text_of(target)]);
        }
    }

    /// `(a, b) = (b, a + b)`: all values first, then the assignments.
    pub(super) fn assign_tuple(
        &mut self,
        left: &syn::ExprTuple,
        right: &syn::Expr,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let value = self.operand(right);
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

    pub(super) fn compound_assign(&mut self, binary: &syn::ExprBinary, out: &mut Vec<Stmt>) {
        let Some(op) = super::operator::compound(&binary.op) else {
            return;
        };
        let left = super::expr::bare(&binary.left);
        if !self.is_place(left) {
            return self.bad_target(left);
        }
        self.hint = self.variable_type(left);
        let value = self.operand(&binary.right);
        let place = self.changed_place(left);
        let arithmetic = super::overload::method(op).is_some();
        if arithmetic && self.is_struct_with_operators(&place.ty) {
            // The operand may be of any type; what is added is of the same where nothing tells.
            if matches!(op, BinOp::Add | BinOp::Sub) {
                self.made.push((value.ty.clone(), place.ty.clone()));
            }
            let value = flatten(value, out);
            let (op, span) = (Some(op), binary.op.span());
            return out.push(stmt(StmtKind::Assign { place, op, value }, span));
        }
        self.infer.operate(&place.ty);
        self.infer.operate(&value.ty);
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
        if op.is_none() && self.refuse_reference(&value) {
            return;
        }
        let shift = matches!(op, Some(BinOp::Shl | BinOp::Shr));
        if !shift {
            let ty = place.ty.clone();
            self.expect(&value, &ty);
            self.refuse_hidden_real(&place, &value);
        }
        let value = flatten(value, out);
        out.push(stmt(StmtKind::Assign { place, op, value }, span));
    }

    /// Refuses to give a reference a second name by an assignment, or as the value of a block.
    pub(super) fn refuse_reference(&mut self, value: &Expr) -> bool {
        let refused = self.gives_reference(value);
        if refused {
            let text = match &value.kind {
                ExprKind::Place(place) => self.var(place.root).name.to_string(),
                _ => diag::text_of(&value.source),
            };
            let at = diag::token_at(value.span);
            self.refuse(&diag::STRAY_REFERENCE, &at, &[&text]);
        }
        refused
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

/// `[a, b]` as `(a, b)`.
fn as_tuple(array: &syn::ExprArray) -> syn::ExprTuple {
    syn::ExprTuple {
        attrs: Vec::new(),
        paren_token: syn::token::Paren(array.bracket_token.span),
        // The comma tells a tuple of one part from brackets.
        elems: array
            .elems
            .iter()
            .cloned()
            .map(|part| syn::punctuated::Pair::Punctuated(part, Default::default()))
            .collect(),
    }
}
