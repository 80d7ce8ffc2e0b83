//! Operations on values.
//!
//! In: the definition `v = op(…)`. Out: the expression, with the primal of a rule from the table, and with decisions as calls
//! to the selection.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::{dummy, place, user};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::emit_names::EmitNames;
use crate::compiler::hir::{Real, Ty, UnOp};
use crate::compiler::real;
use crate::compiler::rule_text::Scope;
use crate::compiler::ssa::{Func, Op, SiteId, ValId};

/// An operation as an expression over the values that it takes.
pub(crate) fn operation(func: &Func, v: ValId, op: &Op, names: &EmitNames) -> Expr {
    let (rt, sel) = (&names.rt, &names.sel);
    match op {
        Op::Lit(tokens) | Op::Param(tokens) => Expr::Raw(tokens.clone()),
        Op::Un(UnOp::Neg, a) => Expr::Neg(Box::new(Expr::Val(*a))),
        Op::Un(UnOp::Not, a) => Expr::Not(Box::new(Expr::Val(*a))),
        Op::Bin(op, a, b) => Expr::bin(op.symbol(), Expr::Val(*a), Expr::Val(*b)),
        Op::Cast(a, ty) => match func.is_real(*a) && func.is_real(v) {
            true => {
                let [from, to] = [*a, v].map(|v| &func.val(v).ty);
                real::cast(Expr::Val(*a), from, to, rt)
            }
            false => Expr::Cast(Box::new(Expr::Val(*a)), ty.clone()),
        },
        Op::Stop(a) => Expr::Val(*a),
        Op::Load(at) => place(at, Expr::Mem(at.mem)),
        Op::LoadIf(guard, at) => load_if(func, v, *guard, place(at, Expr::Mem(at.mem))),
        Op::Measure(at, method) => Expr::Invoke(
            Box::new(place(at, Expr::Mem(at.mem))),
            method.to_token_stream(),
            Vec::new(),
        ),
        Op::Len(at) => Expr::method(place(at, Expr::Mem(at.mem)), "len", Vec::new()),
        Op::Rule { rule, args, .. } => scope(func, v, rule, args, rt).expr(rule.primal),
        Op::Weight {
            site,
            rule,
            kink,
            args,
        } => {
            let scope = scope(func, args[0], rule, args, rt);
            let kink = &rule.decisions[*kink];
            let args = vec![
                site_ref(names, *site),
                to_f64(func, args[0], scope.expr(kink.margin), rt),
                scope.expr(kink.above),
                scope.expr(kink.tie),
            ];
            Expr::method(Expr::Raw(quote!(#sel)), "weight", args)
        }
        Op::Branch { site, op, lhs, rhs } => {
            let (a, b) = (Expr::Val(*lhs), Expr::Val(*rhs));
            let margin = to_f64(
                func,
                if func.is_real(*lhs) { *lhs } else { *rhs },
                Expr::bin("-", a.clone(), b.clone()),
                rt,
            );
            let holds = Expr::bin(op.symbol(), a.clone(), b.clone());
            Expr::method(
                Expr::Raw(quote!(#sel)),
                "branch",
                vec![site_ref(names, *site), margin, holds, Expr::bin("==", a, b)],
            )
        }
        Op::Classify(method, a) => {
            let path = real::method(&func.val(*a).ty, method, rt);
            Expr::call(path, vec![Expr::Val(*a)])
        }
        Op::Opaque(code) => user(code),
    }
}

/// `if guard { e } else { 0 }`
fn load_if(func: &Func, v: ValId, guard: ValId, e: Expr) -> Expr {
    let otherwise = dummy(&func.val(v).ty);
    Expr::If(Box::new(Expr::Val(guard)), Box::new(e), Box::new(otherwise))
}

/// Tells the selection that an operation is at the border of its domain, if it is.
pub(crate) fn border(func: &Func, v: ValId, op: &Op, names: &EmitNames) -> Option<Stmt> {
    let (Op::Rule { rule, args, .. }, Some(site)) = (op, func.borders.get(&v)) else {
        return None;
    };
    let sel = &names.sel;
    let at = scope(func, v, rule, args, &names.rt).expr(rule.border?.at);
    let tell = Expr::method(
        Expr::Raw(quote!(#sel)),
        "border",
        vec![site_ref(names, *site)],
    );
    Some(Stmt::If {
        cond: at,
        then: vec![Stmt::Expr(tell)],
        els: Vec::new(),
    })
}

/// The operands of a row. An integer literal gets its type, so that methods can be called on it.
pub(crate) fn operands(rule: &autodiff_runtime::rules::Rule, args: &[ValId]) -> Vec<Expr> {
    let operand = |(k, v): (usize, &ValId)| match rule.integer_args.contains(&k) {
        true => Expr::Cast(Box::new(Expr::Val(*v)), quote!(i32)),
        false => Expr::Val(*v),
    };
    args.iter().enumerate().map(operand).collect()
}

fn scope<'r>(
    func: &Func,
    y: ValId,
    rule: &'r autodiff_runtime::rules::Rule,
    args: &[ValId],
    rt: &TokenStream,
) -> Scope<'r> {
    let names = rule
        .args
        .iter()
        .copied()
        .zip(operands(rule, args))
        .collect();
    Scope {
        names,
        real: func.val(y).ty.clone(),
        known: Vec::new(),
        tangents: None,
        rt: rt.clone(),
    }
}

fn site_ref(names: &EmitNames, site: SiteId) -> Expr {
    let sites = names.naming.path("__SITES");
    let k = proc_macro2::Literal::usize_unsuffixed(site.0 as usize);
    Expr::Raw(quote!(&#sites[#k]))
}

fn to_f64(func: &Func, like: ValId, e: Expr, rt: &TokenStream) -> Expr {
    match &func.val(like).ty {
        Ty::Real(Real::F64) => e,
        from => real::cast(e, from, &Ty::Real(Real::F64), rt),
    }
}
