//! Lifetimes that the user left to elision: `layer: &Layer<'_>`.
//!
//! In: the parameters of the function. Out: the same with a name in the place of every `'_`, and the
//! names. In the argument of an `impl` trait, such as `impl Dot<Layer<'_>>`, a lifetime has to have one.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::visit_mut::VisitMut;

use super::types::edit_lifetimes;
use crate::compiler::hir::{Aggregate, Param, Ty};

/// The parameters with names for their lifetimes, each parameter with one of its own.
pub(super) fn named(params: &[Param]) -> (Vec<Param>, Vec<TokenStream>) {
    let mut names = Vec::new();
    let params = params.iter().enumerate().map(|(index, param)| {
        let name = Ident::new(&format!("__l{index}"), Span::call_site());
        let mut rename = Rename { name, found: false };
        let named = Param {
            declared: edit_lifetimes(&param.declared, &mut rename),
            ty: rename.ty(&param.ty),
            ..param.clone()
        };
        if !rename.found {
            return param.clone();
        }
        let lifetime = rename.lifetime();
        names.push(quote!(#lifetime));
        named
    });
    let params = params.collect();
    (params, names)
}

struct Rename {
    name: Ident,
    found: bool,
}

impl Rename {
    fn lifetime(&self) -> syn::Lifetime {
        syn::Lifetime {
            apostrophe: Span::call_site(),
            ident: self.name.clone(),
        }
    }

    fn ty(&mut self, ty: &Ty) -> Ty {
        let mut inside = |inner: &Ty| Box::new(self.ty(inner));
        match ty {
            Ty::Ref(mutable, inner) => Ty::Ref(*mutable, inside(inner)),
            Ty::Slice(inner) => Ty::Slice(inside(inner)),
            Ty::Vec(inner) => Ty::Vec(inside(inner)),
            Ty::Seq(inner) => Ty::Seq(inside(inner)),
            Ty::Array(inner, len) => Ty::Array(inside(inner), len.clone()),
            Ty::Tuple(parts) => Ty::Tuple(parts.iter().map(|part| self.ty(part)).collect()),
            Ty::Struct(of) => Ty::Struct(Aggregate {
                path: of.path.as_ref().map(|path| edit_lifetimes(path, self)),
                whole: of.whole,
                fields: of.fields.clone(),
                constants: of.constants.clone(),
            }),
            ty => ty.clone(),
        }
    }
}

impl VisitMut for Rename {
    fn visit_lifetime_mut(&mut self, lifetime: &mut syn::Lifetime) {
        if lifetime.ident == "_" {
            lifetime.ident = Ident::new(&self.name.to_string(), lifetime.ident.span());
            self.found = true;
        }
    }

    // What stands between the parentheses of `fn(…)` and `Fn(…)` has lifetimes of its own.
    fn visit_type_bare_fn_mut(&mut self, _: &mut syn::TypeBareFn) {}
    fn visit_parenthesized_generic_arguments_mut(
        &mut self,
        _: &mut syn::ParenthesizedGenericArguments,
    ) {
    }
}
