//! Loop classes: how the reverse sweep gets the values of an iteration.
//!
//! - *fused*: the loop accumulates (`acc += e`), and the adjoint of the accumulators is known before
//!   it starts; each iteration is run and reversed at once. No storage.
//! - *unit*: the adjoint of the one accumulator is known only later; the loop is fused with the adjoint 1
//!   into temporaries, and what they hold is scaled when the adjoint is known. Storage of the size of the gradient.
//! - *rerun*: the loop accumulates, yet the adjoint is known only later, or the loop stands in an arm; the
//!   reverse sweep runs each iteration again and reverses it. No storage.
//! - *checkpointed*: as recorded, under `#[checkpoint]`.
//! - *recorded*: every other loop; what the reverse sweep reads and cannot compute again is saved,
//!   one record per iteration.
//!
//! In: the SSA form and the facts about it. Out: [`Modes`]. What the classes are told by is in `sums`, `scratch`, `length`, `memory` and
//! `seeds`; other passes ask [`Loops`] the same questions.
//!
//! Calls of the function itself, and the branches that they stand in, are fused in the same way (`seeded`).

mod length;
mod memory;
mod scratch;
pub(crate) mod seeded;
mod seeds;
mod sums;
mod unit;

use std::collections::{BTreeMap, BTreeSet};

use self::seeds::{Seeds, Terminals};
use super::activity::Activity;
use super::layout::{BlockId, Layout};
use crate::compiler::adjoint::one;
use crate::compiler::code::Expr;
use crate::compiler::hir::LoopId;
use crate::compiler::ssa::{Block, Carried, Func, Op, Stmt, StmtKind, ValId};

/// How a loop is reversed.
#[derive(Clone, Debug)]
pub(crate) enum Mode {
    /// The adjoints of the accumulators (values after the loop), known before it.
    Fused(Vec<(ValId, Expr)>),
    /// As if the adjoint of the only accumulator were 1.
    Unit,
    Rerun,
    Recorded,
    /// Recorded without `#[checkpoint]`; few states are kept, and the reverse sweep runs iterations again.
    Checkpointed,
}

/// The mode of every loop that is not recorded, and what else is reversed where it stands.
#[derive(Debug, Default)]
pub(crate) struct Modes {
    loops: BTreeMap<LoopId, Mode>,
    /// Calls of the function itself, by residual, and the adjoints of what they give.
    pub(crate) calls: BTreeMap<String, Expr>,
    /// Branches, by position, and the adjoints of what comes out of them.
    pub(crate) branches: BTreeMap<u32, Vec<(ValId, Expr)>>,
    /// The arms of these branches.
    pub(crate) arms: BTreeSet<BlockId>,
    /// See [`Seed::handed`].
    pub(crate) handed: bool,
}

impl Modes {
    /// How many loops run again in the reverse sweep.
    pub(crate) fn reruns(&self) -> usize {
        let modes = self.loops.values();
        modes.filter(|mode| matches!(mode, Mode::Rerun)).count()
    }

    pub(crate) fn get(&self, l: &LoopId) -> Option<&Mode> {
        self.loops.get(l)
    }
}

/// The adjoint of the result, known before the function runs.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    pub(crate) bar: Expr,
    /// It is an argument: the function may call itself with another one.
    pub(crate) handed: bool,
    /// Loops are to run on many cores: no iteration waits for the adjoint of the sum.
    pub(crate) stretches: bool,
    /// The body is for the plain selection, which decides alike however often it is asked.
    pub(crate) plain: bool,
}

impl Seed {
    pub(crate) fn one(func: &Func) -> Seed {
        Seed {
            bar: one(func),
            handed: false,
            stretches: false,
            plain: false,
        }
    }

    pub(crate) fn of_plain(func: &Func) -> Seed {
        Seed {
            plain: true,
            ..Seed::one(func)
        }
    }

    pub(crate) fn in_stretches(self) -> Seed {
        Seed {
            stretches: true,
            ..self
        }
    }
}

/// Classifies the loops. `seed` is the adjoint of the result, if it is known in advance.
pub(crate) fn run(func: &Func, facts: &Activity, layout: &Layout<'_>, seed: Option<Seed>) -> Modes {
    let mut pass = Loops::new(func, facts, layout);
    pass.joint = seed.is_some();
    pass.plain = seed.as_ref().is_some_and(|seed| seed.plain);
    pass.stretches = seed.as_ref().is_some_and(|seed| seed.stretches);
    pass.modes.handed = seed.as_ref().is_some_and(|seed| seed.handed);
    let mut terminals = Terminals::new();
    if let (Some(seed), Some(v)) = (seed, func.number()) {
        terminals.insert(v, seed.bar);
    }
    pass.block(&func.body, &terminals, false);
    pass.checkpoints();
    pass.modes
}

/// What can be asked about loops.
pub(crate) struct Loops<'a> {
    func: &'a Func,
    facts: &'a Activity,
    layout: &'a Layout<'a>,
    modes: Modes,
    /// Both sweeps are one function: what a loop makes is in scope in the reverse of its block.
    joint: bool,
    /// Loops are to run on many cores.
    stretches: bool,
    /// Decisions may be asked for again.
    plain: bool,
}

impl<'a> Loops<'a> {
    pub(crate) fn new(func: &'a Func, facts: &'a Activity, layout: &'a Layout<'a>) -> Loops<'a> {
        Loops {
            func,
            facts,
            layout,
            modes: Modes::default(),
            joint: false,
            stretches: false,
            plain: false,
        }
    }

    /// Classifies the loops that stand in a live block, or in an arm there.
    /// In a loop that is reversed iteration by iteration (`nested`), records do not grow with it.
    fn block(&mut self, block: &Block, terminals: &Terminals, nested: bool) {
        let mut seeds = None;
        // What an arm makes is kept for the reverse sweep, and not changed there.
        let region = self.layout.id_of(block);
        let in_arm = self.layout.region(region) != region;
        for (k, stmt) in block.stmts.iter().enumerate() {
            if self.modes.handed && matches!(stmt.kind, StmtKind::If { .. } | StmtKind::Call(_)) {
                let seeds = seeds.get_or_insert_with(|| Seeds::of(block, terminals));
                self.meet(block, k, seeds, nested);
                continue;
            }
            if let StmtKind::If { then, els, .. } = &stmt.kind {
                for arm in [then, els] {
                    self.apart(arm, &Terminals::new(), nested);
                }
            }
            let (Some(id), Some(body)) = (stmt.kind.loop_id(), stmt.kind.loop_body()) else {
                continue;
            };
            let Some(accumulators) = self.accumulators(&stmt.kind) else {
                continue;
            };
            if !self.memory_is_private(&stmt.kind, body, stmt) {
                continue;
            }
            let seeds = seeds.get_or_insert_with(|| Seeds::of(block, terminals));
            let known: Option<Vec<_>> = accumulators
                .iter()
                .map(|c| Some((c.out, self.seed(c.out, k, seeds)?)))
                .collect();
            // Where the function leaves later, the adjoints are others.
            let known = known.filter(|_| !block.stmts[k + 1..].iter().any(leaves));
            match known {
                Some(known)
                    if !self.only_adds_to_memory(body)
                        && !self.changes_later(body, &block.stmts[k + 1..]) =>
                {
                    let inner = accumulators
                        .iter()
                        .map(|c| (c.next, Expr::Bar(c.out)))
                        .collect();
                    self.modes.loops.insert(id, Mode::Fused(known));
                    // The loops in a strip are over lanes: whole strips are run and reversed.
                    if !self.func.strips.strips.contains(&id) {
                        self.block(body, &inner, true);
                    }
                }
                None if self.has_unit_seed(block, k, &accumulators) => {
                    let inner = accumulators.iter().map(|c| (c.next, self.one(c.next)));
                    let inner = inner.collect();
                    self.modes.loops.insert(id, Mode::Unit);
                    self.apart(body, &inner, true);
                }
                _ if !(nested && is_costly(body))
                    && self.can_rerun(&stmt.kind, body, stmt)
                    && (!in_arm || self.writes_its_own(body)) =>
                {
                    let inner = accumulators
                        .iter()
                        .map(|c| (c.next, Expr::Bar(c.out)))
                        .collect();
                    self.modes.loops.insert(id, Mode::Rerun);
                    self.apart(body, &inner, true);
                }
                _ => {}
            }
        }
    }

    /// The loops under `#[checkpoint]` that would be recorded.
    fn checkpoints(&mut self) {
        for id in self.func.checkpoints.keys() {
            let body = self.layout.statement(*id).and_then(StmtKind::loop_body);
            if !self.modes.loops.contains_key(id) && body.is_some_and(|b| self.has_active_code(b)) {
                self.modes.loops.insert(*id, Mode::Checkpointed);
            }
        }
    }

    /// The active carried values, if each of them is an accumulator.
    fn accumulators<'s>(&self, kind: &'s StmtKind) -> Option<Vec<&'s Carried>> {
        let body = kind.loop_body()?;
        let active: Vec<&Carried> = kind
            .carried()
            .iter()
            .filter(|c| self.facts.active(c.phi) || self.facts.active(c.out))
            .collect();
        let all = active.iter().all(|c| self.is_sum_of(c, kind, body));
        (all && self.has_active_code(body)).then_some(active)
    }

    fn has_active_code(&self, body: &Block) -> bool {
        let mut active = false;
        body.walk(&mut |s| {
            s.kind.for_each_def(&mut |v| active |= self.facts.active(v));
            s.kind
                .for_each_write(&mut |m| active |= self.facts.active_mem(m));
        });
        active
    }
}

fn leaves(stmt: &Stmt) -> bool {
    matches!(stmt.kind, StmtKind::Leave { .. })
}

/// True if the body evaluates what is worth saving.
fn is_costly(body: &Block) -> bool {
    let mut costly = false;
    body.walk(&mut |s| {
        costly |= matches!(&s.kind, StmtKind::Def(_, Op::Rule { rule, .. }) if rule.costly);
    });
    costly
}
