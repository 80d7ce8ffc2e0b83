//! Lists of which an end is taken off, as patterns of slices; and that end as an element.
//!
//! ```text
//! if let Some((a, rest)) = xs.split_first() { … }   →  if let [a, rest @ ..] = &xs[..] { … }
//! let Some((a, rest)) = xs.split_last() else { … }; →  let [rest @ .., a] = &xs[..] else { … };
//! let (a, rest) = xs.split_first().unwrap();        →  let [a, rest @ ..] = &xs[..] else { panic!(…) };
//! let (a, rest) = xs.split_first()?;                →  let [a, rest @ ..] = &xs[..] else { return None };
//! match xs.split_first() { None => …, Some((a, rest)) => … }  →  match &xs[..] { [] => …, [a, rest @ ..] => … }
//! if let Some(last) = xs.last_mut() { … }           →  if let [.., last] = &mut xs[..] { … }
//! *xs.last_mut().unwrap() += x;                     →  xs[xs.len() - 1] += x;
//! ```

use std::borrow::Cow;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};

use super::called;
use super::expr::bare;

/// The function with such patterns in the place of such calls.
pub(super) fn patterns(item: &syn::ItemFn) -> Cow<'_, syn::ItemFn> {
    if !called::any(item, |name| {
        METHODS.iter().any(|method| name == method.name)
    }) {
        return Cow::Borrowed(item);
    }
    let mut item = item.clone();
    Patterns.visit_block_mut(&mut item.block);
    Cow::Owned(item)
}

/// What is taken off.
#[derive(Clone, Copy)]
struct Method {
    name: &'static str,
    first: bool,
    mutable: bool,
    /// The others come with it.
    rest: bool,
}

const METHODS: [Method; 6] = [
    method("split_first", true, false, true),
    method("split_last", false, false, true),
    method("split_first_mut", true, true, true),
    method("split_last_mut", false, true, true),
    method("first_mut", true, true, false),
    method("last_mut", false, true, false),
];

const fn method(name: &'static str, first: bool, mutable: bool, rest: bool) -> Method {
    Method {
        name,
        first,
        mutable,
        rest,
    }
}

struct Patterns;

impl VisitMut for Patterns {
    fn visit_expr_mut(&mut self, expr: &mut syn::Expr) {
        match expr {
            syn::Expr::Unary(of) if matches!(of.op, syn::UnOp::Deref(_)) => {
                if let Some(place) = Peeled::place(&of.expr) {
                    *expr = place;
                }
            }
            syn::Expr::Field(syn::ExprField { base, .. })
            | syn::Expr::Index(syn::ExprIndex { expr: base, .. })
            | syn::Expr::MethodCall(syn::ExprMethodCall { receiver: base, .. }) => {
                if let Some(place) = Peeled::place(base) {
                    **base = place;
                }
            }
            _ => {}
        }
        visit_mut::visit_expr_mut(self, expr);
    }

    fn visit_expr_let_mut(&mut self, condition: &mut syn::ExprLet) {
        if let Some(of) = Peeled::of(&condition.expr)
            && let Some(pat) = of.some(&condition.pat)
        {
            *condition.pat = pat;
            *condition.expr = of.list;
        }
        visit_mut::visit_expr_let_mut(self, condition);
    }

    fn visit_local_mut(&mut self, local: &mut syn::Local) {
        if let Some(init) = &mut local.init {
            let found = match &init.diverge {
                Some(_) => Peeled::of(&init.expr).and_then(|of| Some((of.some(&local.pat)?, of))),
                None => None,
            };
            if let Some((pat, of)) = found {
                local.pat = pat;
                *init.expr = of.list;
            } else if init.diverge.is_none()
                && let Some((of, otherwise)) = Peeled::or_else(&init.expr)
                && let Some(pat) = of.inside(&local.pat)
            {
                local.pat = pat;
                *init.expr = of.list;
                init.diverge = Some((Default::default(), Box::new(otherwise)));
            }
        }
        visit_mut::visit_local_mut(self, local);
    }

    fn visit_expr_match_mut(&mut self, of: &mut syn::ExprMatch) {
        if let Some(list) = Peeled::of(&of.expr) {
            let pats: Option<Vec<syn::Pat>> =
                of.arms.iter().map(|arm| list.arm(&arm.pat)).collect();
            if let Some(pats) = pats {
                of.arms
                    .iter_mut()
                    .zip(pats)
                    .for_each(|(arm, pat)| arm.pat = pat);
                *of.expr = list.list;
            }
        }
        visit_mut::visit_expr_match_mut(self, of);
    }
}

/// `xs.split_first()` and its kin.
struct Peeled {
    /// `&xs[..]`
    list: syn::Expr,
    method: Method,
}

impl Peeled {
    fn of(expr: &syn::Expr) -> Option<Peeled> {
        let (list, method, span) = receiver(expr)?;
        let part = matches!(list, syn::Expr::Index(index) if matches!(bare(&index.index), syn::Expr::Range(_)));
        let all = (!part).then(|| quote_spanned!(span=> [..]));
        let mutable = method.mutable.then(|| quote_spanned!(span=> mut));
        let list = syn::parse2(quote_spanned!(span=> &#mutable #list #all)).ok()?;
        Some(Peeled { list, method })
    }

    /// `xs[xs.len() - 1]` for `xs.last_mut().unwrap()`.
    fn place(expr: &syn::Expr) -> Option<syn::Expr> {
        let syn::Expr::MethodCall(call) = bare(expr) else {
            return None;
        };
        if call.method != "unwrap" && call.method != "expect" {
            return None;
        }
        let (list, method, span) = receiver(&call.receiver)?;
        let place = match (method.rest, method.first) {
            (true, _) => return None,
            (false, true) => quote_spanned!(span=> #list[0]),
            (false, false) => quote_spanned!(span=> #list[#list.len() - 1]),
        };
        syn::parse2(place).ok()
    }

    /// The same with `unwrap()`, `expect(…)` or `?` behind it, and what is done where there is nothing.
    fn or_else(expr: &syn::Expr) -> Option<(Peeled, syn::Expr)> {
        let span = expr.span();
        let (of, otherwise) = match bare(expr) {
            syn::Expr::Try(asked) => (
                Peeled::of(&asked.expr)?,
                quote_spanned!(span=> { return None; }),
            ),
            syn::Expr::MethodCall(call) if call.method == "unwrap" && call.args.is_empty() => (
                Peeled::of(&call.receiver)?,
                quote_spanned!(span=> { panic!("called `Option::unwrap()` on a `None` value"); }),
            ),
            syn::Expr::MethodCall(call) if call.method == "expect" => {
                let text = call.args.first()?;
                (
                    Peeled::of(&call.receiver)?,
                    quote_spanned!(span=> { panic!("{}", #text); }),
                )
            }
            _ => return None,
        };
        Some((of, syn::parse2(otherwise).ok()?))
    }

    /// The pattern of the list for one of an `Option`.
    fn arm(&self, pat: &syn::Pat) -> Option<syn::Pat> {
        match pat {
            syn::Pat::Ident(none) if none.ident == "None" => Some(syn::Pat::Slice(syn::PatSlice {
                attrs: Vec::new(),
                bracket_token: syn::token::Bracket(none.ident.span()),
                elems: Default::default(),
            })),
            syn::Pat::Path(none) if none.path.segments.last()?.ident == "None" => {
                let nothing = quote_spanned!(none.span()=> []);
                syn::parse::Parser::parse2(syn::Pat::parse_single, nothing).ok()
            }
            syn::Pat::Wild(_) => Some(pat.clone()),
            pat => self.some(pat),
        }
    }

    /// For `Some(…)`.
    fn some(&self, pat: &syn::Pat) -> Option<syn::Pat> {
        match pat {
            syn::Pat::TupleStruct(some) if some.path.segments.last()?.ident == "Some" => {
                self.inside(some.elems.first()?)
            }
            _ => None,
        }
    }

    /// For what is in it: `(a, rest)`, or `a` alone.
    fn inside(&self, pat: &syn::Pat) -> Option<syn::Pat> {
        let span = pat.span();
        let others = quote_spanned!(span=> ..);
        match self.method.rest {
            true => self.pair(pat),
            false => self.list(&pat.to_token_stream(), &others, span),
        }
    }

    fn list(&self, end: &TokenStream, rest: &TokenStream, span: Span) -> Option<syn::Pat> {
        let list = match self.method.first {
            true => quote_spanned!(span=> [#end, #rest]),
            false => quote_spanned!(span=> [#rest, #end]),
        };
        syn::parse::Parser::parse2(syn::Pat::parse_single, list).ok()
    }

    /// For `(a, rest)`.
    fn pair(&self, pat: &syn::Pat) -> Option<syn::Pat> {
        let syn::Pat::Tuple(pair) = pat else {
            return None;
        };
        let mut parts = pair.elems.iter();
        let (Some(end), Some(rest), None) = (parts.next(), parts.next(), parts.next()) else {
            return None;
        };
        let span = pair.span();
        let rest = match rest {
            syn::Pat::Wild(_) => quote_spanned!(span=> ..),
            syn::Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                quote_spanned!(span=> #name @ ..)
            }
            _ => return None,
        };
        self.list(&end.to_token_stream(), &rest, span)
    }
}

/// The list that such a method is called on.
fn receiver(expr: &syn::Expr) -> Option<(&syn::Expr, Method, Span)> {
    let syn::Expr::MethodCall(call) = bare(expr) else {
        return None;
    };
    let mut methods = METHODS.into_iter();
    let method = methods.find(|method| call.method == method.name)?;
    let fits = call.args.is_empty();
    fits.then(|| (bare(&call.receiver), method, call.method.span()))
}
