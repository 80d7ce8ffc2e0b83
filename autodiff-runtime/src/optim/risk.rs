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

    /// The indices of the last batch, the first if there was none: where to look for what went wrong.
    #[must_use]
    pub fn last(&self) -> &[usize] {
        let to = self.at.max(self.size.min(self.order.len()));
        // The batches of an epoch begin at multiples of the size.
        let from = (to - 1) / self.size * self.size;
        &self.order[from..to]
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

/// The rows at some indices of a data set that lies in one slice, `width` numbers per row: of an `ndarray`, `array.as_slice()`.
///
/// ```
/// use autodiff_runtime::optim::gather;
/// assert_eq!(gather(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, &[2, 0]), [5.0, 6.0, 1.0, 2.0]);
/// ```
///
/// # Panics
///
/// If an index is beyond the rows.
#[must_use]
pub fn gather<T: Copy>(rows: &[T], width: usize, indices: &[usize]) -> Vec<T> {
    let mut batch = Vec::with_capacity(indices.len() * width);
    for i in indices {
        batch.extend_from_slice(&rows[i * width..(i + 1) * width]);
    }
    batch
}

/// Value and gradient of a sum over a batch, in shards of so many samples: on all cores with the feature `rayon`, else one after another.
///
/// `f` adds the gradient of its shard to the buffer and returns its value: `accumulate_grad` of an annotated function. The sums are formed
/// in the order of the shards, so the result has the same bits on any number of cores, and without the feature.
///
/// ```
/// use autodiff_runtime::optim::sharded;
/// let xs = [1.0, 2.0, 3.0, 4.0, 5.0];
/// // Σ w·x; of an annotated `f`, `|shard, w, g| f::accumulate_grad(w, &gather(&xs, 1, shard), g)`
/// let f = |shard: &[usize], w: &[f64], g: &mut [f64]| {
///     let sum: f64 = shard.iter().map(|i| xs[*i]).sum();
///     g[0] += sum;
///     w[0] * sum
/// };
/// let mut gradient = [0.0];
/// assert_eq!(sharded(&[0, 1, 2, 3, 4], 2, &[2.0], &mut gradient, f), 30.0);
/// assert_eq!(gradient, [15.0]);
/// ```
///
/// # Panics
///
/// If shards are to have no samples.
pub fn sharded<F>(
    batch: &[usize],
    shard: usize,
    parameters: &[f64],
    gradient: &mut [f64],
    f: F,
) -> f64
where
    F: Fn(&[usize], &[f64], &mut [f64]) -> f64 + Sync,
{
    let n = gradient.len();
    let one = |indices: &[usize]| {
        let mut bar = vec![0.0; n];
        let value = f(indices, parameters, &mut bar);
        (value, bar)
    };
    #[cfg(feature = "rayon")]
    let parts: Vec<(f64, Vec<f64>)> = {
        use rayon::prelude::*;
        batch.par_chunks(shard).map(one).collect()
    };
    #[cfg(not(feature = "rayon"))]
    let parts = batch.chunks(shard).map(one);
    let mut total = 0.0;
    for (value, bar) in parts {
        total += value;
        gradient.iter_mut().zip(&bar).for_each(|(sum, g)| *sum += g);
    }
    total
}
