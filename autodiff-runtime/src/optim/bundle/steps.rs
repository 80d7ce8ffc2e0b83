//! The loop: directions, searches, serious and null steps, and when it is over.

use core::ops::ControlFlow;

use super::elements::Bundle;
use super::metric::{Metric, dot};
use super::search::{Found, search};
use super::{NonsmoothOptions, NonsmoothOutcome, NonsmoothStop, Objective, Sample, field};
use crate::check::SplitMix64;
use crate::optim::run::{Progress, not_finite};
use crate::point::{Function, moved};

/// Resets of the metric at one point before the run counts as stalled.
const RESETS: usize = 2;
/// Gradients nearby that are tried as directions before a point counts as critical.
const PROBES: usize = 2;

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
    NonsmoothOutcome {
        value: state.at.value,
        parameters: state.at.x,
        evaluations: state.objective.spent,
        serious: state.serious,
        null: state.null,
        stop,
    }
}

struct State<'a> {
    objective: Objective<'a>,
    options: &'a NonsmoothOptions,
    rng: SplitMix64,
    at: Sample,
    metric: Metric,
    bundle: Bundle,
    serious: usize,
    null: usize,
    /// Resets of the metric since the last serious step.
    resets: usize,
    /// Evaluations that the field took.
    for_field: usize,
}

impl<'a> State<'a> {
    fn new(mut objective: Objective<'a>, start: &[f64], options: &'a NonsmoothOptions) -> Self {
        let at = objective.evaluate(start.to_vec());
        // There is at least one evaluation.
        let at = at.unwrap_or_else(|| Sample {
            x: start.to_vec(),
            value: f64::NAN,
            gradient: vec![0.0; start.len()],
        });
        let metric = Metric::new(start.len());
        State {
            bundle: Bundle::of(&metric, &at.gradient),
            rng: SplitMix64::new(options.seed),
            objective,
            options,
            at,
            metric,
            serious: 0,
            null: 0,
            resets: 0,
            for_field: 0,
        }
    }

    /// What counts as near in the space of parameters.
    fn radius(&self) -> f64 {
        self.options.radius * (1.0 + dot(&self.at.x, &self.at.x).sqrt())
    }

    /// Whether a norm of gradients is 0 to the tolerance: times the size of the point, against that of the value.
    fn is_zero(&self, norm: f64) -> bool {
        let (x, f) = (dot(&self.at.x, &self.at.x).sqrt(), self.at.value.abs());
        norm * (1.0 + x) <= self.options.tolerance * (1.0 + f)
    }

    fn turn(
        &mut self,
        callback: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<NonsmoothStop> {
        let norm = self.bundle.norm();
        if self.is_zero(norm) {
            let elements = self.bundle.len();
            return self.critical(NonsmoothStop::Nearby { norm, elements }, callback);
        }
        let (direction, slope) = self.bundle.direction();
        let length = dot(&direction, &direction).sqrt();
        // Between kinks the next one is likely to be near; without a metric nothing is known of the length.
        let first = match (self.bundle.len(), self.metric.is_fresh()) {
            (1, false) => 1.0,
            (1, true) => (1.0 / length).min(1.0),
            _ => (self.radius() / length).min(1.0),
        };
        match self.search(&direction, slope, first) {
            Found::Serious(next) => self.go_to(next, callback),
            Found::Null(beyond) if self.bundle.len() <= 2 * self.at.x.len() + 4 => {
                self.null += 1;
                self.bundle.push(&self.metric, &beyond.gradient);
                self.ask_the_field(callback)
            }
            _ => self.reset(),
        }
    }

    fn search(&mut self, direction: &[f64], slope: f64, first: f64) -> Found {
        let radius = self.radius();
        search(
            &mut self.objective,
            &self.at,
            direction,
            slope,
            radius,
            first,
        )
    }

    fn go_to(
        &mut self,
        next: Sample,
        callback: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<NonsmoothStop> {
        let step = moved(&next.x, -1.0, &self.at.x);
        let change = moved(&next.gradient, -1.0, &self.at.gradient);
        self.metric.update(&step, &change);
        self.at = next;
        self.bundle = Bundle::of(&self.metric, &self.at.gradient);
        self.serious += 1;
        self.resets = 0;
        let progress = Progress {
            step: self.serious as u64,
            value: self.at.value,
            parameters: &self.at.x,
            gradient: &self.at.gradient,
        };
        match callback(&progress) {
            ControlFlow::Continue(()) => ControlFlow::Continue(()),
            ControlFlow::Break(()) => ControlFlow::Break(NonsmoothStop::Callback),
        }
    }

    /// Forgets the metric; if that did not help either, the run is over.
    fn reset(&mut self) -> ControlFlow<NonsmoothStop> {
        if self.objective.spent >= self.objective.most {
            return ControlFlow::Break(NonsmoothStop::Evaluations);
        }
        if self.resets >= RESETS {
            return ControlFlow::Break(NonsmoothStop::Stalled);
        }
        self.resets += 1;
        self.metric = Metric::new(self.at.x.len());
        self.bundle = Bundle::of(&self.metric, &self.at.gradient);
        ControlFlow::Continue(())
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
            Some((norm, elements)) if self.is_zero(norm) => {
                self.critical(NonsmoothStop::Field { norm, elements }, callback)
            }
            _ => ControlFlow::Continue(()),
        }
    }

    /// Goes on if a gradient nearby leads down after all; else it is over.
    fn critical(
        &mut self,
        stop: NonsmoothStop,
        callback: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<NonsmoothStop> {
        for _ in 0..PROBES {
            let away = self.rng.direction(self.at.x.len());
            let point = moved(&self.at.x, self.radius() * self.rng.unit(), &away);
            let Some(sample) = self.objective.evaluate(point) else {
                break;
            };
            let square = dot(&sample.gradient, &sample.gradient);
            if !sample.is_finite() || self.is_zero(square.sqrt()) {
                continue;
            }
            let direction: Vec<f64> = sample.gradient.iter().map(|g| -g).collect();
            let first = self.radius() / square.sqrt();
            if let Found::Serious(next) = self.search(&direction, -square, first) {
                return self.go_to(next, callback);
            }
        }
        ControlFlow::Break(stop)
    }
}
