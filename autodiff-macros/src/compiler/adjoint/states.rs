//! Arrays, of numbers or of arrays, that a recorded loop carries as its state: what its inner loops read of them is saved as one
//! copy of the array per iteration, in place of a record per read element.
//!
//! ```text
//! for t in … { for j in 1..n - 1 { next[j] = f(u[j - 1], u[j], u[j + 1]) }  for j in 1..n - 1 { u[j] = next[j] } }
//! for t in … { rows.extend_from_slice(&u); … }
//! ```
//!
//! The copy is taken where the array has what the inner loop finds. A loop that overwrites the array as
//! it goes finds the old elements at and above its counter. Copies are worth it only where inner loops
//! read (about) the whole of the array. Where they read less with every iteration (triangles), so does the copy hold.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use crate::compiler::analyse::loops::Mode;
use crate::compiler::hir::{BinOp, LoopId, Ty};
use crate::compiler::ssa::{
    Block, Counted, MemId, Op, Origin, Place, Proj, Range, Stmt, StmtKind, StoreOp, ValId,
};

/// What is saved, and which loads find it there.
#[derive(Debug, Default)]
pub(super) struct States {
    /// The position of the statement of the loop's body in front of which the copy is taken.
    pub(super) at: BTreeMap<(LoopId, MemId), u32>,
    pub(super) of: BTreeMap<ValId, LoopId>,
    /// Where a copy may end: so many elements beyond the counter of the loop, if the array is as long as that.
    pub(super) ends: BTreeMap<(LoopId, MemId), i64>,
}

/// Finds the state of every recorded loop.
pub(super) fn run(cx: &Context<'_>) -> States {
    let mut states = States::default();
    cx.func.body.walk(&mut |s| {
        if let (Some(id), Some(body)) = (s.kind.loop_id(), s.kind.loop_body())
            && matches!(cx.mode(id), Mode::Recorded)
        {
            of_loop(cx, id, body, &mut states);
        }
    });
    let States { at, of, .. } = &mut states;
    of.retain(|v, l| !is_hidden(cx, *v, *l, at.keys()));
    let ends = states.at.keys();
    states.ends = ends
        .filter_map(|(l, m)| Some(((*l, *m), end(cx, *l, *m)?)))
        .collect();
    states
}

/// True if a loop inside of this one has a copy of its own where the value is loaded: both go by the name of the array.
fn is_hidden<'k>(
    cx: &Context<'_>,
    v: ValId,
    l: LoopId,
    mut copies: impl Iterator<Item = &'k (LoopId, MemId)>,
) -> bool {
    let Some(Op::Load(at)) = cx.layout.op(v) else {
        return false;
    };
    let outer = cx.layout.body_of(l);
    copies.any(|(other, m)| {
        let inner = cx.layout.body_of(*other);
        *m == at.mem
            && *other != l
            && cx.layout.contains(outer, inner)
            && cx.layout.contains(inner, cx.layout.def_block(v))
    })
}

/// How many elements beyond the counter the loop reads at most, if nothing but elements is asked of the array.
fn end(cx: &Context<'_>, id: LoopId, m: MemId) -> Option<i64> {
    let outer = *cx.layout.counters.get(&id)?;
    let Some(StmtKind::For { body, .. }) = cx.layout.statement(id) else {
        return None;
    };
    let mut ends = Vec::new();
    body.walk(&mut |s| match &s.kind {
        StmtKind::Def(_, Op::Load(at)) if at.mem == m => ends.push(last(cx, outer, at)),
        kind => kind.for_each_read(&mut |read| {
            if read == m {
                ends.push(None);
            }
        }),
    });
    let ends: Option<Vec<i64>> = ends.into_iter().collect();
    ends?.into_iter().max().filter(|end| *end >= 0)
}

/// How far beyond the counter of the outer loop the last element is that a load finds, and one more.
fn last(cx: &Context<'_>, outer: ValId, at: &Place) -> Option<i64> {
    let [Proj::Index(index)] = at.path.as_slice() else {
        return None;
    };
    let (from, offset) = cx.layout.offset(*index);
    if from == outer {
        return Some(offset + 1);
    }
    let (inner, _) = cx.layout.counters.iter().find(|(_, c)| **c == from)?;
    let Some(StmtKind::For { range, .. }) = cx.layout.statement(*inner) else {
        return None;
    };
    let (hi, beyond) = cx.layout.offset(range.hi);
    (hi == outer).then(|| beyond + offset + i64::from(range.inclusive))
}

/// A load in an inner loop.
struct Read {
    value: ValId,
    mem: MemId,
    /// In front of which statement the array still is what the load finds.
    at: u32,
    whole: bool,
}

fn of_loop(cx: &Context<'_>, id: LoopId, body: &Block, states: &mut States) {
    let mut reads = Vec::new();
    let written: Vec<_> = body.stmts.iter().map(|s| s.kind.written()).collect();
    for (k, stmt) in body.stmts.iter().enumerate() {
        if let Some(inner) = Inner::of(cx, stmt) {
            let nest = Nest {
                cx,
                id,
                body,
                written: &written[..=k],
            };
            nest.reads(&inner, &mut vec![inner.range], &mut reads);
        }
    }
    for read in reads.iter().filter(|r| r.whole) {
        states.at.entry((id, read.mem)).or_insert(read.at);
    }
    for read in reads {
        if states.at.get(&(id, read.mem)) == Some(&read.at) {
            states.of.insert(read.value, id);
        }
    }
}

/// Loops inside of each other, as a statement of the body of a recorded loop.
struct Nest<'a, 'b> {
    cx: &'b Context<'a>,
    id: LoopId,
    body: &'b Block,
    /// What the statements of the body write to, up to and including the nest.
    written: &'b [BTreeSet<MemId>],
}

impl Nest<'_, '_> {
    /// The loads of state in a loop and in those inside of it.
    fn reads<'r>(&self, inner: &Inner<'r>, ranges: &mut Vec<&'r Range>, reads: &mut Vec<Read>) {
        for (n, s) in inner.body.stmts.iter().enumerate() {
            if let Some(deeper) = Inner::of(self.cx, s) {
                ranges.push(deeper.range);
                self.reads(&deeper, ranges, reads);
                ranges.pop();
            }
            let StmtKind::Def(v, Op::Load(at)) = &s.kind else {
                continue;
            };
            let keeps = self.untouched(at.mem) || ranges.len() == 1 && inner.keeps(self.cx, n, at);
            if keeps && is_state(self.cx, self.id, at.mem) {
                let whole = match ranges.as_slice() {
                    [one] => spans(self.cx, self.id, one, at.mem),
                    nested => covers(self.cx, nested, at.mem),
                };
                reads.push(Read {
                    value: *v,
                    mem: at.mem,
                    at: self.since(at.mem),
                    whole,
                });
            }
        }
    }

    /// True if nothing in the nest writes to the array.
    fn untouched(&self, m: MemId) -> bool {
        self.written.last().is_none_or(|nest| !nest.contains(&m))
    }

    /// The first statement after the last one before the nest that writes to the array.
    fn since(&self, m: MemId) -> u32 {
        let before = &self.written[..self.written.len() - 1];
        let last = before.iter().rposition(|written| written.contains(&m));
        self.cx
            .layout
            .position(&self.body.stmts[last.map_or(0, |w| w + 1)])
    }
}

/// True for an array of numbers that the loop changes and does not overwrite first.
fn is_state(cx: &Context<'_>, id: LoopId, m: MemId) -> bool {
    let mem = cx.func.mem(m);
    let row = matches!(&mem.ty, Ty::Array(inner, _) | Ty::Vec(inner) if is_copied(inner));
    let body = cx.layout.body_of(id);
    let (start, end) = cx.layout.blocks[body].span;
    let home = cx.layout.mem_block(m);
    row && mem.origin == Origin::Local
        && cx.keeps_its_length(m)
        && !cx.layout.contains(body, home)
        && cx.layout.stores(m).iter().any(|s| (start..end).contains(s))
        && !cx.is_scratch_of(m, id)
}

/// True for numbers and arrays of them: a list of these is copied as one piece.
pub(super) fn is_copied(ty: &Ty) -> bool {
    match ty {
        Ty::Array(inner, _) => is_copied(inner),
        ty => matches!(ty, Ty::Real(_)),
    }
}

/// A loop in the body of a recorded one.
struct Inner<'a> {
    counter: ValId,
    range: &'a Range,
    /// Its iterations come from the lower end to the upper one, each number in turn.
    upwards: bool,
    body: &'a Block,
}

impl<'a> Inner<'a> {
    fn of(cx: &Context<'_>, stmt: &'a Stmt) -> Option<Inner<'a>> {
        let Counted {
            id,
            counter,
            range,
            body,
        } = stmt.kind.counted()?;
        let Some(mined) = cx.func.strips.mined.get(&id) else {
            let upwards = !range.rev && range.step.is_none();
            return Some(Inner {
                counter,
                range,
                upwards,
                body,
            });
        };
        let body = body.stmts.iter().find_map(|s| s.kind.loop_body())?;
        Some(Inner {
            counter: mined.counter,
            range,
            upwards: true,
            body,
        })
    }

    /// True if the load number `n` finds what was there before the loop.
    fn keeps(&self, cx: &Context<'_>, n: usize, at: &Place) -> bool {
        let block = cx.layout.id_of(self.body);
        let (start, end) = cx.layout.blocks[block].span;
        let stores = cx.layout.stores(at.mem).iter();
        let stores: Vec<u32> = stores
            .filter(|s| (start..end).contains(s))
            .copied()
            .collect();
        let offset = |at: &Place| match at.path.as_slice() {
            [Proj::Index(v), ..] => {
                Some(cx.layout.offset(*v)).filter(|(from, _)| *from == self.counter)
            }
            _ => None,
        };
        let Some((_, read)) = offset(at) else {
            return false;
        };
        match stores.as_slice() {
            [] => true,
            [one] => {
                let later = self.body.stmts[n + 1..].iter();
                let store = later
                    .filter(|s| cx.layout.position(s) == *one)
                    .find_map(|s| match &s.kind {
                        StmtKind::Store {
                            place,
                            op: StoreOp::Set,
                            ..
                        } => offset(place),
                        _ => None,
                    });
                self.upwards && store.is_some_and(|(_, written)| read >= written)
            }
            _ => false,
        }
    }
}

/// True if loops inside of each other run at least as often as the array has elements, as far as their ends and its
/// length say so: `0..rows` around `0..columns`, and `rows * columns`.
fn covers(cx: &Context<'_>, ranges: &[&Range], m: MemId) -> bool {
    let Some(len) = cx.first_length(m) else {
        return matches!(cx.func.mem(m).ty, Ty::Array(..));
    };
    let mut ends: Vec<ValId> = Vec::new();
    for range in ranges {
        let (lo, _) = cx.layout.offset(range.lo);
        if matches!(cx.layout.op(lo), Some(Op::Lit(_))) {
            factors(cx, cx.layout.offset(range.hi).0, &mut ends);
        }
    }
    let mut wanted = Vec::new();
    factors(cx, cx.layout.offset(len).0, &mut wanted);
    wanted.into_iter().all(|factor| {
        let found = ends.iter().position(|end| cx.same(*end, factor));
        found.map(|k| ends.swap_remove(k)).is_some()
    })
}

/// What an integer is the product of.
fn factors(cx: &Context<'_>, v: ValId, out: &mut Vec<ValId>) {
    match cx.layout.op(v) {
        Some(Op::Bin(BinOp::Mul, a, b)) => {
            factors(cx, *a, out);
            factors(cx, *b, out);
        }
        _ => out.push(v),
    }
}

/// True if the range of an inner loop goes to the end of the array, or to the counter of the outer loop
/// which does, give or take a few elements.
fn spans(cx: &Context<'_>, id: LoopId, range: &Range, m: MemId) -> bool {
    if matches!(cx.func.mem(m).ty, Ty::Array(..)) {
        return true;
    }
    let Some(len) = cx.first_length(m) else {
        return false;
    };
    let reaches = |v: ValId| {
        let ((a, _), (b, _)) = (cx.layout.offset(v), cx.layout.offset(len));
        cx.same(a, b) || matches!(cx.layout.op(a), Some(Op::Len(at)) if *at == Place::whole(m))
    };
    let outer = match (cx.layout.counters.get(&id), cx.layout.statement(id)) {
        (Some(counter), Some(StmtKind::For { range, .. })) => Some((*counter, range.hi)),
        _ => None,
    };
    let from_start = {
        let (lo, _) = cx.layout.offset(range.lo);
        matches!(cx.layout.op(lo), Some(Op::Lit(_))) || outer.is_some_and(|(c, _)| c == lo)
    };
    let to_end = reaches(range.hi)
        || outer
            .is_some_and(|(counter, hi)| cx.layout.offset(range.hi).0 == counter && reaches(hi));
    from_start && to_end
}
