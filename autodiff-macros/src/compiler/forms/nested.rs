//! Functions inside of the body of a function.
//!
//! In: the lowered function, whose items are copied to the top of every emitted body. Out: the same,
//! with derivatives beside each nested function that a real number is passed to, or that such a
//! function calls. They have the options of the function around them.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::cycles::Calls;
use super::function;
use super::select::Scope;
use super::take_own;
use crate::compiler::diag::Diagnostics;
use crate::compiler::hir;
use crate::compiler::naming::Naming;
use crate::compiler::parse::attribute::Options;

/// Puts derivatives beside the nested functions that need them.
pub(crate) fn expand(func: &mut hir::Func, options: &Options, diags: &mut Diagnostics) {
    let functions: Vec<syn::ItemFn> = func.items.iter().filter_map(read).collect();
    if functions.is_empty() {
        return;
    }
    let mut calls = Calls::default();
    for nested in &functions {
        calls.add(None, &nested.sig.ident, nested.block.to_token_stream());
    }
    let scope = Scope {
        known: &options.known,
        own: None,
        block: None,
    };
    let called = |nested: &syn::ItemFn| {
        let name = &nested.sig.ident;
        func.nested.contains(name)
            || (func.nested.iter().any(|from| calls.leads(from, name))
                && scope.is_wanted(&nested.sig, options))
    };
    let called: Vec<syn::Ident> = functions
        .iter()
        .filter(|nested| called(nested))
        .map(|nested| nested.sig.ident.clone())
        .collect();
    for item in &mut func.items {
        let Some(mut nested) = read(item) else {
            continue;
        };
        let own = take_own(&mut nested.attrs);
        if own.is_none() && !called.contains(&nested.sig.ident) {
            continue;
        }
        let mut inherited = Options {
            krate: options.krate.clone(),
            policy: options.policy,
            calls: options.calls.clone(),
            known: options.known.clone(),
            naming: Naming::Companion,
            ..Options::default()
        };
        calls.tell(None, &nested.sig.ident, &mut inherited);
        if let Some((_, attr)) = own {
            inherited = inherited.with(attr, diags);
        }
        if !inherited.skip {
            *item = function::expand_free(nested, None, &inherited, diags);
        }
    }
}

fn read(item: &TokenStream) -> Option<syn::ItemFn> {
    syn::parse2(item.clone()).ok()
}
