//! Types that a `let` declares, as far as they decide what its value is.
//!
//! The HIR does not keep the exact type of an integer. Where an annotation alone tells it, the
//! annotation is moved into the value: `let k: u64 = 1;` becomes `let k = 1u64;`, and the value of
//! code that is copied as written is declared in place, `{ let value: T = code; value }`.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

use crate::compiler::hir::{BinOp, Expr, ExprKind, Ty};
use crate::compiler::parse::types;

/// Moves the annotation `ty` into `value`.
pub(super) fn apply(ty: &syn::Type, value: &mut Expr) {
    let ty = types::bare(ty);
    let read = types::read(ty, &mut || None);
    if read.is_ok_and(|ty| types::payload(&ty).is_some()) {
        // It is taken apart.
        return;
    }
    match &mut value.kind {
        ExprKind::Lit(tokens) => suffix(ty, &value.ty, tokens),
        ExprKind::Unary(_, inner) => apply(ty, inner),
        ExprKind::Binary(BinOp::Shl | BinOp::Shr, a, _) => apply(ty, a),
        ExprKind::Binary(op, a, b) if is_arithmetic(*op) => {
            apply(ty, a);
            apply(ty, b);
        }
        ExprKind::If(_, then, els) => {
            let values = [then, els]
                .into_iter()
                .filter_map(|block| block.value.as_mut());
            values.for_each(|value| apply(ty, value));
        }
        ExprKind::Block(block) => block.value.iter_mut().for_each(|value| apply(ty, value)),
        ExprKind::Opaque(code) if !mentions_infer(ty) => {
            let tokens = std::mem::take(&mut code.tokens);
            code.tokens = quote!({ let value: #ty = #tokens; value });
        }
        ExprKind::Tuple(parts) => apply_tuple(ty, parts),
        ExprKind::List(parts) => {
            let element = element(ty);
            parts.iter_mut().for_each(|part| apply_if(element, part));
        }
        ExprKind::Repeat(inner, _) => apply_if(element(ty), inner),
        _ => {}
    }
}

fn apply_if(ty: Option<&syn::Type>, value: &mut Expr) {
    if let Some(ty) = ty {
        apply(ty, value);
    }
}

fn apply_tuple(ty: &syn::Type, parts: &mut [Expr]) {
    if let syn::Type::Tuple(types) = ty {
        for (ty, part) in types.elems.iter().zip(parts) {
            apply(ty, part);
        }
    }
}

fn is_arithmetic(op: BinOp) -> bool {
    use BinOp::{Add, BitAnd, BitOr, BitXor, Div, Mul, Rem, Sub};
    matches!(op, Add | Sub | Mul | Div | Rem | BitAnd | BitOr | BitXor)
}

/// The type of the elements of an array, slice or vector type.
fn element(ty: &syn::Type) -> Option<&syn::Type> {
    match types::bare(ty) {
        syn::Type::Array(array) => Some(&array.elem),
        syn::Type::Slice(slice) => Some(&slice.elem),
        syn::Type::Reference(reference) => element(&reference.elem),
        syn::Type::Path(path) => {
            let last = path
                .path
                .segments
                .last()
                .filter(|last| last.ident == "Vec")?;
            types::type_arguments(last).into_iter().next()
        }
        _ => None,
    }
}

/// The name of an integer type.
fn integer(ty: &syn::Type) -> Option<String> {
    let syn::Type::Path(path) = ty else {
        return None;
    };
    let name = path.path.segments.last()?.ident.to_string();
    types::is_integer(&name).then_some(name)
}

/// `1` becomes `1u64`.
fn suffix(ty: &syn::Type, known: &Ty, tokens: &mut TokenStream) {
    let Some(name) = integer(ty).filter(|_| matches!(known, Ty::Int)) else {
        return;
    };
    let Ok(literal) = syn::parse2::<syn::LitInt>(tokens.clone()) else {
        return;
    };
    if !literal.suffix().is_empty() {
        return;
    }
    if let Ok(mut suffixed) = format!("{literal}{name}").parse::<Literal>() {
        suffixed.set_span(literal.span());
        *tokens = suffixed.into_token_stream();
    }
}

fn mentions_infer(ty: &syn::Type) -> bool {
    struct Finder(bool);
    impl<'ast> syn::visit::Visit<'ast> for Finder {
        fn visit_type_infer(&mut self, _: &'ast syn::TypeInfer) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    syn::visit::Visit::visit_type(&mut finder, ty);
    finder.0
}
