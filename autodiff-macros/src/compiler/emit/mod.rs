//! Finished sweeps → the tokens that stand in the user's crate.
//!
//! In: the user's function, its parameters as `lower` understood them, and the [`Bodies`] that
//! `differentiate` made of it. Out: for
//!
//! ```text
//! pub fn loss(w: &[f64], b: f64, n: usize) -> f64 { … }
//! ```
//!
//! the function itself, its tokens untouched, and
//!
//! ```text
//! #[doc(hidden)] #[non_exhaustive] pub enum loss {}
//! impl loss {
//!     pub const FIELD: &'static FieldMetadata = …;      // what is known at compile time   (meta)
//!     pub const __SITES: &'static [Site] = …;
//!     pub fn __fused(sel, w, b, n, w_bar, b_bar) -> f64 // value and gradient, seed 1       (sweep)
//!     pub fn __forward(sel, kinds, w, b, n) -> (f64, impl FnOnce(w, (), (), seed, w_bar, b_bar, n_bar))
//!     pub fn __tangent<L>(sel, directions, w, w_dot, b, b_dot, n, n_dot) -> (f64, L::Of<f64>)
//!     pub fn grad(w, b, n) -> (Vec<f64>, f64)           // what users call                  (entry)
//!     …
//! }
//! ```
//!
//! There is one reverse sweep and one tangent sweep per function (and one fused sweep where forward
//! and reverse can run together); everything else calls them.

mod docs;
mod entry;
pub(crate) mod forward;
mod jacobian;
mod lifetimes;
mod meta;
mod outcome;
mod pins;
pub(crate) mod respan;
mod signature;
mod stubs;
mod sweep;
mod tokens;
mod types;
pub(crate) mod vectors;

use autodiff_runtime::Definability;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

pub(crate) use meta::{Obligation, Site};
pub(crate) use signature::one_or_tuple;
pub(crate) use stubs::{can_stub, func, names, stubs, undecided};
pub(crate) use types::{adjoint, behind, gradient, holds_struct, storage, without_lifetimes};

use super::analyse::lengths::Lengths;
use super::extent::Extent;
use super::hir;
use super::naming::Naming;
use super::parse::attribute::{Mode, Options};
pub(crate) use respan::respan;
use signature::{Signature, Strips};
use tokens::Tokens;

/// The names that bodies use for what the emitted functions take. All are fresh against the names
/// of the user's function.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// The selection, `&mut __S`.
    pub(crate) sel: Ident,
    /// The tuple of the kinds of the arguments; `kinds.0` tells a callee whether to add to a bar
    /// that stands for the first argument.
    pub(crate) kinds: Ident,
    /// The directions of the tangent sweep, one or several at once.
    pub(crate) directions: Ident,
    /// The adjoint of the result.
    pub(crate) seed: Ident,
    /// The arguments, one name per parameter.
    pub(crate) params: Vec<Ident>,
    /// Their adjoints.
    pub(crate) bars: Vec<Ident>,
    /// Their tangents.
    pub(crate) dots: Vec<Ident>,
}

/// The derivative of a function: code to be put into the emitted functions, with the spans that it is
/// emitted with.
///
/// Nested items of the user's body ([`hir::Func::items`]) are put at the top of every body by
/// [`emit`]; they are not part of the code here.
#[derive(Clone, Debug)]
pub(crate) struct Bodies {
    pub(crate) names: Names,
    /// What of the sweeps there is.
    pub(crate) extent: Extent,
    /// The function never returns.
    pub(crate) diverges: bool,
    /// Statements of the forward sweep. `sel` is at hand.
    pub(crate) forward: TokenStream,
    /// The result, after the statements of `forward`. It is evaluated before the closure of the
    /// reverse sweep takes what it needs.
    pub(crate) value: TokenStream,
    /// Statements of the reverse sweep, for the closure. `seed` and the bars are at hand, and the
    /// arguments once more under their names: those taken by shared reference are given again,
    /// the others are captured from the forward sweep if mentioned. No `sel`.
    pub(crate) reverse: TokenStream,
    /// For each parameter, the bits of those for whose adjoints `reverse` reads it; empty if it may be for all.
    pub(crate) reads: Vec<u64>,
    /// Statements and value of a sweep that adds the gradient under a seed of 1 to the bars of the
    /// differentiable parameters. `None`: forward and reverse sweep one after the other.
    pub(crate) fused: Option<TokenStream>,
    /// The same with iterations of accumulating loops side by side. Without `fused` beside it, it visits
    /// the sites in their order.
    pub(crate) strips: Option<TokenStream>,
    /// Where `fused` is the faster one, of the arguments.
    pub(crate) few: Option<TokenStream>,
    /// The adjoint of the result is an argument of `fused`, and not 1.
    pub(crate) takes_seed: bool,
    /// Statements and the pair of value and tangent of the result.
    pub(crate) tangent: TokenStream,
    pub(crate) sites: Vec<Site>,
    pub(crate) obligations: Vec<Obligation>,
    pub(crate) definability: Definability,
    pub(crate) cost_bound: f64,
    /// Where lengths that depend on tests become numbers.
    pub(crate) lengths: Lengths,
    /// Paths of the companions of the annotated functions that are called.
    pub(crate) callees: Vec<TokenStream>,
    /// Those of them that are called without generic arguments.
    pub(crate) plain_callees: Vec<TokenStream>,
    /// Paths of the metadata of methods and associated functions that are called.
    pub(crate) siblings: Vec<TokenStream>,
    /// The function calls itself: its reverse sweep has to be boxed.
    pub(crate) recursive: bool,
}

/// Path of what emitted code uses of the runtime: `::conservative_grad::__private`.
#[derive(Clone, Debug)]
pub(crate) struct Runtime(Tokens);

impl Runtime {
    pub(crate) fn of(options: &Options) -> Runtime {
        let krate = respan(options.krate.clone());
        Runtime(quote!(#krate::__private).into())
    }
}

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

/// In the place of a body that rustc has no need of.
pub(crate) fn unemitted(rt: &impl ToTokens) -> TokenStream {
    quote!(#rt::unemitted())
}

/// A value of any type that there never is, and not of the type `!`, after which rustc reports unreachable code.
pub(crate) fn never(rt: &impl ToTokens) -> TokenStream {
    quote!(#rt::core::option::Option::None.unwrap())
}

/// What is emitted for a function.
pub(crate) struct Emitted {
    /// Documentation for the function itself.
    pub(crate) doc: TokenStream,
    /// What stands beside it: items of its scope, or of an `impl` block of its type.
    pub(crate) beside: TokenStream,
    /// Of a function of a generic type: `FIELD`, for an `impl` of one instance, so that nobody has to
    /// say which.
    pub(crate) metadata: TokenStream,
    /// Of a method: what stands behind the block.
    pub(crate) behind: TokenStream,
}

/// What is emitted for a function. `item` is the function as it was compiled.
pub(crate) fn emit(
    item: &syn::ItemFn,
    func: &hir::Func,
    options: &Options,
    bodies: &Bodies,
) -> Emitted {
    let bodies = &named_for_people(bodies, &options.naming);
    let signature = signature(item, func, options, bodies);
    let (mut beside, metadata) = generated(item, func, options, bodies, &signature);
    let mut behind = pins::asked(item, &signature, bodies);
    if let Naming::Companion = options.naming {
        beside.extend(std::mem::take(&mut behind));
    }
    Emitted {
        doc: docs::primal(item, &signature, &bodies.sites, options),
        beside,
        metadata,
        behind,
    }
}

fn signature(
    item: &syn::ItemFn,
    func: &hir::Func,
    options: &Options,
    bodies: &Bodies,
) -> Signature {
    let companion = options.name.as_ref().unwrap_or(&item.sig.ident);
    let signature = Signature::new(
        item,
        func,
        Runtime::of(options),
        companion.clone(),
        options.naming.clone(),
        &bodies.names,
    );
    Signature {
        in_strips: match (&bodies.strips, &bodies.fused) {
            (None, _) => Strips::No,
            (Some(_), None) => Strips::Always,
            (Some(_), Some(_)) => Strips::Plain,
        },
        extent: bodies.extent,
        takes_seed: bodies.takes_seed,
        forward: options.mode == Mode::Forward,
        recursive: bodies.recursive
            || options.recursive
            || matches!(&options.naming, Naming::Sibling(of) if of.is_guessed()),
        attributes: own_attributes(item, options, bodies).into(),
        ..signature
    }
}

/// What stands beside the function, and its metadata if they stand elsewhere.
fn generated(
    item: &syn::ItemFn,
    func: &hir::Func,
    options: &Options,
    bodies: &Bodies,
    signature: &Signature,
) -> (TokenStream, TokenStream) {
    let checks = pins::checks(bodies, func, &signature.rt);
    let bodies = &led(bodies, &func.items, &checks, &signature.rt);
    let (sites, field) = meta::members(item, signature, options, bodies, &func.items);
    let callee = pins::callee(signature, bodies, &func.items);
    let field = quote!(#field #callee);
    let (field, metadata) = match &options.naming {
        Naming::Sibling(of) if of.instance.is_some() => (TokenStream::new(), field),
        _ => (field, TokenStream::new()),
    };
    let members = [
        sites,
        field,
        pins::member(signature, item, bodies, &func.items),
        sweep::members(signature, bodies),
        entry::members(signature, deprecation(item).into()),
    ];
    let beside = match &options.naming {
        Naming::Companion => companion(item, signature, options, &members),
        Naming::Sibling(_) => members.into_iter().collect(),
        Naming::Module => {
            let by_name = path_by_name(item);
            members.into_iter().chain([by_name]).collect()
        }
    };
    (beside, metadata)
}

/// Inside of the module `gamma`, too, the function `gamma` is called as `gamma::__forward`. A private
/// module is not in the way of `pub use gamma::gamma`, as a type would be.
fn path_by_name(item: &syn::ItemFn) -> TokenStream {
    let name = &item.sig.ident;
    quote! {
        #[doc(hidden)]
        mod #name {
            pub use super::*;
        }
    }
}

/// The attributes of each emitted item, where they stand one by one among the user's.
fn own_attributes(item: &syn::ItemFn, options: &Options, bodies: &Bodies) -> TokenStream {
    let shared = || shared_attributes(item);
    // What stands behind a panic is there for its type, and no news to anybody.
    let unreachable = bodies.diverges.then(|| quote!(#[allow(unreachable_code)]));
    let own = match &options.naming {
        Naming::Companion => TokenStream::new(),
        Naming::Sibling(of) if of.block => shared(),
        Naming::Sibling(_) | Naming::Module => {
            let shared = shared();
            quote!(#shared #[allow(clippy::all, clippy::pedantic)])
        }
    };
    quote!(#own #unreachable)
}

/// The bodies with texts that say `self` for the receiver.
fn named_for_people(bodies: &Bodies, naming: &Naming) -> Bodies {
    let mut bodies = bodies.clone();
    let Some(receiver) = naming.receiver() else {
        return bodies;
    };
    for site in &mut bodies.sites {
        site.source = receiver.in_tokens(std::mem::take(&mut site.source));
        site.stratum = receiver.in_text(&site.stratum);
    }
    for obligation in &mut bodies.obligations {
        obligation.source = receiver.in_tokens(std::mem::take(&mut obligation.source));
    }
    bodies
}

/// The bodies, each led by the items of the user's body and the checks of what names stand for.
fn led(bodies: &Bodies, items: &[TokenStream], checks: &pins::Checks, rt: &Runtime) -> Bodies {
    if bodies.extent == Extent::Signatures {
        return Bodies {
            forward: finished(&checks.operations, rt),
            ..bodies.clone()
        };
    }
    let items: TokenStream = items.iter().map(|item| finished(item, rt)).collect();
    let callees = finished(&checks.callees, rt);
    let with_items = |once: &TokenStream, body: &TokenStream| {
        // The traits of the prelude, which the user's module may go without; they bring no names.
        quote!(#items use #rt::traits::*; #callees #once #body)
    };
    let once = finished(&checks.operations, rt);
    let none = &TokenStream::new();
    Bodies {
        forward: with_items(&once, &bodies.forward),
        fused: bodies.fused.as_ref().map(|body| with_items(none, body)),
        strips: bodies.strips.as_ref().map(|body| with_items(none, body)),
        few: bodies.few.clone().map(respan),
        tangent: with_items(none, &bodies.tangent),
        callees: bodies.callees.iter().cloned().map(respan).collect(),
        siblings: bodies.siblings.iter().cloned().map(respan).collect(),
        ..bodies.clone()
    }
}

/// Code with the spans that it is emitted with, and without `std`.
pub(crate) fn finished(code: &TokenStream, rt: &Runtime) -> TokenStream {
    vectors::of_runtime(code.clone(), rt)
}

/// The type that carries the emitted functions, and its `impl`.
fn companion(
    item: &syn::ItemFn,
    signature: &Signature,
    options: &Options,
    members: &[TokenStream],
) -> TokenStream {
    let Signature {
        companion,
        visibility,
        ..
    } = signature;
    let attributes = shared_attributes(item);
    let doc = docs::companion(signature, options);
    // rustc's lints stay quiet because the tokens are respanned. Some of clippy's look at code from
    // other crates' macros all the same (`unused_unit`, `too_many_arguments`), one of them denied by
    // default (`possible_missing_comma`). rustc by itself does not know these names, so the
    // attribute does no harm where a crate forbids lints of rustc.
    quote! {
        #attributes
        #doc
        #[non_exhaustive]
        #visibility enum #companion {}

        #attributes
        #[allow(clippy::all, clippy::pedantic)]
        impl #companion {
            #(#members)*
        }
    }
}

/// Attributes of the function that hold for what is emitted beside it, too: whether it is there at
/// all, and the lints that the user switched off.
fn shared_attributes(item: &syn::ItemFn) -> TokenStream {
    let shared = item
        .attrs
        .iter()
        .filter(|a| a.path().is_ident("cfg") || a.path().is_ident("allow"));
    shared.map(|a| respan(a.to_token_stream())).collect()
}

/// `#[deprecated]`, for the functions that mention the primal.
fn deprecation(item: &syn::ItemFn) -> TokenStream {
    let deprecated = item
        .attrs
        .iter()
        .filter(|a| a.path().is_ident("deprecated"));
    deprecated.map(|a| respan(a.to_token_stream())).collect()
}
