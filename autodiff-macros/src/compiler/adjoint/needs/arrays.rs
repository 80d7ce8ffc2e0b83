//! Values that the reverse sweep finds in arrays which are saved whole, or still hold them.
//!
//! In: a load, or a value that the loop which computes it has stored by iteration. Out: where it is found, and the recorded loop that saves
//! this array once per iteration.

use std::collections::BTreeMap;

use super::Needs;
use crate::compiler::adjoint::{Context, states};
use crate::compiler::analyse::layout::{BlockId, Role};
use crate::compiler::hir::{LoopId, Ty};
use crate::compiler::ssa::{Op, Origin, Place, Proj, StmtKind, StoreOp, ValId};

impl Needs<'_> {
    /// The recorded loop that can save the whole array for the load: each of its iterations
    /// overwrites the array before it reads it, and what the load found is there at the end of one.
    pub(super) fn row_of(&self, v: ValId, at: &Place, region: BlockId) -> Option<LoopId> {
        let (layout, m) = (self.cx.layout, at.mem);
        let home = layout.mem_block(m);
        let lasting = layout.region(home) == home && self.cx.is_live(home);
        if !lasting || !is_row(&self.cx.func.mem(m).ty) || self.is_lost(m) {
            return None;
        }
        if !self.cx.keeps_its_length(m) {
            return None;
        }
        let mut around = region;
        while !self.cx.is_live(around) {
            let body = layout.blocks[around].role;
            if let Role::Body(l) = body
                && !layout.contains(around, home)
                && layout.stable(m, layout.def_pos(v), around)
                && self.cx.is_scratch_of(m, l)
            {
                return Some(l);
            }
            match layout.blocks[around].parent {
                Some(parent) => around = layout.region(parent),
                None => break,
            }
        }
        self.states.of.get(&v).copied()
    }

    /// Where the copy of a list behind `&mut` holds a value that the function has read from the list (`finals`).
    fn final_copy(&self, v: ValId, region: BlockId) -> Option<Place> {
        let (Op::Load(at) | Op::LoadIf(_, at)) = self.cx.layout.op(v)? else {
            return None;
        };
        let (list, path) = at.in_list();
        let mem = *self.cx.func.finals.get(&list)?;
        let path = path.to_vec();
        // The copy is made at the end of the function, also for loops that run again.
        let is_left = || self.is_left(v, at, self.cx.layout.mem_block(at.mem));
        (!self.is_captured(region) && is_left()).then_some(Place { mem, path })
    }

    /// Where the reverse sweep finds a value that is not computed again, since the loop that computes
    /// it has stored it by iteration; and the recorded loop that saves that array whole.
    pub(super) fn copy_of(&self, v: ValId, region: BlockId) -> Option<(Place, Option<LoopId>)> {
        if self.runs_again(v, region) {
            return None;
        }
        if let Some(at) = self.final_copy(v, region) {
            return Some((at, None));
        }
        let (at, pos) = self.copies.get(&v)?;
        let (layout, m) = (self.cx.layout, at.mem);
        let home = layout.mem_block(m);
        if layout.region(home) != home || self.is_lost(m) || layout.grows(m) {
            return None;
        }
        let scope = self.scope(m, region);
        // A copy of the state goes by the name of the array there, and was taken before the store.
        let mut states = self.states.at.keys().filter(|(_, of)| *of == m);
        if states.any(|(l, _)| layout.contains(layout.body_of(*l), region)) {
            return None;
        }
        if layout.holds(m, *pos, scope) {
            return Some((at.clone(), None));
        }
        if !is_row(&self.cx.func.mem(m).ty) || !self.cx.is_live(home) {
            return None;
        }
        if !self.cx.keeps_its_length(m) {
            return None;
        }
        let mut around = region;
        while !self.cx.is_live(around) {
            if let Role::Body(l) = layout.blocks[around].role
                && !layout.contains(around, home)
                && layout.holds(m, *pos, around)
                && self.cx.is_scratch_of(m, l)
            {
                return Some((at.clone(), Some(l)));
            }
            around = layout.region(layout.blocks[around].parent?);
        }
        None
    }
}

/// The stores of a value at the counter of the loop that computes it.
pub(super) fn stored(cx: &Context<'_>) -> BTreeMap<ValId, (Place, u32)> {
    let mut found = BTreeMap::new();
    cx.func.body.walk(&mut |s| {
        let StmtKind::Store {
            place,
            op: StoreOp::Set,
            value,
        } = &s.kind
        else {
            return;
        };
        let block = cx.layout.def_block(*value);
        let [Proj::Index(index)] = place.path.as_slice() else {
            return;
        };
        let Role::Body(l) = cx.layout.blocks[block].role else {
            return;
        };
        let local = cx.func.mem(place.mem).origin == Origin::Local;
        let same_block = cx.layout.block_at(cx.layout.position(s)) == block;
        if local && same_block && cx.layout.counters.get(&l) == Some(index) {
            found.insert(*value, (place.clone(), cx.layout.position(s)));
        }
    });
    found
}

/// True for an array of numbers, or of arrays of them: copies of it are stretches of one list.
fn is_row(ty: &Ty) -> bool {
    matches!(ty, Ty::Array(inner, _) | Ty::Vec(inner) if states::is_copied(inner))
}
