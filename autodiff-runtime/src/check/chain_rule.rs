//! The chain rule along one curve: from the walk to the report.

use std::time::Instant;

use crate::check::bounded;
use crate::check::curve::Curve;
use crate::check::judge::{self, Test, Weighed};
use crate::check::locate::WIDTH;
use crate::check::met::{Cell, Met};
use crate::check::noise;
use crate::check::options::Options;
use crate::check::oracle::{Function, Oracle};
use crate::check::parts::{Event, Walk, Why};
use crate::check::profile::Profile;
use crate::check::random::SplitMix64;
use crate::check::record::same_site;
use crate::check::report::{Crossing, Failure, Reason, Report, Tally, Verdict, Violation};
use crate::check::tolerance::Tolerance;
use crate::check::violations::{self, Finder, Found};
use crate::check::walk::walk;
use crate::trace::Side;

/// Kinks that no decision tells of which a report keeps.
const SILENT: usize = 8;

/// Kinks whose points are kept.
const POINTS: usize = 64;

/// One test along one curve.
pub(crate) fn along(
    test: Test,
    function: &Function<'_>,
    curve: &dyn Curve,
    options: &Options,
) -> Report {
    meet(test, function, curve, options).0
}

/// The same, with points on the kinks that the curve crossed.
pub(crate) fn meet(
    test: Test,
    function: &Function<'_>,
    curve: &dyn Curve,
    options: &Options,
) -> (Report, Vec<Met>) {
    let started = Instant::now();
    let mut oracle = Oracle::new(function, curve);
    let outcome = examine(test, &mut oracle, options);
    let Outcome {
        walk,
        tolerance,
        residual,
        found,
    } = outcome;
    let verdict = verdict(&walk, &tolerance, &found);
    let name = match test {
        Test::ChainRule | Test::Thorough => "chain rule",
        Test::Loop => "closed loop",
    };
    let encounters = encounters(&walk);
    let mut report = Report {
        curve: violations::describe(curve),
        verdict,
        residual,
        tolerance: tolerance.total(),
        violations: found.violations,
        kinks: encounters.iter().map(|(kink, _)| *kink).collect(),
        sites: walk.sites.all().to_vec(),
        unrecorded: silent(&walk).count(),
        scale: tolerance.scale,
        uncovered: walk.gaps().map(|gap| gap.to - gap.from).sum(),
        tally: Tally {
            curves: 1,
            ..Tally::default()
        },
        evaluations: oracle.spent,
        elapsed: started.elapsed(),
        ..Report::blank(name, options)
    };
    report.profile = Some(Profile::of(&walk, &report));
    let silent = silent(&walk).take(SILENT).map(|event| Met {
        site: None,
        sides: [Side::Below, Side::Above],
        cell: event.cell(),
        generic: false,
        point: oracle.point_at(event.after.t),
    });
    let mut met: Vec<Met> = silent.collect();
    for (i, (kink, cell)) in encounters.into_iter().enumerate() {
        met.push(Met {
            site: Some(kink.site),
            sides: [kink.from, kink.to].map(Side::from),
            cell,
            generic: false,
            point: match i < POINTS {
                true => oracle.point_at(kink.t),
                false => Vec::new(),
            },
        });
    }
    (report, met)
}

/// Where the slope jumps and no decision tells of it.
fn silent(walk: &Walk) -> impl Iterator<Item = &Event> {
    walk.events().filter(|event| event.changes.is_empty())
}

struct Outcome {
    walk: Walk,
    tolerance: Tolerance,
    residual: f64,
    found: Found,
}

/// A refutation counts only if it persists when the panels are doubled and shifted.
fn examine(test: Test, oracle: &mut Oracle, options: &Options) -> Outcome {
    let mut rng = SplitMix64::new(options.seed);
    let (walk, tolerance, weighed) = look(test, oracle, options, options.panels, &mut rng);
    let (walk, tolerance, weighed) = match weighed.is_suspicious() {
        true => look(test, oracle, options, 2 * options.panels, &mut rng),
        false => (walk, tolerance, weighed),
    };
    let mut found = match (weighed.is_suspicious(), test) {
        (false, _) => Found::default(),
        (true, Test::ChainRule | Test::Thorough) => Finder {
            oracle,
            walk: &walk,
            tolerance: &tolerance,
            options,
        }
        .find(&weighed),
        (true, Test::Loop) => circulation(oracle, weighed.residual),
    };
    if test == Test::Thorough
        && let Some(violation) = bounded::check(oracle, &walk)
    {
        explain(&mut found.violations, violation);
    }
    if let Some(sample) = &walk.wild {
        found
            .violations
            .push(violations::not_finite(oracle, sample));
    }
    Outcome {
        walk,
        tolerance,
        residual: weighed.residual,
        found,
    }
}

/// An unbounded derivative comes first, and accounts for whatever else seems wrong around it.
fn explain(violations: &mut Vec<Violation>, unbounded: Violation) {
    violations.retain(|other| (other.t - unbounded.t).abs() > bounded::AROUND);
    violations.insert(0, unbounded);
}

/// One walk, with the noise measured if the verdict hangs on it.
fn look(
    test: Test,
    oracle: &mut Oracle,
    options: &Options,
    panels: usize,
    rng: &mut SplitMix64,
) -> (Walk, Tolerance, Weighed) {
    let walk = walk(oracle, options, panels, rng);
    let tolerance = Tolerance::of(&walk, options);
    let weighed = judge::weigh(test, &walk, &tolerance, options);
    if !weighed.is_suspicious() {
        return (walk, tolerance, weighed);
    }
    if !has_substance(&walk) {
        return (walk, tolerance, weighed.acquitted());
    }
    let noise = noise::estimate(oracle, &walk, tolerance.negligible(), rng).max(walk.grain());
    let tolerance = tolerance.with_noise(noise, &walk);
    let weighed = judge::weigh(test, &walk, &tolerance, options);
    (walk, tolerance, weighed)
}

/// Whether enough of the curve lies in pieces on which noise can be measured to refute anything.
fn has_substance(walk: &Walk) -> bool {
    const LEAST: f64 = 0.01;
    let measured = walk.pieces().filter(|piece| piece.length() > 64.0 * WIDTH);
    measured.map(|piece| piece.length()).sum::<f64>() > LEAST
}

fn circulation(oracle: &mut Oracle, integral: f64) -> Found {
    let violation = violations::at(oracle, 0.0, Failure::Circulation { integral });
    Found {
        violations: vec![violation],
        ..Found::default()
    }
}

fn verdict(walk: &Walk, tolerance: &Tolerance, found: &Found) -> Verdict {
    if let Some(violation) = found.violations.first() {
        return violation.failure.verdict();
    }
    let gap = |why: Why| walk.gaps().any(|gap| gap.why == why);
    let reasons = [
        (found.unresolved, Reason::Unresolved),
        (found.noisy, Reason::Noise),
        (gap(Why::Budget), Reason::Evaluations),
        (gap(Why::NotFinite), Reason::NotFinite),
        (tolerance.is_coarse() && tolerance.is_noisy(), Reason::Noise),
        (tolerance.is_coarse(), Reason::Quadrature),
    ];
    let reason = reasons.into_iter().find(|(holds, _)| *holds);
    reason.map_or(Verdict::NoViolationFound, |(_, reason)| {
        Verdict::Inconclusive(reason)
    })
}

/// The kinks in order, and where on each. On the way through an exact tie two changes are one crossing.
fn encounters(walk: &Walk) -> Vec<(Crossing, Cell)> {
    let mut found: Vec<(Crossing, Cell)> = Vec::new();
    for event in walk.events().chain(&walk.touched) {
        for change in &event.changes {
            let t = event.after.t;
            let crossing = Crossing {
                site: change.site,
                occurrence: change.occurrence,
                t,
                from: change.from,
                to: change.to,
                curve: 0,
            };
            let mut last = found.iter_mut().rev().take(8);
            match last.find(|(last, _)| continues(last, &crossing)) {
                Some((last, cell)) => (last.to, cell[1]) = (crossing.to, event.cell()[1]),
                None => found.push((crossing, event.cell())),
            }
        }
    }
    found.sort_by(|a, b| a.0.t.total_cmp(&b.0.t));
    found
}

fn continues(last: &Crossing, next: &Crossing) -> bool {
    let same = same_site(last.site, next.site) && last.occurrence == next.occurrence;
    same && last.to.is_tie() && (next.t - last.t).abs() <= 8.0 * WIDTH
}
