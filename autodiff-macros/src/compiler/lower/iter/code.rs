//! Small pieces of integer code.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use crate::compiler::hir::{BinOp, Block, Expr, ExprKind, Stmt, StmtKind, Ty, VarId, Verbatim};
use crate::compiler::lower::{Lower, stmt};

impl Lower<'_> {
    pub(super) fn int(&self, op: BinOp, a: Expr, b: Expr, span: Span) -> Expr {
        let zero = |e: &Expr| literal(e).as_deref() == Some("0");
        let one = |e: &Expr| literal(e).as_deref() == Some("1");
        match op {
            BinOp::Add if zero(&a) => return b,
            BinOp::Add | BinOp::Sub if zero(&b) => return a,
            BinOp::Mul if one(&b) => return a,
            _ => {}
        }
        self.make(
            ExprKind::Binary(op, Box::new(a), Box::new(b)),
            Ty::Int,
            span,
        )
    }

    pub(super) fn int_test(&self, op: BinOp, a: Expr, b: Expr, span: Span) -> Expr {
        self.make(
            ExprKind::Binary(op, Box::new(a), Box::new(b)),
            Ty::Bool,
            span,
        )
    }

    pub(super) fn lit(&self, tokens: TokenStream, ty: Ty, span: Span) -> Expr {
        let span = Span::call_site().located_at(span);
        let tokens = tokens.into_iter().map(|mut token| {
            token.set_span(span);
            token
        });
        self.make(ExprKind::Lit(tokens.collect()), ty, span)
    }

    /// Code on integers that the HIR has no form for. Its operands are named.
    pub(super) fn int_code(
        &mut self,
        operands: Vec<Expr>,
        span: Span,
        out: &mut Vec<Stmt>,
        build: impl FnOnce(&[TokenStream]) -> TokenStream,
    ) -> Expr {
        let mut uses = Vec::new();
        let mut texts = Vec::new();
        for operand in operands {
            if let ExprKind::Lit(tokens) = &operand.kind {
                texts.push(tokens.clone());
                continue;
            }
            let var = self.named("count", operand, out);
            let name = self.var(var).name.clone();
            texts.push(quote!(#name));
            if uses.iter().all(|(_, known)| *known != var) {
                uses.push((name, var));
            }
        }
        let tokens = respan(build(&texts), span);
        let code = Verbatim {
            tokens,
            uses,
            pure: true,
        };
        self.make(ExprKind::Opaque(code), Ty::Int, span)
    }

    /// The smaller of two lengths.
    pub(super) fn smaller(&mut self, a: Expr, b: Expr, span: Span, out: &mut Vec<Stmt>) -> Expr {
        let krate = self.options.krate.clone();
        self.int_code(vec![a, b], span, out, |parts| {
            let (a, b) = (&parts[0], &parts[1]);
            quote!(#krate::__private::core::cmp::min(#a, #b))
        })
    }

    /// `a.saturating_sub(b)`
    pub(super) fn minus(&mut self, a: Expr, b: Expr, span: Span, out: &mut Vec<Stmt>) -> Expr {
        let krate = self.options.krate.clone();
        self.int_code(vec![a, b], span, out, |parts| {
            let (a, b) = (&parts[0], &parts[1]);
            quote!(#krate::__private::core::primitive::usize::saturating_sub(#a, #b))
        })
    }

    /// `a.div_ceil(b)`
    pub(super) fn divided_up(&mut self, a: Expr, b: Expr, span: Span, out: &mut Vec<Stmt>) -> Expr {
        let krate = self.options.krate.clone();
        self.int_code(vec![a, b], span, out, |parts| {
            let (a, b) = (&parts[0], &parts[1]);
            quote!(#krate::__private::core::primitive::usize::div_ceil(#a, #b))
        })
    }

    /// A number that is used several times: literals and names stay, the rest is computed now.
    pub(super) fn fixed(&mut self, hint: &str, value: Expr, out: &mut Vec<Stmt>) -> Expr {
        if matches!(value.kind, ExprKind::Lit(_)) {
            return value;
        }
        let span = value.span;
        let var = self.named(hint, value, out);
        self.read_var(var, span)
    }

    /// `let mut hint = value;`
    pub(super) fn counter_var(&mut self, hint: &str, value: Expr, out: &mut Vec<Stmt>) -> VarId {
        let value = crate::compiler::lower::value::flatten(value, out);
        let (ty, span) = (self.open(&value.ty), value.span);
        let var = self.bind_hidden(hint, ty, span);
        let (pat, init) = (crate::compiler::hir::Pat::Var(var), Some(value));
        out.push(stmt(StmtKind::Let { pat, init }, span));
        var
    }

    /// A variable that can change, whose type later statements may decide.
    pub(super) fn bind_hidden(&mut self, hint: &str, ty: Ty, span: Span) -> VarId {
        let name = self.fresh_name(hint, span);
        let var = self.bind_later(&name, ty, true);
        self.facts[var.0 as usize].named = false;
        var
    }

    /// A statement of the compiler's own that runs once.
    pub(in crate::compiler::lower) fn effect_code(
        &mut self,
        tokens: TokenStream,
        uses: Vec<(proc_macro2::Ident, VarId)>,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let code = Verbatim {
            tokens: respan(tokens, span),
            uses,
            pure: false,
        };
        let diverges = false;
        out.push(stmt(StmtKind::Effect { code, diverges }, span));
    }

    /// `let mut hint = 0usize;`
    pub(super) fn zero_counter(&mut self, hint: &str, span: Span, out: &mut Vec<Stmt>) -> VarId {
        let zero = self.lit(quote!(0usize), Ty::Int, span);
        self.counter_var(hint, zero, out)
    }

    /// `let at = counter; counter += 1;`
    pub(super) fn step(&mut self, counter: VarId, span: Span, out: &mut Vec<Stmt>) -> Expr {
        let now = self.read_var(counter, span);
        let at = self.named("at", now, out);
        self.increment(counter, span, out);
        self.read_var(at, span)
    }

    pub(super) fn increment(&mut self, counter: VarId, span: Span, out: &mut Vec<Stmt>) {
        let place = self.whole(counter, span);
        let kind = StmtKind::Assign {
            place,
            op: Some(BinOp::Add),
            value: self.number(1, span),
        };
        out.push(stmt(kind, span));
    }

    /// `var = value`
    pub(super) fn set(&mut self, var: VarId, value: Expr, out: &mut Vec<Stmt>) {
        let span = value.span;
        let place = self.whole(var, span);
        let kind = StmtKind::Assign {
            place,
            op: None,
            value,
        };
        out.push(stmt(kind, span));
    }

    pub(super) fn when(&self, cond: Expr, then: Vec<Stmt>, els: Vec<Stmt>) -> Stmt {
        let span = cond.span;
        let block = |stmts| Block { stmts, value: None };
        let (then, els) = (block(then), block(els));
        stmt(StmtKind::If { cond, then, els }, span)
    }
}

/// The text of a literal without its suffix.
pub(super) fn literal(value: &Expr) -> Option<String> {
    let ExprKind::Lit(tokens) = &value.kind else {
        return None;
    };
    let literal: syn::LitInt = syn::parse2(tokens.clone()).ok()?;
    Some(literal.base10_digits().to_owned())
}

/// Gives every token the place of `span`.
fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    let span = Span::call_site().located_at(span);
    let tokens = tokens.into_iter().map(|token| match token {
        proc_macro2::TokenTree::Group(group) => {
            let inner = respan(group.stream(), span);
            let mut group = proc_macro2::Group::new(group.delimiter(), inner);
            group.set_span(span);
            group.into()
        }
        mut token => {
            token.set_span(span);
            token
        }
    });
    tokens.collect()
}
