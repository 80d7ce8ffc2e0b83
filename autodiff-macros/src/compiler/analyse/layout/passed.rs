//! What loops have come past: elements and rows that are not stored to any more.
//!
//! Memory is never restored, so that a value can be read again in the reverse sweep only if no later store changes it.
//!
//! ```text
//! for i in 1..n { y[i] = f(y[i - 1]) }                                            y[i - 1] is what it will be
//! for p in 0..n { for i in p + 1..n { for j in p..n { k[i][j] -= m * k[p][j] } } }  so is k[p][j], also as k[p * n + j]
//! ```

use super::{BlockId, Layout, Role};
use crate::compiler::hir::BinOp;
use crate::compiler::ssa::{Op, Place, Proj, StmtKind, ValId};

/// The row of an array that an element is in: an integer and a literal that is added to it.
struct Row {
    of: ValId,
    by: i64,
    /// How many elements a row has, where rows are stretches of one list.
    width: Option<ValId>,
}

impl Layout<'_> {
    /// True if the element that the load `v` found is not stored to any more before `region` ends: its loop goes through
    /// the array, and has come past it (`y[i] = f(y[i - 1])`).
    pub(crate) fn is_passed(&self, v: ValId, at: &Place, region: BlockId) -> bool {
        let (block, pos) = (self.def_block(v), self.def_pos(v));
        let Role::Body(l) = self.blocks[block].role else {
            return false;
        };
        let Some(StmtKind::For { range, counter, .. }) = self.statement(l) else {
            return false;
        };
        let distance = |at: &Place| match at.path.as_slice() {
            [Proj::Index(index)] => {
                let (from, by) = self.offset(*index);
                (from == *counter).then_some(by)
            }
            _ => None,
        };
        let Some(read) = distance(at) else {
            return false;
        };
        let behind = |store: i64| match range.rev {
            false => read < store,
            true => read > store,
        };
        // Nothing but this loop stores at a distance from its counter.
        let mut later = self.later(at.mem, pos, region);
        range.step.is_none()
            && later.all(|s| {
                let at = self.stored.get(&s);
                at.and_then(|at| distance(at)).is_some_and(behind)
            })
            && !self.runs_twice(block, region)
    }

    /// True if the row that the load `v` found an element of is not stored to any more before `region` ends: a loop goes
    /// through the rows, and stores to later ones alone.
    pub(crate) fn is_row_passed(&self, v: ValId, at: &Place, region: BlockId) -> bool {
        let (block, pos) = (self.def_block(v), self.def_pos(v));
        let Some(row) = self.row(at) else {
            return false;
        };
        let rows = self.def_block(row.of);
        let upwards = |v: ValId| self.loop_of(v).is_some_and(|(_, upwards)| upwards);
        if !upwards(row.of) || !self.contains(rows, block) || self.runs_twice(rows, region) {
            return false;
        }
        // Rows of one list are as wide as each other.
        if let Some(width) = row.width
            && self.contains(rows, self.def_block(width))
        {
            return false;
        }
        // The first row that a store changes while the loop is at `row.of`, from there.
        let first = |store: &Row| {
            if store.of == row.of {
                return Some(store.by);
            }
            let (start, _) = self.loop_of(store.of)?;
            let (from, by) = self.offset(start);
            let inside = self.contains(rows, self.def_block(store.of));
            (inside && from == row.of).then_some(by + store.by)
        };
        self.later(at.mem, pos, region).all(|s| {
            let store = self.stored.get(&s).and_then(|at| self.row(at));
            store.is_some_and(|store| {
                store.width == row.width && first(&store).is_some_and(|first| first > row.by)
            })
        })
    }

    /// Where the loop that counts the value starts, and whether it counts upwards, if it does so in steps of one.
    fn loop_of(&self, counter: ValId) -> Option<(ValId, bool)> {
        let Role::Body(l) = self.blocks[self.def_block(counter)].role else {
            return None;
        };
        match self.statement(l)? {
            StmtKind::For {
                range, counter: c, ..
            } if *c == counter && range.step.is_none() => Some((range.lo, !range.rev)),
            _ => None,
        }
    }

    fn row(&self, at: &Place) -> Option<Row> {
        match at.path.as_slice() {
            [Proj::Index(index)] => self.stretch(*index),
            [Proj::Index(row), _, ..] => {
                let (of, by) = self.offset(*row);
                let width = None;
                Some(Row { of, by, width })
            }
            _ => None,
        }
    }

    /// `row * width + column`, where the column is less than the width.
    fn stretch(&self, index: ValId) -> Option<Row> {
        let Some(Op::Bin(BinOp::Add, a, b)) = self.op(index) else {
            return None;
        };
        let start = |start: ValId, column: ValId| {
            let Some(Op::Bin(BinOp::Mul, a, b)) = self.op(start) else {
                return None;
            };
            let width = [*a, *b].into_iter().find(|w| self.is_less(column, *w))?;
            let (of, by) = self.offset(if width == *b { *a } else { *b });
            let width = Some(width);
            Some(Row { of, by, width })
        };
        start(*a, *b).or_else(|| start(*b, *a))
    }

    /// True for the counter of a loop that ends in front of the limit.
    fn is_less(&self, counter: ValId, limit: ValId) -> bool {
        let Role::Body(l) = self.blocks[self.def_block(counter)].role else {
            return false;
        };
        matches!(
            self.statement(l),
            Some(StmtKind::For { range, counter: c, .. })
                if *c == counter && range.hi == limit && !range.inclusive
        )
    }

    /// True if a loop inside of the region stands around the block, which is the body of one itself.
    fn runs_twice(&self, block: BlockId, region: BlockId) -> bool {
        let mut around = self.blocks[block].parent;
        while let Some(id) = around.filter(|id| *id != region) {
            if matches!(self.blocks[id].role, Role::Body(_) | Role::Head) {
                return true;
            }
            around = self.blocks[id].parent;
        }
        false
    }
}
