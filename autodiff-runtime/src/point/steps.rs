//! How far one can go along a direction before a decision changes.
//!
//! The margins and their tangents give a first estimate (Araya-Polo and Hascoët, *Domain of validity of derivatives computed
//! by automatic differentiation*, INRIA RR-5237, 2004); running again at points of the interval verifies it, and where a decision
//! has changed, the interval is cut by bisection.

use super::script::{Met, Script};
use super::{Chosen, Function, flat, moved};
use crate::check::IntoGradient;
use crate::field::SiteKey;
use crate::selection::Selection;
use crate::trace::Side;

/// The largest step that is looked at, over the size of the point.
const LARGEST: f64 = 1e6;
/// Points of the interval at which decisions are compared.
const POINTS: usize = 16;

/// The steps `t` for which `x + t·direction` takes the decisions that `x` takes.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    /// The interval, verified by running again at points of it. Bounds are infinite if nothing was found.
    pub low: f64,
    /// Its upper bound.
    pub high: f64,
    /// What margins and their tangents say, to first order.
    pub estimate: (f64, f64),
    /// What is in the way backwards and forwards, to first order.
    pub limits: (Option<Chosen>, Option<Chosen>),
}

/// The interval of steps along a direction in which no decision changes.
///
/// A tie at `x` itself is left by every step that changes its margin; then the interval is empty, `0..0`.
///
/// ```
/// use autodiff_runtime::point::steps;
/// use autodiff_runtime::{Selection, Site, SiteKind, Ties};
/// static ABS: Site = Site {
///     id: 0, function: "f", module: "m", file: "src/m.rs", line: 3, column: 5, primitive: "abs", source: "x.abs()",
///     kind: SiteKind::Kink, stratum: "x = 0", field: "[-1, 1]", theta: 0.5, clarke: true, ties: Ties::all(0.5), listed: true,
/// };
/// let f = |x: &[f64], sel: &mut dyn Selection| {
///     let w = sel.weight(&ABS, x[0], x[0] > 0.0, x[0] == 0.0);
///     (x[0].abs(), 2.0 * w - 1.0)
/// };
/// let tangent = |x: &[f64], dx: &[f64], sel: &mut dyn Selection| {
///     let w = sel.weight_along(&ABS, (x[0], Some(dx[0])), x[0] > 0.0, x[0] == 0.0);
///     (x[0].abs(), (2.0 * w - 1.0) * dx[0])
/// };
/// let found = steps(f, tangent, &[3.0], &[-2.0]);
/// assert!((found.high - 1.5).abs() < 1e-9 && found.low == f64::NEG_INFINITY);
/// ```
pub fn steps<F, G, T>(f: F, tangent: T, x: &[f64], direction: &[f64]) -> Steps
where
    F: Fn(&[f64], &mut dyn Selection) -> (f64, G),
    G: IntoGradient,
    T: Fn(&[f64], &[f64], &mut dyn Selection) -> (f64, f64),
{
    assert_eq!(
        direction.len(),
        x.len(),
        "the direction has the length of the point"
    );
    let mut takes_default = |_: usize, met: &Met| met.default;
    let mut script = Script::new(&[], &mut takes_default);
    let _ = tangent(x, direction, &mut script);
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut limits = (None, None);
    for met in &script.met {
        let along = met.along.unwrap_or(0.0);
        let step = -met.margin / along;
        if along == 0.0 || step.is_nan() {
            continue;
        }
        if step >= 0.0 && step < high {
            (high, limits.1) = (step, Some(chosen(met)));
        }
        if step <= 0.0 && step > low {
            (low, limits.0) = (step, Some(chosen(met)));
        }
    }
    let function = flat(f);
    let cell = Cell {
        function: &function,
        x,
        direction,
        signature: signature(&function, x),
    };
    let size = x.iter().fold(1.0_f64, |m, x| m.max(x.abs()));
    Steps {
        low: -cell.reach(-low, -1.0, size),
        high: cell.reach(high, 1.0, size),
        estimate: (low, high),
        limits,
    }
}

struct Cell<'a> {
    function: &'a Function<'a>,
    x: &'a [f64],
    direction: &'a [f64],
    signature: Vec<(SiteKey, Side)>,
}

impl Cell<'_> {
    /// Whether the decisions at a step are those of the point.
    fn holds(&self, t: f64) -> bool {
        signature(self.function, &moved(self.x, t, self.direction)) == self.signature
    }

    /// The largest verified step, up to an estimate.
    fn reach(&self, estimate: f64, sign: f64, size: f64) -> f64 {
        let end = estimate.min(LARGEST * size);
        if end == 0.0 {
            return 0.0;
        }
        let mut inside = 0.0;
        for k in 1..=POINTS {
            // Not the end itself, where a decision ties.
            let t = end * k as f64 / POINTS as f64 * (1.0 - 1e-9);
            if !self.holds(sign * t) {
                return self.bisect(inside, t, sign);
            }
            inside = t;
        }
        match self.holds(sign * end * (1.0 + 1e-9)) {
            // The estimate was of first order: go on as long as nothing changes.
            true if estimate.is_finite() => self.onwards(end, sign, size),
            true => f64::INFINITY,
            false => end,
        }
    }

    fn onwards(&self, from: f64, sign: f64, size: f64) -> f64 {
        let mut inside = from;
        let mut outside = 2.0 * from;
        while outside < LARGEST * size {
            if !self.holds(sign * outside) {
                return self.bisect(inside, outside, sign);
            }
            (inside, outside) = (outside, 2.0 * outside);
        }
        f64::INFINITY
    }

    fn bisect(&self, mut inside: f64, mut outside: f64, sign: f64) -> f64 {
        for _ in 0..80 {
            let middle = 0.5 * (inside + outside);
            if middle <= inside || middle >= outside {
                break;
            }
            match self.holds(sign * middle) {
                true => inside = middle,
                false => outside = middle,
            }
        }
        inside
    }
}

fn signature(function: &Function<'_>, x: &[f64]) -> Vec<(SiteKey, Side)> {
    let mut takes_default = |_: usize, met: &Met| met.default;
    let mut script = Script::new(&[], &mut takes_default);
    let _ = function(x, &mut script);
    let met = script.met.iter();
    met.map(|met| (met.site.key(), met.decision.into()))
        .collect()
}

fn chosen(met: &Met) -> Chosen {
    Chosen {
        site: met.site,
        occurrence: met.occurrence,
        decision: met.decision,
    }
}
