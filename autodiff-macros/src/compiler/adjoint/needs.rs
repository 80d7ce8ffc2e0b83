//! Which primal values the reverse sweep reads, and where it gets each from.
//!
//! In: the reverse sweep. Out: [`Plan`]. A value that is out of scope when it is needed is computed
//! again if that is cheap (arithmetic, comparisons, loads from memory that no store has changed
//! since) and everything that it takes is at hand; otherwise it is recorded. Transcendental
//! functions, roots, quotients, calls and decisions are never run a second time: std gives no
//! promise that they would give the same bits, and a selection is asked once per visit.

use std::collections::{BTreeMap, BTreeSet};

use super::sparse::{self, Taken};
use super::states::{self, States};
use super::{Context, Item, Rev, RevBlock, Reversed, Style, checkpoint, copies};
use crate::compiler::analyse::layout::{BlockId, Role};
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::{BinOp, LoopId, Ty};
use crate::compiler::ssa::Stmt as Ssa;
use crate::compiler::ssa::{MemId, Op, Origin, Place, Proj, StmtKind, StoreOp, Tree, ValId};

/// Where the reverse sweep gets its values from.
#[derive(Debug, Default)]
pub(crate) struct Plan<'a> {
    /// Values computed again at the start of the reverse of their block, in order of definition.
    pub(crate) recompute: BTreeMap<BlockId, BTreeSet<(u32, ValId)>>,
    /// What each recorded loop saves per iteration.
    pub(crate) records: BTreeMap<LoopId, BTreeSet<Item<'a>>>,
    /// Scratch arrays that a recorded loop saves whole, once per iteration.
    pub(crate) rows: BTreeMap<LoopId, BTreeSet<MemId>>,
    /// Those of them that are saved in front of a statement and not at the end of the iteration.
    pub(crate) states: BTreeMap<(LoopId, MemId), u32>,
    /// Loops of which few iterations are recorded.
    pub(crate) sparse: BTreeMap<LoopId, Taken>,
    /// Loops of which few states are kept.
    pub(crate) checkpoints: BTreeMap<LoopId, &'a Ssa>,
    /// Integers that a loop changes by a fixed step; the reverse sweep steps them back.
    pub(crate) stepped: BTreeMap<LoopId, BTreeSet<ValId>>,
    /// What is declared ahead of the branch in which it gets its value.
    pub(crate) hoisted: BTreeSet<Item<'a>>,
    /// Memory that the reverse sweep reads.
    pub(crate) mems: BTreeSet<MemId>,
    /// Copies for pullbacks that are rows of one list per loop.
    pub(crate) flat: BTreeMap<MemId, copies::Row>,
    /// Values that the forward sweep has stored where they are still found.
    pub(crate) reloads: BTreeMap<ValId, Place>,
}

/// The values of a function whose closure computes again what it can.
const SHORT: usize = 400;

/// Decides for every value.
pub(super) fn run<'a>(cx: &'a Context<'a>, reversed: &Reversed<'a>) -> Plan<'a> {
    let mut needs = Needs {
        cx,
        plan: Plan::default(),
        seen: BTreeSet::new(),
        seen_mems: BTreeSet::new(),
        pending: BTreeMap::new(),
        copies: stored(cx),
        states: states::run(cx),
        captured: BTreeSet::new(),
    };
    needs.block(&reversed.body);
    for fused in reversed.fused.values() {
        fused
            .before
            .iter()
            .chain(&fused.after)
            .for_each(|s| needs.code(s));
        needs.block(&fused.iteration);
    }
    for arms in reversed.branches.values() {
        arms.before.iter().for_each(|s| needs.code(s));
        needs.block(&arms.then);
        needs.block(&arms.els);
    }
    for call in reversed.calls.values() {
        let code = call.before.iter().chain(&call.after);
        code.for_each(|s| needs.code(s));
        needs.expr(&call.seed);
        call.bars.iter().for_each(|e| needs.expr(e));
    }
    needs.settle();
    needs.plan
}

struct Needs<'a> {
    cx: &'a Context<'a>,
    plan: Plan<'a>,
    seen: BTreeSet<ValId>,
    seen_mems: BTreeSet<MemId>,
    /// Values that are out of scope in the reverse sweep, by region.
    pending: BTreeMap<BlockId, BTreeSet<(u32, ValId)>>,
    copies: BTreeMap<ValId, (Place, u32)>,
    states: States,
    /// What the closure of the reverse sweep holds.
    captured: BTreeSet<ValId>,
}

impl<'a> Needs<'a> {
    fn block(&mut self, block: &RevBlock<'a>) {
        for rev in &block.stmts {
            match rev {
                Rev::Code(stmt) => self.code(stmt),
                Rev::If { cond, then, els } => {
                    self.val(*cond);
                    self.block(then);
                    self.block(els);
                }
                Rev::Loop { stmt, body } => {
                    if let Some((id, taken)) = stmt.kind.loop_id().zip(sparse::of(self.cx, stmt)) {
                        self.plan.sparse.insert(id, taken);
                        self.plan.records.entry(id).or_default();
                        self.block(body);
                        continue;
                    }
                    self.trip_count(&stmt.kind);
                    self.checkpoint(stmt);
                    if matches!(
                        stmt.kind.loop_id().map(|l| self.cx.mode(l)),
                        Some(Mode::Rerun)
                    ) {
                        self.rerun(stmt.kind.loop_body());
                    }
                    self.block(body);
                }
                Rev::Pullback { call, args } => {
                    args.iter().for_each(|e| self.expr(e));
                    if let Some((name, block)) = self.cx.residual(call) {
                        self.item(Item::Residual(name), block);
                    }
                }
            }
        }
    }

    fn code(&mut self, stmt: &Stmt) {
        stmt.walk(&mut |e| self.leaf(e));
    }

    fn expr(&mut self, e: &Expr) {
        e.walk(&mut |e| self.leaf(e));
    }

    fn leaf(&mut self, e: &Expr) {
        match e {
            Expr::Val(v) => self.val(*v),
            Expr::Mem(m) => self.mem(*m),
            _ => {}
        }
    }

    fn trip_count(&mut self, kind: &StmtKind) {
        let Some(id) = kind.loop_id() else { return };
        if let Some(count) = self.cx.layout.counts.get(&id) {
            return self.val(*count);
        }
        if let StmtKind::For { range, .. } = kind {
            [Some(range.lo), Some(range.hi), range.step]
                .into_iter()
                .flatten()
                .for_each(|v| self.val(v));
        }
    }

    /// What runs again finds what it reads from outside of the loop.
    fn checkpoint(&mut self, stmt: &'a Ssa) {
        let id = stmt.kind.loop_id();
        let Some(id) = id.filter(|l| matches!(self.cx.mode(*l), Mode::Checkpointed)) else {
            return;
        };
        self.plan.checkpoints.insert(id, stmt);
        let (values, mems) = checkpoint::needs(self.cx, stmt, id);
        values.into_iter().for_each(|v| self.val(v));
        mems.into_iter().for_each(|m| self.mem(m));
    }

    /// Everything that the rerun of a loop computes is in scope of its reverse.
    fn rerun(&mut self, body: Option<&'a crate::compiler::ssa::Block>) {
        let Some(body) = body else { return };
        let block = self.cx.layout.id_of(body);
        let mut outer = Vec::new();
        body.walk(&mut |s| {
            s.kind.for_each_use(&mut |v| outer.push(v));
            s.kind.for_each_read(&mut |m| {
                self.plan.mems.insert(m);
            });
        });
        for v in outer {
            if !self.cx.layout.contains(block, self.cx.layout.def_block(v)) {
                self.val(v);
            }
        }
    }

    fn val(&mut self, v: ValId) {
        if !self.seen.insert(v) {
            return;
        }
        let block = self.cx.layout.def_block(v);
        let region = self.cx.layout.region(block);
        if self.cx.is_live(region) && block == region && !self.is_captured(region) {
            return;
        }
        if self.is_inlined(v) || self.is_rebuilt_counter(v) || self.steps_back(v) {
            return;
        }
        self.pending
            .entry(region)
            .or_default()
            .insert((self.cx.layout.def_pos(v), v));
    }

    /// Literals are printed where they are used.
    fn is_inlined(&self, v: ValId) -> bool {
        matches!(self.cx.layout.op(v), Some(Op::Lit(_)))
    }

    /// The counter of a loop whose reverse runs over the same range.
    fn is_rebuilt_counter(&self, v: ValId) -> bool {
        match self.cx.layout.blocks[self.cx.layout.def_block(v)].role {
            Role::Body(l) => {
                !self.cx.layout.counts.contains_key(&l)
                    && self.cx.layout.counters.get(&l) == Some(&v)
            }
            _ => false,
        }
    }

    fn mem(&mut self, m: MemId) {
        self.plan.mems.insert(m);
        if !self.seen_mems.insert(m) || self.cx.func.mem(m).origin != Origin::Local {
            return;
        }
        if let Some(row) = copies::row(self.cx, m) {
            self.plan.flat.insert(m, row);
            return;
        }
        self.item(Item::Mem(m), self.cx.layout.mem_block(m));
    }

    /// Keeps something that is not a number until the reverse of its block.
    fn item(&mut self, item: Item<'a>, block: BlockId) {
        let region = self.cx.layout.region(block);
        if block != region {
            self.plan.hoisted.insert(item);
        }
        if let (false, Role::Body(l)) =
            (self.cx.is_live(region), self.cx.layout.blocks[region].role)
        {
            self.plan.records.entry(l).or_default().insert(item);
        }
    }

    /// Works through the regions, inner before outer: what an inner one takes, an outer one gives.
    fn settle(&mut self) {
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

    /// True for the function itself where its reverse sweep is a closure, which holds what it reads; unless it is so long
    /// that to write much of it a second time costs more, when it is compiled, than a large closure.
    fn is_captured(&self, region: BlockId) -> bool {
        self.cx.style == Style::Split
            && self.cx.layout.blocks[region].role == Role::Function
            && self.cx.func.vals.len() <= SHORT
    }

    /// True if the value is computed again anyway.
    fn is_recomputed(&self, v: ValId) -> bool {
        let (block, pos) = (self.cx.layout.def_block(v), self.cx.layout.def_pos(v));
        let of_block = self.plan.recompute.get(&block);
        of_block.is_some_and(|all| all.contains(&(pos, v)))
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
        mems.into_iter().for_each(|m| self.mem(m));
    }

    fn save_row(&mut self, l: LoopId, m: MemId) {
        self.plan.rows.entry(l).or_default().insert(m);
        if let Some(at) = self.states.at.get(&(l, m)) {
            self.plan.states.insert((l, m), *at);
        }
    }

    /// True if computing the value again costs little and gives the same bits.
    fn is_cheap(&self, v: ValId, region: BlockId) -> bool {
        self.runs_again(v, region) || self.copy_of(v, region).is_some()
    }

    fn runs_again(&self, v: ValId, region: BlockId) -> bool {
        match self.cx.layout.op(v) {
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
            Some(Op::Load(at) | Op::LoadIf(_, at)) => {
                self.can_load_again(v, at, region) || self.row_of(v, at, region).is_some()
            }
            Some(Op::Len(at)) => {
                !self.cx.layout.grows(at.mem) && self.can_load_again(v, at, region)
            }
            Some(Op::Opaque(code)) => {
                self.cx.func.strips.is_count(v)
                    || code.pure
                        && code.uses.is_empty()
                        && !matches!(self.cx.func.val(v).ty, Ty::Opaque)
            }
            _ => false,
        }
    }

    /// True if the memory still holds in the reverse sweep of `region` what the load found.
    fn can_load_again(&self, v: ValId, at: &Place, region: BlockId) -> bool {
        let layout = self.cx.layout;
        let m = at.mem;
        match self.cx.func.mem(m).origin {
            Origin::Shared(_) => return true,
            Origin::Exclusive(_) => return false,
            Origin::Owned(_) | Origin::Local => {}
        }
        let home = layout.mem_block(m);
        if self.is_given_away(m) {
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
                && layout.stable(m, layout.def_pos(v), home);
        }
        let live = self.live_region(region);
        let scope = if layout.contains(live, home) {
            home
        } else {
            live
        };
        layout.stable(m, layout.def_pos(v), scope) || layout.is_passed(v, at, scope)
    }

    /// The recorded loop that can save the whole array for the load: each of its iterations
    /// overwrites the array before it reads it, and what the load found is there at the end of one.
    fn row_of(&self, v: ValId, at: &Place, region: BlockId) -> Option<LoopId> {
        let (layout, m) = (self.cx.layout, at.mem);
        let home = layout.mem_block(m);
        let lasting = layout.region(home) == home && self.cx.is_live(home);
        if !lasting || !is_row(&self.cx.func.mem(m).ty) || self.is_given_away(m) {
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

    /// Where the reverse sweep finds a value that is not computed again, since the loop that computes
    /// it has stored it by iteration; and the recorded loop that saves that array whole.
    fn copy_of(&self, v: ValId, region: BlockId) -> Option<(Place, Option<LoopId>)> {
        if self.runs_again(v, region) {
            return None;
        }
        let (at, pos) = self.copies.get(&v)?;
        let (layout, m) = (self.cx.layout, at.mem);
        let home = layout.mem_block(m);
        if layout.region(home) != home || self.is_given_away(m) || layout.grows(m) {
            return None;
        }
        let live = self.live_region(region);
        let scope = if layout.contains(live, home) {
            home
        } else {
            live
        };
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

    /// An integer that its loop changes by a fixed step, and the value that it has after the loop.
    fn step_of(&self, v: ValId) -> Option<(LoopId, ValId)> {
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
    fn steps_back(&mut self, v: ValId) -> bool {
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
    fn live_region(&self, mut region: BlockId) -> BlockId {
        while !self.cx.is_live(region) {
            match self.cx.layout.blocks[region].parent {
                Some(parent) => region = self.cx.layout.region(parent),
                None => break,
            }
        }
        region
    }

    /// True if the caller gets the memory as (a part of) the result.
    fn is_given_away(&self, m: MemId) -> bool {
        fn holds(tree: &Tree, m: MemId) -> bool {
            match tree {
                Tree::Mem(x) => *x == m,
                Tree::Val(_) => false,
                Tree::Tuple(parts) => parts.iter().any(|p| holds(p, m)),
            }
        }
        self.cx.func.result.as_ref().is_some_and(|r| holds(r, m))
    }
}

/// The stores of a value at the counter of the loop that computes it.
fn stored(cx: &Context<'_>) -> BTreeMap<ValId, (Place, u32)> {
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

/// True for a one-dimensional array of numbers.
fn is_row(ty: &Ty) -> bool {
    matches!(ty, Ty::Array(inner, _) | Ty::Vec(inner) if matches!(**inner, Ty::Real(_)))
}
