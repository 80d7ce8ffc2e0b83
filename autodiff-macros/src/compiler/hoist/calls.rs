//! Takes calls out of loops in which they always get the same arguments.
//!
//! A density in a loop over observations calls functions of its parameters alone. LLVM takes their values out of the primal's loop, but it cannot
//! take out their pullbacks, which get another adjoint in each iteration. Here the adjoint is summed in the loop, and the pullback runs once.
//! What is left has no calls, so that it may run in strips.
//!
//! ```text
//! for i in lo..hi { s += f(a + 1.0) * x[i] }   →   t = if lo < hi { f(a + 1.0) };  for i in lo..hi { s += t * x[i] }
//! ```
//!
//! A selection would be asked once in place of once per iteration: this is for the body of the plain one, which decides alike each time.

use std::collections::BTreeSet;

use proc_macro2::Span;
use quote::quote;

use super::{Inside, runs};
use crate::compiler::analyse::activity::Activity;
use crate::compiler::hir::BinOp;
use crate::compiler::names::{self, Names};
use crate::compiler::ssa::{
    Arg, Block, Call, Func, Op, Phi, Range, Stmt, StmtKind, Tree, Val, ValId,
};

/// The function with calls taken out of its counted loops, inner loops first; `None` if there is nothing to take out.
pub(crate) fn run(func: &Func, facts: &Activity, names: &mut Names) -> Option<Func> {
    let mut changed = func.clone();
    let mut body = std::mem::take(&mut changed.body);
    let mut pass = Pass {
        func: &mut changed,
        facts,
        names,
        taken: BTreeSet::new(),
    };
    super::each_loop(&mut body, &mut |body, own, range, span, out| {
        pass.take_out(body, own, range, span, out);
    });
    let any = !pass.taken.is_empty();
    changed.body = body;
    any.then(|| super::run(changed, names))
}

struct Pass<'a> {
    func: &'a mut Func,
    facts: &'a Activity,
    names: &'a mut Names,
    /// The results of calls that were taken out of a loop, of which the facts say nothing.
    taken: BTreeSet<ValId>,
}

impl Pass<'_> {
    fn take_out(
        &mut self,
        body: &mut Block,
        own: &[ValId],
        range: &Range,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        if !body.stmts.iter().any(|s| is_call(&s.kind)) || has_effects(body) {
            return;
        }
        let mut inside = Inside::of(body);
        inside.values.extend(own);
        let mut same = vec![false; body.stmts.len()];
        for (stmt, same) in body.stmts.iter().zip(&mut same) {
            *same = self.is_same(&stmt.kind, &inside);
            if *same {
                stmt.kind.for_each_def(&mut |v| {
                    inside.values.remove(&v);
                });
            }
        }
        let mut wanted = BTreeSet::new();
        for (stmt, same) in body.stmts.iter().zip(&mut same).rev() {
            let mut needed = is_call(&stmt.kind);
            stmt.kind
                .for_each_def(&mut |v| needed |= wanted.contains(&v));
            *same &= needed;
            if *same {
                stmt.kind.walk(&mut |s| {
                    s.for_each_use(&mut |v| {
                        wanted.insert(v);
                    });
                });
            }
        }
        if !same.contains(&true) {
            return;
        }
        let guard = runs(self.func, self.names, range, span, out);
        let stmts = std::mem::take(&mut body.stmts);
        for (stmt, same) in stmts.into_iter().zip(same) {
            match stmt.kind {
                _ if !same => body.stmts.push(stmt),
                StmtKind::Call(call) => out.push(self.guarded(call, guard, stmt.span)),
                StmtKind::If {
                    cond,
                    then,
                    els,
                    phis,
                } => {
                    let cond = self.both(guard, cond, stmt.span, out);
                    let kind = StmtKind::If {
                        cond,
                        then,
                        els,
                        phis,
                    };
                    out.push(Stmt { kind, ..stmt });
                }
                _ => out.push(stmt),
            }
        }
    }

    /// Whether the statement does the same in every iteration, and nothing but to compute values.
    fn is_same(&self, stmt: &StmtKind, inside: &Inside) -> bool {
        let mut same = true;
        stmt.walk(&mut |s| {
            same &= match s {
                StmtKind::Def(v, op) => self.is_pure(*v, op),
                StmtKind::Call(call) => self.is_pure_call(call, inside),
                // A call that was taken out of an inner loop.
                StmtKind::If { .. } => is_call(stmt),
                _ => false,
            };
        });
        let defined: BTreeSet<ValId> = stmt.defined().into_iter().collect();
        stmt.walk(&mut |s| {
            s.for_each_input(&mut |v| same &= defined.contains(&v) || !inside.values.contains(&v));
        });
        same
    }

    /// Arithmetic: no decision, no memory, no panic.
    fn is_pure(&self, v: ValId, op: &Op) -> bool {
        let real = self.func.is_real(v);
        match op {
            Op::Lit(_) => true,
            Op::Un(..) | Op::Bin(..) => real || matches!(op, Op::Bin(BinOp::Lt | BinOp::Le, ..)),
            Op::Cast(..) => real,
            Op::Rule { weights, .. } => weights.is_empty(),
            _ => false,
        }
    }

    fn is_pure_call(&self, call: &Call, inside: &Inside) -> bool {
        let unchanged = |arg: &Arg| match arg {
            Arg::Val(_) => true,
            Arg::Ref(false, at) => inside.written.iter().all(|place| place.is_apart(at)),
            _ => false,
        };
        let Some(Tree::Val(result)) = call.result else {
            return false;
        };
        self.func.is_real(result)
            && !call.recursive
            && !call.may_change
            && !call.outcome
            && (self.taken.contains(&result) || self.facts.active_call(call))
            && call.args.iter().all(unchanged)
    }

    /// The call, if the loop runs; what stands for its result otherwise is never read.
    fn guarded(&mut self, mut call: Call, guard: ValId, span: Span) -> Stmt {
        let mut phis = Vec::new();
        let mut els = Block::default();
        if let Some(Tree::Val(out)) = call.result {
            let (then, zero) = (self.another(out), self.another(out));
            self.taken.insert(then);
            let lit = StmtKind::Def(zero, Op::Lit(quote!(0.0)));
            els.stmts.push(Stmt { kind: lit, span });
            phis.push(Phi {
                out,
                then,
                els: zero,
            });
            call.result = Some(Tree::Val(then));
            call.described = call.described.map(|v| if v == out { then } else { v });
        }
        let call = StmtKind::Call(call);
        let then = Block {
            stmts: vec![Stmt { kind: call, span }],
        };
        Stmt {
            kind: StmtKind::If {
                cond: guard,
                then,
                els,
                phis,
            },
            span,
        }
    }

    fn both(&mut self, a: ValId, b: ValId, span: Span, out: &mut Vec<Stmt>) -> ValId {
        let both = self.another(a);
        let kind = StmtKind::Def(both, Op::Bin(BinOp::And, a, b));
        out.push(Stmt { kind, span });
        both
    }

    /// A value like another one.
    fn another(&mut self, like: ValId) -> ValId {
        let val = self.func.val(like).clone();
        let id = ValId(u32::try_from(self.func.vals.len()).unwrap_or(u32::MAX));
        let name = self
            .names
            .numbered(&names::plain(&val.name), "_", 2, val.span);
        self.func.vals.push(Val { name, ..val });
        id
    }
}

/// A call, by itself or as it was taken out of an inner loop.
fn is_call(stmt: &StmtKind) -> bool {
    match stmt {
        StmtKind::Call(_) => true,
        StmtKind::If { then, els, .. } => {
            let literal = |s: &Stmt| matches!(s.kind, StmtKind::Def(_, Op::Lit(_)));
            matches!(then.stmts.as_slice(), [s] if matches!(s.kind, StmtKind::Call(_)))
                && els.stmts.iter().all(literal)
        }
        _ => false,
    }
}

/// What is not computed by arithmetic and calls keeps its place among them.
fn has_effects(body: &Block) -> bool {
    let mut any = false;
    body.walk(&mut |s| {
        any |= match &s.kind {
            StmtKind::Effect(_) | StmtKind::Leave { .. } => true,
            StmtKind::Def(_, Op::Opaque(code)) => !code.pure,
            _ => false,
        }
    });
    any
}
