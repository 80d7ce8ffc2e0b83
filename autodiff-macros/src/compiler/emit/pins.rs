//! Checks in emitted code that names are what the compiler took them for.
//!
//! In: the callees and the pins of a function. Out: items and statements at the top of emitted
//! bodies. A macro resolves no names; each of these makes a wrong guess fail, at compile time where
//! rustc can see it:
//!
//! * `relu(x)` was taken for the function of the facade: it has to be the same function item.
//! * `x.relu()` was taken for the method of the facade's trait: that trait has to be in scope, which
//!   a call on a type that only it has methods for shows.
//! * `v.abs()` on a reference was taken for the method of std: a trait of the user's with a method
//!   `abs(&self)` would come before it. A second trait with such a method makes the call ambiguous.
//! * `x.sin()` on an `x: T` was taken for the method of `f64`: any trait may have given it. Which one,
//!   function items tell, and where that is not enough, what it computes at some points.
//! * `g(x)` was taken for the function whose companion the *type* `g` is. A glob import can bring
//!   the type of one function where the module has another function of that name. Function items
//!   have no names in types, hence a comparison when the function runs; it folds to nothing.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};

use super::respan::{self, respan};
use super::signature::Signature;
use super::types::behind;
use super::{Bodies, Runtime, meta, unemitted};
use crate::compiler::analyse::activity::{Slot, Step};
use crate::compiler::analyse::lengths::{
    Asks, At, Back, Callee, Condition, Fact, Lengths, OfPart, Part, Question, What,
};
use crate::compiler::companion;
use crate::compiler::diag;
use crate::compiler::hir::{self, Pin, PinKind, Ty};
use crate::compiler::naming::Naming;
use crate::compiler::parse::types::{bare, primitive};

/// What stands at the top of emitted bodies.
pub(crate) struct Checks {
    /// In every body: the callees by their names in emitted code, and that these fit.
    pub(crate) callees: TokenStream,
    /// In one body of the function: what holds at compile time needs no second check.
    pub(crate) operations: TokenStream,
}

/// The checks of a function.
pub(crate) fn checks(bodies: &Bodies, func: &hir::Func, rt: &Runtime) -> Checks {
    let pins = &func.pins;
    let others = bodies
        .callees
        .iter()
        .filter(|path| path.to_string() != "Self");
    let imports = others.map(companion::import);
    let fits = bodies.plain_callees.iter().map(|path| fits(path, rt));
    let methods = pins.iter().filter_map(|pin| method(pin, rt));
    Checks {
        callees: quote!(#(#imports)* #(#fits)* #(#methods)*),
        operations: pins
            .iter()
            .map(|pin| operation(pin, rt))
            .chain(func.params.iter().filter_map(|param| list(param, rt)))
            .chain(bodies.lengths.jumps.iter().map(|jump| continuous(jump, rt)))
            .collect(),
    }
}

/// That a method of a type parameter is the one of its name.
fn method(pin: &Pin, rt: &Runtime) -> Option<TokenStream> {
    let PinKind::Parameter(method) = &pin.kind else {
        return None;
    };
    let (item, own) = (&method.item, &method.own);
    let (form, name) = (format_ident!("{}", method.form), &pin.operation);
    let std = format_ident!("{name}");
    let std = match method.form {
        "to_real" => quote!(#rt::cast),
        _ => quote!(#rt::Operations::#std),
    };
    Some(quote!({
        static SEEN: #rt::methods::Seen = #rt::methods::Seen::new();
        #rt::methods::#form(&SEEN, &#item, #own, #std, #name);
    }))
}

/// That a callee is the function which its companion belongs to. (Where generic arguments are given,
/// some may occur in no parameter, and the instance that stands for all could not be told.)
fn fits(path: &TokenStream, rt: &Runtime) -> TokenStream {
    let alias = companion::alias(path);
    quote!(#rt::assert_companion(#alias::__is(&#alias), #rt::core::stringify!(#path));)
}

/// That no number is made of a length that depends on a test, here and in a callee. The error is one of rustc's, at the tokens.
fn continuous((source, condition): &(TokenStream, Condition), rt: &Runtime) -> TokenStream {
    let known = |callee: &Callee| match &callee.at {
        At::Own(path) => quote!(#path::__told::<1>()),
        At::Companion(path) => {
            let alias = companion::alias(path);
            quote!(#alias::__told::<1>())
        }
        At::Sibling(path) => companion::sibling(path, "__CALLEE", false),
        At::Supposed(path) => supposed(path, rt),
        At::Part(of) => {
            let owner = match of.is_given {
                true => companion::alias(&of.owner).into_token_stream(),
                false => respan(of.owner.clone()),
            };
            of_part(of, &owner, rt)
        }
    };
    let answers = condition
        .iter()
        .map(|question| answer(question, rt, &known));
    let error = Literal::string(&diag::COUNT_JUMPS.render());
    let (first, last) = ends(source);
    let path = quote!(#rt::refuse).into_iter().map(|mut token| {
        token.set_span(first);
        token
    });
    let mut arguments = Group::new(Delimiter::Parenthesis, quote!(#(#answers)&&*, #error));
    arguments.set_span(last);
    quote!(const _: () = #(#path)* #arguments;)
}

/// Where what the user wrote begins, and where it ends.
fn ends(source: &TokenStream) -> (Span, Span) {
    let spans: Vec<Span> = source.clone().into_iter().map(|t| t.span()).collect();
    let at = |span: Option<&Span>| respan::at(span.copied().unwrap_or_else(Span::call_site));
    (at(spans.first()), at(spans.last()))
}

/// What a callee does with lengths, if its constant is found so.
fn answer(
    Question { callee, asks }: &Question,
    rt: &Runtime,
    known: &dyn Fn(&Callee) -> TokenStream,
) -> TokenStream {
    let callee = known(callee);
    match asks {
        Asks::Does(of, to, part) => {
            let (of, to, part) = (what(*of, rt), slot(*to, rt), name(part));
            quote!(#callee.does(#of, #to, #part))
        }
        Asks::Meets(param, other, its) => {
            let (param, other, its) = (slot(*param, rt), known(other), slot(*its, rt));
            quote!(#callee.meets(#param, #other, #its))
        }
    }
}

/// What a function does with lengths, for its callers; nothing if that is nothing. `instance`: of `__told` of its callees.
fn facts(
    lengths: &Lengths,
    instance: &TokenStream,
    items: &[TokenStream],
    rt: &Runtime,
) -> TokenStream {
    let known = |callee: &Callee| {
        let seen = callee.back == Back::Seen;
        let member = match seen {
            true => quote!(__callee(rounds - 1)),
            false => quote!(__told::<#instance>()),
        };
        match &callee.at {
            At::Own(path) => quote!(#path::#member),
            At::Companion(path) => meta::of_callee(path, items, &member),
            At::Sibling(path) => {
                let (name, arguments) = match seen {
                    true => ("__callee", quote!((rounds - 1))),
                    false => ("__CALLEE", TokenStream::new()),
                };
                let path = companion::sibling(path, name, false);
                meta::in_scope(&quote!(#path #arguments), items)
            }
            At::Supposed(path) => meta::in_scope(&supposed(path, rt), items),
            At::Part(of) if of.is_given => {
                let path = respan(of.owner.clone());
                let (import, alias) = (companion::import(&path), companion::alias(&path));
                let asked = of_part(of, &alias.into_token_stream(), rt);
                meta::in_scope(&quote!({ #import #asked }), items)
            }
            At::Part(of) => meta::in_scope(&of_part(of, &respan(of.owner.clone()), rt), items),
        }
    };
    let holds = |condition: &Condition| match condition.is_empty() {
        true => quote!(true),
        false => {
            let answers = condition
                .iter()
                .map(|question| answer(question, rt, &known));
            quote!(#(#answers)&&*)
        }
    };
    let facts = lengths.facts.iter().map(|fact| match fact {
        Fact::With(of, to, part, conditions) => {
            let (of, to, part) = (what(*of, rt), slot(*to, rt), name(part));
            let holds = conditions.iter().map(holds);
            quote!(#rt::Fact::With(#of, #to, #part, #(#holds)||*))
        }
        Fact::As(of, to, callee, its) => {
            let (of, to, its) = (what(*of, rt), slot(*to, rt), slot(*its, rt));
            let callee = known(callee);
            quote!(#rt::Fact::As(#of, #to, #callee, #its))
        }
    });
    let facts: Vec<TokenStream> = facts.collect();
    match facts.is_empty() {
        true => TokenStream::new(),
        false => quote!(.saying([#(#facts),*])),
    }
}

fn what(what: What, rt: &Runtime) -> TokenStream {
    let name = format_ident!("{what:?}");
    quote!(#rt::What::#name)
}

fn slot(slot: Slot, rt: &Runtime) -> TokenStream {
    match slot {
        Slot::Param(k) => Literal::usize_unsuffixed(k).to_token_stream(),
        Slot::Result => quote!(#rt::RESULT),
    }
}

fn name(part: &Part) -> Literal {
    match part {
        Some(Step::Part(name)) => Literal::string(name),
        _ => Literal::string(""),
    }
}

/// That a parameter which is indexed or run over, and has a type by a name, is a list.
fn list(param: &hir::Param, rt: &Runtime) -> Option<TokenStream> {
    if !matches!(behind(&param.ty), Ty::Vec(_) | Ty::Seq(_)) {
        return None;
    }
    let declared = syn::parse2::<syn::Type>(param.declared.clone()).ok()?;
    let written = match &declared {
        syn::Type::Reference(reference) => &*reference.elem,
        written => written,
    };
    let syn::Type::Path(path) = written else {
        return None;
    };
    let last = path.path.segments.last()?;
    let named = path.qself.is_none() && last.arguments.is_none() && last.ident != "Vec";
    let path = respan(path.to_token_stream());
    named.then(|| quote!(#rt::is_list::<#path>();))
}

fn operation(pin: &Pin, rt: &Runtime) -> TokenStream {
    let path = respan(pin.path.clone());
    let operands = || (1..pin.operands).map(|_| quote!(x));
    match &pin.kind {
        PinKind::Function => {
            let operation = format_ident!("{}", pin.operation);
            quote!(#rt::same_operation(#rt::ops::#operation::<f64>, #path);)
        }
        // Whether it holds is seen when the function runs.
        PinKind::Parameter(_) => TokenStream::new(),
        PinKind::Method => {
            let operands = operands();
            quote!(let _ = |x: #rt::Probe<f64>| x.#path(#(#operands),*);)
        }
        PinKind::OnReference(real) => {
            let operands = operands();
            quote!({
                use #rt::{Facade as _, Predicates as _, Std as _};
                let _ = |x: &#real| x.#path(#(#operands),*);
            })
        }
    }
}

/// `__is`, by which callers check that a function is the one of this companion; methods are found by
/// their type, and need no such check. Callers know nothing of generic parameters: one instance, at
/// zero and `f64`, stands for all, and the bound has rustc infer it.
pub(crate) fn member(
    signature: &Signature,
    item: &syn::ItemFn,
    bodies: &Bodies,
    items: &[TokenStream],
) -> TokenStream {
    let Signature {
        rt,
        visibility,
        primal,
        attributes,
        ..
    } = signature;
    if matches!(signature.naming, Naming::Sibling(_)) {
        return TokenStream::new();
    }
    // A deprecated function is not mentioned: what is emitted has to be quiet.
    let deprecated = item.attrs.iter().any(|a| a.path().is_ident("deprecated"));
    let (same, bound) = match instance(signature, item).filter(|_| !deprecated) {
        Some((instance, bound)) => (
            quote!(#rt::same_function(&#primal #instance, function)),
            bound,
        ),
        None => (quote!(let _ = function; true), TokenStream::new()),
    };
    let same = signature
        .in_bodies(|| same)
        .unwrap_or_else(|| unemitted(rt));
    let nested = nested(signature, bodies, items);
    let is = signature.note("True for the function that this is the derivative of.");
    quote! {
        #nested

        #is
        #[doc(hidden)]
        #attributes
        #[inline(always)]
        #visibility fn __is<__F: 'static #bound>(function: &__F) -> bool {
            #same
        }
    }
}

/// `__told`, what callers have to know of the function; of a method, `__CALLEE`.
///
/// `__told::<0>()` leaves out what depends on callees. rustc evaluates all constants, and what they call, up to where a parameter
/// decides, be it to look for panics: were there none, it would go down every chain of calls, as far as its recursion limit. So it
/// goes where somebody asks, and the constant inside of `__told::<1>` is evaluated once.
pub(crate) fn callee(signature: &Signature, bodies: &Bodies, items: &[TokenStream]) -> TokenStream {
    let Signature {
        rt,
        visibility,
        attributes,
        ..
    } = signature;
    let reads = bodies
        .reads
        .iter()
        .map(|bits| Literal::u64_unsuffixed(*bits));
    let is_generic = !matches!(signature.naming, Naming::Sibling(_)) && bodies.lengths.rounds == 0;
    let instance = match is_generic {
        true => quote!(__N),
        false => quote!(1),
    };
    let facts = facts(&bodies.lengths, &instance, items, rt);
    let name = signature.naming.item("__CALLEE");
    let knows = signature.note("What callers have to know.");
    let told = quote!(#rt::Callee::new(&[#(#reads),*]));
    let (value, in_rounds) = match bodies.lengths.rounds {
        0 => (quote!(#told #facts), None),
        rounds => {
            let in_turn = signature.naming.item("__callee");
            // Inside of `__told`, `Self` is another type.
            let path = match &signature.naming {
                Naming::Companion => {
                    let companion = &signature.companion;
                    quote!(#companion::__callee)
                }
                naming => naming.path("__callee"),
            };
            let [last, before] = [rounds, rounds - 1].map(Literal::usize_unsuffixed);
            let knows = signature.note("The same, of functions that call each other.");
            let in_rounds = quote! {
                #knows
                #[doc(hidden)]
                #attributes
                #visibility const fn #in_turn(rounds: usize) -> #rt::Callee {
                    if rounds == 0 { #told } else { #told #facts }
                }
            };
            let value = quote!(#path(#last).settled(#path(#before)));
            (value, Some(in_rounds))
        }
    };
    let member = match signature.naming {
        Naming::Sibling(_) => quote!(#visibility const #name: #rt::Callee = #value;),
        Naming::Companion | Naming::Module => {
            let body = match facts.is_empty() {
                true => told,
                false => quote! {
                    struct __Told<const __N: usize>;
                    impl<const __N: usize> __Told<__N> {
                        const CALLEE: #rt::Callee = match __N {
                            0 => #told,
                            _ => #value,
                        };
                    }
                    __Told::<__N>::CALLEE
                },
            };
            quote!(#visibility const fn __told<const __N: usize>() -> #rt::Callee { #body })
        }
    };
    quote! {
        #in_rounds
        #knows
        #[doc(hidden)]
        #attributes
        #member
    }
}

/// What those ask who do not know the type, by way of it: of a method, if there is something to tell, and of what a function gives.
pub(crate) fn asked(item: &syn::ItemFn, signature: &Signature, bodies: &Bodies) -> TokenStream {
    let Signature { rt, attributes, .. } = signature;
    match &signature.naming {
        Naming::Sibling(of) => {
            let lengths = &bodies.lengths;
            let silent = lengths.facts.is_empty() && lengths.rounds == 0;
            let own = of.own.as_ref().filter(|_| of.generics.params.is_empty());
            let Some(own) = own.filter(|_| !silent) else {
                return TokenStream::new();
            };
            let (own, constant) = (
                respan(own.to_token_stream()),
                signature.naming.item("__CALLEE"),
            );
            let name = named(&of.name.to_string(), rt);
            quote! {
                #attributes
                impl #rt::Method<#name> for #own {
                    const CALLEE: #rt::Callee = <#own>::#constant;
                }
            }
        }
        Naming::Companion => {
            let Some(given) = given(&item.sig) else {
                return TokenStream::new();
            };
            let (given, companion) = (respan(given.to_token_stream()), &signature.companion);
            let attributes = super::shared_attributes(item);
            quote! {
                #attributes
                impl<__N> #rt::Method<#rt::In<{ #rt::GIVEN }, __N>> for #companion
                where
                    #given: #rt::Method<__N>,
                {
                    const CALLEE: #rt::Callee = <#given as #rt::Method<__N>>::CALLEE;
                }
            }
        }
        Naming::Module => TokenStream::new(),
    }
}

/// The struct that a function gives, if it may be one.
fn given(sig: &syn::Signature) -> Option<&syn::Type> {
    let syn::ReturnType::Type(_, ty) = &sig.output else {
        return None;
    };
    let syn::Type::Path(path) = bare(ty) else {
        return None;
    };
    let plain = path.path.segments.iter().all(|s| s.arguments.is_none());
    let known = primitive(&path.path).is_some() || path.path.is_ident("String");
    (plain && !known && sig.generics.params.is_empty()).then_some(ty)
}

/// The type that stands for a method.
fn named(method: &str, rt: &Runtime) -> TokenStream {
    let name = Literal::u64_unsuffixed(autodiff_runtime::callee::name(
        method.trim_start_matches("r#"),
    ));
    quote!(#rt::Named<#name>)
}

/// The constant of a method that the type may not have: those of the type come before those of a trait.
fn supposed(path: &TokenStream, rt: &Runtime) -> TokenStream {
    let constant = companion::sibling(path, "__CALLEE", false);
    let name = constant.clone().into_iter().last();
    quote!({
        trait Unasked {
            const #name: #rt::Callee = #rt::Callee::new(&[]);
        }
        impl<__T: ?#rt::core::marker::Sized> Unasked for __T {}
        #constant
    })
}

/// The constant of a method of a part of what has a name.
fn of_part(of: &OfPart, owner: &TokenStream, rt: &Runtime) -> TokenStream {
    let mut place = named(&of.method, rt);
    for step in of.steps.iter().rev() {
        let part = match step {
            Step::Element => quote!({ #rt::ELEMENT }),
            Step::Part(name) => {
                Literal::u64_unsuffixed(autodiff_runtime::callee::name(name)).into_token_stream()
            }
        };
        place = quote!(#rt::In<#part, #place>);
    }
    if of.is_given {
        place = quote!(#rt::In<{ #rt::GIVEN }, #place>);
    }
    quote!({ use #rt::Unasked as _; #rt::Asked::<#owner, #place>::CALLEE })
}

/// `__nested`, which goes through the calls that start here, so that reverse sweeps are not put into
/// each other without end.
fn nested(signature: &Signature, bodies: &Bodies, items: &[TokenStream]) -> TokenStream {
    let Signature {
        rt,
        visibility,
        attributes,
        ..
    } = signature;
    let body = match bodies.callees.is_empty() || signature.recursive {
        true => quote!(budget.enter().leave()),
        false => {
            let callees = bodies.callees.iter();
            let callees =
                callees.map(|path| meta::of_callee(path, items, &quote!(__nested(budget))));
            quote! {
                let mut budget = budget.enter();
                if !budget.is_spent() {
                    #(budget = #callees;)*
                }
                budget.leave()
            }
        }
    };
    let doc = signature.note("What is left after the calls that start here.");
    quote! {
        #doc
        #[doc(hidden)]
        #attributes
        #visibility const fn __nested(budget: #rt::nesting::Budget) -> #rt::nesting::Budget { #body }
    }
}

/// `::<f64, 0>`, and the bound `+ Fn(&[f64; 0]) -> f64`; nothing for a function without such
/// parameters, and `None` where a type parameter may be anything.
fn instance(signature: &Signature, item: &syn::ItemFn) -> Option<(TokenStream, TokenStream)> {
    let rt = &signature.rt;
    let given = item.sig.generics.params.iter().filter_map(|p| match p {
        syn::GenericParam::Lifetime(_) => None,
        syn::GenericParam::Const(p) => Some(Some(zero(p))),
        syn::GenericParam::Type(p) => Some(
            signature
                .reals
                .contains(&p.ident)
                .then(|| (&p.ident, quote!(#rt::core::primitive::f64))),
        ),
    });
    let given: Vec<(&Ident, TokenStream)> = given.collect::<Option<_>>()?;
    if given.is_empty() {
        return Some((TokenStream::new(), TokenStream::new()));
    }
    let arguments = given.iter().map(|(_, argument)| argument);
    let types = signature
        .params
        .iter()
        .map(|p| at_zero(p.declared.clone(), &given));
    let types: Vec<TokenStream> = types.collect();
    let result = at_zero(signature.result.clone(), &given);
    let lifetimes = signature.generics.lifetimes.iter();
    let lifetimes = lifetimes.filter_map(|of| syn::parse2::<syn::LifetimeParam>(of.clone()).ok());
    let mut lifetimes: Vec<syn::Lifetime> = lifetimes.map(|of| of.lifetime).collect();
    lifetimes.retain(|lifetime| types.iter().any(|ty| mentions(ty, lifetime)));
    let binder = match lifetimes.is_empty() {
        true => TokenStream::new(),
        false => quote!(for<#(#lifetimes),*>),
    };
    Some((
        quote!(::<#(#arguments),*>),
        quote!(+ #binder #rt::core::ops::Fn(#(#types),*) -> #result),
    ))
}

/// A const parameter and a value of its type.
fn zero(param: &syn::ConstParam) -> (&Ident, TokenStream) {
    let zero = match &param.ty {
        syn::Type::Path(ty) if ty.path.is_ident("bool") => quote!(false),
        syn::Type::Path(ty) if ty.path.is_ident("char") => quote!('0'),
        _ => quote!(0),
    };
    (&param.ident, zero)
}

fn mentions(ty: &TokenStream, lifetime: &syn::Lifetime) -> bool {
    ty.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(&group.stream(), lifetime),
        TokenTree::Ident(name) => name == lifetime.ident,
        _ => false,
    })
}

/// A type with its generic parameters as given.
fn at_zero(ty: TokenStream, consts: &[(&Ident, TokenStream)]) -> TokenStream {
    let mut out = TokenStream::new();
    let mut lifetime = false;
    for token in ty {
        let named = std::mem::replace(&mut lifetime, is_tick(&token));
        match token {
            TokenTree::Ident(name) if named => out.extend([TokenTree::Ident(name)]),
            TokenTree::Ident(name) => match consts.iter().find(|(known, _)| **known == name) {
                Some((_, zero)) => out.extend(zero.clone()),
                None => out.extend([TokenTree::Ident(name)]),
            },
            TokenTree::Group(group) => {
                let inner = at_zero(group.stream(), consts);
                let mut new = Group::new(group.delimiter(), inner);
                new.set_span(group.span());
                out.extend([TokenTree::Group(new)]);
            }
            other => out.extend([other]),
        }
    }
    out
}

/// What a lifetime begins with.
fn is_tick(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(tick) if tick.as_char() == '\'')
}
