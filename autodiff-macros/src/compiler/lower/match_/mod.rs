//! `match`, `if let`, `let … else`, `while let`, chains of `let` in conditions, `matches!`.
//!
//! In: `syn`. Out: `if`s. What is matched gets a name, a pattern becomes a condition on the parts of
//! it ([`test`]), its names become names of parts:
//! ```text
//! match p { (0, v) if v > a => A, (n, _) => B }
//! ```
//! becomes
//! ```text
//! if p.0 == 0 && { let v = p.1; v > a } { let v = p.1; A } else { let n = p.0; B }
//! ```
//! Constants of types that the compiler does not look into (enums, strings) keep the user's pattern,
//! in a `match` that gives a truth value or one of the names ([`code`]).

mod code;
mod compare;
pub(super) mod enums;
mod test;

pub(super) use self::test::is_outcome_path;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use self::compare::Compared;
use super::dest::Dest;
use super::expr::{bare, diverges};
use super::infer::Kind;
use super::stmt::Want;
use super::value::flatten;
use super::{Lower, stmt};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{BinOp, Block, Expr, ExprKind, Pat, Place, Proj, Stmt, StmtKind, Ty};

/// How the names of a pattern bind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum By {
    /// A copy, or a move.
    Move,
    /// A reference.
    Shared,
    /// An exclusive reference.
    Exclusive,
}

impl By {
    /// How a name takes its part, where the pattern around it takes it this way.
    fn of(self, ident: &syn::PatIdent) -> By {
        match (&ident.by_ref, &ident.mutability) {
            (Some(_), None) => By::Shared,
            (Some(_), Some(_)) => By::Exclusive,
            (None, _) => self,
        }
    }
}

/// What a pattern is matched against.
#[derive(Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one for each `match`, and none is kept"
)]
pub(super) enum Subject {
    /// A variable or a part of one.
    Place(Place, By),
    /// A constant that the compiler does not look into, and its text.
    Code(Expr, TokenStream),
    /// `a.partial_cmp(&b)`.
    Compared(Compared),
}

/// A name of a pattern.
#[derive(Clone)]
pub(super) struct Bind {
    name: Ident,
    mutable: bool,
    what: What,
}

impl Bind {
    fn of(ident: &syn::PatIdent, what: What) -> Bind {
        Bind {
            name: ident.ident.clone(),
            mutable: ident.mutability.is_some() && ident.by_ref.is_none(),
            what,
        }
    }
}

#[derive(Clone)]
enum What {
    /// A value.
    Value(Expr),
    /// A constant of a type that the compiler does not look into.
    Constant(Expr),
    /// Several of them, which the code gives as a tuple; and each by itself.
    Constants(Expr, Vec<(Ident, bool, Expr)>),
    /// Another name for a place, with the type of the reference.
    Alias(Place, Ty),
}

/// An arm, lowered.
struct Arm {
    cond: Option<Expr>,
    body: Block,
}

impl Lower<'_> {
    /// `match` as a statement, or with a value that goes somewhere.
    pub(super) fn match_statement(
        &mut self,
        found: &syn::ExprMatch,
        want: Want,
        out: &mut Vec<Stmt>,
    ) {
        let arms = self.arms(found, want, out);
        let span = found.match_token.span();
        let rest = fold(arms, &mut |cond, then, els| {
            let kind = StmtKind::If { cond, then, els };
            Block {
                stmts: vec![stmt(kind, span)],
                value: None,
            }
        });
        out.extend(rest.stmts);
    }

    /// `match` as a value.
    pub(super) fn match_value(&mut self, found: &syn::ExprMatch) -> Expr {
        let mut stmts = Vec::new();
        let mut arms = self.arms(found, Want::Value, &mut stmts);
        let span = found.match_token.span();
        let ty = self.join_arms(&mut arms, found);
        let value = match matches!(self.infer.shallow(&ty), Ty::Unit | Ty::Never) {
            true => {
                let rest = fold(arms, &mut |cond, then, els| {
                    let kind = StmtKind::If { cond, then, els };
                    Block {
                        stmts: vec![stmt(kind, span)],
                        value: None,
                    }
                });
                stmts.extend(rest.stmts);
                None
            }
            false => {
                let rest = fold(arms, &mut |cond, then, els| {
                    let kind = ExprKind::If(Box::new(cond), then, els);
                    Block {
                        stmts: Vec::new(),
                        value: Some(Box::new(self.make(kind, ty.clone(), span))),
                    }
                });
                stmts.extend(rest.stmts);
                rest.value
            }
        };
        let value = self.make(ExprKind::Block(Block { stmts, value }), ty, span);
        self.with_source(value, found)
    }

    /// The arms in order, each with the condition under which it is taken; the last one has none.
    fn arms(&mut self, found: &syn::ExprMatch, want: Want, out: &mut Vec<Stmt>) -> Vec<Arm> {
        for arm in &found.arms {
            self.read_arm_attributes(&arm.attrs);
        }
        if found.arms.is_empty() {
            self.refuse(&diag::PATTERN, found, &[&text_of(found)]);
            return Vec::new();
        }
        let pats = found.arms.iter().map(|arm| &arm.pat);
        let subject = self.subject_of(&found.expr, pats, out);
        let mut arms = Vec::new();
        for arm in &found.arms {
            let mut binds = Vec::new();
            let mut cond = self.test(&arm.pat, &subject, &mut binds, out);
            if let Some((_, guard)) = &arm.guard {
                let guard = self.guard(&arm.pat, guard, &subject, &binds);
                cond = match guard {
                    Guard::Whole(whole) => Some(whole),
                    Guard::After(after) => self.both(cond, Some(after)),
                };
            }
            let always = cond.is_none();
            let body = self.scoped(|this| {
                let mut stmts = Vec::new();
                this.bind_all(&binds, &mut stmts);
                this.arm_body(&arm.body, want, stmts)
            });
            arms.push(Arm { cond, body });
            if always {
                break;
            }
        }
        let guarded = found.arms.last().is_some_and(|arm| arm.guard.is_some());
        if let Some(last) = arms.last_mut()
            && arms_are_all(found, guarded)
        {
            // rustc has seen to it that the arms are exhaustive.
            last.cond = None;
        }
        arms
    }

    fn read_arm_attributes(&mut self, attrs: &[syn::Attribute]) {
        let outer = self.marks;
        self.read_marks(attrs);
        self.marks = outer;
    }

    fn arm_body(&mut self, body: &syn::Expr, want: Want, mut stmts: Vec<Stmt>) -> Block {
        let value = match body {
            syn::Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => {
                self.block_into(&block.block, want, &mut stmts)
            }
            body => {
                let value = self.tail(body, want, &mut stmts);
                match value.map(|value| flatten(value, &mut stmts)) {
                    Some(Expr {
                        kind: ExprKind::Block(diverging),
                        ..
                    }) => {
                        stmts.extend(diverging.stmts);
                        None
                    }
                    value => value,
                }
            }
        };
        Block {
            stmts,
            value: value.map(Box::new),
        }
    }

    /// The type that the values of all arms have.
    fn join_arms(&mut self, arms: &mut [Arm], found: &syn::ExprMatch) -> Ty {
        let values = arms.iter().filter_map(|arm| arm.body.value.as_deref());
        if values.clone().any(|value| self.gives_reference(value)) {
            return self.refuse(&diag::IF_REFERENCE, found, &[]).ty;
        }
        let values: Vec<Expr> = values.cloned().collect();
        let Some(first) = values.first() else {
            return match arms.iter().all(|arm| diverges(&arm.body)) {
                true => Ty::Never,
                false => Ty::Unit,
            };
        };
        let mut ty = first.ty.clone();
        for value in &values[1..] {
            self.expect(value, &ty);
            ty = self.infer.merge(&ty, &value.ty);
        }
        for arm in arms {
            if let Some(value) = &mut arm.body.value {
                self.coerce(value, &ty);
            }
        }
        ty
    }

    /// A constant where an `Option` or `Result` with a derivative is wanted becomes one.
    pub(super) fn coerce(&self, value: &mut Expr, ty: &Ty) {
        if self.infer.payload(ty).is_none() || self.infer.payload(&value.ty).is_some() {
            return;
        }
        match &mut value.kind {
            ExprKind::Block(block) => {
                if let Some(inner) = &mut block.value {
                    self.coerce(inner, ty);
                }
            }
            ExprKind::If(_, then, els) => {
                for branch in [then, els] {
                    if let Some(inner) = &mut branch.value {
                        self.coerce(inner, ty);
                    }
                }
            }
            ExprKind::Opaque(code) => {
                let (krate, tokens) = (&self.options.krate, &code.tokens);
                code.tokens = quote!(#krate::__private::parted(#tokens));
                code.pure = false;
            }
            _ => return,
        }
        value.ty = ty.clone();
    }

    /// Evaluates what is matched, once.
    pub(super) fn subject(&mut self, expr: &syn::Expr, out: &mut Vec<Stmt>) -> Subject {
        let expr = bare(expr);
        if let Some(compared) = self.compared(expr, out) {
            return Subject::Compared(compared);
        }
        if let Some(value) = self.element_of_constant(expr) {
            return Subject::Code(value, expr.to_token_stream());
        }
        match expr {
            syn::Expr::Reference(reference) if self.is_place(&reference.expr) => {
                let by = match reference.mutability {
                    Some(_) => By::Exclusive,
                    None => By::Shared,
                };
                if self.is_opaque_place(&reference.expr) {
                    let inner = &reference.expr;
                    let mutability = &reference.mutability;
                    let value = self.in_operand(|this| this.opaque_place(inner));
                    return Subject::Code(value, quote!(&#mutability #inner)).referenced(self);
                }
                if by == By::Exclusive
                    && let Some(var) = self.root(&reference.expr)
                {
                    self.check_change(var, &reference.expr);
                }
                let place = self.in_operand(|this| this.place(&reference.expr));
                self.placed(place, by, out)
            }
            expr if self.is_place(expr) && self.is_opaque_place(expr) => {
                let value = self.in_operand(|this| this.opaque_place(expr));
                Subject::Code(value, expr.to_token_stream())
            }
            expr if self.is_place(expr) => {
                let place = self.in_operand(|this| this.place(expr));
                self.placed(place, By::Move, out)
            }
            expr => {
                // Nothing stands beside it.
                let value = self.expr(expr);
                let value = match value.source.is_empty() {
                    true => self.with_source(value, expr),
                    false => value,
                };
                self.named_subject(value, out)
            }
        }
    }

    /// A place, with the indices in it evaluated now.
    pub(in crate::compiler::lower) fn placed(
        &mut self,
        place: Place,
        by: By,
        out: &mut Vec<Stmt>,
    ) -> Subject {
        let fixed = place.path.iter().all(|proj| match proj {
            Proj::Index(at) => matches!(at.kind, ExprKind::Lit(_)),
            Proj::Slice { .. } => false,
            Proj::Field(_) => true,
        });
        if fixed {
            return Subject::Place(place, by);
        }
        let span = place.span;
        let (root, mutable) = (place.root, by == By::Exclusive);
        let ty = match self.infer.shallow(&place.ty) {
            ty @ Ty::Ref(..) => ty,
            ty => Ty::Ref(mutable, Box::new(ty)),
        };
        let inner = self.infer.strip(&ty);
        let var = self.temp("part", ty, span);
        let facts = &mut self.facts[var.0 as usize];
        facts.alias_of = Some(root);
        facts.named = true;
        out.push(stmt(StmtKind::Alias { var, place }, span));
        let mut whole = self.whole(var, span);
        whole.ty = inner;
        Subject::Place(whole, by)
    }

    /// A value gets a name; a tuple falls apart, so that its constants stay constants.
    fn named_subject(&mut self, value: Expr, out: &mut Vec<Stmt>) -> Subject {
        let value = flatten(value, out);
        let span = value.span;
        let ty = self.infer.strip(&value.ty);
        let (ty, opaque) = match matches!(ty, Ty::Opaque) {
            true => (Ty::Opaque, true),
            false => (self.open(&ty), false),
        };
        let var = self.temp("subject", ty, span);
        self.facts[var.0 as usize].named = true;
        let (pat, init) = (Pat::Var(var), Some(value));
        out.push(stmt(StmtKind::Let { pat, init }, span));
        let place = self.whole(var, span);
        match opaque {
            true => self.code_subject(place),
            false => Subject::Place(place, By::Move),
        }
    }

    /// A constant in a place: its text is that of the place.
    pub(super) fn code_subject(&self, place: Place) -> Subject {
        let root = self.var(place.root);
        let mut text = root.name.to_token_stream();
        let [is_reference, wanted] =
            [&root.ty, &place.ty].map(|ty| matches!(self.infer.shallow(ty), Ty::Ref(..)));
        if is_reference && !wanted && place.path.is_empty() {
            text = quote!((*#text));
        }
        for proj in &place.path {
            match proj {
                Proj::Field(k) => {
                    text = quote!(#text.#k);
                }
                Proj::Index(at) => {
                    let at = position(at, &text);
                    text = quote!(#text[#at]);
                }
                Proj::Slice { .. } => {}
            }
        }
        let span = place.span;
        let value = self.make(ExprKind::Place(place), Ty::Opaque, span);
        Subject::Code(value, text)
    }

    /// Binds the names of a pattern that always matches.
    pub(in crate::compiler::lower) fn bind_constant_fields(
        &mut self,
        pat: &syn::Pat,
        subject: &Subject,
        out: &mut Vec<Stmt>,
    ) {
        let mut binds = Vec::new();
        self.test(pat, subject, &mut binds, out);
        self.bind_all(&binds, out);
    }

    /// Binds the names of a pattern.
    pub(super) fn bind_all(&mut self, binds: &[Bind], out: &mut Vec<Stmt>) {
        for bind in binds {
            match bind.what.clone() {
                What::Value(value) => {
                    let ty = self.open(&value.ty);
                    self.bind_value(&bind.name, bind.mutable, ty, value, None, out);
                }
                What::Constant(value) => {
                    // A name that may be assigned may take up a real number later.
                    let ty = match bind.mutable {
                        true => self.open(&Ty::Opaque),
                        false => Ty::Opaque,
                    };
                    let is_code = matches!(value.kind, ExprKind::Opaque(_));
                    let meaning = (!bind.mutable).then(|| value.clone());
                    let var = self.bind_value(&bind.name, bind.mutable, ty, value, None, out);
                    self.matched.extend(is_code.then_some(var));
                    meaning
                        .iter()
                        .for_each(|value| self.note_meaning(var, value));
                }
                What::Constants(value, names) => self.bind_constants(value, &names, out),
                What::Alias(place, ty) => {
                    self.bind_alias(&bind.name, bind.mutable, None, place, ty, out);
                }
            }
        }
    }

    fn bind_constants(&mut self, value: Expr, names: &[(Ident, bool, Expr)], out: &mut Vec<Stmt>) {
        let (span, pure) = (value.span, names.iter().all(|(_, mutable, _)| !mutable));
        let whole = self.named_constant("parts", value, out);
        let parts = self.var(whole).name.clone();
        for (k, (name, mutable, meaning)) in names.iter().enumerate() {
            let k = syn::Index::from(k);
            let uses = vec![(parts.clone(), whole)];
            let part = self.opaque(quote!(#parts.#k), uses, pure, Ty::Opaque, span);
            let ty = match mutable {
                true => self.open(&Ty::Opaque),
                false => Ty::Opaque,
            };
            let var = self.bind_value(name, *mutable, ty, part, None, out);
            self.matched.insert(var);
            if !mutable {
                self.note_meaning(var, meaning);
            }
        }
    }

    /// `a && b`; a condition that is always true is none.
    pub(super) fn both(&self, a: Option<Expr>, b: Option<Expr>) -> Option<Expr> {
        match (a, b) {
            (Some(a), Some(b)) => {
                let span = a.span;
                let kind = ExprKind::Binary(BinOp::And, Box::new(a), Box::new(b));
                Some(self.make(kind, Ty::Bool, span))
            }
            (a, b) => a.or(b),
        }
    }

    /// `if let` as a value, also in a chain.
    pub(super) fn if_let_value(&mut self, branch: &syn::ExprIf) -> Expr {
        let span = branch.if_token.span();
        let mut stmts = Vec::new();
        let (Some(found), Some((_, els))) = (single_let(&branch.cond), &branch.else_branch) else {
            return self.if_let_through(branch);
        };
        let subject = self.subject_of(&found.expr, [&*found.pat], &mut stmts);
        let mut binds = Vec::new();
        let cond = self.test(&found.pat, &subject, &mut binds, &mut stmts);
        let then = self.scoped(|this| {
            let mut inner = Vec::new();
            this.bind_all(&binds, &mut inner);
            let value = this.block_into(&branch.then_branch, Want::Value, &mut inner);
            Block {
                stmts: inner,
                value: value.map(Box::new),
            }
        });
        let els = self.arm_body(els, Want::Value, Vec::new());
        let cond = cond.unwrap_or_else(|| self.truth(true, span));
        let mut arms = [then, els].map(|body| Arm { cond: None, body });
        let values = arms.iter().filter_map(|arm| arm.body.value.as_deref());
        if values.clone().any(|value| self.gives_reference(value)) {
            return self.refuse(&diag::IF_REFERENCE, branch, &[]);
        }
        let ty = match (&arms[0].body.value, &arms[1].body.value) {
            (Some(a), Some(b)) => {
                let (a, b) = (a.clone(), b.clone());
                self.join(&a, &b)
            }
            (Some(a), None) | (None, Some(a)) => a.ty.clone(),
            (None, None) => match arms.iter().all(|arm| diverges(&arm.body)) {
                true => Ty::Never,
                false => Ty::Unit,
            },
        };
        for arm in &mut arms {
            if let Some(value) = &mut arm.body.value {
                self.coerce(value, &ty);
            }
        }
        let [then, els] = arms.map(|arm| arm.body);
        let value = match matches!(ty, Ty::Unit | Ty::Never) {
            true => {
                stmts.push(stmt(StmtKind::If { cond, then, els }, span));
                None
            }
            false => {
                let kind = ExprKind::If(Box::new(cond), then, els);
                Some(Box::new(self.make(kind, ty.clone(), span)))
            }
        };
        let value = self.make(ExprKind::Block(Block { stmts, value }), ty, span);
        self.with_source(value, branch)
    }

    /// A chain with a value: both branches assign it to a variable.
    fn if_let_through(&mut self, branch: &syn::ExprIf) -> Expr {
        let span = branch.if_token.span();
        if branch.else_branch.is_none() {
            return self.refuse(&diag::IF_WITHOUT_ELSE, &branch.if_token, &[]);
        }
        let ty = self.infer.fresh(Kind::Const);
        let var = self.temp("value", ty.clone(), span);
        let mut stmts = Vec::new();
        self.declare(var, &mut stmts);
        self.if_let(branch, Want::Into(Dest::Var(var)), &mut stmts);
        let value = Some(Box::new(self.read_var(var, span)));
        self.make(ExprKind::Block(Block { stmts, value }), ty, span)
    }

    /// `if let` and chains, as a statement.
    pub(super) fn if_let(&mut self, branch: &syn::ExprIf, want: Want, out: &mut Vec<Stmt>) {
        let span = branch.if_token.span();
        let parts = conjuncts(&branch.cond);
        let then = &mut |this: &mut Self, out: &mut Vec<Stmt>| {
            this.block_into(&branch.then_branch, want, out);
        };
        let Some((_, els)) = &branch.else_branch else {
            return self.chain(&parts, then, out);
        };
        if let [only] = parts[..] {
            let mut stmts = Vec::new();
            self.chain(&[only], then, &mut stmts);
            let els = self.else_statement(els, want);
            if let Some(Stmt {
                kind: StmtKind::If { els: empty, .. },
                ..
            }) = stmts.last_mut()
            {
                *empty = els;
            }
            return out.extend(stmts);
        }
        self.with_flag(&parts, then, span, out, &mut |this, _| {
            this.else_statement(els, want)
        });
    }

    /// `taken = false; if a { if b { taken = true; then } } if !taken { els }`
    fn with_flag(
        &mut self,
        parts: &[&syn::Expr],
        then: &mut dyn FnMut(&mut Self, &mut Vec<Stmt>),
        span: Span,
        out: &mut Vec<Stmt>,
        els: &mut dyn FnMut(&mut Self, Span) -> Block,
    ) {
        let taken = self.temp("taken", Ty::Bool, span);
        self.vars[taken.0 as usize].mutable = true;
        let (pat, init) = (Pat::Var(taken), Some(self.truth(false, span)));
        out.push(stmt(StmtKind::Let { pat, init }, span));
        let set = &mut |this: &mut Self, out: &mut Vec<Stmt>| {
            let kind = StmtKind::Assign {
                place: this.whole(taken, span),
                op: None,
                value: this.truth(true, span),
            };
            out.push(stmt(kind, span));
            then(this, out);
        };
        self.chain(parts, set, out);
        let cond = self.not(self.read_var(taken, span));
        let then = els(self, span);
        let els = Block::default();
        out.push(stmt(StmtKind::If { cond, then, els }, span));
    }

    /// One `if` inside the other.
    fn chain(
        &mut self,
        parts: &[&syn::Expr],
        then: &mut dyn FnMut(&mut Self, &mut Vec<Stmt>),
        out: &mut Vec<Stmt>,
    ) {
        let Some((first, rest)) = parts.split_first() else {
            return then(self, out);
        };
        let span = first.span();
        let mut binds = Vec::new();
        let cond = match first {
            syn::Expr::Let(found) => {
                let subject = self.subject_of(&found.expr, [&*found.pat], out);
                let cond = self.test(&found.pat, &subject, &mut binds, out);
                cond.unwrap_or_else(|| self.truth(true, span))
            }
            first => self.condition(first),
        };
        let stmts = self.scoped(|this| {
            let mut stmts = Vec::new();
            this.bind_all(&binds, &mut stmts);
            this.chain(rest, then, &mut stmts);
            stmts
        });
        let then = Block { stmts, value: None };
        let els = Block::default();
        out.push(stmt(StmtKind::If { cond, then, els }, span));
    }

    /// The body of `while let …`: what matches runs `body`, anything else `leave`.
    pub(super) fn while_let(&mut self, expr: &syn::ExprWhile, leave: StmtKind) -> Block {
        let span = expr.while_token.span();
        let parts = conjuncts(&expr.cond);
        let mut stmts = Vec::new();
        let body = &mut |this: &mut Self, out: &mut Vec<Stmt>| {
            this.block_into(&expr.body, Want::Unit, out);
        };
        let els = Block {
            stmts: vec![stmt(leave, span)],
            value: None,
        };
        match parts[..] {
            [only] => {
                self.chain(&[only], body, &mut stmts);
                if let Some(Stmt {
                    kind: StmtKind::If { els: empty, .. },
                    ..
                }) = stmts.last_mut()
                {
                    *empty = els;
                }
            }
            _ => self.with_flag(&parts, body, span, &mut stmts, &mut |_, _| els.clone()),
        }
        Block { stmts, value: None }
    }

    /// `let P = e else { … };`
    pub(super) fn let_else(
        &mut self,
        pat: &syn::Pat,
        init: &syn::Expr,
        els: &syn::Expr,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let subject = self.subject_of(init, [pat], out);
        let mut binds = Vec::new();
        let cond = self.test(pat, &subject, &mut binds, out);
        let els = self.scoped(|this| this.else_statement(els, Want::Unit));
        if let Some(cond) = cond {
            let then = Block::default();
            out.push(stmt(StmtKind::If { cond, then, els }, span));
        }
        self.bind_all(&binds, out);
    }

    /// `matches!(e, P if g)`
    pub(super) fn matches_macro(&mut self, mac: &syn::Macro) -> Expr {
        let parse = |input: syn::parse::ParseStream<'_>| {
            let subject: syn::Expr = input.parse()?;
            input.parse::<syn::Token![,]>()?;
            let pat = syn::Pat::parse_multi_with_leading_vert(input)?;
            let guard = match input.peek(syn::Token![if]) {
                true => {
                    input.parse::<syn::Token![if]>()?;
                    Some(input.parse::<syn::Expr>()?)
                }
                false => None,
            };
            input.parse::<Option<syn::Token![,]>>()?;
            Ok((subject, pat, guard))
        };
        let Ok((subject, pat, guard)) = syn::parse::Parser::parse2(parse, mac.tokens.clone())
        else {
            return self.refuse(&diag::MACRO_ARGUMENTS, mac, &["matches"]);
        };
        let span = mac.path.span();
        let mut stmts = Vec::new();
        let subject = self.subject_of(&subject, [&pat], &mut stmts);
        let mut binds = Vec::new();
        let mut cond = self.test(&pat, &subject, &mut binds, &mut stmts);
        if let Some(guard) = &guard {
            cond = match self.guard(&pat, guard, &subject, &binds) {
                Guard::Whole(whole) => Some(whole),
                Guard::After(after) => self.both(cond, Some(after)),
            };
        }
        let value = cond.unwrap_or_else(|| self.truth(true, span));
        if stmts.is_empty() {
            return value;
        }
        let value = Some(Box::new(value));
        self.make(ExprKind::Block(Block { stmts, value }), Ty::Bool, span)
    }

    /// Binds the names of a pattern that always matches.
    pub(super) fn bind_parts(&mut self, pat: &syn::Pat, place: Place, out: &mut Vec<Stmt>) {
        let mut binds = Vec::new();
        let subject = Subject::Place(place, By::Move);
        self.test(pat, &subject, &mut binds, out);
        self.bind_all(&binds, out);
    }

    /// `true` or `false`.
    pub(super) fn truth(&self, value: bool, span: Span) -> Expr {
        let tokens = Ident::new(if value { "true" } else { "false" }, span).into_token_stream();
        self.make(ExprKind::Lit(tokens), Ty::Bool, span)
    }

    pub(super) fn not(&self, value: Expr) -> Expr {
        let span = value.span;
        let kind = ExprKind::Unary(crate::compiler::hir::UnOp::Not, Box::new(value));
        self.make(kind, Ty::Bool, span)
    }

    /// The condition behind `if` in an arm.
    fn guard(
        &mut self,
        pat: &syn::Pat,
        guard: &syn::Expr,
        subject: &Subject,
        binds: &[Bind],
    ) -> Guard {
        if let Subject::Code(value, text) = subject
            && let Some(whole) = self.constant_guard(pat, guard, value, text)
        {
            return Guard::Whole(whole);
        }
        let span = guard.span();
        let after = self.scoped(|this| {
            let mut stmts = Vec::new();
            let binds = used(binds, guard);
            this.in_operand(|this| {
                this.bind_all(&binds, &mut stmts);
                let value = this.condition(guard);
                if stmts.is_empty() {
                    return value;
                }
                let value = Some(Box::new(value));
                this.make(ExprKind::Block(Block { stmts, value }), Ty::Bool, span)
            })
        });
        Guard::After(after)
    }
}

/// The names that a guard mentions: it must not move the others.
fn used(binds: &[Bind], guard: &syn::Expr) -> Vec<Bind> {
    let mentioned = super::scope::identifiers(guard.to_token_stream());
    let is_used = |name: &Ident| mentioned.contains(&name.to_string());
    let mut all = Vec::new();
    for bind in binds {
        match &bind.what {
            What::Constants(_, names) => {
                let names = names.iter().filter(|(name, ..)| is_used(name));
                all.extend(names.map(|(name, mutable, part)| Bind {
                    name: name.clone(),
                    mutable: *mutable,
                    what: What::Constant(part.clone()),
                }));
            }
            _ if is_used(&bind.name) => all.push(bind.clone()),
            _ => {}
        }
    }
    all
}

enum Guard {
    /// The pattern and the guard in one.
    Whole(Expr),
    /// The guard alone.
    After(Expr),
}

/// True if some arm is taken whenever the arms before the last are not.
fn arms_are_all(found: &syn::ExprMatch, guarded: bool) -> bool {
    !found.arms.is_empty() && !guarded
}

/// The arms as one `if` after the other.
fn fold(arms: Vec<Arm>, build: &mut dyn FnMut(Expr, Block, Block) -> Block) -> Block {
    let mut rest = Block::default();
    for arm in arms.into_iter().rev() {
        rest = match arm.cond {
            None => arm.body,
            Some(cond) => build(cond, arm.body, rest),
        };
    }
    rest
}

/// The condition, if it is one `let`.
fn single_let(cond: &syn::Expr) -> Option<&syn::ExprLet> {
    match bare(cond) {
        syn::Expr::Let(found) => Some(found),
        _ => None,
    }
}

/// What stands between `&&`.
fn conjuncts(cond: &syn::Expr) -> Vec<&syn::Expr> {
    match cond {
        syn::Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) => {
            let mut all = conjuncts(&binary.left);
            all.extend(conjuncts(&binary.right));
            all
        }
        syn::Expr::Group(group) => conjuncts(&group.expr),
        cond => vec![cond],
    }
}

/// True if there is a `let` in a condition.
pub(super) fn has_let(cond: &syn::Expr) -> bool {
    conjuncts(cond)
        .iter()
        .any(|part| matches!(bare(part), syn::Expr::Let(_)))
}

/// An index as it is written; the pattern of a slice writes none: `v[0]`, or `v[v.len() - 1]` behind a `..`.
fn position(at: &Expr, list: &TokenStream) -> TokenStream {
    match &at.kind {
        _ if !at.source.is_empty() => at.source.clone(),
        ExprKind::Lit(number) => number.clone(),
        ExprKind::Len(_) => quote!(#list.len()),
        ExprKind::Binary(BinOp::Sub, len, behind) => {
            let (len, behind) = (position(len, list), position(behind, list));
            quote!(#len - #behind)
        }
        _ => TokenStream::new(),
    }
}
