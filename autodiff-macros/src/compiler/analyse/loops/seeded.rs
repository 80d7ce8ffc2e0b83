//! Calls of the function itself whose adjoint is known before they are made.
//!
//! ```text
//! for c in 0..n { s += a[c] * det(&minor, n - 1) }      det(…, seed = s̄ a[c], &mut minor_bar)
//! ```
//!
//! Value and gradient come from one recursion then, and nothing waits for a reverse sweep: no residual, no box. Such a
//! function takes the adjoint of its result as an argument. A function that calls itself does so in a branch, so a
//! branch is reversed where it ends, as an iteration of a fused loop is, under the same conditions.

use std::collections::BTreeSet;

use super::Loops;
use super::seeds::{How, Seeds, Terminals};
use crate::compiler::code::Expr;
use crate::compiler::hir::{Form, Real, Role, Ty};
use crate::compiler::real;
use crate::compiler::ssa::{Arg, Block, Call, Func, Phi, StmtKind, Tree, ValId};

/// An adjoint of more operations than this is not mentioned twice.
const SIZE: usize = 8;

/// True if the function may be compiled with the adjoint of its result as an argument, and has calls that could
/// hand one on.
pub(crate) fn can_hand_on(func: &Func) -> bool {
    let number = matches!(&func.result, Some(Tree::Val(v)) if is_number(&func.val(*v).ty));
    let fits = |p: &crate::compiler::ssa::Param| match (&p.role, &p.ty) {
        (Role::Constant, ty) => !matches!(ty, Ty::Ref(true, _)),
        (Role::Differentiable, Ty::Ref(false, inner)) => match &**inner {
            Ty::Slice(inner) | Ty::Vec(inner) | Ty::Array(inner, _) => is_number(inner),
            _ => false,
        },
        (Role::Differentiable, ty) => is_number(ty),
    };
    number && func.params.iter().all(fits) && calls_itself(&func.body)
}

fn is_number(ty: &Ty) -> bool {
    matches!(ty, Ty::Real(Real::F64 | Real::F32))
}

fn calls_itself(block: &Block) -> bool {
    let mut found = false;
    block.walk(&mut |s| found |= matches!(&s.kind, StmtKind::Call(call) if is_plain(call)));
    found
}

fn is_plain(call: &Call) -> bool {
    call.recursive
        && call.form == Form::Companion
        && call.generics.is_empty()
        && call.sites.is_none()
        && !call.outcome
}

impl Loops<'_> {
    /// Classifies statement `k` of a live block, a branch or a call.
    pub(super) fn meet(&mut self, block: &Block, k: usize, seeds: &mut Seeds<'_>, nested: bool) {
        match &block.stmts[k].kind {
            StmtKind::Call(call) => self.call(call, block, k, seeds),
            StmtKind::If {
                then, els, phis, ..
            } => self.branch((then, els, phis), block, k, seeds, nested),
            _ => {}
        }
    }

    /// Classifies what stands in a loop whose adjoints are not yet what they will be.
    pub(super) fn apart(&mut self, body: &Block, terminals: &Terminals, nested: bool) {
        let handed = std::mem::take(&mut self.modes.handed);
        self.block(body, terminals, nested);
        self.modes.handed = handed;
    }

    fn branch(
        &mut self,
        (then, els, phis): (&Block, &Block, &[Phi]),
        block: &Block,
        k: usize,
        seeds: &mut Seeds<'_>,
        nested: bool,
    ) {
        let after = &block.stmts[k + 1..];
        let fits = [then, els]
            .into_iter()
            .all(|arm| self.writes_its_own(arm) && !self.changes_later(arm, after));
        if !(calls_itself(then) || calls_itself(els)) || !fits {
            return;
        }
        let active = phis.iter().filter(|p| self.facts.active(p.out));
        let known: Option<Vec<_>> = active
            .map(|p| Some((p.out, self.seed(p.out, k, seeds)?)))
            .collect();
        let Some(known) = known else { return };
        let terminals = |side: &dyn Fn(&Phi) -> ValId| {
            let mut all = Terminals::new();
            for p in phis
                .iter()
                .filter(|p| known.iter().any(|(v, _)| *v == p.out))
            {
                let bar = match all.remove(&side(p)) {
                    Some(other) => Expr::bin("+", other, Expr::Bar(p.out)),
                    None => Expr::Bar(p.out),
                };
                all.insert(side(p), bar);
            }
            all
        };
        let (in_then, in_els) = (terminals(&|p| p.then), terminals(&|p| p.els));
        self.modes.arms.insert(self.layout.id_of(then));
        self.modes.arms.insert(self.layout.id_of(els));
        let position = self.layout.position(&block.stmts[k]);
        self.modes.branches.insert(position, known);
        self.block(then, &in_then, nested);
        self.block(els, &in_els, nested);
    }

    /// True if all memory with an adjoint that the block writes is its own.
    pub(super) fn writes_its_own(&self, block: &Block) -> bool {
        let inside = self.layout.id_of(block);
        block.written().into_iter().all(|m| {
            let home = self.layout.mem_block(m);
            let own = home != 0 && self.layout.contains(inside, home);
            own || !self.facts.active_mem(m)
        })
    }

    fn call(&mut self, call: &Call, block: &Block, k: usize, seeds: &mut Seeds<'_>) {
        let Some(Tree::Val(v)) = call.result else {
            return;
        };
        if !is_plain(call) || !self.facts.active(v) || !self.hands_all(call) {
            return;
        }
        let mut read = BTreeSet::new();
        for arg in &call.args {
            arg.for_each_mem(&mut |m, _| {
                read.insert(m);
            });
        }
        let mut later = block.stmts[k + 1..].iter();
        let changed = later.any(|s| !s.kind.written().is_disjoint(&read));
        if changed {
            return;
        }
        if let Some(seed) = self.seed(v, k, seeds) {
            self.modes.calls.insert(call.residual.to_string(), seed);
        }
    }

    /// True if the call varies what is differentiated, and nothing else.
    fn hands_all(&self, call: &Call) -> bool {
        let params = &self.func.params;
        let fits = |(arg, p): (&Arg, &crate::compiler::ssa::Param)| {
            let form = matches!(arg, Arg::Val(_) | Arg::Ref(false, _));
            match p.role {
                Role::Differentiable => form && self.facts.varied_arg(arg),
                Role::Constant => !self.facts.varied_arg(arg),
            }
        };
        call.args.len() == params.len() && call.args.iter().zip(params).all(fits)
    }

    /// An adjoint times or over something that may be infinite: 0 stays 0.
    pub(super) fn scaled(&self, v: ValId, bar: Expr, how: How, by: Expr) -> Option<Expr> {
        let mut size = 0;
        bar.walk(&mut |_| size += 1);
        let over = matches!(how, How::Over(_));
        match real::is_literal(&bar, "1.0") {
            true if over => return Some(Expr::bin("/", bar, by)),
            true => return Some(by),
            false => {}
        }
        let zero = real::zero(&self.func.val(v).ty);
        let is_zero = Expr::bin("==", bar.clone(), zero.clone());
        let scaled = Expr::bin(if over { "/" } else { "*" }, bar, by);
        (size <= SIZE).then(|| Expr::If(Box::new(is_zero), Box::new(zero), Box::new(scaled)))
    }
}
