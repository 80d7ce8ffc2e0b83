//! What each statement does to the adjoints, statements taken backwards.
//!
//! In: the SSA form and the facts about it. Out: [`Reversed`], the reverse sweep with primal values as ids. Here is the walk over
//! the statements of a block; what each kind of them does is in `scalar`, `memory`, `control` and `call`, what is fused otherwise
//! in `unit` and `seeded`, and the variables that adjoints are in, in `bar`.
//!
//! The adjoint of a value is a local variable of the reverse sweep. It is declared by its first
//! contribution if that stands in the block in which the value is defined, and with 0 before the
//! inner block otherwise. A value that gets no contribution has no adjoint, and what only leads to
//! it writes nothing.

mod bar;
mod call;
mod control;
mod ends;
mod memory;
mod scalar;
mod seeded;
mod unit;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;

use super::{Arms, Context, Fused, Rev, RevBlock, Reversed, Seeded, reciprocals};

use crate::compiler::analyse::layout::{BlockId, Role};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::LoopId;
use crate::compiler::names::Names;
use crate::compiler::singular::Watch;
use crate::compiler::ssa::{Block, MemId, Stmt as Ssa, StmtKind, ValId};

pub(crate) use ends::one;
pub(crate) use scalar::rule_scope;

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
        let mut left = block.stmts.as_slice();
        while let Some((stmt, before)) = left.split_last() {
            let from = out.len();
            left = match self.cx.swap_at_end(left) {
                Some(swap) => {
                    self.swap(&swap, &mut out);
                    &left[..left.len() - swap.statements]
                }
                None => {
                    self.stmt(stmt, &mut out);
                    before
                }
            };
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
            StmtKind::Effect(_) | StmtKind::Leave { .. } => {}
        }
    }
}
