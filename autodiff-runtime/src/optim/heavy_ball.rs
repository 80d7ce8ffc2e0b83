//! Heavy ball.

use super::guarantee::{CRITICAL, Convergent, SAMPLED, Theorem};
use super::method::{Method, buffer, same_length};
use super::schedule::{Schedule, Vanishing};

/// x_{k+1} = x_k − α_k·v_k + β·(x_k − x_{k−1}): the subgradient method with momentum β in [0, 1).
///
/// Polyak, *Some methods of speeding up the convergence of iteration methods* (1964). Convergence with conservative fields: Le,
/// *Nonsmooth nonconvex stochastic heavy ball*, JOTA 201 (2024). For a constant β the reason is short:
/// z_k = (x_k − β·x_{k−1})/(1 − β) obeys z_{k+1} = z_k − α_k/(1 − β)·v_k with v_k in D(x_k), and x_k − z_k → 0 where steps vanish and
/// iterates are bounded; a field with closed graph does not feel that difference in the limit, so what holds of the subgradient method
/// with steps α_k/(1 − β) holds here.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Debug, PartialEq)]
pub struct HeavyBall<S> {
    schedule: S,
    #[cfg_attr(feature = "serde", serde(with = "super::bits::number"))]
    momentum: f64,
    k: u64,
    #[cfg_attr(feature = "serde", serde(with = "super::bits::list"))]
    velocity: Vec<f64>,
}

impl<S: Schedule> HeavyBall<S> {
    /// With these step sizes, and momentum β.
    ///
    /// # Panics
    ///
    /// Unless β is in [0, 1).
    #[must_use]
    pub fn new(schedule: S, momentum: f64) -> HeavyBall<S> {
        assert!(
            (0.0..1.0).contains(&momentum),
            "the momentum is {momentum}, and must be in [0, 1)"
        );
        HeavyBall {
            schedule,
            momentum,
            k: 0,
            velocity: Vec::new(),
        }
    }
}

impl<S: Schedule> Method for HeavyBall<S> {
    fn step(&mut self, parameters: &mut [f64], gradient: &[f64]) {
        let velocity = buffer(&mut self.velocity, self.k, || vec![0.0; parameters.len()]);
        same_length(parameters, gradient, Some(velocity));
        let size = self.schedule.step_size(self.k);
        for ((x, m), v) in parameters.iter_mut().zip(velocity).zip(gradient) {
            *m = self.momentum * *m - size * v;
            *x += *m;
        }
        self.k += 1;
    }
}

impl<S: Vanishing> Convergent for HeavyBall<S> {
    const THEOREM: Theorem = Theorem {
        statement: CRITICAL,
        conditions: SAMPLED,
        source: "Le, JOTA 201 (2024)",
    };
}
