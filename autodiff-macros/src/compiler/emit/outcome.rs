//! Functions that give an `Option` or a `Result` of something differentiable.
//!
//! In: the signature. Out: types and conversions. The hidden functions give the three parts (a flag,
//! the value, the error), which is what the sweeps work on; the entry points give the `Option` or
//! `Result` of what they give for other functions: `Option<(f64, f64)>` for a value and its gradient.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::Runtime;
use super::signature::Signature;
use super::types::{gradient, owned_dots};
use crate::compiler::hir::Ty;
use crate::compiler::parse::types::{has_constant, is_constant, type_arguments};

impl Signature {
    /// What the hidden functions return.
    pub(crate) fn inner_result(&self) -> TokenStream {
        let Signature { rt, result, .. } = self;
        match self.outcome {
            true => quote!(#rt::Parts<#result>),
            false => result.clone(),
        }
    }

    /// The adjoint of that. An integer has one, as in a struct or a list: a caller that hands it on need not know what it is.
    pub(crate) fn inner_cotangent(&self) -> TokenStream {
        self.beside_flag(gradient(&self.inner_ty, &self.rt))
    }

    /// The tangent of that along the directions `__L`.
    pub(crate) fn inner_rate(&self) -> TokenStream {
        self.beside_flag(owned_dots(&self.inner_ty, &self.rt))
    }

    /// An adjoint of the value, as the hidden functions take it.
    pub(crate) fn inner_seed(&self, seed: TokenStream) -> TokenStream {
        fn with_integers(ty: &Ty, seed: TokenStream, rt: &Runtime) -> TokenStream {
            match ty {
                Ty::Int | Ty::Bool => quote!(#rt::ConstantField),
                Ty::Array(inner, len) if is_constant(inner) => {
                    let inner = with_integers(inner, TokenStream::new(), rt);
                    quote!([#inner; #len])
                }
                Ty::Tuple(parts) if has_constant(ty) => {
                    let known = !is_constant(ty);
                    let parts = parts.iter().enumerate().map(|(k, part)| {
                        let k = proc_macro2::Literal::usize_unsuffixed(k);
                        let seed = known.then(|| quote!(#seed.#k));
                        with_integers(part, seed.unwrap_or_default(), rt)
                    });
                    quote!((#(#parts,)*))
                }
                _ => seed,
            }
        }
        self.beside_flag(with_integers(&self.inner_ty, seed, &self.rt))
    }

    /// An adjoint or a tangent of what a hidden function gives, or its type: the flag has one without numbers, an error has none.
    fn beside_flag(&self, inner: TokenStream) -> TokenStream {
        let rt = &self.rt;
        match self.outcome {
            true => quote!((#rt::ConstantField, #inner, ())),
            false => inner,
        }
    }

    /// A tangent that a hidden function gave, as users get it.
    pub(crate) fn outer_tangent(&self, tangent: &Ident) -> TokenStream {
        fn without_integers(ty: &Ty, tangent: TokenStream) -> TokenStream {
            match ty {
                _ if is_constant(ty) => quote!(()),
                Ty::Tuple(parts) if has_constant(ty) => {
                    let parts = parts.iter().enumerate().map(|(k, part)| {
                        let k = proc_macro2::Literal::usize_unsuffixed(k);
                        without_integers(part, quote!(#tangent.#k))
                    });
                    quote!((#(#parts,)*))
                }
                _ => tangent,
            }
        }
        let inner = match self.outcome {
            true => quote!(#tangent.1),
            false => tangent.to_token_stream(),
        };
        without_integers(&self.inner_ty, inner)
    }

    /// The `Option` or `Result` that the function gives.
    fn outcome_type(&self) -> Option<syn::TypePath> {
        let result = self.outcome.then(|| self.result.clone())?;
        syn::parse2(result).ok()
    }

    /// `Option<T>` or `Result<T, E>`, or `T` for other functions.
    pub(crate) fn result_of(&self, inner: TokenStream) -> TokenStream {
        let Some(mut ty) = self.outcome_type() else {
            return inner;
        };
        if let Some(last) = ty.path.segments.last_mut()
            && let syn::PathArguments::AngleBracketed(arguments) = &mut last.arguments
            && let Some(syn::GenericArgument::Type(value)) = arguments
                .args
                .iter_mut()
                .find(|argument| matches!(argument, syn::GenericArgument::Type(_)))
        {
            *value = syn::Type::Verbatim(inner);
        }
        ty.into_token_stream()
    }

    /// The type of the value in the result.
    pub(crate) fn value(&self) -> TokenStream {
        let Some(ty) = self.outcome_type() else {
            return self.result.clone();
        };
        let last = ty.path.segments.last();
        let value =
            last.and_then(|last| type_arguments(last).first().map(ToTokens::to_token_stream));
        value.unwrap_or_else(|| self.result.clone())
    }

    /// The result, put together from what a hidden function gave.
    pub(crate) fn whole(&self, value: TokenStream) -> TokenStream {
        let rt = &self.rt;
        match self.outcome {
            true => quote!(#rt::whole(#value)),
            false => value,
        }
    }

    /// The result with something else in the place of the value. `value`: what a hidden function gave;
    /// `build` gets the value in it.
    pub(crate) fn whole_with(
        &self,
        value: &Ident,
        build: impl FnOnce(TokenStream) -> TokenStream,
    ) -> TokenStream {
        let rt = &self.rt;
        match self.outcome {
            true => {
                let inner = build(quote!(#value.1));
                quote!(#rt::whole((#value.0, #inner, #value.2)))
            }
            false => build(value.to_token_stream()),
        }
    }
}
