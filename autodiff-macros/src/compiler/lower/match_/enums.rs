//! Enums in fields of structs that have a derivative.
//!
//! In: what is matched, and the patterns. Out: code that rustc matches, if a pattern is a variant of an enum: no enum has a
//! gradient, so that the field is constant. (The derive asks for `#[constant]` there.)
//!
//! ```text
//! match c.kind { Kind::Flat => … }     →   match *kind { Kind::Flat => … }, where `kind` is another name of `c.kind`
//! ```

use proc_macro2::Ident;
use quote::quote;
use syn::spanned::Spanned;

use super::{Subject, is_outcome_path};
use crate::compiler::hir::{Place, Stmt, StmtKind, Ty, VarId};
use crate::compiler::lower::expr::bare;
use crate::compiler::lower::outcome::is_variant;
use crate::compiler::lower::{Lower, stmt};

impl Lower<'_> {
    /// What is matched against these patterns.
    pub(super) fn subject_of<'p>(
        &mut self,
        expr: &syn::Expr,
        pats: impl IntoIterator<Item = &'p syn::Pat>,
        out: &mut Vec<Stmt>,
    ) -> Subject {
        let pats: Vec<&syn::Pat> = pats.into_iter().collect();
        if let syn::Expr::Tuple(tuple) = bare(expr) {
            for (k, part) in tuple.elems.iter().enumerate() {
                let is_enum = |pat: &&syn::Pat| part_has_variant(pat, k);
                if pats.iter().any(is_enum) && self.is_field_of_value(bare(part)) {
                    self.frozen_place(bare(part));
                }
            }
        }
        let enums = pats.into_iter().any(has_variant);
        let subject = enums.then(|| self.enum_in_field(expr, out)).flatten();
        subject.unwrap_or_else(|| self.subject(expr, out))
    }

    fn enum_in_field(&mut self, expr: &syn::Expr, out: &mut Vec<Stmt>) -> Option<Subject> {
        let (inner, borrowed) = match bare(expr) {
            syn::Expr::Reference(reference) if reference.mutability.is_none() => {
                (bare(&reference.expr), true)
            }
            expr => (expr, false),
        };
        if !self.is_field_of_value(inner) {
            return None;
        }
        let (var, name) = self.constant_field(inner, out)?;
        let text = match borrowed {
            true => quote!(#name),
            false => quote!((*#name)),
        };
        let uses = vec![(name, var)];
        let value = self.opaque(text.clone(), uses, true, Ty::Opaque, expr.span());
        Some(Subject::Code(value, text))
    }

    /// A field that is constant, under a name of its own, which refers to it; `None` if it is known to be something else.
    pub(in crate::compiler::lower) fn constant_field(
        &mut self,
        field: &syn::Expr,
        out: &mut Vec<Stmt>,
    ) -> Option<(VarId, Ident)> {
        let place = self.frozen_place(field)?;
        let span = field.span();
        let var = self.temp("constant", Ty::Ref(false, Box::new(Ty::Opaque)), span);
        self.facts[var.0 as usize].alias_of = Some(place.root);
        let name = self.var(var).name.clone();
        out.push(stmt(StmtKind::Alias { var, place }, span));
        Some((var, name))
    }

    fn frozen_place(&mut self, field: &syn::Expr) -> Option<Place> {
        let place = self.in_operand(|this| this.place(field));
        let ty = self.infer.strip(&place.ty);
        let open = matches!(ty, Ty::Opaque) || self.infer.kind(&ty).is_some();
        if !open || self.infer.is_struct(&ty) {
            return None;
        }
        self.infer.freeze(&ty);
        Some(place)
    }

    /// True for a field of what may have a derivative.
    fn is_field_of_value(&self, expr: &syn::Expr) -> bool {
        matches!(expr, syn::Expr::Field(_)) && self.is_place(expr) && !self.is_opaque_place(expr)
    }
}

/// The same of the part of a tuple that stands at `k`.
fn part_has_variant(pat: &syn::Pat, k: usize) -> bool {
    match pat {
        syn::Pat::Paren(paren) => part_has_variant(&paren.pat, k),
        syn::Pat::Or(all) => all.cases.iter().any(|pat| part_has_variant(pat, k)),
        syn::Pat::Tuple(parts) => parts.elems.get(k).is_some_and(has_variant),
        _ => false,
    }
}

/// True if a variant of an enum is in the pattern, other than those of `Option` and `Result`.
fn has_variant(pat: &syn::Pat) -> bool {
    let names = |path: &syn::Path| is_variant(path) && !is_outcome_path(path);
    match pat {
        syn::Pat::Paren(paren) => has_variant(&paren.pat),
        syn::Pat::Reference(reference) => has_variant(&reference.pat),
        syn::Pat::Or(all) => all.cases.iter().any(has_variant),
        syn::Pat::Path(path) => names(&path.path),
        syn::Pat::TupleStruct(found) => names(&found.path),
        syn::Pat::Struct(found) => names(&found.path),
        _ => false,
    }
}

/// The path of a variant, as `Kind::Linear` on one side of a comparison.
pub(in crate::compiler::lower) fn is_variant_value(expr: &syn::Expr) -> bool {
    match bare(expr) {
        syn::Expr::Path(path) => is_variant(&path.path) && !is_outcome_path(&path.path),
        _ => false,
    }
}
