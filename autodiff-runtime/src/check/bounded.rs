//! Whether the derivative stays bounded where it is large (test T5).
//!
//! A field that is conservative for a function is locally bounded, so the function is locally Lipschitz. √|x| at 0 is
//! not: along a line the chain rule holds, and the derivative grows without bound. So does that of √x at the border of
//! its domain.

use crate::check::growth;
use crate::check::locate::{self, Bracket};
use crate::check::oracle::{Oracle, Sample};
use crate::check::parts::{Part, Walk};
use crate::check::random::SplitMix64;
use crate::check::report::{Failure, Violation};
use crate::check::violations;
use crate::check::wild;

/// How far around a place its slope is what it explains.
pub(crate) const AROUND: f64 = 1.0 / (1 << 20) as f64;
/// Places that are looked at on one curve.
const PLACES: usize = 8;
/// A slope this many times the mean asks for a look.
const LARGE: f64 = 8.0;
/// Distances from the place: halved from 2⁻³⁰ to 2⁻⁴⁶ of the curve, below which only rounding is left.
const NEAREST: i32 = 46;
const FARTHEST: i32 = 30;
/// Places where the slope is not large that are asked for two slopes: a few for each site.
const QUIET: usize = 16;
const ALIKE: usize = 2;

/// The first place on the curve at which the slope diverges.
pub(crate) fn check(oracle: &mut Oracle, walk: &Walk) -> Option<Violation> {
    let large = LARGE * walk.variation();
    let is_steep = |place: &Place| place.near.slope.abs() > large || !place.near.slope.is_finite();
    let (steep, quiet): (Vec<Place>, Vec<Place>) =
        places(oracle, walk, large).into_iter().partition(is_steep);
    let found = steep
        .iter()
        .take(PLACES)
        .find_map(|place| diverges(oracle, place, large));
    let creeping = |place: &&Place| is_restless(oracle, place);
    let restless: Vec<&Place> = few_of_each(&quiet).into_iter().filter(creeping).collect();
    let mut restless = restless.into_iter().take(PLACES);
    found
        .or_else(|| restless.find_map(|place| diverges(oracle, place, large)))
        .or_else(|| beside_border(oracle, walk, large))
        .or_else(|| wild::check(oracle, walk, large))
}

/// Borders and ends, and kinks of each site.
fn few_of_each(places: &[Place]) -> Vec<&Place> {
    let mut chosen: Vec<&Place> = Vec::new();
    for place in places {
        let alike = chosen.iter().filter(|other| other.site == place.site);
        if chosen.len() < QUIET && (place.site.is_none() || alike.count() < 2 * ALIKE) {
            chosen.push(place);
        }
    }
    chosen
}

/// A time, and the side on which the curve goes on.
struct Place {
    t: f64,
    side: f64,
    near: Sample,
    /// Where a decision changes, the address of its site.
    site: Option<usize>,
    /// Of the domain.
    border: bool,
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
                let change = event.changes.first();
                let site = change.map(|change| core::ptr::from_ref(change.site).addr());
                for (side, near) in [(-1.0, &event.before), (1.0, &event.after)] {
                    found.push(Place {
                        t,
                        side,
                        near: near.clone(),
                        site,
                        border: false,
                    });
                }
            }
            Part::Gap(_) => found.extend(borders(oracle, walk, i)),
            Part::Piece(_) => {}
        }
    }
    found.extend(ends(oracle));
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
        site: None,
        border: true,
    })
}

/// Beside the ends of the curve: at an end itself a function may well return something finite by convention.
fn ends(oracle: &mut Oracle) -> [Place; 2] {
    let step = 2f64.powi(-FARTHEST);
    [(0.0, 1.0), (1.0, -1.0)].map(|(t, side)| Place {
        t,
        side,
        near: oracle.sample(t + side * step),
        site: None,
        border: false,
    })
}

/// At distances from a place that are halved again and again.
fn samples(oracle: &mut Oracle, place: &Place) -> Vec<Sample> {
    let time = |k: i32| place.t + place.side * 2f64.powi(-k);
    let times: Vec<f64> = (FARTHEST..=NEAREST)
        .map(time)
        .filter(|t| (0.0..=1.0).contains(t))
        .collect();
    times.iter().map(|t| oracle.sample(*t)).collect()
}

fn diverges(oracle: &mut Oracle, place: &Place, large: f64) -> Option<Violation> {
    let samples = samples(oracle, place);
    let slopes: Vec<f64> = samples.iter().map(|sample| sample.slope).collect();
    // What grows by so little may also be a decision that hangs on rounding.
    let smooth = samples.windows(2).all(|pair| pair[0].same(&pair[1]));
    let exponent = match smooth {
        true => growth::power(&slopes, large),
        false => growth::by_factors(&slopes, large),
    };
    let (exponent, border) = (exponent?, place.border);
    let failure = Failure::NotLipschitz { exponent, border };
    Some(blamed(oracle, place, failure))
}

/// In random directions from a point that is exactly on the border of a domain, where a value and a derivative are finite by
/// convention: that of `√(x²)` is bounded there, that of `√x` is not.
fn beside_border(oracle: &mut Oracle, walk: &Walk, large: f64) -> Option<Violation> {
    const DIRECTIONS: usize = 4;
    let sample = walk.border.as_ref()?;
    let mut rng = SplitMix64::new(sample.t.to_bits());
    let point = oracle.point_at(sample.t);
    let size = point.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    for _ in 0..DIRECTIONS {
        let direction = rng.direction(point.len());
        for side in [size, -size] {
            let distances = (FARTHEST..=NEAREST).map(|k| side * 2f64.powi(-k));
            let slopes: Vec<f64> = distances
                .map(|s| oracle.slope_off(sample.t, &direction, s))
                .collect();
            if let Some(exponent) = growth::power(&slopes, large) {
                let border = true;
                let failure = Failure::NotLipschitz { exponent, border };
                let mut violation = violations::at(oracle, sample.t, failure);
                violation.site = sample.record.border;
                violation.direction = direction;
                return Some(violation);
            }
        }
    }
    None
}

/// Whether the slope is not the same near the place and some way from it.
fn is_restless(oracle: &mut Oracle, place: &Place) -> bool {
    let [far, near] = [FARTHEST, NEAREST].map(|k| place.t + place.side * 2f64.powi(-k));
    let inside = [far, near].iter().all(|t| (0.0..=1.0).contains(t));
    inside && growth::is_suspicious(oracle.sample(far).slope, oracle.sample(near).slope)
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
