//! Weighs the residuals of a walk.

use crate::check::arcs::{self, Arc};
use crate::check::options::Options;
use crate::check::parts::{Event, Part, Walk};
use crate::check::record::Change;
use crate::check::tolerance::Tolerance;
use crate::field::SiteKind;

/// What the residuals are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    /// Changes of the value against integrals of the gradient.
    ChainRule,
    /// The same, and whether the derivative is bounded where it is large.
    Thorough,
    /// Integrals alone, around a loop.
    Loop,
}

/// The worst stretches of a walk and whether they exceed the tolerance.
#[derive(Clone, Debug)]
pub(crate) struct Weighed {
    /// The largest residual of any stretch.
    pub(crate) residual: f64,
    /// The value changes otherwise than the gradient says between the events.
    pub(crate) pieces: bool,
    /// The value changes at events.
    pub(crate) events: bool,
    /// The value at an equality is another than next to it.
    pub(crate) touched: bool,
}

impl Weighed {
    /// The same residual, and nothing held against it.
    pub(crate) fn acquitted(self) -> Self {
        Weighed {
            residual: self.residual,
            pieces: false,
            events: false,
            touched: false,
        }
    }

    pub(crate) fn is_suspicious(&self) -> bool {
        self.pieces || self.events || self.touched
    }
}

pub(crate) fn weigh(test: Test, walk: &Walk, tolerance: &Tolerance, options: &Options) -> Weighed {
    match test {
        Test::ChainRule | Test::Thorough => weigh_chain_rule(walk, tolerance, options),
        Test::Loop => weigh_loop(walk, tolerance),
    }
}

fn weigh_chain_rule(walk: &Walk, tolerance: &Tolerance, options: &Options) -> Weighed {
    let scale = walk.value;
    let of = |pieces: bool, events: bool| {
        let residuals: Vec<Option<f64>> = walk
            .parts
            .iter()
            .map(|part| residual(part, pieces, events, options, scale))
            .collect();
        arcs::worst(&residuals)
    };
    let (all, pieces, events) = (of(true, true), of(true, false), of(false, true));
    let over = exceeds(&all, tolerance.total());
    let smooth_part_is_larger = pieces.residual.abs() >= events.residual.abs();
    Weighed {
        residual: all.residual,
        pieces: exceeds(&pieces, tolerance.total()) || over && smooth_part_is_larger,
        events: exceeds(&events, tolerance.of_values()) || over && !smooth_part_is_larger,
        touched: walk
            .touched
            .iter()
            .any(|event| event.residual().abs() > tolerance.of_values()),
    }
}

fn exceeds(arc: &Arc, tolerance: f64) -> bool {
    arc.residual.abs() > tolerance
}

fn residual(part: &Part, pieces: bool, events: bool, options: &Options, scale: f64) -> Option<f64> {
    match part {
        Part::Piece(piece) => Some(if pieces { piece.residual() } else { 0.0 }),
        Part::Event(event) if events && !is_accepted(event, options, scale) => {
            Some(event.residual())
        }
        Part::Event(_) => Some(0.0),
        Part::Gap(_) => None,
    }
}

fn weigh_loop(walk: &Walk, tolerance: &Tolerance) -> Weighed {
    let whole = walk.gaps().next().is_none();
    let integral: f64 = walk.pieces().map(|piece| piece.integral.value).sum();
    Weighed {
        residual: integral,
        pieces: whole && integral.abs() > tolerance.total(),
        events: false,
        touched: false,
    }
}

/// Whether the options allow the jump: one of a stopping test, and small enough.
pub(crate) fn is_accepted(event: &Event, options: &Options, scale: f64) -> bool {
    event.residual().abs() <= options.truncation && is_truncation(event, scale)
}

/// A small jump where a test that is visited again and again is visited once more or less.
pub(crate) fn is_truncation(event: &Event, scale: f64) -> bool {
    const SMALL: f64 = 1e-3;
    event.residual().abs() <= SMALL * scale && blamed(event).is_some_and(|change| change.stops)
}

/// Of the decisions that change, the one that can make the value jump: kinks cannot.
pub(crate) fn blamed(event: &Event) -> Option<&Change> {
    let jumpy = event
        .changes
        .iter()
        .find(|change| change.site.kind != SiteKind::Kink);
    jumpy.or_else(|| event.changes.first())
}
