//! Methods that read a part of their receiver, or refer to one, and nothing else: `self.data[i * self.cols + j]`,
//! `&self.data[i * self.cols..(i + 1) * self.cols]`.
//!
//! Callers that the compiler sees beside them have the part in the place of the call: there is no reverse sweep to keep then, and a loop
//! of such calls is one over elements.
//!
//! In: a method, or the function of an `Index`. Out: its parameters and its value, if that is made of fields, elements, integers and
//! arithmetic.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};

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

impl Getter {
    /// True if the value is a reference to a part, and not what stands there.
    pub(crate) fn refers(&self) -> bool {
        matches!(self.value, syn::Expr::Reference(_))
    }

    /// The place as text, whatever its parameters are called.
    pub(crate) fn place(&self) -> String {
        let own: syn::Expr = syn::parse_quote!(self);
        let names = (0..self.params.len()).map(|k| quote::format_ident!("at_{k}"));
        match self.of(&own, names.map(|name| syn::parse_quote!(#name))) {
            syn::Expr::Reference(place) => place.expr.to_token_stream().to_string(),
            value => value.to_token_stream().to_string(),
        }
    }

    /// The value for a receiver and for arguments.
    pub(crate) fn of(
        &self,
        receiver: &syn::Expr,
        args: impl Iterator<Item = syn::Expr>,
    ) -> syn::Expr {
        let names = self.params.iter().map(|(name, _)| name.clone());
        let mut filled = self.value.clone();
        let own = Ident::new("self", proc_macro2::Span::call_site());
        let names: Vec<(Ident, syn::Expr)> =
            names.zip(args).chain([(own, receiver.clone())]).collect();
        Filled(&names).visit_expr_mut(&mut filled);
        filled
    }
}

/// Puts expressions in the place of names.
struct Filled<'n>(&'n [(Ident, syn::Expr)]);

impl VisitMut for Filled<'_> {
    fn visit_expr_mut(&mut self, expr: &mut syn::Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let syn::Expr::Field(field) = &*expr
            && let Some(part) = part_of_tuple(field)
        {
            *expr = part;
        }
        let syn::Expr::Path(path) = &*expr else {
            return;
        };
        if let Some((_, by)) = self.0.iter().find(|(name, _)| path.path.is_ident(name)) {
            *expr = match by {
                syn::Expr::Path(_) | syn::Expr::Lit(_) | syn::Expr::Field(_) => by.clone(),
                by => syn::parse_quote!((#by)),
            };
        }
    }
}

/// `(a, b).0` is `a`.
fn part_of_tuple(field: &syn::ExprField) -> Option<syn::Expr> {
    let syn::Member::Unnamed(at) = &field.member else {
        return None;
    };
    let whole = match &*field.base {
        syn::Expr::Paren(inner) => &inner.expr,
        whole => whole,
    };
    match whole {
        syn::Expr::Tuple(tuple) => tuple.elems.get(at.index as usize).cloned(),
        _ => None,
    }
}

/// What a method of a block reads.
pub(super) fn getter(function: &syn::ImplItemFn, block: &syn::ItemImpl) -> Option<Getter> {
    let sig = &function.sig;
    let passing = sig.receiver().and_then(passing);
    let (syn::Type::Path(own), syn::ReturnType::Type(_, output)) =
        (bare(&block.self_ty), &sig.output)
    else {
        return None;
    };
    let mut value = value_of(&function.block)?;
    // A reference to something constant is looked up by who reads it.
    let fits = match (bare(output), &value) {
        (syn::Type::Reference(ty), syn::Expr::Reference(value)) => {
            let exclusive = ty.mutability.is_some();
            let receiver = match exclusive {
                true => ReceiverPassing::Exclusive,
                false => ReceiverPassing::Shared,
            };
            exclusive == value.mutability.is_some() && passing == Some(receiver)
        }
        (ty, _) => is_number(ty) && passing == Some(ReceiverPassing::Shared),
    };
    let lifetimes = sig
        .generics
        .params
        .iter()
        .all(|p| matches!(p, syn::GenericParam::Lifetime(_)));
    let plain = fits && lifetimes && (block.trait_.is_none() || is_index(block));
    let mut params = Vec::new();
    for input in sig.inputs.iter().skip(1) {
        let syn::FnArg::Typed(typed) = input else {
            return None;
        };
        match (&*typed.ty, is_index(block)) {
            (syn::Type::Tuple(tuple), true) => {
                let parts = parts_of(&typed.pat, tuple, &mut value)?;
                params.extend(parts.into_iter().zip(tuple.elems.iter().cloned()));
            }
            (ty, _) => params.push((parameter_name(&typed.pat)?.clone(), ty.clone())),
        }
    }
    if !params.iter().all(|(_, ty)| is_integer(ty)) {
        return None;
    }
    let owner = own.path.segments.last()?.ident.clone();
    let part = match &value {
        syn::Expr::Reference(reference) => &reference.expr,
        value => value,
    };
    (plain && reads(part, &params)).then_some(Getter {
        owner,
        params,
        value,
    })
}

/// True for `impl Index<…> for …`, and `IndexMut`.
pub(super) fn is_index(block: &syn::ItemImpl) -> bool {
    let last = block
        .trait_
        .as_ref()
        .and_then(|(_, of, _)| of.segments.last());
    last.is_some_and(|last| last.ident == "Index" || last.ident == "IndexMut")
}

/// The names of the parts of an index that is a tuple: those of its pattern, or new ones that the value has in its place.
fn parts_of(pat: &syn::Pat, tuple: &syn::TypeTuple, value: &mut syn::Expr) -> Option<Vec<Ident>> {
    if let syn::Pat::Tuple(names) = pat {
        let names = names.elems.iter().map(|name| parameter_name(name).cloned());
        return names.collect();
    }
    let whole = parameter_name(pat)?.clone();
    let parts = (0..tuple.elems.len()).map(|k| quote::format_ident!("{whole}__{k}"));
    let parts: Vec<Ident> = parts.collect();
    let by: syn::Expr = syn::parse_quote!((#(#parts),*));
    Filled(&[(whole, by)]).visit_expr_mut(value);
    Some(parts)
}

/// The value of a block, with what its `let`s say in the place of their names.
fn value_of(block: &syn::Block) -> Option<syn::Expr> {
    let (syn::Stmt::Expr(value, None), lets) = block.stmts.split_last()? else {
        return None;
    };
    let mut value = value.clone();
    for statement in lets.iter().rev() {
        let syn::Stmt::Local(local) = statement else {
            return None;
        };
        let init = local.init.as_ref().filter(|init| init.diverge.is_none())?;
        Filled(&bound(&local.pat, &init.expr)?).visit_expr_mut(&mut value);
    }
    Some(value)
}

/// The names of a pattern, and what each stands for.
fn bound(pat: &syn::Pat, init: &syn::Expr) -> Option<Vec<(Ident, syn::Expr)>> {
    match (pat, init) {
        (syn::Pat::Ident(name), init) => {
            let plain = name.mutability.is_none() && name.by_ref.is_none() && name.subpat.is_none();
            plain.then(|| vec![(name.ident.clone(), init.clone())])
        }
        (syn::Pat::Tuple(names), syn::Expr::Tuple(parts))
            if names.elems.len() == parts.elems.len() =>
        {
            let pairs = names.elems.iter().zip(&parts.elems);
            let pairs: Option<Vec<_>> = pairs.map(|(pat, part)| bound(pat, part)).collect();
            Some(pairs?.concat())
        }
        _ => None,
    }
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
        syn::Expr::Index(index) => {
            let inside_of = |at: &Option<Box<syn::Expr>>| at.iter().all(|at| inside(at));
            inside(&index.expr)
                && match &*index.index {
                    syn::Expr::Range(range) => inside_of(&range.start) && inside_of(&range.end),
                    at => inside(at),
                }
        }
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
