//! Whether a point that a criterion calls critical is left after all.

use core::ops::ControlFlow;

use super::NonsmoothStop;
use super::elements::Least;
use super::metric::norm;
use super::search::{Found, Ray, descends};
use super::steps::State;
use crate::optim::run::Progress;
use crate::point::moved;

/// Gradients nearby that are tried as directions before a point counts as critical.
const PROBES: usize = 2;

/// By how much values within the radius may differ at the end: of the fall since the start, and of 1 + |f|.
const WITHIN: f64 = 1e-4;

/// What was said of a point, before it is looked at with a smaller radius, and how many evaluations are spent on that.
#[derive(Clone, Copy)]
pub(super) struct Claim {
    pub(super) stop: NonsmoothStop,
    pub(super) until: usize,
}

/// Which criterion says so.
pub(super) enum Criterion {
    Field,
    Nearby,
}

impl State<'_> {
    /// Goes on if the least element, or a gradient nearby, leads down after all, and with a smaller radius as long as values within it may differ by
    /// much; else it is over.
    pub(super) fn critical(
        &mut self,
        least: &Least,
        criterion: Criterion,
        elements: usize,
        callback: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<NonsmoothStop> {
        // A norm far below those of the gradients is no small slope if the way is long.
        let away: Vec<f64> = least.point.iter().map(|p| -p).collect();
        let ray = Ray {
            direction: &away,
            slope: -least.norm * least.norm,
            radius: self.radius(),
            first: 1.0,
        };
        if let Some(first) = descends(&mut self.objective, &self.at, &ray) {
            match self.search(&away, ray.slope, first) {
                Found::Serious(next) => return self.go_to(next, callback),
                Found::Unbounded { lower, seen } => {
                    return ControlFlow::Break(self.unbounded(lower, &seen));
                }
                _ => {}
            }
        }
        for _ in 0..PROBES {
            let away = self.rng.direction(self.at.x.len());
            let point = moved(&self.at.x, self.radius() * self.rng.unit(), &away);
            let Some(sample) = self.objective.evaluate(point) else {
                break;
            };
            let size = norm(&sample.gradient);
            let small = size <= self.options.tolerance * least.made_of.max(self.around);
            if !sample.is_finite() || small {
                continue;
            }
            let direction: Vec<f64> = sample.gradient.iter().map(|g| -g).collect();
            match self.search(&direction, -size * size, self.radius() / size) {
                Found::Serious(next) => return self.go_to(next, callback),
                Found::Unbounded { lower, seen } => {
                    return ControlFlow::Break(self.unbounded(lower, &seen));
                }
                _ => {}
            }
        }
        if self.objective.is_spent() {
            return ControlFlow::Break(NonsmoothStop::Evaluations);
        }
        let unit = self.objective.unit();
        let (norm, made_of) = (least.norm * unit, least.made_of.max(self.around) * unit);
        let stop = match criterion {
            Criterion::Field => NonsmoothStop::Field {
                norm,
                made_of,
                elements,
            },
            Criterion::Nearby => NonsmoothStop::Nearby {
                norm,
                made_of,
                elements,
            },
        };
        if self.is_near_enough(made_of) {
            return ControlFlow::Break(stop);
        }
        self.claim.get_or_insert(Claim {
            stop,
            until: 2 * self.objective.spent + 500,
        });
        self.near *= 0.01;
        self.forget();
        ControlFlow::Continue(())
    }

    /// Whether values within the radius differ by little, as far as a norm of gradients tells, or the radius cannot be made smaller.
    fn is_near_enough(&self, slope: f64) -> bool {
        let (f, within) = (self.at.value, slope * self.radius());
        let allowed = WITHIN * (self.first_value - f).min(1.0 + f.abs());
        let smallest = 16.0 * f64::EPSILON * norm(&self.at.x);
        within <= allowed.max(self.objective.noise(&self.at))
            || self.near <= 1e-20
            || self.radius() <= smallest
    }
}
