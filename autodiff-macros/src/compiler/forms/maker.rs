//! Functions of integers that make something with numbers in it: `fn zeros(rows: usize) -> Self`.
//!
//! There is nothing to differentiate with respect to, and a call with integers is a constant. But in `Self::zeros(m.rows)` only
//! rustc knows that the field is one: the call is emitted as any other. So these functions have sweeps, too, which
//! call the function and do nothing else; no entry points.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::method::{self, Block, Method};
use super::select::Scope;
use crate::compiler::analyse::lengths::Lengths;
use crate::compiler::diag::{self, Diagnostics};
use crate::compiler::emit::{self, Bodies, Runtime};
use crate::compiler::extent::Extent;
use crate::compiler::names::Names;
use crate::compiler::naming::Naming;
use crate::compiler::parse::attribute::Options;
use crate::compiler::parse::signature;
use crate::compiler::parse::types::{self, bare, is_constant, primitive};

/// True for such a function.
pub(crate) fn is_maker(sig: &syn::Signature, scope: &Scope<'_>) -> bool {
    let integral = |input: &syn::FnArg| match input {
        syn::FnArg::Typed(typed) => match bare(&typed.ty) {
            syn::Type::Path(path) => primitive(&path.path).is_some_and(|ty| is_constant(&ty)),
            _ => false,
        },
        syn::FnArg::Receiver(_) => false,
    };
    !sig.inputs.is_empty()
        && sig.inputs.iter().all(integral)
        && sig.generics.params.is_empty()
        && sig.asyncness.is_none()
        && sig.unsafety.is_none()
        && scope.makes_numbers(sig)
}

/// What is emitted for it, as a function of an `impl` block if one is around it.
pub(crate) fn expand(
    item: &syn::ItemFn,
    block: Option<&syn::ItemImpl>,
    options: &Options,
) -> TokenStream {
    let mut options = options.clone();
    let mut item = item.clone();
    let mut primal = item.sig.ident.to_token_stream();
    let mut diags = Diagnostics::new();
    if block.is_some() {
        let around = Block { item: block };
        let Some(Method {
            item: rewritten,
            sibling,
        }) = method::rewrite(&item, &around, &mut diags)
        else {
            return TokenStream::new();
        };
        primal = sibling.primal.clone();
        item = rewritten;
        options.naming = Naming::Sibling(Box::new(sibling));
    }
    let signature = signature::read(&item, &options, &mut diags);
    let mut found = diags.iter().map(|diag| diag.entry.code);
    if types::payload(&signature.result).is_some()
        || !found.all(|code| code == diag::NO_PARAMETER.code)
    {
        return TokenStream::new();
    }
    let mut fresh = Names::of(item.sig.to_token_stream());
    let names = emit::names(&signature, &mut fresh);
    let mut func = emit::func(&item, &signature);
    func.result = emit::undecided(func.result, |_| true);
    let bodies = bodies(&primal, names, &mut fresh, &Runtime::of(&options));
    emit::emit(&item, &func, &options, &bodies).beside
}

fn bodies(primal: &TokenStream, names: emit::Names, fresh: &mut Names, rt: &Runtime) -> Bodies {
    let (params, directions) = (&names.params, &names.directions);
    let value: Ident = fresh.exact("value", Span::call_site());
    let made = quote!(#primal(#(#params),*));
    let dots: Ident = fresh.exact("dots", Span::call_site());
    let tangent = quote! {
        let #value = #made;
        let #dots = #rt::zero_dots(#directions, &#value);
        (#value, #dots)
    };
    Bodies {
        extent: Extent::Whole,
        diverges: false,
        forward: TokenStream::new(),
        value: emit::finished(&made, rt),
        reverse: TokenStream::new(),
        reads: Vec::new(),
        lengths: Lengths::default(),
        fused: None,
        strips: None,
        few: None,
        takes_seed: false,
        tangent: emit::finished(&tangent, rt),
        sites: Vec::new(),
        obligations: Vec::new(),
        definability: autodiff_runtime::Definability::Semialgebraic,
        cost_bound: 1.0,
        callees: Vec::new(),
        plain_callees: Vec::new(),
        siblings: Vec::new(),
        recursive: false,
        names,
    }
}
