//! Iterators that are advanced by hand: `let mut it = xs.iter(); let first = it.next().unwrap(); it.fold(first, f)`.
//!
//! ```text
//! let mut it = xs.iter();  →  let mut it = 0;                    // how many items were taken
//! it.next()                →  if it < len(xs) { let at = it; it = at + 1; Some(xs[at]) } else { None }
//! for t in it { … }        →  let skipped = it; for i in 0..len(xs) - skipped { let t = xs[skipped + i]; … }
//! ```

use proc_macro2::Span;

use super::Chain;
use super::seq::At;
use crate::compiler::hir::{BinOp, Pat, Stmt, StmtKind, VarId};
use crate::compiler::lower::expr::bare;
use crate::compiler::lower::scope::Name;
use crate::compiler::lower::{Lower, stmt};

/// An iterator that has a name.
#[derive(Clone)]
pub(in crate::compiler::lower) struct Named {
    pub(super) chain: Chain,
    /// How many items were taken already, if that changes.
    pub(super) taken: Option<VarId>,
}

impl Lower<'_> {
    /// `let mut it = chain;`, of a chain whose items can be told by their number; false for another.
    pub(super) fn begin(
        &mut self,
        name: &proc_macro2::Ident,
        chain: Chain,
        out: &mut Vec<Stmt>,
    ) -> bool {
        if !chain.is_indexed() {
            return false;
        }
        let zero = self.number(0, name.span());
        let taken = self.counter_var(&name.to_string(), zero, out);
        self.facts[taken.0 as usize].usize = Some(true);
        let taken = Some(taken);
        self.chains.push(Named { chain, taken });
        self.enter(name, Name::Chain(self.chains.len() - 1));
        true
    }

    /// The iterator of a name, without the items that were taken already.
    pub(super) fn rest_of(&mut self, at: usize, span: Span, out: &mut Vec<Stmt>) -> Option<Chain> {
        let Named { chain, taken } = self.chains.get(at)?.clone();
        let Some(taken) = taken else {
            return Some(chain);
        };
        let skipped = self.read_var(taken, span);
        let skipped = self.fixed("skipped", skipped, out);
        Some(Chain::Skip(Box::new(chain), skipped))
    }

    /// The iterator that an expression names, if it is advanced by hand.
    pub(super) fn begun(&self, expr: &syn::Expr) -> Option<(Chain, VarId)> {
        let syn::Expr::Path(path) = bare(expr) else {
            return None;
        };
        let name = path.path.get_ident()?.to_string();
        let Some(Name::Chain(at)) = self.peek_name(&name) else {
            return None;
        };
        let named = self.chains.get(at)?;
        Some((named.chain.clone(), named.taken?))
    }

    /// `it.next()`: whether there was an item, and the item.
    pub(super) fn advance(
        &mut self,
        (chain, taken): (Chain, VarId),
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Option<(VarId, VarId)> {
        let count = self.count_of(&chain, span, out);
        let index = self.read_var(taken, span);
        let index = self.fixed("at", index, out);
        let any = match count {
            Some(count) => self.int_test(BinOp::Lt, index.clone(), count, span),
            None => self.truth(true, span),
        };
        let any = self.named("any", any, out);
        let ty = self.unknown();
        let found = self.bind_hidden("found", ty.clone(), span);
        let mut then = Vec::new();
        let mut at = At {
            index: index.clone(),
            counters: &[],
            met: 0,
            span,
        };
        let item = self.item_of(&chain, &mut at, &mut then);
        let item = self.settle(item, &mut then);
        let value = self.one_value(&item, span);
        self.expect(&value, &ty);
        self.carry(found, value, &mut then);
        let one = self.number(1, span);
        let next = self.int(BinOp::Add, index, one, span);
        self.set(taken, next, &mut then);
        let init = Some(self.blank(&ty, span)?);
        let pat = Pat::Var(found);
        out.push(stmt(StmtKind::Let { pat, init }, span));
        let cond = self.read_var(any, span);
        out.push(self.when(cond, then, Vec::new()));
        Some((any, found))
    }
}
