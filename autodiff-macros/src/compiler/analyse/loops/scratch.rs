//! Scratch: arrays declared outside of a loop that every iteration overwrites before it reads them.
//!
//! In: an array and the body of a loop. Out: true if its first access covers all others, or if all accesses are in inner loops of
//! which that holds.
//!
//! ```text
//! for i in 0..n { for k in 0..d { t[k] = f(x[i], k) }  s += t[0] * t[1] }      t is scratch
//! ```

use super::Loops;
use crate::compiler::hir::LoopId;
use crate::compiler::ssa::{Block, MemId, Op, Place, Proj, Stmt, StmtKind, StoreOp, ValId};

impl Loops<'_> {
    /// True if every iteration of the loop overwrites what it reads of the memory before it reads it.
    pub(crate) fn is_scratch_of(&self, m: MemId, l: LoopId) -> bool {
        let body = self.layout.statement(l).and_then(StmtKind::loop_body);
        self.func.strips.is_private(m, l) || body.is_some_and(|body| self.is_scratch(m, body))
    }

    /// True if every iteration overwrites whatever it reads of `m` before it reads it: the first
    /// access covers all others, or all accesses are in inner loops of which that is true.
    pub(crate) fn is_scratch(&self, m: MemId, body: &Block) -> bool {
        for (at, stmt) in body
            .stmts
            .iter()
            .enumerate()
            .filter(|(_, s)| s.kind.mentions(m))
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
            StmtKind::While { head, .. } => head.stmts.iter().any(|s| s.kind.mentions(m)),
            _ => false,
        };
        !head
            && !matches!(
                inner
                    .stmts
                    .iter()
                    .find(|s| s.kind.mentions(m))
                    .map(|s| &s.kind),
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
            kind => !kind.touches(m),
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
}

/// True for a copy over the whole variable.
pub(super) fn covers_whole(kind: &StmtKind, m: MemId) -> bool {
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
    let at = body.stmts.iter().position(|s| s.kind.mentions(m))?;
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
        .all(|s| !s.kind.mentions(m) || at_counter(s, m, *counter));
    (direct && rest).then_some(range.hi)
}

/// True if the statement accesses `m` only at the counter.
fn at_counter(stmt: &Stmt, m: MemId, counter: ValId) -> bool {
    let direct = |place: &Place| place.mem != m || place.path == [Proj::Index(counter)];
    match &stmt.kind {
        StmtKind::Def(_, Op::Load(place) | Op::LoadIf(_, place)) => direct(place),
        StmtKind::Store { place, .. } => direct(place),
        kind => {
            !kind.touches(m)
                && kind
                    .blocks()
                    .into_iter()
                    .all(|b| b.stmts.iter().all(|s| at_counter(s, m, counter)))
        }
    }
}
