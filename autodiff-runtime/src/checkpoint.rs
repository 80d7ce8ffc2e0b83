//! Checkpoints of a loop: which states are kept, and from which the iterations are run again.
//!
//! The reverse sweep of a loop that hands a state from iteration to iteration needs the state at the
//! start of every iteration, last one first. Under `#[checkpoint]` few of them are kept, and the
//! others computed again. For emitted code:
//!
//! ```
//! use autodiff_runtime::checkpoint::{Checkpoints, Schedule};
//!
//! let step = |x: f64| x + 1.0;
//! let mut saved = Checkpoints::new();
//!
//! // The forward sweep: ten iterations, three states.
//! let mut plan = Schedule::counted(10, Some(3));
//! let mut x = 0.0;
//! for _ in 0..10 {
//!     if plan.is_due(&mut saved) {
//!         saved.keep(&plan, x);
//!     }
//!     x = step(x);
//! }
//!
//! // The reverse sweep.
//! let mut plan = Schedule::backwards(10, Some(3));
//! for last in (0..10).rev() {
//!     let mut x = saved.restore(&mut plan, last).unwrap();
//!     for _ in plan.again() {
//!         if plan.is_due(&mut saved) {
//!             saved.keep(&plan, x);
//!         }
//!         x = step(x);
//!     }
//!     assert_eq!(x, last as f64); // the state at the start of iteration `last`
//! }
//! ```
//!
//! **A number of iterations that is known** gives the binomial schedule (A. Griewank, A. Walther,
//! *Algorithm 799: revolve*, ACM TOMS 26, 2000). It takes the least number of runs that is possible
//! with that many states: `l` steps are reversed with `c` states by advancing over a step
//! `r·l − C(c + r, r − 1)` times, where `r` is the number with `C(c + r − 1, r − 1) < l ≤ C(c + r, r)`
//! ([`advances`]). What comes after the loop is reversed before it, hence is one step more: a loop of
//! `n` iterations has `l = n + 1`, and `n` of its advances are the forward sweep ([`reruns`]).
//!
//! **A number that is not known** gives states at equal distances. Whenever half of the budget is used
//! up, every other state is dropped and the distance doubled; so the distance `d` is a power of two
//! and less than `2·n/⌊c/2⌋` (for `c ≥ 4`; with less, only the start is kept). The reverse sweep takes
//! the segments between the states last to first, each by the binomial schedule with the states that
//! are free then, which are more than `c/2`: it advances at most `r·n` times, where
//! `C(c/2 + r, r) ≥ d`. Without a budget, the number of states grows with `√(2·n)`.

mod taken;

pub use taken::{Mark, Taken, Taking};

/// The binomial coefficient `C(c + r, r)`: the longest loop that `c` states reverse if no iteration is
/// advanced over more than `r` times. At most `u128::MAX`.
#[must_use]
pub fn reach(c: usize, r: usize) -> u128 {
    let (few, many) = (c.min(r) as u128, c.max(r) as u128);
    let mut product = 1_u128;
    for k in 1..=few {
        // The product of k consecutive numbers is divisible by k!.
        match product.checked_mul(many + k) {
            Some(all) => product = all / k,
            None => return u128::MAX,
        }
    }
    product
}

/// The number of times that the binomial schedule advances over a step, if `steps` are reversed with
/// `c` states; the first sweep, over all steps but the last, included. There is no way with less.
///
/// ```
/// use autodiff_runtime::checkpoint::advances;
/// assert_eq!(advances(10, 10), 9); // every state is kept
/// assert_eq!(advances(10, 1), 45); // from the start every time
/// assert_eq!(advances(10, 3), 15);
/// ```
#[must_use]
pub fn advances(steps: usize, c: usize) -> u128 {
    if steps <= 1 {
        return 0;
    }
    let r = repetitions(steps, c);
    r as u128 * steps as u128 - reach(c + 1, r - 1)
}

/// The number of iterations that are run again on the way to the one that is reversed next, in a
/// loop of `n` iterations with `c` states. (Each is run once more when it is reversed itself.)
///
/// ```
/// use autodiff_runtime::checkpoint::reruns;
/// assert_eq!(reruns(10, 10), 0);
/// assert_eq!(reruns(10, 1), 45);
/// assert_eq!(reruns(1_000_000, 1000), 1_497_500);
/// ```
#[must_use]
pub fn reruns(n: usize, c: usize) -> u128 {
    advances(n + 1, c) - n as u128
}

/// The least `r` with `reach(c, r) ≥ n`; `n > 1`, `c > 0`.
fn repetitions(n: usize, c: usize) -> usize {
    if c == 1 {
        return n - 1;
    }
    let (mut r, mut reached) = (0_u128, 1_u128);
    while reached < n as u128 {
        r += 1;
        reached = reached.saturating_mul(c as u128 + r) / r;
    }
    r as usize
}

/// How far behind the first iteration the next state is kept, if `n` iterations are to be reversed
/// with `c` states, that of the first included. `n > 1`, `c > 1`.
fn distance(n: usize, c: usize) -> usize {
    let r = repetitions(n, c);
    // Both parts have to be in reach: the second with one state less, the first with one run less.
    let second = reach(c - 1, r - 1);
    let first = reach(c, r - 1);
    let n = n as u128;
    let at = first.min(n - second.min(n - 1)).clamp(1, n - 1);
    at as usize
}

/// The number of states for a loop of `n` iterations if the program does not say: `√n`, rounded up. A
/// thousand for a million; no iteration is advanced over more than three times then.
#[must_use]
pub fn usual(n: usize) -> usize {
    let root = n.isqrt();
    (root + usize::from(root * root < n)).max(1)
}

/// Which states are kept in one visit of a loop.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// How many states there may be.
    budget: Budget,
    /// How many there are.
    kept: usize,
    /// The iteration that is about to run.
    at: usize,
    /// The next iteration whose state is kept.
    next: usize,
    /// One past the last iteration that has to be reversed.
    end: usize,
}

#[derive(Clone, Copy, Debug)]
enum Budget {
    /// Of a loop whose number of iterations is known, or that is being reversed.
    Fixed(usize),
    /// Of a loop whose end is not known yet: the distance of the states, and their number if the
    /// program says it.
    Open(usize, Option<usize>),
}

impl Schedule {
    /// The forward sweep of a loop of `n` iterations.
    #[must_use]
    pub fn counted(n: usize, budget: Option<usize>) -> Schedule {
        let budget = Budget::Fixed(budget.unwrap_or_else(|| usual(n)).max(1));
        // What comes after the loop is one step more.
        Schedule::new(budget, n.saturating_add(1))
    }

    fn new(budget: Budget, end: usize) -> Schedule {
        Schedule {
            budget,
            kept: 0,
            at: 0,
            next: 0,
            end,
        }
    }

    /// The forward sweep of a loop of which nobody knows the number of iterations.
    #[must_use]
    pub fn uncounted(budget: Option<usize>) -> Schedule {
        Schedule::new(Budget::Open(1, budget), usize::MAX)
    }

    /// The reverse sweep of a loop that ran `n` iterations under [`Schedule::counted`].
    #[must_use]
    pub fn backwards(n: usize, budget: Option<usize>) -> Schedule {
        Schedule::counted(n, budget)
    }

    /// The reverse sweep of a loop that ran `n` iterations under [`Schedule::uncounted`].
    #[must_use]
    pub fn backwards_uncounted(n: usize, budget: Option<usize>) -> Schedule {
        Schedule::counted(n, Some(budget.unwrap_or_else(|| 2 * usual(n))))
    }

    /// True if the state of the iteration that is about to run is kept. Asked once per iteration.
    #[inline]
    pub fn is_due<S>(&mut self, saved: &mut Checkpoints<S>) -> bool {
        let due = self.at == self.next && self.take(saved);
        self.at += 1;
        due
    }

    /// Decides about the iteration `at`, and which is looked at next.
    fn take<S>(&mut self, saved: &mut Checkpoints<S>) -> bool {
        match self.budget {
            Budget::Fixed(budget) => {
                self.kept += 1;
                self.plan(budget);
                true
            }
            Budget::Open(distance, budget) => {
                let limit = budget.map_or(2 * distance, |budget| budget / 2);
                if limit <= 1 && self.kept == 1 {
                    self.next = usize::MAX;
                    return false;
                }
                let mut apart = distance;
                if self.kept == limit {
                    apart *= 2;
                    self.kept = saved.thin(self.kept, apart);
                    self.budget = Budget::Open(apart, budget);
                }
                let due = self.at.is_multiple_of(apart);
                self.kept += usize::from(due);
                self.next = self.at.next_multiple_of(apart);
                self.next += if due { apart } else { 0 };
                due
            }
        }
    }

    /// After a state was kept in front of `at`: where the next one is.
    fn plan(&mut self, budget: usize) {
        // The state that was kept last is that of the first iteration of what is left.
        let (left, free) = (
            self.end - self.at,
            budget.saturating_sub(self.kept).saturating_add(1),
        );
        self.next = match left > 1 && free > 1 {
            true => self.at + distance(left, free),
            false => usize::MAX,
        };
    }

    /// The iterations that are run again before the last one can be reversed.
    #[must_use]
    pub fn again(&self) -> std::ops::Range<usize> {
        self.at..self.end - 1
    }
}

/// The states that are kept, of all visits of a loop that have not been reversed.
#[derive(Clone, Debug, Default)]
pub struct Checkpoints<S> {
    /// The iteration, and the state at its start. Every visit begins at 0.
    kept: Vec<(usize, S)>,
}

impl<S> Checkpoints<S> {
    /// None.
    #[must_use]
    pub const fn new() -> Checkpoints<S> {
        Checkpoints { kept: Vec::new() }
    }

    /// Keeps a state that was due.
    pub fn keep(&mut self, plan: &Schedule, state: S) {
        if let (Budget::Fixed(budget), 1) = (plan.budget, plan.kept) {
            // The first of a visit: there will be as many as there may be.
            self.kept.reserve_exact(budget.min(plan.end - plan.at + 1));
        }
        self.kept.push((plan.at - 1, state));
    }

    /// How many states are kept now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// True if none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Of the last `count` states, those at multiples of `apart` stay.
    fn thin(&mut self, count: usize, apart: usize) -> usize {
        let first = self.kept.len() - count;
        let mut free = first;
        for k in first..self.kept.len() {
            if self.kept[k].0.is_multiple_of(apart) {
                self.kept.swap(free, k);
                free += 1;
            }
        }
        self.kept.truncate(free);
        free - first
    }
}

impl<S: Clone> Checkpoints<S> {
    /// The last state at or before the start of the iteration `last`, which is to be reversed next;
    /// `None` if there is none, which does not happen in emitted code. The state is given away if it
    /// is that of `last` itself.
    pub fn restore(&mut self, plan: &mut Schedule, last: usize) -> Option<S> {
        if plan.kept == 0 {
            let first = self.kept.iter().rposition(|(at, _)| *at == 0)?;
            plan.kept = self.kept.len() - first;
        }
        let at = self.kept.last()?.0;
        (plan.at, plan.end) = (at, last + 1);
        if at == last {
            plan.kept -= 1;
            return self.kept.pop().map(|(_, state)| state);
        }
        if let Budget::Fixed(budget) = plan.budget {
            plan.plan(budget);
        }
        self.kept.last().map(|(_, state)| state.clone())
    }
}

#[cfg(test)]
mod tests;
