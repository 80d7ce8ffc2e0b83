//! The hidden functions that hold the sweeps: `__fused`, `__forward`, `__tangent`.
//!
//! In: the signature and the bodies. Out: members of the companion. Other annotated functions call
//! `__forward` and `__tangent`, so what these take is fixed by position alone and needs no knowledge
//! of the callee's types:
//!
//! ```text
//! fn __forward<N.., __S: Selection + ?Sized, __K0: Kind, __K1: Kind, __K2: Constant>(
//!     sel: &mut __S, kinds: (__K0, __K1, __K2), w: &[f64], b: f64, n: usize,
//! ) -> (f64, impl FnOnce(
//!     &[f64], (), (),                                        // the arguments again, or ()
//!     f64,                                                   // the seed
//!     &mut Bar<__K0, [f64]>, &mut Bar<__K1, f64>, &mut Discard, // a bar for every parameter
//! ) + use<N.., __S, __K0, __K1, __K2>)
//! ```
//!
//! What is changed in place (`y: &mut [f64]`) has a bar that goes in as the adjoint of its final
//! value and comes out as the adjoint of the initial one. The closure borrows nothing of the
//! arguments, hence `use<…>` without lifetimes, hence the arguments once more.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};

use super::Bodies;
use super::respan::respan_ident;
use super::signature::{Param, Passing, Signature, Strips};
use super::tokens::Tokens;
use super::types::behind;
use crate::compiler::extent::Extent;
use crate::compiler::hir::Ty;
use crate::compiler::naming::{Naming, ReceiverPassing};
use crate::compiler::real::is_parameter;

/// The functions; `__fused` only if there is a gradient, `__strips` if a loop runs in strips.
pub(crate) fn members(signature: &Signature, bodies: &Bodies) -> TokenStream {
    // Nobody but the entries calls `__fused`.
    let joint = signature.may_have_gradient() && signature.extent == Extent::Whole;
    let fused = joint.then(|| {
        let plain = (signature.in_strips != Strips::Always)
            .then(|| fused(signature, "__fused", bodies.fused.as_ref()));
        let few = bodies.few.as_ref().map(|few| {
            let bars = signature.inputs().map(|p| p.bar.to_token_stream());
            let seed = signature.takes_seed.then_some(&signature.seed);
            let fused = fused_call(signature, "__fused", &signature.sel, seed, bars);
            quote!(if #few { return #fused; })
        });
        let strips = bodies.strips.as_ref();
        let strips = strips.map(|body| fused(signature, "__strips", Some(&quote!(#few #body))));
        quote!(#plain #strips)
    });
    let forward = forward(signature, &forward_body(signature, bodies));
    let tangent = tangent(signature, &tangent_body(signature, bodies));
    let read = signature
        .receiver
        .filter(|_| signature.changing().is_some());
    let read = read.map(|_| reads_receiver(signature, bodies));
    let in_place = in_place(signature, read.unwrap_or(true));
    let reads = read.map(|read| reads(signature, read));
    quote!(#fused #forward #tangent #in_place #reads)
}

/// True if the reverse sweep asks for anything of the receiver, be it a length.
fn reads_receiver(signature: &Signature, bodies: &Bodies) -> bool {
    fn mentions(tokens: TokenStream, name: &Ident) -> bool {
        tokens.into_iter().any(|tree| match tree {
            TokenTree::Ident(ident) => ident == *name,
            TokenTree::Group(group) => mentions(group.stream(), name),
            TokenTree::Literal(_) | TokenTree::Punct(_) => false,
        })
    }
    let names = bodies.names.params.first().into_iter();
    let names = names.chain(signature.params.first().map(|p| &p.name));
    signature.recursive
        || names
            .into_iter()
            .any(|name| mentions(bodies.reverse.clone(), name))
}

/// `__get_reads()`, by which a caller knows whether it has to keep the receiver.
fn reads(signature: &Signature, read: bool) -> TokenStream {
    let doc = signature.note("Whether the reverse sweep reads the receiver.");
    let name = signature.naming.item("__reads");
    let Signature {
        attributes,
        visibility,
        ..
    } = signature;
    quote! {
        #doc
        #[doc(hidden)]
        #attributes
        #[inline(always)]
        #visibility fn #name(&self) -> bool { #read }
    }
}

/// The sweeps once more for callers that cannot see whether the method changes its receiver: in the
/// form of one that does.
fn in_place(signature: &Signature, read: bool) -> Option<TokenStream> {
    let changing = signature.changing()?;
    let rt = &signature.rt;
    let (receiver, others) = changing.params.split_first()?;
    let (name, kinds, sel, seed) = (
        &receiver.name,
        &signature.kinds,
        &signature.sel,
        &signature.seed,
    );
    let [this, value, pullback] = ["this", "value", "pullback"].map(|base| signature.fresh(base));
    let cotangent = signature.inner_cotangent();
    let arguments: Vec<_> = others.iter().map(|p| &p.name).collect();
    let handed = (1..changing.params.len()).map(proc_macro2::Literal::usize_unsuffixed);
    let forward_of = signature.naming.path("__forward");
    let turbofish = signature.turbofish(1 + signature.params.len());
    let again: Vec<_> = (0..others.len())
        .map(|i| format_ident!("__again{i}"))
        .collect();
    let again_types = others.iter().map(Param::again_type);
    let bars = changing.params.iter().map(|p| {
        let (bar, ty) = (&p.bar, p.bar_type(rt));
        quote!(#bar: #ty)
    });
    let bar_names = changing.params.iter().map(|p| &p.bar);
    let closure = quote! {
        move |_: (), #(#again: #again_types,)* #seed: #cotangent, #(#bars),*| {
            #pullback(&#this, #(#again,)* #seed, #(#bar_names),*)
        }
    };
    let closure = match signature.recursive {
        true => quote!(#rt::Box::new(#closure)),
        false => closure,
    };
    let kept = match read {
        true => quote!(#rt::core::clone::Clone::clone(&*#name)),
        false => quote!(#rt::kept_struct(false, &*#name)),
    };
    let forward_body = quote! {
        let #this: Self = #kept;
        let (#value, #pullback) =
            #forward_of #turbofish(&*#name, #sel, (#rt::Varied, #(#kinds.#handed,)*), #(#arguments),*);
        (#value, #closure)
    };
    let tangent_of = signature.naming.path("__tangent");
    let (turbofish, directions) = (signature.turbofish(3), &signature.directions);
    let (dot, dots) = (&receiver.dot, &receiver.dots);
    let pairs = others.iter().map(|p| {
        let (name, dot) = (&p.name, &p.dot);
        match p.differentiable {
            true => quote!(#name, #dot),
            false => quote!(#name, #rt::Unvaried),
        }
    });
    let tangent_body = quote! {
        #tangent_of #turbofish(&*#name, #sel, #directions, #rt::Tangent::<#dots>(&*#dot), #(#pairs),*)
    };
    let forward = forward(&changing, &forward_body);
    let tangent = tangent(&changing, &tangent_body);
    Some(quote!(#forward #tangent))
}

/// Value and gradient in one go.
fn fused(signature: &Signature, name: &'static str, body: Option<&TokenStream>) -> TokenStream {
    let Signature {
        rt,
        visibility,
        generics,
        sel,
        ..
    } = signature;
    let result = signature.inner_result();
    let params = signature.declarations();
    let bars = signature.inputs().map(Param::bar_declaration);
    let seed = signature.takes_seed.then(|| {
        let (seed, ty) = (&signature.seed, signature.inner_cotangent());
        quote!(#seed: #ty,)
    });
    let (lifetimes, given) = (&generics.lifetimes, &generics.params);
    let bounds = generics.where_clause_with(signature.is_number.iter().cloned().collect());
    let name = signature.naming.item(name);
    let body = match body {
        _ if signature.forward => super::forward::body(signature),
        Some(body) => {
            let prologue = signature.receiver_prologue();
            quote!(#prologue #body)
        }
        None => forward_then_reverse(signature),
    };
    let (attributes, receiver) = (&signature.attributes, signature.receiver_declaration());
    quote! {
        /// The value; adds the gradient to the buffers that follow the arguments.
        #[doc(hidden)]
        #attributes
        #visibility fn #name<#(#lifetimes,)* #(#given,)* __S: #rt::Selection + ?#rt::core::marker::Sized>(
            #receiver #sel: &mut __S, #(#params,)* #seed #(#bars),*
        ) -> #result #bounds { #body }
    }
}

/// `Self::__fused(selection, arguments…, seed, bars…)`, or `__strips`.
pub(super) fn fused_call(
    signature: &Signature,
    name: &'static str,
    selection: impl ToTokens,
    seed: Option<impl ToTokens>,
    bars: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    let turbofish = signature.turbofish(1);
    let names = signature.others().iter().map(|p| &p.name);
    let receiver = signature.receiver_argument();
    let fused = signature.naming.path(name);
    let seed = seed.map(|seed| quote!(#seed,));
    quote!(#fused #turbofish(#receiver #selection, #(#names,)* #seed #(#bars),*))
}

/// The two sweeps one after the other, with a seed of 1.
fn forward_then_reverse(signature: &Signature) -> TokenStream {
    let Signature { rt, sel, .. } = signature;
    let call = forward_call(signature, &quote!(#sel), |p| {
        kind_of(signature, p.differentiable)
    });
    let again = signature.params.iter().map(Param::again);
    let bars = signature.params.iter().map(|p| bar_argument(p, rt));
    let (value, pullback) = (signature.fresh("value"), signature.fresh("pullback"));
    let Signature {
        result, cotangent, ..
    } = signature;
    let one = match is_parameter(&signature.result_ty) {
        _ if signature.is_number.is_some() => {
            quote!(<#result as #rt::NumberResult<#cotangent>>::one())
        }
        true => quote!(#rt::number(1.0)),
        false => quote!(1.0),
    };
    let one = signature.inner_seed(one);
    quote! {
        let (#value, #pullback) = #call;
        #pullback(#(#again,)* #one, #(#bars),*);
        #value
    }
}

/// `Self::__forward(sel, kinds, arguments…)`.
pub(crate) fn forward_call(
    signature: &Signature,
    sel: &TokenStream,
    kind: impl Fn(&Param) -> TokenStream,
) -> TokenStream {
    let turbofish = signature.turbofish(1 + signature.params.len());
    let kinds = signature.params.iter().map(kind);
    let names = signature.others().iter().map(|p| &p.name);
    let receiver = signature.receiver_argument();
    let forward = signature.naming.path("__forward");
    quote!(#forward #turbofish(#receiver #sel, (#(#kinds,)*), #(#names),*))
}

/// `Varied` or `Unvaried`.
pub(crate) fn kind_of(signature: &Signature, varied: bool) -> TokenStream {
    let rt = &signature.rt;
    if varied {
        quote!(#rt::Varied)
    } else {
        quote!(#rt::Unvaried)
    }
}

/// The bar to hand to the closure of `__forward` for a parameter: the buffer, if there is one.
pub(crate) fn bar_argument(param: &Param, rt: &super::Runtime) -> TokenStream {
    let bar = &param.bar;
    if param.differentiable {
        quote!(#bar)
    } else {
        quote!(&mut #rt::discard())
    }
}

fn forward(signature: &Signature, body: &TokenStream) -> TokenStream {
    let Signature {
        visibility,
        generics,
        sel,
        kinds: kinds_name,
        ..
    } = signature;
    let result = signature.inner_result();
    let params = signature.declarations();
    let kinds = signature.params.iter().map(|p| &p.kind);
    let (lifetimes, given, bounds) = (
        &generics.lifetimes,
        &generics.params,
        &generics.where_clause,
    );
    let outlives = signature.in_bodies(residual_lifetime).into_iter();
    let kept = outlives.clone();
    let kind_params = signature
        .params
        .iter()
        .map(|p| kind_parameter(signature, p));
    let selection = selection_parameter(signature);
    let pullback = pullback_type(signature);
    let name = signature.naming.item("__forward");
    let (attributes, receiver) = (&signature.attributes, signature.receiver_declaration());
    let bounds = outlive(signature, bounds);
    let (doc, inline) = (
        signature.note("The value, and the reverse sweep as a closure."),
        signature.in_bodies(|| quote!(#[inline])),
    );
    quote! {
        #doc
        #[doc(hidden)]
        #attributes
        #inline
        #visibility fn #name<#(#outlives,)* #(#lifetimes,)* #(#given,)* #selection #(+ #kept)*, #(#kind_params),*>(
            #receiver #sel: &mut __S, #kinds_name: (#(#kinds,)*), #(#params),*
        ) -> (#result, #pullback) #bounds { #body }
    }
}

/// `__S: Selection + ?Sized`
fn selection_parameter(signature: &Signature) -> TokenStream {
    let rt = &signature.rt;
    let selection = signature.in_bodies(|| quote!(#rt::Selection +)).into_iter();
    quote!(__S: #(#selection)* ?#rt::core::marker::Sized)
}

/// `'__r`, the lifetime of a reverse sweep. It is bound to no argument. The boxed sweep of a recursive
/// function needs it, and so does whoever keeps such a box in a sweep of his own.
fn residual_lifetime() -> TokenStream {
    quote!('__r)
}

/// `__K0: Kind`; only `Unvaried` fits a constant that is no integer, only `Varied` what is changed in place.
fn kind_parameter(signature: &Signature, param: &Param) -> TokenStream {
    let (rt, kind) = (&signature.rt, &param.kind);
    let bound = match (param.differentiable, param.passing) {
        (false, _) if !param.is_integral() => quote!(#rt::Constant),
        (true, Passing::Exclusive) => quote!(#rt::Kind + #rt::core::convert::Into<#rt::Varied>),
        _ => quote!(#rt::Kind),
    };
    let outlives = signature.in_bodies(residual_lifetime).into_iter();
    quote!(#kind: #bound #(+ #outlives)*)
}

/// The type of the closure: opaque, or boxed in a recursive function, whose opaque type would
/// contain itself.
fn pullback_type(signature: &Signature) -> TokenStream {
    let Signature {
        generics, params, ..
    } = signature;
    if signature.extent == Extent::Signatures {
        // Nobody of the user's sees it, and rustc has no closure to look for.
        let arguments = pullback_arguments(signature);
        return quote!(fn(#arguments));
    }
    let function = function_type(signature);
    if signature.recursive {
        return boxed_type(signature);
    }
    let outlives = residual_lifetime();
    let captured = generics.args.iter().chain(params.iter().map(|p| &p.kind));
    let (given, kinds) = (&generics.args, captured.skip(generics.args.len()));
    let super::signature::Outer {
        lifetimes, args, ..
    } = &signature.outer;
    quote!(impl #function + use<#outlives, #(#lifetimes,)* #(#args,)* #(#given,)* __S, #(#kinds),*>)
}

/// `FnOnce(&[f64], …, f64, &mut Bar<…>, …)`
fn function_type(signature: &Signature) -> TokenStream {
    let (rt, arguments) = (&signature.rt, pullback_arguments(signature));
    quote!(#rt::core::ops::FnOnce(#arguments))
}

/// `&[f64], …, f64, &mut Bar<…>, …`
fn pullback_arguments(signature: &Signature) -> TokenStream {
    let Signature { rt, params, .. } = signature;
    let cotangent = signature.inner_cotangent();
    let again = params.iter().map(Param::again_type);
    let bars = params.iter().map(|p| p.bar_type(rt));
    quote!(#(#again,)* #cotangent, #(#bars),*)
}

fn boxed_type(signature: &Signature) -> TokenStream {
    let (rt, function) = (&signature.rt, function_type(signature));
    let outlives = residual_lifetime();
    quote!(#rt::Box<dyn #function + #outlives>)
}

/// The bounds of `__forward`. A reverse sweep that holds another one has to tell the shortest of the
/// lifetimes in it; a boxed one holds values of the types of the `impl` block.
fn outlive(signature: &Signature, bounds: &Tokens) -> Tokens {
    let outlives = residual_lifetime();
    let lifetimes = &signature.outer.lifetimes;
    let types = match signature.recursive {
        true => &signature.outer.types[..],
        false => &[],
    };
    if lifetimes.is_empty() && types.is_empty() {
        return bounds.clone();
    }
    let comma = match syn::parse2::<syn::WhereClause>(bounds.to_token_stream()) {
        Ok(clause) if clause.predicates.trailing_punct() => quote!(),
        Ok(clause) if !clause.predicates.is_empty() => quote!(,),
        Ok(_) => quote!(),
        Err(_) => quote!(where),
    };
    quote!(#bounds #comma #(#lifetimes: #outlives,)* #(#types: #outlives),*).into()
}

fn forward_body(signature: &Signature, bodies: &Bodies) -> TokenStream {
    let Signature {
        rt, params, seed, ..
    } = signature;
    let cotangent = signature.inner_cotangent();
    let Bodies {
        forward,
        value,
        reverse,
        ..
    } = bodies;
    if signature.extent == Extent::Signatures {
        return quote!(#forward #value);
    }
    let again = params
        .iter()
        .enumerate()
        .map(|(i, p)| again_parameter(signature, i, p));
    let bars = params.iter().map(|p| {
        let (bar, ty) = (p.differentiable.then_some(&p.bar), p.bar_type(rt));
        let bar = bar.map_or_else(|| quote!(_), |bar| quote!(#bar));
        quote!(#bar: #ty)
    });
    let closure = quote!(move |#(#again,)* #seed: #cotangent, #(#bars),*| { #reverse });
    let closure = match signature.recursive {
        true => quote!(#rt::Box::new(#closure)),
        false if !bodies.callees.is_empty() && nests(signature) => {
            let nested = signature.naming.path("__nested");
            let boxed = boxed_type(signature);
            quote! {
                <#rt::nesting::Boxed<{ #nested(#rt::nesting::Budget::new()).is_spent() }> as #rt::nesting::Keep<_, #boxed>>::keep(
                    #closure, |pullback| #rt::Box::new(pullback)
                )
            }
        }
        false => closure,
    };
    let prologue = signature.receiver_prologue();
    quote!(#prologue #forward (#value, #closure))
}

/// True if the reverse sweep can be boxed where it gets deep: the compiler knows that what it holds
/// outlives it, and its depth depends on no parameter.
fn nests(signature: &Signature) -> bool {
    let (own, outer) = (&signature.generics, &signature.outer);
    let companion = !matches!(signature.naming, Naming::Sibling(_));
    companion && own.args.is_empty() && outer.args.is_empty() && outer.lifetimes.is_empty()
}

/// True for a receiver that the user takes by value.
fn is_cloned(signature: &Signature, index: usize) -> bool {
    let receiver = signature.naming.receiver().filter(|_| index == 0);
    receiver.is_some_and(|of| of.passing == ReceiverPassing::Value)
}

/// What was taken by value or changed in place is not given again: the closure has its own.
fn again_parameter(signature: &Signature, index: usize, param: &Param) -> TokenStream {
    let (name, ty) = (&param.name, param.again_type());
    let receiver = signature.naming.receiver().filter(|_| index == 0);
    match param.passing {
        // The closure keeps the copy that the forward sweep made.
        _ if is_cloned(signature, index) => quote!(_: #ty),
        Passing::Shared if receiver.is_some() => {
            let this = receiver.map(|of| respan_ident(&of.this));
            quote!(#this: #ty)
        }
        // The body knows it by its value, which the closure has from the forward sweep.
        Passing::Shared if matches!(behind(&param.ty), Ty::Real(_) | Ty::Int | Ty::Bool) => {
            quote!(_: #ty)
        }
        Passing::Shared => quote!(#name: #ty),
        Passing::Value | Passing::Exclusive => quote!(_: ()),
    }
}

fn tangent(signature: &Signature, body: &TokenStream) -> TokenStream {
    let Signature {
        rt,
        visibility,
        generics,
        params,
        sel,
        directions,
        ..
    } = signature;
    let (result, rate) = (signature.inner_result(), signature.inner_rate());
    let (lifetimes, given, bounds) = (
        &generics.lifetimes,
        &generics.params,
        &generics.where_clause,
    );
    let rate_bound = signature.in_bodies(|| quote!(: #rt::Rate<f64>)).into_iter();
    let rate_parameter = quote!(__D #(#rate_bound)*);
    let selection = selection_parameter(signature);
    let dot = |p: &Param| {
        let (dot, tangent) = (p.differentiable.then_some(&p.dot), dot_type(signature, p));
        let dot = dot.map_or_else(|| quote!(_), |dot| quote!(#dot));
        quote!(#dot: #tangent)
    };
    let self_dot = params.first().filter(|_| signature.receiver.is_some());
    let self_dot = self_dot.map(dot);
    let others = signature.others().iter().map(|p| {
        let (name, declared, dot) = (&p.name, &p.declared, dot(p));
        quote!(#name: #declared, #dot)
    });
    let arguments = self_dot.into_iter().chain(others);
    let (attributes, receiver) = (&signature.attributes, signature.receiver_declaration());
    let name_of_tangent = signature.naming.item("__tangent");
    let (doc, inline) = (
        signature.note("The value and its derivative along each of the directions."),
        signature.in_bodies(|| quote!(#[inline])),
    );
    quote! {
        #doc
        #[doc(hidden)]
        #attributes
        #inline
        #visibility fn #name_of_tangent<#(#lifetimes,)* #(#given,)* #rate_parameter, __L: #rt::Directions<Of<f64> = __D>, #selection>(
            #receiver #sel: &mut __S, #directions: __L, #(#arguments),*
        ) -> (#result, #rate) #bounds { #body }
    }
}

fn tangent_body(signature: &Signature, bodies: &Bodies) -> TokenStream {
    if signature.extent == Extent::Signatures {
        return bodies.tangent.clone();
    }
    let receiver_prologue = signature.receiver_prologue();
    let prologue = signature
        .params
        .iter()
        .enumerate()
        .map(|(i, p)| dot_prologue(p, is_cloned(signature, i), &signature.rt));
    let body = &bodies.tangent;
    quote!(#(#prologue)* #receiver_prologue #body)
}

/// How a tangent is taken: as it is, or as a mark that it is zero.
fn dot_type(signature: &Signature, param: &Param) -> TokenStream {
    let (rt, storage, dots) = (&signature.rt, &param.storage, &param.dots);
    match (param.differentiable, param.passing) {
        (true, Passing::Exclusive) => quote!(&mut #dots),
        _ if signature.extent == Extent::Signatures => quote!(impl #rt::core::marker::Sized),
        (false, _) => quote!(impl #rt::ConstantDot),
        (true, _) => quote!(impl #rt::Dot<#storage, __L>),
    }
}

/// Makes a value of a tangent, under the same name: a number is a number, what was taken by
/// reference is a reference, what was taken by value is owned.
fn dot_prologue(param: &Param, cloned: bool, rt: &super::Runtime) -> TokenStream {
    if !param.differentiable || param.passing == Passing::Exclusive {
        return TokenStream::new();
    }
    let (dot, borrow) = (&param.dot, param.borrow());
    let (storage, dots) = (&param.storage, &param.dots);
    let zero_or_given = quote!(let #dot = #rt::Dot::<#storage, __L>::dot(#dot, #borrow););
    match (param.scalar, param.passing) {
        (true, _) => quote!(#zero_or_given let #dot: #dots = *#dot;),
        (false, Passing::Shared) if !cloned => quote!(#zero_or_given let #dot: &#dots = &*#dot;),
        (false, _) => quote!(#zero_or_given let #dot = #dot.into_owned();),
    }
}
