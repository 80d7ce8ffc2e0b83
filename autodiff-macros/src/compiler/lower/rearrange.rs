//! Methods that rearrange a slice or vector, or give it another length, written out as Rust.
//!
//! In: `v.reverse()`, `v.sort_by(…)`, `v.truncate(n)` and their kin, `mem::swap`, `mem::replace`. Out: what
//! a person would write by hand, lowered as if it stood in the function:
//! ```text
//! a.reverse();  →  let n = a.len(); for i in 0..n / 2 { let t = a[i]; a[i] = a[n - 1 - i]; a[n - 1 - i] = t; }
//! ```
//! A sort is a merge sort: stable as that of std, and as many comparisons in the order of magnitude.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::Lower;
use super::closure::Callable;
use super::expr::bare;
use super::infer::Kind;
use super::scope::Name;
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{Expr, Stmt, Ty, VarId};

/// Methods that keep the length, and the number of their arguments.
const REARRANGE: [(&str, usize); 10] = [
    ("reverse", 0),
    ("rotate_left", 1),
    ("rotate_right", 1),
    ("sort_by", 1),
    ("sort_unstable_by", 1),
    ("sort", 0),
    ("sort_unstable", 0),
    ("fill_with", 1),
    ("swap_with_slice", 1),
    ("copy_within", 2),
];

/// Methods of vectors that change the length.
const RESIZE: [(&str, usize); 7] = [
    ("truncate", 1),
    ("clear", 0),
    ("resize", 2),
    ("insert", 2),
    ("append", 1),
    ("pop", 0),
    ("retain", 1),
];

/// True for a variable, and for a field of one.
fn is_named(place: &syn::Expr) -> bool {
    match place {
        syn::Expr::Path(_) => true,
        syn::Expr::Field(field) => is_named(bare(&field.base)),
        _ => false,
    }
}

fn among(list: &[(&str, usize)], call: &syn::ExprMethodCall) -> bool {
    let mut list = list.iter();
    list.any(|(name, count)| call.method == name && call.args.len() == *count)
}

impl Lower<'_> {
    /// A statement that rearranges or resizes; false if it is none.
    pub(super) fn rearrange(&mut self, call: &syn::ExprMethodCall, out: &mut Vec<Stmt>) -> bool {
        let receiver = bare(&call.receiver);
        if !self.is_place(receiver) || self.is_opaque_place(receiver) {
            return false;
        }
        self.become_list(call, receiver);
        // Nobody asks for what goes.
        if call.method == "drain"
            && let Some(code) = self.taking(call)
        {
            self.expr_statement(&code, out);
            return true;
        }
        let known = self.place_type(receiver);
        let indexed = known.as_ref().and_then(Ty::element).is_some();
        if among(&RESIZE, call) && matches!(known, Some(Ty::Vec(_))) {
            self.resize(call, receiver, out);
            return true;
        }
        if !indexed || !among(&REARRANGE, call) {
            return false;
        }
        let span = call.method.span();
        if call.method == "copy_within" {
            let (range, to) = (bare(&call.args[0]), &call.args[1]);
            // The receiver is repeated.
            if !matches!(range, syn::Expr::Range(_)) || !is_named(receiver) {
                return false;
            }
            let [list, at] = self.fresh(["list", "at"], span);
            let code = quote_spanned!(span=> {
                let #list = #receiver[#range].to_vec();
                let #at = #to;
                #receiver[#at..#at + #list.len()].copy_from_slice(&#list);
            });
            self.write(code, span, out);
            return true;
        }
        if let Some(var) = self.root(receiver) {
            self.check_change(var, receiver);
            self.check_changed_receiver(receiver);
        }
        let Some((slice, inner)) = self.slice_alias(receiver, "slice", true, span, out) else {
            return true;
        };
        let name = call.method.to_string();
        let cloned = self.is_cloned(&inner);
        if !self.is_moved(&inner) {
            self.refuse(&diag::ELEMENTS_NOT_COPY, &call.method, &[&name]);
            return true;
        }
        let clone = cloned.then(|| quote_spanned!(span=> .clone()));
        let s = self.var(slice).name.clone();
        self.scoped(|this| {
            this.enter(&s, Name::Var(slice));
            match call.args.first() {
                Some(arg) if name.starts_with("sort") => {
                    let Some(above) = this.above(arg, out) else {
                        return;
                    };
                    if name == "sort_unstable_by" && !above.1 {
                        this.refuse(&diag::UNSTABLE_SORT, &call.method, &[]);
                        return;
                    }
                    this.sort(&s, (above.0, cloned), span, out);
                }
                None if name.starts_with("sort") => {
                    let [a, b] = this.fresh(["left", "right"], span);
                    let arg: syn::Expr = syn::parse_quote!(|#a, #b| #a.cmp(#b));
                    if let Some(above) = this.above(&arg, out) {
                        this.sort(&s, (above.0, cloned), span, out);
                    }
                }
                Some(arg) => this.moved(slice, (&name, arg), clone.as_ref(), span, out),
                None => {
                    let [n, i, t] = this.fresh(["n", "i", "kept"], span);
                    this.write(
                        quote_spanned!(span=> {
                            let #n = #s.len();
                            for #i in 0..#n / 2 {
                                let #t = #s[#i] #clone;
                                #s[#i] = #s[#n - 1 - #i] #clone;
                                #s[#n - 1 - #i] = #t;
                            }
                        }),
                        span,
                        out,
                    );
                }
            }
        });
        true
    }

    /// What a call gave, and a field, is a list if it is indexed and has a method that lists have.
    pub(super) fn become_list(&mut self, call: &syn::ExprMethodCall, receiver: &syn::Expr) {
        let push = call.method == "push" && call.args.len() == 1;
        let resized = among(&RESIZE, call) || super::taken::takes(call) || push;
        if !resized && !among(&REARRANGE, call) || !self.looks_indexed(receiver) {
            return;
        }
        let ty = match receiver {
            syn::Expr::Path(path) => self.local(path).map(|var| self.var(var).ty.clone()),
            syn::Expr::Field(_) | syn::Expr::Index(_) => Some(self.place(receiver).ty),
            _ => None,
        };
        let Some(ty) = ty else { return };
        let known = self.infer.strip(&ty);
        let inner = match self.infer.kind(&known) {
            Some(Kind::Call) => self.infer.fresh(Kind::Call),
            // What is resized, and indexed elsewhere, is no array and no slice.
            None if resized && matches!(known, Ty::Seq(_)) => match known.element() {
                Some(inner) => inner.clone(),
                None => return,
            },
            _ => return,
        };
        let list = match resized {
            true => Ty::Vec(Box::new(inner)),
            false => Ty::Seq(Box::new(inner)),
        };
        // An undecided type takes any other.
        let _ = self.infer.unify(&ty, &list);
    }

    pub(super) fn fresh<const N: usize>(&mut self, hints: [&str; N], span: Span) -> [Ident; N] {
        hints.map(|hint| self.fresh_name(hint, span))
    }

    /// Lowers code as if it stood in the function.
    fn write(&mut self, code: TokenStream, span: Span, out: &mut Vec<Stmt>) {
        match syn::parse2::<syn::Expr>(code) {
            Ok(code) => self.expr_statement(&code, out),
            Err(_) => {
                let at = diag::token_at(span);
                self.refuse(&diag::UNKNOWN_SYNTAX, &at, &[&text_of(&at)]);
            }
        }
    }

    /// `rotate_left(k)`, `rotate_right(k)`, `fill_with(f)`, `swap_with_slice(&mut other)`
    fn moved(
        &mut self,
        slice: VarId,
        call: (&str, &syn::Expr),
        clone: Option<&TokenStream>,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let (name, arg) = call;
        let [n, i, k, t] = self.fresh(["n", "i", "by", "list"], span);
        let s = self.var(slice).name.clone();
        let krate = self.options.krate.clone();
        let code = match name {
            "fill_with" => {
                let Some(f) = self.callable(arg, out) else {
                    return;
                };
                self.callables.push(f);
                self.enter(&k, Name::Callable(self.callables.len() - 1));
                quote_spanned!(span=> { for #i in 0..#s.len() { #s[#i] = #k(); } })
            }
            "swap_with_slice" => {
                let Some(other) = self.other_slice(slice, arg, span, out) else {
                    return;
                };
                let o = self.var(other).name.clone();
                self.enter(&o, Name::Var(other));
                quote_spanned!(span=> {
                    for #i in 0..#s.len() {
                        let #t = #s[#i] #clone;
                        #s[#i] = #o[#i] #clone;
                        #o[#i] = #t;
                    }
                })
            }
            name => {
                let value = self.integer(arg);
                let by = self.named("by", value, out);
                self.enter(&k, Name::Var(by));
                let from = match name {
                    "rotate_left" => quote!(#i + #k),
                    _ => quote!(#i + #n - #k),
                };
                let len = self.length_of(slice, span);
                let len = self.named("count", len, out);
                let [by_name, len_name] = [by, len].map(|var| self.var(var).name.clone());
                let code = quote!(#krate::__private::core::assert!(#by_name <= #len_name, "mid <= self.len()"););
                self.effect_code(code, vec![(by_name, by), (len_name, len)], span, out);
                quote_spanned!(span=> {
                    let #n = #s.len();
                    let #t = #s.to_vec();
                    for #i in 0..#n { #s[#i] = #t[(#from) % #n] #clone; }
                })
            }
        };
        self.write(code, span, out);
    }

    /// The slice behind `&mut other`, which is as long.
    fn other_slice(
        &mut self,
        slice: VarId,
        arg: &syn::Expr,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Option<VarId> {
        let other = match bare(arg) {
            syn::Expr::Reference(reference) => bare(&reference.expr),
            other => other,
        };
        if !self.is_place(other) || self.is_opaque_place(other) {
            self.refuse(&diag::COPY_SOURCE, arg, &[&text_of(arg)]);
            return None;
        }
        if let Some(var) = self.root(other) {
            self.check_change(var, other);
            self.check_changed_receiver(other);
        }
        let (other, _) = self.slice_alias(other, "other", true, span, out)?;
        self.assert_same(
            "destination and source slices have different lengths",
            [slice, other],
            span,
            out,
        );
        Some(other)
    }

    /// Merges runs of 1, 2, 4, … elements; of structs, of their places.
    fn sort(
        &mut self,
        s: &Ident,
        (above, places): (Callable, bool),
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let [n, from, to, width] = self.fresh(["n", "from", "to", "width"], span);
        let [lo, mid, hi, i, j, k, second, f] =
            self.fresh(["lo", "mid", "hi", "i", "j", "k", "second", "above"], span);
        self.callables.push(above);
        self.enter(&f, Name::Callable(self.callables.len() - 1));
        let start = match places {
            true => quote_spanned!(span=>
                let mut #from: Vec<usize> = (0..#n).collect();
                let mut #to = #from.clone();),
            false => quote_spanned!(span=>
                let mut #from = #s.to_vec();
                let mut #to = #s.to_vec();),
        };
        let [left, right] = [&i, &j].map(|at| match places {
            true => quote_spanned!(span=> #s[#from[#at]]),
            false => quote_spanned!(span=> #from[#at]),
        });
        let end = match places {
            true => quote_spanned!(span=>
            let #to = #s.to_vec();
            for #k in 0..#n {
                #s[#k] = #to[#from[#k]].clone();
            }),
            false => quote_spanned!(span=> #s.copy_from_slice(&#from);),
        };
        let code = quote_spanned!(span=> {
            let #n = #s.len();
            #start
            let mut #width = 1;
            while #width < #n {
                let mut #lo = 0;
                while #lo < #n {
                    let #mid = if #lo + #width < #n { #lo + #width } else { #n };
                    let #hi = if #mid + #width < #n { #mid + #width } else { #n };
                    let mut #i = #lo;
                    let mut #j = #mid;
                    for #k in #lo..#hi {
                        let #second = if #i >= #mid {
                            true
                        } else if #j >= #hi {
                            false
                        } else {
                            #f(&#left, &#right)
                        };
                        if #second {
                            #to[#k] = #from[#j];
                            #j += 1;
                        } else {
                            #to[#k] = #from[#i];
                            #i += 1;
                        }
                    }
                    #lo = #hi;
                }
                #from.copy_from_slice(&#to);
                #width *= 2;
            }
            #end
        });
        self.write(code, span, out);
    }

    /// `xs.partition_point(f)`: where `f` stops to hold. For a list that is in two parts, as std asks for, all ways to look for it
    /// give the same.
    pub(super) fn partition_point(&mut self, call: &syn::ExprMethodCall) -> Option<Expr> {
        let xs = bare(&call.receiver);
        if call.method != "partition_point" || call.args.len() != 1 {
            return None;
        }
        let known = self.is_place(xs) && !self.is_opaque_place(xs);
        let known = known.then(|| self.place_type(xs)).flatten();
        known.as_ref().and_then(Ty::element)?;
        let (f, span) = (&call.args[0], call.method.span());
        let [lo, hi, mid] = self.fresh(["low", "high", "middle"], span);
        let code = quote_spanned!(span=> {
            let mut #lo = 0usize;
            let mut #hi = #xs.len();
            while #lo < #hi {
                let #mid = #lo + (#hi - #lo) / 2;
                if (#f)(&#xs[#mid]) { #lo = #mid + 1; } else { #hi = #mid; }
            }
            #lo
        });
        let code = syn::parse2::<syn::Expr>(code).ok()?;
        Some(self.expr(&code))
    }

    /// Methods that change the length of a vector.
    fn resize(&mut self, call: &syn::ExprMethodCall, v: &syn::Expr, out: &mut Vec<Stmt>) {
        let span = call.method.span();
        let [n, t, k] = self.fresh(["n", "list", "value"], span);
        let whole = self.behind(v);
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let code = match (call.method.to_string().as_str(), &args[..]) {
            ("clear", _) => quote_spanned!(span=> #whole = Vec::new()),
            ("truncate", [len]) => quote_spanned!(span=> {
                let #n = #len;
                if #n < #v.len() { #whole = #v[..#n].to_vec(); }
            }),
            ("pop", _) => quote_spanned!(span=> {
                if #v.len() > 0 { #whole = #v[..#v.len() - 1].to_vec(); }
            }),
            ("retain", [keep]) => quote_spanned!(span=> {
                let mut #t = Vec::new();
                for #n in 0..#v.len() {
                    if (#keep)(&#v[#n]) { #t.push(#v[#n].clone()); }
                }
                #whole = #t;
            }),
            ("resize", [len, value]) => quote_spanned!(span=> {
                let #n = #len;
                let #k = #value;
                if #n < #v.len() {
                    #whole = #v[..#n].to_vec();
                } else {
                    for _ in #v.len()..#n { #v.push(#k.clone()); }
                }
            }),
            ("insert", [at, value]) => quote_spanned!(span=> {
                let #n = #at;
                let #k = #value;
                let mut #t = #v[..#n].to_vec();
                #t.push(#k);
                #t.extend_from_slice(&#v[#n..]);
                #whole = #t;
            }),
            (_, [other]) => {
                let other = match bare(other) {
                    syn::Expr::Reference(other) => other.expr.to_token_stream(),
                    other => quote_spanned!(other.span()=> *#other),
                };
                quote_spanned!(span=> { #v.extend_from_slice(&#other); #other = Vec::new(); })
            }
            _ => return,
        };
        self.write(code, span, out);
    }

    /// `mem::swap(&mut a, &mut b)`, `mem::replace(&mut a, b)`; `None` if an argument is no place.
    pub(super) fn mem_call(&mut self, call: &syn::ExprCall, name: &str) -> Option<Expr> {
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let span = call.paren_token.span.open();
        let [t, u] = self.fresh(["kept", "value"], span);
        let code = match (name, &args[..]) {
            ("swap", [a, b]) => {
                let (a, b) = (self.exclusive(a)?, self.exclusive(b)?);
                let (from, to) = (self.whole_of(&a), self.whole_of(&b));
                quote_spanned!(span=> { let #t = #from; #a = #to; #b = #t; })
            }
            ("replace", [a, value]) => {
                let a = self.exclusive(a)?;
                quote_spanned!(span=> { let #u = #value; let #t = #a; #a = #u; #t })
            }
            ("take", [a]) => {
                let a = self.exclusive(a)?;
                let place = syn::parse2(a.clone()).ok()?;
                let left = self.left_behind(&place)?;
                quote_spanned!(span=> { let #t = #a; #a = #left; #t })
            }
            _ => return None,
        };
        let code = syn::parse2::<syn::Expr>(code).ok()?;
        Some(self.in_order(|this| this.expr(&code)))
    }

    /// What is in a place: where nothing tells the type yet, a copy, since a value that is only handed on counts as a number.
    fn whole_of(&self, place: &TokenStream) -> TokenStream {
        let ty = syn::parse2(place.clone());
        let ty = ty.ok().and_then(|place| self.place_type(&place));
        let told = ty.map(|ty| self.infer.kind(&self.infer.strip(&ty)));
        match told {
            None | Some(Some(Kind::Call)) => quote!(#place.clone()),
            Some(_) => place.clone(),
        }
    }

    /// What `mem::take` leaves in a number, a vector or an `Option`.
    fn left_behind(&self, place: &syn::Expr) -> Option<TokenStream> {
        let ty = self.infer.strip(&self.place_type(place)?);
        match ty {
            Ty::Vec(_) => Some(quote!(Vec::new())),
            ty if self.infer.is_real(&ty) => Some(quote!(0.0)),
            Ty::Int => Some(quote!(0)),
            Ty::Bool => Some(quote!(false)),
            ty if self.infer.payload(&ty).is_some() => Some(quote!(None)),
            _ => None,
        }
    }

    /// `place.take()`, `place.replace(value)` of an `Option` that carries a derivative.
    pub(super) fn taken_outcome(&mut self, call: &syn::ExprMethodCall, name: &str) -> Option<Expr> {
        let place = bare(&call.receiver);
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let span = call.method.span();
        let [t, u] = self.fresh(["kept", "value"], span);
        let code = match (name, &args[..]) {
            _ if !self.is_place(place) => return None,
            ("take", []) => quote_spanned!(span=> { let #t = #place; #place = None; #t }),
            ("replace", [value]) => quote_spanned!(span=> {
                let #u = #value;
                let #t = #place;
                #place = Some(#u);
                #t
            }),
            _ => return None,
        };
        let code = syn::parse2::<syn::Expr>(code).ok()?;
        Some(self.in_order(|this| this.expr(&code)))
    }

    /// The place behind `&mut place`, or behind a variable that is such a reference.
    fn exclusive(&self, arg: &syn::Expr) -> Option<TokenStream> {
        match bare(arg) {
            syn::Expr::Reference(reference) if reference.mutability.is_some() => {
                let place = bare(&reference.expr);
                (self.is_place(place) && !self.is_opaque_place(place))
                    .then(|| place.to_token_stream())
            }
            arg @ syn::Expr::Path(_) if self.is_place(arg) && !self.is_opaque_place(arg) => {
                Some(quote_spanned!(arg.span()=> (*#arg)))
            }
            _ => None,
        }
    }

    /// The place itself, or what it refers to: what a method changes.
    pub(super) fn behind(&self, place: &syn::Expr) -> TokenStream {
        let var = match place {
            syn::Expr::Path(path) => self.local(path),
            _ => None,
        };
        let ty = var.map(|var| self.infer.shallow(&self.var(var).ty));
        match ty {
            Some(Ty::Ref(..)) => quote_spanned!(place.span()=> (*#place)),
            _ => place.to_token_stream(),
        }
    }
}
