//! Paths: variables, consts, associated consts of the primitives.

use quote::ToTokens;
use syn::spanned::Spanned;

use super::Lower;
use super::scope::Name;
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{Expr, Real, Ty};
use crate::compiler::parse::types;

impl Lower<'_> {
    pub(super) fn path(&mut self, path: &syn::ExprPath) -> Expr {
        let expr = syn::Expr::Path(path.clone());
        if self.is_place(&expr) {
            if self.is_opaque_place(&expr) {
                return self.opaque_variable(&expr);
            }
            let place = self.place(&expr);
            return self.read(place);
        }
        let name = path.path.get_ident().filter(|_| path.qself.is_none());
        match name.and_then(|name| self.lookup(name)) {
            Some(Name::Const(Some(ty))) => self.const_path(path, ty),
            Some(Name::Callable(_)) => self.refuse(&diag::CLOSURE_VALUE, path, &[&text_of(path)]),
            Some(Name::Chain(_)) => self.refuse(&diag::ITERATOR_VALUE, path, &[&text_of(path)]),
            Some(Name::Fn) => self.refuse(&diag::FN_VALUE, path, &[&text_of(path)]),
            Some(Name::Error) => self.error(path.to_token_stream()),
            None if super::outcome::is_none(path) => self.none_path(path),
            _ => {
                let parameter = self.parameter_of(path);
                self.const_path(path, parameter.unwrap_or_else(|| path_type(&path.path)))
            }
        }
    }

    fn const_path(&mut self, path: &syn::ExprPath, ty: Ty) -> Expr {
        self.opaque(path.to_token_stream(), Vec::new(), true, ty, path.span())
    }

    /// A variable of a type that the compiler does not look into, read as a whole.
    fn opaque_variable(&mut self, expr: &syn::Expr) -> Expr {
        let hidden = self.root(expr).is_some_and(|var| self.is_hidden_state(var));
        if hidden {
            return self.opaque_place(expr);
        }
        let place = self.place(expr);
        self.read(place)
    }
}

/// The `const`s of `f64` and `f32` that are integers.
const INTEGERS: [&str; 7] = [
    "DIGITS",
    "MANTISSA_DIGITS",
    "MAX_10_EXP",
    "MAX_EXP",
    "MIN_10_EXP",
    "MIN_EXP",
    "RADIX",
];

/// The type of a `const`, as far as its path tells.
fn path_type(path: &syn::Path) -> Ty {
    let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let owner = match names[..] {
        [ty, _] => ty,
        ["std" | "core", ty @ ("f64" | "f32"), "consts", _] => ty,
        [ty @ ("f64" | "f32"), "consts", _] => ty,
        ["std" | "core", ty, _] => ty,
        ["std" | "core", "primitive", ty, _] => ty,
        _ => return Ty::Opaque,
    };
    match types::primitive_name(owner) {
        Some(Ty::Real(_)) if names.last().is_some_and(|name| INTEGERS.contains(name)) => Ty::Int,
        Some(ty @ (Ty::Real(Real::F64 | Real::F32) | Ty::Int)) => ty,
        _ => Ty::Opaque,
    }
}

/// The type before the last segment of a path (`f64` in `f64::max`), if it is a primitive.
pub(super) fn owner(path: &syn::ExprPath) -> Option<syn::Path> {
    if let Some(qself) = &path.qself {
        return match types::bare(&qself.ty) {
            syn::Type::Path(ty) if qself.position == 0 => Some(ty.path.clone()),
            _ => None,
        };
    }
    let mut owner = path.path.clone();
    owner.segments.pop()?;
    owner.segments.pop_punct();
    (!owner.segments.is_empty()).then_some(owner)
}
