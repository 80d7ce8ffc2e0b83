//! Tests on equality (`if x == 3.0`): both sides answer alike, and the line between them may not.

use crate::check::locate::{self, Bracket};
use crate::check::oracle::{Oracle, Sample};
use crate::check::parts::Event;
use crate::check::quadrature::POINTS;

/// Goes to the first place between two nodes where an equality is crossed, and evaluates exactly there.
pub(crate) fn meet(oracle: &mut Oracle, points: &[Sample; POINTS]) -> Option<Event> {
    let mut pairs = points
        .windows(2)
        .map(|pair| (pair, crossed(&pair[0], &pair[1])));
    let (pair, index) = pairs.find_map(|(pair, index)| Some((pair, index?)))?;
    let margin = |s: &Sample| {
        s.record
            .visits
            .get(index)
            .map_or(f64::NAN, |seen| seen.margin)
    };
    let sign = margin(&pair[0]).signum();
    let bracket = Bracket {
        before: pair[0].clone(),
        after: pair[1].clone(),
    };
    // Down to neighbouring floats, as one of them may be the only one at which the test holds.
    let Bracket { before, after } =
        locate::narrow(oracle, bracket, 0.0, |s| margin(s) * sign > 0.0);
    let after = if margin(&after) == 0.0 {
        after
    } else {
        beside(oracle, &after, margin)?
    };
    Some(Event::new(Bracket { before, after }))
}

/// The first decision that both samples take alike although its margin changes sign in between.
fn crossed(before: &Sample, after: &Sample) -> Option<usize> {
    let mut pairs = before.record.visits.iter().zip(&after.record.visits);
    pairs.position(|(a, b)| a.side() == b.side() && a.margin * b.margin < 0.0)
}

/// Where the curve, in floating point, steps over the line: a point on the line next to it. A curve through that
/// point is as good as the one that was asked for.
fn beside(oracle: &mut Oracle, near: &Sample, margin: impl Fn(&Sample) -> f64) -> Option<Sample> {
    const COORDINATES: usize = 16;
    let mut coordinates = 0..oracle.curve().dimension().min(COORDINATES);
    coordinates.find_map(|i| along_coordinate(oracle, near, i, &margin))
}

/// A secant step in units of the last place of one coordinate, and what lies around its end.
fn along_coordinate(
    oracle: &mut Oracle,
    near: &Sample,
    i: usize,
    margin: &impl Fn(&Sample) -> f64,
) -> Option<Sample> {
    const PROBE: i32 = 16;
    const FARTHEST: f64 = 64.0;
    let start = margin(near);
    let change = margin(&oracle.sample_beside(near.t, i, PROBE)) - start;
    let steps = -f64::from(PROBE) * start / change;
    if !steps.is_finite() || steps.abs() > FARTHEST {
        return None;
    }
    let mut ulps = [0, 1, -1, 2, -2]
        .map(|k| steps.round() as i32 + k)
        .into_iter();
    ulps.find_map(|ulps| {
        let sample = oracle.sample_beside(near.t, i, ulps);
        (margin(&sample) == 0.0).then_some(sample)
    })
}
