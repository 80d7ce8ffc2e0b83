//! Method calls.

use autodiff_runtime::rules::{self, Rule};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::Lower;
use super::expr::bare;
use super::infer::{Kind, element};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{Block, Expr, ExprKind, PinKind, Place, Proj, StmtKind, Ty, VarId};

/// Predicates of a real number.
const CLASSIFY: [&str; 7] = [
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

/// What a method is called on.
enum Receiver {
    Real,
    Integer,
    Indexed(Ty),
    Opaque,
    Other,
}

impl Lower<'_> {
    pub(super) fn method_call(&mut self, call: &syn::ExprMethodCall) -> Expr {
        let name = call.method.to_string();
        if let Some(value) = self.place_method(call, &name) {
            return value;
        }
        let receiver = self.receiver(&call.receiver);
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        match self.classify(&receiver, &name, &args) {
            Receiver::Real => {
                self.pin_on_reference(call, &receiver);
                self.float_method(receiver, &call.method, &args, call)
            }
            Receiver::Integer => self.integer_method(receiver, call, &name),
            Receiver::Indexed(ty) => self.indexed_value(receiver, ty, call, &name),
            Receiver::Opaque => self.opaque_method(receiver, call, &name),
            Receiver::Other if self.is_error(&receiver.ty) => receiver,
            Receiver::Other => self.other_method(receiver, call, &name),
        }
    }

    /// A method that is called on a reference to a number: a trait of the user's may come first.
    fn pin_on_reference(&mut self, call: &syn::ExprMethodCall, receiver: &Expr) {
        let root = self.root(&call.receiver);
        let reference = match bare(&call.receiver) {
            syn::Expr::Unary(_) => false,
            syn::Expr::Reference(_) => true,
            _ => root.is_some_and(|var| self.may_be_reference(var)),
        };
        if reference && call.method != "clone" && call.method != "to_owned" {
            let real = super::call::ty_tokens(&self.infer.strip(&receiver.ty));
            let (path, name) = (call.method.to_token_stream(), call.method.to_string());
            let kind = PinKind::OnReference(real);
            self.pin(path, &name, 1 + call.args.len(), kind);
        }
    }

    /// True if the variable, or an element of it, may be a reference to a number.
    fn may_be_reference(&self, var: VarId) -> bool {
        fn mentions(lower: &Lower<'_>, ty: &Ty) -> bool {
            match lower.infer.shallow(ty) {
                Ty::Ref(_, inner) => element(&inner).is_none() || mentions(lower, &inner),
                Ty::Tuple(parts) => parts.iter().any(|part| mentions(lower, part)),
                ty => element(&ty).is_some_and(|inner| mentions(lower, inner)),
            }
        }
        let facts = &self.facts[var.0 as usize];
        let alias =
            facts.alias_of.is_some() && element(&self.infer.strip(&self.var(var).ty)).is_none();
        alias || facts.held.is_some() || mentions(self, &self.var(var).ty)
    }

    fn receiver(&mut self, receiver: &syn::Expr) -> Expr {
        let inner = bare(receiver);
        if self.is_place(inner) && self.is_opaque_place(inner) {
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
            ty if element(ty).is_some() => return Receiver::Indexed(ty.clone()),
            Ty::Opaque => return self.classify_opaque(name, args),
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
        let integer = INTEGER.contains(&name) || INTEGER_TEST.contains(&name);
        let real = rules::find(name, args.len() + 1).is_some() || CLASSIFY.contains(&name);
        let real = match (real, integer) {
            (true, false) => true,
            (true, true) => {
                args.iter().any(|arg| self.looks_real(arg)) || (call && args.is_empty())
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
            false if call => Receiver::Other,
            false => Receiver::Opaque,
        }
    }

    /// True if an argument that was not lowered yet is, by its looks, a real number.
    fn looks_real(&self, arg: &syn::Expr) -> bool {
        let arg = bare(arg);
        match arg {
            syn::Expr::Lit(lit) => matches!(lit.lit, syn::Lit::Float(_)),
            syn::Expr::Binary(binary) => {
                self.looks_real(&binary.left) || self.looks_real(&binary.right)
            }
            syn::Expr::Unary(unary) if !matches!(unary.op, syn::UnOp::Deref(_)) => {
                self.looks_real(&unary.expr)
            }
            syn::Expr::MethodCall(call) => call.method != "len" && self.looks_real(&call.receiver),
            syn::Expr::Cast(cast) => match crate::compiler::parse::types::bare(&cast.ty) {
                syn::Type::Path(path) => path.path.is_ident("f64") || path.path.is_ident("f32"),
                _ => false,
            },
            syn::Expr::If(branch) => match branch.then_branch.stmts.last() {
                Some(syn::Stmt::Expr(tail, None)) => self.looks_real(tail),
                _ => false,
            },
            arg => match self.root(arg) {
                Some(root) => {
                    let mut ty = self.infer.strip(&self.var(root).ty);
                    while let Some(inner) = element(&ty) {
                        ty = self.infer.strip(inner);
                    }
                    self.infer.may_be_real(&ty)
                }
                None => false,
            },
        }
    }

    /// A method of a real number.
    pub(super) fn float_method(
        &mut self,
        receiver: Expr,
        method: &Ident,
        args: &[&syn::Expr],
        source: &impl ToTokens,
    ) -> Expr {
        let name = method.to_string();
        if CLASSIFY.contains(&name.as_str()) && args.is_empty() {
            let kind = ExprKind::Classify(method.clone(), Box::new(receiver));
            let value = self.make(kind, Ty::Bool, method.span());
            return self.with_source(value, source);
        }
        if matches!(name.as_str(), "clone" | "to_owned") && args.is_empty() {
            return receiver;
        }
        let lowered: Vec<Expr> = args.iter().map(|arg| self.operand(arg)).collect();
        let Some(rule) = rules::find(&name, lowered.len() + 1) else {
            return self.no_rule(method, &name);
        };
        if !rule.std_method {
            let path = method.to_token_stream();
            self.pin(path, rule.name, rule.args.len(), PinKind::Method);
        }
        if let (Some(refusal), "") = (rule.refused, rule.primal) {
            // It gives no real number: nothing that follows could be understood.
            let args = [rule.name, refusal.why, refusal.instead];
            return self.refuse(&diag::DISCONTINUOUS, method, &args);
        }
        let all: Vec<Expr> = std::iter::once(receiver).chain(lowered).collect();
        self.rule(rule, all, method.span(), source)
    }

    fn no_rule(&mut self, method: &Ident, name: &str) -> Expr {
        if rules::all().any(|rule| rule.name == name) {
            return self.refuse(&diag::ARGUMENT_COUNT, method, &[name]);
        }
        let near = rules::nearest(name);
        let report = self.diags.report_at(&diag::NO_RULE, method, &[name]);
        if let Some(near) = near {
            report.help(format!("did you mean `{near}`?"));
        }
        self.error(method.to_token_stream())
    }

    /// An operation of the table on operands, types checked.
    pub(super) fn rule(
        &mut self,
        rule: &'static Rule,
        args: Vec<Expr>,
        span: Span,
        source: &impl ToTokens,
    ) -> Expr {
        let mut args = args;
        for i in rule.integer_args {
            // No other use may tell the type of a literal.
            super::annotation::apply(&syn::parse_quote!(i32), &mut args[*i]);
        }
        let mut ty = None;
        for (i, arg) in args.iter().enumerate() {
            if rule.integer_args.contains(&i) {
                self.expect(arg, &Ty::Int);
                continue;
            }
            let real = ty.get_or_insert_with(|| match self.infer.strip(&arg.ty) {
                Ty::Opaque => self.infer.fresh(Kind::Float { soft: true }),
                ty => ty,
            });
            let real = real.clone();
            self.expect(arg, &real);
        }
        let ty = ty.unwrap_or(Ty::Opaque);
        self.only_real(&ty, span);
        if rule.pair_result {
            return self.pair(rule, args, ty, span, source);
        }
        let value = self.make(ExprKind::Rule(rule, args), ty, span);
        self.with_source(value, source)
    }

    /// The operands of a rule are real numbers, whatever else was guessed.
    fn only_real(&mut self, ty: &Ty, span: Span) {
        let float = self.infer.fresh(Kind::Float { soft: true });
        if self.infer.unify(ty, &float).is_err() {
            let found = self.type_name(ty);
            self.diags
                .report(&diag::TYPE_MISMATCH, span, &["a real number", found]);
        }
    }

    /// `x.sin_cos()` is `(x.sin(), x.cos())`.
    fn pair(
        &mut self,
        rule: &'static Rule,
        mut args: Vec<Expr>,
        ty: Ty,
        span: Span,
        source: &impl ToTokens,
    ) -> Expr {
        let parts = rule
            .name
            .split_once('_')
            .and_then(|(a, b)| rules::find(a, args.len()).zip(rules::find(b, args.len())));
        let (Some((first, second)), Some(arg)) = (parts, args.pop()) else {
            return self.refuse(&diag::NO_RULE, source, &[rule.name]);
        };
        self.in_block("angle", arg, span, |this, place| {
            let mut parts = Vec::new();
            for rule in [first, second] {
                let arg = this.read(place.clone());
                let value = this.make(ExprKind::Rule(rule, vec![arg]), ty.clone(), span);
                parts.push(this.with_source(value, source));
            }
            this.make(
                ExprKind::Tuple(parts),
                Ty::Tuple(vec![ty.clone(), ty]),
                span,
            )
        })
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
    fn opaque_method(&mut self, receiver: Expr, call: &syn::ExprMethodCall, name: &str) -> Expr {
        let known = INTEGER.contains(&name)
            || INTEGER_TEST.contains(&name)
            || CLASSIFY.contains(&name)
            || rules::find(name, call.args.len() + 1).is_some()
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

    /// A method on constants: as written.
    fn constant_method(
        &mut self,
        receiver: Expr,
        call: &syn::ExprMethodCall,
        pure: bool,
        ty: Ty,
    ) -> Expr {
        let args = self.args(call.args.iter());
        let real = args.iter().find(|arg| self.carries_real(arg));
        if real.is_some() {
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
        let mut parts: Vec<(Expr, TokenStream)> = vec![(receiver, call.receiver.to_token_stream())];
        parts.extend(
            args.into_iter()
                .zip(call.args.iter().map(ToTokens::to_token_stream)),
        );
        let (method, turbofish) = (&call.method, &call.turbofish);
        self.compose(parts, pure, ty, method.span(), |parts| {
            let (receiver, args) = (&parts[0], &parts[1..]);
            let receiver = postfix(receiver);
            quote!(#receiver.#method #turbofish (#(#args),*))
        })
    }

    /// Methods of variables and their parts: lengths and copies.
    fn place_method(&mut self, call: &syn::ExprMethodCall, name: &str) -> Option<Expr> {
        let receiver = bare(&call.receiver);
        let known = matches!(name, "len" | "is_empty" | "clone" | "to_vec" | "to_owned");
        if !known || !call.args.is_empty() || !self.is_place(receiver) {
            return None;
        }
        if self.is_opaque_place(receiver) {
            return None;
        }
        let place = self.in_operand(|this| this.place(receiver));
        let span = call.method.span();
        if matches!(place.path.last(), Some(Proj::Slice { .. })) {
            return Some(self.of_part(place, name, span));
        }
        let ty = self.infer.strip(&place.ty);
        let indexed = element(&ty).is_some();
        match name {
            "len" | "is_empty" if indexed => Some(self.length(place, name, span)),
            _ if indexed => Some(self.copy(place, ty, name, span)),
            "len" | "is_empty" => self.undecided_length(place, ty, name, span),
            // A scalar or a tuple of scalars: the value itself.
            "clone" | "to_owned" if self.is_copy(&ty) => Some(self.read(place)),
            _ => None,
        }
    }

    /// `w[a..b].to_vec()`: the part gets a name first.
    fn of_part(&mut self, place: Place, name: &str, span: Span) -> Expr {
        let ty = self.infer.strip(&place.ty);
        let root = place.root;
        let var = self.temp("part", Ty::Ref(false, Box::new(ty.clone())), span);
        self.facts[var.0 as usize].alias_of = Some(root);
        let alias = super::stmt(StmtKind::Alias { var, place }, span);
        let whole = self.whole(var, span);
        let value = match name {
            "len" | "is_empty" => self.length(whole, name, span),
            _ => self.copy(whole, ty, "to_vec", span),
        };
        let ty = value.ty.clone();
        let block = Block {
            stmts: vec![alias],
            value: Some(Box::new(value)),
        };
        self.make(ExprKind::Block(block), ty, span)
    }

    fn length(&mut self, place: Place, name: &str, span: Span) -> Expr {
        let len = self.make(ExprKind::Len(place), Ty::Int, span);
        if name == "len" {
            return len;
        }
        let zero = self.number(0, span);
        let kind = ExprKind::Binary(
            crate::compiler::hir::BinOp::Eq,
            Box::new(len),
            Box::new(zero),
        );
        self.make(kind, Ty::Bool, span)
    }

    /// `.len()` of the result of a call: it is something indexed, or rustc refuses the pin.
    fn undecided_length(&mut self, place: Place, ty: Ty, name: &str, span: Span) -> Option<Expr> {
        if !matches!(
            self.infer.kind(&ty),
            Some(Kind::Call | Kind::Path { real: true, .. })
        ) {
            return None;
        }
        self.element_of(&ty)?;
        Some(self.length(place, name, span))
    }

    fn copy(&mut self, place: Place, ty: Ty, name: &str, span: Span) -> Expr {
        let inner = element(&ty).cloned().unwrap_or(Ty::Opaque);
        let vec = name == "to_vec" || matches!(ty, Ty::Slice(_));
        let ty = match vec {
            true => Ty::Vec(Box::new(inner)),
            false => ty,
        };
        self.make(ExprKind::CloneOf(place), ty, span)
    }

    /// True for scalars, and tuples and arrays of them.
    pub(super) fn is_copy(&self, ty: &Ty) -> bool {
        match self.infer.strip(ty) {
            Ty::Real(_) | Ty::Int | Ty::Bool | Ty::Unit => true,
            Ty::Tuple(parts) => parts.iter().all(|part| self.is_copy(part)),
            Ty::Array(inner, _) => self.is_copy(&inner),
            ty => self.infer.is_real(&ty),
        }
    }

    /// A method of a vector, slice or array that is no variable, or that is not known.
    fn indexed_value(
        &mut self,
        receiver: Expr,
        ty: Ty,
        call: &syn::ExprMethodCall,
        name: &str,
    ) -> Expr {
        let lengths = matches!(name, "len" | "is_empty") && call.args.is_empty();
        let is_place = matches!(receiver.kind, ExprKind::Place(_));
        if lengths && matches!(receiver.kind, ExprKind::Opaque(_)) {
            return self.opaque_method(receiver, call, name);
        }
        if lengths && !is_place {
            let span = call.method.span();
            let name = name.to_owned();
            return self.in_block("sequence", receiver, span, |this, place| {
                this.length(place, &name, span)
            });
        }
        if matches!(name, "to_vec" | "clone" | "to_owned") && call.args.is_empty() && !is_place {
            let vec = name == "to_vec" || matches!(ty, Ty::Slice(_));
            if !vec || matches!(ty, Ty::Vec(_)) {
                return receiver;
            }
            let (span, name) = (call.method.span(), name.to_owned());
            return self.in_block("sequence", receiver, span, |this, place| {
                this.copy(place, ty, &name, span)
            });
        }
        if self.infer.may_be_real(&ty) {
            return self.sequence_method(call, name);
        }
        self.constant_sequence_method(receiver, call, name)
    }

    fn sequence_method(&mut self, call: &syn::ExprMethodCall, name: &str) -> Expr {
        let entry = match name {
            "iter" | "iter_mut" | "into_iter" | "windows" | "chunks" | "chunks_exact" => {
                &diag::ITERATOR
            }
            _ => &diag::SEQUENCE_METHOD,
        };
        self.refuse(entry, &call.method, &[name])
    }

    /// A method of a list of constants. One that may change the list would change it unseen.
    fn constant_sequence_method(
        &mut self,
        receiver: Expr,
        call: &syn::ExprMethodCall,
        name: &str,
    ) -> Expr {
        const READS: [&str; 9] = [
            "iter",
            "contains",
            "first",
            "last",
            "get",
            "starts_with",
            "ends_with",
            "binary_search",
            "concat",
        ];
        if self.infer.is_open(&receiver.ty) {
            self.undecided = true;
        }
        if READS.contains(&name) {
            return self.constant_method(receiver, call, false, Ty::Opaque);
        }
        self.refuse(&diag::SEQUENCE_METHOD, &call.method, &[name])
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
