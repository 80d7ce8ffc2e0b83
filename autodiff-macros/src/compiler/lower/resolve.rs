//! The end of lowering: every inference variable in the HIR is replaced by what was found.

use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::ToTokens;

use super::infer::Infer;
use crate::compiler::diag::{self, Diagnostics};
use crate::compiler::hir::rewrite::{self, Rewrite};
use crate::compiler::hir::{Block, Expr, ExprKind, Func, Pat, Stmt, StmtKind, Ty, VarId, Verbatim};
use crate::compiler::parse::types;

/// What the declarations beside the function say.
pub(super) struct Declared<'a> {
    /// Whether a field of the struct that a path names is marked `#[constant]`.
    pub(super) is_constant: &'a dyn Fn(&syn::Path, &syn::Member) -> bool,
    /// The value of a constant of type `usize`.
    pub(super) size: &'a dyn Fn(&syn::Ident) -> Option<usize>,
}

/// Replaces all inference variables, and the names of sizes that are known.
pub(super) fn run(func: &mut Func, infer: &Infer, declared: &Declared<'_>) {
    let mut resolve = |ty: &mut Ty| {
        *ty = types::untagged(infer.resolve(ty));
        declared.complete(ty);
    };
    func.vars.iter_mut().for_each(|var| resolve(&mut var.ty));
    for param in &mut func.params {
        declared.complete(&mut param.ty);
    }
    let mut outcomes = |expr: &mut Expr| match &mut expr.kind {
        ExprKind::Call(call) => call.outcome = infer.payload(&expr.ty).is_some(),
        ExprKind::Opaque(code) if code.uses.is_empty() => {
            if let Some(size) = declared.size_of(&code.tokens) {
                let size = Literal::usize_suffixed(size);
                expr.kind = ExprKind::Lit(size.into_token_stream());
                expr.ty = Ty::Int;
            }
        }
        _ => {}
    };
    Walk {
        ty: &mut |_| {},
        code: &mut |_| {},
        expr: &mut outcomes,
        stmt: &mut |_| {},
    }
    .block(&mut func.body);
    Walk {
        ty: &mut resolve,
        code: &mut |_| {},
        expr: &mut |_| {},
        stmt: &mut |_| {},
    }
    .block(&mut func.body);
}

impl Declared<'_> {
    /// Notes which fields are constant, and how long arrays are.
    fn complete(&self, ty: &mut Ty) {
        match ty {
            Ty::Struct(of) => {
                let path = of.path.clone().and_then(|path| syn::parse2(path).ok());
                for (name, field) in &mut of.fields {
                    self.complete(field);
                    let member = syn::parse2(name.to_token_stream());
                    if let (Some(path), Ok(member)) = (&path, member)
                        && (self.is_constant)(path, &member)
                    {
                        of.constants.push(name.clone());
                    }
                }
            }
            Ty::Array(inner, len) => {
                self.complete(inner);
                if let Some(size) = self.size_of(len) {
                    *len = Literal::usize_unsuffixed(size).into_token_stream();
                }
            }
            Ty::Ref(_, inner) | Ty::Vec(inner) | Ty::Slice(inner) | Ty::Seq(inner) => {
                self.complete(inner);
            }
            Ty::Tuple(parts) => parts.iter_mut().for_each(|part| self.complete(part)),
            _ => {}
        }
    }

    fn size_of(&self, tokens: &TokenStream) -> Option<usize> {
        let mut trees = tokens.clone().into_iter();
        match (trees.next(), trees.next()) {
            (Some(TokenTree::Ident(name)), None) => (self.size)(&name),
            _ => None,
        }
    }
}

/// A variable of unknown type that unknown methods change (a random number generator) is more than
/// a value: it has an identity, as something indexed has.
pub(super) fn keep_state(func: &mut Func, is_state: impl Fn(VarId) -> bool) {
    let vars = func.vars.iter_mut().enumerate();
    for (i, var) in vars {
        let unknown = matches!(var.ty, Ty::Opaque);
        if unknown && u32::try_from(i).is_ok_and(|i| is_state(VarId(i))) {
            var.ty = Ty::Seq(Box::new(Ty::Opaque));
        }
    }
    let types: Vec<Ty> = func.vars.iter().map(|var| var.ty.clone()).collect();
    let mut keep = |stmt: &mut Stmt| {
        if let StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(init),
        } = &mut stmt.kind
            && matches!(init.ty, Ty::Opaque)
        {
            init.ty = types[var.0 as usize].clone();
        }
    };
    Walk {
        ty: &mut |_| {},
        code: &mut |_| {},
        expr: &mut |_| {},
        stmt: &mut keep,
    }
    .block(&mut func.body);
}

/// Code that was copied as constant must not mention a variable that turned out to be real.
pub(super) fn check(func: &mut Func, diags: &mut Diagnostics) {
    let mut body = std::mem::take(&mut func.body);
    let mut found = Vec::new();
    Walk {
        ty: &mut |_| {},
        code: &mut |code: &Verbatim| {
            let real = code
                .uses
                .iter()
                .filter(|_| !is_text(&code.tokens))
                .find(|(_, var)| !types::is_constant(&func.vars[var.0 as usize].ty));
            found.extend(real.map(|(name, _)| name.clone()));
        },
        expr: &mut |_| {},
        stmt: &mut |_| {},
    }
    .block(&mut body);
    func.body = body;
    for name in found {
        diags.report_at(&diag::REAL_IN_CONSTANT, &name, &[&name.to_string()]);
    }
}

/// True for `format!(…)`: numbers go into a text, and none comes out.
fn is_text(tokens: &TokenStream) -> bool {
    match syn::parse2::<syn::Macro>(tokens.clone()) {
        Ok(mac) => mac
            .path
            .segments
            .last()
            .is_some_and(|s| s.ident == "format"),
        Err(_) => false,
    }
}

/// Visits every type, and every piece of copied code that computes a value.
pub(super) struct Walk<'w> {
    pub(super) ty: &'w mut dyn FnMut(&mut Ty),
    pub(super) code: &'w mut dyn FnMut(&Verbatim),
    /// Called after the parts of an expression were visited.
    pub(super) expr: &'w mut dyn FnMut(&mut Expr),
    /// The same for statements.
    pub(super) stmt: &'w mut dyn FnMut(&mut Stmt),
}

impl Walk<'_> {
    pub(super) fn block(&mut self, block: &mut Block) {
        rewrite::block(block, self);
    }
}

impl Rewrite for Walk<'_> {
    fn ty(&mut self, ty: &mut Ty) {
        (self.ty)(ty);
    }

    fn code(&mut self, code: &mut Verbatim) {
        (self.code)(code);
    }

    fn expr(&mut self, expr: &mut Expr) {
        (self.expr)(expr);
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        (self.stmt)(stmt);
    }
}
