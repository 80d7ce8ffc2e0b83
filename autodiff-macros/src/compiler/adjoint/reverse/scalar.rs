//! Operations on numbers.
//!
//! In: `v = op(a, b)`, where `v` has an adjoint. Out: its contributions to the adjoints of `a` and `b`, which are the
//! partials of the table of rules, or those of the arithmetic operators, times that of `v`.
//!
//! ```text
//! y = a * b      a_bar += y_bar * b; b_bar += y_bar * a;
//! ```

use proc_macro2::{Ident, Span};
use quote::quote;

use super::Reverse;
use super::bar::add_to;
use crate::compiler::adjoint::{Context, Rev};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::{BinOp, UnOp};
use crate::compiler::primal::{operands, ty_tokens};
use crate::compiler::real;
use crate::compiler::rule_text::Scope;
use crate::compiler::singular;
use crate::compiler::ssa::{Op, ValId};

impl<'a> Reverse<'a, '_> {
    pub(super) fn op(&mut self, v: ValId, op: &Op, out: &mut Vec<Rev<'a>>) {
        let bar = Expr::Bar(v);
        match op {
            Op::Un(UnOp::Neg, a) => self.contribute(*a, Expr::neg(bar), out),
            Op::Bin(BinOp::Add, a, b) => {
                self.contribute(*a, bar.clone(), out);
                self.contribute(*b, bar, out);
            }
            Op::Bin(BinOp::Sub, a, b) => {
                self.contribute(*a, bar.clone(), out);
                self.contribute(*b, Expr::neg(bar), out);
            }
            // The same number as from two additions, of which one would wait for the other.
            Op::Bin(BinOp::Mul, a, b) if a == b => {
                let product = self.guarded_product(v, *a, Expr::twice(*a));
                self.contribute(*a, product, out);
            }
            Op::Bin(BinOp::Mul, a, b) => {
                let [by_a, by_b] = [*b, *a].map(|f| self.guarded_product(v, f, Expr::Val(f)));
                self.contribute(*a, by_a, out);
                self.contribute(*b, by_b, out);
            }
            Op::Bin(BinOp::Div, a, b) => {
                let singular = self.watch.guards(self.cx, v, op);
                self.quotient(v, (*a, *b), singular, out);
            }
            Op::Bin(BinOp::Rem, a, b) => self.remainder(v, *a, *b, out),
            Op::Cast(a, _) => {
                let [from, to] = [v, *a].map(|v| &self.cx.func.val(v).ty);
                self.contribute(*a, real::cast(bar, from, to, self.rt()), out);
            }
            Op::Rule {
                rule,
                args,
                weights,
            } => {
                let scope = rule_scope(self.cx, v, rule, args, weights);
                for (k, arg) in args.iter().enumerate() {
                    if self.cx.facts.active(*arg) {
                        let partial = rule.partials.get(k).copied().unwrap_or("0.0");
                        let product = self.guarded(v, op, scope.seeded(partial, &bar));
                        self.contribute(*arg, product, out);
                    }
                }
            }
            Op::Load(at) if self.cx.facts.active_place(at) => {
                let place = self.bar_place(at);
                out.push(Rev::Code(add_to(place, bar)));
            }
            Op::LoadIf(guard, at) if self.cx.facts.active_place(at) => {
                let place = self.bar_place(at);
                out.push(Rev::Code(Stmt::If {
                    cond: Expr::Val(*guard),
                    then: vec![add_to(place, bar)],
                    els: Vec::new(),
                }));
            }
            _ => {}
        }
    }

    /// A contribution of an operation to the adjoint of an operand: 0 where the adjoint of its result
    /// is 0, also if its partial is infinite.
    fn guarded(&self, v: ValId, op: &Op, product: Expr) -> Expr {
        match self.watch.guards(self.cx, v, op) {
            true => singular::unless_zero(&Expr::Bar(v), product),
            false => product,
        }
    }

    /// A contribution of the product `v` by the partial that the factor `by` gives: 0 where the adjoint of the product is 0, also
    /// if the factor is infinite.
    fn guarded_product(&self, v: ValId, by: ValId, partial: Expr) -> Expr {
        let bar = Expr::Bar(v);
        let product = Expr::mul(bar.clone(), partial);
        match self.watch.guards_product(self.cx, v, by) {
            true => singular::unless_zero(&bar, product),
            false => product,
        }
    }

    /// True for a literal whose reciprocal, which rustc computes, is far from overflow and underflow.
    fn is_ordinary(&self, v: ValId) -> bool {
        let Some(Op::Lit(tokens)) = self.cx.layout.op(v) else {
            return false;
        };
        let text = tokens.to_string().replace('_', "");
        let text = text.trim_end_matches("f64").trim_end_matches("f32");
        text.parse::<f64>()
            .is_ok_and(|x| (1e-30..1e30).contains(&x.abs()))
    }

    /// `t = ȳ / b; ā += t; b̄ -= t y`: one division, or none where the primal has `1 / b`.
    fn quotient(
        &mut self,
        y: ValId,
        (a, b): (ValId, ValId),
        singular: bool,
        out: &mut Vec<Rev<'a>>,
    ) {
        let bar = Expr::Bar(y);
        let (in_dividend, in_divisor) = (self.cx.facts.active(a), self.cx.facts.active(b));
        let inverse = self.cx.layout.reciprocal_beside(y, b);
        let scaled = inverse.map(|inverse| Expr::mul(bar.clone(), Expr::Val(inverse)));
        let quotient = match (scaled, singular && in_dividend) {
            (Some(scaled), true) => singular::unless_zero(&bar, scaled),
            (Some(scaled), false) => scaled,
            (None, true) => singular::quotient(bar.clone(), Expr::Val(b)),
            (None, false) if self.is_ordinary(b) => {
                let one = real::number(&self.cx.func.val(b).ty, quote!(1.0));
                Expr::mul(bar.clone(), Expr::bin("/", one, Expr::Val(b)))
            }
            (None, false) => Expr::bin("/", bar.clone(), Expr::Val(b)),
        };
        if !in_divisor {
            return self.contribute(a, quotient, out);
        }
        let name = self.fresh.numbered("q", "_", 1, self.cx.func.val(y).span);
        let ty = Some(ty_tokens(&self.cx.func.val(y).ty));
        out.push(Rev::Code(Stmt::Let {
            name: name.clone(),
            mutable: false,
            ty,
            init: Some(quotient),
        }));
        let name = Expr::Name(name);
        self.contribute(a, name.clone(), out);
        let product = Expr::mul(name, Expr::Val(y));
        let product = match singular {
            true => singular::unless_zero(&bar, product),
            false => product,
        };
        self.contribute(b, Expr::neg(product), out);
    }

    /// Off the jumps: 1 in the dividend, -trunc(a / b) in the divisor.
    fn remainder(&mut self, y: ValId, a: ValId, b: ValId, out: &mut Vec<Rev<'a>>) {
        self.contribute(a, Expr::Bar(y), out);
        let trunc = Ident::new("trunc", Span::call_site());
        let steps = Expr::call(
            real::method(&self.cx.func.val(y).ty, &trunc, self.rt()),
            vec![Expr::bin("/", Expr::Val(a), Expr::Val(b))],
        );
        self.contribute(b, Expr::neg(Expr::mul(Expr::Bar(y), steps)), out);
    }
}

/// What the names in the texts of a row stand for.
pub(crate) fn rule_scope<'r>(
    cx: &Context<'_>,
    y: ValId,
    rule: &'r autodiff_runtime::rules::Rule,
    args: &[ValId],
    weights: &[ValId],
) -> Scope<'r> {
    let mut names: Vec<(&str, Expr)> = rule
        .args
        .iter()
        .copied()
        .zip(operands(rule, args))
        .collect();
    names.extend(rule.results.iter().map(|r| (*r, Expr::Val(y))));
    names.extend(
        rule.decisions
            .iter()
            .map(|d| d.weight)
            .zip(weights.iter().map(|w| Expr::Val(*w))),
    );
    Scope {
        names,
        real: cx.func.val(y).ty.clone(),
        known: cx.layout.evaluated_beside(y, args),
        tangents: None,
        rt: cx.names.rt.clone(),
    }
}
