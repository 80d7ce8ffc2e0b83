//! Small builders and checks that the other parts share.

use proc_macro2::Span;
use quote::ToTokens;

use super::{Barrier, Lower};
use crate::compiler::diag;
use crate::compiler::hir::{Block, Expr, ExprKind, Place, Stmt, Ty, VarId};

impl Lower<'_> {
    /// An expression that stands beside others: it may not change what they read.
    pub(super) fn operand(&mut self, expr: &syn::Expr) -> Expr {
        let value = self.in_operand(|this| this.expr(expr));
        match value.source.is_empty() {
            true => self.with_source(value, expr),
            false => value,
        }
    }

    pub(super) fn in_operand<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.barrier;
        self.barrier = Some(Barrier {
            vars: self.vars.len() as u32,
        });
        let result = body(self);
        self.barrier = outer;
        result
    }

    /// What changes variables in statements of its own: operands are evaluated one after the other, as in Rust.
    pub(super) fn in_order<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.barrier.take();
        let result = body(self);
        self.barrier = outer;
        result
    }

    /// Makes the type of `value` and `ty` one.
    pub(super) fn expect(&mut self, value: &Expr, ty: &Ty) {
        if self.infer.unify(&value.ty, ty).is_err() {
            let (found, wanted) = (self.type_name(&value.ty), self.type_name(ty));
            let span = value.span;
            self.diags
                .report(&diag::TYPE_MISMATCH, span, &[wanted, found]);
        }
    }

    /// Makes the types of two values one, and gives the one that tells more.
    pub(super) fn join(&mut self, a: &Expr, b: &Expr) -> Ty {
        self.expect(b, &a.ty);
        self.infer.merge(&a.ty, &b.ty)
    }

    /// A type as messages call it.
    pub(super) fn type_name(&self, ty: &Ty) -> &'static str {
        match self.infer.strip(ty) {
            Ty::Real(_) => "a real number",
            Ty::Int => "an integer",
            Ty::Bool => "a truth value",
            Ty::Unit => "`()`",
            ty if self.infer.payload(&ty).is_some() => "an `Option` or a `Result`",
            Ty::Tuple(_) => "a tuple",
            Ty::Array(..) => "an array",
            Ty::Vec(_) => "a vector",
            Ty::Slice(_) => "a slice",
            Ty::Seq(_) => "something indexed",
            Ty::Never => "`!`",
            ty if self.infer.is_struct(&ty) => "a struct",
            ty if self.infer.is_real(&ty) => "a real number",
            _ => "a value of unknown type",
        }
    }

    /// The place that is all of a variable.
    pub(super) fn whole(&self, var: VarId, span: Span) -> Place {
        Place {
            root: var,
            path: Vec::new(),
            ty: self.var(var).ty.clone(),
            span,
        }
    }

    /// The value of a variable.
    pub(super) fn read_var(&self, var: VarId, span: Span) -> Expr {
        let place = self.whole(var, span);
        self.read(place)
    }

    /// The value of a place. References are transparent.
    pub(super) fn read(&self, place: Place) -> Expr {
        let ty = self.infer.strip(&place.ty);
        let span = place.span;
        self.make(ExprKind::Place(place), ty, span)
    }

    /// True if the value is a reference that would go on under a second name: as a value it would
    /// be a copy, and one that not even the primal makes.
    pub(super) fn gives_reference(&self, value: &Expr) -> bool {
        match (&value.kind, self.infer.shallow(&value.ty)) {
            (_, Ty::Ref(..)) => true,
            (ExprKind::Place(place), _) => match self.infer.shallow(&place.ty) {
                Ty::Ref(mutable, inner) => {
                    mutable || self.infer.shallow(&inner).element().is_some()
                }
                ty => matches!(ty, Ty::Slice(_)),
            },
            (
                ExprKind::Block(Block {
                    value: Some(value), ..
                }),
                _,
            ) => self.gives_reference(value),
            _ => false,
        }
    }

    /// True if that reference is an exclusive one, through which the original may be changed.
    pub(super) fn gives_exclusive(&self, value: &Expr) -> bool {
        match &value.kind {
            ExprKind::Place(place) => {
                matches!(self.infer.shallow(&place.ty), Ty::Ref(true, inner)
                    if !matches!(self.infer.shallow(&inner), Ty::Opaque))
            }
            ExprKind::Block(block) => block
                .value
                .as_ref()
                .is_some_and(|value| self.gives_exclusive(value)),
            _ => false,
        }
    }

    /// Attaches the text of an expression, for sites and messages.
    pub(super) fn with_source(&self, mut expr: Expr, source: &impl ToTokens) -> Expr {
        expr.source = source.to_token_stream();
        expr
    }

    /// [`Infer::open`](super::infer::Infer::open)
    pub(super) fn open(&mut self, ty: &Ty) -> Ty {
        self.infer.open(ty)
    }
}

/// The value of a statement, with the statements of a block that it stands in put before it. Names
/// are resolved, so that braces carry no meaning.
pub(super) fn flatten(value: Expr, out: &mut Vec<Stmt>) -> Expr {
    match value.kind {
        ExprKind::Block(Block {
            stmts,
            value: Some(inner),
        }) => {
            out.extend(stmts);
            flatten(*inner, out)
        }
        kind => Expr { kind, ..value },
    }
}
