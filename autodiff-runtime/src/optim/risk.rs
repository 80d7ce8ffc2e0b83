//! Empirical risk: which samples a step looks at.

use crate::check::SplitMix64;

/// Minibatches of the indices `0..samples`, in an order that is shuffled anew in every epoch (Fisher and Yates), from a seed.
///
/// The batches of an epoch cover every index once; the last may be smaller.
///
/// ```
/// use autodiff_runtime::optim::Batches;
/// let mut batches = Batches::new(5, 2, 7);
/// let epoch: Vec<Vec<usize>> = (0..3).map(|_| batches.next().to_vec()).collect();
/// let mut all = epoch.concat();
/// all.sort_unstable();
/// assert_eq!((epoch[2].len(), all), (1, vec![0, 1, 2, 3, 4]));
/// ```
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Debug, PartialEq)]
pub struct Batches {
    order: Vec<usize>,
    size: usize,
    seed: u64,
    epoch: u64,
    at: usize,
}

impl Batches {
    /// Of so many samples, of so many at a time.
    ///
    /// # Panics
    ///
    /// If one of the two is 0.
    #[must_use]
    pub fn new(samples: usize, size: usize, seed: u64) -> Batches {
        assert!(
            samples > 0 && size > 0,
            "{samples} samples in batches of {size}"
        );
        let mut batches = Batches {
            order: (0..samples).collect(),
            size,
            seed,
            epoch: 0,
            at: 0,
        };
        batches.shuffle();
        batches
    }

    /// The indices of the next batch.
    #[expect(
        clippy::should_implement_trait,
        reason = "what is lent is borrowed from the order"
    )]
    pub fn next(&mut self) -> &[usize] {
        if self.at >= self.order.len() {
            (self.epoch, self.at) = (self.epoch + 1, 0);
            self.shuffle();
        }
        let from = self.at;
        self.at = (from + self.size).min(self.order.len());
        &self.order[from..self.at]
    }

    /// Which epoch the last batch was of, from 0 on.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Batches per epoch.
    #[must_use]
    pub const fn per_epoch(&self) -> usize {
        self.order.len().div_ceil(self.size)
    }

    fn shuffle(&mut self) {
        // The seed of an epoch depends on both, in a way that no two are shifts of each other.
        let seed =
            SplitMix64::new(self.seed).bits() ^ self.epoch.wrapping_mul(0xd134_2543_de82_ef95);
        let mut rng = SplitMix64::new(seed);
        for i in (1..self.order.len()).rev() {
            let j = rng.below(i + 1);
            self.order.swap(i, j);
        }
    }
}
