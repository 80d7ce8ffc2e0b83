//! The gradient by tangent sweeps, for `mode = forward`.
//!
//! In: the signature. Out: the body of `__fused`, which asks `__tangent` for several directions at once:
//!
//! ```text
//! // (x: f64, y: f64), one sweep
//! let (value, tangent) = Self::__tangent(sel, Several::<2>, x, Tangent(&basis.number()), y, Tangent(&basis.number()));
//! add_lane(x_bar, &tangent, 0);
//! add_lane(y_bar, &tangent, 1);
//!
//! // (w: &[f64]), as many sweeps as it takes
//! let mut w_dot = zero_dots(Several::<8>, w);
//! let (value, slopes) = sweeps(numbers(&w_dot), |basis| { basis.fill(&mut w_dot); … Self::__tangent(…) … });
//! add_slopes(w_bar, &mut slopes.into_iter());
//! ```
//!
//! How many numbers there are is known here for numbers, and for arrays and tuples of them.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::signature::{Param, Passing, Signature};
use crate::compiler::hir::{self, Role, Ty};

/// Directions of one sweep: what fills a cache line, and the widest registers.
const LANES: usize = 8;

/// How many directions a sweep takes at once: all, if they are known to be few.
pub(super) fn lanes(signature: &Signature) -> usize {
    match count(signature) {
        Some(n) if n <= LANES => n.max(1).next_power_of_two(),
        _ => LANES,
    }
}

/// How many numbers are differentiated, where the types tell.
fn count(signature: &Signature) -> Option<usize> {
    signature
        .params
        .iter()
        .filter(|p| p.differentiable)
        .try_fold(0, |sum, p| Some(sum + numbers(&p.ty)?))
}

fn numbers(ty: &Ty) -> Option<usize> {
    match ty {
        Ty::Real(_) => Some(1),
        Ty::Ref(_, inner) => numbers(inner),
        Ty::Tuple(parts) => parts
            .iter()
            .try_fold(0, |sum, part| Some(sum + numbers(part)?)),
        Ty::Array(inner, _) => numbers(inner)?.checked_mul(ty.known_length()?),
        _ => None,
    }
}

/// True if one sweep is enough, whatever the arguments are.
pub(crate) fn is_one_sweep(func: &hir::Func) -> bool {
    let varied = func
        .params
        .iter()
        .filter(|p| p.role == Role::Differentiable);
    let mut counts = varied.map(|p| numbers(&p.ty));
    let count = counts.try_fold(0, |sum, n| Some(sum + n?));
    count.is_some_and(|n| n <= LANES)
}

/// The body of `__fused`.
pub(super) fn body(signature: &Signature) -> TokenStream {
    match count(signature) {
        Some(n) if n <= LANES => one_sweep(signature),
        _ => several_sweeps(signature),
    }
}

fn one_sweep(signature: &Signature) -> TokenStream {
    let rt = &signature.rt;
    let (several, basis) = (several(signature), signature.fresh("basis"));
    let dots = dots(signature, &several);
    let fill = fill(signature);
    let [value, tangent] = ["value", "tangent"].map(|name| signature.fresh(name));
    let call = call(signature, &signature.sel, &several, &|p| p.name.clone());
    let number = number(signature, &tangent);
    let mut lane = 0;
    let add = signature.inputs().map(|p| {
        let (bar, first) = (&p.bar, Literal::usize_unsuffixed(lane));
        lane += numbers(&p.ty).unwrap_or_default();
        match p.scalar {
            true => quote!(#rt::add_lane(#bar, &#number, #first);),
            false => {
                let last = Literal::usize_unsuffixed(lane);
                quote!(#rt::add_slopes(#bar, &mut #number.0[#first..#last].iter().copied());)
            }
        }
    });
    let add: Vec<TokenStream> = add.collect();
    let lanes = Literal::usize_unsuffixed(lanes(signature));
    quote! {
        let mut #basis = #rt::Basis::<#lanes>::from(0);
        #dots
        #fill
        let (#value, #tangent) = #call;
        #(#add)*
        #value
    }
}

fn several_sweeps(signature: &Signature) -> TokenStream {
    let Signature { rt, sel, .. } = signature;
    let several = several(signature);
    let names = ["basis", "again", "value", "tangent", "slopes"].map(|name| signature.fresh(name));
    let [basis, again, value, tangent, slopes] = names;
    let (dots, fill) = (dots(signature, &several), fill(signature));
    let call = call(signature, &again, &several, &|p| p.given(rt));
    let (number, real) = (number(signature, &tangent), real(signature, &value));
    let lanes = Literal::usize_unsuffixed(lanes(signature));
    let count = signature.inputs().map(|p| {
        let dot = &p.dot;
        match p.scalar {
            true => quote!(1),
            false => quote!(#rt::numbers::<#lanes>(&#dot)),
        }
    });
    let add = signature.inputs().map(|p| {
        let bar = &p.bar;
        quote!(#rt::add_slopes(#bar, &mut #slopes);)
    });
    let count: Vec<TokenStream> = count.collect();
    quote! {
        #dots
        let mut #again = #rt::Repeat::new(#sel);
        let (#value, #slopes) = #rt::sweeps(#(#count)+*, |#basis: &mut #rt::Basis<#lanes>| {
            #again.begin();
            #fill
            let (#value, #tangent) = #call;
            let #slopes = #real;
            (#value, #slopes, #number)
        });
        let mut #slopes = #rt::core::iter::IntoIterator::into_iter(#slopes);
        #(#add)*
        #value
    }
}

/// `Several::<8>`
pub(super) fn several(signature: &Signature) -> TokenStream {
    let (rt, lanes) = (&signature.rt, Literal::usize_unsuffixed(lanes(signature)));
    quote!(#rt::Several::<#lanes>)
}

/// Zeros for the tangents of what is not a number.
fn dots(signature: &Signature, several: &TokenStream) -> TokenStream {
    let rt = &signature.rt;
    let compound = signature.inputs().filter(|p| !p.scalar);
    let zeros = compound.map(|p| {
        let (dot, borrow) = (&p.dot, p.borrow());
        quote!(let mut #dot = #rt::zero_dots(#several, #borrow);)
    });
    zeros.collect()
}

/// The directions of a sweep.
fn fill(signature: &Signature) -> TokenStream {
    let basis = signature.fresh("basis");
    let of = |p: &Param| {
        let dot = &p.dot;
        match p.scalar {
            true => quote!(let #dot = #basis.number();),
            false => quote!(#basis.fill(&mut #dot);),
        }
    };
    signature.inputs().map(of).collect()
}

/// `Self::__tangent(sel, Several::<8>, x, Tangent(&x_dot), …)`
fn call<T: quote::ToTokens>(
    signature: &Signature,
    sel: &proc_macro2::Ident,
    several: &TokenStream,
    given: &dyn Fn(&Param) -> T,
) -> TokenStream {
    let rt = &signature.rt;
    let selection = match *sel == signature.sel {
        true => quote!(#sel),
        false => quote!(&mut #sel),
    };
    let dot = |p: &Param| {
        let dot = &p.dot;
        match p.differentiable {
            true => quote!(#rt::Tangent(&#dot)),
            false => quote!(#rt::Unvaried),
        }
    };
    let argument = |p: &Param| {
        let name = given(p);
        match p.passing {
            Passing::Exclusive => quote!(&mut *#name),
            Passing::Value | Passing::Shared => quote!(#name),
        }
    };
    let own = signature.receiver.and(signature.params.first());
    let receiver = own.map(|p| {
        let name = &p.name;
        quote!(#name,)
    });
    let others = signature.others().iter().map(|p| {
        let (name, dot) = (argument(p), dot(p));
        quote!(#name, #dot)
    });
    let arguments = own.map(dot).into_iter().chain(others);
    let (tangent, turbofish) = (signature.naming.path("__tangent"), signature.turbofish(3));
    quote!(#tangent #turbofish(#receiver #selection, #several, #(#arguments),*))
}

/// The tangents of the number that is the result, or in it.
fn number(signature: &Signature, tangent: &proc_macro2::Ident) -> TokenStream {
    match signature.outcome {
        true => quote!(#tangent.1),
        false => quote!(#tangent),
    }
}

/// The number itself.
fn real(signature: &Signature, value: &proc_macro2::Ident) -> TokenStream {
    match signature.outcome {
        true => quote!(#value.1),
        false => quote!(#value),
    }
}
