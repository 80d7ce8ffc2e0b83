//! The largest and the smallest of the numbers of a slice.

use super::{Asker, Slope, slices};
use crate::numeric::Real;
use crate::rules::Compared;
use crate::selection::Selection;

slices! {
    /// The largest of the numbers; a NaN loses. Of no numbers, -∞.
    ///
    /// Where several are largest, each gets an equal share of the derivative, as in all three frameworks.
    number fn max_of(x) {
        value: x.iter().copied().reduce(T::max).unwrap_or(T::NEG_INFINITY),
        slopes(ask): vec![extreme(x, ask, |new, best| new > best)],
        decide { stratum: "x[i] = max of those before", field: "{w : w ≥ 0, Σ w = 1, w = 0 off the largest}", theta: [0.5, 0.5, 0.5] },
        definable: Semialgebraic, cost_bound: 3.0,
        example: "assert_eq!(max_of(&[1.0, 3.0, 2.0]), 3.0);",
        samples: [([1.0, 3.0, 2.0], []), ([-1.0], []), ([2.0, -1.0, 1.5, 0.0], [])],
        kinks: [([0.0, 1.0, 1.0], []), ([1.0, 1.0, 1.0], []), ([2.0, 1.0, 2.0, 2.0], [])],
        source: "max_n",
    }
    /// The smallest of the numbers; a NaN loses. Of no numbers, ∞.
    ///
    /// Where several are smallest, each gets an equal share of the derivative, as in all three frameworks.
    number fn min_of(x) {
        value: x.iter().copied().reduce(T::min).unwrap_or(T::INFINITY),
        slopes(ask): vec![extreme(x, ask, |new, best| new < best)],
        decide { stratum: "x[i] = min of those before", field: "{w : w ≥ 0, Σ w = 1, w = 0 off the smallest}", theta: [0.5, 0.5, 0.5] },
        definable: Semialgebraic, cost_bound: 3.0,
        example: "assert_eq!(min_of(&[1.0, 3.0, 2.0]), 1.0);",
        samples: [([1.0, 3.0, 2.0], []), ([-1.0], []), ([2.0, -1.0, 1.5, 0.0], [])],
        kinks: [([1.0, 0.0, 0.0], []), ([1.0, 1.0, 1.0], [])],
        source: "min_n",
    }
    /// The largest of the numbers, read where it is, `x[argmax x]`: the first of several takes all of the derivative, as in
    /// the frameworks' reductions that return an index. A NaN loses; of no numbers, -∞.
    ///
    /// (Another slice read at that place would jump where the place changes.)
    number fn argmax_value(x) {
        value: x.iter().copied().reduce(T::max).unwrap_or(T::NEG_INFINITY),
        slopes(ask): vec![extreme(x, ask, |new, best| new > best)],
        decide { stratum: "x[i] = max of those before", field: "{w : w ≥ 0, Σ w = 1, w = 0 off the largest}", theta: [0.0, 0.0, 0.0] },
        definable: Semialgebraic, cost_bound: 3.0,
        example: "assert_eq!(argmax_value(&[1.0, 3.0, 2.0]), 3.0);",
        samples: [([1.0, 3.0, 2.0], []), ([2.0, -1.0, 1.5, 0.0], [])],
        kinks: [([0.0, 1.0, 1.0], []), ([1.0, 1.0, 1.0], [])],
        source: "max_dim_n",
    }
    /// The smallest of the numbers, read where it is, `x[argmin x]`: the first of several takes all of the derivative.
    /// A NaN loses; of no numbers, ∞.
    number fn argmin_value(x) {
        value: x.iter().copied().reduce(T::min).unwrap_or(T::INFINITY),
        slopes(ask): vec![extreme(x, ask, |new, best| new < best)],
        decide { stratum: "x[i] = min of those before", field: "{w : w ≥ 0, Σ w = 1, w = 0 off the smallest}", theta: [0.0, 0.0, 0.0] },
        definable: Semialgebraic, cost_bound: 3.0,
        example: "assert_eq!(argmin_value(&[1.0, 3.0, 2.0]), 1.0);",
        samples: [([1.0, 3.0, 2.0], []), ([2.0, -1.0, 1.5, 0.0], [])],
        kinks: [([1.0, 0.0, 0.0], []), ([1.0, 1.0, 1.0], [])],
    }
}

/// Compares each number with the best of those before. A NaN that is best is beaten by everything.
fn extreme<T: Real, S: Selection + ?Sized>(
    x: &[T],
    ask: &mut Asker<'_, T, S>,
    beats: impl Fn(T, T) -> bool,
) -> Slope<T> {
    best(x, &Slope::at, ask, beats)
}

/// The slope of the best of some values, each of which has a slope of its own.
pub(super) fn best<T: Real, S: Selection + ?Sized>(
    values: &[T],
    slope_of: &dyn Fn(usize) -> Slope<T>,
    ask: &mut Asker<'_, T, S>,
    beats: impl Fn(T, T) -> bool,
) -> Slope<T> {
    let Some(first) = values.first() else {
        return Slope::none();
    };
    let rising = beats(T::ONE, T::ZERO);
    let (mut best, mut slope, mut among) = (*first, slope_of(0), 1);
    for (i, new) in values.iter().copied().enumerate().skip(1) {
        let candidate = slope_of(i);
        let (above, tie) = (beats(new, best) || best.is_nan(), new == best);
        among = match (tie, above) {
            (true, _) => among + 1,
            (false, true) => 1,
            (false, false) => among,
        };
        let (margin, pair) = match rising {
            true => (new - best, (&candidate, &slope)),
            false => (best - new, (&slope, &candidate)),
        };
        let margin = if tie { T::ZERO } else { margin };
        let compared = Compared { margin, above, tie };
        let weight = ask.ask(0, compared, if tie { among } else { 2 }, pair);
        slope = match weight {
            0.0 => slope,
            1.0 => candidate,
            theta => Slope::mix(theta, &slope, &candidate),
        };
        if above {
            best = new;
        }
    }
    slope
}
