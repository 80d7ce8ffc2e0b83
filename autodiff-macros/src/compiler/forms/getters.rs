//! Methods that read a part of their receiver, and nothing else: `self.data[i * self.cols + j]`.
//!
//! Callers that the compiler sees beside them have the part in the place of the call: there is no reverse sweep to keep then, and a loop
//! of such calls is one over elements.
//!
//! In: a method. Out: its parameters and its value, if that is made of fields, elements, integers and arithmetic.

use proc_macro2::Ident;

use super::declarations::passing;
use crate::compiler::hir::Ty;
use crate::compiler::naming::ReceiverPassing;
use crate::compiler::parse::signature::parameter_name;
use crate::compiler::parse::types::{bare, primitive};

/// Such a method.
#[derive(Clone, Debug)]
pub(crate) struct Getter {
    /// The name of the type that has it.
    pub(crate) owner: Ident,
    /// The parameters besides the receiver, which are integers, and their types.
    pub(crate) params: Vec<(Ident, syn::Type)>,
    pub(crate) value: syn::Expr,
}

/// What a method of a block reads.
pub(super) fn getter(function: &syn::ImplItemFn, block: &syn::ItemImpl) -> Option<Getter> {
    let sig = &function.sig;
    let shared = sig.receiver().and_then(passing) == Some(ReceiverPassing::Shared);
    let (syn::Type::Path(own), [syn::Stmt::Expr(value, None)]) =
        (bare(&block.self_ty), &function.block.stmts[..])
    else {
        return None;
    };
    let plain = shared
        && block.trait_.is_none()
        && block.generics.params.is_empty()
        && sig.generics.params.is_empty()
        && matches!(&sig.output, syn::ReturnType::Type(_, ty) if is_number(ty));
    let params = sig.inputs.iter().skip(1).map(|input| match input {
        syn::FnArg::Typed(typed) if is_integer(&typed.ty) => {
            Some((parameter_name(&typed.pat)?.clone(), (*typed.ty).clone()))
        }
        _ => None,
    });
    let params: Vec<(Ident, syn::Type)> = params.collect::<Option<_>>()?;
    let owner = own.path.segments.last()?.ident.clone();
    let value = value.clone();
    (plain && reads(&value, &params)).then_some(Getter {
        owner,
        params,
        value,
    })
}

fn primitive_of(ty: &syn::Type) -> Option<Ty> {
    match bare(ty) {
        syn::Type::Path(path) => primitive(&path.path),
        _ => None,
    }
}

fn is_number(ty: &syn::Type) -> bool {
    matches!(primitive_of(ty), Some(Ty::Real(_) | Ty::Int))
}

fn is_integer(ty: &syn::Type) -> bool {
    matches!(primitive_of(ty), Some(Ty::Int))
}

/// True if an expression reads parts of the receiver and does arithmetic.
fn reads(value: &syn::Expr, params: &[(Ident, syn::Type)]) -> bool {
    let inside = |value: &syn::Expr| reads(value, params);
    match value {
        syn::Expr::Lit(lit) => matches!(lit.lit, syn::Lit::Int(_) | syn::Lit::Float(_)),
        syn::Expr::Paren(inner) => inside(&inner.expr),
        syn::Expr::Path(path) => {
            path.path.is_ident("self") || params.iter().any(|(name, _)| path.path.is_ident(name))
        }
        syn::Expr::Field(field) => inside(&field.base),
        syn::Expr::Index(index) => inside(&index.expr) && inside(&index.index),
        syn::Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Neg(_)) && inside(&unary.expr),
        syn::Expr::Binary(binary) => {
            use syn::BinOp::{Add, Div, Mul, Rem, Sub};
            matches!(binary.op, Add(_) | Sub(_) | Mul(_) | Div(_) | Rem(_))
                && inside(&binary.left)
                && inside(&binary.right)
        }
        syn::Expr::MethodCall(call) => {
            call.method == "len" && call.args.is_empty() && inside(&call.receiver)
        }
        _ => false,
    }
}
