//! Step sizes, and which of them the theorems allow.

/// A sequence of step sizes.
pub trait Schedule {
    /// The size of step `k`, from 0 on: positive.
    fn step_size(&self, k: u64) -> f64;
}

/// A schedule with α_k = o(1/log k) and Σ α_k = ∞.
///
/// Under these conditions, on bounded iterates, the stochastic methods here approach the critical points of a definable
/// conservative field. Every *value* of a type with this trait satisfies them: its constructors refuse the others.
pub trait Vanishing: Schedule {}

/// α_k = scale / (k + 1)^exponent, with 0 < exponent ≤ 1.
///
/// ```
/// use autodiff_runtime::optim::{Power, Schedule};
/// let schedule = Power::new(0.5, 0.5);
/// assert_eq!((schedule.step_size(0), schedule.step_size(3)), (0.5, 0.25));
/// ```
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    #[cfg_attr(feature = "serde", serde(with = "super::bits::number"))]
    scale: f64,
    #[cfg_attr(feature = "serde", serde(with = "super::bits::number"))]
    exponent: f64,
}

impl Power {
    /// # Panics
    ///
    /// Unless `scale` is positive and finite, and `exponent` in (0, 1]: a larger one makes the sum finite, 0 the steps constant.
    #[must_use]
    pub fn new(scale: f64, exponent: f64) -> Power {
        positive(scale);
        assert!(
            exponent > 0.0 && exponent <= 1.0,
            "the exponent of step sizes is {exponent}, and must be in (0, 1]"
        );
        Power { scale, exponent }
    }
}

impl Schedule for Power {
    fn step_size(&self, k: u64) -> f64 {
        self.scale / (k as f64 + 1.0).powf(self.exponent)
    }
}

impl Vanishing for Power {}

/// α_k = scale / (1 + k / after): nearly constant for `after` steps, then as 1/k.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Harmonic {
    #[cfg_attr(feature = "serde", serde(with = "super::bits::number"))]
    scale: f64,
    #[cfg_attr(feature = "serde", serde(with = "super::bits::number"))]
    after: f64,
}

impl Harmonic {
    /// # Panics
    ///
    /// Unless both are positive and finite.
    #[must_use]
    pub fn new(scale: f64, after: f64) -> Harmonic {
        positive(scale);
        positive(after);
        Harmonic { scale, after }
    }
}

impl Schedule for Harmonic {
    fn step_size(&self, k: u64) -> f64 {
        self.scale / (1.0 + k as f64 / self.after)
    }
}

impl Vanishing for Harmonic {}

/// The same size at every step. Not [`Vanishing`]: the iterates stay in a neighbourhood at best.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constant(#[cfg_attr(feature = "serde", serde(with = "super::bits::number"))] f64);

impl Constant {
    /// # Panics
    ///
    /// Unless the size is positive and finite.
    #[must_use]
    pub fn new(size: f64) -> Constant {
        positive(size);
        Constant(size)
    }
}

impl Schedule for Constant {
    fn step_size(&self, _: u64) -> f64 {
        self.0
    }
}

/// α_k = scale · ratioᵏ, with ratio < 1. Not [`Vanishing`]: the sum is finite, and the iterates may stop anywhere.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometric {
    #[cfg_attr(feature = "serde", serde(with = "super::bits::number"))]
    scale: f64,
    #[cfg_attr(feature = "serde", serde(with = "super::bits::number"))]
    ratio: f64,
}

impl Geometric {
    /// # Panics
    ///
    /// Unless `scale` is positive and finite and `ratio` in (0, 1).
    #[must_use]
    pub fn new(scale: f64, ratio: f64) -> Geometric {
        positive(scale);
        assert!(
            ratio > 0.0 && ratio < 1.0,
            "the ratio of step sizes is {ratio}, and must be in (0, 1)"
        );
        Geometric { scale, ratio }
    }
}

impl Schedule for Geometric {
    fn step_size(&self, k: u64) -> f64 {
        self.scale * self.ratio.powf(k as f64)
    }
}

/// From `scale` down to 0 along half a cosine, over `steps` steps; then the size of the last of these. Not [`Vanishing`]
/// (Loshchilov and Hutter, 2017: a heuristic for a given number of steps).
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cosine {
    #[cfg_attr(feature = "serde", serde(with = "super::bits::number"))]
    scale: f64,
    steps: u64,
}

impl Cosine {
    /// # Panics
    ///
    /// Unless `scale` is positive and finite and there is a step.
    #[must_use]
    pub fn new(scale: f64, steps: u64) -> Cosine {
        positive(scale);
        assert!(steps > 0, "a cosine schedule needs at least one step");
        Cosine { scale, steps }
    }
}

impl Schedule for Cosine {
    fn step_size(&self, k: u64) -> f64 {
        let done = (k.min(self.steps - 1)) as f64 / self.steps as f64;
        0.5 * self.scale * (1.0 + (core::f64::consts::PI * done).cos())
    }
}

fn positive(number: f64) {
    assert!(
        number > 0.0 && number.is_finite(),
        "the scale of step sizes is {number}, and must be positive and finite"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// α_k·log k → 0 and Σ α_k → ∞, as far as numbers can show it: both are monotone from some k on.
    fn obeys(schedule: impl Vanishing) {
        let product = |k: u64| schedule.step_size(k) * (k as f64).ln();
        assert!(product(1 << 50) < 0.1 * product(1 << 10));
        // Cauchy's condensation: the terms 2ʲ·α(2ʲ) do not go to 0.
        let term = |j: u32| (1_u64 << j) as f64 * schedule.step_size(1 << j);
        assert!((30..50).all(|j| term(j + 1) >= term(j) * 0.999_999));
    }

    #[test]
    fn vanishing_schedules_obey_the_conditions() {
        for exponent in [0.2, 0.5, 0.75, 1.0] {
            obeys(Power::new(0.3, exponent));
        }
        for after in [0.1, 1.0, 1000.0] {
            obeys(Harmonic::new(2.0, after));
        }
    }

    #[test]
    fn what_breaks_a_condition_is_refused() {
        for (scale, exponent) in [
            (1.0, 0.0),
            (1.0, 1.01),
            (0.0, 0.5),
            (f64::NAN, 0.5),
            (1.0, f64::NAN),
        ] {
            assert!(std::panic::catch_unwind(|| Power::new(scale, exponent)).is_err());
        }
        assert!(std::panic::catch_unwind(|| Harmonic::new(1.0, f64::INFINITY)).is_err());
    }
}
