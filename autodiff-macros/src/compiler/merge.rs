//! Loops over the elements of the same arrays, one after the other, as one loop.
//!
//! In: the SSA form, in front of `strips`. Out: the form with merged loops, if there are any.
//!
//! ```text
//! for i in 0..n { y[i] = relu(x[i]) }        for i in 0..n { let a = relu(x[i]);
//! for i in 0..n { s += y[i] * y[i] }    →                    s += a * a }
//! ```
//!
//! What an iteration of the second loop reads has been written by the iteration of the first with the same counter, and nothing
//! that it writes is read by a later one: so every value keeps its bits, and what was handed over in memory is a local
//! value. An array that nobody reads any more goes. The merged loop accumulates where the first one had to be recorded.
//!
//! Sites are visited in another order: this form runs under the plain selection only.

use std::collections::{BTreeMap, BTreeSet};

use super::analyse::loops::Loops;
use super::hir::{BinOp, LoopId};
use super::ssa::{
    Arg, Block, Carried, Func, Init, MemId, Op, Origin, Place, Proj, Range, Stmt, StmtKind,
    StoreOp, ValId, rewrite,
};

/// A function whose loops were merged.
pub(crate) struct Merged {
    pub(crate) func: Func,
    /// The loops that others were merged into.
    pub(crate) into: BTreeSet<LoopId>,
}

/// Merges the loops that stand in the function itself; `None` if there is nothing to merge.
pub(crate) fn run(func: &Func, loops: &Loops<'_>) -> Option<Merged> {
    // What stands under `#[checkpoint]` stays what it is.
    if !func.checkpoints.is_empty() {
        return None;
    }
    let mut out = func.clone();
    let stmts = std::mem::take(&mut out.body.stmts);
    let mut merge = Merge {
        loops,
        into: BTreeSet::new(),
    };
    out.body.stmts = merge.stmts(stmts);
    out.borders.clear();
    let into = merge.into;
    for id in &into {
        hand_on_in(&mut out, *id);
        drop_unread(&mut out, *id, loops);
    }
    (!into.is_empty()).then_some(Merged { func: out, into })
}

struct Merge<'a> {
    loops: &'a Loops<'a>,
    into: BTreeSet<LoopId>,
}

impl Merge<'_> {
    fn stmts(&mut self, stmts: Vec<Stmt>) -> Vec<Stmt> {
        let mut out: Vec<Stmt> = Vec::new();
        // Where the last loop stands, if what follows it can stand in front of it.
        let mut open: Option<usize> = None;
        for stmt in stmts {
            if open.is_some_and(|at| self.merge(&mut out, at, &stmt)) {
                open = Some(out.len() - 1);
                continue;
            }
            open = match (&stmt.kind, open) {
                (StmtKind::For { .. }, _) => is_elementwise(&stmt).then_some(out.len()),
                (_, Some(at)) if moves_before(&out[at], &stmt) => Some(at),
                _ => None,
            };
            out.push(stmt);
        }
        out
    }

    /// Appends the body of `second` to that of the loop at `at`, in front of which everything after it moves.
    fn merge(&mut self, out: &mut Vec<Stmt>, at: usize, second: &Stmt) -> bool {
        if !is_elementwise(second) || !self.fit(&out[at], second) {
            return false;
        }
        let (Some(first), Some(second)) = (Looped::of(&out[at]), Looped::of(second)) else {
            return false;
        };
        let counter = first.counter;
        let mut map = |v: ValId| if v == second.counter { counter } else { v };
        let mut appended = second.body.clone();
        rewrite::block(&mut appended, &mut map);
        let mut more = second.carried.to_vec();
        more.iter_mut().for_each(|c| c.next = map(c.next));
        self.into.insert(first.id);
        let mut stmt = out.remove(at);
        if let StmtKind::For { body, carried, .. } = &mut stmt.kind {
            body.stmts.extend(appended.stmts);
            carried.extend(more);
        }
        out.push(stmt);
        true
    }

    /// True if both run over the same range and meet in the same elements only.
    fn fit(&self, first: &Stmt, second: &Stmt) -> bool {
        let (Some(a), Some(b)) = (Looped::of(first), Looped::of(second)) else {
            return false;
        };
        let made: BTreeSet<ValId> = a.carried.iter().map(|c| c.out).collect();
        let mut reads_sum = b.carried.iter().any(|c| made.contains(&c.init));
        b.body.walk(&mut |s| {
            s.kind.for_each_use(&mut |v| reads_sum |= made.contains(&v));
            for c in s.kind.carried() {
                reads_sum |= made.contains(&c.init) || made.contains(&c.next);
            }
            if let StmtKind::If { phis, .. } = &s.kind {
                reads_sum |= phis
                    .iter()
                    .any(|p| made.contains(&p.then) || made.contains(&p.els));
            }
        });
        let written: BTreeSet<MemId> = a.body.written().union(&b.body.written()).copied().collect();
        !reads_sum
            && self.loops.same(a.range.lo, b.range.lo)
            && self.loops.same(a.range.hi, b.range.hi)
            && a.range.inclusive == b.range.inclusive
            && [a, b].iter().all(|l| {
                written
                    .iter()
                    .all(|m| touches_own_elements(l.body, *m, l.counter))
            })
    }
}

/// The parts of a counted loop.
#[derive(Clone, Copy)]
struct Looped<'a> {
    id: LoopId,
    counter: ValId,
    range: &'a Range,
    carried: &'a [Carried],
    body: &'a Block,
}

impl<'a> Looped<'a> {
    fn of(stmt: &'a Stmt) -> Option<Looped<'a>> {
        match &stmt.kind {
            StmtKind::For {
                id,
                counter,
                range,
                carried,
                body,
                until: None,
                count: None,
                budget: None,
            } if range.step.is_none() && !range.rev => Some(Looped {
                id: *id,
                counter: *counter,
                range,
                carried,
                body,
            }),
            _ => None,
        }
    }

    /// The loop of that name, if the statement is it.
    fn of_id(id: LoopId) -> impl Fn(&'a Stmt) -> Option<Looped<'a>> {
        move |stmt| Looped::of(stmt).filter(|l| l.id == id)
    }
}

/// A counted loop of arithmetic, loads, stores and branches.
fn is_elementwise(stmt: &Stmt) -> bool {
    fn simple(block: &Block) -> bool {
        block.stmts.iter().all(|s| match &s.kind {
            StmtKind::Def(_, Op::Opaque(code)) => code.pure,
            StmtKind::Def(..) | StmtKind::Store { .. } => true,
            StmtKind::If { then, els, .. } => simple(then) && simple(els),
            StmtKind::Call(call) => call.args.iter().all(|arg| matches!(arg, Arg::Val(_))),
            _ => false,
        })
    }
    Looped::of(stmt).is_some_and(|l| simple(l.body))
}

/// True if every access to `m` is to the element of the iteration, or to a part of it.
fn touches_own_elements(body: &Block, m: MemId, counter: ValId) -> bool {
    let own = |at: &Place| at.mem != m || at.path.first() == Some(&Proj::Index(counter));
    let mut ok = true;
    body.walk(&mut |s| match &s.kind {
        StmtKind::Def(_, Op::Load(at) | Op::LoadIf(_, at)) => ok &= own(at),
        StmtKind::Store { place, .. } => ok &= own(place),
        kind => {
            kind.for_each_read(&mut |r| ok &= r != m);
            if !matches!(kind, StmtKind::If { .. }) {
                kind.for_each_write(&mut |w| ok &= w != m);
            }
        }
    });
    ok
}

/// True if the statement may run before the loop: it reads nothing that the loop makes.
fn moves_before(first: &Stmt, stmt: &Stmt) -> bool {
    let Some(a) = Looped::of(first) else {
        return false;
    };
    let written = a.body.written();
    let mut free = match &stmt.kind {
        StmtKind::Def(_, op) => match op {
            Op::Lit(_) | Op::Un(..) | Op::Cast(..) => true,
            Op::Bin(op, ..) => !matches!(op, BinOp::Div | BinOp::Rem),
            // The length of what is written by elements stays.
            Op::Len(_) => return !uses_any(&stmt.kind, a.carried),
            Op::Load(_) | Op::LoadIf(..) => true,
            _ => false,
        },
        StmtKind::Alloc(_, init) => matches!(init, Init::Val(_) | Init::Repeat(..) | Init::Blank),
        _ => false,
    };
    stmt.kind
        .for_each_read(&mut |m| free &= !written.contains(&m));
    free && !uses_any(&stmt.kind, a.carried)
}

fn uses_any(kind: &StmtKind, carried: &[Carried]) -> bool {
    let mut found = false;
    kind.for_each_use(&mut |v| found |= carried.iter().any(|c| c.out == v));
    found
}

/// Hands on in values what an iteration of the loop stores and loads again.
fn hand_on_in(func: &mut Func, id: LoopId) {
    let mut replaced = BTreeMap::new();
    for stmt in &mut func.body.stmts {
        match &mut stmt.kind {
            StmtKind::For { id: l, body, .. } if *l == id => hand_on(body, &mut replaced),
            _ => {}
        }
    }
    rewrite::uses(func, &mut |v| *replaced.get(&v).unwrap_or(&v));
}

/// Drops the arrays that are written in the loop, and that nobody reads.
fn drop_unread(func: &mut Func, id: LoopId, loops: &Loops<'_>) {
    let of_loop = func.body.stmts.iter().find_map(Looped::of_id(id));
    let Some(range) = of_loop.map(|l| l.range.clone()) else {
        return;
    };
    let mut unread = unread(func, id);
    // A store that can be out of bounds panics.
    unread.retain(|m| loops.has_element_for_each(*m, &range));
    let measured = lengths(func);
    let is_dropped = |s: &Stmt| match &s.kind {
        StmtKind::Store { place, .. } => unread.contains(&place.mem),
        StmtKind::Alloc(m, _) => unread.contains(m) && !measured.contains(m),
        _ => false,
    };
    func.body.stmts.retain(|s| !is_dropped(s));
    for stmt in &mut func.body.stmts {
        match &mut stmt.kind {
            StmtKind::For { id: l, body, .. } if *l == id => body.stmts.retain(|s| !is_dropped(s)),
            _ => {}
        }
    }
}

/// The arrays whose length is read.
fn lengths(func: &Func) -> BTreeSet<MemId> {
    let mut found = BTreeSet::new();
    func.body.walk(&mut |s| {
        if let StmtKind::Def(_, Op::Len(at)) = &s.kind {
            found.insert(at.mem);
        }
    });
    found
}

/// Loads that find what was stored in the same iteration become that value.
fn hand_on(body: &mut Block, replaced: &mut BTreeMap<ValId, ValId>) {
    let mut stored: Vec<(Place, ValId)> = Vec::new();
    let stmts = std::mem::take(&mut body.stmts);
    for mut stmt in stmts {
        // A chain of stores ends in the first value.
        rewrite::stmt(&mut stmt.kind, &mut |v| *replaced.get(&v).unwrap_or(&v));
        match &stmt.kind {
            StmtKind::Def(v, Op::Load(at)) => {
                if let Some((_, value)) = stored.iter().find(|(place, _)| place == at) {
                    replaced.insert(*v, *value);
                    continue;
                }
            }
            StmtKind::Store { place, op, value } => {
                stored.retain(|(at, _)| at.mem != place.mem);
                if *op == StoreOp::Set {
                    stored.push((place.clone(), *value));
                }
            }
            kind => {
                let written = kind.written();
                stored.retain(|(at, _)| !written.contains(&at.mem));
            }
        }
        body.stmts.push(stmt);
    }
}

/// Local arrays of numbers that are written directly in the loop, and mentioned nowhere else but where they begin and by their length.
fn unread(func: &Func, id: LoopId) -> Vec<MemId> {
    let mut written: BTreeSet<MemId> = BTreeSet::new();
    let mut otherwise: BTreeSet<MemId> = BTreeSet::new();
    let direct = |s: &Stmt| match &s.kind {
        StmtKind::Store {
            place,
            op: StoreOp::Set,
            ..
        } if place.path.len() == 1 => Some(place.mem),
        _ => None,
    };
    let mut elsewhere = |kind: &StmtKind| {
        if matches!(kind, StmtKind::Alloc(..) | StmtKind::Def(_, Op::Len(_))) {
            if let StmtKind::Alloc(_, Init::Clone(from)) = kind {
                otherwise.insert(from.mem);
            }
            return;
        }
        kind.for_each_read(&mut |m| {
            otherwise.insert(m);
        });
        kind.for_each_write(&mut |m| {
            otherwise.insert(m);
        });
    };
    for stmt in &func.body.stmts {
        let own = stmt.kind.loop_id() == Some(id);
        if !own {
            elsewhere(&stmt.kind);
        }
        for block in stmt.kind.blocks() {
            for inner in &block.stmts {
                match direct(inner) {
                    Some(m) if own => {
                        written.insert(m);
                    }
                    _ => elsewhere(&inner.kind),
                }
                for deeper in inner.kind.blocks() {
                    deeper.walk(&mut |s| elsewhere(&s.kind));
                }
            }
        }
    }
    if let Some(result) = &func.result {
        result.for_each_mem(&mut |m| {
            otherwise.insert(m);
        });
    }
    let local = |m: &MemId| func.mem(*m).origin == Origin::Local;
    let unread = written.into_iter().filter(|m| !otherwise.contains(m));
    unread.filter(local).collect()
}
