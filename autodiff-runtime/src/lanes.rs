//! Storage for iterations that run side by side: it begins at a boundary of a cache line, wherever the
//! stack and the allocator stand. (Vectors across two lines cost such loops up to half of their speed.)

use core::ops::{Deref, DerefMut};

/// What a vector register and a cache line hold at most, in bytes.
const LINE: usize = 64;

/// Iterations that run side by side.
pub const LANES: usize = 32;

/// One number per iteration of a strip.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Lanes<T>([T; LANES]);

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

impl<T> Deref for Lanes<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> DerefMut for Lanes<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
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
