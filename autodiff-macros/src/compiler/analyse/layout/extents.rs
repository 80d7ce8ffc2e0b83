//! How far into a list loops read.
//!
//! ```text
//! for i in 0..n { for j in 0..=i { for k in 0..j { s -= a[i * n + k] * a[j * n + k] } } }     the first n rows of n elements
//! ```

use super::passed::Along;
use super::{BlockId, Layout, Role};
use crate::compiler::ssa::{List, Op, Proj, StmtKind, ValId};

/// The first rows of a list, or its first elements.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Extent {
    /// The last one: an integer of the function itself, and a literal that is added to it. `None`: the last that there is.
    pub(crate) last: Option<Along>,
    /// How many elements a row has, where rows are stretches of the list.
    pub(crate) width: Option<ValId>,
}

impl Layout<'_> {
    /// The part of a list that loops read which load the value from it, if there are more of them than the value has places in the
    /// list (one, or row and column): each element is read many times then, as far as the loops tell.
    pub(crate) fn extent(&self, v: ValId, list: &List, path: &[Proj]) -> Option<Extent> {
        let cell = self.cell(path)?;
        let places = 1 + usize::from(cell.column.is_some());
        let in_function = |v: ValId| self.blocks[self.def_block(v)].role == Role::Function;
        let many = self.counted_around(self.def_block(v)) > places;
        if !many || cell.width.is_some_and(|width| !in_function(width)) {
            return None;
        }
        let last = self.last(cell.row);
        let is_length = |v: ValId| matches!(self.op(v), Some(Op::Len(at)) if *at == list.place());
        let last = match in_function(last.0) {
            true => Some(last),
            false if is_length(last.0) => None,
            false => return None,
        };
        let width = cell.width;
        Some(Extent { last, width })
    }

    /// The most that an integer is, by the ranges of the loops that count it.
    fn last(&self, at: Along) -> Along {
        let (mut of, mut by) = self.folded(at);
        while let Role::Body(l) = self.blocks[self.def_block(of)].role {
            match self.statement(l) {
                Some(StmtKind::For { range, counter, .. }) if *counter == of => {
                    (of, by) = self.folded((range.hi, by - i64::from(!range.inclusive)));
                }
                _ => break,
            }
        }
        (of, by)
    }

    /// How many counted loops stand around a block.
    fn counted_around(&self, block: BlockId) -> usize {
        let mut count = 0;
        let mut around = Some(block);
        while let Some(id) = around {
            if let Role::Body(l) = self.blocks[id].role {
                count += usize::from(self.counters.contains_key(&l));
            }
            around = self.blocks[id].parent;
        }
        count
    }
}
