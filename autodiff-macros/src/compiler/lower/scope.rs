//! Names: scopes, lookup, hygiene.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream, TokenTree};

use super::Lower;
use crate::compiler::diag;
use crate::compiler::hir::{Ty, VarId};

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) enum Name {
    Var(VarId),
    /// A nested `const` of this type (`None`: not a type that we know).
    Const(Option<Ty>),
    /// A nested `fn`.
    Fn,
    /// A closure, by its number.
    Callable(usize),
    /// An iterator, by its number.
    Chain(usize),
    /// Brought in by a nested `use`; `facade` if from this crate.
    Use {
        facade: bool,
    },
    /// Bound by something that was refused.
    Error,
}

/// The macro context of a name, where rustc tells it.
type Context = Option<u32>;

/// The names of one block.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    names: BTreeMap<String, (Context, Name)>,
}

impl Lower<'_> {
    /// Runs `body` in a scope of its own.
    pub(super) fn scoped<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(Scope::default());
        let result = body(self);
        self.scopes.pop();
        result
    }

    pub(super) fn enter_name(&mut self, name: &Ident, var: VarId) {
        self.enter(name, Name::Var(var));
    }

    pub(super) fn enter(&mut self, name: &Ident, what: Name) {
        let (text, context) = self.check_hygiene(name);
        if let Some(scope) = self.scopes.last_mut() {
            scope.names.insert(text, (context, what));
        }
    }

    /// What `name` stands for; `None` if it is not bound in the function.
    pub(super) fn lookup(&mut self, name: &Ident) -> Option<Name> {
        let (text, _) = self.check_hygiene(name);
        self.peek_name(&text)
    }

    /// The same without a look at macro contexts.
    pub(super) fn peek_name(&self, name: &str) -> Option<Name> {
        let mut scopes = self.scopes.iter().rev();
        scopes
            .find_map(|scope| scope.names.get(name))
            .map(|(_, what)| what.clone())
    }

    /// Two variables of one spelling from different macro expansions are two variables, and this
    /// compiler goes by spelling.
    fn check_hygiene(&mut self, name: &Ident) -> (String, Context) {
        let text = name.to_string();
        let Some(here) = context(name.span()) else {
            return (text, None);
        };
        let mut others = self
            .scopes
            .iter()
            .filter_map(|scope| scope.names.get(&text));
        let clash = others.any(|(other, _)| *other != Some(here));
        if clash && self.clashes.insert(text.clone()) {
            self.diags.report_at(&diag::HYGIENE, name, &[&text]);
        }
        (text, Some(here))
    }
}

/// The macro context of a span: the `#n` of its debug form, which is the only way on stable.
fn context(span: Span) -> Context {
    if !proc_macro::is_available() {
        return None;
    }
    let text = format!("{:?}", span.unwrap());
    let (_, number) = text.split_once('#')?;
    let end = number.find(|c: char| !c.is_ascii_digit());
    number[..end.unwrap_or(number.len())].parse().ok()
}

/// Every identifier in `tokens`.
pub(super) fn identifiers(tokens: TokenStream) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect(tokens, &mut names);
    names
}

fn collect(tokens: TokenStream, names: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                names.insert(ident.to_string());
            }
            TokenTree::Group(group) => collect(group.stream(), names),
            TokenTree::Literal(literal) => {
                if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                    names.extend(super::effect::format_names(&text.value()));
                }
            }
            TokenTree::Punct(_) => {}
        }
    }
}
