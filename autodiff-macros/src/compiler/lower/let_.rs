//! `let`: values, other names for places, declarations.

use super::dest::{Dest, needs_dest};
use super::expr::bare;
use super::infer::Kind;
use super::looks::is_text;
use super::scope::Name;
use super::value::flatten;
use super::{Lower, annotation, stmt};
use crate::compiler::diag::{self, text_of_type};
use crate::compiler::hir::binding::bound;
use crate::compiler::hir::{Expr, ExprKind, Pat, Place, Stmt, StmtKind, Ty, VarId};
use crate::compiler::parse::{generics, types};
use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;

/// A value that got a name of its own, and is about to get another one.
fn unnamed(value: Expr) -> Expr {
    let ExprKind::Block(block) = &value.kind else {
        return value;
    };
    let named = match (
        block.stmts.as_slice(),
        block.value.as_deref().map(|e| &e.kind),
    ) {
        ([only], Some(ExprKind::Place(place))) if place.path.is_empty() => match &only.kind {
            StmtKind::Let {
                pat: Pat::Var(var),
                init: Some(init),
            } if *var == place.root && matches!(init.kind, ExprKind::Opaque(_)) => Some(init),
            _ => None,
        },
        _ => None,
    };
    named.cloned().unwrap_or(value)
}

/// The type that a `let` declares.
pub(super) struct Declared<'t> {
    /// As the compiler understands it.
    ty: Option<Ty>,
    /// As it is written.
    written: Option<&'t syn::Type>,
}

impl Declared<'_> {
    fn apply(&self, value: &mut Expr) {
        if let Some(written) = self.written {
            annotation::apply(written, value);
        }
    }
}

impl Lower<'_> {
    pub(super) fn let_statement(&mut self, local: &syn::Local, out: &mut Vec<Stmt>) {
        let (pat, annotation) = typed(&local.pat);
        let Some(init) = &local.init else {
            return self.declaration(pat, annotation, out);
        };
        if let Some((_, els)) = &init.diverge {
            let pat = &local.pat;
            return self.let_else(pat, &init.expr, els, local.let_token.span(), out);
        }
        let init = bare(&init.expr);
        if self.let_closure(pat, init, out) || self.let_chain(pat, init, out) {
            return;
        }
        if let (syn::Pat::Wild(_), None, syn::Expr::Call(_) | syn::Expr::MethodCall(_)) =
            (pat, annotation, init)
        {
            // What nobody uses is of a type that nobody tells.
            return self.expr_statement(init, out);
        }
        if let Some(ty) = annotation {
            self.check_collected(ty, init);
        }
        let ty = match self.made_struct(pat, annotation, init) {
            Some(made) => Some(made),
            None => annotation.map(|ty| self.annotation(ty)),
        };
        let declared = Declared {
            ty,
            written: annotation,
        };
        self.hint = declared.ty.clone();
        match self.simple_name(pat) {
            Some((name, mutable)) => self.let_name(&name, mutable, declared, init, out),
            None => self.let_pattern(pat, declared, init, local.let_token.span(), out),
        }
    }

    /// `let y;`, assigned later.
    pub(super) fn declaration(
        &mut self,
        pat: &syn::Pat,
        ty: Option<&syn::Type>,
        out: &mut Vec<Stmt>,
    ) {
        let written = ty.cloned();
        let ty = match ty {
            Some(ty) => self.annotation(ty),
            None => self.infer.fresh(Kind::Const),
        };
        match self.simple_name(pat) {
            Some((name, mutable)) => {
                let var = self.bind(&name, ty, mutable);
                self.facts[var.0 as usize].declared = written;
                self.declare(var, out);
            }
            None => self.bad_pattern(pat),
        }
    }

    /// Keeps the types that the user declared for the names of a pattern.
    pub(super) fn note_declared(&mut self, pat: &syn::Pat, ty: &syn::Type) {
        match (pat, types::bare(ty)) {
            (syn::Pat::Paren(paren), ty) => self.note_declared(&paren.pat, ty),
            (syn::Pat::Tuple(pats), syn::Type::Tuple(types)) => {
                let pairs = pats.elems.iter().zip(&types.elems);
                pairs.for_each(|(pat, ty)| self.note_declared(pat, ty));
            }
            (pat, ty) => {
                let name = self.simple_name(pat);
                let found = name.and_then(|(name, _)| self.peek_name(&name.to_string()));
                if let Some(Name::Var(var)) = found {
                    self.facts[var.0 as usize].declared = Some(ty.clone());
                }
            }
        }
    }

    /// The type that an annotation gives.
    pub(super) fn annotation(&mut self, ty: &syn::Type) -> Ty {
        let infer = &mut self.infer;
        let read = types::read(ty, &mut || Some(infer.fresh(Kind::Const)));
        match read {
            Ok(ty) => {
                let ty = generics::with_parameters(ty, &self.reals);
                self.soften(ty)
            }
            Err((_, types::Unfit::Generic | types::Unfit::Option)) => self.infer.fresh(Kind::Const),
            Err((tokens, _)) => {
                self.refuse(&diag::LOCAL_TYPE, &tokens, &[&text_of_type(&tokens)]);
                self.infer.fresh(Kind::Error)
            }
        }
    }

    /// A path in an annotation may name a real type or anything else: uses decide.
    pub(super) fn soften(&mut self, ty: Ty) -> Ty {
        use crate::compiler::hir::Real;
        match ty {
            Ty::Real(Real::Named(path)) => match self.named_types.get(&path.to_string()) {
                Some(known) => known.clone(),
                None => self.infer.annotate(path),
            },
            Ty::Tuple(parts) => {
                Ty::Tuple(parts.into_iter().map(|part| self.soften(part)).collect())
            }
            Ty::Array(inner, len) => Ty::Array(Box::new(self.soften(*inner)), len),
            Ty::Vec(inner) => Ty::Vec(Box::new(self.soften(*inner))),
            Ty::Slice(inner) => Ty::Slice(Box::new(self.soften(*inner))),
            Ty::Ref(mutable, inner) => Ty::Ref(mutable, Box::new(self.soften(*inner))),
            ty => ty,
        }
    }

    /// A path in the signature names a real type or a struct: uses decide.
    pub(super) fn soften_signature(&mut self, ty: Ty) -> Ty {
        use crate::compiler::hir::Real;
        match ty {
            Ty::Real(Real::Named(path)) => self.named_type(path, true),
            Ty::Tuple(parts) => Ty::Tuple(
                parts
                    .into_iter()
                    .map(|part| self.soften_signature(part))
                    .collect(),
            ),
            Ty::Array(inner, len) => Ty::Array(Box::new(self.soften_signature(*inner)), len),
            Ty::Vec(inner) => Ty::Vec(Box::new(self.soften_signature(*inner))),
            Ty::Slice(inner) => Ty::Slice(Box::new(self.soften_signature(*inner))),
            Ty::Seq(inner) => Ty::Seq(Box::new(self.soften_signature(*inner))),
            Ty::Ref(mutable, inner) => Ty::Ref(mutable, Box::new(self.soften_signature(*inner))),
            ty => ty,
        }
    }

    pub(super) fn let_name(
        &mut self,
        name: &Ident,
        mutable: bool,
        declared: Declared<'_>,
        init: &syn::Expr,
        out: &mut Vec<Stmt>,
    ) {
        if let Some((place, ty)) = self.alias(init) {
            self.bind_alias(name, mutable, declared.ty, place, ty, out);
            if let Some(Name::Var(var)) = self.peek_name(&name.to_string()) {
                self.facts[var.0 as usize].declared = declared.written.cloned();
            }
        } else if needs_dest(init) {
            self.let_into(name, mutable, declared, init, out);
        } else {
            let (value, held) = self.init(init);
            let mut value = unnamed(value);
            if self.gives_exclusive(&value) {
                let value = self.with_source(value, init);
                self.refuse_reference(&value);
                return self.enter(name, Name::Error);
            }
            declared.apply(&mut value);
            let ty = self.let_type(declared.ty, &value);
            let lent = lent(mutable, &value);
            let var = self.bind_value(name, mutable, ty, value, held, out);
            lent.iter().for_each(|value| self.note_lent(var, value));
            let facts = &mut self.facts[var.0 as usize];
            facts.declared = declared.written.cloned();
            facts.text = is_text(init);
        }
    }

    /// A `let` whose value jumps or is a loop: the variable is declared, and assigned inside.
    pub(super) fn let_into(
        &mut self,
        name: &Ident,
        mutable: bool,
        declared: Declared<'_>,
        init: &syn::Expr,
        out: &mut Vec<Stmt>,
    ) {
        let ty = declared.ty.unwrap_or_else(|| self.infer.fresh(Kind::Const));
        let var = self.bind_later(name, ty, mutable);
        self.facts[var.0 as usize].declared = declared.written.cloned();
        self.declared_value(var, init, out);
        self.enter_name(name, var);
    }

    /// A variable whose value jumps or is a loop.
    fn declared_value(&mut self, var: VarId, init: &syn::Expr, out: &mut Vec<Stmt>) {
        let mut stmts = Vec::new();
        self.value_into(init, Dest::Var(var), &mut stmts);
        let span = self.var(var).name.span();
        out.extend(bound(var, stmts, span));
    }

    /// The value of a `let`, and whether it stands behind a `&` or `&mut` (true) that belongs to no
    /// variable.
    pub(super) fn init(&mut self, init: &syn::Expr) -> (Expr, Option<bool>) {
        match init {
            syn::Expr::Reference(reference) if !self.is_place(&reference.expr) => {
                let value = self.expr(&reference.expr);
                match &value.kind {
                    ExprKind::Opaque(_) => (self.reference_to_constant(reference, value), None),
                    _ => (value, Some(reference.mutability.is_some())),
                }
            }
            init => (self.expr(init), None),
        }
    }

    /// The type of a variable: the annotation, or what the value has, open to later uses.
    pub(super) fn let_type(&mut self, annotation: Option<Ty>, value: &Expr) -> Ty {
        match annotation {
            Some(ty) => {
                self.expect(value, &ty);
                // A reference to something that is held by value, and `&[T]` from `&[T; N]`.
                match (self.infer.strip(&ty), self.infer.strip(&value.ty)) {
                    (Ty::Slice(_) | Ty::Seq(_), exact @ (Ty::Array(..) | Ty::Vec(_))) => exact,
                    (stripped, _) => stripped,
                }
            }
            None => self.open(&value.ty),
        }
    }

    pub(super) fn bind_value(
        &mut self,
        name: &Ident,
        mutable: bool,
        ty: Ty,
        value: Expr,
        held: Option<bool>,
        out: &mut Vec<Stmt>,
    ) -> VarId {
        let mut value = flatten(value, out);
        self.coerce(&mut value, &ty);
        if matches!(self.infer.shallow(&value.ty), Ty::Opaque) {
            // What the variable turns out to be is what the code gives.
            value.ty = ty.clone();
        }
        let var = self.bind(name, ty, mutable || held == Some(true));
        self.note_usize(var, &value);
        self.facts[var.0 as usize].held = held;
        let kind = StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(value),
        };
        out.push(stmt(kind, name.span()));
        var
    }

    /// The place that `let name = init` is another name of, and the type of the reference.
    pub(super) fn alias(&mut self, init: &syn::Expr) -> Option<(Place, Ty)> {
        let init = bare(init);
        if let syn::Expr::Reference(reference) = init {
            if !self.is_place(&reference.expr) || self.is_opaque_place(&reference.expr) {
                return None;
            }
            let place = self.place(&reference.expr);
            let mutable = reference.mutability.is_some();
            let ty = match self.infer.shallow(&place.ty) {
                Ty::Ref(_, inner) => Ty::Ref(mutable, inner),
                ty => Ty::Ref(mutable, Box::new(ty)),
            };
            return Some((place, ty));
        }
        if !self.is_place(init) || self.is_opaque_place(init) {
            return None;
        }
        let root = self.root(init)?;
        let held = self.facts[root.0 as usize].held.is_some() && matches!(init, syn::Expr::Path(_));
        if !held && !self.is_reference(init) {
            return None;
        }
        let place = self.place(init);
        let ty = match self.infer.shallow(&place.ty) {
            ty @ Ty::Ref(..) => ty,
            ty => Ty::Ref(false, Box::new(ty)),
        };
        Some((place, ty))
    }

    /// True if a place expression has a reference type; looks without lowering.
    pub(super) fn is_reference(&self, expr: &syn::Expr) -> bool {
        match expr {
            syn::Expr::Path(_) => {
                let root = self.root(expr);
                root.is_some_and(|var| matches!(self.infer.shallow(&self.var(var).ty), Ty::Ref(..)))
            }
            syn::Expr::MethodCall(_) => true,
            _ => false,
        }
    }

    pub(super) fn bind_alias(
        &mut self,
        name: &Ident,
        mutable: bool,
        annotation: Option<Ty>,
        place: Place,
        ty: Ty,
        out: &mut Vec<Stmt>,
    ) {
        if let Some(annotation) = annotation {
            let value = self.make(ExprKind::Place(place.clone()), ty.clone(), place.span);
            self.expect(&value, &annotation);
        }
        if mutable {
            let text = name.to_string();
            self.refuse(&diag::MUTABLE_REFERENCE, name, &[&text]);
        }
        let root = place.root;
        let var = self.bind(name, ty, false);
        self.facts[var.0 as usize].alias_of = Some(root);
        out.push(stmt(StmtKind::Alias { var, place }, name.span()));
    }

    /// Binds one of the names of `let (a, b) = v.split_at(k);`.
    pub(super) fn bind_part(&mut self, pat: &syn::Pat, place: Place, ty: Ty, out: &mut Vec<Stmt>) {
        match self.simple_name(pat) {
            Some((name, mutable)) => self.bind_alias(&name, mutable, None, place, ty, out),
            None if matches!(pat, syn::Pat::Wild(_)) => {}
            None => self.bad_pattern(pat),
        }
    }

    pub(super) fn let_pattern(
        &mut self,
        pat: &syn::Pat,
        declared: Declared<'_>,
        init: &syn::Expr,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        if needs_dest(init) {
            let ty = declared.ty.unwrap_or_else(|| self.infer.fresh(Kind::Const));
            let hidden = self.temp("value", ty.clone(), span);
            self.facts[hidden.0 as usize].declared = declared.written.cloned();
            self.declared_value(hidden, init, out);
            return self.destructure(pat, hidden, ty, out);
        }
        if let (syn::Pat::Tuple(pats), syn::Expr::Tuple(values)) = (pat, init)
            && pats.elems.len() == values.elems.len()
            && values
                .elems
                .iter()
                .any(|value| matches!(bare(value), syn::Expr::Reference(_)))
        {
            return self.let_references(pats, values, &declared, span, out);
        }
        if self.let_split(pat, init, out) {
            return;
        }
        // `let [p, q] = &a;` binds what `a` has there.
        if let (syn::Pat::Slice(_), syn::Expr::Reference(reference)) = (pat, bare(init))
            && reference.mutability.is_none()
            && self.is_place(bare(&reference.expr))
        {
            return self.let_pattern(pat, declared, bare(&reference.expr), span, out);
        }
        if self.let_constant(pat, init, out) {
            return;
        }
        if let Some(place) = self.changed_by_parts(pat, init) {
            if let Some(declared) = &declared.ty {
                self.fit(pat, &place.ty, declared);
            }
            return self.bind_parts(pat, place, out);
        }
        let mut value = self.expr(init);
        declared.apply(&mut value);
        let ty = match declared.ty {
            Some(ty) => {
                self.expect(&value, &ty);
                ty
            }
            None => self.open(&value.ty),
        };
        self.bind_pattern(pat, ty, value, span, out);
        if let Some(written) = declared.written {
            self.note_declared(pat, written);
        }
    }

    /// `let Subject { time, event, .. } = s;` of a constant that the compiler does not look into, as `match` takes it apart.
    fn let_constant(&mut self, pat: &syn::Pat, init: &syn::Expr, out: &mut Vec<Stmt>) -> bool {
        let inner = match init {
            syn::Expr::Reference(reference) => bare(&reference.expr),
            init => init,
        };
        let constant = is_struct_pattern(pat)
            && self.is_place(inner)
            && (self.is_opaque_place(inner)
                || self.is_constant_part(inner)
                || self.element_of_constant(inner).is_some());
        if constant {
            let subject = self.subject(init, out);
            self.bind_constant_fields(pat, &subject, out);
        }
        constant
    }

    /// The place that the names of a pattern lead to if they may change it: `ref mut`, or parts of
    /// something behind `&mut`. A copy of it would take up the changes in vain.
    fn changed_by_parts(&mut self, pat: &syn::Pat, init: &syn::Expr) -> Option<Place> {
        let (inner, borrowed) = match init {
            syn::Expr::Reference(reference) if reference.mutability.is_some() => {
                (bare(&reference.expr), true)
            }
            init => (init, false),
        };
        if !self.is_place(inner) || self.is_opaque_place(inner) {
            return None;
        }
        let exclusive = |ty: &Ty| matches!(ty, Ty::Ref(true, _));
        let behind = self
            .variable_type(inner)
            .is_some_and(|ty| exclusive(&self.infer.shallow(&ty)));
        let transparent = matches!(inner, syn::Expr::MethodCall(_));
        if !(borrowed || behind || transparent || has_exclusive_name(pat)) {
            return None;
        }
        let mut place = self.place(inner);
        if borrowed && !exclusive(&self.infer.shallow(&place.ty)) {
            place.ty = Ty::Ref(true, Box::new(place.ty));
        }
        Some(place)
    }

    /// `let (a, b) = (&x, y);` one by one: names are bound after all values are lowered.
    pub(super) fn let_references(
        &mut self,
        pats: &syn::PatTuple,
        values: &syn::ExprTuple,
        declared: &Declared<'_>,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        enum Part {
            Alias(Place, Ty),
            Value(Expr, Option<bool>),
        }
        let mut parts = Vec::new();
        for value in &values.elems {
            let part = self.in_operand(|this| match this.alias(value) {
                Some((place, ty)) => Part::Alias(place, ty),
                None => {
                    let (value, held) = this.init(bare(value));
                    Part::Value(value, held)
                }
            });
            parts.push(part);
        }
        if let Some(ty) = &declared.ty {
            let found = parts.iter().map(|part| match part {
                Part::Alias(_, ty) => ty.clone(),
                Part::Value(value, _) => value.ty.clone(),
            });
            let found = Ty::Tuple(found.collect());
            self.fit(pats, &found, ty);
        }
        for (pat, part) in pats.elems.iter().zip(parts) {
            match (part, self.simple_name(pat)) {
                (Part::Alias(place, ty), Some((name, mutable))) => {
                    self.bind_alias(&name, mutable, None, place, ty, out);
                }
                (Part::Value(value, held), Some((name, mutable))) => {
                    let ty = self.open(&value.ty);
                    let lent = lent(mutable, &value);
                    let var = self.bind_value(&name, mutable, ty, value, held, out);
                    lent.iter().for_each(|value| self.note_lent(var, value));
                }
                (Part::Alias(..), None) => self.bad_pattern(pat),
                (Part::Value(value, _), None) => {
                    let ty = self.open(&value.ty);
                    self.bind_pattern(pat, ty, value, span, out);
                }
            }
        }
        if let Some(written) = declared.written {
            self.note_declared(&syn::Pat::Tuple(pats.clone()), written);
        }
    }
}

/// True for `P { x, .. }`, `P(a, b)` and `&` of them.
pub(super) fn is_struct_pattern(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Paren(paren) => is_struct_pattern(&paren.pat),
        syn::Pat::Reference(reference) => is_struct_pattern(&reference.pat),
        syn::Pat::Struct(_) | syn::Pat::TupleStruct(_) => true,
        _ => false,
    }
}

/// True if `ref mut` is in a pattern.
fn has_exclusive_name(pat: &syn::Pat) -> bool {
    struct Finder(bool);
    impl<'ast> syn::visit::Visit<'ast> for Finder {
        fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
            self.0 |= pat.by_ref.is_some() && pat.mutability.is_some();
            syn::visit::visit_pat_ident(self, pat);
        }
    }
    let mut finder = Finder(false);
    syn::visit::Visit::visit_pat(&mut finder, pat);
    finder.0
}

/// Takes the type annotation off a pattern.
fn typed(pat: &syn::Pat) -> (&syn::Pat, Option<&syn::Type>) {
    match pat {
        syn::Pat::Type(typed) => (&typed.pat, Some(&typed.ty)),
        pat => (pat, None),
    }
}

/// What an immutable name may stand for: code that rustc alone reads.
fn lent(mutable: bool, value: &Expr) -> Option<Expr> {
    let read = !mutable && matches!(value.kind, ExprKind::Opaque(_));
    read.then(|| value.clone())
}
