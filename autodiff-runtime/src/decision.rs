//! What a nonsmooth operation does at one visit.

use core::fmt;

/// The branch a binary decision takes, or the mixture of both at a tie.
///
/// Under a tie the derivative is `θ·above + (1 - θ)·below`; the weights sum to
/// one whatever `θ` is, which is what makes every choice conservative.
///
/// ```
/// use autodiff_runtime::Decision;
/// assert_eq!(Decision::Tie(0.5).weight(), 0.5);
/// assert_eq!(Decision::Above.weight(), 1.0);
/// ```
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decision {
    /// The branch on the negative side of the margin.
    Below,
    /// The branch on the positive side of the margin.
    Above,
    /// The tested quantities are equal; the payload is the weight of the branch above.
    Tie(f64),
}

impl Decision {
    /// The weight of the branch above: 0, 1 or `θ`.
    #[must_use]
    pub const fn weight(self) -> f64 {
        match self {
            Decision::Below => 0.0,
            Decision::Above => 1.0,
            Decision::Tie(theta) => theta,
        }
    }

    /// Whether the visit was on the stratum itself.
    #[must_use]
    pub const fn is_tie(self) -> bool {
        matches!(self, Decision::Tie(_))
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Decision::Below => f.write_str("below"),
            Decision::Above => f.write_str("above"),
            Decision::Tie(theta) => write!(f, "tie (θ = {theta})"),
        }
    }
}
