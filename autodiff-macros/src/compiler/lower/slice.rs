//! Methods of slices and vectors that change them, as loops over their elements.
//!
//! ```text
//! a.fill(v);             →  let slice = &mut a; let value = v; for i in 0..slice.len() { slice[i] = value }
//! a.copy_from_slice(&b); →  … assert_eq!(lengths) … for i in 0..slice.len() { slice[i] = other[i] }
//! a.swap(i, j);          →  … let first = slice[i]; slice[i] = slice[j]; slice[j] = first
//! ```

use proc_macro2::Span;
use quote::{ToTokens, quote};

use super::expr::bare;
use super::infer::Kind;
use super::{Lower, stmt};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{
    Expr, ExprKind, Place, Proj, Range, Stmt, StmtKind, Ty, VarId, Verbatim,
};

impl Lower<'_> {
    /// A method call in the place of a statement; false if it has no form of its own.
    pub(super) fn method_statement(
        &mut self,
        call: &syn::ExprMethodCall,
        out: &mut Vec<Stmt>,
    ) -> bool {
        let receiver = bare(&call.receiver);
        if self.is_struct_variable(receiver) {
            return false;
        }
        if self.rearrange(call, out) {
            return true;
        }
        let name = call.method.to_string();
        let known = matches!(
            (name.as_str(), call.args.len()),
            (
                "fill"
                    | "copy_from_slice"
                    | "clone_from_slice"
                    | "push"
                    | "extend"
                    | "extend_from_slice",
                1
            ) | ("swap", 2)
        );
        let opaque = |e| self.is_opaque_place(e);
        if !known || !self.is_place(receiver) || opaque(receiver) || self.adds_to_text(call) {
            return false;
        }
        if let Some(var) = self.root(receiver) {
            self.check_change(var, receiver);
            self.check_changed_receiver(receiver);
        }
        match name.as_str() {
            "push" => self.push(call, receiver, out),
            "fill" => self.fill(call, receiver, out),
            "swap" => self.swap(call, receiver, out),
            "extend" | "extend_from_slice" => {
                let place = self.place(receiver);
                self.extend(call, place, out);
            }
            _ => self.copy_from(call, receiver, out),
        }
        true
    }

    /// `label.push('x')`, of a `String`.
    fn adds_to_text(&self, call: &syn::ExprMethodCall) -> bool {
        let var = match bare(&call.receiver) {
            syn::Expr::Path(path) => self.local(path),
            _ => None,
        };
        call.method == "push" && var.is_some_and(|var| self.facts[var.0 as usize].text)
    }

    fn push(&mut self, call: &syn::ExprMethodCall, receiver: &syn::Expr, out: &mut Vec<Stmt>) {
        let value = self.operand(&call.args[0]);
        let place = self.place(receiver);
        let span = call.method.span();
        let elements = Expr {
            ty: Ty::Vec(Box::new(value.ty.clone())),
            ..value.clone()
        };
        self.refuse_hidden_real(&place, &elements);
        let inner = self.open(&value.ty);
        let vec = Ty::Vec(Box::new(inner));
        let found = self.infer.strip(&place.ty);
        let fits = matches!(found, Ty::Vec(_))
            || self.infer.kind(&found).is_some()
            || matches!(found, Ty::Seq(_));
        if !fits || self.infer.unify(&place.ty, &vec).is_err() {
            let kind = self.type_name(&place.ty);
            self.diags.report(
                &diag::TYPE_MISMATCH,
                span,
                &["a vector of such elements", kind],
            );
            return;
        }
        out.push(stmt(StmtKind::Push { place, value }, span));
    }

    /// `let slice = &mut receiver;`
    pub(super) fn slice_alias(
        &mut self,
        receiver: &syn::Expr,
        hint: &str,
        mutable: bool,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Option<(VarId, Ty)> {
        let place = self.place(receiver);
        let Some(inner) = self.element_of(&place.ty) else {
            let args = [text_of(receiver), self.type_name(&place.ty).to_owned()];
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            self.diags.report_at(&diag::NOT_INDEXED, receiver, &args);
            return None;
        };
        let whole = self.infer.strip(&place.ty);
        let ty = Ty::Ref(mutable, Box::new(whole));
        let root = place.root;
        let var = self.temp(hint, ty, span);
        self.facts[var.0 as usize].alias_of = Some(root);
        out.push(stmt(StmtKind::Alias { var, place }, span));
        Some((var, inner))
    }

    fn element_place(&self, var: VarId, at: Expr, inner: &Ty, span: Span) -> Place {
        Place {
            root: var,
            path: vec![Proj::Index(at)],
            ty: inner.clone(),
            span,
        }
    }

    /// `for i in 0..slice.len() { slice[i] = value(i) }`
    fn for_each(
        &mut self,
        slice: VarId,
        inner: &Ty,
        span: Span,
        value: impl FnOnce(&mut Self, Expr) -> Expr,
        out: &mut Vec<Stmt>,
    ) {
        let id = self.loop_id();
        let var = self.temp("i", Ty::Int, span);
        let at = self.read_var(var, span);
        let value = value(self, at.clone());
        let place = self.element_place(slice, at, inner, span);
        self.expect(&value, inner);
        self.refuse_hidden_real(&place, &value);
        let kind = StmtKind::Assign {
            place,
            op: None,
            value,
        };
        let body = crate::compiler::hir::Block {
            stmts: vec![stmt(kind, span)],
            value: None,
        };
        let range = Range {
            lo: self.number(0, span),
            hi: self.length_of(slice, span),
            inclusive: false,
            step: None,
            rev: false,
            rev_first: false,
        };
        let kind = StmtKind::For {
            id,
            var,
            range,
            body,
        };
        out.push(stmt(kind, span));
    }

    pub(super) fn length_of(&self, var: VarId, span: Span) -> Expr {
        let place = self.whole(var, span);
        self.make(ExprKind::Len(place), Ty::Int, span)
    }

    fn fill(&mut self, call: &syn::ExprMethodCall, receiver: &syn::Expr, out: &mut Vec<Stmt>) {
        let span = call.method.span();
        let Some((slice, inner)) = self.slice_alias(receiver, "slice", true, span, out) else {
            return;
        };
        let value = self.operand(&call.args[0]);
        self.expect(&value, &inner);
        if !self.is_moved(&inner) {
            self.refuse(&diag::ELEMENTS_NOT_COPY, &call.method, &["fill"]);
            return;
        }
        let value = self.named("value", value, out);
        let read = |this: &mut Self, _| {
            let value = this.whole(value, span);
            this.element_value(value, span)
        };
        self.for_each(slice, &inner, span, read, out);
    }

    fn swap(&mut self, call: &syn::ExprMethodCall, receiver: &syn::Expr, out: &mut Vec<Stmt>) {
        let span = call.method.span();
        let Some((slice, inner)) = self.slice_alias(receiver, "slice", true, span, out) else {
            return;
        };
        if !self.is_moved(&inner) {
            self.refuse(&diag::ELEMENTS_NOT_COPY, &call.method, &["swap"]);
            return;
        }
        let mut at = Vec::new();
        for (arg, hint) in call.args.iter().zip(["from", "to"]) {
            let value = self.integer(arg);
            at.push(self.named(hint, value, out));
        }
        let index = |this: &Self, i: usize| this.read_var(at[i], span);
        let (a, b) = (index(self, 0), index(self, 1));
        let first = self.element_place(slice, a, &inner, span);
        let second = self.element_place(slice, b, &inner, span);
        let kept = self.element_value(first.clone(), span);
        let kept = self.named("kept", kept, out);
        let moved = self.element_value(second.clone(), span);
        self.push_assign(first, None, moved, span, out);
        let kept = self.read_var(kept, span);
        self.push_assign(second, None, kept, span, out);
    }

    fn copy_from(&mut self, call: &syn::ExprMethodCall, receiver: &syn::Expr, out: &mut Vec<Stmt>) {
        let span = call.method.span();
        let Some((slice, inner)) = self.slice_alias(receiver, "slice", true, span, out) else {
            return;
        };
        if !self.is_moved(&inner) {
            self.refuse(&diag::ELEMENTS_NOT_COPY, &call.method, &["copy_from_slice"]);
            return;
        }
        let source = match bare(&call.args[0]) {
            syn::Expr::Reference(reference) => bare(&reference.expr),
            source => source,
        };
        if !self.is_place(source) || self.is_opaque_place(source) {
            return self.copy_from_value(call, source, slice, &inner, out);
        }
        let Some((other, from)) = self.slice_alias(source, "other", false, span, out) else {
            return;
        };
        self.copy_elements(slice, other, &inner, from, span, out);
    }

    /// `a.copy_from_slice(&[x, y]);`
    fn copy_from_value(
        &mut self,
        call: &syn::ExprMethodCall,
        source: &syn::Expr,
        slice: VarId,
        inner: &Ty,
        out: &mut Vec<Stmt>,
    ) {
        let value = self.operand(source);
        let Some(from) = self.element_of(&value.ty) else {
            if !self.is_error(&value.ty) {
                let arg = &call.args[0];
                self.refuse(&diag::COPY_SOURCE, arg, &[&text_of(arg)]);
            }
            return;
        };
        let other = self.named("other", value, out);
        self.copy_elements(slice, other, inner, from, call.method.span(), out);
    }

    fn copy_elements(
        &mut self,
        slice: VarId,
        other: VarId,
        inner: &Ty,
        from: Ty,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let text = "copy_from_slice: source and destination have different lengths";
        self.assert_same(text, [slice, other], span, out);
        let read = |this: &mut Self, at: Expr| {
            let place = this.element_place(other, at, &from, span);
            this.element_value(place, span)
        };
        self.for_each(slice, inner, span, read, out);
    }

    /// As the method itself: slices of different lengths are a panic.
    pub(super) fn assert_same(
        &mut self,
        text: &str,
        [to, from]: [VarId; 2],
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let lengths = [(to, "to_len"), (from, "from_len")].map(|(var, hint)| {
            let len = self.length_of(var, span);
            self.named(hint, len, out)
        });
        let uses: Vec<_> = lengths
            .iter()
            .map(|var| (self.var(*var).name.clone(), *var))
            .collect();
        let (a, b) = (&uses[0].0, &uses[1].0);
        let krate = &self.options.krate;
        let tokens = quote! {
            #krate::__private::core::assert_eq!(#a, #b, #text);
        };
        let code = Verbatim {
            tokens: respan(tokens, span),
            uses,
            pure: false,
        };
        out.push(stmt(
            StmtKind::Effect {
                code,
                diverges: false,
            },
            span,
        ));
    }

    /// `let (a, b) = v.split_at(k);` gives two names for parts of `v`.
    pub(super) fn let_split(
        &mut self,
        pat: &syn::Pat,
        init: &syn::Expr,
        out: &mut Vec<Stmt>,
    ) -> bool {
        let (syn::Pat::Tuple(pats), syn::Expr::MethodCall(call)) = (pat, init) else {
            return false;
        };
        let mutable = call.method == "split_at_mut";
        let receiver = bare(&call.receiver);
        let fits = (mutable || call.method == "split_at")
            && call.args.len() == 1
            && pats.elems.len() == 2
            && self.is_place(receiver)
            && !self.is_opaque_place(receiver);
        if !fits {
            return false;
        }
        let span = call.method.span();
        let at = self.integer(&call.args[0]);
        let at = self.named("at", at, out);
        let place = self.place(receiver);
        let inner = self.element_of(&place.ty);
        let inner = inner.unwrap_or_else(|| self.infer.fresh(Kind::Error));
        for (i, pat) in pats.elems.iter().enumerate() {
            let end = Some(self.read_var(at, span));
            let (lo, hi) = if i == 0 { (None, end) } else { (end, None) };
            let mut part = place.clone();
            part.path.push(Proj::Slice {
                lo,
                hi,
                inclusive: false,
            });
            part.ty = Ty::Slice(Box::new(inner.clone()));
            let ty = Ty::Ref(mutable, Box::new(part.ty.clone()));
            self.bind_part(pat, part, ty, out);
        }
        true
    }
}

/// Gives every token the place of `span`.
fn respan(tokens: proc_macro2::TokenStream, span: Span) -> proc_macro2::TokenStream {
    let span = Span::call_site().located_at(span);
    tokens
        .into_iter()
        .map(|mut token| {
            token.set_span(span);
            token.into_token_stream()
        })
        .collect()
}
