//! A bundle method for nonsmooth functions that are not sampled.

mod critical;
mod elements;
mod field;
mod hull;
mod metric;
mod polish;
mod search;
mod steps;

use core::fmt;
use core::ops::ControlFlow;

use super::run::{Progress, Stop};
use crate::check::{IntoGradient, flat};
use crate::point::Function;
use crate::selection::Selection;

/// When [`minimize_nonsmooth`] stops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NonsmoothOptions {
    /// Evaluations of value and gradient, at most.
    pub evaluations: usize,
    /// What counts as 0 of the least norm of a hull, over the norms of the gradients that it is the hull of.
    pub tolerance: f64,
    /// How near a gradient has to be taken to count as one of the point, over `1 + |x|`; at the end perhaps less.
    pub radius: f64,
    /// Seed of the few points that are drawn at random, see [`minimize_nonsmooth`].
    pub seed: u64,
}

impl Default for NonsmoothOptions {
    /// 20,000 evaluations, tolerance and radius 10⁻⁶.
    fn default() -> Self {
        NonsmoothOptions {
            evaluations: 20_000,
            tolerance: 1e-6,
            radius: 1e-6,
            seed: 1,
        }
    }
}

impl NonsmoothOptions {
    /// At most so many evaluations.
    #[must_use]
    pub const fn evaluations(self, evaluations: usize) -> NonsmoothOptions {
        NonsmoothOptions {
            evaluations,
            ..self
        }
    }

    /// With this tolerance.
    #[must_use]
    pub const fn tolerance(self, tolerance: f64) -> NonsmoothOptions {
        NonsmoothOptions { tolerance, ..self }
    }

    /// With this radius.
    #[must_use]
    pub const fn radius(self, radius: f64) -> NonsmoothOptions {
        NonsmoothOptions { radius, ..self }
    }
}

/// Why [`minimize_nonsmooth`] stopped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NonsmoothStop {
    /// 0 is, to the tolerance, in the convex hull of the *field* at the point: of the gradients that the branches at its kinks lead to, where
    /// a margin within the radius counts as a tie. No descent was found along the least element nor along gradients nearby.
    Field {
        /// The norm of the least element of the hull.
        norm: f64,
        /// The mean norm of the elements that this one is made of.
        made_of: f64,
        /// How many elements were listed.
        elements: usize,
    },
    /// 0 is, to the tolerance, in the convex hull of gradients within the radius (Goldstein's subdifferential). No descent was found either.
    Nearby {
        /// The norm of the least element of the hull.
        norm: f64,
        /// The mean norm of the gradients that this one is made of; of a single one, the largest within the radius.
        made_of: f64,
        /// How many gradients are in the bundle.
        elements: usize,
    },
    /// The gradients promise a fall that is smaller than what rounding does to the values: the point may be critical or not.
    Rounding {
        /// The norm of the least element of the hull.
        norm: f64,
        /// The mean norm of the gradients that this one is made of.
        made_of: f64,
    },
    /// The function falls as far as one can see: to −∞, or 10³⁰ away. It is unbounded below, or approaches its infimum far away.
    Unbounded {
        /// How far from the start that was seen.
        distance: f64,
    },
    /// The evaluations are used up.
    Evaluations,
    /// No descent was found where the gradients promise it, and it is not rounding of the last digits: a jump, a gradient that is not one of the
    /// function, or digits that the function itself loses.
    Stalled,
    /// The callback asked for it.
    Callback,
    /// Value or gradient at the start are not finite.
    NotFinite(Stop),
}

impl NonsmoothStop {
    /// Whether the point is critical to the tolerance.
    #[must_use]
    pub const fn is_critical(&self) -> bool {
        matches!(
            self,
            NonsmoothStop::Field { .. } | NonsmoothStop::Nearby { .. }
        )
    }
}

impl fmt::Display for NonsmoothStop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NonsmoothStop::Field {
                norm,
                made_of,
                elements,
            } => write!(
                f,
                "critical: least norm {norm:.1e}, of norms of {made_of:.1e}, in the hull of elements of the field ({elements})"
            ),
            NonsmoothStop::Nearby {
                norm,
                made_of,
                elements,
            } => write!(
                f,
                "critical: least norm {norm:.1e}, of norms of {made_of:.1e}, in the hull of gradients nearby ({elements})"
            ),
            NonsmoothStop::Rounding { norm, made_of } => write!(
                f,
                "limited by rounding of the values: least norm {norm:.1e}, of norms of {made_of:.1e}"
            ),
            NonsmoothStop::Unbounded { distance } => write!(
                f,
                "unbounded below as far as can be seen, {distance:.1e} from the start"
            ),
            NonsmoothStop::Evaluations => f.write_str("the evaluations are used up"),
            NonsmoothStop::Stalled => {
                f.write_str("no descent was found where gradients promise it")
            }
            NonsmoothStop::Callback => f.write_str("stopped by the callback"),
            NonsmoothStop::NotFinite(stop) => write!(f, "at the start {stop}"),
        }
    }
}

/// What [`minimize_nonsmooth`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct NonsmoothOutcome {
    /// Where.
    pub parameters: Vec<f64>,
    /// The value there: the smallest of all steps.
    pub value: f64,
    /// Evaluations of value and gradient.
    pub evaluations: usize,
    /// Steps to a lower point.
    pub serious: usize,
    /// Steps that found a gradient beyond a kink in place of a lower point.
    pub null: usize,
    /// Why it ended.
    pub stop: NonsmoothStop,
}

/// Minimises a function with kinks: quasi-Newton steps where that works, a bundle of gradients where kinks are in the way, and the field as
/// a test of whether the point is critical.
///
/// `f` gives value and gradient under a selection: of an annotated `loss`, `|x, selection| loss::value_and_grad_with(selection, x)`.
/// Of one whose parameter is a struct, [`check::parameters`](crate::check::parameters)`(&start, |selection, p| loss::value_and_grad_with(selection, p))`
/// makes such a function, and [`check::coordinates`](crate::check::coordinates)`(&start)` the list to start from.
///
/// At a point with the bundle of gradients g_i, the direction is −H·Σ λ_i·g_i, the element of least norm of the bundle's hull in the metric of H.
/// H is updated as in BFGS, and the line search asks for the weak conditions of Wolfe (Lewis and Overton, *Nonsmooth optimization via quasi-Newton
/// methods*, Math. Program. 141, 2013). If no lower point is further than the radius, there is a kink in between: the gradient beyond it
/// falls less steeply along the direction, joins the bundle, and the next direction takes it into account (Wolfe 1975; Mahdavi-Amiri and
/// Yousefpour, *An effective nonsmooth optimization algorithm for locally Lipschitz functions*, JOTA 155, 2012). A bundle whose hull comes within
/// the tolerance of 0 shows that the point is nearly critical in the sense of Goldstein.
///
/// Where kinks tie, [`vertices`](crate::point::vertices()) tells so with fewer evaluations: they are the second criterion. Since a field may hold 0
/// at a point that is not critical for the function (an artefact of the choice at kinks), neither criterion ends the run before the least element,
/// from the radius to ten times 1 + |x|, and two gradients at points drawn within the radius have been tried as descent directions.
///
/// What counts as 0 is a norm beside those of the gradients it comes from, so that units and offsets of the function do not matter. Where
/// values within the radius may still differ by more than 10⁻⁴ of the fall since the start, or of 1 + |f|, the run goes on with a smaller
/// radius, for as many evaluations again.
///
/// The metric takes n² numbers. Nothing is claimed of convergence: the proofs for such bundles do without the metric.
///
/// ```
/// use autodiff_runtime::optim::{NonsmoothOptions, minimize_nonsmooth};
/// use autodiff_runtime::Selection;
/// // max(|x|, |y - 1|) + y²/4, without sites; of an annotated `f`, `|x, sel| f::value_and_grad_with(sel, x)`
/// let f = |x: &[f64], _: &mut dyn Selection| {
///     let (a, b) = (x[0].abs(), (x[1] - 1.0).abs());
///     let max = if a > b { [x[0].signum(), 0.0] } else { [0.0, (x[1] - 1.0).signum()] };
///     (a.max(b) + x[1] * x[1] / 4.0, [max[0], max[1] + x[1] / 2.0])
/// };
/// let found = minimize_nonsmooth(f, &[3.0, -2.0], &NonsmoothOptions::default());
/// assert!(found.stop.is_critical() && (found.value - 0.25).abs() < 1e-6);
/// ```
pub fn minimize_nonsmooth<F, G>(f: F, start: &[f64], options: &NonsmoothOptions) -> NonsmoothOutcome
where
    F: Fn(&[f64], &mut dyn Selection) -> (f64, G),
    G: IntoGradient,
{
    minimize_nonsmooth_with(f, start, options, |_| ControlFlow::Continue(()))
}

/// As [`minimize_nonsmooth`], and asks `callback` at every lower point whether to go on.
pub fn minimize_nonsmooth_with<F, G>(
    f: F,
    start: &[f64],
    options: &NonsmoothOptions,
    mut callback: impl FnMut(&Progress<'_>) -> ControlFlow<()>,
) -> NonsmoothOutcome
where
    F: Fn(&[f64], &mut dyn Selection) -> (f64, G),
    G: IntoGradient,
{
    steps::run(&flat(f), start, options, &mut callback)
}

/// One evaluation.
#[derive(Clone, Debug)]
struct Sample {
    x: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

impl Sample {
    fn is_finite(&self) -> bool {
        self.value.is_finite() && self.gradient.iter().all(|g| g.is_finite())
    }
}

/// The function, and how often it may still be evaluated.
struct Objective<'a> {
    function: &'a Function<'a>,
    spent: usize,
    most: usize,
    /// A power of two that gradients are multiplied with, so that the first one is of size 1 and no product of two overflows.
    scale: f64,
}

impl Objective<'_> {
    fn evaluate(&mut self, x: Vec<f64>) -> Option<Sample> {
        if self.spent >= self.most {
            return None;
        }
        self.spent += 1;
        let (value, gradient) = (self.function)(&x, &mut crate::selection::Plain);
        let gradient = self.scaled(gradient);
        Some(Sample { x, value, gradient })
    }

    fn is_spent(&self) -> bool {
        self.spent >= self.most
    }

    fn scaled(&self, mut gradient: Vec<f64>) -> Vec<f64> {
        gradient.iter_mut().for_each(|g| *g *= self.scale);
        gradient
    }

    /// What a slope of 1, as it is scaled, is in units of the values.
    fn unit(&self) -> f64 {
        1.0 / self.scale
    }

    /// Differences of values that rounding may make, of the values themselves and of the points.
    fn noise(&self, at: &Sample) -> f64 {
        let by_point = at.gradient.iter().zip(&at.x).map(|(g, x)| (g * x).abs());
        64.0 * f64::EPSILON * (at.value.abs() + by_point.sum::<f64>() * self.unit())
    }
}
