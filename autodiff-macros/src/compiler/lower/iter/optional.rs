//! Consumers that give an `Option`, together with what takes it apart: `max_by(…).unwrap()`.
//!
//! ```text
//! xs.iter().copied().reduce(f64::max).unwrap()
//! →  let mut any = false; let mut found = 0.0;
//!    for i in 0..len(xs) { if any { found = max(found, xs[i]) } else { any = true; found = xs[i] } }
//!    assert!(any); found
//! ```

use proc_macro2::Span;
use quote::{ToTokens, quote};

use super::{Chain, Item};
use crate::compiler::diag;
use crate::compiler::hir::{BinOp, Block, Expr, ExprKind, Pat, Stmt, StmtKind, Ty, VarId};
use crate::compiler::lower::closure::Callable;
use crate::compiler::lower::expr::bare;
use crate::compiler::lower::{Lower, stmt};

/// Methods of iterators that give an `Option`, and the number of their arguments.
const OPTIONAL: [(&str, usize); 10] = [
    ("last", 0),
    ("next", 0),
    ("nth", 1),
    ("reduce", 1),
    ("max_by", 1),
    ("min_by", 1),
    ("max", 0),
    ("min", 0),
    ("position", 1),
    ("find", 1),
];

/// Methods that take an `Option` apart.
const TAKERS: [(&str, usize); 6] = [
    ("unwrap", 0),
    ("expect", 1),
    ("unwrap_or", 1),
    ("unwrap_or_default", 0),
    ("is_some", 0),
    ("is_none", 0),
];

impl Lower<'_> {
    /// The call of a chain that gives an `Option`, through `.copied()`.
    fn optional<'e>(&self, expr: &'e syn::Expr) -> Option<&'e syn::ExprMethodCall> {
        let syn::Expr::MethodCall(call) = bare(expr) else {
            return None;
        };
        let is = |name: &str, count: usize| call.method == name && call.args.len() == count;
        if is("copied", 0) || is("cloned", 0) {
            return self.optional(&call.receiver);
        }
        let known = OPTIONAL.iter().any(|(name, count)| is(name, *count));
        // A named iterator goes on after `next`.
        let named = matches!(bare(&call.receiver), syn::Expr::Path(_))
            && (is("nth", 1) || self.begun(&call.receiver).is_none());
        let fits =
            known && self.is_chain(&call.receiver) && !(named && (is("next", 0) || is("nth", 1)));
        fits.then_some(call)
    }

    /// True for `xs.iter().max_by(…).unwrap()` and its kin: a value that rustc may know as a
    /// reference.
    pub(in crate::compiler::lower) fn is_taken_option(&self, expr: &syn::Expr) -> bool {
        match bare(expr) {
            syn::Expr::MethodCall(call) => {
                let count = call.args.len();
                let mut takers = TAKERS.iter();
                takers.any(|(name, args)| call.method == name && *args == count)
                    && self.optional(&call.receiver).is_some()
            }
            _ => false,
        }
    }

    pub(super) fn optional_call(&mut self, call: &syn::ExprMethodCall, name: &str) -> Option<Expr> {
        if !self.is_taken_option(&syn::Expr::MethodCall(call.clone())) {
            return None;
        }
        let inner = self.optional(&call.receiver)?.clone();
        if self.is_constant_chain(&inner.receiver, &inner) {
            return None;
        }
        let span = call.method.span();
        let mut out = Vec::new();
        let Some((any, found)) = self.found(&inner, &mut out) else {
            return Some(self.error(call.to_token_stream()));
        };
        let (any_now, value) = (self.read_var(any, span), self.read_var(found, span));
        let value = match name {
            "is_some" => any_now,
            "is_none" => self.not(any_now),
            "unwrap" | "expect" => {
                let flag = self.var(any).name.clone();
                let krate = self.options.krate.clone();
                let text = match (name, call.args.first().map(bare)) {
                    ("expect", Some(syn::Expr::Lit(lit))) => quote!("{}", #lit),
                    _ => quote!("called `Option::unwrap()` on a `None` value"),
                };
                let code = quote!(#krate::__private::core::assert!(#flag, #text););
                self.effect_code(code, vec![(flag, any)], span, &mut out);
                value
            }
            _ => {
                let other = match call.args.first() {
                    // What stands behind a reference is found as a value.
                    Some(syn::Expr::Reference(other)) => self.operand(&other.expr),
                    Some(other) => self.operand(other),
                    None => self.blank(&value.ty.clone(), span)?,
                };
                self.expect(&other, &value.ty);
                let ty = value.ty.clone();
                let other = self.fixed("otherwise", other, &mut out);
                let block = |value| Block {
                    stmts: Vec::new(),
                    value: Some(Box::new(value)),
                };
                let kind = ExprKind::If(Box::new(any_now), block(value), block(other));
                self.make(kind, ty, span)
            }
        };
        Some(self.block_of(out, value, span))
    }

    /// A consumer whose `Option` stays one.
    pub(super) fn option_value(&mut self, call: &syn::ExprMethodCall) -> Option<Expr> {
        let whole = syn::Expr::MethodCall(call.clone());
        let inner = self
            .optional(&whole)
            .filter(|inner| inner.method == call.method)?;
        let inner = inner.clone();
        let span = call.method.span();
        let mut out = Vec::new();
        let Some((any, found)) = self.found(&inner, &mut out) else {
            return Some(self.error(call.to_token_stream()));
        };
        let value = self.read_var(found, span);
        // The place of what was found is an integer.
        let places = ["position", "max_by", "min_by"];
        let found = matches!(self.infer.strip(&value.ty), Ty::Int)
            && places.iter().any(|place| call.method == place);
        if !found && !self.infer.may_be_real(&value.ty) {
            self.undecided |= self.infer.is_open(&value.ty);
            let name = call.method.to_string();
            return Some(self.refuse(&diag::ITERATOR, &call.method, &[&name]));
        }
        let (ok, none) = (self.read_var(any, span), self.no_error(true, span));
        let ty = crate::compiler::lower::infer::outcome(value.ty.clone());
        let value = self.make(ExprKind::Tuple(vec![ok, value, none]), ty, span);
        Some(self.block_of(out, value, span))
    }

    /// Runs through the chain: whether there was an item, and the one that was found.
    fn found(&mut self, call: &syn::ExprMethodCall, out: &mut Vec<Stmt>) -> Option<(VarId, VarId)> {
        let span = call.method.span();
        let name = call.method.to_string();
        if let (Some(begun), "next") = (self.begun(&call.receiver), name.as_str()) {
            let found = self.advance(begun, span, out);
            if found.is_none() {
                self.refuse(&diag::ITERATOR, &call.method, &[&name]);
            }
            return found;
        }
        let mut chain = self.read_chain(&call.receiver, out)?;
        let arg = call.args.first();
        if name == "position" {
            chain = Chain::Enumerate(Box::new(chain));
        }
        let nth = match (name.as_str(), arg) {
            ("nth", Some(count)) => {
                let count = self.integer(count);
                chain = Chain::Skip(Box::new(chain), self.fixed("count", count, out));
                true
            }
            (name, _) => name == "next",
        };
        let f = match arg.filter(|_| !nth) {
            Some(f) if matches!(name.as_str(), "max_by" | "min_by") => Some(self.above(f, out)?.0),
            Some(f) => Some(self.callable(f, out)?),
            None => None,
        };
        let no = self.truth(false, span);
        let any = self.counter_var("any", no, out);
        let ty = self.unknown();
        let found = self.bind_hidden("found", ty.clone(), span);
        let mut loops = Vec::new();
        let stops = nth || matches!(name.as_str(), "position" | "find");
        self.drive_stopping(&chain, span, &mut loops, &mut |this, stop, _, item, out| {
            if stops {
                return this.first(&name, f.as_ref(), (any, found, &ty), stop, item, span, out);
            }
            let item = match this.settle(item, out) {
                Item::Place(place, _) => Item::value(this.read(place)),
                item => item,
            };
            let value = this.one_value(&item, span);
            this.expect(&value, &ty);
            let mut then = Vec::new();
            match (name.as_str(), &f) {
                ("reduce", Some(f)) => {
                    let at = f.tokens();
                    let items = vec![Item::Carried(found), item];
                    let value = this.apply(f, items, true, &at, &mut then);
                    this.carry(found, value, &mut then);
                }
                ("last", _) => this.carry(found, value.clone(), &mut then),
                (name, f) => {
                    let old = Item::value(this.read_var(found, span));
                    let cond = match f {
                        Some(above) => {
                            let at = above.tokens();
                            let mut cond = this.apply(above, vec![old, item], true, &at, &mut then);
                            this.expect_truth(&mut cond);
                            cond
                        }
                        None => {
                            let old = this.read_var(found, span);
                            this.expect(&value, &Ty::Int);
                            this.int_test(BinOp::Gt, old, value.clone(), span)
                        }
                    };
                    // Of equals, `max` takes the last and `min` the first.
                    let cond = if name.starts_with("max") {
                        this.not(cond)
                    } else {
                        cond
                    };
                    let mut take = Vec::new();
                    this.carry(found, value.clone(), &mut take);
                    then.push(this.when(cond, take, Vec::new()));
                }
            }
            let mut els = Vec::new();
            let yes = this.truth(true, span);
            this.set(any, yes, &mut els);
            this.carry(found, value, &mut els);
            let cond = this.read_var(any, span);
            out.push(this.when(cond, then, els));
        });
        let Some(blank) = self.blank(&ty, span) else {
            self.refuse(&diag::ITERATOR, &call.method, &[&name]);
            return None;
        };
        let (pat, init) = (Pat::Var(found), Some(blank));
        out.push(stmt(StmtKind::Let { pat, init }, span));
        out.append(&mut loops);
        Some((any, found))
    }

    /// The first item, or the first of which `f` holds.
    #[expect(clippy::too_many_arguments, reason = "the parts of one loop")]
    fn first(
        &mut self,
        name: &str,
        f: Option<&Callable>,
        (any, found, ty): (VarId, VarId, &Ty),
        stop: crate::compiler::hir::LoopId,
        item: Item,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let item = self.settle(item, out);
        let (tested, item) = match (name, item) {
            ("position", Item::Tuple(mut parts)) if parts.len() == 2 => {
                let index = parts.swap_remove(0);
                (parts.pop(), index)
            }
            (_, item) => (Some(item.clone()), item),
        };
        let mut then = Vec::new();
        let value = self.one_value(&item, span);
        self.expect(&value, ty);
        let yes = self.truth(true, span);
        self.set(any, yes, &mut then);
        self.carry(found, value, &mut then);
        then.push(stmt(StmtKind::Break(stop), span));
        match (f, tested) {
            (Some(f), Some(tested)) => {
                let cond = self.predicate(f, tested, span, out);
                out.push(self.when(cond, then, Vec::new()));
            }
            _ => out.append(&mut then),
        }
    }

    /// Stands for what was not found.
    pub(super) fn blank(&mut self, ty: &Ty, span: Span) -> Option<Expr> {
        let ty = self.infer.strip(ty);
        Some(match &ty {
            Ty::Int => self.number(0, span),
            Ty::Bool => self.truth(false, span),
            Ty::Tuple(parts) => {
                let parts: Option<Vec<Expr>> =
                    parts.iter().map(|part| self.blank(part, span)).collect();
                self.make(ExprKind::Tuple(parts?), ty.clone(), span)
            }
            Ty::Real(_) => self.lit(quote!(0.0), ty.clone(), span),
            ty if self.infer.may_be_real(ty) && ty.element().is_none() => {
                let float = self.float_of(ty);
                let value = self.lit(quote!(0.0), float, span);
                self.expect(&value, ty);
                value
            }
            ty if self.is_error(ty) => self.error(quote!(0)),
            _ => {
                self.undecided |= self.infer.is_open(&ty);
                return None;
            }
        })
    }
}
