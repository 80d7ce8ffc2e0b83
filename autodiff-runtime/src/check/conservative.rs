//! All tests at once, on seeded random curves in a box and at the kinks that they meet.

use std::time::Instant;

use crate::check::chain_rule;
use crate::check::curve::{Circle, Curve, Lissajous, Polyline, Segment};
use crate::check::judge::Test;
use crate::check::options::Options;
use crate::check::oracle::Function;
use crate::check::random::SplitMix64;
use crate::check::record::{Recording, Seen, same_site};
use crate::check::region::Region;
use crate::check::report::{Crossing, Failure, Reason, Report, Verdict, Violation};
use crate::check::stratum::on_stratum;
use crate::decision::Decision;
use crate::field::Site;
use crate::trace::Side;

/// Ties at which the choices are compared, and how many of them at one site between the same sides.
const TIES: usize = 32;
const TIES_ALIKE: usize = 8;
/// Curves inside ties that no decision told of.
const SNAPPED: usize = 4;
/// Crossings that a report keeps.
const KEPT: usize = 10_000;

pub(crate) fn conservative(function: &Function<'_>, region: &Region, options: &Options) -> Report {
    let started = Instant::now();
    let mut rng = SplitMix64::new(options.seed);
    let count = options
        .curves
        .unwrap_or_else(|| (2 * region.dimension()).clamp(8, 100));
    let mut all = Summary::new(region, count);
    let mut snapped: Vec<Tie> = Vec::new();
    for i in 0..count {
        let (test, curve) = draw(i, region, &mut rng);
        let options = options.clone().seed(rng.bits());
        let report = chain_rule::along(test, function, &*curve, &options);
        all.collect_ties(&report, &*curve);
        snapped.extend(snap(&report, &*curve, region));
        all.add(report);
    }
    // Sorting compares neighbours in the order that they are in: its ties change no decision, and only curves inside show them.
    snapped.truncate(SNAPPED);
    if !all.report.sites.is_empty() {
        snapped.extend(pairs(region.dimension(), &mut rng));
    }
    for tie in snapped {
        let curve = inside(&tie, region, &mut rng);
        let options = options.clone().seed(rng.bits());
        all.planned += 1;
        all.add(chain_rule::along(
            Test::Thorough,
            function,
            &curve,
            &options,
        ));
    }
    for point in all.dealt_ties() {
        let scale = all.report.scale;
        all.add(on_stratum(function, &point, region.size(), scale, options));
    }
    attribute(function, &mut all.report.violations);
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

/// A tie that no decision tells of, as far as coordinates show it.
struct Tie {
    /// A point on it.
    point: Vec<f64>,
    /// Coordinates that are a round number there.
    fixed: Vec<usize>,
    /// Coordinates that are equal to an earlier one.
    equal: Vec<(usize, usize)>,
}

/// The first kink that no decision told of and that is where coordinates are equal or round.
///
/// A gradient that is not a number at `x = 0` is met by no curve that merely crosses.
fn snap(report: &Report, curve: &dyn Curve, region: &Region) -> Option<Tie> {
    let near = 1e-9 * region.size();
    report.untold.iter().find_map(|t| {
        let mut point = vec![0.0; curve.dimension()];
        curve.point(*t, &mut point);
        let (mut fixed, mut equal) = (Vec::new(), Vec::new());
        for i in 0..point.len() {
            let round = (2.0 * point[i]).round() / 2.0;
            if (point[i] - round).abs() <= near {
                point[i] = round;
                fixed.push(i);
            } else if let Some(j) = (0..i).find(|j| (point[*j] - point[i]).abs() <= near) {
                point[i] = point[j];
                equal.push((j, i));
            }
        }
        let all = fixed.len() == point.len() || fixed.len() + equal.len() == 0;
        (!all).then_some(Tie {
            point,
            fixed,
            equal,
        })
    })
}

/// Ties of two coordinates each: all there are of few parameters, as many as there are parameters of more, of very many none.
fn pairs(p: usize, rng: &mut SplitMix64) -> Vec<Tie> {
    const FEW: usize = 16;
    if p > FEW {
        return Vec::new();
    }
    let mut all: Vec<(usize, usize)> = (1..p).flat_map(|j| (0..j).map(move |i| (i, j))).collect();
    while all.len() > p.max(6) {
        all.swap_remove(rng.below(all.len()));
    }
    let tie = |pair| Tie {
        point: vec![0.0; p],
        fixed: Vec::new(),
        equal: vec![pair],
    };
    all.into_iter().map(tie).collect()
}

/// Through the box inside such a tie.
fn inside(tie: &Tie, region: &Region, rng: &mut SplitMix64) -> Segment {
    let mut end = || {
        let mut x = region.point(rng);
        for i in &tie.fixed {
            x[*i] = tie.point[*i];
        }
        for (j, i) in &tie.equal {
            x[*i] = x[*j];
        }
        region.clamp(&x)
    };
    Segment::new(&end(), &end())
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

/// Lets curves explain each other, and puts what names a place first.
///
/// A curve that is wrong from end to end does not tell which decision that hangs on. If on another curve a decision does, and
/// the first curve takes it too, then it is the same mistake.
fn attribute(function: &Function<'_>, violations: &mut [Violation]) {
    let wrong = |v: &&Violation| matches!(v.failure, Failure::WrongDerivative { .. });
    let named: Vec<(&'static Site, Decision)> = violations
        .iter()
        .filter(wrong)
        .filter_map(|violation| violation.site.zip(violation.decision))
        .collect();
    for violation in violations.iter_mut().filter(|v| v.site.is_none()) {
        if wrong(&&*violation) {
            let mut recording = Recording::with_capacity(0);
            let _ = function(&violation.point, &mut recording);
            let record = recording.finish();
            let taken = named.iter().find(|(site, decision)| {
                let is_it =
                    |seen: &Seen| same_site(seen.site, site) && seen.side() == (*decision).into();
                record.visits.iter().any(is_it)
            });
            violation.site = taken.map(|(site, _)| *site);
            violation.decision = taken.map(|(_, decision)| *decision);
        }
    }
    violations.sort_by_key(|violation| violation.site.is_none());
}

/// A point on a kink.
struct Known {
    site: &'static Site,
    sides: [Side; 2],
    /// How many like it were met before.
    rank: usize,
    point: Vec<f64>,
}

impl Known {
    /// Either way round.
    fn is_between(&self, [a, b]: [Side; 2]) -> bool {
        self.sides == [a, b] || self.sides == [b, a]
    }
}

/// Many reports as one.
struct Summary {
    report: Report,
    /// Kinks that were met.
    ties: Vec<Known>,
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
            untold: Vec::new(),
            scale: 0.0,
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
            reason: None,
            planned,
            tested_ties: 0,
        }
    }

    /// Remembers where kinks were crossed, a few points for each way to cross a site: where a maximum comes out of a tie
    /// that is an open set nothing is seen of what it does where it changes sides.
    fn collect_ties(&mut self, report: &Report, curve: &dyn Curve) {
        for crossing in report.kinks() {
            let sides = [crossing.from, crossing.to].map(Side::from);
            let is_alike =
                |known: &&Known| same_site(known.site, crossing.site) && known.is_between(sides);
            let before = self.ties.iter().filter(is_alike).count();
            if before < TIES_ALIKE && self.ties.len() < KEPT {
                let mut x = vec![0.0; curve.dimension()];
                curve.point(crossing.t, &mut x);
                self.ties.push(Known {
                    site: crossing.site,
                    sides,
                    rank: before,
                    point: x,
                });
            }
        }
    }

    /// The points, one of each kind before a second of any.
    fn dealt_ties(&mut self) -> Vec<Vec<f64>> {
        let mut ties = core::mem::take(&mut self.ties);
        ties.sort_by_key(|known| known.rank);
        ties.truncate(TIES);
        ties.into_iter().map(|known| known.point).collect()
    }

    fn add(&mut self, report: Report) {
        let curve = self.report.curves;
        self.add_verdict(report.verdict);
        self.add_worst(report.residual, report.tolerance);
        self.tested_ties += usize::from(report.curves == 0 && report.uncovered == 0.0);
        self.report.uncovered += report.uncovered * report.curves as f64 / self.planned as f64;
        self.report.curves += report.curves;
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

    fn add_verdict(&mut self, verdict: Verdict) {
        match verdict {
            // Most ties are isolated points on their curve, or not of the kind that can be followed.
            Verdict::NoViolationFound | Verdict::Inconclusive(Reason::NothingToTest) => {}
            Verdict::Inconclusive(reason) => self.reason = self.reason.or(Some(reason)),
            // Told by the violations.
            _ => {}
        }
    }

    fn add_worst(&mut self, residual: f64, tolerance: f64) {
        let (worst, granted) = (self.report.residual.abs(), self.report.tolerance);
        if granted == 0.0 || residual.abs() * granted > worst * tolerance {
            (self.report.residual, self.report.tolerance) = (residual, tolerance);
        }
    }

    fn finish(mut self) -> Report {
        self.report.verdict = match (self.report.violations.first(), self.reason) {
            (Some(violation), _) => violation.failure.verdict(),
            (None, Some(reason)) => Verdict::Inconclusive(reason),
            (None, None) => Verdict::NoViolationFound,
        };
        self.report.curve = format!(
            "{} curves, and the choices compared at {} ties",
            self.report.curves, self.tested_ties
        );
        self.report
    }
}
