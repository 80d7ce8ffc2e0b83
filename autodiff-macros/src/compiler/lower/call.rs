//! Calls of functions.

use autodiff_runtime::rules;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use super::expr::bare;
use super::infer::Kind;
use super::method::integer_result;
use super::path::owner;
use super::scope::Name;
use super::{Lower, stmt};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{
    BinOp, Block, Call, Expr, ExprKind, Pat, Pin, PinKind, Real, Stmt, StmtKind, Ty,
};
use crate::compiler::parse::types;

impl Lower<'_> {
    pub(super) fn call(&mut self, call: &syn::ExprCall) -> Expr {
        let syn::Expr::Path(path) = bare(&call.func) else {
            return self.refuse(&diag::CALL_OF_VALUE, &call.func, &[&text_of(&call.func)]);
        };
        let Some(last) = path.path.segments.last() else {
            return self.refuse(&diag::UNKNOWN_SYNTAX, call, &[&text_of(call)]);
        };
        let name = last.ident.to_string();
        let single = path.path.get_ident().is_some() || path.path.segments.len() == 1;
        if single && path.qself.is_none() && path.path.leading_colon.is_none() {
            let bound = self.lookup(&last.ident);
            return self.call_by_name(call, path, &name, bound);
        }
        if let Some(value) = self.primitive_call(call, path, &name) {
            return value;
        }
        if self.is_facade(&path.path) {
            return self.facade_call(call, path, &name);
        }
        self.path_call(call, path, &name)
    }

    /// `g(…)`: the scope decides first.
    fn call_by_name(
        &mut self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
        name: &str,
        bound: Option<Name>,
    ) -> Expr {
        match bound {
            Some(Name::Var(var)) => {
                self.lower_args_for_errors(call);
                if self.is_error(&self.var(var).ty) {
                    return self.error(call.to_token_stream());
                }
                self.refuse(&diag::CALL_OF_LOCAL, path, &[name])
            }
            Some(Name::Error) => self.error(call.to_token_stream()),
            Some(Name::Const(_)) => self.refuse(&diag::CALL_OF_VALUE, path, &[name]),
            Some(Name::Fn) => self.nested_call(call, path, name),
            None if self.name == name => self.general_call(call, path),
            Some(Name::Use { facade: false }) => self.general_call(call, path),
            Some(Name::Use { facade: true }) => self.facade_call(call, path, name),
            None if is_facade_name(name) => self.facade_call(call, path, name),
            None => self.path_call(call, path, name),
        }
    }

    /// Reports what is wrong inside of the arguments of a call that is refused anyway.
    fn lower_args_for_errors(&mut self, call: &syn::ExprCall) {
        for arg in &call.args {
            if !matches!(bare(arg), syn::Expr::Reference(_) | syn::Expr::Path(_)) {
                self.operand(arg);
            }
        }
    }

    /// A nested `fn` has no companion.
    fn nested_call(&mut self, call: &syn::ExprCall, path: &syn::ExprPath, name: &str) -> Expr {
        let args = self.args(call.args.iter());
        if args.iter().any(|arg| self.carries_real(arg)) {
            return self.refuse(&diag::NESTED_FN_CALL, path, &[name]);
        }
        self.constant_call(call, args, false)
    }

    /// `f64::max(a, b)`, `usize::pow(n, 2)`, `Vec::new()`, `Real::max(a, b)`.
    fn primitive_call(
        &mut self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
        name: &str,
    ) -> Option<Expr> {
        let owner = owner(path)?;
        match types::primitive(&owner).or_else(|| self.alias_of_real(&owner)) {
            Some(ty @ Ty::Real(_)) => Some(self.float_call(call, path, name, ty)),
            Some(Ty::Int | Ty::Bool) => {
                let args = self.args(call.args.iter());
                let mut value = self.constant_call(call, args, true);
                value.ty = integer_result(name);
                Some(value)
            }
            Some(_) => None,
            None => self.vec_call(call, path, &owner, name),
        }
    }

    /// The type that a path names, if a parameter or the result has it: it has to be real, then.
    fn alias_of_real(&self, owner: &syn::Path) -> Option<Ty> {
        let text = owner.to_token_stream().to_string();
        let mut known = self.real_aliases.iter();
        let alias = known.find(|alias| alias.to_string() == text)?;
        Some(Ty::Real(Real::Named(alias.clone())))
    }

    /// A method of `f64` or `f32`, called by path.
    fn float_call(
        &mut self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
        name: &str,
        ty: Ty,
    ) -> Expr {
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        if let ("from", [arg]) = (name, &args[..]) {
            return self.float_from(call, arg, ty);
        }
        let Some((receiver, rest)) = args.split_first() else {
            return self.refuse(&diag::NO_RULE, path, &[name]);
        };
        let receiver = self.operand(receiver);
        if name.starts_with("from_") {
            let rest: Vec<Expr> = rest.iter().map(|arg| self.operand(arg)).collect();
            let args = std::iter::once(receiver).chain(rest).collect();
            let mut value = self.constant_call(call, args, true);
            value.ty = ty;
            return value;
        }
        self.expect(&receiver, &ty);
        let method = path.path.segments.last().map(|last| last.ident.clone());
        let method = method.unwrap_or_else(|| self.name.clone());
        self.float_method(receiver, &method, rest, call)
    }

    /// `f64::from(x)` is a lossless cast.
    fn float_from(&mut self, call: &syn::ExprCall, arg: &syn::Expr, ty: Ty) -> Expr {
        let value = self.operand(arg);
        let target = ty_tokens(&ty);
        let span = call.func.span();
        match self.infer.strip(&value.ty) {
            Ty::Bool => self.bool_to_float(value, ty, span),
            Ty::Opaque => {
                let mut value = self.constant_call(call, vec![value], true);
                value.ty = ty;
                value
            }
            _ => {
                let kind = ExprKind::Cast(Box::new(value), target);
                let value = self.make(kind, ty, span);
                self.with_source(value, call)
            }
        }
    }

    fn bool_to_float(&mut self, value: Expr, ty: Ty, span: proc_macro2::Span) -> Expr {
        let number = |text: TokenStream| {
            let value = self.make(ExprKind::Lit(text), ty.clone(), span);
            Block {
                stmts: Vec::new(),
                value: Some(Box::new(value)),
            }
        };
        let (one, zero) = (number(quote!(1.0)), number(quote!(0.0)));
        let kind = ExprKind::If(Box::new(value), one, zero);
        self.make(kind, ty, span)
    }

    /// `Vec::new()`, `Vec::with_capacity(n)`, `Vec::from([…])`.
    fn vec_call(
        &mut self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
        owner: &syn::Path,
        name: &str,
    ) -> Option<Expr> {
        let last = owner.segments.last().filter(|last| last.ident == "Vec")?;
        let inner = self.turbofish_element(last);
        let span = path.span();
        match (name, call.args.len()) {
            ("new", 0) => {}
            ("with_capacity", 1) => {
                let capacity = self.integer(&call.args[0]);
                if !self.is_pure(&capacity) {
                    let arg = &call.args[0];
                    return Some(self.refuse(&diag::CAPACITY, arg, &[&text_of(arg)]));
                }
            }
            ("from", 1) => {
                let mut value = self.operand(&call.args[0]);
                let inner = self.element_of(&value.ty)?;
                if !matches!(value.kind, ExprKind::List(_) | ExprKind::Repeat(..)) {
                    return Some(self.refuse(&diag::VEC_FROM, &call.args[0], &[]));
                }
                value.ty = Ty::Vec(Box::new(inner));
                return Some(value);
            }
            _ => return None,
        }
        let ty = Ty::Vec(Box::new(inner));
        Some(self.make(ExprKind::List(Vec::new()), ty, span))
    }

    fn turbofish_element(&mut self, segment: &syn::PathSegment) -> Ty {
        if let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments
            && let Some(syn::GenericArgument::Type(ty)) = arguments.args.first()
        {
            return self.annotation(ty);
        }
        self.infer.fresh(Kind::Const)
    }

    /// True if the path leads into this crate by its name.
    fn is_facade(&self, path: &syn::Path) -> bool {
        let mut owner = path.clone();
        owner.segments.pop();
        owner.segments.pop_punct();
        let text = owner.to_token_stream().to_string();
        let text = text.trim_start_matches(':').trim();
        let given = self.options.krate.to_string();
        text == "conservative_grad" || text == given.trim_start_matches(':').trim()
    }

    /// An operation of the facade, which the emitted code pins by identity.
    fn facade_call(&mut self, call: &syn::ExprCall, path: &syn::ExprPath, name: &str) -> Expr {
        let pinned = strip_generics(path);
        if name == "stop_gradient" && call.args.len() == 1 {
            self.pin(pinned, "stop_gradient", 1, PinKind::Function);
            let value = self.operand(&call.args[0]);
            let ty = self.infer.strip(&value.ty);
            let kind = ExprKind::StopGradient(Box::new(value));
            let value = self.make(kind, ty, path.span());
            return self.with_source(value, call);
        }
        let Some(rule) =
            rules::find(name, call.args.len()).filter(|rule| is_facade_name(rule.name))
        else {
            return match is_facade_name(name) {
                true => self.refuse(&diag::ARGUMENT_COUNT, path, &[name]),
                false => self.path_call(call, path, name),
            };
        };
        self.pin(pinned, rule.name, rule.args.len(), PinKind::Function);
        let args: Vec<Expr> = call.args.iter().map(|arg| self.operand(arg)).collect();
        self.rule(rule, args, path.span(), call)
    }

    /// Has the emitted code check what a name stands for, once.
    pub(super) fn pin(
        &mut self,
        path: TokenStream,
        operation: &str,
        operands: usize,
        kind: PinKind,
    ) {
        let text = format!("{path} {kind:?}");
        let mut known = self.pins.iter();
        if known.all(|pin| format!("{} {:?}", pin.path, pin.kind) != text) {
            self.pins.push(Pin {
                path,
                operation: operation.to_owned(),
                operands,
                kind,
            });
        }
    }

    /// A function that is named by a path; one with a real argument may be annotated.
    fn path_call(&mut self, call: &syn::ExprCall, path: &syn::ExprPath, name: &str) -> Expr {
        if self.is_std(path, "mem") {
            return self.refuse(&diag::MEM, path, &[name]);
        }
        if self.is_std(path, "cmp") && matches!(name, "min" | "max") {
            let args = self.args(call.args.iter());
            let mut value = self.constant_call(call, args, true);
            value.ty = Ty::Int;
            return value;
        }
        self.general_call(call, path)
    }

    /// True for `module::f` and `std::module::f`.
    fn is_std(&self, path: &syn::ExprPath, module: &str) -> bool {
        let mut names = path.path.segments.iter().rev().skip(1);
        names.next().is_some_and(|owner| owner.ident == module)
    }

    fn general_call(&mut self, call: &syn::ExprCall, path: &syn::ExprPath) -> Expr {
        let args = self.args(call.args.iter());
        let real = args.iter().any(|arg| self.carries_real(arg));
        let changes = args.iter().any(|arg| is_exclusive(&arg.ty));
        self.undecided |= args.iter().any(|arg| self.infer.is_open(&arg.ty));
        if !real && !changes {
            return self.constant_call(call, args, false);
        }
        if path.qself.is_some() || is_associated(&path.path) {
            let entry = match is_constructor(&path.path) {
                true => &diag::CONSTRUCTOR,
                false => &diag::ASSOCIATED_FN,
            };
            return self.refuse(entry, path, &[&text_of(path)]);
        }
        // Without a real argument the result is a constant, whatever it is.
        let kind = if real { Kind::Call } else { Kind::Const };
        self.annotated_call(call, path, args, kind)
    }

    /// A call that goes to the companion of the function.
    fn annotated_call(
        &mut self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
        args: Vec<Expr>,
        kind: Kind,
    ) -> Expr {
        for arg in &args {
            let ty = self.infer.strip(&arg.ty);
            if matches!(self.infer.kind(&ty), Some(Kind::Float { .. })) {
                // The callee's signature decides, which rustc knows.
                let _ = self.infer.unify(&ty, &Ty::Opaque);
            }
        }
        let generics = match path.path.segments.last().map(|last| &last.arguments) {
            Some(syn::PathArguments::AngleBracketed(generics)) => {
                let mut generics = generics.clone();
                generics.colon2_token = None;
                generics.into_token_stream()
            }
            _ => TokenStream::new(),
        };
        let recursive = path.path.is_ident(&self.name) || self.is_self_path(&path.path);
        let ty = match recursive {
            true => self.result.clone(),
            false => self.infer.fresh(kind),
        };
        let span = path.span();
        let callee = Call {
            path: strip_generics(path),
            generics,
            recursive,
            args,
        };
        let lifted = self.lift_args(callee, ty, span);
        self.with_source(lifted, call)
    }

    fn is_self_path(&self, path: &syn::Path) -> bool {
        let last = path.segments.last();
        path.segments.len() == 1 && last.is_some_and(|last| last.ident == self.name)
    }

    /// References to values that belong to no variable get one: `g(&[a, b])`.
    fn lift_args(&mut self, mut call: Call, ty: Ty, span: proc_macro2::Span) -> Expr {
        let stray = |arg: &Expr| matches!(arg.ty, Ty::Ref(..)) && !is_reference(arg);
        if !call.args.iter().any(stray) {
            return self.make(ExprKind::Call(call), ty, span);
        }
        let mut stmts = Vec::new();
        for arg in &mut call.args {
            self.lift_arg(arg, &mut stmts);
        }
        let value = self.make(ExprKind::Call(call), ty.clone(), span);
        let value = Some(Box::new(value));
        self.make(ExprKind::Block(Block { stmts, value }), ty, span)
    }

    fn lift_arg(&mut self, arg: &mut Expr, stmts: &mut Vec<Stmt>) {
        if is_reference(arg) || matches!(arg.kind, ExprKind::Lit(_)) {
            return;
        }
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

    /// Changes happen after all arguments are evaluated; only the operands around the call could
    /// tell the difference.
    fn in_operand_of_call(&mut self, arg: &syn::Expr) -> Expr {
        let var = self.root(arg);
        match bare(arg) {
            syn::Expr::Reference(reference) if reference.mutability.is_some() => {
                var.map(|var| self.check_change(var, arg));
            }
            syn::Expr::Path(_)
                if var.is_some_and(|var| {
                    is_exclusive(&self.var(var).ty) && self.check_change(var, arg)
                }) =>
            {
                let text = text_of(arg);
                self.diags
                    .add_help(format!("write `&*{text}` if the call only reads it"));
            }
            _ => {}
        }
        self.in_operand(|this| this.arg(arg))
    }

    fn arg(&mut self, arg: &syn::Expr) -> Expr {
        match bare(arg) {
            syn::Expr::Reference(reference) => self.reference_arg(reference),
            arg if self.is_place(arg) && !self.is_opaque_place(arg) => self.place_arg(arg),
            arg => self.expr(arg),
        }
    }

    /// A variable as an argument: a reference is passed on as one.
    fn place_arg(&mut self, arg: &syn::Expr) -> Expr {
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

    fn reference_arg(&mut self, reference: &syn::ExprReference) -> Expr {
        let mutable = reference.mutability.is_some();
        let span = reference.and_token.span();
        let inner = bare(&reference.expr);
        if self.is_place(inner) && !self.is_opaque_place(inner) {
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
        if matches!(value.kind, ExprKind::Opaque(_)) && !mutable {
            return self.reference_to_constant(reference, value);
        }
        value.ty = Ty::Ref(mutable, Box::new(value.ty));
        value
    }

    /// `&TABLE`
    pub(super) fn reference_to_constant(
        &mut self,
        reference: &syn::ExprReference,
        value: Expr,
    ) -> Expr {
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

    /// A call on constants: runs once, as written.
    pub(super) fn constant_call(
        &mut self,
        call: &syn::ExprCall,
        args: Vec<Expr>,
        pure: bool,
    ) -> Expr {
        let texts = call.args.iter().map(ToTokens::to_token_stream);
        let parts = args.into_iter().zip(texts).collect();
        let func = &call.func;
        self.compose(
            parts,
            pure,
            Ty::Opaque,
            call.func.span(),
            |parts| quote!(#func(#(#parts),*)),
        )
    }

    /// True if an expression does nothing but compute.
    pub(super) fn is_pure(&self, expr: &Expr) -> bool {
        let mut captured = super::capture::Captured::default();
        match &expr.kind {
            ExprKind::Len(_) => true,
            ExprKind::Binary(op, a, b) if *op != BinOp::Div => self.is_pure(a) && self.is_pure(b),
            _ => self.capture(expr, &mut captured) && !captured.impure,
        }
    }

    /// `&x` where no reference can stand.
    pub(super) fn stray_reference(&mut self, reference: &syn::ExprReference) -> Expr {
        let inner = bare(&reference.expr);
        if !self.is_place(inner) || self.is_opaque_place(inner) {
            let value = self.expr(inner);
            return match &value.kind {
                ExprKind::Opaque(_) => self.reference_to_constant(reference, value),
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

/// True for the operations that the facade exports as functions.
fn is_facade_name(name: &str) -> bool {
    let operator = matches!(name, "add" | "sub" | "mul" | "div" | "neg" | "rem");
    let row = || rules::all().any(|rule| rule.name == name && !rule.std_method);
    name == "stop_gradient" || (!operator && row())
}

/// `Type::f`, `Self::f`: a second-to-last segment in upper camel case; `Some(…)`, `Point(…)`.
fn is_associated(path: &syn::Path) -> bool {
    let owner = path.segments.iter().rev().nth(1);
    owner.is_some_and(|owner| is_camel(&owner.ident)) || is_constructor(path)
}

fn is_constructor(path: &syn::Path) -> bool {
    path.segments
        .last()
        .is_some_and(|last| is_camel(&last.ident))
}

fn is_camel(name: &syn::Ident) -> bool {
    let name = name.to_string();
    name.trim_start_matches("r#")
        .starts_with(|first: char| first.is_uppercase())
}

fn is_exclusive(ty: &Ty) -> bool {
    matches!(ty, Ty::Ref(true, _))
}

/// True if the argument is a reference to a place, or a variable that is a reference.
fn is_reference(arg: &Expr) -> bool {
    matches!(
        arg.kind,
        ExprKind::Ref(..) | ExprKind::Place(_) | ExprKind::Opaque(_)
    )
}

/// The path of a function without the generic arguments of its last segment.
fn strip_generics(path: &syn::ExprPath) -> TokenStream {
    let mut path = path.clone();
    path.attrs.clear();
    if let Some(last) = path.path.segments.last_mut() {
        last.arguments = syn::PathArguments::None;
    }
    path.into_token_stream()
}

/// A real type as tokens.
pub(super) fn ty_tokens(ty: &Ty) -> TokenStream {
    match ty {
        Ty::Real(Real::F32) => quote!(f32),
        Ty::Real(Real::Named(path)) => path.clone(),
        _ => quote!(f64),
    }
}
