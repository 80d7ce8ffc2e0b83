//! Finds where between two times the decisions change.
//!
//! The bracket is kept by the decisions themselves, so that it is right whatever the margins do;
//! the margin of the first decision that differs only says where to look next. With a margin
//! that is smooth and has a simple zero this takes about ten evaluations, and never many more than
//! bisection: ITP (Oliveira and Takahashi, *An enhancement of the bisection method average
//! performance preserving minmax optimality*, ACM TOMS 47, 2020).

use crate::check::oracle::{Oracle, Sample};

/// Width at which a change counts as located: 8u on curves parametrised over `[0, 1]`.
pub(crate) const WIDTH: f64 = 1.0 / (1u64 << 50) as f64;

/// The two sides of a change, at most [`WIDTH`] apart (or neighbouring floats).
#[derive(Clone, Debug)]
pub(crate) struct Bracket {
    pub(crate) before: Sample,
    pub(crate) after: Sample,
}

impl Bracket {
    fn width(&self) -> f64 {
        self.after.t - self.before.t
    }

    /// Not wider than `width`, or neighbouring floats.
    fn is_narrow(&self, width: f64) -> bool {
        let middle = self.before.t + 0.5 * self.width();
        self.width() <= width || middle <= self.before.t || middle >= self.after.t
    }
}

/// Narrows a bracket by what tells the two sides apart.
///
/// It ends at the given width. `is_before` is asked of samples in between; it holds for the left end and not for the right.
pub(crate) fn narrow(
    oracle: &mut Oracle,
    bracket: Bracket,
    width: f64,
    is_before: impl Fn(&Sample) -> bool,
) -> Bracket {
    let mut bracket = bracket;
    let mut search = Itp::new(bracket.width());
    while !bracket.is_narrow(width) {
        let t = next_time(&bracket, &mut search);
        let sample = oracle.sample(t);
        if is_before(&sample) {
            bracket.before = sample;
        } else {
            bracket.after = sample;
        }
    }
    bracket
}

/// Where the decisions of two samples first part; exact decisions unless `blurred`, where those
/// within rounding noise are passed over.
pub(crate) fn change(oracle: &mut Oracle, before: Sample, after: Sample, blurred: bool) -> Bracket {
    let left = before.clone();
    let is_before = move |s: &Sample| {
        if blurred {
            s.agrees(&left)
        } else {
            s.same(&left)
        }
    };
    narrow(oracle, Bracket { before, after }, WIDTH, is_before)
}

/// Where the value (or the slope) changes most abruptly: bisection towards the half with the larger change.
pub(crate) fn steepest(
    oracle: &mut Oracle,
    bracket: Bracket,
    of: impl Fn(&Sample) -> f64,
) -> Bracket {
    let mut bracket = bracket;
    while !bracket.is_narrow(WIDTH) {
        let middle = oracle.sample(bracket.before.t + 0.5 * bracket.width());
        let (left, here, right) = (of(&bracket.before), of(&middle), of(&bracket.after));
        if (here - left).abs() < (right - here).abs() {
            bracket.before = middle;
        } else {
            bracket.after = middle;
        }
    }
    bracket
}

fn next_time(bracket: &Bracket, search: &mut Itp) -> f64 {
    let (a, b) = (bracket.before.t, bracket.after.t);
    let guess = match margins(bracket) {
        Some((0.0, _)) => (a + search.off_tie()).min(0.5 * (a + b)),
        Some((_, 0.0)) => (b - search.off_tie()).max(0.5 * (a + b)),
        Some((low, high)) if low * high < 0.0 => search.guess(a, b, low, high),
        _ => 0.5 * (a + b),
    };
    search.step += 1;
    inside(guess, a, b)
}

/// Keeps a guess off the ends: by a quarter of the wanted width, so that one more step ends the search.
fn inside(guess: f64, a: f64, b: f64) -> f64 {
    let edge = 0.25 * WIDTH;
    let t = guess.max(a + edge).min(b - edge);
    if t > a && t < b { t } else { a + 0.5 * (b - a) }
}

/// Margins at both ends of the first decision that differs.
fn margins(bracket: &Bracket) -> Option<(f64, f64)> {
    let (low, high) = (&bracket.before.record, &bracket.after.record);
    let i = low.first_difference(high)?;
    let (low, high) = (low.visits[i].margin, high.visits[i].margin);
    (low.is_finite() && high.is_finite()).then_some((low, high))
}

/// Interpolate, truncate, project: regula falsi that may not fall behind bisection.
struct Itp {
    budget: i32,
    step: i32,
    truncation: f64,
    ties: i32,
}

impl Itp {
    fn new(width: f64) -> Self {
        let halvings = (width / WIDTH).log2().ceil().max(0.0) as i32;
        Itp {
            budget: halvings + 1,
            step: 0,
            truncation: 0.2 / width,
            ties: 0,
        }
    }

    /// How far to step away from an end that is exactly on the kink: little at first, for a kink is
    /// mostly one point, then by factors, for in low precision it can be a whole stretch.
    fn off_tie(&mut self) -> f64 {
        self.ties += 1;
        0.5 * WIDTH * 16f64.powi(self.ties - 1)
    }

    fn guess(&self, a: f64, b: f64, low: f64, high: f64) -> f64 {
        let middle = 0.5 * (a + b);
        let secant = a + (b - a) * (low / (low - high));
        let towards = (middle - secant).signum();
        let shift = (self.truncation * (b - a) * (b - a)).min((middle - secant).abs());
        let truncated = secant + towards * shift;
        let radius = (0.5 * WIDTH * 2f64.powi(self.budget - self.step) - 0.5 * (b - a)).max(0.0);
        middle + (truncated - middle).clamp(-radius, radius)
    }
}
