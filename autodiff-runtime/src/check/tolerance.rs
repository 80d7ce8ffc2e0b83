//! How large a residual may be before it counts.

use crate::check::options::Options;
use crate::check::parts::Walk;

/// Unit roundoff of f64 and of f32.
const DOUBLE: f64 = f64::EPSILON / 2.0;
const SINGLE: f64 = f32::EPSILON as f64 / 2.0;
/// Units of rounding, and standard deviations of measured noise, that are granted.
const SAFETY: f64 = 32.0;
/// A tolerance above this part of the scale says hardly anything.
const COARSE: f64 = 1e-3;
/// … unless it is this small.
const TINY: f64 = 1e-12;

/// What a residual is compared with, part by part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tolerance {
    /// `max |f| + ∫ |⟨gradient, γ'⟩|`: both are scales of the function, so that the test does not depend on units.
    pub(crate) scale: f64,
    /// The part of the scale that is granted whatever happens.
    pub(crate) base: f64,
    /// `Σ |K15 - G7|`.
    pub(crate) quadrature: f64,
    /// What the slopes do between both sides of each event.
    pub(crate) events: f64,
    /// Of the coordinates, of the value and of the integral.
    pub(crate) rounding: f64,
    /// Measured noise, in the value and, in proportion, in the gradient.
    pub(crate) noise: f64,
}

impl Tolerance {
    pub(crate) fn of(walk: &Walk, options: &Options) -> Self {
        let variation = walk.variation();
        let scale = walk.value + variation;
        let unit = if walk.is_single() { SINGLE } else { DOUBLE };
        Tolerance {
            scale,
            base: options.tolerance * scale,
            quadrature: walk.pieces().map(|piece| piece.integral.error).sum(),
            events: walk.events().map(|event| event.allowance()).sum(),
            rounding: SAFETY * unit * (scale + walk.terms + walk.bulk),
            noise: 0.0,
        }
    }

    /// A gradient computed with the same relative noise as the value errs by that much in its integral.
    pub(crate) fn with_noise(self, noise: f64, walk: &Walk) -> Self {
        let relative = if walk.value > 0.0 {
            noise / walk.value
        } else {
            0.0
        };
        Tolerance {
            noise: SAFETY * (noise + relative * walk.variation()),
            ..self
        }
    }

    /// For the change of the value along a stretch against the integral of the gradient.
    pub(crate) fn total(&self) -> f64 {
        self.of_values() + self.quadrature
    }

    /// For changes of the value between neighbouring times, where nothing is integrated.
    pub(crate) fn of_values(&self) -> f64 {
        self.base + self.events + self.rounding + self.noise
    }

    /// A single sample of noise below this does not change any verdict.
    pub(crate) fn negligible(&self) -> f64 {
        0.1 * self.of_values() / SAFETY
    }

    pub(crate) fn is_coarse(&self) -> bool {
        self.total() > COARSE * self.scale && self.total() > TINY
    }

    pub(crate) fn is_noisy(&self) -> bool {
        self.noise > self.quadrature
    }
}
