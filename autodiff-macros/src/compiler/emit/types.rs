//! Types in emitted signatures: what a gradient is, where an adjoint lives, which lifetimes are named.
//!
//! In: the types of parameters and results as `lower` understood them, and as the user wrote them.
//! Out: tokens.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit_mut::VisitMut;

use super::Runtime;
use super::respan::respan;
use crate::compiler::hir::{Aggregate, Real, Ty};
use crate::compiler::parse::types::{bare, is_constant, type_arguments};

/// The type behind a reference, or the type itself.
pub(crate) fn behind(ty: &Ty) -> &Ty {
    match ty {
        Ty::Ref(_, inner) => behind(inner),
        other => other,
    }
}

/// The type behind the reference of a parameter, or its type; a `Vec` counts as the slice it holds. `declared`: the
/// type as it is written, which alone tells what an integer is.
pub(crate) fn storage(ty: &Ty, declared: &TokenStream, rt: &Runtime) -> TokenStream {
    let declared = match holds_constant(ty) {
        true => syn::parse2(declared.clone()).ok(),
        false => None,
    };
    let declared = declared.as_ref().map(referent);
    match behind(ty) {
        Ty::Slice(e) | Ty::Vec(e) | Ty::Seq(e) => {
            let e = plain(e, declared.and_then(element), rt);
            quote!([#e])
        }
        other => plain(other, declared, rt),
    }
}

/// Where the adjoint or the tangent of a parameter lives: the same, with gradients for structs.
pub(crate) fn adjoint(ty: &Ty, rt: &Runtime) -> TokenStream {
    as_slice(ty, &|part| plain_adjoint(part, rt))
}

fn as_slice(ty: &Ty, part: &dyn Fn(&Ty) -> TokenStream) -> TokenStream {
    match behind(ty) {
        Ty::Slice(e) | Ty::Vec(e) | Ty::Seq(e) => {
            let e = part(e);
            quote!([#e])
        }
        other => part(other),
    }
}

/// True if the tangent of a value is of another type than the value.
pub(crate) fn holds_struct(ty: &Ty) -> bool {
    match behind(ty) {
        Ty::Struct(_) => true,
        Ty::Tuple(parts) => {
            let other = |part: &Ty| matches!(part, Ty::Int | Ty::Bool) || holds_struct(part);
            parts.iter().any(other)
        }
        list => list.element().is_some_and(holds_struct),
    }
}

/// True if an integer or a truth value is in it, besides in structs.
fn holds_constant(ty: &Ty) -> bool {
    match behind(ty) {
        Ty::Int | Ty::Bool => true,
        ty => ty.parts().any(holds_constant),
    }
}

fn referent(ty: &syn::Type) -> &syn::Type {
    match bare(ty) {
        syn::Type::Reference(reference) => referent(&reference.elem),
        ty => ty,
    }
}

/// The type of the elements, as written.
fn element(ty: &syn::Type) -> Option<&syn::Type> {
    match bare(ty) {
        syn::Type::Array(array) => Some(&array.elem),
        syn::Type::Slice(slice) => Some(&slice.elem),
        syn::Type::Path(path) => type_arguments(path.path.segments.last()?).pop(),
        _ => None,
    }
}

/// The type, spelled out.
fn plain(ty: &Ty, declared: Option<&syn::Type>, rt: &Runtime) -> TokenStream {
    let inner = declared.and_then(element);
    match (ty, declared) {
        (Ty::Real(real), _) => real_type(real),
        (Ty::Int | Ty::Bool, Some(declared)) => respan(declared.to_token_stream()),
        (Ty::Slice(e), _) => {
            let e = plain(e, inner, rt);
            quote!([#e])
        }
        (Ty::Struct(of), _) => struct_type(of),
        (Ty::Tuple(parts), Some(syn::Type::Tuple(declared))) => {
            let pairs = parts.iter().zip(&declared.elems);
            let parts = pairs.map(|(part, declared)| plain(part, Some(bare(declared)), rt));
            quote!((#(#parts,)*))
        }
        _ => compound(ty, &|part| plain(part, inner.map(bare), rt), rt),
    }
}

fn plain_adjoint(ty: &Ty, rt: &Runtime) -> TokenStream {
    match ty {
        Ty::Slice(e) => {
            let e = plain_adjoint(e, rt);
            quote!([#e])
        }
        Ty::Real(real) => real_type(real),
        Ty::Struct(of) => struct_gradient(of, rt),
        _ => compound(ty, &|part| plain_adjoint(part, rt), rt),
    }
}

fn struct_type(of: &Aggregate) -> TokenStream {
    respan(of.path.clone().unwrap_or_else(|| quote!(_)))
}

fn struct_gradient(of: &Aggregate, rt: &Runtime) -> TokenStream {
    let path = without_borrow(&struct_type(of));
    quote!(<#path as #rt::Differentiable>::Gradient)
}

/// Where the tangent of a parameter along the directions `__L` lives.
pub(crate) fn dots(ty: &Ty, rt: &Runtime) -> TokenStream {
    as_slice(ty, &|part| plain_dots(part, rt))
}

fn plain_dots(ty: &Ty, rt: &Runtime) -> TokenStream {
    match ty {
        Ty::Slice(e) => {
            let e = plain_dots(e, rt);
            quote!([#e])
        }
        Ty::Real(Real::F64) => quote!(__D),
        Ty::Real(real) => {
            let real = real_type(real);
            quote!(__L::Of<#real>)
        }
        Ty::Struct(of) => struct_dots(of, rt),
        _ => compound(ty, &|part| plain_dots(part, rt), rt),
    }
}

fn struct_dots(of: &Aggregate, rt: &Runtime) -> TokenStream {
    let path = without_borrow(&struct_type(of));
    quote!(<#path as #rt::Element>::Bar<#rt::Varied<__L>>)
}

/// The type of a tangent along the directions `__L` that is owned.
pub(crate) fn owned_dots(ty: &Ty, rt: &Runtime) -> TokenStream {
    match behind(ty) {
        Ty::Real(Real::Named(path)) => {
            let path = respan(path.clone());
            quote!(<#path as #rt::Element>::Bar<#rt::Varied<__L>>)
        }
        Ty::Real(Real::F64) => quote!(__D),
        Ty::Real(real) => {
            let real = real_type(real);
            quote!(__L::Of<#real>)
        }
        Ty::Struct(of) => struct_dots(of, rt),
        other => compound(other, &|part| owned_dots(part, rt), rt),
    }
}

/// The type of the gradient.
pub(crate) fn gradient(ty: &Ty, rt: &Runtime) -> TokenStream {
    match behind(ty) {
        Ty::Real(Real::Named(path)) => {
            let path = respan(path.clone());
            quote!(<#path as #rt::Differentiable>::Gradient)
        }
        Ty::Real(real) => real_type(real),
        Ty::Struct(of) => struct_gradient(of, rt),
        other => compound(other, &|part| gradient(part, rt), rt),
    }
}

/// The type of a result with `()` in the place of integers and truth values, which have neither an adjoint nor a tangent; `()` where
/// there is nothing else.
pub(crate) fn without_constants(ty: &Ty) -> Ty {
    fn inside(ty: &Ty) -> Ty {
        match ty {
            Ty::Tuple(parts) => Ty::Tuple(parts.iter().map(inside).collect()),
            ty if is_constant(ty) => Ty::Unit,
            other => other.clone(),
        }
    }
    match is_constant(ty) {
        true => Ty::Unit,
        false => inside(ty),
    }
}

/// The type of a parameter with what is indexed, and declared by a name, under that name: whether it stands for an array, a vector or
/// a slice, rustc knows.
pub(crate) fn by_name(ty: &Ty, declared: &syn::Type) -> Ty {
    let inside = |ty: &Ty, declared: &syn::Type| Box::new(by_name(ty, declared));
    match (ty, bare(declared)) {
        (Ty::Ref(mutable, inner), syn::Type::Reference(of)) => {
            Ty::Ref(*mutable, inside(inner, &of.elem))
        }
        (Ty::Slice(inner), syn::Type::Slice(of)) => Ty::Slice(inside(inner, &of.elem)),
        (Ty::Array(inner, len), syn::Type::Array(of)) => {
            Ty::Array(inside(inner, &of.elem), len.clone())
        }
        (Ty::Tuple(parts), syn::Type::Tuple(of)) => {
            let pairs = parts.iter().zip(&of.elems);
            Ty::Tuple(pairs.map(|(part, of)| by_name(part, of)).collect())
        }
        (Ty::Tuple(_), syn::Type::Path(_)) => tuple_by_name(ty, declared),
        (Ty::Seq(inner) | Ty::Vec(inner), syn::Type::Path(path)) => {
            let arguments = path
                .path
                .segments
                .last()
                .map(type_arguments)
                .unwrap_or_default();
            match (ty, arguments.first()) {
                (Ty::Vec(_), Some(of)) => Ty::Vec(inside(inner, of)),
                (_, Some(_)) => ty.clone(),
                (_, None) => Ty::Struct(Aggregate {
                    path: Some(path.to_token_stream()),
                    whole: true,
                    fields: Vec::new(),
                    constants: Vec::new(),
                }),
            }
        }
        _ => ty.clone(),
    }
}

/// A tuple under the name that it is declared by, if the types of its parts cannot be spelled out: only rustc knows them.
fn tuple_by_name(ty: &Ty, declared: &syn::Type) -> Ty {
    fn is_nameless(ty: &Ty) -> bool {
        match behind(ty) {
            Ty::Struct(of) => of.path.is_none(),
            Ty::Tuple(parts) => parts.iter().any(is_nameless),
            _ => false,
        }
    }
    match (ty, bare(declared)) {
        (Ty::Tuple(_), syn::Type::Path(path)) if is_nameless(ty) => Ty::Struct(Aggregate {
            path: Some(path.to_token_stream()),
            whole: true,
            fields: Vec::new(),
            constants: Vec::new(),
        }),
        _ => ty.clone(),
    }
}

/// The type with `row` in the place of every number.
pub(crate) fn rows(ty: &Ty, row: &TokenStream, rt: &Runtime) -> TokenStream {
    match behind(ty) {
        Ty::Real(Real::Named(_)) | Ty::Struct(_) => {
            let numbers = gradient(ty, rt);
            quote!(<#numbers as #rt::Components>::Rows<#row>)
        }
        Ty::Real(_) => row.clone(),
        other => compound(other, &|part| rows(part, row, rt), rt),
    }
}

fn real_type(real: &Real) -> TokenStream {
    match real {
        Real::F64 | Real::F32 => real.name(),
        Real::Named(_) | Real::Param(_) => respan(real.name()),
    }
}

/// Containers, with `part` telling the type of what they contain; an integer or a truth value keeps its place.
/// What has no parts that could be differentiated has a unit for gradient.
fn compound(ty: &Ty, part: &dyn Fn(&Ty) -> TokenStream, rt: &Runtime) -> TokenStream {
    match ty {
        Ty::Int | Ty::Bool => quote!(#rt::ConstantField),
        Ty::Slice(e) | Ty::Vec(e) | Ty::Seq(e) => {
            let e = part(e);
            quote!(#rt::Vec<#e>)
        }
        Ty::Array(e, n) => {
            let (e, n) = (part(e), respan(n.clone()));
            quote!([#e; #n])
        }
        Ty::Tuple(parts) => {
            let parts = parts.iter().map(part);
            quote!((#(#parts,)*))
        }
        _ => quote!(()),
    }
}

/// Fragments of `macro_rules!` come in invisible groups, in which an `impl` type cannot stand.
pub(crate) fn unwrap_groups(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::None => {
            unwrap_groups(group.stream())
        }
        _ => tokens,
    }
}

/// The type with `'static` for every lifetime, where it leads to a gradient or bar. These own what
/// they hold, so they are the same under all lifetimes; and a lifetime that was left out could not be
/// named where a gradient is returned.
pub(crate) fn without_borrow(ty: &TokenStream) -> TokenStream {
    edit_lifetimes(ty, &mut StaticLifetimes)
}

/// The type with every lifetime left to inference, for the arguments of a closure that is not tied
/// to the call that made it. `'static` stays.
pub(crate) fn without_lifetimes(ty: &TokenStream) -> TokenStream {
    edit_lifetimes(ty, &mut EraseLifetimes)
}

/// The type with `lifetime` in every place where one was left out.
pub(crate) fn with_lifetime(ty: &TokenStream, lifetime: &syn::Lifetime) -> TokenStream {
    edit(ty, &mut NameLifetimes(lifetime))
}

/// Changes the lifetimes that are written in the type; most have none.
pub(super) fn edit_lifetimes(ty: &TokenStream, by: &mut impl VisitMut) -> TokenStream {
    match has_lifetime(ty.clone()) {
        true => edit(ty, by),
        false => ty.clone(),
    }
}

fn has_lifetime(ty: TokenStream) -> bool {
    ty.into_iter().any(|tree| match tree {
        TokenTree::Punct(punct) => punct.as_char() == '\'',
        TokenTree::Group(group) => has_lifetime(group.stream()),
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    })
}

fn edit(ty: &TokenStream, edit: &mut impl VisitMut) -> TokenStream {
    match syn::parse2::<syn::Type>(ty.clone()) {
        Ok(mut ty) => {
            edit.visit_type_mut(&mut ty);
            ty.to_token_stream()
        }
        Err(_) => ty.clone(),
    }
}

struct StaticLifetimes;

impl VisitMut for StaticLifetimes {
    fn visit_lifetime_mut(&mut self, lifetime: &mut syn::Lifetime) {
        lifetime.ident = Ident::new("static", lifetime.ident.span());
    }
}

struct EraseLifetimes;

impl VisitMut for EraseLifetimes {
    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        reference.lifetime = reference.lifetime.take().filter(|l| l.ident == "static");
        self.visit_type_mut(&mut reference.elem);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut syn::Lifetime) {
        if lifetime.ident != "static" {
            lifetime.ident = Ident::new("_", lifetime.ident.span());
        }
    }
}

struct NameLifetimes<'a>(&'a syn::Lifetime);

impl VisitMut for NameLifetimes<'_> {
    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        reference.lifetime.get_or_insert_with(|| self.0.clone());
        self.visit_type_mut(&mut reference.elem);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut syn::Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.0.clone();
        }
    }
}
