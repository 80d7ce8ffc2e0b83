//! Records of loops that are known to be short: they need no allocation.

use core::ops::{Deref, DerefMut};

/// A list of at most `N` records of numbers. For emitted code.
#[derive(Clone, Copy, Debug)]
pub struct Short<T, const N: usize> {
    items: [T; N],
    len: usize,
}

/// An empty list. For emitted code.
///
/// ```
/// let mut saved = autodiff_runtime::short::short::<f64, 3>();
/// saved.push(2.0);
/// saved.resize(3, 0.5);
/// assert_eq!(saved[1..], [0.5, 0.5]);
/// saved.truncate(1);
/// assert_eq!((saved.pop(), saved.pop()), (Some(2.0), None));
/// ```
#[inline(always)]
#[must_use]
pub fn short<T: Copy + Default, const N: usize>() -> Short<T, N> {
    Short {
        items: [T::default(); N],
        len: 0,
    }
}

impl<T: Copy, const N: usize> Short<T, N> {
    /// Adds a record.
    ///
    /// # Panics
    ///
    /// If there are `N` already.
    #[inline(always)]
    pub fn push(&mut self, item: T) {
        self.items[self.len] = item;
        self.len += 1;
    }

    /// Takes the last record.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        Some(self.items[self.len])
    }

    /// Goes to this number of records, with copies of `item`.
    ///
    /// # Panics
    ///
    /// If that is more than `N`.
    #[inline(always)]
    pub fn resize(&mut self, len: usize, item: T) {
        for k in self.len..len {
            self.items[k] = item;
        }
        self.len = len;
    }

    /// Drops the records behind the first `len`.
    #[inline(always)]
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// There is room.
    #[inline(always)]
    pub fn reserve(&mut self, _: usize) {}
}

impl<T: Copy, const N: usize> Extend<T> for Short<T, N> {
    #[inline(always)]
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.push(item));
    }
}

impl<T, const N: usize> Deref for Short<T, N> {
    type Target = [T];
    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.items[..self.len]
    }
}

impl<T, const N: usize> DerefMut for Short<T, N> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.items[..self.len]
    }
}
