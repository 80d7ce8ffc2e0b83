//! `collect`, `unzip`, `extend`: vectors of items.
//!
//! Where the number of items is known and they are numbers, the vector is filled by index, which
//! needs no record; else items are pushed.

use proc_macro2::Span;
use quote::quote;

use super::seq::At;
use super::{Chain, Item};
use crate::compiler::diag::{self, text_of, text_of_type};
use crate::compiler::hir::{
    BinOp, Block, Expr, ExprKind, Pat, Place, Proj, Range, Stmt, StmtKind, Ty, UnOp, VarId,
};
use crate::compiler::lower::infer::Kind;
use crate::compiler::lower::{Lower, stmt};
use crate::compiler::parse::types;

impl Lower<'_> {
    pub(super) fn collect(
        &mut self,
        call: &syn::ExprMethodCall,
        chain: &Chain,
        wanted: Option<Ty>,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let span = call.method.span();
        let mut inner = self.infer.fresh(Kind::Const);
        if let Some(turbofish) = &call.turbofish {
            let args = &turbofish.args;
            if let Some(syn::GenericArgument::Type(ty)) = args.first()
                && let Some(inner) = self.outcome_of_vec(ty)
            {
                return self.collect_outcomes(inner, chain, span, out);
            }
            let vec = args
                .iter()
                .all(|arg| matches!(arg, syn::GenericArgument::Type(ty) if is_vec(ty)));
            if !vec {
                return self.refuse(&diag::COLLECT, args, &[&text_of(args)]);
            }
            if let Some(Ty::Vec(element)) = self.turbofish(call) {
                inner = *element;
            }
        } else if let Some(Ty::Vec(inner)) = wanted.and_then(|ty| self.infer.payload(&ty)) {
            return self.collect_outcomes(*inner, chain, span, out);
        }
        let vec = self.bind_hidden("list", Ty::Vec(Box::new(inner.clone())), span);
        if !self.fill_by_index(chain, vec, &inner, span, out) {
            self.start_empty(vec, span, out);
            self.drive(chain, span, out, &mut |this, _, item, out| {
                let place = this.whole(vec, span);
                this.push_item(place, item, span, out);
            });
        }
        self.read_var(vec, span)
    }

    /// Refuses a `let` that declares another collection than a vector.
    pub(in crate::compiler::lower) fn check_collected(&mut self, ty: &syn::Type, init: &syn::Expr) {
        if let syn::Expr::MethodCall(call) = init
            && call.method == "collect"
            && self.is_chain(&call.receiver)
            && !may_be_vec(ty)
            && self.outcome_of_vec(ty).is_none()
        {
            self.refuse(&diag::COLLECT, ty, &[&text_of_type(ty)]);
        }
    }

    /// `let mut list = Vec::new();`
    pub(super) fn start_empty(&mut self, vec: VarId, span: Span, out: &mut Vec<Stmt>) {
        let ty = self.var(vec).ty.clone();
        let init = Some(self.make(ExprKind::List(Vec::new()), ty, span));
        let pat = Pat::Var(vec);
        out.push(stmt(StmtKind::Let { pat, init }, span));
    }

    /// `place.push(item)`
    pub(super) fn push_item(&mut self, place: Place, item: Item, span: Span, out: &mut Vec<Stmt>) {
        let value = match self.item_value(&item) {
            Some(value) => value,
            None => {
                let at = diag::token_at(span);
                self.refuse(&diag::COLLECT_REFERENCES, &at, &[])
            }
        };
        let value = crate::compiler::lower::value::flatten(value, out);
        let Some(inner) = self.element_of(&place.ty) else {
            return;
        };
        self.expect(&value, &inner);
        out.push(stmt(StmtKind::Push { place, value }, span));
    }

    /// `let mut list = vec![0.0; n]; for i in 0..n { list[i] = item }`, if the items are numbers.
    fn fill_by_index(
        &mut self,
        chain: &Chain,
        vec: VarId,
        inner: &Ty,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> bool {
        if !chain.is_indexed() || !self.counts_in_usize(chain) {
            return false;
        }
        let mut before = Vec::new();
        let Some(len) = self.count_of(chain, span, &mut before) else {
            return false;
        };
        let len = self.fixed("len", len, &mut before);
        let var = self.temp("i", Ty::Int, span);
        let index = self.read_var(var, span);
        let mut at = At {
            index: index.clone(),
            counters: &[],
            met: 0,
            span,
        };
        let mut stmts = Vec::new();
        let item = self.item_of(chain, &mut at, &mut stmts);
        let ty = self.item_type(&item);
        out.append(&mut before);
        // The result of a call may be anything until its uses are seen.
        self.undecided |= matches!(self.infer.kind(&ty), Some(Kind::Call));
        if !self.infer.is_real(&ty) {
            self.start_empty(vec, span, out);
            let place = self.whole(vec, span);
            self.push_item(place, item, span, &mut stmts);
            self.index_loop(var, len, stmts, span, out);
            return true;
        }
        let value = self.one_value(&item, span);
        let value = crate::compiler::lower::value::flatten(value, &mut stmts);
        self.expect(&value, inner);
        let float = self.float_of(&ty);
        let zero = self.lit(quote!(0.0), float, span);
        self.expect(&zero, inner);
        let vec_ty = self.var(vec).ty.clone();
        let kind = ExprKind::Repeat(Box::new(zero), Box::new(len.clone()));
        let (pat, init) = (Pat::Var(vec), Some(self.make(kind, vec_ty, span)));
        out.push(stmt(StmtKind::Let { pat, init }, span));
        let mut place = self.whole(vec, span);
        place.path.push(Proj::Index(index));
        place.ty = inner.clone();
        let op = None;
        stmts.push(stmt(StmtKind::Assign { place, op, value }, span));
        self.index_loop(var, len, stmts, span, out);
        true
    }

    pub(super) fn index_loop(
        &mut self,
        var: VarId,
        hi: Expr,
        stmts: Vec<Stmt>,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let id = self.loop_id();
        let range = Range {
            lo: self.number(0, span),
            hi,
            inclusive: false,
            step: None,
            rev: false,
            rev_first: false,
        };
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

    /// True if all ranges in the chain are known to be of `usize`.
    fn counts_in_usize(&self, chain: &Chain) -> bool {
        match chain {
            Chain::Range(range) => self.is_usize(&range.hi) || self.is_usize(&range.lo),
            Chain::From(lo) => self.is_usize(lo),
            Chain::Zip(a, b, _) => self.counts_in_usize(a) && self.counts_in_usize(b),
            Chain::Enumerate(of)
            | Chain::Rev(of, _)
            | Chain::Skip(of, _)
            | Chain::Take(of, _)
            | Chain::StepBy(of, _)
            | Chain::Cycle(of, _)
            | Chain::Copied(of)
            | Chain::Map(of, _) => self.counts_in_usize(of),
            _ => true,
        }
    }

    pub(super) fn is_usize(&self, value: &Expr) -> bool {
        match &value.kind {
            ExprKind::Len(_) => true,
            ExprKind::Lit(tokens) => tokens.to_string().ends_with("usize"),
            ExprKind::Place(place) if place.path.is_empty() => {
                let facts = &self.facts[place.root.0 as usize];
                let declared = facts.declared.as_ref().map(types::bare);
                match declared {
                    Some(syn::Type::Path(path)) => path.path.is_ident("usize"),
                    _ => facts.usize == Some(true),
                }
            }
            ExprKind::Binary(
                BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div | BinOp::Rem,
                a,
                b,
            ) => self.is_usize(a) || self.is_usize(b),
            ExprKind::Cast(_, to) => to.to_string() == "usize",
            ExprKind::Opaque(code) => self.usizes.contains(&code.tokens.to_string()),
            _ => false,
        }
    }

    /// True if the integer says that it has another type than a length.
    pub(super) fn is_no_usize(&self, value: &Expr) -> bool {
        let other = |name: &str| types::is_integer(name) && name != "usize";
        match &value.kind {
            ExprKind::Lit(tokens) => {
                let text = tokens.to_string();
                let suffix = text.find(['i', 'u']).map(|at| &text[at..]);
                !text.starts_with("0x") && suffix.is_some_and(other)
            }
            ExprKind::Unary(UnOp::Neg, _) => true,
            ExprKind::Cast(_, to) => other(&to.to_string()),
            ExprKind::Place(place) if place.path.is_empty() => {
                let facts = &self.facts[place.root.0 as usize];
                match facts.declared.as_ref().map(types::bare) {
                    Some(syn::Type::Path(path)) => {
                        let name = path.path.get_ident();
                        name.is_some_and(|name| other(&name.to_string()))
                    }
                    _ => facts.usize == Some(false),
                }
            }
            ExprKind::Binary(
                BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div | BinOp::Rem,
                a,
                b,
            ) => self.is_no_usize(a) || self.is_no_usize(b),
            _ => false,
        }
    }

    /// Notes whether a variable that was just made has the type of a length, or another one.
    pub(in crate::compiler::lower) fn note_usize(&mut self, var: VarId, value: &Expr) {
        let (usize, other) = (self.is_usize(value), self.is_no_usize(value));
        self.facts[var.0 as usize].usize = (usize || other).then_some(usize);
    }

    pub(super) fn unzip(&mut self, chain: &Chain, span: Span, out: &mut Vec<Stmt>) -> Expr {
        let lists = self.two_lists(span, out);
        self.drive(chain, span, out, &mut |this, _, item, out| {
            let parts = match this.settle(item, out) {
                Item::Tuple(parts) if parts.len() == 2 => parts,
                _ => {
                    this.diags.report(&diag::ITERATOR, span, &["unzip"]);
                    return;
                }
            };
            for (list, part) in lists.iter().zip(parts) {
                let place = this.whole(*list, span);
                this.push_item(place, part, span, out);
            }
        });
        self.pair_of(lists, span)
    }

    /// `chain.partition(f)`
    pub(super) fn partition(
        &mut self,
        chain: &Chain,
        f: &syn::Expr,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let Some(f) = self.callable(f, out) else {
            return self.error(quote!(#f));
        };
        let lists = self.two_lists(span, out);
        let [inner, other] = lists.map(|list| self.var(list).ty.clone());
        let _ = self.infer.unify(&inner, &other);
        self.drive(chain, span, out, &mut |this, _, item, out| {
            let item = this.settle(item, out);
            let cond = this.predicate(&f, item.clone(), span, out);
            let [then, els] = lists.map(|list| {
                let mut arm = Vec::new();
                let place = this.whole(list, span);
                this.push_item(place, item.clone(), span, &mut arm);
                arm
            });
            out.push(this.when(cond, then, els));
        });
        self.pair_of(lists, span)
    }

    fn two_lists(&mut self, span: Span, out: &mut Vec<Stmt>) -> [VarId; 2] {
        let inner = [Kind::Const, Kind::Const].map(|kind| self.infer.fresh(kind));
        inner.map(|inner| {
            let list = self.bind_hidden("list", Ty::Vec(Box::new(inner)), span);
            self.start_empty(list, span, out);
            list
        })
    }

    fn pair_of(&mut self, lists: [VarId; 2], span: Span) -> Expr {
        let parts = lists.map(|list| self.read_var(list, span)).to_vec();
        let ty = Ty::Tuple(parts.iter().map(|part| part.ty.clone()).collect());
        self.make(ExprKind::Tuple(parts), ty, span)
    }

    /// `v.extend(chain)`, `v.extend_from_slice(&xs)`.
    pub(in crate::compiler::lower) fn extend(
        &mut self,
        call: &syn::ExprMethodCall,
        place: Place,
        out: &mut Vec<Stmt>,
    ) {
        let span = call.method.span();
        let Some(chain) = call.args.first().and_then(|arg| self.chain_of(arg, out)) else {
            if self.diags.is_empty() {
                self.refuse(&diag::FOR_OVER, &call.args, &[&text_of(&call.args)]);
            }
            return;
        };
        self.drive(&chain, span, out, &mut |this, _, item, out| {
            let item = this.copied(item, span);
            this.push_item(place.clone(), item, span, out);
        });
    }
}

/// True for `Vec<…>` and `_`.
pub(super) fn is_vec(ty: &syn::Type) -> bool {
    match types::bare(ty) {
        syn::Type::Infer(_) => true,
        syn::Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|last| last.ident == "Vec")
        }
        _ => false,
    }
}

/// True for a vector, and for a name that may stand for one: rustc finds out.
fn may_be_vec(ty: &syn::Type) -> bool {
    const OTHERS: [&str; 2] = ["String", "OsString"];
    let named = match types::bare(ty) {
        syn::Type::Path(path) => path.path.segments.last(),
        _ => None,
    };
    let alias = |last: &syn::PathSegment| {
        last.arguments.is_none() && OTHERS.iter().all(|other| last.ident != other)
    };
    is_vec(ty) || named.is_some_and(alias)
}
