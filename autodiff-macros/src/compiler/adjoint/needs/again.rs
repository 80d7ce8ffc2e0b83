//! What can be computed again in the reverse sweep, at little cost and with the same bits.
//!
//! In: a value, and the region whose reverse reads it. Out: true for arithmetic, comparisons, and loads from memory that no store can
//! have changed since; and the integers that the reverse sweep steps back.

use super::Needs;
use crate::compiler::adjoint::Item;
use crate::compiler::analyse::layout::{BlockId, Role};
use crate::compiler::anchor;
use crate::compiler::hir::{BinOp, LoopId, Ty};
use crate::compiler::ssa::{MemId, Op, Origin, Place, Tree, Use, ValId, Verbatim};

/// True for an entry of a table that is a constant item, at an index of integers: `WEIGHTS[q]`.
fn is_entry(code: &Verbatim) -> bool {
    let is_integer = |used: &Use| matches!(used, Use::Tree(Tree::Val(_)));
    let Ok(syn::Expr::Index(entry)) = syn::parse2(code.tokens.clone()) else {
        return false;
    };
    match &*entry.expr {
        syn::Expr::Path(table) => code
            .uses
            .iter()
            .all(|(name, used)| is_integer(used) && !table.path.is_ident(name)),
        _ => false,
    }
}

impl Needs<'_> {
    /// True if computing the value again costs little and gives the same bits.
    pub(super) fn is_cheap(&self, v: ValId, region: BlockId) -> bool {
        self.runs_again(v, region) || self.copy_of(v, region).is_some()
    }

    pub(super) fn runs_again(&self, v: ValId, region: BlockId) -> bool {
        match self.cx.layout.op(v) {
            Some(Op::Un(..) | Op::Bin(..))
                if !self.cx.func.is_real(v) && self.cx.layout.is_large(v) =>
            {
                false
            }
            Some(Op::Bin(BinOp::Div | BinOp::Rem, ..)) => !self.cx.func.is_real(v),
            Some(
                Op::Lit(_)
                | Op::Un(..)
                | Op::Bin(..)
                | Op::Cast(..)
                | Op::Stop(_)
                | Op::Classify(..),
            ) => true,
            Some(Op::Rule { rule, .. }) => {
                !rule.costly && rule.std_method && !rule.decisions.is_empty()
            }
            Some(Op::Load(at) | Op::LoadIf(_, at)) if self.held.contains(&at.mem) => {
                !self.is_captured(region) && self.can_load_again(v, at, region)
            }
            Some(Op::Load(at) | Op::LoadIf(_, at)) => {
                self.can_load_again(v, at, region) || self.row_of(v, at, region).is_some()
            }
            Some(Op::Len(at)) => {
                !self.cx.layout.grows(at.mem) && self.can_load_again(v, at, region)
            }
            Some(Op::Opaque(code)) => {
                self.cx.func.strips.of_count(v).is_some()
                    || code.pure && is_entry(code)
                    || code.pure
                        && code.uses.is_empty()
                        && !matches!(self.cx.func.val(v).ty, Ty::Opaque)
                        && !anchor::is_anchor(&self.cx.func.val(v).ty, code)
            }
            _ => false,
        }
    }

    /// True if the memory still holds in the reverse sweep of `region` what the load found.
    pub(super) fn can_load_again(&self, v: ValId, at: &Place, region: BlockId) -> bool {
        let layout = self.cx.layout;
        let m = at.mem;
        match self.cx.func.mem(m).origin {
            Origin::Shared(_) => return true,
            Origin::Exclusive(_) => return false,
            Origin::Owned(_) | Origin::Local => {}
        }
        let home = layout.mem_block(m);
        if self.is_lost(m) {
            return false;
        }
        // A number takes less room in a closure than what it was read from.
        if self.is_captured(region) && !self.plan.mems.contains(&m) {
            return false;
        }
        // What a branch has made and the reverse sweep gets as a whole anyway.
        if layout.region(home) != home {
            return self.plan.hoisted.contains(&Item::Mem(m))
                && layout.contains(home, layout.def_block(v))
                && layout.region(layout.def_block(v)) == layout.region(home)
                && layout.stable_at(at, layout.def_pos(v), home);
        }
        self.is_left(v, at, self.scope(m, region))
    }

    /// True if no store changes what the load found before the region ends.
    pub(super) fn is_left(&self, v: ValId, at: &Place, region: BlockId) -> bool {
        let layout = self.cx.layout;
        layout.stable_at(at, layout.def_pos(v), region)
            || layout.is_passed(v, at, region)
            || layout.is_cell_passed(v, at, region)
    }

    /// The region for which the memory has to stay as it is, for the reverse sweep of `region` to find it.
    pub(super) fn scope(&self, m: MemId, region: BlockId) -> BlockId {
        let (layout, live) = (self.cx.layout, self.live_region(region));
        let home = layout.mem_block(m);
        match layout.contains(live, home) {
            true => home,
            false => live,
        }
    }

    /// An integer that its loop changes by a fixed step, and the value that it has after the loop.
    pub(super) fn step_of(&self, v: ValId) -> Option<(LoopId, ValId)> {
        let Role::Body(l) = self.cx.layout.blocks[self.cx.layout.def_block(v)].role else {
            return None;
        };
        let out = match self.cx.layout.step(l, v) {
            Some(out) => out,
            None => self.cx.guarded_step(l, v)?.1.1,
        };
        (!self.cx.is_live(self.cx.layout.body_of(l)) && matches!(self.cx.func.val(v).ty, Ty::Int))
            .then_some((l, out))
    }

    /// Has the reverse sweep step an integer back, if it can.
    pub(super) fn steps_back(&mut self, v: ValId) -> bool {
        let Some((l, out)) = self.step_of(v) else {
            return false;
        };
        if self.plan.stepped.entry(l).or_default().insert(v) {
            self.val(out);
            if let Some((step, _)) = self.cx.guarded_step(l, v) {
                self.val(step.cond);
            }
        }
        true
    }

    /// The innermost live region around a region.
    pub(super) fn live_region(&self, mut region: BlockId) -> BlockId {
        while !self.cx.is_live(region) {
            match self.cx.layout.blocks[region].parent {
                Some(parent) => region = self.cx.layout.region(parent),
                None => break,
            }
        }
        region
    }

    /// True if the caller gets the memory as (a part of) the result, and nothing is known that could be copied for him: a type of
    /// the user's need not be `Clone`.
    pub(super) fn is_lost(&self, m: MemId) -> bool {
        fn is_list(ty: &Ty) -> bool {
            ty.element()
                .is_some_and(|of| matches!(of, Ty::Real(_)) || is_list(of))
        }
        let mut given = false;
        if let Some(result) = &self.cx.func.result {
            result.for_each_mem(&mut |x| given |= x == m);
        }
        given && !is_list(&self.cx.func.mem(m).ty)
    }
}
