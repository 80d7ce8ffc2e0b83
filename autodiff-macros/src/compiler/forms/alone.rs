//! Methods that an annotated block leaves alone, though numbers may come out of them: they return a type that is declared elsewhere, or a
//! reference.
//!
//! A caller elsewhere cannot see that. In: such a method. Out: sweeps under the names that callers mention, with a bound that is never met and says in
//! words what to write.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::declarations::passing;
use crate::compiler::emit::{self, Runtime};
use crate::compiler::naming::{self, ReceiverPassing};
use crate::compiler::parse::attribute::Options;
use crate::compiler::parse::types::{bare, primitive};

/// What is emitted for such a method.
pub(super) fn expand(
    function: &syn::ImplItemFn,
    block: &syn::ItemImpl,
    options: &Options,
) -> Option<TokenStream> {
    let sig = &function.sig;
    let exclusive = sig.receiver().and_then(passing)? == ReceiverPassing::Exclusive;
    let syn::ReturnType::Type(_, output) = &sig.output else {
        return None;
    };
    let bound = match bare(output) {
        syn::Type::Path(path)
            if primitive(&path.path).is_none() && !path.path.is_ident("String") =>
        {
            format_ident!("Seen")
        }
        syn::Type::Reference(to) if !is_text(&to.elem) => format_ident!("Referred"),
        _ => return None,
    };
    let rt = &Runtime::of(options);
    let name = |base| naming::sibling(&sig.ident, base, exclusive);
    let (field, callee) = (name("FIELD"), name("__CALLEE"));
    let (vis, sweeps) = (
        &function.vis,
        sweeps(function, block, (exclusive, output, &bound), rt)?,
    );
    Some(quote! {
        #[doc(hidden)]
        #vis const #field: &'static #rt::FieldMetadata = #rt::UNSEEN;
        #[doc(hidden)]
        #vis const #callee: #rt::Callee = #rt::Callee::new(&[]);
        #sweeps
    })
}

/// What is emitted for a method that changes its receiver, beside its sweeps: those of one that does not, for callers that take it for
/// such a one.
pub(super) fn changing(
    function: &syn::ImplItemFn,
    block: &syn::ItemImpl,
    options: &Options,
) -> Option<TokenStream> {
    let exclusive = function.sig.receiver().and_then(passing)? == ReceiverPassing::Exclusive;
    let syn::ReturnType::Type(_, output) = &function.sig.output else {
        return None;
    };
    let (rt, bound) = (&Runtime::of(options), format_ident!("Unchanged"));
    exclusive.then(|| sweeps(function, block, (false, output, &bound), rt))?
}

/// Sweeps with a bound that is never met.
fn sweeps(
    function: &syn::ImplItemFn,
    block: &syn::ItemImpl,
    (exclusive, output, bound): (bool, &syn::Type, &Ident),
    rt: &Runtime,
) -> Option<TokenStream> {
    let sig = &function.sig;
    let lifetime = |p: &syn::GenericParam| matches!(p, syn::GenericParam::Lifetime(_));
    let plain = block.trait_.is_none() && sig.generics.params.iter().all(lifetime);
    if !plain || sig.asyncness.is_some() {
        return None;
    }
    let name = |base| naming::sibling(&sig.ident, base, exclusive);
    let (forward, tangent, reads) = (name("__forward"), name("__tangent"), name("__reads"));
    let (vis, lifetimes, never) = (&function.vis, &sig.generics.params, emit::never(rt));
    let lifetimes = lifetimes.iter();
    let lifetimes = quote!(#(#lifetimes,)*);
    let own = match exclusive {
        true => quote!(&mut self),
        false => quote!(&self),
    };
    let count = sig.inputs.len();
    let numbered = |of: &str, count| (0..count).map(|k| format_ident!("__{of}{k}")).collect();
    let args: Vec<_> = numbered("A", count - 1);
    // A tangent of the receiver, and one beside each argument.
    let pairs: Vec<_> = numbered("D", 2 * count - 1);
    // What the closure is given again, a seed, and the bars. The bound is on what no argument tells, so that rustc points to the method.
    let given: Vec<_> = numbered("P", 2 * count + 1);
    Some(quote! {
        #[doc(hidden)]
        #vis fn #reads(&self) -> bool { true }
        #[doc(hidden)]
        #vis fn #forward<#lifetimes __S: ?Sized, __K #(, #args)* #(, #given)*>(
            #own, _: &mut __S, _: __K #(, _: #args)*
        ) -> (#output, fn(#(#given),*)) where Self: #rt::#bound<__P0> { #never }
        #[doc(hidden)]
        #vis fn #tangent<#lifetimes __S: ?Sized, __L #(, #pairs)*, __R>(
            #own, _: &mut __S, _: __L #(, _: #pairs)*
        ) -> (#output, __R) where Self: #rt::#bound<__R> { #never }
    })
}

fn is_text(ty: &syn::Type) -> bool {
    matches!(bare(ty), syn::Type::Path(path) if path.path.is_ident("str"))
}
