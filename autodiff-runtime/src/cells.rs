//! Slices that overlap, and are written to.

use core::cell::Cell;
use core::mem;

use crate::numeric::{Scalar, ordinary, unless_zero};

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

/// Rows of a list of lists as cells, in any order, also one row several times.
///
/// # Panics
///
/// If there is no such row.
///
/// ```
/// use autodiff_runtime::cells::cells_of_rows;
/// let mut x = vec![vec![1.0, 2.0], vec![4.0], vec![8.0]];
/// let [a, b, c] = cells_of_rows(&mut x, [2, 0, 2]);
/// a[0].set(b[1].get() + c[0].get());
/// assert_eq!(x[2], [10.0]);
/// ```
#[inline]
#[must_use]
pub fn cells_of_rows<T, R: AsMut<[T]>, const N: usize>(
    rows: &mut [R],
    which: [usize; N],
) -> [&[Cell<T>]; N] {
    // The message that an index has.
    which.iter().for_each(|at| _ = &rows[*at]);
    let mut found: [&[Cell<T>]; N] = [&[]; N];
    let (mut rest, mut next) = (rows, 0);
    let mut left = which.iter().copied().min();
    while let Some(at) = left {
        let (row, behind) = mem::take(&mut rest)[at - next..].split_at_mut(1);
        let row = cells(row[0].as_mut());
        (rest, next) = (behind, at + 1);
        for (found, wanted) in found.iter_mut().zip(which) {
            if wanted == at {
                *found = row;
            }
        }
        left = which.iter().copied().filter(|wanted| *wanted > at).min();
    }
    found
}

/// Sums that are formed side by side.
const LANES: usize = 8;

/// The reverse of `y[k] += m * x[k]`: adds `m` times the adjoint of `y` to that of `x`, and gives the product of that of `y`
/// and `x`, which is the adjoint of `m`. Adjoints of 0 stay without effect where `m` or an element of `x` is not finite.
///
/// `y` and `x` may be rows of one list, and overlap: `y[k]` has been computed in the order of `k` then.
///
/// # Panics
///
/// If one of the adjoints is shorter than `x`.
///
/// ```
/// use autodiff_runtime::cells::{cells, multiple_back};
/// let (mut y_bar, mut x_bar) = ([1.0, 2.0], [0.5, 0.5]);
/// let m_bar = multiple_back(cells(&mut y_bar), cells(&mut x_bar), &[3.0, 4.0], 10.0);
/// assert_eq!((m_bar, x_bar), (11.0, [10.5, 20.5]));
/// ```
#[inline]
#[must_use]
pub fn multiple_back<T: Scalar>(y_bar: &[Cell<T>], x_bar: &[Cell<T>], x: &[T], m: T) -> T {
    let count = x.len();
    let (y_bar, x_bar) = (&y_bar[..count], &x_bar[..count]);
    if overlap(y_bar, x_bar) {
        let mut m_bar = T::default();
        for k in (0..count).rev() {
            let g = y_bar[k].get();
            m_bar += unless_zero(g, g * x[k]);
            x_bar[k].set(x_bar[k].get() + unless_zero(g, g * m));
        }
        return m_bar;
    }
    let mut m_bar = product(y_bar, x);
    // One product that is not finite leaves its mark on the sum.
    if !ordinary(m_bar) {
        let terms = y_bar
            .iter()
            .zip(x)
            .map(|(g, x)| unless_zero(g.get(), g.get() * *x));
        m_bar = terms.fold(T::default(), |sum, term| sum + term);
    }
    if ordinary(m) {
        for (x_bar, g) in x_bar.iter().zip(y_bar) {
            x_bar.set(x_bar.get() + g.get() * m);
        }
    } else {
        for (x_bar, g) in x_bar.iter().zip(y_bar) {
            x_bar.set(x_bar.get() + unless_zero(g.get(), g.get() * m));
        }
    }
    m_bar
}

fn overlap<T>(a: &[Cell<T>], b: &[Cell<T>]) -> bool {
    let (a, b) = (a.as_ptr_range(), b.as_ptr_range());
    a.start < b.end && b.start < a.end
}

fn product<T: Scalar>(y_bar: &[Cell<T>], x: &[T]) -> T {
    let mut lanes = [T::default(); LANES];
    let (whole, rest) = x.as_chunks::<LANES>();
    let (bars, bars_rest) = y_bar.as_chunks::<LANES>();
    for (g, x) in bars.iter().zip(whole) {
        for l in 0..LANES {
            lanes[l] += g[l].get() * x[l];
        }
    }
    let rest = bars_rest.iter().zip(rest).map(|(g, x)| g.get() * *x);
    let all = lanes.into_iter().chain(rest);
    all.fold(T::default(), |sum, term| sum + term)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Statement by statement, backwards.
    fn expected(all: &mut [f64], starts: (usize, usize), x: &[f64], m: f64) -> f64 {
        let mut m_bar = 0.0;
        for k in (0..x.len()).rev() {
            let g = all[starts.0 + k];
            m_bar += unless_zero(g, g * x[k]);
            all[starts.1 + k] += unless_zero(g, g * m);
        }
        m_bar
    }

    #[test]
    fn rows_that_are_apart_and_rows_that_overlap() {
        let all: Vec<f64> = (0..60).map(|i| (f64::from(i) * 0.7).sin()).collect();
        for (y, x) in [(0, 30), (30, 0), (0, 0), (0, 1), (5, 0), (19, 0)] {
            for count in [0, 1, 7, 8, 20] {
                let values = &all[10..10 + count];
                let (mut found, mut wanted) = (all.clone(), all.clone());
                let cells = cells(&mut found);
                let m_bar = multiple_back(&cells[y..][..count], &cells[x..][..count], values, -1.3);
                let sum = expected(&mut wanted, (y, x), values, -1.3);
                assert!((m_bar - sum).abs() < 1e-13, "{y} {x} {count}");
                assert_eq!(found, wanted);
            }
        }
    }

    #[test]
    fn adjoints_of_zero_at_factors_that_are_not_finite() {
        let (mut y, mut x_bar) = ([0.0, 2.0, 0.0], [1.0; 3]);
        let x = [f64::INFINITY, 3.0, f64::NAN];
        let m_bar = multiple_back(cells(&mut y), cells(&mut x_bar), &x, f64::NEG_INFINITY);
        assert_eq!((m_bar, x_bar), (6.0, [1.0, f64::NEG_INFINITY, 1.0]));
        let mut y = [1.0, 2.0, 0.0];
        assert!(multiple_back(cells(&mut y), cells(&mut x_bar), &x, 1.0).is_infinite());
    }
}
