//! What is known at compile time about the derivative of a function.

use crate::policy::{Policy, Ties};

/// What kind of nonsmooth place a site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SiteKind {
    /// A continuous operation with a kink (relu, abs, max, …).
    Kink,
    /// A comparison in the user's control flow.
    Branch,
    /// The border of a domain, where no finite derivative exists (sqrt at 0).
    Boundary,
}

/// One nonsmooth place in the source of a differentiated function.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Number within the function, in source order from 0.
    pub id: u32,
    /// Name of the function.
    pub function: &'static str,
    /// Module path of the function.
    pub module: &'static str,
    /// Source file.
    pub file: &'static str,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// The row of the rule table, or `if`, `while`, `match`.
    pub primitive: &'static str,
    /// The user's text.
    pub source: &'static str,
    /// Kink, branch or boundary.
    pub kind: SiteKind,
    /// Where the kink is, with the user's operands: `x = 0`.
    pub stratum: &'static str,
    /// The field there: `[0, 1]`, `{∇below, ∇above}`.
    pub field: &'static str,
    /// Weight of the branch above that is taken at a tie by default.
    pub theta: f64,
    /// Whether `theta` gives an element of the Clarke subdifferential of the operation.
    pub clarke: bool,
    /// What each policy would take.
    pub ties: Ties,
}

/// Smallest class of sets known to hold the graph of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Definability {
    /// Polynomials, roots, abs, max, sort, `if` on these.
    Semialgebraic,
    /// Restricted analytic functions.
    RAn,
    /// With the exponential.
    RExp,
    /// With both.
    RAnExp,
    /// Pfaffian closure (erf).
    Pfaffian,
    /// Definable on every bounded set, not globally (sin).
    Local,
    /// Not definable.
    None,
}

impl Definability {
    const fn rank(self) -> u8 {
        match self {
            Definability::Semialgebraic => 0,
            Definability::RAn => 1,
            Definability::RExp => 2,
            Definability::RAnExp => 3,
            Definability::Pfaffian => 4,
            Definability::Local => 5,
            Definability::None => 6,
        }
    }

    /// The smallest class that holds both.
    #[must_use]
    pub const fn join(self, other: Definability) -> Definability {
        match (self, other) {
            (Definability::RAn, Definability::RExp) | (Definability::RExp, Definability::RAn) => {
                Definability::RAnExp
            }
            _ if self.rank() >= other.rank() => self,
            _ => other,
        }
    }
}

/// What kind of thing the compiler takes on trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObligationKind {
    /// The value is continuous across a branch.
    ContinuousBranch,
    /// The argument stays in the interior of the domain.
    Domain,
    /// A hand-written rule is right.
    CustomRule,
    /// What `stop_gradient` cuts is locally constant.
    StopGradient,
    /// A discontinuous operation is used in a continuous program.
    AssumeContinuous,
}

/// Something that has to hold for the field to be conservative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obligation {
    /// What has to hold.
    pub kind: ObligationKind,
    /// The operation.
    pub primitive: &'static str,
    /// The user's text.
    pub source: &'static str,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

/// What is known about the derivative of one function.
#[derive(Clone, Debug)]
pub struct FieldMetadata {
    /// Name of the function.
    pub name: &'static str,
    /// Module path.
    pub module: &'static str,
    /// Source file.
    pub file: &'static str,
    /// Line of the function.
    pub line: u32,
    /// Policy in force.
    pub policy: Policy,
    /// Class of the function's own operations.
    pub definability: Definability,
    /// Nonsmooth places.
    pub sites: &'static [Site],
    /// What is taken on trust.
    pub obligations: &'static [Obligation],
    /// Bound ω_b on gradient cost over primal cost, of the function's own operations.
    pub cost_bound: f64,
    /// Metadata of the annotated functions it calls.
    pub callees: &'static [fn() -> &'static FieldMetadata],
}
