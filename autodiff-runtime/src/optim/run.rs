//! A method at work.

use core::fmt;
use core::ops::ControlFlow;

use super::method::Method;

/// What is minimised: value and gradient at a point. Implemented for closures.
///
/// It may be another function at every call: the loss of the next minibatch.
pub trait Oracle {
    /// The value; the gradient is *added* to `gradient`, as `accumulate_grad` does. The buffer comes cleared.
    fn evaluate(&mut self, parameters: &[f64], gradient: &mut [f64]) -> f64;
}

impl<F: FnMut(&[f64], &mut [f64]) -> f64> Oracle for F {
    fn evaluate(&mut self, parameters: &[f64], gradient: &mut [f64]) -> f64 {
        self(parameters, gradient)
    }
}

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Steps, counted from the start of the run, over interruptions.
    pub steps: u64,
    /// A value at which the run stops.
    pub target: Option<f64>,
}

impl Options {
    /// So many steps.
    #[must_use]
    pub const fn new(steps: u64) -> Options {
        Options {
            steps,
            target: None,
        }
    }

    /// Stop where the value is at most this.
    #[must_use]
    pub const fn target(self, value: f64) -> Options {
        Options {
            target: Some(value),
            ..self
        }
    }
}

/// What a callback sees: before the step, at the parameters where value and gradient were taken.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// How many steps came before.
    pub step: u64,
    /// The value, of the minibatch if there is one.
    pub value: f64,
    /// Where.
    pub parameters: &'a [f64],
    /// The gradient there.
    pub gradient: &'a [f64],
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stop {
    /// All steps were made.
    Steps,
    /// The target was reached.
    Target,
    /// The callback asked for it.
    Callback,
    /// The value is NaN or infinite. The parameters are those where that is so; no step was made from there.
    Value(f64),
    /// A component of the gradient is NaN or infinite. The parameters are those where that is so.
    Gradient {
        /// The first such component.
        component: usize,
        /// Its value.
        is: f64,
    },
}

impl Stop {
    /// Whether it was a NaN or an infinity that ended the run.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        matches!(self, Stop::Value(_) | Stop::Gradient { .. })
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Steps => f.write_str("all steps were made"),
            Stop::Target => f.write_str("the target was reached"),
            Stop::Callback => f.write_str("stopped by the callback"),
            Stop::Value(value) => write!(f, "the value is {value}"),
            Stop::Gradient { component, is } => {
                write!(f, "component {component} of the gradient is {is}")
            }
        }
    }
}

/// The smallest value that was seen, and where.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Debug, PartialEq)]
pub struct Best {
    /// The value, of the minibatch if there is one.
    #[cfg_attr(feature = "serde", serde(with = "super::bits::number"))]
    pub value: f64,
    /// Where.
    #[cfg_attr(feature = "serde", serde(with = "super::bits::list"))]
    pub parameters: Vec<f64>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The parameters at the end.
    pub parameters: Vec<f64>,
    /// The smallest value, and where it was.
    pub best: Best,
    /// Steps made since the start of the run.
    pub steps: u64,
    /// Why it ended.
    pub stop: Stop,
}

/// A method, its parameters and how far it is: what is saved and taken up again.
///
/// With the feature `serde` it is `Serialize` and `Deserialize` (if the method is), by the bits of its numbers. A run that was saved
/// and goes on makes the same steps, bit for bit, as one that was not interrupted, if its oracle does: save the
/// [`Batches`](super::Batches) as well.
///
/// ```
/// use autodiff_runtime::optim::{HeavyBall, Options, Power, Run};
/// let f = |w: &[f64], g: &mut [f64]| {
///     g[0] += w[0].signum();
///     w[0].abs()
/// };
/// let mut run = Run::new(HeavyBall::new(Power::new(0.1, 0.5), 0.9), &[1.0]);
/// run.go(f, &Options::new(10));
/// let mut taken_up = run.clone(); // or `serde_json::from_str(&serde_json::to_string(&run)?)?`
/// assert_eq!(run.go(f, &Options::new(20)), taken_up.go(f, &Options::new(20)));
/// assert_eq!(run.steps(), 20);
/// ```
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Debug, PartialEq)]
pub struct Run<M> {
    method: M,
    #[cfg_attr(feature = "serde", serde(with = "super::bits::list"))]
    parameters: Vec<f64>,
    best: Best,
    steps: u64,
}

impl<M: Method> Run<M> {
    /// A run that has made no step.
    #[must_use]
    pub fn new(method: M, start: &[f64]) -> Run<M> {
        Run {
            method,
            parameters: start.to_vec(),
            best: Best {
                value: f64::INFINITY,
                parameters: start.to_vec(),
            },
            steps: 0,
        }
    }

    /// The parameters.
    #[must_use]
    pub fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    /// How many steps were made.
    #[must_use]
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// Goes on until `options` say stop, or a number is not finite.
    pub fn go(&mut self, oracle: impl Oracle, options: &Options) -> Outcome {
        self.go_with(oracle, options, |_| ControlFlow::Continue(()))
    }

    /// As [`Run::go`], and asks `callback` before every step whether to go on.
    pub fn go_with(
        &mut self,
        mut oracle: impl Oracle,
        options: &Options,
        mut callback: impl FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> Outcome {
        let mut gradient = vec![0.0; self.parameters.len()];
        let stop = loop {
            if self.steps >= options.steps {
                break Stop::Steps;
            }
            gradient.fill(0.0);
            let value = oracle.evaluate(&self.parameters, &mut gradient);
            if let Some(stop) = not_finite(value, &gradient) {
                break stop;
            }
            if value < self.best.value {
                self.best.value = value;
                self.best.parameters.copy_from_slice(&self.parameters);
            }
            let progress = Progress {
                step: self.steps,
                value,
                parameters: &self.parameters,
                gradient: &gradient,
            };
            if callback(&progress).is_break() {
                break Stop::Callback;
            }
            if options.target.is_some_and(|target| value <= target) {
                break Stop::Target;
            }
            self.method.step(&mut self.parameters, &gradient);
            self.steps += 1;
        };
        Outcome {
            parameters: self.parameters.clone(),
            best: self.best.clone(),
            steps: self.steps,
            stop,
        }
    }
}

pub(super) fn not_finite(value: f64, gradient: &[f64]) -> Option<Stop> {
    if !value.is_finite() {
        return Some(Stop::Value(value));
    }
    let component = gradient.iter().position(|g| !g.is_finite())?;
    Some(Stop::Gradient {
        component,
        is: gradient[component],
    })
}

/// Runs `method` from `start` until `options` say stop, or a number is not finite.
///
/// ```
/// use autodiff_runtime::optim::{Constant, Options, Stop, Subgradient, minimize};
/// let root = |w: &[f64], g: &mut [f64]| {
///     g[0] += 0.5 / w[0].sqrt();
///     w[0].sqrt()
/// };
/// let outcome = minimize(Subgradient::new(Constant::new(1.0)), root, &[1.0], &Options::new(100));
/// assert!(matches!(outcome.stop, Stop::Value(value) if value.is_nan()));
/// assert!(outcome.parameters[0] < 0.0); // where it happened
/// ```
pub fn minimize(
    method: impl Method,
    oracle: impl Oracle,
    start: &[f64],
    options: &Options,
) -> Outcome {
    Run::new(method, start).go(oracle, options)
}
