//! What chains are consumed for: sums, folds, tests, effects.

use proc_macro2::Span;
use quote::quote;
use syn::spanned::Spanned;

use super::{Callable, Chain, Item};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{BinOp, Expr, ExprKind, LoopId, Pat, Stmt, StmtKind, Ty, VarId};
use crate::compiler::lower::expr::bare;
use crate::compiler::lower::infer::Kind;
use crate::compiler::lower::{Lower, stmt};

/// Methods that consume an iterator for a value.
const CONSUMERS: [&str; 12] = [
    "sum",
    "product",
    "fold",
    "try_fold",
    "for_each",
    "count",
    "len",
    "all",
    "any",
    "collect",
    "unzip",
    "partition",
];

/// Methods of iterators that are known, and refused where they are met.
const REFUSED: [&str; 8] = [
    "inspect",
    "peekable",
    "by_ref",
    "try_for_each",
    "dedup",
    "cmp",
    "eq",
    "is_sorted",
];

impl Lower<'_> {
    /// A method call on an iterator; `None` if it is none.
    pub(in crate::compiler::lower) fn iterator_call(
        &mut self,
        call: &syn::ExprMethodCall,
        name: &str,
    ) -> Option<Expr> {
        if let Some(value) = self.array_map(call, name) {
            return Some(value);
        }
        if self.is_constant_chain(&call.receiver, call) {
            return None;
        }
        if let Some(value) = self.optional_call(call, name) {
            return Some(value);
        }
        if !self.is_chain(&call.receiver) {
            let stray = self.is_chain(&syn::Expr::MethodCall(call.clone()));
            return stray.then(|| self.refuse(&diag::ITERATOR_VALUE, &call.method, &[name]));
        }
        if matches!(bare(&call.receiver), syn::Expr::Range(_)) && name == "contains" {
            return self.range_contains(call);
        }
        if let Some(value) = self.option_value(call) {
            return Some(value);
        }
        if CONSUMERS.contains(&name) {
            let wanted = self.hint.take();
            let mut out = Vec::new();
            let chain = match self.read_chain(&call.receiver, &mut out) {
                Some(chain) => chain,
                None => return Some(self.error(quote!(#call))),
            };
            let value = match (name, call.args.is_empty()) {
                ("collect", true) => self.collect(call, &chain, wanted, &mut out),
                _ => self.consumer(call, name, chain, &mut out),
            };
            return Some(self.block_of(out, value, call.method.span()));
        }
        let whole = syn::Expr::MethodCall(call.clone());
        if self.is_chain(&whole) {
            return Some(self.refuse(&diag::ITERATOR_VALUE, &call.method, &[name]));
        }
        let known = REFUSED.contains(&name) || !matches!(bare(&call.receiver), syn::Expr::Range(_));
        known.then(|| self.refuse(&diag::ITERATOR, &call.method, &[name]))
    }

    /// True if the iterator runs over constants and no closure is in it: copied as written.
    pub(super) fn is_constant_chain(
        &self,
        receiver: &syn::Expr,
        call: &syn::ExprMethodCall,
    ) -> bool {
        let plain = |arg: &syn::Expr| match bare(arg) {
            syn::Expr::Lit(_) => true,
            syn::Expr::Path(_) => self.root(arg).is_none(),
            syn::Expr::Unary(unary) => matches!(bare(&unary.expr), syn::Expr::Lit(_)),
            _ => false,
        };
        if !call.args.iter().all(plain) {
            return false;
        }
        match bare(receiver) {
            syn::Expr::MethodCall(inner) => self.is_constant_chain(&inner.receiver, inner),
            syn::Expr::Path(_) | syn::Expr::Field(_) | syn::Expr::Index(_) => {
                match self.root(receiver) {
                    Some(var) => {
                        let ty = &self.var(var).ty;
                        matches!(self.infer.strip(ty), Ty::Opaque)
                            || (!self.infer.may_be_real(ty) && !self.infer.is_open(ty))
                    }
                    None => is_part_of_item(receiver) && !self.is_chain(receiver),
                }
            }
            _ => false,
        }
    }

    fn consumer(
        &mut self,
        call: &syn::ExprMethodCall,
        name: &str,
        chain: Chain,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let span = call.method.span();
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        match (name, &args[..]) {
            ("sum" | "product", []) => self.sum(call, name == "sum", &chain, out),
            ("count" | "len", []) => self.counted_items(&chain, span, out),
            ("fold", [init, f]) => self.fold(&chain, init, f, span, out),
            ("try_fold", [init, f]) => self.try_fold(&chain, (init, f), span, out),
            ("for_each", [f]) => {
                let Some(f) = self.callable(f, out) else {
                    return self.error(quote!(#call));
                };
                let at = f.tokens();
                self.drive(&chain, span, out, &mut |this, _, item, out| {
                    let value = this.apply(&f, vec![item], false, &at, out);
                    if !matches!(&value.kind, ExprKind::Tuple(parts) if parts.is_empty()) {
                        if matches!(value.kind, ExprKind::Call(_)) {
                            // Nobody asks what it returns.
                            let _ = this.infer.unify(&value.ty, &Ty::Unit);
                        }
                        out.push(stmt(StmtKind::Expr(value), span));
                    }
                });
                self.unit(span)
            }
            ("all" | "any", [f]) => {
                let Some(f) = self.callable(f, out) else {
                    return self.error(quote!(#call));
                };
                let all = name == "all";
                let start = self.truth(all, span);
                let found = self.counter_var(name, start, out);
                self.drive_stopping(&chain, span, out, &mut |this, stop, _, item, out| {
                    let cond = this.predicate(&f, item, span, out);
                    let cond = if all { this.not(cond) } else { cond };
                    let mut then = Vec::new();
                    let value = this.truth(!all, span);
                    this.set(found, value, &mut then);
                    then.push(stmt(StmtKind::Break(stop), span));
                    out.push(this.when(cond, then, Vec::new()));
                });
                self.read_var(found, span)
            }
            ("unzip", []) => self.unzip(&chain, span, out),
            ("partition", [f]) => self.partition(&chain, f, span, out),
            _ => self.refuse(&diag::ARGUMENT_COUNT, &call.method, &[name]),
        }
    }

    /// The type between `::<` and `>`.
    pub(super) fn turbofish(&mut self, call: &syn::ExprMethodCall) -> Option<Ty> {
        let arguments = &call.turbofish.as_ref()?.args;
        match arguments.first()? {
            syn::GenericArgument::Type(ty) => Some(self.annotation(ty)),
            _ => None,
        }
    }

    /// `sum` starts at -0.0, as that of std does.
    fn sum(
        &mut self,
        call: &syn::ExprMethodCall,
        sum: bool,
        chain: &Chain,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let span = call.method.span();
        let ty = match self.turbofish(call) {
            Some(ty) => ty,
            None => self.infer.fresh(Kind::Const),
        };
        let (hint, op) = match sum {
            true => ("sum", BinOp::Add),
            false => ("product", BinOp::Mul),
        };
        let total = self.bind_hidden(hint, ty.clone(), span);
        let mut loops = Vec::new();
        self.drive(chain, span, &mut loops, &mut |this, _, item, out| {
            let value = this.one_value(&item, span);
            let value = crate::compiler::lower::value::flatten(value, out);
            this.expect(&value, &ty);
            let place = this.whole(total, span);
            let op = Some(op);
            out.push(stmt(StmtKind::Assign { place, op, value }, span));
        });
        let found = self.infer.strip(&ty);
        self.undecided |= self.infer.is_open(&found);
        let init = match (found, sum) {
            (Ty::Int, true) => self.number(0, span),
            (Ty::Int, false) => self.number(1, span),
            (_, true) => {
                let float = self.float_of(&ty);
                let zero = self.lit(quote!(0.0), float.clone(), span);
                let kind = ExprKind::Unary(crate::compiler::hir::UnOp::Neg, Box::new(zero));
                self.make(kind, float, span)
            }
            (_, false) => {
                let float = self.float_of(&ty);
                self.lit(quote!(1.0), float, span)
            }
        };
        self.expect(&init, &ty);
        let (pat, init) = (Pat::Var(total), Some(init));
        out.push(stmt(StmtKind::Let { pat, init }, span));
        out.append(&mut loops);
        self.read_var(total, span)
    }

    /// The type of a literal beside something of the type `ty`.
    pub(super) fn float_of(&mut self, ty: &Ty) -> Ty {
        match self.infer.strip(ty) {
            ty @ Ty::Real(_) => ty,
            _ => self.infer.fresh(Kind::Float { soft: true }),
        }
    }

    fn counted_items(&mut self, chain: &Chain, span: Span, out: &mut Vec<Stmt>) -> Expr {
        if chain.is_indexed()
            && !chain.has_closure()
            && let Some(len) = self.count_of(chain, span, out)
        {
            return len;
        }
        let counter = self.zero_counter("count", span, out);
        self.drive(chain, span, out, &mut |this, _, item, out| {
            let wild: syn::Pat = syn::Pat::Wild(syn::PatWild {
                attrs: Vec::new(),
                underscore_token: syn::Token![_](span),
            });
            this.bind_item(&wild, item, out);
            this.increment(counter, span, out);
        });
        self.read_var(counter, span)
    }

    /// `fold(init, |acc, x| …)`: the first parameter is another name for what is carried.
    fn fold(
        &mut self,
        chain: &Chain,
        init: &syn::Expr,
        f: &syn::Expr,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let Some((acc, f)) = self.start_fold(init, f, out) else {
            return self.error(quote!(#f));
        };
        let at = f.tokens();
        self.drive(chain, span, out, &mut |this, _, item, out| {
            let carried = Item::Carried(acc);
            let value = this.apply(&f, vec![carried, item], true, &at, out);
            this.carry(acc, value, out);
        });
        self.read_var(acc, span)
    }

    /// What a fold carries, and what it applies.
    pub(super) fn start_fold(
        &mut self,
        init: &syn::Expr,
        f: &syn::Expr,
        out: &mut Vec<Stmt>,
    ) -> Option<(VarId, Callable)> {
        let value = self.expr(init);
        let f = self.callable(f, out)?;
        Some((self.counter_var("acc", value, out), f))
    }

    /// `acc = value`
    pub(super) fn carry(&mut self, acc: VarId, value: Expr, out: &mut Vec<Stmt>) {
        if let ExprKind::Place(place) = &value.kind
            && place.root == acc
            && place.path.is_empty()
        {
            return;
        }
        let place = self.whole(acc, value.span);
        let span = value.span;
        self.push_assign(place, None, value, span, out);
    }

    /// `(a..b).contains(&x)`
    fn range_contains(&mut self, call: &syn::ExprMethodCall) -> Option<Expr> {
        let syn::Expr::Range(range) = bare(&call.receiver) else {
            return None;
        };
        let arg = bare(call.args.first()?);
        let arg = match arg {
            syn::Expr::Reference(reference) => bare(&reference.expr),
            arg => arg,
        };
        let span = call.method.span();
        let mut out = Vec::new();
        let value = self.operand(arg);
        let value = self.with_source(value, arg);
        let var = self.named("tested", value, &mut out);
        let read = |this: &Self| {
            let value = this.read_var(var, arg.span());
            this.with_source(value, arg)
        };
        let mut tests = Vec::new();
        if let Some(lo) = &range.start {
            let lo = self.operand(lo);
            let value = read(self);
            self.expect(&lo, &value.ty);
            let test = self.int_test(BinOp::Le, lo, value, span);
            tests.push(self.with_source(test, call));
        }
        if let Some(hi) = &range.end {
            let hi = self.operand(hi);
            let value = read(self);
            self.expect(&hi, &value.ty);
            let op = match range.limits {
                syn::RangeLimits::Closed(_) => BinOp::Le,
                syn::RangeLimits::HalfOpen(_) => BinOp::Lt,
            };
            let test = self.int_test(op, value, hi, span);
            tests.push(self.with_source(test, call));
        }
        let all = tests
            .into_iter()
            .reduce(|a, b| self.int_test(BinOp::And, a, b, span));
        let all = all.unwrap_or_else(|| self.truth(true, span));
        Some(self.block_of(out, all, span))
    }

    /// `for pat in chain { … }`
    pub(in crate::compiler::lower) fn for_chain(
        &mut self,
        expr: &syn::ExprForLoop,
        out: &mut Vec<Stmt>,
    ) {
        let span = expr.for_token.span();
        let before = self.diags.iter().count();
        let Some(chain) = self.chain_of(&expr.expr, out) else {
            if self.diags.iter().count() == before {
                self.refuse(&diag::FOR_OVER, &expr.expr, &[&text_of(&expr.expr)]);
            }
            self.scoped(|this| {
                this.bind_errors(&expr.pat);
                this.enter_loop(expr.label.as_ref(), None, false);
                this.block(&expr.body, crate::compiler::lower::stmt::Want::Unit);
                this.loops.pop();
            });
            return;
        };
        let label = expr.label.as_ref();
        let name = label.map(|label| &label.name.ident);
        self.callable_count += 1;
        let key = self.callable_count;
        if chain.is_single() || !crate::compiler::lower::jump::breaks(&expr.body, name) {
            return self.drive(&chain, span, out, &mut |this, id, item, out| {
                this.for_body(expr, (id, id), key, item, out);
            });
        }
        self.drive_stopping(&chain, span, out, &mut |this, stop, id, item, out| {
            this.for_body(expr, (stop, id), key, item, out);
        });
    }

    fn for_body(
        &mut self,
        expr: &syn::ExprForLoop,
        (stop, next): (LoopId, LoopId),
        key: usize,
        item: Item,
        out: &mut Vec<Stmt>,
    ) {
        let before = self.diags.iter().count();
        self.enter_loop_as(stop, next, expr.label.as_ref());
        self.scoped(|this| {
            this.bind_item(&expr.pat, item, out);
            let want = crate::compiler::lower::stmt::Want::Unit;
            this.block_into(&expr.body, want, out);
        });
        self.loops.pop();
        self.report_once(key, before);
    }
}

/// True for an item and a part of one, not for a part of what a call gives.
fn is_part_of_item(expr: &syn::Expr) -> bool {
    match bare(expr) {
        syn::Expr::Field(field) => is_part_of_item(&field.base),
        syn::Expr::Index(index) => is_part_of_item(&index.expr),
        expr => matches!(expr, syn::Expr::Path(_)),
    }
}
