//! What is emitted beside a function that has errors.
//!
//! In: the function and its signature. Out: every promised function with its right signature and a
//! body that never returns, so that the user sees one mistake and not one more for every call of
//! `loss::grad`.

use autodiff_runtime::Definability;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident};

use super::{Bodies, Names, Runtime, generated, never};
use crate::compiler::analyse::lengths::Lengths;
use crate::compiler::extent::Extent;
use crate::compiler::hir::{self, Aggregate, Block, Param, Real, Ty, Var, VarId};
use crate::compiler::names::Names as Fresh;
use crate::compiler::naming::Naming;
use crate::compiler::parse::attribute::Options;
use crate::compiler::parse::signature::{Parameter, Signature, parameter_name};
use crate::compiler::parse::types::{self, primitive_name};

/// True if stubs of the signature compile: what is refused because a type of this name, or one with
/// these parameters, cannot be emitted has none.
pub(crate) fn can_stub(sig: &syn::Signature, naming: &Naming) -> bool {
    let typed = sig
        .inputs
        .iter()
        .all(|input| matches!(input, syn::FnArg::Typed(_)));
    let words = sig
        .inputs
        .to_token_stream()
        .into_iter()
        .chain(sig.output.to_token_stream());
    let plain = match naming {
        // What may be a parameter of the block or a type is none that a stub could name.
        Naming::Sibling(of) => !of.is_guessed() && !mentions(words.collect(), &["impl"]),
        Naming::Companion | Naming::Module => !mentions(words.collect(), &["impl", "Self"]),
    };
    let named = primitive_name(&sig.ident.to_string()).is_none();
    typed && plain && named && sig.asyncness.is_none()
}

fn mentions(tokens: TokenStream, words: &[&str]) -> bool {
    tokens.into_iter().any(|tree| match tree {
        proc_macro2::TokenTree::Ident(ident) => words.iter().any(|word| ident == word),
        proc_macro2::TokenTree::Group(group) => mentions(group.stream(), words),
        _ => false,
    })
}

/// Stubs of what would have been generated: what stands beside the function, and its metadata if they stand elsewhere.
pub(crate) fn stubs(
    item: &syn::ItemFn,
    signature: &Signature<'_>,
    options: &Options,
) -> (TokenStream, TokenStream) {
    let in_cycle = options.cycle.len() > 1;
    let options = Options {
        recursive: false,
        ..options.clone()
    };
    let mut fresh = Fresh::of(item.sig.to_token_stream());
    let mut bodies = bodies(signature, &options, &mut fresh);
    // Others of the cycle ask.
    bodies.lengths.rounds = usize::from(in_cycle);
    let func = func(item, signature);
    let signature = super::signature(item, &func, &options, &bodies);
    generated(item, &func, &options, &bodies, &signature)
}

/// The function without its body.
pub(crate) fn func(item: &syn::ItemFn, signature: &Signature<'_>) -> hir::Func {
    hir::Func {
        name: item.sig.ident.clone(),
        used: Fresh::default(),
        params: signature
            .parameters
            .iter()
            .zip(0..)
            .map(|(p, i)| param(p, i))
            .collect(),
        result: undecided(types::untagged(signature.result.clone()), is_own),
        hidden: std::collections::BTreeSet::new(),
        matched: std::collections::BTreeSet::new(),
        result_is_unknown: false,
        outcome: types::payload(&signature.result).is_some(),
        blank: None,
        vars: signature
            .parameters
            .iter()
            .enumerate()
            .map(|(i, p)| var(p, i))
            .collect(),
        body: Block::default(),
        items: Vec::new(),
        nested: Vec::new(),
        pins: Vec::new(),
        reals: signature.reals.clone(),
        checkpoints: Default::default(),
        whole: Default::default(),
    }
}

fn param(parameter: &Parameter<'_>, index: u32) -> Param {
    Param {
        var: VarId(index),
        declared: parameter.declared.clone(),
        ty: undecided(parameter.ty.clone(), |_| true),
        role: parameter.role,
    }
}

/// `Self`, in a block in which functions can stand, is no number. Of results with other names nothing is
/// known, and the gradient itself is there for numbers alone.
fn is_own(path: &TokenStream) -> bool {
    path.to_string() == "Self"
}

/// Whether a path names a real number or a struct, the body would have told. The gradient of a struct
/// is found in a way that is right for both.
pub(crate) fn undecided(ty: Ty, may_be: fn(&TokenStream) -> bool) -> Ty {
    let inside = |ty: Box<Ty>| Box::new(undecided(*ty, may_be));
    match ty {
        Ty::Real(Real::Named(path)) if may_be(&path) => Ty::Struct(Aggregate {
            path: Some(path),
            whole: true,
            fields: Vec::new(),
            constants: Vec::new(),
        }),
        Ty::Ref(mutable, inner) => Ty::Ref(mutable, inside(inner)),
        Ty::Slice(inner) => Ty::Slice(inside(inner)),
        Ty::Vec(inner) => Ty::Vec(inside(inner)),
        Ty::Array(inner, len) => Ty::Array(inside(inner), len),
        Ty::Tuple(parts) => {
            let parts = parts.into_iter();
            Ty::Tuple(parts.map(|part| undecided(part, may_be)).collect())
        }
        ty => ty,
    }
}

fn var(parameter: &Parameter<'_>, index: usize) -> Var {
    Var {
        name: name(parameter, index),
        ty: parameter.ty.clone(),
        mutable: false,
    }
}

fn name(parameter: &Parameter<'_>, index: usize) -> Ident {
    parameter_name(parameter.pat)
        .cloned()
        .unwrap_or_else(|| format_ident!("__arg{index}"))
}

/// Bodies of any type that never return.
fn bodies(signature: &Signature<'_>, options: &Options, fresh: &mut Fresh) -> Bodies {
    let never = never(&Runtime::of(options));
    Bodies {
        names: names(signature, fresh),
        extent: Extent::Whole,
        diverges: false,
        forward: TokenStream::new(),
        value: never.clone(),
        reverse: never.clone(),
        fused: Some(never.clone()),
        reads: Vec::new(),
        lengths: Lengths::default(),
        strips: None,
        few: None,
        takes_seed: false,
        tangent: never,
        sites: Vec::new(),
        obligations: Vec::new(),
        definability: Definability::None,
        cost_bound: 0.0,
        callees: Vec::new(),
        plain_callees: Vec::new(),
        siblings: Vec::new(),
        recursive: false,
    }
}

/// Names for what the bodies are given.
pub(crate) fn names(signature: &Signature<'_>, fresh: &mut Fresh) -> Names {
    let params: Vec<Ident> = signature
        .parameters
        .iter()
        .enumerate()
        .map(|(i, p)| name(p, i))
        .collect();
    let mut derived = |suffix: &str| params.iter().map(|p| derived(fresh, p, suffix)).collect();
    let (bars, dots) = (derived("bar"), derived("dot"));
    let mut single = |base: &str| fresh.exact(base, Span::call_site());
    Names {
        sel: single("sel"),
        kinds: single("kinds"),
        directions: single("directions"),
        seed: single("seed"),
        params,
        bars,
        dots,
    }
}

fn derived(fresh: &mut Fresh, param: &Ident, suffix: &str) -> Ident {
    let base = param.to_string();
    fresh.exact(
        &format!("{}_{suffix}", base.trim_start_matches("r#")),
        param.span(),
    )
}
