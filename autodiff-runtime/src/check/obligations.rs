//! Which of the things that the compiler took on trust a violation speaks against.

use core::fmt;

use crate::check::report::{Failure, Report, Violation};
use crate::check::text::Excerpt;
use crate::field::{FieldMetadata, Obligation, ObligationKind, Place, Site};

/// An obligation that a report is evidence against.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Broken {
    /// The obligation.
    pub obligation: Obligation,
    /// The function that it is of.
    pub function: &'static str,
    /// The file it is in.
    pub file: &'static str,
    /// Whether the violation is at its very place; otherwise it is of the right kind and may be what is broken.
    pub located: bool,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Obligation {
            kind,
            source,
            line,
            column,
            ..
        } = self.obligation;
        let sure = if self.located { "is" } else { "may be" };
        writeln!(f, "what {sure} broken: {}", promise(kind))?;
        let excerpt = Excerpt {
            place: Place::new(self.file, line, column),
            function: self.function,
            source,
            note: "taken on trust here",
        };
        write!(f, "{excerpt}")
    }
}

/// What an obligation says.
fn promise(kind: ObligationKind) -> &'static str {
    match kind {
        ObligationKind::ContinuousBranch => "the value is continuous across this branch",
        ObligationKind::Domain => "the argument stays in the interior of the domain",
        ObligationKind::CustomRule => {
            "the derivative that is written by hand is that of the function"
        }
        ObligationKind::StopGradient => "what `stop_gradient` cuts is locally constant",
        ObligationKind::AssumeContinuous => {
            "the program is continuous though this operation is not"
        }
    }
}

impl Report {
    /// The obligations of a function and its callees that the violations speak against, those that are located first.
    ///
    /// ```
    /// use autodiff_runtime::check::{self, Options};
    /// use autodiff_runtime::{Definability, FieldMetadata, Obligation, ObligationKind, Policy};
    /// static FIELD: FieldMetadata = FieldMetadata {
    ///     name: "f", module: "m", file: "src/m.rs", line: 1, policy: Policy::PyTorch, definability: Definability::Semialgebraic,
    ///     sites: &[], cost_bound: 5.0, callees: &[],
    ///     obligations: &[Obligation { kind: ObligationKind::StopGradient, primitive: "stop_gradient", source: "stop_gradient(x)", line: 2, column: 9 }],
    /// };
    /// let report = check::chain_rule(|x, _| (x[0] * x[0], [x[0]]), &[1.0], &[2.0], &Options::default());
    /// assert_eq!(report.broken_obligations(&FIELD)[0].obligation.source, "stop_gradient(x)");
    /// ```
    #[must_use]
    pub fn broken_obligations(&self, field: &FieldMetadata) -> Vec<Broken> {
        let mut found = Vec::new();
        field.walk(&mut |field| {
            let concerned = field
                .obligations
                .iter()
                .filter_map(|obligation| self.broken(field, obligation));
            found.extend(concerned);
        });
        found.sort_by_key(|broken| !broken.located);
        found
    }

    fn broken(&self, field: &FieldMetadata, obligation: &Obligation) -> Option<Broken> {
        let concerned: Vec<bool> = self
            .violations
            .iter()
            .filter_map(|violation| concerns(violation, field, obligation))
            .collect();
        let located = concerned.iter().any(|located| *located);
        (!concerned.is_empty()).then_some(Broken {
            obligation: *obligation,
            function: field.name,
            file: field.file,
            located,
        })
    }
}

/// Whether the violation may be that of the obligation, and then whether it is at the same place.
fn concerns(violation: &Violation, field: &FieldMetadata, obligation: &Obligation) -> Option<bool> {
    let place = (field.file, obligation.line, obligation.column);
    // A rule has no other decisions than the kinks that are declared with it.
    let of_the_rule = |site: &Site| {
        obligation.kind == ObligationKind::CustomRule
            && (site.module, site.function) == (field.module, field.name)
    };
    let located = violation
        .site
        .map(|site| (site.file, site.line, site.column) == place || of_the_rule(site));
    let right_kind = kinds(&violation.failure).contains(&obligation.kind);
    match (right_kind, located) {
        (true, Some(true)) => Some(true),
        // A branch that is known to be the place speaks for no other one.
        (true, Some(false)) if obligation.kind == ObligationKind::ContinuousBranch => None,
        (true, _) => Some(false),
        (false, _) => None,
    }
}

/// What can be behind a failure.
fn kinds(failure: &Failure) -> &'static [ObligationKind] {
    use ObligationKind::{AssumeContinuous, ContinuousBranch, CustomRule, Domain, StopGradient};
    match failure {
        Failure::Jump { .. } => &[ContinuousBranch, AssumeContinuous, CustomRule],
        Failure::TruncatedIteration { .. } => &[ContinuousBranch],
        Failure::WrongDerivative { .. } => &[StopGradient, CustomRule, AssumeContinuous],
        Failure::WrongChoice { .. } => &[CustomRule, StopGradient, ContinuousBranch],
        Failure::Circulation { .. } => &[StopGradient, CustomRule],
        Failure::NotLipschitz { .. } | Failure::NotFinite => &[Domain, CustomRule],
    }
}
