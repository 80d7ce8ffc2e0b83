//! Tangents in emitted code: their types, zeros, and what differs from numbers.
//!
//! The sweep is written once, over the directions `__L`: the tangent of an `f64` is an `__L::Of<f64>`, a
//! number or several of them (`autodiff_runtime::directions`). That type is a parameter of its own, `__D`:
//! each operator on an `__L::Of<f64>` has rustc go through all that is known of `Of`. Only a tangent is on the left of an
//! operator: `x_dot * a`, never `a * x_dot`.

use proc_macro2::TokenStream;
use quote::quote;

use super::code::{Callee, Expr};
use super::hir::{Real, Ty};
use super::primal::ty_tokens;
use super::real;

/// The type of the tangent; `_` where the compiler does not know it.
pub(crate) fn type_of(ty: &Ty) -> TokenStream {
    match ty {
        Ty::Real(Real::F64) => quote!(__D),
        Ty::Real(_) => {
            let real = ty_tokens(ty);
            quote!(__L::Of<#real>)
        }
        Ty::Tuple(parts) => {
            let parts = parts.iter().map(type_of);
            quote!((#(#parts,)*))
        }
        Ty::Array(inner, len) => {
            let inner = type_of(inner);
            quote!([#inner; #len])
        }
        Ty::Vec(inner) => {
            let inner = type_of(inner);
            quote!(::std::vec::Vec<#inner>)
        }
        Ty::Unit => quote!(()),
        _ => quote!(_),
    }
}

/// The tangent of a number, or of a tuple of numbers, that is constant.
pub(crate) fn none(ty: &Ty) -> Expr {
    if let Ty::Tuple(parts) = ty {
        return Expr::Tuple(parts.iter().map(none).collect());
    }
    let known = matches!(ty, Ty::Real(_)).then(|| type_of(ty));
    Expr::Call(Callee::NoDots(known), Vec::new())
}

/// The same with tangents in the place of literal zeros.
pub(crate) fn without_zeros(mut e: Expr) -> Expr {
    if real::is_literal(&e, "0.0") {
        return Expr::Call(Callee::NoDots(None), Vec::new());
    }
    if matches!(
        e,
        Expr::Tuple(_) | Expr::List(_) | Expr::Vec(_) | Expr::Repeat(..)
    ) {
        e.for_each_child_mut(&mut |child| {
            let old = std::mem::replace(child, Expr::Tuple(Vec::new()));
            *child = without_zeros(old);
        });
    }
    e
}

/// True for the tangent of what is constant.
pub(crate) fn is_none(e: &Expr) -> bool {
    matches!(e, Expr::Call(Callee::NoDots(_), _))
}

/// What keeps 0·∞ from a product of a tangent and a partial.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    Nothing,
    /// The product is 0 where the partial is: the tangent may be infinite.
    Partial,
    /// The product is 0 where either is: the partial may be infinite, too.
    Both,
}

impl Guard {
    /// `dot * partial`
    pub(crate) fn times(self, rt: &TokenStream, dot: Expr, partial: Expr) -> Expr {
        match self {
            Guard::Nothing => Expr::mul(dot, partial),
            Guard::Partial => Expr::call(quote!(#rt::dots_by), vec![dot, partial]),
            Guard::Both => Expr::call(quote!(#rt::dots_times), vec![dot, partial]),
        }
    }

    /// `dividend / divisor`
    pub(crate) fn over(self, rt: &TokenStream, dividend: Expr, divisor: Expr) -> Expr {
        match self {
            Guard::Nothing => Expr::bin("/", dividend, divisor),
            _ => Expr::call(quote!(#rt::dots_over), vec![dividend, divisor]),
        }
    }
}

/// `e as to` for tangents.
pub(crate) fn cast(e: Expr, from: &Ty, to: &Ty) -> Expr {
    let [from, to] = [from, to].map(ty_tokens);
    Expr::call(quote!(__L::cast::<#from, #to>), vec![e])
}
