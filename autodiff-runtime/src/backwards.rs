//! Counters of loops with steps, from the last to the first.
//!
//! `(0..n).step_by(2).rev()` exists for the integers that have an exact length on every machine alone,
//! and `(0..=n).step_by(2).rev()` for none. A reverse sweep has to run backwards over any of them.

use core::ops::{Range, RangeInclusive};

/// An integer that counts.
pub trait Counter: Copy {
    /// How many steps there are from `self` to `to`, both included; none if `to` is below `self`.
    fn steps(self, to: Self, step: usize) -> usize;
    /// `self` and `count` steps more.
    fn up(self, count: usize, step: usize) -> Self;
    /// `self` and `count` steps less.
    fn down(self, count: usize, step: usize) -> Self;
    /// The integer below, for one that has one above it.
    fn before(self) -> Self;
    /// Whether it is below `other`.
    fn below(self, other: Self) -> bool;
}

macro_rules! counters {
    ($($t:ident $unsigned:ident)*) => {$(
        impl Counter for $t {
            #[inline]
            fn steps(self, to: Self, step: usize) -> usize {
                if to < self {
                    return 0;
                }
                // More iterations than a `usize` holds do not end, and neither does the loop itself.
                let distance = to.wrapping_sub(self) as $unsigned;
                (distance as u128 / step.max(1) as u128) as usize + 1
            }
            #[inline]
            fn up(self, count: usize, step: usize) -> Self {
                self.wrapping_add(count.wrapping_mul(step) as $t)
            }
            #[inline]
            fn down(self, count: usize, step: usize) -> Self {
                self.wrapping_sub(count.wrapping_mul(step) as $t)
            }
            #[inline]
            fn before(self) -> Self {
                self.wrapping_sub(1)
            }
            #[inline]
            fn below(self, other: Self) -> bool {
                self < other
            }
        }
    )*};
}

counters! {
    usize usize u8 u8 u16 u16 u32 u32 u64 u64 u128 u128
    isize usize i8 u8 i16 u16 i32 u32 i64 u64 i128 u128
}

/// `a..b` or `a..=b`.
pub trait Bounds {
    /// The type of the counter.
    type Counter: Counter;
    /// The first and the last, and how many steps there are between them, both included. Where there
    /// are none, first and last mean nothing.
    fn ends(self, step: usize) -> (Self::Counter, Self::Counter, usize);
}

impl<C: Counter> Bounds for Range<C> {
    type Counter = C;
    #[inline]
    fn ends(self, step: usize) -> (C, C, usize) {
        let (first, last) = (self.start, self.end.before());
        let count = if first.below(self.end) {
            first.steps(last, step)
        } else {
            0
        };
        (first, last, count)
    }
}

impl<C: Counter> Bounds for RangeInclusive<C> {
    type Counter = C;
    #[inline]
    fn ends(self, step: usize) -> (C, C, usize) {
        let (first, last) = self.into_inner();
        (first, last, first.steps(last, step))
    }
}

/// `range.step_by(step)`, from the last to the first.
///
/// ```
/// use autodiff_runtime::backwards::backwards;
/// assert!(backwards(1..8u64, 3).eq([7, 4, 1]));
/// assert!(backwards(1..=8i64, 3).eq([7, 4, 1]));
/// ```
#[inline]
pub fn backwards<B: Bounds>(range: B, step: usize) -> impl Iterator<Item = B::Counter> {
    let (first, _, count) = range.ends(step);
    (0..count).rev().map(move |k| first.up(k, step))
}

/// `range.rev().step_by(step)`, from the last to the first.
///
/// ```
/// use autodiff_runtime::backwards::upwards;
/// assert!(upwards(0..8u64, 3).eq([1, 4, 7]));
/// ```
#[inline]
pub fn upwards<B: Bounds>(range: B, step: usize) -> impl Iterator<Item = B::Counter> {
    let (_, last, count) = range.ends(step);
    (0..count).rev().map(move |k| last.down(k, step))
}

#[cfg(test)]
mod tests {
    use super::{backwards, upwards};

    #[test]
    fn as_by_a_collected_list() {
        for lo in [-128i8, -3, 0, 1, 126, 127] {
            for hi in [-128i8, -2, 0, 5, 126, 127] {
                for step in [1, 2, 3, 100, 300] {
                    let reversed = |mut list: Vec<i8>| {
                        list.reverse();
                        list
                    };
                    let list = reversed((lo..hi).step_by(step).collect());
                    assert!(backwards(lo..hi, step).eq(list), "{lo}..{hi} by {step}");
                    let list = reversed((lo..=hi).step_by(step).collect());
                    assert!(backwards(lo..=hi, step).eq(list), "{lo}..={hi} by {step}");
                    let list = reversed((lo..hi).rev().step_by(step).collect());
                    assert!(upwards(lo..hi, step).eq(list), "{lo}..{hi} down by {step}");
                    let list = reversed((lo..=hi).rev().step_by(step).collect());
                    assert!(
                        upwards(lo..=hi, step).eq(list),
                        "{lo}..={hi} down by {step}"
                    );
                }
            }
        }
        assert!(backwards(i64::MIN..=i64::MAX, usize::MAX).eq([i64::MAX, i64::MIN]));
        assert!(backwards(u128::MAX - 3..=u128::MAX, 2).eq([u128::MAX - 1, u128::MAX - 3]));
    }
}
