//! All tests at once: on seeded random curves in a box, at the kinks that they meet, and along these.

use std::time::Instant;

use crate::check::chain_rule;
use crate::check::draw::{draw, inside_met, inside_pair, pairs};
use crate::check::inside;
use crate::check::judge::Test;
use crate::check::met::{Encounters, Met};
use crate::check::options::Options;
use crate::check::oracle::Function;
use crate::check::random::SplitMix64;
use crate::check::region::Region;
use crate::check::report::{Report, Tally};
use crate::check::scout;
use crate::check::screen::{self, Seen};
use crate::check::stratum::on_stratum;
use crate::check::summary::Summary;

/// Ties at which the choices are compared.
const TIES: usize = 32;
/// Of each kind: at one site, between the same sides.
const ALIKE: usize = 2;
/// Kinks that are followed.
const FOLLOWED: usize = 8;
/// Segments inside flat kinks.
const FLAT: usize = 16;

/// Chords in one job, and jobs after which it is asked whether more are worth it.
const CHORDS: usize = 4;
const ROUND: usize = 4;
/// … which they are while more of the crossings to come than this may be of cells that are new.
const UNSEEN: f64 = 0.01;

/// One thing to do; each is the same whatever else is done, and by whom.
#[derive(Clone, Debug)]
pub(crate) enum Job {
    /// The chain rule along a random curve.
    Curve { index: usize, seed: u64 },
    /// Chords that look for kinks.
    Scout { seed: u64 },
    /// The choices at a point on a kink.
    Tie { point: Vec<f64>, scale: f64 },
    /// The same, closely only where a quick look does not settle it.
    Screen {
        point: Vec<f64>,
        scale: f64,
        seed: u64,
    },
    /// A curve inside a kink.
    Inside { met: Met, scale: f64, seed: u64 },
    /// A segment on which two coordinates are equal, bit for bit.
    Pair { pair: (usize, usize), seed: u64 },
    /// A segment inside a flat kink, bit for bit.
    Flat { point: Vec<f64>, seed: u64 },
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
            let (report, met) = chain_rule::meet(test, function, &*curve, &options);
            Done { report, met }
        }
        Job::Tie { point, scale } => {
            Done::new(on_stratum(function, point, region.size(), *scale, options))
        }
        Job::Scout { seed } => scout(function, region, *seed, options),
        Job::Screen { point, scale, seed } => {
            let size = region.size();
            let (seen, spent) = screen::screen(function, point, size, *seed);
            let report = match seen {
                Seen::Disagreement => on_stratum(function, point, size, *scale, options),
                _ => Report::blank("choices at a tie", options),
            };
            let ties = report.tally.ties.max(usize::from(seen == Seen::Agreement));
            Done::new(Report {
                evaluations: report.evaluations + spent,
                tally: Tally {
                    ties,
                    ..report.tally
                },
                ..report
            })
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

/// A few chords.
fn scout(function: &Function<'_>, region: &Region, seed: u64, options: &Options) -> Done {
    let mut rng = SplitMix64::new(seed);
    let mut report = Report::blank("chords", options);
    let mut met = Vec::new();
    for _ in 0..CHORDS {
        let (found, spent) = scout::chord(function, region, &mut rng);
        met.extend(found);
        report.evaluations += spent;
    }
    Done { report, met }
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
        met: Encounters::default(),
    };
    let curves = (0..count).map(|index| Job::Curve {
        index,
        seed: rng.bits(),
    });
    check.perform(&curves.collect::<Vec<_>>());
    check.scout(&mut rng);
    let told = |met: &&Met| met.site.is_some();
    let scale = check.summary.scale();
    let met = check.met.dealt(TIES, ALIKE);
    let ties = met.iter().filter(told).map(|met| Job::Tie {
        point: met.point.clone(),
        scale,
    });
    check.perform(&ties.collect::<Vec<_>>());
    let screens = check
        .met
        .rest(TIES, ALIKE)
        .into_iter()
        .map(|met| Job::Screen {
            point: met.point,
            scale,
            seed: rng.bits(),
        });
    check.perform(&screens.collect::<Vec<_>>());
    let met = check.met.dealt(FOLLOWED, ALIKE);
    let inside = met.iter().filter(told).map(|met| Job::Inside {
        met: met.clone(),
        scale,
        seed: rng.bits(),
    });
    check.perform(&inside.collect::<Vec<_>>());
    let met = check.met.dealt(FLAT, ALIKE);
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
    check.summary.tell(&check.met);
    check.summary.finish(function, || check.started.elapsed())
}

struct Check<'a> {
    started: Instant,
    options: &'a Options,
    batch: usize,
    run: &'a dyn Fn(&[Job]) -> Vec<Done>,
    summary: Summary,
    met: Encounters,
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
                done.met.into_iter().for_each(|met| self.met.add(met));
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

    /// Chords until hardly any kink is met where none was before. They may cost as much as the curves did.
    fn scout(&mut self, rng: &mut SplitMix64) {
        let limit = 2 * self.summary.evaluations();
        while self.summary.has_sites() && self.summary.evaluations() < limit {
            let round = (0..ROUND).map(|_| Job::Scout { seed: rng.bits() });
            self.perform(&round.collect::<Vec<_>>());
            let stopped = self.is_late() || self.is_spent();
            if stopped || self.met.unseen() <= UNSEEN {
                return;
            }
        }
    }
}
