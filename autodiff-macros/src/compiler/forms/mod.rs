//! What the attribute stands on: a function, a method, an `impl` block, a module.
//!
//! In: the annotated item and the options. Out: the item, with everything that is emitted for it.
//!
//! ```text
//! fn loss                 enum loss {}  impl loss { grad, … }        function
//! fn loss(&self)          loss_grad, … in the same impl              method
//! impl P { fn loss }      impl P { loss_grad, … }, a second block    impl_block
//! mod m { … }             all of these in the module                 module
//! ```
//!
//! Functions nested in the body of another are compiled with it (`nested`).

mod alone;
pub(crate) mod by_path;
mod configured;
pub(crate) mod cycles;
pub(crate) mod declarations;
mod function;
pub(crate) mod getters;
mod impl_block;
pub(crate) mod known;
mod maker;
mod measures;
pub(crate) mod method;
mod module;
mod nested;
mod select;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::visit::Visit;

use self::function::Expansion;
pub(crate) use self::function::stubs;
use super::diag::Diagnostics;
use super::naming::Naming;
use super::parse::attribute::Options;
use super::parse::helpers;

/// Expands an annotated item. `attr`: what is given to the attribute.
pub(crate) fn expand(
    item: TokenStream,
    attr: &TokenStream,
    options: &Options,
    diags: &mut Diagnostics,
) -> TokenStream {
    if options.skip {
        return skipped(item);
    }
    if let Some(split) = configured::split(&item, attr, &options.krate) {
        return split;
    }
    match syn::parse2::<syn::ItemFn>(item.clone()) {
        Ok(function) => expand_function(function, body(item), options, diags),
        Err(error) => match keyword(&item).as_deref() {
            Some("impl") => match syn::parse2::<syn::ItemImpl>(item.clone()) {
                Ok(block) => impl_block::expand(&block, options, diags),
                Err(error) => unreadable(&item, &error),
            },
            Some("mod") => match syn::parse2::<syn::ItemMod>(item.clone()) {
                Ok(module) => module::expand(&module, options, diags),
                Err(error) => unreadable(&item, &error),
            },
            _ => expand_unparsed(item, &error, options),
        },
    }
}

/// A function by itself, or in an `impl` block that is not seen.
fn expand_function(
    function: syn::ItemFn,
    written: Option<Group>,
    options: &Options,
    diags: &mut Diagnostics,
) -> TokenStream {
    match options.method || is_method(&function) {
        true => expand_method(&function, options, diags),
        false => {
            let naming = match options.module {
                true => Naming::Module,
                false => Naming::Companion,
            };
            let options = Options {
                naming,
                ..options.clone()
            };
            function::expand_free(function, written, &options, diags)
        }
    }
}

/// The body of a function, if its last token is that.
fn body(item: TokenStream) -> Option<Group> {
    match item.into_iter().last() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => Some(group),
        _ => None,
    }
}

/// One function of an inherent `impl` block: what is emitted stands beside it.
fn expand_method(
    function: &syn::ItemFn,
    options: &Options,
    diags: &mut Diagnostics,
) -> TokenStream {
    let mut calls = cycles::Calls::default();
    let (owner, name) = (Some(cycles::UNSEEN.to_owned()), &function.sig.ident);
    calls.add(owner.clone(), name, function.block.to_token_stream());
    let mut options = options.clone();
    calls.tell(owner, name, &mut options);
    let block = method::Block::default();
    let Expansion { doc, beside, .. } = method::expand(function, &block, options, diags);
    let mut item = function.clone();
    helpers::strip(&mut item);
    let syn::ItemFn {
        attrs,
        vis,
        sig,
        block,
    } = &item;
    quote!(#(#attrs)* #doc #vis #sig #block #beside)
}

/// A function with a rule of its own, as one that the compiler understands: of a method, the receiver is a
/// parameter. `None` if the receiver is refused.
pub(crate) fn with_rule(
    function: &syn::ItemFn,
    options: &mut Options,
    diags: &mut Diagnostics,
) -> Option<syn::ItemFn> {
    if !is_method(function) {
        return Some(function.clone());
    }
    let block = method::Block::default();
    let method::Method { item, sibling } = method::rewrite(function, &block, diags)?;
    options.naming = Naming::Sibling(Box::new(sibling));
    Some(item)
}

/// A receiver or the word `Self` shows that a function stands in an `impl` block.
fn is_method(function: &syn::ItemFn) -> bool {
    let mut own = OwnType { found: false };
    own.visit_signature(&function.sig);
    own.visit_block(&function.block);
    own.found || function.sig.receiver().is_some()
}

/// Looks for the word `Self`, but for that of an `impl` block or a trait in between.
struct OwnType {
    found: bool,
}

impl<'ast> Visit<'ast> for OwnType {
    fn visit_ident(&mut self, ident: &'ast syn::Ident) {
        self.found = self.found || ident == "Self";
    }

    fn visit_item_impl(&mut self, _: &'ast syn::ItemImpl) {}

    fn visit_item_trait(&mut self, _: &'ast syn::ItemTrait) {}

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.found = self.found || mentions_own_type(mac.tokens.clone());
    }
}

/// The same in tokens.
fn mentions_own_type(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter();
    while let Some(tree) = tokens.next() {
        match tree {
            TokenTree::Ident(ident) if ident == "Self" => return true,
            TokenTree::Ident(ident) if ident == "impl" || ident == "trait" => {
                // Its braces, or an `impl Trait` in a signature.
                let block = |tree: &TokenTree| matches!(tree, TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace);
                let _ = tokens.find(block);
            }
            TokenTree::Group(group) if mentions_own_type(group.stream()) => return true,
            _ => {}
        }
    }
    false
}

/// The item as it stands, for `#[conservative_grad(skip)]`.
fn skipped(item: TokenStream) -> TokenStream {
    match syn::parse2::<syn::Item>(item.clone()) {
        Ok(syn::Item::Fn(mut function)) => {
            helpers::strip(&mut function);
            function.into_token_stream()
        }
        Ok(syn::Item::Impl(mut block)) => {
            block.items.iter_mut().for_each(helpers::strip_member);
            block.into_token_stream()
        }
        _ => item,
    }
}

/// The first word of an item that is no qualifier.
fn keyword(item: &TokenStream) -> Option<String> {
    const QUALIFIERS: [&str; 4] = ["pub", "unsafe", "default", "crate"];
    let words = item.clone().into_iter().filter_map(|tree| match tree {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    });
    let mut words = words.skip_while(|word| QUALIFIERS.contains(&word.as_str()));
    words.next()
}

/// An item that `syn` does not understand stays as it is.
fn unreadable(item: &TokenStream, error: &syn::Error) -> TokenStream {
    let error = error.to_compile_error();
    quote!(#item #error)
}

/// An item that is no function, or whose body `syn` does not understand: it stays as it is.
fn expand_unparsed(item: TokenStream, error: &syn::Error, options: &Options) -> TokenStream {
    match syn::parse2::<Header>(item.clone()) {
        Ok(mut header) => {
            let stubs = function::stubs(&header.function, options).beside;
            helpers::strip(&mut header.function);
            let syn::ItemFn {
                attrs, vis, sig, ..
            } = &header.function;
            let (body, error) = (&header.body, error.to_compile_error());
            quote!(#(#attrs)* #vis #sig #body #stubs #error)
        }
        Err(_) => {
            let error = not_a_function(&item).to_compile_error();
            quote!(#item #error)
        }
    }
}

/// A function whose body is left alone.
struct Header {
    function: syn::ItemFn,
    body: Group,
}

impl Parse for Header {
    fn parse(input: ParseStream<'_>) -> syn::Result<Header> {
        let (attrs, vis, sig) = (
            input.call(syn::Attribute::parse_outer)?,
            input.parse()?,
            input.parse()?,
        );
        let body = input.parse()?;
        let block = Box::new(syn::parse_quote!({}));
        Ok(Header {
            function: syn::ItemFn {
                attrs,
                vis,
                sig,
                block,
            },
            body,
        })
    }
}

fn not_a_function(item: &TokenStream) -> syn::Error {
    let functions = "annotate each function that is to be differentiated";
    let (what, help) = match syn::parse2::<syn::Item>(item.clone()) {
        Ok(syn::Item::Trait(_)) => ("is on a trait", functions),
        Ok(syn::Item::Struct(_)) => (
            "is on a struct",
            "write `#[derive(Differentiable)]` in its place, and the attribute on functions and `impl` blocks",
        ),
        Ok(syn::Item::Enum(_) | syn::Item::Union(_)) => ("is on a type", functions),
        _ => ("is none", functions),
    };
    let text = format!(
        "`#[conservative_grad]` goes on a function, an `impl` block or a module, and this {what}\n\nhelp: {help}"
    );
    syn::Error::new_spanned(item.to_token_stream(), text)
}

/// The attribute of a function whose derivative is written by hand.
fn rule(attrs: &[syn::Attribute]) -> Option<&syn::Attribute> {
    attrs.iter().find(|attribute| is_rule(attribute))
}

fn is_rule(attribute: &syn::Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|last| last.ident == "conservative_rule")
}

fn is_own(attribute: &syn::Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|last| last.ident == "conservative_grad")
}

/// The attribute of ours among those of an item, taken out of them: the path as written, and the
/// options.
fn take_own(attrs: &mut Vec<syn::Attribute>) -> Option<(syn::Path, TokenStream)> {
    let at = attrs.iter().position(is_own)?;
    let attribute = attrs.remove(at);
    let path = attribute.path().clone();
    let tokens = match attribute.meta {
        syn::Meta::List(list) => list.tokens,
        syn::Meta::Path(_) | syn::Meta::NameValue(_) => TokenStream::new(),
    };
    Some((path, tokens))
}
