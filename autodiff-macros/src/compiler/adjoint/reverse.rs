//! What each statement does to the adjoints, statements taken backwards.
//!
//! The adjoint of a value is a local variable of the reverse sweep. It is declared by its first
//! contribution if that stands in the block in which the value is defined, and with 0 before the
//! inner block otherwise. A value that gets no contribution has no adjoint, and what only leads to
//! it writes nothing.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::forward::{operands, place, ty_tokens};
use super::{
    Arms, Context, Fused, Rev, RevBlock, Reversed, Seeded, calls, forward, lanes, reciprocals,
    scatter,
};

mod seeded;
mod unit;
use crate::compiler::analyse::layout::{BlockId, Role};
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::{BinOp, LoopId, Member, Ty, UnOp};
use crate::compiler::names::Names;
use crate::compiler::real;
use crate::compiler::rule_text::Scope;
use crate::compiler::singular::{self, Watch};
use crate::compiler::ssa::{
    Arg, Block, Call, Carried, Func, Init, MemId, Op, Phi, Place, Stmt as Ssa, StmtKind, StoreOp,
    Tree, ValId,
};

/// Reverses the whole function.
pub(super) fn run<'a>(cx: &'a Context<'a>, fresh: &mut Names) -> Reversed<'a> {
    let mut pass = Reverse {
        cx,
        fresh,
        current: 0,
        declared: BTreeSet::new(),
        declared_mems: BTreeSet::new(),
        touched: BTreeSet::new(),
        touched_mems: BTreeSet::new(),
        suppressed: BTreeSet::new(),
        fused: BTreeMap::new(),
        branches: BTreeMap::new(),
        calls: BTreeMap::new(),
        units: BTreeMap::new(),
        buffers: Vec::new(),
        watch: Watch::of(cx),
    };
    let mut body = pass.block(&cx.func.body, Start::Results);
    pass.finish_parameters(&mut body.stmts);
    Reversed {
        body,
        fused: pass.fused,
        branches: pass.branches,
        calls: pass.calls,
    }
}

/// What the reverse of a block starts with.
enum Start {
    /// The adjoint of the results.
    Results,
    /// Adjoints that come in at the end of the block.
    Adjoints(Vec<(ValId, Expr)>),
}

struct Reverse<'a, 'n> {
    cx: &'a Context<'a>,
    fresh: &'n mut Names,
    /// The block whose reverse is being written.
    current: BlockId,
    /// Values and memory whose adjoint exists.
    declared: BTreeSet<ValId>,
    declared_mems: BTreeSet<MemId>,
    /// Values and memory of outer blocks that inner code adds to before their adjoint exists.
    touched: BTreeSet<ValId>,
    touched_mems: BTreeSet<MemId>,
    /// Accumulators: their adjoint does not change in the loop.
    suppressed: BTreeSet<ValId>,
    fused: BTreeMap<LoopId, Fused<'a>>,
    branches: BTreeMap<u32, Arms<'a>>,
    calls: BTreeMap<String, Seeded>,
    /// What loops with the adjoint 1 fill.
    units: BTreeMap<LoopId, unit::Temporaries>,
    /// What lane loops fill and is added up after them.
    buffers: Vec<Stmt>,
    watch: Watch,
}

impl<'a> Reverse<'a, '_> {
    fn rt(&self) -> &'a TokenStream {
        &self.cx.names.rt
    }

    /// The adjoint of the result is the seed.
    fn seed_results(&mut self, out: &mut Vec<Rev<'a>>) {
        if let Some(result) = &self.cx.func.result {
            let seed = match self.cx.style {
                super::Style::Joint if !self.cx.modes.handed => one(self.cx.func),
                _ => Expr::Name(self.cx.names.seed.clone()),
            };
            self.seed_tree(result, seed, out);
        }
        for (param, bar) in self.cx.func.params.iter().zip(&self.cx.names.bars) {
            if let Some(exit) = param.exit.filter(|v| self.cx.func.is_real(*v)) {
                self.contribute(exit, Expr::Deref(Box::new(Expr::Name(bar.clone()))), out);
            }
        }
    }

    fn seed_tree(&mut self, tree: &Tree, seed: Expr, out: &mut Vec<Rev<'a>>) {
        match tree {
            Tree::Val(v) => self.contribute(*v, seed, out),
            Tree::Mem(m) => {
                let local = self.cx.func.mem(*m).origin == crate::compiler::ssa::Origin::Local;
                if self.cx.facts.active_mem(*m) && local && self.declared_mems.insert(*m) {
                    let name = self.cx.names.mem_bar(*m);
                    out.push(Rev::Code(Stmt::Let {
                        name,
                        mutable: true,
                        ty: None,
                        init: Some(seed),
                    }));
                } else if self.cx.facts.active_mem(*m) {
                    let rt = self.rt();
                    let bar = self.mem_bar(*m);
                    let add = Expr::Call(
                        quote!(#rt::add),
                        vec![
                            Expr::borrow(true, self.whole_bar(*m, bar)),
                            Expr::Ref(false, Box::new(seed)),
                        ],
                    );
                    out.push(Rev::Code(Stmt::Expr(add)));
                }
            }
            Tree::Tuple(parts) => {
                for (k, part) in parts.iter().enumerate() {
                    let field = Expr::part(seed.clone(), k);
                    self.seed_tree(part, field, out);
                }
            }
        }
    }

    /// Adds the adjoints of scalar parameters to the bars that the caller gave.
    fn finish_parameters(&mut self, out: &mut Vec<Rev<'a>>) {
        for (param, bar) in self.cx.func.params.iter().zip(&self.cx.names.bars) {
            if let (Tree::Val(entry), Some(_)) = (
                &param.entry,
                param.exit.filter(|v| self.cx.func.is_real(*v)),
            ) {
                let value = if self.declared.contains(entry) {
                    Expr::Bar(*entry)
                } else {
                    real::zero(&self.cx.func.val(*entry).ty)
                };
                let place = Expr::Deref(Box::new(Expr::Name(bar.clone())));
                out.push(Rev::Code(Stmt::Assign {
                    place,
                    op: "=",
                    value,
                }));
                continue;
            }
            let base = match &param.entry {
                Tree::Val(_) => Expr::Deref(Box::new(Expr::Name(bar.clone()))),
                _ => Expr::Name(bar.clone()),
            };
            self.finish_tree(&param.entry, base, out);
        }
    }

    fn finish_tree(&mut self, tree: &Tree, place: Expr, out: &mut Vec<Rev<'a>>) {
        match tree {
            Tree::Val(v) if self.declared.contains(v) => out.push(Rev::Code(Stmt::Assign {
                place,
                op: "+=",
                value: Expr::Bar(*v),
            })),
            Tree::Mem(m) if self.declared_mems.contains(m) => {
                let rt = self.rt();
                let add = Expr::Call(
                    quote!(#rt::add),
                    vec![
                        Expr::borrow(true, place),
                        Expr::Ref(false, Box::new(Expr::MemBar(*m))),
                    ],
                );
                out.push(Rev::Code(Stmt::Expr(add)));
            }
            Tree::Tuple(parts) => {
                for (k, part) in parts.iter().enumerate() {
                    let field = Expr::part(place.clone(), k);
                    self.finish_tree(part, field, out);
                }
            }
            _ => {}
        }
    }

    /// Reverses a block. Fused loops come first: their reverse runs in the forward sweep.
    fn block(&mut self, block: &'a Block, start: Start) -> RevBlock<'a> {
        let outer = std::mem::replace(&mut self.current, self.cx.layout.id_of(block));
        for stmt in &block.stmts {
            self.fuse(stmt);
        }
        let mut out = Vec::new();
        match start {
            Start::Results => self.seed_results(&mut out),
            Start::Adjoints(all) => all
                .into_iter()
                .for_each(|(v, e)| self.contribute(v, e, &mut out)),
        }
        self.seed_terms(&mut out);
        self.declare_touched(&mut out, 0);
        for stmt in block.stmts.iter().rev() {
            let from = out.len();
            self.stmt(stmt, &mut out);
            self.declare_touched(&mut out, from);
        }
        reciprocals::share(self.cx, &mut out, self.fresh);
        self.current = outer;
        RevBlock { block, stmts: out }
    }

    /// What a lane loop computes for sums has their adjoint.
    fn seed_terms(&mut self, out: &mut Vec<Rev<'a>>) {
        let Role::Body(id) = self.cx.layout.blocks[self.current].role else {
            return;
        };
        for (value, sum, minus) in self.cx.func.strips.seeds.get(&id).into_iter().flatten() {
            let seed = match minus {
                true => Expr::neg(Expr::Bar(*sum)),
                false => Expr::Bar(*sum),
            };
            self.contribute(*value, seed, out);
        }
    }

    /// Declares, before the code from `from` on, what that code touched in this block.
    fn declare_touched(&mut self, out: &mut Vec<Rev<'a>>, from: usize) {
        for decl in self.take_touched() {
            out.insert(from, Rev::Code(decl));
        }
    }

    fn take_touched(&mut self) -> Vec<Stmt> {
        let layout = self.cx.layout;
        let here = self.current;
        let vals: Vec<ValId> = self
            .touched
            .iter()
            .copied()
            .filter(|v| layout.def_block(*v) == here)
            .collect();
        let mems: Vec<MemId> = self
            .touched_mems
            .iter()
            .copied()
            .filter(|m| layout.mem_block(*m) == here)
            .collect();
        let mut decls = Vec::new();
        for v in vals {
            self.touched.remove(&v);
            self.declared.insert(v);
            decls.push(self.declare(v, self.zero(v)));
        }
        for m in mems {
            self.touched_mems.remove(&m);
            self.declared_mems.insert(m);
            decls.push(self.declare_mem(m));
        }
        decls
    }

    fn zero(&self, v: ValId) -> Expr {
        real::zero(&self.cx.func.val(v).ty)
    }

    fn declare(&self, v: ValId, init: Expr) -> Stmt {
        let ty = Some(ty_tokens(&self.cx.func.val(v).ty));
        Stmt::Let {
            name: self.cx.names.bar(v),
            mutable: true,
            ty,
            init: Some(init),
        }
    }

    /// `let mut a_bar = ` zeros of the shape of `a`.
    fn declare_mem(&self, m: MemId) -> Stmt {
        let mem = self.cx.func.mem(m);
        let init = self
            .zero_lanes(m)
            .or_else(|| neutral(&mem.ty).or_else(|| zeros(&mem.ty)))
            .or_else(|| self.zeros_by_init(m))
            .unwrap_or_else(|| {
                let rt = self.rt();
                Expr::Call(
                    quote!(#rt::neutral_like),
                    vec![Expr::Ref(false, Box::new(Expr::Mem(m)))],
                )
            });
        Stmt::Let {
            name: self.cx.names.mem_bar(m),
            mutable: true,
            ty: None,
            init: Some(init),
        }
    }

    /// Zeros for iterations that run side by side.
    fn zero_lanes(&self, m: MemId) -> Option<Expr> {
        let mut made = None;
        self.cx.func.body.walk(&mut |s| {
            if let StmtKind::Alloc(a, init) = &s.kind
                && *a == m
            {
                made = Some(init);
            }
        });
        let Some(Init::Repeat(first, _)) = made else {
            return None;
        };
        let Init::Val(first) = **first else {
            return None;
        };
        let zero = |v: ValId| match v == first {
            true => self.zero(v),
            false => Expr::Val(v),
        };
        forward::of_lanes(self.cx.func, self.rt(), m, made?, &zero)
    }

    /// `vec![0.0; n]` for a vector that begins as `vec![x; n]` and is never replaced.
    fn zeros_by_init(&self, m: MemId) -> Option<Expr> {
        let mut init = None;
        let mut replaced = false;
        self.cx.func.body.walk(&mut |s| match &s.kind {
            StmtKind::Alloc(a, i) if *a == m => init = Some(i),
            StmtKind::Copy { dst, .. } if dst.mem == m && dst.path.is_empty() => replaced = true,
            StmtKind::Push { place, .. } if place.mem == m => replaced = true,
            _ => {}
        });
        match (&self.cx.func.mem(m).ty, init) {
            (Ty::Vec(inner), Some(Init::Repeat(_, len))) if !replaced => Some(Expr::Repeat(
                true,
                Box::new(zeros(inner)?),
                Box::new(Expr::Val(*len)),
            )),
            _ => None,
        }
    }

    /// Adds `e` to the adjoint of `v`.
    fn contribute(&mut self, v: ValId, e: Expr, out: &mut Vec<Rev<'a>>) {
        if !self.cx.facts.active(v) || self.suppressed.contains(&v) || is_zero(&e) {
            return;
        }
        if self.declared.contains(&v) || self.touched.contains(&v) {
            out.push(Rev::Code(add_to(Expr::Bar(v), e)));
        } else if self.cx.layout.def_block(v) == self.current {
            self.declared.insert(v);
            out.push(Rev::Code(self.declare(v, e)));
        } else {
            self.touched.insert(v);
            out.push(Rev::Code(add_to(Expr::Bar(v), e)));
        }
    }

    /// The adjoint of a memory variable; it exists from here on.
    fn mem_bar(&mut self, m: MemId) -> Expr {
        let m = self.cx.func.fixed.get(&m).copied().unwrap_or(m);
        let local = matches!(
            self.cx.func.mem(m).origin,
            crate::compiler::ssa::Origin::Local
        );
        if local && !self.declared_mems.contains(&m) {
            self.touched_mems.insert(m);
        }
        Expr::MemBar(m)
    }

    /// The whole adjoint of a memory variable as a place.
    fn whole_bar(&self, m: MemId, bar: Expr) -> Expr {
        let m = self.cx.func.fixed.get(&m).copied().unwrap_or(m);
        match self.cx.func.mem(m).origin {
            crate::compiler::ssa::Origin::Local => bar,
            _ => Expr::Deref(Box::new(bar)),
        }
    }

    fn bar_place(&mut self, at: &Place) -> Expr {
        let bar = self.mem_bar(at.mem);
        match at.path.is_empty() {
            true => self.whole_bar(at.mem, bar),
            false => place(self.cx.func, at, bar),
        }
    }

    /// Writes the reverse of the iterations of a fused loop, to run together with the iterations.
    fn fuse(&mut self, stmt: &'a Ssa) {
        let (Some(id), Some(body)) = (stmt.kind.loop_id(), stmt.kind.loop_body()) else {
            return self.fuse_call_or_branch(stmt);
        };
        let seeds = match self.cx.mode(id) {
            Mode::Fused(seeds) => seeds,
            Mode::Unit => return self.fuse_with_one(stmt, id, body),
            _ => return,
        };
        if self.cx.func.strips.sums.contains(&id) {
            return;
        }
        let mut before: Vec<Stmt> = Vec::new();
        for (out, seed) in seeds {
            self.suppressed.insert(*out);
            let ty = Some(ty_tokens(&self.cx.func.val(*out).ty));
            before.push(Stmt::Let {
                name: self.cx.names.bar(*out),
                mutable: false,
                ty,
                init: Some(seed.clone()),
            });
        }
        let mut reversed = self.accumulating_body(stmt, body);
        before.extend(self.take_touched());
        let carries = scatter::carry(self.cx, stmt, &mut reversed.stmts, self.fresh);
        before.extend(carries.before);
        if self.cx.func.strips.strips.contains(&id) {
            before.append(&mut self.buffers);
        }
        let fused = Fused {
            before,
            iteration: reversed,
            after: carries.after,
        };
        self.fused.insert(id, fused);
    }

    /// The reverse of one iteration of a loop whose accumulators have the adjoint of their value
    /// after the loop.
    fn accumulating_body(&mut self, stmt: &'a Ssa, body: &'a Block) -> RevBlock<'a> {
        let accumulators: Vec<&Carried> = stmt
            .kind
            .carried()
            .iter()
            .filter(|c| self.cx.facts.active(c.out))
            .collect();
        self.suppressed.extend(accumulators.iter().map(|c| c.phi));
        self.block(
            body,
            Start::Adjoints(
                accumulators
                    .iter()
                    .map(|c| (c.next, Expr::Bar(c.out)))
                    .collect(),
            ),
        )
    }

    fn stmt(&mut self, stmt: &'a Ssa, out: &mut Vec<Rev<'a>>) {
        match &stmt.kind {
            StmtKind::Def(v, op) => {
                if self.declared.contains(v) {
                    self.op(*v, op, out);
                }
            }
            StmtKind::Alloc(m, init) => {
                if self.declared_mems.contains(m) {
                    self.init(Expr::MemBar(*m), init, out);
                }
            }
            StmtKind::Push { place, init } => self.unpush(place, init, out),
            StmtKind::Store { place, op, value } => self.store(place, *op, *value, out),
            StmtKind::Copy {
                dst,
                src,
                before,
                shape,
            } => self.copy(dst, src, (*before, *shape), out),
            StmtKind::If {
                cond,
                then,
                els,
                phis,
            } => {
                if !self.branches.contains_key(&self.cx.layout.position(stmt)) {
                    self.branch(*cond, then, els, phis, out);
                }
            }
            StmtKind::For { .. } | StmtKind::While { .. } => self.looped(stmt, out),
            StmtKind::Call(call) if self.calls.contains_key(&call.residual.to_string()) => {}
            StmtKind::Call(call) => self.call(call, stmt.span, out),
            StmtKind::Effect(_) => {}
        }
    }

    fn op(&mut self, v: ValId, op: &Op, out: &mut Vec<Rev<'a>>) {
        let bar = Expr::Bar(v);
        match op {
            Op::Un(UnOp::Neg, a) => self.contribute(*a, Expr::neg(bar), out),
            Op::Bin(BinOp::Add, a, b) => {
                self.contribute(*a, bar.clone(), out);
                self.contribute(*b, bar, out);
            }
            Op::Bin(BinOp::Sub, a, b) => {
                self.contribute(*a, bar.clone(), out);
                self.contribute(*b, Expr::neg(bar), out);
            }
            Op::Bin(BinOp::Mul, a, b) => {
                let [by_a, by_b] = [*b, *a].map(|partial| {
                    let product = Expr::mul(bar.clone(), Expr::Val(partial));
                    self.guarded(v, op, product)
                });
                self.contribute(*a, by_a, out);
                self.contribute(*b, by_b, out);
            }
            Op::Bin(BinOp::Div, a, b) => {
                let singular = self.watch.guards(self.cx, v, op);
                self.quotient(v, (*a, *b), singular, out);
            }
            Op::Bin(BinOp::Rem, a, b) => self.remainder(v, *a, *b, out),
            Op::Cast(a, _) => {
                let [from, to] = [v, *a].map(|v| &self.cx.func.val(v).ty);
                self.contribute(*a, real::cast(bar, from, to, self.rt()), out);
            }
            Op::Rule {
                rule,
                args,
                weights,
            } => {
                let scope = rule_scope(self.cx, v, rule, args, weights);
                for (k, arg) in args.iter().enumerate() {
                    if self.cx.facts.active(*arg) {
                        let partial = rule.partials.get(k).copied().unwrap_or("0.0");
                        let product = self.guarded(v, op, scope.seeded(partial, &bar));
                        self.contribute(*arg, product, out);
                    }
                }
            }
            Op::Load(at) if self.cx.facts.active_mem(at.mem) => {
                let place = self.bar_place(at);
                out.push(Rev::Code(add_to(place, bar)));
            }
            Op::LoadIf(guard, at) if self.cx.facts.active_mem(at.mem) => {
                let place = self.bar_place(at);
                out.push(Rev::Code(Stmt::If {
                    cond: Expr::Val(*guard),
                    then: vec![add_to(place, bar)],
                    els: Vec::new(),
                }));
            }
            _ => {}
        }
    }

    /// A contribution of an operation to the adjoint of an operand: 0 where the adjoint of its result
    /// is 0, also if its partial is infinite.
    fn guarded(&self, v: ValId, op: &Op, product: Expr) -> Expr {
        match self.watch.guards(self.cx, v, op) {
            true => singular::unless_zero(self.rt(), &Expr::Bar(v), product),
            false => product,
        }
    }

    /// True for a literal whose reciprocal, which rustc computes, is far from overflow and underflow.
    fn is_ordinary(&self, v: ValId) -> bool {
        let Some(Op::Lit(tokens)) = self.cx.layout.op(v) else {
            return false;
        };
        let text = tokens.to_string().replace('_', "");
        let text = text.trim_end_matches("f64").trim_end_matches("f32");
        text.parse::<f64>()
            .is_ok_and(|x| (1e-30..1e30).contains(&x.abs()))
    }

    /// `t = ȳ / b; ā += t; b̄ -= t y`: one division, or none where the primal has `1 / b`.
    fn quotient(
        &mut self,
        y: ValId,
        (a, b): (ValId, ValId),
        singular: bool,
        out: &mut Vec<Rev<'a>>,
    ) {
        let (rt, bar) = (self.rt(), Expr::Bar(y));
        let (in_dividend, in_divisor) = (self.cx.facts.active(a), self.cx.facts.active(b));
        let inverse = self.cx.layout.reciprocal_beside(y, b);
        let scaled = inverse.map(|inverse| Expr::mul(bar.clone(), Expr::Val(inverse)));
        let quotient = match (scaled, singular && in_dividend) {
            (Some(scaled), true) => singular::unless_zero(rt, &bar, scaled),
            (Some(scaled), false) => scaled,
            (None, true) => singular::quotient(rt, bar.clone(), Expr::Val(b)),
            (None, false) if self.is_ordinary(b) => {
                let one = real::number(&self.cx.func.val(b).ty, quote!(1.0));
                Expr::mul(bar.clone(), Expr::bin("/", one, Expr::Val(b)))
            }
            (None, false) => Expr::bin("/", bar.clone(), Expr::Val(b)),
        };
        if !in_divisor {
            return self.contribute(a, quotient, out);
        }
        let name = self.fresh.numbered("q", "_", 1, self.cx.func.val(y).span);
        let ty = Some(ty_tokens(&self.cx.func.val(y).ty));
        out.push(Rev::Code(Stmt::Let {
            name: name.clone(),
            mutable: false,
            ty,
            init: Some(quotient),
        }));
        let name = Expr::Name(name);
        self.contribute(a, name.clone(), out);
        let product = Expr::mul(name, Expr::Val(y));
        let product = match singular {
            true => singular::unless_zero(rt, &bar, product),
            false => product,
        };
        self.contribute(b, Expr::neg(product), out);
    }

    /// Off the jumps: 1 in the dividend, -trunc(a / b) in the divisor.
    fn remainder(&mut self, y: ValId, a: ValId, b: ValId, out: &mut Vec<Rev<'a>>) {
        self.contribute(a, Expr::Bar(y), out);
        let trunc = Ident::new("trunc", Span::call_site());
        let steps = Expr::Call(
            real::method(&self.cx.func.val(y).ty, &trunc, self.rt()),
            vec![Expr::bin("/", Expr::Val(a), Expr::Val(b))],
        );
        self.contribute(b, Expr::neg(Expr::mul(Expr::Bar(y), steps)), out);
    }

    fn init(&mut self, bar: Expr, init: &Init, out: &mut Vec<Rev<'a>>) {
        let rt = self.rt();
        match init {
            Init::Val(v) => self.contribute(*v, bar, out),
            Init::Repeat(inner, _) => {
                let mut active = false;
                inner.for_each_use(&mut |v| active |= self.cx.facts.active(v));
                inner.for_each_mem(&mut |m| active |= self.cx.facts.active_mem(m));
                if active {
                    let name = self.fresh.numbered("sum", "_", 1, self.cx.func.name.span());
                    let sum = Expr::Call(quote!(#rt::sum), vec![Expr::Ref(false, Box::new(bar))]);
                    out.push(Rev::Code(Stmt::Let {
                        name: name.clone(),
                        mutable: false,
                        ty: None,
                        init: Some(sum),
                    }));
                    self.init(Expr::Name(name), inner, out);
                }
            }
            Init::List(parts) => {
                for (k, part) in parts.iter().enumerate() {
                    let k = proc_macro2::Literal::usize_unsuffixed(k);
                    self.init(Expr::index(bar.clone(), Expr::Raw(quote!(#k))), part, out);
                }
            }
            Init::Tuple(parts) => {
                for (k, part) in parts.iter().enumerate() {
                    self.init(Expr::part(bar.clone(), k), part, out);
                }
            }
            Init::Struct { fields, base, .. } => {
                let named: Vec<&Member> = fields.iter().map(|(name, _)| name).collect();
                if let Some(base) = base.as_ref().filter(|at| self.cx.facts.active_mem(at.mem)) {
                    self.rest_of_struct(base, &named, bar.clone(), out);
                }
                for (name, part) in fields {
                    let field = Expr::Field(Box::new(bar.clone()), name.clone());
                    self.init(field, part, out);
                }
            }
            Init::Clone(src) if self.cx.facts.active_mem(src.mem) => {
                let dst = self.bar_place(src);
                let add = Expr::Call(
                    quote!(#rt::add),
                    vec![Expr::borrow(true, dst), Expr::Ref(false, Box::new(bar))],
                );
                out.push(Rev::Code(Stmt::Expr(add)));
            }
            Init::Clone(_) | Init::Blank | Init::Unset => {}
        }
    }

    /// `P { x: a, ..base }`: all but the named fields of the adjoint goes to the base.
    fn rest_of_struct(
        &mut self,
        base: &Place,
        named: &[&Member],
        bar: Expr,
        out: &mut Vec<Rev<'a>>,
    ) {
        let rt = self.rt();
        let rest = self
            .fresh
            .numbered("rest", "_", 1, self.cx.func.name.span());
        out.push(Rev::Code(Stmt::Let {
            name: rest.clone(),
            mutable: true,
            ty: None,
            init: Some(Expr::method(bar, "clone", Vec::new())),
        }));
        let rest = Expr::Name(rest);
        for name in named {
            let field = Expr::Field(Box::new(rest.clone()), (*name).clone());
            let clear = vec![Expr::Ref(true, Box::new(field))];
            out.push(Rev::Code(Stmt::Expr(Expr::Call(quote!(#rt::clear), clear))));
        }
        let to = self.bar_place(base);
        let add = vec![Expr::borrow(true, to), Expr::Ref(false, Box::new(rest))];
        out.push(Rev::Code(Stmt::Expr(Expr::Call(quote!(#rt::add), add))));
    }

    fn store(&mut self, at: &Place, op: StoreOp, value: ValId, out: &mut Vec<Rev<'a>>) {
        if self.cx.func.strips.terms.contains(&at.mem) {
            return;
        }
        if !self.cx.facts.active_mem(at.mem) {
            return;
        }
        let bar = self.bar_place(at);
        match op {
            StoreOp::Add => self.contribute(value, bar, out),
            StoreOp::Sub => self.contribute(value, Expr::neg(bar), out),
            StoreOp::Set => {
                let zero = match self.cx.func.place_ty(at) {
                    Some(ty @ Ty::Real(_)) => real::zero(&ty),
                    _ => self.zero(value),
                };
                self.contribute(value, bar.clone(), out);
                out.push(Rev::Code(Stmt::Assign {
                    place: bar,
                    op: "=",
                    value: zero,
                }));
            }
        }
    }

    /// The adjoint of what was pushed is the last element of the adjoint, and goes.
    fn unpush(&mut self, at: &Place, init: &Init, out: &mut Vec<Rev<'a>>) {
        if !self.cx.facts.active_mem(at.mem) {
            return;
        }
        let bar = self.bar_place(at);
        let name = self
            .fresh
            .numbered("pushed_bar", "_", 1, self.cx.func.name.span());
        let pattern = quote!(::core::option::Option::Some(#name));
        out.push(Rev::Code(Stmt::Expect {
            pattern,
            init: Expr::method(bar, "pop", Vec::new()),
        }));
        self.init(Expr::Name(name), init, out);
    }

    fn copy(
        &mut self,
        dst: &Place,
        src: &Place,
        (before, shape): (Option<ValId>, Option<MemId>),
        out: &mut Vec<Rev<'a>>,
    ) {
        if !self.cx.facts.active_mem(dst.mem) {
            return;
        }
        let rt = self.rt();
        let from = self.bar_place(dst);
        if self.cx.facts.active_mem(src.mem) {
            let to = self.bar_place(src);
            let add = Expr::Call(
                quote!(#rt::add),
                vec![Expr::borrow(true, to), Expr::borrow(false, from.clone())],
            );
            out.push(Rev::Code(Stmt::Expr(add)));
        }
        if let Some(shape) = shape {
            let zeros = vec![Expr::Ref(false, Box::new(Expr::Mem(shape)))];
            out.push(Rev::Code(Stmt::Assign {
                place: from,
                op: "=",
                value: Expr::Call(quote!(#rt::zero_like), zeros),
            }));
            return;
        }
        let element = match self.cx.func.place_ty(dst) {
            Some(Ty::Vec(inner) | Ty::Seq(inner)) => zeros(&inner),
            _ => None,
        };
        out.push(Rev::Code(match before.zip(element) {
            Some((before, zero)) => Stmt::Assign {
                place: from,
                op: "=",
                value: Expr::Repeat(true, Box::new(zero), Box::new(Expr::Val(before))),
            },
            None => {
                let clear = vec![Expr::borrow(true, from)];
                Stmt::Expr(Expr::Call(quote!(#rt::clear), clear))
            }
        }));
    }

    fn branch(
        &mut self,
        cond: ValId,
        then: &'a Block,
        els: &'a Block,
        phis: &[Phi],
        out: &mut Vec<Rev<'a>>,
    ) {
        let then = self.arm(then, phis, |p| p.then);
        let els = self.arm(els, phis, |p| p.els);
        if !then.stmts.is_empty() || !els.stmts.is_empty() {
            out.push(Rev::If { cond, then, els });
        }
    }

    fn arm(
        &mut self,
        block: &'a Block,
        phis: &[Phi],
        side: impl Fn(&Phi) -> ValId,
    ) -> RevBlock<'a> {
        let merged = phis.iter().filter(|p| self.declared.contains(&p.out));
        let start = merged.map(|p| (side(p), Expr::Bar(p.out))).collect();
        self.block(block, Start::Adjoints(start))
    }

    fn looped(&mut self, stmt: &'a Ssa, out: &mut Vec<Rev<'a>>) {
        let (Some(id), Some(body)) = (stmt.kind.loop_id(), stmt.kind.loop_body()) else {
            return;
        };
        let carried: Vec<&Carried> = stmt
            .kind
            .carried()
            .iter()
            .filter(|c| self.cx.facts.active(c.out))
            .collect();
        if self.cx.func.strips.sums.contains(&id) {
            return;
        }
        match self.cx.mode(id) {
            Mode::Fused(_) => {}
            Mode::Unit => {
                carried.iter().for_each(|c| self.ensure(c.out, out));
                carried.iter().for_each(|c| self.scale(id, c.out, out));
            }
            Mode::Rerun => {
                carried.iter().for_each(|c| self.ensure(c.out, out));
                let body = self.accumulating_body(stmt, body);
                out.push(Rev::Loop { stmt, body });
            }
            Mode::Recorded | Mode::Checkpointed => {
                carried.iter().for_each(|c| self.ensure(c.out, out));
                let mut body = self.recorded_body(&carried, body);
                let mut after = Vec::new();
                if self.cx.func.strips.lanes.contains(&id) {
                    let reduced = lanes::reduce(self.cx, stmt, &mut body, self.fresh);
                    self.buffers.extend(reduced.buffers);
                    after = reduced.after;
                }
                // Buffers are made once, in front of the outermost loop.
                if self.current == 0 {
                    out.extend(self.buffers.drain(..).map(Rev::Code));
                }
                if !body.stmts.is_empty() {
                    out.push(Rev::Loop { stmt, body });
                }
                out.extend(after.into_iter().map(Rev::Code));
            }
        }
        for c in carried {
            self.contribute(c.init, Expr::Bar(c.out), out);
        }
    }

    /// Declares the adjoint of a value of this block if it does not exist yet.
    fn ensure(&mut self, v: ValId, out: &mut Vec<Rev<'a>>) {
        if self.declared.insert(v) {
            out.push(Rev::Code(self.declare(v, self.zero(v))));
        }
    }

    /// One iteration, backwards: the adjoint of what goes on to the next iteration comes in, and
    /// the adjoint of what came from the iteration before goes out, in one variable.
    fn recorded_body(&mut self, carried: &[&Carried], body: &'a Block) -> RevBlock<'a> {
        let start = carried.iter().map(|c| (c.next, Expr::Bar(c.out))).collect();
        let mut reversed = self.block(body, Start::Adjoints(start));
        for c in carried {
            let value = if self.declared.contains(&c.phi) {
                Expr::Bar(c.phi)
            } else {
                self.zero(c.phi)
            };
            reversed.stmts.push(Rev::Code(Stmt::Assign {
                place: Expr::Bar(c.out),
                op: "=",
                value,
            }));
        }
        reversed
    }

    fn call(&mut self, call: &'a Call, span: Span, out: &mut Vec<Rev<'a>>) {
        if !self.cx.facts.active_call(call) {
            return;
        }
        let mut args: Vec<Expr> = call.args.iter().map(|a| self.again(a, span)).collect();
        args.push(match &call.result {
            Some(tree) => self.seed_of(tree),
            // What nobody uses has the adjoint zero, whatever it is.
            None => {
                let rt = self.rt();
                Expr::Raw(quote!(#rt::unused()))
            }
        });
        let mut after = Vec::new();
        for arg in &call.args {
            let bar = self.arg_bar(call, arg, span, out, &mut after);
            args.push(bar);
        }
        out.push(Rev::Pullback { call, args });
        for (arg, name) in after {
            self.collect_bar(arg, name, out);
        }
    }

    /// The argument once more, for those that the callee takes by shared reference.
    fn again(&self, arg: &Arg, span: Span) -> Expr {
        match arg {
            // Whether the callee changes it, rustc knows.
            Arg::Ref(true, _) => {
                let rt = self.rt();
                let call = quote!(#rt::changed()).into_iter().map(|mut token| {
                    token.set_span(token.span().located_at(span));
                    token
                });
                Expr::Raw(call.collect())
            }
            Arg::Ref(false, _) | Arg::RefVal(_, None) => calls::argument(self.cx.func, arg),
            Arg::Val(v) => match self.cx.layout.op(*v) {
                // `&TABLE`, or a constant that may be a reference: rustc knows. It would ask for the type
                // of a `None`, which is none.
                Some(Op::Opaque(code)) if code.pure && code.tokens.to_string() != "None" => {
                    let (rt, code) = (self.rt(), forward::user(self.cx.func, code));
                    Expr::method(
                        Expr::Call(quote!(#rt::Again), vec![code]),
                        "again",
                        Vec::new(),
                    )
                }
                _ => Expr::Raw(quote!(())),
            },
            _ => Expr::Raw(quote!(())),
        }
    }

    fn seed_of(&mut self, tree: &Tree) -> Expr {
        match tree {
            Tree::Val(v) if self.declared.contains(v) => Expr::Bar(*v),
            Tree::Val(v) if self.cx.func.is_real(*v) => real::zero(&self.cx.func.val(*v).ty),
            Tree::Val(_) => Expr::Raw(quote!(())),
            Tree::Mem(m) => self.mem_bar(*m),
            Tree::Tuple(parts) => Expr::Tuple(parts.iter().map(|p| self.seed_of(p)).collect()),
        }
    }

    /// Where the pullback adds the adjoint of an argument. Scalars, and memory that occurs twice,
    /// get a variable of their own, which is collected after the call.
    fn arg_bar(
        &mut self,
        call: &'a Call,
        arg: &'a Arg,
        span: Span,
        out: &mut Vec<Rev<'a>>,
        after: &mut Vec<(&'a Arg, Ident)>,
    ) -> Expr {
        let rt = self.rt();
        if !calls::is_varied(self.cx, arg) {
            return Expr::Raw(quote!(&mut #rt::discard()));
        }
        match arg {
            Arg::Ref(_, at) | Arg::Own(at)
                if calls::has_own_bar(self.cx, call, at, matches!(arg, Arg::Ref(true, _))) =>
            {
                let bar = self.bar_place(calls::bar_of(self.cx, call, at));
                Expr::borrow(true, bar)
            }
            _ => {
                let name = self.fresh.numbered("arg_bar", "_", 1, span);
                let init = match arg {
                    Arg::Ref(true, at) if self.cx.facts.active_mem(at.mem) => self.taken_bar(at),
                    arg => self.arg_zero(arg),
                };
                out.push(Rev::Code(Stmt::Let {
                    name: name.clone(),
                    mutable: true,
                    ty: None,
                    init: Some(init),
                }));
                after.push((arg, name.clone()));
                match arg {
                    Arg::Ref(_, at) if calls::is_unsized(self.cx, at) => {
                        Expr::Raw(quote!(&mut #name[..]))
                    }
                    _ => Expr::Raw(quote!(&mut #name)),
                }
            }
        }
    }

    /// What the callee changes: the adjoint of its final value goes in, and zeros stay until the
    /// adjoint of the initial one is added.
    fn taken_bar(&mut self, at: &Place) -> Expr {
        let rt = self.rt();
        let bar = self.bar_place(at);
        Expr::Call(quote!(#rt::taken), vec![Expr::borrow(true, bar)])
    }

    fn arg_zero(&mut self, arg: &Arg) -> Expr {
        let rt = self.rt();
        match arg {
            Arg::RefVal(_, Some(after)) if self.declared.contains(after) => Expr::Bar(*after),
            Arg::Val(v) | Arg::RefVal(v, _) => {
                let ty = ty_tokens(&self.cx.func.val(*v).ty);
                Expr::Cast(Box::new(Expr::Raw(quote!(-0.0))), ty)
            }
            Arg::Ref(..) | Arg::Own(_) => Expr::Call(
                quote!(#rt::neutral_like),
                vec![Expr::Ref(false, Box::new(self.place_of(arg)))],
            ),
            Arg::Tuple(parts) => Expr::Tuple(parts.iter().map(|p| self.arg_zero(p)).collect()),
        }
    }

    fn place_of(&self, arg: &Arg) -> Expr {
        match arg {
            Arg::Ref(_, at) | Arg::Own(at) if calls::is_reference(self.cx.func, at) => {
                Expr::Deref(Box::new(Expr::Mem(at.mem)))
            }
            Arg::Ref(_, at) | Arg::Own(at) => place(self.cx.func, at, Expr::Mem(at.mem)),
            arg => calls::argument(self.cx.func, arg),
        }
    }

    /// Adds what a pullback left in a variable of its own to the adjoint of the argument.
    fn collect_bar(&mut self, arg: &Arg, name: Ident, out: &mut Vec<Rev<'a>>) {
        self.collect(arg, Expr::Name(name), out);
    }

    fn collect(&mut self, arg: &Arg, bar: Expr, out: &mut Vec<Rev<'a>>) {
        let rt = self.rt();
        match arg {
            Arg::Val(v) | Arg::RefVal(v, _) => self.contribute(*v, bar, out),
            Arg::Ref(_, at) | Arg::Own(at) if self.cx.facts.active_mem(at.mem) => {
                let to = self.bar_place(at);
                let add = Expr::Call(
                    quote!(#rt::add),
                    vec![Expr::borrow(true, to), Expr::Ref(false, Box::new(bar))],
                );
                out.push(Rev::Code(Stmt::Expr(add)));
            }
            Arg::Ref(..) | Arg::Own(_) => {}
            Arg::Tuple(parts) => {
                for (k, part) in parts.iter().enumerate() {
                    self.collect(part, Expr::part(bar.clone(), k), out);
                }
            }
        }
    }
}

/// What the names in the texts of a row stand for.
pub(crate) fn rule_scope<'r>(
    cx: &Context<'_>,
    y: ValId,
    rule: &'r autodiff_runtime::rules::Rule,
    args: &[ValId],
    weights: &[ValId],
) -> Scope<'r> {
    let mut names: Vec<(&str, Expr)> = rule
        .args
        .iter()
        .copied()
        .zip(operands(rule, args))
        .collect();
    names.extend(rule.results.iter().map(|r| (*r, Expr::Val(y))));
    names.extend(
        rule.decisions
            .iter()
            .map(|d| d.weight)
            .zip(weights.iter().map(|w| Expr::Val(*w))),
    );
    Scope {
        names,
        real: cx.func.val(y).ty.clone(),
        known: cx.layout.evaluated_beside(y, args),
        tangents: false,
        rt: cx.names.rt.clone(),
    }
}

/// `[[0.0; 2]; 3]` for arrays of numbers.
pub(crate) fn zeros(ty: &Ty) -> Option<Expr> {
    match ty {
        Ty::Real(_) => Some(real::zero(ty)),
        Ty::Array(inner, len) => Some(Expr::Repeat(
            false,
            Box::new(zeros(inner)?),
            Box::new(Expr::Raw(len.clone())),
        )),
        Ty::Tuple(parts) => Some(Expr::Tuple(parts.iter().map(zeros).collect::<Option<_>>()?)),
        _ => None,
    }
}

/// Zeros for the adjoint of a short array: the first addition to `-0.0` is none, since `-0.0 + x` is `x` for all `x`.
fn neutral(ty: &Ty) -> Option<Expr> {
    fn length(ty: &Ty) -> Option<usize> {
        match ty {
            Ty::Real(_) => Some(1),
            Ty::Array(inner, len) => {
                let len = syn::parse2::<syn::LitInt>(len.clone()).ok()?;
                len.base10_parse::<usize>()
                    .ok()?
                    .checked_mul(length(inner)?)
            }
            _ => None,
        }
    }
    fn list(ty: &Ty) -> Option<Expr> {
        match ty {
            Ty::Array(inner, len) => Some(Expr::Repeat(
                false,
                Box::new(list(inner)?),
                Box::new(Expr::Raw(len.clone())),
            )),
            ty => Some(real::number(ty, quote!(-0.0))),
        }
    }
    let short = matches!(ty, Ty::Array(..))
        && length(ty).is_some_and(|n| n <= autodiff_runtime::differentiable::SHORT);
    short.then(|| list(ty)).flatten()
}

fn add_to(place: Expr, e: Expr) -> Stmt {
    match e {
        Expr::Neg(e) => Stmt::Assign {
            place,
            op: "-=",
            value: *e,
        },
        value => Stmt::Assign {
            place,
            op: "+=",
            value,
        },
    }
}

fn is_zero(e: &Expr) -> bool {
    real::is_literal(e, "0.0")
}

/// The seed of a function whose result is a number.
pub(crate) fn one(func: &Func) -> Expr {
    match func.result {
        Some(Tree::Val(v)) => real::number(&func.val(v).ty, quote!(1.0)),
        _ => Expr::Raw(quote!(1.0)),
    }
}
