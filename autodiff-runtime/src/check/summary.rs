//! Many reports as one.

use core::time::Duration;

use crate::check::met::Encounters;
use crate::check::options::Options;
use crate::check::oracle::Function;
use crate::check::record::{Recording, Seen, same_site};
use crate::check::report::{Crossing, Failure, Reason, Report, Tally, Verdict, Violation};
use crate::decision::Decision;
use crate::field::Site;

/// Crossings that a report keeps.
const KEPT: usize = 10_000;

pub(crate) struct Summary {
    report: Report,
    reason: Option<Reason>,
    planned: usize,
}

impl Summary {
    pub(crate) fn new(planned: usize, options: &Options) -> Self {
        Summary {
            report: Report::blank("conservative", options),
            reason: None,
            planned,
        }
    }

    pub(crate) fn evaluations(&self) -> usize {
        self.report.evaluations
    }

    pub(crate) fn has_sites(&self) -> bool {
        !self.report.sites.is_empty()
    }

    /// Of the values.
    pub(crate) fn scale(&self) -> f64 {
        self.report.scale
    }

    /// The budget does not reach for more.
    pub(crate) fn cut(&mut self) {
        self.reason = self.reason.or(Some(Reason::Budget));
    }

    pub(crate) fn add(&mut self, report: Report) {
        let curve = self.report.tally.curves;
        self.add_verdict(report.verdict);
        self.show(&report);
        self.report.uncovered += report.uncovered * report.tally.curves as f64;
        self.report.tally = self.report.tally + report.tally;
        self.report.unrecorded += report.unrecorded;
        self.report.scale = self.report.scale.max(report.scale);
        self.report.evaluations += report.evaluations;
        self.report.violations.extend(report.violations);
        let room = KEPT.saturating_sub(self.report.kinks.len());
        self.report.kinks.extend(
            report
                .kinks
                .into_iter()
                .take(room)
                .map(|kink| Crossing { curve, ..kink }),
        );
        for site in report.sites {
            if !self.report.sites.iter().any(|known| same_site(known, site)) {
                self.report.sites.push(site);
            }
        }
    }

    pub(crate) fn tell(&mut self, met: &Encounters) {
        self.report.cells = Some(met.told(&self.report.sites));
    }

    fn add_verdict(&mut self, verdict: Verdict) {
        match verdict {
            // Most ties are isolated points on their curve, or not of the kind that can be followed.
            Verdict::NoViolationFound | Verdict::Inconclusive(Reason::NothingToTest) => {}
            Verdict::Inconclusive(reason) => self.reason = self.reason.or(Some(reason)),
            // Told by the violations.
            _ => {}
        }
    }

    /// The residual and the picture are those of the first curve that is refuted, or else of the one that comes nearest to it.
    fn show(&mut self, report: &Report) {
        let (worst, granted) = (self.report.residual.abs(), self.report.tolerance);
        if granted == 0.0 || report.residual.abs() * granted > worst * report.tolerance {
            (self.report.residual, self.report.tolerance) = (report.residual, report.tolerance);
        }
        let Some(profile) = &report.profile else {
            return;
        };
        let rank = |report: &Report| (report.verdict.is_violation(), report.relative_residual());
        let better = match &self.report.profile {
            None => true,
            Some(shown) => (shown.refuted, shown.relative_residual) < rank(report),
        };
        if better {
            self.report.profile = Some(profile.clone());
        }
    }

    pub(crate) fn finish(
        mut self,
        function: &Function<'_>,
        elapsed: impl FnOnce() -> Duration,
    ) -> Report {
        self.report.evaluations += attribute(function, &mut self.report.violations);
        self.report.verdict = match (self.report.violations.first(), self.reason) {
            (Some(violation), _) => violation.failure.verdict(),
            (None, Some(reason)) => Verdict::Inconclusive(reason),
            (None, None) => Verdict::NoViolationFound,
        };
        let Tally {
            curves,
            ties,
            followed,
        } = self.report.tally;
        let missing = self.planned - curves.min(self.planned);
        self.report.uncovered =
            (self.report.uncovered + missing as f64) / self.planned.max(1) as f64;
        let of = match missing {
            0 => String::new(),
            _ => format!(" of {}", self.planned),
        };
        self.report.curve = format!(
            "{curves}{of} curves, {followed} more inside kinks, and the choices compared at {ties} ties"
        );
        self.report.elapsed = elapsed();
        self.report
    }
}

/// Lets curves explain each other, puts what names a place first, and counts evaluations.
///
/// A curve that is wrong from end to end does not tell which decision that hangs on. If on another curve a decision does, and
/// the first curve takes it too, then it is the same mistake.
fn attribute(function: &Function<'_>, violations: &mut [Violation]) -> usize {
    let wrong = |v: &Violation| matches!(v.failure, Failure::WrongDerivative { .. });
    let named: Vec<(&'static Site, Decision)> = violations
        .iter()
        .filter(|violation| wrong(violation))
        .filter_map(|violation| violation.site.zip(violation.decision))
        .collect();
    let mut spent = 0;
    for violation in violations.iter_mut() {
        if named.is_empty() || violation.site.is_some() || !wrong(violation) {
            continue;
        }
        let mut recording = Recording::with_capacity(0);
        let _ = function(&violation.point, &mut recording);
        spent += 1;
        let visits = recording.finish().visits;
        let taken = named.iter().find(|(site, decision)| {
            let is_it =
                |seen: &Seen| same_site(seen.site, site) && seen.side() == (*decision).into();
            visits.iter().any(is_it)
        });
        violation.site = taken.map(|(site, _)| *site);
        violation.decision = taken.map(|(_, decision)| *decision);
    }
    violations.sort_by_key(|violation| violation.site.is_none());
    spent
}
