//! Divisions by one value, in the reverse of one block: one reciprocal and products.
//!
//! ```text
//! q = a_bar / d;  e_bar = b_bar / d     →    d_inverse = 1.0 / d;  q = a_bar * d_inverse;  e_bar = b_bar * d_inverse
//! ```
//!
//! A product with the reciprocal may differ from the quotient in its last bit, which is the adjoint's to choose: values are never
//! computed here. Of a divisor below `1 / f64::MAX` the reciprocal overflows, so that a finite derivative can come out as infinite.

use std::collections::BTreeMap;

use proc_macro2::Ident;
use quote::quote;

use super::{Context, Rev};
use crate::compiler::code::{Callee, Expr, Stmt};
use crate::compiler::names::{self, Names};
use crate::compiler::primal::ty_tokens;
use crate::compiler::real;
use crate::compiler::singular;
use crate::compiler::ssa::ValId;

/// Shares the reciprocals among the statements of a block, those of inner blocks left alone.
pub(super) fn share(cx: &Context<'_>, stmts: &mut Vec<Rev<'_>>, fresh: &mut Names) {
    let mut uses: BTreeMap<ValId, (usize, usize)> = BTreeMap::new();
    for (k, stmt) in stmts.iter().enumerate() {
        let Some(stmt) = straight(stmt) else { continue };
        stmt.walk(&mut |e| {
            if let Some(divisor) = divisor(e).filter(|v| cx.func.is_real(*v)) {
                uses.entry(divisor).or_insert((k, 0)).1 += 1;
            }
        });
    }
    uses.retain(|_, (_, times)| *times > 1);
    if uses.is_empty() {
        return;
    }
    let names: BTreeMap<ValId, Ident> = uses
        .keys()
        .map(|v| {
            let of = &cx.func.val(*v).name;
            let base = format!("{}_inverse", names::plain(of));
            (*v, fresh.exact(&base, of.span()))
        })
        .collect();
    for stmt in stmts.iter_mut() {
        if straight(stmt).is_some()
            && let Rev::Code(stmt) = stmt
        {
            stmt.walk_mut(&mut |e| {
                let name = divisor(e).and_then(|v| names.get(&v));
                if let Some(name) = name {
                    multiply(e, name);
                }
            });
        }
    }
    let mut lets: Vec<(usize, Stmt)> = uses
        .into_iter()
        .map(|(v, (k, _))| (k, reciprocal(cx, v, names[&v].clone())))
        .collect();
    lets.sort_by_key(|(k, _)| std::cmp::Reverse(*k));
    for (k, stmt) in lets {
        stmts.insert(k, Rev::Code(stmt));
    }
}

/// A statement without inner statements.
fn straight<'s>(stmt: &'s Rev<'_>) -> Option<&'s Stmt> {
    match stmt {
        Rev::Code(stmt @ (Stmt::Let { .. } | Stmt::Assign { .. })) => Some(stmt),
        _ => None,
    }
}

/// What the expression divides by, if that is a value. Quotients of two primal values are left alone: a remainder rounds them to
/// an integer, where the last bit counts.
fn divisor(e: &Expr) -> Option<ValId> {
    match e {
        Expr::Bin("/", a, b) => match (&**a, &**b) {
            (Expr::Bar(_) | Expr::Name(_) | Expr::Raw(_) | Expr::Neg(_), Expr::Val(v)) => Some(*v),
            _ => None,
        },
        Expr::Call(Callee::Over, args) => match args.as_slice() {
            [_, Expr::Val(v)] => Some(*v),
            _ => None,
        },
        _ => None,
    }
}

/// The product in place of the quotient.
fn multiply(e: &mut Expr, inverse: &Ident) {
    let inverse = Expr::Name(inverse.clone());
    *e = match std::mem::replace(e, Expr::zero()) {
        Expr::Bin(_, a, _) => Expr::mul(*a, inverse),
        Expr::Call(_, mut args) => {
            let dividend = args.swap_remove(0);
            let product = Expr::mul(dividend.clone(), inverse);
            singular::unless_zero(&dividend, product)
        }
        e => e,
    };
}

fn reciprocal(cx: &Context<'_>, v: ValId, name: Ident) -> Stmt {
    let ty = &cx.func.val(v).ty;
    Stmt::Let {
        name,
        mutable: false,
        ty: Some(ty_tokens(ty)),
        init: Some(Expr::bin("/", real::number(ty, quote!(1.0)), Expr::Val(v))),
    }
}
