//! Looks closer at a piece that the gradient does not account for.

use crate::check::locate::{Bracket, WIDTH};
use crate::check::oracle::{Oracle, Sample};
use crate::check::parts::Piece;
use crate::check::quadrature::Kronrod;

/// What a closer look shows.
#[derive(Clone, Debug)]
pub(crate) enum Cause {
    /// The residual is the same on ever shorter stretches: the value jumps.
    Jump(Bracket),
    /// It shrinks with the length of the stretch: the derivative is wrong there.
    Derivative,
    /// It goes away: the panel was too long for what is on it.
    Unresolved,
}

/// Halves the piece towards the larger residual.
pub(crate) fn follow(oracle: &mut Oracle, piece: &Piece) -> Cause {
    let start = piece.residual();
    let mut here = Stretch {
        before: piece.before.clone(),
        after: piece.after.clone(),
        residual: start,
    };
    let mut outside = 0.0;
    while here.length() > WIDTH {
        let (left, right) = here.halves(oracle);
        let (chosen, other) = if left.residual.abs() > right.residual.abs() {
            (left, right)
        } else {
            (right, left)
        };
        outside += other.residual;
        let sum = outside + chosen.residual;
        if !sum.is_finite() || (sum - start).abs() > 0.5 * start.abs() {
            return Cause::Unresolved;
        }
        if chosen.residual.abs() < 0.02 * start.abs() {
            return Cause::Derivative;
        }
        here = chosen;
    }
    Cause::Jump(Bracket {
        before: here.before,
        after: here.after,
    })
}

struct Stretch {
    before: Sample,
    after: Sample,
    residual: f64,
}

impl Stretch {
    fn length(&self) -> f64 {
        self.after.t - self.before.t
    }

    fn over(oracle: &mut Oracle, before: Sample, after: Sample) -> Self {
        let slopes = Kronrod::nodes(before.t, after.t).map(|t| oracle.sample(t).slope);
        let integral = Kronrod::integrate(&slopes, after.t - before.t);
        let residual = (after.value - before.value) - integral.value;
        Stretch {
            before,
            after,
            residual,
        }
    }

    fn halves(&self, oracle: &mut Oracle) -> (Stretch, Stretch) {
        let middle = oracle.sample(self.before.t + 0.5 * self.length());
        let left = Stretch::over(oracle, self.before.clone(), middle.clone());
        (left, Stretch::over(oracle, middle, self.after.clone()))
    }
}
