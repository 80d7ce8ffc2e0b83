//! Whether a loop can run in strips, and how its body falls into lane loops.

mod parts;
mod rows;
mod sums;

use std::collections::{BTreeMap, BTreeSet};

use super::write::MOST;
use super::{Given, LANES, is_long_and_upwards};
use crate::compiler::analyse::loops::Loops;
use crate::compiler::hir::{BinOp, LoopId, Real, Ty, UnOp};
use crate::compiler::ssa::{
    Block, Carried, Init, MemId, Op, Origin, Phi, Place, Proj, Range, Stmt, StmtKind, StoreOp,
    Tree, Use, ValId,
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
            budget: _,
        } = &stmt.kind
        else {
            return None;
        };
        if !is_long_and_upwards(cx, range) {
            return None;
        }
        let mut checkpoints = false;
        body.walk(&mut |s| {
            let inner = s.kind.loop_id();
            checkpoints |= inner.is_some_and(|l| cx.func.checkpoints.contains_key(&l));
        });
        if checkpoints {
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
            && counts_elements(cx, *counter, range, body);
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

    /// The arrays that the body writes: each has to be an iteration's own.
    fn find_scratch(&mut self, cx: Given<'a>, body: &'a Block) -> Option<()> {
        let loops = Loops::new(cx.func, cx.facts, cx.layout);
        let mut inner = vec![self.id];
        body.walk(&mut |s| inner.extend(s.kind.loop_id()));
        for m in body.written() {
            let len = self.length(cx, m)?;
            let own = |l: &LoopId| {
                cx.layout
                    .statement(*l)
                    .is_some_and(|kind| kind.mentions(m) && loops.is_scratch_of(m, *l))
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
    fn length(&self, cx: Given<'a>, m: MemId) -> Option<ValId> {
        let mem = cx.func.mem(m);
        let one_dimensional =
            matches!(&mem.ty, Ty::Array(inner, _) | Ty::Vec(inner) if real(inner));
        if mem.origin != Origin::Local || !one_dimensional || cx.layout.grows(m) {
            return None;
        }
        let (mut len, mut replaced) = (None, false);
        cx.func.body.walk(&mut |s: &Stmt| match &s.kind {
            StmtKind::Alloc(a, Init::Repeat(init, n))
                if *a == m && matches!(**init, Init::Val(_)) =>
            {
                len = Some(*n);
            }
            StmtKind::Copy { dst, .. } => replaced |= *dst == Place::whole(m),
            _ => {}
        });
        len.filter(|_| !replaced || matches!(mem.ty, Ty::Array(..)))
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
                let defs = kind.defined();
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

    /// True for what is defined before the loop.
    fn is_outside(&self, cx: Given<'a>, v: ValId) -> bool {
        let inside = cx.layout.body_of(self.id);
        matches!(cx.layout.op(v), Some(Op::Lit(_)))
            || !cx.layout.contains(inside, cx.layout.def_block(v))
    }
}

/// True if the counter is of type `usize`: it ends at one, or is the position of an element.
pub(super) fn counts_elements(cx: Given<'_>, counter: ValId, range: &Range, body: &Block) -> bool {
    if is_size(cx, range.lo) || is_size(cx, range.hi) {
        return true;
    }
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

/// True for the length of something, an argument of type `usize`, and arithmetic with them.
fn is_size(cx: Given<'_>, v: ValId) -> bool {
    match cx.layout.op(v) {
        Some(Op::Len(_)) => true,
        Some(Op::Param(_)) => {
            let mut params = cx.func.params.iter();
            params.any(|p| p.is_size && p.entry == Tree::Val(v))
        }
        Some(Op::Bin(BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div | BinOp::Rem, a, b)) => {
            is_size(cx, *a) || is_size(cx, *b)
        }
        _ => false,
    }
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
