//! Methods of real numbers: rules and predicates.

use super::Lower;
use super::expr::bare;
use super::infer::Kind;
use super::method::CLASSIFY;
use crate::compiler::diag::{self};
use crate::compiler::hir::{Expr, ExprKind, PinKind, Ty, VarId};
use autodiff_runtime::rules::{self, Rule};
use proc_macro2::{Ident, Span};
use quote::ToTokens;

impl Lower<'_> {
    /// A method that is called on a reference to a number: a trait of the user's may come first.
    pub(super) fn pin_on_reference(&mut self, call: &syn::ExprMethodCall, receiver: &Expr) {
        let root = self.root(&call.receiver);
        let reference = match bare(&call.receiver) {
            syn::Expr::Unary(_) => false,
            syn::Expr::Reference(_) => true,
            _ => root.is_some_and(|var| self.may_be_reference(var)),
        };
        if reference && call.method != "clone" && call.method != "to_owned" {
            let real = super::std_call::ty_tokens(&self.infer.strip(&receiver.ty));
            let (path, name) = (call.method.to_token_stream(), call.method.to_string());
            let kind = PinKind::OnReference(real);
            self.pin(path, &name, 1 + call.args.len(), kind);
        }
    }

    /// True if the variable, or an element of it, may be a reference to a number.
    pub(super) fn may_be_reference(&self, var: VarId) -> bool {
        fn mentions(lower: &Lower<'_>, ty: &Ty) -> bool {
            match lower.infer.shallow(ty) {
                Ty::Ref(_, inner) => inner.element().is_none() || mentions(lower, &inner),
                Ty::Tuple(parts) => parts.iter().any(|part| mentions(lower, part)),
                ty => ty.element().is_some_and(|inner| mentions(lower, inner)),
            }
        }
        let facts = &self.facts[var.0 as usize];
        let alias =
            facts.alias_of.is_some() && self.infer.strip(&self.var(var).ty).element().is_none();
        alias || facts.held.is_some() || mentions(self, &self.var(var).ty)
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
        if let Some(value) = self.parameter_method(&receiver, method, source) {
            return value;
        }
        let lowered: Vec<Expr> = args.iter().map(|arg| self.operand(arg)).collect();
        let Some(rule) = rules::find_called(&name, lowered.len() + 1) else {
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

    pub(super) fn no_rule(&mut self, method: &Ident, name: &str) -> Expr {
        if rules::all().any(|rule| rule.name == name) && !rules::OPERATORS.contains(&name) {
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
    pub(super) fn only_real(&mut self, ty: &Ty, span: Span) {
        let float = self.infer.fresh(Kind::Float { soft: true });
        if self.infer.unify(ty, &float).is_err() {
            let found = self.type_name(ty);
            self.diags
                .report(&diag::TYPE_MISMATCH, span, &["a real number", found]);
        }
    }

    /// `x.sin_cos()` is `(x.sin(), x.cos())`.
    pub(super) fn pair(
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
}
