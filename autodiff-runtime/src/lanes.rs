//! Storage for iterations that run side by side: it begins at a boundary of a cache line, wherever the
//! stack and the allocator stand. (Vectors across two lines cost such loops up to half of their speed.)

use core::ops::{Add, Deref, DerefMut, Range};

/// What a vector register and a cache line hold at most, in bytes.
const LINE: usize = 64;

/// Iterations that run side by side.
pub const LANES: usize = 32;

/// As many of a loop over elements that carries nothing: what it stores by lane is loaded at other offsets, which has to wait for
/// the stores, and the more there are the longer ago most of them were.
pub const WIDE: usize = 128;

/// One number per iteration of a strip.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Lanes<T, const N: usize = LANES>([T; N]);

/// The same number for every iteration of a strip.
///
/// ```
/// let lanes = autodiff_runtime::lanes::lanes(0.5);
/// assert_eq!(lanes[..3], [0.5, 0.5, 0.5]);
/// assert_eq!(lanes.as_ptr().addr() % 64, 0);
/// ```
#[inline]
#[must_use]
pub fn lanes<T: Copy>(first: T) -> Lanes<T> {
    Lanes([first; LANES])
}

/// As [`lanes`], for a wide strip.
///
/// ```
/// assert_eq!(autodiff_runtime::lanes::wide_lanes(0.5)[..100], [0.5; 100]);
/// ```
#[inline]
#[must_use]
pub fn wide_lanes<T: Copy>(first: T) -> Lanes<T, WIDE> {
    Lanes([first; WIDE])
}

impl<T, const N: usize> Deref for Lanes<T, N> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const N: usize> DerefMut for Lanes<T, N> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

/// `&slice[from..][..count]`, for less of rustc's time.
///
/// # Panics
///
/// If there are fewer elements.
///
/// ```
/// assert_eq!(autodiff_runtime::lanes::part(&[1.0, 2.0, 3.0, 4.0], 1, 2), [2.0, 3.0]);
/// ```
#[inline(always)]
#[must_use]
#[track_caller]
pub fn part<T>(slice: &[T], from: usize, count: usize) -> &[T] {
    &slice[from..][..count]
}

/// `&mut slice[from..][..count]`
///
/// # Panics
///
/// If there are fewer elements.
#[inline(always)]
#[must_use]
#[track_caller]
pub fn part_mut<T>(slice: &mut [T], from: usize, count: usize) -> &mut [T] {
    &mut slice[from..][..count]
}

/// The first `count` points of `N` numbers each, one after the other.
///
/// # Panics
///
/// If there are fewer numbers.
///
/// ```
/// use autodiff_runtime::lanes::points;
/// assert_eq!(points::<2, _>(&[1.0, 2.0, 3.0, 4.0, 5.0], 2), [[1.0, 2.0], [3.0, 4.0]]);
/// ```
#[inline(always)]
#[must_use]
#[track_caller]
pub fn points<const N: usize, T>(slice: &[T], count: usize) -> &[[T; N]] {
    &slice.as_chunks().0[..count]
}

/// [`points`] that can be changed.
///
/// # Panics
///
/// If there are fewer numbers.
#[inline(always)]
#[must_use]
#[track_caller]
pub fn points_mut<const N: usize, T>(slice: &mut [T], count: usize) -> &mut [[T; N]] {
    &mut slice.as_chunks_mut().0[..count]
}

/// Adds all terms to the sum, in their order: that of the primal is the user's.
///
/// ```
/// let terms = [1e16, 1.0, -1e16];
/// assert_eq!(autodiff_runtime::lanes::sum_in_order(0.5, &terms), 0.5 + 1e16 + 1.0 - 1e16);
/// ```
#[inline(always)]
#[must_use]
pub fn sum_in_order<T: Copy + Add<Output = T>>(sum: T, terms: &[T]) -> T {
    let mut sum = sum;
    for term in terms {
        sum = sum + *term;
    }
    sum
}

/// Rows of such numbers.
#[derive(Debug)]
pub struct Rows<T> {
    numbers: Vec<T>,
    start: usize,
}

/// `len` times the same number.
///
/// ```
/// let rows = autodiff_runtime::lanes::rows(0.5, 5);
/// assert_eq!(rows[..], [0.5; 5]);
/// assert_eq!(rows.as_ptr().addr() % 64, 0);
/// ```
#[inline]
#[must_use]
pub fn rows<T: Copy>(first: T, len: usize) -> Rows<T> {
    let mut numbers = vec![first; len + LINE / size_of::<T>().max(1)];
    let start = numbers.as_ptr().align_offset(LINE);
    // No offset leads to a boundary if the size of a number does not divide it: any start is as good.
    let start = if start < numbers.len() - len {
        start
    } else {
        0
    };
    numbers.truncate(start + len);
    Rows { numbers, start }
}

/// Where a cache line begins is another position in another vector.
impl<T: Copy> Clone for Rows<T> {
    fn clone(&self) -> Self {
        let Some(first) = self.first() else {
            return Rows {
                numbers: Vec::new(),
                start: 0,
            };
        };
        let mut copy = rows(*first, self.len());
        copy.copy_from_slice(self);
        copy
    }
}

impl<T> Deref for Rows<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.numbers[self.start..]
    }
}

impl<T> DerefMut for Rows<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.numbers[self.start..]
    }
}

/// How many rows are read side by side: enough for the loads to overlap, and few enough for the registers.
const SIDE: usize = 4;

/// Copies `rows` of `from`, one row every `stride` numbers, into the columns of `to`: `to[j * width + l]` becomes
/// `from[(rows.start + l) * stride + j]` for `j` in `0..len`. What is beyond the end of `from` becomes 0.
///
/// ```
/// let mut columns = [9.0; 4];
/// autodiff_runtime::lanes::transpose(&mut columns, 2, &[0.0, 1.0, 2.0, 3.0, 4.0], 1..3, 2, 2);
/// assert_eq!(columns, [2.0, 4.0, 3.0, 0.0]);
/// ```
///
/// # Panics
///
/// If `to` does not have `len` rows of `width` numbers, or `width` is less than the number of rows.
#[inline]
pub fn transpose<T: Copy + Default>(
    to: &mut [T],
    width: usize,
    from: &[T],
    rows: Range<usize>,
    stride: usize,
    len: usize,
) {
    let lanes = rows.len();
    if lanes == 0 || len == 0 {
        return;
    }
    let Some(within) = contiguous(from, &rows, stride, len) else {
        return transpose_by_element(to, width, from, rows, stride, len);
    };
    let sides = lanes / SIDE * SIDE;
    for lane in (0..sides).step_by(SIDE) {
        let side = &within[lane * stride..];
        for (j, row) in to.chunks_exact_mut(width).take(len).enumerate() {
            let side = &side[j..][..(SIDE - 1) * stride + 1];
            let row = &mut row[lane..][..SIDE];
            for l in 0..SIDE {
                row[l] = side[l * stride];
            }
        }
    }
    for lane in sides..lanes {
        let row = &within[lane * stride..][..len];
        for (to, x) in to.chunks_exact_mut(width).zip(row) {
            to[lane] = *x;
        }
    }
}

/// From the first row on, if all of them are there.
fn contiguous<'a, T>(
    from: &'a [T],
    rows: &Range<usize>,
    stride: usize,
    len: usize,
) -> Option<&'a [T]> {
    let start = rows.start.checked_mul(stride)?;
    let last = (rows.end - 1).checked_mul(stride)?.checked_add(len)?;
    from.get(start..last)
}

#[cold]
fn transpose_by_element<T: Copy + Default>(
    to: &mut [T],
    width: usize,
    from: &[T],
    rows: Range<usize>,
    stride: usize,
    len: usize,
) {
    for (lane, i) in rows.enumerate() {
        for j in 0..len {
            let at = i.checked_mul(stride).and_then(|at| at.checked_add(j));
            let x = at.and_then(|at| from.get(at)).copied();
            to[j * width + lane] = x.unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::transpose;

    #[test]
    fn every_element_of_every_row_is_found_in_its_column() {
        let from: Vec<f64> = (0..200).map(f64::from).collect();
        for lanes in 1..=9 {
            for len in 0..=5 {
                for stride in 0..=7 {
                    for first in [0, 3, 28, 60] {
                        let mut to = vec![-1.0; len * 9];
                        transpose(&mut to, 9, &from, first..first + lanes, stride, len);
                        for j in 0..len {
                            for lane in 0..9 {
                                let at = (first + lane) * stride + j;
                                let expected = match lane < lanes {
                                    true => from.get(at).copied().unwrap_or(0.0),
                                    false => -1.0,
                                };
                                assert_eq!(to[j * 9 + lane].to_bits(), expected.to_bits());
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_that_nothing_reaches_is_zero() {
        let mut to = [1.0; 2];
        transpose(&mut to, 2, &[5.0], usize::MAX - 2..usize::MAX, 3, 1);
        assert_eq!(to, [0.0, 0.0]);
    }
}
