//! Statements and control flow.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};

use super::expr::Resolved;
use super::{Binding, Builder, is_owned_memory, is_scalar, scan};
use crate::compiler::hir::{
    self, BinOp, Block, Expr, ExprKind, LoopId, Pat, Stmt, StmtKind as Hir, Ty, VarId,
};
use crate::compiler::ssa::{
    self, Carried, Init, MemId, Op, Phi, Place, Range, StmtKind, StoreOp, Tree, ValId,
};

/// True for what is known to consist of several numbers. (A struct of which no field is known may be a number.)
fn is_compound(ty: &Ty) -> bool {
    match ty {
        Ty::Struct(of) => !of.fields.is_empty(),
        ty => is_owned_memory(ty),
    }
}

impl Builder<'_> {
    /// Runs a block and gives its value, if it has one.
    pub(super) fn block_value(&mut self, block: &Block) -> Option<Tree> {
        block.stmts.iter().for_each(|s| self.stmt(s));
        block.value.as_ref().map(|e| self.expr(e))
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let span = stmt.span;
        match &stmt.kind {
            Hir::Let {
                pat,
                init: Some(init),
            } => {
                let tree = self.expr(init);
                let tree = match self.is_changed(pat) {
                    true => self.owned_parts(tree, init),
                    false => self.named_again(tree, init),
                };
                self.bind(pat, tree, span);
            }
            Hir::Let { pat, init: None } => self.declare(pat, span),
            Hir::Alias { var, place } => {
                let path = self.path(&place.path);
                let (root, path) = self.alias_target(place.root, path);
                self.env[var.0 as usize] = Binding::Alias(root, path);
            }
            Hir::Assign { place, op, value } => self.assign(place, *op, value, span),
            Hir::If { cond, then, els } => {
                self.if_expr(cond, then, els, &Ty::Unit, span);
            }
            Hir::For {
                id,
                var,
                range,
                body,
            } => self.counted(*id, *var, range, body, &[], span),
            Hir::ForUntil {
                id,
                var,
                range,
                body,
                until,
            } => self.counted(*id, *var, range, body, until, span),
            Hir::While { id, cond, body } => self.while_loop(*id, cond, body, span),
            Hir::Push { place, value } => {
                let init = self.init(value);
                if let Resolved::Mem(place) = self.place(place) {
                    self.push(StmtKind::Push { place, init }, span);
                }
            }
            Hir::Expr(e) => {
                self.expr(e);
            }
            Hir::Effect { code, .. } => {
                let code = self.effect(code);
                self.push(StmtKind::Effect(code), span);
            }
            // `jumps` has removed them.
            Hir::Loop { .. } | Hir::Break(_) | Hir::Continue(_) | Hir::Return(_) => {}
        }
    }

    /// What `let b = a;` binds: a copy. A vector moves in Rust; its old name may be assigned again,
    /// so that one variable cannot stand for both.
    pub(super) fn owned(&mut self, tree: Tree, init: &Expr) -> Tree {
        let ExprKind::Place(place) = &init.kind else {
            return tree;
        };
        match tree {
            Tree::Mem(m) => self.copied(m, init.span),
            // Of a tuple that nobody changes, the parts can have two names.
            Tree::Tuple(_) if self.can_change(place.root) => self.copied_parts(tree, init.span),
            tree => tree,
        }
    }

    /// The same for a variable that does not change. Of what does not change, either, it is another name.
    fn named_again(&mut self, tree: Tree, init: &Expr) -> Tree {
        match (&init.kind, &tree) {
            (ExprKind::Place(place), Tree::Mem(_)) if !self.can_change(place.root) => tree,
            _ => self.owned(tree, init),
        }
    }

    /// The same for a variable that may change.
    fn owned_parts(&mut self, tree: Tree, init: &Expr) -> Tree {
        match init.kind {
            ExprKind::Place(_) => self.copied_parts(tree, init.span),
            _ => tree,
        }
    }

    fn is_changed(&self, pat: &Pat) -> bool {
        match pat {
            Pat::Var(var) => self.hir.vars[var.0 as usize].mutable,
            Pat::Tuple(pats) => pats.iter().any(|pat| self.is_changed(pat)),
            Pat::Wild => false,
        }
    }

    fn copied_parts(&mut self, tree: Tree, span: Span) -> Tree {
        match tree {
            Tree::Mem(m) => self.copied(m, span),
            Tree::Tuple(parts) => {
                let parts = parts.into_iter();
                Tree::Tuple(parts.map(|part| self.copied_parts(part, span)).collect())
            }
            tree => tree,
        }
    }

    fn copied(&mut self, m: MemId, span: Span) -> Tree {
        if self.holes.contains(&m) {
            return Tree::Mem(m);
        }
        let ty = self.mems[m.0 as usize].ty.clone();
        Tree::Mem(self.alloc(ty, Init::Clone(Place::whole(m)), span))
    }

    /// True for a variable, or another name of one, that may be assigned.
    fn can_change(&self, root: VarId) -> bool {
        let (target, _) = self.alias_target(root, Vec::new());
        let var = &self.hir.vars[target.0 as usize];
        var.mutable || matches!(var.ty, Ty::Ref(true, _))
    }

    fn alias_target(&self, root: VarId, path: Vec<ssa::Proj>) -> (VarId, Vec<ssa::Proj>) {
        match &self.env[root.0 as usize] {
            Binding::Alias(target, prefix) => {
                let path = prefix.iter().cloned().chain(path).collect();
                self.alias_target(*target, path)
            }
            _ => (root, path),
        }
    }

    fn bind(&mut self, pat: &Pat, tree: Tree, span: Span) {
        match (pat, tree) {
            (Pat::Wild, _) => {}
            (Pat::Var(var), tree) => self.bind_var(*var, tree),
            (Pat::Tuple(pats), Tree::Tuple(parts)) => {
                for (pat, part) in pats.iter().zip(parts) {
                    self.bind(pat, part, span);
                }
            }
            // A constant, of which only rustc knows that it is a tuple.
            (Pat::Tuple(_), tree @ Tree::Val(_)) => {
                let ty = self.type_of(pat);
                let tree = self.shaped(tree, &ty, span);
                self.bind(pat, tree, span);
            }
            (Pat::Tuple(pats), _) => pats.iter().for_each(|p| self.declare(p, span)),
        }
    }

    /// The type of what a pattern takes.
    fn type_of(&self, pat: &Pat) -> Ty {
        match pat {
            Pat::Wild => Ty::Unit,
            Pat::Var(var) => self.hir.vars[var.0 as usize].ty.clone(),
            Pat::Tuple(pats) => Ty::Tuple(pats.iter().map(|pat| self.type_of(pat)).collect()),
        }
    }

    fn bind_var(&mut self, var: VarId, tree: Tree) {
        let var_info = &self.hir.vars[var.0 as usize];
        let (name, ty) = (var_info.name.clone(), var_info.ty.clone());
        let tree = self.shaped(tree, &ty, name.span());
        let tree = self.filled(tree);
        self.name_tree(&tree, &name);
        if let (Tree::Val(v), true) = (&tree, self.hir.matched.contains(&var)) {
            self.matched.insert(*v);
        }
        self.env[var.0 as usize] = Binding::Is(tree);
    }

    /// A variable has memory of its own, which may be assigned and read later.
    fn filled(&mut self, tree: Tree) -> Tree {
        match tree {
            Tree::Mem(m) if self.holes.contains(&m) => {
                let ty = self.mems[m.0 as usize].ty.clone();
                let span = self.mems[m.0 as usize].name.span();
                Tree::Mem(self.alloc(ty, Init::Blank, span))
            }
            Tree::Tuple(parts) => {
                Tree::Tuple(parts.into_iter().map(|part| self.filled(part)).collect())
            }
            tree => tree,
        }
    }

    fn name_tree(&mut self, tree: &Tree, name: &Ident) {
        match tree {
            Tree::Val(v) => self.name_value(*v, name),
            Tree::Mem(m) => {
                let mem = &self.mems[m.0 as usize];
                if mem.name.to_string().starts_with("array") && mem.origin == ssa::Origin::Local {
                    let fresh = self.variable_name(name);
                    self.mems[m.0 as usize].name = fresh;
                }
            }
            Tree::Tuple(parts) => {
                for (k, part) in parts.iter().enumerate() {
                    let name = Ident::new(
                        &format!("{}_{k}", crate::compiler::names::plain(name)),
                        name.span(),
                    );
                    self.name_tree(part, &name);
                }
            }
        }
    }

    /// `let x;`
    fn declare(&mut self, pat: &Pat, span: Span) {
        match pat {
            Pat::Var(var) => {
                let ty = self.hir.vars[var.0 as usize].ty.clone();
                self.env[var.0 as usize] = match &ty {
                    ty if is_scalar(ty) => Binding::Declared,
                    Ty::Unit | Ty::Never => Binding::Declared,
                    ty => {
                        let nothing = self.nothing(ty, span);
                        if self.is_hole(*var) {
                            nothing.for_each_mem(&mut |m| {
                                self.holes.insert(m);
                            });
                        }
                        Binding::Is(nothing)
                    }
                };
            }
            Pat::Tuple(pats) => pats.iter().for_each(|p| self.declare(p, span)),
            Pat::Wild => {}
        }
    }

    /// True for what stands for a value that is never read.
    fn is_hole(&self, var: VarId) -> bool {
        let name = self.hir.vars[var.0 as usize].name.to_string();
        name.starts_with("hole") && self.hir.hidden.contains(&name)
    }

    fn assign(&mut self, place: &hir::Place, op: Option<BinOp>, value: &Expr, span: Span) {
        let new = self.expr(value);
        match (self.place(place), new) {
            (Resolved::Mem(at), Tree::Mem(new)) if self.shorten(&at, new, span) => {}
            (Resolved::Leaf(Tree::Mem(at), ..), Tree::Mem(new))
                if self.shorten(&Place::whole(at), new, span) => {}
            // A constant, of which only rustc knows what it is.
            (Resolved::Mem(at), Tree::Val(new))
                if op.is_none()
                    && (is_compound(&place.ty)
                        || matches!(place.ty, Ty::Struct(_)) && !at.path.is_empty()) =>
            {
                let src = self.alloc(place.ty.clone(), Init::Val(new), span);
                self.store_tree(at, Tree::Mem(src), span);
            }
            (Resolved::Mem(at), Tree::Val(new)) => self.store(at, op, new, place, value, span),
            (Resolved::Mem(at), new) => self.store_tree(at, new, span),
            (Resolved::Leaf(old, root, path), new) => {
                let new = match (op, &old, &new) {
                    (Some(op), Tree::Val(old), Tree::Val(new)) => {
                        let ty = self.vals[old.0 as usize].ty.clone();
                        Tree::Val(self.update(ty, op, *old, *new, value, span))
                    }
                    _ => {
                        let new = self.shaped(new, &place.ty, span);
                        self.owned(new, value)
                    }
                };
                self.assign_leaf(old, new, root, &path, span);
            }
        }
    }

    fn update(
        &mut self,
        ty: Ty,
        op: BinOp,
        old: ValId,
        new: ValId,
        value: &Expr,
        span: Span,
    ) -> ValId {
        let new = self.pin_to(new, &ty);
        let v = self.def(ty, Op::Bin(op, old, new), span);
        self.vals[v.0 as usize].source = value.source.clone();
        self.vals[v.0 as usize].marks = value.marks;
        v
    }

    fn assign_leaf(&mut self, old: Tree, new: Tree, root: VarId, path: &[ssa::Proj], span: Span) {
        match (old, new) {
            (Tree::Tuple(olds), Tree::Tuple(news)) => {
                for (k, (old, new)) in olds.into_iter().zip(news).enumerate() {
                    let mut path = path.to_vec();
                    path.push(ssa::Proj::part(k));
                    self.assign_leaf(old, new, root, &path, span);
                }
            }
            (Tree::Mem(dst), new) => self.store_tree(Place::whole(dst), new, span),
            (_, Tree::Val(v)) => {
                let name = self.hir.vars[root.0 as usize].name.clone();
                self.name_value(v, &name);
                self.rebind(root, path, v);
            }
            (_, new) => {
                if path.is_empty() {
                    self.bind_var(root, new);
                }
            }
        }
    }

    fn store(
        &mut self,
        at: Place,
        op: Option<BinOp>,
        new: ValId,
        place: &hir::Place,
        value: &Expr,
        span: Span,
    ) {
        let new = self.pin_to(new, &place.ty);
        let (op, value) = match op {
            None => (StoreOp::Set, new),
            Some(BinOp::Add) => (StoreOp::Add, new),
            Some(BinOp::Sub) => (StoreOp::Sub, new),
            Some(op) => {
                let ty = place.ty.clone();
                let old = self.def(ty.clone(), Op::Load(at.clone()), span);
                (StoreOp::Set, self.update(ty, op, old, new, value, span))
            }
        };
        self.push(
            StmtKind::Store {
                place: at,
                op,
                value,
            },
            span,
        );
    }

    /// Assigns a whole array, vector or tuple in memory.
    fn store_tree(&mut self, at: Place, new: Tree, span: Span) {
        match new {
            Tree::Val(value) => self.push(
                StmtKind::Store {
                    place: at,
                    op: StoreOp::Set,
                    value,
                },
                span,
            ),
            Tree::Mem(src) => self.copy(at, src, span),
            Tree::Tuple(parts) => {
                for (k, part) in parts.into_iter().enumerate() {
                    let mut path = at.path.clone();
                    path.push(ssa::Proj::part(k));
                    self.store_tree(Place { mem: at.mem, path }, part, span);
                }
            }
        }
    }

    /// `v = v[..n].to_vec()`, as `v.pop()` and `v.truncate(n)` are written out: the vector is cut where it stands, if zeros for
    /// what goes can be told from the type alone.
    fn shorten(&mut self, dst: &Place, new: ssa::MemId, span: Span) -> bool {
        let Some(StmtKind::Alloc(made, Init::Clone(src))) =
            self.out.last().and_then(|out| Some(&out.last()?.kind))
        else {
            return false;
        };
        let cut = *made == new && src.is_start_of(dst);
        match dst.ty(&self.mems) {
            Some(Ty::Vec(inner)) if cut && is_plain(&inner) => {}
            _ => return false,
        }
        let src = src.clone();
        self.out.last_mut().map(Vec::pop);
        let before = Some(self.def(Ty::Int, Op::Len(dst.clone()), span));
        let (dst, shape) = (dst.clone(), None);
        self.push(
            StmtKind::Copy {
                dst,
                src,
                before,
                shape,
            },
            span,
        );
        true
    }

    /// Replaces an array or vector by another.
    fn copy(&mut self, dst: Place, src: ssa::MemId, span: Span) {
        if dst == Place::whole(src) || self.holes.contains(&src) {
            return;
        }
        let (mut before, mut shape) = (None, None);
        match (dst.ty(&self.mems), dst.path.is_empty()) {
            (Some(Ty::Vec(inner)), _) | (Some(Ty::Seq(inner)), true) if is_plain(&inner) => {
                before = Some(self.def(Ty::Int, Op::Len(dst.clone()), span));
            }
            (Some(ty), _) if is_plain(&ty) => {}
            _ => {
                let init = Init::Lengths(dst.clone());
                shape = Some(self.alloc(Ty::Opaque, init, span));
            }
        }
        let src = Place::whole(src);
        let kind = StmtKind::Copy {
            dst,
            src,
            before,
            shape,
        };
        self.push(kind, span);
    }

    /// `if` as a statement or as a value (`ty` is not unit).
    pub(super) fn if_expr(
        &mut self,
        cond: &Expr,
        then: &Block,
        els: &Block,
        ty: &Ty,
        span: Span,
    ) -> Option<Tree> {
        let cond = self.scalar(cond);
        let joined = match ty {
            Ty::Unit | Ty::Never => None,
            ty => self.joined(ty, span),
        };
        let before = self.env.clone();
        let (then_value, then) = self.branch(then, ty, &joined);
        let after_then = std::mem::replace(&mut self.env, before.clone());
        let (els_value, els) = self.branch(els, ty, &joined);
        let after_els = std::mem::replace(&mut self.env, before);
        let mut join = Join {
            then,
            els,
            phis: Vec::new(),
            span,
        };
        self.merge_env(&after_then, &after_els, &mut join);
        let value = match ty {
            Ty::Unit | Ty::Never => None,
            _ => self.through_phi(then_value, els_value, ty, None, &mut join),
        };
        let Join {
            then, els, phis, ..
        } = join;
        self.push(
            StmtKind::If {
                cond,
                then,
                els,
                phis,
            },
            span,
        );
        value
    }

    /// Memory that both branches of an `if` copy (parts of) their value to.
    fn joined(&mut self, ty: &Ty, span: Span) -> Option<Joined> {
        match ty {
            ty if is_owned_memory(ty) => {
                let init = match ty {
                    // What is only known to be indexed may be an array: rustc sees what is put there.
                    Ty::Struct(_) | Ty::Seq(_) => Init::Unset,
                    _ => Init::Blank,
                };
                Some(Joined::Mem(self.alloc(ty.clone(), init, span)))
            }
            Ty::Tuple(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.joined(part, span)).collect();
                parts
                    .iter()
                    .any(Option::is_some)
                    .then_some(Joined::Tuple(parts))
            }
            _ => None,
        }
    }

    /// A branch gives nothing to the memory, which is moved all the same (into the tuple behind an
    /// `Option`): rustc wants a value there.
    fn blank(&mut self, m: ssa::MemId) {
        for stmt in self.out.iter_mut().flat_map(|block| block.iter_mut()) {
            match &mut stmt.kind {
                StmtKind::Alloc(of, init @ Init::Unset) if *of == m => *init = Init::Blank,
                _ => {}
            }
        }
    }

    fn branch(
        &mut self,
        block: &Block,
        ty: &Ty,
        joined: &Option<Joined>,
    ) -> (Option<Tree>, ssa::Block) {
        self.in_block(|b| {
            let value = b.block_value(block);
            let value = value.map(|tree| b.shaped(tree, ty, Span::call_site()));
            match (joined, value) {
                (Some(joined), Some(value)) => Some(b.join_memory(joined, value)),
                (Some(joined), None) => joined.memory().map(Tree::Mem),
                (None, value) => value,
            }
        })
    }

    /// Copies the memory in the value of a branch to the memory that both branches share.
    fn join_memory(&mut self, joined: &Joined, value: Tree) -> Tree {
        match (joined, value) {
            (Joined::Mem(dst), Tree::Mem(src)) if self.holes.contains(&src) => {
                self.blank(*dst);
                Tree::Mem(*dst)
            }
            // A constant, of which only rustc knows what it is.
            (Joined::Mem(dst), Tree::Val(v)) => {
                let ty = self.mems[dst.0 as usize].ty.clone();
                let src = self.alloc(ty, Init::Val(v), Span::call_site());
                self.join_memory(joined, Tree::Mem(src))
            }
            (Joined::Mem(dst), Tree::Mem(src)) => {
                let place = Place::whole(*dst);
                let (src, before) = (Place::whole(src), None);
                let kind = StmtKind::Copy {
                    dst: place,
                    src,
                    before,
                    shape: None,
                };
                self.push(kind, Span::call_site());
                Tree::Mem(*dst)
            }
            (Joined::Tuple(joined), Tree::Tuple(parts)) => {
                let parts = joined.iter().zip(parts);
                let part = |(joined, part): (&Option<Joined>, Tree)| match joined {
                    Some(joined) => self.join_memory(joined, part),
                    None => part,
                };
                Tree::Tuple(parts.map(part).collect())
            }
            (_, value) => value,
        }
    }

    /// Merges the bindings of the variables that were in scope before the `if`.
    fn merge_env(&mut self, after_then: &[Binding], after_els: &[Binding], join: &mut Join) {
        for k in 0..self.env.len() {
            if self.env[k] == Binding::None || after_then[k] == after_els[k] {
                self.env[k] = if self.env[k] == Binding::None {
                    Binding::None
                } else {
                    after_then[k].clone()
                };
                continue;
            }
            let (name, ty) = (self.hir.vars[k].name.clone(), self.hir.vars[k].ty.clone());
            let merged = self.through_phi(
                tree_of(&after_then[k]),
                tree_of(&after_els[k]),
                &ty,
                Some(&name),
                join,
            );
            self.env[k] = merged.map_or(Binding::Declared, Binding::Is);
        }
    }

    /// Merges two trees; a missing side is filled with a value that is never read (the branch
    /// leaves the function, or a flag guards every read).
    fn through_phi(
        &mut self,
        a: Option<Tree>,
        b: Option<Tree>,
        ty: &Ty,
        name: Option<&Ident>,
        join: &mut Join,
    ) -> Option<Tree> {
        let shape = a.clone().or_else(|| b.clone())?;
        let a = a.unwrap_or_else(|| self.filler(&shape, ty, &mut join.then, join.span));
        let b = b.unwrap_or_else(|| self.filler(&shape, ty, &mut join.els, join.span));
        Some(self.merge_tree(&a, &b, name, join))
    }

    /// `expected`: the type of the variable, which is known where that of a constant in it is not.
    fn filler(&mut self, shape: &Tree, expected: &Ty, block: &mut ssa::Block, span: Span) -> Tree {
        match shape {
            Tree::Val(v) => {
                let ty = match (&self.vals[v.0 as usize].ty, expected) {
                    (Ty::Opaque, Ty::Real(_)) => expected.clone(),
                    (ty, _) => ty.clone(),
                };
                let (value, made) = self.in_block(|b| b.dummy(&ty, span));
                block.stmts.extend(made.stmts);
                Tree::Val(value)
            }
            Tree::Mem(m) => Tree::Mem(*m),
            Tree::Tuple(parts) => {
                let types = match expected {
                    Ty::Tuple(types) => &types[..],
                    _ => &[],
                };
                let part = |(k, part): (usize, &Tree)| {
                    let expected = types.get(k).unwrap_or(&Ty::Opaque);
                    self.filler(part, expected, block, span)
                };
                Tree::Tuple(parts.iter().enumerate().map(part).collect())
            }
        }
    }

    fn merge_tree(&mut self, a: &Tree, b: &Tree, name: Option<&Ident>, join: &mut Join) -> Tree {
        match (a, b) {
            (Tree::Val(a), Tree::Val(b)) if a != b => {
                let ty = self.join_ty(*a, *b);
                let out = self.value(ty, join.span);
                if let Some(name) = name {
                    self.name_value(out, name);
                }
                join.phis.push(Phi {
                    out,
                    then: *a,
                    els: *b,
                });
                Tree::Val(out)
            }
            (Tree::Tuple(xs), Tree::Tuple(ys)) => Tree::Tuple(
                xs.iter()
                    .zip(ys)
                    .map(|(x, y)| self.merge_tree(x, y, name, join))
                    .collect(),
            ),
            (a, b) => {
                self.unfit |= a != b;
                a.clone()
            }
        }
    }

    /// A constant of unknown type that meets a real number is a real number.
    fn join_ty(&mut self, a: ValId, b: ValId) -> Ty {
        let (ta, tb) = (
            self.vals[a.0 as usize].ty.clone(),
            self.vals[b.0 as usize].ty.clone(),
        );
        match (&ta, &tb) {
            (Ty::Opaque, Ty::Real(_)) => {
                self.vals[a.0 as usize].ty = tb.clone();
                tb
            }
            (Ty::Real(_), Ty::Opaque) => {
                self.vals[b.0 as usize].ty = ta.clone();
                ta
            }
            _ => ta,
        }
    }

    fn counted(
        &mut self,
        id: LoopId,
        var: VarId,
        range: &hir::Range,
        body: &Block,
        until: &[VarId],
        span: Span,
    ) {
        let lo = self.scalar(&range.lo);
        let hi = self.scalar(&range.hi);
        let step = range.step.as_ref().map(|e| self.scalar(e));
        let range = Range {
            lo,
            hi,
            inclusive: range.inclusive,
            step,
            rev: range.rev,
            rev_first: range.rev_first,
        };
        let counter = self.value(Ty::Int, span);
        self.bind_var(var, Tree::Val(counter));
        let budget = self.budget(id);
        let (carried, before) = self.enter_loop(&scan::assigned(body));
        let (stop, body) = self.in_block(|b| {
            b.block_value(body);
            b.any_set(until, span)
        });
        let carried = self.leave_loop(carried, before);
        let count = stop.map(|_| self.steps(span));
        self.push(
            StmtKind::For {
                id,
                counter,
                range,
                carried,
                body,
                until: stop,
                count,
                budget,
            },
            span,
        );
    }

    fn any_set(&mut self, flags: &[VarId], span: Span) -> Option<ValId> {
        let values: Vec<ValId> = flags
            .iter()
            .filter_map(|f| match &self.env[f.0 as usize] {
                Binding::Is(Tree::Val(v)) => Some(*v),
                _ => None,
            })
            .collect();
        values
            .into_iter()
            .reduce(|a, b| self.def(Ty::Bool, Op::Bin(BinOp::Or, a, b), span))
    }

    fn while_loop(&mut self, id: LoopId, cond: &Expr, body: &Block, span: Span) {
        let budget = self.budget(id);
        let mut assigned = scan::assigned(body);
        assigned.extend(scan::assigned(&Block {
            stmts: Vec::new(),
            value: Some(Box::new(cond.clone())),
        }));
        let (carried, before) = self.enter_loop(&assigned);
        let (cond, head) = self.in_block(|b| b.scalar(cond));
        let ((), body) = self.in_block(|b| {
            b.block_value(body);
        });
        let carried = self.leave_loop(carried, before);
        let count = self.steps(span);
        self.push(
            StmtKind::While {
                id,
                carried,
                head,
                cond,
                body,
                count,
                budget,
            },
            span,
        );
    }

    /// How many states the loop may keep.
    fn budget(&self, id: LoopId) -> Option<ValId> {
        let var = self.hir.checkpoints.get(&id)?.budget?;
        match &self.env[var.0 as usize] {
            Binding::Is(Tree::Val(v)) => Some(*v),
            _ => None,
        }
    }

    /// The number of iterations of a loop that no range counts.
    fn steps(&mut self, span: Span) -> ValId {
        let v = self.value(Ty::Int, span);
        self.named[v.0 as usize] = true;
        self.vals[v.0 as usize].name = self.names.numbered("steps", "_", 1, span);
        v
    }

    /// Gives every scalar that the loop assigns a value for the start of an iteration.
    fn enter_loop(&mut self, assigned: &BTreeSet<VarId>) -> (Vec<Entering>, Vec<Binding>) {
        let mut entering = Vec::new();
        let mut roots: Vec<VarId> = assigned
            .iter()
            .map(|v| self.alias_target(*v, Vec::new()).0)
            .collect();
        roots.sort_unstable();
        roots.dedup();
        for var in roots {
            let info = &self.hir.vars[var.0 as usize];
            let (name, ty) = (info.name.clone(), info.ty.clone());
            let tree = match &self.env[var.0 as usize] {
                Binding::Is(tree) => tree.clone(),
                Binding::Declared if is_scalar(&ty) => Tree::Val(self.dummy(&ty, name.span())),
                _ => continue,
            };
            let tree = self.phi_tree(&tree, var, &name, &mut Vec::new(), &mut entering);
            self.env[var.0 as usize] = Binding::Is(tree);
        }
        (entering, self.env.clone())
    }

    fn phi_tree(
        &mut self,
        tree: &Tree,
        var: VarId,
        name: &Ident,
        path: &mut Vec<usize>,
        entering: &mut Vec<Entering>,
    ) -> Tree {
        match tree {
            Tree::Val(init) => {
                let phi = self.merged(*init, name);
                entering.push(Entering {
                    var,
                    path: path.clone(),
                    phi,
                    init: *init,
                });
                Tree::Val(phi)
            }
            Tree::Mem(m) => Tree::Mem(*m),
            Tree::Tuple(parts) => {
                let mut news = Vec::new();
                for (k, part) in parts.iter().enumerate() {
                    path.push(k);
                    news.push(self.phi_tree(part, var, name, path, entering));
                    path.pop();
                }
                Tree::Tuple(news)
            }
        }
    }

    /// Binds the carried variables to their values after the loop, and forgets what was local.
    fn leave_loop(&mut self, entering: Vec<Entering>, before: Vec<Binding>) -> Vec<Carried> {
        let after = std::mem::replace(&mut self.env, before);
        entering
            .into_iter()
            .map(|e| {
                let name = self.hir.vars[e.var.0 as usize].name.clone();
                let next = leaf(&after[e.var.0 as usize], &e.path).unwrap_or(e.phi);
                let out = self.merged(e.phi, &name);
                if let Binding::Is(tree) = &mut self.env[e.var.0 as usize] {
                    set_leaf(tree, &e.path, out);
                }
                Carried {
                    phi: e.phi,
                    init: e.init,
                    next,
                    out,
                }
            })
            .collect()
    }
}

/// A carried scalar while the body of its loop is under construction.
pub(super) struct Entering {
    var: VarId,
    path: Vec<usize>,
    phi: ValId,
    init: ValId,
}

fn leaf(binding: &Binding, path: &[usize]) -> Option<ValId> {
    let Binding::Is(mut tree) = binding.clone() else {
        return None;
    };
    for k in path {
        let Tree::Tuple(mut parts) = tree else {
            return None;
        };
        tree = (*k < parts.len()).then(|| parts.swap_remove(*k))?;
    }
    match tree {
        Tree::Val(v) => Some(v),
        _ => None,
    }
}

fn set_leaf(tree: &mut Tree, path: &[usize], value: ValId) {
    let mut at = tree;
    for k in path {
        match at {
            Tree::Tuple(parts) if *k < parts.len() => at = &mut parts[*k],
            _ => return,
        }
    }
    *at = Tree::Val(value);
}

/// The memory in the value of an `if`.
enum Joined {
    Mem(ssa::MemId),
    Tuple(Vec<Option<Joined>>),
}

impl Joined {
    fn memory(&self) -> Option<ssa::MemId> {
        match self {
            Joined::Mem(m) => Some(*m),
            Joined::Tuple(_) => None,
        }
    }
}

/// True for numbers, and what has a fixed number of them: the zeros of a vector of these are known
/// by its length.
fn is_plain(ty: &Ty) -> bool {
    match ty {
        Ty::Real(_) => true,
        Ty::Array(inner, _) => is_plain(inner),
        Ty::Tuple(parts) => parts.iter().all(is_plain),
        _ => false,
    }
}

/// The two branches of an `if` while their ends are brought together.
struct Join {
    then: ssa::Block,
    els: ssa::Block,
    phis: Vec<Phi>,
    span: Span,
}

fn tree_of(binding: &Binding) -> Option<Tree> {
    match binding {
        Binding::Is(tree) => Some(tree.clone()),
        _ => None,
    }
}
