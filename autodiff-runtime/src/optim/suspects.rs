//! Where a NaN may come from.

use core::fmt;

use crate::field::{FieldMetadata, Obligation, ObligationKind};
use crate::trace::{Trace, TraceVisit};

/// What can be told of the place where a number stopped being one.
///
/// A run that ends with [`Stop::Value`](super::Stop::Value) or [`Stop::Gradient`](super::Stop::Gradient) leaves the parameters where that
/// happened; of an annotated `loss`, `suspects(&loss::trace(&outcome.parameters, …), loss::FIELD)` looks there. No operation but decisions
/// and the borders of domains is recorded, so this narrows down the place: it was made before `reached` and after `before`, and most often by one
/// of `domains`.
#[derive(Clone, Debug)]
pub struct Suspects {
    /// The first decision that a NaN or an infinity reached.
    pub reached: Option<TraceVisit>,
    /// The decision before that one, of finite numbers: what comes up to here is sound.
    pub before: Option<TraceVisit>,
    /// Operations that were exactly at the border of their domain.
    pub borders: Vec<TraceVisit>,
    /// Operations with a domain (roots, logarithms, quotients), with the file they are in.
    pub domains: Vec<(&'static str, &'static Obligation)>,
}

/// What can be told from a trace at the parameters where it happened, and from what is known at compile time.
///
/// ```
/// use autodiff_runtime::optim::suspects;
/// use autodiff_runtime::trace::Recorder;
/// # use autodiff_runtime::{Definability, FieldMetadata, Obligation, ObligationKind, Plain, Policy, Selection, Site, SiteKind, Ties};
/// # const RELU: Site = Site {
/// #     id: 0, function: "f", module: "m", file: "src/m.rs", line: 4, column: 5, primitive: "relu", source: "relu(y)",
/// #     kind: SiteKind::Kink, stratum: "y = 0", field: "[0, 1]", theta: 0.0, clarke: true, ties: Ties::all(0.0), listed: true,
/// # };
/// # static FIELD: FieldMetadata = FieldMetadata {
/// #     name: "f", module: "m", file: "src/m.rs", line: 2, policy: Policy::PyTorch, definability: Definability::RExp, sites: &[RELU],
/// #     obligations: &[Obligation { kind: ObligationKind::Domain, primitive: "ln", source: "x.ln()", line: 3, column: 9 }],
/// #     cost_bound: 5.0, callees: &[],
/// # };
/// let mut recorder = Recorder::new(Plain);
/// recorder.weight(&RELU, f64::NAN, false, false); // emitted code calls this: `f::trace(x)` for an annotated `f`
/// let found = suspects(&recorder.into_trace(), &FIELD);
/// assert_eq!(found.reached.unwrap().site.source, "relu(y)");
/// assert!(found.to_string().contains("src/m.rs:3:9  ln `x.ln()`"));
/// ```
#[must_use]
pub fn suspects(trace: &Trace, field: &'static FieldMetadata) -> Suspects {
    let visits = trace.visits();
    let bad = visits.iter().position(|visit| !visit.margin.is_finite());
    let sound = &visits[..bad.unwrap_or(visits.len())];
    let mut domains = Vec::new();
    let mut seen = Vec::new();
    collect(field, &mut seen, &mut domains);
    let border = |visit: &&TraceVisit| visit.site.kind == crate::field::SiteKind::Boundary;
    Suspects {
        reached: bad.map(|k| visits[k]),
        before: sound.last().copied(),
        borders: sound.iter().filter(border).copied().collect(),
        domains,
    }
}

/// The function's own domains and those of its callees, each function once.
fn collect(
    field: &'static FieldMetadata,
    seen: &mut Vec<*const FieldMetadata>,
    domains: &mut Vec<(&'static str, &'static Obligation)>,
) {
    if seen.contains(&core::ptr::from_ref(field)) {
        return;
    }
    seen.push(field);
    let own = field.obligations.iter();
    let own = own.filter(|obligation| obligation.kind == ObligationKind::Domain);
    domains.extend(own.map(|obligation| (field.file, obligation)));
    field
        .callees
        .iter()
        .for_each(|callee| collect(callee(), seen, domains));
}

impl fmt::Display for Suspects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reached {
            Some(visit) => write!(f, "first seen at {visit}")?,
            None => f.write_str("no decision was reached by what is not finite")?,
        }
        if let Some(visit) = &self.before {
            write!(f, "\nsound up to {visit}")?;
        }
        for visit in &self.borders {
            write!(f, "\nat a border: {visit}")?;
        }
        for (file, domain) in &self.domains {
            let Obligation {
                line,
                column,
                primitive,
                source,
                ..
            } = domain;
            write!(
                f,
                "\nhas a domain: {file}:{line}:{column}  {primitive} `{source}`"
            )?;
        }
        Ok(())
    }
}
