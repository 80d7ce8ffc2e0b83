//! An annotated `impl` block.
//!
//! In: `impl P { fn loss(&self, x: f64) -> f64 { … } fn name(&self) -> &str { … } }`. Out: the block,
//! as it was, and a second, inherent one for the same type with what is emitted for `loss`. Every
//! function that a real number, or the type itself, goes into and comes out of is differentiated,
//! those with the attribute of their own in any case; `#[conservative_grad(skip)]` leaves one out.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

use super::alone;
use super::cycles::Calls;
use super::declarations::type_name;
use super::function::Expansion;
use super::known::Known;
use super::maker;
use super::method::{self, Block};
use super::select::Scope;
use super::{is_rule, rule, take_own};
use crate::compiler::diag::{self, Diagnostics, text_of_type};
use crate::compiler::emit::respan;
use crate::compiler::parse::attribute::Options;
use crate::compiler::parse::helpers;
use crate::compiler::parse::types::{bare, primitive};

/// Expands an annotated block that stands by itself.
pub(crate) fn expand(
    block: &syn::ItemImpl,
    options: &Options,
    diags: &mut Diagnostics,
) -> TokenStream {
    let mut calls = Calls::default();
    add_calls(block, &mut calls);
    let options = Options {
        known: Known::of_impl(block),
        ..options.clone()
    };
    expand_in(block, &options, &calls, diags)
}

/// The calls of the functions of a block.
pub(crate) fn add_calls(block: &syn::ItemImpl, calls: &mut Calls) {
    for item in &block.items {
        if let syn::ImplItem::Fn(function) = item {
            let owner = type_name(&block.self_ty);
            calls.add(owner, &function.sig.ident, function.block.to_token_stream());
        }
    }
}

/// Expands a block; `options` and `calls` tell of what is around it.
pub(crate) fn expand_in(
    block: &syn::ItemImpl,
    options: &Options,
    calls: &Calls,
    diags: &mut Diagnostics,
) -> TokenStream {
    let mut block = block.clone();
    let seen = block.clone();
    let scope = Scope {
        known: &options.known,
        own: Some(&seen.self_ty),
        block: Some(&seen),
    };
    let options = &Options {
        left_alone: left_alone(&seen, &scope, options).into(),
        ..options.of_members()
    };
    let (mut refused, mut plain) = (false, false);
    let stray = stray_parameter(&seen);
    let placed = has_own_impl(&seen) && stray.is_none();
    let mut beside = TokenStream::new();
    let (mut metadata, mut behind) = (TokenStream::new(), TokenStream::new());
    for item in &mut block.items {
        let syn::ImplItem::Fn(function) = item else {
            continue;
        };
        if let Some(own_rule) = rule(&function.attrs) {
            // It writes what belongs beside the function, of which a trait knows nothing.
            if seen.trait_.is_some() {
                diags.report_at(&diag::RULE_METHOD, own_rule, &[]);
                function.attrs.retain(|attribute| !is_rule(attribute));
                helpers::strip_method(function);
            }
            continue;
        }
        let (mut wanted, mut own) = own_options(function, &scope, options, diags);
        if let Some(own) = own.as_mut().filter(|_| wanted)
            && scope.own_is_plain(&function.sig, own)
        {
            // All other errors would follow from this one, the first.
            if !std::mem::replace(&mut plain, true) {
                let (of, method) = (text_of_type(&seen.self_ty), function.sig.ident.to_string());
                diags.report_at(&diag::PLAIN_STRUCT, &function.sig.ident, &[&of, &method]);
            }
            own.constant.push(receiver_of(function));
            wanted = scope.is_wanted(&function.sig, own);
        }
        let expansion = match own {
            Some(own) if wanted && placed => member(function, &scope, &seen, (&own, calls), diags),
            Some(_) if wanted => {
                refused = true;
                Expansion::default()
            }
            Some(own) if placed && scope.own_is_differentiable() => {
                unasked(function, &scope, &seen, (&own, calls))
            }
            Some(_) => Expansion::default(),
            None => Expansion::default(),
        };
        let Expansion {
            doc,
            beside: emitted,
            metadata: constants,
            behind: of_method,
        } = expansion;
        if !emitted.is_empty() && wanted {
            beside.extend(alone::changing(function, &seen, options));
        }
        helpers::strip_method(function);
        function.attrs.extend(parsed(doc));
        beside.extend(emitted);
        metadata.extend(constants);
        behind.extend(of_method);
    }
    match stray {
        _ if !refused => {}
        Some(name) if has_own_impl(&seen) => {
            diags.report_at(&diag::STRAY_PARAMETER, name, &[&name.to_string()]);
        }
        _ => {
            let text = text_of_type(&seen.self_ty);
            diags.report_at(&diag::FOREIGN_IMPL, &seen.self_ty, &[&text]);
        }
    }
    if !beside.is_empty() {
        let one_side = one_side(&seen);
        beside = quote!(#one_side #beside);
    }
    let (generics, _, bounds) = seen.generics.split_for_impl();
    let own = &seen.self_ty;
    let second = another(&seen, &quote!(#generics #own #bounds), &beside);
    let instance = method::instance(&seen);
    let third = another(&seen, &instance.unwrap_or_default(), &metadata);
    quote!(#block #second #third #behind)
}

/// What is left alone around the block, and the functions of the block that nothing is emitted for.
fn left_alone(block: &syn::ItemImpl, scope: &Scope<'_>, options: &Options) -> BTreeSet<String> {
    let functions = block.items.iter().filter_map(|item| match item {
        syn::ImplItem::Fn(function) => Some(function),
        _ => None,
    });
    let alone = functions.filter(|f| scope.leaves_alone(&f.attrs, &f.sig, options));
    let alone = alone.map(|f| format!("Self::{}", f.sig.ident));
    options.left_alone.iter().cloned().chain(alone).collect()
}

/// Whether a function of the block is differentiated, and its options; `None` if it says that it is to be left alone. Its own
/// attribute is taken off.
fn own_options(
    function: &mut syn::ImplItemFn,
    scope: &Scope<'_>,
    options: &Options,
    diags: &mut Diagnostics,
) -> (bool, Option<Options>) {
    let own = take_own(&mut function.attrs);
    let annotated = own.is_some();
    let options = match own {
        Some((_, attr)) => options.with(attr, diags),
        None => options.clone(),
    };
    let wanted = annotated || scope.is_wanted(&function.sig, &options);
    (wanted, (!options.skip).then_some(options))
}

/// What is emitted for a function that has no gradient, and may stand between others that have: it makes something of integers,
/// or finds out something about numbers. If it cannot be done, nothing.
fn unasked(
    function: &syn::ImplItemFn,
    scope: &Scope<'_>,
    block: &syn::ItemImpl,
    (options, calls): (&Options, &Calls),
) -> Expansion {
    if maker::is_maker(&function.sig, scope) {
        return Expansion {
            beside: maker::expand(&free(function, block), Some(block), options),
            ..Expansion::default()
        };
    }
    if !scope.answers(&function.sig, options) {
        return Expansion {
            beside: alone::expand(function, block, options).unwrap_or_default(),
            ..Expansion::default()
        };
    }
    let mut found = Diagnostics::new();
    let expansion = member(function, scope, block, (options, calls), &mut found);
    match found.is_empty() {
        true => expansion,
        false => Expansion::default(),
    }
}

/// A function of the block by itself.
fn free(function: &syn::ImplItemFn, block: &syn::ItemImpl) -> syn::ItemFn {
    syn::ItemFn {
        attrs: function.attrs.clone(),
        vis: match &block.trait_ {
            Some(_) => syn::parse_quote!(pub),
            None => function.vis.clone(),
        },
        sig: function.sig.clone(),
        block: Box::new(function.block.clone()),
    }
}

/// The name by which options speak of the receiver.
fn receiver_of(function: &syn::ImplItemFn) -> syn::Ident {
    syn::Ident::new("self", function.sig.ident.span())
}

/// What is emitted for a function of the block.
fn member(
    function: &syn::ImplItemFn,
    scope: &Scope<'_>,
    block: &syn::ItemImpl,
    (options, calls): (&Options, &Calls),
    diags: &mut Diagnostics,
) -> Expansion {
    let mut own_options = options.clone();
    let owner = type_name(&block.self_ty);
    calls.tell(owner, &function.sig.ident, &mut own_options);
    if !scope.own_is_differentiable() {
        own_options.constant.push(receiver_of(function));
    }
    let item = free(function, block);
    let around = Block { item: Some(block) };
    method::expand(&item, &around, own_options, diags)
}

/// What is emitted for `impl Mul<f64> for V` bears the name of the method, and a second operator of the
/// same name would need names of its own; so would a second `impl Trait<B> for V` beside `impl Trait<A> for V`. rustc
/// says so by the name of this, at the user's `Mul<f64>`.
fn one_side(block: &syn::ItemImpl) -> Option<TokenStream> {
    const OPERATORS: [&str; 5] = ["Add", "Sub", "Mul", "Div", "Rem"];
    let (_, path, _) = block.trait_.as_ref()?;
    let last = path.segments.last()?;
    let name = last.ident.to_string();
    let what = match OPERATORS.contains(&name.as_str()) {
        true => "TYPE_ON_THE_RIGHT",
        false if last.arguments.is_empty() => return None,
        false => "LIST_OF_TYPES",
    };
    let name = format!("{}_IS_DIFFERENTIATED_FOR_ONE_{what}", upper_snake(&name));
    let span = proc_macro2::Span::call_site().located_at(last.ident.span());
    let name = syn::Ident::new(&name, span);
    Some(quote_spanned!(span=> #[doc(hidden)] pub const #name: () = ();))
}

/// `DIRECT_GEODESIC` for `DirectGeodesic`.
fn upper_snake(name: &str) -> String {
    let mut upper = String::new();
    let mut before = true;
    for c in name.trim_start_matches("r#").chars() {
        if c.is_uppercase() && !before {
            upper.push('_');
        }
        before = c.is_uppercase() || c == '_';
        upper.extend(c.to_uppercase());
    }
    upper
}

/// A block that carries what was emitted.
fn another(block: &syn::ItemImpl, header: &TokenStream, members: &TokenStream) -> TokenStream {
    if members.is_empty() {
        return TokenStream::new();
    }
    let shared = block
        .attrs
        .iter()
        .filter(|a| a.path().is_ident("cfg") || a.path().is_ident("allow"));
    let shared: TokenStream = shared.map(|a| respan(a.to_token_stream())).collect();
    let header = respan(header.clone());
    quote! {
        #shared
        #[allow(clippy::all, clippy::pedantic)]
        impl #header {
            #members
        }
    }
}

/// True for a type that may have an inherent `impl`, as far as its name tells.
fn has_own_impl(block: &syn::ItemImpl) -> bool {
    match bare(&block.self_ty) {
        syn::Type::Path(path) => {
            let mut parameters = block.generics.type_params();
            let name = path.path.get_ident();
            primitive(&path.path).is_none() && !parameters.any(|t| Some(&t.ident) == name)
        }
        _ => false,
    }
}

/// The first parameter of the block that its type does not mention, and no bound: an inherent block cannot have it.
fn stray_parameter(block: &syn::ItemImpl) -> Option<&syn::Ident> {
    let own = block.self_ty.to_token_stream();
    let bounds = block.generics.type_params().map(|of| {
        let bounds = &of.bounds;
        quote!(#bounds)
    });
    let bounds: Vec<TokenStream> = bounds
        .chain([block.generics.where_clause.to_token_stream()])
        .collect();
    let names = block
        .generics
        .params
        .iter()
        .filter_map(|param| match param {
            syn::GenericParam::Type(of) => Some(&of.ident),
            syn::GenericParam::Const(of) => Some(&of.ident),
            syn::GenericParam::Lifetime(_) => None,
        });
    let mut names = names.filter(|_| block.trait_.is_some());
    names.find(|name| !mentions(&own, name) && !bounds.iter().any(|of| mentions(of, name)))
}

fn mentions(tokens: &TokenStream, name: &syn::Ident) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => word == *name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        _ => false,
    })
}

/// Attributes from their tokens.
fn parsed(attributes: TokenStream) -> Vec<syn::Attribute> {
    let parser = syn::Attribute::parse_outer;
    syn::parse::Parser::parse2(parser, attributes).unwrap_or_default()
}
