//! How emitted code writes operations, literals and conversions of a real type: `f64::sin(x)`, `0.0`
//! and `x as f32`, or, where the type is a parameter, by way of the runtime.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::code::Expr;
use super::hir::{Real, Ty};
use super::primal::ty_tokens;

/// True if the type is a parameter.
pub(crate) fn is_parameter(ty: &Ty) -> bool {
    matches!(ty, Ty::Real(Real::Param(_)))
}

/// Path of a method: `f64::sin`.
pub(crate) fn method(ty: &Ty, name: &Ident, rt: &TokenStream) -> TokenStream {
    match ty {
        Ty::Real(Real::Param(_)) => quote!(#rt::Operations::#name),
        ty => {
            let real = ty_tokens(ty);
            quote!(#real::#name)
        }
    }
}

/// A constant of the runtime's trait for real numbers.
pub(crate) fn constant(ty: &Ty, name: &Ident, rt: &TokenStream) -> Expr {
    let real = ty_tokens(ty);
    Expr::Raw(match is_parameter(ty) {
        true => quote!(<#real as #rt::Operations>::#name()),
        false => quote!(<#real as #rt::Real>::#name),
    })
}

/// A literal. That of a parameter is written as a cast, `0.0 as T`, which is [`print`](super::print)'s
/// to spell out: passes that look for literals see what it is. `0.0 as _` where the type is not known.
pub(crate) fn number(ty: &Ty, literal: TokenStream) -> Expr {
    match ty {
        Ty::Real(Real::Param(name)) => Expr::Cast(Box::new(Expr::Raw(literal)), quote!(#name)),
        Ty::Real(_) => Expr::Raw(literal),
        _ => Expr::Cast(Box::new(Expr::Raw(literal)), quote!(_)),
    }
}

/// 0.
pub(crate) fn zero(ty: &Ty) -> Expr {
    number(ty, quote!(0.0))
}

/// True for the literal of this text.
pub(crate) fn is_literal(e: &Expr, text: &str) -> bool {
    match e {
        Expr::Raw(tokens) => tokens.to_string() == text,
        Expr::Cast(inner, _) => matches!(&**inner, Expr::Raw(t) if t.to_string() == text),
        _ => false,
    }
}

/// `e as to`, where `e` is of the type `from`.
pub(crate) fn cast(e: Expr, from: &Ty, to: &Ty, rt: &TokenStream) -> Expr {
    let target = ty_tokens(to);
    match is_parameter(from) || is_parameter(to) {
        true => Expr::call(quote!(#rt::cast::<_, #target>), vec![e]),
        false => Expr::Cast(Box::new(e), target),
    }
}

/// A float literal without suffix.
pub(crate) fn is_float(tokens: &TokenStream) -> bool {
    syn::parse2::<syn::LitFloat>(tokens.clone()).is_ok_and(|lit| lit.suffix().is_empty())
}
