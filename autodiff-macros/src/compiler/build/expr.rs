//! Expressions.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use super::{Binding, Builder, is_owned_memory, is_scalar, scan};
use crate::compiler::hir::{self, BinOp, Expr, ExprKind, Member, Ty, UnOp};
use crate::compiler::ssa::{
    Arg, Call, Init, MemId, Op, Phi, Place, Proj, StmtKind, Tree, Use, ValId, Verbatim,
};

/// What a constant is called where it is taken apart.
pub(super) const PARTS: &str = "__parts";

impl Builder<'_> {
    /// Evaluates an expression.
    pub(super) fn expr(&mut self, e: &Expr) -> Tree {
        match &e.kind {
            ExprKind::Place(place) => self.read(place, e),
            // `(a, b) = (b, a)` reads both before it writes either.
            ExprKind::Tuple(parts) => Tree::Tuple(
                parts
                    .iter()
                    .map(|p| {
                        let part = self.expr(p);
                        self.owned(part, p)
                    })
                    .collect(),
            ),
            // Of a number it is the number.
            ExprKind::CloneOf(place) if is_scalar(&e.ty) => self.read(place, e),
            ExprKind::List(_)
            | ExprKind::Repeat(..)
            | ExprKind::CloneOf(_)
            | ExprKind::Struct(_) => {
                let init = self.init(e);
                Tree::Mem(self.alloc(e.ty.clone(), init, e.span))
            }
            ExprKind::Opaque(code) if is_owned_memory(&e.ty) => {
                let op = Op::Opaque(self.verbatim(code));
                let from = self.def(Ty::Opaque, op, e.span);
                Tree::Mem(self.alloc(e.ty.clone(), Init::Val(from), e.span))
            }
            ExprKind::Opaque(code) if e.ty.is_outcome() => self.constant_outcome(code, e),
            ExprKind::Call(call) => self.call(call, e),
            ExprKind::If(cond, then, els) => self
                .if_expr(cond, then, els, &e.ty, e.span)
                .unwrap_or_else(|| self.nothing(&e.ty, e.span)),
            ExprKind::Block(block) => self
                .block_value(block)
                .unwrap_or_else(|| self.nothing(&e.ty, e.span)),
            ExprKind::Ref(_, place) => self.read(place, e),
            ExprKind::Binary(op @ (BinOp::And | BinOp::Or), a, b) if !is_simple(b) => {
                match scan::changes(b) {
                    true => self.changing_circuit(*op, a, b, e),
                    false => {
                        let cond = self.scalar(a);
                        Tree::Val(self.short_circuit(*op, cond, b, e.span))
                    }
                }
            }
            _ => {
                let op = self.scalar_op(e);
                Tree::Val(self.def_from(e, op))
            }
        }
    }

    /// An `Option` or `Result` that is made of constants, as its parts.
    fn constant_outcome(&mut self, code: &hir::Verbatim, e: &Expr) -> Tree {
        let last = code.tokens.clone().into_iter().last();
        if code.uses.is_empty() && last.is_some_and(|last| last.to_string() == "None") {
            return self.nothing(&e.ty, e.span);
        }
        let op = Op::Opaque(self.verbatim(code));
        let whole = self.def(Ty::Opaque, op, e.span);
        self.constant_parts(whole, (&quote!(), false), &e.ty, e.span)
    }

    /// A constant of which only rustc knows what it is, where the type is known to be a tuple: its parts. Where it is a struct: memory.
    pub(super) fn shaped(&mut self, tree: Tree, ty: &Ty, span: Span) -> Tree {
        match (tree, ty) {
            (Tree::Val(v), Ty::Tuple(parts)) if !parts.is_empty() => {
                self.constant_parts(v, (&quote!(), are_copied(ty)), ty, span)
            }
            (Tree::Tuple(trees), Ty::Tuple(parts)) if trees.len() == parts.len() => {
                let parts = trees.into_iter().zip(parts);
                Tree::Tuple(parts.map(|(t, ty)| self.shaped(t, ty, span)).collect())
            }
            (Tree::Val(v), Ty::Struct(_)) if matches!(self.vals[v.0 as usize].ty, Ty::Opaque) => {
                Tree::Mem(self.alloc(ty.clone(), Init::Val(v), span))
            }
            (tree, _) => tree,
        }
    }

    /// Under a name that nobody else knows, no variable of which takes the whole away from the other parts.
    fn constant_parts(
        &mut self,
        whole: ValId,
        (path, pure): (&TokenStream, bool),
        ty: &Ty,
        span: Span,
    ) -> Tree {
        if let Ty::Tuple(parts) = ty {
            let parts = parts.iter().enumerate().map(|(k, part)| {
                let k = proc_macro2::Literal::usize_unsuffixed(k);
                self.constant_parts(whole, (&quote!(#path.#k), pure), part, span)
            });
            return Tree::Tuple(parts.collect());
        }
        if let Ty::Unit = ty {
            return Tree::Tuple(Vec::new());
        }
        let name = proc_macro2::Ident::new(PARTS, span);
        let code = Verbatim {
            tokens: quote!(#name #path),
            uses: vec![(name, Use::Tree(Tree::Val(whole)))],
            pure,
        };
        match is_scalar(ty) {
            true => Tree::Val(self.def(ty.clone(), Op::Opaque(code), span)),
            false => {
                let from = self.def(Ty::Opaque, Op::Opaque(code), span);
                Tree::Mem(self.alloc(ty.clone(), Init::Val(from), span))
            }
        }
    }

    /// A value for an expression whose control flow never arrives.
    pub(super) fn nothing(&mut self, ty: &Ty, span: Span) -> Tree {
        match ty {
            Ty::Tuple(parts) => Tree::Tuple(parts.iter().map(|t| self.nothing(t, span)).collect()),
            ty if is_scalar(ty) => Tree::Val(self.dummy(ty, span)),
            Ty::Unit | Ty::Never => Tree::Tuple(Vec::new()),
            ty => Tree::Mem(self.alloc(ty.clone(), Init::Blank, span)),
        }
    }

    /// A scalar that is never read.
    pub(super) fn dummy(&mut self, ty: &Ty, span: Span) -> ValId {
        let tokens = match ty {
            Ty::Real(_) => quote!(0.0),
            Ty::Bool => quote!(false),
            Ty::Maybe => quote!(::core::option::Option::None),
            _ => quote!(0),
        };
        self.def(ty.clone(), Op::Lit(tokens), span)
    }

    /// Evaluates an expression that is a scalar.
    pub(super) fn scalar(&mut self, e: &Expr) -> ValId {
        match self.expr(e) {
            Tree::Val(v) => v,
            // `lower` types every operand as a scalar; anything else is a bug that rustc will show.
            _ => self.dummy(&Ty::Opaque, e.span),
        }
    }

    /// What the user wrote for a value.
    fn describe(&mut self, v: ValId, e: &Expr) {
        let val = &mut self.vals[v.0 as usize];
        val.source = e.source.clone();
        val.operands = operands(&e.kind);
        val.marks = e.marks;
    }

    fn def_from(&mut self, e: &Expr, op: Op) -> ValId {
        let v = self.def(e.ty.clone(), op, e.span);
        self.describe(v, e);
        v
    }

    fn scalar_op(&mut self, e: &Expr) -> Op {
        match &e.kind {
            ExprKind::Lit(tokens) => Op::Lit(tokens.clone()),
            ExprKind::Unary(op, a) => Op::Un(*op, self.scalar(a)),
            ExprKind::Binary(op, a, b) => self.binary(*op, a, b),
            ExprKind::Cast(a, ty) => Op::Cast(self.scalar(a), ty.clone()),
            ExprKind::Rule(rule, args) => {
                let args: Vec<ValId> = args.iter().map(|a| self.scalar(a)).collect();
                for (k, v) in args.iter().enumerate() {
                    let val = &mut self.vals[v.0 as usize];
                    if matches!(val.ty, Ty::Opaque) && !rule.integer_args.contains(&k) {
                        val.ty = e.ty.clone();
                    }
                }
                Op::Rule {
                    rule,
                    args,
                    weights: Vec::new(),
                }
            }
            ExprKind::StopGradient(a) => Op::Stop(self.scalar(a)),
            ExprKind::Classify(method, a) => Op::Classify(method.clone(), self.scalar(a)),
            ExprKind::Len(place) => self.len(place),
            ExprKind::Measure(place, method) => match self.place(place) {
                Resolved::Mem(place) => Op::Measure(place, method.clone()),
                Resolved::Leaf(..) => Op::Lit(TokenStream::new()),
            },
            ExprKind::Opaque(code) => Op::Opaque(self.verbatim(code)),
            _ => Op::Lit(TokenStream::new()),
        }
    }

    fn binary(&mut self, op: BinOp, a: &Expr, b: &Expr) -> Op {
        let lhs = self.scalar(a);
        let rhs = self.scalar(b);
        let lhs = self.pin_constant(lhs, rhs);
        let rhs = self.pin_constant(rhs, lhs);
        Op::Bin(op, lhs, rhs)
    }

    /// A constant of unknown type beside a real number is a real number; the type annotation that
    /// follows from this makes rustc agree or refuse.
    fn pin_constant(&mut self, constant: ValId, other: ValId) -> ValId {
        let ty = self.vals[other.0 as usize].ty.clone();
        self.pin_to(constant, &ty)
    }

    /// The same beside something of a known type.
    pub(super) fn pin_to(&mut self, constant: ValId, ty: &Ty) -> ValId {
        let known = &self.vals[constant.0 as usize];
        if !matches!(known.ty, Ty::Opaque) {
            return constant;
        }
        let (name, span) = (known.name.clone(), known.span);
        // What a pattern binds is the number, or a reference to it where the pattern looks behind one: operators take both.
        let tokens = match (ty, self.matched.contains(&constant)) {
            (Ty::Real(_), false) => {
                self.vals[constant.0 as usize].ty = ty.clone();
                return constant;
            }
            (Ty::Real(real), true) => {
                let real = real.name();
                quote!(*::core::borrow::Borrow::<#real>::borrow(&#name))
            }
            (Ty::Int, true) => quote!((#name + 0)),
            _ => return constant,
        };
        let code = Verbatim {
            tokens,
            uses: vec![(name, Use::Tree(Tree::Val(constant)))],
            pure: true,
        };
        self.def(ty.clone(), Op::Opaque(code), span)
    }

    /// `a && b` as `if a { b } else { false }`, `a || b` as `if a { true } else { b }`.
    fn short_circuit(&mut self, op: BinOp, cond: ValId, rhs: &Expr, span: Span) -> ValId {
        let (value, evaluated) = self.in_block(|b| b.scalar(rhs));
        let known = if op == BinOp::And {
            quote!(false)
        } else {
            quote!(true)
        };
        let (constant, skipped) = self.in_block(|b| b.def(Ty::Bool, Op::Lit(known), span));
        let out = self.value(Ty::Bool, span);
        let (then, els, phi) = match op {
            BinOp::And => (
                evaluated,
                skipped,
                Phi {
                    out,
                    then: value,
                    els: constant,
                },
            ),
            _ => (
                skipped,
                evaluated,
                Phi {
                    out,
                    then: constant,
                    els: value,
                },
            ),
        };
        self.push(
            StmtKind::If {
                cond,
                then,
                els,
                phis: vec![phi],
            },
            span,
        );
        out
    }

    /// The same where evaluating `b` changes variables, which then depend on `a`.
    fn changing_circuit(&mut self, op: BinOp, a: &Expr, b: &Expr, whole: &Expr) -> Tree {
        let block = |value: Expr| hir::Block {
            stmts: Vec::new(),
            value: Some(Box::new(value)),
        };
        let known = match op {
            BinOp::And => quote!(false),
            _ => quote!(true),
        };
        let known = block(Expr {
            kind: ExprKind::Lit(known),
            ..whole.clone()
        });
        let (then, els) = match op {
            BinOp::And => (block(b.clone()), known),
            _ => (known, block(b.clone())),
        };
        self.if_expr(a, &then, &els, &Ty::Bool, whole.span)
            .unwrap_or_else(|| self.nothing(&Ty::Bool, whole.span))
    }

    fn len(&mut self, place: &hir::Place) -> Op {
        let path = self.path(&place.path);
        if let Some((constant, rest)) = self.constant_at(place.root, &path) {
            // A part under a name of its own would be moved.
            let mut code = self.part_code(constant, &rest);
            let part = &code.tokens;
            code.tokens = quote!(#part.len());
            return Op::Opaque(code);
        }
        match self.through(place.root, path) {
            Resolved::Mem(at) => match array_len(place, &at) {
                Some(len) => Op::Lit(len),
                None => Op::Len(at),
            },
            // A constant of which only rustc knows what it is.
            Resolved::Leaf(Tree::Val(constant), ..) => {
                let whole = self.name_of(constant);
                Op::Opaque(Verbatim {
                    tokens: quote!(#whole.len()),
                    uses: vec![(whole, Use::Tree(Tree::Val(constant)))],
                    pure: true,
                })
            }
            Resolved::Leaf(..) => Op::Lit(TokenStream::new()),
        }
    }

    /// Code that is copied as a statement. In it `*x` stands for the number behind a reference, and
    /// here `x` is the number.
    pub(super) fn effect(&mut self, code: &hir::Verbatim) -> Verbatim {
        let mut copied = self.verbatim(code);
        if !dereferences(&copied.tokens) {
            return copied;
        }
        let scalar = |used: &Use| matches!(used, Use::Tree(Tree::Val(_)));
        let references: Vec<_> = code
            .uses
            .iter()
            .filter(|(_, var)| matches!(self.hir.vars[var.0 as usize].ty, Ty::Ref(..)))
            .map(|(name, _)| name)
            .filter(|name| {
                let mut uses = copied.uses.iter();
                uses.any(|(used, of)| used == *name && scalar(of))
            })
            .map(|name| quote!(let #name = &#name;))
            .collect();
        if !references.is_empty() {
            let tokens = &copied.tokens;
            copied.tokens = quote!({ #(#references)* #tokens });
        }
        copied
    }

    pub(super) fn verbatim(&mut self, code: &hir::Verbatim) -> Verbatim {
        let uses = code.uses.iter().filter_map(|(name, var)| {
            let used = match self.env[var.0 as usize].clone() {
                Binding::Is(tree) => Use::Tree(tree),
                Binding::Alias(root, path) => match self.through(root, path) {
                    Resolved::Mem(place) => Use::Place(place),
                    Resolved::Leaf(tree, ..) => Use::Tree(tree),
                },
                Binding::None | Binding::Declared => return None,
            };
            Some((name.clone(), used))
        });
        let uses = uses.collect();
        Verbatim {
            tokens: code.tokens.clone(),
            uses,
            pure: code.pure,
        }
    }

    /// How the array or vector that an expression makes begins.
    pub(super) fn init(&mut self, e: &Expr) -> Init {
        match &e.kind {
            ExprKind::List(parts) => Init::List(parts.iter().map(|p| self.init(p)).collect()),
            ExprKind::Repeat(value, len) => {
                let value = self.init(value);
                Init::Repeat(Box::new(value), self.scalar(len))
            }
            ExprKind::CloneOf(place) if !is_scalar(&e.ty) => match self.place(place) {
                Resolved::Mem(place) => Init::Clone(place),
                Resolved::Leaf(tree, ..) => tree_init(tree),
            },
            ExprKind::Tuple(parts) => Init::Tuple(parts.iter().map(|p| self.init(p)).collect()),
            ExprKind::Struct(lit) => {
                let field = |(name, value): &(Member, Expr)| (name.clone(), self.init(value));
                let fields = lit.fields.iter().map(field).collect();
                let base = lit.base.as_ref().and_then(|at| match self.place(at) {
                    Resolved::Mem(at) => Some(at),
                    Resolved::Leaf(..) => None,
                });
                Init::Struct {
                    path: lit.path.clone(),
                    fields,
                    base,
                }
            }
            _ => tree_init(self.expr(e)),
        }
    }

    pub(super) fn alloc(&mut self, ty: Ty, init: Init, span: Span) -> MemId {
        let name = proc_macro2::Ident::new("array", span);
        let mem = self.memory(ty, &name);
        self.push(StmtKind::Alloc(mem, init), span);
        mem
    }

    /// The value of a place.
    fn read(&mut self, place: &hir::Place, e: &Expr) -> Tree {
        match self.place(place) {
            Resolved::Leaf(Tree::Val(v), ..) if !place.path.is_empty() => {
                Tree::Val(self.pin_to(v, &place.ty))
            }
            Resolved::Leaf(tree, ..) => tree,
            Resolved::Mem(at) => self.load(at, &place.ty, e),
        }
    }

    fn load(&mut self, at: Place, ty: &Ty, e: &Expr) -> Tree {
        match ty {
            Ty::Ref(_, inner) => self.load(at, inner, e),
            Ty::Tuple(parts) => Tree::Tuple(
                parts
                    .iter()
                    .enumerate()
                    .map(|(k, part)| {
                        let mut path = at.path.clone();
                        path.push(Proj::part(k));
                        self.load(Place { mem: at.mem, path }, part, e)
                    })
                    .collect(),
            ),
            ty if is_scalar(ty) => {
                let v = self.def(ty.clone(), Op::Load(at), e.span);
                self.vals[v.0 as usize].source = e.source.clone();
                Tree::Val(v)
            }
            _ if at.path.is_empty() => Tree::Mem(at.mem),
            ty => Tree::Mem(self.alloc(ty.clone(), Init::Clone(at), e.span)),
        }
    }

    /// Where a place is.
    pub(super) fn place(&mut self, place: &hir::Place) -> Resolved {
        let mut path = self.path(&place.path);
        // Fields, elements and methods of what a pointer points to are found through the pointer.
        let number = matches!(place.ty, Ty::Real(_));
        let last = path.len().saturating_sub(1);
        let behind = |step: &Proj| matches!(step, Proj::Field(Member::Behind));
        let mut at = 0..;
        path.retain(|step| {
            let is_last = at.next() == Some(last);
            !behind(step) || number && is_last
        });
        self.through(place.root, path)
    }

    pub(super) fn path(&mut self, path: &[hir::Proj]) -> Vec<Proj> {
        path.iter()
            .map(|proj| match proj {
                hir::Proj::Index(e) => Proj::Index(self.scalar(e)),
                hir::Proj::Slice { lo, hi, inclusive } => Proj::Range {
                    lo: lo.as_ref().map(|e| self.scalar(e)),
                    hi: hi.as_ref().map(|e| self.scalar(e)),
                    inclusive: *inclusive,
                },
                hir::Proj::Field(k) => Proj::Field(k.clone()),
            })
            .collect()
    }

    /// Follows aliases and tuple fields.
    pub(super) fn through(&mut self, root: hir::VarId, path: Vec<Proj>) -> Resolved {
        match self.env[root.0 as usize].clone() {
            Binding::Alias(target, mut prefix) => {
                prefix.extend(path);
                self.through(target, prefix)
            }
            Binding::Is(tree) => self.follow(tree, root, path),
            Binding::None | Binding::Declared => {
                // Assigned in no branch before this: rustc reports the use of it.
                let ty = self.hir.vars[root.0 as usize].ty.clone();
                let span = self.hir.vars[root.0 as usize].name.span();
                let tree = self.nothing(&ty, span);
                self.follow(tree, root, path)
            }
        }
    }

    /// The constant of which only rustc knows what it is, if a place is a part of one, and what leads there.
    fn constant_at(&self, root: hir::VarId, path: &[Proj]) -> Option<(ValId, Vec<Proj>)> {
        match self.env[root.0 as usize].clone() {
            Binding::Alias(target, prefix) => self.constant_at(target, &[&prefix, path].concat()),
            Binding::Is(tree) => match walk(tree, root, path.to_vec()) {
                (Resolved::Leaf(Tree::Val(v), ..), rest) if !rest.is_empty() => Some((v, rest)),
                _ => None,
            },
            Binding::None | Binding::Declared => None,
        }
    }

    /// What is at a path in a tree. In a constant of which only rustc knows what it is, the path is copied.
    fn follow(&mut self, tree: Tree, root: hir::VarId, path: Vec<Proj>) -> Resolved {
        let (found, rest) = walk(tree, root, path.clone());
        match found {
            Resolved::Leaf(Tree::Val(v), root, _) if !rest.is_empty() => {
                let part = self.part_of(v, &rest);
                Resolved::Leaf(Tree::Val(part), root, path)
            }
            found => found,
        }
    }

    /// What code of ours calls a constant. Under its own name it is not moved.
    fn name_of(&self, constant: ValId) -> proc_macro2::Ident {
        let known = &self.vals[constant.0 as usize];
        match self.named[constant.0 as usize] {
            true => known.name.clone(),
            false => proc_macro2::Ident::new("part0", known.span),
        }
    }

    fn part_of(&mut self, constant: ValId, path: &[Proj]) -> ValId {
        let span = self.vals[constant.0 as usize].span;
        let code = self.part_code(constant, path);
        self.def(Ty::Opaque, Op::Opaque(code), span)
    }

    /// `constant.weights[i]`
    fn part_code(&mut self, constant: ValId, path: &[Proj]) -> Verbatim {
        let span = self.vals[constant.0 as usize].span;
        let name = |k: usize| proc_macro2::Ident::new(&format!("part{k}"), span);
        let whole = self.name_of(constant);
        let mut uses = vec![(whole.clone(), Use::Tree(Tree::Val(constant)))];
        let mut tokens = quote!(#whole);
        for proj in path {
            match proj {
                Proj::Field(member) => tokens = quote!(#tokens.#member),
                Proj::Index(at) => {
                    let index = name(uses.len());
                    tokens = quote!(#tokens[#index]);
                    uses.push((index, Use::Tree(Tree::Val(*at))));
                }
                Proj::Range { .. } => self.unfit = true,
            }
        }
        Verbatim {
            tokens,
            uses,
            pure: true,
        }
    }

    fn call(&mut self, call: &hir::Call, e: &Expr) -> Tree {
        let outer = std::mem::take(&mut self.lent);
        let args = call.args.iter().map(|a| self.arg(a)).collect();
        let lent = std::mem::replace(&mut self.lent, outer);
        let handed_on = self.handed_on(call);
        let result = match &e.ty {
            Ty::Unit | Ty::Never => None,
            ty => Some(self.fresh_tree(ty, e.span)),
        };
        let described = match result {
            Some(Tree::Val(v)) => Some(v),
            // A list has no value; what the user wrote hangs on one that nothing defines.
            _ if call.operation.is_some() => Some(self.value(Ty::Opaque, e.span)),
            _ => None,
        };
        if let Some(v) = described {
            self.describe(v, e);
        }
        let residual = self.names.numbered("pullback", "_", 1, e.span);
        let kind = StmtKind::Call(Call {
            form: call.form,
            path: call.path.clone(),
            generics: call.generics.clone(),
            recursive: call.recursive,
            operation: call.operation,
            may_change: call.may_change,
            outcome: call.outcome,
            sites: None,
            described,
            args,
            handed_on,
            result: result.clone(),
            residual,
        });
        self.push(kind, e.span);
        for (root, path, at) in lent {
            let ty = self.mems[at.mem.0 as usize].ty.clone();
            let after = self.load(at, &ty, e);
            self.rebind_tree(root, &path, after);
        }
        result.unwrap_or(Tree::Tuple(Vec::new()))
    }

    /// The arguments that are names of `&mut` references, where a shared reference may be wanted.
    fn handed_on(&self, call: &hir::Call) -> Vec<usize> {
        let is_reference = |var: hir::VarId| {
            let at = var.0 as usize;
            matches!(self.hir.vars[at].ty, Ty::Ref(true, _))
                || matches!(self.env[at], Binding::Alias(..))
        };
        let receivers = usize::from(call.form == hir::Form::Method);
        let args = call.args.iter().enumerate().skip(receivers);
        let names = args.filter(|(_, arg)| match &arg.kind {
            ExprKind::Ref(true, place) | ExprKind::Place(place) => {
                matches!(arg.ty, Ty::Ref(true, _))
                    && place.path.is_empty()
                    && is_reference(place.root)
            }
            _ => false,
        });
        names.map(|(k, _)| k).collect()
    }

    /// A tuple of numbers behind a reference: it is put into memory for the call.
    fn lend(
        &mut self,
        mutable: bool,
        tree: Tree,
        ty: &Ty,
        variable: (hir::VarId, Vec<Proj>),
        span: Span,
    ) -> Arg {
        let mem = self.alloc(ty.clone(), tree_init(tree), span);
        let at = Place {
            mem,
            path: Vec::new(),
        };
        if mutable {
            self.lent.push((variable.0, variable.1, at.clone()));
        }
        Arg::Ref(mutable, at)
    }

    fn rebind_tree(&mut self, root: hir::VarId, path: &[Proj], tree: Tree) {
        match tree {
            Tree::Val(v) => {
                let name = self.hir.vars[root.0 as usize].name.clone();
                self.name_value(v, &name);
                self.rebind(root, path, v);
            }
            Tree::Tuple(parts) => {
                for (k, part) in parts.into_iter().enumerate() {
                    let path = [path, &[Proj::part(k)]].concat();
                    self.rebind_tree(root, &path, part);
                }
            }
            Tree::Mem(_) => {}
        }
    }

    /// Values and memory that a call defines.
    fn fresh_tree(&mut self, ty: &Ty, span: Span) -> Tree {
        match ty {
            Ty::Tuple(parts) => {
                Tree::Tuple(parts.iter().map(|t| self.fresh_tree(t, span)).collect())
            }
            Ty::Unit => Tree::Tuple(Vec::new()),
            ty if is_owned_memory(ty) => {
                let name = proc_macro2::Ident::new("array", span);
                Tree::Mem(self.memory(ty.clone(), &name))
            }
            ty => Tree::Val(self.value(ty.clone(), span)),
        }
    }

    fn arg(&mut self, e: &Expr) -> Arg {
        match &e.kind {
            ExprKind::Ref(mutable, place) => match self.place(place) {
                Resolved::Mem(place) => Arg::Ref(*mutable, place),
                Resolved::Leaf(Tree::Val(v), root, path) => {
                    let after = mutable.then(|| self.assign_after_call(v, root, &path));
                    Arg::RefVal(v, after)
                }
                Resolved::Leaf(tree @ Tree::Tuple(_), root, path)
                    if holds_values(&tree) || !*mutable && is_copied(&tree, &place.ty) =>
                {
                    let ty = behind(&place.ty).clone();
                    self.lend(*mutable, tree, &ty, (root, path), e.span)
                }
                Resolved::Leaf(tree, ..) => tree_arg(tree),
            },
            ExprKind::Place(place) => match self.place(place) {
                Resolved::Mem(at) => match &place.ty {
                    Ty::Ref(mutable, _) => Arg::Ref(*mutable, at),
                    Ty::Slice(_) => Arg::Ref(false, at),
                    ty if is_scalar(ty) || matches!(ty, Ty::Tuple(_)) => {
                        tree_arg(self.load(at, ty, e))
                    }
                    _ => Arg::Own(at),
                },
                Resolved::Leaf(Tree::Val(v), root, path) if matches!(place.ty, Ty::Ref(..)) => {
                    let mutable = matches!(place.ty, Ty::Ref(true, _));
                    let after = mutable.then(|| self.assign_after_call(v, root, &path));
                    Arg::RefVal(v, after)
                }
                Resolved::Leaf(tree, ..) => tree_arg(tree),
            },
            _ => tree_arg(self.expr(e)),
        }
    }

    /// The value that a scalar has after a call that may change it through `&mut`.
    fn assign_after_call(&mut self, before: ValId, root: hir::VarId, path: &[Proj]) -> ValId {
        let name = self.hir.vars[root.0 as usize].name.clone();
        let after = self.merged(before, &name);
        self.rebind(root, path, after);
        after
    }

    /// Binds a scalar variable, or a field of a tuple variable, to a new value.
    pub(super) fn rebind(&mut self, root: hir::VarId, path: &[Proj], value: ValId) {
        let slot = &mut self.env[root.0 as usize];
        let Binding::Is(tree) = slot else {
            *slot = Binding::Is(Tree::Val(value));
            return;
        };
        let mut at = tree;
        for proj in path {
            match (at, proj) {
                (Tree::Tuple(parts), Proj::Field(Member::At(k))) if (*k as usize) < parts.len() => {
                    at = &mut parts[*k as usize]
                }
                _ => {
                    self.unfit = true;
                    return;
                }
            }
        }
        *at = Tree::Val(value);
    }
}

/// Where a place leads: to memory, or to a scalar or tuple that a variable is bound to.
pub(super) enum Resolved {
    Mem(Place),
    Leaf(Tree, hir::VarId, Vec<Proj>),
}

/// The length of an array whose type says it, if no index on the way to it may panic.
fn array_len(place: &hir::Place, at: &Place) -> Option<TokenStream> {
    let mut ty = &place.ty;
    while let Ty::Ref(_, inner) = ty {
        ty = inner;
    }
    let Ty::Array(_, len) = ty else {
        return None;
    };
    let fields = at.path.iter().all(|step| matches!(step, Proj::Field(_)));
    let len = len.to_string();
    let len: usize = len.strip_suffix("usize").unwrap_or(&len).parse().ok()?;
    fields.then(|| quote!(#len))
}

/// What is at a path in a tree, and what of the path leads into a single value.
fn walk(tree: Tree, root: hir::VarId, path: Vec<Proj>) -> (Resolved, Vec<Proj>) {
    let mut at = tree;
    for (k, proj) in path.iter().enumerate() {
        match (at, proj) {
            (Tree::Mem(mem), _) => {
                let place = Place {
                    mem,
                    path: path[k..].to_vec(),
                };
                return (Resolved::Mem(place), Vec::new());
            }
            (Tree::Tuple(mut parts), Proj::Field(Member::At(i))) if (*i as usize) < parts.len() => {
                at = parts.swap_remove(*i as usize)
            }
            (other, _) => {
                let found = Resolved::Leaf(other, root, path[..k].to_vec());
                return (found, path[k..].to_vec());
            }
        }
    }
    let found = match at {
        Tree::Mem(mem) => Resolved::Mem(Place::whole(mem)),
        at => Resolved::Leaf(at, root, path),
    };
    (found, Vec::new())
}

fn tree_init(tree: Tree) -> Init {
    match tree {
        Tree::Val(v) => Init::Val(v),
        Tree::Mem(m) => Init::Clone(Place::whole(m)),
        Tree::Tuple(parts) => Init::Tuple(parts.into_iter().map(tree_init).collect()),
    }
}

fn tree_arg(tree: Tree) -> Arg {
    match tree {
        Tree::Val(v) => Arg::Val(v),
        Tree::Mem(m) => Arg::Own(Place::whole(m)),
        Tree::Tuple(parts) => Arg::Tuple(parts.into_iter().map(tree_arg).collect()),
    }
}

/// The operands of what may become a site, as they are written there: the value behind one may have
/// been computed anywhere, under any other name.
fn operands(kind: &ExprKind) -> Vec<TokenStream> {
    let texts = |parts: &[Expr]| parts.iter().map(|part| part.source.clone()).collect();
    match kind {
        ExprKind::Rule(_, parts) => texts(parts),
        ExprKind::Binary(_, a, b) => vec![a.source.clone(), b.source.clone()],
        ExprKind::Call(call) if call.operation.is_some() => texts(&call.args),
        _ => Vec::new(),
    }
}

/// True if evaluating the expression too early does no harm: no panic, no decision, no effect.
fn is_simple(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Lit(_) => true,
        ExprKind::Place(place) => place.path.is_empty() && is_scalar(&e.ty),
        ExprKind::Unary(UnOp::Not, a) => is_simple(a),
        ExprKind::Binary(op, a, b) => {
            let compares = matches!(
                op,
                BinOp::Eq
                    | BinOp::Ne
                    | BinOp::Lt
                    | BinOp::Le
                    | BinOp::Gt
                    | BinOp::Ge
                    | BinOp::And
                    | BinOp::Or
            );
            compares
                && !matches!(a.ty, Ty::Real(_))
                && !matches!(b.ty, Ty::Real(_))
                && is_simple(a)
                && is_simple(b)
        }
        _ => false,
    }
}

/// Whether there is a `*` in the code.
fn dereferences(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        proc_macro2::TokenTree::Punct(punct) => punct.as_char() == '*',
        proc_macro2::TokenTree::Group(group) => dereferences(&group.stream()),
        _ => false,
    })
}

/// Whether all parts are numbers, truth values, and the like.
fn holds_values(tree: &Tree) -> bool {
    match tree {
        Tree::Val(_) => true,
        Tree::Tuple(parts) => !parts.is_empty() && parts.iter().all(holds_values),
        Tree::Mem(_) => false,
    }
}

/// True for a tuple of which some parts are lists: a callee that only reads it gets a copy.
fn is_copied(tree: &Tree, ty: &Ty) -> bool {
    let parts = matches!(tree, Tree::Tuple(parts) if !parts.is_empty());
    parts && !behind(ty).is_outcome()
}

fn behind(ty: &Ty) -> &Ty {
    match ty {
        Ty::Ref(_, inner) => behind(inner),
        ty => ty,
    }
}

/// True for tuples of numbers and truth values, none of which takes anything away from the whole.
fn are_copied(ty: &Ty) -> bool {
    match ty {
        Ty::Tuple(parts) => parts.iter().all(are_copied),
        ty => matches!(ty, Ty::Real(_) | Ty::Int | Ty::Bool | Ty::Unit),
    }
}
