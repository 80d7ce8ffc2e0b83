//! Methods of `Option` and `Result` that carry a derivative: `map`, `unwrap_or`, `ok_or`, …
//!
//! In: the receiver, lowered, and the call. Out: an `if` on its flag. Closures are written out where
//! they are called.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use super::expr::bare;
use super::infer::outcome;
use super::outcome::Parts;
use super::scope::{Name, identifiers};
use super::{Lower, stmt};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{
    BinOp, Block, Expr, ExprKind, Place, Proj, Real, Stmt, StmtKind, Ty, VarId, Verbatim,
};

/// Methods that only an `Option` or `Result` has.
const OWN: [&str; 21] = [
    "unwrap",
    "expect",
    "unwrap_or",
    "unwrap_or_else",
    "unwrap_or_default",
    "and_then",
    "ok_or",
    "ok_or_else",
    "ok",
    "err",
    "is_some",
    "is_none",
    "is_ok",
    "is_err",
    "is_some_and",
    "is_ok_and",
    "map_or",
    "map_or_else",
    "map_err",
    "or_else",
    "map",
];

/// Methods that others have, too.
const SHARED: [&str; 8] = [
    "filter", "copied", "cloned", "as_ref", "or", "clone", "as_deref", "to_owned",
];

impl Lower<'_> {
    /// A method of an `Option` or `Result` that carries a derivative; `None` for any other receiver.
    pub(super) fn outcome_method(
        &mut self,
        receiver: &Expr,
        call: &syn::ExprMethodCall,
        name: &str,
    ) -> Option<Expr> {
        let own = OWN.contains(&name);
        let loaded = match own || SHARED.contains(&name) {
            true => self.loaded(receiver, name, own && name != "map"),
            false => None,
        };
        let receiver = loaded.as_ref().unwrap_or(receiver);
        let known = self.infer.payload(&receiver.ty).is_some();
        if !(known || own && self.is_from_call(&receiver.ty)) {
            return None;
        }
        if let Some(path) = self.infer.path_in_signature(&receiver.ty).filter(|_| own) {
            let text = text_of(&path);
            return Some(self.refuse(&diag::UNSEEN_TYPE, &call.method, &[name, &text]));
        }
        if !self.becomes_outcome(&receiver.ty) {
            return None;
        }
        if let Some(taken) = self.taken_outcome(call, name) {
            return Some(taken);
        }
        if !own && !SHARED.contains(&name) {
            return Some(self.refuse(&diag::OUTCOME_METHOD, &call.method, &[name]));
        }
        let span = call.method.span();
        let mut stmts = Vec::new();
        let parts = self.take_apart(receiver.clone(), span, &mut stmts);
        let value = self.on_parts(parts, call, name, &mut stmts);
        let ty = value.ty.clone();
        let value = Some(Box::new(value));
        let value = self.make(ExprKind::Block(Block { stmts, value }), ty, span);
        Some(self.with_source(value, call))
    }

    fn is_from_call(&self, ty: &Ty) -> bool {
        use super::infer::Kind;
        let ty = self.infer.strip(ty);
        matches!(
            self.infer.kind(&ty),
            Some(Kind::Call | Kind::Path { real: true, .. })
        )
    }

    fn on_parts(
        &mut self,
        parts: Parts,
        call: &syn::ExprMethodCall,
        name: &str,
        stmts: &mut Vec<Stmt>,
    ) -> Expr {
        let span = call.method.span();
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let ok = self.read_var(parts.ok, span);
        let error = |this: &Self| this.read_var(parts.error, span);
        match (name, &args[..]) {
            ("unwrap", []) => self.or_panic(parts, None, span, stmts),
            ("expect", [message]) => self.or_panic(parts, Some(message), span, stmts),
            ("unwrap_or", [other]) => {
                let other = self.eager(other, stmts);
                let value = self.read_var(parts.value, span);
                self.either(ok, valued(value), valued(other), span)
            }
            ("unwrap_or_default", []) => {
                let value = self.read_var(parts.value, span);
                match self.default_of(&value.ty, span) {
                    Some(other) => self.either(ok, valued(value), valued(other), span),
                    None => self.refuse(&diag::OUTCOME_METHOD, &call.method, &[name]),
                }
            }
            ("unwrap_or_else", [other]) => {
                let other = self.on_failure(other, parts, span);
                let value = self.read_var(parts.value, span);
                self.either(ok, valued(value), other, span)
            }
            ("map", [f]) => {
                let then = self.applied(f, &[parts.value], false, span);
                let inner = match &then.value {
                    Some(value) => value.ty.clone(),
                    None => Ty::Unit,
                };
                let els = valued(self.hole(&inner, span));
                let value = self.either(ok.clone(), then, els, span);
                self.outcome_of(ok, value, error(self), span)
            }
            ("and_then", [f]) => {
                let then = self.applied(f, &[parts.value], false, span);
                let early = self.without_value(error(self), span);
                let then = self.as_outcome(then, f);
                self.either(ok, then, valued(early), span)
            }
            ("filter", [f]) => {
                let keep = self.applied(f, &[parts.value], true, span);
                let keep = self.block_expr(keep, Ty::Bool, span);
                let kind = ExprKind::Binary(BinOp::And, Box::new(ok), Box::new(keep));
                let keep = self.make(kind, Ty::Bool, span);
                // The value that is not kept has no part in the result.
                let whole = self.again(parts, span);
                let early = self.without_value(error(self), span);
                self.either(keep, valued(whole), valued(early), span)
            }
            ("is_some_and" | "is_ok_and", [f]) => {
                let keep = self.applied(f, &[parts.value], false, span);
                let keep = self.block_expr(keep, Ty::Bool, span);
                let kind = ExprKind::Binary(BinOp::And, Box::new(ok), Box::new(keep));
                self.make(kind, Ty::Bool, span)
            }
            ("map_or", [other, f]) => {
                let other = self.eager(other, stmts);
                let then = self.applied(f, &[parts.value], false, span);
                self.either(ok, then, valued(other), span)
            }
            ("map_or_else", [other, f]) => {
                let els = self.on_failure(other, parts, span);
                let then = self.applied(f, &[parts.value], false, span);
                self.either(ok, then, els, span)
            }
            ("or", [other]) => {
                let other = self.eager(other, stmts);
                let whole = self.again(parts, span);
                let other = self.as_outcome(valued(other), args[0]);
                self.either(ok, valued(whole), other, span)
            }
            ("or_else", [f]) => {
                let whole = self.again(parts, span);
                let other = self.on_failure(f, parts, span);
                let other = self.as_outcome(other, f);
                self.either(ok, valued(whole), other, span)
            }
            ("ok_or", [wrong]) => {
                let wrong = self.constant_error(wrong);
                let error = self.error_unless(parts.ok, wrong, span);
                let value = self.read_var(parts.value, span);
                self.outcome_of(ok, value, error, span)
            }
            ("ok_or_else", [f]) => {
                let wrong = self.applied(f, &[], false, span);
                let wrong = self.block_expr(wrong, Ty::Opaque, span);
                let wrong = (wrong, f.to_token_stream());
                let error = self.error_unless(parts.ok, wrong, span);
                let value = self.read_var(parts.value, span);
                self.outcome_of(ok, value, error, span)
            }
            ("map_err", [f]) => {
                let error = self.mapped_error(parts.error, f, span);
                let value = self.read_var(parts.value, span);
                self.outcome_of(ok, value, error, span)
            }
            ("ok", []) => {
                let value = self.read_var(parts.value, span);
                let none = self.no_error(true, span);
                self.outcome_of(ok, value, none, span)
            }
            ("err", []) => {
                let value = error(self);
                Expr {
                    ty: Ty::Opaque,
                    ..value
                }
            }
            ("is_some" | "is_ok", []) => ok,
            ("is_none" | "is_err", []) => self.not(ok),
            ("copied" | "cloned" | "as_ref" | "clone" | "as_deref" | "to_owned", []) => {
                self.again(parts, span)
            }
            _ => self.refuse(&diag::ARGUMENT_COUNT, &call.method, &[name]),
        }
    }

    /// The value; without one, the words of std.
    fn or_panic(
        &mut self,
        parts: Parts,
        message: Option<&syn::Expr>,
        span: Span,
        stmts: &mut Vec<Stmt>,
    ) -> Expr {
        let krate = self.options.krate.clone();
        let error = self.var(parts.error).name.clone();
        let mut uses = vec![(error.clone(), parts.error)];
        let tokens = match message {
            None => quote!(#krate::__private::unwrap_failure(#error);),
            Some(syn::Expr::Lit(message)) => {
                quote!(#krate::__private::expect_failure(#error, #message);)
            }
            Some(message) => {
                let value = self.operand(message);
                let var = self.named_constant("message", value, stmts);
                let message = self.var(var).name.clone();
                uses.push((message.clone(), var));
                quote!(#krate::__private::expect_failure(#error, #message);)
            }
        };
        let code = Verbatim {
            tokens,
            uses,
            pure: false,
        };
        let kind = StmtKind::Effect {
            code,
            diverges: true,
        };
        let kind = StmtKind::If {
            cond: self.read_var(parts.ok, span),
            then: Block::default(),
            els: Block {
                stmts: vec![stmt(kind, span)],
                value: None,
            },
        };
        stmts.push(stmt(kind, span));
        self.read_var(parts.value, span)
    }

    /// An argument, which is evaluated whether it is used or not.
    fn eager(&mut self, arg: &syn::Expr, stmts: &mut Vec<Stmt>) -> Expr {
        // What stands behind a reference is found as a value.
        let value = match bare(arg) {
            syn::Expr::Reference(arg) if arg.mutability.is_none() => self.operand(&arg.expr),
            arg => self.operand(arg),
        };
        if matches!(value.kind, ExprKind::Lit(_)) {
            return value;
        }
        let value = super::value::flatten(value, stmts);
        let span = value.span;
        let ty = self.open(&value.ty);
        let var = self.temp("other", ty, span);
        let pat = crate::compiler::hir::Pat::Var(var);
        let init = Some(value);
        stmts.push(stmt(StmtKind::Let { pat, init }, span));
        self.read_var(var, span)
    }

    /// `if ok { then } else { els }`
    pub(super) fn either(&mut self, ok: Expr, mut then: Block, mut els: Block, span: Span) -> Expr {
        let ty = match (&then.value, &els.value) {
            (Some(a), Some(b)) => {
                let (a, b) = (a.clone(), b.clone());
                self.join(&a, &b)
            }
            (Some(a), None) | (None, Some(a)) => a.ty.clone(),
            (None, None) => Ty::Unit,
        };
        for block in [&mut then, &mut els] {
            if let Some(value) = &mut block.value {
                self.coerce(value, &ty);
            }
        }
        self.make(ExprKind::If(Box::new(ok), then, els), ty, span)
    }

    pub(super) fn outcome_of(&self, ok: Expr, value: Expr, error: Expr, span: Span) -> Expr {
        let ty = outcome(value.ty.clone());
        self.make(ExprKind::Tuple(vec![ok, value, error]), ty, span)
    }

    /// The parts, put together again.
    fn again(&self, parts: Parts, span: Span) -> Expr {
        let [ok, value, error] =
            [parts.ok, parts.value, parts.error].map(|var| self.read_var(var, span));
        self.outcome_of(ok, value, error, span)
    }

    /// What an arm gives is an `Option` or `Result`.
    fn as_outcome(&mut self, mut block: Block, source: &syn::Expr) -> Block {
        if let Some(value) = &mut block.value {
            if self.is_from_call(&value.ty) {
                self.becomes_outcome(&value.ty);
            }
            if self.infer.payload(&value.ty).is_none() && !matches!(value.kind, ExprKind::Opaque(_))
            {
                let found = self.type_name(&value.ty);
                self.diags.report_at(
                    &diag::TYPE_MISMATCH,
                    source,
                    &["an `Option` or a `Result`", found],
                );
            }
            if self.infer.payload(&value.ty).is_none() {
                let ty = outcome(self.infer.fresh(super::infer::Kind::Const));
                self.coerce(value, &ty);
            }
        }
        block
    }

    /// A value that is never read.
    pub(super) fn hole(&mut self, ty: &Ty, span: Span) -> Expr {
        let ty = self.open(ty);
        let var = self.temp("hole", ty.clone(), span);
        let mut stmts = Vec::new();
        self.declare(var, &mut stmts);
        let value = Some(Box::new(self.read_var(var, span)));
        self.make(ExprKind::Block(Block { stmts, value }), ty, span)
    }

    fn block_expr(&mut self, block: Block, ty: Ty, span: Span) -> Expr {
        match (block.stmts.is_empty(), block.value) {
            (true, Some(value)) => *value,
            (_, value) => {
                let ty = value.as_ref().map_or(ty, |value| value.ty.clone());
                let stmts = block.stmts;
                self.make(ExprKind::Block(Block { stmts, value }), ty, span)
            }
        }
    }

    /// An argument that becomes the error.
    fn constant_error(&mut self, arg: &syn::Expr) -> (Expr, TokenStream) {
        let value = self.operand(arg);
        if self.carries_real(&value) {
            let value = self.refuse(&diag::ERROR_VALUE, arg, &[&text_of(arg)]);
            return (value, arg.to_token_stream());
        }
        (value, arg.to_token_stream())
    }

    /// `if ok { None } else { Some(wrong) }`
    fn error_unless(&mut self, ok: VarId, wrong: (Expr, TokenStream), span: Span) -> Expr {
        if self.carries_real(&wrong.0) {
            let text = wrong.1;
            return self.refuse(&diag::ERROR_VALUE, &text, &[&text_of(&text)]);
        }
        let some = self.compose(vec![wrong], false, Ty::Maybe, span, |parts| {
            let wrong = &parts[0];
            quote!(::core::option::Option::Some(#wrong))
        });
        let none = self.no_error(false, span);
        let ok = self.read_var(ok, span);
        let (then, els) = (valued(none), valued(some));
        self.make(ExprKind::If(Box::new(ok), then, els), Ty::Maybe, span)
    }

    /// `error.map(f)`
    fn mapped_error(&mut self, error: VarId, f: &syn::Expr, span: Span) -> Expr {
        let name = self.var(error).name.clone();
        let mut uses = vec![(name.clone(), error)];
        for ident in identifiers(f.to_token_stream()) {
            if let Some(Name::Var(var)) = self.peek_name(&ident) {
                let ident = self.var(var).name.clone();
                uses.push((ident, var));
            }
        }
        let tokens = quote!(::core::option::Option::map(#name, #f));
        self.opaque(tokens, uses, false, Ty::Maybe, span)
    }

    /// A closure that is called where there is no value, perhaps with the error.
    fn on_failure(&mut self, f: &syn::Expr, parts: Parts, span: Span) -> Block {
        let takes_error =
            matches!(bare(f), syn::Expr::Closure(closure) if closure.inputs.len() == 1);
        if !takes_error {
            return self.applied(f, &[], false, span);
        }
        let mut stmts = Vec::new();
        let error = self.var(parts.error).name.clone();
        let krate = &self.options.krate;
        let tokens = quote! {
            match #error {
                ::core::option::Option::Some(error) => error,
                ::core::option::Option::None => #krate::__private::core::unreachable!(),
            }
        };
        let value = self.opaque(tokens, vec![(error, parts.error)], false, Ty::Opaque, span);
        let var = self.named_constant("failure", value, &mut stmts);
        let block = self.applied(f, &[var], false, span);
        stmts.extend(block.stmts);
        Block {
            stmts,
            value: block.value,
        }
    }

    /// A closure or a function, called.
    fn applied(&mut self, f: &syn::Expr, args: &[VarId], by_reference: bool, span: Span) -> Block {
        match bare(f) {
            syn::Expr::Closure(closure) => self.apply_closure(closure, args, by_reference),
            syn::Expr::Path(_) if !by_reference => {
                let names: Vec<Ident> =
                    args.iter().map(|var| self.var(*var).name.clone()).collect();
                let call: syn::Expr = syn::parse_quote_spanned!(span=> #f(#(#names),*));
                self.scoped(|this| {
                    for (name, var) in names.iter().zip(args) {
                        this.enter_name(name, *var);
                    }
                    valued(this.operand(&call))
                })
            }
            other => valued(self.refuse(&diag::OUTCOME_CLOSURE, other, &[&text_of(other)])),
        }
    }

    fn apply_closure(
        &mut self,
        closure: &syn::ExprClosure,
        args: &[VarId],
        by_reference: bool,
    ) -> Block {
        let jumps = super::jump::has_jump(&closure.body);
        if closure.inputs.len() != args.len() || closure.asyncness.is_some() || jumps {
            let entry = match jumps {
                true => &diag::JUMP_IN_CLOSURE,
                false => &diag::OUTCOME_CLOSURE,
            };
            return valued(self.refuse(entry, closure, &[&text_of(closure)]));
        }
        self.scoped(|this| {
            let mut stmts = Vec::new();
            for (pat, var) in closure.inputs.iter().zip(args) {
                let mut place = this.whole(*var, pat.span());
                if by_reference {
                    place.ty = Ty::Ref(false, Box::new(place.ty));
                }
                this.bind_parts(pat, place, &mut stmts);
            }
            let value = this.in_operand(|this| this.expr(&closure.body));
            let value = super::value::flatten(value, &mut stmts);
            Block {
                stmts,
                value: Some(Box::new(value)),
            }
        })
    }

    /// `Default::default()` of the types that have one here.
    fn default_of(&mut self, ty: &Ty, span: Span) -> Option<Expr> {
        let (tokens, ty) = match self.infer.strip(ty) {
            Ty::Int => (quote!(0), Ty::Int),
            Ty::Bool => (quote!(false), Ty::Bool),
            Ty::Vec(inner) => {
                let kind = ExprKind::List(Vec::new());
                return Some(self.make(kind, Ty::Vec(inner), span));
            }
            ty @ (Ty::Real(Real::F64 | Real::F32 | Real::Named(_)) | Ty::Infer(_)) => {
                (quote!(0.0), ty)
            }
            _ => return None,
        };
        Some(self.make(ExprKind::Lit(tokens), ty, span))
    }

    /// `xs.first()`, `xs.last()`, `xs.get(i)` of something that carries a derivative.
    pub(super) fn element_method(
        &mut self,
        call: &syn::ExprMethodCall,
        name: &str,
    ) -> Option<Expr> {
        let receiver = bare(&call.receiver);
        let known = matches!((name, call.args.len()), ("first" | "last", 0) | ("get", 1));
        if !known || !self.is_place(receiver) || self.is_opaque_place(receiver) {
            return None;
        }
        let place = self.in_operand(|this| this.place(receiver));
        let inner = self.infer.strip(&place.ty).element().cloned()?;
        let sliced = matches!(place.path.last(), Some(Proj::Slice { .. }));
        match self.infer.may_be_real(&inner) && !sliced {
            true => self.element_option(place, call, name),
            false => None,
        }
    }

    fn element_option(
        &mut self,
        place: Place,
        call: &syn::ExprMethodCall,
        name: &str,
    ) -> Option<Expr> {
        let span = call.method.span();
        let inner = self.infer.strip(&place.ty).element().cloned()?;
        let mut stmts = Vec::new();
        let len = self.make(ExprKind::Len(place.clone()), Ty::Int, span);
        let (at, ok) = match (name, call.args.len()) {
            ("first", 0) => (self.number(0, span), self.more(len, self.number(0, span))),
            ("last", 0) => {
                let one = self.number(1, span);
                let kind = ExprKind::Binary(BinOp::Sub, Box::new(len.clone()), Box::new(one));
                let at = self.make(kind, Ty::Int, span);
                (at, self.more(len, self.number(0, span)))
            }
            ("get", 1) => {
                if matches!(bare(&call.args[0]), syn::Expr::Range(_)) {
                    return None;
                }
                let at = self.integer(&call.args[0]);
                let at = super::value::flatten(at, &mut stmts);
                let var = self.temp("at", Ty::Int, span);
                let pat = crate::compiler::hir::Pat::Var(var);
                let init = Some(at);
                stmts.push(stmt(StmtKind::Let { pat, init }, span));
                let at = self.read_var(var, span);
                (at.clone(), self.more(len, at))
            }
            _ => return None,
        };
        let mut part = place;
        part.path.push(Proj::Index(at));
        part.ty = inner.clone();
        let ok_var = self.temp("ok", Ty::Bool, span);
        let pat = crate::compiler::hir::Pat::Var(ok_var);
        let init = Some(ok);
        stmts.push(stmt(StmtKind::Let { pat, init }, span));
        let ok = self.read_var(ok_var, span);
        let value = self.read(part);
        let hole = self.hole(&inner, span);
        let value = self.either(ok.clone(), valued(value), valued(hole), span);
        let none = self.no_error(true, span);
        let value = self.outcome_of(ok, value, none, span);
        let ty = value.ty.clone();
        let value = Some(Box::new(value));
        Some(self.make(ExprKind::Block(Block { stmts, value }), ty, span))
    }

    /// `a > b`
    fn more(&self, a: Expr, b: Expr) -> Expr {
        let span = a.span;
        let kind = ExprKind::Binary(BinOp::Gt, Box::new(a), Box::new(b));
        self.make(kind, Ty::Bool, span)
    }
}

pub(super) fn valued(value: Expr) -> Block {
    Block {
        stmts: Vec::new(),
        value: Some(Box::new(value)),
    }
}
