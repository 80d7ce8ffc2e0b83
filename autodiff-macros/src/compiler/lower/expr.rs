//! Expressions.

use quote::ToTokens;
use syn::spanned::Spanned;

use super::Lower;
use super::arg::is_part;
use super::infer::Kind;
use super::marks::has_attributes;
use super::stmt::Want;
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{Block, Expr, ExprKind, LoopId, Real, StmtKind, Ty};

/// Takes off parentheses and the invisible groups that `macro_rules!` puts around fragments.
pub(super) fn bare(expr: &syn::Expr) -> &syn::Expr {
    match expr {
        syn::Expr::Paren(paren) if paren.attrs.is_empty() => bare(&paren.expr),
        syn::Expr::Group(group) if group.attrs.is_empty() => bare(&group.expr),
        expr => expr,
    }
}

impl Lower<'_> {
    /// Lowers an expression that is used for its value.
    pub(super) fn expr(&mut self, expr: &syn::Expr) -> Expr {
        // What is known of a value is not known of its parts.
        let keeps = match bare(expr) {
            syn::Expr::Call(_) | syn::Expr::Binary(_) | syn::Expr::If(_) | syn::Expr::Block(_) => {
                true
            }
            syn::Expr::MethodCall(call) => call.method == "collect" || call.method == "map",
            _ => false,
        };
        self.hint = self.hint.take().filter(|_| keeps);
        if has_attributes(expr) {
            let outer = self.marks;
            let expr = self.take_marks(expr);
            let value = self.plain_expr(&expr);
            self.marks = outer;
            return value;
        }
        self.plain_expr(expr)
    }

    fn plain_expr(&mut self, expr: &syn::Expr) -> Expr {
        match expr {
            syn::Expr::Paren(inner) => self.expr(&inner.expr),
            syn::Expr::Group(inner) => self.expr(&inner.expr),
            syn::Expr::Lit(lit) => self.literal(lit),
            syn::Expr::Path(path) => self.path(path),
            syn::Expr::Unary(unary) => self.unary(unary),
            syn::Expr::Binary(binary) => self.binary(binary),
            syn::Expr::Cast(cast) => self.cast(cast),
            syn::Expr::Index(index) => self.index(index),
            syn::Expr::Field(field) => self.field(field),
            syn::Expr::If(branch) => self.if_value(branch),
            syn::Expr::Block(block) if block.label.is_none() => self.block_value(block),
            syn::Expr::Block(_) | syn::Expr::Loop(_) => self.loop_operand(expr),
            syn::Expr::Tuple(tuple) => self.tuple(tuple),
            syn::Expr::Struct(literal) if super::outcome::is_variant(&literal.path) => {
                self.variant_literal(literal)
            }
            syn::Expr::Struct(literal) => self.struct_literal(literal),
            syn::Expr::Array(array) => self.array(array),
            syn::Expr::Repeat(repeat) => self.repeat(repeat),
            syn::Expr::Call(call) => self.call(call),
            syn::Expr::MethodCall(call) => self.method_call(call),
            syn::Expr::Reference(reference) => self.stray_reference(reference),
            syn::Expr::Macro(mac) => self.macro_value(&mac.mac),
            syn::Expr::Match(found) => self.match_value(found),
            syn::Expr::Try(found) => self.try_value(found),
            syn::Expr::Return(_) | syn::Expr::Break(_) | syn::Expr::Continue(_) => {
                self.jump_value(expr)
            }
            other => self.outside_language(other),
        }
    }

    fn literal(&mut self, lit: &syn::ExprLit) -> Expr {
        let tokens = lit.to_token_stream();
        let span = lit.lit.span();
        let ty = match &lit.lit {
            syn::Lit::Float(float) => self.float_type(float.suffix()),
            syn::Lit::Int(int) if matches!(int.suffix(), "f64" | "f32") => {
                self.float_type(int.suffix())
            }
            syn::Lit::Int(_) | syn::Lit::Byte(_) => Ty::Int,
            syn::Lit::Bool(_) => Ty::Bool,
            _ => Ty::Opaque,
        };
        if matches!(ty, Ty::Opaque) {
            return self.opaque(tokens, Vec::new(), true, Ty::Opaque, span);
        }
        self.make(ExprKind::Lit(tokens), ty, span)
    }

    fn float_type(&mut self, suffix: &str) -> Ty {
        match suffix {
            "f64" => Ty::Real(Real::F64),
            "f32" => Ty::Real(Real::F32),
            _ => self.infer.fresh(Kind::Float { soft: false }),
        }
    }

    fn index(&mut self, index: &syn::ExprIndex) -> Expr {
        let expr = &syn::Expr::Index(index.clone());
        if self.is_place(expr) {
            if self.is_opaque_place(expr) {
                return self.opaque_place(expr);
            }
            let place = self.place(expr);
            if matches!(place.ty, Ty::Slice(_)) {
                return self.refuse(&diag::UNSIZED, index, &[&text_of(index)]);
            }
            return self.read(place);
        }
        self.index_value(index)
    }

    /// `g(x)[i]`, `TABLE[i]`.
    fn index_value(&mut self, index: &syn::ExprIndex) -> Expr {
        let base = self.operand(&index.expr);
        if let syn::Expr::Range(range) = bare(&index.index) {
            return match base.kind {
                ExprKind::Opaque(_) => self.part_of_constant(base, index, range),
                _ => self.part_of_value(base, index, range),
            };
        }
        let at = self.integer_or_any(&index.index);
        if matches!(base.kind, ExprKind::Opaque(_)) {
            let inner = self.element_of(&base.ty).unwrap_or(Ty::Opaque);
            let parts = vec![
                (base, index.expr.to_token_stream()),
                (at, index.index.to_token_stream()),
            ];
            let span = index.span();
            return self.compose(parts, true, inner, span, |parts| {
                let (base, at) = (&parts[0], &parts[1]);
                match is_part(&index.expr) {
                    true => quote::quote!((#base)[#at]),
                    false => quote::quote!(#base[#at]),
                }
            });
        }
        self.expect(&at, &Ty::Int);
        let span = index.span();
        self.in_block("part", base, span, |this, mut place| {
            match this.element_of(&place.ty) {
                Some(inner) => {
                    place.path.push(crate::compiler::hir::Proj::Index(at));
                    place.ty = inner;
                    this.read(place)
                }
                None => this.not_a_list(index),
            }
        })
    }

    /// `TABLE[lo..hi]`; what can be done with it can be done with a reference to it.
    pub(super) fn part_of_constant(
        &mut self,
        base: Expr,
        index: &syn::ExprIndex,
        range: &syn::ExprRange,
    ) -> Expr {
        let ty = match self.element_of(&base.ty) {
            Some(inner) => Ty::Ref(false, Box::new(Ty::Slice(Box::new(inner)))),
            None => Ty::Opaque,
        };
        let mut parts = vec![(base, index.expr.to_token_stream())];
        for end in [&range.start, &range.end].into_iter().flatten() {
            parts.push((self.integer(end), end.to_token_stream()));
        }
        let (starts, limits) = (range.start.is_some(), range.limits);
        self.compose(parts, true, ty, index.span(), |parts| {
            let (base, ends) = (&parts[0], &parts[1..]);
            let (start, end) = ends.split_at(usize::from(starts));
            quote::quote!(&#base[#(#start)* #limits #(#end)*])
        })
    }

    /// `g(x)[lo..hi]`: nobody else has the value, so that a copy of the part does for it.
    fn part_of_value(
        &mut self,
        base: Expr,
        index: &syn::ExprIndex,
        range: &syn::ExprRange,
    ) -> Expr {
        let part = self.slice_step(range);
        let span = index.span();
        self.in_block("part", base, span, |this, mut place| {
            let Some(inner) = this.element_of(&place.ty) else {
                return this.not_a_list(index);
            };
            place.path.push(part);
            place.ty = Ty::Slice(Box::new(inner));
            this.of_part(place, "to_vec", span)
        })
    }

    fn not_a_list(&mut self, index: &syn::ExprIndex) -> Expr {
        let of = text_of(&index.expr);
        self.refuse(&diag::NOT_INDEXED, index, &[&of, "a value"])
    }

    fn integer_or_any(&mut self, index: &syn::Expr) -> Expr {
        match bare(index) {
            syn::Expr::Range(range) => {
                let range = range.clone();
                self.refuse(&diag::UNSIZED, &range, &[&text_of(&range)])
            }
            index => self.operand(index),
        }
    }

    fn field(&mut self, field: &syn::ExprField) -> Expr {
        let expr = &syn::Expr::Field(field.clone());
        self.freeze_constant(&field.base);
        if self.is_place(expr) {
            if self.is_opaque_place(expr) {
                return self.opaque_place(expr);
            }
            let place = self.place(expr);
            return self.read(place);
        }
        let base = self.operand(&field.base);
        if matches!(base.kind, ExprKind::Opaque(_)) {
            let member = &field.member;
            let text = field.base.to_token_stream();
            let span = field.span();
            let parts = vec![(base, text)];
            return self.compose(parts, true, Ty::Opaque, span, |base| {
                let base = &base[0];
                quote::quote!((#base).#member)
            });
        }
        self.in_block("parts", base, field.span(), |this, place| {
            let place = this.part_of(place, field);
            this.read(place)
        })
    }

    /// `if` as a value.
    fn if_value(&mut self, branch: &syn::ExprIf) -> Expr {
        if super::match_::has_let(&branch.cond) {
            return self.if_let_value(branch);
        }
        let Some((_, els)) = &branch.else_branch else {
            return self.refuse(&diag::IF_WITHOUT_ELSE, &branch.if_token, &[]);
        };
        let wanted = self.hint.take();
        let cond = self.condition(&branch.cond);
        self.hint = wanted.clone();
        let mut then = self.block(&branch.then_branch, Want::Value);
        self.hint = wanted;
        let mut els = match bare(els) {
            syn::Expr::Block(block) if block.label.is_none() => {
                self.block(&block.block, Want::Value)
            }
            other => Block {
                stmts: Vec::new(),
                value: Some(Box::new(self.expr(other))),
            },
        };
        let ty = self.join_blocks(&then, &els, branch);
        for value in [&mut then.value, &mut els.value].into_iter().flatten() {
            self.coerce(value, &ty);
        }
        let span = branch.if_token.span();
        let expr = self.make(ExprKind::If(Box::new(cond), then, els), ty, span);
        self.with_source(expr, branch)
    }

    fn join_blocks(&mut self, then: &Block, els: &Block, branch: &syn::ExprIf) -> Ty {
        match (&then.value, &els.value) {
            (Some(a), Some(b)) => {
                for value in [a, b] {
                    if self.gives_reference(value) {
                        return self.refuse(&diag::IF_REFERENCE, branch, &[]).ty;
                    }
                }
                self.join(a, b)
            }
            (Some(a), None) if diverges(els) => a.ty.clone(),
            (None, Some(b)) if diverges(then) => b.ty.clone(),
            (None, None) if diverges(then) && diverges(els) => Ty::Never,
            _ => Ty::Unit,
        }
    }

    fn block_value(&mut self, expr: &syn::ExprBlock) -> Expr {
        let block = self.block(&expr.block, Want::Value);
        let span = expr.block.brace_token.span.open();
        match block.value {
            Some(value) if block.stmts.is_empty() => *value,
            value => {
                let ty = match &value {
                    Some(value) => value.ty.clone(),
                    None if block.stmts.last().is_some_and(|s| jumps(&s.kind)) => Ty::Never,
                    None => Ty::Unit,
                };
                let block = Block {
                    stmts: block.stmts,
                    value,
                };
                self.make(ExprKind::Block(block), ty, span)
            }
        }
    }

    /// `return`, `break` and `continue` beside operands: a block that never ends.
    fn jump_value(&mut self, expr: &syn::Expr) -> Expr {
        let mut stmts = Vec::new();
        self.expr_statement(expr, &mut stmts);
        let block = Block { stmts, value: None };
        self.make(ExprKind::Block(block), Ty::Never, expr.span())
    }

    /// A loop with a value beside other operands: a block of its own.
    fn loop_operand(&mut self, expr: &syn::Expr) -> Expr {
        let ty = self.infer.fresh(Kind::Const);
        let var = self.temp("value", ty.clone(), expr.span());
        let mut stmts = Vec::new();
        self.declare(var, &mut stmts);
        self.loop_statement(expr, Some(var), &mut stmts);
        let value = self.read_var(var, expr.span());
        let block = Block {
            stmts,
            value: Some(Box::new(value)),
        };
        self.make(ExprKind::Block(block), ty, expr.span())
    }

    fn tuple(&mut self, tuple: &syn::ExprTuple) -> Expr {
        let span = tuple.span();
        let parts: Vec<Expr> = tuple.elems.iter().map(|part| self.operand(part)).collect();
        if parts.is_empty() {
            return self.make(ExprKind::Tuple(parts), Ty::Unit, span);
        }
        let ty = Ty::Tuple(parts.iter().map(|part| part.ty.clone()).collect());
        self.make(ExprKind::Tuple(parts), ty, span)
    }

    fn array(&mut self, array: &syn::ExprArray) -> Expr {
        let parts: Vec<&syn::Expr> = array.elems.iter().collect();
        let (parts, inner) = self.elements(&parts);
        let len = proc_macro2::Literal::usize_unsuffixed(parts.len()).into_token_stream();
        let ty = Ty::Array(Box::new(inner), len);
        self.make(ExprKind::List(parts), ty, array.span())
    }

    /// Lowers elements of a list, and finds the type that they share.
    pub(super) fn elements(&mut self, parts: &[&syn::Expr]) -> (Vec<Expr>, Ty) {
        let mut parts: Vec<Expr> = parts.iter().map(|part| self.operand(part)).collect();
        let inner = self.infer.fresh(Kind::Const);
        for part in &mut parts {
            self.expect(part, &inner);
            if matches!(self.infer.shallow(&part.ty), Ty::Opaque) {
                part.ty = inner.clone();
            }
        }
        (parts, inner)
    }

    fn repeat(&mut self, repeat: &syn::ExprRepeat) -> Expr {
        let mut value = self.operand(&repeat.expr);
        let len = self.integer(&repeat.len);
        let inner = self.element_type(&mut value);
        let ty = Ty::Array(Box::new(inner), repeat.len.to_token_stream());
        let kind = ExprKind::Repeat(Box::new(value), Box::new(len));
        self.make(kind, ty, repeat.span())
    }

    /// The type of the elements of which this is the first: a constant is what later uses tell.
    pub(super) fn element_type(&mut self, value: &mut Expr) -> Ty {
        let ty = self.open(&value.ty);
        if matches!(self.infer.shallow(&value.ty), Ty::Opaque) {
            value.ty = ty.clone();
        }
        ty
    }
}

/// True if control never reaches the end of a block.
pub(super) fn diverges(block: &Block) -> bool {
    match &block.value {
        Some(value) => matches!(value.ty, Ty::Never),
        None => block.stmts.last().is_some_and(|last| jumps(&last.kind)),
    }
}

pub(super) fn jumps(kind: &StmtKind) -> bool {
    match kind {
        StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Return(_) => true,
        StmtKind::Effect { diverges, .. } => *diverges,
        StmtKind::If { then, els, .. } => diverges(then) && diverges(els),
        StmtKind::Expr(value) => matches!(value.ty, Ty::Never),
        StmtKind::Loop { id, body } => !has_break(body, *id),
        _ => false,
    }
}

/// True if a `break` in `block` leaves the loop `id`.
pub(super) fn has_break(block: &Block, id: LoopId) -> bool {
    block.stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Break(target) => *target == id,
        StmtKind::If { then, els, .. } => has_break(then, id) || has_break(els, id),
        StmtKind::For { body, .. } | StmtKind::Loop { body, .. } => has_break(body, id),
        _ => false,
    })
}
