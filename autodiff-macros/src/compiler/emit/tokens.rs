//! Tokens that are emitted many times.

use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::ToTokens;

/// Tokens as a list. A stream would be handed over to rustc wherever it is put into another one, even an empty one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens(Vec<TokenTree>);

impl Tokens {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<TokenStream> for Tokens {
    fn from(tokens: TokenStream) -> Tokens {
        Tokens(tokens.into_iter().collect())
    }
}

impl From<Literal> for Tokens {
    fn from(literal: Literal) -> Tokens {
        Tokens(vec![literal.into()])
    }
}

impl ToTokens for Tokens {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().cloned());
    }
}
