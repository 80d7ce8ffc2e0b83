//! Rows of the rule table and operations on slices, as functions that the checker can test around a point.

use autodiff_runtime::rules::{self, Rule};
use autodiff_runtime::slices::{self, SliceRule};
use autodiff_runtime::{Decision, Selection, Site, SiteKind, Visit};

use crate::support::{Sel, site};

/// Value and gradient.
type Run = Box<dyn Fn(&[f64], Sel<'_>) -> (f64, Vec<f64>)>;

/// One result of one row near one point of its own list.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) center: Vec<f64>,
    pub(crate) run: Run,
}

/// Every row with a conservative field, at points where it has one: none at the border of the domain.
pub(crate) fn subjects() -> Vec<Subject> {
    let rows = rules::all().filter(|rule| rule.refused.is_none() && !rule.partials.is_empty());
    let elementary = rows.flat_map(of_row);
    elementary.chain(slices::all().flat_map(of_slice)).collect()
}

fn of_row(rule: &'static Rule) -> Vec<Subject> {
    let kinks = rule.kinks.iter().filter(|_| !rule.decisions.is_empty());
    let points = rule.samples.iter().chain(kinks).copied();
    let sites: &'static [Site] = sites(rule);
    let mut found = Vec::new();
    for at in points.filter(|at| is_inside(rule, at)) {
        let active: Vec<usize> = (0..rule.args.len())
            .filter(|i| !rule.integer_args.contains(i))
            .collect();
        let center = active.iter().map(|i| at[*i]).collect::<Vec<f64>>();
        for result in 0..rule.results.len() {
            let active = active.clone();
            found.push(Subject {
                name: rule.name,
                center: center.clone(),
                run: Box::new(move |x, sel| evaluate(rule, sites, at, &active, x, result, sel)),
            });
        }
    }
    found
}

fn sites(rule: &'static Rule) -> &'static [Site] {
    let kinks = rule.decisions.iter().enumerate();
    let new = |(i, kink): (usize, &rules::Kink)| Site {
        function: rule.name,
        stratum: kink.stratum,
        ..site(
            SiteKind::Kink,
            i as u32,
            rule.name,
            kink.margin,
            kink.ties.pytorch,
        )
    };
    kinks.map(new).collect::<Vec<_>>().leak()
}

/// One result; `active` are the arguments that vary, as integers do not.
fn evaluate(
    rule: &Rule,
    sites: &'static [Site],
    at: &[f64],
    active: &[usize],
    x: &[f64],
    result: usize,
    sel: Sel,
) -> (f64, Vec<f64>) {
    let mut args = at.to_vec();
    active.iter().zip(x).for_each(|(i, x)| args[*i] = *x);
    let y = (rule.f64.primal)(&args);
    let compared = (rule.f64.decisions)(&args);
    let weights: Vec<f64> = sites
        .iter()
        .zip(&compared)
        .map(|(site, c)| sel.weight(site, c.margin, c.above, c.tie))
        .collect();
    let partials = (rule.f64.partials)(&args, &y, &weights);
    let n = rule.args.len();
    let gradient = active.iter().map(|i| partials[result * n + i]);
    (y[result], gradient.collect())
}

/// Whether the row is finite around the point, and its clamp, if it is one, has room.
fn is_inside(rule: &Rule, at: &[f64]) -> bool {
    let moved = |delta: f64| at.iter().map(|x| x + delta).collect::<Vec<f64>>();
    let finite = |x: &[f64]| (rule.f64.primal)(x).iter().all(|y| y.is_finite());
    let room = rule.name != "clamp" || at[2] - at[1] > 0.5;
    room && at.iter().all(|x| x.is_finite()) && finite(&moved(0.1)) && finite(&moved(-0.1))
}

/// A sum of all results with different weights.
fn of_slice(rule: &'static SliceRule) -> Vec<Subject> {
    let points = rule.samples.iter().chain(rule.kinks).copied();
    let subject = |(at, args): (&'static [f64], &'static [usize])| Subject {
        name: rule.rule.name,
        center: at.to_vec(),
        run: Box::new(move |x, mut sel| {
            let weight = |k: usize| 1.0 + 0.37 * k as f64;
            let y = (rule.value)(x, args);
            let mut gradient = vec![0.0; x.len()];
            for (k, row) in (rule.jacobian)(x, args, &mut sel).iter().enumerate() {
                for (g, slope) in gradient.iter_mut().zip(row) {
                    *g += weight(k) * slope;
                }
            }
            let value = y.iter().enumerate().map(|(k, y)| weight(k) * y).sum();
            (value, gradient)
        }),
    };
    points.filter(|(at, _)| at.len() > 1).map(subject).collect()
}

/// Hands on to another selection, notes ties, and tells the opposite if it is contrary.
pub(crate) struct Between<'a> {
    pub(crate) inner: Sel<'a>,
    pub(crate) contrary: bool,
    pub(crate) ties: usize,
    pub(crate) visits: usize,
}

impl Selection for Between<'_> {
    fn decide(&mut self, visit: &Visit) -> Decision {
        let decision = self.inner.decide(visit);
        self.visits += 1;
        self.ties += usize::from(matches!(decision, Decision::Tie(_)));
        match decision {
            Decision::Below if self.contrary => Decision::Above,
            Decision::Above if self.contrary => Decision::Below,
            Decision::Tie(theta) if self.contrary => Decision::Tie(1.0 - theta),
            same => same,
        }
    }
}
