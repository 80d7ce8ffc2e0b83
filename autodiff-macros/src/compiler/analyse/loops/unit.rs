//! Accumulating loops that are fused although the adjoint of their sum is known only later.
//!
//! ```text
//! let mut s = 0.0; for … { s += x[i].exp() }  s.ln()
//! ```
//!
//! The reverse of such a loop is linear in the adjoint of its one sum. So it is fused as if that adjoint were 1, into temporaries,
//! which are scaled when it is known.

use std::collections::BTreeSet;

use quote::quote;

use super::{Loops, is_costly};
use crate::compiler::code::Expr;
use crate::compiler::hir::Ty;
use crate::compiler::real;
use crate::compiler::ssa::{Block, Carried, MemId, Op, Origin, StmtKind, ValId};

/// What a loop reads or writes to that stands outside and has an adjoint.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    pub(crate) vals: BTreeSet<ValId>,
    pub(crate) mems: BTreeSet<MemId>,
}

impl Loops<'_> {
    /// True if statement `k` of the block is a loop to run with the adjoint 1: it stands where both sweeps meet, one
    /// number is summed up, what it is made of is worth evaluating only once, and all that it reads has a flat adjoint.
    pub(super) fn has_unit_seed(&self, block: &Block, k: usize, accumulators: &[&Carried]) -> bool {
        let (Some(body), [_]) = (block.stmts[k].kind.loop_body(), accumulators) else {
            return false;
        };
        let outside = self.outside(body);
        self.joint
            && self.layout.id_of(block) == 0
            && (self.stretches || is_costly(body) || decides(body))
            && !self.only_adds_to_memory(body)
            && !self.changes_later(body, &block.stmts[k + 1..])
            && outside.mems.iter().all(|m| self.is_flat(*m))
    }

    /// What the body of a loop reads from outside, and the memory from there that it writes to: a store ends in zeros in the adjoint,
    /// even if what it wrote is known where it is read.
    pub(crate) fn outside(&self, body: &Block) -> Outside {
        let inside = self.layout.id_of(body);
        let mut outside = Outside::default();
        body.walk(&mut |s| {
            let from_outside = |v: &ValId| {
                self.facts.active(*v) && !self.layout.contains(inside, self.layout.def_block(*v))
            };
            outside
                .vals
                .extend(s.kind.inputs().into_iter().filter(from_outside));
            let mut see = |m: MemId| {
                let local = self.layout.mem_block(m) != 0
                    && self.layout.contains(inside, self.layout.mem_block(m));
                if self.facts.active_mem(m) && !local {
                    outside.mems.insert(m);
                }
            };
            s.kind.for_each_read(&mut see);
            s.kind.for_each_write(&mut |m| {
                if !self.func.strips.terms.contains(&m) {
                    see(m);
                }
            });
        });
        outside
    }

    /// A list of numbers whose adjoint is one, too, and which no caller looks into.
    fn is_flat(&self, m: MemId) -> bool {
        let mem = self.func.mem(m);
        let numbers = |inner: &Ty| matches!(inner, Ty::Real(_));
        match (&mem.origin, &mem.ty) {
            (Origin::Shared(_), Ty::Slice(inner)) => numbers(inner),
            (Origin::Local, Ty::Vec(inner)) => numbers(inner) && !self.layout.grows(m),
            (Origin::Local | Origin::Shared(_) | Origin::Owned(_), Ty::Array(inner, _)) => {
                numbers(inner)
            }
            _ => false,
        }
    }

    /// The adjoint of the sum.
    pub(super) fn one(&self, v: ValId) -> Expr {
        real::number(&self.func.val(v).ty, quote!(1.0))
    }
}

/// True if a selection is asked in the body, or another function called: both happen once.
fn decides(body: &Block) -> bool {
    let mut found = false;
    body.walk(&mut |s| {
        found |= matches!(
            s.kind,
            StmtKind::Call(_) | StmtKind::Def(_, Op::Weight { .. } | Op::Branch { .. })
        );
    });
    found
}
