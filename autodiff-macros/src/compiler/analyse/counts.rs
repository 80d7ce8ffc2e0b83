//! What the loops around a place tell of integers.
//!
//! ```text
//! for i in 1..n { … }     in it: 1 <= i, 2 <= n
//! ```

use super::layout::{BlockId, Layout, Role};
use crate::compiler::ssa::{Op, Range, StmtKind, ValId};

impl Layout<'_> {
    /// A number that the integer is not less than in this block, if the loops around it tell one.
    pub(crate) fn at_least(&self, v: ValId, block: BlockId) -> Option<i64> {
        let of_itself = match self.op(v) {
            Some(Op::Len(_)) => Some(0),
            _ => self.literal(v),
        };
        let info = &self.blocks[block];
        let outside = info.parent.and_then(|parent| self.at_least(v, parent));
        let inside = match (info.role, info.parent) {
            (Role::Body(l), Some(parent)) => match self.statement(l) {
                Some(StmtKind::For { counter, range, .. }) => {
                    self.told_by(v, *counter, range, parent)
                }
                _ => None,
            },
            _ => None,
        };
        of_itself.max(outside).max(inside)
    }

    /// The same, of a loop in the block `parent`: it runs, hence its range is not empty.
    fn told_by(&self, v: ValId, counter: ValId, range: &Range, parent: BlockId) -> Option<i64> {
        let (end, k) = self.offset(range.hi);
        if v != counter && v != end {
            return None;
        }
        let (start, offset) = self.offset(range.lo);
        let least = self.at_least(start, parent)?.checked_add(offset)?;
        match v == counter {
            true => Some(least),
            false => least.checked_add(i64::from(!range.inclusive).saturating_sub(k)),
        }
    }
}
