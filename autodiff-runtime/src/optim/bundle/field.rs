//! The field at a point, with margins that are nearly 0 taken for ties.

use super::elements::{Bundle, Least};
use super::metric::Metric;
use super::{Objective, Sample};
use crate::decision::Decision;
use crate::field::SiteKind;
use crate::point::{self, Options};
use crate::selection::{Selection, Visit};

/// Evaluations that are spent on the field of one point, at most.
const MOST: usize = 64;

/// The least element of the hull of the field, and of how many elements that is; `None` where no kink is near.
pub(super) fn least(
    objective: &mut Objective<'_>,
    at: &Sample,
    near: f64,
    seed: u64,
) -> Option<(Least, usize)> {
    let function = objective.function;
    let nearly =
        |x: &[f64], selection: &mut dyn Selection| function(x, &mut Nearly { selection, near });
    let left = objective.most - objective.spent;
    let options = Options::default().evaluations(left.min(MOST)).seed(seed);
    let found = point::vertices(nearly, &at.x, &options);
    objective.spent += found.evaluations;
    if found.elements.len() < 2 {
        return None;
    }
    let finite = |g: &Vec<f64>| g.iter().all(|g| g.is_finite());
    let gradients = found.elements.into_iter().map(|element| element.gradient);
    let mut gradients = gradients.map(|g| objective.scaled(g)).filter(finite);
    // In the plain metric alone: the other one is not asked.
    let metric = Metric::none();
    let mut bundle = Bundle::of(&metric, &gradients.next()?);
    gradients.for_each(|gradient| bundle.push(&metric, &gradient));
    Some((bundle.precisely(), bundle.len()))
}

/// Tells another selection of a tie where the margin of a kink is small.
struct Nearly<'a> {
    selection: &'a mut dyn Selection,
    near: f64,
}

impl Selection for Nearly<'_> {
    fn decide(&mut self, visit: &Visit) -> Decision {
        let tie = visit.site.kind == SiteKind::Kink && visit.margin.abs() <= self.near;
        if tie && !visit.default.is_tie() {
            let default = Decision::Tie(visit.site.theta);
            return self.selection.decide(&Visit { default, ..*visit });
        }
        self.selection.decide(visit)
    }
}
