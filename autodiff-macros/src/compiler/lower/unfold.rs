//! Arguments made of names that a pattern on a constant binds.
//!
//! What is lent to a callee is lent once more in the reverse sweep, where the name is not known any more, and a reference
//! cannot be kept. So the argument says by itself what the name stands for.
//!
//! ```text
//! match e { Rod { at, axis } => turn(x[*at], axis) }   →   turn(x[*at], match e { Rod { axis, .. } => axis, … })
//! ```

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;

use super::Lower;
use super::expr::bare;
use crate::compiler::hir::{Expr, ExprKind, Ty, VarId, Verbatim};
use syn::spanned::Spanned;

impl Lower<'_> {
    /// Notes what a name stands for, if that is part of something that stays where it is.
    pub(super) fn note_meaning(&mut self, var: VarId, value: &Expr) {
        let ExprKind::Opaque(code) = &value.kind else {
            return;
        };
        let stays = |(_, used): &(Ident, VarId)| {
            let facts = &self.facts[used.0 as usize];
            // What was copied out of something that changes later is not there any more.
            let root = self.var(super::root_of(&self.facts, *used));
            let ty = self.infer.shallow(&root.ty);
            if root.mutable || matches!(ty, Ty::Ref(true, _)) {
                return false;
            }
            // A position is a number that the reverse sweep knows.
            let found = facts.alias_of.is_some() || facts.meaning.is_some() || facts.given;
            !facts.hidden && (found || matches!(ty, Ty::Int))
        };
        if code.pure && !code.uses.is_empty() && code.uses.iter().all(stays) {
            self.facts[var.0 as usize].meaning = Some(code.clone());
        }
    }

    /// Notes that a name is a reference to a field of a constant.
    pub(super) fn note_lent(&mut self, var: VarId, value: &Expr) {
        let ExprKind::Opaque(code) = &value.kind else {
            return;
        };
        let mut tokens = code.tokens.clone().into_iter();
        let borrows =
            matches!(tokens.next(), Some(TokenTree::Punct(first)) if first.as_char() == '&');
        let mut rest = tokens.clone();
        let shared = match rest.next() {
            Some(TokenTree::Ident(first)) => first != "mut",
            Some(TokenTree::Group(_)) => true,
            _ => false,
        };
        self.note_meaning(var, value);
        if borrows && shared && self.facts[var.0 as usize].meaning.is_some() {
            let (uses, pure) = (code.uses.clone(), true);
            let tokens = tokens.collect();
            let facts = &mut self.facts[var.0 as usize];
            facts.element = Some(Verbatim { tokens, uses, pure });
            facts.lent = true;
        } else {
            self.facts[var.0 as usize].meaning = None;
        }
    }

    /// `*name` of such a name: the field.
    pub(super) fn behind_lent(&self, expr: &syn::Expr) -> Option<Expr> {
        let root = self.root(expr)?;
        self.behind_element(expr)
            .filter(|_| self.facts[root.0 as usize].lent)
    }

    /// The same of a name of an element, too.
    pub(super) fn behind_element(&self, expr: &syn::Expr) -> Option<Expr> {
        let path = matches!(bare(expr), syn::Expr::Path(_));
        let var = self.root(expr).filter(|_| path)?;
        let code = self.facts[var.0 as usize].element.clone()?;
        Some(self.make(ExprKind::Opaque(code), Ty::Opaque, expr.span()))
    }

    /// Puts what names stand for into an argument.
    pub(super) fn unfold(&self, arg: &mut Expr) {
        let whole = |var: VarId| {
            let facts = &self.facts[var.0 as usize];
            facts.meaning.clone().or_else(|| facts.element.clone())
        };
        let code = match &arg.kind {
            ExprKind::Opaque(code) => Some(code.clone()),
            ExprKind::Place(place) if place.path.is_empty() => whole(place.root),
            ExprKind::Ref(false, place) if place.path.is_empty() => {
                whole(place.root).map(|mut code| {
                    let tokens = &code.tokens;
                    code.tokens = quote!(&(#tokens));
                    code
                })
            }
            _ => None,
        };
        if let Some(code) = code {
            arg.kind = ExprKind::Opaque(self.unfolded(code));
        }
    }

    fn unfolded(&self, mut code: Verbatim) -> Verbatim {
        while let Some(at) = self.first_meaning(&code) {
            let (name, var) = code.uses[at].clone();
            let Some(meaning) = self.facts[var.0 as usize].meaning.clone() else {
                return code;
            };
            let clash = |(name, var): &(Ident, VarId)| {
                let mut uses = code.uses.iter();
                uses.any(|(other, known)| other == name && known != var)
            };
            let Some(tokens) = replaced(code.tokens.clone(), &name, &meaning.tokens) else {
                return code;
            };
            if meaning.uses.iter().any(clash) {
                return code;
            }
            code.tokens = tokens;
            code.uses.remove(at);
            for used in meaning.uses {
                if code.uses.iter().all(|(_, known)| *known != used.1) {
                    code.uses.push(used);
                }
            }
        }
        code
    }

    fn first_meaning(&self, code: &Verbatim) -> Option<usize> {
        let mut uses = code.uses.iter();
        uses.position(|(_, var)| self.facts[var.0 as usize].meaning.is_some())
    }
}

/// `tokens` with `meaning` for `name`; `None` where the name might stand for something else, or in a text.
fn replaced(tokens: TokenStream, name: &Ident, meaning: &TokenStream) -> Option<TokenStream> {
    let mut out = Vec::new();
    let mut field = false;
    for tree in tokens {
        let tree = match tree {
            TokenTree::Ident(ident) if ident == *name && !field => {
                TokenTree::Group(Group::new(Delimiter::Parenthesis, meaning.clone()))
            }
            TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => {
                let mut inner =
                    Group::new(group.delimiter(), replaced(group.stream(), name, meaning)?);
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            TokenTree::Punct(punct) if matches!(punct.as_char(), '!' | '|' | ';') => return None,
            TokenTree::Group(group) if mentions(group.stream(), name) => return None,
            tree => tree,
        };
        field = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '.');
        out.push(tree);
    }
    Some(out.into_iter().collect())
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Literal(_) | TokenTree::Punct(_) => false,
    })
}
