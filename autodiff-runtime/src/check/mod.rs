//! Tells whether a gradient obeys the chain rule along curves, kinks and all.
//!
//! What comes in is any function of the shape `Fn(&[f64], &mut dyn Selection) -> (value, gradient)`:
//! one that the compiler differentiated, or one by hand. What goes out is a [`Report`].
//!
//! A set-valued gradient field is *conservative* for `f` if along every absolutely continuous
//! curve `γ`, for almost every time, `d/dt f(γ(t)) = ⟨v, γ'(t)⟩` for every element `v` at `γ(t)`
//! (Bolte and Pauwels, *Conservative set valued fields, automatic differentiation, stochastic gradient
//! methods and deep learning*, Math. Program. 188, 2021). So the value of a curve's end less that of its start is
//! the integral of `⟨v, γ'⟩`, and that is what is tested here. No test at a single point can refute a field, and no
//! number of curves can prove one: [`Verdict`] says what each outcome claims.
//!
//! | test | catches | cannot see |
//! | --- | --- | --- |
//! | [`chain_rule`], [`chain_rule_along`] | derivatives wrong on open sets, missing terms, jumps (tiny ones too, if they add up), wrong values on a line | what happens on sets that the curve meets at isolated times; features thinner than the panels |
//! | the same, on curves inside a tie | tie weights that do not sum to one, detached equality branches | choices across the tie: any are conservative |
//! | [`closed_loop`] | gradients of no function at all | a gradient of the wrong function |
//! | [`on_stratum`] | choices that disagree along the tie | ties that are single points; functions that do not ask their selection |
//! | [`tangent()`] | a tangent that is not that of the gradient | what is wrong in both |
//! | [`conservative`] | all of these, and derivatives that are not bounded | what its random curves do not meet |
//!
//! A residual counts only above a tolerance that is made of the scale of the function, the estimated errors of the integral
//! and the rounding noise measured in the values, and only if it persists when the panels are doubled and shifted. So functions
//! computed in f32, or with cancellation, are not refuted for that.
//!
//! ```
//! use autodiff_runtime::check::{self, Options, Verdict};
//!
//! // |x| by hand, with the derivative +1 on both sides.
//! let wrong = |x: &[f64], _: &mut dyn autodiff_runtime::Selection| (x[0].abs(), vec![1.0]);
//! let report = check::chain_rule(wrong, &[-1.0], &[2.0], &Options::default());
//! assert_eq!(report.verdict(), Verdict::WrongDerivative);
//! ```

mod adapters;
mod arcs;
mod blame;
mod bounded;
mod chain_rule;
mod conservative;
mod curve;
mod display;
mod draw;
mod equality;
mod follow;
mod gradient;
mod graze;
mod growth;
mod inside;
mod judge;
mod jumps;
mod local;
mod locate;
mod met;
mod noise;
mod normals;
mod obligations;
mod options;
mod oracle;
mod parts;
#[cfg(feature = "plot")]
mod plot;
mod products;
mod profile;
mod quadrature;
mod random;
mod record;
mod region;
mod report;
mod scout;
mod screen;
mod stratum;
mod summary;
mod tangent;
mod text;
mod tolerance;
mod violations;
mod walk;
mod wild;

#[doc(hidden)]
pub use adapters::__private;
pub use adapters::{coordinates, parameters};
pub use curve::{Circle, Curve, Lissajous, Path, Polyline, Segment};
pub use gradient::IntoGradient;
pub use obligations::Broken;
pub use options::Options;
pub use profile::{Profile, ProfilePoint};
pub use random::SplitMix64;
pub use region::Region;
pub use report::{Cells, Choice, Crossing, Failure, Reason, Report, Verdict, Violation};
pub use tangent::{Disagreement, tangent};

use crate::selection::Selection;
use conservative::Job;
use judge::Test;

/// Tests the chain rule along the segment from one point to another.
///
/// For a function of one slice that the compiler differentiated, the closure is one line:
/// `|x, sel| loss::value_and_grad_with(sel, x)`. With several parameters it takes them out of the
/// slice; the gradient may be what the function returns ([`IntoGradient`]):
/// `|x, sel| model::value_and_grad_with(sel, &x[..3], x[3])`.
///
/// ```
/// use autodiff_runtime::check::{self, Options};
/// let report = check::chain_rule(|x, _| (x[0] * x[1], [x[1], x[0]]), &[0.0, 1.0], &[2.0, 3.0], &Options::default());
/// assert!(report.is_compliant());
/// println!("{report}");
/// ```
pub fn chain_rule<F, G>(f: F, from: &[f64], to: &[f64], options: &Options) -> Report
where
    F: Fn(&[f64], &mut dyn Selection) -> (f64, G),
    G: IntoGradient,
{
    chain_rule_along(f, &Segment::new(from, to), options)
}

/// Tests the chain rule along any piecewise smooth curve.
///
/// ```
/// use autodiff_runtime::check::{self, Circle, Options};
/// let circle = Circle::new(&[0.3, 0.1], &[1.0, 0.0], &[0.0, 1.0]);
/// let report = check::chain_rule_along(|x, _| (x[0] * x[1], [x[1], x[0]]), &circle, &Options::default());
/// assert!(report.is_compliant());
/// ```
pub fn chain_rule_along<F, G>(f: F, curve: &dyn Curve, options: &Options) -> Report
where
    F: Fn(&[f64], &mut dyn Selection) -> (f64, G),
    G: IntoGradient,
{
    chain_rule::along(Test::ChainRule, &flat(f), curve, options)
}

/// Tests that the integral of the gradient around the polygon with the given corners is 0.
///
/// This needs no values: it asks whether the gradient is that of *some* function. A gradient of the
/// wrong function passes, so test [`chain_rule`] too.
///
/// ```
/// use autodiff_runtime::check::{self, Options, Verdict};
/// // The rotation field has no potential.
/// let rotation = |x: &[f64], _: &mut dyn autodiff_runtime::Selection| (0.0, [-x[1], x[0]]);
/// let corners = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
/// let report = check::closed_loop(rotation, &corners, &Options::default());
/// assert_eq!(report.verdict(), Verdict::Circulation);
/// ```
pub fn closed_loop<F, G, P>(f: F, corners: &[P], options: &Options) -> Report
where
    F: Fn(&[f64], &mut dyn Selection) -> (f64, G),
    G: IntoGradient,
    P: AsRef<[f64]>,
{
    closed_loop_along(f, &Polyline::closed(corners), options)
}

/// As [`closed_loop`], around any closed curve.
///
/// # Panics
/// If the curve does not end where it starts.
pub fn closed_loop_along<F, G>(f: F, curve: &dyn Curve, options: &Options) -> Report
where
    F: Fn(&[f64], &mut dyn Selection) -> (f64, G),
    G: IntoGradient,
{
    let (mut start, mut end) = (vec![0.0; curve.dimension()], vec![0.0; curve.dimension()]);
    curve.point(0.0, &mut start);
    curve.point(1.0, &mut end);
    let gap = start
        .iter()
        .zip(&end)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max);
    let size = start.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    assert!(
        gap <= 1e-12 * (1.0 + size),
        "a closed curve ends where it starts; this one ends {gap} away"
    );
    chain_rule::along(Test::Loop, &flat(f), curve, options)
}

/// Tests the choices at a tie: along every direction that stays in the tie, all of them must give the derivative of
/// the function.
///
/// The point has to be on the tie to about seven digits; it is moved onto it. The function has to ask its selection,
/// and report margins. On ties that are single points there is nothing to test, and any choice is conservative.
///
/// ```
/// use autodiff_runtime::check::{self, Options, Verdict};
/// use autodiff_runtime::{Selection, Site, SiteKind, Ties};
/// static MAX: Site = Site {
///     id: 0, function: "f", module: "m", file: "src/m.rs", line: 3, column: 5, primitive: "max", source: "x.max(y)",
///     kind: SiteKind::Kink, stratum: "x = y", field: "", theta: 0.5, clarke: true, ties: Ties::all(0.5), listed: true,
/// };
/// // Weights that do not sum to one at the tie.
/// let wrong = |x: &[f64], sel: &mut dyn Selection| {
///     let w = sel.weight(&MAX, x[0] - x[1], x[0] > x[1], x[0] == x[1]);
///     let both = if w == 0.0 || w == 1.0 { [w, 1.0 - w] } else { [0.3, 0.3] };
///     (x[0].max(x[1]), both)
/// };
/// let report = check::on_stratum(wrong, &[0.7, 0.7], &Options::default());
/// assert_eq!(report.verdict(), Verdict::WrongChoice);
/// ```
pub fn on_stratum<F, G>(f: F, point: &[f64], options: &Options) -> Report
where
    F: Fn(&[f64], &mut dyn Selection) -> (f64, G),
    G: IntoGradient,
{
    let size = point.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    let size = if size > 0.0 { size } else { 1.0 };
    stratum::on_stratum(&flat(f), point, size, 0.0, options)
}

/// All tests together, on seeded random curves in a box: segments long and short, segments inside ties of
/// equal parameters and of parameters equal to a constant, circles, Lissajous curves and closed loops, and the choices
/// at the kinks that these met; then curves that follow these kinks, bent as they are, with one choice held all along. This is what to put into a test; [`assert_conservative!`] does.
///
/// ```
/// use autodiff_runtime::check::{self, Options, Region};
/// let smooth = |x: &[f64], _: &mut dyn autodiff_runtime::Selection| (x[0] * x[1].sin(), [x[1].sin(), x[0] * x[1].cos()]);
/// let report = check::conservative(smooth, Region::cube(2, -1.0..1.0), &Options::default());
/// assert!(report.is_compliant(), "{report}");
/// ```
///
/// # Panics
/// If the region has no parameters, or the gradient another length than the point.
pub fn conservative<F, G>(f: F, region: impl Into<Region>, options: &Options) -> Report
where
    F: Fn(&[f64], &mut dyn Selection) -> (f64, G),
    G: IntoGradient,
{
    let (f, region) = (flat(f), region.into());
    let run = |jobs: &[Job]| {
        let one = |job: &Job| conservative::perform(job, &f, &region, options);
        jobs.iter().map(one).collect()
    };
    conservative::conservative(&f, &region, options, 1, &run)
}

/// As [`conservative`], with the curves on all threads of rayon. The report is the same bit for bit, but for the time; only
/// with a limit on the time ([`Options::time`]) does it hang on the machine.
///
/// ```
/// use autodiff_runtime::check::{self, Options, Region};
/// let smooth = |x: &[f64], _: &mut dyn autodiff_runtime::Selection| (x[0] * x[1], [x[1], x[0]]);
/// let report = check::conservative_parallel(smooth, Region::cube(2, -1.0..1.0), &Options::default());
/// assert!(report.is_compliant(), "{report}");
/// ```
///
/// # Panics
/// If the region has no parameters.
#[cfg(feature = "rayon")]
pub fn conservative_parallel<F, G>(f: F, region: impl Into<Region>, options: &Options) -> Report
where
    F: Fn(&[f64], &mut dyn Selection) -> (f64, G) + Sync,
    G: IntoGradient,
{
    use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

    /// What one thread gets to do before the budget is looked at.
    const EACH: usize = 4;
    let (f, region) = (flat(f), region.into());
    let run = |jobs: &[Job]| {
        let one = |job: &Job| conservative::perform(job, &f, &region, options);
        jobs.par_iter().map(one).collect()
    };
    let batch = EACH * rayon::current_num_threads();
    conservative::conservative(&f, &region, options, batch, &run)
}

/// Panics with the report unless [`conservative`](crate::check::conservative) finds no violation and comes to a conclusion.
///
/// ```
/// use autodiff_runtime::assert_conservative;
/// use autodiff_runtime::check::{Options, Region};
/// assert_conservative!(|x, _| (x[0].sin(), x[0].cos()), -1.0..1.0);
/// assert_conservative!(|x, _| (x[0] * x[1], [x[1], x[0]]), Region::cube(2, -1.0..1.0), Options::default().seed(3));
/// ```
///
/// An annotated function is called with ranges in the place of arguments, as for [`annotated!`](crate::check::annotated):
/// `assert_conservative!(loss(w in [-1.0..1.0; 3], data = &data))`.
#[macro_export]
macro_rules! assert_conservative {
    (@ [$($f:ident)::+] $call:tt [$options:expr]) => {{
        let report = $crate::annotated!($($f)::+ $call, $options);
        let found = report.verdict() == $crate::check::Verdict::NoViolationFound;
        ::core::assert!(
            found,
            "{} is not shown to be conservative\n{report}",
            ::core::stringify!($($f)::+)
        );
    }};
    ($($f:ident)::+ ($name:ident $kind:ident $($parameters:tt)*) $(,)?) => {
        $crate::assert_conservative!(@ [$($f)::+] ($name $kind $($parameters)*) [$crate::check::Options::default()])
    };
    ($($f:ident)::+ ($name:ident $kind:ident $($parameters:tt)*), $options:expr $(,)?) => {
        $crate::assert_conservative!(@ [$($f)::+] ($name $kind $($parameters)*) [$options])
    };
    ($($f:ident)::+ ($name:ident = $($parameters:tt)*) $(,)?) => {
        $crate::assert_conservative!(@ [$($f)::+] ($name = $($parameters)*) [$crate::check::Options::default()])
    };
    ($($f:ident)::+ ($name:ident = $($parameters:tt)*), $options:expr $(,)?) => {
        $crate::assert_conservative!(@ [$($f)::+] ($name = $($parameters)*) [$options])
    };
    ($f:expr, $region:expr $(,)?) => {
        $crate::assert_conservative!($f, $region, $crate::check::Options::default())
    };
    ($f:expr, $region:expr, $options:expr $(,)?) => {{
        let report = $crate::check::conservative($f, $region, &$options);
        let found = report.verdict() == $crate::check::Verdict::NoViolationFound;
        ::core::assert!(
            found,
            "{} is not shown to be conservative\n{report}",
            ::core::stringify!($f)
        );
    }};
}
#[doc(inline)]
pub use crate::{annotated, assert_conservative, assert_tangent};

/// The function with its gradient laid out as one vector.
pub(crate) fn flat<F, G>(f: F) -> impl Fn(&[f64], &mut dyn Selection) -> (f64, Vec<f64>)
where
    F: Fn(&[f64], &mut dyn Selection) -> (f64, G),
    G: IntoGradient,
{
    move |x, selection| {
        let (value, gradient) = f(x, selection);
        (value, gradient.into_gradient())
    }
}
