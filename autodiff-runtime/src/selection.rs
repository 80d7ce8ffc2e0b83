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

    /// Weight of the branch above at a kink. `above` and `tie` come from the primal's own comparison.
    #[doc(hidden)]
    fn weight(&mut self, site: &'static Site, margin: f64, above: bool, tie: bool) -> f64 {
        let default = match (tie, above) {
            (true, _) => Decision::Tie(site.theta),
            (false, true) => Decision::Above,
            (false, false) => Decision::Below,
        };
        self.decide(&Visit {
            site,
            margin,
            default,
        })
        .weight()
    }

    /// Whether the condition of a branch counts as true. `holds` is the primal's answer.
    #[doc(hidden)]
    fn branch(&mut self, site: &'static Site, margin: f64, holds: bool, tie: bool) -> bool {
        let taken = if holds { 1.0 } else { 0.0 };
        let default = match (tie, holds) {
            (true, _) => Decision::Tie(taken),
            (false, true) => Decision::Above,
            (false, false) => Decision::Below,
        };
        let weight = self
            .decide(&Visit {
                site,
                margin,
                default,
            })
            .weight();
        if weight == 0.5 { holds } else { weight > 0.5 }
    }
}

impl<S: Selection + ?Sized> Selection for &mut S {
    #[inline]
    fn decide(&mut self, visit: &Visit) -> Decision {
        (**self).decide(visit)
    }
    #[inline(always)]
    fn weight(&mut self, site: &'static Site, margin: f64, above: bool, tie: bool) -> f64 {
        (**self).weight(site, margin, above, tie)
    }
    #[inline(always)]
    fn branch(&mut self, site: &'static Site, margin: f64, holds: bool, tie: bool) -> bool {
        (**self).branch(site, margin, holds, tie)
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
