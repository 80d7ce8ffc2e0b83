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
use quote::{ToTokens, quote};

/// Functions whose derivatives are not at the type of their own name: `calls(gamma = gamma_ad)`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Renamed {
    /// Path of the function as it is written in calls, path of the derivatives.
    pairs: Vec<(String, TokenStream)>,
}

impl Renamed {
    pub(crate) fn new(calls: &[(syn::Path, syn::Path)]) -> Renamed {
        let pairs = calls.iter().map(|(function, companion)| {
            let function = function.to_token_stream().to_string();
            (function, companion.to_token_stream())
        });
        Renamed {
            pairs: pairs.collect(),
        }
    }

    /// The path of the derivatives of the function at `path`.
    pub(crate) fn of<'a>(&'a self, path: &'a TokenStream) -> &'a TokenStream {
        let text = path.to_string();
        let mut pairs = self.pairs.iter();
        pairs
            .find(|(function, _)| *function == text)
            .map_or(path, |(_, companion)| companion)
    }

    /// True if the function at `path` is listed.
    pub(crate) fn has(&self, path: &TokenStream) -> bool {
        let text = path.to_string();
        self.pairs.iter().any(|(function, _)| *function == text)
    }
}

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
