//! What a cited theorem says of a method.

use core::fmt;

use super::method::Method;

/// A statement and where it is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theorem {
    /// What holds.
    pub statement: &'static str,
    /// Under which conditions, beside those that the type itself enforces.
    pub conditions: &'static str,
    /// Where it is proved.
    pub source: &'static str,
}

impl fmt::Display for Theorem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} if {} ({})",
            self.statement, self.conditions, self.source
        )
    }
}

/// A method of which a theorem says that it approaches critical points.
///
/// A critical point of a conservative field D is one with 0 in the convex hull of D there. It need not be critical for the function:
/// Bolte and Pauwels (NeurIPS 2020) show of the subgradient method, and Le of the heavy ball, that for almost every start it is.
///
/// ```compile_fail
/// use autodiff_runtime::optim::{Adam, Convergent, Power};
/// fn trusted(_: impl Convergent) {}
/// trusted(Adam::new(Power::new(0.1, 0.5))); // no theorem is cited for Adam
/// ```
///
/// ```compile_fail
/// use autodiff_runtime::optim::{Constant, Convergent, Subgradient};
/// fn trusted(_: impl Convergent) {}
/// trusted(Subgradient::new(Constant::new(0.1))); // steps that do not vanish
/// ```
pub trait Convergent: Method {
    /// Which theorem.
    const THEOREM: Theorem;
}

pub(super) const CRITICAL: &str = "almost surely the values converge and every limit point is critical for the conservative field";
pub(super) const SAMPLED: &str = "the objective is a finite sum of definable functions, each step's gradient is an element of the \
                                  field of a term drawn uniformly and independently, and the iterates stay bounded";
