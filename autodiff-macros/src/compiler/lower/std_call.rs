//! Functions of std and of the facade that are called by path.

use super::Lower;
use super::call::strip_generics;
use super::infer::Kind;
use super::method::{CLASSIFY, integer_result};
use super::path::owner;
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{Expr, ExprKind, Pin, PinKind, Real, Ty};
use crate::compiler::parse::types;
use autodiff_runtime::rules;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

impl Lower<'_> {
    /// `f64::max(a, b)`, `usize::pow(n, 2)`, `Vec::new()`, `Real::max(a, b)`.
    pub(super) fn primitive_call(
        &mut self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
        name: &str,
    ) -> Option<Expr> {
        let owner = owner(path)?;
        let alias = || {
            let is_known = is_of_numbers(name, call.args.len());
            self.alias_of_real(&owner).filter(|_| is_known)
        };
        match types::primitive(&owner).or_else(alias) {
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
    pub(super) fn alias_of_real(&self, owner: &syn::Path) -> Option<Ty> {
        let ty = self.named_types.get(&owner.to_token_stream().to_string());
        if ty.is_some_and(|ty| self.infer.is_struct(ty)) {
            return None;
        }
        let text = owner.to_token_stream().to_string();
        let mut known = self.real_aliases.iter();
        let alias = known.find(|alias| alias.to_string() == text)?;
        Some(Ty::Real(Real::Named(alias.clone())))
    }

    /// A method of `f64` or `f32`, called by path.
    pub(super) fn float_call(
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
        self.pin_function(&ty, path, name, args.len());
        let method = path.path.segments.last().map(|last| last.ident.clone());
        let method = method.unwrap_or_else(|| self.name.clone());
        self.float_method(receiver, &method, rest, call)
    }

    /// `f64::from(x)` is a lossless cast.
    pub(super) fn float_from(&mut self, call: &syn::ExprCall, arg: &syn::Expr, ty: Ty) -> Expr {
        let value = self.operand(arg);
        let target = ty_tokens(&ty);
        let span = call.func.span();
        match self.infer.strip(&value.ty) {
            Ty::Bool => {
                let value = self.bool_to_float(value, ty, span);
                self.with_source(value, call)
            }
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

    /// `b as u8 as f64`
    pub(super) fn bool_to_float(&mut self, value: Expr, ty: Ty, span: proc_macro2::Span) -> Expr {
        let number = ExprKind::Cast(Box::new(value), quote!(u8));
        let number = self.make(number, Ty::Int, span);
        let kind = ExprKind::Cast(Box::new(number), ty_tokens(&ty));
        self.make(kind, ty, span)
    }

    /// `Vec::new()`, `Vec::with_capacity(n)`, `Vec::from([…])`.
    pub(super) fn vec_call(
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

    pub(super) fn turbofish_element(&mut self, segment: &syn::PathSegment) -> Ty {
        if let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments
            && let Some(syn::GenericArgument::Type(ty)) = arguments.args.first()
        {
            return self.annotation(ty);
        }
        self.infer.fresh(Kind::Const)
    }

    /// True if the path leads into this crate by its name.
    pub(super) fn is_facade(&self, path: &syn::Path) -> bool {
        let mut owner = path.clone();
        owner.segments.pop();
        owner.segments.pop_punct();
        let text = owner.to_token_stream().to_string();
        let text = text.trim_start_matches(':').trim();
        let given = self.options.krate.to_string();
        let given = given.trim_start_matches(':').trim();
        let owner = text.strip_suffix(":: ops").map_or(text, str::trim_end);
        owner == "conservative_grad" || owner == given
    }

    /// An operation of the facade, which the emitted code pins by identity.
    pub(super) fn facade_call(
        &mut self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
        name: &str,
    ) -> Expr {
        let pinned = strip_generics(path);
        if name == "stop_gradient" && call.args.len() == 1 {
            self.pin(pinned, "stop_gradient", 1, PinKind::Function);
            let value = self.operand(&call.args[0]);
            let ty = self.infer.strip(&value.ty);
            if ty.element().is_some() || matches!(ty, Ty::Tuple(_) | Ty::Struct(_)) {
                return self.refuse(&diag::STOP_OF_MANY, &call.args[0], &[]);
            }
            let kind = ExprKind::StopGradient(Box::new(value));
            let value = self.make(kind, ty, path.span());
            return self.with_source(value, call);
        }
        let Some(rule) =
            rules::find_called(name, call.args.len()).filter(|rule| is_facade_name(rule.name))
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
}

/// True for the operations that the facade exports as functions.
pub(super) fn is_facade_name(name: &str) -> bool {
    let operator = rules::OPERATORS.contains(&name);
    let row = || rules::all().any(|rule| rule.name == name && !rule.std_method);
    name == "stop_gradient" || (!operator && row())
}

/// A real type as tokens.
pub(super) fn ty_tokens(ty: &Ty) -> TokenStream {
    match ty {
        Ty::Real(Real::F32) => quote!(f32),
        Ty::Real(Real::Named(path)) => path.clone(),
        Ty::Real(Real::Param(name)) => name.to_token_stream(),
        _ => quote!(f64),
    }
}

/// True for a name that functions of number types have: in a path whose type may as well be a struct,
/// other names are those of the struct's own functions.
fn is_of_numbers(name: &str, args: usize) -> bool {
    const OTHERS: [&str; 7] = [
        "from",
        "from_bits",
        "from_be_bytes",
        "from_le_bytes",
        "from_ne_bytes",
        "clone",
        "to_owned",
    ];
    OTHERS.contains(&name) || CLASSIFY.contains(&name) || rules::find_called(name, args).is_some()
}
