//! What happens along one curve, for pictures: the value, and the value as the gradient rebuilds it.

use crate::check::parts::{Part, Piece, Walk};
use crate::check::quadrature::Kronrod;
use crate::check::report::{Crossing, Report};

/// One time on a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProfilePoint {
    /// The time.
    pub t: f64,
    /// `f(γ(t))`.
    pub value: f64,
    /// `f` at the start of the stretch and the integral of `⟨gradient, γ'⟩` from there: what the value would be if it were that of the
    /// gradient.
    pub rebuilt: f64,
}

/// One curve in detail.
///
/// ```
/// use autodiff_runtime::check::{self, Options};
/// let report = check::chain_rule(|x, _| (x[0] * x[0], [2.0 * x[0]]), &[0.0], &[1.0], &Options::default());
/// let profile = report.profile().unwrap();
/// let last = profile.stretches()[0].last().unwrap();
/// assert_eq!((last.t, last.value), (1.0, 1.0));
/// assert!((last.rebuilt - 1.0).abs() < 1e-12);
/// ```
#[derive(Clone, Debug)]
pub struct Profile {
    curve: String,
    stretches: Vec<Vec<ProfilePoint>>,
    kinks: Vec<Crossing>,
    tolerance: f64,
    pub(crate) refuted: bool,
    pub(crate) relative_residual: f64,
}

impl Profile {
    /// Which curve, in words.
    #[must_use]
    pub fn curve(&self) -> &str {
        &self.curve
    }

    /// The points, stretch by stretch: between two stretches nothing is known.
    #[must_use]
    pub fn stretches(&self) -> &[Vec<ProfilePoint>] {
        &self.stretches
    }

    /// The kinks that this curve crossed.
    #[must_use]
    pub fn kinks(&self) -> &[Crossing] {
        &self.kinks
    }

    /// What the difference of value and rebuilt value may reach on this curve.
    #[must_use]
    pub fn tolerance(&self) -> f64 {
        self.tolerance
    }

    pub(crate) fn of(walk: &Walk, report: &Report) -> Self {
        let mut stretches: Vec<Vec<ProfilePoint>> = Vec::new();
        let mut open = false;
        for part in &walk.parts {
            match part {
                Part::Piece(piece) => {
                    if !open {
                        stretches.push(vec![start(piece)]);
                    }
                    open = true;
                    if let Some(stretch) = stretches.last_mut() {
                        extend(stretch, piece);
                    }
                }
                // The gradient says nothing about what happens at an event.
                Part::Event(_) => {}
                Part::Gap(_) => open = false,
            }
        }
        Profile {
            curve: report.curve.clone(),
            stretches,
            kinks: report.kinks.clone(),
            tolerance: report.tolerance,
            refuted: report.verdict.is_violation(),
            relative_residual: report.relative_residual(),
        }
    }
}

fn start(piece: &Piece) -> ProfilePoint {
    let (t, value) = (piece.before.t, piece.before.value);
    ProfilePoint {
        t,
        value,
        rebuilt: value,
    }
}

fn extend(stretch: &mut Vec<ProfilePoint>, piece: &Piece) {
    let from = stretch.last().map_or(0.0, |point| point.rebuilt);
    // The value may have jumped since the last piece.
    stretch.push(ProfilePoint {
        t: piece.before.t,
        value: piece.before.value,
        rebuilt: from,
    });
    if let Ok(inner) = <&[[f64; 3]; 15]>::try_from(&piece.nodes[1..piece.nodes.len() - 1]) {
        let running = Kronrod::running(&inner.map(|node| node[2]), piece.length());
        let points = inner.iter().zip(running);
        stretch.extend(points.map(|([t, value, _], running)| ProfilePoint {
            t: *t,
            value: *value,
            rebuilt: from + running,
        }));
    }
    stretch.push(ProfilePoint {
        t: piece.after.t,
        value: piece.after.value,
        rebuilt: from + piece.integral.value,
    });
}
