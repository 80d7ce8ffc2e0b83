//! The box that random curves are drawn from.

use core::ops::Range;

use crate::check::random::SplitMix64;

/// A box in parameter space.
///
/// ```
/// use autodiff_runtime::check::Region;
/// let cube = Region::cube(3, -1.0..1.0);
/// let sides = Region::from([0.0..1.0, -5.0..5.0]);
/// let near = Region::around(&[0.3, 2.0], 0.1);
/// assert_eq!((cube.dimension(), sides.dimension(), near.dimension()), (3, 2, 2));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    sides: Vec<Range<f64>>,
}

impl Region {
    /// The same range for each of `dimension` parameters.
    ///
    /// # Panics
    /// If the range is empty.
    #[must_use]
    pub fn cube(dimension: usize, range: Range<f64>) -> Self {
        Region::from(vec![range; dimension])
    }

    /// All points whose coordinates are within `radius` of those of `center`.
    ///
    /// # Panics
    /// If the radius is not positive.
    #[must_use]
    pub fn around(center: &[f64], radius: f64) -> Self {
        Region::from(
            center
                .iter()
                .map(|c| c - radius..c + radius)
                .collect::<Vec<_>>(),
        )
    }

    /// The number of parameters.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.sides.len()
    }

    /// The range of one parameter.
    ///
    /// # Panics
    /// If there are not that many.
    #[must_use]
    pub fn side(&self, i: usize) -> &Range<f64> {
        &self.sides[i]
    }

    /// Half the length of the longest side.
    #[must_use]
    pub fn size(&self) -> f64 {
        let lengths = self.sides.iter().map(|side| side.end - side.start);
        0.5 * lengths.fold(0.0, f64::max)
    }

    /// A point, uniformly.
    pub fn point(&self, rng: &mut SplitMix64) -> Vec<f64> {
        self.sides
            .iter()
            .map(|side| rng.between(side.start, side.end))
            .collect()
    }

    /// The nearest point of the box.
    #[must_use]
    pub fn clamp(&self, x: &[f64]) -> Vec<f64> {
        x.iter()
            .zip(&self.sides)
            .map(|(x, side)| x.max(side.start).min(side.end))
            .collect()
    }
}

impl From<Vec<Range<f64>>> for Region {
    fn from(sides: Vec<Range<f64>>) -> Self {
        for (i, side) in sides.iter().enumerate() {
            assert!(
                side.start < side.end,
                "side {i} of the region is empty: {side:?}"
            );
        }
        Region { sides }
    }
}

impl<const N: usize> From<[Range<f64>; N]> for Region {
    fn from(sides: [Range<f64>; N]) -> Self {
        Region::from(sides.to_vec())
    }
}

/// One parameter.
impl From<Range<f64>> for Region {
    fn from(side: Range<f64>) -> Self {
        Region::from(vec![side])
    }
}
