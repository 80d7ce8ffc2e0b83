//! What a check found.

use core::fmt;
use core::time::Duration;

use crate::check::options::Options;
use crate::check::profile::Profile;
use crate::decision::Decision;
use crate::field::{FieldMetadata, Site};

/// The outcome of a check in one word. What each one claims, and no more:
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// On the curves tried, values and gradients fit together to the stated tolerance. Evidence, never a proof.
    NoViolationFound,
    /// The value is not continuous along a curve: no conservative field has it as its potential.
    Jump,
    /// As [`Verdict::Jump`], but small and at the test that stops a loop.
    TruncatedIteration,
    /// On a stretch of a curve the value changes otherwise than the gradient says.
    WrongDerivative,
    /// Two choices at a tie disagree along a direction that stays in the tie.
    WrongChoice,
    /// The gradient has a non-zero integral around a loop: it is not the gradient of any function.
    Circulation,
    /// The derivative grows without bound towards a point: the function is not locally Lipschitz.
    NotLipschitz,
    /// The gradient is infinite or not a number where the value is finite.
    NotFinite,
    /// Nothing was refuted, but something stood in the way of looking.
    Inconclusive(Reason),
}

impl Verdict {
    /// Whether the program was refuted.
    #[must_use]
    pub const fn is_violation(self) -> bool {
        !matches!(self, Verdict::NoViolationFound | Verdict::Inconclusive(_))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::NoViolationFound => "no violation found",
            Verdict::Jump => "refuted: the value jumps",
            Verdict::TruncatedIteration => "refuted: a truncated iteration makes the value jump",
            Verdict::WrongDerivative => "refuted: wrong derivative",
            Verdict::WrongChoice => "refuted: wrong choice at a tie",
            Verdict::Circulation => "refuted: not the gradient of any function",
            Verdict::NotLipschitz => "refuted: not locally Lipschitz",
            Verdict::NotFinite => "refuted: the gradient is not finite",
            Verdict::Inconclusive(reason) => return write!(f, "inconclusive: {reason}"),
        })
    }
}

/// Why a check could not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The evaluations that a curve may cost ran out.
    Evaluations,
    /// What the whole check may cost ran out.
    Budget,
    /// The integral did not get accurate enough.
    Quadrature,
    /// The values carry so much rounding noise that hardly anything would be seen.
    Noise,
    /// On part of the curve the value is infinite or not a number.
    NotFinite,
    /// A residual went away on a finer look: something on the curve is thinner than the panels.
    Unresolved,
    /// There is no tie at the point, or no direction that stays in it.
    NothingToTest,
}

impl Reason {
    /// What to change.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Reason::Evaluations => "raise `Options::evaluations`, or take a shorter curve",
            Reason::Budget => "raise `Options::budget` or `Options::time`, or ask for fewer curves",
            Reason::Quadrature => {
                "raise `Options::depth`, or keep the curve away from where the gradient is unbounded"
            }
            Reason::Noise => "compute in f64, or take a curve along which the value changes more",
            Reason::NotFinite => "keep the curve inside the domain of the function",
            Reason::Unresolved => "raise `Options::panels`",
            Reason::NothingToTest => "take a point nearer to the tie",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Evaluations => "the evaluations for a curve are spent",
            Reason::Budget => "the budget is spent",
            Reason::Quadrature => "the integral is not accurate enough",
            Reason::Noise => "rounding noise hides everything else",
            Reason::NotFinite => "NaN or infinity met in the value",
            Reason::Unresolved => "something is thinner than the panels",
            Reason::NothingToTest => "nothing to test here",
        })
    }
}

/// What went wrong at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Failure {
    /// The value jumps here.
    Jump {
        /// The largest of the jumps at this site, with its sign.
        size: f64,
        /// How many there are on the curve.
        count: usize,
        /// Their absolute values added up.
        total: f64,
    },
    /// A stopping test makes the value jump.
    TruncatedIteration {
        /// The largest of the jumps at this site, with its sign.
        size: f64,
        /// How many there are on the curve.
        count: usize,
        /// Their absolute values added up.
        total: f64,
    },
    /// The derivative along the direction, on average over the stretch around here.
    WrongDerivative {
        /// By the values of the function.
        expected: f64,
        /// By the gradient.
        got: f64,
    },
    /// The derivative along a direction inside the tie.
    WrongChoice {
        /// By the values of the function.
        expected: f64,
        /// By the gradient under the choice.
        got: f64,
    },
    /// The integral around the loop.
    Circulation {
        /// It should be 0.
        integral: f64,
    },
    /// The derivative grows like this power of the distance.
    NotLipschitz {
        /// Negative, as -0.5 for a square root; 0 if it grows like the logarithm.
        exponent: f64,
        /// Whether that is at the border of the domain.
        border: bool,
    },
    /// The gradient is infinite or not a number.
    NotFinite,
}

impl Failure {
    /// The verdict that goes with it.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        match self {
            Failure::Jump { .. } => Verdict::Jump,
            Failure::TruncatedIteration { .. } => Verdict::TruncatedIteration,
            Failure::WrongDerivative { .. } => Verdict::WrongDerivative,
            Failure::WrongChoice { .. } => Verdict::WrongChoice,
            Failure::Circulation { .. } => Verdict::Circulation,
            Failure::NotLipschitz { .. } => Verdict::NotLipschitz,
            Failure::NotFinite => Verdict::NotFinite,
        }
    }
}

/// One thing that went wrong, and where.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Violation {
    /// What.
    pub failure: Failure,
    /// The decision that it happens at, or that it happens under; `None` where no decision
    /// tells it apart (a derivative that is wrong everywhere, a jump that no decision announces).
    pub site: Option<&'static Site>,
    /// Of a wrong derivative: the site that is nearest to its kink there, whether or not it has anything to do with it.
    pub nearest: Option<&'static Site>,
    /// Which way that decision goes where things are wrong.
    pub decision: Option<Decision>,
    /// The time on the curve.
    pub t: f64,
    /// The point `γ(t)`.
    pub point: Vec<f64>,
    /// The direction `γ'(t)`.
    pub direction: Vec<f64>,
    /// Which curve, in words.
    pub curve: String,
    /// Of a wrong choice at a tie: what each choice gives along the direction.
    pub choices: Vec<Choice>,
}

/// One way to decide at a tie, and the derivative that it gives.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Choice {
    /// What each tied decision is taken to be; empty for what the program takes by itself.
    pub decisions: Vec<(&'static Site, Decision)>,
    /// The derivative along the direction of the violation.
    pub got: f64,
}

impl Violation {
    /// Of a [truncated iteration](Failure::TruncatedIteration): the number that the stopping test compares with, if it is
    /// written out there. Jumps of that size are the price of the loop.
    #[must_use]
    pub fn stopping_tolerance(&self) -> Option<f64> {
        let truncated = matches!(self.failure, Failure::TruncatedIteration { .. });
        let site = self.site.filter(|_| truncated)?;
        crate::check::text::last_number(site.source)
    }
}

/// A kink that a curve crossed.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Crossing {
    /// The place in the source.
    pub site: &'static Site,
    /// Which visit of the site within one evaluation, from 0.
    pub occurrence: u32,
    /// The time on the curve.
    pub t: f64,
    /// What was decided before.
    pub from: Decision,
    /// What was decided after.
    pub to: Decision,
    /// Number of the curve, from 0.
    pub curve: usize,
}

/// How much was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) curves: usize,
    pub(crate) ties: usize,
    pub(crate) followed: usize,
}

impl core::ops::Add for Tally {
    type Output = Tally;
    fn add(self, other: Tally) -> Tally {
        Tally {
            curves: self.curves + other.curves,
            ties: self.ties + other.ties,
            followed: self.followed + other.followed,
        }
    }
}

/// Which parts of the kinks in a box were met. The other decisions cut a kink into cells, on each of which the choices are compared
/// at one point at least.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Cells {
    /// Those that were met.
    pub met: usize,
    /// Those of them with a point on which the choices were to be compared; more than a few hundred are not kept.
    pub kept: usize,
    /// How much of the crossings on further lines may be of cells that were not met: with 95 % confidence no more than this.
    pub unseen: f64,
    /// Sites that were reached and whose kink was met nowhere in the box: of the choices there nothing is known.
    pub untied: Vec<&'static Site>,
}

/// The result of a check. It prints as a text for people; `is_compliant` is for tests.
#[derive(Clone, Debug)]
pub struct Report {
    pub(crate) test: &'static str,
    pub(crate) curve: String,
    pub(crate) verdict: Verdict,
    pub(crate) residual: f64,
    pub(crate) tolerance: f64,
    pub(crate) violations: Vec<Violation>,
    pub(crate) kinks: Vec<Crossing>,
    pub(crate) sites: Vec<&'static Site>,
    pub(crate) unrecorded: usize,
    /// Of the kinks in a whole box.
    pub(crate) cells: Option<Cells>,
    /// Of the values, on the curve.
    pub(crate) scale: f64,
    pub(crate) uncovered: f64,
    pub(crate) tally: Tally,
    pub(crate) evaluations: usize,
    pub(crate) elapsed: Duration,
    pub(crate) options: Options,
    pub(crate) field: Option<&'static FieldMetadata>,
    pub(crate) profile: Option<Profile>,
}

impl Report {
    /// Nothing tried and nothing found.
    pub(crate) fn blank(test: &'static str, options: &Options) -> Report {
        Report {
            test,
            curve: String::new(),
            verdict: Verdict::NoViolationFound,
            residual: 0.0,
            tolerance: 0.0,
            violations: Vec::new(),
            kinks: Vec::new(),
            sites: Vec::new(),
            unrecorded: 0,
            cells: None,
            scale: 0.0,
            uncovered: 0.0,
            tally: Tally::default(),
            evaluations: 0,
            elapsed: Duration::ZERO,
            options: options.clone(),
            field: None,
            profile: None,
        }
    }

    /// Adds what the compiler knows of the function: the text then names the [obligations](Report::broken_obligations) that
    /// the violations speak against, and the sites that no curve reached.
    #[must_use]
    pub fn with_field(self, field: &'static FieldMetadata) -> Report {
        Report {
            field: Some(field),
            ..self
        }
    }

    /// Whether nothing was refuted. This says no more than [`Verdict::NoViolationFound`] or
    /// [`Verdict::Inconclusive`] do.
    #[must_use]
    pub fn is_compliant(&self) -> bool {
        !self.verdict.is_violation()
    }

    /// The outcome in one word.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Everything that was refuted, the gravest first.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// `f(end) - f(start)` less the integral of the gradient, over what was covered; of several curves the
    /// one that is largest compared with its tolerance.
    #[must_use]
    pub fn residual(&self) -> f64 {
        self.residual
    }

    /// What a residual may reach by quadrature and rounding.
    #[must_use]
    pub fn tolerance(&self) -> f64 {
        self.tolerance
    }

    pub(crate) fn relative_residual(&self) -> f64 {
        match self.tolerance {
            0.0 => 0.0,
            tolerance => self.residual.abs() / tolerance,
        }
    }

    /// The kinks that were crossed, in order.
    #[must_use]
    pub fn kinks(&self) -> &[Crossing] {
        &self.kinks
    }

    /// Every site that was reached, whether or not it was crossed.
    #[must_use]
    pub fn sites(&self) -> &[&'static Site] {
        &self.sites
    }

    /// Jumps of the slope that no decision accounts for: kinks that the gradient does not tell of.
    #[must_use]
    pub fn unrecorded_kinks(&self) -> usize {
        self.unrecorded
    }

    /// The part of the curves, between 0 and 1, about which nothing is claimed; curves that the budget did not reach for are
    /// part of it.
    #[must_use]
    pub fn uncovered(&self) -> f64 {
        self.uncovered
    }

    /// How many curves were followed, not counting those inside kinks.
    #[must_use]
    pub fn curves(&self) -> usize {
        self.tally.curves
    }

    /// Points on kinks at which all choices were forced and compared.
    #[must_use]
    pub fn ties(&self) -> usize {
        self.tally.ties
    }

    /// Kinks along which a curve was led, with a choice held.
    #[must_use]
    pub fn kinks_followed(&self) -> usize {
        self.tally.followed
    }

    /// Of a whole [box](crate::check::conservative): which parts of the kinks were met.
    #[must_use]
    pub fn cells(&self) -> Option<&Cells> {
        self.cells.as_ref()
    }

    /// How often the function was evaluated.
    #[must_use]
    pub fn evaluations(&self) -> usize {
        self.evaluations
    }

    /// Time spent. It is the one thing in a report that the seed does not determine.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Value, rebuilt value and kinks along one curve: of several the first one that is refuted, or else the one whose
    /// residual is largest compared with its tolerance. `None` where no curve was followed.
    #[must_use]
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    /// For an [inconclusive](Verdict::Inconclusive) report: what to raise, and from what.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        let Verdict::Inconclusive(reason) = self.verdict else {
            return None;
        };
        let options = &self.options;
        let covered = crate::check::text::percent(1.0 - self.uncovered);
        let now = match reason {
            Reason::Evaluations => {
                format!(" (now {}; {covered} % were covered)", options.evaluations)
            }
            Reason::Budget => format!(
                " (spent after {} evaluations and {:.1?}; {covered} % were covered)",
                self.evaluations, self.elapsed
            ),
            Reason::Quadrature => format!(
                " (depth is {}; the error reaches {})",
                options.depth,
                crate::check::text::number(self.tolerance)
            ),
            Reason::Noise => format!(
                " (noise hides residuals up to {})",
                crate::check::text::number(self.tolerance)
            ),
            Reason::Unresolved => format!(" (now {})", options.panels),
            Reason::NotFinite => format!(" ({covered} % were covered)"),
            Reason::NothingToTest => String::new(),
        };
        Some(format!("{}{now}", reason.advice()))
    }

    /// The report as an error if something was refuted, for `?`.
    ///
    /// # Errors
    /// The report itself, if it is not compliant.
    pub fn into_result(self) -> Result<Report, Box<Report>> {
        if self.is_compliant() {
            Ok(self)
        } else {
            Err(Box::new(self))
        }
    }
}

impl std::error::Error for Report {}
