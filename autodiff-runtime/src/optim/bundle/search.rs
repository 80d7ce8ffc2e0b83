//! How far to go along a direction.

use super::metric::{dot, norm};
use super::{Objective, Sample};
use crate::point::moved;

/// Sufficient decrease, and by how much the slope has to rise: the weak conditions of Wolfe, which nonsmooth functions can meet.
const DECREASE: f64 = 1e-4;
const RISE: f64 = 0.9;
/// Where a function that still falls counts as unbounded, over 1 + |x|.
pub(super) const FAR: f64 = 1e30;
/// Trials of one search: enough to get that far from a radius of 10⁻⁶, and from there to the spacing of numbers.
const TRIALS: usize = 250;

/// What a search found.
pub(super) enum Found {
    /// A point that is lower, from which to go on.
    Serious(Sample),
    /// None further than the radius; the sample is of a point within it, beyond a kink: its gradient does not fall along the direction
    /// as the bundle does.
    Null(Sample),
    /// The function falls as far as one can see.
    Unbounded {
        /// The lowest finite value on the way, if there is one.
        lower: Option<Sample>,
        /// The end of the way.
        seen: Vec<f64>,
    },
    /// Nothing of all that.
    Nothing {
        /// The fall that the gradients promise is nowhere larger than what rounding does to the values.
        hidden: bool,
    },
}

/// A direction of descent.
pub(super) struct Ray<'a> {
    pub(super) direction: &'a [f64],
    /// The slope along it, of the gradient as it is scaled in `objective`.
    pub(super) slope: f64,
    pub(super) radius: f64,
    /// The first multiple that is tried.
    pub(super) first: f64,
}

/// Bisection and doubling (Lewis and Overton 2013), which ends at a kink as soon as that is nearer than `radius` (Mifflin 1977 for
/// functions that are semismooth). Where the values are too near each other to tell, the slopes decide (as Hager and Zhang do, SIAM J.
/// Optim. 16, 2005), but a larger value is never accepted.
pub(super) fn search(objective: &mut Objective<'_>, at: &Sample, ray: &Ray<'_>) -> Found {
    let Ray {
        direction,
        slope,
        radius,
        first,
    } = *ray;
    let length = norm(direction);
    let far = FAR * (1.0 + norm(&at.x));
    let noise = objective.noise(at);
    let (mut low, mut high, mut t) = (0.0, f64::INFINITY, first);
    let mut lower: Option<Sample> = None;
    let mut hidden = true;
    for _ in 0..TRIALS {
        let point = moved(&at.x, t, direction);
        if point == at.x || lower.as_ref().is_some_and(|lower| point == lower.x) {
            break;
        }
        let Some(sample) = objective.evaluate(point) else {
            return lower.map_or(Found::Nothing { hidden: false }, Found::Serious);
        };
        if sample.value == f64::NEG_INFINITY {
            let seen = sample.x;
            return Found::Unbounded { lower, seen };
        }
        let along = dot(&sample.gradient, direction);
        let promised = t * slope * objective.unit();
        let level = sample.value == at.value && along > -RISE * slope;
        if !sample.is_finite() || sample.value > at.value + DECREASE * promised || level {
            high = t;
            let beyond = sample.is_finite() && along >= RISE * slope;
            if beyond && low == 0.0 && t * length <= radius {
                return Found::Null(sample);
            }
            // The slope is what it was, the value is higher, and it is not rounding.
            hidden &= beyond || -promised <= noise;
        } else if along < RISE * slope {
            low = t;
            lower = Some(sample);
        } else {
            return Found::Serious(sample);
        }
        t = if high.is_finite() {
            0.5 * (low + high)
        } else {
            2.0 * t
        };
        if t * length >= far {
            let seen = moved(&at.x, t, direction);
            return Found::Unbounded { lower, seen };
        }
    }
    lower.map_or(Found::Nothing { hidden }, Found::Serious)
}

/// The nearest of some points along a direction, from the radius on, each ten times as far as the last, that is lower by what the slope
/// promises, or a part of that. One that is far lower is of another valley.
pub(super) fn descends(objective: &mut Objective<'_>, at: &Sample, ray: &Ray<'_>) -> Option<f64> {
    let size = norm(ray.direction);
    let (mut length, most) = (ray.radius, 10.0 * (1.0 + norm(&at.x)));
    while length <= most && size > 0.0 {
        let t = length / size;
        let sample = objective.evaluate(moved(&at.x, t, ray.direction))?;
        let promised = -t * ray.slope * objective.unit();
        let fall = at.value - sample.value;
        if fall > 0.0 && fall >= DECREASE * promised && fall <= 4.0 * promised {
            return Some(t);
        }
        length *= 10.0;
    }
    None
}
