//! `#[conservative_rule]`: a function with derivatives written by hand.
//!
//! ```text
//! #[conservative_rule(pullback = erf_pullback, tangent = erf_tangent)]
//! fn erf(x: f64) -> f64 { libm::erf(x) }
//! ```
//!
//! In: the options and the function. Out: the function, and the same companion that
//! `#[conservative_grad]` writes, so that annotated callers need not know the difference. The body is
//! not looked at. The two functions are pinned to the signatures that follow from the primal's, at
//! the user's tokens:
//!
//! ```text
//! pullback: fn(arguments…, result, weights of the kinks…, adjoint of the result, buffers…) -> adjoints
//! tangent:  fn(arguments…, result, weights of the kinks…, tangents…) -> tangent of the result
//! ```
//!
//! What has a size that its type tells (numbers, arrays, tuples of these) goes by value, and its adjoint
//! is returned; slices and vectors go by reference, and their adjoints are added to buffers. If everything
//! is a number, and the result is one, either of the two functions is enough. A method's receiver is the
//! first argument, and goes by reference like every struct: its gradient is a buffer.

mod bodies;
mod options;
mod shape;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use self::options::RuleOptions;
use self::shape::Shape;
use super::diag::{self, Diagnostics};
use super::parse::{helpers, signature};
use super::{emit, forms};

/// Expands `#[conservative_rule(attr)] item`.
pub(crate) fn expand(attr: TokenStream, item: TokenStream) -> TokenStream {
    let mut diags = Diagnostics::new();
    let mut options = RuleOptions::parse(attr, &mut diags);
    let Ok(annotated) = syn::parse2::<syn::ItemFn>(item.clone()) else {
        diags.report(&diag::RULE_ITEM, options.span, &[]);
        let errors = diags.into_tokens();
        return quote!(#item #errors);
    };
    let mut stripped = annotated.clone();
    helpers::strip(&mut stripped);
    let seen = forms::with_rule(&annotated, &mut options.common, &mut diags);
    let emitted = seen
        .as_ref()
        .and_then(|seen| generate(seen, &stripped, &options, &mut diags));
    match emitted.filter(|_| diags.is_empty()) {
        Some(emitted) => emitted,
        None => {
            diags.name_receiver(options.common.naming.receiver());
            let stubs = seen.map(|seen| forms::stubs(&seen, &options.common).beside);
            let errors = diags.into_tokens();
            quote!(#stripped #stubs #errors)
        }
    }
}

/// `annotated` is the function as it is compiled, `stripped` as it stays.
fn generate(
    annotated: &syn::ItemFn,
    stripped: &syn::ItemFn,
    options: &RuleOptions,
    diags: &mut Diagnostics,
) -> Option<TokenStream> {
    let signature = signature::read(annotated, &options.common, diags);
    let func = emit::func(annotated, &signature);
    let shape = Shape::of(&func, &annotated.sig);
    check(&shape, annotated, options, diags);
    if !diags.is_empty() {
        return None;
    }
    let bodies = bodies::write(&shape, annotated, &signature, options);
    let mut item = annotated.clone();
    helpers::strip(&mut item);
    let emit::Emitted { doc, beside, .. } = emit::emit(&item, &func, &options.common, &bodies);
    let syn::ItemFn {
        attrs,
        vis,
        sig,
        block,
    } = stripped;
    Some(quote!(#(#attrs)* #doc #vis #sig #block #beside))
}

/// What the two functions would have to be told, and cannot.
fn check(shape: &Shape, item: &syn::ItemFn, options: &RuleOptions, diags: &mut Diagnostics) {
    for changed in shape.params.iter().filter(|p| p.exclusive) {
        let text = diag::text_of_type(&changed.declared);
        diags.report_at(&diag::RULE_IN_PLACE, &changed.declared, &[&text]);
    }
    let name = item.sig.ident.to_string();
    match (&options.pullback, &options.tangent) {
        // The one that is meant may be in an option that could not be read.
        (None, None) if !diags.is_empty() => {}
        (None, None) => {
            diags.report(&diag::RULE_WITHOUT_DERIVATIVE, options.span, &[&name]);
        }
        (Some(_), Some(_)) => {}
        _ if shape.is_of_numbers() => {}
        (None, Some(given)) => {
            diags.report_at(&diag::RULE_NEEDS_PULLBACK, given, &[&name]);
        }
        (Some(given), None) => {
            diags.report_at(
                &diag::RULE_NEEDS_TANGENT,
                &given.to_token_stream(),
                &[&name],
            );
        }
    }
    for tie in options.kinks.iter().filter(|kink| !kink.tie.is_finite()) {
        diags.report_at(
            &diag::RULE_MALFORMED,
            &tie.left,
            &["the weight at a tie is not finite"],
        );
    }
}
