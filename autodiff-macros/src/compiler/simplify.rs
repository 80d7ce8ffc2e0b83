//! Drops what nobody reads: definitions without effects, phis and carried values.
//!
//! Loads stay, because they may panic as the primal does; everything else that goes is pure.

use super::hir::{BinOp, Ty};
use super::ssa::{Block, Func, Op, Proj, StmtKind, ValId};

/// Removes dead values.
pub(crate) fn run(mut func: Func) -> Func {
    let mut live = Live {
        live: vec![false; func.vals.len()],
        func: &func,
        changed: true,
    };
    while live.changed {
        live.changed = false;
        live.roots();
        live.block(&func.body);
    }
    let live = live.live;
    sweep(&mut func.body, &live);
    func
}

struct Live<'a> {
    live: Vec<bool>,
    func: &'a Func,
    changed: bool,
}

impl Live<'_> {
    fn roots(&mut self) {
        if let Some(result) = &self.func.result {
            result.for_each_val(&mut |v| self.mark(v));
        }
        for param in &self.func.params {
            param.entry.for_each_val(&mut |v| self.mark(v));
            param.exit.iter().for_each(|v| self.mark(*v));
        }
    }

    fn mark(&mut self, v: ValId) {
        let slot = &mut self.live[v.0 as usize];
        self.changed |= !*slot;
        *slot = true;
    }

    fn block(&mut self, block: &Block) {
        for stmt in block.stmts.iter().rev() {
            self.stmt(&stmt.kind);
        }
    }

    fn stmt(&mut self, kind: &StmtKind) {
        match kind {
            StmtKind::Def(v, op) => {
                if self.live[v.0 as usize] || has_effect(self.func, *v, op) {
                    self.mark(*v);
                    op.for_each_use(&mut |u| self.mark(u));
                }
            }
            StmtKind::Alloc(..) | StmtKind::Push { .. } => kind.for_each_use(&mut |v| self.mark(v)),
            StmtKind::Store { place, value, .. } => {
                self.mark(*value);
                place.for_each_use(&mut |v| self.mark(v));
            }
            StmtKind::Copy {
                dst, src, before, ..
            } => {
                before.iter().for_each(|v| self.mark(*v));
                dst.for_each_use(&mut |v| self.mark(v));
                src.for_each_use(&mut |v| self.mark(v));
            }
            StmtKind::If {
                cond,
                then,
                els,
                phis,
            } => {
                self.mark(*cond);
                for p in phis
                    .iter()
                    .filter(|p| self.live[p.out.0 as usize])
                    .cloned()
                    .collect::<Vec<_>>()
                {
                    self.mark(p.then);
                    self.mark(p.els);
                }
                self.block(els);
                self.block(then);
            }
            StmtKind::For {
                counter,
                range,
                carried,
                body,
                until,
                budget,
                ..
            } => {
                self.mark(*counter);
                [Some(range.lo), Some(range.hi), range.step, *until, *budget]
                    .into_iter()
                    .flatten()
                    .for_each(|v| self.mark(v));
                self.looped(carried, body);
            }
            StmtKind::While {
                carried,
                head,
                cond,
                body,
                budget,
                ..
            } => {
                self.mark(*cond);
                budget.iter().for_each(|v| self.mark(*v));
                self.looped(carried, body);
                self.block(head);
            }
            StmtKind::Call(call) => {
                kind.for_each_def(&mut |v| self.mark(v));
                call.args
                    .iter()
                    .for_each(|a| a.for_each_use(&mut |v| self.mark(v)));
            }
            StmtKind::Effect(_) | StmtKind::Leave { .. } => {
                kind.for_each_use(&mut |v| self.mark(v))
            }
        }
    }

    fn looped(&mut self, carried: &[super::ssa::Carried], body: &Block) {
        for c in carried {
            if self.live[c.out.0 as usize] || self.live[c.phi.0 as usize] {
                [c.phi, c.out, c.init, c.next]
                    .into_iter()
                    .for_each(|v| self.mark(v));
            }
        }
        self.block(body);
    }
}

/// True if the operation has to stay even if nobody reads its value.
fn has_effect(func: &Func, v: ValId, op: &Op) -> bool {
    match op {
        Op::LoadIf(..) => true,
        Op::Load(place) => place.path.iter().any(|p| !matches!(p, Proj::Field(_))),
        Op::Opaque(code) => !code.pure,
        Op::Weight { .. } | Op::Branch { .. } => true,
        Op::Bin(BinOp::Div | BinOp::Rem, ..) => matches!(func.val(v).ty, Ty::Int | Ty::Opaque),
        _ => false,
    }
}

fn sweep(block: &mut Block, live: &[bool]) {
    let is_live = |v: &ValId| live[v.0 as usize];
    block
        .stmts
        .retain(|s| !matches!(&s.kind, StmtKind::Def(v, _) if !is_live(v)));
    for stmt in &mut block.stmts {
        match &mut stmt.kind {
            StmtKind::If {
                then, els, phis, ..
            } => {
                phis.retain(|p| is_live(&p.out));
                sweep(then, live);
                sweep(els, live);
            }
            StmtKind::For { carried, body, .. } => {
                carried.retain(|c| is_live(&c.out));
                sweep(body, live);
            }
            StmtKind::While {
                carried,
                head,
                body,
                ..
            } => {
                carried.retain(|c| is_live(&c.out));
                sweep(head, live);
                sweep(body, live);
            }
            _ => {}
        }
    }
}
