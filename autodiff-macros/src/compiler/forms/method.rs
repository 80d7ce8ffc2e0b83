//! A function of an `impl` block, as a function that the compiler understands.
//!
//! In: `fn loss(&self, x: f64) -> f64 { self.k * x }`. Out: `fn loss(this: &Self, x: f64) -> f64 {
//! this.k * x }` and a [`Sibling`], by which the emitted items get their receiver back. The receiver
//! has a name of its own because the bodies of the sweeps are closures and copies, where the word
//! `self` cannot be bound again; messages and texts for people say `self`.

use proc_macro2::{Group, Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};

use super::by_path;
use super::declarations::passing;
use super::function::{self, Expansion};
use crate::compiler::diag::{self, Diagnostics, text_of_type};
use crate::compiler::names::Names;
use crate::compiler::naming::{Naming, Receiver, ReceiverPassing, Sibling};
use crate::compiler::parse::attribute::Options;
use crate::compiler::parse::generics;
use crate::compiler::parse::types::{self, bare};

/// What surrounds a function of an `impl` block.
#[derive(Default)]
pub(crate) struct Block<'a> {
    /// The block, if the compiler sees it.
    pub(crate) item: Option<&'a syn::ItemImpl>,
}

impl Block<'_> {
    fn own(&self) -> Option<&syn::Type> {
        self.item.map(|block| bare(&block.self_ty))
    }

    /// The trait of `impl Trait for Type`.
    pub(crate) fn implemented(&self) -> Option<&syn::Path> {
        self.item?.trait_.as_ref().map(|(_, path, _)| path)
    }
}

/// A function to be compiled, and where it stands.
pub(crate) struct Method {
    pub(crate) item: syn::ItemFn,
    pub(crate) sibling: Sibling,
}

/// Rewrites a function of an `impl` block; `None` if its receiver is refused.
pub(crate) fn rewrite(
    function: &syn::ItemFn,
    block: &Block<'_>,
    diags: &mut Diagnostics,
) -> Option<Method> {
    let mut item = function.clone();
    let mut names = Names::of(function.to_token_stream());
    let receiver = match item.sig.inputs.first_mut() {
        Some(input @ syn::FnArg::Receiver(_)) => Some(replace(input, &mut names, diags)?),
        _ => None,
    };
    let mut rewriter = Rewriter {
        this: receiver.as_ref().map(|receiver| receiver.this.clone()),
        block,
        depth: 0,
        others: names_others(&function.sig, block),
    };
    rewriter.visit_item_fn_mut(&mut item);
    let name = &function.sig.ident;
    let primal = match block.implemented() {
        Some(of) => quote!(<Self as #of>::#name),
        None => quote!(Self::#name),
    };
    Some(Method {
        sibling: Sibling {
            name: name.clone(),
            primal,
            receiver,
            own: block.item.map(|block| (*block.self_ty).clone()),
            instance: block.item.and_then(instance),
            block: block.item.is_some(),
            generics: match block.item {
                Some(block) => block.generics.clone(),
                None => generics::unseen(&function.sig),
            },
        },
        item,
    })
}

/// One instance of the type of a generic block: numbers are `f64`, constants zero. `None` if the block
/// is not generic, or over types that are no numbers.
pub(crate) fn instance(block: &syn::ItemImpl) -> Option<TokenStream> {
    let generics = &block.generics;
    if generics.params.is_empty() {
        return None;
    }
    let own = block.self_ty.to_token_stream();
    let reals = generics::reals(generics, &syn::Generics::default(), &[own]);
    if generics.type_params().any(|t| !reals.contains(&t.ident)) {
        return None;
    }
    let mut ty = (*block.self_ty).clone();
    Instance(generics).visit_type_mut(&mut ty);
    Some(ty.to_token_stream())
}

/// Replaces generic parameters by what they may be.
struct Instance<'a>(&'a syn::Generics);

impl VisitMut for Instance<'_> {
    fn visit_lifetime_mut(&mut self, lifetime: &mut syn::Lifetime) {
        lifetime.ident = Ident::new("_", lifetime.ident.span());
    }

    fn visit_generic_argument_mut(&mut self, argument: &mut syn::GenericArgument) {
        // A const parameter by its name looks like a type.
        let text = argument.to_token_stream().to_string();
        let mut consts = self.0.const_params();
        match consts.find(|c| c.ident == text) {
            Some(parameter) => {
                let zero = match types::bare(&parameter.ty) {
                    syn::Type::Path(ty) if ty.path.is_ident("bool") => syn::parse_quote!(false),
                    syn::Type::Path(ty) if ty.path.is_ident("char") => syn::parse_quote!('0'),
                    _ => syn::parse_quote!(0),
                };
                *argument = syn::GenericArgument::Const(zero);
            }
            None => visit_mut::visit_generic_argument_mut(self, argument),
        }
    }

    fn visit_type_mut(&mut self, ty: &mut syn::Type) {
        let name = match bare(ty) {
            syn::Type::Path(path) => path.path.get_ident().cloned(),
            _ => None,
        };
        match name.filter(|name| self.0.type_params().any(|t| t.ident == *name)) {
            Some(_) => *ty = syn::parse_quote!(f64),
            None => visit_mut::visit_type_mut(self, ty),
        }
    }
}

/// Puts a parameter in the place of the receiver.
fn replace(input: &mut syn::FnArg, names: &mut Names, diags: &mut Diagnostics) -> Option<Receiver> {
    let syn::FnArg::Receiver(receiver) = &*input else {
        return None;
    };
    let Some(passing) = passing(receiver) else {
        let text = text_of_type(&receiver.ty);
        diags.report_at(&diag::RECEIVER_TYPE, &receiver.ty, &[&text]);
        return None;
    };
    let token = Ident::from(receiver.self_token);
    let this = names.exact("this", token.span());
    let attrs = &receiver.attrs;
    let lifetime = receiver
        .reference
        .as_ref()
        .and_then(|(_, lifetime)| lifetime.clone());
    let lifetime = match bare(&receiver.ty) {
        syn::Type::Reference(r) => r.lifetime.clone().or(lifetime),
        _ => lifetime,
    };
    let own = quote_spanned!(token.span()=> Self);
    let ty = match passing {
        ReceiverPassing::Value => own,
        ReceiverPassing::Shared => quote_spanned!(token.span()=> & #lifetime #own),
        ReceiverPassing::Exclusive => quote_spanned!(token.span()=> & #lifetime mut #own),
    };
    let mutable = receiver
        .mutability
        .filter(|_| passing == ReceiverPassing::Value);
    let parameter = syn::parse2(quote!(#(#attrs)* #mutable #this: #ty));
    *input = parameter.ok()?;
    Some(Receiver {
        passing,
        this,
        token,
    })
}

/// Replaces `self`, and names for the type of the block, by what is the same everywhere.
struct Rewriter<'a> {
    this: Option<Ident>,
    block: &'a Block<'a>,
    /// How many associated types the one at hand is inside of.
    depth: usize,
    /// The signature names the type of the block with other arguments: `M<C, R>`.
    others: bool,
}

/// True if the type of the block stands in the signature with other arguments than there.
fn names_others(sig: &syn::Signature, block: &Block<'_>) -> bool {
    struct Finder<'a> {
        own: &'a syn::Path,
        found: bool,
    }
    impl<'ast> Visit<'ast> for Finder<'_> {
        fn visit_path(&mut self, path: &'ast syn::Path) {
            let names = |path: &syn::Path| -> Vec<Ident> {
                path.segments
                    .iter()
                    .map(|segment| segment.ident.clone())
                    .collect()
            };
            self.found |= path != self.own && names(path) == names(self.own);
            syn::visit::visit_path(self, path);
        }
    }
    let Some(syn::Type::Path(own)) = block.own() else {
        return false;
    };
    let own = &own.path;
    let mut finder = Finder { own, found: false };
    finder.visit_signature(sig);
    finder.found
}

impl Rewriter<'_> {
    /// What an associated type of the block stands for.
    fn associated_type(&self, name: &Ident) -> Option<syn::Type> {
        let items = &self.block.item?.items;
        items.iter().find_map(|item| match item {
            syn::ImplItem::Type(ty) if ty.ident == *name => Some(ty.ty.clone()),
            _ => None,
        })
    }

    fn is_associated_const(&self, name: &Ident) -> bool {
        let items = self.block.item.into_iter().flat_map(|block| &block.items);
        let mut consts = items.filter_map(|item| match item {
            syn::ImplItem::Const(item) => Some(&item.ident),
            _ => None,
        });
        consts.any(|known| known == name)
    }

    /// The type of the block, if it is a path without generic arguments.
    fn own_path(&self) -> Option<&syn::Path> {
        match self.block.own()? {
            syn::Type::Path(path) if path.qself.is_none() => Some(&path.path),
            _ => None,
        }
    }

    /// `Vec3` and `Vec3::new` in `impl Vec3` mean `Self` and `Self::new`.
    fn own_prefix(&self, path: &mut syn::Path) {
        let Some(own) = self.own_path() else {
            return;
        };
        let starts = own.leading_colon.is_some() == path.leading_colon.is_some()
            && path.segments.len() >= own.segments.len()
            && own.segments.iter().zip(&path.segments).all(|(own, found)| {
                let bare = found.arguments.is_none() && !self.others;
                own.ident == found.ident && (bare || own == found)
            });
        if !starts {
            return;
        }
        let rest = path.segments.iter().skip(own.segments.len()).cloned();
        let span = path.segments[own.segments.len() - 1].ident.span();
        let first = syn::PathSegment::from(Ident::new("Self", span));
        *path = syn::Path {
            leading_colon: None,
            segments: std::iter::once(first).chain(rest).collect(),
        };
    }
}

impl VisitMut for Rewriter<'_> {
    fn visit_item_mut(&mut self, _: &mut syn::Item) {
        // Nested items know neither `self` nor `Self`.
    }

    fn visit_type_mut(&mut self, ty: &mut syn::Type) {
        let plain = bare(ty);
        if self.block.own() == Some(plain) {
            let span = syn::spanned::Spanned::span(plain);
            *ty = syn::Type::Verbatim(quote_spanned!(span=> Self));
            if let Ok(own) = syn::parse2(ty.to_token_stream()) {
                *ty = own;
            }
            return;
        }
        if let syn::Type::Path(path) = plain
            && path.qself.is_none()
            && path.path.segments.len() == 2
            && path.path.segments[0].ident == "Self"
            && let Some(found) = self.associated_type(&path.path.segments[1].ident)
        {
            // An error about it is one about the place where it is used.
            *ty = located(found, syn::spanned::Spanned::span(plain));
            // It may be made of others; not without end.
            if self.depth < 8 {
                self.depth += 1;
                visit_mut::visit_type_mut(self, ty);
                self.depth -= 1;
            }
            return;
        }
        visit_mut::visit_type_mut(self, ty);
    }

    fn visit_expr_mut(&mut self, expr: &mut syn::Expr) {
        visit_mut::visit_expr_mut(self, expr);
        let block = self.block.item;
        if let Some(call) = block.and_then(|block| by_path::method_call(expr, block)) {
            *expr = call;
        }
    }

    fn visit_expr_path_mut(&mut self, path: &mut syn::ExprPath) {
        if path.qself.is_none() && path.path.is_ident("self") {
            if let (Some(this), Some(segment)) = (&self.this, path.path.segments.first_mut()) {
                segment.ident = Ident::new(&this.to_string(), segment.ident.span());
            }
            return;
        }
        if path.qself.is_none() {
            self.own_prefix(&mut path.path);
        }
        if let Some(of) = self.block.implemented()
            && path.qself.is_none()
            && path.path.segments.len() == 2
            && path.path.segments[0].ident == "Self"
            && self.is_associated_const(&path.path.segments[1].ident)
        {
            let name = &path.path.segments[1];
            if let Ok(qualified) = syn::parse2(quote!(<Self as #of>::#name)) {
                *path = qualified;
            }
            return;
        }
        visit_mut::visit_expr_path_mut(self, path);
    }

    fn visit_expr_struct_mut(&mut self, literal: &mut syn::ExprStruct) {
        self.own_prefix(&mut literal.path);
        visit_mut::visit_expr_struct_mut(self, literal);
    }

    fn visit_pat_struct_mut(&mut self, pat: &mut syn::PatStruct) {
        self.own_prefix(&mut pat.path);
        visit_mut::visit_pat_struct_mut(self, pat);
    }

    fn visit_pat_tuple_struct_mut(&mut self, pat: &mut syn::PatTupleStruct) {
        self.own_prefix(&mut pat.path);
        visit_mut::visit_pat_tuple_struct_mut(self, pat);
    }

    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        if let Some(this) = &self.this {
            mac.tokens = rename(std::mem::take(&mut mac.tokens), this);
        }
    }
}

/// A type with all of its tokens at one place.
pub(super) fn located(ty: syn::Type, span: proc_macro2::Span) -> syn::Type {
    fn at(tokens: TokenStream, span: proc_macro2::Span) -> TokenStream {
        let moved = tokens.into_iter().map(|tree| match tree {
            TokenTree::Group(group) => {
                let mut new = Group::new(group.delimiter(), at(group.stream(), span));
                new.set_span(span);
                new.into()
            }
            mut other => {
                other.set_span(span);
                other
            }
        });
        moved.collect()
    }
    syn::parse2(at(ty.to_token_stream(), span)).unwrap_or(ty)
}

/// `self` under another name, in the arguments of a macro; `self::path` stays.
pub(crate) fn rename(tokens: TokenStream, this: &Ident) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let is_colon =
        |at: usize| matches!(trees.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    let renamed = trees.iter().enumerate().map(|(i, tree)| match tree {
        TokenTree::Ident(ident) if ident == "self" && !(is_colon(i + 1) && is_colon(i + 2)) => {
            Ident::new(&this.to_string(), ident.span()).into()
        }
        TokenTree::Group(group) => {
            let mut new = Group::new(group.delimiter(), rename(group.stream(), this));
            new.set_span(group.span());
            new.into()
        }
        TokenTree::Literal(literal) => rename_captured(literal, this).into(),
        other => other.clone(),
    });
    renamed.collect()
}

/// `"{self:?}"` captures the receiver; `"{{self}}"` does not.
fn rename_captured(literal: &Literal, this: &Ident) -> Literal {
    let text = literal.to_string();
    if !text.starts_with('"') || !text.contains("{self") {
        return literal.clone();
    }
    let mut new = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find('{') {
        let (before, after) = rest.split_at(at + 1);
        new.push_str(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('{') {
            new.push('{');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("self")
            && after.starts_with([':', '}'])
        {
            new.push_str(&this.to_string());
            rest = after;
        }
    }
    new.push_str(rest);
    let Ok(mut new) = new.parse::<Literal>() else {
        return literal.clone();
    };
    new.set_span(literal.span());
    new
}

/// Compiles a function of an `impl` block.
pub(crate) fn expand(
    function: &syn::ItemFn,
    block: &Block<'_>,
    mut options: Options,
    diags: &mut Diagnostics,
) -> Expansion {
    let Some(Method { item, sibling }) = rewrite(function, block, diags) else {
        return Expansion::default();
    };
    if let Some(receiver) = &sibling.receiver {
        let listed = options
            .wrt
            .iter_mut()
            .flatten()
            .chain(&mut options.constant);
        for name in listed.filter(|name| *name == "self") {
            *name = Ident::new(&receiver.this.to_string(), name.span());
        }
    }
    options.naming = Naming::Sibling(Box::new(sibling));
    function::expand(&item, &options, diags)
}
