//! How a caller decides at kinks.

use crate::decision::Decision;
use crate::field::Site;
use crate::numeric::{Scalar, number};

/// One visit of a nonsmooth place.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// Where.
    pub site: &'static Site,
    /// Signed distance of the tested quantities: positive above, negative below.
    pub margin: f64,
    /// What happens if nobody objects; [`Decision::Tie`] at a tie.
    pub default: Decision,
    /// How many quantities are tied, the one that is tested included: more than 2 only in operations on slices.
    pub among: u32,
    /// In forward mode along one direction the derivative of the margin, if it is known.
    pub along: Option<f64>,
}

impl Visit {
    /// A visit of an operation that compares two quantities.
    #[must_use]
    pub const fn new(site: &'static Site, margin: f64, default: Decision) -> Visit {
        Visit {
            site,
            margin,
            default,
            among: 2,
            along: None,
        }
    }

    /// The weight of the branch above, if it is `theta` between two.
    ///
    /// Each of the quantities that were compared before counts `1 - theta`, the new one `theta`: so the weight 1/2
    /// leads to equal shares of all, 0 to the first and 1 to the last.
    ///
    /// ```
    /// use autodiff_runtime::selection::share;
    /// assert_eq!((share(0.5, 2), share(0.5, 3), share(0.0, 3), share(1.0, 3)), (0.5, 1.0 / 3.0, 0.0, 1.0));
    /// ```
    #[must_use]
    pub fn share(&self, theta: f64) -> f64 {
        share(theta, self.among)
    }
}

/// See [`Visit::share`].
#[must_use]
pub fn share(theta: f64, among: u32) -> f64 {
    if among <= 2 || !(0.0..=1.0).contains(&theta) {
        return theta;
    }
    theta / (theta + (1.0 - theta) * f64::from(among - 1))
}

/// A caller's way to decide at kinks. It is asked exactly once per visit, in the order of the primal.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide at kinks",
    label = "expected a `Selection`",
    note = "pass `&mut selection`, or implement `Selection` for `{Self}`"
)]
pub trait Selection {
    /// The branch to take.
    fn decide(&mut self, visit: &Visit) -> Decision;

    /// A visit of an operation exactly at the border of its domain, where the value is finite and no finite derivative exists
    /// (`sqrt` at 0). The derivative that the row documents is taken there; there is nothing to choose. Does nothing unless overridden.
    fn border(&mut self, site: &'static Site) {
        let _ = site;
    }

    /// Weight of the branch above at a kink. `above` and `tie` come from the primal's own comparison.
    #[doc(hidden)]
    fn weight(&mut self, site: &'static Site, margin: f64, above: bool, tie: bool) -> f64 {
        let default = decided(site.theta, above, tie);
        self.decide(&Visit::new(site, margin, default)).weight()
    }

    /// As [`Selection::weight`], in forward mode: `along` is the tangent of the margin, if there is one direction.
    #[doc(hidden)]
    fn weight_along(
        &mut self,
        site: &'static Site,
        (margin, along): (f64, Option<f64>),
        above: bool,
        tie: bool,
    ) -> f64 {
        let visit = Visit::new(site, margin, decided(site.theta, above, tie));
        self.decide(&Visit { along, ..visit }).weight()
    }

    /// Whether the condition of a branch counts as true. `holds` is the primal's answer.
    #[doc(hidden)]
    fn branch(&mut self, site: &'static Site, margin: f64, holds: bool, tie: bool) -> bool {
        let default = decided(if holds { 1.0 } else { 0.0 }, holds, tie);
        let weight = self.decide(&Visit::new(site, margin, default)).weight();
        if weight == 0.5 { holds } else { weight > 0.5 }
    }

    /// As [`Selection::branch`], in forward mode: `along` is the tangent of the margin, if there is one direction.
    #[doc(hidden)]
    fn branch_along(
        &mut self,
        site: &'static Site,
        (margin, along): (f64, Option<f64>),
        holds: bool,
        tie: bool,
    ) -> bool {
        let taken = if holds { 1.0 } else { 0.0 };
        let visit = Visit::new(site, margin, decided(taken, holds, tie));
        let weight = self.decide(&Visit { along, ..visit }).weight();
        if weight == 0.5 { holds } else { weight > 0.5 }
    }

    /// True for [`Plain`]: it decides by the operands alone, so that asking it again gives the same.
    #[doc(hidden)]
    fn is_plain(&self) -> bool {
        false
    }
}

/// What happens if nobody objects.
#[inline(always)]
pub(crate) const fn decided(theta: f64, above: bool, tie: bool) -> Decision {
    match (tie, above) {
        (true, _) => Decision::Tie(theta),
        (false, true) => Decision::Above,
        (false, false) => Decision::Below,
    }
}

impl<S: Selection + ?Sized> Selection for &mut S {
    #[inline]
    fn decide(&mut self, visit: &Visit) -> Decision {
        (**self).decide(visit)
    }
    #[inline(always)]
    fn border(&mut self, site: &'static Site) {
        (**self).border(site)
    }
    #[inline(always)]
    fn weight(&mut self, site: &'static Site, margin: f64, above: bool, tie: bool) -> f64 {
        (**self).weight(site, margin, above, tie)
    }
    #[inline(always)]
    fn branch(&mut self, site: &'static Site, margin: f64, holds: bool, tie: bool) -> bool {
        (**self).branch(site, margin, holds, tie)
    }
    #[inline(always)]
    fn weight_along(
        &mut self,
        site: &'static Site,
        margin: (f64, Option<f64>),
        above: bool,
        tie: bool,
    ) -> f64 {
        (**self).weight_along(site, margin, above, tie)
    }
    #[inline(always)]
    fn branch_along(
        &mut self,
        site: &'static Site,
        margin: (f64, Option<f64>),
        holds: bool,
        tie: bool,
    ) -> bool {
        (**self).branch_along(site, margin, holds, tie)
    }
    fn is_plain(&self) -> bool {
        (**self).is_plain()
    }
}

/// The default: what the primal did, and the site's own θ at a tie. Costs nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl Selection for Plain {
    #[inline(always)]
    fn decide(&mut self, visit: &Visit) -> Decision {
        visit.default
    }

    // A choice of 0 or 1 joins the tie to one of the sides, so that one compare is left.
    #[inline(always)]
    fn weight(&mut self, site: &'static Site, _margin: f64, above: bool, tie: bool) -> f64 {
        if site.theta == 0.0 {
            return if above & !tie { 1.0 } else { 0.0 };
        }
        if site.theta == 1.0 {
            return if above | tie { 1.0 } else { 0.0 };
        }
        let side = if above { 1.0 } else { 0.0 };
        if tie { site.theta } else { side }
    }

    #[inline(always)]
    fn branch(&mut self, _site: &'static Site, _margin: f64, holds: bool, _tie: bool) -> bool {
        holds
    }

    #[inline(always)]
    fn weight_along(
        &mut self,
        site: &'static Site,
        (margin, _): (f64, Option<f64>),
        above: bool,
        tie: bool,
    ) -> f64 {
        self.weight(site, margin, above, tie)
    }

    #[inline(always)]
    fn branch_along(
        &mut self,
        _site: &'static Site,
        _margin: (f64, Option<f64>),
        holds: bool,
        _tie: bool,
    ) -> bool {
        holds
    }

    #[inline(always)]
    fn is_plain(&self) -> bool {
        true
    }
}

/// The derivative under a weight: a select between finished values, never a product with 0 or 1.
///
/// ```
/// use autodiff_runtime::pick;
/// assert_eq!(pick(1.0, f64::INFINITY, 2.0), 2.0);
/// assert_eq!(pick(0.25, 2.0, 6.0), 3.0);
/// ```
// For a weight that is `if c { 1.0 } else { 0.0 }`, LLVM simplifies both `!= 0` and `== 1` to `c`
// itself (a test that came out as `!c`, such as `== 0`, it would leave standing), so that the
// mixture is seen to be dead and one compare is left.
#[inline(always)]
#[must_use]
pub fn pick<T: Scalar>(weight: f64, below: T, above: T) -> T {
    let theta: T = number(weight);
    let mixed = theta * above + (number::<T>(1.0) - theta) * below;
    let (not_below, is_above) = (weight != 0.0, weight == 1.0);
    let side = if is_above { above } else { below };
    if not_below != is_above { mixed } else { side }
}

/// [`pick`] where the derivative below is 0: one product, and a select that keeps 0·∞ out.
///
/// ```
/// use autodiff_runtime::pick_above;
/// assert_eq!(pick_above(0.0, f64::INFINITY), 0.0);
/// assert_eq!(pick_above(0.25, 6.0), 1.5);
/// ```
#[inline(always)]
#[must_use]
pub fn pick_above<T: Scalar>(weight: f64, above: T) -> T {
    if weight != 0.0 {
        number::<T>(weight) * above
    } else {
        T::default()
    }
}

/// [`pick`] where the derivative below is the negative of that above: one product, with the weight as a number between -1 and 1.
///
/// ```
/// use autodiff_runtime::pick_sign;
/// assert_eq!(pick_sign(0.0, f64::INFINITY), -f64::INFINITY);
/// assert_eq!(pick_sign(1.0, 6.0), 6.0);
/// assert_eq!(pick_sign(0.25, 6.0), -3.0);
/// ```
#[inline(always)]
#[must_use]
pub fn pick_sign<T: Scalar>(weight: f64, above: T) -> T {
    number::<T>(weight + weight - 1.0) * above
}

/// [`pick`] where the derivative above is 0.
///
/// ```
/// use autodiff_runtime::pick_below;
/// assert_eq!(pick_below(1.0, f64::INFINITY), 0.0);
/// assert_eq!(pick_below(0.25, 4.0), 3.0);
/// ```
#[inline(always)]
#[must_use]
pub fn pick_below<T: Scalar>(weight: f64, below: T) -> T {
    if weight != 1.0 {
        (number::<T>(1.0) - number::<T>(weight)) * below
    } else {
        T::default()
    }
}
