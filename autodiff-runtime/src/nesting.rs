//! Reverse sweeps inside of each other.
//!
//! A reverse sweep is a closure that owns those of the functions it calls. rustc goes through such a type level by level and
//! gives up at its recursion limit, so the sweep of a function from which a chain of nine calls starts is boxed. Whether
//! it is one is known when a constant of the companion has been evaluated, hence a choice between two types.

/// How many calls one inside the other share a type. A level may be a tuple in a `Vec` in a closure: rustc, whose limit is
/// 128, counts seven for it.
const LEVELS: usize = 9;

/// How many calls are looked at: functions can be reached in very many ways.
const CALLS: usize = 256;

/// What is left of both.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    levels: usize,
    calls: usize,
}

impl Budget {
    /// Nothing has been looked at.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "no default in constants")]
    pub const fn new() -> Budget {
        Budget {
            levels: LEVELS,
            calls: CALLS,
        }
    }

    /// At the start of a function.
    #[must_use]
    pub const fn enter(self) -> Budget {
        Budget {
            levels: self.levels.saturating_sub(1),
            calls: match self.levels {
                0 => 0,
                _ => self.calls.saturating_sub(1),
            },
        }
    }

    /// At its end.
    #[must_use]
    pub const fn leave(self) -> Budget {
        Budget {
            levels: self.levels + 1,
            calls: self.calls,
        }
    }

    /// True if the chains are too long, or too many.
    #[must_use]
    pub const fn is_spent(self) -> bool {
        self.calls == 0
    }
}

/// Whether a sweep is boxed.
#[derive(Debug)]
pub struct Boxed<const YES: bool>;

/// A sweep of type `F`, or in a box of type `B`.
pub trait Keep<F, B> {
    /// One of the two.
    type Kept;
    /// Boxes the sweep, or does not.
    fn keep(sweep: F, boxed: impl FnOnce(F) -> B) -> Self::Kept;
}

impl<F, B> Keep<F, B> for Boxed<false> {
    type Kept = F;
    #[inline(always)]
    fn keep(sweep: F, _: impl FnOnce(F) -> B) -> F {
        sweep
    }
}

impl<F, B> Keep<F, B> for Boxed<true> {
    type Kept = B;
    #[inline(always)]
    fn keep(sweep: F, boxed: impl FnOnce(F) -> B) -> B {
        boxed(sweep)
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, CALLS, LEVELS};

    /// A function that calls `width` others, each of which does so again.
    fn tree(mut budget: Budget, width: usize, height: usize, visits: &mut usize) -> Budget {
        *visits += 1;
        budget = budget.enter();
        if !budget.is_spent() && height > 0 {
            for _ in 0..width {
                budget = tree(budget, width, height - 1, visits);
            }
        }
        budget.leave()
    }

    #[test]
    fn long_chains_and_wide_trees_spend_it() {
        let spent = |width, height| tree(Budget::new(), width, height, &mut 0).is_spent();
        assert!(!spent(1, LEVELS - 1));
        assert!(spent(1, LEVELS));
        assert!(spent(1, 100));
        assert!(!spent(3, 4));
        assert!(spent(4, 4));
    }

    #[test]
    fn few_functions_are_looked_at() {
        let mut visits = 0;
        assert!(tree(Budget::new(), 20, 100, &mut visits).is_spent());
        assert!(visits < CALLS + 20 * LEVELS, "{visits}");
    }
}
