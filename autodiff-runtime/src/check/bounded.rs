//! Whether the derivative stays bounded where it is large (test T5).
//!
//! A field that is conservative for a function is locally bounded, so the function is locally Lipschitz. √|x| at 0 is
//! not: along a line the chain rule holds, and the derivative grows without bound. So does that of √x at the border of
//! its domain.

use crate::check::locate::{self, Bracket};
use crate::check::oracle::{Oracle, Sample};
use crate::check::parts::{Part, Walk};
use crate::check::report::{Failure, Violation};
use crate::check::violations;

/// How far around a place its slope is what it explains.
pub(crate) const AROUND: f64 = 1.0 / (1 << 20) as f64;
/// Places that are looked at on one curve.
const PLACES: usize = 8;
/// A slope this many times the mean asks for a look.
const LARGE: f64 = 8.0;
/// Distances from the place: halved from 2⁻³⁰ to 2⁻⁴⁶ of the curve, below which only rounding is left.
const NEAREST: i32 = 46;
const FARTHEST: i32 = 30;
/// Growth per halving, as a power of two, that counts: over all distances, and over the last ones too, so that
/// `√(x + 1e-12)` passes.
const GROWTH: f64 = 0.05;
const LAST: usize = 6;

/// The first place on the curve at which the slope diverges.
pub(crate) fn check(oracle: &mut Oracle, walk: &Walk) -> Option<Violation> {
    let large = LARGE * walk.variation();
    let places = places(oracle, walk, large);
    places
        .into_iter()
        .take(PLACES)
        .find_map(|place| diverges(oracle, &place, large))
}

/// A time, and the side on which the curve goes on.
struct Place {
    t: f64,
    side: f64,
    near: Sample,
}

fn places(oracle: &mut Oracle, walk: &Walk, large: f64) -> Vec<Place> {
    let mut found = Vec::new();
    for (i, part) in walk.parts.iter().enumerate() {
        match part {
            Part::Event(event) => {
                let middle = 0.5 * (event.before.t + event.after.t);
                let steep = event.before.slope.abs().max(event.after.slope.abs()) > large;
                let t = if steep && event.changes.is_empty() {
                    summit(oracle, middle)
                } else {
                    middle
                };
                found.push(Place {
                    t,
                    side: -1.0,
                    near: event.before.clone(),
                });
                found.push(Place {
                    t,
                    side: 1.0,
                    near: event.after.clone(),
                });
            }
            Part::Gap(_) => found.extend(borders(oracle, walk, i)),
            Part::Piece(_) => {}
        }
    }
    found.extend(ends(oracle));
    found.retain(|place| place.near.slope.abs() > large || !place.near.slope.is_finite());
    found
}

/// Where the slope is largest around a kink that no decision located: towards the end with the larger slope.
fn summit(oracle: &mut Oracle, t: f64) -> f64 {
    let (mut low, mut high) = ((t - AROUND).max(0.0), (t + AROUND).min(1.0));
    let mut slopes = [low, high].map(|t| oracle.sample(t).slope.abs());
    while high - low > locate::WIDTH {
        let middle = low + 0.5 * (high - low);
        let slope = oracle.sample(middle).slope.abs();
        if slopes[0] > slopes[1] {
            (high, slopes[1]) = (middle, slope);
        } else {
            (low, slopes[0]) = (middle, slope);
        }
    }
    0.5 * (low + high)
}

/// Where values stop or start being finite, on both sides of a gap.
fn borders(oracle: &mut Oracle, walk: &Walk, gap: usize) -> Vec<Place> {
    let mut found = Vec::new();
    let neighbour = |i: Option<usize>| i.and_then(|i| walk.parts.get(i));
    if let Some(Part::Piece(piece)) = neighbour(gap.checked_sub(1)) {
        found.extend(border(oracle, &piece.after, 1.0, walk, gap));
    }
    if let Some(Part::Piece(piece)) = neighbour(Some(gap + 1)) {
        found.extend(border(oracle, &piece.before, -1.0, walk, gap));
    }
    found
}

fn border(
    oracle: &mut Oracle,
    finite: &Sample,
    towards: f64,
    walk: &Walk,
    gap: usize,
) -> Option<Place> {
    let Part::Gap(gap) = &walk.parts[gap] else {
        return None;
    };
    let beyond = oracle.sample(if towards > 0.0 { gap.to } else { gap.from });
    let good = |s: &Sample| s.value.is_finite();
    if good(&beyond) {
        return None;
    }
    let (before, after) = if towards > 0.0 {
        (finite.clone(), beyond)
    } else {
        (beyond, finite.clone())
    };
    let is_before = |s: &Sample| good(s) == (towards > 0.0);
    let Bracket { before, after } =
        locate::narrow(oracle, Bracket { before, after }, locate::WIDTH, is_before);
    let near = if towards > 0.0 { before } else { after };
    Some(Place {
        t: near.t,
        side: -towards,
        near,
    })
}

/// Beside the ends of the curve: at an end itself a function may well return something finite by convention.
fn ends(oracle: &mut Oracle) -> [Place; 2] {
    let step = 2f64.powi(-FARTHEST);
    [(0.0, 1.0), (1.0, -1.0)].map(|(t, side)| Place {
        t,
        side,
        near: oracle.sample(t + side * step),
    })
}

fn diverges(oracle: &mut Oracle, place: &Place, large: f64) -> Option<Violation> {
    let time = |k: i32| place.t + place.side * 2f64.powi(-k);
    let times: Vec<f64> = (FARTHEST..=NEAREST)
        .map(time)
        .filter(|t| (0.0..=1.0).contains(t))
        .collect();
    let slopes: Vec<f64> = times
        .iter()
        .map(|t| oracle.sample(*t).slope.abs().log2())
        .collect();
    if slopes.len() < LAST || slopes.iter().any(|slope| !slope.is_finite()) {
        return None;
    }
    let exponent = growth(&slopes);
    let grows = exponent > GROWTH && growth(&slopes[slopes.len() - LAST..]) > GROWTH;
    let is_large = slopes.last().is_some_and(|slope| *slope > large.log2());
    let failure = Failure::NotLipschitz {
        exponent: -exponent,
    };
    (grows && is_large).then(|| blamed(oracle, place, failure))
}

/// The slope of the line through equidistant points, by least squares.
fn growth(y: &[f64]) -> f64 {
    let n = y.len() as f64;
    let middle = 0.5 * (n - 1.0);
    let products = y
        .iter()
        .enumerate()
        .map(|(i, y)| (i as f64 - middle) * y)
        .sum::<f64>();
    products / (n * (n * n - 1.0) / 12.0)
}

/// The site that is nearest to its kink there.
fn blamed(oracle: &mut Oracle, place: &Place, failure: Failure) -> Violation {
    let mut violation = violations::at(oracle, place.t, failure);
    let near = oracle.sample(place.near.t);
    let visits = near
        .record
        .visits
        .iter()
        .filter(|seen| seen.margin.is_finite());
    let nearest = visits.min_by(|a, b| a.margin.abs().total_cmp(&b.margin.abs()));
    // The size of the point alone says nothing beside the origin.
    let speed = violation
        .direction
        .iter()
        .fold(0.0f64, |m, v| m.max(v.abs()));
    let on_it = nearest.filter(|seen| seen.margin.abs() <= 1e-9 * (near.size + speed));
    violation.site = on_it.map(|seen| seen.site);
    violation
}

#[cfg(test)]
mod tests {
    use super::growth;

    #[test]
    fn growth_is_the_slope_of_a_line() {
        let y: Vec<f64> = (0..9).map(|i| 0.5 * f64::from(i) - 3.0).collect();
        assert!((growth(&y) - 0.5).abs() < 1e-15);
    }
}
