//! Curves that follow a kink: they stay inside the tie, and every choice there has to obey the chain rule along them.
//!
//! A curve is drawn on the surface where the margins are 0: straight in the tangent space at one point and projected, so
//! it bends with the surface. The value is that of the function as it runs; the gradient is that under one choice, held all along.

use core::fmt;
use std::cell::RefCell;

use crate::check::chain_rule;
use crate::check::curve::Curve;
use crate::check::judge::Test;
use crate::check::local::{Local, Tied, along, norm};
use crate::check::met::Met;
use crate::check::normals::Surface;
use crate::check::options::Options;
use crate::check::oracle::Function;
use crate::check::random::SplitMix64;
use crate::check::record::same_site;
use crate::check::report::{Report, Tally, Verdict};
use crate::check::stratum::{NEAR, near_ties, on_stratum};
use crate::decision::Decision;
use crate::field::SiteKind;
use crate::selection::{Plain, Selection, Visit};

/// Length of a curve, in sizes of the region.
const LENGTH: f64 = 0.5;
/// A walk is kept short: every point of such a curve takes many evaluations.
const PANELS: usize = 3;
const DEPTH: u32 = 12;
const EVALUATIONS: usize = 400;
/// Of what is computed by differences along the curve.
const TOLERANCE: f64 = 1e-8;
/// Step of the differences that give the velocity: of order four, so truncation is near 10⁻¹².
const STEP: f64 = 1e-3;

/// The chain rule along a curve through the kink that was met. `size` is the scale of the parameters, `scale` that of the values.
pub(crate) fn follow(
    function: &Function<'_>,
    met: &Met,
    (size, scale): (f64, f64),
    options: &Options,
) -> Report {
    let mut rng = SplitMix64::new(options.seed);
    let mut local = Local::new(function, &met.point, size, &mut rng);
    let Some(curve) = Inside::through(&mut local, met, &mut rng) else {
        return told(Report::blank("inside a kink", options), local.spent, false);
    };
    let choice = choice(&curve.surface.ties, &mut rng);
    let reach = curve.surface.reach(size);
    let forced = |x: &[f64], selection: &mut dyn Selection| {
        under_choice(function, &choice, (reach, size), x, selection)
    };
    let walk = Options {
        tolerance: options.tolerance.max(TOLERANCE),
        panels: PANELS,
        depth: DEPTH,
        evaluations: EVALUATIONS,
        ..options.clone()
    };
    let report = chain_rule::along(Test::ChainRule, &forced, &curve, &walk);
    let spent = curve.local.borrow().spent + 2 * report.evaluations;
    let covered = report.uncovered < 1.0;
    // What was seen along the curve counts if it is seen at its place, too, where nothing hangs on how the curve was made.
    match report.violations.first() {
        None => told(report, spent, covered),
        Some(violation) => {
            let there = on_stratum(function, &violation.point, size, scale, options);
            let spent = spent + there.evaluations;
            told(there, spent, covered)
        }
    }
}

/// As part of a larger report: what such a curve did not cover counts for nothing.
pub(crate) fn told(report: Report, spent: usize, covered: bool) -> Report {
    let verdict = match report.verdict {
        verdict if verdict.is_violation() => verdict,
        _ => Verdict::NoViolationFound,
    };
    Report {
        verdict,
        kinks: Vec::new(),
        profile: None,
        unrecorded: 0,
        uncovered: 0.0,
        evaluations: spent,
        tally: Tally {
            followed: usize::from(covered),
            ..Tally::default()
        },
        ..report
    }
}

/// All below, all above, or mixtures where there can be any.
fn choice(ties: &[Tied], rng: &mut SplitMix64) -> Vec<(Tied, Decision)> {
    let kind = rng.below(3);
    let decision = |tied: &Tied, rng: &mut SplitMix64| match kind {
        2 if tied.site.kind == SiteKind::Kink => Decision::Tie(rng.unit()),
        1 => Decision::Above,
        _ => Decision::Below,
    };
    ties.iter()
        .map(|tied| (*tied, decision(tied, rng)))
        .collect()
}

/// The value as it is, the gradient under a choice. NaN off the tie, and where the choice is not open: a branch may be
/// flipped only where the value stays (rule S2).
fn under_choice(
    function: &Function<'_>,
    choice: &[(Tied, Decision)],
    (reach, size): (f64, f64),
    x: &[f64],
    selection: &mut dyn Selection,
) -> (f64, Vec<f64>) {
    let mut forced = Forced {
        choice,
        seen: vec![0; choice.len()],
        margins: vec![f64::NAN; choice.len()],
        inner: selection,
    };
    let (chosen, gradient) = function(x, &mut forced);
    let on_it = forced.margins.iter().all(|margin| margin.abs() <= reach);
    let value = function(x, &mut Plain).0;
    let granted = 1e-9 * (value.abs() + norm(&gradient) * size);
    let open = on_it && (chosen - value).abs() <= granted;
    (if open { value } else { f64::NAN }, gradient)
}

/// Answers for some visits, and lets another selection see and decide the rest.
struct Forced<'a> {
    choice: &'a [(Tied, Decision)],
    seen: Vec<u32>,
    margins: Vec<f64>,
    inner: &'a mut dyn Selection,
}

impl Selection for Forced<'_> {
    fn decide(&mut self, visit: &Visit) -> Decision {
        let mut default = visit.default;
        for (i, (tied, decision)) in self.choice.iter().enumerate() {
            if same_site(tied.site, visit.site) {
                if self.seen[i] == tied.occurrence {
                    self.margins[i] = visit.margin;
                    default = *decision;
                }
                self.seen[i] += 1;
            }
        }
        self.inner.decide(&Visit { default, ..*visit })
    }
}

/// Straight in the tangent space, projected onto the tie.
struct Inside<'a, 'b> {
    name: String,
    surface: Surface,
    start: Vec<f64>,
    direction: Vec<f64>,
    length: f64,
    local: RefCell<&'a mut Local<'b>>,
}

impl<'a, 'b> Inside<'a, 'b> {
    /// `None` where there is nothing to follow: the tie is a point, or its margins tell no normals.
    fn through(local: &'a mut Local<'b>, met: &Met, rng: &mut SplitMix64) -> Option<Self> {
        const TRIES: usize = 4;
        let origin = vec![0.0; local.dimension()];
        let here = local.evaluate(&origin, &[]);
        let ties = near_ties(&here, NEAR * local.size());
        let surface = Surface::at(local, &origin, &ties);
        if surface.rank() == 0 || surface.rank() >= local.dimension() {
            return None;
        }
        let start = surface.project(local, &origin)?;
        let mut directions = (0..TRIES).map(|_| rng.direction(origin.len()));
        let direction = directions.find_map(|d| surface.tangent(&d))?;
        let name = met.site.map_or_else(String::new, |site| {
            format!("curve inside {} of `{}`", site.stratum, site.source)
        });
        Some(Inside {
            name,
            surface,
            start,
            direction,
            length: LENGTH * local.size(),
            local: RefCell::new(local),
        })
    }

    fn straight(&self, t: f64) -> Vec<f64> {
        along(&self.start, (t - 0.5) * self.length, &self.direction)
    }

    /// The point, and whether it is on the tie.
    fn place(&self, t: f64) -> (Vec<f64>, bool) {
        let z = self.straight(t);
        match self.surface.project(&mut self.local.borrow_mut(), &z) {
            Some(z) => (z, true),
            None => (z, false),
        }
    }

    /// Differences of order four; `None` if the surface changes its shape in between.
    fn difference(&self, t: f64, h: f64) -> Option<Vec<f64>> {
        let times = [t, t - 2.0 * h, t - h, t + h, t + 2.0 * h];
        let places = times.map(|t| self.place(t));
        let mut local = self.local.borrow_mut();
        let records = places
            .each_ref()
            .map(|(z, _)| local.evaluate(z, &self.surface.held));
        let smooth = records.iter().all(|other| records[0].is_alike(other));
        if !smooth || places.iter().any(|(_, on_it)| !on_it) {
            return None;
        }
        let at = |i: usize, k: usize| places[k].0[i];
        let slope = |i: usize| {
            let (near, far) = (at(i, 3) - at(i, 2), at(i, 4) - at(i, 1));
            (8.0 * near - far) / (12.0 * h)
        };
        Some((0..self.start.len()).map(slope).collect())
    }
}

impl Curve for Inside<'_, '_> {
    fn dimension(&self) -> usize {
        self.local.borrow().base().len()
    }

    fn point(&self, t: f64, x: &mut [f64]) {
        let (z, _) = self.place(t);
        x.copy_from_slice(&self.local.borrow().point(&z));
    }

    fn velocity(&self, t: f64, v: &mut [f64]) {
        let steps = [STEP, STEP / 8.0, STEP / 64.0];
        let slope = steps.into_iter().find_map(|h| self.difference(t, h));
        match slope {
            Some(slope) => v.copy_from_slice(&self.local.borrow().lift(&slope)),
            None => v.fill(f64::NAN),
        }
    }

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
