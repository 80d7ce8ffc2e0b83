//! Which functions call themselves, directly or around a cycle.
//!
//! In: the bodies of functions that see each other. Out: which come back to themselves, and through
//! which others: their reverse sweeps are boxed, since an opaque type cannot contain itself, and what
//! they tell of lengths is found in rounds. Whose method is called is known behind `self.` and
//! `Type::`; elsewhere it may be any of the name, so that one too many may be found. It costs an
//! allocation per call, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::compiler::parse::attribute::Options;

/// The name of the type whose the function is, if it is of one.
pub(crate) type Owner = Option<String>;

/// A function, by the name of its type and its own.
pub(crate) type Node = (Owner, String);

/// The owner of a method whose block is not seen.
pub(crate) const UNSEEN: &str = "Self";

/// The calls between functions.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    /// By name, and of those by owner.
    of: BTreeMap<String, BTreeMap<Owner, BTreeSet<Called>>>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Called {
    /// This function, if there is one of that type here.
    Of(Node),
    /// Any function of the name.
    Any(String),
}

impl Calls {
    /// Adds a function and what its body calls.
    pub(crate) fn add(&mut self, owner: Owner, name: &syn::Ident, body: TokenStream) {
        let of_name = self.of.entry(plain(name)).or_default();
        let calls = of_name.entry(owner.clone()).or_default();
        collect(body, &owner, calls);
    }

    /// Tells a function of the cycle that it is part of.
    pub(crate) fn tell(&self, owner: Owner, name: &syn::Ident, options: &mut Options) {
        let own = (owner, plain(name));
        let there = self.reached(&own);
        if there.contains(&own) {
            options.recursive = true;
            let back = there.into_iter();
            let cycle = back.filter(|node| self.reached(node).contains(&own));
            options.cycle = cycle.collect::<BTreeSet<_>>().into();
        }
    }

    /// True if a free function calls another, or one that does.
    pub(crate) fn leads(&self, from: &syn::Ident, to: &syn::Ident) -> bool {
        let reached = self.reached(&(None, plain(from)));
        reached.contains(&(None, plain(to)))
    }

    /// All that a function calls, and what these call.
    fn reached(&self, from: &Node) -> BTreeSet<Node> {
        let mut seen = BTreeSet::new();
        let mut next = self.called(from);
        while let Some(callee) = next.pop() {
            if !seen.contains(&callee) {
                next.extend(self.called(&callee));
                seen.insert(callee);
            }
        }
        seen
    }

    fn called(&self, (owner, name): &Node) -> Vec<Node> {
        let of_name = self.of.get(name);
        let calls = of_name.and_then(|of_name| of_name.get(owner));
        let calls = calls.into_iter().flatten();
        calls.flat_map(|called| self.candidates(called)).collect()
    }

    fn candidates(&self, called: &Called) -> Vec<Node> {
        let (Called::Of((_, name)) | Called::Any(name)) = called;
        let Some(of_name) = self.of.get(name) else {
            return Vec::new();
        };
        match called {
            Called::Of(node) if of_name.contains_key(&node.0) => vec![node.clone()],
            _ => {
                let owners = of_name.keys();
                owners.map(|owner| (owner.clone(), name.clone())).collect()
            }
        }
    }
}

fn plain(name: &impl ToString) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}

/// The names in front of parentheses, with or without generic arguments between.
fn collect(tokens: TokenStream, owner: &Owner, found: &mut BTreeSet<Called>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (k, tree) in trees.iter().enumerate() {
        if let TokenTree::Group(group) = tree {
            if group.delimiter() == Delimiter::Parenthesis {
                found.extend(in_front(&trees[..k], owner));
            }
            collect(group.stream(), owner, found);
        }
    }
}

/// What is called, if the tokens end with a name, or with generic arguments behind one.
fn in_front(trees: &[TokenTree], owner: &Owner) -> Option<Called> {
    let trees = match trees.last()? {
        TokenTree::Punct(punct) if punct.as_char() == '>' => {
            let mut depth = 0;
            let opens = trees.iter().rposition(|tree| {
                depth += match symbol(tree) {
                    Some('>') => 1,
                    Some('<') => -1,
                    _ => 0,
                };
                depth == 0
            });
            let trees = &trees[..opens?];
            without_colons(trees).unwrap_or(trees)
        }
        _ => trees,
    };
    let (TokenTree::Ident(name), before) = trees.split_last()? else {
        return None;
    };
    let name = plain(name);
    let word = |tree: Option<&TokenTree>| match tree {
        Some(TokenTree::Ident(word)) => Some(plain(word)),
        _ => None,
    };
    if let Some(before) = without_colons(before) {
        return Some(match word(before.last()) {
            Some(of) if of == UNSEEN => Called::Of((owner.clone(), name)),
            Some(of) => Called::Of((Some(of), name)),
            None => Called::Any(name),
        });
    }
    Some(match before {
        [rest @ .., this, dot] if symbol(dot) == Some('.') => {
            let whole = rest.last().and_then(symbol) != Some('.');
            match word(Some(this)).filter(|this| whole && this == "self") {
                Some(_) => Called::Of((owner.clone(), name)),
                None => Called::Any(name),
            }
        }
        _ => Called::Of((None, name)),
    })
}

fn symbol(tree: &TokenTree) -> Option<char> {
    match tree {
        TokenTree::Punct(punct) => Some(punct.as_char()),
        _ => None,
    }
}

fn without_colons(trees: &[TokenTree]) -> Option<&[TokenTree]> {
    match trees {
        [rest @ .., a, b] if symbol(a) == Some(':') && symbol(b) == Some(':') => Some(rest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Calls;
    use crate::compiler::parse::attribute::Options;
    use quote::{format_ident, quote};

    fn cycle(calls: &Calls, owner: Option<&str>, name: &str) -> Vec<String> {
        let mut options = Options::default();
        let owner = owner.map(str::to_owned);
        calls.tell(owner, &format_ident!("{name}"), &mut options);
        assert_eq!(options.recursive, !options.cycle.is_empty());
        let names = options.cycle.iter().map(|(owner, name)| match owner {
            Some(owner) => format!("{owner}::{name}"),
            None => name.clone(),
        });
        names.collect()
    }

    #[test]
    fn cycles_are_found_around_several_functions() {
        let mut calls = Calls::default();
        let mut add = |name: &str, body| calls.add(None, &format_ident!("{name}"), body);
        add("a", quote!({ if x < y { self.b(x) } else { 0.0 } }));
        add("b", quote!({ Self::c::<3>(x) + d(x) }));
        add("c", quote!({ r#a(x) }));
        add(
            "d",
            quote!({
                let d = x;
                d * (x)
            }),
        );
        for name in ["a", "b", "c"] {
            assert_eq!(cycle(&calls, None, name), ["a", "b", "c"]);
        }
        assert!(cycle(&calls, None, "d").is_empty());
    }

    #[test]
    fn methods_of_one_name_are_told_apart() {
        let mut calls = Calls::default();
        let mut add = |owner: &str, name: &str, body| {
            calls.add(Some(owner.to_owned()), &format_ident!("{name}"), body)
        };
        add("Wood", "mean", quote!({ self.first.mean() }));
        add("Tree", "mean", quote!({ self.sum() / self.count() }));
        add("Tree", "sum", quote!({ Vec::<f64>::sum(&self.kids) }));
        add("Wood", "sum", quote!({ self.trees.map(|t| t.sum()) }));
        add("Wood", "turn", quote!({ self.turn() + Tree::turn(x) }));
        add("Tree", "turn", quote!({ Self::sum(x) }));
        assert!(cycle(&calls, Some("Tree"), "mean").is_empty());
        assert_eq!(cycle(&calls, Some("Wood"), "turn"), ["Wood::turn"]);
        // Whose these are, is not seen.
        assert_eq!(cycle(&calls, Some("Wood"), "mean"), ["Wood::mean"]);
        assert_eq!(
            cycle(&calls, Some("Tree"), "sum"),
            ["Tree::sum", "Wood::sum"]
        );
    }
}
