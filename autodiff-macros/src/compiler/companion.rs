//! Callees are reached under a name that speaks for itself if they have no derivative.
//!
//! Nothing can be asked of a function by its path, and a path to a type that is not there gives an
//! error in rustc's words. `use` succeeds for any function, annotated or not, and the name that it
//! gives is printed at the user's tokens:
//!
//! ```text
//! use model::helper as model_helper_without_conservative_grad;
//! model_helper_without_conservative_grad::__forward(sel, x)
//! // cannot find module or crate `model_helper_without_conservative_grad`
//! ```

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;

use super::naming;

/// The name under which emitted code knows the function at `path` and its companion.
pub(crate) fn alias(path: &TokenStream) -> Ident {
    let mut words = Vec::new();
    let mut span = Span::call_site();
    for token in path.clone() {
        if let TokenTree::Ident(ident) = token {
            span = ident.span();
            let word = ident.to_string();
            words.push(
                word.trim_start_matches("r#")
                    .trim_start_matches('$')
                    .to_owned(),
            );
        }
    }
    Ident::new(
        &format!("{}_without_conservative_grad", words.join("_")),
        span,
    )
}

/// What stands beside an associated function or method: `Type::__f_forward` for `Type::f` and
/// `__forward`; for a method that changes its receiver, `__f_forward_mut`.
pub(crate) fn sibling(path: &TokenStream, base: &str, exclusive: bool) -> TokenStream {
    let mut tokens: Vec<TokenTree> = path.clone().into_iter().collect();
    if let Some(TokenTree::Ident(name)) = tokens.last_mut() {
        let span = name.span();
        *name = naming::sibling(name, base, exclusive);
        name.set_span(span);
    }
    tokens.into_iter().collect()
}

/// `use path as alias;`
pub(crate) fn import(path: &TokenStream) -> TokenStream {
    let alias = alias(path);
    quote!(use #path as #alias;)
}
