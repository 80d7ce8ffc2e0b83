//! Pooling in one dimension, and sorting in groups.

use super::extremes::best;
use super::order::{ordered, sorted};
use super::{Asker, Slope, slices};
use crate::numeric::Real;
use crate::selection::Selection;

slices! {
    /// The largest number of each window of `size` numbers, one window every `stride` numbers; the first of several takes all
    /// of the derivative. What is left over at the end is in no window.
    ///
    /// # Panics
    /// If `size` or `stride` is 0.
    list fn max_pool(x, size, stride) {
        value: starts(x, size, stride).map(|start| super::max_of(&x[start..start + size])).collect(),
        slopes(ask): starts(x, size, stride)
            .map(|start| best(&x[start..start + size], &|i| Slope::at(start + i), ask, |new, best| new > best))
            .collect(),
        decide { stratum: "x[i] = max of those before in the window", field: "{w : w ≥ 0, Σ w = 1, w = 0 off the largest}", theta: [0.0, 0.0, 0.0] },
        definable: Semialgebraic, cost_bound: 3.0,
        example: "assert_eq!(max_pool(&[1.0, 3.0, 2.0, 0.0], 2, 2), [3.0, 2.0]);",
        samples: [([1.0, 3.0, 2.0, 0.0], [2, 2]), ([1.0, 3.0, 2.0, 0.0, 5.0], [3, 1])],
        kinks: [([0.0, 2.0, 2.0], [3, 3]), ([1.0, 1.0, 1.0], [3, 3]), ([1.0, 1.0, 1.0, 0.0], [2, 1])],
        source: "maxpool1d_k3",
    }
    /// Each group of `size` numbers in ascending order, a shorter one at the end (Anil, Lucas, Grosse 2019). Equal numbers keep
    /// their order, so that the Jacobian is a permutation at every tie, too, and the norm of a gradient is preserved.
    ///
    /// # Panics
    /// If `size` is 0.
    list fn group_sort(x, size) {
        value: x.chunks(size).flat_map(|group| sorted(group)).collect(),
        slopes(ask): groups(x, size, false, ask),
        decide { stratum: "neighbours in the order are equal", field: "doubly stochastic on the equal numbers", theta: [1.0, 1.0, 1.0] },
        definable: Semialgebraic, cost_bound: 3.0,
        example: "assert_eq!(group_sort(&[3.0, 1.0, 2.0, 0.0], 2), [1.0, 3.0, 0.0, 2.0]);",
        samples: [([3.0, 1.0, 2.0, 0.0], [2]), ([3.0, 1.0, 2.0, 0.0, -1.0], [3])],
        kinks: [([1.0, 1.0, 2.0, 2.0], [2]), ([1.0, 1.0, 1.0], [3])],
    }
    /// Each pair of numbers with the larger one first, one left over as it is: [`group_sort`] in pairs, descending.
    list fn max_min(x) {
        value: x.chunks(2).flat_map(|group| super::top_k(group, 2)).collect(),
        slopes(ask): groups(x, 2, true, ask),
        decide { stratum: "x[2 i] = x[2 i + 1]", field: "doubly stochastic on the pair", theta: [1.0, 1.0, 1.0] },
        definable: Semialgebraic, cost_bound: 3.0,
        example: "assert_eq!(max_min(&[1.0, 3.0, 2.0]), [3.0, 1.0, 2.0]);",
        samples: [([1.0, 3.0, 2.0], []), ([2.0, 1.0], [])],
        kinks: [([1.0, 1.0], [])],
    }
}

/// Where the windows begin.
fn starts<T>(x: &[T], size: usize, stride: usize) -> impl Iterator<Item = usize> + use<T> {
    assert!(size > 0, "a window has at least one number");
    let count = (x.len() + 1).saturating_sub(size);
    (0..count).step_by(stride)
}

fn groups<T: Real, S: Selection + ?Sized>(
    x: &[T],
    size: usize,
    descending: bool,
    ask: &mut Asker<'_, T, S>,
) -> Vec<Slope<T>> {
    let mut slopes = Vec::with_capacity(x.len());
    for (k, group) in x.chunks(size).enumerate() {
        slopes.extend(ordered(group, k * size, descending, 0..group.len(), ask));
    }
    slopes
}
