//! `Option` and `Result` that carry a derivative: `Some(x)`, `None`, `Ok(x)`, `Err(e)`, `?`.
//!
//! In: `syn`. Out: a tuple of a flag, the value and the error ([`infer::outcome`](super::infer::outcome)).
//! Where there is no value, one that is never read stands in. Errors are constants. What is made of
//! constants only stays the `Option` or `Result` that the user wrote.

use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use super::infer::{Kind, outcome};
use super::scope::Name;
use super::{Lower, stmt};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{Block, Expr, ExprKind, Pat, Stmt, StmtKind, Ty, VarId};
use crate::compiler::parse::types;

/// The parts of an `Option` or `Result`, each under a name.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    pub(super) ok: VarId,
    pub(super) value: VarId,
    pub(super) error: VarId,
}

impl Lower<'_> {
    /// `Some(x)`, `Ok(x)`, `Err(e)`; `None` if it stays as written.
    pub(super) fn outcome_call(
        &mut self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
    ) -> Option<Expr> {
        if path.qself.is_some()
            || !super::match_::is_outcome_path(&path.path)
            || call.args.len() != 1
        {
            return None;
        }
        let name = path.path.segments.last()?.ident.to_string();
        let span = path.span();
        let own = self.infer.payload(&self.result).is_some();
        let arg = self.operand(&call.args[0]);
        match name.as_str() {
            "Err" if self.carries_real(&arg) => Some(self.refuse(
                &diag::ERROR_VALUE,
                &call.args[0],
                &[&text_of(&call.args[0])],
            )),
            "Err" if own => Some(self.failure(arg, &call.args[0], span)),
            "Some" | "Ok" => {
                self.undecided |= self.infer.is_open(&arg.ty);
                let real = self.infer.may_be_real(&arg.ty);
                let nothing = matches!(self.infer.strip(&arg.ty), Ty::Unit);
                let answer = own && self.is_answer(&arg.ty);
                if !(real || own && (name == "Ok" || nothing) || answer) {
                    return Some(self.constant_call(call, vec![arg], true));
                }
                let none = self.no_error(name == "Some", span);
                let ty = outcome(arg.ty.clone());
                let truth = self.truth(true, span);
                Some(self.make(ExprKind::Tuple(vec![truth, arg, none]), ty, span))
            }
            _ => Some(self.constant_call(call, vec![arg], true)),
        }
    }

    /// True for what the function gives in an `Option`, if that is an integer or a truth value, or made of them.
    fn is_answer(&self, ty: &Ty) -> bool {
        let wanted = self.infer.payload(&self.result);
        let wanted = wanted.map(|value| self.infer.resolve(&value));
        wanted.is_some_and(|value| types::is_answer(&value))
            && types::is_answer(&self.infer.resolve(ty))
    }

    /// `Error::Domain { at, what }`: a variant of an enum is a constant.
    pub(super) fn variant_literal(&mut self, literal: &syn::ExprStruct) -> Expr {
        if literal.rest.is_some() {
            return self.struct_literal(literal);
        }
        let mut parts = Vec::new();
        for field in &literal.fields {
            let value = self.operand(&field.expr);
            if self.carries_real(&value) {
                let text = text_of(&literal.path);
                return self.refuse(&diag::ENUM_PATTERN, &literal.path, &[&text]);
            }
            self.undecided |= self.infer.is_open(&value.ty);
            parts.push((value, field.expr.to_token_stream()));
        }
        let path = &literal.path;
        let pure = parts.iter().all(|(part, _)| self.is_copied(part));
        let names = literal.fields.iter().map(|field| &field.member);
        self.compose(
            parts,
            pure,
            Ty::Opaque,
            path.span(),
            |parts| quote!(#path { #(#names: #parts),* }),
        )
    }

    /// A closure that uses constants only, as it is written.
    pub(super) fn constant_closure(&mut self, closure: &syn::ExprClosure) -> Option<Expr> {
        let own = super::scope::identifiers(closure.inputs.to_token_stream());
        let mut uses = Vec::new();
        for ident in super::scope::identifiers(closure.body.to_token_stream()) {
            if own.contains(&ident) {
                continue;
            }
            match self.peek_name(&ident) {
                Some(Name::Var(var)) => {
                    let (facts, known) = (&self.facts[var.0 as usize], self.var(var));
                    let plain = facts.named && facts.held.is_none() && !known.mutable;
                    let (name, ty) = (known.name.clone(), known.ty.clone());
                    if !plain || self.infer.may_be_real(&ty) || self.infer.payload(&ty).is_some() {
                        return None;
                    }
                    self.undecided |= self.infer.is_open(&ty);
                    uses.push((name, var));
                }
                Some(Name::Error) => return None,
                _ => {}
            }
        }
        let span = closure.or1_token.span();
        Some(self.opaque(closure.to_token_stream(), uses, false, Ty::Opaque, span))
    }

    /// `Err(e)`
    fn failure(&mut self, error: Expr, source: &syn::Expr, span: Span) -> Expr {
        let error = self.compose(
            vec![(error, source.to_token_stream())],
            true,
            Ty::Maybe,
            span,
            |parts| {
                let error = &parts[0];
                quote!(::core::option::Option::Some(#error))
            },
        );
        self.without_value(error, span)
    }

    /// No value, and this error.
    pub(super) fn without_value(&mut self, error: Expr, span: Span) -> Expr {
        let ty = self.infer.fresh(Kind::Const);
        let hole = self.temp("hole", ty.clone(), span);
        let mut stmts = Vec::new();
        self.declare(hole, &mut stmts);
        let value = self.read_var(hole, span);
        let parts = vec![self.truth(false, span), value, error];
        let ty = outcome(ty);
        let value = self.make(ExprKind::Tuple(parts), ty.clone(), span);
        let value = Some(Box::new(value));
        self.make(ExprKind::Block(Block { stmts, value }), ty, span)
    }

    /// The error that a value does not have.
    pub(super) fn no_error(&self, option: bool, span: Span) -> Expr {
        let krate = &self.options.krate;
        let tokens = match option {
            true => quote!(::core::option::Option::<#krate::__private::Missing>::None),
            false => quote!(::core::option::Option::None),
        };
        self.opaque(tokens, Vec::new(), true, Ty::Maybe, span)
    }

    /// `None`: what it is the uses decide.
    pub(super) fn none_path(&mut self, path: &syn::ExprPath) -> Expr {
        let ty = self.infer.fresh(Kind::Const);
        self.opaque(path.to_token_stream(), Vec::new(), true, ty, path.span())
    }

    /// An undecided type is an `Option` or `Result` that carries a derivative, if it comes from a call
    /// that may. False for constants, which stay as they are.
    pub(super) fn becomes_outcome(&mut self, ty: &Ty) -> bool {
        let ty = self.infer.strip(ty);
        if self.infer.payload(&ty).is_some() {
            return true;
        }
        match self.infer.kind(&ty).cloned() {
            Some(Kind::Call | Kind::Path { real: true, .. }) => {
                let outcome = self.unread_outcome();
                self.infer.unify(&ty, &outcome).is_ok()
            }
            Some(Kind::Const | Kind::Path { .. }) => {
                self.undecided = true;
                false
            }
            _ => false,
        }
    }

    /// An `Option` or `Result` that a call gave: whether there is a value may be all that is asked.
    pub(super) fn unread_outcome(&mut self) -> Ty {
        let value = self.infer.fresh(Kind::Call);
        self.infer.ignore(&value);
        outcome(value)
    }

    /// `e?`
    pub(super) fn try_value(&mut self, found: &syn::ExprTry) -> Expr {
        if let Some(value) = self.tried_conversion(&found.expr) {
            return value;
        }
        let span = found.question_token.span();
        let value = self.operand(&found.expr);
        if self.is_error(&value.ty) {
            return value;
        }
        let value = self.loaded(&value, "?", true).unwrap_or(value);
        if !self.becomes_outcome(&value.ty) {
            return self.try_constant(value, found);
        }
        let mut stmts = Vec::new();
        let parts = self.take_apart(value, span, &mut stmts);
        let krate = &self.options.krate;
        let error = self.var(parts.error).name.clone();
        let tokens = quote!(#krate::__private::converted(#error));
        let error = self.opaque(tokens, vec![(error, parts.error)], true, Ty::Maybe, span);
        let early = self.without_value(error, span);
        self.leave_unless(parts.ok, early, span, &mut stmts);
        let value = self.read_var(parts.value, span);
        let ty = value.ty.clone();
        let value = Some(Box::new(value));
        let value = self.make(ExprKind::Block(Block { stmts, value }), ty, span);
        self.with_source(value, found)
    }

    /// `if !ok { return early }`
    pub(super) fn leave_unless(
        &mut self,
        ok: VarId,
        early: Expr,
        span: Span,
        stmts: &mut Vec<Stmt>,
    ) {
        let mut inner = Vec::new();
        if let Some((id, dest)) = self.closure_exit() {
            if let Some(var) = dest {
                let early = super::value::flatten(early, &mut inner);
                let ty = self.var(var).ty.clone();
                self.expect(&early, &ty);
                let kind = StmtKind::Assign {
                    place: self.whole(var, span),
                    op: None,
                    value: early,
                };
                inner.push(stmt(kind, span));
            }
            inner.push(stmt(StmtKind::Break(id), span));
            return self.unless(ok, inner, span, stmts);
        }
        let early = match self.infer.payload(&self.result) {
            Some(_) => {
                let early = super::value::flatten(early, &mut inner);
                let result = self.result.clone();
                self.expect(&early, &result);
                Some(early)
            }
            None => {
                self.diags.report(&diag::TRY_RESULT, span, &[]);
                None
            }
        };
        inner.push(stmt(StmtKind::Return(early), span));
        self.unless(ok, inner, span, stmts);
    }

    /// `if !ok { inner }`
    fn unless(&mut self, ok: VarId, inner: Vec<Stmt>, span: Span, stmts: &mut Vec<Stmt>) {
        let kind = StmtKind::If {
            cond: self.read_var(ok, span),
            then: Block::default(),
            els: Block {
                stmts: inner,
                value: None,
            },
        };
        stmts.push(stmt(kind, span));
    }

    /// `?` on a constant: the value is a constant, too.
    fn try_constant(&mut self, value: Expr, found: &syn::ExprTry) -> Expr {
        let span = found.question_token.span();
        let krate = self.options.krate.clone();
        let mut stmts = Vec::new();
        let whole = self.named_constant("outcome", value, &mut stmts);
        let name = self.var(whole).name.clone();
        let uses = vec![(name.clone(), whole)];
        let parted = quote!(#krate::__private::Outcome::into_result(#name));
        let tried = self.opaque(parted, uses, false, Ty::Opaque, span);
        let tried = self.named_constant("tried", tried, &mut stmts);
        let name = self.var(tried).name.clone();
        let uses = || vec![(name.clone(), tried)];
        let ok = quote!(#krate::__private::core::result::Result::is_ok(&#name));
        let ok = self.opaque(ok, uses(), true, Ty::Bool, span);
        let flag = self.temp("ok", Ty::Bool, span);
        let (pat, init) = (Pat::Var(flag), Some(ok));
        stmts.push(stmt(StmtKind::Let { pat, init }, span));
        let error = quote!(#krate::__private::converted(#krate::__private::core::result::Result::err(#name)));
        let error = self.opaque(error, uses(), false, Ty::Maybe, span);
        let early = self.without_value(error, span);
        self.leave_unless(flag, early, span, &mut stmts);
        let value = quote! {
            match #name {
                #krate::__private::core::result::Result::Ok(value) => value,
                #krate::__private::core::result::Result::Err(_) => #krate::__private::core::unreachable!(),
            }
        };
        let value = self.opaque(value, uses(), false, Ty::Opaque, span);
        let value = Some(Box::new(value));
        self.make(ExprKind::Block(Block { stmts, value }), Ty::Opaque, span)
    }

    /// `let hint = constant;`
    pub(super) fn named_constant(
        &mut self,
        hint: &str,
        value: Expr,
        stmts: &mut Vec<Stmt>,
    ) -> VarId {
        let value = super::value::flatten(value, stmts);
        let span = value.span;
        let var = self.temp(hint, Ty::Opaque, span);
        self.facts[var.0 as usize].named = true;
        let (pat, init) = (Pat::Var(var), Some(value));
        stmts.push(stmt(StmtKind::Let { pat, init }, span));
        var
    }

    /// `let (ok, value, error) = outcome;`
    pub(super) fn take_apart(&mut self, value: Expr, span: Span, stmts: &mut Vec<Stmt>) -> Parts {
        let value = super::value::flatten(value, stmts);
        let payload = self.infer.payload(&value.ty).unwrap_or(Ty::Opaque);
        let parts = Parts {
            ok: self.temp("ok", Ty::Bool, span),
            value: self.temp("value", payload, span),
            error: self.temp("error", Ty::Maybe, span),
        };
        self.facts[parts.error.0 as usize].named = true;
        let pats = [parts.ok, parts.value, parts.error].map(Pat::Var);
        let (pat, init) = (Pat::Tuple(pats.into()), Some(value));
        stmts.push(stmt(StmtKind::Let { pat, init }, span));
        parts
    }
}

/// `Shape::Circle`: a type before the name.
pub(super) fn is_variant(path: &syn::Path) -> bool {
    let mut segments = path.segments.iter().rev();
    let [last, owner] = [segments.next(), segments.next()].map(|segment| {
        let name = segment.map(|segment| segment.ident.to_string());
        name.is_some_and(|name| {
            name.trim_start_matches("r#")
                .starts_with(char::is_uppercase)
        })
    });
    last && owner
}

/// True for the path `None`.
pub(super) fn is_none(path: &syn::ExprPath) -> bool {
    path.qself.is_none()
        && super::match_::is_outcome_path(&path.path)
        && path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "None")
}
