//! Adam.

use super::method::{Method, buffer, same_length};
use super::schedule::Schedule;

/// Steps scaled by running means of the gradient and of its squares: the practitioner's baseline. Not [`Convergent`](super::Convergent).
///
/// Kingma and Ba, *Adam: a method for stochastic optimization*, ICLR 2015, algorithm 1.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Debug, PartialEq)]
pub struct Adam<S> {
    schedule: S,
    #[cfg_attr(feature = "serde", serde(with = "super::bits::number"))]
    first: f64,
    #[cfg_attr(feature = "serde", serde(with = "super::bits::number"))]
    second: f64,
    #[cfg_attr(feature = "serde", serde(with = "super::bits::number"))]
    epsilon: f64,
    k: u64,
    #[cfg_attr(feature = "serde", serde(with = "super::bits::list"))]
    mean: Vec<f64>,
    #[cfg_attr(feature = "serde", serde(with = "super::bits::list"))]
    squares: Vec<f64>,
}

impl<S: Schedule> Adam<S> {
    /// With β₁ = 0.9, β₂ = 0.999 and ε = 10⁻⁸, as in the paper.
    #[must_use]
    pub fn new(schedule: S) -> Adam<S> {
        Adam::with(schedule, 0.9, 0.999, 1e-8)
    }

    /// With these decays of the means, and ε.
    ///
    /// # Panics
    ///
    /// Unless the decays are in [0, 1) and ε is positive.
    #[must_use]
    pub fn with(schedule: S, first: f64, second: f64, epsilon: f64) -> Adam<S> {
        let decays = (0.0..1.0).contains(&first) && (0.0..1.0).contains(&second);
        assert!(
            decays,
            "the decays are {first} and {second}, and must be in [0, 1)"
        );
        assert!(epsilon > 0.0, "ε is {epsilon}, and must be positive");
        Adam {
            schedule,
            first,
            second,
            epsilon,
            k: 0,
            mean: Vec::new(),
            squares: Vec::new(),
        }
    }
}

impl<S: Schedule> Method for Adam<S> {
    fn step(&mut self, parameters: &mut [f64], gradient: &[f64]) {
        let zeros = || vec![0.0; parameters.len()];
        let mean = buffer(&mut self.mean, self.k, zeros);
        let squares = buffer(&mut self.squares, self.k, zeros);
        same_length(parameters, gradient, Some(mean));
        let size = self.schedule.step_size(self.k);
        self.k += 1;
        // Powers of f64, so that a long run does not overflow an i32.
        let unbiased = |decay: f64| 1.0 - decay.powf(self.k as f64);
        let (of_mean, of_squares) = (unbiased(self.first), unbiased(self.second));
        let moments = mean.iter_mut().zip(squares);
        for ((x, v), (m, s)) in parameters.iter_mut().zip(gradient).zip(moments) {
            *m = self.first * *m + (1.0 - self.first) * v;
            *s = self.second * *s + (1.0 - self.second) * v * v;
            *x -= size * (*m / of_mean) / ((*s / of_squares).sqrt() + self.epsilon);
        }
    }
}
