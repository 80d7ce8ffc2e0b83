//! Jumps of the value, gathered by the decision that they happen at.

use crate::check::judge;
use crate::check::locate::WIDTH;
use crate::check::oracle::{Oracle, Sample};
use crate::check::parts::Event;
use crate::check::record::{Change, same_site};
use crate::check::report::{Failure, Violation};
use crate::check::violations::at;

/// Jumps that the same site is to blame for.
pub(crate) struct Group {
    change: Option<Change>,
    /// Absolute values added up.
    total: f64,
    count: usize,
    largest: Event,
}

impl Group {
    pub(crate) fn add(groups: &mut Vec<Group>, event: &Event) {
        let change = judge::blamed(event).copied();
        match groups.iter_mut().find(|group| group.is_about(change)) {
            Some(group) => group.join(event),
            None => groups.push(Group {
                change,
                total: event.residual().abs(),
                count: 1,
                largest: event.clone(),
            }),
        }
    }

    /// Whether the largest jump is larger than what the value does right beside it: if it is not, this is noise.
    pub(crate) fn stands_out(&self, oracle: &mut Oracle) -> bool {
        let jump = self.largest.residual().abs();
        let before = unrest(oracle, &self.largest.before, -1.0);
        jump > 2.0 * before.max(unrest(oracle, &self.largest.after, 1.0))
    }

    /// Large sums first; those that differ by rounding alone stay in the order of the curve.
    pub(crate) fn rank(&self) -> i64 {
        -(16.0 * self.total.log2()).round() as i64
    }

    fn is_about(&self, change: Option<Change>) -> bool {
        match (self.change, change) {
            (Some(a), Some(b)) => same_site(a.site, b.site),
            (a, b) => a.is_none() && b.is_none(),
        }
    }

    fn join(&mut self, event: &Event) {
        self.total += event.residual().abs();
        self.count += 1;
        if event.residual().abs() > self.largest.residual().abs() {
            self.change = judge::blamed(event).copied();
            self.largest = event.clone();
        }
    }

    pub(crate) fn violation(&self, oracle: &mut Oracle, scale: f64) -> Violation {
        let (size, count, total) = (self.largest.residual(), self.count, self.total);
        let failure = match judge::is_truncation(&self.largest, scale) {
            true => Failure::TruncatedIteration { size, count, total },
            false => Failure::Jump { size, count, total },
        };
        let mut violation = at(oracle, self.largest.after.t, failure);
        violation.site = self.change.map(|change| change.site);
        violation.decision = self.change.map(|change| change.to);
        violation
    }
}

/// By how much the value changes next to a sample beyond what its slope explains.
fn unrest(oracle: &mut Oracle, sample: &Sample, side: f64) -> f64 {
    const STEPS: i32 = 6;
    let mut largest = 0.0f64;
    for k in 1..=STEPS {
        let distance = 4.0 * WIDTH * f64::from(k);
        let t = (sample.t + side * distance).clamp(0.0, 1.0);
        let near = oracle.sample(t);
        let explained = distance * sample.slope.abs().max(near.slope.abs());
        let change = (near.value - sample.value).abs() - 2.0 * explained;
        if near.record.signature == sample.record.signature && change > largest {
            largest = change;
        }
    }
    largest
}
