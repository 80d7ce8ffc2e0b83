//! The stochastic subgradient method.

use super::guarantee::{CRITICAL, Convergent, SAMPLED, Theorem};
use super::method::{Method, same_length};
use super::schedule::{Schedule, Vanishing};

/// x ← x − α_k·v, v an element of a conservative field: the stochastic (sub)gradient method.
///
/// Robbins and Monro (1951). Convergence with conservative fields: Bolte and Pauwels, *Conservative set valued fields,
/// automatic differentiation, stochastic gradient methods and deep learning*, Math. Program. 188 (2021), on the ground of
/// Davis, Drusvyatskiy, Kakade and Lee, *Stochastic subgradient method converges on tame functions*, FoCM 20 (2020).
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Debug, PartialEq)]
pub struct Subgradient<S> {
    schedule: S,
    k: u64,
}

impl<S: Schedule> Subgradient<S> {
    /// With these step sizes.
    #[must_use]
    pub const fn new(schedule: S) -> Subgradient<S> {
        Subgradient { schedule, k: 0 }
    }
}

impl<S: Schedule> Method for Subgradient<S> {
    fn step(&mut self, parameters: &mut [f64], gradient: &[f64]) {
        same_length(parameters, gradient, None);
        let size = self.schedule.step_size(self.k);
        for (x, v) in parameters.iter_mut().zip(gradient) {
            *x -= size * v;
        }
        self.k += 1;
    }
}

impl<S: Vanishing> Convergent for Subgradient<S> {
    const THEOREM: Theorem = Theorem {
        statement: CRITICAL,
        conditions: SAMPLED,
        source: "Bolte and Pauwels, Math. Program. 188 (2021); Davis, Drusvyatskiy, Kakade, Lee, FoCM 20 (2020)",
    };
}
