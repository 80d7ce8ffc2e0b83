//! Type parameters: which of them stand for a real number.
//!
//! In: the generics of a function. Out: the names of the parameters that are taken for real numbers,
//! [`Ty`]s in which they are [`Real::Param`], and the bound that emitted functions add to the user's.
//!
//! A macro cannot see what a bound demands (`T: Float`, `T: Number` with `trait Number: Float`), so
//! a parameter is a real number unless its bounds say that it is something else (`F: Fn(f64) -> f64`,
//! `R: Rng`). That is no guess: emitted functions are bounded by a trait that only `f64` and `f32`
//! have.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit::Visit;

use crate::compiler::hir::{Real, Ty};

/// Bounds that say nothing about what a type is.
const NEUTRAL: [&str; 15] = [
    "Copy",
    "Clone",
    "Debug",
    "Display",
    "Default",
    "Send",
    "Sync",
    "Sized",
    "Unpin",
    "PartialEq",
    "PartialOrd",
    "From",
    "LowerExp",
    "UpperExp",
    "Any",
];

/// Bounds of types that are no numbers: functions, containers, conversions, sources of randomness.
const FOREIGN: [&str; 34] = [
    "Fn",
    "FnMut",
    "FnOnce",
    "Iterator",
    "IntoIterator",
    "DoubleEndedIterator",
    "ExactSizeIterator",
    "FusedIterator",
    "FromIterator",
    "Extend",
    "AsRef",
    "AsMut",
    "Borrow",
    "BorrowMut",
    "Deref",
    "DerefMut",
    "Index",
    "IndexMut",
    "Into",
    "TryInto",
    "ToString",
    "ToOwned",
    "Hash",
    "Eq",
    "Ord",
    "Rng",
    "RngCore",
    "RngExt",
    "CryptoRng",
    "SeedableRng",
    "Distribution",
    "Read",
    "Write",
    "Error",
];

/// Bounds of numbers.
const NUMERIC: [&str; 16] = [
    "Float",
    "FloatCore",
    "FloatConst",
    "Real",
    "RealField",
    "ComplexField",
    "Scalar",
    "Num",
    "NumAssign",
    "NumCast",
    "Signed",
    "FromPrimitive",
    "Add",
    "Sub",
    "Mul",
    "Div",
];

/// The type parameters that are taken for real numbers: those of the function that occur in `types`,
/// and those of the `impl` block around it which do, or which are numbers by their bounds.
pub(crate) fn reals(
    own: &syn::Generics,
    block: &syn::Generics,
    types: &[TokenStream],
) -> Vec<Ident> {
    let occurs = |name: &Ident| types.iter().any(|ty| mentions(ty.clone(), name));
    let of = |generics: &syn::Generics, all: bool| -> Vec<Ident> {
        let parameters = generics.type_params().filter(|parameter| {
            let bounds = bounds(generics, parameter);
            let number = bounds.iter().any(|name| NUMERIC.contains(&name.as_str()));
            is_real(&bounds) && (occurs(&parameter.ident) || (all && number))
        });
        parameters.map(|p| p.ident.clone()).collect()
    };
    let mut reals = of(own, false);
    reals.extend(of(block, true));
    reals
}

/// True if the name occurs in the tokens.
pub(crate) fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// The names of all type parameters.
pub(crate) fn names(all: [&syn::Generics; 2]) -> Vec<Ident> {
    let parameters = all.into_iter().flat_map(syn::Generics::type_params);
    parameters.map(|p| p.ident.clone()).collect()
}

/// The bounds of a parameter by their names, those of the `where` clause included.
fn bounds(generics: &syn::Generics, parameter: &syn::TypeParam) -> Vec<String> {
    let predicates = generics.where_clause.iter().flat_map(|w| &w.predicates);
    let clauses = predicates.filter_map(|predicate| match predicate {
        syn::WherePredicate::Type(of) if of.bounded_ty == as_type(&parameter.ident) => {
            Some(&of.bounds)
        }
        _ => None,
    });
    let all = clauses.flatten().chain(&parameter.bounds);
    all.filter_map(|bound| match bound {
        syn::TypeParamBound::Trait(bound) => match bound.modifier {
            syn::TraitBoundModifier::Maybe(_) => Some("?Sized".into()),
            syn::TraitBoundModifier::None => {
                bound.path.segments.last().map(|s| s.ident.to_string())
            }
        },
        _ => None,
    })
    .collect()
}

/// The bounds of all parameters.
pub(crate) fn all_bounds(all: [&syn::Generics; 2]) -> Vec<String> {
    let of = |generics: &syn::Generics| -> Vec<String> {
        let parameters = generics.type_params();
        parameters.flat_map(|p| bounds(generics, p)).collect()
    };
    all.into_iter().flat_map(of).collect()
}

fn as_type(name: &Ident) -> syn::Type {
    syn::parse_quote!(#name)
}

/// Something that a number may be, or nothing that it is not.
fn is_real(bounds: &[String]) -> bool {
    let foreign = |name: &String| FOREIGN.contains(&name.as_str()) || name == "?Sized";
    let neutral = |name: &String| NEUTRAL.contains(&name.as_str());
    let number = bounds.iter().any(|name| !foreign(name) && !neutral(name));
    number || !bounds.iter().any(foreign)
}

/// The type with the parameters that stand for real numbers told from aliases.
pub(crate) fn with_parameters(ty: Ty, reals: &[Ident]) -> Ty {
    let inside = |ty: Box<Ty>| Box::new(with_parameters(*ty, reals));
    match ty {
        Ty::Real(Real::Named(path)) => match reals.iter().find(|name| **name == path.to_string()) {
            Some(name) => Ty::Real(Real::Param(name.clone())),
            None => Ty::Real(Real::Named(path)),
        },
        Ty::Tuple(parts) => {
            let parts = parts.into_iter();
            Ty::Tuple(parts.map(|part| with_parameters(part, reals)).collect())
        }
        Ty::Array(inner, len) => Ty::Array(inside(inner), len),
        Ty::Vec(inner) => Ty::Vec(inside(inner)),
        Ty::Slice(inner) => Ty::Slice(inside(inner)),
        Ty::Seq(inner) => Ty::Seq(inside(inner)),
        Ty::Ref(mutable, inner) => Ty::Ref(mutable, inside(inner)),
        ty => ty,
    }
}

/// The first type parameter in it that is no real number.
pub(crate) fn foreign(ty: &Ty, names: &[Ident]) -> Option<Ident> {
    match ty {
        Ty::Real(Real::Named(path)) => {
            let text = path.to_string();
            names.iter().find(|name| **name == text).cloned()
        }
        ty => ty.parts().find_map(|part| foreign(part, names)),
    }
}

/// The user's `where` clause, and that the parameters are real numbers.
pub(crate) fn where_clause(
    generics: &syn::Generics,
    reals: &[Ident],
    rt: &impl ToTokens,
) -> TokenStream {
    let hidden = reals.iter().map(|name| quote!(#name: #rt::Scalar));
    let given = generics.where_clause.iter().flat_map(|w| &w.predicates);
    match generics.where_clause.is_none() && reals.is_empty() {
        true => TokenStream::new(),
        false => quote!(where #(#given,)* #(#hidden),*),
    }
}

/// The type parameters of an `impl` block that is not seen, as far as names tell: `T`, `F`, in the
/// place of a type. (An alias of such a name has to be real, too: emitted functions bound it.)
pub(crate) fn unseen(sig: &syn::Signature) -> syn::Generics {
    let mut finder = Letters {
        own: &sig.generics,
        found: Vec::new(),
    };
    finder.visit_signature(sig);
    let found = finder.found;
    match found.is_empty() {
        true => syn::Generics::default(),
        false => syn::parse_quote!(<#(#found: Real),*>),
    }
}

struct Letters<'a> {
    own: &'a syn::Generics,
    found: Vec<Ident>,
}

impl<'ast> Visit<'ast> for Letters<'_> {
    fn visit_type_path(&mut self, ty: &'ast syn::TypePath) {
        let Some(last) = ty.path.segments.last() else {
            return;
        };
        // Arguments of other types may be constants.
        if last.ident == "Vec" || last.ident == "Option" {
            return syn::visit::visit_type_path(self, ty);
        }
        let name = last.ident.to_string();
        let letter = name.len() == 1 && name.chars().all(char::is_uppercase);
        let own = self.own.type_params().any(|p| p.ident == last.ident);
        let plain = ty.qself.is_none() && ty.path.get_ident().is_some();
        if letter && plain && !own && !self.found.contains(&last.ident) {
            self.found.push(last.ident.clone());
        }
    }

    fn visit_generics(&mut self, _: &'ast syn::Generics) {}

    fn visit_expr(&mut self, _: &'ast syn::Expr) {}
}
