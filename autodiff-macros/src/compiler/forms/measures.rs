//! Methods that depend on lengths and integers alone: `self.weights.len()`, `self.degree + 1`.
//!
//! In: a method. Out: the type of its result, if no number in the receiver has a say in it. Without
//! casts, comparisons and calls no number turns into an integer.

use super::declarations::passing;
use crate::compiler::hir::Ty;
use crate::compiler::naming::ReceiverPassing;
use crate::compiler::parse::types::{bare, primitive};

/// The type of what such a method gives.
pub(super) fn measured(function: &syn::ImplItemFn) -> Option<Ty> {
    let shared = function.sig.receiver().and_then(passing) == Some(ReceiverPassing::Shared);
    let syn::ReturnType::Type(_, ty) = &function.sig.output else {
        return None;
    };
    let ty = match bare(ty) {
        syn::Type::Path(path) => primitive(&path.path)?,
        _ => return None,
    };
    let [syn::Stmt::Expr(value, None)] = &function.block.stmts[..] else {
        return None;
    };
    let fits = shared && function.sig.inputs.len() == 1 && measures(value);
    match ty {
        Ty::Int if fits => Some(ty),
        Ty::Bool if fits && matches!(value, syn::Expr::MethodCall(_)) => Some(ty),
        _ => None,
    }
}

fn measures(value: &syn::Expr) -> bool {
    match value {
        syn::Expr::Lit(lit) => matches!(lit.lit, syn::Lit::Int(_)),
        syn::Expr::Paren(inner) => measures(&inner.expr),
        syn::Expr::Binary(binary) => {
            use syn::BinOp::{Add, Mul, Sub};
            matches!(binary.op, Add(_) | Sub(_) | Mul(_))
                && measures(&binary.left)
                && measures(&binary.right)
        }
        syn::Expr::Field(field) => is_part(&field.base),
        syn::Expr::MethodCall(call) => {
            let name = call.method.to_string();
            matches!(name.as_str(), "len" | "is_empty")
                && call.args.is_empty()
                && is_part(&call.receiver)
        }
        _ => false,
    }
}

/// `self`, and a field of it.
fn is_part(value: &syn::Expr) -> bool {
    match value {
        syn::Expr::Field(field) => is_part(&field.base),
        syn::Expr::Path(path) => path.path.is_ident("self"),
        _ => false,
    }
}
