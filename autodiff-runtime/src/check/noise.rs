//! How much rounding noise the values carry: measured, not assumed.
//!
//! In f64 without cancellation it is near 10⁻¹⁶ and never matters. It does for functions computed
//! in f32, and for small differences of large terms. It is measured only where a residual asks for it.

use crate::check::oracle::Oracle;
use crate::check::parts::{Piece, Walk};
use crate::check::quadrature::{Kronrod, POINTS};
use crate::check::random::SplitMix64;

/// Pieces on which noise is measured: those where one sample of it was largest.
const PIECES: usize = 6;
/// Each scale is a quarter of the one before.
const SCALES: i32 = 5;
/// Places per scale.
const PLACES: usize = 7;

/// An estimate of the standard deviation of rounding errors in the values, the worst over the curve.
///
/// Pieces whose own sample is below `negligible` are passed over.
pub(crate) fn estimate(
    oracle: &mut Oracle,
    walk: &Walk,
    negligible: f64,
    rng: &mut SplitMix64,
) -> f64 {
    let rule = Kronrod::new();
    let mut pieces: Vec<&Piece> = walk
        .pieces()
        .filter(|piece| piece.noise > negligible)
        .collect();
    pieces.sort_by(|a, b| b.noise.total_cmp(&a.noise));
    let measured = pieces
        .into_iter()
        .take(PIECES)
        .map(|piece| on_piece(oracle, &rule, piece, rng));
    measured.fold(0.0, f64::max)
}

/// The least over scales of the second largest over places: rounding is as large at every scale, what is merely unresolved
/// shrinks with the length of the panel, and two places of a short
/// scale hardly ever see the same jump.
fn on_piece(oracle: &mut Oracle, rule: &Kronrod, piece: &Piece, rng: &mut SplitMix64) -> f64 {
    let scales = (0..SCALES).map(|k| piece.length() * 0.9 * 0.25f64.powi(k));
    let largest = scales.map(|length| at_scale(oracle, rule, piece, length, rng));
    largest.fold(f64::INFINITY, f64::min)
}

fn at_scale(
    oracle: &mut Oracle,
    rule: &Kronrod,
    piece: &Piece,
    length: f64,
    rng: &mut SplitMix64,
) -> f64 {
    let mut found: [f64; PLACES] = core::array::from_fn(|_| {
        let a = piece.before.t + rng.unit() * (piece.length() - length);
        sample(oracle, rule, a, a + length)
    });
    found.sort_by(f64::total_cmp);
    found[PLACES - 2]
}

fn sample(oracle: &mut Oracle, rule: &Kronrod, a: f64, b: f64) -> f64 {
    let nodes = Kronrod::nodes(a, b);
    let values: [f64; POINTS] = core::array::from_fn(|i| match i {
        0 => oracle.sample(a).value,
        16 => oracle.sample(b).value,
        _ => oracle.sample(nodes[i - 1]).value,
    });
    rule.noise(&values)
}

/// The step in which values come, where that is far above rounding and far below the values: digits were lost on the way.
pub(crate) fn grain(values: impl Iterator<Item = f64>) -> f64 {
    const LARGEST: f64 = 1e-5;
    let (mut step, mut size) = (f64::INFINITY, 0.0f64);
    for value in values {
        size = size.max(value.abs());
        step = step.min(last_digit(value));
    }
    if step <= LARGEST * size { step } else { 0.0 }
}

/// The value of the last binary digit that is not 0.
fn last_digit(value: f64) -> f64 {
    const FRACTION: u32 = f64::MANTISSA_DIGITS - 1;
    if !value.is_normal() {
        return f64::INFINITY;
    }
    let fraction = value.to_bits() & ((1 << FRACTION) - 1);
    let unit = value.abs().next_up() - value.abs();
    unit * (1u64 << fraction.trailing_zeros().min(FRACTION)) as f64
}

#[cfg(test)]
mod tests {
    use super::{grain, last_digit};

    #[test]
    fn last_digits() {
        for (value, digit) in [(1.0, 1.0), (-6.0, 2.0), (0.75, 0.25)] {
            assert_eq!(last_digit(value), digit);
        }
        assert_eq!(last_digit(1.0 + f64::EPSILON), f64::EPSILON);
    }

    #[test]
    fn grains() {
        let single = [0.3f32, 0.7, 0.9].map(f64::from);
        assert!(grain(single.into_iter()) >= 2f64.powi(-26));
        let lost = [0.3, 0.7, 0.9].map(|x| (x + 1e8) - 1e8);
        assert!(grain(lost.into_iter()) >= 2f64.powi(-26));
        assert!(grain([0.3, 0.7, 0.9].into_iter()) <= f64::EPSILON);
        assert_eq!(grain([1.0, 1.0, 2.0].into_iter()), 0.0);
    }
}
