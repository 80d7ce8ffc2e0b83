//! Sorting, order statistics, the largest few.
//!
//! The numbers are put in order once; then neighbours are compared, from the first to the last, and within a block of
//! equal numbers each is asked how far it moves forward (an insertion sort, which with the default of sorting, to stay, asks
//! once per number). Where a number stays with a weight between 0 and 1, the rows of both places are mixed, so the rows of a
//! block stay doubly stochastic. NaN is larger than everything.

use core::cmp::Ordering;

use super::{Asker, Slope, slices};
use crate::numeric::Real;
use crate::rules::Compared;
use crate::selection::Selection;

slices! {
    /// The numbers in ascending order; NaN at the end. Equal numbers stay in the order in which they were.
    list fn sorted(x) {
        value: arranged(x, false).into_iter().map(|i| x[i]).collect(),
        slopes(ask): ordered(x, 0, false, 0..x.len(), ask),
        decide { stratum: "neighbours in the order are equal", field: "doubly stochastic on the equal numbers", theta: [1.0, 1.0, 1.0] },
        definable: Semialgebraic, cost_bound: 3.0,
        example: "assert_eq!(sorted(&[3.0, 1.0, 2.0]), [1.0, 2.0, 3.0]);",
        samples: [([3.0, 1.0, 2.0], []), ([0.5, -1.0, 4.0, 2.0, 3.0], [])],
        kinks: [([1.0, 1.0, 1.0], []), ([1.0, 2.0, 1.0], []), ([2.0, 1.0, 1.0], [])],
        source: "sort_dot",
    }
    /// The `k` largest numbers (all if there are fewer) in descending order; NaN counts as largest. Of equal numbers the first comes first.
    list fn top_k(x, k) {
        value: arranged(x, true).into_iter().take(k).map(|i| x[i]).collect(),
        slopes(ask): {
            let mut slopes = ordered(x, 0, true, 0..k.min(x.len()), ask);
            slopes.truncate(k);
            slopes
        },
        decide { stratum: "neighbours in the order are equal", field: "doubly stochastic on the equal numbers", theta: [1.0, 1.0, 1.0] },
        definable: Semialgebraic, cost_bound: 3.0,
        example: "assert_eq!(top_k(&[3.0, 1.0, 2.0], 2), [3.0, 2.0]);",
        samples: [([3.0, 1.0, 2.0], [2]), ([0.5, -1.0, 4.0], [1])],
        kinks: [([1.0, 1.0, 1.0], [2]), ([3.0, 3.0, 1.0], [2])],
        source: "top2_dot",
    }
    /// The number with `k` smaller ones (from 0), or one of those equal to it: each then has an equal share.
    ///
    /// # Panics
    /// If there are not more than `k` numbers.
    number fn order_statistic(x, k) {
        value: x[arranged(x, false)[k]],
        slopes(ask): statistic(x, k..k + 1, ask),
        decide { stratum: "neighbours in the order are equal", field: "{w : w ≥ 0, Σ w = 1, w = 0 off the equal numbers}", theta: [0.5, 1.0, 0.5] },
        definable: Semialgebraic, cost_bound: 3.0,
        example: "assert_eq!(order_statistic(&[3.0, 1.0, 2.0], 2), 3.0);",
        samples: [([3.0, 1.0, 2.0], [1]), ([0.5, -1.0, 4.0, 7.0], [2])],
        kinks: [([1.0, 1.0, 1.0], [0]), ([1.0, 2.0, 1.0, 3.0], [1])],
    }
    /// The middle number, or the mean of the two middle ones.
    ///
    /// # Panics
    /// If there are no numbers.
    number fn median(x) {
        value: {
            let (order, n) = (arranged(x, false), x.len());
            let upper = x[order[n / 2]];
            if n % 2 == 1 { upper } else { T::from_f64(0.5) * (x[order[n / 2 - 1]] + upper) }
        },
        slopes(ask): statistic(x, (x.len() - 1) / 2..x.len() / 2 + 1, ask),
        decide { stratum: "neighbours in the order are equal", field: "{w : w ≥ 0, Σ w = 1, w = 0 off the equal numbers}", theta: [0.5, 1.0, 0.5] },
        definable: Semialgebraic, cost_bound: 3.0,
        example: "assert_eq!(median(&[3.0, 1.0, 2.0, 7.0]), 2.5);",
        samples: [([3.0, 1.0, 2.0], []), ([0.5, -1.0, 4.0, 7.0], [])],
        kinks: [([1.0, 1.0, 1.0], []), ([1.0, 2.0, 2.0], []), ([2.0, 2.0, 1.0, 3.0], [])],
        source: "median",
    }
}

/// The slope of the mean of some places in the order.
fn statistic<T: Real, S: Selection + ?Sized>(
    x: &[T],
    places: core::ops::Range<usize>,
    ask: &mut Asker<'_, T, S>,
) -> Vec<Slope<T>> {
    let mut slopes = ordered(x, 0, false, places.clone(), ask)
        .into_iter()
        .skip(places.start)
        .take(places.len());
    let (Some(first), second) = (slopes.next(), slopes.next()) else {
        return Vec::new();
    };
    vec![match second {
        Some(second) => Slope::mix(0.5, &first, &second),
        None => first,
    }]
}

fn compare<T: Real>(a: T, b: T) -> Ordering {
    a.partial_cmp(&b)
        .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// Positions in the order of the numbers, those of equal ones as they come.
fn arranged<T: Real>(x: &[T], descending: bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|i, j| match descending {
        true => compare(x[*j], x[*i]),
        false => compare(x[*i], x[*j]),
    });
    order
}

/// The slopes of the numbers in order, the first of which is at a position. Only what concerns the wanted places is
/// asked for.
pub(super) fn ordered<T: Real, S: Selection + ?Sized>(
    x: &[T],
    offset: usize,
    descending: bool,
    wanted: core::ops::Range<usize>,
    ask: &mut Asker<'_, T, S>,
) -> Vec<Slope<T>> {
    let order = arranged(x, descending);
    let mut slopes: Vec<Slope<T>> = order.iter().map(|i| Slope::at(offset + i)).collect();
    let value = |p: usize| x[order[p]];
    let tied = |p: usize| p > 0 && p < x.len() && value(p - 1) == value(p);
    if wanted.is_empty() {
        return slopes;
    }
    let (mut first, mut last) = (wanted.start, wanted.end);
    while tied(first) {
        first -= 1;
    }
    while tied(last) {
        last += 1;
    }
    // From the block of the first place, compared with what is before it, to what comes after that of the last.
    let mut block = first;
    for q in first.max(1)..(last + 1).min(x.len()) {
        if !tied(q) {
            block = q;
        }
        let mut p = q;
        while forward(
            &mut slopes,
            p,
            (value(p - 1), value(p)),
            p - block + 1,
            descending,
            ask,
        ) {
            p -= 1;
            // At the front of its block, or past the one comparison with the block before, which only a selection that
            // overrules the numbers lets it pass.
            if p <= block {
                break;
            }
        }
    }
    slopes
}

/// Asks whether the number at a place stays behind the one before it. True if it (partly) moves.
fn forward<T: Real, S: Selection + ?Sized>(
    slopes: &mut [Slope<T>],
    p: usize,
    (before, here): (T, T),
    among: usize,
    descending: bool,
    ask: &mut Asker<'_, T, S>,
) -> bool {
    let tie = before == here;
    let (smaller, larger, pair) = match descending {
        true => (here, before, (&slopes[p - 1], &slopes[p])),
        false => (before, here, (&slopes[p], &slopes[p - 1])),
    };
    let compared = Compared {
        margin: if tie { T::ZERO } else { larger - smaller },
        above: true,
        tie,
    };
    let among = if tie {
        u32::try_from(among).unwrap_or(u32::MAX)
    } else {
        2
    };
    match ask.ask(0, compared, among, pair) {
        1.0 => return false,
        0.0 => slopes.swap(p - 1, p),
        stays => {
            let [first, second] = [
                Slope::mix(stays, &slopes[p], &slopes[p - 1]),
                Slope::mix(stays, &slopes[p - 1], &slopes[p]),
            ];
            (slopes[p - 1], slopes[p]) = (first, second);
        }
    }
    true
}
