//! `#[cfg(…)]` inside of functions.
//!
//! It reaches this macro before rustc evaluates it. So the item is emitted twice, with the attribute on both:
//!
//! ```text
//! #[cfg(c)]      #[conservative_grad] fn f … with what stands under `#[cfg(c)]`
//! #[cfg(not(c))] #[conservative_grad] fn f … with what stands under `#[cfg(not(c))]`
//! ```
//!
//! rustc keeps one of the two, and expands that alone.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};

use crate::compiler::lower::attributes;

/// The item, once for each answer to the first condition inside of it; `None` if there is none. `attr`: what is given to the attribute.
pub(super) fn split(
    item: &TokenStream,
    attr: &TokenStream,
    krate: &TokenStream,
) -> Option<TokenStream> {
    // Seldom, and rustc is faster at writing the text than this is at looking through the tokens.
    if !item.to_string().contains("cfg") {
        return None;
    }
    let item: syn::Item = syn::parse2(item.clone()).ok()?;
    let mut first = Choice::default();
    first.visit_item_mut(&mut item.clone());
    let condition = first.condition?;
    let [with, without] = [true, false].map(|holds| {
        let mut item = item.clone();
        let condition = Some(condition.clone());
        Choice {
            condition,
            holds: Some(holds),
        }
        .visit_item_mut(&mut item);
        item
    });
    let attr = (!attr.is_empty()).then(|| quote!((#attr)));
    let attribute = quote!(#[#krate::conservative_grad #attr]);
    Some(quote! {
        #[cfg(#condition)]
        #attribute
        #with
        #[cfg(not(#condition))]
        #attribute
        #without
    })
}

/// Looks for a condition, or chooses what stands under one.
#[derive(Default)]
struct Choice {
    /// The condition: the first one that is found.
    condition: Option<TokenStream>,
    /// Whether it holds, if that is to be supposed.
    holds: Option<bool>,
}

impl Choice {
    /// True if what has the attributes stays; those that hold are taken off.
    fn keeps(&mut self, attrs: &mut Vec<syn::Attribute>) -> bool {
        let mut keeps = true;
        attrs.retain(|attr| {
            let Some((condition, negated)) = condition(attr) else {
                return true;
            };
            let known = self.condition.get_or_insert_with(|| condition.clone());
            match self.holds {
                Some(holds) if known.to_string() == condition.to_string() => {
                    keeps &= holds != negated;
                    false
                }
                _ => true,
            }
        });
        keeps
    }

    fn keeps_stmt(&mut self, stmt: &mut syn::Stmt) -> bool {
        match stmt {
            syn::Stmt::Local(local) => self.keeps(&mut local.attrs),
            syn::Stmt::Macro(of) => self.keeps(&mut of.attrs),
            syn::Stmt::Item(item) => of_item(item).is_none_or(|attrs| self.keeps(attrs)),
            syn::Stmt::Expr(expr, _) => self.keeps_expr(expr),
        }
    }

    /// An attribute before `a = b;` stands on `a` and is meant for the statement.
    fn keeps_expr(&mut self, expr: &mut syn::Expr) -> bool {
        let keeps = attributes(expr).is_none_or(|attrs| self.keeps(attrs));
        keeps
            && match expr {
                syn::Expr::Assign(assign) => self.keeps_expr(&mut assign.left),
                syn::Expr::Binary(binary) => self.keeps_expr(&mut binary.left),
                syn::Expr::Cast(cast) => self.keeps_expr(&mut cast.expr),
                _ => true,
            }
    }
}

impl VisitMut for Choice {
    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        let before = block.stmts.len();
        block.stmts.retain_mut(|stmt| self.keeps_stmt(stmt));
        // A lint looks at braces that had an attribute, and have none now.
        if block.stmts.len() < before
            && let Some(syn::Stmt::Expr(syn::Expr::Block(last), None)) = block.stmts.last()
            && let (None, [inner @ syn::Stmt::Expr(_, None)]) = (&last.label, &last.block.stmts[..])
            && last.attrs.is_empty()
        {
            let inner = inner.clone();
            block.stmts.pop();
            block.stmts.push(inner);
        }
        visit_mut::visit_block_mut(self, block);
    }

    fn visit_expr_match_mut(&mut self, of: &mut syn::ExprMatch) {
        of.arms.retain_mut(|arm| self.keeps(&mut arm.attrs));
        visit_mut::visit_expr_match_mut(self, of);
    }

    fn visit_expr_struct_mut(&mut self, literal: &mut syn::ExprStruct) {
        let fields = std::mem::take(&mut literal.fields).into_pairs();
        literal.fields = fields
            .filter_map(|mut pair| {
                self.keeps(&mut pair.value_mut().attrs)
                    .then(|| pair.into_tuple())
            })
            .map(|(field, comma)| syn::punctuated::Pair::new(field, comma))
            .collect();
        visit_mut::visit_expr_struct_mut(self, literal);
    }

    /// A module of tests is none of ours.
    fn visit_item_mod_mut(&mut self, module: &mut syn::ItemMod) {
        if !module.attrs.iter().any(|attr| attr.path().is_ident("cfg")) {
            visit_mut::visit_item_mod_mut(self, module);
        }
    }
}

/// `c` of `#[cfg(c)]`, and whether there is a `not` around it.
fn condition(attr: &syn::Attribute) -> Option<(TokenStream, bool)> {
    if !attr.path().is_ident("cfg") {
        return None;
    }
    let written: syn::Meta = attr.parse_args().ok()?;
    if let syn::Meta::List(list) = &written
        && list.path.is_ident("not")
    {
        return Some((list.tokens.clone(), true));
    }
    Some((written.to_token_stream(), false))
}

/// The attributes of an item in a body.
fn of_item(item: &mut syn::Item) -> Option<&mut Vec<syn::Attribute>> {
    macro_rules! of {
        ($($kind:ident)*) => {
            match item {
                $(syn::Item::$kind(item) => Some(&mut item.attrs),)*
                _ => None,
            }
        };
    }
    of!(Const Enum ExternCrate Fn Impl Macro Mod Static Struct Trait Type Use)
}
