//! The parts that a curve falls into.

use crate::check::locate::Bracket;
use crate::check::met::Cell;
use crate::check::oracle::Sample;
use crate::check::quadrature::Integral;
use crate::check::record::{Change, Presence, Sites};

/// A stretch on which all decisions stay.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) before: Sample,
    pub(crate) after: Sample,
    pub(crate) integral: Integral,
    /// One sample of the noise in the values.
    pub(crate) noise: f64,
    pub(crate) presence: Presence,
    /// Time, value and slope at the nodes and both ends, where they were asked for.
    pub(crate) nodes: Vec<[f64; 3]>,
}

impl Piece {
    pub(crate) fn length(&self) -> f64 {
        self.after.t - self.before.t
    }

    /// Change of the value that the integral does not account for.
    pub(crate) fn residual(&self) -> f64 {
        (self.after.value - self.before.value) - self.integral.value
    }
}

/// A change of decisions between two neighbouring times.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) before: Sample,
    pub(crate) after: Sample,
    /// Empty where no decision accounts for what happens here.
    pub(crate) changes: Vec<Change>,
}

impl Event {
    pub(crate) fn new(bracket: Bracket) -> Self {
        const SHOWN: usize = 8;
        let Bracket { before, after } = bracket;
        let changes = before.record.changes(&after.record, SHOWN);
        Event {
            before: before.without_visits(),
            after: after.without_visits(),
            changes,
        }
    }

    /// Hashes of all decisions on both sides.
    pub(crate) fn cell(&self) -> Cell {
        [&self.before, &self.after].map(|sample| sample.record.signature)
    }

    pub(crate) fn length(&self) -> f64 {
        self.after.t - self.before.t
    }

    /// Change of the value beyond what the slopes on both sides explain.
    pub(crate) fn residual(&self) -> f64 {
        (self.after.value - self.before.value)
            - 0.5 * self.length() * (self.before.slope + self.after.slope)
    }

    /// What the slopes could change the value by between both times.
    pub(crate) fn allowance(&self) -> f64 {
        self.length() * (self.before.slope.abs() + self.after.slope.abs())
    }
}

/// Why a stretch was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    NotFinite,
    Budget,
}

/// A stretch that was left out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gap {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) why: Why,
}

/// A part of the curve; the parts of a walk follow each other without holes.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Piece(Piece),
    Event(Event),
    Gap(Gap),
}

/// All parts of a curve, and the scales that were seen on the way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Walk {
    pub(crate) parts: Vec<Part>,
    pub(crate) sites: Sites,
    /// `max |f|`.
    pub(crate) value: f64,
    /// `max Σ |gradient_i · x_i|`.
    pub(crate) terms: f64,
    /// `max Σ |gradient_i · γ'_i|`.
    pub(crate) bulk: f64,
    /// Whether anything needed more than the precision of f32.
    double: bool,
    /// The largest power of two of which all values are multiples.
    grid: Option<f64>,
    last: Option<f64>,
    varies: bool,
    /// Where the value was finite and the gradient was not.
    pub(crate) wild: Option<Sample>,
    /// Where an operation was exactly at the border of its domain.
    pub(crate) border: Option<Sample>,
    /// Sites at which the curve touched or crossed an equality without a change of decisions.
    pub(crate) touched: Vec<Event>,
}

impl Walk {
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.parts.iter().filter_map(|part| match part {
            Part::Piece(piece) => Some(piece),
            _ => None,
        })
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = &Event> {
        self.parts.iter().filter_map(|part| match part {
            Part::Event(event) => Some(event),
            _ => None,
        })
    }

    pub(crate) fn gaps(&self) -> impl Iterator<Item = &Gap> {
        self.parts.iter().filter_map(|part| match part {
            Part::Gap(gap) => Some(gap),
            _ => None,
        })
    }

    /// `∫ |⟨gradient, γ'⟩|` over what was covered.
    pub(crate) fn variation(&self) -> f64 {
        self.pieces().map(|piece| piece.integral.absolute).sum()
    }

    /// Whether the function was computed in f32. A constant tells nothing.
    pub(crate) fn is_single(&self) -> bool {
        self.varies && !self.double
    }

    /// The step in which the values come, where it is far above rounding and far below the values: digits were lost on the way,
    /// and what moves in such steps is not known to jump.
    pub(crate) fn grain(&self) -> f64 {
        const SMALLEST: f64 = 64.0 * f64::EPSILON;
        // One value alone may end in zeros by chance.
        let largest = if self.varies { 1e-5 } else { 1e-3 };
        let steps = self
            .grid
            .filter(|step| (SMALLEST * self.value..=largest * self.value).contains(step));
        steps.unwrap_or(0.0)
    }

    pub(crate) fn note(&mut self, sample: &Sample) {
        if sample.value.is_finite() {
            if let Some(bit) = lowest_bit(sample.value) {
                self.grid = Some(self.grid.map_or(bit, |grid| grid.min(bit)));
            }
            self.double |= !sample.single;
            self.varies |= self
                .last
                .replace(sample.value)
                .is_some_and(|last| last != sample.value);
            self.value = self.value.max(sample.value.abs());
            self.terms = self.terms.max(sample.terms);
            self.bulk = self.bulk.max(sample.bulk);
        }
        if sample.record.border.is_some() && self.border.is_none() {
            self.border = Some(sample.without_visits());
        }
        if sample.wild && self.wild.is_none() {
            self.wild = Some(sample.clone());
        }
    }
}

/// The value of the last binary digit that is not 0; `None` for 0 and for subnormal numbers.
fn lowest_bit(value: f64) -> Option<f64> {
    const DIGITS: u32 = f64::MANTISSA_DIGITS - 1;
    let digits = (value.to_bits() & ((1 << DIGITS) - 1)) | 1 << DIGITS;
    let unit = value.abs().next_up() - value.abs();
    value
        .is_normal()
        .then(|| unit * (1u64 << digits.trailing_zeros()) as f64)
}

#[cfg(test)]
mod tests {
    use super::lowest_bit;

    #[test]
    fn last_digits() {
        assert_eq!(lowest_bit(1.0), Some(1.0));
        assert_eq!(lowest_bit(-6.0), Some(2.0));
        assert_eq!(lowest_bit(0.75), Some(0.25));
        assert_eq!(lowest_bit(1.0 + f64::EPSILON), Some(f64::EPSILON));
        assert_eq!(lowest_bit((0.3 + 1e8) - 1e8), Some(2f64.powi(-26)));
        assert_eq!(lowest_bit(0.0), None);
    }
}
