//! What each kink did in one evaluation.

use core::fmt;
use std::collections::BTreeMap;

use crate::decision::Decision;
use crate::field::{Site, SiteKey, SiteKind};
use crate::selection::{Plain, Selection, Visit};

#[cfg(feature = "annotate-snippets")]
mod annotated;

/// One visit, and what was decided.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug)]
pub struct TraceVisit {
    /// Where.
    pub site: &'static Site,
    /// How many visits of the same site came before.
    pub occurrence: u32,
    /// Signed distance from the kink.
    pub margin: f64,
    /// The decision that was followed.
    pub decision: Decision,
}

impl fmt::Display for TraceVisit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let site = self.site;
        write!(f, "{}  {} `{}`", site.place(), site.primitive, site.source)?;
        write!(
            f,
            "  visit {}  margin {:?}  ",
            self.occurrence + 1,
            self.margin
        )?;
        match (site.kind, self.decision.weight() > 0.5) {
            (SiteKind::Branch, true) => f.write_str("condition holds"),
            (SiteKind::Branch, false) => f.write_str("condition fails"),
            (SiteKind::Boundary, _) => write!(f, "on the border, takes {}", site.field),
            _ => write!(f, "{}", self.decision),
        }
    }
}

/// All visits of one evaluation, in the order of the primal.
///
/// ```
/// use autodiff_runtime::{Plain, Selection, Site, SiteKind, Ties, trace::Recorder};
/// static RELU: Site = Site {
///     id: 0, function: "f", module: "m", file: "src/m.rs", line: 3, column: 5, primitive: "relu", source: "relu(x)",
///     kind: SiteKind::Kink, stratum: "x = 0", field: "[0, 1]", theta: 0.0, clarke: true, ties: Ties::all(0.0), listed: true,
/// };
/// let mut recorder = Recorder::new(Plain);
/// recorder.weight(&RELU, 0.25, true, false); // emitted code calls this
/// let trace = recorder.into_trace();
/// assert_eq!(trace.nearest().unwrap().margin, 0.25);
/// assert!(trace.to_string().contains("src/m.rs:3:5"));
/// ```
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, Default)]
pub struct Trace {
    visits: Vec<TraceVisit>,
}

/// Which side of a kink a visit was on.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The branch below.
    Below,
    /// On the stratum.
    Tie,
    /// The branch above.
    Above,
}

impl From<Decision> for Side {
    fn from(decision: Decision) -> Side {
        match decision {
            Decision::Below => Side::Below,
            Decision::Above => Side::Above,
            Decision::Tie(_) => Side::Tie,
        }
    }
}

impl Trace {
    /// Every visit.
    #[must_use]
    pub fn visits(&self) -> &[TraceVisit] {
        &self.visits
    }

    /// The visit that was nearest to its kink, by margin.
    #[must_use]
    pub fn nearest(&self) -> Option<&TraceVisit> {
        let comparable = self.visits.iter().filter(|visit| !visit.margin.is_nan());
        comparable.min_by(|a, b| a.margin.abs().total_cmp(&b.margin.abs()))
    }

    /// The visits that were at a tie.
    pub fn ties(&self) -> impl Iterator<Item = &TraceVisit> {
        self.visits.iter().filter(|visit| visit.decision.is_tie())
    }

    /// The cell of the stratification that the point is in: two evaluations with equal signatures took the same branches.
    #[must_use]
    pub fn signature(&self) -> Vec<(SiteKey, Side)> {
        self.visits
            .iter()
            .map(|visit| (visit.site.key(), visit.decision.into()))
            .collect()
    }

    fn sites(&self) -> usize {
        let mut keys: Vec<_> = self.visits.iter().map(|visit| visit.site.key()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.len()
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.visits.is_empty() {
            return f.write_str("no kinks visited");
        }
        let ties = self.ties().count();
        writeln!(
            f,
            "visits: {}, sites: {}, ties: {ties}",
            self.visits.len(),
            self.sites()
        )?;
        for visit in &self.visits {
            writeln!(f, "  {visit}")?;
        }
        match self.nearest() {
            Some(nearest) => write!(f, "nearest: {nearest}"),
            None => f.write_str("nearest: none, every margin is NaN"),
        }
    }
}

/// Writes down what `inner` decides.
#[derive(Clone, Debug, Default)]
pub struct Recorder<S = Plain> {
    inner: S,
    visits: Vec<TraceVisit>,
    seen: BTreeMap<SiteKey, u32>,
}

impl<S> Recorder<S> {
    /// Records the decisions of `inner`.
    #[must_use]
    pub const fn new(inner: S) -> Recorder<S> {
        Recorder {
            inner,
            visits: Vec::new(),
            seen: BTreeMap::new(),
        }
    }

    /// What was recorded.
    #[must_use]
    pub fn into_trace(self) -> Trace {
        Trace {
            visits: self.visits,
        }
    }

    fn record(&mut self, site: &'static Site, margin: f64, decision: Decision) {
        let seen = self.seen.entry(site.key()).or_default();
        self.visits.push(TraceVisit {
            site,
            occurrence: *seen,
            margin,
            decision,
        });
        *seen += 1;
    }
}

impl<S: Selection> Selection for Recorder<S> {
    fn decide(&mut self, visit: &Visit) -> Decision {
        let decision = self.inner.decide(visit);
        self.record(visit.site, visit.margin, decision);
        decision
    }

    fn border(&mut self, site: &'static Site) {
        self.inner.border(site);
        self.record(site, 0.0, Decision::Tie(site.theta));
    }
}

/// Takes the decisions of a [`Trace`] again, in order.
///
/// At the first visit of another site than the one recorded, and after the last
/// one, it leaves the decision to the primal; [`Replay::diverged`] tells.
#[derive(Clone, Debug)]
pub struct Replay {
    visits: std::vec::IntoIter<TraceVisit>,
    diverged: bool,
}

impl Replay {
    /// Replays `trace`. Visits of borders have nothing to decide and are left out.
    #[must_use]
    pub fn new(trace: Trace) -> Replay {
        let mut visits = trace.visits;
        visits.retain(|visit| visit.site.kind != SiteKind::Boundary);
        Replay {
            visits: visits.into_iter(),
            diverged: false,
        }
    }

    /// Whether a visit came that was not recorded.
    #[must_use]
    pub const fn diverged(&self) -> bool {
        self.diverged
    }
}

impl Selection for Replay {
    fn decide(&mut self, visit: &Visit) -> Decision {
        if self.diverged {
            return visit.default;
        }
        match self.visits.next() {
            Some(recorded) if recorded.site.key() == visit.site.key() => recorded.decision,
            _ => {
                self.diverged = true;
                visit.default
            }
        }
    }
}
