//! Arguments of calls: values, references, and references to values without a name.

use std::collections::BTreeSet;

use super::expr::bare;
use super::{Lower, stmt};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{Block, Call, Expr, ExprKind, Form, Pat, Place, Stmt, StmtKind, Ty};
use quote::{ToTokens, quote};
use syn::Token;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;

impl Lower<'_> {
    /// References to values that belong to no variable get one: `g(&[a, b])`.
    pub(super) fn lift_args(&mut self, mut call: Call, ty: Ty, span: proc_macro2::Span) -> Expr {
        self.calls = true;
        if call.args.iter().any(|arg| is_exclusive(&arg.ty)) {
            self.in_place.push(ty.clone());
        }
        for arg in &mut call.args {
            self.option_argument(arg);
            self.unfold(arg);
        }
        let stray = |arg: &Expr| matches!(arg.ty, Ty::Ref(..)) && !is_reference(arg);
        if !call.args.iter().any(stray) {
            return self.make(ExprKind::Call(call), ty, span);
        }
        self.check_order(call.args.iter());
        let mut stmts = Vec::new();
        let early = self.read_early(&call.args);
        for (arg, early) in call.args.iter_mut().zip(early) {
            match early {
                true => self.lift(arg, &mut stmts),
                false => self.lift_arg(arg, &mut stmts),
            }
        }
        let value = self.make(ExprKind::Call(call), ty.clone(), span);
        let value = Some(Box::new(value));
        self.make(ExprKind::Block(Block { stmts, value }), ty, span)
    }

    /// For each argument, whether it reads what a call in one of those behind it may turn out to change: whether `update`
    /// takes `&mut self` in `h(e.value, &[e.update(x)])` is only known later ([`promote`](super::promote)).
    fn read_early(&self, args: &[Expr]) -> Vec<bool> {
        let root = |place: &Place| super::root_of(&self.facts, place.root);
        let receivers = |behind: &[Expr]| {
            let mut found = BTreeSet::new();
            let mut look = |expr: &Expr| match &expr.kind {
                ExprKind::Call(call) if call.form == Form::Method => {
                    found.extend(call.args.first().and_then(Expr::place).map(root));
                }
                _ => {}
            };
            behind.iter().for_each(|arg| arg.for_each_expr(&mut look));
            found
        };
        let reads = |(i, arg): (usize, &Expr)| {
            let by_value = matches!(arg.kind, ExprKind::Place(_)) && !matches!(arg.ty, Ty::Ref(..));
            let changed = receivers(&args[i + 1..]);
            let mut any = false;
            arg.for_each_expr(&mut |expr| {
                any |= matches!(&expr.kind, ExprKind::Place(read) if changed.contains(&root(read)));
            });
            by_value && any
        };
        args.iter().enumerate().map(reads).collect()
    }

    pub(super) fn lift_arg(&mut self, arg: &mut Expr, stmts: &mut Vec<Stmt>) {
        if is_reference(arg) || matches!(arg.kind, ExprKind::Lit(_)) {
            return;
        }
        self.lift(arg, stmts);
    }

    fn lift(&mut self, arg: &mut Expr, stmts: &mut Vec<Stmt>) {
        let span = arg.span;
        let (mutable, inner) = match arg.ty.clone() {
            Ty::Ref(mutable, inner) => (Some(mutable), *inner),
            ty => (None, ty),
        };
        let inner = self.open(&inner);
        let var = self.temp("argument", inner.clone(), span);
        self.vars[var.0 as usize].mutable = mutable == Some(true);
        let mut init = std::mem::replace(arg, self.read_var(var, span));
        init.ty = inner.clone();
        if let Some(mutable) = mutable {
            let place = self.whole(var, span);
            *arg = self.make(
                ExprKind::Ref(mutable, place),
                Ty::Ref(mutable, Box::new(inner)),
                span,
            );
        }
        // A kink of the call tells what was written there.
        arg.source = init.source.clone();
        let kind = StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(init),
        };
        stmts.push(stmt(kind, span));
    }

    /// The arguments of a call. References keep their type here.
    pub(super) fn args<'e>(&mut self, args: impl Iterator<Item = &'e syn::Expr>) -> Vec<Expr> {
        args.map(|arg| self.in_operand_of_call(arg)).collect()
    }

    /// The arguments of a call of `function`, where one that is handed a variable which is a `&mut`, and is known to read it only, is
    /// handed `&*variable`, as rustc would do it. `None` if they are as they are to be.
    pub(super) fn only_read(
        &self,
        function: &syn::Ident,
        args: &Punctuated<syn::Expr, Token![,]>,
    ) -> Option<Punctuated<syn::Expr, Token![,]>> {
        let shared = self.options.known.shared(function)?;
        let lent = |arg: &syn::Expr| match bare(arg) {
            syn::Expr::Path(path) => self
                .local(path)
                .is_some_and(|var| is_exclusive(&self.infer.shallow(&self.var(var).ty))),
            _ => false,
        };
        if shared.len() != args.len() || !args.iter().zip(shared).any(|(arg, is)| *is && lent(arg))
        {
            return None;
        }
        let mut args = args.clone();
        for (arg, _) in args.iter_mut().zip(shared).filter(|(_, is)| **is) {
            if lent(arg) {
                let span = arg.span();
                *arg = syn::parse_quote_spanned!(span=> &*#arg);
            }
        }
        Some(args)
    }

    /// An argument that the call may change keeps its text: `order` decides if that is refused.
    fn in_operand_of_call(&mut self, arg: &syn::Expr) -> Expr {
        let value = self.in_operand(|this| this.arg(arg));
        match is_exclusive(&value.ty) {
            true => self.with_source(value, arg),
            false => value,
        }
    }

    pub(super) fn arg(&mut self, arg: &syn::Expr) -> Expr {
        if let Some(state) = self.exclusive_constant(arg) {
            return state;
        }
        if let Some(element) = self.element_of_constant(arg) {
            return element;
        }
        if let syn::Expr::Unary(unary) = bare(arg)
            && matches!(unary.op, syn::UnOp::Deref(_))
            && let Some(element) = self.behind_element(&unary.expr)
        {
            return element;
        }
        match bare(arg) {
            syn::Expr::Reference(reference) => self.reference_arg(reference),
            arg if self.is_place(arg) && !self.is_opaque_place(arg) => self.place_arg(arg),
            arg => self.expr(arg),
        }
    }

    /// A `&mut` parameter of a type that the compiler does not look into (a generator of random numbers), as `r` or
    /// `&mut *r`: it is lent once more for every call.
    fn exclusive_constant(&mut self, arg: &syn::Expr) -> Option<Expr> {
        let inner = match bare(arg) {
            syn::Expr::Reference(reference) if reference.mutability.is_some() => {
                match bare(&reference.expr) {
                    syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
                        bare(&unary.expr)
                    }
                    _ => return None,
                }
            }
            arg => arg,
        };
        let var = matches!(inner, syn::Expr::Path(_))
            .then(|| self.root(inner))
            .flatten()
            .filter(|var| self.facts[var.0 as usize].hidden)?;
        let name = self.var(var).name.clone();
        let uses = vec![(name.clone(), var)];
        Some(self.opaque(quote!(&mut *#name), uses, false, Ty::Opaque, inner.span()))
    }

    /// A variable as an argument: a reference is passed on as one.
    pub(super) fn place_arg(&mut self, arg: &syn::Expr) -> Expr {
        let place = self.place(arg);
        let held = self.facts[place.root.0 as usize].held;
        if let Some(mutable) = held.filter(|_| place.path.is_empty()) {
            let ty = Ty::Ref(mutable, Box::new(place.ty.clone()));
            let span = place.span;
            return self.make(ExprKind::Ref(mutable, place), ty, span);
        }
        let ty = self.infer.shallow(&place.ty);
        let span = place.span;
        self.make(ExprKind::Place(place), ty, span)
    }

    pub(super) fn reference_arg(&mut self, reference: &syn::ExprReference) -> Expr {
        let mutable = reference.mutability.is_some();
        let span = reference.and_token.span();
        let inner = bare(&reference.expr);
        if self.is_place(inner) && !self.is_opaque_place(inner) {
            if mutable {
                self.check_changed_receiver(inner);
            }
            let place = self.place(inner);
            self.infer.borrow(&place.ty);
            let ty = match self.infer.shallow(&place.ty) {
                Ty::Ref(_, inner) => Ty::Ref(mutable, inner),
                ty => Ty::Ref(mutable, Box::new(ty)),
            };
            return self.make(ExprKind::Ref(mutable, place), ty, span);
        }
        if mutable && self.is_opaque_place(inner) && matches!(inner, syn::Expr::Path(_)) {
            let place = self.place(inner);
            let ty = Ty::Ref(true, Box::new(Ty::Opaque));
            return self.make(ExprKind::Ref(true, place), ty, span);
        }
        let mut value = self.expr(inner);
        self.infer.borrow(&value.ty);
        let is_literal = matches!(value.kind, ExprKind::Lit(_));
        if (is_literal || self.is_whole_constant(&value)) && !mutable {
            return self.reference_to_constant(reference, value);
        }
        value.ty = Ty::Ref(mutable, Box::new(value.ty));
        value
    }

    /// True for a constant that only rustc knows the type of.
    fn is_whole_constant(&self, value: &Expr) -> bool {
        match &value.kind {
            ExprKind::Opaque(_) => true,
            // Code on names that were made for it.
            ExprKind::Block(block) => {
                let value = block.value.as_deref();
                value.is_some_and(|value| matches!(value.kind, ExprKind::Opaque(_)))
            }
            ExprKind::Place(_) => matches!(self.infer.strip(&value.ty), Ty::Opaque),
            _ => false,
        }
    }

    /// `&TABLE`
    pub(super) fn reference_to_constant(
        &mut self,
        reference: &syn::ExprReference,
        value: Expr,
    ) -> Expr {
        if is_part(&reference.expr) {
            return value;
        }
        let ty = match self.infer.strip(&value.ty) {
            Ty::Opaque => Ty::Opaque,
            ty => Ty::Ref(false, Box::new(ty)),
        };
        let span = reference.and_token.span();
        let parts = vec![(value, reference.expr.to_token_stream())];
        self.compose(parts, true, ty, span, |parts| {
            let value = &parts[0];
            quote!(&#value)
        })
    }

    /// True if the argument may bring a derivative into a call.
    pub(super) fn carries_real(&self, arg: &Expr) -> bool {
        self.infer.may_be_real(&arg.ty) && !self.is_constant(arg)
    }

    /// `&x` where no reference can stand.
    pub(super) fn stray_reference(&mut self, reference: &syn::ExprReference) -> Expr {
        let inner = bare(&reference.expr);
        if !self.is_place(inner) || self.is_opaque_place(inner) {
            let value = self.expr(inner);
            return match &value.kind {
                _ if self.is_whole_constant(&value) && reference.mutability.is_none() => {
                    self.reference_to_constant(reference, value)
                }
                _ if self.is_error(&value.ty) => value,
                _ => self.refuse(&diag::STRAY_REFERENCE, reference, &[&text_of(reference)]),
            };
        }
        let place = self.place(inner);
        let scalar = matches!(
            self.infer.strip(&place.ty),
            Ty::Real(_) | Ty::Int | Ty::Bool | Ty::Infer(_)
        );
        if scalar && reference.mutability.is_none() {
            return self.read(place);
        }
        self.refuse(&diag::STRAY_REFERENCE, reference, &[&text_of(reference)])
    }
}

pub(super) fn is_exclusive(ty: &Ty) -> bool {
    matches!(ty, Ty::Ref(true, _))
}

/// True if the argument is a reference to a place, or a variable that is a reference.
fn is_reference(arg: &Expr) -> bool {
    matches!(
        arg.kind,
        ExprKind::Ref(..) | ExprKind::Place(_) | ExprKind::Opaque(_)
    )
}

/// `x[lo..hi]`
pub(super) fn is_part(expr: &syn::Expr) -> bool {
    matches!(bare(expr), syn::Expr::Index(at) if matches!(bare(&at.index), syn::Expr::Range(_)))
}
