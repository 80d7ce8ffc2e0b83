//! Gradients and Jacobians by tangent sweeps along several directions at once.
//!
//! A sweep along `N` unit directions gives `N` partial derivatives. A gradient with respect to more
//! numbers takes several sweeps; the decisions at kinks are made in the first, and taken again in the others.

use crate::decision::Decision;
use crate::directions::Tangents;
use crate::field::Site;
use crate::jacobian::Components;
use crate::numeric::{Scalar, cast, number};
use crate::selection::{Plain, Selection, Visit, decided};

/// Unit directions, `N` at a time: hands out, number by number, the tangents of all that is differentiated.
#[derive(Clone, Copy, Debug)]
pub struct Basis<const N: usize> {
    first: usize,
    next: usize,
}

impl<const N: usize> Basis<N> {
    /// The directions of the numbers from `first` on.
    #[inline(always)]
    #[must_use]
    pub const fn from(first: usize) -> Self {
        Basis { first, next: 0 }
    }

    /// The tangents of the next number.
    #[inline(always)]
    pub fn number<S: Scalar>(&mut self) -> Tangents<S, N> {
        let this = self.next;
        self.next += 1;
        let unit = |lane| if this == self.first + lane { 1.0 } else { 0.0 };
        Tangents(core::array::from_fn(|lane| number(unit(lane))))
    }

    /// The same for all numbers of a container, in whose tangents they are written.
    pub fn fill<D: Components + ?Sized>(&mut self, dots: &mut D) {
        let (this, count) = (self.next, dots.count());
        self.next += count / N;
        let unit = |k: usize| {
            if this + k / N == self.first + k % N {
                1.0
            } else {
                0.0
            }
        };
        dots.write(&mut (0..count).map(unit));
    }
}

/// How many numbers have these tangents.
#[must_use]
pub fn numbers<const N: usize>(dots: &(impl Components + ?Sized)) -> usize {
    dots.count() / N
}

/// The partial derivatives with respect to `count` numbers, `N` per sweep, and what the first sweep gave.
///
/// `sweep` gives anything, the value of the function, and its tangents.
///
/// ```
/// use autodiff_runtime::directions::Tangents;
/// use autodiff_runtime::sweeps::{Basis, sweeps};
/// // x·y, at (3, 5), one direction at a time
/// let product = |basis: &mut Basis<1>| {
///     let (x_dot, y_dot) = (basis.number::<f64>(), basis.number::<f64>());
///     ((), 15.0, x_dot * 5.0 + y_dot * 3.0)
/// };
/// assert_eq!(sweeps(2, product), ((), vec![5.0, 3.0]));
/// ```
///
/// # Panics
///
/// If the function has another value in another sweep.
pub fn sweeps<const N: usize, S: Scalar, V>(
    count: usize,
    mut sweep: impl FnMut(&mut Basis<N>) -> (V, S, Tangents<S, N>),
) -> (V, Vec<S>) {
    let (given, value, dots) = sweep(&mut Basis::from(0));
    let mut slopes = Vec::with_capacity(count.max(N));
    slopes.extend(dots.0);
    for first in (N..count).step_by(N) {
        let (_, again, dots) = sweep(&mut Basis::from(first));
        assert!(
            again == value || is_nan(again) && is_nan(value),
            "the function was called {} times and gave {value:?} and {again:?}: a gradient by several \
             sweeps needs the same value of all",
            first / N + 1
        );
        slopes.extend(dots.0);
    }
    slopes.truncate(count);
    (given, slopes)
}

fn is_nan<S: Scalar>(x: S) -> bool {
    x.partial_cmp(&x).is_none()
}

/// Adds the derivatives of the next numbers to a buffer.
pub fn add_slopes<S: Scalar, B: Components + ?Sized>(
    bar: &mut B,
    slopes: &mut impl Iterator<Item = S>,
) {
    let mut old = Vec::with_capacity(bar.count());
    bar.read(&mut old);
    let sums = old.into_iter().zip(slopes);
    bar.write(&mut sums.map(|(old, slope)| old + cast::<S, f64>(slope)));
}

/// Adds the derivative in a lane to a number.
#[inline(always)]
pub fn add_lane<S: Scalar, U: Scalar, const N: usize>(
    bar: &mut U,
    dots: &Tangents<S, N>,
    lane: usize,
) {
    *bar += cast(dots.0[lane]);
}

/// Asks a selection in the first sweep, and takes its decisions again in the others.
#[derive(Debug)]
pub struct Repeat<'a, S: ?Sized> {
    inner: &'a mut S,
    decisions: Vec<Decision>,
    next: usize,
    sweeps: usize,
}

impl<'a, S: Selection + ?Sized> Repeat<'a, S> {
    /// For sweeps whose first is yet to begin.
    pub const fn new(inner: &'a mut S) -> Self {
        Repeat {
            inner,
            decisions: Vec::new(),
            next: 0,
            sweeps: 0,
        }
    }

    /// A sweep begins.
    pub fn begin(&mut self) {
        (self.sweeps, self.next) = (self.sweeps + 1, 0);
    }
}

impl<S: Selection + ?Sized> Selection for Repeat<'_, S> {
    fn decide(&mut self, visit: &Visit) -> Decision {
        if self.sweeps <= 1 {
            let decision = self.inner.decide(visit);
            self.decisions.push(decision);
            return decision;
        }
        let decision = self.decisions.get(self.next).copied();
        self.next += 1;
        decision.unwrap_or(visit.default)
    }

    fn border(&mut self, site: &'static Site) {
        if self.sweeps <= 1 {
            self.inner.border(site);
        }
    }

    // What is plain needs no memory, and costs nothing.
    #[inline(always)]
    fn weight_along(
        &mut self,
        site: &'static Site,
        (margin, along): (f64, Option<f64>),
        above: bool,
        tie: bool,
    ) -> f64 {
        if self.inner.is_plain() {
            return Plain.weight(site, margin, above, tie);
        }
        let default = decided(site.theta, above, tie);
        let visit = Visit::new(site, margin, default);
        self.decide(&Visit { along, ..visit }).weight()
    }

    #[inline(always)]
    fn weight(&mut self, site: &'static Site, margin: f64, above: bool, tie: bool) -> f64 {
        self.weight_along(site, (margin, None), above, tie)
    }

    #[inline(always)]
    fn branch_along(
        &mut self,
        site: &'static Site,
        (margin, along): (f64, Option<f64>),
        holds: bool,
        tie: bool,
    ) -> bool {
        if self.inner.is_plain() {
            return holds;
        }
        let default = decided(if holds { 1.0 } else { 0.0 }, holds, tie);
        let visit = Visit::new(site, margin, default);
        let weight = self.decide(&Visit { along, ..visit }).weight();
        if weight == 0.5 { holds } else { weight > 0.5 }
    }

    #[inline(always)]
    fn branch(&mut self, site: &'static Site, margin: f64, holds: bool, tie: bool) -> bool {
        self.branch_along(site, (margin, None), holds, tie)
    }
}

#[cfg(test)]
mod tests {
    use super::{Basis, add_slopes, numbers, sweeps};
    use crate::directions::Tangents;

    #[test]
    fn every_number_gets_its_direction() {
        for count in 0..9 {
            // Σ (k + 1)·x_k, with the first number apart from the others
            let sum = |basis: &mut Basis<3>| {
                let first: Tangents<f64, 3> = basis.number();
                let mut rest = vec![Tangents([7.0; 3]); count];
                basis.fill(&mut rest);
                assert_eq!(numbers::<3>(&rest), count);
                let terms = rest.iter().zip(2..).map(|(dots, k)| *dots * f64::from(k));
                ("given", 1.5, terms.fold(first, |sum, dots| sum + dots))
            };
            let (given, slopes) = sweeps(count + 1, sum);
            assert_eq!(given, "given");
            let expected: Vec<f64> = (1..=count + 1).map(|k| k as f64).collect();
            assert_eq!(slopes, expected);
        }
    }

    #[test]
    #[should_panic(expected = "gave 1.0 and 2.0")]
    fn a_value_that_changes_is_noticed() {
        let mut value = 0.0;
        let _ = sweeps(2, |_: &mut Basis<1>| {
            value += 1.0;
            ((), value, Tangents([0.0]))
        });
    }

    #[test]
    fn slopes_are_added_in_order() {
        let (mut a, mut b) = ((1.0f32, vec![1.0, 2.0]), 5.0);
        let mut slopes = [0.5, 0.25, 1.0, -1.0].into_iter();
        add_slopes(&mut a, &mut slopes);
        add_slopes(&mut b, &mut slopes);
        assert_eq!((a, b), ((1.5, vec![1.25, 3.0]), 4.0));
    }
}
