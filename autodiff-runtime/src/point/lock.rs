//! Branch locking: the side of every tie that is taken when the point is left along directions, and the gradient there.
//!
//! A sweep of tangents along the first direction tells for every tie the sign of the derivative of its margin; where it is 0,
//! the next direction decides, and so on (lexicographically). Then one ordinary gradient is taken with these sides. For
//! operations that are piecewise smooth in their arguments (`abs`, `relu`, `max`, `clamp`, sorting, …) and as many independent directions as
//! there are inputs, it is a limit of gradients at nearby points: an element of the B-subdifferential.
//!
//! Khan and Barton, *A vector forward mode of automatic differentiation for generalized derivative evaluation*, OMS 30
//! (2015); Khan, *Branch-locking AD techniques for nonsmooth composite functions and nonsmooth implicit functions*, OMS 33
//! (2018); Kakade and Lee, *Provably correct automatic subdifferentiation for qualified programs*, NeurIPS 2018.

use super::probe::Probes;
use super::script::{Met, Script};
use super::{Chosen, Function, flat, positive_zeros};
use crate::check::{IntoGradient, SplitMix64};
use crate::decision::Decision;
use crate::field::SiteKind;
use crate::selection::Selection;

/// Derivative along a tangent, under a selection.
type Tangents<'a> = dyn Fn(&[f64], &[f64], &mut dyn Selection) -> (f64, f64) + 'a;

/// What [`lock`] found.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq)]
pub struct Locked {
    /// The value.
    pub value: f64,
    /// The gradient.
    pub gradient: Vec<f64>,
    /// What the gradient is.
    pub guarantee: Guarantee,
    /// The sides of the ties that the directions decided.
    pub chosen: Vec<Chosen>,
    /// How many of the directions were needed.
    pub columns: usize,
    /// Margins whose tangent was taken for 0, since it was rounding noise beside the others.
    pub rounded: usize,
}

/// What a locked gradient is.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guarantee {
    /// A limit of gradients at nearby points.
    Limit,
    /// An element of a conservative field and no more: a branch of the control flow does not settle near the point, the
    /// directions do not span the space and leave a tie undecided, or a tie is a norm at 0 or a hand-written rule, of which no side can be told.
    Conservative,
}

/// The gradient under the branches that are taken when `x` is left along `directions`.
///
/// `tangent` gives the derivative along a direction under a selection. For an annotated function of one slice:
/// `lock(|x, sel| f::value_and_grad_with(sel, x), |x, dx, sel| f::jvp_with(sel, x, dx), &x, &directions)`.
///
/// The first direction decides wherever it can. One direction that is in general position decides all ties of most
/// functions; [`axes`] and [`random_directions`] span the space.
///
/// # Panics
/// If a direction has not the length of `x`.
pub fn lock<F, G, T>(f: F, tangent: T, x: &[f64], directions: &[Vec<f64>]) -> Locked
where
    F: Fn(&[f64], &mut dyn Selection) -> (f64, G),
    G: IntoGradient,
    T: Fn(&[f64], &[f64], &mut dyn Selection) -> (f64, f64),
{
    locked(&flat(f), &tangent, x, directions)
}

/// The unit vectors, as directions.
#[must_use]
pub fn axes(dimension: usize) -> Vec<Vec<f64>> {
    let unit = |i| {
        (0..dimension)
            .map(|k| if k == i { 1.0 } else { 0.0 })
            .collect()
    };
    (0..dimension).map(unit).collect()
}

/// As many random directions as there are dimensions, which almost surely span the space.
#[must_use]
pub fn random_directions(dimension: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut rng = SplitMix64::new(seed);
    (0..dimension).map(|_| rng.direction(dimension)).collect()
}

pub(super) fn locked(
    function: &Function<'_>,
    tangent: &Tangents<'_>,
    x: &[f64],
    directions: &[Vec<f64>],
) -> Locked {
    for direction in directions {
        assert_eq!(
            direction.len(),
            x.len(),
            "a direction has the length of the point"
        );
    }
    let mut locks = Locks {
        answers: Vec::new(),
        probes: Probes::new(function, x, directions),
        columns: 0,
        rounded: 0,
    };
    let undecided = locks.decide(tangent, x, directions);
    let mut takes_default = |_: usize, met: &Met| met.default;
    let mut script = Script::new(&locks.answers, &mut takes_default);
    let (value, gradient) = function(x, &mut script);
    let ties = script.met.iter().filter(|met| met.is_tie());
    let answered = script.met.iter().zip(&locks.answers);
    let chosen = answered.filter(|(met, answer)| met.is_tie() && answer.is_some());
    let full = directions.len() >= x.len() && rank(directions) == x.len();
    let open = undecided.iter().any(|met| !full || !is_harmless(met));
    Locked {
        value,
        gradient: positive_zeros(gradient),
        guarantee: match open && ties.count() > 0 {
            true => Guarantee::Conservative,
            false => Guarantee::Limit,
        },
        chosen: chosen
            .map(|(met, _)| Chosen {
                site: met.site,
                occurrence: met.occurrence,
                decision: met.decision,
            })
            .collect(),
        columns: locks.columns,
        rounded: locks.rounded,
    }
}

/// A kink whose margin has the derivative 0 along all of the space: the derivatives of its sides are the same then.
fn is_harmless(met: &Met) -> bool {
    met.site.kind == SiteKind::Kink && met.along.is_some()
}

struct Locks {
    /// By number of the visit.
    answers: Vec<Option<Decision>>,
    probes: Probes,
    columns: usize,
    rounded: usize,
}

impl Locks {
    /// Sweeps until nothing is left to decide, and returns what no direction decides.
    fn decide(&mut self, tangent: &Tangents<'_>, x: &[f64], directions: &[Vec<f64>]) -> Vec<Met> {
        let mut column = 0;
        let mut open = Vec::new();
        while column < directions.len() {
            self.columns = self.columns.max(column + 1);
            let before = self.answers.clone();
            let met = self.sweep(tangent, x, &directions[column]);
            open = self.open(&met);
            // What is taken now was not what later visits were decided under.
            let turned = (0..met.len()).find(|n| {
                let was = before.get(*n).copied().flatten();
                was.is_none() && column > 0 && turns(&met[*n])
            });
            match turned {
                Some(n) if self.answers.iter().skip(n + 1).any(Option::is_some) => {
                    self.answers.truncate(n + 1);
                    column = 0;
                }
                _ if open.is_empty() => return open,
                _ => column += 1,
            }
        }
        if directions.is_empty() {
            let met = self.sweep(tangent, x, &vec![0.0; x.len()]);
            open = self.open(&met);
        }
        open
    }

    fn open(&self, met: &[Met]) -> Vec<Met> {
        let undecided = |(n, met): (usize, &Met)| {
            let answer = self.answers.get(n).copied().flatten();
            (met.is_tie() && answer.is_none()).then_some(*met)
        };
        met.iter().enumerate().filter_map(undecided).collect()
    }

    /// One sweep, in which a tie is decided as soon as it is met.
    fn sweep(&mut self, tangent: &Tangents<'_>, x: &[f64], direction: &[f64]) -> Vec<Met> {
        let answers = std::mem::take(&mut self.answers);
        let (mut scale, mut rounded) = (0.0_f64, 0);
        let mut fresh: Vec<(usize, Decision)> = Vec::new();
        let probes = &self.probes;
        let mut otherwise = |n: usize, met: &Met| {
            let along = met.along.unwrap_or(0.0);
            scale = scale.max(along.abs());
            let decided = match met.site.kind {
                SiteKind::Kink if along != 0.0 && along.abs() <= 16.0 * f64::EPSILON * scale => {
                    rounded += 1;
                    None
                }
                SiteKind::Kink if along > 0.0 => Some(Decision::Above),
                SiteKind::Kink if along < 0.0 => Some(Decision::Below),
                SiteKind::Kink | SiteKind::Boundary => None,
                SiteKind::Branch => probes.taken(met),
            };
            if let Some(decision) = decided {
                fresh.push((n, decision));
            }
            decided.unwrap_or(met.default)
        };
        let mut script = Script::new(&answers, &mut otherwise);
        let _ = tangent(x, direction, &mut script);
        let met = script.met;
        self.answers = answers;
        self.answers.resize(met.len(), None);
        for (n, decision) in fresh {
            self.answers[n] = Some(decision);
        }
        self.rounded = rounded;
        met
    }
}

/// True if a decision is not the one that would have been taken without it.
fn turns(met: &Met) -> bool {
    met.is_tie() && met.decision.weight() != met.default.weight()
}

/// The dimension of what directions span.
fn rank(directions: &[Vec<f64>]) -> usize {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for direction in directions {
        let mut rest = direction.clone();
        let size = dot(&rest, &rest).sqrt();
        for _ in 0..2 {
            for unit in &basis {
                let along = dot(&rest, unit);
                rest = super::moved(&rest, -along, unit);
            }
        }
        let left = dot(&rest, &rest).sqrt();
        if left > 1e-8 * size && size > 0.0 {
            basis.push(rest.iter().map(|r| r / left).collect());
        }
    }
    basis.len()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
