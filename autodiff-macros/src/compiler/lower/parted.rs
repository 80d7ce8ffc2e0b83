//! Constants that stand for an `Option` or `Result` with a derivative.
//!
//! `if x > 0.0 { root(x) } else { root(0.5) }`: the second call has no derivative, and is copied as it is. What it gives is taken
//! apart where the value of the branch is known to be an `Option`, which may be a later use that tells.
//!
//! In: the HIR with its types resolved. Out: the same, with such constants in their parts.

use proc_macro2::TokenStream;
use quote::quote;

use super::resolve::Walk;
use crate::compiler::hir::{Block, Expr, ExprKind, Func, Pat, StmtKind, Ty, Var};

/// Rewrites the whole function; `krate` is the path of the facade.
pub(super) fn run(func: &mut Func, krate: &TokenStream) {
    if !func.vars.iter().any(|var| var.ty.is_outcome()) && !func.outcome {
        return;
    }
    let mut body = std::mem::take(&mut func.body);
    let vars: &[Var] = &func.vars;
    Walk {
        ty: &mut |_| {},
        code: &mut |_| {},
        expr: &mut |expr| {
            let ty = expr.ty.clone();
            if let ExprKind::If(_, then, els) = &mut expr.kind {
                for branch in [then, els] {
                    value_of(branch, &ty, krate);
                }
            }
        },
        stmt: &mut |stmt| match &mut stmt.kind {
            StmtKind::Let {
                pat: Pat::Var(var),
                init: Some(init),
            } => part(init, &vars[var.0 as usize].ty, krate),
            StmtKind::Assign {
                place,
                op: None,
                value,
            } => part(value, &place.ty, krate),
            _ => {}
        },
    }
    .block(&mut body);
    func.body = body;
}

fn value_of(block: &mut Block, ty: &Ty, krate: &TokenStream) {
    if let Some(value) = &mut block.value {
        part(value, ty, krate);
    }
}

/// Takes a constant apart if it stands for an `Option` or `Result`.
fn part(value: &mut Expr, ty: &Ty, krate: &TokenStream) {
    if !ty.is_outcome() || !matches!(value.ty, Ty::Opaque) {
        return;
    }
    match &mut value.kind {
        ExprKind::Block(block) => value_of(block, ty, krate),
        ExprKind::If(_, then, els) => {
            for branch in [then, els] {
                value_of(branch, ty, krate);
            }
        }
        ExprKind::Opaque(code) => {
            let tokens = &code.tokens;
            code.tokens = quote!(#krate::__private::parted(#tokens));
            code.pure = false;
        }
        _ => return,
    }
    value.ty = ty.clone();
}
