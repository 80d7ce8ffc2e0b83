//! Methods that take elements out of a vector and give them, written out as Rust.
//!
//! ```text
//! v.pop()         →  { let n = v.len(); if n > 0 { let taken = v[n - 1]; v = v[..n - 1].to_vec(); Some(taken) } else { None } }
//! v.swap_remove(i) →  { let at = i; let n = v.len() - 1; let taken = v[at]; v[at] = v[n]; v = v[..n].to_vec(); taken }
//! ```

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};

use super::Lower;
use super::expr::bare;
use crate::compiler::hir::{Expr, Ty};

/// The methods, and the number of their arguments.
const TAKE: [(&str, usize); 5] = [
    ("pop", 0),
    ("remove", 1),
    ("swap_remove", 1),
    ("split_off", 1),
    ("drain", 1),
];

impl Lower<'_> {
    /// A method that takes elements out of a vector, for its value.
    pub(super) fn taken_elements(&mut self, call: &syn::ExprMethodCall) -> Option<Expr> {
        let code = self.taking(call)?;
        Some(self.in_order(|this| this.expr(&code)))
    }

    /// Such a method written out; `None` if it is none.
    pub(super) fn taking(&mut self, call: &syn::ExprMethodCall) -> Option<syn::Expr> {
        let v = bare(&call.receiver);
        if !takes(call) || !self.is_place(v) || self.is_opaque_place(v) {
            return None;
        }
        self.become_list(call, v);
        let ty = self.place_type(v)?;
        let inner = matches!(ty, Ty::Vec(_)).then(|| ty.element()).flatten()?;
        let span = call.method.span();
        let [n, at, t, end, rest] = self.fresh(["n", "at", "taken", "end", "rest"], span);
        let (last, given) = (
            quote_spanned!(span=> #v[#n - 1]),
            quote_spanned!(span=> #v[#at]),
        );
        let (last, given) = (self.copy_of(last, inner), self.copy_of(given, inner));
        let moved = self.copy_of(quote_spanned!(span=> #v[#n]), inner);
        let arg = call.args.first();
        let whole = self.behind(v);
        let code = match call.method.to_string().as_str() {
            "pop" => quote_spanned!(span=> {
                let #n = #v.len();
                if #n > 0 {
                    let #t = #last;
                    #whole = #v[..#n - 1].to_vec();
                    Some(#t)
                } else {
                    None
                }
            }),
            "remove" => quote_spanned!(span=> {
                let #at = #arg;
                let #t = #given;
                let #rest = #v[#at + 1..].to_vec();
                #v.truncate(#at);
                #v.extend_from_slice(&#rest);
                #t
            }),
            "swap_remove" => quote_spanned!(span=> {
                let #at = #arg;
                let #n = #v.len() - 1;
                let #t = #given;
                #v[#at] = #moved;
                #whole = #v[..#n].to_vec();
                #t
            }),
            "split_off" => quote_spanned!(span=> {
                let #at = #arg;
                let #t = #v[#at..].to_vec();
                #v.truncate(#at);
                #t
            }),
            _ => {
                let syn::Expr::Range(range) = bare(arg?) else {
                    return None;
                };
                let from = match &range.start {
                    Some(start) => start.to_token_stream(),
                    None => quote!(0),
                };
                let to = match (&range.end, &range.limits) {
                    (Some(last), syn::RangeLimits::Closed(_)) => quote!(#last + 1),
                    (Some(end), _) => end.to_token_stream(),
                    (None, _) => quote!(#v.len()),
                };
                quote_spanned!(span=> {
                    let #at = #from;
                    let #end = #to;
                    let #t = #v[#at..#end].to_vec();
                    let #rest = #v[#end..].to_vec();
                    #v.truncate(#at);
                    #v.extend_from_slice(&#rest);
                    #t
                })
            }
        };
        syn::parse2(code).ok()
    }

    /// What gives a copy of an element: of a tuple, one of each part.
    fn copy_of(&self, place: TokenStream, ty: &Ty) -> TokenStream {
        match self.infer.strip(ty) {
            ty if self.is_copy(&ty) => place,
            Ty::Tuple(parts) if self.infer.payload(ty).is_none() => {
                let parts = parts.iter().enumerate().map(|(at, part)| {
                    let at = proc_macro2::Literal::usize_unsuffixed(at);
                    self.copy_of(quote!(#place.#at), part)
                });
                quote!((#(#parts,)*))
            }
            _ => quote!(#place.clone()),
        }
    }
}

/// True for such a method.
pub(super) fn takes(call: &syn::ExprMethodCall) -> bool {
    let mut known = TAKE.iter();
    known.any(|(name, count)| call.method == name && call.args.len() == *count)
}
