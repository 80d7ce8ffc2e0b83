//! How far to go along a direction.

use super::metric::dot;
use super::{Objective, Sample};

/// Sufficient decrease, and by how much the slope has to rise: the weak conditions of Wolfe, which nonsmooth functions can meet.
const DECREASE: f64 = 1e-4;
const RISE: f64 = 0.9;

/// What a search found.
pub(super) enum Found {
    /// A point that is lower, from which to go on.
    Serious(Sample),
    /// None further than the radius; the sample is of a point within it, beyond a kink: its gradient does not fall along the direction
    /// as the bundle does.
    Null(Sample),
    /// Nothing of both: the evaluations are used up, or the function is not what its gradients say.
    Nothing,
}

/// Bisection and doubling (Lewis and Overton 2013), which ends at a kink as soon as that is nearer than `radius` (Mifflin 1977 for
/// functions that are semismooth).
pub(super) fn search(
    objective: &mut Objective<'_>,
    at: &Sample,
    direction: &[f64],
    slope: f64,
    radius: f64,
    first: f64,
) -> Found {
    let length = dot(direction, direction).sqrt();
    let (mut low, mut high, mut t) = (0.0, f64::INFINITY, first);
    let mut lower: Option<Sample> = None;
    for _ in 0..100 {
        let point: Vec<f64> = at.x.iter().zip(direction).map(|(x, d)| x + t * d).collect();
        if point == at.x {
            break;
        }
        let Some(sample) = objective.evaluate(point) else {
            break;
        };
        let along = dot(&sample.gradient, direction);
        let enough = at.value + DECREASE * t * slope;
        if sample.value.is_nan() || sample.value > enough {
            high = t;
            let beyond = sample.is_finite() && along >= RISE * slope;
            if beyond && low == 0.0 && t * length <= radius {
                return Found::Null(sample);
            }
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
        if t * length >= 1e100 {
            break;
        }
    }
    lower.map_or(Found::Nothing, Found::Serious)
}
