//! Types as they are written, and what a variable of a type may begin with.
//!
//! In: the type of a value or of memory. Out: its tokens, as far as it is known; zeros; something that nobody reads.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::compiler::code::Expr;
use crate::compiler::hir::{Real, Ty};
use crate::compiler::real;

/// The type in Rust; `_` where the compiler does not know it.
pub(crate) fn ty_tokens(ty: &Ty) -> TokenStream {
    match ty {
        Ty::Real(Real::F64) => quote!(f64),
        Ty::Real(Real::F32) => quote!(f32),
        Ty::Real(Real::Named(path)) => path.clone(),
        Ty::Real(Real::Param(name)) => name.to_token_stream(),
        Ty::Bool => quote!(bool),
        Ty::Unit => quote!(()),
        Ty::Tuple(parts) => {
            let parts = parts.iter().map(ty_tokens);
            quote!((#(#parts,)*))
        }
        Ty::Array(inner, len) => {
            let inner = ty_tokens(inner);
            quote!([#inner; #len])
        }
        Ty::Vec(inner) => {
            let inner = ty_tokens(inner);
            quote!(::std::vec::Vec<#inner>)
        }
        Ty::Struct(of) => match &of.path {
            Some(path) if of.whole => path.clone(),
            _ => quote!(_),
        },
        _ => quote!(_),
    }
}

/// The type in Rust, if the compiler knows it.
pub(crate) fn known_ty(ty: &Ty) -> Option<TokenStream> {
    let tokens = ty_tokens(ty);
    (tokens.to_string() != "_").then_some(tokens)
}

/// A value that is never read.
pub(crate) fn dummy(ty: &Ty) -> Expr {
    match ty {
        Ty::Real(_) => real::zero(ty),
        Ty::Bool => Expr::Raw(quote!(false)),
        Ty::Maybe => Expr::Raw(quote!(::core::option::Option::None)),
        _ => Expr::Raw(quote!(0)),
    }
}

/// `[[0.0; 2]; 3]` for arrays of numbers.
pub(crate) fn zeros(ty: &Ty) -> Option<Expr> {
    match ty {
        Ty::Real(_) => Some(real::zero(ty)),
        Ty::Array(inner, len) => Some(Expr::Repeat(
            false,
            Box::new(zeros(inner)?),
            Box::new(Expr::Raw(len.clone())),
        )),
        Ty::Tuple(parts) => Some(Expr::Tuple(parts.iter().map(zeros).collect::<Option<_>>()?)),
        _ => None,
    }
}
