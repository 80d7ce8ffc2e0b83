//! The compiler: an annotated function in, the function and its derivatives out.
//!
//! ```text
//! tokens → syn → parse (options, signature) → lower (HIR) → differentiate → emit → tokens
//! ```
//!
//! `differentiate` is a pipeline of its own: HIR without jumps, SSA, analyses, adjoint and tangent
//! code. Errors are collected on the way; a function that has any is emitted as it is, with the
//! errors, and with stubs of what was promised.

mod adjoint;
mod analyse;
mod anchor;
mod build;
mod callees;
mod code;
mod companion;
pub(crate) mod diag;
mod differentiate;
mod dots;
mod dump;
mod emit;
mod emit_names;
mod exits;
mod extent;
mod finals;
mod fold;
mod forms;
mod hir;
mod hoist;
mod inline;
mod jumps;
mod kinks;
mod lower;
mod merge;
mod metadata;
mod modes;
mod moves;
mod names;
mod naming;
mod nest;
mod parallel;
mod parse;
mod pretty;
mod primal;
mod print;
mod real;
pub(crate) mod rule;
mod rule_text;
mod scalars;
mod share;
mod simplify;
mod singular;
mod snapshot;
mod ssa;
mod strips;
mod tangent;
mod tidy;
mod unroll;

#[cfg(test)]
mod tests;

pub(crate) use dump::timed;
pub(crate) use emit::respan::respan;
pub(crate) use parse::list::{Item, List, value};
pub(crate) use parse::types::is_constant_primitive;

use proc_macro2::TokenStream;
use quote::quote;

use self::diag::Diagnostics;
use self::parse::attribute::Options;

/// Expands `#[conservative_grad(attr)] item`.
pub(crate) fn expand(attr: TokenStream, item: TokenStream) -> TokenStream {
    let mut diags = Diagnostics::new();
    let options = Options::parse(attr.clone(), &mut diags);
    let expanded = forms::expand(item, &attr, &options, &mut diags);
    let errors = diags.into_tokens();
    quote!(#expanded #errors)
}
