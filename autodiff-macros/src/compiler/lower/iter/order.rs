//! Orders: what `max_by` and `sort_by` are told, as a test of which of two values is greater.
//!
//! ```text
//! |a, b| b.1.partial_cmp(&a.1).unwrap()   →   |a, b| a.1 > b.1
//! ```

use quote::quote;

use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{Expr, Stmt, Ty};
use crate::compiler::lower::Lower;
use crate::compiler::lower::closure::Callable;
use crate::compiler::lower::expr::bare;
use crate::compiler::lower::infer::Kind;
use crate::compiler::lower::place::is_named_field;

impl Lower<'_> {
    /// The test whether the order says `Greater`, and whether it compares the values themselves.
    pub(in crate::compiler::lower) fn above(
        &mut self,
        f: &syn::Expr,
        out: &mut Vec<Stmt>,
    ) -> Option<(Callable, bool)> {
        let whole: syn::Expr;
        let f = match bare(f) {
            syn::Expr::Path(path) if path.qself.is_some() || path.path.segments.len() > 1 => {
                let last = path.path.segments.last()?;
                let method = &last.ident;
                if method != "total_cmp" && method != "cmp" {
                    self.refuse(&diag::ORDER_CLOSURE, f, &[&text_of(f)]);
                    return None;
                }
                let [a, b] = ["left", "right"].map(|hint| self.fresh_name(hint, method.span()));
                whole = syn::parse_quote!(|#a, #b| #a.#method(#b));
                &whole
            }
            f => f,
        };
        let callable = self.callable(f, out)?;
        let mut itself = false;
        let names = [
            self.fresh_name("left", diag_span(f)),
            self.fresh_name("right", diag_span(f)),
        ];
        let above = callable.rewritten(|closure| {
            let order = ordering(&closure.body).filter(|_| closure.inputs.len() == 2)?;
            itself = closure
                .inputs
                .iter()
                .zip([order.left, order.right])
                .all(|(pat, value)| is_name_of(pat, value))
                || closure
                    .inputs
                    .iter()
                    .rev()
                    .zip([order.left, order.right])
                    .all(|(pat, value)| is_name_of(pat, value));
            let mut closure = closure.clone();
            closure.output = syn::ReturnType::Default;
            *closure.body = greater(&order, &names);
            Some(closure)
        });
        match above {
            Some(above) => Some((above, itself)),
            None => {
                self.refuse(&diag::ORDER_CLOSURE, f, &[&text_of(f)]);
                None
            }
        }
    }

    /// `a.cmp(&b).is_gt()`. Numbers have no such order: a field that nothing else tells about is an integer.
    pub(in crate::compiler::lower) fn is_greater(
        &mut self,
        call: &syn::ExprMethodCall,
    ) -> Option<Expr> {
        let compared = match bare(&call.receiver) {
            syn::Expr::MethodCall(of) if call.method == "is_gt" && of.method == "cmp" => of,
            _ => return None,
        };
        let left = bare(&compared.receiver);
        let right = match bare(compared.args.first()?) {
            syn::Expr::Reference(reference) => bare(&reference.expr),
            right => right,
        };
        for side in [left, right] {
            if self.is_place(side) && !self.is_opaque_place(side) {
                let ty = self.place(side).ty;
                if matches!(self.infer.kind(&ty), Some(Kind::Call)) {
                    // An undecided type takes any other.
                    let _ = self.infer.unify(&ty, &Ty::Int);
                }
            }
        }
        let greater = syn::parse_quote!(#left > #right);
        Some(self.expr(&greater))
    }
}

fn diag_span(f: &syn::Expr) -> proc_macro2::Span {
    syn::spanned::Spanned::span(f)
}

/// `left > right`; in the total order signs of zeros and NaNs count, too.
fn greater(order: &Ordering<'_>, [l, r]: &[syn::Ident; 2]) -> syn::Expr {
    let (x, y) = match order.reversed {
        true => (order.right, order.left),
        false => (order.left, order.right),
    };
    if order.integers {
        return syn::parse_quote!(#x.cmp(&#y).is_gt());
    }
    if !order.total {
        return syn::parse_quote!(#x > #y);
    }
    let value = |e: &syn::Expr| match bare(e) {
        e if is_named_field(e) => quote!(#e),
        syn::Expr::Path(_) | syn::Expr::Field(_) | syn::Expr::Index(_) => quote!(*#e),
        _ => quote!(#e),
    };
    let (x, y) = (value(x), value(y));
    syn::parse_quote!({
        let #l = #x;
        let #r = #y;
        #l > #r
            || (!(#l < #r)
                && ((#l.is_sign_positive() && #r.is_sign_negative())
                    || (#l.is_nan() && #l.is_sign_positive() && !(#r.is_nan() && #r.is_sign_positive()))
                    || (#r.is_nan() && #r.is_sign_negative() && !(#l.is_nan() && #l.is_sign_negative()))))
    })
}

/// True if the value is what the pattern names.
fn is_name_of(pat: &syn::Pat, value: &syn::Expr) -> bool {
    match pat {
        syn::Pat::Ident(ident) => match bare(value) {
            syn::Expr::Path(path) => path.path.is_ident(&ident.ident),
            syn::Expr::Unary(unary) => is_name_of(pat, &unary.expr),
            _ => false,
        },
        syn::Pat::Reference(reference) => is_name_of(&reference.pat, value),
        syn::Pat::Type(typed) => is_name_of(&typed.pat, value),
        syn::Pat::Paren(paren) => is_name_of(&paren.pat, value),
        _ => false,
    }
}

/// A comparison of two values.
struct Ordering<'e> {
    left: &'e syn::Expr,
    right: &'e syn::Expr,
    reversed: bool,
    total: bool,
    /// Of what is no number.
    integers: bool,
}

/// `a.partial_cmp(&b).unwrap()`, `a.total_cmp(&b)`, `….reverse()`.
fn ordering(expr: &syn::Expr) -> Option<Ordering<'_>> {
    let expr = match bare(expr) {
        syn::Expr::Block(block) => match &block.block.stmts[..] {
            [syn::Stmt::Expr(tail, None)] => bare(tail),
            _ => return None,
        },
        expr => expr,
    };
    let syn::Expr::MethodCall(call) = expr else {
        return None;
    };
    let args = call.args.len();
    match call.method.to_string().as_str() {
        "unwrap" if args == 0 => ordering(&call.receiver),
        "expect" if args == 1 => ordering(&call.receiver),
        "unwrap_or" if args == 1 && text_of(&call.args[0]).ends_with("Equal") => {
            ordering(&call.receiver)
        }
        "reverse" if args == 0 => {
            let order = ordering(&call.receiver)?;
            Some(Ordering {
                reversed: !order.reversed,
                ..order
            })
        }
        name @ ("partial_cmp" | "total_cmp" | "cmp") if args == 1 => Some(Ordering {
            left: &call.receiver,
            right: match bare(&call.args[0]) {
                syn::Expr::Reference(reference) => &reference.expr,
                other => other,
            },
            reversed: false,
            total: name == "total_cmp",
            integers: name == "cmp",
        }),
        _ => None,
    }
}
