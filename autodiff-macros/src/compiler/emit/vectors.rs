//! Vectors without `std`.
//!
//! In: emitted code, in which vectors are `::std::vec::Vec` and `::std::vec!`. Out: the same of the
//! facade, since in a crate that is `#![no_std]` there is no `::std`; and with the spans that emitted code has.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::Runtime;
use super::respan;

/// The same code with the vectors of the facade, respanned.
pub(super) fn of_runtime(tokens: TokenStream, rt: &Runtime) -> TokenStream {
    let facade = quote!(#rt::vec);
    replaced(tokens, &facade)
}

fn replaced(tokens: TokenStream, facade: &TokenStream) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    extend(&mut out, tokens, facade);
    out.into_iter().collect()
}

/// Appends the code.
pub(crate) fn extend(out: &mut Vec<TokenTree>, tokens: TokenStream, facade: &TokenStream) {
    let start = out.len();
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => {
                let mut new = Group::new(group.delimiter(), replaced(group.stream(), facade));
                new.set_span(respan::at(group.span()));
                out.push(new.into());
            }
            TokenTree::Ident(name) => {
                let text = name.to_string();
                if text == "vec" && ends_with_std(&out[start..]) {
                    out.truncate(out.len() - 5);
                    out.extend(facade.to_token_stream());
                } else {
                    out.push(respan::ident_of_text(&name, &text).into());
                }
            }
            mut other => {
                other.set_span(respan::at(other.span()));
                out.push(other);
            }
        }
    }
}

/// What a path can follow without being the rest of another one.
const KEYWORDS: [&str; 8] = [
    "mut", "in", "return", "break", "else", "match", "move", "as",
];

/// `::std::` at the end, as the start of a path.
fn ends_with_std(tokens: &[TokenTree]) -> bool {
    let [head @ .., a, b, std, c, d] = tokens else {
        return false;
    };
    let colons = [a, b, c, d].iter().all(|tree| is_colon(tree));
    let starts = match head.last() {
        Some(TokenTree::Ident(before)) => KEYWORDS.iter().any(|keyword| before == keyword),
        _ => true,
    };
    colons && starts && matches!(std, TokenTree::Ident(name) if is_std(name))
}

fn is_colon(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ':')
}

fn is_std(name: &Ident) -> bool {
    name == "std"
}

#[cfg(test)]
mod tests {
    use super::replaced;
    use quote::quote;

    #[test]
    fn only_paths_to_vectors_are_replaced() {
        let code = quote!({
            let a: ::std::vec::Vec<f64> = ::std::vec![0.0; n];
            let b = &mut ::std::vec![0.0; n];
            ::std::f64::consts::PI;
            my::std::vec::f(std::vec::g())
        });
        let facade = quote!(::facade::vec);
        let new = quote!({
            let a: ::facade::vec::Vec<f64> = ::facade::vec![0.0; n];
            let b = &mut ::facade::vec![0.0; n];
            ::std::f64::consts::PI;
            my::std::vec::f(std::vec::g())
        });
        assert_eq!(replaced(code, &facade).to_string(), new.to_string());
    }
}
