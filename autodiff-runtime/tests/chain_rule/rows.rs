//! Every row of the rule table obeys the chain rule, and no sabotage of its derivative goes through.

use autodiff_runtime::check::{self, Options, Region, Report};
use autodiff_runtime::rules::{self, Rule};
use autodiff_runtime::{Selection, Site, SiteKind};

use crate::support::{Sel, seeds, site};

/// What is done to the gradient of a row: it gets the gradient and whether some decision is a tie.
type Sabotage = fn(&mut [f64], bool);

/// A row with everything needed to run it as a function.
struct Row {
    rule: &'static Rule,
    sites: Vec<&'static Site>,
}

impl Row {
    fn new(rule: &'static Rule) -> Self {
        let kinks = rule.decisions.iter().enumerate();
        let new = |(i, kink): (usize, &rules::Kink)| {
            let theta = kink.ties.pytorch;
            &*Box::leak(Box::new(Site {
                function: rule.name,
                stratum: kink.stratum,
                ..site(SiteKind::Kink, i as u32, rule.name, kink.margin, theta)
            }))
        };
        Row {
            rule,
            sites: kinks.map(new).collect(),
        }
    }

    /// The arguments that vary, as integers do not.
    fn active(&self) -> Vec<usize> {
        let all = 0..self.rule.args.len();
        all.filter(|i| !self.rule.integer_args.contains(i))
            .collect()
    }

    /// Value and gradient of one result; `wrong` decides against the primal.
    fn evaluate(
        &self,
        at: &[f64],
        x: &[f64],
        result: usize,
        wrong: bool,
        sel: Sel,
    ) -> (f64, Vec<f64>, bool) {
        let active = self.active();
        let mut args = at.to_vec();
        active.iter().zip(x).for_each(|(i, x)| args[*i] = *x);
        let y = (self.rule.f64.primal)(&args);
        let compared = (self.rule.f64.decisions)(&args);
        let weights: Vec<f64> = self
            .sites
            .iter()
            .zip(&compared)
            .map(|(site, c)| sel.weight(site, c.margin, c.above, c.tie))
            .collect();
        let tie = weights.iter().any(|w| *w != 0.0 && *w != 1.0) || compared.iter().any(|c| c.tie);
        let used: Vec<f64> = weights
            .iter()
            .map(|w| if wrong { 1.0 - w } else { *w })
            .collect();
        let partials = (self.rule.f64.partials)(&args, &y, &used);
        let n = self.rule.args.len();
        (
            y[result],
            active.iter().map(|i| partials[result * n + i]).collect(),
            tie,
        )
    }

    /// Whether deciding against the primal changes the gradient beside the point: between saturated ends it may not.
    fn branches_differ(&self, at: &[f64]) -> bool {
        let beside: Vec<f64> = self
            .active()
            .iter()
            .map(|i| at[*i] + 0.03 * (1.0 + *i as f64))
            .collect();
        let gradient = |wrong: bool| {
            self.evaluate(at, &beside, 0, wrong, &mut autodiff_runtime::Plain)
                .1
        };
        gradient(false) != gradient(true)
    }

    /// All tests around one point of the row's own list.
    fn check(
        &self,
        at: &[f64],
        result: usize,
        wrong: bool,
        curves: usize,
        sabotage: Sabotage,
        seed: u64,
    ) -> Report {
        let center: Vec<f64> = self.active().iter().map(|i| at[*i]).collect();
        let function = |x: &[f64], sel: &mut dyn Selection| {
            let (value, mut gradient, tie) = self.evaluate(at, x, result, wrong, sel);
            sabotage(&mut gradient, tie);
            (value, gradient)
        };
        check::conservative(
            function,
            Region::around(&center, 0.1),
            &Options::default().seed(seed).curves(curves),
        )
    }
}

/// Rows with a conservative field, and the points to test around: none at the border of the domain, where there is none.
fn rows() -> Vec<(Row, Vec<&'static [f64]>)> {
    let continuous =
        rules::all().filter(|rule| rule.refused.is_none() && !rule.partials.is_empty());
    let points = |rule: &'static Rule| {
        let kinks = rule.kinks.iter().filter(|_| !rule.decisions.is_empty());
        rule.samples
            .iter()
            .chain(kinks)
            .copied()
            .filter(|at| is_inside(rule, at))
            .collect()
    };
    continuous
        .map(|rule| (Row::new(rule), points(rule)))
        .collect()
}

/// Whether the row is finite around the point, and its clamp, if it is one, has room.
fn is_inside(rule: &Rule, at: &[f64]) -> bool {
    let moved = |delta: f64| at.iter().map(|x| x + delta).collect::<Vec<f64>>();
    let finite = |x: &[f64]| (rule.f64.primal)(x).iter().all(|y| y.is_finite());
    let room = rule.name != "clamp" || at[2] - at[1] > 0.5;
    room && at.iter().all(|x| x.is_finite()) && finite(&moved(0.1)) && finite(&moved(-0.1))
}

#[test]
fn every_row_is_conservative() {
    let mut tried = 0;
    for (row, points) in rows() {
        for (at, result) in points
            .iter()
            .flat_map(|at| (0..row.rule.results.len()).map(move |r| (at, r)))
        {
            for seed in 0..seeds().div_ceil(100) {
                let report = row.check(at, result, false, 8, |_, _| (), seed);
                assert!(
                    report.is_compliant(),
                    "{} at {at:?}\n{report}",
                    row.rule.name
                );
            }
            tried += 1;
        }
    }
    assert!(tried > 50, "only {tried} points");
}

/// How often a sabotage changed the gradient somewhere, and how often it was caught then.
#[derive(Default)]
struct Tally {
    changed: usize,
    missed: Vec<String>,
}

impl Tally {
    fn count(&mut self, row: &Row, at: &[f64], report: &Report) {
        self.changed += 1;
        if report.is_compliant() {
            self.missed
                .push(format!("{} at {at:?}\n{report}", row.rule.name));
        }
    }

    fn assert_all_caught(&self, name: &str) {
        println!(
            "\n| {name} | {} | {} |",
            self.changed,
            self.changed - self.missed.len()
        );
        assert!(
            self.missed.is_empty(),
            "{name}: {} missed, one of them\n{}",
            self.missed.len(),
            self.missed[0]
        );
    }
}

/// Samples at which the gradient is not 0, so that scaling it makes a difference.
fn smooth_points() -> Vec<(Row, &'static [f64])> {
    let mut found = Vec::new();
    for (row, _) in rows() {
        for at in row
            .rule
            .samples
            .iter()
            .copied()
            .filter(|at| is_inside(row.rule, at))
        {
            let center: Vec<f64> = row.active().iter().map(|i| at[*i]).collect();
            let (_, gradient, _) =
                row.evaluate(at, &center, 0, false, &mut autodiff_runtime::Plain);
            if gradient.iter().any(|g| g.abs() > 1e-3) && gradient.iter().all(|g| g.is_finite()) {
                found.push((Row::new(row.rule), at));
            }
        }
    }
    found
}

fn caught_everywhere(name: &str, sabotage: Sabotage) {
    let mut tally = Tally::default();
    for (row, at) in smooth_points() {
        tally.count(&row, at, &row.check(at, 0, false, 2, sabotage, 1));
    }
    assert!(tally.changed > 40);
    tally.assert_all_caught(name);
}

// Wrong on an open set.
#[test]
fn a_wrong_sign_is_caught() {
    caught_everywhere("sign", |g, _| g.iter_mut().for_each(|g| *g = -*g));
}

#[test]
fn a_wrong_factor_is_caught() {
    caught_everywhere("factor 1.001", |g, _| {
        g.iter_mut().for_each(|g| *g *= 1.001)
    });
}

#[test]
fn a_missing_term_is_caught() {
    let largest = |g: &mut [f64], _: bool| {
        if let Some(g) = g.iter_mut().max_by(|a, b| a.abs().total_cmp(&b.abs())) {
            *g = 0.0;
        }
    };
    caught_everywhere("missing term", largest);
}

// The derivative of the other branch, wherever the branches differ.
#[test]
fn the_wrong_branch_is_caught() {
    let mut tally = Tally::default();
    for (row, points) in rows().into_iter().filter(|(row, _)| !row.sites.is_empty()) {
        for at in points.into_iter().filter(|at| row.branches_differ(at)) {
            tally.count(&row, at, &row.check(at, 0, true, 4, |_, _| (), 1));
        }
    }
    assert!(tally.changed > 10);
    tally.assert_all_caught("wrong branch");
}

// Weights that sum to 0.6 at a tie of two parameters: only curves inside the tie can tell. (At a tie of one parameter with a
// constant the stratum has no direction in which the operation grows, and any weights will do.)
#[test]
fn wrong_tie_weights_are_caught() {
    let mut tally = Tally::default();
    for (row, _) in rows()
        .into_iter()
        .filter(|(row, _)| ["max", "min"].contains(&row.rule.name))
    {
        let at = row.rule.kinks[0];
        let scaled =
            |g: &mut [f64], tie: bool| g.iter_mut().for_each(|g| *g *= if tie { 0.6 } else { 1.0 });
        tally.count(&row, at, &row.check(at, 0, false, 8, scaled, 1));
    }
    assert_eq!(tally.changed, 2);
    tally.assert_all_caught("tie weights");
}
