//! All tests at once: on seeded random curves in a box, at the kinks that they meet, and along these.

use std::time::Instant;

use crate::check::chain_rule;
use crate::check::curve::Curve;
use crate::check::draw::{draw, inside_met, inside_pair, pairs};
use crate::check::inside;
use crate::check::judge::Test;
use crate::check::options::Options;
use crate::check::oracle::Function;
use crate::check::random::SplitMix64;
use crate::check::record::same_site;
use crate::check::region::Region;
use crate::check::report::Report;
use crate::check::stratum::on_stratum;
use crate::check::summary::Summary;
use crate::field::Site;
use crate::trace::Side;

/// Ties at which the choices are compared.
const TIES: usize = 32;
/// Points that are kept of each kind: at one site, between the same sides.
const ALIKE: usize = 8;
/// Kinks that are followed.
const FOLLOWED: usize = 8;
/// Segments inside flat kinks.
const FLAT: usize = 16;

/// One thing to do; each is the same whatever else is done, and by whom.
#[derive(Clone, Debug)]
pub(crate) enum Job {
    /// The chain rule along a random curve.
    Curve { index: usize, seed: u64 },
    /// The choices at a point on a kink.
    Tie { point: Vec<f64>, scale: f64 },
    /// A curve inside a kink.
    Inside { met: Met, scale: f64, seed: u64 },
    /// A segment on which two coordinates are equal, bit for bit.
    Pair { pair: (usize, usize), seed: u64 },
    /// A segment inside a flat kink, bit for bit.
    Flat { point: Vec<f64>, seed: u64 },
}

/// A point on a kink that was met.
#[derive(Clone, Debug)]
pub(crate) struct Met {
    /// `None` where no decision tells of the kink.
    pub(crate) site: Option<&'static Site>,
    sides: [Side; 2],
    pub(crate) point: Vec<f64>,
}

/// What came of it.
pub(crate) struct Done {
    pub(crate) report: Report,
    pub(crate) met: Vec<Met>,
}

impl Done {
    fn new(report: Report) -> Self {
        Done {
            report,
            met: Vec::new(),
        }
    }
}

pub(crate) fn perform(
    job: &Job,
    function: &Function<'_>,
    region: &Region,
    options: &Options,
) -> Done {
    match job {
        Job::Curve { index, seed } => {
            let mut rng = SplitMix64::new(*seed);
            let (test, curve) = draw(*index, region, &mut rng);
            let options = options.clone().seed(rng.bits());
            let report = chain_rule::along(test, function, &*curve, &options);
            let met = met(&report, &*curve);
            Done { report, met }
        }
        Job::Tie { point, scale } => {
            Done::new(on_stratum(function, point, region.size(), *scale, options))
        }
        Job::Inside { met, scale, seed } => {
            let options = options.clone().seed(*seed);
            Done::new(inside::follow(
                function,
                met,
                (region.size(), *scale),
                &options,
            ))
        }
        Job::Pair { pair, seed } => {
            let mut rng = SplitMix64::new(*seed);
            let segment = inside_pair(*pair, region, &mut rng);
            let options = options.clone().seed(rng.bits());
            let report = chain_rule::along(Test::Thorough, function, &segment, &options);
            let (spent, covered) = (report.evaluations, report.uncovered < 1.0);
            Done::new(inside::told(report, spent, covered))
        }
        Job::Flat { point, seed } => {
            let mut rng = SplitMix64::new(*seed);
            let Some(segment) = inside_met(point, region, &mut rng) else {
                return Done::new(Report::blank("inside a kink", options));
            };
            let options = options.clone().seed(rng.bits());
            let report = chain_rule::along(Test::Thorough, function, &segment, &options);
            let (spent, covered) = (report.evaluations, report.uncovered < 1.0);
            Done::new(inside::told(report, spent, covered))
        }
    }
}

impl Met {
    /// At the same site, between the same sides either way round: where a maximum comes out of a tie that is an open set
    /// nothing is seen of what it does where it changes sides.
    fn is_like(&self, other: &Met) -> bool {
        let site = match (self.site, other.site) {
            (Some(a), Some(b)) => same_site(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        let [a, b] = other.sides;
        site && (self.sides == [a, b] || self.sides == [b, a])
    }
}

/// A few points on each kink that a curve crossed.
fn met(report: &Report, curve: &dyn Curve) -> Vec<Met> {
    let known = report.kinks().iter().map(|kink| {
        let sides = [kink.from, kink.to].map(Side::from);
        (Some(kink.site), sides, kink.t)
    });
    let silent = report
        .silent
        .iter()
        .map(|t| (None, [Side::Below, Side::Above], *t));
    let mut found: Vec<Met> = Vec::new();
    for (site, sides, t) in known.chain(silent) {
        let mut met = Met {
            site,
            sides,
            point: Vec::new(),
        };
        if found.len() < TIES && count(&found, &met) < ALIKE {
            met.point = vec![0.0; curve.dimension()];
            curve.point(t, &mut met.point);
            found.push(met);
        }
    }
    found
}

fn count(all: &[Met], like: &Met) -> usize {
    all.iter().filter(|met| met.is_like(like)).count()
}

/// Everything, with `run` to do what does not depend on each other, `batch` at a time.
pub(crate) fn conservative(
    function: &Function<'_>,
    region: &Region,
    options: &Options,
    batch: usize,
    run: &dyn Fn(&[Job]) -> Vec<Done>,
) -> Report {
    assert!(
        region.dimension() > 0,
        "a region needs at least one parameter"
    );
    let mut rng = SplitMix64::new(options.seed);
    let count = options
        .curves
        .unwrap_or_else(|| (2 * region.dimension()).clamp(8, 100));
    let mut check = Check {
        started: Instant::now(),
        options,
        batch,
        run,
        summary: Summary::new(count, options),
        met: Vec::new(),
    };
    let curves = (0..count).map(|index| Job::Curve {
        index,
        seed: rng.bits(),
    });
    check.perform(&curves.collect::<Vec<_>>());
    let told = |met: &&Met| met.site.is_some();
    let scale = check.summary.scale();
    let met = check.dealt(TIES, ALIKE);
    let ties = met.iter().filter(told).map(|met| Job::Tie {
        point: met.point.clone(),
        scale,
    });
    check.perform(&ties.collect::<Vec<_>>());
    let met = check.dealt(FOLLOWED, 2);
    let inside = met.iter().filter(told).map(|met| Job::Inside {
        met: met.clone(),
        scale,
        seed: rng.bits(),
    });
    check.perform(&inside.collect::<Vec<_>>());
    let met = check.dealt(FLAT, 2);
    let flat = met.into_iter().map(|met| Job::Flat {
        point: met.point,
        seed: rng.bits(),
    });
    check.perform(&flat.collect::<Vec<_>>());
    // Sorting compares neighbours in the order that they are in: its ties change no decision, and only curves inside show them.
    if check.summary.has_sites() {
        let pairs = pairs(region.dimension(), &mut rng).into_iter();
        let pairs = pairs.map(|pair| Job::Pair {
            pair,
            seed: rng.bits(),
        });
        check.perform(&pairs.collect::<Vec<_>>());
    }
    check.summary.finish(function, || check.started.elapsed())
}

struct Check<'a> {
    started: Instant,
    options: &'a Options,
    batch: usize,
    run: &'a dyn Fn(&[Job]) -> Vec<Done>,
    summary: Summary,
    /// Points on kinks, in the order of the curves.
    met: Vec<Met>,
}

impl Check<'_> {
    /// In order, and the same whatever the size of a batch: what was done beyond the budget is thrown away.
    fn perform(&mut self, jobs: &[Job]) {
        for chunk in jobs.chunks(self.batch) {
            if self.is_late() || self.is_spent() {
                return self.summary.cut();
            }
            for done in (self.run)(chunk) {
                if self.is_spent() {
                    return self.summary.cut();
                }
                self.summary.add(done.report);
                for met in done.met {
                    if count(&self.met, &met) < ALIKE {
                        self.met.push(met);
                    }
                }
            }
        }
    }

    fn is_spent(&self) -> bool {
        let spent = self.summary.evaluations();
        self.options.budget.is_some_and(|budget| spent >= budget)
    }

    fn is_late(&self) -> bool {
        let limit = self.options.time;
        limit.is_some_and(|limit| self.started.elapsed() >= limit)
    }

    /// The points, one of each kind before a second of any.
    fn dealt(&self, most: usize, alike: usize) -> Vec<Met> {
        let rank = |i: usize| count(&self.met[..i], &self.met[i]);
        let mut order: Vec<usize> = (0..self.met.len()).collect();
        order.retain(|i| rank(*i) < alike);
        order.sort_by_key(|i| rank(*i));
        let chosen = order.into_iter().take(most);
        chosen.map(|i| self.met[i].clone()).collect()
    }
}
