//! Closures on items.

use proc_macro2::Span;
use quote::ToTokens;

use super::{By, Chain, Elements, Item};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{Expr, ExprKind, Place, Stmt, StmtKind, Ty};
use crate::compiler::lower::closure::Callable;
use crate::compiler::lower::expr::bare;
use crate::compiler::lower::stmt::Want;
use crate::compiler::lower::value::flatten;
use crate::compiler::lower::{Lower, stmt};

impl Lower<'_> {
    /// `f(item)` as an item.
    pub(super) fn mapped(&mut self, f: &Callable, item: Item, out: &mut Vec<Stmt>) -> Item {
        let at = f.tokens();
        let value = self.apply(f, vec![item], true, &at, out);
        self.as_item(value)
    }

    /// A value, with references in it kept as such.
    pub(super) fn as_item(&mut self, value: Expr) -> Item {
        if let (ExprKind::Place(place), true) = (&value.kind, self.gives_reference(&value)) {
            let mutable = matches!(self.infer.shallow(&place.ty), Ty::Ref(true, _));
            return Item::Place(place.clone(), mutable);
        }
        match value.kind {
            ExprKind::Tuple(parts) if !parts.is_empty() => {
                Item::Tuple(parts.into_iter().map(|part| self.as_item(part)).collect())
            }
            kind => Item::value(Expr { kind, ..value }),
        }
    }

    /// `f(item)` as a condition.
    pub(super) fn predicate(
        &mut self,
        f: &Callable,
        item: Item,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let at = diag::token_at(span);
        let mut value = self.apply(f, vec![item], true, &at, out);
        self.expect_truth(&mut value);
        value
    }

    /// `|state, x| Some(value)`
    pub(super) fn scanned(
        &mut self,
        f: &Callable,
        state: Place,
        item: Item,
        out: &mut Vec<Stmt>,
    ) -> Item {
        let value = self.open_closure(f, |this, closure| {
            let body = closure.and_then(|closure| some_of(&closure.body));
            let (Some(closure), Some(body)) = (closure, body) else {
                let at = f.tokens();
                return this.refuse(&diag::SCAN, &at, &[]);
            };
            let items = [Item::Place(state, true), item];
            for (pat, item) in closure.inputs.iter().zip(items) {
                this.bind_item(pat, item, out);
            }
            let value = match &body {
                syn::Expr::Block(block) => this.block_into(&block.block, Want::Value, out),
                body => Some(this.expr(body)),
            };
            value.map_or_else(|| this.unit(Span::call_site()), |value| flatten(value, out))
        });
        let item = self.as_item(value);
        self.settle(item, out)
    }

    /// The iterator that a closure of `flat_map` gives.
    pub(super) fn inner_chain(
        &mut self,
        f: &Callable,
        item: Item,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Option<Chain> {
        self.open_closure(f, |this, closure| {
            let Some(closure) = closure.filter(|closure| closure.inputs.len() == 1) else {
                let at = f.tokens();
                this.refuse(&diag::CLOSURE_VALUE, &at, &[&text_of(&at)]);
                return None;
            };
            this.bind_item(closure.inputs.first()?, item, out);
            let mut body = bare(&closure.body);
            while let syn::Expr::Block(block) = body {
                let Some((syn::Stmt::Expr(tail, None), before)) = block.block.stmts.split_last()
                else {
                    break;
                };
                this.scopes.push(Default::default());
                before.iter().for_each(|before| this.statement(before, out));
                body = bare(tail);
            }
            let chain = this.chain_of(body, out);
            if chain.is_none() && this.diags.is_empty() {
                this.diags.report(&diag::ITERATOR_MIX, span, &[]);
            }
            chain
        })
    }

    /// The iterator over an item, for `flatten`.
    pub(super) fn item_chain(
        &mut self,
        item: Item,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Option<Chain> {
        match item {
            Item::Place(place, mutable) => {
                let inner = self.element_of(&place.ty)?;
                let whole = self.infer.strip(&place.ty);
                let root = place.root;
                let of = self.temp("row", Ty::Ref(mutable, Box::new(whole)), span);
                self.facts[of.0 as usize].alias_of = Some(root);
                out.push(stmt(StmtKind::Alias { var: of, place }, span));
                let by = if mutable { By::Exclusive } else { By::Shared };
                Some(Chain::Elements(Elements {
                    of,
                    inner,
                    by,
                    piece: None,
                }))
            }
            Item::Value(value, _) => {
                let inner = self.element_of(&value.ty)?;
                let of = self.named("row", value, out);
                let by = By::Value;
                Some(Chain::Elements(Elements {
                    of,
                    inner,
                    by,
                    piece: None,
                }))
            }
            Item::Tuple(_) | Item::Carried(_) => None,
        }
    }
}

/// The body of a closure whose value is `Some(value)`, with the value in the place of that.
fn some_of(body: &syn::Expr) -> Option<syn::Expr> {
    match bare(body) {
        syn::Expr::Call(call) => {
            let some = call.func.to_token_stream().to_string() == "Some";
            let value = call.args.first().filter(|_| some && call.args.len() == 1);
            value.cloned()
        }
        body @ syn::Expr::Block(block)
            if block.label.is_none() && !crate::compiler::lower::jump::has_return(body) =>
        {
            let mut block = block.clone();
            match block.block.stmts.last_mut() {
                Some(syn::Stmt::Expr(tail, None)) => *tail = some_of(tail)?,
                _ => return None,
            }
            Some(syn::Expr::Block(block))
        }
        _ => None,
    }
}
