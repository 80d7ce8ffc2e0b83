//! `Option`s in memory: fields of structs and parameters that hold something differentiable, or not.
//!
//! An `Option` that a function makes is a flag and a value ([`outcome`](super::outcome)). One that it is
//! given stays where it is, so that its gradient has a place: to the compiler it is a sequence of at
//! most one element, whose index is the runtime's `Payload`.
//!
//! ```text
//! if let Some(b) = l.bias { s += b; }   →   if len(l.bias) == 1 { s += l.bias[Payload]; }
//! l.bias.unwrap_or(0.0)                 →   if len(l.bias) == 1 { l.bias[Payload] } else { 0.0 }
//! ```

use proc_macro2::Span;
use quote::quote;

use super::Lower;
use super::expr::bare;
use super::infer::Kind;
use super::match_::{Bind, By, is_outcome_path};
use super::outcome_method::valued;
use crate::compiler::diag;
use crate::compiler::hir::{BinOp, Expr, ExprKind, Place, Proj, Stmt, Ty};
use crate::compiler::parse::signature::Parameter;
use crate::compiler::parse::types;

impl Lower<'_> {
    /// The type of a parameter that is an `Option`.
    pub(super) fn optional_parameter(&mut self, parameter: &Parameter<'_>, inner: &Ty) -> Ty {
        let ty = self.infer.fresh(Kind::Call);
        let inner = self.soften_signature(inner.clone());
        self.infer.make_optional(&ty, inner);
        match parameter.ty {
            Ty::Ref(mutable, _) => Ty::Ref(mutable, Box::new(ty)),
            _ => ty,
        }
    }

    /// True if a pattern that matches `Some` or `None`, or a method that only an `Option` has, finds an
    /// `Option` in memory at this place.
    pub(super) fn is_optional(&mut self, place: &Place) -> bool {
        if self.infer.is_optional(&place.ty) {
            return true;
        }
        let ty = self.infer.strip(&place.ty);
        // A copy of one: nothing else that is indexed has such patterns and methods.
        if ty.element().is_some() {
            return true;
        }
        let open = matches!(self.infer.kind(&ty), Some(Kind::Call));
        if !open || !self.infer.is_member(&place.ty) {
            return false;
        }
        let inner = self.infer.fresh(Kind::Call);
        self.infer.make_optional(&place.ty, inner);
        self.infer.is_optional(&place.ty)
    }

    /// `Some(p)` and `None` on an `Option` in memory.
    pub(super) fn test_optional(
        &mut self,
        (inner, span): (Option<&syn::Pat>, Span),
        place: Place,
        by: By,
        binds: &mut Vec<Bind>,
        out: &mut Vec<Stmt>,
    ) -> Option<Expr> {
        let found = self.is_there(&place, span);
        let Some(inner) = inner else {
            return Some(self.not(found));
        };
        let payload = self.in_option(&place);
        let own = self.test_place(inner, payload, by, binds, out);
        self.both(Some(found), own)
    }

    /// `len(place) == 1`
    fn is_there(&self, place: &Place, span: Span) -> Expr {
        let len = self.make(ExprKind::Len(place.clone()), Ty::Int, span);
        let one = self.number(1, span);
        let kind = ExprKind::Binary(BinOp::Eq, Box::new(len), Box::new(one));
        self.make(kind, Ty::Bool, span)
    }

    /// `place[Payload]`
    fn in_option(&self, place: &Place) -> Place {
        let mut payload = place.clone();
        let krate = &self.options.krate;
        let index = quote!(#krate::__private::Payload);
        let index = self.opaque(index, Vec::new(), true, Ty::Int, place.span);
        payload.path.push(Proj::Index(index));
        let ty = self.infer.strip(&place.ty);
        payload.ty = ty.element().cloned().unwrap_or(Ty::Opaque);
        payload
    }

    /// An `Option` as an argument: one that the function makes has no place for the callee's adjoint.
    pub(super) fn option_argument(&mut self, arg: &mut Expr) {
        if self.infer.payload(&arg.ty).is_none() {
            return;
        }
        let span = arg.span;
        if let ExprKind::Tuple(parts) = &arg.kind
            && let [_, value, _] = &parts[..]
            && self.is_constant(value)
        {
            let parts = vec![(value.clone(), value.source.clone())];
            *arg = self.compose(parts, true, Ty::Opaque, span, |parts| {
                let value = &parts[0];
                quote!(::core::option::Option::Some(#value))
            });
            return;
        }
        self.diags.report(&diag::OPTION_ARGUMENT, span, &[]);
        arg.ty = self.infer.fresh(Kind::Error);
    }

    /// True for `Some(…)` and `None` where something indexed is expected: the place is a copy of an
    /// `Option` in memory.
    pub(super) fn is_copied_option(&self, ty: &Ty, value: &syn::Expr) -> bool {
        let path = match bare(value) {
            syn::Expr::Call(call) => bare(&call.func),
            value => value,
        };
        let option = matches!(path, syn::Expr::Path(path) if is_outcome_path(&path.path));
        option && self.infer.strip(ty).element().is_some()
    }

    /// The receiver of a method, where that is an `Option` in memory, as a flag and a value. `own`: no
    /// other type has the method.
    pub(super) fn loaded(&mut self, receiver: &Expr, name: &str, own: bool) -> Option<Expr> {
        let (ExprKind::Place(place) | ExprKind::Ref(_, place)) = &receiver.kind else {
            return None;
        };
        let known = self.infer.is_optional(&place.ty);
        if !known && !own && name != "map" || !self.is_optional(place) {
            return None;
        }
        let span = receiver.span;
        let ok = self.is_there(place, span);
        let value = self.read(self.in_option(place));
        let els = self.hole(&value.ty.clone(), span);
        let value = self.either(ok.clone(), valued(value), valued(els), span);
        let none = self.no_error(true, span);
        Some(self.outcome_of(ok, value, none, span))
    }
}

/// What a declared type is in memory: an `Option` there is a sequence, and nothing else that holds a
/// flag is looked into.
pub(super) fn in_memory(declared: &syn::Type, ty: Ty) -> Option<Ty> {
    match types::payload(&ty) {
        Some(inner) => types::is_option(declared).then(|| Ty::Seq(Box::new(inner.clone()))),
        None => Some(ty),
    }
}
