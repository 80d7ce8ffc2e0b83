//! The decision for each value that is out of scope: kept, or computed again.
//!
//! In: the values that are pending, by region. Out: entries of the plan. Regions are settled from the inside out, since what an inner one
//! computes again takes values of outer ones. A value is computed again if at most one other would have to be kept for it.

use std::collections::BTreeSet;

use super::Needs;
use crate::compiler::adjoint::Item;
use crate::compiler::analyse::layout::{BlockId, Role};
use crate::compiler::hir::{LoopId, Ty};
use crate::compiler::ssa::{MemId, Op, ValId};

impl<'a> Needs<'a> {
    /// Works through the regions, inner before outer: what an inner one takes, an outer one gives.
    pub(super) fn settle(&mut self) {
        while let Some(region) = self.deepest() {
            let todo = self.pending.remove(&region).unwrap_or_default();
            let (costly, cheap): (Vec<_>, Vec<_>) = todo
                .into_iter()
                .partition(|(_, v)| !self.is_cheap(*v, region));
            for (_, v) in costly {
                self.keep(v, region);
            }
            for (_, v) in cheap {
                self.recompute_or_keep(v, region);
            }
        }
    }

    fn deepest(&self) -> Option<BlockId> {
        self.pending
            .iter()
            .filter(|(_, todo)| !todo.is_empty())
            .map(|(r, _)| *r)
            .max_by_key(|r| self.depth(*r))
    }

    fn depth(&self, mut block: BlockId) -> usize {
        let mut depth = 0;
        while let Some(parent) = self.cx.layout.blocks[block].parent {
            block = parent;
            depth += 1;
        }
        depth
    }

    fn keep(&mut self, v: ValId, region: BlockId) {
        self.seen.insert(v);
        self.captured.insert(v);
        self.item_at(v, region);
    }

    fn item_at(&mut self, v: ValId, region: BlockId) {
        let block = self.cx.layout.def_block(v);
        if block != region {
            self.plan.hoisted.insert(Item::Val(v));
        }
        if let (false, Role::Body(l)) =
            (self.cx.is_live(region), self.cx.layout.blocks[region].role)
        {
            self.plan.records.entry(l).or_default().insert(Item::Val(v));
        }
    }

    fn is_kept(&self, v: ValId, region: BlockId) -> bool {
        match (self.cx.is_live(region), self.cx.layout.blocks[region].role) {
            (false, Role::Body(l)) => self
                .plan
                .records
                .get(&l)
                .is_some_and(|items| items.contains(&Item::Val(v))),
            _ if self.plan.hoisted.contains(&Item::Val(v)) => true,
            _ if self.is_captured(region) => self.captured.contains(&v),
            _ => self.cx.layout.def_block(v) == region,
        }
    }

    fn recompute_or_keep(&mut self, v: ValId, region: BlockId) {
        if self.is_kept(v, region) {
            return;
        }
        let mut missing = BTreeSet::new();
        self.missing(v, region, &mut missing, &mut BTreeSet::new());
        match missing.len() {
            0 => self.commit(v, region),
            // A number rather than what it comes from, of which nobody knows the type.
            1 if missing.iter().any(|m| self.is_unknown(*m)) && !self.is_unknown(v) => {
                self.keep(v, region);
            }
            1 => {
                missing.into_iter().for_each(|m| self.keep(m, region));
                self.commit(v, region);
            }
            _ => self.keep(v, region),
        }
    }

    /// The values that would have to be kept to compute `v` again.
    fn missing(
        &self,
        v: ValId,
        region: BlockId,
        missing: &mut BTreeSet<ValId>,
        visited: &mut BTreeSet<ValId>,
    ) {
        if !visited.insert(v) || self.at_hand(v, region) {
            return;
        }
        if !self.is_cheap(v, region) {
            missing.insert(v);
            return;
        }
        if let Some((at, _)) = self.copy_of(v, region) {
            at.for_each_use(&mut |u| self.missing(u, region, missing, visited));
            return;
        }
        if let Some(op) = self.cx.layout.op(v) {
            op.for_each_use(&mut |u| self.missing(u, region, missing, visited));
        }
    }

    fn is_unknown(&self, v: ValId) -> bool {
        matches!(self.cx.func.val(v).ty, Ty::Opaque | Ty::Maybe)
    }

    fn at_hand(&self, v: ValId, region: BlockId) -> bool {
        let home = self.cx.layout.region(self.cx.layout.def_block(v));
        home != region
            || self.is_inlined(v)
            || self.is_rebuilt_counter(v)
            || self.step_of(v).is_some()
            || self.is_kept(v, region)
            || self.is_recomputed(v)
    }

    /// True if the value is computed again anyway.
    fn is_recomputed(&self, v: ValId) -> bool {
        let (block, pos) = (self.cx.layout.def_block(v), self.cx.layout.def_pos(v));
        let of_block = self.plan.recompute.get(&block);
        of_block.is_some_and(|all| all.contains(&(pos, v)))
    }

    /// Computes `v` again, and what it takes.
    fn commit(&mut self, v: ValId, region: BlockId) {
        let free = self.is_kept(v, region) || self.is_inlined(v) || self.is_rebuilt_counter(v);
        if free || self.steps_back(v) {
            return;
        }
        let block = self.cx.layout.def_block(v);
        if self.cx.layout.region(block) != region {
            return self.val(v);
        }
        self.seen.insert(v);
        if !self
            .plan
            .recompute
            .entry(block)
            .or_default()
            .insert((self.cx.layout.def_pos(v), v))
        {
            return;
        }
        if let Some((at, row)) = self.copy_of(v, region) {
            if let Some(l) = row {
                self.save_row(l, at.mem);
            }
            at.for_each_use(&mut |u| self.commit(u, region));
            self.mem(at.mem);
            self.plan.reloads.insert(v, at);
            return;
        }
        let Some(op) = self.cx.layout.op(v) else {
            return;
        };
        let (mut uses, mut mems) = (Vec::new(), Vec::new());
        op.for_each_use(&mut |u| uses.push(u));
        op.for_each_mem(&mut |m| mems.push(m));
        if let Op::Load(at) | Op::LoadIf(_, at) = op
            && !self.can_load_again(v, at, region)
            && let Some(l) = self.row_of(v, at, region)
        {
            self.save_row(l, at.mem);
        }
        uses.into_iter().for_each(|u| self.commit(u, region));
        mems.into_iter().for_each(|m| self.mem_of_load(m));
    }

    fn save_row(&mut self, l: LoopId, m: MemId) {
        self.plan.rows.entry(l).or_default().insert(m);
        if let Some(at) = self.states.at.get(&(l, m)) {
            self.plan.states.insert((l, m), *at);
            let end = self.states.ends.get(&(l, m));
            self.plan.ends.extend(end.map(|end| ((l, m), *end)));
        }
    }
}
