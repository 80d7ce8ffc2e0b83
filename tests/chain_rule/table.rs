//! What a program with a known verdict is.

use conservative_grad::check::{IntoGradient, Region, Report, Verdict};
use conservative_grad::{Selection, Site};

/// Value and gradient at a point, under a selection.
pub(crate) type Run = fn(&[f64], &mut dyn Selection) -> (f64, Vec<f64>);

/// Programs that are right or wrong for the same sort of reason.
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) programs: &'static [Program],
}

pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// The box that curves are drawn from.
    pub(crate) sides: &'static [(f64, f64)],
    pub(crate) run: Run,
    pub(crate) expected: Expected,
}

/// The verdict that mathematics gives. A site is told by its source; of several equally right ones, separated by `; `, any
/// will do, and `""` stands for none, where no decision tells the place.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expected {
    /// An element of a conservative field: may never be refuted.
    Conservative,
    /// The same, but the checker need not come to a conclusion, for the reason given.
    Unsettled(&'static str),
    /// No element of any conservative field, and curves can tell: the kind, and the site.
    Refuted(Verdict, &'static str),
    /// The same, and wrong in two ways.
    Either([Verdict; 2], &'static str),
}

impl Expected {
    pub(crate) fn is_conservative(self) -> bool {
        matches!(self, Expected::Conservative | Expected::Unsettled(_))
    }

    /// Why it may be inconclusive.
    pub(crate) fn excuse(self) -> Option<&'static str> {
        match self {
            Expected::Unsettled(why) => Some(why),
            _ => None,
        }
    }

    /// Whether the report says what it should, of an inconclusive one whether it may be.
    pub(crate) fn agrees(self, report: &Report) -> bool {
        match self {
            Expected::Conservative => report.verdict() == Verdict::NoViolationFound,
            Expected::Unsettled(_) => report.is_compliant(),
            Expected::Refuted(verdict, site) => says(report, verdict, site),
            Expected::Either(verdicts, site) => verdicts.iter().any(|v| says(report, *v, site)),
        }
    }
}

/// Whether the first violation is of this kind and at one of these sites.
fn says(report: &Report, verdict: Verdict, sites: &str) -> bool {
    let first = report.violations().first();
    report.verdict() == verdict
        && first.is_some_and(|violation| {
            let found = source_of(violation.site);
            violation.failure.verdict() == verdict && sites.split("; ").any(|site| site == found)
        })
}

fn source_of(site: Option<&'static Site>) -> &'static str {
    site.map_or("", |site| site.source)
}

impl Program {
    pub(crate) fn region(&self) -> Region {
        let sides: Vec<_> = self.sides.iter().map(|(low, high)| *low..*high).collect();
        Region::from(sides)
    }
}

/// Value and gradient as the table wants them.
pub(crate) fn flat<G: IntoGradient>((value, gradient): (f64, G)) -> (f64, Vec<f64>) {
    (value, gradient.into_gradient())
}

/// One line of a family: the title; the annotated function and which coordinates it takes, or `[..]`, all of them as a
/// slice, or `by_hand` and a function of the shape [`Run`]; the box; the verdict.
macro_rules! program {
    ($name:literal, by_hand $f:ident, $sides:expr, $expected:expr) => {
        program!(@ $name, $f, $sides, $expected)
    };
    ($name:literal, $f:ident($($i:literal),+), $sides:expr, $expected:expr) => {
        program!(@ $name, |x, sel| $crate::table::flat($f::value_and_grad_with(sel, $(x[$i]),+)), $sides, $expected)
    };
    ($name:literal, $f:ident[..], $sides:expr, $expected:expr) => {
        program!(@ $name, |x, sel| $crate::table::flat($f::value_and_grad_with(sel, x)), $sides, $expected)
    };
    (@ $name:literal, $run:expr, $sides:expr, $expected:expr) => {
        $crate::table::Program {
            name: $name,
            sides: &$sides,
            run: $run,
            expected: $expected,
        }
    };
}
pub(crate) use program;

/// Boxes that most programs share.
pub(crate) const LINE: [(f64, f64); 1] = [(-2.1, 1.9)];
pub(crate) const PLANE: [(f64, f64); 2] = [(-2.1, 1.9), (-1.8, 2.2)];
pub(crate) const SPACE: [(f64, f64); 3] = [(-2.1, 1.9), (-1.8, 2.2), (-2.0, 2.1)];
