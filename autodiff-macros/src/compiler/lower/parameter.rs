//! What a number whose type is a parameter can be made of and asked: `T::zero()`, `T::PI()`,
//! `T::from(0.5).unwrap()`, `Float::sin(x)`, `x.to_f64().unwrap()`.
//!
//! Conversions of constants are copied as they are written. One of a differentiable value is a
//! change of precision, as by `as`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use super::Lower;
use super::expr::bare;
use super::infer::Kind;
use super::method::CLASSIFY;
use super::std_call::ty_tokens;
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{BinOp, Expr, ExprKind, Method, PinKind, Real, Ty};
use crate::compiler::parse::types;
use autodiff_runtime::rules;

/// Functions without arguments that give a number.
const CONSTANTS: [&str; 10] = [
    "zero",
    "one",
    "nan",
    "infinity",
    "neg_infinity",
    "neg_zero",
    "epsilon",
    "min_value",
    "max_value",
    "min_positive_value",
];

/// Traits whose functions are those of the number that they are called on.
const TRAITS: [&str; 7] = [
    "Float",
    "FloatCore",
    "Real",
    "Signed",
    "Zero",
    "One",
    "FloatConst",
];

/// Methods that `Signed` has beside `Float`: `T::abs` could be either.
const SIGNED: [&str; 2] = ["abs", "signum"];

/// Bounds that do not bring `Signed` in.
const PLAIN: [&str; 22] = [
    "Float",
    "Real",
    "FloatConst",
    "FromPrimitive",
    "ToPrimitive",
    "NumCast",
    "Num",
    "NumAssign",
    "Copy",
    "Clone",
    "Debug",
    "Display",
    "Default",
    "Send",
    "Sync",
    "Sum",
    "Product",
    "PartialOrd",
    "AddAssign",
    "MulAssign",
    "Into",
    "From",
];

/// How a conversion ends that could fail.
const UNWRAP: [&str; 3] = ["unwrap", "expect", "unwrap_or"];

impl Lower<'_> {
    /// The type parameter that a path begins with: `T::zero`, `<T as Float>::zero`.
    pub(super) fn parameter_of(&self, path: &syn::ExprPath) -> Option<Ty> {
        let owner = match &path.qself {
            Some(qself) => match types::bare(&qself.ty) {
                syn::Type::Path(ty) if ty.qself.is_none() => ty.path.get_ident().cloned(),
                _ => None,
            },
            None => {
                let mut segments = path.path.segments.iter();
                let two = path.path.segments.len() == 2 && path.path.leading_colon.is_none();
                segments.next().filter(|_| two).map(|s| s.ident.clone())
            }
        };
        self.real_parameter(&owner?)
    }

    /// The type parameter of this name, if it stands for a real number.
    pub(super) fn real_parameter(&self, name: &Ident) -> Option<Ty> {
        let found = self.reals.iter().find(|real| *real == name);
        found.map(|real| Ty::Real(Real::Param(real.clone())))
    }

    /// A call of a function of a type parameter, or of a trait that one is bounded by.
    pub(super) fn parameter_call(
        &mut self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
        name: &str,
    ) -> Option<Expr> {
        if self.reals.is_empty() {
            return None;
        }
        let Some(ty) = self.parameter_of(path) else {
            return self.trait_call(call, path, name);
        };
        if call.args.is_empty() {
            let constant = CONSTANTS.contains(&name) || name.chars().all(|c| !c.is_lowercase());
            let mut value = self.constant_call(call, Vec::new(), constant);
            if constant {
                value.ty = ty;
            }
            return Some(value);
        }
        if call.args.len() == 1 && is_conversion(name) {
            return Some(self.convert(call, ty, |call| quote!(#call)));
        }
        Some(self.float_call(call, path, name, ty))
    }

    /// `Float::max(a, b)`
    fn trait_call(
        &mut self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
        name: &str,
    ) -> Option<Expr> {
        let owner = path.path.segments.iter().rev().nth(1)?.ident.to_string();
        let known = TRAITS.contains(&owner.as_str()) || self.bounds.contains(&owner);
        let n = call.args.len();
        let method = rules::find_called(name, n).is_some_and(|rule| rule.std_method)
            || (CLASSIFY.contains(&name) && n == 1);
        if path.qself.is_some() || !known || !method {
            return None;
        }
        let mut args = call.args.iter();
        let receiver = self.operand(args.next()?);
        let ty = self.infer.strip(&receiver.ty);
        self.pin_function(&ty, path, name, n);
        let method = path.path.segments.last()?.ident.clone();
        let rest: Vec<&syn::Expr> = args.collect();
        Some(self.float_method(receiver, &method, &rest, call))
    }

    /// `T::from(c).unwrap()`, `NumCast::from(c).unwrap()`, `cast(c).unwrap()`, `x.to_f64().unwrap()`.
    pub(super) fn unwrapped(&mut self, outer: &syn::ExprMethodCall, name: &str) -> Option<Expr> {
        if self.reals.is_empty() || !UNWRAP.contains(&name) {
            return None;
        }
        match bare(&outer.receiver) {
            syn::Expr::Call(call) if call.args.len() == 1 => {
                let ty = self.converted(bare(&call.func))?;
                let method = &outer.method;
                match outer.args.first().filter(|_| name == "unwrap_or") {
                    Some(other) => self.convert_or(call, other, ty, method),
                    None => {
                        let args = &outer.args;
                        Some(self.convert(call, ty, |call| quote!(#call.#method(#args))))
                    }
                }
            }
            syn::Expr::MethodCall(call) if call.args.is_empty() => {
                let name = call.method.to_string();
                let target = types::primitive_name(name.strip_prefix("to_")?)?;
                self.leave(call, &name, target)
            }
            _ => None,
        }
    }

    /// `T::from(c)?`, `T::from(c).ok_or(e)?`: conversions to `f64` and `f32` do not fail.
    pub(super) fn tried_conversion(&mut self, tried: &syn::Expr) -> Option<Expr> {
        if self.reals.is_empty() {
            return None;
        }
        match bare(tried) {
            syn::Expr::Call(call) if call.args.len() == 1 => {
                let ty = self.converted(bare(&call.func))?;
                Some(self.convert(call, ty, |call| quote!(#call.unwrap())))
            }
            syn::Expr::MethodCall(outer)
                if outer.method == "ok_or" || outer.method == "ok_or_else" =>
            {
                self.tried_conversion(&outer.receiver)
            }
            _ => None,
        }
    }

    /// The type that a conversion which could fail leads to; `None` if the function is none.
    fn converted(&mut self, func: &syn::Expr) -> Option<Ty> {
        let syn::Expr::Path(path) = func else {
            return None;
        };
        let last = path.path.segments.last()?;
        let name = last.ident.to_string();
        if let Some(ty) = self.parameter_of(path) {
            return is_conversion(&name).then_some(ty);
        }
        let owner = path.path.segments.iter().rev().nth(1);
        let owner = owner.map(|owner| owner.ident.to_string());
        let known = match owner.as_deref() {
            Some("NumCast" | "FromPrimitive") => is_conversion(&name),
            None | Some("num_traits" | "cast") => name == "cast",
            _ => false,
        };
        let target = types::type_arguments(last).pop();
        known.then(|| match target {
            Some(target) => self.annotation(target),
            None => self.infer.fresh(Kind::Float { soft: true }),
        })
    }

    /// A conversion to a real type: a cast of what varies, and the user's own code for a constant.
    fn convert(
        &mut self,
        call: &syn::ExprCall,
        ty: Ty,
        build: impl FnOnce(TokenStream) -> TokenStream,
    ) -> Expr {
        let Some(arg) = call.args.first() else {
            return self.refuse(&diag::UNKNOWN_SYNTAX, call, &[&text_of(call)]);
        };
        let value = self.operand(arg);
        let func = &call.func;
        let span = func.span();
        if !self.is_constant(&value) {
            let kind = ExprKind::Cast(Box::new(value), ty_tokens(&ty));
            let cast = self.make(kind, ty, span);
            return self.with_source(cast, call);
        }
        let parts = vec![(value, arg.to_token_stream())];
        self.compose(parts, true, ty, span, |parts| {
            let part = &parts[0];
            build(quote!(#func(#part)))
        })
    }

    /// `T::from(c).unwrap_or(d)` on constants; a conversion between real types never fails.
    fn convert_or(
        &mut self,
        call: &syn::ExprCall,
        other: &syn::Expr,
        ty: Ty,
        method: &Ident,
    ) -> Option<Expr> {
        let value = self.operand(&call.args[0]);
        let otherwise = self.operand(other);
        if !self.is_constant(&value) {
            return Some(self.convert(call, ty, |call| call));
        }
        if !self.is_constant(&otherwise) {
            return Some(self.refuse(&diag::UNKNOWN_METHOD, method, &[&method.to_string()]));
        }
        let func = &call.func;
        let parts = vec![
            (value, call.args[0].to_token_stream()),
            (otherwise, other.to_token_stream()),
        ];
        let value = self.compose(parts, true, ty, func.span(), |parts| {
            let (part, other) = (&parts[0], &parts[1]);
            quote!(#func(#part).#method(#other))
        });
        Some(value)
    }

    /// `x.to_f64()`: out of the parameter's type.
    fn leave(&mut self, call: &syn::ExprMethodCall, name: &str, target: Ty) -> Option<Expr> {
        let receiver = self.operand(&call.receiver);
        if !self.is_parameter(&receiver) {
            return None;
        }
        let value = self.primitive_of(receiver, name, call)?;
        Some(match target {
            Ty::Int => {
                let ty: TokenStream = name.trim_start_matches("to_").parse().unwrap_or_default();
                let kind = ExprKind::Cast(Box::new(value), ty);
                let value = self.make(kind, Ty::Int, call.method.span());
                self.with_source(value, call)
            }
            _ => value,
        })
    }

    /// A number of a type parameter as `f64` or `f32`; `f64` on the way to an integer.
    pub(super) fn primitive_of(
        &mut self,
        value: Expr,
        name: &str,
        source: &impl ToTokens,
    ) -> Option<Expr> {
        let ty = match types::primitive_name(name.strip_prefix("to_")?)? {
            Ty::Int => Ty::Real(Real::F64),
            ty @ Ty::Real(_) => ty,
            _ => return None,
        };
        let span = value.span;
        let kind = ExprKind::Cast(Box::new(value), ty_tokens(&ty));
        let value = self.make(kind, ty, span);
        Some(self.with_source(value, source))
    }

    /// Methods that only numbers of a type parameter have.
    pub(super) fn parameter_method(
        &mut self,
        receiver: &Expr,
        method: &Ident,
        source: &impl ToTokens,
    ) -> Option<Expr> {
        if self.reals.is_empty() {
            return None;
        }
        let name = method.to_string();
        let ty = self.infer.strip(&receiver.ty);
        let parameter = self.is_parameter(receiver);
        match name.as_str() {
            "to_f64" | "to_f32" if parameter => self.primitive_of(receiver.clone(), &name, source),
            "is_zero" | "is_one" if parameter => {
                let number = if name == "is_zero" {
                    quote!(0.0)
                } else {
                    quote!(1.0)
                };
                let number = self.make(ExprKind::Lit(number), ty, method.span());
                let kind =
                    ExprKind::Binary(BinOp::Eq, Box::new(receiver.clone()), Box::new(number));
                let value = self.make(kind, Ty::Bool, method.span());
                Some(self.with_source(value, source))
            }
            "into" => Some(self.real_of_into(receiver, source)),
            _ => None,
        }
    }

    /// `x.into()`: what uses the value tells its type.
    fn real_of_into(&mut self, receiver: &Expr, source: &impl ToTokens) -> Expr {
        let ty = self.infer.fresh(Kind::Float { soft: true });
        let span = receiver.span;
        if self.is_constant(receiver) {
            let parts = vec![(receiver.clone(), receiver.source.clone())];
            return self.compose(parts, true, ty, span, |parts| {
                let part = &parts[0];
                quote!((#part).into())
            });
        }
        let kind = ExprKind::Cast(Box::new(receiver.clone()), quote!(f64));
        let value = self.make(kind, ty, span);
        self.with_source(value, source)
    }

    /// `x.sin()`: which trait it is from, the emitted code has to see.
    pub(super) fn pin_method(&mut self, receiver: &Expr, call: &syn::ExprMethodCall) {
        let Some(real) = self.pinned(&receiver.ty) else {
            return;
        };
        let (method, name) = (&call.method, call.method.to_string());
        let n = 1 + call.args.len();
        if name == "sin_cos" {
            for (k, part) in ["sin", "cos"].into_iter().enumerate() {
                let k = syn::Index::from(k);
                let own = quote!(|x: #real| x.#method().#k);
                self.pin_parameter(quote!(()), own, part, n);
            }
            return;
        }
        let own = closure(&real, &name, n, |args| {
            let (x, rest) = (&args[0], &args[1..]);
            quote!(#x.#method(#(#rest),*))
        });
        let plain = |bound: &String| PLAIN.contains(&bound.as_str());
        let signed = SIGNED.contains(&name.as_str()) && !self.bounds.iter().all(plain);
        let item = match signed {
            true => quote!(()),
            false => quote!(#real::#method),
        };
        self.pin_parameter(item, own, &name, n);
    }

    /// `T::sin(x)`, `Float::sin(x)`
    pub(super) fn pin_function(&mut self, ty: &Ty, path: &syn::ExprPath, name: &str, n: usize) {
        let Some(real) = self.pinned(ty) else {
            return;
        };
        if name == "sin_cos" {
            for (k, part) in ["sin", "cos"].into_iter().enumerate() {
                let k = syn::Index::from(k);
                let own = quote!(|x: #real| #path(x).#k);
                self.pin_parameter(quote!(()), own, part, n);
            }
            return;
        }
        let own = closure(&real, name, n, |args| quote!(#path(#(#args),*)));
        let item = match self.parameter_of(path) {
            Some(_) => quote!(#path),
            None => {
                let mut owner = path.path.clone();
                let method = owner.segments.pop().map(syn::punctuated::Pair::into_value);
                owner.segments.pop_punct();
                quote!(<#real as #owner>::#method)
            }
        };
        self.pin_parameter(item, own, name, n);
    }

    fn pin_parameter(&mut self, item: TokenStream, own: TokenStream, name: &str, n: usize) {
        let rule = rules::find_called(name, n).filter(|rule| rule.std_method);
        let power = rule.is_some_and(|rule| !rule.integer_args.is_empty());
        let form = match (rule, n) {
            _ if matches!(name, "is_zero" | "is_one") || CLASSIFY.contains(&name) => "predicate",
            (None, 1) if matches!(name, "to_f64" | "to_f32") => "to_real",
            (Some(rule), _) if rule.primal.is_empty() => return,
            (Some(_), 1) => "unary",
            (Some(_), 2) if power => "power",
            (Some(_), 2) => "binary",
            (Some(_), 3) => "ternary",
            _ => return,
        };
        let path = own.clone();
        self.pin(
            path,
            name,
            n,
            PinKind::Parameter(Method { item, own, form }),
        );
    }

    /// The type parameter to check methods of: that of the value, or the function's if nothing is
    /// known of the value yet.
    fn pinned(&self, ty: &Ty) -> Option<TokenStream> {
        let ty = self.infer.strip(ty);
        match self.infer.resolve(&ty) {
            Ty::Real(Real::Param(name)) => Some(name.to_token_stream()),
            _ => None,
        }
    }

    /// True for a value whose type is a parameter.
    fn is_parameter(&self, value: &Expr) -> bool {
        matches!(self.infer.strip(&value.ty), Ty::Real(Real::Param(_)))
    }
}

/// `|x: T, a: T| body`
fn closure(
    real: &TokenStream,
    name: &str,
    n: usize,
    body: impl FnOnce(&[Ident]) -> TokenStream,
) -> TokenStream {
    let args: Vec<Ident> = ["x", "a", "b", "c"]
        .into_iter()
        .take(n)
        .map(|name| Ident::new(name, Span::call_site()))
        .collect();
    let integers = rules::find_called(name, n).map_or(&[][..], |rule| rule.integer_args);
    let types = (0..args.len()).map(|i| match integers.contains(&i) {
        true => quote!(i32),
        false => real.clone(),
    });
    let body = body(&args);
    quote!(|#(#args: #types),*| #body)
}

/// `from`, `from_f64`, `from_usize`.
fn is_conversion(name: &str) -> bool {
    let of = |name: &str| types::primitive_name(name).is_some();
    name == "from" || name.strip_prefix("from_").is_some_and(of)
}
