//! Branches and loops.
//!
//! In: a branch or a loop. Out: its reverse as [`Rev::If`] or [`Rev::Loop`], into which go the adjoints of what it merges or
//! carries; for a fused loop, what follows each of its iterations in the forward sweep.
//!
//! ```text
//! s = loop { s = f(s, x[i]) }      for i in (0..n).rev() { x_bar[i] += …; s_bar = … }
//! ```

use super::{Reverse, Start};
use crate::compiler::adjoint::scatter::{self, Carries};
use crate::compiler::adjoint::{Fused, Rev, RevBlock, lanes};
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::primal::ty_tokens;
use crate::compiler::ssa::{Block, Carried, Phi, Stmt as Ssa, ValId};

impl<'a> Reverse<'a, '_> {
    /// Writes the reverse of the iterations of a fused loop, to run together with the iterations.
    pub(super) fn fuse(&mut self, stmt: &'a Ssa) {
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
        if self.current == 0 {
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

    pub(super) fn branch(
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

    pub(super) fn looped(&mut self, stmt: &'a Ssa, out: &mut Vec<Rev<'a>>) {
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
                let carries = match self.cx.mode(id) {
                    Mode::Recorded if !self.cx.func.strips.lanes.contains(&id) => {
                        scatter::recurrence::carry(self.cx, stmt, &mut body.stmts, self.fresh)
                    }
                    _ => Carries::default(),
                };
                after.extend(carries.after);
                out.extend(carries.before.into_iter().map(Rev::Code));
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
}
