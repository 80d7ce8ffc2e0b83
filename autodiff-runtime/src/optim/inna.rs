//! INNA.

use super::guarantee::{CRITICAL, Convergent, SAMPLED, Theorem};
use super::method::{Method, buffer, same_length};
use super::schedule::{Schedule, Vanishing};

/// The inertial Newton algorithm: discretises θ̈ + α·θ̇ + β·∇²J·θ̇ + ∇J = 0 without second derivatives.
///
/// With the steps γ_k, an element v_k of a conservative field at θ_k, and ψ_0 = (1 − αβ)·θ_0:
///
/// ```text
/// θ_{k+1} = θ_k − γ_k·[(α − 1/β)·θ_k + ψ_k/β + β·v_k]
/// ψ_{k+1} = ψ_k − γ_k·[(α − 1/β)·θ_k + ψ_k/β]
/// ```
///
/// Castera, Bolte, Févotte and Pauwels, *An inertial Newton algorithm for deep learning*, JMLR 22 (2021) 134.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Debug, PartialEq)]
pub struct Inna<S> {
    schedule: S,
    #[cfg_attr(feature = "serde", serde(with = "super::bits::number"))]
    alpha: f64,
    #[cfg_attr(feature = "serde", serde(with = "super::bits::number"))]
    beta: f64,
    k: u64,
    #[cfg_attr(feature = "serde", serde(with = "super::bits::list"))]
    psi: Vec<f64>,
}

impl<S: Schedule> Inna<S> {
    /// With α = 0.5 and β = 0.1, as in the authors' code.
    #[must_use]
    pub fn new(schedule: S) -> Inna<S> {
        Inna::with(schedule, 0.5, 0.1)
    }

    /// With viscous damping α and Newtonian damping β.
    ///
    /// # Panics
    ///
    /// Unless α ≥ 0 and β > 0, both finite.
    #[must_use]
    pub fn with(schedule: S, alpha: f64, beta: f64) -> Inna<S> {
        let allowed = alpha >= 0.0 && beta > 0.0 && alpha.is_finite() && beta.is_finite();
        assert!(
            allowed,
            "INNA needs α ≥ 0 and β > 0; they are {alpha} and {beta}"
        );
        Inna {
            schedule,
            alpha,
            beta,
            k: 0,
            psi: Vec::new(),
        }
    }
}

impl<S: Schedule> Method for Inna<S> {
    fn step(&mut self, parameters: &mut [f64], gradient: &[f64]) {
        let Inna { alpha, beta, .. } = *self;
        let psi = buffer(&mut self.psi, self.k, || {
            parameters
                .iter()
                .map(|x| (1.0 - alpha * beta) * x)
                .collect()
        });
        same_length(parameters, gradient, Some(psi));
        let size = self.schedule.step_size(self.k);
        for ((theta, psi), v) in parameters.iter_mut().zip(psi).zip(gradient) {
            let drift = (alpha - 1.0 / beta) * *theta + *psi / beta;
            *theta -= size * (drift + beta * v);
            *psi -= size * drift;
        }
        self.k += 1;
    }
}

impl<S: Vanishing> Convergent for Inna<S> {
    const THEOREM: Theorem = Theorem {
        statement: CRITICAL,
        conditions: SAMPLED,
        source: "Castera, Bolte, Févotte, Pauwels, JMLR 22 (2021) 134",
    };
}
