//! What the reverse sweep runs again of a loop of the class *rerun*.
//!
//! In: the body of the loop and its reverse. Out: the values that the reverse reads and what they are computed from, and
//! the statements that have a part in them. Memory that only outlives the loop (`forces[i] += f`) has got its additions
//! already; inner loops that run again themselves do so in their own reverse.

use std::collections::BTreeSet;

use super::needs::Plan;
use super::{Context, Item, Rev, RevBlock, Reversed};
use crate::compiler::analyse::layout::BlockId;
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::Expr;
use crate::compiler::ssa::{Block, MemId, Stmt, StmtKind, ValId};

/// What is run again of a body.
pub(super) struct Rerun {
    needed: BTreeSet<ValId>,
    /// Memory from outside that the body writes to and never reads.
    done: BTreeSet<MemId>,
}

impl Rerun {
    pub(super) fn of(
        cx: &Context<'_>,
        plan: &Plan<'_>,
        reversed: &Reversed<'_>,
        body: &Block,
        reverse: &RevBlock<'_>,
    ) -> Rerun {
        let inside = cx.layout.id_of(body);
        let within = |l| cx.layout.contains(inside, cx.layout.body_of(l));
        let mut needed = BTreeSet::new();
        read_by(reverse, &mut needed);
        for (l, fused) in &reversed.fused {
            if within(*l) {
                read_by(&fused.iteration, &mut needed);
                for stmt in fused.before.iter().chain(&fused.after) {
                    stmt.walk(&mut |e| {
                        if let Expr::Val(v) = e {
                            needed.insert(*v);
                        }
                    });
                }
            }
        }
        for (_, v) in plan.recompute.values().flatten() {
            if let Some(op) = cx.layout.op(*v) {
                op.for_each_use(&mut |u| {
                    needed.insert(u);
                });
            }
        }
        for (l, items) in &plan.records {
            if within(*l) {
                needed.extend(items.iter().filter_map(|i| match i {
                    Item::Val(v) => Some(*v),
                    _ => None,
                }));
            }
        }
        let read = body.read();
        let outlives = |m: &MemId| !cx.layout.contains(inside, cx.layout.mem_block(*m));
        let done = body.written().into_iter();
        let done = done.filter(|m| outlives(m) && !read.contains(m)).collect();
        let mut rerun = Rerun { needed, done };
        loop {
            let before = rerun.needed.len();
            rerun.close(cx, plan, body);
            if rerun.needed.len() == before {
                break;
            }
        }
        rerun
    }

    /// True for a value that is computed again.
    pub(super) fn needs(&self, v: ValId) -> bool {
        self.needed.contains(&v)
    }

    /// True for memory that is written to again.
    pub(super) fn writes(&self, plan: &Plan<'_>, m: MemId) -> bool {
        plan.mems.contains(&m) && !self.done.contains(&m)
    }

    /// True for a statement that computes what is needed.
    pub(super) fn matters(&self, cx: &Context<'_>, plan: &Plan<'_>, stmt: &Stmt) -> bool {
        match &stmt.kind {
            StmtKind::Def(v, _) => self.needs(*v),
            StmtKind::Store { place, .. } => self.writes(plan, place.mem),
            StmtKind::If { phis, .. } => {
                phis.iter().any(|p| self.needs(p.out)) || self.content(cx, plan, stmt)
            }
            StmtKind::For { id, body, .. } if matches!(cx.mode(*id), Mode::Rerun) => {
                let carried = stmt.kind.carried();
                carried.iter().any(|c| self.needs(c.out))
                    || self.leaves_something(cx, plan, body, cx.layout.id_of(body))
            }
            // What they do besides, their reverse relies on.
            _ => true,
        }
    }

    fn content(&self, cx: &Context<'_>, plan: &Plan<'_>, stmt: &Stmt) -> bool {
        let mut inside = stmt
            .kind
            .blocks()
            .into_iter()
            .flat_map(|block| &block.stmts);
        inside.any(|stmt| self.matters(cx, plan, stmt))
    }

    /// True if an inner loop writes to memory from outside of it, whether or not it runs again itself.
    fn leaves_something(
        &self,
        cx: &Context<'_>,
        plan: &Plan<'_>,
        body: &Block,
        inside: BlockId,
    ) -> bool {
        let outside = |m: &MemId| !cx.layout.contains(inside, cx.layout.mem_block(*m));
        let mut written = body.written().into_iter();
        written.any(|m| outside(&m) && self.writes(plan, m))
    }

    /// Adds what the needed values of a block are computed from.
    fn close(&mut self, cx: &Context<'_>, plan: &Plan<'_>, block: &Block) {
        for stmt in block.stmts.iter().rev() {
            // An inner loop that runs again in its own reverse reads from around it then.
            let later = stmt.kind.loop_id();
            let later = later.is_some_and(|l| matches!(cx.mode(l), Mode::Rerun));
            if !later && !self.matters(cx, plan, stmt) {
                continue;
            }
            match &stmt.kind {
                StmtKind::Def(_, op) => op.for_each_use(&mut |u| {
                    self.needed.insert(u);
                }),
                StmtKind::Store { place, value, .. } => {
                    self.needed.insert(*value);
                    place.for_each_use(&mut |u| {
                        self.needed.insert(u);
                    });
                }
                StmtKind::If { cond, phis, .. } => {
                    self.needed.insert(*cond);
                    for p in phis {
                        if self.needs(p.out) {
                            self.needed.extend([p.then, p.els]);
                        }
                    }
                }
                kind => {
                    kind.for_each_use(&mut |u| {
                        self.needed.insert(u);
                    });
                    for c in kind.carried() {
                        if self.needs(c.out) || self.needs(c.phi) {
                            self.needed.extend([c.out, c.phi, c.init, c.next]);
                        }
                    }
                }
            }
            let blocks = stmt.kind.blocks().into_iter();
            blocks.for_each(|b| self.close(cx, plan, b));
        }
    }
}

/// The primal values that a reverse block reads.
fn read_by(rev: &RevBlock<'_>, needed: &mut BTreeSet<ValId>) {
    let mut leaf = |e: &Expr| {
        if let Expr::Val(v) = e {
            needed.insert(*v);
        }
    };
    let mut conds = Vec::new();
    let mut blocks = Vec::new();
    for stmt in &rev.stmts {
        match stmt {
            Rev::Code(stmt) => stmt.walk(&mut leaf),
            Rev::If { cond, then, els } => {
                conds.push(*cond);
                blocks.extend([then, els]);
            }
            Rev::Loop { stmt, body } => {
                stmt.kind.for_each_use(&mut |v| conds.push(v));
                conds.extend(stmt.kind.count());
                blocks.push(body);
            }
            Rev::Pullback { args, .. } => args.iter().for_each(|e| e.walk(&mut leaf)),
        }
    }
    needed.extend(conds);
    blocks.into_iter().for_each(|b| read_by(b, needed));
}
