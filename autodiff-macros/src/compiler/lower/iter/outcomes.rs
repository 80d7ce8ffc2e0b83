//! `collect` into an `Option` or a `Result` of a vector, and `try_fold`: up to the first item without a value.
//!
//! ```text
//! xs.iter().map(f).collect::<Result<Vec<_>, _>>()
//! →  let mut list = Vec::new(); let mut whole = true; let outcome;
//!    for i in 0..len(xs) { match f(xs[i]) { Ok(v) => list.push(v), Err(e) => { outcome = Err(e); whole = false; break } } }
//!    if whole { outcome = Ok(list) }; outcome
//! ```

use proc_macro2::Span;

use super::{Chain, Item};
use quote::quote;

use crate::compiler::diag;
use crate::compiler::hir::{Expr, ExprKind, LoopId, Stmt, StmtKind, Ty, VarId};
use crate::compiler::lower::infer::{Kind, outcome};
use crate::compiler::lower::{Lower, stmt};
use crate::compiler::parse::types;

impl Lower<'_> {
    /// The elements of the vector in the `Option` or `Result` that is collected into; `None` if it is none.
    pub(super) fn outcome_of_vec(&mut self, ty: &syn::Type) -> Option<Ty> {
        let syn::Type::Path(path) = types::bare(ty) else {
            return None;
        };
        let last = path.path.segments.last()?;
        let syn::PathArguments::AngleBracketed(args) = &last.arguments else {
            return None;
        };
        let Some(syn::GenericArgument::Type(vec)) = args.args.first() else {
            return None;
        };
        if !(last.ident == "Option" || last.ident == "Result") || !super::collect::is_vec(vec) {
            return None;
        }
        match self.annotation(vec) {
            Ty::Vec(inner) => Some(*inner),
            _ => Some(self.infer.fresh(Kind::Const)),
        }
    }

    pub(super) fn collect_outcomes(
        &mut self,
        inner: Ty,
        chain: &Chain,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let list_ty = Ty::Vec(Box::new(inner));
        let list = self.bind_hidden("list", list_ty.clone(), span);
        self.start_empty(list, span, out);
        let start = self.truth(true, span);
        let whole = self.counter_var("whole", start, out);
        let collected = self.temp("collected", outcome(list_ty), span);
        self.declare(collected, out);
        self.drive_stopping(chain, span, out, &mut |this, stop, _, item, out| {
            let item = this.one_value(&item, span);
            if this.is_error(&item.ty) {
                return;
            }
            if !this.becomes_outcome(&item.ty) {
                let at = diag::token_at(span);
                this.refuse(&diag::COLLECT, &at, &["an `Option` or a `Result`"]);
                return;
            }
            let value = this.or_stop(item, (collected, whole, stop), span, out);
            let place = this.whole(list, span);
            this.push_item(place, Item::value(value), span, out);
        });
        self.all_of_it((list, collected, whole), span, out)
    }

    /// `xs.iter().try_fold(init, f)`
    pub(super) fn try_fold(
        &mut self,
        chain: &Chain,
        (init, f): (&syn::Expr, &syn::Expr),
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let Some((acc, f)) = self.start_fold(init, f, out) else {
            return self.error(quote!(#f));
        };
        let start = self.truth(true, span);
        let whole = self.counter_var("whole", start, out);
        let folded = self.temp("folded", outcome(self.var(acc).ty.clone()), span);
        self.declare(folded, out);
        let at = f.tokens();
        self.drive_stopping(chain, span, out, &mut |this, stop, _, item, out| {
            let value = this.apply(&f, vec![Item::Carried(acc), item], true, &at, out);
            if this.is_error(&value.ty) {
                return;
            }
            if !this.becomes_outcome(&value.ty) {
                this.refuse(&diag::ITERATOR_OPTION, &at, &[]);
                return;
            }
            let value = this.or_stop(value, (folded, whole, stop), span, out);
            this.carry(acc, value, out);
        });
        self.all_of_it((acc, folded, whole), span, out)
    }

    /// The value that an item has, or else the end of the loop, with `result` as what came out.
    fn or_stop(
        &mut self,
        item: Expr,
        (result, whole, stop): (VarId, VarId, LoopId),
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let parts = self.take_apart(item, span, out);
        let error = self.read_var(parts.error, span);
        let failure = self.without_value(error, span);
        let mut els = Vec::new();
        self.come_out(result, failure, &mut els);
        let failed = self.truth(false, span);
        self.set(whole, failed, &mut els);
        els.push(stmt(StmtKind::Break(stop), span));
        let ok = self.read_var(parts.ok, span);
        out.push(self.when(ok, Vec::new(), els));
        self.read_var(parts.value, span)
    }

    /// `if whole { result = Ok(value) }; result`
    fn all_of_it(
        &mut self,
        (value, result, whole): (VarId, VarId, VarId),
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let truth = self.truth(true, span);
        let parts = vec![
            truth,
            self.read_var(value, span),
            self.no_error(false, span),
        ];
        let ty = self.var(result).ty.clone();
        let success = self.make(ExprKind::Tuple(parts), ty, span);
        let mut then = Vec::new();
        self.come_out(result, success, &mut then);
        let whole = self.read_var(whole, span);
        out.push(self.when(whole, then, Vec::new()));
        self.read_var(result, span)
    }

    /// `var = value`
    fn come_out(&mut self, var: VarId, value: Expr, out: &mut Vec<Stmt>) {
        let value = crate::compiler::lower::value::flatten(value, out);
        let ty = self.var(var).ty.clone();
        self.expect(&value, &ty);
        self.set(var, value, out);
    }
}
