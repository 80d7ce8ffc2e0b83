//! `break`, `continue` and `return`.

use super::Gen;
use crate::ast::{Block, Expr, Stmt, Ty};

impl Gen {
    /// A jump under a condition, where one is allowed.
    pub(super) fn jump(&mut self) -> Option<Stmt> {
        let depth = self.loops.len();
        if depth == 0 || self.rng.chance(0.15) {
            return if self.rng.chance(0.5) {
                self.guarded(None)
            } else {
                None
            };
        }
        let outer = self.rng.chance(0.25);
        let target = if outer {
            self.rng.below(depth)
        } else {
            depth - 1
        };
        self.guarded(Some(target))
    }

    /// `if c { …; jump }`: out of the function, or to a loop counted from the outermost.
    ///
    /// The condition may compare real numbers only if every loop that is left early expects it.
    fn guarded(&mut self, target: Option<usize>) -> Option<Stmt> {
        let crossed = &self.loops[target.unwrap_or(0)..];
        let open = crossed.iter().all(|l| l.real_jumps);
        let home = crossed.first().map_or(0, |l| l.region);
        let (cond, real) = self.condition(open);
        if !open && (real || self.region != home) {
            return None;
        }
        let jump = self.leave(target)?;
        let mut stmts = self.farewell();
        stmts.push(jump);
        Some(Stmt::If(cond, Block { stmts, tail: None }, None))
    }

    fn farewell(&mut self) -> Vec<Stmt> {
        if self.rng.chance(0.6) {
            return Vec::new();
        }
        self.assign_real().into_iter().collect()
    }

    fn leave(&mut self, target: Option<usize>) -> Option<Stmt> {
        let Some(target) = target else {
            return Some(Stmt::Return(self.returned()));
        };
        let innermost = target + 1 == self.loops.len();
        let label = self.loops[target].label.clone();
        if !innermost && label.is_none() {
            return None;
        }
        let label = label.filter(|_| !innermost || self.rng.chance(0.5));
        let jump = if self.rng.chance(0.5) {
            Stmt::Break
        } else {
            Stmt::Continue
        };
        Some(jump(label))
    }

    fn returned(&mut self) -> Option<Expr> {
        match self.result {
            Ty::Unit => None,
            ty => Some(self.value_of(ty, 2)),
        }
    }
}
