//! The function under test, seen along one curve.

use core::fmt;
use std::rc::Rc;

use crate::check::curve::Curve;
use crate::check::local::{Held, Tied, dot};
use crate::check::products::products;
use crate::check::record::{Record, Recording};
use crate::decision::Decision;
use crate::selection::{Plain, Selection};

/// What is checked: value and gradient at a point, under a selection.
pub(crate) type Function<'a> = dyn Fn(&[f64], &mut dyn Selection) -> (f64, Vec<f64>) + 'a;

/// One evaluation on a curve.
#[derive(Clone)]
pub(crate) struct Sample {
    pub(crate) t: f64,
    /// `f(γ(t))`.
    pub(crate) value: f64,
    /// `⟨gradient, γ'(t)⟩`.
    pub(crate) slope: f64,
    /// `Σ |gradient_i · γ'_i|`: how much rounding can change the slope, over u.
    pub(crate) bulk: f64,
    /// `Σ |gradient_i · γ_i|`: how much rounding the coordinates alone can change the value, over u.
    pub(crate) terms: f64,
    /// `max |γ_i|`.
    pub(crate) size: f64,
    /// Whether value and gradient are numbers of f32: then they were computed in it.
    pub(crate) single: bool,
    /// Whether the value is finite and some component of the gradient is not.
    pub(crate) wild: bool,
    pub(crate) record: Rc<Record>,
}

impl Sample {
    pub(crate) fn is_finite(&self) -> bool {
        self.value.is_finite() && self.slope.is_finite()
    }

    /// The same without its visits, of which there can be very many: for what is kept.
    pub(crate) fn without_visits(&self) -> Sample {
        let record = Record {
            visits: Vec::new(),
            ..*self.record
        };
        Sample {
            record: Rc::new(record),
            ..self.clone()
        }
    }

    /// Below this a margin cannot be told from rounding.
    pub(crate) fn blur(&self) -> f64 {
        const RELATIVE: f64 = 1.0 / (1u64 << 46) as f64;
        RELATIVE * self.size
    }

    /// Whether this and `other` took the same decisions, but for those that are rounding noise in both.
    pub(crate) fn agrees(&self, other: &Sample) -> bool {
        self.record
            .agrees(&other.record, self.blur().max(other.blur()))
    }

    /// Whether this and `other` took the same decisions.
    pub(crate) fn same(&self, other: &Sample) -> bool {
        self.record.signature == other.record.signature
    }
}

impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Sample(t = {:?}, value = {:?}, slope = {:?})",
            self.t, self.value, self.slope
        )
    }
}

/// Evaluates the function on a curve and counts.
pub(crate) struct Oracle<'a> {
    function: &'a Function<'a>,
    curve: &'a dyn Curve,
    point: Vec<f64>,
    velocity: Vec<f64>,
    visits: usize,
    /// Evaluations so far.
    pub(crate) spent: usize,
}

impl<'a> Oracle<'a> {
    pub(crate) fn new(function: &'a Function<'a>, curve: &'a dyn Curve) -> Self {
        let p = curve.dimension();
        Oracle {
            function,
            curve,
            point: vec![0.0; p],
            velocity: vec![0.0; p],
            visits: 0,
            spent: 0,
        }
    }

    pub(crate) fn sample(&mut self, t: f64) -> Sample {
        self.curve.point(t, &mut self.point);
        self.evaluate(t)
    }

    /// As [`Oracle::sample`], with one coordinate moved by some units in the last place.
    pub(crate) fn sample_beside(&mut self, t: f64, coordinate: usize, ulps: i32) -> Sample {
        self.curve.point(t, &mut self.point);
        let x = &mut self.point[coordinate];
        for _ in 0..ulps.abs() {
            *x = if ulps > 0 { x.next_up() } else { x.next_down() };
        }
        self.evaluate(t)
    }

    /// As [`Oracle::sample`], with the whole point moved.
    pub(crate) fn sample_off(&mut self, t: f64, offset: &[f64]) -> Sample {
        self.curve.point(t, &mut self.point);
        let moved = self.point.iter_mut().zip(offset);
        moved.for_each(|(x, d)| *x += d);
        self.evaluate(t)
    }

    /// The derivative in a direction, some way in that direction from the point at a time.
    pub(crate) fn slope_off(&mut self, t: f64, direction: &[f64], distance: f64) -> f64 {
        self.curve.point(t, &mut self.point);
        let moved = self.point.iter_mut().zip(direction);
        moved.for_each(|(x, d)| *x += distance * d);
        self.spent += 1;
        let (_, gradient) = (self.function)(&self.point, &mut Plain);
        dot(direction, &gradient)
    }

    /// The value at a time, with some decisions given.
    pub(crate) fn value_with(&mut self, t: f64, answers: Vec<(Tied, Decision)>) -> f64 {
        self.curve.point(t, &mut self.point);
        self.spent += 1;
        (self.function)(&self.point, &mut Held::new(answers)).0
    }

    fn evaluate(&mut self, t: f64) -> Sample {
        self.curve.velocity(t, &mut self.velocity);
        let mut recording = Recording::with_capacity(self.visits);
        let (value, gradient) = (self.function)(&self.point, &mut recording);
        self.spent += 1;
        let record = recording.finish();
        self.visits = record.visits.len();
        self.measure(t, value, &gradient, record)
    }

    fn measure(&self, t: f64, value: f64, gradient: &[f64], record: Record) -> Sample {
        let p = self.point.len();
        assert_eq!(
            gradient.len(),
            p,
            "the gradient has {} components and the point {p}",
            gradient.len()
        );
        let products = products(gradient, &self.point, &self.velocity);
        Sample {
            t,
            value,
            slope: products.slope,
            bulk: products.bulk,
            terms: products.terms,
            size: products.size,
            single: is_single(value) && gradient.iter().all(|g| is_single(*g)),
            wild: value.is_finite() && !products.finite,
            record: Rc::new(record),
        }
    }

    pub(crate) fn point_at(&mut self, t: f64) -> Vec<f64> {
        self.curve.point(t, &mut self.point);
        self.point.clone()
    }

    pub(crate) fn curve(&self) -> &'a dyn Curve {
        self.curve
    }
}

fn is_single(x: f64) -> bool {
    f64::from(x as f32) == x
}
