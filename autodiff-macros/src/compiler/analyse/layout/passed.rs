//! What loops have come past: elements and rows that are not stored to any more.
//!
//! Memory is never restored, so that a value can be read again in the reverse sweep only if no later store changes it.
//!
//! ```text
//! for i in 1..n { y[i] = f(y[i - 1]) }                                            y[i - 1] is what it will be
//! for p in 0..n { for i in p + 1..n { for j in p..n { k[i][j] -= m * k[p][j] } } }  so is k[p][j], also as k[p * n + j]
//! for i in 0..n { for j in 0..=i { for k in 0..j { s -= l[i][k] * l[j][k] } l[i][j] = s / l[j][j] } }  so are l[i][k] and l[j][k]
//! for i in (0..n).rev() { for j in i + 1..n { s -= u[i][j] * z[j] } z[i] = s / u[i][i] }  and z[j]
//! ```

use super::{BlockId, Layout, Role};
use crate::compiler::hir::BinOp;
use crate::compiler::ssa::{Op, Place, Proj, StmtKind, ValId};

/// An integer and a literal that is added to it.
pub(super) type Along = (ValId, i64);

/// Where an element is.
pub(super) struct Cell {
    pub(super) row: Along,
    /// `None` for an element of a list, or a field of one.
    pub(super) column: Option<Along>,
    /// How many elements a row has, where rows are stretches of one list.
    pub(super) width: Option<ValId>,
}

/// A loop that counts in steps of one.
#[derive(Clone, Copy)]
struct Counting {
    counter: ValId,
    body: BlockId,
    upwards: bool,
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

    /// True if the cell (row and column) that the load `v` found is not stored to any more before `region` ends: a loop goes
    /// through the rows or the columns, and all that it stores to from here on is behind that of the load; or two loops go through
    /// rows and columns, and have come past the cell.
    pub(crate) fn is_cell_passed(&self, v: ValId, at: &Place, region: BlockId) -> bool {
        let (block, pos) = (self.def_block(v), self.def_pos(v));
        let (list, path) = at.in_list();
        let Some(cell) = self.cell(path) else {
            return false;
        };
        let later = self.later(at.mem, pos, region);
        let later = later.filter(|s| !self.is_apart(*s, at));
        let stores = later.map(|s| {
            let (stored, path) = self.stored.get(&s)?.in_list();
            (stored == list).then(|| self.cell(path)).flatten()
        });
        let Some(stores) = stores.collect::<Option<Vec<Cell>>>() else {
            return false;
        };
        if stores.iter().any(|store| store.width != cell.width) {
            return false;
        }
        let around = self.counting_around(block, region);
        around.into_iter().any(|counting| {
            let Counting { counter, body, .. } = counting;
            // Rows of one list are as wide as each other.
            let fixed = cell
                .width
                .is_none_or(|width| !self.contains(body, self.def_block(width)));
            fixed
                && !self.runs_twice(body, region)
                && (self.is_behind(counting, cell.row, stores.iter().map(|s| Some(s.row)))
                    || cell.column.is_some_and(|column| {
                        self.is_behind(counting, column, stores.iter().map(|s| s.column))
                    })
                    || counting.upwards && self.is_before(counter, body, block, &cell, &stores))
        })
    }

    /// True if all stores are, along one axis, at or after the counter of a loop and a literal, and the load is in front of that;
    /// in a loop that counts downwards, the other way round.
    fn is_behind(
        &self,
        Counting {
            counter,
            body,
            upwards,
        }: Counting,
        read: Along,
        mut stores: impl Iterator<Item = Option<Along>>,
    ) -> bool {
        stores.all(|store| match upwards {
            true => {
                let first = store.and_then(|store| self.first(store, counter, body));
                first.is_some_and(|first| self.is_less(read, (counter, first)))
            }
            false => store.is_some_and(|(of, by)| of == counter && self.is_more(read, (of, by))),
        })
    }

    /// True if all stores are to rows from that of a counter on, and those which may be to the row of the load have come past its
    /// column.
    fn is_before(
        &self,
        counter: ValId,
        body: BlockId,
        block: BlockId,
        cell: &Cell,
        stores: &[Cell],
    ) -> bool {
        let Some(column) = cell.column else {
            return false;
        };
        let (of, by) = cell.row;
        self.is_less((of, by - 1), (counter, 0))
            && stores.iter().all(|store| {
                let Some(first) = self.first(store.row, counter, body) else {
                    return false;
                };
                let passed = |to: Along| {
                    self.never_falls(to.0, counter, body, block) && self.is_less(column, to)
                };
                first > 0 || first == 0 && store.column.is_some_and(passed)
            })
    }

    /// True if an integer is, for the rest of an iteration, at least what it is at the block: it stays the same, or counts upwards
    /// around the block.
    fn never_falls(&self, v: ValId, counter: ValId, body: BlockId, block: BlockId) -> bool {
        let defined = self.def_block(v);
        let stays = v == counter || !self.contains(body, defined);
        stays
            || self.contains(defined, block)
                && self.loop_of(v).is_some_and(|(_, upwards)| upwards)
                && !self.runs_twice(defined, body)
    }

    /// The first that a store changes while the loop is at `counter`, from there.
    fn first(&self, (of, by): Along, counter: ValId, body: BlockId) -> Option<i64> {
        if of == counter {
            return Some(by);
        }
        let (start, _) = self.loop_of(of)?;
        let (from, start) = self.offset(start);
        let inside = self.contains(body, self.def_block(of));
        (inside && from == counter).then_some(start + by)
    }

    /// The loops around a block that count in steps of one.
    fn counting_around(&self, block: BlockId, region: BlockId) -> Vec<Counting> {
        let mut found = Vec::new();
        let mut around = Some(block);
        while let Some(id) = around.filter(|id| *id != region) {
            if let Role::Body(l) = self.blocks[id].role
                && let Some(StmtKind::For { counter, .. }) = self.statement(l)
                && let Some((_, upwards)) = self.loop_of(*counter)
            {
                found.push(Counting {
                    counter: *counter,
                    body: id,
                    upwards,
                });
            }
            around = self.blocks[id].parent;
        }
        found
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

    /// The cell to which a path leads from a list.
    pub(super) fn cell(&self, path: &[Proj]) -> Option<Cell> {
        match path {
            [Proj::Index(index)] => self.stretch(*index).or_else(|| {
                Some(Cell {
                    row: self.offset(*index),
                    column: None,
                    width: None,
                })
            }),
            [Proj::Index(row), rest @ ..] => Some(Cell {
                row: self.offset(*row),
                column: match rest {
                    [Proj::Index(column), ..] => Some(self.offset(*column)),
                    _ => None,
                },
                width: None,
            }),
            _ => None,
        }
    }

    /// `row * width + column`, where the column is less than the width.
    fn stretch(&self, index: ValId) -> Option<Cell> {
        let Some(Op::Bin(BinOp::Add, a, b)) = self.op(index) else {
            return None;
        };
        let start = |start: ValId, column: ValId| {
            let Some(Op::Bin(BinOp::Mul, a, b)) = self.op(start) else {
                return None;
            };
            let column = self.offset(column);
            // In `i * n + j` with `j` up to `i`, the row is not `n`.
            let is_width = |w: &ValId| self.loop_of(*w).is_none() && self.is_less(column, (*w, 0));
            let width = [*a, *b].into_iter().find(is_width)?;
            let row = self.offset(if width == *b { *a } else { *b });
            Some(Cell {
                row,
                column: Some(column),
                width: Some(width),
            })
        };
        start(*a, *b).or_else(|| start(*b, *a))
    }

    /// The same integer with all literals that are added to it, one after the other.
    pub(super) fn folded(&self, (mut of, mut by): Along) -> Along {
        loop {
            let (inner, plus) = self.offset(of);
            if inner == of {
                return (of, by);
            }
            (of, by) = (inner, by + plus);
        }
    }

    /// True if one integer is known to be less than another one: by literals, or since it counts up to something that is.
    fn is_less(&self, (of, by): Along, than: Along) -> bool {
        let than = self.folded(than);
        let (mut of, mut by) = self.folded((of, by));
        // Counters within ranges within ranges: nobody nests them deeper.
        for _ in 0..8 {
            if of == than.0 && by < than.1 {
                return true;
            }
            let Role::Body(l) = self.blocks[self.def_block(of)].role else {
                return false;
            };
            match self.statement(l) {
                Some(StmtKind::For { range, counter, .. }) if *counter == of => {
                    (of, by) = self.folded((range.hi, by - i64::from(!range.inclusive)));
                }
                _ => return false,
            }
        }
        false
    }

    /// True if one integer is known to be more than another one: by literals, or since it counts from something that is.
    fn is_more(&self, (of, by): Along, than: Along) -> bool {
        let than = self.folded(than);
        let (mut of, mut by) = self.folded((of, by));
        for _ in 0..8 {
            if of == than.0 && by > than.1 {
                return true;
            }
            match self.loop_of(of) {
                Some((lo, _)) => (of, by) = self.folded((lo, by)),
                None => return false,
            }
        }
        false
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
