//! Which primal values the reverse sweep reads, and where it gets each from.
//!
//! In: the reverse sweep. Out: [`Plan`]. A value that is out of scope when it is needed is computed
//! again if that is cheap (arithmetic, comparisons, loads from memory that no store has changed
//! since) and everything that it takes is at hand; otherwise it is recorded. Transcendental
//! functions, roots, quotients, calls and decisions are never run a second time: std gives no
//! promise that they would give the same bits, and a selection is asked once per visit.

mod again;
mod arrays;
mod settle;

use std::collections::{BTreeMap, BTreeSet};

use self::arrays::stored;
use super::sparse::{self, Taken};
use super::states::{self, States};
use super::{Context, Item, Rev, RevBlock, Reversed, Style, checkpoint, copies};
use crate::compiler::analyse::layout::{BlockId, Role};
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::{LoopId, Ty};
use crate::compiler::ssa::{MemId, Op, Origin, Place, Proj, Stmt as Ssa, StmtKind, ValId};

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
    /// Those of which less is kept, see [`States::ends`].
    pub(crate) ends: BTreeMap<(LoopId, MemId), i64>,
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
    /// Copies of structs that are made if one of these methods reads its receiver in the reverse sweep.
    pub(crate) receivers: BTreeMap<MemId, BTreeSet<String>>,
    /// Values that the forward sweep has stored where they are still found.
    pub(crate) reloads: BTreeMap<ValId, Place>,
}

/// The values of a function whose closure computes again what it can.
const SHORT: usize = 400;

/// So many fields of an argument a closure holds rather than ask for the argument again.
const FIELDS: usize = 3;

/// Decides for every value.
pub(super) fn run<'a>(cx: &'a Context<'a>, reversed: &Reversed<'a>) -> Plan<'a> {
    let (plan, held) = with_fields_held(cx, reversed, BTreeSet::new());
    match held.is_empty() {
        true => plan,
        false => with_fields_held(cx, reversed, held).0,
    }
}

/// The plan under which the closure holds what it reads of these arguments, and those of which it reads few fields: whoever calls a
/// method in a loop that changes the struct would have to keep all of it for a field.
fn with_fields_held<'a>(
    cx: &'a Context<'a>,
    reversed: &Reversed<'a>,
    held: BTreeSet<MemId>,
) -> (Plan<'a>, BTreeSet<MemId>) {
    let mut needs = Needs {
        cx,
        plan: Plan::default(),
        seen: BTreeSet::new(),
        seen_mems: BTreeSet::new(),
        pending: BTreeMap::new(),
        copies: stored(cx),
        states: states::run(cx),
        captured: BTreeSet::new(),
        held,
        whole: BTreeSet::new(),
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
    let few = needs.read_by_few_fields();
    (needs.plan, few)
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
    /// Arguments of whose fields it holds those that it reads.
    held: BTreeSet<MemId>,
    /// Memory that it reads by more than single values.
    whole: BTreeSet<MemId>,
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
            s.kind.for_each_input(&mut |v| outer.push(v));
        });
        for m in body.read() {
            match self.cx.layout.contains(block, self.cx.layout.mem_block(m)) {
                true => {
                    self.plan.mems.insert(m);
                }
                // That of an arm is kept.
                false => self.mem(m),
            }
        }
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
        self.whole.insert(m);
        self.mem_of_load(m);
    }

    fn mem_of_load(&mut self, m: MemId) {
        self.plan.mems.insert(m);
        if !self.seen_mems.insert(m) || self.cx.func.mem(m).origin != Origin::Local {
            return;
        }
        if let Some(row) = copies::row(self.cx, m) {
            self.plan.flat.insert(m, row);
            return;
        }
        if let Some(methods) = copies::methods(self.cx, m) {
            self.plan.receivers.insert(m, methods);
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

    /// The structs behind `&` of which the closure reads a few fields that are values, and nothing else.
    fn read_by_few_fields(&self) -> BTreeSet<MemId> {
        let mut fields: BTreeMap<MemId, Option<BTreeSet<String>>> = BTreeMap::new();
        let again = self.plan.recompute.iter();
        for (block, v) in again.flat_map(|(block, all)| all.iter().map(|(_, v)| (*block, *v))) {
            let Some(Op::Load(at) | Op::LoadIf(_, at)) = self.cx.layout.op(v) else {
                continue;
            };
            let known = fields
                .entry(at.mem)
                .or_insert_with(|| Some(BTreeSet::new()));
            match is_field(at) && self.is_captured(block) {
                true => known
                    .iter_mut()
                    .for_each(|all| _ = all.insert(format!("{:?}", at.path))),
                false => *known = None,
            }
        }
        let few = |(m, fields): (MemId, Option<BTreeSet<String>>)| {
            let argument = matches!(self.cx.func.mem(m).origin, Origin::Shared(_))
                && matches!(self.cx.func.mem(m).ty, Ty::Struct(_));
            let few = fields.is_some_and(|fields| fields.len() <= FIELDS);
            (argument && few && !self.whole.contains(&m)).then_some(m)
        };
        fields.into_iter().filter_map(few).collect()
    }

    /// True for the function itself where its reverse sweep is a closure, which holds what it reads; unless it is so long
    /// that to write much of it a second time costs more, when it is compiled, than a large closure.
    fn is_captured(&self, region: BlockId) -> bool {
        self.cx.style == Style::Split
            && self.cx.layout.blocks[region].role == Role::Function
            && self.cx.func.vals.len() <= SHORT
    }
}

/// True for a field, or a field of a field.
fn is_field(at: &Place) -> bool {
    !at.path.is_empty() && at.path.iter().all(|step| matches!(step, Proj::Field(_)))
}
