//! The loop: directions, searches, serious and null steps, and when it is over.

use core::ops::ControlFlow;

use super::critical::{Claim, Criterion};
use super::elements::{Bundle, Least};
use super::metric::{Metric, norm};
use super::search::{FAR, Found, Ray, search};
use super::{NonsmoothOptions, NonsmoothOutcome, NonsmoothStop, Objective, Sample, field};
use crate::check::SplitMix64;
use crate::optim::run::{Progress, not_finite};
use crate::point::{Function, moved};

/// Resets of the metric at one point before the run counts as stalled.
const RESETS: usize = 2;
/// Steps in a row whose falls may all be rounding.
const FLAT: usize = 100;

pub(super) fn run(
    function: &Function<'_>,
    start: &[f64],
    options: &NonsmoothOptions,
    callback: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
) -> NonsmoothOutcome {
    let objective = Objective {
        function,
        spent: 0,
        most: options.evaluations.max(1),
        scale: 1.0,
    };
    let mut state = State::new(objective, start, options);
    let stop = match not_finite(state.at.value, &state.at.gradient) {
        Some(stop) => NonsmoothStop::NotFinite(stop),
        None => loop {
            if let ControlFlow::Break(stop) = state.turn(callback) {
                break stop;
            }
        },
    };
    // What ended only the closer look at a critical point.
    let stop = match (stop, state.claim) {
        (NonsmoothStop::Evaluations | NonsmoothStop::Stalled, Some(claim)) => claim.stop,
        (NonsmoothStop::Rounding { .. }, Some(claim)) => claim.stop,
        (stop, _) => stop,
    };
    NonsmoothOutcome {
        value: state.at.value,
        parameters: state.at.x,
        evaluations: state.objective.spent,
        serious: state.serious,
        null: state.null,
        stop,
    }
}

pub(super) struct State<'a> {
    pub(super) objective: Objective<'a>,
    pub(super) options: &'a NonsmoothOptions,
    pub(super) rng: SplitMix64,
    start: &'a [f64],
    pub(super) first_value: f64,
    pub(super) at: Sample,
    metric: Metric,
    bundle: Bundle,
    serious: usize,
    null: usize,
    /// Serious steps since the value last fell by more than rounding can, and what it was then.
    flat: usize,
    level: f64,
    /// The largest norm of a gradient at serious steps not further than the radius back, and how far these are.
    pub(super) around: f64,
    drift: f64,
    /// The radius over 1 + |x|: that of the options, or less.
    pub(super) near: f64,
    /// What was said of the point with the radius of the options.
    pub(super) claim: Option<Claim>,
    /// Resets of the metric since the last serious step.
    resets: usize,
    /// Evaluations that the field took.
    for_field: usize,
}

impl<'a> State<'a> {
    fn new(mut objective: Objective<'a>, start: &'a [f64], options: &'a NonsmoothOptions) -> Self {
        let at = objective.evaluate(start.to_vec());
        // There is at least one evaluation.
        let mut at = at.unwrap_or_else(|| Sample {
            x: start.to_vec(),
            value: f64::NAN,
            gradient: vec![0.0; start.len()],
        });
        let largest = at
            .gradient
            .iter()
            .fold(0.0_f64, |size, g| size.max(g.abs()));
        if largest > 0.0 && at.is_finite() {
            let exponent = largest.log2().floor().clamp(-1000.0, 1000.0);
            objective.scale = (-exponent).exp2();
            at.gradient = objective.scaled(at.gradient);
        }
        let metric = Metric::new(start.len());
        State {
            bundle: Bundle::of(&metric, &at.gradient),
            rng: SplitMix64::new(options.seed),
            around: norm(&at.gradient),
            drift: 0.0,
            flat: 0,
            level: at.value,
            claim: None,
            objective,
            options,
            start,
            first_value: at.value,
            near: options.radius,
            at,
            metric,
            serious: 0,
            null: 0,
            resets: 0,
            for_field: 0,
        }
    }

    /// What counts as near in the space of parameters.
    pub(super) fn radius(&self) -> f64 {
        self.near * (1.0 + norm(&self.at.x))
    }

    /// Whether the least element of a hull of gradients at the point, or nearby, is 0 to the tolerance.
    pub(super) fn is_zero(&self, least: &Least) -> bool {
        least.norm <= self.options.tolerance * least.made_of.max(self.around)
    }

    fn turn(
        &mut self,
        callback: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<NonsmoothStop> {
        if self
            .claim
            .is_some_and(|claim| self.objective.spent >= claim.until)
        {
            return ControlFlow::Break(NonsmoothStop::Evaluations);
        }
        if self.bundle.may_be_zero(self.options.tolerance, self.around) {
            let least = self.bundle.precisely();
            if self.is_zero(&least) {
                let elements = self.bundle.len();
                return self.critical(&least, Criterion::Nearby, elements, callback);
            }
        }
        let (direction, slope) = self.bundle.direction();
        let length = norm(&direction);
        // Between kinks the next one is likely to be near; without a metric nothing is known of the length, but where whole steps have
        // failed before (long ones might end in another valley).
        let first = match (self.bundle.len(), self.metric.is_fresh()) {
            // A metric that rounding has spoilt may be of any size.
            (1, false) => ((1.0 + norm(&self.at.x)) / length).min(1.0),
            (1, true) if self.resets == 0 => (1.0 / length).min(1.0),
            _ => (self.radius() / length).min(1.0),
        };
        match self.search(&direction, slope, first) {
            Found::Serious(next) => self.go_to(next, callback),
            Found::Null(beyond) if self.bundle.len() <= 2 * self.at.x.len() + 4 => {
                self.null += 1;
                self.bundle.push(&self.metric, &beyond.gradient);
                self.ask_the_field(callback)
            }
            Found::Unbounded { lower, seen } => ControlFlow::Break(self.unbounded(lower, &seen)),
            Found::Nothing { hidden } => self.reset(hidden),
            Found::Null(_) => self.reset(true),
        }
    }

    pub(super) fn unbounded(&mut self, lower: Option<Sample>, seen: &[f64]) -> NonsmoothStop {
        if let Some(lower) = lower {
            self.at = lower;
            self.serious += 1;
        }
        let distance = norm(&moved(seen, -1.0, self.start));
        NonsmoothStop::Unbounded { distance }
    }

    pub(super) fn search(&mut self, direction: &[f64], slope: f64, first: f64) -> Found {
        let ray = Ray {
            direction,
            slope,
            radius: self.radius(),
            first,
        };
        search(&mut self.objective, &self.at, &ray)
    }

    pub(super) fn go_to(
        &mut self,
        next: Sample,
        callback: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<NonsmoothStop> {
        let step = moved(&next.x, -1.0, &self.at.x);
        let change = moved(&next.gradient, -1.0, &self.at.gradient);
        self.metric.update(&step, &change);
        self.flat += 1;
        if self.level - next.value > self.objective.noise(&next) {
            (self.flat, self.level) = (0, next.value);
        }
        self.at = next;
        self.bundle = Bundle::of(&self.metric, &self.at.gradient);
        self.serious += 1;
        self.resets = 0;
        let size = norm(&self.at.gradient);
        let length = norm(&step);
        self.drift += length;
        if length > self.options.radius * (1.0 + norm(&self.at.x)) {
            (self.near, self.claim) = (self.options.radius, None);
        }
        if self.drift > self.radius() {
            (self.drift, self.around) = (0.0, size);
        }
        self.around = self.around.max(size);
        let unit = self.objective.unit();
        let gradient: Vec<f64> = self.at.gradient.iter().map(|g| g * unit).collect();
        let progress = Progress {
            step: self.serious as u64,
            value: self.at.value,
            parameters: &self.at.x,
            gradient: &gradient,
        };
        if callback(&progress).is_break() {
            return ControlFlow::Break(NonsmoothStop::Callback);
        }
        let distance = norm(&moved(&self.at.x, -1.0, self.start));
        if distance >= FAR * (1.0 + norm(self.start)) {
            return ControlFlow::Break(NonsmoothStop::Unbounded { distance });
        }
        let least = self.bundle.least();
        if self.flat > FLAT && !self.is_zero(&least) {
            return ControlFlow::Break(self.rounding());
        }
        ControlFlow::Continue(())
    }

    fn rounding(&mut self) -> NonsmoothStop {
        let (least, unit) = (self.bundle.precisely(), self.objective.unit());
        NonsmoothStop::Rounding {
            norm: least.norm * unit,
            made_of: least.made_of.max(self.around) * unit,
        }
    }

    /// Forgets the metric; if that did not help either, the run is over.
    fn reset(&mut self, hidden: bool) -> ControlFlow<NonsmoothStop> {
        if self.objective.is_spent() {
            return ControlFlow::Break(NonsmoothStop::Evaluations);
        }
        if self.resets >= RESETS {
            let promised = self.bundle.precisely().norm * self.radius() * self.objective.unit();
            let hidden = hidden && promised <= self.objective.noise(&self.at);
            let stop = if hidden {
                self.rounding()
            } else {
                NonsmoothStop::Stalled
            };
            return ControlFlow::Break(stop);
        }
        self.resets += 1;
        self.metric = Metric::new(self.at.x.len());
        self.forget();
        ControlFlow::Continue(())
    }

    /// Forgets the gradients nearby.
    pub(super) fn forget(&mut self) {
        self.bundle = Bundle::of(&self.metric, &self.at.gradient);
        (self.around, self.drift) = (norm(&self.at.gradient), 0.0);
    }

    /// The second criterion, of which the share of all evaluations is kept small.
    fn ask_the_field(
        &mut self,
        callback: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<NonsmoothStop> {
        let early = self.bundle.len() > 2 || 8 * self.for_field > self.objective.spent;
        if early {
            return ControlFlow::Continue(());
        }
        let (before, near) = (self.objective.spent, self.radius());
        let found = field::least(&mut self.objective, &self.at, near, self.options.seed);
        self.for_field += self.objective.spent - before;
        match found {
            Some((least, elements)) if self.is_zero(&least) => {
                self.critical(&least, Criterion::Field, elements, callback)
            }
            _ => ControlFlow::Continue(()),
        }
    }
}
