//! Tokens in the making.
//!
//! In: names, words, punctuation, and tokens of others. Out: one stream, with the spans that [`respan`] gives and the
//! vectors that [`vectors`] names. A stream of the compiler's is handed over to rustc whenever it is extended or taken
//! apart, so that code which is put together of streams is handed over once per level: here a token is one push onto a
//! `Vec`, and a stream is made of those between two brackets.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};

use crate::compiler::emit::{respan, vectors};

/// A list of tokens that grows.
pub(super) struct Out<'a> {
    trees: Vec<TokenTree>,
    /// Path of the vectors of the facade.
    vectors: &'a TokenStream,
}

impl<'a> Out<'a> {
    pub(super) fn new(vectors: &'a TokenStream) -> Out<'a> {
        Out {
            trees: Vec::new(),
            vectors,
        }
    }

    pub(super) fn finish(self) -> TokenStream {
        self.trees.into_iter().collect()
    }

    /// How much there is so far.
    pub(super) fn len(&self) -> usize {
        self.trees.len()
    }

    /// Puts what was pushed since into parentheses.
    pub(super) fn parenthesize(&mut self, from: usize) {
        let inner = self.trees.split_off(from);
        let inner = inner.into_iter().collect();
        self.trees
            .push(Group::new(Delimiter::Parenthesis, inner).into());
    }

    /// A name with the span that it is to have.
    pub(super) fn name(&mut self, name: Ident) {
        self.trees.push(name.into());
    }

    /// A name of the user's, or made of one.
    pub(super) fn ident(&mut self, name: &Ident) {
        self.trees.push(respan::respan_ident(name).into());
    }

    pub(super) fn word(&mut self, word: &str) {
        self.trees.push(Ident::new(word, Span::call_site()).into());
    }

    pub(super) fn punct(&mut self, text: &str) {
        self.punct_at(text, None);
    }

    pub(super) fn punct_at(&mut self, text: &str, span: Option<Span>) {
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let spacing = match chars.peek() {
                Some(_) => Spacing::Joint,
                None => Spacing::Alone,
            };
            let mut punct = Punct::new(c, spacing);
            if let Some(span) = span {
                punct.set_span(span);
            }
            self.trees.push(punct.into());
        }
    }

    /// Tokens that come from elsewhere.
    pub(super) fn raw(&mut self, tokens: &TokenStream) {
        vectors::extend(&mut self.trees, tokens.clone(), self.vectors);
    }

    /// `vec!`
    pub(super) fn vec(&mut self) {
        self.trees.extend(self.vectors.clone());
        self.punct("!");
    }

    /// `(…)`, `[…]`, `{…}`
    pub(super) fn group(&mut self, delimiter: Delimiter, inside: impl FnOnce(&mut Out<'a>)) {
        let mut inner = Out::new(self.vectors);
        inside(&mut inner);
        self.trees
            .push(Group::new(delimiter, inner.finish()).into());
    }

    /// What stands between two commas.
    pub(super) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut item: impl FnMut(&mut Out<'a>, T),
    ) {
        for (k, each) in items.into_iter().enumerate() {
            if k > 0 {
                self.punct(",");
            }
            item(self, each);
        }
    }
}
