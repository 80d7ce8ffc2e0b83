//! What an iteration of a loop under `#[checkpoint]` takes from the one before, and from outside.

use std::collections::BTreeSet;

use crate::compiler::adjoint::Context;
use crate::compiler::analyse::later;
use crate::compiler::hir::LoopId;
use crate::compiler::ssa::{Block, Carried, MemId, Op, Origin, Stmt as Ssa, StmtKind, ValId};

/// What a loop carries from one iteration to the next.
#[derive(Debug)]
pub(in crate::compiler::adjoint) struct State<'a> {
    pub(super) carried: Vec<&'a Carried>,
    pub(super) mems: BTreeSet<MemId>,
    /// Memory that is only written to.
    pub(in crate::compiler::adjoint) written: BTreeSet<MemId>,
    /// Memory of which every iteration overwrites what it reads, and that nobody reads afterwards.
    pub(super) scratch: BTreeSet<MemId>,
    /// Values that no iteration needs, see [`later`].
    pub(in crate::compiler::adjoint) later: BTreeSet<ValId>,
}

impl<'a> State<'a> {
    /// That of a loop which carries numbers and touches no memory.
    pub(in crate::compiler::adjoint) fn of_numbers(carried: &'a [Carried]) -> State<'a> {
        State {
            carried: carried.iter().collect(),
            mems: BTreeSet::new(),
            written: BTreeSet::new(),
            scratch: BTreeSet::new(),
            later: BTreeSet::new(),
        }
    }
}

/// The blocks that an iteration runs.
fn blocks(stmt: &Ssa) -> Vec<&Block> {
    stmt.kind.blocks()
}

/// The state of a loop. `kept`: memory that the reverse sweep reads.
pub(super) fn state<'a>(
    cx: &Context<'_>,
    stmt: &'a Ssa,
    id: LoopId,
    kept: &BTreeSet<MemId>,
) -> State<'a> {
    let (read, changed) = (stmt.kind.read(), stmt.kind.written());
    let later = later::run(cx.func, stmt);
    let carried = stmt.kind.carried().iter();
    let mut state = State {
        carried: carried.filter(|c| !later.contains(&c.phi)).collect(),
        mems: BTreeSet::new(),
        written: BTreeSet::new(),
        scratch: BTreeSet::new(),
        later,
    };
    for m in changed {
        if is_inside(cx, stmt, cx.layout.mem_block(m)) {
            continue;
        }
        let local = cx.func.mem(m).origin == Origin::Local && !cx.layout.grows(m);
        let counted = matches!(stmt.kind, StmtKind::For { .. });
        if counted && local && cx.is_scratch_of(m, id) && cx.is_dead_after(m, stmt) {
            state.scratch.insert(m);
        } else if read.contains(&m) || kept.contains(&m) {
            state.mems.insert(m);
        } else {
            state.written.insert(m);
        }
    }
    state
}

/// True if the block is one of the loop, or in one.
fn is_inside(cx: &Context<'_>, stmt: &Ssa, block: usize) -> bool {
    blocks(stmt)
        .into_iter()
        .any(|b| cx.layout.contains(cx.layout.id_of(b), block))
}

/// The values from outside that an iteration reads.
fn outer_values(cx: &Context<'_>, stmt: &Ssa, state: &State<'_>) -> BTreeSet<ValId> {
    let mut used = BTreeSet::new();
    let mut see = |v: ValId| {
        used.insert(v);
    };
    for block in blocks(stmt) {
        block.walk(&mut |s| later::inputs(&s.kind, &state.later, &mut see));
    }
    state.carried.iter().for_each(|c| see(c.next));
    if let StmtKind::For { range, .. } = &stmt.kind {
        let ends = [Some(range.lo), Some(range.hi), range.step];
        ends.into_iter().flatten().for_each(&mut see);
    }
    stmt.kind.budget().into_iter().for_each(&mut see);
    used.retain(|v| !is_inside(cx, stmt, cx.layout.def_block(*v)));
    used
}

/// The memory from outside that an iteration reads and no iteration changes.
fn outer_memory(stmt: &Ssa, cx: &Context<'_>) -> BTreeSet<MemId> {
    let mut kept = &stmt.kind.read() - &stmt.kind.written();
    kept.retain(|m| !is_inside(cx, stmt, cx.layout.mem_block(*m)));
    kept
}

/// True if an iteration may ask the selection.
pub(super) fn decides(cx: &Context<'_>, stmt: &Ssa) -> bool {
    let mut found = false;
    for block in blocks(stmt) {
        block.walk(&mut |s| {
            found |= match &s.kind {
                StmtKind::Def(_, op) => matches!(op, Op::Weight { .. } | Op::Branch { .. }),
                StmtKind::Call(call) => cx.facts.varied_call(call),
                _ => false,
            };
        });
    }
    found
}

/// What the reverse sweep needs to run the loop again.
pub(in crate::compiler::adjoint) fn needs(
    cx: &Context<'_>,
    stmt: &Ssa,
    id: LoopId,
) -> (BTreeSet<ValId>, Vec<MemId>) {
    let state = state(cx, stmt, id, &BTreeSet::new());
    let values = outer_values(cx, stmt, &state);
    let mems = outer_memory(stmt, cx).into_iter().chain(state.scratch);
    (values, mems.collect())
}
