//! Structs that are found in a list, as their places in it.
//!
//! ```text
//! ps.iter().find(|p| p.id == k).unwrap()                   →  &ps[ps.iter().position(|p| p.id == k).unwrap()]
//! ps.iter().min_by(|a, b| a.v.total_cmp(&b.v)).unwrap().w  →  ps[(0..ps.len()).min_by(|&i, &j| ps[i].v.total_cmp(&ps[j].v)).unwrap()].w
//! if let Some(p) = ps.iter().find(…) { … }                 →  if let Some(at) = ps.iter().position(…) { let p = &ps[at]; … }
//! ```
//!
//! What is carried through the search is an integer then. That the elements are structs, the closure tells, which reads a field.

use std::borrow::Cow;

use proc_macro2::Ident;
use quote::format_ident;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};

use super::called;
use super::expr::bare;

const METHODS: [&str; 3] = ["find", "max_by", "min_by"];

/// The function with such places.
pub(super) fn places(item: &syn::ItemFn) -> Cow<'_, syn::ItemFn> {
    if !called::any(item, |name| METHODS.iter().any(|method| name == method)) {
        return Cow::Borrowed(item);
    }
    let mut item = item.clone();
    Places.visit_block_mut(&mut item.block);
    Cow::Owned(item)
}

struct Places;

impl VisitMut for Places {
    fn visit_expr_mut(&mut self, expr: &mut syn::Expr) {
        visit_mut::visit_expr_mut(self, expr);
        match expr {
            syn::Expr::Unary(of) if matches!(of.op, syn::UnOp::Deref(_)) => {
                if let Some(place) = taken(&of.expr) {
                    *expr = place;
                }
            }
            syn::Expr::Field(syn::ExprField { base, .. })
            | syn::Expr::MethodCall(syn::ExprMethodCall { receiver: base, .. }) => {
                behind(base);
            }
            syn::Expr::If(found) => bound(found),
            syn::Expr::Match(found) => matched(found),
            _ => {}
        }
        // The operand of a method or of a `*` has been replaced above, where it stands.
        if let Some(place) = taken(expr) {
            *expr = syn::parse_quote_spanned!(expr.span()=> &#place);
        }
    }
}

/// In front of a field or a method stands the place itself.
fn behind(base: &mut syn::Expr) {
    if let syn::Expr::Reference(lent) = bare(base)
        && is_chosen(&lent.expr)
    {
        *base = (*lent.expr).clone();
    }
}

/// True for a place that was written here.
fn is_chosen(expr: &syn::Expr) -> bool {
    let syn::Expr::Index(index) = expr else {
        return false;
    };
    let mut at = bare(&index.index);
    loop {
        at = match at {
            syn::Expr::MethodCall(call)
                if call.method == "position" || METHODS[1..].iter().any(|m| call.method == m) =>
            {
                return true;
            }
            syn::Expr::MethodCall(call) => bare(&call.receiver),
            syn::Expr::Try(found) => bare(&found.expr),
            _ => return false,
        };
    }
}

/// The place of `ps.iter().find(…).unwrap()`.
fn taken(expr: &syn::Expr) -> Option<syn::Expr> {
    let mut whole = bare(expr).clone();
    let option = match &mut whole {
        syn::Expr::MethodCall(call) if call.method == "unwrap" || call.method == "expect" => {
            &mut call.receiver
        }
        syn::Expr::Try(found) => &mut found.expr,
        _ => return None,
    };
    let (list, at) = search(option)?;
    **option = at;
    Some(syn::parse_quote_spanned!(expr.span()=> #list[#whole]))
}

/// `if let Some(p) = ps.iter().find(…) { … }`
fn bound(found: &mut syn::ExprIf) {
    let syn::Expr::Let(condition) = &mut *found.cond else {
        return;
    };
    if let Some((list, search)) = search(&condition.expr)
        && let Some(binding) = place_in(&mut condition.pat, &list)
    {
        *condition.expr = search;
        found.then_branch.stmts.insert(0, binding);
    }
}

/// `match ps.iter().find(…) { Some(p) => …, None => … }`
fn matched(found: &mut syn::ExprMatch) {
    let Some((list, search)) = search(&found.expr) else {
        return;
    };
    if found.arms.iter().any(|arm| arm.guard.is_some()) {
        return;
    }
    for arm in &mut found.arms {
        if let Some(binding) = place_in(&mut arm.pat, &list) {
            *found.expr = search.clone();
            let body = &arm.body;
            *arm.body = syn::parse_quote!({ #binding #body });
        }
    }
}

/// `Some(p)` becomes `Some(at)`; behind it comes `let p = &list[at];`.
fn place_in(pat: &mut syn::Pat, list: &syn::Expr) -> Option<syn::Stmt> {
    let syn::Pat::TupleStruct(some) = pat else {
        return None;
    };
    let name = match some.elems.first()? {
        syn::Pat::Ident(name) if some.path.is_ident("Some") && some.elems.len() == 1 => {
            name.clone()
        }
        _ => return None,
    };
    let at = format_ident!("place_of_{}", name.ident);
    some.elems = std::iter::once::<syn::Pat>(syn::parse_quote!(#at)).collect();
    Some(syn::parse_quote!(let #name = &#list[#at];))
}

/// The list, and what finds a place in it.
fn search(expr: &syn::Expr) -> Option<(syn::Expr, syn::Expr)> {
    let syn::Expr::MethodCall(call) = bare(expr) else {
        return None;
    };
    let syn::Expr::MethodCall(iter) = bare(&call.receiver) else {
        return None;
    };
    let list = bare(&iter.receiver);
    let (syn::Expr::Closure(closure), 1) = (bare(call.args.first()?), call.args.len()) else {
        return None;
    };
    let fits = iter.method == "iter" && iter.args.is_empty() && may_repeat(list);
    let names: Option<Vec<Ident>> = closure.inputs.iter().map(name).collect();
    let names = names.filter(|names| {
        let hidden = names.iter().any(|name| is_in(list, name));
        fits && !hidden && reads_field(&closure.body, names)
    })?;
    let (mut body, method) = ((*closure.body).clone(), &call.method);
    let span = method.span();
    match (method.to_string().as_str(), &names[..]) {
        ("find", [p]) => {
            let at = syn::parse_quote_spanned!(span=> #list.iter().position(|#p| #body));
            Some((list.clone(), at))
        }
        ("max_by" | "min_by", [a, b]) => {
            let at = [a, b].map(|of| format_ident!("place_of_{of}"));
            for (of, at) in [a, b].into_iter().zip(&at) {
                Elements { of, list, at }.visit_expr_mut(&mut body);
            }
            let [i, j] = &at;
            let at = syn::parse_quote_spanned!(span=> (0..#list.len()).#method(|&#i, &#j| #body));
            Some((list.clone(), at))
        }
        _ => None,
    }
}

/// The list is read once more for the place.
fn may_repeat(list: &syn::Expr) -> bool {
    match bare(list) {
        syn::Expr::Path(_) => true,
        syn::Expr::Field(field) => may_repeat(&field.base),
        _ => false,
    }
}

/// True if the list is (in) a variable of that name.
fn is_in(list: &syn::Expr, name: &Ident) -> bool {
    match bare(list) {
        syn::Expr::Field(field) => is_in(&field.base, name),
        list => is_named(list, name),
    }
}

/// The name that a parameter has, behind references.
fn name(pat: &syn::Pat) -> Option<Ident> {
    match pat {
        syn::Pat::Ident(name) if name.subpat.is_none() && name.by_ref.is_none() => {
            Some(name.ident.clone())
        }
        syn::Pat::Reference(of) => name(&of.pat),
        _ => None,
    }
}

fn is_named(expr: &syn::Expr, wanted: &Ident) -> bool {
    matches!(bare(expr), syn::Expr::Path(path) if path.path.is_ident(wanted))
}

fn reads_field(body: &syn::Expr, names: &[Ident]) -> bool {
    struct Reads<'a>(&'a [Ident], bool);
    impl<'ast> Visit<'ast> for Reads<'_> {
        fn visit_expr_field(&mut self, field: &'ast syn::ExprField) {
            let named = matches!(field.member, syn::Member::Named(_));
            self.1 |= named && self.0.iter().any(|name| is_named(&field.base, name));
            visit::visit_expr_field(self, field);
        }
        fn visit_macro(&mut self, _: &'ast syn::Macro) {}
    }
    let mut reads = Reads(names, false);
    reads.visit_expr(body);
    reads.1
}

/// Elements in the place of the names that stand for them.
struct Elements<'a> {
    of: &'a Ident,
    list: &'a syn::Expr,
    at: &'a Ident,
}

impl VisitMut for Elements<'_> {
    fn visit_expr_mut(&mut self, expr: &mut syn::Expr) {
        let (list, at) = (self.list, self.at);
        let part = match expr {
            syn::Expr::Field(syn::ExprField { base, .. })
            | syn::Expr::MethodCall(syn::ExprMethodCall { receiver: base, .. }) => Some(base),
            _ => None,
        };
        if let Some(base) = part.filter(|base| is_named(base, self.of)) {
            **base = syn::parse_quote_spanned!(base.span()=> #list[#at]);
        } else if is_named(expr, self.of) {
            *expr = syn::parse_quote_spanned!(expr.span()=> &#list[#at]);
            return;
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}
