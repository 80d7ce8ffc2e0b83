//! Gives every emitted token the span that keeps the user's lints quiet.
//!
//! In: tokens that stand for the user's, with the user's spans. Out: the same tokens, resolved where
//! the attribute stands and located where the user wrote them. To rustc and clippy they come from an
//! external macro, hence no lint fires and no `#[allow]` is needed; type errors still point at the
//! user's code. Two things change along the way, and are mended here:
//!
//! * The tokens are now read by the rules of *this* crate's edition. Words that became reserved
//!   since (`gen`, `async`) turn raw; `into_iter`, which means another method on arrays before
//!   2021, keeps the user's span.
//! * `macro_rules!` hygiene is lost: two variables of one text become one. `differentiate` gives
//!   every binding a name of its own, so nothing here depends on it.
//!
//! The user's own function never goes through here, nor does what asks for its own place.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};

/// Words that were plain names in an older edition and are reserved in ours.
const RESERVED_SINCE: [&str; 4] = ["gen", "async", "await", "try"];

/// The same tokens with spans that belong to the macro and point to the user's code.
pub(crate) fn respan(tokens: TokenStream) -> TokenStream {
    tokens.into_iter().map(tree).collect()
}

/// [`respan`] for a single identifier.
pub(crate) fn respan_ident(ident: &Ident) -> Ident {
    renamed(ident, &ident.to_string())
}

/// An identifier whose text is at hand.
fn renamed(ident: &Ident, text: &str) -> Ident {
    let span = at(ident.span());
    if RESERVED_SINCE.contains(&text) {
        return Ident::new_raw(text, span);
    }
    let mut ident = ident.clone();
    ident.set_span(span);
    ident
}

/// A span that belongs to the macro and points to `user`.
pub(crate) fn at(user: Span) -> Span {
    Span::call_site().located_at(user)
}

fn tree(tree: TokenTree) -> TokenTree {
    match tree {
        TokenTree::Group(group) => regroup(&group).into(),
        TokenTree::Ident(ident) => ident_of_text(&ident, &ident.to_string()).into(),
        mut other => {
            other.set_span(at(other.span()));
            other
        }
    }
}

pub(super) fn ident_of_text(ident: &Ident, text: &str) -> Ident {
    match text {
        "into_iter" => ident.clone(),
        _ => renamed(ident, text),
    }
}

fn regroup(group: &Group) -> Group {
    let mut new = Group::new(group.delimiter(), respan(group.stream()));
    new.set_span(at(group.span()));
    new
}

#[cfg(test)]
mod tests {
    use super::respan;
    use quote::quote;

    #[test]
    fn words_reserved_in_our_edition_become_raw() {
        let tokens = respan(quote!(gen + r#type + self::x + try.await));
        assert_eq!(
            tokens.to_string(),
            "r#gen + r#type + self :: x + r#try . r#await"
        );
    }
}
