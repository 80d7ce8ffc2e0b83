//! The loops of a chain, with something done for each item.

use proc_macro2::Span;

use super::seq::At;
use super::{Chain, Item};
use crate::compiler::diag;
use crate::compiler::hir::{BinOp, Block, Expr, LoopId, Range, Stmt, StmtKind, Ty, VarId};
use crate::compiler::lower::closure::Callable;
use crate::compiler::lower::{Lower, stmt};

/// What is done for each item: it is told the innermost loop, which `continue` continues.
pub(in crate::compiler::lower) type Body<'b, L> =
    &'b mut dyn FnMut(&mut L, LoopId, Item, &mut Vec<Stmt>);

/// The same, with the loop or block that ends the whole chain before it.
pub(in crate::compiler::lower) type Stopping<'b, L> =
    &'b mut dyn FnMut(&mut L, LoopId, LoopId, Item, &mut Vec<Stmt>);

impl Lower<'_> {
    /// Writes the loops of `chain`.
    pub(in crate::compiler::lower) fn drive(
        &mut self,
        chain: &Chain,
        span: Span,
        out: &mut Vec<Stmt>,
        body: Body<'_, Self>,
    ) {
        match chain {
            Chain::Map(of, f) => self.drive(of, span, out, &mut |this, id, item, out| {
                let item = this.mapped(f, item, out);
                body(this, id, item, out);
            }),
            Chain::Copied(of) => self.drive(of, span, out, &mut |this, id, item, out| {
                let item = this.copied(item, span);
                body(this, id, item, out);
            }),
            Chain::Filter(of, f) => self.drive(of, span, out, &mut |this, id, item, out| {
                let item = this.settle_in_place(item, out);
                let cond = this.predicate(f, item.clone().lent(), span, out);
                let mut then = Vec::new();
                body(this, id, item, &mut then);
                out.push(this.when(cond, then, Vec::new()));
            }),
            Chain::FilterMap(of, f, ends) => {
                self.drive_stopping(of, span, out, &mut |this, stop, id, item, out| {
                    let at = f.tokens();
                    let value = this.apply(f, vec![item], true, &at, out);
                    if !this.becomes_outcome(&value.ty) {
                        this.refuse(&diag::ITERATOR_OPTION, &at, &[]);
                        return;
                    }
                    let parts = this.take_apart(value, span, out);
                    let cond = this.read_var(parts.ok, span);
                    let item = Item::value(this.read_var(parts.value, span));
                    let (mut then, mut els) = (Vec::new(), Vec::new());
                    body(this, id, item, &mut then);
                    if *ends {
                        els.push(stmt(StmtKind::Break(stop), span));
                    }
                    out.push(this.when(cond, then, els));
                });
            }
            Chain::Range(range) => self.drive_range(range, span, out, body),
            Chain::Then(a, b) => {
                self.drive(a, span, out, body);
                self.drive(b, span, out, body);
            }
            chain if chain.is_indexed() => self.drive_indexed(chain, span, out, body),
            Chain::Enumerate(of) => {
                let counter = self.zero_counter("index", span, out);
                self.drive(of, span, out, &mut |this, id, item, out| {
                    let item = this.settle_in_place(item, out);
                    let at = this.step(counter, span, out);
                    body(this, id, Item::Tuple(vec![Item::value(at), item]), out);
                });
            }
            Chain::Skip(of, count) => {
                let counter = self.zero_counter("skipped", span, out);
                self.drive(of, span, out, &mut |this, id, item, out| {
                    let item = this.settle_in_place(item, out);
                    let now = this.read_var(counter, span);
                    let cond = this.int_test(BinOp::Lt, now, count.clone(), span);
                    let (mut skip, mut els) = (Vec::new(), Vec::new());
                    this.increment(counter, span, &mut skip);
                    body(this, id, item, &mut els);
                    out.push(this.when(cond, skip, els));
                });
            }
            Chain::StepBy(of, step) => {
                let counter = self.zero_counter("index", span, out);
                self.drive(of, span, out, &mut |this, id, item, out| {
                    let item = this.settle_in_place(item, out);
                    let at = this.step(counter, span, out);
                    let rest = this.int(BinOp::Rem, at, step.clone(), span);
                    let zero = this.number(0, span);
                    let cond = this.int_test(BinOp::Eq, rest, zero, span);
                    let mut then = Vec::new();
                    body(this, id, item, &mut then);
                    out.push(this.when(cond, then, Vec::new()));
                });
            }
            Chain::Take(of, count) if of.is_single() => {
                let counter = self.zero_counter("taken", span, out);
                self.drive(of, span, out, &mut |this, id, item, out| {
                    this.increment(counter, span, out);
                    body(this, id, item, out);
                });
                let now = self.read_var(counter, span);
                let cond = self.int_test(BinOp::Ge, now, count.clone(), span);
                self.leave_if(cond, out);
            }
            Chain::Zip(a, b, _) if b.is_indexed() => self.zip_behind(a, b, span, out, body),
            // Looking at one item of `b` too many does nothing.
            Chain::Zip(a, b, _) if a.is_indexed() && !b.is_single() && !b.has_closure() => {
                let len = self.count_of(a, span, out);
                let len = len.map(|len| self.fixed("len", len, out));
                let counter = self.zero_counter("index", span, out);
                self.drive_stopping(b, span, out, &mut |this, stop, id, item, out| {
                    if let Some(len) = &len {
                        let now = this.read_var(counter, span);
                        let cond = this.int_test(BinOp::Ge, now, len.clone(), span);
                        let leave = vec![stmt(StmtKind::Break(stop), span)];
                        out.push(this.when(cond, leave, Vec::new()));
                    }
                    let item = this.settle_in_place(item, out);
                    let at = this.step(counter, span, out);
                    let first = this.item_of(a, &mut at_index(at, span), out);
                    body(this, id, Item::Tuple(vec![first, item]), out);
                });
            }
            Chain::Zip(a, b, _) if a.is_indexed() && b.is_single() => {
                let len = self.count_of(a, span, out);
                let len = len.map(|len| self.fixed("len", len, out));
                let counter = self.zero_counter("index", span, out);
                self.drive(b, span, out, &mut |this, id, item, out| {
                    let item = this.settle_in_place(item, out);
                    let at = this.step(counter, span, out);
                    let first = this.item_of(a, &mut at_index(at, span), out);
                    body(this, id, Item::Tuple(vec![first, item]), out);
                });
                if let Some(len) = len {
                    let now = self.read_var(counter, span);
                    let cond = self.int_test(BinOp::Ge, now, len, span);
                    self.leave_if(cond, out);
                }
            }
            Chain::Flat(of, f) => self.drive(of, span, out, &mut |this, _, item, out| {
                this.drive_inner(f.as_ref(), item, span, out, &mut *body);
            }),
            Chain::Scan(of, state, f) => self.drive(of, span, out, &mut |this, id, item, out| {
                let state = this.whole(*state, span);
                let item = this.scanned(f, state, item, out);
                body(this, id, item, out);
            }),
            Chain::TakeWhile(of, f) => {
                self.drive_stopping(of, span, out, &mut |this, stop, id, item, out| {
                    let item = this.settle_in_place(item, out);
                    let cond = this.predicate(f, item.clone().lent(), span, out);
                    let mut then = Vec::new();
                    body(this, id, item, &mut then);
                    let els = vec![stmt(StmtKind::Break(stop), span)];
                    out.push(this.when(cond, then, els));
                });
            }
            Chain::SkipWhile(of, f) => {
                let begun = self.truth(false, span);
                let begun = self.counter_var("begun", begun, out);
                self.drive(of, span, out, &mut |this, id, item, out| {
                    let item = this.settle_in_place(item, out);
                    let mut first = Vec::new();
                    let cond = this.predicate(f, item.clone().lent(), span, &mut first);
                    let cond = this.not(cond);
                    let mut begin = Vec::new();
                    let yes = this.truth(true, span);
                    this.set(begun, yes, &mut begin);
                    first.push(this.when(cond, begin, Vec::new()));
                    let now = this.read_var(begun, span);
                    let now = this.not(now);
                    out.push(this.when(now, first, Vec::new()));
                    let mut then = Vec::new();
                    body(this, id, item, &mut then);
                    let now = this.read_var(begun, span);
                    out.push(this.when(now, then, Vec::new()));
                });
            }
            Chain::Zip(_, _, span) => self.no_loop(*span),
            _ => self.no_loop(span),
        }
    }

    fn no_loop(&mut self, span: Span) {
        self.diags.report(&diag::ITERATOR_MIX, span, &[]);
    }

    /// [`Lower::drive`], with something to leave that ends all of it.
    pub(in crate::compiler::lower) fn drive_stopping(
        &mut self,
        chain: &Chain,
        span: Span,
        out: &mut Vec<Stmt>,
        body: Stopping<'_, Self>,
    ) {
        if chain.is_single() {
            return self.drive(chain, span, out, &mut |this, id, item, out| {
                body(this, id, id, item, out);
            });
        }
        let stop = self.loop_id();
        let mut stmts = Vec::new();
        self.drive(chain, span, &mut stmts, &mut |this, id, item, out| {
            body(this, stop, id, item, out);
        });
        stmts.push(stmt(StmtKind::Break(stop), span));
        let body = Block { stmts, value: None };
        out.push(stmt(StmtKind::Loop { id: stop, body }, span));
    }

    /// Ends the loop that was written last before its next item is looked for.
    fn leave_if(&mut self, cond: Expr, out: &mut [Stmt]) {
        let span = cond.span;
        if let Some(Stmt {
            kind: StmtKind::For { id, body, .. } | StmtKind::Loop { id, body },
            ..
        }) = out.last_mut()
        {
            let leave = vec![stmt(StmtKind::Break(*id), span)];
            let check = self.when(cond, leave, Vec::new());
            body.stmts.insert(0, check);
        }
    }

    /// `a.zip(b)` where `a` may skip items.
    fn zip_behind(
        &mut self,
        a: &Chain,
        b: &Chain,
        span: Span,
        out: &mut Vec<Stmt>,
        body: Body<'_, Self>,
    ) {
        let len = self.count_of(b, span, out);
        let len = len.map(|len| self.fixed("len", len, out));
        let counter = self.zero_counter("index", span, out);
        self.drive_stopping(a, span, out, &mut |this, stop, id, item, out| {
            let item = this.settle_in_place(item, out);
            if let Some(len) = &len {
                let now = this.read_var(counter, span);
                let cond = this.int_test(BinOp::Ge, now, len.clone(), span);
                let leave = vec![stmt(StmtKind::Break(stop), span)];
                out.push(this.when(cond, leave, Vec::new()));
            }
            let at = this.step(counter, span, out);
            let second = this.item_of(b, &mut at_index(at, span), out);
            body(this, id, Item::Tuple(vec![item, second]), out);
        });
    }

    fn drive_range(
        &mut self,
        range: &Range,
        span: Span,
        out: &mut Vec<Stmt>,
        body: Body<'_, Self>,
    ) {
        let var = self.temp("i", Ty::Int, span);
        let item = Item::value(self.read_var(var, span));
        self.write_loop(var, range.clone(), span, out, |this, id, out| {
            body(this, id, item, out);
        });
    }

    fn write_loop(
        &mut self,
        var: VarId,
        range: Range,
        span: Span,
        out: &mut Vec<Stmt>,
        body: impl FnOnce(&mut Self, LoopId, &mut Vec<Stmt>),
    ) {
        let id = self.loop_id();
        let mut stmts = Vec::new();
        body(self, id, &mut stmts);
        let body = Block { stmts, value: None };
        out.push(stmt(
            StmtKind::For {
                id,
                var,
                range,
                body,
            },
            span,
        ));
    }

    /// A loop over indices. What stands outermost of `rev`, `step_by` and `skip` is in the range.
    fn drive_indexed(
        &mut self,
        chain: &Chain,
        span: Span,
        out: &mut Vec<Stmt>,
        body: Body<'_, Self>,
    ) {
        let (mut of, mut rev, mut step) = (chain, false, None);
        if let Chain::Rev(inner, _) = of {
            (of, rev) = (inner, true);
        }
        if let Chain::StepBy(inner, by) = of {
            (of, step) = (inner, Some(by.clone()));
        }
        let (mut lo, mut skipped) = (self.number(0, span), false);
        if let Chain::Skip(inner, count) = of {
            (of, lo, skipped) = (inner, count.clone(), true);
        }
        let hi = self.count_of(of, span, out);
        let counters = match rev || step.is_some() || skipped {
            true => Vec::new(),
            false => self.counters(of, span, out),
        };
        let mut each = |this: &mut Self, id: LoopId, index: Expr, out: &mut Vec<Stmt>| {
            let mut now = Vec::new();
            for (met, counter, by) in &counters {
                let value = this.read_var(*counter, span);
                let var = this.named("number", value, out);
                let place = this.whole(*counter, span);
                let kind = StmtKind::Assign {
                    place,
                    op: Some(BinOp::Add),
                    value: by.clone(),
                };
                out.push(stmt(kind, span));
                now.push((*met, var));
            }
            let mut at = At {
                index,
                counters: &now,
                met: 0,
                span,
            };
            let item = this.item_of(of, &mut at, out);
            body(this, id, item, out);
        };
        let Some(hi) = hi else {
            // It never ends by itself.
            let index = self.counter_var("index", lo, out);
            let id = self.loop_id();
            let mut stmts = Vec::new();
            let now = self.read_var(index, span);
            let at = self.named("at", now, &mut stmts);
            let at = self.read_var(at, span);
            let place = self.whole(index, span);
            let kind = StmtKind::Assign {
                place,
                op: Some(BinOp::Add),
                value: step.unwrap_or_else(|| self.number(1, span)),
            };
            stmts.push(stmt(kind, span));
            each(self, id, at, &mut stmts);
            let body = Block { stmts, value: None };
            return out.push(stmt(StmtKind::Loop { id, body }, span));
        };
        let var = self.temp("i", Ty::Int, span);
        let index = self.read_var(var, span);
        let range = Range {
            lo,
            hi,
            inclusive: false,
            rev_first: false,
            step,
            rev,
        };
        self.write_loop(var, range, span, out, |this, id, out| {
            each(this, id, index, out)
        });
    }

    /// Ranges beside other sources have counters of their own, so that they keep their type.
    fn counters(
        &mut self,
        chain: &Chain,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Vec<(usize, VarId, Expr)> {
        let (mut met, mut found) = (0, Vec::new());
        ranges(chain, true, &mut met, &mut found);
        let starts = found.into_iter().map(|(met, lo, step)| {
            let counter = self.counter_var("next", lo, out);
            let step = step.unwrap_or_else(|| self.number(1, span));
            (met, counter, step)
        });
        starts.collect()
    }

    /// The items of an item.
    fn drive_inner(
        &mut self,
        f: Option<&Callable>,
        item: Item,
        span: Span,
        out: &mut Vec<Stmt>,
        body: Body<'_, Self>,
    ) {
        let inner = match f {
            Some(f) => self.inner_chain(f, item, span, out),
            None => self.item_chain(item, span, out),
        };
        if let Some(inner) = inner {
            self.drive(&inner, span, out, body);
        }
    }
}

fn at_index(index: Expr, span: Span) -> At<'static> {
    At {
        index,
        counters: &[],
        met: 0,
        span,
    }
}

/// The ranges of a chain in the order in which [`Lower::item`] meets them, with their first number
/// and their step; those that run through the indices as they are.
fn ranges(
    chain: &Chain,
    plain: bool,
    met: &mut usize,
    found: &mut Vec<(usize, Expr, Option<Expr>)>,
) {
    match chain {
        Chain::Range(range) => {
            *met += 1;
            if plain && !range.rev {
                found.push((*met, range.lo.clone(), range.step.clone()));
            }
        }
        Chain::From(lo) => {
            *met += 1;
            if plain {
                found.push((*met, lo.clone(), None));
            }
        }
        Chain::Zip(a, b, _) => {
            ranges(a, plain, met, found);
            ranges(b, plain, met, found);
        }
        Chain::Enumerate(of) | Chain::Take(of, _) | Chain::Copied(of) | Chain::Map(of, _) => {
            ranges(of, plain, met, found);
        }
        Chain::Rev(of, _) | Chain::Skip(of, _) | Chain::StepBy(of, _) | Chain::Cycle(of, _) => {
            ranges(of, false, met, found);
        }
        _ => {}
    }
}
