//! Expressions that stand for others, written out as Rust.
//!
//! ```text
//! (i, j) == (0, 0)    →  { let left = (i, j); let right = (0, 0); left.0 == right.0 && left.1 == right.1 }
//! a == b, of arrays  →  { let left = &a; let right = &b; left.len() == right.len() && left.iter().zip(right.iter()).all(|(p, q)| p == q) }
//! (x > 0.0).then_some(x)  →  { let value = x; if x > 0.0 { Some(value) } else { None } }
//! [&a[..], &b].concat()   →  { let mut list = Vec::new(); list.extend_from_slice(&a[..]); list.extend_from_slice(&b); list }
//! ```

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::Lower;
use super::expr::bare;
use crate::compiler::hir::{Expr, Ty};

impl Lower<'_> {
    /// Tuples that are compared, one of them a literal: as std does it, from the left.
    pub(super) fn compared_tuples(&mut self, binary: &syn::ExprBinary) -> Option<Expr> {
        let ordered = match binary.op {
            syn::BinOp::Eq(_) | syn::BinOp::Ne(_) => false,
            syn::BinOp::Lt(_) | syn::BinOp::Le(_) | syn::BinOp::Gt(_) | syn::BinOp::Ge(_) => true,
            _ => return None,
        };
        let (left, right) = (&binary.left, &binary.right);
        let count = [left, right].iter().find_map(|side| match bare(side) {
            syn::Expr::Tuple(tuple) => Some(tuple.elems.len()),
            _ => None,
        });
        let count = count.filter(|count| *count > 0)?;
        let (span, op) = (binary.op.span(), &binary.op);
        let [a, b] = self.fresh(["left", "right"], span);
        let part = |at: usize| syn::Index::from(at);
        let last = part(count - 1);
        let mut test = quote_spanned!(span=> #a.#last #op #b.#last);
        for at in (0..count - 1).rev().map(part) {
            test = match binary.op {
                _ if ordered => {
                    let strict = match binary.op {
                        syn::BinOp::Lt(_) | syn::BinOp::Le(_) => quote_spanned!(span=> <),
                        _ => quote_spanned!(span=> >),
                    };
                    quote_spanned!(span=> #a.#at #strict #b.#at || #a.#at == #b.#at && (#test))
                }
                syn::BinOp::Eq(_) => quote_spanned!(span=> #a.#at == #b.#at && #test),
                _ => quote_spanned!(span=> #a.#at != #b.#at || #test),
            };
        }
        self.written(quote_spanned!(span=> { let #a = #left; let #b = #right; #test }))
    }

    /// Arrays, slices and vectors that are asked whether they are equal.
    pub(super) fn compared_lists(&mut self, binary: &syn::ExprBinary) -> Option<Expr> {
        let unequal = match binary.op {
            syn::BinOp::Eq(_) => None,
            syn::BinOp::Ne(_) => Some(quote!(!)),
            _ => return None,
        };
        let sides = [&binary.left, &binary.right].map(|side| match bare(side) {
            syn::Expr::Reference(of) if of.mutability.is_none() => bare(&of.expr),
            side => side,
        });
        let is_list = |side: &syn::Expr| {
            let known = self.is_place(side) && !self.is_opaque_place(side);
            let ty = known.then(|| self.place_type(side)).flatten();
            ty.is_some_and(|ty| self.infer.strip(&ty).element().is_some())
        };
        if !sides.into_iter().any(is_list) {
            return None;
        }
        let span = binary.op.span();
        let [a, b, p, q] = self.fresh(["left", "right", "p", "q"], span);
        let [left, right] = sides.map(|side| match self.is_place(side) {
            true => quote_spanned!(span=> &#side),
            false => quote_spanned!(span=> #side),
        });
        self.written(quote_spanned!(span=> {
            let #a = #left;
            let #b = #right;
            #unequal (#a.len() == #b.len() && #a.iter().zip(#b.iter()).all(|(#p, #q)| #p == #q))
        }))
    }

    /// `cond.then_some(value)`, `cond.then(|| value)`.
    pub(super) fn then_value(&mut self, call: &syn::ExprMethodCall) -> Option<Expr> {
        let (cond, span) = (&call.receiver, call.method.span());
        let arg = call.args.first().filter(|_| call.args.len() == 1)?;
        match (call.method.to_string().as_str(), bare(arg)) {
            ("then_some", value) => {
                let [name] = self.fresh(["value"], span);
                self.written(quote_spanned!(span=> {
                    let #name = #value;
                    if #cond { Some(#name) } else { None }
                }))
            }
            ("then", syn::Expr::Closure(closure)) if closure.inputs.is_empty() => {
                let body = &closure.body;
                self.written(quote_spanned!(span=> if #cond { Some(#body) } else { None }))
            }
            _ => None,
        }
    }

    /// `rows.concat()`, `[&a[..], &b].concat()`.
    pub(super) fn concatenated(&mut self, call: &syn::ExprMethodCall) -> Option<Expr> {
        if call.method != "concat" || !call.args.is_empty() {
            return None;
        }
        let (rows, span) = (bare(&call.receiver), call.method.span());
        let [list, row] = self.fresh(["list", "row"], span);
        let added: TokenStream = match rows {
            syn::Expr::Array(array) => {
                let parts = array.elems.iter().map(|part| match bare(part) {
                    syn::Expr::Reference(_) => {
                        quote_spanned!(span=> #list.extend_from_slice(#part);)
                    }
                    part => quote_spanned!(span=> #list.extend_from_slice(&#part);),
                });
                parts.collect()
            }
            rows if self.is_place(rows) && !self.is_opaque_place(rows) => {
                let inner = self.place_type(rows)?.element()?.clone();
                // What is joined are lists: of texts something else is made.
                let lists = matches!(
                    self.infer.strip(&inner),
                    Ty::Vec(_) | Ty::Array(..) | Ty::Slice(_)
                );
                if !lists {
                    return None;
                }
                quote_spanned!(span=> for #row in #rows.iter() { #list.extend_from_slice(#row); })
            }
            _ => return None,
        };
        self.written(quote!({ let mut #list = Vec::new(); #added #list }))
    }

    /// `m.at(i, j)` of a method that reads a part of its receiver: the part.
    pub(super) fn part_read(&mut self, call: &syn::ExprMethodCall) -> Option<Expr> {
        let receiver = bare(&call.receiver);
        let ty = self
            .place_type(receiver)
            .filter(|_| self.is_place(receiver))?;
        let getter = self
            .options
            .known
            .getter(&self.path_of(&ty)?, &call.method)?;
        if getter.params.len() != call.args.len() || getter.refers() {
            return None;
        }
        let getter = getter.clone();
        let span = call.method.span();
        let params = getter.params.iter();
        let fresh = params.map(|(name, ty)| (self.fresh_name(&name.to_string(), span), ty.clone()));
        let (names, types): (Vec<Ident>, Vec<syn::Type>) = fresh.unzip();
        let value = getter.of(receiver, names.iter().map(|name| syn::parse_quote!(#name)));
        let args = call.args.iter();
        self.written(quote_spanned!(span=> { #(let #names: #types = #args;)* #value }))
    }

    fn written(&mut self, code: TokenStream) -> Option<Expr> {
        let code = syn::parse2::<syn::Expr>(code).ok()?;
        Some(self.expr(&code))
    }
}
