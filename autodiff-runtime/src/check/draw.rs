//! Seeded random curves in a box.

use crate::check::curve::{Circle, Curve, Lissajous, Polyline, Segment};
use crate::check::judge::Test;
use crate::check::random::SplitMix64;
use crate::check::region::Region;

/// The `i`-th curve: kinds take turns, so that few curves have some of each.
pub(crate) fn draw(i: usize, region: &Region, rng: &mut SplitMix64) -> (Test, Box<dyn Curve>) {
    let chain_rule = |curve: Box<dyn Curve>| (Test::Thorough, curve);
    match i % 8 {
        0 | 4 => chain_rule(Box::new(Segment::new(
            &region.point(rng),
            &region.point(rng),
        ))),
        1 => chain_rule(Box::new(inside_tie(region, rng))),
        2 => chain_rule(Box::new(lissajous(region, rng))),
        3 => chain_rule(Box::new(brief(region, rng))),
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
fn brief(region: &Region, rng: &mut SplitMix64) -> Segment {
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

/// A segment inside the flat kink that a point seems to be on: coordinates there that are equal, or are a short decimal
/// number, are held so, bit for bit. `None` if there are none, or nothing else that could move.
pub(crate) fn inside_met(point: &[f64], region: &Region, rng: &mut SplitMix64) -> Option<Segment> {
    const NEAR: f64 = 1e-12;
    let near = NEAR * region.size();
    let (mut a, mut b) = (region.point(rng), region.point(rng));
    let (mut held, mut free) = (false, false);
    for (i, x) in point.iter().enumerate() {
        let twin = (0..i).find(|j| (point[*j] - x).abs() <= near);
        if let Some(c) = short(*x).filter(|c| (c - x).abs() <= near) {
            (a[i], b[i], held) = (c, c, true);
        } else if let Some(j) = twin {
            (a[i], b[i], held) = (a[j], b[j], true);
        } else {
            free = true;
        }
    }
    (held && free).then(|| Segment::new(&a, &b))
}

/// The nearest number with six decimals.
fn short(x: f64) -> Option<f64> {
    const DECIMALS: f64 = 1e6;
    let near = (x * DECIMALS).round() / DECIMALS;
    near.is_finite().then_some(near)
}

/// Pairs of coordinates: all there are of few parameters, as many as there are parameters of more, of very many none.
pub(crate) fn pairs(p: usize, rng: &mut SplitMix64) -> Vec<(usize, usize)> {
    const FEW: usize = 16;
    if p > FEW {
        return Vec::new();
    }
    let mut all: Vec<(usize, usize)> = (1..p).flat_map(|j| (0..j).map(move |i| (i, j))).collect();
    while all.len() > p.max(6) {
        all.swap_remove(rng.below(all.len()));
    }
    all
}

/// Through the box where two coordinates are equal.
pub(crate) fn inside_pair(
    (i, j): (usize, usize),
    region: &Region,
    rng: &mut SplitMix64,
) -> Segment {
    let mut end = || {
        let mut x = region.point(rng);
        x[j] = x[i];
        region.clamp(&x)
    };
    Segment::new(&end(), &end())
}
