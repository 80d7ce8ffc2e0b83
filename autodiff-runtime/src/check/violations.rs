//! Turns what exceeds the tolerance into violations that name a place.

use core::ops::ControlFlow;

use crate::check::blame;
use crate::check::curve::Curve;
use crate::check::follow::{Cause, follow};
use crate::check::judge::{self, Weighed};
use crate::check::jumps::Group;
use crate::check::local::{Tied, norm};
use crate::check::options::Options;
use crate::check::oracle::{Oracle, Sample};
use crate::check::parts::{Event, Piece, Walk};
use crate::check::random::SplitMix64;
use crate::check::report::{Failure, Violation};
use crate::check::tolerance::Tolerance;
use crate::decision::Decision;
use crate::field::{Site, SiteKind};

/// Everything that is wrong on one curve.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) violations: Vec<Violation>,
    /// A residual went away on a finer look.
    pub(crate) unresolved: bool,
    /// What looked like a jump does not stand out from its surroundings.
    pub(crate) noisy: bool,
}

pub(crate) struct Finder<'a, 'b> {
    pub(crate) oracle: &'a mut Oracle<'b>,
    pub(crate) walk: &'a Walk,
    pub(crate) tolerance: &'a Tolerance,
    pub(crate) options: &'a Options,
}

impl Finder<'_, '_> {
    pub(crate) fn find(mut self, weighed: &Weighed) -> Found {
        let mut found = Found::default();
        if weighed.events {
            self.jumps(&mut found);
        }
        if weighed.touched {
            self.equalities(&mut found);
        }
        if weighed.pieces {
            self.pieces(&mut found);
        }
        found
    }

    /// Jumps at events, one violation for each site.
    fn jumps(&mut self, found: &mut Found) {
        let threshold = self.jump_threshold();
        let mut groups: Vec<Group> = Vec::new();
        let events = self
            .walk
            .events()
            .filter(|event| event.residual().abs() > threshold);
        for event in
            events.filter(|event| !judge::is_accepted(event, self.options, self.walk.value))
        {
            let event = self.with_culprit_first(event);
            Group::add(&mut groups, &event);
        }
        groups.sort_by_key(Group::rank);
        self.tell(&groups, found);
    }

    fn tell(&mut self, groups: &[Group], found: &mut Found) {
        for group in groups {
            match group.stands_out(self.oracle) {
                true => found
                    .violations
                    .push(group.violation(self.oracle, self.walk.value)),
                false => found.noisy = true,
            }
        }
    }

    /// Where several branches change at once, the one that makes the value jump when it alone is flipped comes first.
    fn with_culprit_first(&mut self, event: &Event) -> Event {
        let mut event = event.clone();
        let branches: Vec<usize> = (0..event.changes.len())
            .filter(|i| event.changes[*i].site.kind != SiteKind::Kink)
            .collect();
        let [first, _, ..] = branches[..] else {
            return event;
        };
        let distances: Vec<(usize, f64)> = branches
            .iter()
            .map(|i| (*i, self.jump_of(&event, *i)))
            .collect();
        let culprit = distances.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((culprit, _)) = culprit {
            event.changes.swap(first, *culprit);
        }
        event
    }

    /// How far flipping one decision is from making the jump.
    fn jump_of(&mut self, event: &Event, i: usize) -> f64 {
        let change = event.changes[i];
        let tied = Tied {
            site: change.site,
            occurrence: change.occurrence,
        };
        let flipped = self
            .oracle
            .value_with(event.before.t, vec![(tied, change.to)]);
        (flipped - event.before.value - event.residual()).abs()
    }

    /// Jumps above the tolerance each, or, if only their sum is, all above rounding.
    fn jump_threshold(&self) -> f64 {
        let tolerance = self.tolerance.of_values();
        let largest = self
            .walk
            .events()
            .map(|event| event.residual().abs())
            .fold(0.0, f64::max);
        if largest > tolerance {
            tolerance
        } else {
            1e-3 * largest
        }
    }

    fn equalities(&mut self, found: &mut Found) {
        let mut groups: Vec<Group> = Vec::new();
        let tolerance = self.tolerance.of_values();
        for event in self
            .walk
            .touched
            .iter()
            .filter(|event| event.residual().abs() > tolerance)
        {
            Group::add(&mut groups, event);
        }
        self.tell(&groups, found);
    }

    /// Looks into the worst pieces until one is simply wrong or all is explained.
    fn pieces(&mut self, found: &mut Found) {
        const LOOKS: usize = 8;
        let mut pieces: Vec<&Piece> = self.walk.pieces().collect();
        pieces.sort_by(|a, b| b.residual().abs().total_cmp(&a.residual().abs()));
        let mut left: f64 = pieces.iter().map(|piece| piece.residual().abs()).sum();
        for piece in pieces.into_iter().take(LOOKS) {
            if left <= self.tolerance.total() || self.piece(piece, found).is_break() {
                break;
            }
            left -= piece.residual().abs();
        }
    }

    fn piece(&mut self, piece: &Piece, found: &mut Found) -> ControlFlow<()> {
        match follow(self.oracle, piece) {
            Cause::Jump(bracket) => {
                let mut groups = Vec::new();
                Group::add(&mut groups, &Event::new(bracket));
                self.tell(&groups, found);
                ControlFlow::Continue(())
            }
            Cause::Derivative => {
                let violation = self.wrong_derivative(piece);
                found.violations.push(violation);
                ControlFlow::Break(())
            }
            Cause::Unresolved => {
                found.unresolved = true;
                ControlFlow::Continue(())
            }
        }
    }

    fn wrong_derivative(&mut self, piece: &Piece) -> Violation {
        let length = piece.length();
        let got = piece.integral.value / length;
        let expected = (piece.after.value - piece.before.value) / length;
        let noise = self.tolerance.rounding + self.tolerance.noise;
        let t = piece.before.t + 0.5 * length;
        let tied = |(_, decision): &(_, Decision)| decision.is_tie();
        let blamed = blame::decision(self.walk, noise)
            .filter(|blamed| !(tied(blamed) && self.is_as_wrong_beside(t, got - expected)));
        // What is wrong where a decision is tied, and only there, is the choice.
        let failure = match blamed {
            Some((_, Decision::Tie(_))) => Failure::WrongChoice { expected, got },
            _ => Failure::WrongDerivative { expected, got },
        };
        let mut violation = at(self.oracle, t, failure);
        violation.site = blamed.map(|(site, _)| site);
        violation.decision = blamed.map(|(_, decision)| decision);
        violation.nearest = nearest(&self.oracle.sample(violation.t));
        violation
    }
}

impl Finder<'_, '_> {
    /// Whether the slope is the same off a tie that the curve stays in: then it is not the choice that is wrong.
    fn is_as_wrong_beside(&mut self, t: f64, error: f64) -> bool {
        const AWAY: f64 = 1e-4;
        let mut rng = SplitMix64::new(self.options.seed);
        let here = self.oracle.sample(t);
        let speed = norm(&velocity(self.oracle.curve(), t));
        let across = rng.direction(self.oracle.curve().dimension());
        [AWAY, -AWAY].into_iter().all(|away| {
            let offset: Vec<f64> = across.iter().map(|d| away * speed * d).collect();
            let beside = self.oracle.sample_off(t, &offset);
            (beside.slope - here.slope).abs() < 0.5 * error.abs()
        })
    }
}

/// The site with the least margin.
fn nearest(sample: &Sample) -> Option<&'static Site> {
    let visits = sample.record.visits.iter();
    let told = visits.filter(|seen| seen.margin.is_finite());
    let nearest = told.min_by(|a, b| a.margin.abs().total_cmp(&b.margin.abs()));
    nearest.map(|seen| seen.site)
}

/// A violation at a time of the curve, without a site.
pub(crate) fn at(oracle: &mut Oracle, t: f64, failure: Failure) -> Violation {
    let curve = oracle.curve();
    Violation {
        failure,
        site: None,
        nearest: None,
        decision: None,
        t,
        point: oracle.point_at(t),
        direction: velocity(curve, t),
        curve: describe(curve),
        choices: Vec::new(),
    }
}

/// A gradient that is not finite, at the first place where it was seen.
pub(crate) fn not_finite(oracle: &mut Oracle, sample: &Sample) -> Violation {
    let mut violation = at(oracle, sample.t, Failure::NotFinite);
    let boundary = |seen: &&crate::check::record::Seen| seen.decision.is_tie();
    violation.site = sample
        .record
        .visits
        .iter()
        .rev()
        .find(boundary)
        .map(|seen| seen.site);
    violation
}

fn velocity(curve: &dyn Curve, t: f64) -> Vec<f64> {
    let mut v = vec![0.0; curve.dimension()];
    curve.velocity(t, &mut v);
    v
}

pub(crate) fn describe(curve: &dyn Curve) -> String {
    struct Words<'a>(&'a dyn Curve);
    impl core::fmt::Display for Words<'_> {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            self.0.describe(f)
        }
    }
    Words(curve).to_string()
}
