//! `let`.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::spanned::Spanned;

use super::infer::Kind;
use super::scope::Name;
use super::value::flatten;
use super::{Lower, stmt};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{Expr, ExprKind, Pat, Place, Proj, Stmt, StmtKind, Ty, VarId};

impl Lower<'_> {
    /// The name of a pattern that is just a name.
    pub(super) fn simple_name(&self, pat: &syn::Pat) -> Option<(Ident, bool)> {
        match pat {
            syn::Pat::Ident(ident) if ident.by_ref.is_none() && ident.subpat.is_none() => {
                Some((ident.ident.clone(), ident.mutability.is_some()))
            }
            syn::Pat::Paren(paren) => self.simple_name(&paren.pat),
            _ => None,
        }
    }

    pub(super) fn bind_pattern(
        &mut self,
        pat: &syn::Pat,
        ty: Ty,
        value: Expr,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        if !is_tuple_pattern(pat) {
            let hidden = self.temp("value", ty.clone(), span);
            let kind = StmtKind::Let {
                pat: Pat::Var(hidden),
                init: Some(value),
            };
            out.push(stmt(kind, span));
            return self.destructure(pat, hidden, ty, out);
        }
        let value = flatten(value, out);
        if let (syn::Pat::Tuple(pats), ExprKind::Opaque(_)) = (pat, &value.kind) {
            return self.bind_constant_parts(pats, &ty, value, span, out);
        }
        let pat = self.pattern(pat, &ty);
        let init = Some(value);
        out.push(stmt(StmtKind::Let { pat, init }, span));
    }

    /// `let (a, b) = constants(n);` takes the parts one by one.
    fn bind_constant_parts(
        &mut self,
        pats: &syn::PatTuple,
        ty: &Ty,
        value: Expr,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let types = self.tuple_parts(pats, ty);
        let whole = self.temp("constants", Ty::Opaque, span);
        let (pat, init) = (Pat::Var(whole), Some(value));
        out.push(stmt(StmtKind::Let { pat, init }, span));
        let name = self.var(whole).name.clone();
        for (i, (pat, ty)) in pats.elems.iter().zip(types).enumerate() {
            let at = syn::Index::from(i);
            let uses = vec![(name.clone(), whole)];
            let tokens = quote::quote!(#name.#at);
            let part = self.opaque(tokens, uses, true, ty.clone(), span);
            match self.simple_name(pat) {
                Some((name, mutable)) => {
                    let ty = self.open(&ty);
                    self.bind_value(&name, mutable, ty, part, None, out);
                }
                None => self.bind_pattern(pat, ty, part, span, out),
            }
        }
    }

    /// Binds the names of a pattern of tuples.
    fn pattern(&mut self, pat: &syn::Pat, ty: &Ty) -> Pat {
        match pat {
            syn::Pat::Wild(_) => {
                // Nobody asks for the type.
                let _ = self.infer.unify(ty, &Ty::Opaque);
                self.infer.ignore(ty);
                Pat::Wild
            }
            syn::Pat::Paren(paren) => self.pattern(&paren.pat, ty),
            syn::Pat::Type(typed) => {
                let annotation = self.annotation(&typed.ty);
                self.fit(&typed.pat, ty, &annotation);
                let pat = self.pattern(&typed.pat, &annotation);
                self.note_declared(&typed.pat, &typed.ty);
                pat
            }
            syn::Pat::Tuple(tuple) => {
                let parts = self.tuple_parts(tuple, ty);
                let pats = tuple.elems.iter().zip(&parts);
                Pat::Tuple(pats.map(|(pat, ty)| self.pattern(pat, ty)).collect())
            }
            pat => match self.simple_name(pat) {
                Some((name, mutable)) => {
                    let ty = self.open(ty);
                    Pat::Var(self.bind(&name, ty, mutable))
                }
                None => {
                    self.bad_pattern(pat);
                    Pat::Wild
                }
            },
        }
    }

    pub(super) fn fit(&mut self, tokens: &impl ToTokens, found: &Ty, wanted: &Ty) {
        if self.infer.unify(found, wanted).is_err() {
            let args = [self.type_name(wanted), self.type_name(found)];
            self.diags.report_at(&diag::TYPE_MISMATCH, tokens, &args);
        }
    }

    /// The types of the parts of a tuple, which an undecided type becomes here.
    pub(super) fn tuple_parts(&mut self, tuple: &syn::PatTuple, ty: &Ty) -> Vec<Ty> {
        let wanted = tuple.elems.len();
        let stripped = self.infer.strip(ty);
        if let Ty::Tuple(parts) = &stripped
            && parts.len() == wanted
        {
            return parts.clone();
        }
        let kind = self
            .infer
            .kind(&stripped)
            .map_or(Kind::Error, Kind::of_part);
        let parts: Vec<Ty> = (0..wanted)
            .map(|_| self.infer.fresh(kind.clone()))
            .collect();
        self.fit(tuple, ty, &Ty::Tuple(parts.clone()));
        parts
    }

    /// Binds the names of any pattern to parts of a variable.
    pub(super) fn destructure(&mut self, pat: &syn::Pat, var: VarId, ty: Ty, out: &mut Vec<Stmt>) {
        let span = pat.span();
        let exclusive = matches!(self.infer.shallow(&ty), Ty::Ref(true, _));
        if exclusive && self.simple_name(pat).is_none() {
            // Its names lead to the parts, and changes of these to the variable behind it.
            let place = self.whole(var, span);
            return self.bind_parts(pat, place, out);
        }
        match pat {
            syn::Pat::Slice(slice) if slice.elems.iter().all(|pat| self.is_plain(pat)) => {
                let place = self.whole(var, span);
                self.destructure_slice(slice, &place, &ty, out);
            }
            pat if is_tuple_pattern(pat) || self.simple_name(pat).is_some() => {
                let init = Some(self.read_var(var, span));
                let pat = self.pattern(pat, &ty);
                out.push(stmt(StmtKind::Let { pat, init }, span));
            }
            syn::Pat::Paren(paren) => self.destructure(&paren.pat, var, ty, out),
            syn::Pat::Struct(_) | syn::Pat::TupleStruct(_) => {
                let place = self.whole(var, span);
                self.destructure_struct(pat, &place, out);
            }
            pat => {
                let place = self.whole(var, span);
                self.bind_parts(pat, place, out);
            }
        }
    }

    /// A name, or `_`.
    fn is_plain(&self, pat: &syn::Pat) -> bool {
        matches!(pat, syn::Pat::Wild(_)) || self.simple_name(pat).is_some()
    }

    /// `let [a, b, c] = v;`
    fn destructure_slice(
        &mut self,
        slice: &syn::PatSlice,
        place: &Place,
        ty: &Ty,
        out: &mut Vec<Stmt>,
    ) {
        let stripped = self.infer.strip(ty);
        let inner = match (&stripped, self.infer.shallow(ty)) {
            (Ty::Array(..), Ty::Ref(..)) | (_, Ty::Ref(true, _)) => None,
            (Ty::Array(..), _) => stripped.element().cloned(),
            // A field, what a call gave, or what has a type by a name: it is an array, as the pattern tells.
            (Ty::Infer(_) | Ty::Seq(_), _) => self.element_of(&stripped),
            _ => None,
        };
        let Some(inner) = inner else {
            self.bad_pattern(&syn::Pat::Slice(slice.clone()));
            return;
        };
        for (i, pat) in slice.elems.iter().enumerate() {
            let Some((name, mutable)) = self.simple_name(pat) else {
                if !matches!(pat, syn::Pat::Wild(_)) {
                    self.bad_pattern(pat);
                }
                continue;
            };
            let mut place = place.clone();
            place.path.push(Proj::Index(self.number(i, name.span())));
            place.ty = inner.clone();
            let value = self.read(place);
            let ty = self.open(&inner);
            self.bind_value(&name, mutable, ty, value, None, out);
        }
    }

    pub(super) fn number(&self, value: usize, span: Span) -> Expr {
        let mut literal = proc_macro2::Literal::usize_unsuffixed(value);
        literal.set_span(span);
        self.make(ExprKind::Lit(literal.into_token_stream()), Ty::Int, span)
    }

    pub(super) fn bad_pattern(&mut self, pat: &syn::Pat) {
        self.refuse(&diag::PATTERN, pat, &[&text_of(pat)]);
        self.bind_errors(pat);
    }

    /// Binds every name of a pattern that was refused, so that uses are not reported as well.
    pub(super) fn bind_errors(&mut self, pat: &syn::Pat) {
        struct Names<'l, 'a>(&'l mut Lower<'a>);
        impl<'ast> syn::visit::Visit<'ast> for Names<'_, '_> {
            fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
                self.0.enter(&pat.ident, Name::Error);
            }
        }
        syn::visit::Visit::visit_pat(&mut Names(self), pat);
    }
}

/// True if [`Pat`] can express the pattern.
fn is_tuple_pattern(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Wild(_) => true,
        syn::Pat::Ident(ident) => ident.by_ref.is_none() && ident.subpat.is_none(),
        syn::Pat::Paren(paren) => is_tuple_pattern(&paren.pat),
        syn::Pat::Type(typed) => is_tuple_pattern(&typed.pat),
        syn::Pat::Tuple(tuple) => tuple.elems.iter().all(is_tuple_pattern),
        _ => false,
    }
}
