//! A pattern as a condition on the parts of what is matched, and the names that it binds.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use super::super::Lower;
use super::super::infer::Kind;
use super::super::scope::Name;
use super::{Bind, By, Subject, What};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{BinOp, Expr, ExprKind, Member, Place, Proj, Real, Stmt, StmtKind, Ty};

impl Lower<'_> {
    /// The condition under which `pat` matches, `None` if it always does. What has to be evaluated
    /// before it goes to `out`.
    pub(super) fn test(
        &mut self,
        pat: &syn::Pat,
        subject: &Subject,
        binds: &mut Vec<Bind>,
        out: &mut Vec<Stmt>,
    ) -> Option<Expr> {
        match subject {
            Subject::Compared(compared) => self.test_compared(pat, compared),
            Subject::Code(value, text) => self.test_code(pat, value, text, binds),
            Subject::Place(place, by) => self.test_place(pat, place.clone(), *by, binds, out),
        }
    }

    pub(in crate::compiler::lower) fn test_place(
        &mut self,
        pat: &syn::Pat,
        place: Place,
        by: By,
        binds: &mut Vec<Bind>,
        out: &mut Vec<Stmt>,
    ) -> Option<Expr> {
        match pat {
            syn::Pat::Wild(_) | syn::Pat::Rest(_) => return None,
            syn::Pat::Paren(paren) => return self.test_place(&paren.pat, place, by, binds, out),
            syn::Pat::Type(typed) => {
                let ty = self.annotation(&typed.ty);
                self.fit(&typed.pat, &place.ty, &ty);
                return self.test_place(&typed.pat, place, by, binds, out);
            }
            syn::Pat::Ident(ident) if self.is_binding(ident) => {
                return self.test_name(ident, place, by, binds, out);
            }
            syn::Pat::Reference(reference) => {
                let mut place = place;
                if let Ty::Ref(_, inner) = self.infer.shallow(&place.ty) {
                    place.ty = *inner;
                }
                return self.test_place(&reference.pat, place, By::Move, binds, out);
            }
            syn::Pat::Or(or) => return self.test_or(or, place, by, binds, out),
            _ => {}
        }
        let (place, by) = self.through_references(place, by);
        if let Some((inner, span)) = option_pattern(pat)
            && self.is_optional(&place)
        {
            return self.test_optional((inner, span), place, by, binds, out);
        }
        self.decide_type(pat, &place);
        let ty = self.infer.strip(&place.ty);
        if self.is_error(&ty) {
            self.bind_errors(pat);
            return None;
        }
        let names_struct = matches!(pat, syn::Pat::Struct(_) | syn::Pat::TupleStruct(_))
            && !is_variant(pat)
            && matches!(self.infer.kind(&ty), Some(Kind::Path { .. }));
        let known = names_struct || self.infer.is_struct(&ty);
        if matches!(ty, Ty::Opaque) || (!known && self.is_undecided_constant(&ty)) {
            let subject = self.code_subject(place);
            let subject = match by {
                By::Move => subject,
                By::Shared | By::Exclusive => subject.referenced(self),
            };
            return self.test(pat, &subject, binds, out);
        }
        match pat {
            syn::Pat::Tuple(tuple) => self.test_tuple(tuple, place, by, binds, out),
            syn::Pat::Slice(slice) => self.test_slice(slice, place, by, binds, out),
            syn::Pat::TupleStruct(found) if self.infer.payload(&ty).is_some() => {
                self.test_outcome(found, place, by, binds, out)
            }
            syn::Pat::Ident(ident)
                if ident.ident == "None" && self.infer.payload(&ty).is_some() =>
            {
                Some(self.failed(&place, ident.span()))
            }
            syn::Pat::Path(path)
                if path
                    .path
                    .segments
                    .last()
                    .is_some_and(|last| last.ident == "None")
                    && self.infer.payload(&ty).is_some() =>
            {
                Some(self.failed(&place, path.span()))
            }
            syn::Pat::Lit(_)
            | syn::Pat::Range(_)
            | syn::Pat::Path(_)
            | syn::Pat::Ident(_)
            | syn::Pat::Const(_) => self.test_scalar(pat, place, &ty),
            syn::Pat::Struct(_) | syn::Pat::TupleStruct(_) if !is_variant(pat) => {
                self.test_struct(pat, place, by, binds, out)
            }
            pat => self.refused(pat),
        }
    }

    /// `P { x, .. }`, `P(a, b)` of a struct.
    fn test_struct(
        &mut self,
        pat: &syn::Pat,
        place: Place,
        by: By,
        binds: &mut Vec<Bind>,
        out: &mut Vec<Stmt>,
    ) -> Option<Expr> {
        let (path, fields) = match pat {
            syn::Pat::Struct(pat) => {
                let fields = pat.fields.iter();
                let fields = fields.map(|field| (Member::from(&field.member), &*field.pat));
                (&pat.path, fields.collect::<Vec<_>>())
            }
            syn::Pat::TupleStruct(pat) if !pat.elems.iter().any(is_rest) => {
                let fields = pat.elems.iter().enumerate();
                let at = |k| Member::At(u32::try_from(k).unwrap_or(u32::MAX));
                (&pat.path, fields.map(|(k, pat)| (at(k), pat)).collect())
            }
            _ => {
                return self.refused(pat);
            }
        };
        let ty = self.constructed(path);
        let value = self.read(place.clone());
        self.expect(&value, &ty);
        let mut cond = None;
        for (name, pat) in fields {
            if matches!(pat, syn::Pat::Wild(_)) {
                continue;
            }
            let Some(ty) = self.infer.member(&ty, &name) else {
                continue;
            };
            let mut part = place.clone();
            part.path.push(Proj::Field(name));
            part.ty = ty;
            part.span = pat.span();
            let own = self.test_place(pat, part, by, binds, out);
            cond = self.both(cond, own);
        }
        cond
    }

    /// True for a name that a pattern gives, and not one of a `const`, which cannot be told from its
    /// looks alone: upper case counts as one.
    pub(super) fn is_binding(&self, ident: &syn::PatIdent) -> bool {
        if ident.by_ref.is_some() || ident.mutability.is_some() || ident.subpat.is_some() {
            return true;
        }
        let name = ident.ident.to_string();
        let upper = name
            .trim_start_matches("r#")
            .trim_start_matches('_')
            .starts_with(char::is_uppercase);
        !upper && !matches!(self.peek_name(&name), Some(Name::Const(_)))
    }

    fn test_name(
        &mut self,
        ident: &syn::PatIdent,
        place: Place,
        by: By,
        binds: &mut Vec<Bind>,
        out: &mut Vec<Stmt>,
    ) -> Option<Expr> {
        let by = by.of(ident);
        let cond = match &ident.subpat {
            Some((_, inner)) => self.test_place(inner, place.clone(), by, binds, out),
            None => None,
        };
        let opaque = matches!(self.infer.strip(&place.ty), Ty::Opaque);
        let what = match (self.infer.shallow(&place.ty), by) {
            _ if opaque && by == By::Move => What::Constant(self.read(place)),
            _ if opaque => {
                let Subject::Code(value, text) = self.code_subject(place).referenced(self) else {
                    return cond;
                };
                let span = value.span;
                What::Constant(
                    self.compose(vec![(value, text)], true, Ty::Opaque, span, |p| {
                        p[0].clone()
                    }),
                )
            }
            (ty @ Ty::Ref(..), _) => What::Alias(place, ty),
            (Ty::Slice(_), By::Move) => What::Value(self.read(place)),
            (_, By::Move) => What::Value(self.read(place)),
            (ty, by) => What::Alias(place, Ty::Ref(by == By::Exclusive, Box::new(ty))),
        };
        binds.push(Bind::of(ident, what));
        cond
    }

    /// `A | B`: names in it are bound to the part that the alternative which matches gives them.
    fn test_or(
        &mut self,
        or: &syn::PatOr,
        place: Place,
        by: By,
        binds: &mut Vec<Bind>,
        out: &mut Vec<Stmt>,
    ) -> Option<Expr> {
        let mut conds = Vec::new();
        let mut all = Vec::new();
        for case in &or.cases {
            let mut own = Vec::new();
            let cond = self.test_place(case, place.clone(), by, &mut own, out);
            let always = cond.is_none();
            conds.push(cond.unwrap_or_else(|| self.truth(true, case.span())));
            all.push(own);
            if always {
                break;
            }
        }
        let mut alternatives = all.into_iter().zip(&conds).rev();
        let (last, _) = alternatives.next()?;
        let mut chosen = last;
        for (own, cond) in alternatives {
            for bind in &mut chosen {
                let same = own.iter().find(|other| other.name == bind.name);
                let Some(same) = same else { continue };
                match (&same.what, &bind.what) {
                    (What::Value(a), What::Value(b)) => {
                        let ty = self.join(a, b);
                        let value = self.choice(cond.clone(), a.clone(), b.clone(), ty);
                        bind.what = What::Value(value);
                    }
                    // The same part under the same name.
                    (What::Alias(a, _), What::Alias(b, _))
                        if format!("{:?}", a.path) == format!("{:?}", b.path) => {}
                    _ => {
                        self.diags
                            .report_at(&diag::OR_REFERENCE, or, &[&bind.name.to_string()]);
                    }
                }
            }
        }
        binds.extend(chosen);
        conds.into_iter().reduce(|a, b| {
            let span = a.span;
            let kind = ExprKind::Binary(BinOp::Or, Box::new(a), Box::new(b));
            self.make(kind, Ty::Bool, span)
        })
    }

    /// `if cond { a } else { b }`
    fn choice(&self, cond: Expr, a: Expr, b: Expr, ty: Ty) -> Expr {
        let span = cond.span;
        let [a, b] = [a, b].map(|value| crate::compiler::hir::Block {
            stmts: Vec::new(),
            value: Some(Box::new(value)),
        });
        self.make(ExprKind::If(Box::new(cond), a, b), ty, span)
    }

    /// A pattern that is no reference looks through references, and its names become references.
    fn through_references(&self, mut place: Place, mut by: By) -> (Place, By) {
        while let Ty::Ref(mutable, inner) = self.infer.shallow(&place.ty) {
            by = match (mutable, by) {
                (true, By::Move | By::Exclusive) => By::Exclusive,
                _ => By::Shared,
            };
            place.ty = *inner;
        }
        (place, by)
    }

    pub(in crate::compiler::lower) fn is_undecided_constant(&mut self, ty: &Ty) -> bool {
        let constant = matches!(
            self.infer.kind(ty),
            Some(Kind::Const | Kind::Path { real: false, .. })
        );
        self.undecided |= constant;
        constant
    }

    /// What the pattern tells of a type that nothing else has decided.
    fn decide_type(&mut self, pat: &syn::Pat, place: &Place) {
        let ty = self.infer.strip(&place.ty);
        let Some(kind) = self.infer.kind(&ty).cloned() else {
            return;
        };
        let wanted = match (pat, &kind) {
            (_, Kind::Error) => return,
            (syn::Pat::TupleStruct(found), Kind::Call) if is_outcome_path(&found.path) => {
                self.unread_outcome()
            }
            (syn::Pat::Ident(ident), Kind::Call) if ident.ident == "None" => self.unread_outcome(),
            (syn::Pat::Lit(lit), _) => match literal_type(&lit.lit) {
                Some(ty) => ty,
                None if matches!(lit.lit, syn::Lit::Float(_)) => {
                    self.infer.fresh(Kind::Float { soft: false })
                }
                None => return,
            },
            (syn::Pat::Range(range), _) => {
                let end = range.start.as_ref().or(range.end.as_ref()).map(|e| &**e);
                match end {
                    Some(syn::Expr::Lit(lit)) => match literal_type(&lit.lit) {
                        Some(ty) => ty,
                        None if matches!(lit.lit, syn::Lit::Float(_)) => {
                            self.infer.fresh(Kind::Float { soft: false })
                        }
                        None => return,
                    },
                    _ => return,
                }
            }
            (syn::Pat::Tuple(tuple), _) if !tuple.elems.iter().any(is_rest) => {
                let kind = kind.of_part();
                let parts = tuple.elems.iter().map(|_| self.infer.fresh(kind.clone()));
                Ty::Tuple(parts.collect())
            }
            (syn::Pat::Slice(_), _) => {
                let _ = self.element_of(&ty);
                return;
            }
            _ => return,
        };
        // An undecided type takes any other.
        let _ = self.infer.unify(&ty, &wanted);
    }

    fn test_tuple(
        &mut self,
        tuple: &syn::PatTuple,
        place: Place,
        by: By,
        binds: &mut Vec<Bind>,
        out: &mut Vec<Stmt>,
    ) -> Option<Expr> {
        let Ty::Tuple(parts) = self.infer.strip(&place.ty) else {
            return self.refused(&syn::Pat::Tuple(tuple.clone()));
        };
        let wanted = tuple.elems.len();
        let rest = tuple.elems.iter().position(is_rest);
        let fits = match rest {
            Some(_) => wanted - 1 <= parts.len(),
            None => wanted == parts.len(),
        };
        if !fits {
            return self.refused(&syn::Pat::Tuple(tuple.clone()));
        }
        let mut cond = None;
        for (i, pat) in tuple.elems.iter().enumerate() {
            let at = match rest {
                Some(rest) if i == rest => continue,
                Some(rest) if i > rest => parts.len() - (wanted - i),
                _ => i,
            };
            let mut part = place.clone();
            part.path.push(Proj::Field(Member::At(at as u32)));
            part.ty = parts[at].clone();
            if matches!(pat, syn::Pat::Wild(_)) {
                self.infer.ignore(&part.ty);
            }
            let own = self.test_place(pat, part, by, binds, out);
            cond = self.both(cond, own);
        }
        cond
    }

    /// `[a, b]`, `[first, .., last]`, `[first, rest @ ..]`
    fn test_slice(
        &mut self,
        slice: &syn::PatSlice,
        place: Place,
        by: By,
        binds: &mut Vec<Bind>,
        out: &mut Vec<Stmt>,
    ) -> Option<Expr> {
        let ty = self.infer.strip(&place.ty);
        let Some(inner) = ty.element().cloned() else {
            return self.refused(&syn::Pat::Slice(slice.clone()));
        };
        let span = slice.bracket_token.span.open();
        let len = self.make(ExprKind::Len(place.clone()), Ty::Int, span);
        let rest = slice.elems.iter().position(is_rest);
        let wanted = slice.elems.len() - usize::from(rest.is_some());
        let fixed = matches!(ty, Ty::Array(..));
        let mut cond = match (fixed, rest) {
            (true, _) => None,
            (_, Some(_)) if wanted == 0 => None,
            (false, rest) => {
                let op = match rest {
                    Some(_) => BinOp::Ge,
                    None => BinOp::Eq,
                };
                Some(self.compare_lengths(op, len.clone(), wanted, span))
            }
        };
        for (i, pat) in slice.elems.iter().enumerate() {
            let mut part = place.clone();
            part.span = pat.span();
            let from_end = |this: &Self, behind: usize| {
                let behind = Box::new(this.number(behind, span));
                let kind = ExprKind::Binary(BinOp::Sub, Box::new(len.clone()), behind);
                this.make(kind, Ty::Int, span)
            };
            match rest {
                Some(rest) if i == rest => {
                    let behind = slice.elems.len() - 1 - i;
                    let lo = (i > 0).then(|| self.number(i, span));
                    let hi = (behind > 0).then(|| from_end(self, behind));
                    self.bind_rest(pat, part, (lo, hi), &inner, by, binds);
                    continue;
                }
                Some(rest) if i > rest => {
                    let at = from_end(self, slice.elems.len() - i);
                    part.path.push(Proj::Index(at));
                }
                _ => part.path.push(Proj::Index(self.number(i, span))),
            }
            part.ty = inner.clone();
            let own = self.test_place(pat, part, by, binds, out);
            cond = self.both(cond, own);
        }
        cond
    }

    fn compare_lengths(&self, op: BinOp, len: Expr, wanted: usize, span: Span) -> Expr {
        let wanted = Box::new(self.number(wanted, span));
        self.make(ExprKind::Binary(op, Box::new(len), wanted), Ty::Bool, span)
    }

    /// `rest @ ..`
    fn bind_rest(
        &mut self,
        pat: &syn::Pat,
        mut place: Place,
        (lo, hi): (Option<Expr>, Option<Expr>),
        inner: &Ty,
        by: By,
        binds: &mut Vec<Bind>,
    ) {
        let syn::Pat::Ident(ident) = pat else { return };
        place.path.push(Proj::Slice {
            lo,
            hi,
            inclusive: false,
        });
        place.ty = Ty::Slice(Box::new(inner.clone()));
        let by = by.of(ident);
        let span = ident.ident.span();
        let what = match by {
            By::Move => What::Value(self.of_part(place, "to_vec", span)),
            by => {
                let ty = Ty::Ref(by == By::Exclusive, Box::new(place.ty.clone()));
                What::Alias(place, ty)
            }
        };
        binds.push(Bind::of(ident, what));
    }

    /// A literal, a range or a `const` against a number or a truth value.
    fn test_scalar(&mut self, pat: &syn::Pat, place: Place, ty: &Ty) -> Option<Expr> {
        let span = pat.span();
        let real = self.infer.is_real(ty) || matches!(self.infer.kind(ty), Some(Kind::Call));
        let value = self.read(place);
        match pat {
            syn::Pat::Lit(lit) => match &lit.lit {
                syn::Lit::Bool(known) if matches!(ty, Ty::Bool) => Some(match known.value {
                    true => value,
                    false => self.not(value),
                }),
                _ => Some(self.compare(BinOp::Eq, value, &syn::Expr::Lit(lit.clone()), span)),
            },
            syn::Pat::Range(range) => self.test_range(range, value, span),
            _ if real => {
                if self.names_variant(pat, ty) {
                    return self.refused(pat);
                }
                let path: Option<syn::Expr> = syn::parse2(pat.to_token_stream()).ok();
                path.map(|path| self.compare(BinOp::Eq, value, &path, span))
            }
            _ if matches!(ty, Ty::Int | Ty::Bool) => {
                let text = match &value.kind {
                    ExprKind::Place(place) => self.place_text(place),
                    _ => value.source.clone(),
                };
                Some(self.matching(vec![(value, text)], pat))
            }
            pat => self.refused(pat),
        }
    }

    fn test_range(&mut self, range: &syn::PatRange, value: Expr, span: Span) -> Option<Expr> {
        let last = match range.limits {
            syn::RangeLimits::HalfOpen(_) => BinOp::Lt,
            syn::RangeLimits::Closed(_) => BinOp::Le,
        };
        let from = range.start.as_ref();
        let from = from.map(|end| self.compare(BinOp::Ge, value.clone(), end, span));
        let to = range.end.as_ref();
        let to = to.map(|end| self.compare(last, value, end, span));
        self.both(from, to)
    }

    /// `value op bound`, which is a decision if the value is differentiated.
    fn compare(&mut self, op: BinOp, value: Expr, bound: &syn::Expr, span: Span) -> Expr {
        let bound_text = bound.to_token_stream();
        let bound = self.operand(bound);
        self.expect(&bound, &value.ty);
        let text = match &value.kind {
            ExprKind::Place(place) => self.place_text(place),
            _ => value.source.clone(),
        };
        let sign = match op {
            BinOp::Ge => quote!(>=),
            BinOp::Lt => quote!(<),
            BinOp::Le => quote!(<=),
            _ => quote!(==),
        };
        let value = self.with_source(value, &text);
        let kind = ExprKind::Binary(op, Box::new(value), Box::new(bound));
        let cond = self.make(kind, Ty::Bool, span);
        self.with_source(cond, &quote!(#text #sign #bound_text))
    }

    fn place_text(&self, place: &Place) -> TokenStream {
        match self.code_subject(place.clone()) {
            Subject::Code(_, text) => text,
            _ => TokenStream::new(),
        }
    }

    /// True for `Shape::Circle` where a differentiated number was expected.
    fn names_variant(&self, pat: &syn::Pat, ty: &Ty) -> bool {
        let path = match pat {
            syn::Pat::Path(path) => &path.path,
            syn::Pat::Ident(ident) => {
                return !is_shouting(&ident.ident.to_string())
                    && matches!(ty, Ty::Real(Real::Named(_)));
            }
            _ => return false,
        };
        let last = path.segments.last().map(|last| last.ident.to_string());
        !last.is_some_and(|last| is_shouting(&last))
    }

    /// Refuses a pattern; what comes after it is looked at all the same.
    fn refused(&mut self, pat: &syn::Pat) -> Option<Expr> {
        self.refuse_pattern(pat);
        Some(self.truth(false, pat.span()))
    }

    pub(super) fn refuse_pattern(&mut self, pat: &syn::Pat) {
        let variant = match pat {
            syn::Pat::TupleStruct(_) | syn::Pat::Struct(_) => true,
            syn::Pat::Path(path) => path
                .path
                .segments
                .last()
                .is_some_and(|last| !is_shouting(&last.ident.to_string())),
            syn::Pat::Ident(ident) => !is_shouting(&ident.ident.to_string()),
            _ => false,
        };
        let entry = match variant {
            true => &diag::ENUM_PATTERN,
            false => &diag::PATTERN,
        };
        self.refuse(entry, pat, &[&text_of(pat)]);
        self.bind_errors(pat);
    }

    /// `Some(p)`, `Ok(p)`, `Err(p)`
    fn test_outcome(
        &mut self,
        found: &syn::PatTupleStruct,
        place: Place,
        by: By,
        binds: &mut Vec<Bind>,
        out: &mut Vec<Stmt>,
    ) -> Option<Expr> {
        let pat = syn::Pat::TupleStruct(found.clone());
        let name = found
            .path
            .segments
            .last()
            .map(|last| last.ident.to_string());
        let (Some(name), Some(inner), 1) = (name, found.elems.first(), found.elems.len()) else {
            return self.refused(&pat);
        };
        let span = found.path.span();
        match name.as_str() {
            "Some" | "Ok" => {
                let cond = self.succeeded(&place, span);
                let value = self.payload_place(&place);
                let own = self.test_place(inner, value, by, binds, out);
                self.both(Some(cond), own)
            }
            "Err" => {
                let cond = self.failed(&place, span);
                if matches!(inner, syn::Pat::Wild(_) | syn::Pat::Rest(_)) {
                    return Some(cond);
                }
                let error = self.error_subject(&place, by, out);
                let wrapped: syn::Pat = syn::parse_quote!(::core::option::Option::Some(#inner));
                let own = self.test(&wrapped, &error, binds, out);
                match inner {
                    syn::Pat::Ident(ident) if self.is_binding(ident) && ident.subpat.is_none() => {
                        Some(cond)
                    }
                    _ => self.both(Some(cond), own),
                }
            }
            _ => self.refused(&pat),
        }
    }

    /// The flag of an `Option` or `Result`.
    pub(super) fn succeeded(&self, place: &Place, span: Span) -> Expr {
        let mut flag = place.clone();
        flag.path.push(Proj::Field(Member::At(0)));
        flag.ty = Ty::Tag;
        flag.span = span;
        let value = self.read(flag);
        Expr {
            ty: Ty::Bool,
            ..value
        }
    }

    fn failed(&self, place: &Place, span: Span) -> Expr {
        self.not(self.succeeded(place, span))
    }

    /// The value in an `Option` or `Result`.
    pub(super) fn payload_place(&self, place: &Place) -> Place {
        let mut value = place.clone();
        value.path.push(Proj::Field(Member::At(1)));
        value.ty = self.infer.payload(&place.ty).unwrap_or(Ty::Opaque);
        value
    }

    /// The error of a `Result`, under a name that code of the user's can be wrapped around.
    fn error_subject(&mut self, place: &Place, by: By, out: &mut Vec<Stmt>) -> Subject {
        let mut error = place.clone();
        error.path.push(Proj::Field(Member::At(2)));
        error.ty = Ty::Maybe;
        let span = error.span;
        let var = self.temp("error", Ty::Maybe, span);
        self.facts[var.0 as usize].named = true;
        let init = Some(self.read(error));
        let pat = crate::compiler::hir::Pat::Var(var);
        out.push(super::super::stmt(StmtKind::Let { pat, init }, span));
        let subject = self.code_subject(self.whole(var, span));
        match by {
            By::Move => subject,
            By::Shared | By::Exclusive => subject.referenced(self),
        }
    }
}

impl Subject {
    /// `&subject`
    pub(super) fn referenced(self, lower: &mut Lower<'_>) -> Subject {
        let Subject::Code(value, text) = self else {
            return self;
        };
        let span = value.span;
        let value = lower.compose(vec![(value, text)], true, Ty::Opaque, span, |parts| {
            let value = &parts[0];
            quote!(&#value)
        });
        Subject::Code(value, TokenStream::new())
    }
}

/// `Some(p)` with `p`, and `None`.
fn option_pattern(pat: &syn::Pat) -> Option<(Option<&syn::Pat>, Span)> {
    let is = |path: &syn::Path, name: &str| {
        is_outcome_path(path) && path.segments.last().is_some_and(|last| last.ident == name)
    };
    match pat {
        syn::Pat::TupleStruct(found) if is(&found.path, "Some") && found.elems.len() == 1 => {
            Some((found.elems.first(), found.path.span()))
        }
        syn::Pat::Path(path) if is(&path.path, "None") => Some((None, path.span())),
        syn::Pat::Ident(ident) if ident.ident == "None" => Some((None, ident.span())),
        _ => None,
    }
}

/// `Shape::Circle { … }`: a type before the name.
fn is_variant(pat: &syn::Pat) -> bool {
    let path = match pat {
        syn::Pat::Struct(pat) => &pat.path,
        syn::Pat::TupleStruct(pat) => &pat.path,
        _ => return false,
    };
    let owner = path.segments.iter().rev().nth(1);
    owner.is_some_and(|owner| {
        let owner = owner.ident.to_string();
        owner
            .trim_start_matches("r#")
            .starts_with(char::is_uppercase)
    })
}

/// `..`, or `rest @ ..`.
pub(super) fn is_rest(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Rest(_) => true,
        syn::Pat::Ident(ident) => {
            let inner = ident.subpat.as_ref();
            inner.is_some_and(|(_, inner)| matches!(**inner, syn::Pat::Rest(_)))
        }
        _ => false,
    }
}

fn literal_type(lit: &syn::Lit) -> Option<Ty> {
    match lit {
        syn::Lit::Int(_) | syn::Lit::Byte(_) => Some(Ty::Int),
        syn::Lit::Bool(_) => Some(Ty::Bool),
        _ => None,
    }
}

/// `Some`, `Ok`, `Err`
pub(in crate::compiler::lower) fn is_outcome_path(path: &syn::Path) -> bool {
    let last = path.segments.last().map(|last| last.ident.to_string());
    let owner = path
        .segments
        .iter()
        .rev()
        .nth(1)
        .map(|s| s.ident.to_string());
    let plain = owner.is_none_or(|owner| owner == "Option" || owner == "Result");
    plain && matches!(last.as_deref(), Some("Some" | "Ok" | "Err" | "None"))
}

/// `LIMIT`, as constants are written.
fn is_shouting(name: &str) -> bool {
    !name.contains(char::is_lowercase)
}
