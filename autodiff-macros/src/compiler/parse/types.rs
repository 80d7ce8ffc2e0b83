//! Types as they are written, read into [`Ty`].

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::compiler::hir::{Real, Ty};

/// Why a type is not part of the language.
#[derive(Clone, Debug)]
pub(crate) enum Unfit {
    /// `impl Trait`.
    ImplTrait,
    /// `dyn Trait`, function pointers, raw pointers, macros.
    Other,
    /// A container of std with an identity, or without a gradient.
    Generic,
    /// An `Option` of something that is not constant.
    Option,
}

/// A type that could not be read: the part at fault, and why.
pub(crate) type Bad = (TokenStream, Unfit);

/// Takes off parentheses and the invisible groups that `macro_rules!` puts around fragments.
pub(crate) fn bare(ty: &syn::Type) -> &syn::Type {
    match ty {
        syn::Type::Group(group) => bare(&group.elem),
        syn::Type::Paren(paren) => bare(&paren.elem),
        ty => ty,
    }
}

/// Reads a type. `infer` gives the type that `_` stands for, if `_` is allowed.
pub(crate) fn read(ty: &syn::Type, infer: &mut dyn FnMut() -> Option<Ty>) -> Result<Ty, Bad> {
    let ty = bare(ty);
    let bad = |why| Err((ty.to_token_stream(), why));
    match ty {
        syn::Type::Path(path) if path.qself.is_none() => read_path(path, infer),
        syn::Type::Reference(reference) => {
            let mutable = reference.mutability.is_some();
            let inner = read(&reference.elem, infer)?;
            Ok(match inner {
                Ty::Opaque if !mutable => Ty::Opaque,
                inner => Ty::Ref(mutable, Box::new(inner)),
            })
        }
        syn::Type::Slice(slice) => Ok(Ty::Slice(Box::new(element_of(
            read(&slice.elem, infer)?,
            &slice.elem,
        )?))),
        syn::Type::Array(array) => Ok(Ty::Array(
            Box::new(element_of(read(&array.elem, infer)?, &array.elem)?),
            array.len.to_token_stream(),
        )),
        syn::Type::Tuple(tuple) if tuple.elems.is_empty() => Ok(Ty::Unit),
        syn::Type::Tuple(tuple) => {
            let parts = tuple.elems.iter().map(|part| read(part, infer));
            Ok(Ty::Tuple(parts.collect::<Result<_, _>>()?))
        }
        syn::Type::Never(_) => Ok(Ty::Never),
        syn::Type::Infer(_) => infer().map_or_else(|| bad(Unfit::Other), Ok),
        syn::Type::ImplTrait(_) => bad(Unfit::ImplTrait),
        _ => bad(Unfit::Other),
    }
}

fn read_path(ty: &syn::TypePath, infer: &mut dyn FnMut() -> Option<Ty>) -> Result<Ty, Bad> {
    let bad = |why| Err((ty.to_token_stream(), why));
    let Some(last) = ty.path.segments.last() else {
        return bad(Unfit::Other);
    };
    if let Some(known) = primitive(&ty.path) {
        return Ok(known);
    }
    let arguments = type_arguments(last);
    match (last.ident.to_string().as_str(), arguments.as_slice()) {
        ("String", []) => Ok(Ty::Opaque),
        ("Vec", [element]) => Ok(Ty::Vec(Box::new(element_of(
            read(element, infer)?,
            element,
        )?))),
        ("Option", [value]) | ("Result", [value] | [value, _]) => match read(value, infer)? {
            inner if is_constant(&inner) => Ok(Ty::Opaque),
            inner => Ok(Ty::Tuple(vec![Ty::Tag, inner, Ty::Maybe])),
        },
        _ if matches!(last.arguments, syn::PathArguments::None) => {
            Ok(Ty::Real(Real::Named(quote!(#ty))))
        }
        (name, [_, ..]) if is_std_container(name) => bad(Unfit::Generic),
        _ => Ok(Ty::Real(Real::Named(quote!(#ty)))),
    }
}

/// A value of a constant result type for which no number stands.
pub(crate) fn blank(output: &syn::ReturnType) -> Option<TokenStream> {
    let syn::ReturnType::Type(_, ty) = output else {
        return None;
    };
    let syn::Type::Path(ty) = bare(ty) else {
        return None;
    };
    let last = ty.path.segments.last()?;
    match (last.ident.to_string().as_str(), &type_arguments(last)[..]) {
        ("Option", [_]) => Some(quote!(::core::option::Option::None)),
        ("Result", [value] | [value, _]) => {
            let value = match read(value, &mut || None).ok()? {
                Ty::Unit => quote!(()),
                Ty::Bool => quote!(false),
                Ty::Int => quote!(0),
                _ => return None,
            };
            Some(quote!(::core::result::Result::Ok(#value)))
        }
        _ => None,
    }
}

/// Memory holds no `Option` of a number.
fn element_of(ty: Ty, tokens: &syn::Type) -> Result<Ty, Bad> {
    match holds_outcome(&ty) {
        true => Err((tokens.to_token_stream(), Unfit::Option)),
        false => Ok(ty),
    }
}

/// The value in an `Option` or `Result` that carries a derivative.
pub(crate) fn payload(ty: &Ty) -> Option<&Ty> {
    match ty {
        Ty::Tuple(parts) => match &parts[..] {
            [Ty::Tag, value, _] => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// True for the types `Option<()>` and `Result<(), …>`: of functions that change what they are lent, or give up.
pub(crate) fn gives_up_with_nothing(ty: &syn::Type) -> bool {
    let syn::Type::Path(path) = bare(ty) else {
        return false;
    };
    let Some(last) = path.path.segments.last() else {
        return false;
    };
    let value = type_arguments(last).first().copied();
    let nothing = matches!(value, Some(syn::Type::Tuple(tuple)) if tuple.elems.is_empty());
    nothing && (last.ident == "Option" || last.ident == "Result")
}

/// True for the type `Option<…>`.
pub(crate) fn is_option(ty: &syn::Type) -> bool {
    match bare(ty) {
        syn::Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|last| last.ident == "Option")
        }
        _ => false,
    }
}

/// True if such an `Option` or `Result` is in it.
pub(crate) fn holds_outcome(ty: &Ty) -> bool {
    match ty {
        Ty::Tag => true,
        Ty::Tuple(parts) => parts.iter().any(holds_outcome),
        Ty::Ref(_, inner)
        | Ty::Array(inner, _)
        | Ty::Vec(inner)
        | Ty::Slice(inner)
        | Ty::Seq(inner) => holds_outcome(inner),
        _ => false,
    }
}

/// The type with the flags of such as truth values.
pub(crate) fn untagged(ty: Ty) -> Ty {
    let inside = |inner: Box<Ty>| Box::new(untagged(*inner));
    match ty {
        Ty::Tag => Ty::Bool,
        Ty::Tuple(parts) => Ty::Tuple(parts.into_iter().map(untagged).collect()),
        Ty::Ref(mutable, inner) => Ty::Ref(mutable, inside(inner)),
        Ty::Array(inner, len) => Ty::Array(inside(inner), len),
        Ty::Vec(inner) => Ty::Vec(inside(inner)),
        Ty::Slice(inner) => Ty::Slice(inside(inner)),
        Ty::Seq(inner) => Ty::Seq(inside(inner)),
        ty => ty,
    }
}

/// Generic types of std that have no gradient. (One of the user's with such a name needs another.)
fn is_std_container(name: &str) -> bool {
    const NAMES: [&str; 16] = [
        "Rc",
        "Arc",
        "Cell",
        "RefCell",
        "OnceCell",
        "Mutex",
        "RwLock",
        "Cow",
        "Pin",
        "HashMap",
        "HashSet",
        "BTreeMap",
        "BTreeSet",
        "BinaryHeap",
        "VecDeque",
        "LinkedList",
    ];
    NAMES.contains(&name)
}

/// The types that stand between `<` and `>`.
pub(crate) fn type_arguments(segment: &syn::PathSegment) -> Vec<&syn::Type> {
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// The primitive that a path names: `f64`, `core::primitive::f64`.
pub(crate) fn primitive(path: &syn::Path) -> Option<Ty> {
    let mut names = path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string());
    let names: Vec<String> = names.by_ref().collect();
    if path.segments.iter().any(|s| !s.arguments.is_none()) {
        return None;
    }
    match names.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [name] if path.leading_colon.is_none() => primitive_name(name),
        ["core" | "std", "primitive", name] => primitive_name(name),
        _ => None,
    }
}

/// The primitive of this name.
pub(crate) fn primitive_name(name: &str) -> Option<Ty> {
    Some(match name {
        "f64" => Ty::Real(Real::F64),
        "f32" => Ty::Real(Real::F32),
        "bool" => Ty::Bool,
        "char" | "str" => Ty::Opaque,
        name if is_integer(name) => Ty::Int,
        _ => return None,
    })
}

/// True for the names of primitives that no derivative is taken with respect to.
pub(crate) fn is_constant_primitive(name: &str) -> bool {
    primitive_name(name).is_some_and(|ty| is_constant(&ty))
}

/// True for the names of the integer types.
pub(crate) fn is_integer(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "usize", "isize", "u8", "u16", "u32", "u64", "u128", "i8", "i16", "i32", "i64", "i128",
    ];
    NAMES.contains(&name)
}

/// True if no real number is in it.
pub(crate) fn is_constant(ty: &Ty) -> bool {
    match ty {
        Ty::Real(_) | Ty::Infer(_) | Ty::Struct(_) => false,
        Ty::Tuple(_) | Ty::Array(..) | Ty::Vec(_) | Ty::Slice(_) | Ty::Seq(_) | Ty::Ref(..) => {
            ty.parts().all(is_constant)
        }
        Ty::Int | Ty::Bool | Ty::Unit | Ty::Never | Ty::Opaque | Ty::Tag | Ty::Maybe => true,
    }
}

/// True for a truth value, an integer, a tuple, an array or a list of these, an `Option` or `Result` of them: what a function finds
/// out about numbers, for others to decide by.
pub(crate) fn is_answer(ty: &Ty) -> bool {
    match ty {
        Ty::Vec(inner) => is_answer(inner),
        ty => is_answer_of(ty, &is_answer),
    }
}

/// The same without lists: functions that give such have sweeps though nobody asks for them.
pub(crate) fn is_short_answer(ty: &Ty) -> bool {
    is_answer_of(ty, &is_short_answer)
}

fn is_answer_of(ty: &Ty, part: &dyn Fn(&Ty) -> bool) -> bool {
    match (payload(ty), ty) {
        (Some(value), _) => part(value),
        (_, Ty::Int | Ty::Bool) => true,
        (_, Ty::Tuple(parts)) => !parts.is_empty() && parts.iter().all(part),
        (_, Ty::Array(inner, _)) => part(inner),
        _ => false,
    }
}

/// The type of a result: as any other, but that an `Option` or `Result` of an answer is one of a number. For callers look into it,
/// and do not see that no number is in it.
pub(crate) fn read_result(ty: &syn::Type) -> Result<Ty, Bad> {
    let known = read(ty, &mut || None)?;
    let syn::Type::Path(path) = bare(ty) else {
        return Ok(known);
    };
    let Some(last) = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Option" || last.ident == "Result")
    else {
        return Ok(known);
    };
    let value = type_arguments(last)
        .first()
        .map(|value| read(value, &mut || None));
    match (known, value) {
        (Ty::Opaque, Some(Ok(value))) if is_answer(&value) => {
            Ok(Ty::Tuple(vec![Ty::Tag, value, Ty::Maybe]))
        }
        (known, _) => Ok(known),
    }
}

/// True for collections of std whose elements have no positions: maps, sets, queues.
pub(crate) fn is_scattered(declared: &TokenStream) -> bool {
    const NAMES: [&str; 7] = [
        "BTreeMap",
        "HashMap",
        "BTreeSet",
        "HashSet",
        "VecDeque",
        "BinaryHeap",
        "LinkedList",
    ];
    fn named(ty: &syn::Type) -> bool {
        match bare(ty) {
            syn::Type::Reference(reference) => named(&reference.elem),
            syn::Type::Path(path) => {
                let last = path.path.segments.last();
                last.is_some_and(|last| NAMES.iter().any(|name| last.ident == name))
            }
            _ => false,
        }
    }
    syn::parse2(declared.clone()).is_ok_and(|ty| named(&ty))
}

/// Real numbers, and slices and arrays of them: types that say all of themselves, however they are written.
pub(crate) fn is_of_reals(ty: &Ty) -> bool {
    match ty {
        Ty::Real(Real::F64 | Real::F32) => true,
        Ty::Ref(_, inner) | Ty::Slice(inner) | Ty::Array(inner, _) => is_of_reals(inner),
        _ => false,
    }
}

/// What is behind references.
pub(crate) fn referent(ty: &Ty) -> &Ty {
    match ty {
        Ty::Ref(_, inner) => referent(inner),
        ty => ty,
    }
}

/// True if there is a reference in it.
pub(crate) fn holds_reference(ty: &Ty) -> bool {
    match ty {
        Ty::Ref(..) => true,
        ty => ty.parts().any(holds_reference),
    }
}

/// True if something that is not a real number is in it, apart from integers and truth values, whose place a gradient keeps.
pub(crate) fn has_other_constant(ty: &Ty) -> bool {
    match ty {
        Ty::Int | Ty::Bool => false,
        ty if ty.is_compound() => ty.parts().any(has_other_constant),
        ty => is_constant(ty),
    }
}

/// True for numbers beside which other constants stand than integers and truth values in a tuple.
pub(crate) fn mixes_others(ty: &Ty) -> bool {
    fn others(ty: &Ty) -> bool {
        match ty {
            Ty::Int | Ty::Bool => false,
            Ty::Tuple(parts) => parts.iter().any(others),
            ty => has_constant(ty),
        }
    }
    !is_constant(ty) && others(ty)
}

/// True if something that is not a real number is in it.
pub(crate) fn has_constant(ty: &Ty) -> bool {
    match ty.is_compound() {
        true => ty.parts().any(has_constant),
        false => is_constant(ty),
    }
}

/// The type of a constant: whether a path in it names a real number is rustc's business.
pub(crate) fn unnamed(ty: Ty) -> Ty {
    let inside = |inner: Box<Ty>| Box::new(unnamed(*inner));
    match ty {
        Ty::Real(Real::Named(_)) => Ty::Opaque,
        Ty::Tuple(parts) => Ty::Tuple(parts.into_iter().map(unnamed).collect()),
        Ty::Array(inner, len) => Ty::Array(inside(inner), len),
        Ty::Vec(inner) => Ty::Vec(inside(inner)),
        Ty::Slice(inner) => Ty::Slice(inside(inner)),
        Ty::Seq(inner) => Ty::Seq(inside(inner)),
        Ty::Ref(mutable, inner) => match unnamed(*inner) {
            Ty::Opaque => Ty::Opaque,
            inner => Ty::Ref(mutable, Box::new(inner)),
        },
        ty => ty,
    }
}
