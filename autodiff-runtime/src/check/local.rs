//! A function near one point, in a few directions, with some of its decisions held.

use crate::check::oracle::Function;
use crate::check::random::SplitMix64;
use crate::check::record::{Seen, same_site};
use crate::decision::Decision;
use crate::field::Site;
use crate::selection::{Selection, Visit};

/// Directions that are looked at; in higher dimension a random subspace stands for all, smaller if each direction is
/// dear. The restriction of a conservative field to a subspace is conservative for the restricted function.
const DIRECTIONS: usize = 24;
const FEW: usize = 8;
const DEAR: usize = 1000;

/// One visit of one site, whatever the others do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tied {
    pub(crate) site: &'static Site,
    pub(crate) occurrence: u32,
}

/// A selection that answers for some visits and takes the default elsewhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    pub(crate) answers: Vec<(Tied, Decision)>,
    visits: Vec<Seen>,
    seen: Vec<u32>,
}

impl Held {
    pub(crate) fn new(answers: Vec<(Tied, Decision)>) -> Self {
        let seen = vec![0; answers.len()];
        Held {
            answers,
            visits: Vec::new(),
            seen,
        }
    }

    fn answer(&mut self, visit: &Visit) -> Decision {
        let mut found = visit.default;
        for ((tied, decision), seen) in self.answers.iter().zip(&mut self.seen) {
            if same_site(tied.site, visit.site) {
                if *seen == tied.occurrence {
                    found = *decision;
                }
                *seen += 1;
            }
        }
        found
    }
}

impl Selection for Held {
    fn decide(&mut self, visit: &Visit) -> Decision {
        let decision = self.answer(visit);
        self.visits.push(Seen {
            site: visit.site,
            margin: visit.margin,
            decision,
        });
        decision
    }
}

/// One evaluation.
#[derive(Clone, Debug)]
pub(crate) struct Here {
    pub(crate) value: f64,
    gradient: Vec<f64>,
    pub(crate) visits: Vec<Seen>,
}

impl Here {
    /// Whether both took the same decisions.
    pub(crate) fn is_alike(&self, other: &Here) -> bool {
        let same = |(a, b): (&Seen, &Seen)| same_site(a.site, b.site) && a.side() == b.side();
        self.visits.len() == other.visits.len() && self.visits.iter().zip(&other.visits).all(same)
    }

    /// The margin of one visit, or NaN if it was not made.
    pub(crate) fn margin(&self, tied: &Tied) -> f64 {
        let visits = self
            .visits
            .iter()
            .filter(|seen| same_site(seen.site, tied.site));
        visits
            .map(|seen| seen.margin)
            .nth(tied.occurrence as usize)
            .unwrap_or(f64::NAN)
    }
}

/// The function in coordinates of a few directions around a point.
pub(crate) struct Local<'a> {
    function: &'a Function<'a>,
    base: Vec<f64>,
    size: f64,
    directions: Vec<Vec<f64>>,
    pub(crate) spent: usize,
}

impl<'a> Local<'a> {
    pub(crate) fn new(
        function: &'a Function<'a>,
        base: &[f64],
        size: f64,
        rng: &mut SplitMix64,
    ) -> Self {
        let p = base.len();
        let unit = |i: usize| (0..p).map(|j| if i == j { 1.0 } else { 0.0 }).collect();
        let directions = match p <= DIRECTIONS {
            true => (0..p).map(unit).collect(),
            false => (0..if p < DEAR { DIRECTIONS } else { FEW })
                .map(|_| rng.direction(p))
                .collect(),
        };
        Local {
            function,
            base: base.to_vec(),
            size,
            directions,
            spent: 0,
        }
    }

    pub(crate) fn dimension(&self) -> usize {
        self.directions.len()
    }

    pub(crate) fn base(&self) -> &[f64] {
        &self.base
    }

    /// The scale of the parameters, for steps and for what counts as near.
    pub(crate) fn size(&self) -> f64 {
        self.size
    }

    pub(crate) fn point(&self, z: &[f64]) -> Vec<f64> {
        let mut x = self.base.clone();
        for (z, direction) in z.iter().zip(&self.directions) {
            x.iter_mut().zip(direction).for_each(|(x, d)| *x += z * d);
        }
        x
    }

    /// The direction in the space of the parameters.
    pub(crate) fn lift(&self, d: &[f64]) -> Vec<f64> {
        let mut lifted = vec![0.0; self.base.len()];
        for (d, direction) in d.iter().zip(&self.directions) {
            lifted
                .iter_mut()
                .zip(direction)
                .for_each(|(x, y)| *x += d * y);
        }
        lifted
    }

    pub(crate) fn evaluate(&mut self, z: &[f64], answers: &[(Tied, Decision)]) -> Here {
        let mut held = Held::new(answers.to_vec());
        let (value, gradient) = (self.function)(&self.point(z), &mut held);
        self.spent += 1;
        Here {
            value,
            gradient,
            visits: held.visits,
        }
    }

    /// Derivatives in the directions.
    pub(crate) fn slopes(&self, here: &Here) -> Vec<f64> {
        self.directions
            .iter()
            .map(|d| dot(d, &here.gradient))
            .collect()
    }
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    // A direction without a component says nothing about it, not even if it is infinite.
    a.iter()
        .zip(b)
        .map(|(a, b)| if *a == 0.0 { 0.0 } else { a * b })
        .sum()
}

pub(crate) fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// `a + s·b`.
pub(crate) fn along(a: &[f64], s: f64, b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + s * b).collect()
}
