//! Patterns on constants that the compiler does not look into: the user's own pattern, in a `match`
//! that tells whether it fits, and one that gives the names which it binds.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};

use super::super::Lower;
use super::super::scope::{Name, identifiers};
use super::{Bind, What};
use crate::compiler::hir::{Expr, ExprKind, Ty};

impl Lower<'_> {
    pub(super) fn test_code(
        &mut self,
        pat: &syn::Pat,
        value: &Expr,
        text: &TokenStream,
        binds: &mut Vec<Bind>,
    ) -> Option<Expr> {
        let names = self.names_of(pat);
        if let Some((first, _)) = names.first() {
            let all: Vec<&Ident> = names.iter().map(|(name, _)| name).collect();
            let part = self.bound_by(pat, value, text, &all);
            binds.push(Bind {
                name: first.clone(),
                mutable: names[0].1,
                what: match names.len() {
                    1 => What::Constant(part),
                    _ => {
                        let each = names.iter().map(|(name, mutable)| {
                            let part = self.bound_by(pat, value, text, &[name]);
                            (name.clone(), *mutable, part)
                        });
                        What::Constants(part, each.collect())
                    }
                },
            });
        }
        let bare = self.stripped(pat, &[]);
        if matches!(bare, syn::Pat::Wild(_)) {
            return None;
        }
        let parts = vec![(value.clone(), text.clone())];
        Some(self.matching(parts, &bare))
    }

    /// `match value { pat => name, _ => unreachable!() }`, or a tuple of several names: one `match` for
    /// all, so that what is moved is moved once.
    fn bound_by(
        &mut self,
        pat: &syn::Pat,
        value: &Expr,
        text: &TokenStream,
        names: &[&Ident],
    ) -> Expr {
        let krate = self.options.krate.clone();
        let whole = self.stripped(pat, names);
        let bound = match names {
            [only] => quote!(#only),
            all => quote!((#(#all),*)),
        };
        let parts = vec![(value.clone(), text.clone())];
        self.compose(parts, true, Ty::Opaque, pat.span(), |parts| {
            let value = &parts[0];
            quote! {
                match #value {
                    #whole => #bound,
                    _ => #krate::__private::core::unreachable!(),
                }
            }
        })
    }

    /// `match value { pat => true, _ => false }`
    pub(super) fn matching(&mut self, parts: Vec<(Expr, TokenStream)>, pat: &syn::Pat) -> Expr {
        self.compose(parts, true, Ty::Bool, pat.span(), |parts| {
            let value = &parts[0];
            quote!(match #value { #pat => true, _ => false })
        })
    }

    /// Pattern and guard in one `match`, if the guard is made of constants, too.
    pub(super) fn constant_guard(
        &mut self,
        pat: &syn::Pat,
        guard: &syn::Expr,
        value: &Expr,
        text: &TokenStream,
    ) -> Option<Expr> {
        let own: Vec<String> = self
            .names_of(pat)
            .iter()
            .map(|(name, _)| name.to_string())
            .collect();
        let mut parts = vec![(value.clone(), text.clone())];
        for name in identifiers(guard.to_token_stream()) {
            if own.contains(&name) {
                continue;
            }
            if let Some(Name::Var(var)) = self.peek_name(&name) {
                let ty = self.var(var).ty.clone();
                self.undecided |= self.infer.is_open(&ty);
                let plain =
                    self.facts[var.0 as usize].named && self.facts[var.0 as usize].held.is_none();
                if self.infer.may_be_real(&ty) || self.infer.payload(&ty).is_some() || !plain {
                    return None;
                }
                let ident = self.var(var).name.clone();
                parts.push((self.read_var(var, guard.span()), ident.to_token_stream()));
            }
        }
        let value = self.compose(parts, true, Ty::Bool, pat.span(), |parts| {
            let value = &parts[0];
            quote!(match #value { #pat if #guard => true, _ => false })
        });
        matches!(value.kind, ExprKind::Opaque(_)).then_some(value)
    }

    /// The names that a pattern binds, each once, and whether they are `mut`.
    fn names_of(&self, pat: &syn::Pat) -> Vec<(Ident, bool)> {
        struct Names<'l, 'a>(&'l Lower<'a>, Vec<(Ident, bool)>);
        impl<'ast> Visit<'ast> for Names<'_, '_> {
            fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
                if self.0.is_binding(pat) && self.1.iter().all(|(name, _)| *name != pat.ident) {
                    let mutable = pat.mutability.is_some() && pat.by_ref.is_none();
                    self.1.push((pat.ident.clone(), mutable));
                }
                visit::visit_pat_ident(self, pat);
            }
        }
        let mut names = Names(self, Vec::new());
        names.visit_pat(pat);
        names.1
    }

    /// The pattern without its names, but for `keep`: what is not bound is not moved.
    fn stripped(&self, pat: &syn::Pat, keep: &[&Ident]) -> syn::Pat {
        struct Strip<'l, 'a>(&'l Lower<'a>, &'l [&'l Ident]);
        impl VisitMut for Strip<'_, '_> {
            fn visit_pat_mut(&mut self, pat: &mut syn::Pat) {
                let binds = match pat {
                    syn::Pat::Ident(ident) => self.0.is_binding(ident),
                    syn::Pat::Type(typed) => {
                        let inner = (*typed.pat).clone();
                        *pat = inner;
                        return self.visit_pat_mut(pat);
                    }
                    syn::Pat::Paren(paren)
                        if matches!(*paren.pat, syn::Pat::Ident(_) | syn::Pat::Wild(_)) =>
                    {
                        let inner = (*paren.pat).clone();
                        *pat = inner;
                        return self.visit_pat_mut(pat);
                    }
                    _ => false,
                };
                if !binds {
                    return visit_mut::visit_pat_mut(self, pat);
                }
                let syn::Pat::Ident(ident) = pat else { return };
                if self.1.contains(&&ident.ident) {
                    if ident.by_ref.is_none() {
                        ident.mutability = None;
                    }
                    return visit_mut::visit_pat_mut(self, pat);
                }
                let inner = ident.subpat.take().map(|(_, inner)| *inner);
                let wild = syn::Pat::Wild(syn::PatWild {
                    attrs: Vec::new(),
                    underscore_token: syn::Token![_](ident.ident.span()),
                });
                *pat = inner.unwrap_or(wild);
                self.visit_pat_mut(pat);
            }

            fn visit_field_pat_mut(&mut self, field: &mut syn::FieldPat) {
                let before = field.pat.clone();
                self.visit_pat_mut(&mut field.pat);
                if field.colon_token.is_none() && *field.pat != *before {
                    field.colon_token = Some(syn::Token![:](before.span()));
                }
            }
        }
        let mut pat = pat.clone();
        Strip(self, keep).visit_pat_mut(&mut pat);
        pat
    }
}
