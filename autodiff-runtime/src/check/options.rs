//! What a check may spend and how finely it looks.

use core::time::Duration;

/// Settings of a check. Start from [`Options::default`] and change what matters.
///
/// ```
/// use autodiff_runtime::check::Options;
/// let options = Options::default().seed(7).panels(32);
/// assert_eq!(options.panels, 32);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// Part of the scale of the values and of the integral of |⟨gradient, direction⟩| that a
    /// residual may reach. To it come the estimated errors of quadrature and rounding.
    pub tolerance: f64,
    /// Subintervals that a curve is cut into before anything is known about it.
    pub panels: usize,
    /// How often a panel may be halved.
    pub depth: u32,
    /// Evaluations of the function that one walk along a curve may cost; what is left then counts as not covered. A
    /// refutation takes a second walk and a closer look.
    pub evaluations: usize,
    /// Curves that [`conservative`](crate::check::conservative) draws; `None` means `min(2p, 100)`,
    /// but at least 8, for `p` parameters.
    pub curves: Option<usize>,
    /// Evaluations that a whole [`conservative`](crate::check::conservative) may cost, to within one curve; `None` means
    /// no limit but those of the curves. What is left out counts as not covered, and the verdict is inconclusive.
    pub budget: Option<usize>,
    /// Time that a whole [`conservative`](crate::check::conservative) may take, to within one curve; `None` means no limit.
    /// Where this ends a run, the report depends on the machine; otherwise never.
    pub time: Option<Duration>,
    /// Jumps at stopping tests (`if error < limit { break }`) up to this size are accepted.
    pub truncation: f64,
    /// Seed of all that is random: a report is the same bit for bit whenever this is.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            tolerance: 1e-9,
            panels: 16,
            depth: 40,
            evaluations: 100_000,
            curves: None,
            budget: None,
            time: None,
            truncation: 0.0,
            seed: 0,
        }
    }
}

impl Options {
    /// Sets [`tolerance`](Self::tolerance).
    #[must_use]
    pub fn tolerance(self, tolerance: f64) -> Self {
        Options { tolerance, ..self }
    }

    /// Sets [`panels`](Self::panels), which is at least 1.
    #[must_use]
    pub fn panels(self, panels: usize) -> Self {
        Options {
            panels: panels.max(1),
            ..self
        }
    }

    /// Sets [`depth`](Self::depth).
    #[must_use]
    pub fn depth(self, depth: u32) -> Self {
        Options { depth, ..self }
    }

    /// Sets [`evaluations`](Self::evaluations).
    #[must_use]
    pub fn evaluations(self, evaluations: usize) -> Self {
        Options {
            evaluations,
            ..self
        }
    }

    /// Sets [`curves`](Self::curves).
    #[must_use]
    pub fn curves(self, curves: usize) -> Self {
        Options {
            curves: Some(curves),
            ..self
        }
    }

    /// Sets [`budget`](Self::budget).
    #[must_use]
    pub fn budget(self, evaluations: usize) -> Self {
        Options {
            budget: Some(evaluations),
            ..self
        }
    }

    /// Sets [`time`](Self::time).
    #[must_use]
    pub fn time(self, limit: Duration) -> Self {
        Options {
            time: Some(limit),
            ..self
        }
    }

    /// Sets [`truncation`](Self::truncation).
    #[must_use]
    pub fn truncation(self, truncation: f64) -> Self {
        Options { truncation, ..self }
    }

    /// Sets [`seed`](Self::seed).
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Options { seed, ..self }
    }
}
