//! Whether a loop can run in strips, and how its body falls into lane loops.

use std::collections::{BTreeMap, BTreeSet};

use super::write::MOST;
use super::{Given, LANES};
use crate::compiler::analyse::loops::Loops;
use crate::compiler::hir::{BinOp, LoopId, Real, Ty, UnOp};
use crate::compiler::ssa::{
    Block, Carried, Init, MemId, Op, Origin, Phi, Place, Proj, Range, Stmt, StmtKind, StoreOp, Use,
    ValId,
};

/// A loop that can run in strips.
pub(super) struct Shape<'a> {
    pub(super) stmt: &'a Stmt,
    pub(super) id: LoopId,
    pub(super) counter: ValId,
    pub(super) range: &'a Range,
    pub(super) carried: &'a [Carried],
    /// The body, without the sums.
    pub(super) parts: Vec<Part<'a>>,
    /// The additions to what is carried, in order.
    pub(super) sums: Vec<Sum<'a>>,
    /// What inner loops only add to, by every name that it has: the name that it has in the outermost
    /// of them.
    pub(super) totals: BTreeMap<ValId, ValId>,
    /// The additions to those, by the value that they define.
    adds: BTreeMap<ValId, Item<'a>>,
    /// Loads that find the same in every group that repeats them.
    steady: BTreeSet<ValId>,
    /// Values that differ between the iterations of a strip.
    pub(super) varying: BTreeSet<ValId>,
    /// Arrays of which every iteration needs its own, and how long they are.
    pub(super) scratch: BTreeMap<MemId, ValId>,
    /// The loops in which each of them is overwritten before it is read.
    pub(super) private: BTreeMap<MemId, BTreeSet<LoopId>>,
    /// The group in which a value is defined.
    pub(super) group_of: BTreeMap<ValId, usize>,
    /// The loops around a group.
    pub(super) loops_of: BTreeMap<usize, BTreeSet<LoopId>>,
    /// Values that are used outside of the group that defines them, and the groups that do.
    pub(super) crossing: BTreeMap<ValId, BTreeSet<usize>>,
    /// What the varying values are computed by.
    pub(super) ops: BTreeMap<ValId, &'a Op>,
    /// Loads from a row per iteration, by array and index.
    pub(super) rows: BTreeMap<(MemId, ValId), Row>,
    /// What is added, if all of it is computed in lane loops; else empty.
    pub(super) terms: Vec<Term>,
}

/// `xs[i * stride + j]` with `i` the iteration and `j` in `0..len`: neighbours in memory belong to one
/// iteration, hence every strip begins with a transposed copy.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) stride: ValId,
    pub(super) len: ValId,
    pub(super) column: ValId,
}

/// A term of a sum, and the group that computes it.
pub(super) struct Term {
    pub(super) value: ValId,
    pub(super) group: usize,
    /// The sum after the loop.
    pub(super) sum: ValId,
    pub(super) minus: bool,
}

/// A part of the body.
pub(super) enum Part<'a> {
    /// The same in all iterations: runs once per strip.
    Uniform(&'a Stmt),
    /// Runs as a lane loop.
    Lanes(usize, Vec<Item<'a>>),
    /// An inner loop, whose range is the same in all iterations.
    Loop(&'a Stmt, Vec<Part<'a>>),
}

/// Additions to what the loop carries.
#[derive(Clone)]
pub(super) enum Sum<'a> {
    Add(&'a Stmt),
    /// An inner loop over `0..len` that adds.
    Loop(Column, &'a Stmt, Vec<&'a Stmt>),
}

/// The counter of an inner loop, and how far it runs.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) counter: ValId,
    pub(super) len: ValId,
}

/// A statement of a lane loop.
#[derive(Clone, Copy)]
pub(super) enum Item<'a> {
    Stmt(&'a Stmt),
    /// `total += value`, or `-=`.
    Add {
        total: ValId,
        value: ValId,
        minus: bool,
    },
    /// What an inner loop carries gets its first value.
    First(&'a Carried),
    /// What an inner loop carries gets the value of the next iteration.
    Next(&'a Carried),
}

/// A loop with fewer iterations is left alone, if their number is known.
const SHORT: i64 = 8;

/// The group of the sums.
pub(super) const LAST: usize = usize::MAX;

impl<'a> Shape<'a> {
    /// The shape of the loop, if it can run in strips.
    pub(super) fn of(cx: Given<'a>, stmt: &'a Stmt) -> Option<Shape<'a>> {
        let StmtKind::For {
            id,
            counter,
            range,
            carried,
            body,
            until: None,
            count: None,
        } = &stmt.kind
        else {
            return None;
        };
        let ends = cx.layout.literal(range.lo).zip(cx.layout.literal(range.hi));
        let short = ends.is_some_and(|(lo, hi)| hi < lo + SHORT);
        if range.inclusive || range.rev || range.step.is_some() || short {
            return None;
        }
        let mut shape = Shape {
            stmt,
            id: *id,
            counter: *counter,
            range,
            carried,
            parts: Vec::new(),
            sums: Vec::new(),
            totals: BTreeMap::new(),
            adds: BTreeMap::new(),
            steady: BTreeSet::new(),
            varying: BTreeSet::from([*counter]),
            scratch: BTreeMap::new(),
            private: BTreeMap::new(),
            group_of: BTreeMap::new(),
            loops_of: BTreeMap::new(),
            crossing: BTreeMap::new(),
            ops: BTreeMap::new(),
            rows: BTreeMap::new(),
            terms: Vec::new(),
        };
        shape.sums = shape.sums_of(cx, carried, body)?;
        shape.find_scratch(cx, body)?;
        while shape.spread(body) {}
        let chained: BTreeSet<ValId> = carried.iter().map(|c| c.phi).collect();
        let fits = body.stmts.iter().all(|s| shape.fits(cx, s))
            && chained.iter().all(|v| real(&cx.func.val(*v).ty))
            && counts_elements(cx, *counter, body);
        if !fits {
            return None;
        }
        body.walk(&mut |s| {
            if let StmtKind::Def(v, op) = &s.kind {
                shape.ops.insert(*v, op);
            }
        });
        shape.find_rows(cx, body);
        shape.find_steady(cx, body);
        let mut groups = 0;
        shape.parts = shape.parts_of(cx, body, Vec::new(), &mut groups);
        let parts = std::mem::take(&mut shape.parts);
        let around = &mut vec![*id];
        let crosses = shape.cross_all(cx, &parts, around);
        shape.parts = parts;
        let adds: Vec<&Stmt> = shape.all_adds().collect();
        let sums = adds
            .into_iter()
            .all(|s| shape.cross(cx, Item::Stmt(s), LAST));
        let terms = shape.terms_of(cx);
        let nested = shape.sums.iter().any(|s| matches!(s, Sum::Loop(..)));
        if !shape.columns_are_kept() || (nested && terms.is_none()) {
            return None;
        }
        shape.terms = terms.unwrap_or_default();
        (crosses && sums).then_some(shape)
    }

    /// True if what inner loops add is kept for all their iterations.
    fn columns_are_kept(&self) -> bool {
        self.sums.iter().all(|s| match s {
            Sum::Add(_) => true,
            Sum::Loop(_, _, adds) => adds.iter().all(|stmt| {
                let mut uses = Vec::new();
                stmt.kind.for_each_use(&mut |v| uses.push(v));
                let kept = |v: &&ValId| self.crossing.contains_key(v);
                uses.iter().filter(kept).count() == 1
            }),
        })
    }

    /// The statements that add to what the loop carries.
    fn all_adds(&self) -> impl Iterator<Item = &'a Stmt> {
        let of = |s: &Sum<'a>| match s {
            Sum::Add(stmt) => vec![*stmt],
            Sum::Loop(_, _, adds) => adds.clone(),
        };
        self.sums
            .iter()
            .flat_map(of)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// The inner loop that adds the value to what the loop carries.
    pub(super) fn column_of(&self, value: ValId) -> Option<Column> {
        let adds = |stmt: &&Stmt| {
            let mut found = false;
            stmt.kind.for_each_use(&mut |u| found |= u == value);
            found
        };
        self.sums.iter().find_map(|s| match s {
            Sum::Loop(column, _, all) if all.iter().any(adds) => Some(*column),
            _ => None,
        })
    }

    fn find_rows(&mut self, cx: Given<'a>, body: &'a Block) {
        let inside = cx.layout.body_of(self.id);
        let outside = |v: ValId| {
            matches!(cx.layout.op(v), Some(Op::Lit(_)))
                || !cx.layout.contains(inside, cx.layout.def_block(v))
        };
        // The counters of inner loops from 0, and how far they run.
        let mut columns = BTreeMap::new();
        body.walk(&mut |s| {
            if let StmtKind::For { counter, range, .. } = &s.kind
                && !range.inclusive
                && range.step.is_none()
                && cx.layout.literal(range.lo) == Some(0)
                && outside(range.hi)
            {
                columns.insert(*counter, range.hi);
            }
        });
        let row = |at: ValId| {
            let Some(Op::Bin(BinOp::Add, a, b)) = cx.layout.op(at) else {
                return None;
            };
            let (start, column) = match columns.contains_key(b) {
                true => (*a, *b),
                false => (*b, *a),
            };
            let len = *columns.get(&column)?;
            let Some(Op::Bin(BinOp::Mul, x, y)) = cx.layout.op(start) else {
                return None;
            };
            let stride = match (*x == self.counter, *y == self.counter) {
                (true, false) => *y,
                (false, true) => *x,
                _ => return None,
            };
            outside(stride).then_some(Row {
                stride,
                len,
                column,
            })
        };
        let mut rows = BTreeMap::new();
        let mut see = |s: &Stmt| {
            if let StmtKind::Def(v, Op::Load(at) | Op::LoadIf(_, at)) = &s.kind
                && let [Proj::Index(index)] = at.path.as_slice()
                && !self.scratch.contains_key(&at.mem)
                && real(&cx.func.val(*v).ty)
                && let Some(row) = row(*index)
            {
                rows.insert((at.mem, *index), row);
            }
        };
        unconditional(body, &mut see);
        self.rows = rows;
    }

    /// The terms of the sums, if all that have an adjoint are computed in lane loops.
    fn terms_of(&self, cx: Given<'a>) -> Option<Vec<Term>> {
        let mut sum_of: BTreeMap<ValId, ValId> =
            self.carried.iter().map(|c| (c.phi, c.out)).collect();
        let mut terms = Vec::new();
        for sum in &self.sums {
            let adds = match sum {
                Sum::Add(stmt) => std::slice::from_ref(stmt),
                Sum::Loop(_, inner, adds) => {
                    for c in inner.kind.carried() {
                        if let Some(sum) = sum_of.get(&c.init).copied() {
                            sum_of.extend([(c.phi, sum), (c.out, sum)]);
                        }
                    }
                    adds.as_slice()
                }
            };
            for stmt in adds {
                let StmtKind::Def(v, Op::Bin(op, a, b)) = &stmt.kind else {
                    return None;
                };
                let (sum, value) = match sum_of.get(a) {
                    Some(sum) => (*sum, *b),
                    None => (*sum_of.get(b)?, *a),
                };
                sum_of.insert(*v, sum);
                if !cx.facts.active(value) {
                    continue;
                }
                terms.push(Term {
                    value,
                    group: *self.group_of.get(&value)?,
                    sum,
                    minus: *op == BinOp::Sub,
                });
            }
        }
        Some(terms)
    }

    /// The arrays that the body writes: each has to be an iteration's own.
    fn find_scratch(&mut self, cx: Given<'a>, body: &'a Block) -> Option<()> {
        let loops = Loops::new(cx.func, cx.facts, cx.layout);
        let mut written = BTreeSet::new();
        let mut inner = vec![self.id];
        body.walk(&mut |s| {
            s.kind.for_each_write(&mut |m| {
                written.insert(m);
            });
            inner.extend(s.kind.loop_id());
        });
        for m in written {
            let len = self.length(cx, m, body)?;
            let own = |l: &LoopId| {
                cx.layout.statement(*l).is_some_and(|kind| {
                    accesses(kind, m) && loops.is_scratch_of(m, *l)
                })
            };
            let inside = cx
                .layout
                .contains(cx.layout.body_of(self.id), cx.layout.mem_block(m));
            let dead = loops.is_dead_after(m, self.stmt);
            if !(inside || own(&self.id) && dead) {
                return None;
            }
            let mut loops: BTreeSet<LoopId> = inner.iter().copied().filter(|l| own(l)).collect();
            loops.insert(self.id);
            self.private.insert(m, loops);
            self.scratch.insert(m, len);
        }
        Some(())
    }

    /// The number of elements of a local array of numbers.
    fn length(&self, cx: Given<'a>, m: MemId, body: &'a Block) -> Option<ValId> {
        let mem = cx.func.mem(m);
        let one_dimensional =
            matches!(&mem.ty, Ty::Array(inner, _) | Ty::Vec(inner) if real(inner));
        if mem.origin != Origin::Local || !one_dimensional || cx.layout.grows(m) {
            return None;
        }
        let mut len = None;
        let mut see = |s: &Stmt| {
            if let StmtKind::Alloc(a, Init::Repeat(init, n)) = &s.kind
                && *a == m
                && matches!(**init, Init::Val(_))
            {
                len = Some(*n);
            }
        };
        cx.func.body.walk(&mut see);
        let _ = body;
        len
    }

    /// Marks what depends on the iteration; true if something was marked.
    fn spread(&mut self, block: &'a Block) -> bool {
        let before = self.varying.len();
        for stmt in &block.stmts {
            self.spread_stmt(&stmt.kind);
        }
        self.varying.len() > before
    }

    fn spread_stmt(&mut self, kind: &'a StmtKind) {
        match kind {
            StmtKind::Def(v, op) => {
                let mut varies = false;
                op.for_each_use(&mut |u| varies |= self.varying.contains(&u));
                op.for_each_mem(&mut |m| varies |= self.scratch.contains_key(&m));
                if varies {
                    self.varying.insert(*v);
                }
            }
            StmtKind::If {
                cond,
                then,
                els,
                phis,
            } => {
                self.spread(then);
                self.spread(els);
                let all = self.varying.contains(cond);
                let uniform = |p: &Phi| {
                    !all && !self.varying.contains(&p.then) && !self.varying.contains(&p.els)
                };
                let outs: Vec<ValId> = phis.iter().filter(|p| !uniform(p)).map(|p| p.out).collect();
                self.varying.extend(outs);
                // A branch with anything of an iteration in it runs in a lane loop, as a whole.
                let mut defs = Vec::new();
                definitions(kind, &mut defs);
                if all || defs.iter().any(|v| self.varying.contains(v)) {
                    self.varying.extend(defs);
                }
            }
            StmtKind::For { carried, body, .. } => {
                self.spread(body);
                for c in carried {
                    if self.varying.contains(&c.init) || self.varying.contains(&c.next) {
                        self.varying.extend([c.phi, c.out]);
                    }
                }
            }
            _ => {}
        }
    }

    /// True if the statement can be part of a strip.
    fn fits(&self, cx: Given<'a>, stmt: &'a Stmt) -> bool {
        match &stmt.kind {
            StmtKind::Def(v, op) => self.fits_op(cx, *v, op),
            StmtKind::Store { place, op, .. } => {
                matches!(place.path.as_slice(), [Proj::Index(_)])
                    && matches!(op, StoreOp::Set | StoreOp::Add | StoreOp::Sub)
            }
            StmtKind::Alloc(_, Init::Repeat(init, len)) => {
                let mut uniform = !self.varying.contains(len);
                init.for_each_use(&mut |v| uniform &= !self.varying.contains(&v));
                uniform
            }
            StmtKind::If { then, els, .. } => then.stmts.iter().chain(&els.stmts).all(|s| {
                let mut scratch = false;
                s.kind
                    .for_each_read(&mut |m| scratch |= self.scratch.contains_key(&m));
                let plain = matches!(s.kind, StmtKind::Def(..) | StmtKind::If { .. });
                plain && !scratch && self.fits(cx, s)
            }),
            StmtKind::For {
                range,
                body,
                until: None,
                count: None,
                ..
            } => {
                let ends = [Some(range.lo), Some(range.hi), range.step];
                ends.into_iter()
                    .flatten()
                    .all(|v| !self.varying.contains(&v))
                    && body.stmts.iter().all(|s| self.fits(cx, s))
            }
            _ => false,
        }
    }

    fn fits_op(&self, cx: Given<'a>, v: ValId, op: &'a Op) -> bool {
        let varies = self.varying.contains(&v);
        let known = matches!(cx.func.val(v).ty, Ty::Int | Ty::Bool) || real(&cx.func.val(v).ty);
        let fits = match op {
            Op::Opaque(code) => {
                code.pure
                    && !varies
                    && code
                        .uses
                        .iter()
                        .all(|(_, used)| matches!(used, Use::Tree(_)))
            }
            Op::LoadIf(guard, _) if self.varying.contains(guard) => false,
            Op::Load(at) | Op::LoadIf(_, at) => match self.scratch.contains_key(&at.mem) {
                true => matches!(at.path.as_slice(), [Proj::Index(_)]),
                false => at.path.iter().all(|p| !matches!(p, Proj::Range { .. })),
            },
            Op::Len(at) => !self.scratch.contains_key(&at.mem),
            Op::Measure(..) | Op::Param(_) => false,
            _ => true,
        };
        fits && (known || !varies)
    }

    /// The additions to each carried value, which have to stand in the body or in a loop that stands in
    /// it; `None` if something else reads a sum.
    fn sums_of(
        &self,
        cx: Given<'a>,
        carried: &'a [Carried],
        body: &'a Block,
    ) -> Option<Vec<Sum<'a>>> {
        let mut chains: Vec<Chain> = carried.iter().map(|c| Chain::of(c.phi)).collect();
        let mut sums = Vec::new();
        for stmt in &body.stmts {
            if chains.iter_mut().any(|chain| chain.adds(stmt)) {
                sums.push(Sum::Add(stmt));
                continue;
            }
            let StmtKind::For {
                counter,
                range,
                carried: inner,
                body: inner_body,
                ..
            } = &stmt.kind
            else {
                continue;
            };
            let mut adds = Vec::new();
            for c in inner {
                let Some(chain) = chains.iter_mut().find(|chain| chain.end == c.init) else {
                    continue;
                };
                let mut within = Chain::of(c.phi);
                let found = inner_body.stmts.iter().filter(|s| within.adds(s));
                adds.extend(found.collect::<Vec<_>>());
                if within.end != c.next {
                    return None;
                }
                chain.members.append(&mut within.members);
                chain.go_on(c.out);
            }
            if adds.is_empty() {
                continue;
            }
            let plain = !range.inclusive && range.step.is_none() && cx.layout.literal(range.lo) == Some(0);
            // The additions run once more by a counter of ours, a `usize`.
            let counts = counts_elements(cx, *counter, inner_body);
            if !plain || !counts || !self.is_outside(cx, range.hi) {
                return None;
            }
            let column = Column {
                counter: *counter,
                len: range.hi,
            };
            // Within a loop, the additions have their own order: all of one iteration, then the next.
            sums.push(Sum::Loop(column, stmt, adds));
        }
        let ends = carried
            .iter()
            .zip(&chains)
            .all(|(c, chain)| c.next != c.phi && chain.end == c.next);
        let own: Vec<&Stmt> = sums
            .iter()
            .flat_map(|s| match s {
                Sum::Add(stmt) => vec![*stmt],
                Sum::Loop(_, stmt, adds) => [&adds[..], &[*stmt]].concat(),
            })
            .collect();
        let read = chains.iter().any(|c| c.is_read(body, &own));
        (ends && !read).then_some(sums)
    }

    /// How long the arrays with a row per element are, where that is known before the loop and could
    /// be too much.
    pub(super) fn lengths(&self, cx: Given<'a>) -> BTreeSet<ValId> {
        let columns = self.sums.iter().filter_map(|s| match s {
            Sum::Loop(column, ..) => Some(column.len),
            Sum::Add(_) => None,
        });
        let rows = self.rows.values().map(|row| row.len);
        let all = columns.chain(rows).chain(self.scratch.values().copied());
        let short = |v: ValId| cx.layout.literal(v).is_some_and(|n| usize::try_from(n).is_ok_and(|n| n <= MOST / LANES));
        all.filter(|v| self.is_outside(cx, *v) && !short(*v))
            .collect()
    }

    /// True for what is defined before the loop.
    fn is_outside(&self, cx: Given<'a>, v: ValId) -> bool {
        let inside = cx.layout.body_of(self.id);
        matches!(cx.layout.op(v), Some(Op::Lit(_)))
            || !cx.layout.contains(inside, cx.layout.def_block(v))
    }

    /// Loads that can be repeated: of what nobody writes later in their block, and not one element here
    /// and one there.
    fn find_steady(&mut self, cx: Given<'a>, block: &'a Block) {
        for (k, stmt) in block.stmts.iter().enumerate() {
            for inner in stmt.kind.blocks() {
                self.find_steady(cx, inner);
            }
            let StmtKind::Def(v, Op::Load(at)) = &stmt.kind else {
                continue;
            };
            let [Proj::Index(index)] = at.path.as_slice() else {
                continue;
            };
            let steady = match self.scratch.contains_key(&at.mem) {
                true => !block.stmts[k + 1..].iter().any(|s| writes(&s.kind, at.mem)),
                false => self.rows.contains_key(&(at.mem, *index)) || self.moves_by_one(cx, *index),
            };
            if steady && real(&cx.func.val(*v).ty) {
                self.steady.insert(*v);
            }
        }
    }

    /// True for the counter, and for a sum of it and something uniform.
    fn moves_by_one(&self, cx: Given<'a>, v: ValId) -> bool {
        let uniform = |v: &ValId| !self.varying.contains(v);
        v == self.counter
            || match cx.layout.op(v) {
                Some(Op::Bin(BinOp::Add, a, b)) => {
                    (uniform(a) && self.moves_by_one(cx, *b))
                        || (uniform(b) && self.moves_by_one(cx, *a))
                }
                Some(Op::Bin(BinOp::Sub, a, b)) => uniform(b) && self.moves_by_one(cx, *a),
                _ => false,
            }
    }

    /// Notes what an inner loop only adds to: the array of it is added to directly.
    fn find_total(&mut self, c: &'a Carried, beside: &'a [Carried], body: &'a Block) {
        let mut chain = Chain::of(c.phi);
        let mut own = Vec::new();
        let mut adds = Vec::new();
        if !follow(&mut chain, body, &mut own, &mut adds)
            || chain.end != c.next
            || adds.is_empty()
            || chain.is_read(body, &own)
            || chain.is_handed_on(beside)
        {
            return;
        }
        for (stmt, total) in adds.iter().zip(std::iter::repeat(c.phi)) {
            if let StmtKind::Def(v, Op::Bin(op, a, b)) = &stmt.kind {
                let value = if chain.members.contains(a) { *b } else { *a };
                let minus = *op == BinOp::Sub;
                self.adds.insert(
                    *v,
                    Item::Add {
                        total,
                        value,
                        minus,
                    },
                );
            }
        }
        let names = chain.members.iter().map(|v| (*v, c.phi));
        self.totals.extend(names);
        self.totals.insert(c.out, c.phi);
    }

    fn parts_of(
        &mut self,
        cx: Given<'a>,
        block: &'a Block,
        tail: Vec<Item<'a>>,
        groups: &mut usize,
    ) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        let mut open: Vec<Item<'a>> = Vec::new();
        let sums: Vec<&Stmt> = self.all_adds().collect();
        for stmt in &block.stmts {
            let hoisted =
                matches!(&stmt.kind, StmtKind::Def(v, Op::LoadIf(..)) if self.varying.contains(v));
            if hoisted || sums.iter().any(|s| std::ptr::eq(*s, stmt)) {
                continue;
            }
            if self.is_uniform(&stmt.kind) {
                parts.push(Part::Uniform(stmt));
                continue;
            }
            if let StmtKind::For { carried, body, .. } = &stmt.kind {
                let handed: Vec<&Carried> = self.handed_on(carried, stmt);
                for c in &handed {
                    if !self.totals.contains_key(&c.phi) && real(&cx.func.val(c.phi).ty) {
                        self.find_total(c, carried, body);
                    }
                }
                let first =
                    |c: &&&Carried| self.totals.get(&c.phi).is_none_or(|total| *total == c.phi);
                open.extend(handed.iter().filter(first).map(|c| Item::First(c)));
                self.close(&mut open, &mut parts, groups);
                let next = |c: &&Carried| !self.totals.contains_key(&c.phi);
                let tail = handed.into_iter().filter(next).map(Item::Next).collect();
                let inner = self.parts_of(cx, body, tail, groups);
                parts.push(Part::Loop(stmt, inner));
                continue;
            }
            if let StmtKind::Def(v, _) = &stmt.kind
                && let Some(add) = self.adds.get(v)
            {
                open.push(*add);
                continue;
            }
            let weight = self.weight(cx, &stmt.kind);
            if weight == Weight::Alone {
                self.close(&mut open, &mut parts, groups);
            }
            open.push(Item::Stmt(stmt));
            if let (Weight::Kept, StmtKind::Def(v, _)) = (weight, &stmt.kind) {
                self.crossing.entry(*v).or_default();
            }
            if weight == Weight::Alone {
                self.close(&mut open, &mut parts, groups);
            }
        }
        open.extend(tail);
        self.close(&mut open, &mut parts, groups);
        parts
    }

    /// What an inner loop hands on lane by lane.
    pub(super) fn handed_on(&self, carried: &'a [Carried], stmt: &'a Stmt) -> Vec<&'a Carried> {
        let is_sum = |c: &Carried| {
            self.sums.iter().any(|s| match s {
                Sum::Loop(_, inner, adds) if std::ptr::eq(*inner, stmt) => adds.iter().any(|add| {
                    let mut defs = Vec::new();
                    definitions(&add.kind, &mut defs);
                    defs.contains(&c.next)
                }),
                _ => false,
            })
        };
        let own = |c: &&Carried| self.varying.contains(&c.phi) && !is_sum(c);
        carried.iter().filter(own).collect()
    }

    fn weight(&self, cx: Given<'a>, kind: &StmtKind) -> Weight {
        match kind {
            StmtKind::Def(v, Op::Rule { rule, .. }) if rule.costly && rule.name == "sqrt" => {
                kept_if(cx.facts.active(*v))
            }
            StmtKind::Def(_, Op::Rule { rule, .. }) if rule.costly => Weight::Alone,
            StmtKind::Def(v, Op::Bin(BinOp::Div, ..)) => kept_if(cx.facts.active(*v)),
            StmtKind::Def(_, Op::Weight { .. }) => Weight::Kept,
            _ => Weight::Light,
        }
    }

    fn close(&mut self, open: &mut Vec<Item<'a>>, parts: &mut Vec<Part<'a>>, groups: &mut usize) {
        if open.is_empty() {
            return;
        }
        let group = *groups;
        *groups += 1;
        for item in open.iter() {
            if let Item::Stmt(stmt) = item {
                let mut defs = Vec::new();
                definitions(&stmt.kind, &mut defs);
                self.group_of.extend(defs.into_iter().map(|v| (v, group)));
            }
        }
        parts.push(Part::Lanes(group, std::mem::take(open)));
    }

    fn is_uniform(&self, kind: &StmtKind) -> bool {
        let mut defs = Vec::new();
        definitions(kind, &mut defs);
        let mut writes = false;
        let mut see = |k: &StmtKind| {
            if !matches!(k, StmtKind::Alloc(..)) {
                k.for_each_write(&mut |_| writes = true);
            }
        };
        see(kind);
        kind.blocks()
            .into_iter()
            .for_each(|b| b.walk(&mut |s| see(&s.kind)));
        !writes && defs.iter().all(|v| !self.varying.contains(v))
    }

    fn cross_all(&mut self, cx: Given<'a>, parts: &[Part<'a>], around: &mut Vec<LoopId>) -> bool {
        parts.iter().all(|part| match part {
            Part::Uniform(_) => true,
            Part::Lanes(group, items) => {
                self.loops_of
                    .insert(*group, around.iter().copied().collect());
                items.iter().all(|item| self.cross(cx, *item, *group))
            }
            Part::Loop(stmt, inner) => {
                around.extend(stmt.kind.loop_id());
                let fits = self.cross_all(cx, inner, around);
                around.pop();
                fits
            }
        })
    }

    /// Notes what the item reads from other groups; false if it cannot be handed over.
    fn cross(&mut self, cx: Given<'a>, item: Item<'a>, group: usize) -> bool {
        let mut uses = Vec::new();
        match item {
            Item::Add { value, .. } => uses.push(value),
            Item::First(c) => uses.push(c.init),
            Item::Next(c) => uses.push(c.next),
            Item::Stmt(stmt) => reads(&stmt.kind, &mut uses),
        }
        uses.into_iter().all(|v| self.hand_over(cx, v, group))
    }

    fn hand_over(&mut self, cx: Given<'a>, v: ValId, group: usize) -> bool {
        if !self.varying.contains(&v) || v == self.counter || self.group_of.get(&v) == Some(&group)
        {
            return true;
        }
        if self.carried.iter().any(|c| c.phi == v) {
            return group == LAST;
        }
        if group == LAST && self.is_sum(v) {
            return true;
        }
        if let Some(op) = self.again(cx, v, group) {
            let mut uses = Vec::new();
            op.for_each_use(&mut |u| uses.push(u));
            if let Op::LoadIf(guard, _) = op {
                uses.retain(|u| u != guard);
            }
            return uses.into_iter().all(|u| self.hand_over(cx, u, group));
        }
        // What an inner loop carries is in memory anyway.
        if !self.group_of.contains_key(&v) {
            return real(&cx.func.val(v).ty);
        }
        self.crossing.entry(v).or_default().insert(group);
        real(&cx.func.val(v).ty)
    }

    fn is_sum(&self, v: ValId) -> bool {
        let inner = |s: &Sum<'a>| match s {
            Sum::Loop(_, stmt, _) => stmt.kind.carried(),
            Sum::Add(_) => &[],
        };
        self.all_adds()
            .any(|s| matches!(&s.kind, StmtKind::Def(u, _) if *u == v))
            || (!self.group_of.contains_key(&v)
                && !self.totals.contains_key(&v)
                && self
                    .sums
                    .iter()
                    .flat_map(inner)
                    .any(|c| c.phi == v || c.out == v))
    }

    /// How a value is computed, if every group that needs it computes it for itself: the arithmetic
    /// of indices and conditions, and loads that were taken out of the loop that uses them.
    pub(super) fn again(&self, cx: Given<'a>, v: ValId, group: usize) -> Option<&'a Op> {
        let ty = &cx.func.val(v).ty;
        let op = *self.ops.get(&v)?;
        let again = match op {
            Op::LoadIf(..) => true,
            // The sums are formed at the end, when the array may hold something else.
            Op::Load(_) if self.steady.contains(&v) => group != LAST,
            Op::Load(at) => matches!(ty, Ty::Int) && !self.scratch.contains_key(&at.mem),
            Op::Un(UnOp::Not | UnOp::Neg, _) | Op::Bin(..) | Op::Cast(..) | Op::Classify(..) => {
                matches!(ty, Ty::Int | Ty::Bool)
            }
            _ => false,
        };
        again.then_some(op)
    }
}

/// What a statement costs a lane loop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Light,
    /// Is not computed again in the reverse sweep: its result is kept in an array.
    Kept,
    /// Calls a function, which keeps a loop from being vectorised.
    Alone,
}

fn kept_if(active: bool) -> Weight {
    match active {
        true => Weight::Kept,
        false => Weight::Light,
    }
}

/// A value and what it becomes by additions.
struct Chain {
    members: BTreeSet<ValId>,
    end: ValId,
}

impl Chain {
    fn of(start: ValId) -> Chain {
        Chain {
            members: BTreeSet::from([start]),
            end: start,
        }
    }

    fn go_on(&mut self, to: ValId) {
        self.members.insert(to);
        self.end = to;
    }

    /// True if the statement adds to the end of the chain, which then goes on.
    fn adds(&mut self, stmt: &Stmt) -> bool {
        let to = match &stmt.kind {
            StmtKind::Def(v, Op::Bin(BinOp::Add, a, b))
                if a != b && (*a == self.end || *b == self.end) =>
            {
                *v
            }
            StmtKind::Def(v, Op::Bin(BinOp::Sub, a, b)) if a != b && *a == self.end => *v,
            _ => return false,
        };
        self.go_on(to);
        true
    }

    /// True if a statement that is not one of its own reads a member.
    fn is_read(&self, body: &Block, own: &[&Stmt]) -> bool {
        let mut read = false;
        body.walk(&mut |s| {
            read |= self.is_handed_on(s.kind.carried());
            if own.iter().any(|x| std::ptr::eq(*x, s)) {
                return;
            }
            let mut uses = Vec::new();
            reads(&s.kind, &mut uses);
            read |= uses.iter().any(|v| self.members.contains(v));
        });
        read
    }

    /// True if something else that a loop carries is made of a member.
    fn is_handed_on(&self, carried: &[Carried]) -> bool {
        let member = |v: &ValId| self.members.contains(v);
        let other = |c: &&Carried| !member(&c.phi);
        let mut others = carried.iter().filter(other);
        others.any(|c| member(&c.init) || member(&c.next))
    }
}

/// Follows a chain through a body and the loops in it; false if it ends in one of them.
fn follow<'a>(
    chain: &mut Chain,
    body: &'a Block,
    own: &mut Vec<&'a Stmt>,
    adds: &mut Vec<&'a Stmt>,
) -> bool {
    for stmt in &body.stmts {
        if chain.adds(stmt) {
            own.push(stmt);
            adds.push(stmt);
            continue;
        }
        let StmtKind::For { carried, body, .. } = &stmt.kind else {
            continue;
        };
        let Some(c) = carried.iter().find(|c| c.init == chain.end) else {
            continue;
        };
        let mut within = Chain::of(c.phi);
        if !follow(&mut within, body, own, adds) || within.end != c.next {
            return false;
        }
        own.push(stmt);
        chain.members.append(&mut within.members);
        chain.go_on(c.out);
    }
    true
}

/// True if the counter is the position of an element, hence of type `usize`.
fn counts_elements(cx: Given<'_>, counter: ValId, body: &Block) -> bool {
    fn leads(cx: Given<'_>, v: ValId, counter: ValId) -> bool {
        v == counter
            || matches!(cx.layout.op(v), Some(Op::Bin(BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div | BinOp::Rem, a, b))
                if leads(cx, *a, counter) || leads(cx, *b, counter))
    }
    let mut found = false;
    let mut see = |at: &Place| {
        found |= at
            .path
            .iter()
            .any(|p| matches!(p, Proj::Index(v) if leads(cx, *v, counter)));
    };
    body.walk(&mut |s| match &s.kind {
        StmtKind::Def(_, Op::Load(at) | Op::LoadIf(_, at)) => see(at),
        StmtKind::Store { place, .. } => see(place),
        _ => {}
    });
    found
}

/// `f64` or `f32`, under whatever name.
fn real(ty: &Ty) -> bool {
    matches!(ty, Ty::Real(Real::F64 | Real::F32 | Real::Named(_)))
}

/// Calls `f` with the statements that no branch decides about.
fn unconditional(block: &Block, f: &mut dyn FnMut(&Stmt)) {
    for stmt in &block.stmts {
        f(stmt);
        if let Some(body) = stmt.kind.loop_body() {
            unconditional(body, f);
        }
    }
}

/// True if the statement or a block in it writes to the array.
fn writes(kind: &StmtKind, m: MemId) -> bool {
    let mut found = false;
    kind.for_each_write(&mut |w| found |= w == m);
    for block in kind.blocks() {
        block.walk(&mut |s| s.kind.for_each_write(&mut |w| found |= w == m));
    }
    found
}

fn accesses(kind: &StmtKind, m: MemId) -> bool {
    let mut found = false;
    kind.blocks().into_iter().for_each(|b| {
        b.walk(&mut |s| {
            s.kind.for_each_read(&mut |r| found |= r == m);
            s.kind.for_each_write(&mut |w| found |= w == m);
        });
    });
    found
}

/// What a statement and the blocks in it define.
fn definitions(kind: &StmtKind, out: &mut Vec<ValId>) {
    kind.for_each_def(&mut |v| out.push(v));
    for block in kind.blocks() {
        block.stmts.iter().for_each(|s| definitions(&s.kind, out));
    }
}

/// What a statement and the branches in it read.
pub(super) fn reads(kind: &StmtKind, out: &mut Vec<ValId>) {
    kind.for_each_use(&mut |v| out.push(v));
    if let StmtKind::If {
        then, els, phis, ..
    } = kind
    {
        out.extend(phis.iter().flat_map(|p| [p.then, p.els]));
        let inner = then.stmts.iter().chain(&els.stmts);
        inner.for_each(|s| reads(&s.kind, out));
    }
}
