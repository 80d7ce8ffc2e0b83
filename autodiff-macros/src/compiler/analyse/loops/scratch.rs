//! Scratch: arrays declared outside of a loop that every iteration overwrites before it reads them.
//!
//! In: an array and the body of a loop. Out: the first statement that reaches an element which the iteration has not overwritten by then,
//! if there is one. The statements are gone through in their order, with what the iteration has overwritten so far ([`Covered`]); the length is no element.
//!
//! ```text
//! for i in 0..n { for k in 0..d { t[k] = f(x[i], k) }  s += t[0] * t[1] }      t is scratch
//! for i in 0..n { t.fill(0.0);  add(x[i], &mut t);  s += norm(&t) }            so it is here
//! ```

use super::Loops;
use crate::compiler::hir::{BinOp, LoopId, Ty};
use crate::compiler::ssa::{
    Arg, Block, Init, MemId, Op, Place, Proj, Range, Stmt, StmtKind, StoreOp, ValId,
};

impl Loops<'_> {
    /// True if every iteration of the loop overwrites what it reads of the memory before it reads it.
    pub(crate) fn is_scratch_of(&self, m: MemId, l: LoopId) -> bool {
        let body = self.layout.statement(l).and_then(StmtKind::loop_body);
        self.func.strips.is_private(m, l) || body.is_some_and(|body| self.is_scratch(m, body))
    }

    /// True if every iteration overwrites whatever it reads of `m` before it reads it.
    pub(crate) fn is_scratch(&self, m: MemId, body: &Block) -> bool {
        self.reaches_others(m, body).is_none()
    }

    /// The first statement that may reach an element of `m` that no statement in front of it has overwritten in the same iteration: it
    /// reads it, or stores in a place of which nobody knows whether all others are overwritten, too.
    pub(crate) fn reaches_others<'s>(&self, m: MemId, body: &'s Block) -> Option<&'s Stmt> {
        let mut walk = Walk {
            loops: self,
            m,
            counters: Vec::new(),
        };
        walk.block(body, &mut Covered::default()).err()
    }
}

/// What an iteration has overwritten of an array so far.
#[derive(Clone, Default)]
struct Covered {
    whole: bool,
    /// The elements in front of these indices.
    below: Vec<ValId>,
    /// The elements at these indices: literals, and counters of loops that go over a range of elements. (An array of which each iteration
    /// overwrites an element is not scratch: to save it would be to save all of them each time.)
    at: Vec<ValId>,
    /// The counters of loops that overwrite all elements of their range, which begins where these were overwritten already.
    ranges: Vec<ValId>,
    /// Those that count upwards: what is in front of the counter has been overwritten.
    upwards: Vec<ValId>,
}

struct Walk<'a> {
    loops: &'a Loops<'a>,
    m: MemId,
    /// The counters of the loops around, and the ends of their ranges.
    counters: Vec<(ValId, ValId)>,
}

impl Walk<'_> {
    fn block<'s>(&mut self, block: &'s Block, covered: &mut Covered) -> Result<(), &'s Stmt> {
        block.stmts.iter().try_for_each(|s| self.stmt(s, covered))
    }

    fn stmt<'s>(&mut self, stmt: &'s Stmt, covered: &mut Covered) -> Result<(), &'s Stmt> {
        if !self.reads(&stmt.kind).all(|part| self.is_in(part, covered)) {
            return Err(stmt);
        }
        let m = self.m;
        match &stmt.kind {
            StmtKind::Alloc(made, _) if *made == m => covered.whole = true,
            kind if covers_whole(kind, m) => covered.whole = true,
            StmtKind::Store {
                place,
                op: StoreOp::Set,
                ..
            } if place.mem == m => {
                if let [Proj::Index(at)] = place.path[..]
                    && (self.literal(at).is_some() || covered.ranges.contains(&at))
                {
                    covered.at.push(at);
                    covered.whole |= self.is_full(covered);
                }
                // `m[lo..hi][k]` in a loop over all of that.
                let sliced = matches!(place.path[..], [Proj::Range { .. }, Proj::Index(at)]
                    if covered.ranges.contains(&at));
                if !sliced && !self.is_in(Some(place), covered) {
                    return Err(stmt);
                }
            }
            StmtKind::If { then, els, .. } => {
                let mut other = covered.clone();
                self.block(then, covered)?;
                self.block(els, &mut other)?;
                self.join(covered, other);
            }
            StmtKind::While { head, body, .. } => {
                let mut inside = covered.clone();
                self.block(head, &mut inside)?;
                self.block(body, &mut inside)?;
            }
            StmtKind::For {
                counter,
                range,
                body,
                ..
            } => {
                let mut inside = covered.clone();
                let part = self
                    .overwritten(&stmt.kind)
                    .filter(|(lo, _)| lo.is_none_or(|lo| self.is_below(lo, covered)));
                if part.is_some() {
                    inside.ranges.push(*counter);
                    inside.upwards.extend((!range.rev).then_some(*counter));
                }
                if !range.inclusive {
                    self.counters.push((*counter, range.hi));
                }
                let read = self.block(body, &mut inside);
                if !range.inclusive {
                    self.counters.pop();
                }
                read?;
                match part {
                    Some((_, Some(hi))) if !self.loops.is_length(hi, m) => covered.below.push(hi),
                    Some(_) => covered.whole = true,
                    None => {}
                }
                covered.whole |= self.is_full(covered);
            }
            // Into a part.
            StmtKind::Copy { dst, .. } if dst.mem == m && !covered.whole => return Err(stmt),
            _ => {}
        }
        Ok(())
    }

    /// What a statement itself reads of the array; `None` stands for an unknown part.
    fn reads<'s>(&self, kind: &'s StmtKind) -> impl Iterator<Item = Option<&'s Place>> {
        let mut places: Vec<Option<&Place>> = Vec::new();
        match kind {
            StmtKind::Def(_, Op::Len(_)) | StmtKind::Alloc(_, Init::Lengths(_)) => {}
            StmtKind::Def(_, Op::Load(place) | Op::LoadIf(_, place)) => places.push(Some(place)),
            StmtKind::Store {
                place,
                op: StoreOp::Add | StoreOp::Sub,
                ..
            } => places.push(Some(place)),
            StmtKind::Push { place, .. } if place.mem == self.m => places.push(None),
            StmtKind::Call(call) => call.args.iter().for_each(|a| handed(a, &mut places)),
            kind => kind.for_each_read(&mut |read| {
                if read == self.m {
                    places.push(None);
                }
            }),
        }
        let m = self.m;
        let of_it = move |part: &Option<&Place>| part.is_none_or(|place| place.mem == m);
        places.into_iter().filter(of_it)
    }

    /// True if all of the part has been overwritten.
    fn is_in(&self, part: Option<&Place>, covered: &Covered) -> bool {
        covered.whole
            || match part.and_then(|place| place.path.first()) {
                Some(Proj::Index(at)) => self.has_element(*at, covered),
                Some(Proj::Range {
                    hi: Some(hi),
                    inclusive: false,
                    ..
                }) => self.is_below(*hi, covered),
                _ => false,
            }
    }

    fn has_element(&self, at: ValId, covered: &Covered) -> bool {
        let stepped_back = || match self.loops.layout.op(at) {
            Some(Op::Bin(BinOp::Sub, from, by)) => {
                covered.upwards.contains(from) && self.literal(*by).is_some_and(|by| by > 0)
            }
            _ => false,
        };
        let counted = || {
            let mut around = self.counters.iter();
            around.any(|(counter, hi)| *counter == at && self.is_below(*hi, covered))
        };
        let below = || {
            self.literal(at)
                .is_some_and(|at| at < self.first_left(covered))
        };
        covered.at.iter().any(|v| self.loops.same(*v, at)) || below() || counted() || stepped_back()
    }

    /// True if all elements in front of this index have been overwritten.
    fn is_below(&self, hi: ValId, covered: &Covered) -> bool {
        self.literal(hi)
            .is_some_and(|hi| hi <= self.first_left(covered))
            || covered.below.iter().any(|v| self.loops.same(*v, hi))
    }

    /// The first element that has not been overwritten, as far as literals tell.
    fn first_left(&self, covered: &Covered) -> i64 {
        let below = covered.below.iter().filter_map(|v| self.literal(*v)).max();
        let mut first = below.unwrap_or(0);
        let at: Vec<i64> = covered.at.iter().filter_map(|v| self.literal(*v)).collect();
        while at.contains(&first) {
            first += 1;
        }
        first
    }

    /// True if every element of an array of known length has been overwritten.
    fn is_full(&self, covered: &Covered) -> bool {
        match &self.loops.func.mem(self.m).ty {
            Ty::Array(_, len) => {
                let len = len.to_string().parse::<i64>();
                len.is_ok_and(|len| len <= self.first_left(covered))
            }
            _ => false,
        }
    }

    fn literal(&self, v: ValId) -> Option<i64> {
        self.loops.layout.literal(v)
    }

    /// Leaves what has been overwritten in both arms.
    fn join(&self, covered: &mut Covered, other: Covered) {
        let one = std::mem::replace(covered, other.clone());
        if one.whole || other.whole {
            *covered = if one.whole { other } else { one };
            return;
        }
        let same = |v: &ValId, of: &[ValId]| of.iter().any(|w| self.loops.same(*v, *w));
        covered.below.retain(|v| same(v, &one.below));
        covered.at.retain(|v| same(v, &one.at));
    }

    /// The elements that a loop overwrites, from the first index (0 if there is none) to the second one (to the end if there is none).
    fn overwritten(&self, kind: &StmtKind) -> Option<(Option<ValId>, Option<ValId>)> {
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
        if range.inclusive || range.step.is_some() {
            return None;
        }
        body.stmts.iter().find_map(|s| match &s.kind {
            StmtKind::Store {
                place,
                op: StoreOp::Set,
                ..
            } if place.mem == self.m => match &place.path[..] {
                [Proj::Index(at)] if at == counter => Some((Some(range.lo), Some(range.hi))),
                [part, Proj::Index(at)] if at == counter => self.all_of(part, range),
                _ => None,
            },
            _ => None,
        })
    }

    /// The ends of a slice, if the range goes over all of it.
    fn all_of(&self, part: &Proj, range: &Range) -> Option<(Option<ValId>, Option<ValId>)> {
        let Proj::Range {
            lo,
            hi,
            inclusive: false,
        } = part
        else {
            return None;
        };
        let whole = self.literal(range.lo) == Some(0)
            && matches!(self.loops.layout.op(range.hi), Some(Op::Len(of))
                if of.mem == self.m && of.path == std::slice::from_ref(part));
        whole.then_some((*lo, *hi))
    }
}

/// What a callee is handed, which it may read.
fn handed<'s>(arg: &'s Arg, places: &mut Vec<Option<&'s Place>>) {
    match arg {
        Arg::Ref(_, place) | Arg::Own(place) => places.push(Some(place)),
        Arg::Tuple(parts) => parts.iter().for_each(|a| handed(a, places)),
        Arg::Val(_) | Arg::RefVal(..) => {}
    }
}

/// True for a copy over the whole variable.
pub(super) fn covers_whole(kind: &StmtKind, m: MemId) -> bool {
    matches!(kind, StmtKind::Copy { dst, src, .. } if dst.mem == m && dst.path.is_empty() && src.mem != m)
}
