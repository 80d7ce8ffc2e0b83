//! Records of long loops, block by block.
//!
//! A loop that hands numbers from iteration to iteration records something of each for the reverse
//! sweep. Memory that the process does not hold yet is what makes long records dear, not the writing
//! of them: the system maps it page by page. So a record that would be longer than [`WHOLE`] is cut into
//! blocks that are written over each other. The forward sweep keeps the state at the start of each block,
//! and is left with the record of the last one; the reverse sweep runs the other blocks again, last
//! one first, and reverses each from its record. One run more of the loop, and
//! memory that stays in the cache. For emitted code:
//!
//! ```
//! use autodiff_runtime::blocks::Blocks;
//!
//! let (n, step) = (10_000_000_usize, |x: f64| 0.5 * x + 1.0);
//! let (mut saved, mut states, mut x) = (Vec::new(), Vec::new(), 3.0);
//! let blocks = Blocks::of(&saved, n);
//! saved.resize(blocks.length(), 0.0);
//! for block in blocks.upwards() {
//!     if !block.is_last() {
//!         states.push(x);
//!     }
//!     for (slot, _) in saved.iter_mut().zip(block.part(0..n)) {
//!         *slot = x;
//!         x = step(x);
//!     }
//! }
//! assert!(8 * (saved.len() + states.len()) < 400_000); // bytes, not 80 million
//!
//! for block in blocks.downwards() {
//!     if !block.is_last() {
//!         let mut x = states.pop().unwrap();
//!         for (slot, _) in saved.iter_mut().zip(block.part(0..n)) {
//!             *slot = x;
//!             x = step(x);
//!         }
//!     }
//!     for (x, i) in saved[..block.len()].iter().rev().zip(block.part(0..n).rev()) {
//!         assert!(i > 0 || *x == 3.0); // the state at the start of iteration `i`
//!     }
//! }
//! ```

use crate::workspace::is_in_use;
use core::ops::Range;

/// How many bytes of a record are kept whole. What is longer, the allocator of glibc maps afresh each
/// time, and no last-level cache holds much more.
pub const WHOLE: usize = 32 << 20;

/// How many bytes of a record a block has at least: what a core has to itself.
pub const BLOCK: usize = 256 << 10;

/// The blocks of a loop.
#[derive(Clone, Copy, Debug)]
pub struct Blocks {
    /// The number of iterations.
    count: usize,
    /// The number of iterations of a block; the last one may have less.
    length: usize,
}

impl Blocks {
    /// The blocks of a loop of `count` iterations, each of which puts an element into `records`. There
    /// are no more of them than a block has iterations, nor more than one for a record of at most [`WHOLE`] bytes, or
    /// within a [`Workspace`](crate::Workspace), which has mapped the memory already.
    #[inline]
    #[must_use]
    pub fn of<R>(_records: &[R], count: usize) -> Blocks {
        let bytes = size_of::<R>().max(1);
        let length = match count.saturating_mul(bytes) <= WHOLE || is_in_use() {
            true => count,
            false => (BLOCK / bytes).max(count.isqrt() + 1),
        };
        Blocks { count, length }
    }

    /// How many records there are at a time.
    #[inline]
    #[must_use]
    pub fn length(self) -> usize {
        self.length
    }

    /// From the first to the last.
    #[inline]
    pub fn upwards(self) -> impl DoubleEndedIterator<Item = Block> {
        let number = self.count.div_ceil(self.length.max(1));
        (0..number).map(move |k| Block {
            from: k * self.length,
            to: match k + 1 == number {
                true => self.count,
                false => (k + 1) * self.length,
            },
            is_last: k + 1 == number,
        })
    }

    /// From the last to the first.
    #[inline]
    pub fn downwards(self) -> impl Iterator<Item = Block> {
        self.upwards().rev()
    }
}

/// Some iterations of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    from: usize,
    to: usize,
    is_last: bool,
}

impl Block {
    /// True for the one whose record the forward sweep leaves.
    #[inline]
    #[must_use]
    pub fn is_last(self) -> bool {
        self.is_last
    }

    /// The number of iterations.
    #[inline]
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a block is never empty")]
    pub fn len(self) -> usize {
        self.to - self.from
    }

    /// Its part of the range that the loop runs over.
    #[inline]
    pub fn part<I: Clone>(self, whole: Range<I>) -> Range<I>
    where
        Range<I>: Iterator<Item = I>,
    {
        let at = |k: usize| whole.clone().nth(k).unwrap_or_else(|| whole.end.clone());
        match self.from == 0 && self.is_last {
            true => whole,
            false => at(self.from)..at(self.to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_the_loop() {
        for count in [0, 1, 2, 1000, 4 << 20, (4 << 20) + 1, 10_000_000] {
            let blocks = Blocks::of::<f64>(&[], count);
            let all: Vec<Block> = blocks.upwards().collect();
            assert_eq!(all.iter().map(|b| b.len()).sum::<usize>(), count);
            let ends = all.windows(2).all(|w| w[0].to == w[1].from);
            assert!(ends && all.first().is_none_or(|b| b.from == 0));
            assert!(
                all.iter()
                    .all(|b| 0 < b.len() && b.len() <= blocks.length())
            );
            assert_eq!(all.iter().filter(|b| b.is_last()).count(), count.min(1));
            assert!(all.last().is_none_or(|b| b.is_last()));
            assert_eq!(all.len() > 1, count * 8 > WHOLE);
            assert!(all.len() <= blocks.length().max(1));
            let mut down: Vec<Block> = blocks.downwards().collect();
            down.reverse();
            assert_eq!(down, all);
        }
    }

    #[test]
    fn parts_are_the_range() {
        let mut from = -7_i64;
        for block in Blocks::of::<[f64; 100]>(&[], 100_000).upwards() {
            let part = block.part(-7_i64..99_993);
            assert_eq!(part.start, from);
            assert_eq!(usize::try_from(part.end - part.start), Ok(block.len()));
            from = part.end;
        }
        assert_eq!(from, 99_993);
        let all: Vec<u8> = Blocks::of::<u8>(&[], 255)
            .upwards()
            .flat_map(|b| b.part(0_u8..255))
            .collect();
        assert_eq!(all, (0..255).collect::<Vec<u8>>());
    }

    /// Nothing is computed that would not fit.
    #[test]
    fn the_longest_loops() {
        for count in [usize::MAX, usize::MAX - 1, usize::MAX / 8] {
            let blocks = Blocks::of::<f64>(&[], count);
            let last = blocks.downwards().next().expect("a block");
            assert_eq!(last.to, count);
            assert!(last.len() <= blocks.length());
        }
    }
}
