//! Slices that overlap, and are written to.

use core::cell::Cell;

/// The elements as cells: a loop that reads `x[i + 1]` and sets `x[i]` takes one slice for each, with one bounds check in
/// front of it for each.
///
/// ```
/// use autodiff_runtime::cells::cells;
/// let mut x = [1.0, 2.0, 4.0];
/// let all = cells(&mut x);
/// let (here, next) = (&all[..2], &all[1..]);
/// (0..2).for_each(|k| here[k].set(here[k].get() + next[k].get()));
/// assert_eq!(x, [3.0, 6.0, 4.0]);
/// ```
#[inline]
#[must_use]
pub fn cells<T>(elements: &mut [T]) -> &[Cell<T>] {
    Cell::from_mut(elements).as_slice_of_cells()
}
