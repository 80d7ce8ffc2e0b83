//! Types of fields: which are constant, where the adjoint of one lives, which bounds that takes.
//!
//! What a name stands for is not known here. Names are trusted for shape alone: `rustc` is asked
//! whether a type that is taken for a constant is one, and every other type has to have a gradient.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// Why a field cannot be part of a gradient.
pub(crate) enum Unfit {
    /// Function pointers, trait objects, raw pointers.
    Other(TokenStream),
    /// Real numbers and constants in one tuple.
    Mixed(TokenStream),
    /// The struct itself, not in a `Vec`.
    Itself(TokenStream),
}

/// Takes off parentheses and the invisible groups that `macro_rules!` puts around fragments.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        ty => ty,
    }
}

/// The last segment of a plain path, and the types between its `<` and `>`.
fn named(ty: &Type) -> Option<(&PathSegment, Vec<&Type>)> {
    let Type::Path(path) = ty else {
        return None;
    };
    let last = path.path.segments.last().filter(|_| path.qself.is_none())?;
    let types = match &last.arguments {
        PathArguments::AngleBracketed(list) => list.args.iter().filter_map(|a| match a {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }),
        _ => return Some((last, Vec::new())),
    };
    Some((last, types.collect()))
}

/// True if no derivative is taken with respect to a value of this type, by its name.
pub(crate) fn is_constant(ty: &Type) -> bool {
    match bare(ty) {
        Type::Reference(reference) => is_constant(&reference.elem),
        Type::Slice(slice) => is_constant(&slice.elem),
        Type::Array(array) => is_constant(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_constant),
        ty => match named(ty) {
            Some((last, arguments)) => is_constant_name(&last.ident.to_string(), &arguments),
            None => false,
        },
    }
}

/// The same, unless the gradient of a tuple keeps its place: integers and truth values.
fn is_constant_beside(ty: &Type) -> bool {
    let kept = match named(bare(ty)) {
        Some((last, arguments)) => {
            let name = last.ident.to_string();
            arguments.is_empty() && name != "str" && crate::compiler::is_constant_primitive(&name)
        }
        None => false,
    };
    is_constant(ty) && !kept
}

fn is_constant_name(name: &str, arguments: &[&Type]) -> bool {
    match (name, arguments) {
        ("PhantomData", [_]) => true,
        ("Option" | "Vec" | "Box", [inner]) => is_constant(inner),
        (name, []) => crate::compiler::is_constant_primitive(name) || name == "String",
        _ => false,
    }
}

/// What the struct is called, and by which type it is meant where a gradient is declared.
pub(crate) struct Itself {
    pub(crate) name: Ident,
    /// `P<'static, T>`.
    pub(crate) ty: Type,
    /// Path of the runtime.
    pub(crate) rt: TokenStream,
}

/// The type that has the bar of a field: what is behind references and boxes, `Vec` for slices, no
/// lifetimes. A buffer owns what it holds.
pub(crate) fn owned(ty: &Type, this: &Itself) -> Result<Type, Unfit> {
    Ok(match bare(ty) {
        Type::Reference(reference) => owned(&reference.elem, this)?,
        Type::Slice(slice) => {
            let (rt, element) = (&this.rt, behind_vec(&slice.elem, this)?);
            syn::parse_quote!(#rt::Vec<#element>)
        }
        Type::Array(array) => {
            let (element, mut len) = (owned(&array.elem, this)?, array.len.clone());
            Rename(this).visit_expr_mut(&mut len);
            syn::parse_quote!([#element; #len])
        }
        Type::Tuple(tuple) => {
            if tuple.elems.iter().any(is_constant_beside) {
                return Err(Unfit::Mixed(ty.to_token_stream()));
            }
            let parts = tuple.elems.iter().map(|part| owned(part, this));
            let parts = parts.collect::<Result<Vec<_>, _>>()?;
            syn::parse_quote!((#(#parts,)*))
        }
        Type::Path(_) => owned_path(bare(ty), this)?,
        Type::Macro(_) => ty.clone(),
        other => return Err(Unfit::Other(other.to_token_stream())),
    })
}

/// An element of a `Vec`: the struct itself may be one.
fn behind_vec(ty: &Type, this: &Itself) -> Result<Type, Unfit> {
    match is_itself(bare(ty), this) {
        true => Ok(this.ty.clone()),
        false => owned(ty, this),
    }
}

fn is_itself(ty: &Type, this: &Itself) -> bool {
    match ty {
        Type::Path(path) if path.qself.is_none() && path.path.segments.len() == 1 => {
            let name = &path.path.segments[0].ident;
            *name == this.name || name == "Self"
        }
        _ => false,
    }
}

fn owned_path(ty: &Type, this: &Itself) -> Result<Type, Unfit> {
    if is_itself(ty, this) {
        return Err(Unfit::Itself(ty.to_token_stream()));
    }
    let mut ty = ty.clone();
    let inner = |ty: &Type| match named(ty) {
        Some((last, types)) if types.len() == 1 => Some((last.ident.to_string(), types[0].clone())),
        _ => None,
    };
    match inner(&ty) {
        Some((name, inner)) if name == "Box" => return owned(&inner, this),
        Some((name, inner)) if name == "Option" => replace_argument(&mut ty, owned(&inner, this)?),
        Some((name, inner)) if name == "Vec" => {
            replace_argument(&mut ty, behind_vec(&inner, this)?);
        }
        _ => Rename(this).visit_type_mut(&mut ty),
    }
    Ok(ty)
}

/// Zeros along the directions `__L` that go with the value of this type at a place: those of what is
/// behind references and boxes, as [`owned`] has it.
pub(crate) fn zero_dots(ty: &Type, place: &TokenStream, rt: &TokenStream) -> TokenStream {
    let leaf = || quote!(#rt::Element::zero_dots::<__L>(&#place));
    if !has_pointers(ty) {
        return leaf();
    }
    let each = |inner: &Type| {
        let dots = zero_dots(inner, &quote!((*__x)), rt);
        quote!(|__x| #dots)
    };
    let list = |inner: &Type| {
        let (iter, each) = (quote!(#rt::core::iter::Iterator), each(inner));
        quote!(#iter::collect::<#rt::Vec<_>>(#iter::map(#place.iter(), #each)))
    };
    match bare(ty) {
        Type::Reference(reference) => zero_dots(&reference.elem, &quote!((*#place)), rt),
        Type::Slice(slice) => list(&slice.elem),
        Type::Array(array) => {
            let each = each(&array.elem);
            quote!(#place.each_ref().map(#each))
        }
        Type::Tuple(tuple) => {
            let parts = tuple.elems.iter().enumerate().map(|(k, part)| {
                let k = syn::Index::from(k);
                zero_dots(part, &quote!(#place.#k), rt)
            });
            quote!((#(#parts,)*))
        }
        ty => match named(ty) {
            Some((last, types)) if types.len() == 1 => match last.ident.to_string().as_str() {
                "Box" => zero_dots(types[0], &quote!((*#place)), rt),
                "Option" => {
                    let each = each(types[0]);
                    quote!(#rt::core::option::Option::map(#place.as_ref(), #each))
                }
                "Vec" => list(types[0]),
                _ => leaf(),
            },
            _ => leaf(),
        },
    }
}

/// True if there are references, boxes or slices in the type, whose gradient lies in a container of another kind.
fn has_pointers(ty: &Type) -> bool {
    match bare(ty) {
        Type::Reference(_) | Type::Slice(_) => true,
        Type::Array(array) => has_pointers(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(has_pointers),
        ty => match named(ty) {
            Some((last, types)) if types.len() == 1 => {
                let name = last.ident.to_string();
                name == "Box" || matches!(name.as_str(), "Option" | "Vec") && has_pointers(types[0])
            }
            _ => false,
        },
    }
}

/// Puts `new` in the place of the type between `<` and `>`.
fn replace_argument(ty: &mut Type, new: Type) {
    let Type::Path(path) = ty else { return };
    let Some(last) = path.path.segments.last_mut() else {
        return;
    };
    if let PathArguments::AngleBracketed(list) = &mut last.arguments {
        for argument in &mut list.args {
            if let GenericArgument::Type(ty) = argument {
                ty.clone_from(&new);
            }
        }
    }
}

/// `Self` and lifetimes, where they mean something else: in the gradient type.
struct Rename<'a>(&'a Itself);

impl VisitMut for Rename<'_> {
    fn visit_lifetime_mut(&mut self, lifetime: &mut syn::Lifetime) {
        lifetime.ident = Ident::new("static", lifetime.ident.span());
    }

    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        let span = reference.and_token.spans[0];
        reference.lifetime = Some(syn::Lifetime::new("'static", span));
        self.visit_type_mut(&mut reference.elem);
    }

    // Lifetimes that are declared where they stand (`for<'a>`) are left alone, with all that uses them.
    fn visit_type_bare_fn_mut(&mut self, _: &mut syn::TypeBareFn) {}

    fn visit_type_mut(&mut self, ty: &mut Type) {
        match ty {
            Type::Path(path) if path.qself.is_none() && path.path.is_ident("Self") => {
                ty.clone_from(&self.0.ty);
            }
            ty => visit_mut::visit_type_mut(self, ty),
        }
    }

    fn visit_expr_path_mut(&mut self, path: &mut syn::ExprPath) {
        let first = path.path.segments.first();
        if path.qself.is_none() && first.is_some_and(|s| s.ident == "Self") {
            let rest = path.path.segments.iter().skip(1);
            let this = &self.0.ty;
            if let Ok(new) = syn::parse2(quote!(<#this> #(:: #rest)*)) {
                *path = new;
            }
        }
        visit_mut::visit_expr_path_mut(self, path);
    }
}

/// The parts of a type that have bars of their own, such as `T` in `Vec<[T; 3]>`: what has to be
/// asked for if it depends on a parameter of the struct.
pub(crate) fn leaves(ty: &Type) -> Vec<&Type> {
    match bare(ty) {
        Type::Array(array) => leaves(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().flat_map(leaves).collect(),
        ty => match named(ty) {
            Some((last, types)) if last.ident == "Vec" || last.ident == "Option" => {
                types.into_iter().flat_map(leaves).collect()
            }
            _ => vec![ty],
        },
    }
}

/// True if a gradient of this type can be copied: numbers, arrays and tuples. `None` for a leaf of
/// which only `rustc` knows.
pub(crate) fn is_copy(ty: &Type) -> Option<bool> {
    match bare(ty) {
        Type::Array(array) => is_copy(&array.elem),
        Type::Tuple(tuple) => {
            let parts: Option<Vec<bool>> = tuple.elems.iter().map(is_copy).collect();
            Some(parts?.into_iter().all(|copy| copy))
        }
        ty => {
            let (last, types) = named(ty)?;
            match (last.ident.to_string().as_str(), types.as_slice()) {
                ("f64" | "f32", []) => Some(true),
                ("Vec", [_]) => Some(false),
                ("Option", [inner]) => is_copy(inner),
                _ => None,
            }
        }
    }
}

/// True if one of `names` occurs among the tokens.
pub(crate) fn mentions(tokens: &(impl ToTokens + ?Sized), names: &[Ident]) -> bool {
    use proc_macro2::TokenTree;
    tokens.to_token_stream().into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => names.contains(&ident),
        TokenTree::Group(group) => mentions(&group.stream(), names),
        _ => false,
    })
}

/// A name that is not among the tokens: `base`, or with underscores in front.
pub(crate) fn fresh(base: &str, tokens: &impl ToTokens) -> Ident {
    let mut name = Ident::new(base, Span::call_site());
    while mentions(tokens, std::slice::from_ref(&name)) {
        name = quote::format_ident!("_{name}");
    }
    name
}
