//! Whether a tangent is that of the gradient: `tangent(x, d) = ⟨gradient(x), d⟩`.

use core::fmt;

use crate::check::gradient::IntoGradient;
use crate::check::random::SplitMix64;
use crate::check::region::Region;
use crate::selection::{Plain, Selection};

/// Points at which the two are compared.
const POINTS: usize = 200;

/// A point and a direction at which tangent and gradient do not agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Disagreement {
    /// The point.
    pub at: Vec<f64>,
    /// The direction.
    pub along: Vec<f64>,
    /// What the tangent gives.
    pub tangent: f64,
    /// The scalar product of gradient and direction.
    pub expected: f64,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Disagreement {
            at,
            along,
            tangent,
            expected,
        } = self;
        write!(
            f,
            "at {at:?} along {along:?} the tangent is {tangent}, and the gradient gives {expected}"
        )
    }
}

impl core::error::Error for Disagreement {}

/// Compares a tangent with a gradient, at seeded random points of a box, along random directions. The
/// tangent returns the value too, as `jvp` does, and both values have to be the same.
///
/// This is the test of a pullback and a tangent that are written by hand; [`conservative`](super::conservative)
/// tests the pullback alone. [`assert_tangent!`](crate::check::assert_tangent) panics.
///
/// # Errors
/// With the first point at which they differ by more than a millionth of the largest term.
///
/// ```
/// use autodiff_runtime::check::{Region, tangent};
/// let gradient = |x: &[f64], _: &mut dyn autodiff_runtime::Selection| (x[0] * x[1], [x[1], x[0]]);
/// let right = |x: &[f64], d: &[f64]| (x[0] * x[1], x[1] * d[0] + x[0] * d[1]);
/// let wrong = |x: &[f64], d: &[f64]| (x[0] * x[1], x[1] * d[0]);
/// assert!(tangent(gradient, right, Region::cube(2, -1.0..1.0)).is_ok());
/// assert!(tangent(gradient, wrong, Region::cube(2, -1.0..1.0)).is_err());
/// ```
pub fn tangent<F, G, T>(
    f: F,
    tangent: T,
    region: impl Into<Region>,
) -> Result<(), Box<Disagreement>>
where
    F: Fn(&[f64], &mut dyn Selection) -> (f64, G),
    G: IntoGradient,
    T: Fn(&[f64], &[f64]) -> (f64, f64),
{
    const TOLERANCE: f64 = 1e-6;
    let region = region.into();
    let mut rng = SplitMix64::new(0);
    for _ in 0..POINTS {
        let at = region.point(&mut rng);
        let along = rng.direction(region.dimension());
        let (value, gradient) = f(&at, &mut Plain);
        let (other, slope) = tangent(&at, &along);
        let gradient = gradient.into_gradient();
        let terms = || gradient.iter().zip(&along).map(|(g, d)| g * d);
        let (expected, size) = (
            terms().sum::<f64>(),
            terms().fold(0.0, |m: f64, t| m.max(t.abs())),
        );
        // A NaN or an infinity of the tangent has to be one of the gradient.
        let near = (slope - expected).abs() <= TOLERANCE * size.max(f64::MIN_POSITIVE);
        let alike =
            near || slope.to_bits() == expected.to_bits() || slope.is_nan() && expected.is_nan();
        if !alike || value.to_bits() != other.to_bits() && !value.is_nan() {
            return Err(Box::new(Disagreement {
                at,
                along,
                tangent: slope,
                expected,
            }));
        }
    }
    Ok(())
}

/// Panics with the point unless [`tangent`](crate::check::tangent) finds that a tangent is that of the gradient.
///
/// ```
/// use autodiff_runtime::check::assert_tangent;
/// assert_tangent!(|x, _| (x[0].sin(), x[0].cos()), |x, d| (x[0].sin(), x[0].cos() * d[0]), -1.0..1.0);
/// ```
#[macro_export]
macro_rules! assert_tangent {
    ($f:expr, $tangent:expr, $region:expr $(,)?) => {
        if let ::core::result::Result::Err(found) = $crate::check::tangent($f, $tangent, $region) {
            ::core::panic!(
                "{} is not the tangent: {found}",
                ::core::stringify!($tangent)
            );
        }
    };
}
