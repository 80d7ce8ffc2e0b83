//! What the paths in a signature stand for: other names of a real type, or structs.
//!
//! A macro does not see how a type is declared. What is guessed here is checked by rustc.

use proc_macro2::{TokenStream, TokenTree};

use crate::compiler::hir::{Real, Role, Ty};
use crate::compiler::parse::attribute::Mode;
use crate::compiler::parse::signature::Signature;

/// The real type that a function computes in: the first that its signature names, or the one that is usual around it.
pub(super) fn real_of(signature: &Signature<'_>, usual: Real) -> Real {
    fn first(ty: &Ty) -> Option<Real> {
        match ty {
            Ty::Real(real) => Some(real.clone()),
            Ty::Tuple(parts) => parts.iter().find_map(first),
            Ty::Ref(_, inner) => first(inner),
            ty => ty.element().and_then(first),
        }
    }
    let active = |role: Role| {
        let parameters = signature.parameters.iter();
        parameters
            .filter(move |p| p.role == role)
            .find_map(|p| first(&p.ty))
    };
    let written = |real: &Real| !matches!(real, Real::Named(_));
    let all = signature.parameters.iter().map(|p| &p.ty);
    let mut primitives = all.chain([&signature.result]).filter_map(first);
    if let Some(real) = primitives.find(written) {
        return real;
    }
    // What the fields of a generic struct are made of.
    if let [parameter, ..] = &signature.reals[..] {
        return Real::Param(parameter.clone());
    }
    active(Role::Differentiable)
        .or_else(|| first(&signature.result))
        .or_else(|| active(Role::Constant))
        .unwrap_or(usual)
}

/// The paths that stand for real types in the signature.
pub(super) fn of(signature: &Signature<'_>) -> Vec<TokenStream> {
    let mut found = Vec::new();
    let types = signature.parameters.iter().map(|p| &p.ty);
    types
        .chain([&signature.result])
        .for_each(|ty| collect(ty, &mut found));
    let paths = found.into_iter().filter_map(|real| match real {
        Real::Named(path) => Some(path),
        _ => None,
    });
    paths.collect()
}

/// The real types in a type.
fn collect(ty: &Ty, found: &mut Vec<Real>) {
    match ty {
        Ty::Real(real) => found.push(real.clone()),
        Ty::Tuple(parts) => parts.iter().for_each(|part| collect(part, found)),
        Ty::Ref(_, inner) => collect(inner, found),
        ty => ty
            .element()
            .into_iter()
            .for_each(|inner| collect(inner, found)),
    }
}

/// True if the type of the result, where no use tells what it is, may be a struct: its name is not one that people give to
/// numbers. For gradients by tangents, which do with a number alone, it is rather a struct than another name of a real type
/// where no argument is of that type, or others are plain numbers.
pub(super) fn result_is_struct(signature: &Signature<'_>, mode: Mode) -> bool {
    let Ty::Real(Real::Named(path)) = &signature.result else {
        return false;
    };
    let (path_tokens, path) = (path, path.to_string());
    let names = |wanted: &dyn Fn(&Real) -> bool| {
        let types = signature.parameters.iter().map(|p| &p.ty);
        let mut reals = Vec::new();
        types.for_each(|ty| collect(ty, &mut reals));
        reals.iter().any(wanted)
    };
    let same = |real: &Real| matches!(real, Real::Named(named) if named.to_string() == path);
    let plain = |real: &Real| !matches!(real, Real::Named(_));
    !is_word_for_numbers(path_tokens) && (mode == Mode::Reverse || !names(&same) || names(&plain))
}

/// Names that people give to structs with operators, and not to real numbers: `Complex`, `V3`, `Quaternion`.
pub(super) fn is_word_for_structs(path: &TokenStream) -> bool {
    const WORDS: [&str; 21] = [
        "Complex", "Cplx", "Cx", "C64", "C32", "Vec", "Vector", "V2", "V3", "V4", "Quat", "Mat",
        "Matrix", "Point", "Pt", "Pose", "Rot", "Dual", "Poly", "Tensor", "Interval",
    ];
    let mut words = Vec::new();
    for tree in path.clone() {
        match tree {
            TokenTree::Ident(word) => words.push(word.to_string()),
            // What follows are arguments.
            TokenTree::Punct(p) if p.as_char() == '<' => break,
            _ => {}
        }
    }
    let starts = |word: &String| {
        WORDS.iter().any(|start| {
            let rest = word.strip_prefix(start);
            rest.is_some_and(|rest| !rest.starts_with(char::is_lowercase) || *start == "Quat")
        })
    };
    words.last().is_some_and(starts)
}

/// `Real`, `Float`, and what is spelled as primitive types are.
pub(super) fn is_word_for_numbers(path: &TokenStream) -> bool {
    const WORDS: [&str; 8] = [
        "Real", "Float", "Scalar", "Number", "Num", "Flt", "Fp", "Prec",
    ];
    let words = path.clone().into_iter().filter_map(|tree| match tree {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    });
    words.last().is_some_and(|word| {
        WORDS.contains(&word.as_str()) || word.starts_with(char::is_lowercase) || word.len() == 1
    })
}
