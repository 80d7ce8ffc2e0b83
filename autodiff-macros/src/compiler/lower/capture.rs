//! Code on constants that is copied as the user wrote it, with the variables that occur in it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use super::arg::is_part;
use super::expr::bare;
use super::infer::Kind;
use super::{Lower, stmt};
use crate::compiler::hir::{
    BinOp, Block, Expr, ExprKind, Pat, Place, Proj, Stmt, StmtKind, Ty, VarId, Verbatim,
};

/// What a piece of code captures.
#[derive(Default)]
pub(super) struct Captured {
    pub(super) uses: Vec<(Ident, VarId)>,
    pub(super) impure: bool,
}

impl Captured {
    pub(super) fn add(&mut self, name: &Ident, var: VarId) {
        if self.uses.iter().all(|(_, known)| *known != var) {
            self.uses.push((name.clone(), var));
        }
    }
}

impl Lower<'_> {
    pub(super) fn opaque(
        &self,
        tokens: TokenStream,
        uses: Vec<(Ident, VarId)>,
        pure: bool,
        ty: Ty,
        span: Span,
    ) -> Expr {
        let code = Verbatim { tokens, uses, pure };
        self.make(ExprKind::Opaque(code), ty, span)
    }

    /// Code made of operands, given with their own text. Operands that cannot be copied as text
    /// (they hold a decision, a length, a part that was renamed) get a name first.
    pub(super) fn compose(
        &mut self,
        parts: Vec<(Expr, TokenStream)>,
        pure: bool,
        ty: Ty,
        span: Span,
        build: impl FnOnce(&[TokenStream]) -> TokenStream,
    ) -> Expr {
        self.compose_on(false, parts, pure, ty, span, build)
    }

    /// The same; `place`: the first part is a place that a method is called on, which may change
    /// it, so that it has to stay itself.
    pub(super) fn compose_on(
        &mut self,
        place: bool,
        parts: Vec<(Expr, TokenStream)>,
        pure: bool,
        ty: Ty,
        span: Span,
        build: impl FnOnce(&[TokenStream]) -> TokenStream,
    ) -> Expr {
        let parts = parts.into_iter();
        let parts = parts.map(|(part, source)| (self.element_in_place(part), source));
        let parts: Vec<(Expr, TokenStream)> = parts.collect();
        let mut all = Captured::default();
        let whole = parts.iter().all(|(part, _)| self.capture(part, &mut all));
        if !whole {
            self.check_order(parts.iter().map(|(part, _)| part));
        }
        let mut stmts = Vec::new();
        let mut captured = Captured::default();
        let mut texts = Vec::new();
        for (i, (part, source)) in parts.into_iter().enumerate() {
            let keep = whole || (place && i == 0);
            let part = without_names(part, &mut stmts);
            texts.push(self.part((part, source), keep, &mut captured, &mut stmts));
        }
        let pure = pure && !captured.impure;
        let value = self.opaque(build(&texts), captured.uses, pure, ty.clone(), span);
        if stmts.is_empty() {
            return value;
        }
        let value = Some(Box::new(value));
        self.make(ExprKind::Block(Block { stmts, value }), ty, span)
    }

    /// The text of a part of some code: its own if that is a constant that nothing around it
    /// changes (or `keep`), else a new name for its value.
    fn part(
        &mut self,
        (part, source): (Expr, TokenStream),
        keep: bool,
        captured: &mut Captured,
        stmts: &mut Vec<Stmt>,
    ) -> TokenStream {
        let mut own = Captured::default();
        if self.capture(&part, &mut own) && (keep || !own.impure) {
            captured.impure |= own.impure;
            own.uses
                .iter()
                .for_each(|(name, var)| captured.add(name, *var));
            return text(&(part, source));
        }
        let ty = self.open(&part.ty);
        let var = self.temp("operand", ty, part.span);
        let name = self.var(var).name.clone();
        captured.add(&name, var);
        let (pat, at) = (Pat::Var(var), part.span);
        let init = Some(part);
        stmts.push(stmt(StmtKind::Let { pat, init }, at));
        name.into_token_stream()
    }

    /// Collects what `expr` captures; false if it cannot be copied as text.
    pub(super) fn capture(&self, expr: &Expr, captured: &mut Captured) -> bool {
        match &expr.kind {
            ExprKind::Lit(_) => true,
            ExprKind::Place(place) | ExprKind::Ref(false, place) => {
                self.capture_place(place, captured)
            }
            ExprKind::Unary(_, inner) | ExprKind::Cast(inner, _) => self.capture(inner, captured),
            ExprKind::Binary(_, a, b) | ExprKind::Repeat(a, b) => {
                self.capture(a, captured) && self.capture(b, captured)
            }
            ExprKind::Tuple(parts) | ExprKind::List(parts) => {
                parts.iter().all(|part| self.capture(part, captured))
            }
            ExprKind::Rule(_, parts) => {
                !parts.is_empty() && parts.iter().all(|part| self.capture(part, captured))
            }
            ExprKind::Opaque(code) => {
                captured.impure |= !code.pure;
                code.uses
                    .iter()
                    .for_each(|(name, var)| captured.add(name, *var));
                true
            }
            _ => false,
        }
    }

    fn capture_place(&self, place: &Place, captured: &mut Captured) -> bool {
        let facts = &self.facts[place.root.0 as usize];
        let var = self.var(place.root);
        if !facts.named || facts.held.is_some() || self.infer.may_be_real(&var.ty) {
            return false;
        }
        captured.impure |= self.is_hidden_state(place.root);
        captured.add(&var.name, place.root);
        place.path.iter().all(|step| match step {
            Proj::Index(at) => counts_from_end(at, place.root) || self.capture(at, captured),
            Proj::Slice { lo, hi, .. } => {
                let mut ends = lo.iter().chain(hi);
                ends.all(|end| self.capture(end, captured))
            }
            Proj::Field(_) => true,
        })
    }

    /// True if no real variable is in it: what it gives has no derivative.
    pub(super) fn is_constant(&self, expr: &Expr) -> bool {
        if !self.infer.may_be_real(&expr.ty) {
            return true;
        }
        match &expr.kind {
            ExprKind::Lit(_) | ExprKind::Opaque(_) => true,
            ExprKind::Unary(_, inner) | ExprKind::Cast(inner, _) => self.is_constant(inner),
            ExprKind::Binary(_, a, b) => self.is_constant(a) && self.is_constant(b),
            ExprKind::Repeat(a, _) => self.is_constant(a),
            ExprKind::Tuple(parts) | ExprKind::List(parts) | ExprKind::Rule(_, parts) => {
                parts.iter().all(|part| self.is_constant(part))
            }
            _ => false,
        }
    }

    /// A part of a variable whose type the compiler does not look into: `config.tolerance`.
    pub(super) fn opaque_place(&mut self, expr: &syn::Expr) -> Expr {
        let span = expr.span();
        if let Some(part) = self.renamed_part(expr) {
            return part;
        }
        match bare(expr) {
            syn::Expr::Index(index) => {
                let base = self.opaque_place(&index.expr);
                if let syn::Expr::Range(range) = bare(&index.index) {
                    return self.part_of_constant(base, index, range);
                }
                let at = self.operand(&index.index);
                let parts = vec![
                    (base, index.expr.to_token_stream()),
                    (at, index.index.to_token_stream()),
                ];
                self.compose(parts, true, Ty::Opaque, span, |parts| {
                    let (base, at) = (&parts[0], &parts[1]);
                    match is_part(&index.expr) {
                        true => quote!((#base)[#at]),
                        false => quote!(#base[#at]),
                    }
                })
            }
            syn::Expr::Field(field) => {
                let base = self.opaque_place(&field.base);
                let member = &field.member;
                let parts = vec![(base, field.base.to_token_stream())];
                self.compose(parts, true, Ty::Opaque, span, |parts| {
                    let base = &parts[0];
                    quote!(#base.#member)
                })
            }
            syn::Expr::Unary(unary) => {
                let base = self.opaque_place(&unary.expr);
                let parts = vec![(base, unary.expr.to_token_stream())];
                self.compose(parts, true, Ty::Opaque, span, |parts| {
                    let base = &parts[0];
                    quote!((*#base))
                })
            }
            syn::Expr::MethodCall(call) => self.method_call(call),
            syn::Expr::Path(path) => {
                let Some(var) = self.root(expr) else {
                    return self.error(path.to_token_stream());
                };
                if let Some(element) = self.element_of_constant(expr) {
                    return element;
                }
                let pure = !self.is_hidden_state(var);
                let name = self.var(var).name.clone();
                let mut captured = Captured::default();
                captured.add(&name, var);
                self.opaque(
                    path.to_token_stream(),
                    captured.uses,
                    pure,
                    Ty::Opaque,
                    span,
                )
            }
            other => self.error(other.to_token_stream()),
        }
    }

    /// A name of an element of a list in a constant, as the reference that it is.
    pub(super) fn element_of_constant(&self, expr: &syn::Expr) -> Option<Expr> {
        let path = matches!(bare(expr), syn::Expr::Path(_));
        let var = self.root(expr).filter(|_| path)?;
        let code = self.facts[var.0 as usize].element.clone()?;
        Some(self.reference_to(code, expr.span()))
    }

    pub(super) fn reference_to(&self, mut code: Verbatim, span: Span) -> Expr {
        let tokens = &code.tokens;
        code.tokens = quote!((&#tokens));
        self.make(ExprKind::Opaque(code), Ty::Opaque, span)
    }

    /// Such a name as a part of code, which may not move the element.
    fn element_in_place(&self, part: Expr) -> Expr {
        let code = match &part.kind {
            ExprKind::Place(place) if place.path.is_empty() => {
                self.facts[place.root.0 as usize].element.clone()
            }
            _ => None,
        };
        match code {
            Some(code) => self.make(ExprKind::Opaque(code), part.ty.clone(), part.span),
            None => part,
        }
    }

    /// Of a name of such an element nothing else tells what it is, as soon as there are parts of it.
    pub(super) fn freeze_element(&mut self, expr: &syn::Expr) {
        if self.element_of_constant(expr).is_some() {
            self.freeze_constant(expr);
        }
    }

    /// `w[0]` of a window, `p.kind` of a struct that has a derivative: what it is part of cannot be copied as text, so the part
    /// gets a name of its own.
    fn renamed_part(&mut self, expr: &syn::Expr) -> Option<Expr> {
        let root = self.root(expr).filter(|_| self.is_constant_part(expr))?;
        let facts = &self.facts[root.0 as usize];
        let copied = facts.named && facts.held.is_none() && facts.piece.is_none();
        let ty = &self.var(root).ty;
        let inside = matches!(self.infer.strip(ty), Ty::Opaque);
        if inside || copied && !self.infer.may_be_real(ty) {
            return None;
        }
        let span = expr.span();
        let place = self.place(expr);
        let var = self.temp("constant", Ty::Ref(false, Box::new(Ty::Opaque)), span);
        self.facts[var.0 as usize].alias_of = Some(place.root);
        let name = self.var(var).name.clone();
        let uses = vec![(name.clone(), var)];
        let value = self.opaque(name.into_token_stream(), uses, true, Ty::Opaque, span);
        let stmts = vec![stmt(StmtKind::Alias { var, place }, span)];
        let value = Some(Box::new(value));
        Some(self.make(ExprKind::Block(Block { stmts, value }), Ty::Opaque, span))
    }

    /// True if unknown methods may change the variable (a random number generator): then nothing
    /// that reads it may be run again.
    pub(super) fn is_hidden_state(&self, var: VarId) -> bool {
        let hidden = self.facts[var.0 as usize].hidden;
        let var = self.var(var);
        let ty = self.infer.strip(&var.ty);
        let unknown = matches!(ty, Ty::Opaque) || matches!(self.infer.kind(&ty), Some(Kind::Const));
        unknown && (var.mutable || hidden || matches!(var.ty, Ty::Ref(true, _)))
    }

    /// A constant of which a field is taken, and that cannot change: the compiler need not look
    /// into it.
    pub(super) fn freeze_constant(&mut self, base: &syn::Expr) {
        let var = match bare(base) {
            syn::Expr::Path(_) => self.root(base),
            syn::Expr::Field(field) => return self.freeze_constant(&field.base),
            _ => None,
        };
        let Some(var) = var.map(|var| self.var(var)).filter(|var| !var.mutable) else {
            return;
        };
        let ty = self.infer.strip(&var.ty);
        if matches!(self.infer.kind(&ty), Some(Kind::Const)) {
            self.infer.freeze(&ty);
        }
    }

    /// `{ let hint = value; build(hint) }`
    pub(super) fn in_block(
        &mut self,
        hint: &str,
        value: Expr,
        span: Span,
        build: impl FnOnce(&mut Self, Place) -> Expr,
    ) -> Expr {
        let ty = self.open(&value.ty);
        let var = self.temp(hint, ty, span);
        let place = self.whole(var, span);
        let kind = StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(value),
        };
        let value = build(self, place);
        let ty = value.ty.clone();
        let block = Block {
            stmts: vec![stmt(kind, span)],
            value: Some(Box::new(value)),
        };
        self.make(ExprKind::Block(block), ty, span)
    }
}

/// Code on names of its own: they are declared in front of what it becomes part of. As a value it might be moved.
fn without_names(part: Expr, out: &mut Vec<Stmt>) -> Expr {
    match &part.kind {
        ExprKind::Block(Block {
            stmts,
            value: Some(value),
        }) if matches!(value.kind, ExprKind::Opaque(_)) => {
            out.extend(stmts.iter().cloned());
            (**value).clone()
        }
        _ => part,
    }
}

/// The text of an operand: its own if it is code already.
fn text((part, source): &(Expr, TokenStream)) -> TokenStream {
    match &part.kind {
        ExprKind::Opaque(code) => code.tokens.clone(),
        _ => source.clone(),
    }
}

/// True for the index of an element behind the `..` of a pattern, which is `len() - k` of the list itself.
fn counts_from_end(at: &Expr, list: VarId) -> bool {
    match &at.kind {
        ExprKind::Binary(BinOp::Sub, len, behind) if at.source.is_empty() => {
            matches!(&len.kind, ExprKind::Len(of) if of.root == list)
                && matches!(behind.kind, ExprKind::Lit(_))
        }
        _ => false,
    }
}
