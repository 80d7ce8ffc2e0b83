//! Kinks that a curve touches and leaves again between two nodes of a panel.
//!
//! All nodes take the same decisions then, and only the margins tell: one of them has its least absolute value at a node in the
//! middle, and the parabola through it and its neighbours reaches 0.

use crate::check::oracle::{Oracle, Sample};
use crate::check::quadrature::POINTS;

/// Margins that are followed in one panel, and steps towards the summit of each.
const SUSPECTS: usize = 4;
const STEPS: usize = 3;
/// How near to 0 the parabola has to come, as a part of what the margin varies by.
const NEAR: f64 = 0.05;

/// Three times with the margins there, the middle one nearest to 0.
#[derive(Clone, Copy, Debug)]
struct Valley {
    t: [f64; 3],
    margin: [f64; 3],
}

impl Valley {
    /// Time and margin of the summit of the parabola, if it is within and comes near 0 from the same side.
    fn summit(&self) -> Option<f64> {
        let [a, b, c] = self.t;
        let [x, y, z] = self.margin.map(f64::abs);
        let (left, right) = ((y - x) / (b - a), (z - y) / (c - b));
        let bend = (right - left) / (c - a);
        let valley = x >= y && z >= y && bend > 0.0;
        let t = 0.5 * (a + b) - 0.5 * left / bend;
        let least = x + (t - a) * (left + bend * (t - b));
        let near = least <= NEAR * (x.max(z) - least);
        (valley && near && t > a && t < c).then_some(t)
    }

    /// The three of the four times that surround the least margin.
    fn with(&self, t: f64, margin: f64) -> Valley {
        let mut all = [
            (self.t[0], self.margin[0]),
            (self.t[1], self.margin[1]),
            (self.t[2], self.margin[2]),
            (t, margin),
        ];
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let inner = if all[1].1.abs() < all[2].1.abs() {
            0
        } else {
            1
        };
        let three = [all[inner], all[inner + 1], all[inner + 2]];
        Valley {
            t: three.map(|p| p.0),
            margin: three.map(|p| p.1),
        }
    }
}

/// A sample on the other side of a kink (or on it) that all nodes are on one side of, and the node before it.
pub(crate) fn touched(oracle: &mut Oracle, points: &[Sample; POINTS]) -> Option<(usize, Sample)> {
    let mut suspects = suspects(points).into_iter().take(SUSPECTS);
    suspects.find_map(|(visit, node, valley)| {
        let found = descend(oracle, points, visit, valley)?;
        let before = if found.t > points[node].t {
            node
        } else {
            node - 1
        };
        Some((before, found))
    })
}

/// Visits whose margin has a valley that reaches 0, with the node at the bottom.
fn suspects(points: &[Sample; POINTS]) -> Vec<(usize, usize, Valley)> {
    let visits = points[0].record.visits.len();
    if points.iter().any(|s| s.record.visits.len() != visits) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for node in 1..POINTS - 1 {
        for visit in 0..visits {
            let margin = [node - 1, node, node + 1].map(|i| points[i].record.visits[visit].margin);
            // Most margins have no valley: this is the only test that is made for each.
            let [x, y, z] = margin.map(f64::abs);
            if y > x || y > z || y == x && y == z || margin[0] * margin[2] <= 0.0 {
                continue;
            }
            let t = [node - 1, node, node + 1].map(|i| points[i].t);
            let valley = Valley { t, margin };
            if valley.summit().is_some() {
                found.push((visit, node, valley));
            }
        }
    }
    found
}

fn descend(
    oracle: &mut Oracle,
    points: &[Sample; POINTS],
    visit: usize,
    valley: Valley,
) -> Option<Sample> {
    let mut valley = valley;
    for _ in 0..STEPS {
        let t = valley.summit()?;
        if valley.t.contains(&t) {
            return None;
        }
        let sample = oracle.sample(t);
        if !sample.is_finite() {
            return None;
        }
        let margin = sample.record.visits.get(visit)?.margin;
        // A touch that is no deeper than rounding has no length: there is nothing on the other side.
        let deep = margin.abs() > sample.blur();
        if !sample.agrees(&points[0]) {
            return deep.then_some(sample);
        }
        valley = valley.with(t, margin);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Valley;

    #[test]
    fn a_parabola_that_touches_is_met_at_its_summit() {
        let t = [0.1, 0.35, 0.5];
        let margin = t.map(|t| (t - 0.3) * (t - 0.3));
        let summit = Valley { t, margin }.summit().unwrap();
        assert!((summit - 0.3).abs() < 1e-15);
        let high = Valley {
            t,
            margin: margin.map(|m| m + 1.0),
        };
        assert_eq!(high.summit(), None);
    }

    #[test]
    fn the_search_closes_in() {
        let h = |t: f64| (5.0 * (t - 0.3)).exp() - 5.0 * (t - 0.3) - 1.0 - 1e-6;
        let t = [0.1, 0.35, 0.5];
        let mut valley = Valley {
            t,
            margin: t.map(h),
        };
        for _ in 0..3 {
            let t = valley.summit().unwrap();
            valley = valley.with(t, h(t));
        }
        assert!((valley.t[1] - 0.3).abs() < 1e-2, "{valley:?}");
    }
}
