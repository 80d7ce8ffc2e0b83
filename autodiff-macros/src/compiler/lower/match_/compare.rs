//! `match a.partial_cmp(&b) { … }`: three decisions on two numbers.

use proc_macro2::Span;
use quote::quote;
use syn::spanned::Spanned;

use super::super::expr::bare;
use super::super::{Lower, stmt};
use crate::compiler::diag::{self};
use crate::compiler::hir::{BinOp, Expr, ExprKind, Pat, Stmt, StmtKind, Ty, VarId};

/// Two numbers that are compared.
#[derive(Clone)]
pub(in crate::compiler::lower) struct Compared {
    a: VarId,
    b: VarId,
    texts: [proc_macro2::TokenStream; 2],
    /// What is matched is the `Option`, and not the `Ordering` in it.
    wrapped: bool,
}

impl Lower<'_> {
    /// `a.partial_cmp(&b)` of real numbers, perhaps with `.unwrap()` behind it.
    pub(super) fn compared(&mut self, expr: &syn::Expr, out: &mut Vec<Stmt>) -> Option<Compared> {
        if let syn::Expr::Try(found) = expr {
            let inner = self.compared(bare(&found.expr), out)?;
            let span = found.question_token.span();
            let ordered = self.unordered(&inner, span);
            let ordered = self.not(ordered);
            let ok = self.temp("ok", Ty::Bool, span);
            let (pat, init) = (Pat::Var(ok), Some(ordered));
            out.push(stmt(StmtKind::Let { pat, init }, span));
            let none = self.no_error(true, span);
            let early = self.without_value(none, span);
            self.leave_unless(ok, early, span, out);
            return inner.wrapped.then_some(Compared {
                wrapped: false,
                ..inner
            });
        }
        let syn::Expr::MethodCall(call) = expr else {
            return None;
        };
        if call.method == "unwrap" && call.args.is_empty() {
            let inner = self.compared(bare(&call.receiver), out)?;
            self.refuse_nan(&inner, call.method.span(), out);
            return inner.wrapped.then_some(Compared {
                wrapped: false,
                ..inner
            });
        }
        if call.method != "partial_cmp" || call.args.len() != 1 {
            return None;
        }
        let other = match bare(&call.args[0]) {
            syn::Expr::Reference(reference) => bare(&reference.expr),
            other => other,
        };
        let (a, b) = (self.operand(&call.receiver), self.operand(other));
        if !self.infer.may_be_real(&a.ty) && !self.infer.may_be_real(&b.ty) {
            return None;
        }
        self.join(&a, &b);
        let vars = [a, b].map(|value| {
            let span = value.span;
            let ty = self.open(&value.ty);
            let var = self.temp("compared", ty, span);
            let (pat, init) = (Pat::Var(var), Some(value));
            out.push(stmt(StmtKind::Let { pat, init }, span));
            var
        });
        let receiver = &call.receiver;
        Some(Compared {
            a: vars[0],
            b: vars[1],
            texts: [quote!(#receiver), quote!(#other)],
            wrapped: true,
        })
    }

    /// `None.unwrap()` where one of the two is no number.
    fn refuse_nan(&mut self, compared: &Compared, span: Span, out: &mut Vec<Stmt>) {
        let cond = self.unordered(compared, span);
        let krate = &self.options.krate;
        let tokens = quote!(#krate::__private::unwrap_failure(#krate::__private::core::option::Option::<#krate::__private::Missing>::None););
        let code = crate::compiler::hir::Verbatim {
            tokens,
            uses: Vec::new(),
            pure: false,
        };
        let kind = StmtKind::Effect {
            code,
            diverges: true,
        };
        let then = crate::compiler::hir::Block {
            stmts: vec![stmt(kind, span)],
            value: None,
        };
        let els = crate::compiler::hir::Block::default();
        out.push(stmt(StmtKind::If { cond, then, els }, span));
    }

    pub(super) fn test_compared(&mut self, pat: &syn::Pat, compared: &Compared) -> Option<Expr> {
        let span = pat.span();
        match pat {
            syn::Pat::Wild(_) => None,
            syn::Pat::Paren(paren) => self.test_compared(&paren.pat, compared),
            syn::Pat::Or(or) => {
                let mut all = None;
                for case in &or.cases {
                    let own = self.test_compared(case, compared)?;
                    all = Some(match all {
                        None => own,
                        Some(a) => {
                            let kind = ExprKind::Binary(BinOp::Or, Box::new(a), Box::new(own));
                            self.make(kind, Ty::Bool, span)
                        }
                    });
                }
                all
            }
            syn::Pat::TupleStruct(found)
                if compared.wrapped
                    && found.elems.len() == 1
                    && found
                        .path
                        .segments
                        .last()
                        .is_some_and(|last| last.ident == "Some") =>
            {
                let inner = Compared {
                    wrapped: false,
                    ..compared.clone()
                };
                match self.test_compared(&found.elems[0], &inner) {
                    Some(cond) => Some(cond),
                    None => {
                        let unordered = self.unordered(compared, span);
                        Some(self.not(unordered))
                    }
                }
            }
            syn::Pat::Ident(ident) => self.test_ordering(pat, &ident.ident.to_string(), compared),
            syn::Pat::Path(path) => {
                let last = path.path.segments.last().map(|last| last.ident.to_string());
                self.test_ordering(pat, &last.unwrap_or_default(), compared)
            }
            pat => {
                self.refuse(&diag::ORDERING_PATTERN, pat, &[&diag::text_of(pat)]);
                self.bind_errors(pat);
                None
            }
        }
    }

    fn test_ordering(&mut self, pat: &syn::Pat, name: &str, compared: &Compared) -> Option<Expr> {
        let span = pat.span();
        let op = match (name, compared.wrapped) {
            ("None", true) => return Some(self.unordered(compared, span)),
            ("Less", false) => BinOp::Lt,
            ("Equal", false) => BinOp::Eq,
            ("Greater", false) => BinOp::Gt,
            _ => {
                self.refuse(&diag::ORDERING_PATTERN, pat, &[&diag::text_of(pat)]);
                self.bind_errors(pat);
                return None;
            }
        };
        let [x, y] = &compared.texts;
        let sign = match op {
            BinOp::Lt => quote!(<),
            BinOp::Eq => quote!(==),
            _ => quote!(>),
        };
        let a = self.with_source(self.read_var(compared.a, span), x);
        let b = self.with_source(self.read_var(compared.b, span), y);
        let kind = ExprKind::Binary(op, Box::new(a), Box::new(b));
        let cond = self.make(kind, Ty::Bool, span);
        Some(self.with_source(cond, &quote!(#x #sign #y)))
    }

    /// One of the two is no number.
    fn unordered(&self, compared: &Compared, span: Span) -> Expr {
        let [a, b] = [compared.a, compared.b].map(|var| {
            let value = Box::new(self.read_var(var, span));
            let name = proc_macro2::Ident::new("is_nan", span);
            self.make(ExprKind::Classify(name, value), Ty::Bool, span)
        });
        let kind = ExprKind::Binary(BinOp::Or, Box::new(a), Box::new(b));
        self.make(kind, Ty::Bool, span)
    }
}
