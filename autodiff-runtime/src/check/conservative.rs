//! All tests at once, on seeded random curves in a box and at the kinks that they meet.

use std::time::Instant;

use crate::check::chain_rule;
use crate::check::curve::{Circle, Curve, Lissajous, Polyline, Segment};
use crate::check::judge::Test;
use crate::check::options::Options;
use crate::check::oracle::Function;
use crate::check::random::SplitMix64;
use crate::check::record::same_site;
use crate::check::region::Region;
use crate::check::report::{Crossing, Reason, Report, Verdict};
use crate::check::stratum::on_stratum;

/// Ties at which the choices are compared, and how many of them at one site.
const TIES: usize = 32;
const TIES_PER_SITE: usize = 3;
/// Crossings that a report keeps.
const KEPT: usize = 10_000;

pub(crate) fn conservative(function: &Function<'_>, region: &Region, options: &Options) -> Report {
    let started = Instant::now();
    let mut rng = SplitMix64::new(options.seed);
    let count = options
        .curves
        .unwrap_or_else(|| (2 * region.dimension()).clamp(8, 100));
    let mut all = Summary::new(region, count);
    for i in 0..count {
        let (test, curve) = draw(i, region, &mut rng);
        let options = options.clone().seed(rng.bits());
        let report = chain_rule::along(test, function, &*curve, &options);
        all.collect_ties(&report, &*curve);
        all.add(report);
    }
    for point in core::mem::take(&mut all.ties) {
        all.add(on_stratum(function, &point, region.size(), options));
    }
    all.report.elapsed = started.elapsed();
    all.finish()
}

/// The `i`-th curve: kinds take turns, so that few curves have some of each.
fn draw(i: usize, region: &Region, rng: &mut SplitMix64) -> (Test, Box<dyn Curve>) {
    let chain_rule = |curve: Box<dyn Curve>| (Test::Thorough, curve);
    match i % 8 {
        0 | 4 => chain_rule(Box::new(Segment::new(
            &region.point(rng),
            &region.point(rng),
        ))),
        1 => chain_rule(Box::new(inside_tie(region, rng))),
        2 => chain_rule(Box::new(lissajous(region, rng))),
        3 => chain_rule(Box::new(short(region, rng))),
        5 => chain_rule(Box::new(on_constant(region, rng))),
        6 => chain_rule(Box::new(circle(region, rng))),
        _ => (
            Test::Loop,
            Box::new(Polyline::closed(&[
                region.point(rng),
                region.point(rng),
                region.point(rng),
            ])),
        ),
    }
}

/// Within `x[i] = x[j]`, bit for bit: programs whose choice at such a tie is wrong show it only there.
fn inside_tie(region: &Region, rng: &mut SplitMix64) -> Segment {
    let (mut a, mut b) = (region.point(rng), region.point(rng));
    let p = region.dimension();
    let i = rng.below(p);
    for _ in 0..1 + rng.below(p.min(3)) {
        let j = (i + 1 + rng.below(p.max(2) - 1)) % p;
        (a[j], b[j]) = (a[i], b[i]);
    }
    Segment::new(&region.clamp(&a), &region.clamp(&b))
}

/// Within `x[i] = c` for a number that programs like to compare with.
fn on_constant(region: &Region, rng: &mut SplitMix64) -> Segment {
    const CONSTANTS: [f64; 6] = [0.0, 0.0, 1.0, -1.0, 0.5, 2.0];
    let (mut a, mut b) = (region.point(rng), region.point(rng));
    let i = rng.below(region.dimension());
    let c = CONSTANTS[rng.below(CONSTANTS.len())];
    if region.dimension() > 1 && region.side(i).contains(&c) {
        (a[i], b[i]) = (c, c);
    }
    Segment::new(&a, &b)
}

/// A thousandth of the size of the box.
fn short(region: &Region, rng: &mut SplitMix64) -> Segment {
    let (a, b) = (region.point(rng), region.point(rng));
    let near: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + 1e-3 * (b - a)).collect();
    Segment::new(&a, &near)
}

fn circle(region: &Region, rng: &mut SplitMix64) -> Circle {
    let center: Vec<f64> = (0..region.dimension()).map(|i| middle(region, i)).collect();
    let mut axis = || -> Vec<f64> {
        let point = region.point(rng);
        point
            .iter()
            .zip(&center)
            .map(|(x, c)| 0.7 * (x - c))
            .collect()
    };
    let (a, b) = (axis(), axis());
    Circle::new(&center, &a, &b)
}

fn lissajous(region: &Region, rng: &mut SplitMix64) -> Lissajous {
    let p = region.dimension();
    let center: Vec<f64> = (0..p).map(|i| middle(region, i)).collect();
    let amplitude: Vec<f64> = (0..p)
        .map(|i| 0.5 * (region.side(i).end - region.side(i).start))
        .collect();
    let frequency: Vec<f64> = (0..p).map(|_| 1.0 + rng.below(3) as f64).collect();
    let phase: Vec<f64> = (0..p)
        .map(|_| rng.between(0.0, core::f64::consts::TAU))
        .collect();
    Lissajous::new(&center, &amplitude, &frequency, &phase)
}

fn middle(region: &Region, i: usize) -> f64 {
    0.5 * (region.side(i).start + region.side(i).end)
}

/// Many reports as one.
struct Summary {
    report: Report,
    /// Points on kinks that were met.
    ties: Vec<Vec<f64>>,
    tied_sites: Vec<(Crossing, usize)>,
    reason: Option<Reason>,
    planned: usize,
    tested_ties: usize,
}

impl Summary {
    fn new(region: &Region, planned: usize) -> Self {
        let report = Report {
            test: "conservative",
            curve: String::new(),
            verdict: Verdict::NoViolationFound,
            residual: 0.0,
            tolerance: 0.0,
            violations: Vec::new(),
            kinks: Vec::new(),
            sites: Vec::new(),
            unrecorded: 0,
            uncovered: 0.0,
            curves: 0,
            evaluations: 0,
            elapsed: core::time::Duration::ZERO,
        };
        assert!(
            region.dimension() > 0,
            "a region needs at least one parameter"
        );
        Summary {
            report,
            ties: Vec::new(),
            tied_sites: Vec::new(),
            reason: None,
            planned,
            tested_ties: 0,
        }
    }

    /// Remembers where kinks were crossed, a few points for each site.
    fn collect_ties(&mut self, report: &Report, curve: &dyn Curve) {
        for crossing in report.kinks() {
            if self.ties.len() < TIES && self.wants(crossing) {
                let mut x = vec![0.0; curve.dimension()];
                curve.point(crossing.t, &mut x);
                self.ties.push(x);
            }
        }
    }

    fn wants(&mut self, crossing: &Crossing) -> bool {
        let known = self
            .tied_sites
            .iter_mut()
            .find(|(other, _)| same_site(other.site, crossing.site));
        match known {
            Some((_, count)) => {
                *count += 1;
                *count <= TIES_PER_SITE
            }
            None => {
                self.tied_sites.push((*crossing, 1));
                true
            }
        }
    }

    fn add(&mut self, report: Report) {
        let curve = self.report.curves;
        self.add_verdict(report.verdict);
        self.add_worst(report.residual, report.tolerance);
        self.tested_ties += usize::from(report.curves == 0 && report.uncovered == 0.0);
        self.report.uncovered += report.uncovered * report.curves as f64 / self.planned as f64;
        self.report.curves += report.curves;
        self.report.unrecorded += report.unrecorded;
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

    fn add_verdict(&mut self, verdict: Verdict) {
        match verdict {
            // Most ties are isolated points on their curve, or not of the kind that can be followed.
            Verdict::NoViolationFound | Verdict::Inconclusive(Reason::NothingToTest) => {}
            Verdict::Inconclusive(reason) => self.reason = self.reason.or(Some(reason)),
            violation => {
                if !self.report.verdict.is_violation() {
                    self.report.verdict = violation;
                }
            }
        }
    }

    fn add_worst(&mut self, residual: f64, tolerance: f64) {
        let (worst, granted) = (self.report.residual.abs(), self.report.tolerance);
        if granted == 0.0 || residual.abs() * granted > worst * tolerance {
            (self.report.residual, self.report.tolerance) = (residual, tolerance);
        }
    }

    fn finish(mut self) -> Report {
        if let (false, Some(reason)) = (self.report.verdict.is_violation(), self.reason) {
            self.report.verdict = Verdict::Inconclusive(reason);
        }
        self.report.curve = format!(
            "{} curves, and the choices compared at {} ties",
            self.report.curves, self.tested_ties
        );
        self.report
    }
}
