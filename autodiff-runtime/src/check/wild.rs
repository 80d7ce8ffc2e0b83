//! Slopes that diverge while they oscillate, as those of `x sin(1/x)` do: faster than any panel, so that a walk spends its
//! evaluations before it gets there. What it left out is searched for where slopes are steepest, and the largest slopes at
//! each distance from there are compared.

use crate::check::growth;
use crate::check::oracle::Oracle;
use crate::check::parts::{Walk, Why};
use crate::check::random::SplitMix64;
use crate::check::report::{Failure, Violation};
use crate::check::violations;

/// Stretches that are searched, the longest first.
const STRETCHES: usize = 2;
/// Samples in a search before the stretch is halved, and halvings.
const SAMPLES: usize = 16;
const HALVINGS: i32 = 44;
/// Distances, and places at each of them.
const DISTANCES: core::ops::RangeInclusive<i32> = 8..=36;
const PLACES: usize = 8;

/// The first place in what the walk had no evaluations for at which slopes diverge.
pub(crate) fn check(oracle: &mut Oracle, walk: &Walk, large: f64) -> Option<Violation> {
    let left_out = walk.gaps().filter(|gap| gap.why == Why::Budget);
    let mut stretches: Vec<(f64, f64)> = Vec::new();
    for gap in left_out {
        match stretches.last_mut() {
            Some(last) if last.1 == gap.from => last.1 = gap.to,
            _ => stretches.push((gap.from, gap.to)),
        }
    }
    stretches.sort_by(|a, b| (b.1 - b.0).total_cmp(&(a.1 - a.0)));
    let mut stretches = stretches.into_iter().take(STRETCHES);
    stretches.find_map(|(from, to)| diverges(oracle, (from, to), large))
}

fn diverges(oracle: &mut Oracle, (from, to): (f64, f64), large: f64) -> Option<Violation> {
    let mut rng = SplitMix64::new(from.to_bits() ^ to.to_bits());
    let t = steepest(oracle, (from, to), &mut rng);
    let largest: Vec<f64> = DISTANCES
        .map(|k| largest(oracle, t, 2f64.powi(-k), &mut rng))
        .collect();
    let exponent = growth::by_factors(&largest, large)?;
    let border = false;
    let failure = Failure::NotLipschitz { exponent, border };
    Some(violations::at(oracle, t, failure))
}

/// Half of the stretch around the steepest of a few samples, again and again.
fn steepest(oracle: &mut Oracle, (from, to): (f64, f64), rng: &mut SplitMix64) -> f64 {
    let (mut best, mut steepest) = (0.5 * (from + to), 0.0);
    let (mut low, mut high) = (from, to);
    for _ in 0..HALVINGS {
        let step = (high - low) / SAMPLES as f64;
        for i in 0..SAMPLES {
            let t = low + step * (i as f64 + rng.unit());
            let slope = oracle.sample(t).slope.abs();
            if slope > steepest {
                (best, steepest) = (t, slope);
            }
        }
        let half = 0.25 * (high - low);
        (low, high) = ((best - half).max(from), (best + half).min(to));
    }
    best
}

/// The largest slope between a distance and half of it, on both sides.
fn largest(oracle: &mut Oracle, t: f64, distance: f64, rng: &mut SplitMix64) -> f64 {
    let mut largest = 0.0f64;
    for i in 0..PLACES {
        let side = if i % 2 == 0 { 1.0 } else { -1.0 };
        let there = t + side * distance * rng.between(0.5, 1.0);
        if (0.0..=1.0).contains(&there) {
            largest = largest.max(oracle.sample(there).slope.abs());
        }
    }
    largest
}
