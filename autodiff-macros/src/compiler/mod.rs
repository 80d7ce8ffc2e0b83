//! The compiler: an annotated function in, the function and its derivatives out.
//!
//! ```text
//! tokens → syn → parse (options, signature) → lower (HIR) → differentiate → emit → tokens
//! ```
//!
//! `differentiate` is a pipeline of its own: HIR without jumps, SSA, analyses, adjoint and tangent
//! code. Errors are collected on the way; a function that has any is emitted as it is, with the
//! errors, and with stubs of what was promised.

mod adjoint;
mod analyse;
mod build;
mod code;
mod companion;
mod diag;
mod differentiate;
mod dump;
mod emit;
mod emit_names;
mod fold;
mod hir;
mod hoist;
mod jumps;
mod kinks;
mod lower;
mod metadata;
mod names;
mod naming;
mod parse;
mod pretty;
mod print;
mod real;
mod rule_text;
mod share;
mod simplify;
mod snapshot;
mod ssa;
mod tangent;
mod tidy;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};

use self::diag::Diagnostics;
use self::dump::Dump;
use self::parse::attribute::Options;
use self::parse::{helpers, signature};

/// Expands `#[conservative_grad(attr)] item`.
pub(crate) fn expand(attr: TokenStream, item: TokenStream) -> TokenStream {
    let mut diags = Diagnostics::new();
    let options = Options::parse(attr, &mut diags);
    match syn::parse2::<syn::ItemFn>(item.clone()) {
        Ok(function) => expand_function(&function, &options, diags),
        Err(error) => expand_unparsed(item, &error, &options, diags),
    }
}

fn expand_function(
    annotated: &syn::ItemFn,
    options: &Options,
    mut diags: Diagnostics,
) -> TokenStream {
    let dump = Dump::of(&annotated.sig.ident);
    let mut item = annotated.clone();
    helpers::strip(&mut item);
    let Some((func, bodies)) = compile(annotated, options, &mut diags) else {
        let stubs = stubs(annotated, options);
        let errors = errors(diags);
        return quote!(#item #stubs #errors);
    };
    let emit::Emitted { doc, beside } = emit::emit(&item, &func, options, &bodies);
    let syn::ItemFn {
        attrs,
        vis,
        sig,
        block,
    } = &item;
    let emitted = quote!(#(#attrs)* #doc #vis #sig #block #beside);
    dump.code("emitted code", &emitted);
    emitted
}

/// The function and its derivative; `None` if there is any error.
fn compile(
    item: &syn::ItemFn,
    options: &Options,
    diags: &mut Diagnostics,
) -> Option<(hir::Func, emit::Bodies)> {
    let dump = Dump::of(&item.sig.ident);
    let func = lower::lower(item, options, diags)?;
    dump.section("lowered", || hir::print::func(&func));
    let bodies = differentiate::differentiate(item, &func, options, diags)?;
    diags.is_empty().then_some((func, bodies))
}

/// Never nothing: a function that could not be compiled must not pass for one that could.
fn errors(diags: Diagnostics) -> TokenStream {
    match diags.is_empty() {
        true => quote!(
            ::core::compile_error! { "conservative_grad could not differentiate this function, and does not know why: please report it" }
        ),
        false => diags.into_tokens(),
    }
}

/// Stubs of what would have been generated, where the signature allows it.
fn stubs(item: &syn::ItemFn, options: &Options) -> TokenStream {
    if !emit::can_stub(&item.sig) {
        return TokenStream::new();
    }
    let mut diags = Diagnostics::new();
    let signature = signature::read(item, options, &mut diags);
    // No functions of these types can be written.
    let unfit = [
        &diag::RESULT_TYPE,
        &diag::MIXED_PARAMETER,
        &diag::MIXED_RESULT,
    ];
    if diags
        .iter()
        .any(|diag| unfit.iter().any(|entry| entry.code == diag.entry.code))
    {
        return TokenStream::new();
    }
    emit::stubs(item, &signature, options)
}

/// An item that is no function, or whose body `syn` does not understand: it stays as it is.
fn expand_unparsed(
    item: TokenStream,
    error: &syn::Error,
    options: &Options,
    diags: Diagnostics,
) -> TokenStream {
    let options_errors = diags.into_tokens();
    match syn::parse2::<Header>(item.clone()) {
        Ok(mut header) => {
            let stubs = stubs(&header.function, options);
            helpers::strip(&mut header.function);
            let syn::ItemFn {
                attrs, vis, sig, ..
            } = &header.function;
            let (body, error) = (&header.body, error.to_compile_error());
            quote!(#(#attrs)* #vis #sig #body #stubs #options_errors #error)
        }
        Err(_) => {
            let error = not_a_function(&item).to_compile_error();
            quote!(#item #options_errors #error)
        }
    }
}

/// A function whose body is left alone.
struct Header {
    function: syn::ItemFn,
    body: proc_macro2::Group,
}

impl Parse for Header {
    fn parse(input: ParseStream<'_>) -> syn::Result<Header> {
        let (attrs, vis, sig) = (
            input.call(syn::Attribute::parse_outer)?,
            input.parse()?,
            input.parse()?,
        );
        let body = input.parse()?;
        let block = Box::new(syn::parse_quote!({}));
        Ok(Header {
            function: syn::ItemFn {
                attrs,
                vis,
                sig,
                block,
            },
            body,
        })
    }
}

fn not_a_function(item: &TokenStream) -> syn::Error {
    let what = match syn::parse2::<syn::Item>(item.clone()) {
        Ok(syn::Item::Impl(_)) => "an `impl` block",
        Ok(syn::Item::Mod(_)) => "a module",
        Ok(syn::Item::Trait(_)) => "a trait",
        Ok(syn::Item::Struct(_) | syn::Item::Enum(_) | syn::Item::Union(_)) => "a type",
        _ => "this",
    };
    let text = format!(
        "`#[conservative_grad]` goes on a function, and this is on {what}\n\nhelp: annotate each function that is to be differentiated"
    );
    let text = text.replace("and this is on this", "and this is none");
    syn::Error::new_spanned(item.to_token_stream(), text)
}
