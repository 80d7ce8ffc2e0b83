//! An annotated module.
//!
//! In: `mod model { … }`. Out: the module, in which every function that a real number goes into and
//! comes out of has its derivatives beside it, in `impl` blocks and in modules of the module too. The
//! compiler sees all of it at once: the types of fields, and cycles of calls, whose functions get
//! boxed reverse sweeps.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::cycles::Calls;
use super::function;
use super::known::Known;
use super::maker;
use super::select::Scope;
use super::{impl_block, rule, take_own};
use crate::compiler::diag::{self, Diagnostics};
use crate::compiler::naming::Naming;
use crate::compiler::parse::attribute::Options;
use crate::compiler::parse::helpers;

/// Expands an annotated module.
pub(crate) fn expand(
    module: &syn::ItemMod,
    options: &Options,
    diags: &mut Diagnostics,
) -> TokenStream {
    let Some((_, items)) = &module.content else {
        let name = module.ident.to_string();
        diags.report_at(&diag::FILE_MODULE, module, &[&name]);
        return module.to_token_stream();
    };
    let mut calls = Calls::default();
    add_calls(items, &mut calls);
    let options = Options {
        known: Known::of(items),
        ..options.clone()
    };
    expand_in(module, &options, &calls, diags)
}

/// The calls of all functions of a module.
fn add_calls(items: &[syn::Item], calls: &mut Calls) {
    for item in items {
        match item {
            syn::Item::Fn(function) => {
                calls.add(None, &function.sig.ident, function.block.to_token_stream());
            }
            syn::Item::Impl(block) => impl_block::add_calls(block, calls),
            syn::Item::Mod(module) => {
                let content = module.content.iter();
                content.for_each(|(_, items)| add_calls(items, calls));
            }
            _ => {}
        }
    }
}

fn expand_in(
    module: &syn::ItemMod,
    options: &Options,
    calls: &Calls,
    diags: &mut Diagnostics,
) -> TokenStream {
    let items = || module.content.iter().flat_map(|(_, items)| items);
    let options = &Options {
        left_alone: left_alone(items(), options).into(),
        ..options.of_members()
    };
    let syn::ItemMod {
        attrs,
        vis,
        unsafety,
        mod_token,
        ident,
        ..
    } = module;
    let is_inner = |a: &&syn::Attribute| matches!(a.style, syn::AttrStyle::Inner(_));
    let (inner, outer): (Vec<_>, Vec<_>) = attrs.iter().partition(is_inner);
    let items = items().map(|item| expand_item(item, options, calls, diags));
    quote! {
        #(#outer)* #vis #unsafety #mod_token #ident {
            #(#inner)*
            #(#items)*
        }
    }
}

/// The functions among the items that nothing is emitted for, and the methods, as `*::name`, if that goes for all of the name.
fn left_alone<'i>(
    items: impl Iterator<Item = &'i syn::Item>,
    options: &Options,
) -> BTreeSet<String> {
    let mut alone = BTreeSet::new();
    let mut emitted = BTreeSet::new();
    for item in items {
        match item {
            syn::Item::Fn(function) => {
                let scope = Scope {
                    known: &options.known,
                    own: None,
                    block: None,
                };
                if scope.leaves_alone(&function.attrs, &function.sig, options) {
                    alone.insert(function.sig.ident.to_string());
                }
            }
            syn::Item::Impl(block) => {
                let scope = Scope {
                    known: &options.known,
                    own: Some(&block.self_ty),
                    block: Some(block),
                };
                for item in &block.items {
                    let syn::ImplItem::Fn(method) = item else {
                        continue;
                    };
                    let left = scope.leaves_alone(&method.attrs, &method.sig, options);
                    let of_them = if left { &mut alone } else { &mut emitted };
                    of_them.insert(format!("*::{}", method.sig.ident));
                }
            }
            _ => {}
        }
    }
    &alone - &emitted
}

fn expand_item(
    item: &syn::Item,
    options: &Options,
    calls: &Calls,
    diags: &mut Diagnostics,
) -> TokenStream {
    match item {
        syn::Item::Fn(function) => expand_function(function, options, calls, diags),
        syn::Item::Impl(block) => {
            let mut block = block.clone();
            let (mention, own) = own_options(&mut block.attrs, options, diags);
            let expanded = match own.skip {
                true => {
                    block.items.iter_mut().for_each(helpers::strip_member);
                    block.into_token_stream()
                }
                false => impl_block::expand_in(&block, &own, calls, diags),
            };
            quote!(#expanded #mention)
        }
        syn::Item::Mod(module) => {
            let mut module = module.clone();
            let (mention, own) = own_options(&mut module.attrs, options, diags);
            let expanded = match (own.skip || is_for_tests(&module), &module.content) {
                (true, _) => module.into_token_stream(),
                (false, Some(_)) => {
                    let own = Options {
                        known: own.known.inside(&module.ident),
                        ..own
                    };
                    expand_in(&module, &own, calls, diags)
                }
                (false, None) => {
                    let name = module.ident.to_string();
                    diags.report_at(&diag::FILE_MODULE, &module, &[&name]);
                    module.into_token_stream()
                }
            };
            quote!(#expanded #mention)
        }
        other => other.to_token_stream(),
    }
}

fn expand_function(
    function: &syn::ItemFn,
    options: &Options,
    calls: &Calls,
    diags: &mut Diagnostics,
) -> TokenStream {
    if rule(&function.attrs).is_some() {
        return function.to_token_stream();
    }
    let mut function = function.clone();
    let annotated = function.attrs.len();
    let (mention, mut own) = own_options(&mut function.attrs, options, diags);
    let annotated = function.attrs.len() < annotated;
    let scope = Scope {
        known: &options.known,
        own: None,
        block: None,
    };
    let wanted = annotated || scope.is_wanted(&function.sig, &own);
    calls.tell(None, &function.sig.ident, &mut own);
    own.naming = match own.module {
        true => Naming::Module,
        false => Naming::Companion,
    };
    if own.skip || !wanted {
        let beside = match own.skip {
            true => TokenStream::new(),
            false => unasked(&function, &scope, &own),
        };
        helpers::strip(&mut function);
        return quote!(#function #mention #beside);
    }
    let expanded = function::expand_free(function, None, &own, diags);
    quote!(#expanded #mention)
}

/// What is emitted for a function that has no gradient, and may stand between others that have: it makes something of integers,
/// or finds out something about numbers. If it cannot be done, nothing.
fn unasked(function: &syn::ItemFn, scope: &Scope<'_>, options: &Options) -> TokenStream {
    if maker::is_maker(&function.sig, scope) {
        return maker::expand(function, None, options);
    }
    let mut found = Diagnostics::new();
    if !scope.answers(&function.sig, options) {
        return TokenStream::new();
    }
    let expansion = function::expand(function, options, &mut found);
    match found.is_empty() {
        true => expansion.beside,
        false => TokenStream::new(),
    }
}

/// The options of an item, and what keeps the import of the attribute that it bears in use.
fn own_options(
    attrs: &mut Vec<syn::Attribute>,
    options: &Options,
    diags: &mut Diagnostics,
) -> (TokenStream, Options) {
    match take_own(attrs) {
        Some((path, attr)) => {
            let own = options.with(attr, diags);
            (quote!(#[#path(skip)] const _: () = ();), own)
        }
        None => (TokenStream::new(), options.clone()),
    }
}

/// `#[cfg(test)] mod tests`.
fn is_for_tests(module: &syn::ItemMod) -> bool {
    module.attrs.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|what| what == "test")
    })
}
