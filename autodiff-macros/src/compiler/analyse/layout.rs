//! Where everything stands: the tree of blocks, the block and position of every definition, the
//! positions of every store.
//!
//! A *region* is a block that runs as a whole and is reversed as a whole: the function body or the
//! body of a loop, or the arm of a branch that is reversed where it ends. What a region defines is in scope of its reverse sweep only if it is recorded,
//! unless the region is *live* (the function, or a loop that is reversed iteration by iteration).

mod extents;
mod passed;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use extents::Extent;

use crate::compiler::hir::{BinOp, LoopId, UnOp};
use crate::compiler::rule_text::Evaluation;
use crate::compiler::ssa::{Block, Func, MemId, Op, Place, StmtKind, ValId};

/// Index of a block.
pub(crate) type BlockId = usize;

/// The role of a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    Function,
    Branch,
    Head,
    Body(LoopId),
}

/// A block and its place in the tree.
#[derive(Clone, Debug)]
pub(crate) struct Info {
    pub(crate) parent: Option<BlockId>,
    pub(crate) role: Role,
    /// Position of the first and one past the last statement in it.
    pub(crate) span: (u32, u32),
}

/// How an integer changes in each arm of a branch: the operation, and the literal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GuardedStep {
    pub(crate) cond: ValId,
    pub(crate) then: Option<(BinOp, ValId)>,
    pub(crate) els: Option<(BinOp, ValId)>,
}

/// The tables.
#[derive(Debug)]
pub(crate) struct Layout<'a> {
    pub(crate) blocks: Vec<Info>,
    /// By address, in their order.
    by_address: Vec<(usize, BlockId)>,
    def_block: Vec<BlockId>,
    def_pos: Vec<u32>,
    ops: Vec<Option<&'a Op>>,
    mem_block: Vec<BlockId>,
    stores: Vec<Vec<u32>>,
    /// The places that single elements are stored to, by position.
    stored: BTreeMap<u32, &'a Place>,
    bodies: BTreeMap<LoopId, BlockId>,
    loops: BTreeMap<LoopId, &'a StmtKind>,
    /// By address, in their order.
    positions: Vec<(usize, u32)>,
    /// Vectors that are pushed to, and where that happens last.
    grown: BTreeMap<MemId, u32>,
    /// The counters of counted loops.
    pub(crate) counters: BTreeMap<LoopId, ValId>,
    /// The loops that count their iterations.
    pub(crate) counts: BTreeMap<LoopId, ValId>,
    /// The block of every call, by the name of its residual.
    pub(crate) calls: BTreeMap<String, BlockId>,
    /// The arms of branches that are reversed where they end: each is a region.
    pub(crate) arms: BTreeSet<BlockId>,
    /// What the operations of the table of rules are evaluated to, by the first argument.
    evaluations: BTreeMap<ValId, Vec<Evaluation>>,
}

/// Computes the tables.
pub(crate) fn run(func: &Func) -> Layout<'_> {
    let mut layout = Layout {
        blocks: Vec::new(),
        by_address: Vec::new(),
        def_block: vec![0; func.vals.len()],
        def_pos: vec![0; func.vals.len()],
        ops: vec![None; func.vals.len()],
        mem_block: vec![0; func.mems.len()],
        stores: vec![Vec::new(); func.mems.len()],
        stored: BTreeMap::new(),
        bodies: BTreeMap::new(),
        loops: BTreeMap::new(),
        positions: Vec::new(),
        grown: BTreeMap::new(),
        counters: BTreeMap::new(),
        counts: BTreeMap::new(),
        calls: BTreeMap::new(),
        arms: BTreeSet::new(),
        evaluations: BTreeMap::new(),
    };
    layout.block(&func.body, None, Role::Function, &mut 0);
    layout.by_address.sort_unstable();
    layout.positions.sort_unstable();
    layout
}

/// Powers up to this one are a few products.
const SHORT_POWER: i64 = 4;

impl<'a> Layout<'a> {
    fn block(
        &mut self,
        block: &'a Block,
        parent: Option<BlockId>,
        role: Role,
        next: &mut u32,
    ) -> BlockId {
        let id = self.blocks.len();
        self.blocks.push(Info {
            parent,
            role,
            span: (*next, *next),
        });
        self.by_address.push((address(block), id));
        if let Role::Body(l) = role {
            self.bodies.insert(l, id);
        }
        for stmt in &block.stmts {
            let pos = *next;
            *next += 1;
            self.positions.push((address(stmt), pos));
            self.stmt(&stmt.kind, id, pos, next);
        }
        self.blocks[id].span.1 = *next;
        id
    }

    fn stmt(&mut self, kind: &'a StmtKind, block: BlockId, pos: u32, next: &mut u32) {
        kind.for_each_def(&mut |v| self.define(v, block, pos));
        if let StmtKind::Def(v, op) = kind {
            self.ops[v.0 as usize] = Some(op);
            self.evaluate(*v, op);
        }
        match kind {
            StmtKind::Alloc(m, _) => self.mem_block[m.0 as usize] = block,
            StmtKind::Call(call) => {
                self.calls.insert(call.residual.to_string(), block);
                if let Some(result) = &call.result {
                    result.for_each_mem(&mut |m| self.mem_block[m.0 as usize] = block);
                }
                kind.for_each_write(&mut |m| self.stores[m.0 as usize].push(pos));
            }
            // Elements that were there stay as they are.
            StmtKind::Push { place, .. } => drop(self.grown.insert(place.mem, pos)),
            _ => kind.for_each_write(&mut |m| self.stores[m.0 as usize].push(pos)),
        }
        if let StmtKind::Store { place, .. } = kind {
            self.stored.insert(pos, place);
        }
        if let StmtKind::Call(call) = kind
            && let Some(place) = call.uncertain_receiver()
        {
            self.stores[place.mem.0 as usize].push(pos);
        }
        if let Some(id) = kind.loop_id() {
            self.loops.insert(id, kind);
        }
        if let (Some(id), Some(count)) = (kind.loop_id(), kind.count()) {
            self.counts.insert(id, count);
        }
        match kind {
            StmtKind::If { then, els, .. } => {
                self.block(then, Some(block), Role::Branch, next);
                self.block(els, Some(block), Role::Branch, next);
            }
            StmtKind::For {
                id,
                counter,
                carried,
                body,
                ..
            } => {
                let inner = self.block(body, Some(block), Role::Body(*id), next);
                self.define(*counter, inner, pos);
                self.counters.insert(*id, *counter);
                carried.iter().for_each(|c| self.define(c.phi, inner, pos));
            }
            StmtKind::While {
                id,
                carried,
                head,
                body,
                ..
            } => {
                self.block(head, Some(block), Role::Head, next);
                let inner = self.block(body, Some(block), Role::Body(*id), next);
                carried.iter().for_each(|c| self.define(c.phi, inner, pos));
            }
            _ => {}
        }
    }

    fn define(&mut self, v: ValId, block: BlockId, pos: u32) {
        self.def_block[v.0 as usize] = block;
        self.def_pos[v.0 as usize] = pos;
    }

    pub(crate) fn id_of(&self, block: &Block) -> BlockId {
        found(&self.by_address, address(block)).unwrap_or(0)
    }

    pub(crate) fn position(&self, stmt: &crate::compiler::ssa::Stmt) -> u32 {
        found(&self.positions, address(stmt)).unwrap_or(0)
    }

    /// The block that a value is defined in; counters and carried values belong to the body.
    pub(crate) fn def_block(&self, v: ValId) -> BlockId {
        self.def_block.get(v.0 as usize).copied().unwrap_or(0)
    }

    pub(crate) fn def_pos(&self, v: ValId) -> u32 {
        self.def_pos.get(v.0 as usize).copied().unwrap_or(0)
    }

    /// The operation that defines a value, if it is one.
    pub(crate) fn op(&self, v: ValId) -> Option<&'a Op> {
        self.ops.get(v.0 as usize).copied().flatten()
    }

    /// Notes an operation of the table of rules; `1.0 / x` is one.
    fn evaluate(&mut self, v: ValId, op: &Op) {
        let (name, args) = match op {
            Op::Rule { rule, args, .. } => (rule.name, args.clone()),
            Op::Bin(BinOp::Div, one, x) if self.is_one(*one) => ("recip", vec![*x]),
            _ => return,
        };
        if let Some(first) = args.first() {
            let all = self.evaluations.entry(*first).or_default();
            all.push((name, args, v));
        }
    }

    fn is_one(&self, v: ValId) -> bool {
        let Some(Op::Lit(tokens)) = self.op(v) else {
            return false;
        };
        let text = tokens.to_string();
        let text = text.trim_end_matches("f64").trim_end_matches("f32");
        text.trim_end_matches('_').parse() == Ok(1.0)
    }

    /// The reciprocal of the divisor of `y`, if the primal computes it and the reverse of `y` finds it.
    pub(crate) fn reciprocal_beside(&self, y: ValId, divisor: ValId) -> Option<ValId> {
        let all = self.evaluated_beside(y, &[divisor]);
        all.into_iter()
            .find_map(|(name, _, v)| (name == "recip").then_some(v))
    }

    /// Operations whose first argument is an operand of `y`, and whose values the reverse of `y` finds: those of the same block, which has
    /// run to its end by then, and those before it in the blocks around it.
    pub(crate) fn evaluated_beside(&self, y: ValId, operands: &[ValId]) -> Vec<Evaluation> {
        let (block, pos) = (self.def_block(y), self.def_pos(y));
        let is_there = |v: ValId| {
            let home = self.def_block(v);
            home == block || self.contains(home, block) && self.def_pos(v) < pos
        };
        let all = operands.iter().filter_map(|v| self.evaluations.get(v));
        all.flatten()
            .filter(|(.., v)| is_there(*v))
            .cloned()
            .collect()
    }

    /// The number that an integer literal is.
    pub(crate) fn literal(&self, v: ValId) -> Option<i64> {
        let Some(Op::Lit(tokens)) = self.op(v) else {
            return None;
        };
        let text = tokens.to_string();
        let digits = text
            .find(['i', 'u'])
            .map_or(&*text, |suffix| &text[..suffix]);
        digits.replace('_', "").parse().ok()
    }

    /// True for an integer that is computed from literals alone, and is not the same number whatever integers these are: its type is
    /// that of the variables that it is kept in.
    pub(crate) fn is_large(&self, v: ValId) -> bool {
        let fits = |n: i64| i32::try_from(n).is_ok();
        self.of_literals(v, 8).is_some_and(|n| !n.is_some_and(fits))
    }

    /// What an integer is that is computed from literals alone, where every step of that fits into an `i32`, or is the last.
    fn of_literals(&self, v: ValId, depth: u32) -> Option<Option<i64>> {
        let small = |n: &i64| i32::try_from(*n).is_ok();
        let Some(deeper) = depth.checked_sub(1) else {
            return Some(None);
        };
        match self.op(v)? {
            Op::Lit(_) => Some(self.literal(v)),
            Op::Un(UnOp::Neg, a) => Some(self.of_literals(*a, deeper)?.map(|n| -n)),
            Op::Bin(op, a, b) => {
                let (a, b) = (self.of_literals(*a, deeper)?, self.of_literals(*b, deeper)?);
                let operands = a.filter(small).zip(b.filter(small));
                Some(operands.and_then(|(a, b)| match op {
                    BinOp::Add => Some(a + b),
                    BinOp::Sub => Some(a - b),
                    BinOp::Mul => Some(a * b),
                    _ => None,
                }))
            }
            _ => None,
        }
    }

    /// An integer as another one and the literal that is added to it.
    pub(crate) fn offset(&self, v: ValId) -> (ValId, i64) {
        let parts = match self.op(v) {
            Some(Op::Bin(BinOp::Add, a, b)) => match (self.literal(*a), self.literal(*b)) {
                (_, Some(k)) => Some((*a, k)),
                (Some(k), _) => Some((*b, k)),
                _ => None,
            },
            Some(Op::Bin(BinOp::Sub, a, b)) => self.literal(*b).map(|k| (*a, -k)),
            _ => None,
        };
        parts.unwrap_or((v, 0))
    }

    /// True for an operation that LLVM makes a call of, and no instruction of vector registers.
    pub(crate) fn is_call(&self, op: &Op) -> bool {
        let Op::Rule { rule, args, .. } = op else {
            return false;
        };
        let is_product = || {
            let exponent = args.get(1).and_then(|n| match self.op(*n) {
                Some(Op::Cast(of, _)) => self.literal(*of),
                _ => self.literal(*n),
            });
            rule.name == "powi" && exponent.is_some_and(|n| (0..=SHORT_POWER).contains(&n))
        };
        rule.costly && rule.name != "sqrt" && !is_product()
    }

    /// The block that a memory variable is declared in.
    pub(crate) fn mem_block(&self, m: MemId) -> BlockId {
        self.mem_block[m.0 as usize]
    }

    /// Positions of the statements that write to the variable after its declaration.
    pub(crate) fn stores(&self, m: MemId) -> &[u32] {
        &self.stores[m.0 as usize]
    }

    /// True if the variable is a vector that is pushed to: its length is not that of its beginning.
    pub(crate) fn grows(&self, m: MemId) -> bool {
        self.grown.contains_key(&m)
    }

    /// True if something is pushed to the vector behind this position.
    pub(crate) fn grows_after(&self, m: MemId, pos: u32) -> bool {
        self.grown.get(&m).is_some_and(|last| *last > pos)
    }

    /// A loop.
    pub(crate) fn statement(&self, l: LoopId) -> Option<&'a StmtKind> {
        self.loops.get(&l).copied()
    }

    /// For a carried value that every iteration changes by a literal: its value after the loop.
    pub(crate) fn step(&self, l: LoopId, phi: ValId) -> Option<ValId> {
        let carried = self.statement(l)?.carried().iter().find(|c| c.phi == phi)?;
        self.step_taken(l, phi).map(|_| carried.out)
    }

    /// The operation and the literal by which an iteration changes a carried value.
    pub(crate) fn step_taken(&self, l: LoopId, phi: ValId) -> Option<(BinOp, ValId)> {
        let carried = self.statement(l)?.carried().iter().find(|c| c.phi == phi)?;
        match self.op(carried.next)? {
            Op::Bin(op @ (BinOp::Add | BinOp::Sub), a, b)
                if *a == phi && matches!(self.op(*b), Some(Op::Lit(_))) =>
            {
                Some((*op, *b))
            }
            _ => None,
        }
    }

    /// For a carried integer that an iteration changes by a literal under a condition, which depends on the counter and on
    /// what stands outside of the loop: how to step it back.
    pub(crate) fn guarded_step(&self, l: LoopId, phi: ValId) -> Option<GuardedStep> {
        let kind = self.statement(l)?;
        let StmtKind::For {
            body,
            carried,
            until: None,
            count: None,
            ..
        } = kind
        else {
            return None;
        };
        let next = carried.iter().find(|c| c.phi == phi)?.next;
        let (cond, merged) = body.stmts.iter().find_map(|s| match &s.kind {
            StmtKind::If { cond, phis, .. } => {
                let merged = phis.iter().find(|p| p.out == next)?;
                Some((*cond, merged))
            }
            _ => None,
        })?;
        let step = |v: ValId| match self.op(v) {
            _ if v == phi => Some(None),
            Some(Op::Bin(op @ (BinOp::Add | BinOp::Sub), a, b))
                if *a == phi && matches!(self.op(*b), Some(Op::Lit(_))) =>
            {
                Some(Some((*op, *b)))
            }
            _ => None,
        };
        let (then, els) = (step(merged.then)?, step(merged.els)?);
        self.is_retraced(cond, l)
            .then_some(GuardedStep { cond, then, els })
    }

    /// True if the value is computed from the counter of the loop and from what stands outside, by integers.
    pub(crate) fn is_retraced(&self, v: ValId, l: LoopId) -> bool {
        let inside = self.body_of(l);
        if !self.contains(inside, self.def_block(v)) || self.counters.get(&l) == Some(&v) {
            return true;
        }
        if self.def_block(v) != inside {
            return false;
        }
        match self.op(v) {
            Some(Op::Lit(_)) => true,
            Some(op @ (Op::Bin(..) | Op::Un(..))) => {
                let mut all = true;
                op.for_each_use(&mut |u| all &= self.is_retraced(u, l));
                all
            }
            _ => false,
        }
    }

    /// The outermost loop that hands the carried value on to `l` and gets it back from there, unchanged otherwise, as long
    /// as `is_recorded` says so; and the value after that loop.
    pub(crate) fn handed_down(
        &self,
        l: LoopId,
        phi: ValId,
        is_recorded: &dyn Fn(LoopId) -> bool,
    ) -> Option<(LoopId, ValId)> {
        let carried = |l: LoopId, phi: ValId| {
            let all = self.statement(l)?.carried();
            all.iter().find(|c| c.phi == phi)
        };
        let mut here = (l, carried(l, phi)?);
        loop {
            let (id, inner) = here;
            let around = self.blocks[self.body_of(id)].parent?;
            let Role::Body(outer) = self.blocks[around].role else {
                break;
            };
            let plain = matches!(
                self.statement(outer),
                Some(StmtKind::For {
                    until: None,
                    count: None,
                    ..
                })
            );
            match carried(outer, inner.init) {
                Some(c) if plain && is_recorded(outer) && c.next == inner.out => here = (outer, c),
                _ => break,
            }
        }
        Some((here.0, here.1.out))
    }

    pub(crate) fn body_of(&self, l: LoopId) -> BlockId {
        self.bodies.get(&l).copied().unwrap_or(0)
    }

    /// The region that a block belongs to.
    pub(crate) fn region(&self, mut block: BlockId) -> BlockId {
        while let (Role::Branch | Role::Head, Some(parent), false) = (
            self.blocks[block].role,
            self.blocks[block].parent,
            self.arms.contains(&block),
        ) {
            block = parent;
        }
        block
    }

    /// True if `outer` is `inner` or contains it.
    pub(crate) fn contains(&self, outer: BlockId, mut inner: BlockId) -> bool {
        loop {
            if inner == outer {
                return true;
            }
            match self.blocks[inner].parent {
                Some(parent) => inner = parent,
                None => return false,
            }
        }
    }

    /// True if no store to `m` can run after the statement at `pos` and before `region` ends: no
    /// store stands later in the region, and none shares a loop inside the region with it.
    pub(crate) fn stable(&self, m: MemId, pos: u32, region: BlockId) -> bool {
        self.later(m, pos, region).next().is_none()
    }

    /// The same of a place: stores to other fields do not count.
    pub(crate) fn stable_at(&self, at: &Place, pos: u32, region: BlockId) -> bool {
        let mut later = self.later(at.mem, pos, region);
        later.all(|store| self.is_apart(store, at))
    }

    /// The positions of the stores that can run after the statement at `pos` and before `region` ends.
    fn later(&self, m: MemId, pos: u32, region: BlockId) -> impl Iterator<Item = u32> {
        let (start, end) = self.blocks[region].span;
        let stores = self.stores(m).iter().copied();
        stores.filter(move |s| {
            (start..end).contains(s) && (*s >= pos || self.share_loop(*s, pos, region))
        })
    }

    /// True if the statement at the position stores to another field than that.
    fn is_apart(&self, store: u32, at: &Place) -> bool {
        self.stored
            .get(&store)
            .is_some_and(|place| place.is_apart(at))
    }

    /// True if what the store at `pos` wrote, at the counter of the loop directly around it, is there
    /// until `region` ends: no other store comes later, and no other loop runs it again.
    pub(crate) fn holds(&self, m: MemId, pos: u32, region: BlockId) -> bool {
        let (start, end) = self.blocks[region].span;
        let within = |info: &Info| info.span.0 <= pos && pos < info.span.1;
        let around = self.blocks.iter().enumerate().filter(|(id, info)| {
            let is_loop = matches!(info.role, Role::Body(_));
            is_loop && *id != region && within(info) && self.contains(region, *id)
        });
        let others = self.stores(m).iter().filter(|s| **s != pos);
        around.count() <= 1
            && others
                .filter(|s| (start..end).contains(s))
                .all(|s| *s < pos && !self.share_loop(*s, pos, region))
    }

    /// The innermost block around a position.
    pub(crate) fn block_at(&self, pos: u32) -> BlockId {
        let around = self.blocks.iter().enumerate();
        let around = around.filter(|(_, info)| info.span.0 <= pos && pos < info.span.1);
        around.map(|(id, _)| id).next_back().unwrap_or(0)
    }

    /// True if a loop inside of the region contains both positions.
    fn share_loop(&self, a: u32, b: u32, region: BlockId) -> bool {
        self.blocks.iter().enumerate().any(|(id, info)| {
            let within = |p: u32| info.span.0 <= p && p < info.span.1;
            matches!(info.role, Role::Body(_))
                && id != region
                && within(a)
                && within(b)
                && self.contains(region, id)
        })
    }
}

/// What stands beside an address in a list by addresses.
fn found<T: Copy>(rows: &[(usize, T)], address: usize) -> Option<T> {
    let at = rows.binary_search_by_key(&address, |row| row.0).ok()?;
    Some(rows[at].1)
}

fn address<T>(of: &T) -> usize {
    std::ptr::from_ref(of).addr()
}
