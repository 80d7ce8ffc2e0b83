//! What the branches at the ties of a point lead to.
//!
//! In a run whose control flow stands, the gradient is a polynomial in the weights of the ties, of degree one in each. A tie
//! that does not matter is one whose weight does not occur in it: setting that weight to 0 and to 1 while the others are
//! random gives the same gradient (almost surely: Schwartz and Zippel). Only what matters is enumerated.

use core::fmt;

use super::script::{Met, Script};
use super::{Chosen, Function, Options, flat, positive_zeros};
use crate::check::{IntoGradient, SplitMix64};
use crate::decision::Decision;
use crate::field::{SiteKey, SiteKind};
use crate::selection::Selection;

/// The elements of a field at a point that the branches at its ties lead to.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug)]
pub struct Vertices {
    /// The value of the function.
    pub value: f64,
    /// Different gradients, each with one way to get it. The first is that of the default choices' nearest branches.
    pub elements: Vec<Element>,
    /// Whether all are listed.
    pub extent: Extent,
    /// Ties that were met.
    pub ties: usize,
    /// Ties that make a difference to the gradient.
    pub relevant: usize,
    /// Branches of the control flow that were not flipped, since the value of the function would change.
    pub dropped: usize,
    /// Evaluations that were needed.
    pub evaluations: usize,
}

/// One of them.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// The gradient.
    pub gradient: Vec<f64>,
    /// What was decided at the ties that matter.
    pub chosen: Vec<Chosen>,
}

/// Whether all elements are listed.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All branches of all ties that matter.
    All,
    /// The number of evaluations did not suffice.
    CutShort,
    /// All branches, but one of the ties is an isolated kink of several variables (a norm at 0): its field is a ball, of which two
    /// elements are listed.
    Sampled,
}

/// Lists the elements of the field at `x` that the branches at ties lead to.
///
/// Kinks are taken on either side. A branch of the control flow is flipped only where the value of the function stays
/// what it is, to 64 units in the last place of its terms (what changes the value leads to another function).
/// The elements are those of a conservative field; its convex hull is one as well. They need not be Clarke
/// subgradients: see [`lock`](super::lock()).
///
/// ```
/// use autodiff_runtime::point::{Extent, Options, vertices};
/// let smooth = |x: &[f64], _: &mut dyn autodiff_runtime::Selection| (x[0] * x[0], 2.0 * x[0]);
/// let found = vertices(smooth, &[3.0], &Options::default());
/// assert_eq!((found.elements.len(), found.extent), (1, Extent::All));
/// assert_eq!(found.elements[0].gradient, [6.0]);
/// ```
pub fn vertices<F, G>(f: F, x: &[f64], options: &Options) -> Vertices
where
    F: Fn(&[f64], &mut dyn Selection) -> (f64, G),
    G: IntoGradient,
{
    enumerate(&flat(f), x, options)
}

pub(super) fn enumerate(function: &Function<'_>, x: &[f64], options: &Options) -> Vertices {
    let mut search = Search {
        function,
        x,
        rng: SplitMix64::new(options.seed),
        left: options.evaluations,
        value: f64::NAN,
        granted: 0.0,
        found: Vertices {
            value: f64::NAN,
            elements: Vec::new(),
            extent: Extent::All,
            ties: 0,
            relevant: 0,
            dropped: 0,
            evaluations: 0,
        },
    };
    search.descend(Vec::new(), None);
    search.found.evaluations = options.evaluations - search.left;
    search.found
}

struct Search<'a> {
    function: &'a Function<'a>,
    x: &'a [f64],
    rng: SplitMix64,
    left: usize,
    value: f64,
    /// By how much values of one function differ.
    granted: f64,
    found: Vertices,
}

struct Run {
    value: f64,
    gradient: Vec<f64>,
    met: Vec<Met>,
}

impl Search<'_> {
    /// Runs under a list of answers; without an answer, ties of kinks take the side their default is nearest to.
    fn run(&mut self, answers: &[Option<Decision>]) -> Option<Run> {
        if self.left == 0 {
            self.found.extent = Extent::CutShort;
            return None;
        }
        self.left -= 1;
        let mut nearest = |_: usize, met: &Met| match met.site.kind {
            SiteKind::Kink => side(met.default.weight() > 0.5),
            SiteKind::Branch | SiteKind::Boundary => met.default,
        };
        let mut script = Script::new(answers, &mut nearest);
        let (value, gradient) = (self.function)(self.x, &mut script);
        let met = script.met;
        Some(Run {
            value,
            gradient: positive_zeros(gradient),
            met,
        })
    }

    /// The element that some answers lead to, and then those that differ from it in one tie after these, and in more after
    /// that one: so every list of sides is run once.
    fn descend(&mut self, given: Vec<Option<Decision>>, parent: Option<&Visits>) {
        let Some(run) = self.run(&given) else { return };
        if self.value.is_nan() {
            (self.value, self.found.value) = (run.value, run.value);
            let terms = self.x.iter().zip(&run.gradient);
            let terms: f64 = terms.map(|(x, g)| (x * g).abs()).sum();
            self.granted = 64.0 * f64::EPSILON * (run.value.abs() + terms);
        } else if (run.value - self.value).abs() > self.granted {
            self.found.dropped += 1;
            return;
        }
        let visits = match parent.filter(|parent| parent.same(&run)) {
            Some(parent) => parent.clone(),
            None => self.examine(&given, &run),
        };
        self.insert(&run, &visits);
        for n in (given.len()..run.met.len()).filter(|n| visits.matters[*n]) {
            let mut flipped: Vec<Option<Decision>> = Vec::with_capacity(n + 1);
            let before = run.met[..n].iter();
            flipped.extend(before.map(|met| met.is_tie().then_some(met.decision)));
            flipped.push(Some(side(run.met[n].decision.weight() <= 0.5)));
            self.descend(flipped, Some(&visits));
        }
    }

    /// Which ties of a run make a difference.
    fn examine(&mut self, given: &[Option<Decision>], run: &Run) -> Visits {
        let ties: Vec<usize> = (0..run.met.len())
            .filter(|n| run.met[*n].is_tie())
            .collect();
        let mut visits = Visits::of(run);
        for n in &ties {
            visits.matters[*n] = match run.met[*n].site.kind {
                SiteKind::Kink => self.matters(given, &visits, &ties, *n, run),
                SiteKind::Branch => true,
                SiteKind::Boundary => false,
            };
        }
        let relevant = visits.matters.iter().filter(|matters| **matters).count();
        self.found.ties = self.found.ties.max(ties.len());
        self.found.relevant = self.found.relevant.max(relevant);
        let isolated = |n: &usize| visits.matters[*n] && is_isolated(&run.met[*n]);
        if ties.iter().any(isolated) && self.found.extent == Extent::All {
            self.found.extent = Extent::Sampled;
        }
        visits
    }

    /// True if the weight of a tie occurs in the gradient, or decides what is visited.
    fn matters(
        &mut self,
        given: &[Option<Decision>],
        visits: &Visits,
        ties: &[usize],
        tie: usize,
        run: &Run,
    ) -> bool {
        for _ in 0..2 {
            let mut answers = given.to_vec();
            answers.resize(run.met.len(), None);
            for n in ties {
                let met = &run.met[*n];
                answers[*n] = Some(match met.site.kind {
                    SiteKind::Kink => Decision::Tie(self.rng.between(0.1, 0.9)),
                    SiteKind::Branch | SiteKind::Boundary => met.decision,
                });
            }
            let mut gradient = |decision: Decision| {
                answers[tie] = Some(decision);
                self.run(&answers).filter(|run| visits.same(run))
            };
            let (below, above) = (gradient(Decision::Below), gradient(Decision::Above));
            let (Some(below), Some(above)) = (below, above) else {
                return true;
            };
            if differ(&below.gradient, &above.gradient) {
                return true;
            }
        }
        false
    }

    fn insert(&mut self, run: &Run, visits: &Visits) {
        let mut known = self.found.elements.iter();
        if known.any(|element| !differ(&element.gradient, &run.gradient)) {
            return;
        }
        let matter = run
            .met
            .iter()
            .zip(&visits.matters)
            .filter(|(_, matters)| **matters);
        let chosen = matter.map(|(met, _)| Chosen {
            site: met.site,
            occurrence: met.occurrence,
            decision: met.decision,
        });
        self.found.elements.push(Element {
            chosen: chosen.collect(),
            gradient: run.gradient.clone(),
        });
    }
}

/// What a run visited, and which of the visits make a difference.
#[derive(Clone, Debug)]
struct Visits {
    visited: Vec<(SiteKey, bool)>,
    matters: Vec<bool>,
}

impl Visits {
    fn of(run: &Run) -> Visits {
        Visits {
            visited: run
                .met
                .iter()
                .map(|met| (met.site.key(), met.is_tie()))
                .collect(),
            matters: vec![false; run.met.len()],
        }
    }

    fn same(&self, run: &Run) -> bool {
        let visited = run.met.iter().map(|met| (met.site.key(), met.is_tie()));
        self.visited.len() == run.met.len() && visited.eq(self.visited.iter().copied())
    }
}

/// A norm at 0.
pub(super) fn is_isolated(met: &Met) -> bool {
    met.site.field == "unit ball"
}

const fn side(above: bool) -> Decision {
    if above {
        Decision::Above
    } else {
        Decision::Below
    }
}

/// Beyond rounding.
fn differ(a: &[f64], b: &[f64]) -> bool {
    let size = a.iter().chain(b).fold(0.0_f64, |m, g| m.max(g.abs()));
    let near = |(a, b): (&f64, &f64)| a == b || (a - b).abs() <= 64.0 * f64::EPSILON * size;
    !a.iter().zip(b).all(near)
}

impl fmt::Display for Vertices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Vertices {
            ties,
            relevant,
            dropped,
            elements,
            ..
        } = self;
        writeln!(
            f,
            "{} elements of a conservative field (not of the Clarke subdifferential); ties: {ties}, of which {relevant} matter",
            elements.len()
        )?;
        if *dropped > 0 {
            writeln!(
                f,
                "  branches not flipped, since the value would change: {dropped}"
            )?;
        }
        match self.extent {
            Extent::All => {}
            Extent::CutShort => writeln!(f, "  cut short after {} evaluations", self.evaluations)?,
            Extent::Sampled => {
                writeln!(
                    f,
                    "  with a norm at 0, of whose unit ball two elements are taken"
                )?;
            }
        }
        for element in elements {
            writeln!(f, "  {:?}", element.gradient)?;
            for chosen in &element.chosen {
                writeln!(f, "    {chosen}")?;
            }
        }
        Ok(())
    }
}
