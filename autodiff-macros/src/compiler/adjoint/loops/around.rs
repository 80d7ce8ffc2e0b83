//! The loop statements around the iterations of both sweeps.
//!
//! In: the statements of an iteration, and what it saves. Out: the loop: over slices, over records, over both, in blocks, or plain; the
//! reverse sweep runs over the same range backwards.
//!
//! ```text
//! for (slot, i) in saved[start..].iter_mut().zip(lo..hi) { … }
//! for (&record, i) in saved[start..].iter().rev().zip((lo..hi).rev()) { … }
//! ```

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::Records;
use crate::compiler::adjoint::blocks::Blocked;
use crate::compiler::adjoint::slices::{self, Extras, Slots, Sweep};
use crate::compiler::adjoint::sparse;
use crate::compiler::adjoint::{Item, guards, lanes, pairs};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::primal::range_expr;
use crate::compiler::ssa::{Range, Stmt as Ssa, StmtKind};

impl Records<'_> {
    /// The loop of the forward sweep around `inner`.
    pub(super) fn forward(&self, stmt: &Ssa, mut inner: Vec<Stmt>, out: &mut Vec<Stmt>) {
        let StmtKind::For { counter, range, .. } = &stmt.kind else {
            return out.push(Stmt::Loop { body: inner });
        };
        let counter = &self.cx.func.val(*counter).name;
        let Some((stack, items, _)) = self.in_place(stmt) else {
            if let Some(sum) = lanes::in_order(self.cx, stmt, inner.len()) {
                return out.push(sum);
            }
            let taken = self.sparse.filter(|_| self.stack.is_some());
            let (list, element) = self.collected(stmt).unzip();
            inner.extend(element.map(Stmt::Expr));
            let extras = Extras {
                quiet: taken.and_then(|taken| sparse::quiet(self.cx, stmt, taken)),
                list,
                ..Extras::default()
            };
            let inner = match slices::run(self.cx, self.plan, stmt, inner, extras, Sweep::Forward) {
                Ok(sliced) => return out.extend(sliced),
                Err(inner) => inner,
            };
            let iter = range_expr(range);
            return out.push(slices::over(list, quote!(#counter), iter, inner));
        };
        let (start, slot) = (
            format_ident!("{stack}__start"),
            format_ident!("{stack}__slot"),
        );
        let length = Expr::method(Expr::Name(stack.clone()), "len", Vec::new());
        out.push(Stmt::Let {
            name: start.clone(),
            mutable: false,
            ty: None,
            init: Some(length.clone()),
        });
        let blocked = self.blocked(stmt);
        let count = match &blocked {
            None => Expr::method(range_expr(range), "count", Vec::new()),
            Some(blocked) => {
                out.extend(blocked.before());
                blocked.length()
            }
        };
        let grown = Expr::bin("+", Expr::Name(start.clone()), count);
        let blank = self.tuple(items.iter().map(|i| self.blank(i)).collect());
        out.push(Stmt::Expr(Expr::method(
            Expr::Name(stack.clone()),
            "resize",
            vec![grown, blank],
        )));
        if let Some(blocked) = blocked {
            let slots = Expr::method(tail(stack, &start), "iter_mut", Vec::new());
            return out.push(blocked.forward(Stmt::For {
                pattern: quote!((#slot, #counter)),
                iter: Expr::method(slots, "zip", vec![blocked.part()]),
                body: inner,
            }));
        }
        let slots = Slots {
            stretch: tail(stack, &start),
            pattern: quote!(#slot),
            borrowed: true,
        };
        let extras = Extras {
            slots: Some(&slots),
            ..Extras::default()
        };
        let inner = match slices::run(self.cx, self.plan, stmt, inner, extras, Sweep::Forward) {
            Ok(sliced) => return out.extend(sliced),
            Err(inner) => inner,
        };
        let slots = Expr::method(slots.stretch, "iter_mut", Vec::new());
        let iter = Expr::method(slots, "zip", vec![range_expr(range)]);
        out.push(Stmt::For {
            pattern: quote!((#slot, #counter)),
            iter,
            body: inner,
        });
    }

    /// The loop of the reverse sweep around `inner`.
    pub(in crate::compiler::adjoint) fn reverse(
        &self,
        stmt: &Ssa,
        mut inner: Vec<Stmt>,
        again: &dyn Fn(&Blocked<'_>) -> Stmt,
        out: &mut Vec<Stmt>,
    ) {
        pairs::of_loop(self.cx, stmt, &mut inner);
        if slices::is_in_turn(self.cx, self.plan, stmt) {
            guards::in_turn(stmt, &mut inner);
            guards::decided(self.cx, stmt, &mut inner);
        }
        let (counter, range) = match &stmt.kind {
            StmtKind::For {
                counter,
                range,
                count: None,
                ..
            } => (&self.cx.func.val(*counter).name, range),
            kind => {
                let hi = kind.count().map(|v| Box::new(Expr::Val(v)));
                let iter = Expr::Range(Some(Box::new(Expr::Raw(quote!(0)))), hi, false);
                self.pop()
                    .into_iter()
                    .rev()
                    .for_each(|s| inner.insert(0, s));
                return out.push(Stmt::For {
                    pattern: quote!(_),
                    iter,
                    body: inner,
                });
            }
        };
        if let (Some(_), Some((stack, items))) = (self.sparse, self.stack) {
            let names = items.iter().map(|i| self.name_of(i));
            let all = Expr::Range(None, None, false);
            let found = Expr::method(Expr::Name(stack.clone()), "drain", vec![all]);
            let pattern = match items.is_empty() {
                true => quote!(#counter),
                false => quote!((#counter, #(#names),*)),
            };
            return out.push(Stmt::For {
                pattern,
                iter: Expr::method(found, "rev", Vec::new()),
                body: inner,
            });
        }
        let backwards = backwards(range, &self.cx.names.rt);
        let Some((stack, items, _)) = self.in_place(stmt) else {
            self.pop().into_iter().for_each(|s| inner.insert(0, s));
            let extras = Extras::default();
            let inner = match slices::run(self.cx, self.plan, stmt, inner, extras, Sweep::Reverse) {
                Ok(sliced) => return out.extend(sliced),
                Err(inner) => inner,
            };
            return out.push(Stmt::For {
                pattern: quote!(#counter),
                iter: backwards,
                body: inner,
            });
        };
        let start = format_ident!("{stack}__start");
        let length = Expr::method(Expr::Name(stack.clone()), "len", Vec::new());
        let blocked = self.blocked(stmt);
        let count = match &blocked {
            None => Expr::method(range_expr(range), "count", Vec::new()),
            Some(blocked) => {
                out.push(blocked.before_reverse());
                blocked.length()
            }
        };
        let from = Expr::bin("-", length, count);
        out.push(Stmt::Let {
            name: start.clone(),
            mutable: false,
            ty: None,
            init: Some(from),
        });
        if let Some(blocked) = blocked {
            let over = (counter, items, start);
            return self.reverse_blocks(&blocked, over, inner, again, out);
        }
        let record = self.pattern(items);
        let slots = Slots {
            stretch: tail(stack, &start),
            pattern: record.clone(),
            borrowed: false,
        };
        let extras = Extras {
            slots: Some(&slots),
            ..Extras::default()
        };
        match slices::run(self.cx, self.plan, stmt, inner, extras, Sweep::Reverse) {
            Ok(sliced) => out.extend(sliced),
            Err(inner) => {
                let records = Expr::method(slots.stretch, "iter", Vec::new());
                let slots = Expr::method(records, "rev", Vec::new());
                out.push(Stmt::For {
                    pattern: quote!((&#record, #counter)),
                    iter: Expr::method(slots, "zip", vec![backwards]),
                    body: inner,
                });
            }
        }
        let truncate = Expr::method(
            Expr::Name(stack.clone()),
            "truncate",
            vec![Expr::Name(start)],
        );
        out.push(Stmt::Expr(truncate));
    }

    /// The loop of the reverse sweep, block by block.
    fn reverse_blocks(
        &self,
        blocked: &Blocked<'_>,
        (counter, items, start): (&Ident, &BTreeSet<Item<'_>>, Ident),
        inner: Vec<Stmt>,
        again: &dyn Fn(&Blocked<'_>) -> Stmt,
        out: &mut Vec<Stmt>,
    ) {
        let Some((stack, _)) = self.stack else { return };
        let to = Expr::Range(None, Some(Box::new(blocked.len())), false);
        let records = Expr::index(tail(stack, &start), to);
        let backwards = |all| Expr::method(all, "rev", Vec::new());
        let records = backwards(Expr::method(records, "iter", Vec::new()));
        let record = self.pattern(items);
        let looped = Stmt::For {
            pattern: quote!((&#record, #counter)),
            iter: Expr::method(records, "zip", vec![backwards(blocked.part())]),
            body: inner,
        };
        out.push(blocked.reverse(again(blocked), looped));
        let rest = vec![Expr::Name(start)];
        out.push(Stmt::Expr(Expr::method(
            Expr::Name(stack.clone()),
            "truncate",
            rest,
        )));
    }
}

/// The range in reverse. Not every iterator that takes steps runs backwards.
fn backwards(range: &Range, rt: &TokenStream) -> Expr {
    let Some(step) = range.step else {
        return match range.rev {
            true => range_expr(&Range {
                rev: false,
                ..range.clone()
            }),
            false => Expr::method(range_expr(range), "rev", Vec::new()),
        };
    };
    let plain = Range {
        step: None,
        rev: false,
        ..range.clone()
    };
    match (range.rev, range.rev_first) {
        // The user's own iterator runs backwards over these steps.
        (true, false) => range_expr(&Range {
            rev: false,
            ..range.clone()
        }),
        (true, true) => Expr::call(
            quote!(#rt::upwards),
            vec![range_expr(&plain), Expr::Val(step)],
        ),
        (false, _) => Expr::call(
            quote!(#rt::backwards),
            vec![range_expr(&plain), Expr::Val(step)],
        ),
    }
}

/// The records from `start` on.
pub(in crate::compiler::adjoint) fn tail(stack: &Ident, start: &Ident) -> Expr {
    let from = Expr::Range(Some(Box::new(Expr::Name(start.clone()))), None, false);
    Expr::index(Expr::Name(stack.clone()), from)
}
