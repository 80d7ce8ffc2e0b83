//! Which functions call themselves, directly or around a cycle.
//!
//! In: the bodies of functions that see each other. Out: the names of those that come back to
//! themselves: their reverse sweeps are boxed, since an opaque type cannot contain itself. Calls go
//! by the last name before the parentheses, so that one too many may be found; it costs an
//! allocation per call, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The calls between functions.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    of: BTreeMap<String, BTreeSet<String>>,
}

impl Calls {
    /// Adds a function and what its body calls.
    pub(crate) fn add(&mut self, name: &syn::Ident, body: TokenStream) {
        let calls = self.of.entry(plain(&name.to_string())).or_default();
        collect(body, calls);
    }

    /// True if the function can come back to itself.
    pub(crate) fn is_recursive(&self, name: &syn::Ident) -> bool {
        self.leads(name, name)
    }

    /// True if a function calls another, or one that does.
    pub(crate) fn leads(&self, from: &syn::Ident, to: &syn::Ident) -> bool {
        let (from, to) = (plain(&from.to_string()), plain(&to.to_string()));
        let mut seen = BTreeSet::new();
        let mut next: Vec<&String> = self.of.get(&from).into_iter().flatten().collect();
        while let Some(callee) = next.pop() {
            if *callee == to {
                return true;
            }
            if seen.insert(callee) {
                next.extend(self.of.get(callee).into_iter().flatten());
            }
        }
        false
    }
}

fn plain(name: &str) -> String {
    name.trim_start_matches("r#").to_owned()
}

/// The names in front of parentheses, with or without generic arguments between.
fn collect(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let mut last: Option<String> = None;
    // Names in front of a `<`, which may open generic arguments.
    let mut generic: Vec<String> = Vec::new();
    let mut closed = false;
    for tree in tokens {
        match tree {
            TokenTree::Ident(ident) => {
                last = Some(plain(&ident.to_string()));
                closed = false;
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                ':' => {}
                '<' => generic.extend(last.take()),
                other => {
                    closed = other == '>';
                    last = None;
                }
            },
            TokenTree::Group(group) => {
                if group.delimiter() == Delimiter::Parenthesis {
                    found.extend(last.take());
                    found.extend(generic.drain(..).filter(|_| closed));
                }
                (last, closed) = (None, false);
                collect(group.stream(), found);
            }
            TokenTree::Literal(_) => last = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Calls;
    use quote::{format_ident, quote};

    #[test]
    fn cycles_are_found_around_several_functions() {
        let mut calls = Calls::default();
        calls.add(
            &format_ident!("a"),
            quote!({ if x < y { self.b(x) } else { 0.0 } }),
        );
        calls.add(&format_ident!("b"), quote!({ Self::c::<3>(x) + d(x) }));
        calls.add(&format_ident!("c"), quote!({ r#a(x) }));
        calls.add(
            &format_ident!("d"),
            quote!({
                let d = x;
                d * (x)
            }),
        );
        let recursive =
            ["a", "b", "c", "d"].map(|name| calls.is_recursive(&format_ident!("{name}")));
        assert_eq!(recursive, [true, true, true, false]);
    }
}
