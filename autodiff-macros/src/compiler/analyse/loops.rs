//! Loop classes: how the reverse sweep gets the values of an iteration.
//!
//! - *fused*: the loop accumulates (`acc += e`), and the adjoint of the accumulators is known before
//!   it starts; each iteration is run and reversed at once. No storage.
//! - *unit*: the adjoint of the one accumulator is known only later; the loop is fused with the adjoint 1
//!   into temporaries, and what they hold is scaled when the adjoint is known. Storage of the size of the gradient.
//! - *rerun*: the loop accumulates, yet the adjoint is known only later; the reverse sweep runs each
//!   iteration again and reverses it. No storage.
//! - *checkpointed*: as recorded, under `#[checkpoint]`.
//! - *recorded*: every other loop; what the reverse sweep reads and cannot compute again is saved,
//!   one record per iteration.
//!
//! Calls of the function itself, and the branches that they stand in, are fused in the same way (`seeded`).

pub(crate) mod seeded;
mod seeds;
mod unit;

use std::collections::{BTreeMap, BTreeSet};

use self::seeds::{Seeds, Terminals};

use super::activity::Activity;
use super::layout::{BlockId, Layout};
use crate::compiler::adjoint::one;
use crate::compiler::code::Expr;
use crate::compiler::hir::{BinOp, LoopId, Ty};
use crate::compiler::ssa::{
    Block, Carried, Func, Init, MemId, Op, Origin, Phi, Place, Proj, Range, Stmt, StmtKind,
    StoreOp, ValId,
};

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
}

impl Seed {
    pub(crate) fn one(func: &Func) -> Seed {
        Seed {
            bar: one(func),
            handed: false,
            stretches: false,
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
    pass.stretches = seed.as_ref().is_some_and(|seed| seed.stretches);
    pass.modes.handed = seed.as_ref().is_some_and(|seed| seed.handed);
    let mut terminals = Terminals::new();
    if let (Some(seed), Some(crate::compiler::ssa::Tree::Val(v))) = (seed, &func.result) {
        terminals.insert(*v, seed.bar);
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
        }
    }

    /// True if the loop only ever adds to the carried value and uses it for nothing else.
    pub(crate) fn is_sum(&self, carried: &Carried, stmt: &Stmt) -> bool {
        let body = stmt.kind.loop_body();
        body.is_some_and(|body| self.is_sum_of(carried, &stmt.kind, body))
    }

    /// True if every iteration of the loop overwrites what it reads of the memory before it reads it.
    pub(crate) fn is_scratch_of(&self, m: MemId, l: LoopId) -> bool {
        let body = self.layout.statement(l).and_then(StmtKind::loop_body);
        self.func.strips.is_private(m, l) || body.is_some_and(|body| self.is_scratch(m, body))
    }

    /// Classifies the loops that stand directly in a live block.
    /// In a loop that is reversed iteration by iteration (`nested`), records do not grow with it.
    fn block(&mut self, block: &Block, terminals: &Terminals, nested: bool) {
        let mut seeds = None;
        for (k, stmt) in block.stmts.iter().enumerate() {
            if self.modes.handed && matches!(stmt.kind, StmtKind::If { .. } | StmtKind::Call(_)) {
                let seeds = seeds.get_or_insert_with(|| Seeds::of(block, terminals));
                self.meet(block, k, seeds, nested);
                continue;
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
                    self.apart(body, &inner);
                }
                _ if !(nested && is_costly(body)) && self.can_rerun(&stmt.kind, body, stmt) => {
                    let inner = accumulators
                        .iter()
                        .map(|c| (c.next, Expr::Bar(c.out)))
                        .collect();
                    self.modes.loops.insert(id, Mode::Rerun);
                    self.apart(body, &inner);
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

    /// True if the loop only adds to the carried value, things that do not depend on it, and uses it
    /// for nothing else: the adjoint is the same in all iterations.
    fn is_sum_of(&self, carried: &Carried, kind: &StmtKind, body: &Block) -> bool {
        let mut chain = Chain::of(carried.phi);
        let head = match kind {
            StmtKind::While { head, .. } => self.extend_chain(&mut chain, head),
            _ => true,
        };
        head && self.extend_chain(&mut chain, body)
            && chain.ends_in(carried.next)
            && !leaks(kind, carried, &chain)
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

    /// Follows the chain through a block; false if a member is used for anything but to continue it,
    /// or twice.
    fn extend_chain(&self, chain: &mut Chain, block: &Block) -> bool {
        block
            .stmts
            .iter()
            .all(|stmt| self.extend_chain_by(chain, &stmt.kind))
    }

    fn extend_chain_by(&self, chain: &mut Chain, kind: &StmtKind) -> bool {
        match kind {
            StmtKind::Def(v, Op::Bin(BinOp::Add, a, b)) if chain.has(*a) != chain.has(*b) => {
                chain.advance(if chain.has(*a) { *a } else { *b }, *v)
            }
            StmtKind::Def(v, Op::Bin(BinOp::Sub, a, b)) if chain.has(*a) && !chain.has(*b) => {
                chain.advance(*a, *v)
            }
            StmtKind::If {
                cond,
                then,
                els,
                phis,
            } => !chain.has(*cond) && self.branch_in_chain(chain, then, els, phis),
            StmtKind::For { .. } | StmtKind::While { .. } => self.loop_in_chain(chain, kind),
            kind => {
                let mut used = false;
                kind.for_each_use(&mut |v| used |= chain.has(v));
                !used
            }
        }
    }

    fn branch_in_chain(&self, chain: &mut Chain, then: &Block, els: &Block, phis: &[Phi]) -> bool {
        let (mut in_then, mut in_els) = (chain.clone(), chain.clone());
        if !self.extend_chain(&mut in_then, then) || !self.extend_chain(&mut in_els, els) {
            return false;
        }
        for p in phis {
            match (in_then.has(p.then), in_els.has(p.els)) {
                (true, true) if in_then.advance(p.then, p.out) && in_els.advance(p.els, p.out) => {}
                (false, false) => {}
                _ => return false,
            }
        }
        // What one branch used up and the other did not would have two adjoints.
        let same = in_then.open() == in_els.open();
        *chain = in_then;
        same
    }

    fn loop_in_chain(&self, chain: &mut Chain, kind: &StmtKind) -> bool {
        let mut used = false;
        kind.for_each_use(&mut |v| used |= chain.has(v));
        for block in kind.blocks() {
            block.walk(&mut |s| {
                s.kind.for_each_use(&mut |v| used |= chain.has(v));
                used |= s
                    .kind
                    .carried()
                    .iter()
                    .any(|c| chain.has(c.init) || chain.has(c.next));
                if let StmtKind::If { phis, .. } = &s.kind {
                    used |= phis.iter().any(|p| chain.has(p.then) || chain.has(p.els));
                }
            });
        }
        let Some(body) = kind.loop_body() else {
            return false;
        };
        if used || kind.carried().iter().any(|c| chain.has(c.next)) {
            return false;
        }
        let entering: Vec<&Carried> = kind
            .carried()
            .iter()
            .filter(|c| chain.has(c.init))
            .collect();
        for c in entering {
            let mut inner = Chain::of(c.phi);
            let heads = match kind {
                StmtKind::While { head, .. } => self.extend_chain(&mut inner, head),
                _ => true,
            };
            let stays = heads && self.extend_chain(&mut inner, body) && inner.ends_in(c.next);
            if !stays || leaks(kind, c, &inner) || !chain.advance(c.init, c.out) {
                return false;
            }
        }
        true
    }

    /// True if every memory variable that the loop writes is local to an iteration, is scratch that
    /// each iteration overwrites before it reads, or has no adjoint.
    fn memory_is_private(&self, kind: &StmtKind, body: &Block, stmt: &Stmt) -> bool {
        let body_block = self.layout.id_of(body);
        let mut written = BTreeSet::new();
        body.walk(&mut |s| {
            s.kind.for_each_write(&mut |m| {
                written.insert(m);
            })
        });
        written.into_iter().all(|m| {
            self.layout.contains(body_block, self.layout.mem_block(m))
                && self.layout.mem_block(m) != 0
                || !self.facts.active_mem(m)
                || self.adds_only(m, body)
                || kind
                    .loop_id()
                    .is_some_and(|l| self.func.strips.is_private(m, l))
                || (!self.layout.grows(m)
                    && self.is_scratch(m, body)
                    && self.is_dead_after(m, stmt))
        })
    }

    /// True if the loop only ever adds to the variable.
    fn adds_only(&self, m: MemId, body: &Block) -> bool {
        let mut ok = true;
        body.walk(&mut |s| {
            s.kind.for_each_read(&mut |r| ok &= r != m);
            match &s.kind {
                StmtKind::Store {
                    op: StoreOp::Add | StoreOp::Sub,
                    ..
                } => {}
                kind => kind.for_each_write(&mut |w| ok &= w != m),
            }
        });
        ok
    }

    /// True if a variable declared outside is added to: its adjoint is not known in advance.
    fn only_adds_to_memory(&self, body: &Block) -> bool {
        let body_block = self.layout.id_of(body);
        let mut found = false;
        body.walk(&mut |s| {
            s.kind.for_each_write(&mut |m| {
                let outside = !self.layout.contains(body_block, self.layout.mem_block(m));
                found |= outside && self.facts.active_mem(m) && self.adds_only(m, body);
            });
        });
        found
    }

    /// True if memory that the loop reads is changed after it. What is reversed before that must not
    /// have added to its adjoint yet: the adjoint of what stands there later is reset, or handed on.
    fn changes_later(&self, body: &Block, after: &[Stmt]) -> bool {
        let mut read = BTreeSet::new();
        body.walk(&mut |s| {
            s.kind.for_each_read(&mut |m| {
                read.insert(m);
            });
        });
        let mut found = false;
        let mut see = |kind: &StmtKind| {
            kind.for_each_write(&mut |m| found |= read.contains(&m) && self.facts.active_mem(m));
        };
        for stmt in after {
            see(&stmt.kind);
            stmt.kind
                .blocks()
                .into_iter()
                .for_each(|block| block.walk(&mut |s| see(&s.kind)));
        }
        found
    }

    /// True if nobody reads after the loop what the memory holds then.
    pub(crate) fn is_dead_after(&self, m: MemId, stmt: &Stmt) -> bool {
        let end = stmt
            .kind
            .loop_body()
            .map_or(0, |b| self.layout.blocks[self.layout.id_of(b)].span.1);
        let mut read = matches!(self.func.mem(m).origin, Origin::Exclusive(_));
        if let Some(result) = &self.func.result {
            result.for_each_mem(&mut |r| read |= r == m);
        }
        self.func.body.walk(&mut |s| {
            if self.layout.position(s) >= end {
                s.kind.for_each_read(&mut |r| read |= r == m);
                s.kind
                    .for_each_write(&mut |w| read |= w == m && !covers_whole(&s.kind, m));
            }
        });
        !read
    }

    /// True if every iteration overwrites whatever it reads of `m` before it reads it: the first
    /// access covers all others, or all accesses are in inner loops of which that is true.
    pub(crate) fn is_scratch(&self, m: MemId, body: &Block) -> bool {
        for (at, stmt) in body
            .stmts
            .iter()
            .enumerate()
            .filter(|(_, s)| mentions(s, m))
        {
            if stmt
                .kind
                .loop_body()
                .is_some_and(|inner| self.is_scratch_of_loop(m, &stmt.kind, inner))
            {
                continue;
            }
            return self.is_covered(m, &body.stmts[at..]);
        }
        true
    }

    fn is_scratch_of_loop(&self, m: MemId, kind: &StmtKind, inner: &Block) -> bool {
        let head = match kind {
            StmtKind::While { head, .. } => head.stmts.iter().any(|s| mentions(s, m)),
            _ => false,
        };
        !head
            && !matches!(
                inner.stmts.iter().find(|s| mentions(s, m)).map(|s| &s.kind),
                Some(StmtKind::Store { .. })
            )
            && self.is_scratch(m, inner)
    }

    /// True if the first statement overwrites all that the others access.
    fn is_covered(&self, m: MemId, stmts: &[Stmt]) -> bool {
        if covers_whole(&stmts[0].kind, m) {
            return true;
        }
        let Some(bound) = covering_bound(&stmts[0].kind, m, |v| self.layout.literal(v) == Some(0))
        else {
            return false;
        };
        self.is_length(bound, m)
            || stmts[1..]
                .iter()
                .all(|s| self.within(s, m, bound, &mut Vec::new()))
    }

    /// True if the value is the number of elements of the variable.
    fn is_length(&self, v: ValId, m: MemId) -> bool {
        if let (Ty::Array(_, len), Some(Op::Lit(hi))) = (&self.func.mem(m).ty, self.layout.op(v)) {
            return len.to_string() == hi.to_string();
        }
        if let (Ty::Array(_, len), Some(Op::Opaque(code))) =
            (&self.func.mem(m).ty, self.layout.op(v))
        {
            return len.to_string() == code.tokens.to_string();
        }
        self.has_length(m, v, &mut BTreeSet::new())
    }

    /// True if the vector has so many elements from the beginning, and so has everything that takes its place.
    fn has_length(&self, m: MemId, len: ValId, seen: &mut BTreeSet<MemId>) -> bool {
        if !seen.insert(m) {
            return true;
        }
        let (mut made, mut fits) = (false, !self.layout.grows(m));
        self.func.body.walk(&mut |s| match &s.kind {
            StmtKind::Alloc(a, init) if *a == m => {
                made = true;
                fits = fits
                    && match init {
                        Init::Repeat(_, n) => self.same(*n, len),
                        Init::Clone(at) => at.path.is_empty() && self.has_length(at.mem, len, seen),
                        _ => false,
                    };
            }
            StmtKind::Copy { dst, src, .. } if dst.mem == m && dst.path.is_empty() => {
                fits = fits && src.path.is_empty() && self.has_length(src.mem, len, seen);
            }
            _ => {}
        });
        made && fits
    }

    /// True if whatever takes the place of the array is as long.
    pub(crate) fn keeps_its_length(&self, m: MemId) -> bool {
        let (mut made, mut replaced) = (None, self.layout.grows(m));
        self.func.body.walk(&mut |s| match &s.kind {
            StmtKind::Alloc(a, Init::Repeat(_, n)) if *a == m => made = Some(*n),
            StmtKind::Copy { dst, .. } => replaced |= *dst == Place::whole(m),
            _ => {}
        });
        let vector = !matches!(self.func.mem(m).ty, Ty::Array(..));
        !(replaced && vector)
            || made.is_some_and(|len| self.has_length(m, len, &mut BTreeSet::new()))
    }

    /// True if the array has an element for each number of the range.
    pub(crate) fn has_element_for_each(&self, m: MemId, range: &Range) -> bool {
        !range.inclusive && !self.layout.grows(m) && self.is_length(range.hi, m)
    }

    /// True if both values are equal wherever both exist.
    pub(crate) fn same(&self, a: ValId, b: ValId) -> bool {
        if a == b {
            return true;
        }
        match (self.layout.op(a), self.layout.op(b)) {
            (Some(Op::Lit(x)), Some(Op::Lit(y))) => x.to_string() == y.to_string(),
            (Some(Op::Opaque(x)), Some(Op::Opaque(y))) => {
                x.pure
                    && y.pure
                    && x.uses.is_empty()
                    && y.uses.is_empty()
                    && x.tokens.to_string() == y.tokens.to_string()
            }
            (Some(Op::Len(x)), Some(Op::Len(y))) => {
                x == y
                    && x.path.is_empty()
                    && !self.layout.grows(x.mem)
                    && self.layout.stores(x.mem).is_empty()
            }
            (Some(Op::Bin(o, a1, a2)), Some(Op::Bin(p, b1, b2))) => {
                o == p && self.same(*a1, *b1) && self.same(*a2, *b2)
            }
            _ => false,
        }
    }

    /// True if every access to `m` in the statement is at a counter of a loop `0..bound`.
    fn within(&self, stmt: &Stmt, m: MemId, bound: ValId, counters: &mut Vec<ValId>) -> bool {
        let inside = |place: &Place, counters: &[ValId]| match place.path.first() {
            Some(Proj::Index(i)) => counters.contains(i),
            _ => false,
        };
        let own = match &stmt.kind {
            StmtKind::Def(_, Op::Load(place) | Op::LoadIf(_, place)) if place.mem == m => {
                inside(place, counters)
            }
            StmtKind::Store { place, .. } if place.mem == m => inside(place, counters),
            kind => {
                let mut touched = false;
                kind.for_each_read(&mut |r| touched |= r == m);
                kind.for_each_write(&mut |w| touched |= w == m);
                !touched
            }
        };
        let pushed = match &stmt.kind {
            StmtKind::For { counter, range, .. }
                if !range.inclusive && self.same(range.hi, bound) =>
            {
                counters.push(*counter);
                true
            }
            _ => false,
        };
        let inner = stmt
            .kind
            .blocks()
            .into_iter()
            .all(|b| b.stmts.iter().all(|s| self.within(s, m, bound, counters)));
        if pushed {
            counters.pop();
        }
        own && inner
    }

    /// True if the body can be run a second time, later: no effects, no calls, nothing carried but
    /// accumulators, and everything that it reads still has the value that it had.
    fn can_rerun(&self, kind: &StmtKind, body: &Block, stmt: &Stmt) -> bool {
        if !matches!(kind, StmtKind::For { until: None, .. })
            || kind.carried().iter().any(|c| !self.facts.active(c.out))
        {
            return false;
        }
        let body_block = self.layout.id_of(body);
        let pos = self.layout.position(stmt);
        let mut ok = true;
        body.walk(&mut |s| match &s.kind {
            StmtKind::Call(_)
            | StmtKind::Effect(_)
            | StmtKind::Def(_, Op::Weight { .. } | Op::Branch { .. }) => ok = false,
            StmtKind::Def(_, Op::Opaque(code)) => ok &= code.pure && code.uses.is_empty(),
            _ => {}
        });
        body.walk(&mut |s| {
            s.kind.for_each_read(&mut |m| {
                let local = self.layout.contains(body_block, self.layout.mem_block(m))
                    && self.layout.mem_block(m) != 0;
                ok &= local || self.can_read_later(m, pos, body);
            });
            s.kind.for_each_write(&mut |m| {
                ok &= !matches!(self.func.mem(m).origin, Origin::Exclusive(_))
                    || self.adds_only(m, body)
            });
        });
        ok
    }

    fn can_read_later(&self, m: MemId, pos: u32, body: &Block) -> bool {
        match self.func.mem(m).origin {
            Origin::Shared(_) => true,
            Origin::Exclusive(_) => false,
            _ => {
                self.is_scratch(m, body) && self.layout.stores(m).iter().any(|s| *s > pos)
                    || self.layout.stores(m).iter().all(|s| *s < pos)
            }
        }
    }
}

/// True if the body evaluates what is worth saving.
fn is_costly(body: &Block) -> bool {
    let mut costly = false;
    body.walk(&mut |s| {
        costly |= matches!(&s.kind, StmtKind::Def(_, Op::Rule { rule, .. }) if rule.costly);
    });
    costly
}

/// A value and what it becomes by additions, each member used once at most.
#[derive(Clone)]
struct Chain {
    members: BTreeSet<ValId>,
    used: BTreeSet<ValId>,
}

impl Chain {
    fn of(start: ValId) -> Chain {
        Chain {
            members: BTreeSet::from([start]),
            used: BTreeSet::new(),
        }
    }

    fn has(&self, v: ValId) -> bool {
        self.members.contains(&v)
    }

    /// Goes on from a member; false if the chain went on from it before.
    fn advance(&mut self, from: ValId, to: ValId) -> bool {
        self.members.insert(to);
        self.used.insert(from)
    }

    /// The members that nothing was made of yet.
    fn open(&self) -> BTreeSet<ValId> {
        self.members.difference(&self.used).copied().collect()
    }

    fn ends_in(&self, end: ValId) -> bool {
        self.open() == BTreeSet::from([end])
    }
}

/// True if a member of the chain is carried on as another variable, too.
fn leaks(kind: &StmtKind, own: &Carried, chain: &Chain) -> bool {
    let others = kind.carried().iter().filter(|c| c.phi != own.phi);
    others.into_iter().any(|c| chain.has(c.next))
}

fn mentions(stmt: &Stmt, m: MemId) -> bool {
    let mut found = false;
    let mut see = |s: &StmtKind| {
        s.for_each_read(&mut |r| found |= r == m);
        s.for_each_write(&mut |w| found |= w == m);
    };
    see(&stmt.kind);
    stmt.kind
        .blocks()
        .into_iter()
        .for_each(|b| b.walk(&mut |s| see(&s.kind)));
    found
}

/// True for a copy over the whole variable.
fn covers_whole(kind: &StmtKind, m: MemId) -> bool {
    matches!(kind, StmtKind::Copy { dst, src, .. } if dst.mem == m && dst.path.is_empty() && src.mem != m)
}

/// `for j in 0..bound { m[j] = e; … }` with no other access to `m` before the store: the bound.
fn covering_bound(kind: &StmtKind, m: MemId, is_zero: impl Fn(ValId) -> bool) -> Option<ValId> {
    let StmtKind::For {
        counter,
        range,
        body,
        until: None,
        ..
    } = kind
    else {
        return None;
    };
    if range.inclusive || range.step.is_some() || !is_zero(range.lo) {
        return None;
    }
    let at = body.stmts.iter().position(|s| mentions(s, m))?;
    let StmtKind::Store {
        place,
        op: StoreOp::Set,
        ..
    } = &body.stmts[at].kind
    else {
        return None;
    };
    let direct = place.mem == m && place.path == [Proj::Index(*counter)];
    let rest = body.stmts[at + 1..]
        .iter()
        .all(|s| !mentions(s, m) || at_counter(s, m, *counter));
    (direct && rest).then_some(range.hi)
}

/// True if the statement accesses `m` only at the counter.
fn at_counter(stmt: &Stmt, m: MemId, counter: ValId) -> bool {
    let direct = |place: &Place| place.mem != m || place.path == [Proj::Index(counter)];
    match &stmt.kind {
        StmtKind::Def(_, Op::Load(place) | Op::LoadIf(_, place)) => direct(place),
        StmtKind::Store { place, .. } => direct(place),
        kind => {
            let mut touched = false;
            kind.for_each_read(&mut |r| touched |= r == m);
            kind.for_each_write(&mut |w| touched |= w == m);
            !touched
                && kind
                    .blocks()
                    .into_iter()
                    .all(|b| b.stmts.iter().all(|s| at_counter(s, m, counter)))
        }
    }
}
