//! Method calls.

use autodiff_runtime::rules::{self};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::Lower;
use super::expr::bare;
use super::infer::Kind;
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{Expr, ExprKind, Ty};

/// Predicates of a real number.
pub(super) const CLASSIFY: [&str; 7] = [
    "is_nan",
    "is_finite",
    "is_infinite",
    "is_normal",
    "is_subnormal",
    "is_sign_positive",
    "is_sign_negative",
];

/// Methods of integers without effect, whose result is an integer.
const INTEGER: [&str; 51] = [
    "pow",
    "min",
    "max",
    "clamp",
    "abs",
    "abs_diff",
    "unsigned_abs",
    "signum",
    "isqrt",
    "ilog",
    "ilog2",
    "ilog10",
    "rem_euclid",
    "div_euclid",
    "div_ceil",
    "div_floor",
    "next_multiple_of",
    "next_power_of_two",
    "midpoint",
    "saturating_add",
    "saturating_sub",
    "saturating_mul",
    "saturating_div",
    "saturating_pow",
    "saturating_neg",
    "wrapping_add",
    "wrapping_sub",
    "wrapping_mul",
    "wrapping_div",
    "wrapping_rem",
    "wrapping_neg",
    "wrapping_pow",
    "wrapping_shl",
    "wrapping_shr",
    "count_ones",
    "count_zeros",
    "leading_zeros",
    "leading_ones",
    "trailing_zeros",
    "trailing_ones",
    "rotate_left",
    "rotate_right",
    "swap_bytes",
    "reverse_bits",
    "to_be",
    "to_le",
    "saturating_add_signed",
    "saturating_sub_unsigned",
    "wrapping_add_signed",
    "cast_signed",
    "cast_unsigned",
];

/// Methods of integers whose result is a truth value.
const INTEGER_TEST: [&str; 4] = [
    "is_positive",
    "is_negative",
    "is_power_of_two",
    "is_multiple_of",
];

/// True for methods that integers have.
pub(super) fn is_integer_method(name: &str) -> bool {
    INTEGER.contains(&name) || INTEGER_TEST.contains(&name)
}

/// What a method is called on.
enum Receiver {
    Real,
    Integer,
    Indexed(Ty),
    Opaque,
    Struct,
    Other,
}

impl Lower<'_> {
    pub(super) fn method_call(&mut self, call: &syn::ExprMethodCall) -> Expr {
        if let Some(args) = self.only_read(&call.method, &call.args) {
            return self.method_call(&syn::ExprMethodCall {
                args,
                ..call.clone()
            });
        }
        let name = call.method.to_string();
        if let Some(value) = self.iterator_call(call, &name) {
            return value;
        }
        if let Some(value) = self.place_method(call, &name) {
            return value;
        }
        if let Some(value) = self.partition_point(call) {
            return value;
        }
        let written = self
            .part_read(call)
            .or_else(|| self.taken_elements(call))
            .or_else(|| self.then_value(call))
            .or_else(|| self.is_greater(call))
            .or_else(|| self.concatenated(call));
        if let Some(value) = written {
            return value;
        }
        if let Some(value) = self.measure(call) {
            return value;
        }
        if let Some(value) = self.unwrapped(call, &name) {
            return value;
        }
        if self.is_known_to_change(&call.method) == Some(true)
            && let Some(value) = self.changing_call(call)
        {
            return value;
        }
        if let Some(value) = self.element_method(call, &name) {
            return value;
        }
        let receiver = self.receiver(&call.receiver);
        if let Some(value) = self.outcome_method(&receiver, call, &name) {
            return value;
        }
        self.become_struct(&receiver, call);
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        match self.classify(&receiver, &name, &args) {
            Receiver::Real => {
                self.pin_on_reference(call, &receiver);
                self.pin_method(&receiver, call);
                self.float_method(receiver, &call.method, &args, call)
            }
            Receiver::Integer => self.integer_method(receiver, call, &name),
            Receiver::Indexed(ty) => self.indexed_value(receiver, ty, call, &name),
            Receiver::Opaque => self.opaque_method(receiver, call, &name),
            Receiver::Struct if self.is_clone(&receiver, call) => {
                self.struct_method(receiver, call, false)
            }
            Receiver::Struct => {
                self.infer.make_struct(&receiver.ty);
                self.struct_method(receiver, call, false)
            }
            Receiver::Other if self.is_error(&receiver.ty) => receiver,
            Receiver::Other => self.other_method(receiver, call, &name),
        }
    }

    /// What a call gave is a struct, if a field of it is read somewhere, whatever its methods are called.
    fn become_struct(&mut self, receiver: &Expr, call: &syn::ExprMethodCall) {
        let ty = self.infer.strip(&receiver.ty);
        let called = matches!(self.infer.kind(&ty), Some(Kind::Call));
        let named = matches!(bare(&call.receiver), syn::Expr::Path(_));
        if called && named && self.looks_struct(&call.receiver) {
            self.infer.make_struct(&ty);
        }
    }

    /// A copy of a part whose type is not known yet, and which it does not tell.
    fn is_clone(&mut self, receiver: &Expr, call: &syn::ExprMethodCall) -> bool {
        matches!(call.method.to_string().as_str(), "clone" | "to_owned")
            && call.args.is_empty()
            && matches!(receiver.kind, ExprKind::Place(_))
            && self.infer.clone_of(&receiver.ty)
    }

    fn receiver(&mut self, receiver: &syn::Expr) -> Expr {
        let inner = bare(receiver);
        // A constant is looked at where it is: only rustc knows whether it can be copied.
        let constant = self.is_opaque_place(inner) || self.is_constant_part(inner);
        if self.is_place(inner) && constant {
            return self.in_operand(|this| this.opaque_place(inner));
        }
        self.operand(receiver)
    }

    /// What kind of value a method is called on. rustc has to know here, but we may not yet: then
    /// the name of the method decides, and the arguments where several types have it.
    fn classify(&mut self, receiver: &Expr, name: &str, args: &[&syn::Expr]) -> Receiver {
        let ty = self.infer.strip(&receiver.ty);
        match &ty {
            Ty::Real(_) => return Receiver::Real,
            Ty::Int => return Receiver::Integer,
            ty if ty.element().is_some() => return Receiver::Indexed(ty.clone()),
            Ty::Opaque => return self.classify_opaque(name, args),
            ty if self.infer.is_struct(ty) => return Receiver::Struct,
            Ty::Infer(_) => {}
            _ => return Receiver::Other,
        }
        match self.infer.kind(&ty) {
            Some(Kind::Float { .. }) => Receiver::Real,
            Some(Kind::Error) | None => Receiver::Other,
            Some(kind) => {
                let call = matches!(kind, Kind::Call | Kind::Path { real: true, .. });
                self.undecided = true;
                self.classify_undecided(&ty, name, args, call)
            }
        }
    }

    fn classify_opaque(&mut self, name: &str, args: &[&syn::Expr]) -> Receiver {
        let rule = rules::find(name, args.len() + 1).filter(|rule| rule.std_method);
        let real = rule.is_some() && args.iter().any(|arg| self.looks_real(arg));
        match real {
            true => Receiver::Real,
            false => Receiver::Opaque,
        }
    }

    fn classify_undecided(
        &mut self,
        ty: &Ty,
        name: &str,
        args: &[&syn::Expr],
        call: bool,
    ) -> Receiver {
        if call && args.is_empty() && matches!(name, "to_vec" | "len") {
            let list = Ty::Seq(Box::new(self.infer.fresh(Kind::Call)));
            let _ = self.infer.unify(ty, &list);
            return Receiver::Indexed(list);
        }
        // `dist.min()` is a method of the user's.
        let own = matches!(name, "min" | "max") && args.is_empty();
        let integer = is_integer_method(name) && !own;
        let real = rules::find_called(name, args.len() + 1).is_some() || CLASSIFY.contains(&name);
        let real = match (real, integer) {
            (true, false) => true,
            // What nothing tells of the result of a call is that it is a number.
            (true, true) => {
                args.iter().any(|arg| self.looks_real(arg))
                    || (call && !args.iter().any(|arg| self.looks_integer(arg)))
            }
            (false, _) => false,
        };
        if real {
            let float = self.infer.fresh(Kind::Float { soft: true });
            // An undecided type takes any other.
            let _ = self.infer.unify(ty, &float);
            return Receiver::Real;
        }
        match integer && (call || !args.is_empty()) {
            true => Receiver::Integer,
            false if call => Receiver::Struct,
            false => Receiver::Opaque,
        }
    }

    /// A method of an integer: known ones are pure.
    fn integer_method(&mut self, receiver: Expr, call: &syn::ExprMethodCall, name: &str) -> Expr {
        if matches!(name, "clone" | "to_owned") && call.args.is_empty() {
            return receiver;
        }
        if INTEGER_TEST.contains(&name) {
            return self.constant_method(receiver, call, true, Ty::Bool);
        }
        if INTEGER.contains(&name) {
            if !matches!(name, "pow" | "ilog" | "rotate_left" | "rotate_right") {
                self.expect(&receiver, &Ty::Int);
            }
            return self.constant_method(receiver, call, true, Ty::Int);
        }
        self.constant_method(receiver, call, false, Ty::Opaque)
    }

    /// A method of a constant of unknown type.
    pub(super) fn opaque_method(
        &mut self,
        receiver: Expr,
        call: &syn::ExprMethodCall,
        name: &str,
    ) -> Expr {
        let known = INTEGER.contains(&name)
            || INTEGER_TEST.contains(&name)
            || CLASSIFY.contains(&name)
            || rules::find_called(name, call.args.len() + 1).is_some()
            || matches!(
                name,
                "len" | "is_empty" | "clone" | "to_owned" | "to_vec" | "as_slice"
            );
        let ty = match name {
            "len" => Ty::Int,
            "is_empty" => Ty::Bool,
            _ if CLASSIFY.contains(&name) => Ty::Bool,
            _ => Ty::Opaque,
        };
        self.constant_method(receiver, call, known, ty)
    }

    /// Arguments of a method of a constant, and of a function of constants: closures that use constants stay as they are.
    pub(super) fn args_of_constant<'e>(
        &mut self,
        given: impl IntoIterator<Item = &'e syn::Expr>,
    ) -> Vec<Expr> {
        let mut args = Vec::new();
        for arg in given {
            let closure = match bare(arg) {
                syn::Expr::Closure(closure) => self.constant_closure(closure),
                _ => None,
            };
            args.extend(match closure {
                Some(closure) => vec![closure],
                None => self.args(std::iter::once(arg)),
            });
        }
        args
    }

    /// A method on constants: as written.
    pub(super) fn constant_method(
        &mut self,
        receiver: Expr,
        call: &syn::ExprMethodCall,
        pure: bool,
        ty: Ty,
    ) -> Expr {
        let args = self.args_of_constant(&call.args);
        let real = args.iter().find(|arg| self.carries_real(arg));
        if real.is_some() {
            let known = self.is_known_to_change(&call.method) == Some(false);
            if known || self.is_own_receiver(&call.receiver) {
                return self.method_of_constant(receiver, args, call);
            }
            let name = call.method.to_string();
            return self.refuse(&diag::UNKNOWN_METHOD, &call.method, &[&name]);
        }
        self.undecided |= args.iter().any(|arg| self.infer.is_open(&arg.ty));
        if let Some(arg) = args
            .iter()
            .position(|arg| matches!(arg.ty, Ty::Ref(true, _)))
        {
            let arg = &call.args[arg];
            return self.refuse(&diag::EXCLUSIVE_ARGUMENT, arg, &[&text_of(arg)]);
        }
        // An integer that a closure is handed by reference is a value here.
        let by_reference = call.method == "contains" || call.method == "binary_search";
        let scalar = |arg: &Expr| matches!(self.infer.shallow(&arg.ty), Ty::Int | Ty::Bool);
        let lent: Vec<Option<TokenStream>> = args
            .iter()
            .zip(&call.args)
            .map(|(arg, text)| {
                let written = matches!(bare(text), syn::Expr::Reference(_));
                (by_reference && !written && scalar(arg)).then(|| quote!(&))
            })
            .collect();
        let mut parts: Vec<(Expr, TokenStream)> = vec![(receiver, call.receiver.to_token_stream())];
        parts.extend(
            args.into_iter()
                .zip(call.args.iter().map(ToTokens::to_token_stream)),
        );
        let (method, turbofish) = (&call.method, &call.turbofish);
        let place = self.is_place(&call.receiver);
        if place && !pure {
            self.note_state(&call.receiver);
        }
        self.compose_on(place, parts, pure, ty, method.span(), |parts| {
            let (receiver, args) = (&parts[0], &parts[1..]);
            let receiver = postfix(receiver);
            quote!(#receiver.#method #turbofish (#(#lent #args),*))
        })
    }

    /// A variable that an unknown method is called on is state, if it can change.
    fn note_state(&mut self, receiver: &syn::Expr) {
        if let Some(var) = self.root(receiver)
            && self.var(var).mutable
        {
            self.facts[var.0 as usize].state = true;
        }
    }

    fn other_method(&mut self, receiver: Expr, call: &syn::ExprMethodCall, name: &str) -> Expr {
        if matches!(name, "clone" | "to_owned")
            && call.args.is_empty()
            && self.is_copy(&receiver.ty)
        {
            return receiver;
        }
        if !self.infer.may_be_real(&receiver.ty) {
            return self.constant_method(receiver, call, false, Ty::Opaque);
        }
        self.refuse(&diag::UNKNOWN_METHOD, &call.method, &[name])
    }
}

/// The type of the result of an associated function of an integer type.
pub(super) fn integer_result(name: &str) -> Ty {
    match name {
        _ if INTEGER_TEST.contains(&name) => Ty::Bool,
        "from" | "from_ne_bytes" | "from_le_bytes" | "from_be_bytes" => Ty::Int,
        _ if INTEGER.contains(&name) => Ty::Int,
        _ => Ty::Opaque,
    }
}

/// An operand in front of a method call.
fn postfix(tokens: &TokenStream) -> TokenStream {
    let simple = syn::parse2::<syn::Expr>(tokens.clone()).is_ok_and(|expr| {
        !matches!(
            expr,
            syn::Expr::Binary(_)
                | syn::Expr::Unary(_)
                | syn::Expr::Cast(_)
                | syn::Expr::Range(_)
                | syn::Expr::Reference(_)
        )
    });
    match simple {
        true => tokens.clone(),
        false => quote!((#tokens)),
    }
}
