//! Branches that are reversed where they end, and calls of the function itself that are given the adjoint of their result.
//!
//! ```text
//! let v = det(sel, &rest, n - 1, s_bar * t, &mut rest_bar);      before: let mut rest_bar = zeros;
//! ```
//!
//! Which ones, [`loops`](crate::compiler::analyse::loops) has found out. What they add to is declared in front of them.

use proc_macro2::Span;

use super::{Reverse, Start};
use crate::compiler::adjoint::{Arms, Rev, Seeded, calls};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::primal::ty_tokens;
use crate::compiler::ssa::{Block, Call, Phi, Stmt as Ssa, StmtKind, Tree, ValId};

impl<'a> Reverse<'a, '_> {
    /// Writes the reverse of a branch or call of which it runs in the forward sweep.
    pub(super) fn fuse_call_or_branch(&mut self, stmt: &'a Ssa) {
        match &stmt.kind {
            StmtKind::If {
                then, els, phis, ..
            } => {
                let position = self.cx.layout.position(stmt);
                if let Some(seeds) = self.cx.modes.branches.get(&position) {
                    self.fuse_branch(position, seeds, (then, els, phis));
                }
            }
            StmtKind::Call(call) => {
                let name = call.residual.to_string();
                if let Some(seed) = self.cx.modes.calls.get(&name) {
                    self.fuse_call(name, seed.clone(), call, stmt.span);
                }
            }
            _ => {}
        }
    }

    fn fuse_branch(
        &mut self,
        position: u32,
        seeds: &[(ValId, Expr)],
        (then, els, phis): (&'a Block, &'a Block, &'a [Phi]),
    ) {
        let mut before = Vec::new();
        for (out, seed) in seeds {
            self.suppressed.insert(*out);
            before.push(Stmt::Let {
                name: self.cx.names.bar(*out),
                mutable: false,
                ty: Some(ty_tokens(&self.cx.func.val(*out).ty)),
                init: Some(seed.clone()),
            });
        }
        let known = |p: &&Phi| seeds.iter().any(|(v, _)| *v == p.out);
        let start = |side: &dyn Fn(&Phi) -> ValId| {
            let merged = phis.iter().filter(known);
            Start::Adjoints(merged.map(|p| (side(p), Expr::Bar(p.out))).collect())
        };
        let then = self.block(then, start(&|p| p.then));
        let els = self.block(els, start(&|p| p.els));
        before.extend(self.take_touched());
        let arms = Arms { before, then, els };
        self.branches.insert(position, arms);
    }

    fn fuse_call(&mut self, name: String, seed: Expr, call: &'a Call, span: Span) {
        if let Some(Tree::Val(v)) = call.result {
            self.suppressed.insert(v);
        }
        let (mut lets, mut collected, mut after) = (Vec::new(), Vec::new(), Vec::new());
        let varied = call
            .args
            .iter()
            .filter(|arg| calls::is_varied(self.cx, arg));
        let varied: Vec<_> = varied.collect();
        let bars = varied
            .into_iter()
            .map(|arg| self.arg_bar(call, arg, span, &mut lets, &mut collected))
            .collect();
        for (arg, bar) in collected {
            self.collect_bar(arg, bar, &mut after);
        }
        let code = |all: Vec<Rev<'a>>| {
            all.into_iter().filter_map(|rev| match rev {
                Rev::Code(stmt) => Some(stmt),
                _ => None,
            })
        };
        let mut before = self.take_touched();
        before.extend(code(lets));
        let seeded = Seeded {
            before,
            seed,
            bars,
            after: code(after).collect(),
        };
        self.calls.insert(name, seeded);
    }
}
