//! Chords through the box that look for kinks and nothing else: where decisions change, no matter what the value does.
//!
//! The curves of the chain rule are dear, so there are few, and a kink whose tie shows on a small part of it only is easily
//! missed by them. A chord costs a few evaluations, and a dozen for each kink on it.

use crate::check::curve::Segment;
use crate::check::locate;
use crate::check::met::Met;
use crate::check::oracle::{Function, Oracle, Sample};
use crate::check::parts::Event;
use crate::check::random::SplitMix64;
use crate::check::region::Region;
use crate::trace::Side;

/// Stretches that a chord is cut into.
const STRETCHES: usize = 8;
/// Kinks on one chord.
const MOST: usize = 24;

/// The kinks on one random chord, and evaluations.
pub(crate) fn chord(
    function: &Function<'_>,
    region: &Region,
    rng: &mut SplitMix64,
) -> (Vec<Met>, usize) {
    let chord = Segment::new(&region.point(rng), &region.point(rng));
    let mut oracle = Oracle::new(function, &chord);
    let mut found = Vec::new();
    let mut before = oracle.sample(0.0);
    for i in 1..=STRETCHES {
        let jitter = if i < STRETCHES {
            rng.between(-0.4, 0.4)
        } else {
            0.0
        };
        let after = oracle.sample((i as f64 + jitter) / STRETCHES as f64);
        stretch(&mut oracle, before, &after, &mut found);
        before = after;
    }
    (found, oracle.spent)
}

/// All changes of decisions between two samples, from left to right.
fn stretch(oracle: &mut Oracle, before: Sample, after: &Sample, found: &mut Vec<Met>) {
    let mut before = before;
    while found.len() < MOST && before.t < after.t && !before.agrees(after) {
        let bracket = locate::change(oracle, before, after.clone(), false);
        before = bracket.after.clone();
        let event = Event::new(bracket);
        let point = oracle.point_at(event.after.t);
        found.extend(event.changes.first().map(|change| Met {
            site: Some(change.site),
            sides: [change.from, change.to].map(Side::from),
            cell: event.cell(),
            generic: true,
            point,
        }));
    }
}
