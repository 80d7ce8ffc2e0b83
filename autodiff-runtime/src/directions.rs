//! How many directions a tangent sweep follows at once.
//!
//! A tangent sweep is written once, over [`Directions`]: with [`One`] the tangent of an `f64` is an
//! `f64`, with [`Several<N>`](Several) it is a [`Tangents<f64, N>`](Tangents), whose arithmetic runs lane by lane. Every lane
//! has the bits that a sweep along its direction alone would have: no lane looks at another.
//!
//! ```
//! use autodiff_runtime::directions::{Directions, Tangents, One, Several};
//!
//! // x² and its derivative
//! fn square<L: Directions>(_: L, x: f64, x_dot: L::Of<f64>) -> (f64, L::Of<f64>) {
//!     (x * x, x_dot * x + x_dot * x)
//! }
//! assert_eq!(square(One, 3.0, 1.0), (9.0, 6.0));
//! assert_eq!(square(Several::<2>, 3.0, Tangents([1.0, 0.5])), (9.0, Tangents([6.0, 3.0])));
//! ```

use core::fmt::Debug;
use core::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

use crate::differentiable::{Accumulate, Adjoint};
use crate::jacobian::Components;
use crate::kinds::BarValue;
use crate::numeric::{Operations, Scalar, cast, unless_zero};
use crate::same_shape::{Mismatch, SameShape};
use crate::selection::pick;
use crate::sums::Summed;

/// The directions of a tangent sweep: one, or several at once.
pub trait Directions: Copy + Debug + 'static {
    /// How many.
    const COUNT: usize;
    /// The tangent of a number.
    type Of<S: Scalar>: Rate<S>;
    /// The tangents of a number, from those along each direction.
    fn of<S: Scalar>(lane: impl FnMut(usize) -> S) -> Self::Of<S>;
    /// The tangent along one of the directions.
    fn lane<S: Scalar>(dots: &Self::Of<S>, lane: usize) -> S;
    /// The tangents of numbers as numbers, if there is one direction.
    fn alone<S: Scalar>(dots: &[Self::Of<S>]) -> Option<&[S]>;

    /// The tangent of a number in another precision.
    #[inline(always)]
    fn cast<S: Scalar, U: Scalar>(dots: Self::Of<S>) -> Self::Of<U> {
        Self::of(|lane| cast(Self::lane(&dots, lane)))
    }
}

/// What can be done with tangents whatever the precision is.
pub trait Lanewise:
    Copy
    + Default
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + AddAssign
    + SubAssign
    + Adjoint
    + BarValue
    + 'static
{
    /// As [`pick`], lane by lane.
    fn pick(weight: f64, below: Self, above: Self) -> Self;
    /// As [`unless_zero`], lane by lane.
    fn unless_zero(self, product: Self) -> Self;
    /// The tangent, if it is along one direction.
    fn along(self) -> Option<f64>;
}

/// The tangent of a number: a number, or one for each of several directions.
pub trait Rate<S: Scalar>:
    Lanewise
    + Mul<S, Output = Self>
    + Div<S, Output = Self>
    + AddAssign<S>
    + SubAssign<S>
    + Accumulate<S>
{
}

impl<S: Scalar, D> Rate<S> for D where
    D: Lanewise
        + Mul<S, Output = D>
        + Div<S, Output = D>
        + AddAssign<S>
        + SubAssign<S>
        + Accumulate<S>
{
}

/// One direction: tangents are what they are tangents of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct One;

impl Directions for One {
    const COUNT: usize = 1;
    type Of<S: Scalar> = S;
    #[inline(always)]
    fn of<S: Scalar>(mut lane: impl FnMut(usize) -> S) -> S {
        lane(0)
    }
    #[inline(always)]
    fn lane<S: Scalar>(dots: &S, _: usize) -> S {
        *dots
    }
    #[inline(always)]
    fn alone<S: Scalar>(dots: &[S]) -> Option<&[S]> {
        Some(dots)
    }
}

/// `N` directions at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Several<const N: usize>;

impl<const N: usize> Directions for Several<N> {
    const COUNT: usize = N;
    type Of<S: Scalar> = Tangents<S, N>;
    #[inline(always)]
    fn of<S: Scalar>(lane: impl FnMut(usize) -> S) -> Tangents<S, N> {
        Tangents(core::array::from_fn(lane))
    }
    #[inline(always)]
    fn lane<S: Scalar>(dots: &Tangents<S, N>, lane: usize) -> S {
        dots.0[lane]
    }
    #[inline(always)]
    fn alone<S: Scalar>(_: &[Tangents<S, N>]) -> Option<&[S]> {
        None
    }
}

impl<S: Scalar> Lanewise for S {
    #[inline(always)]
    fn pick(weight: f64, below: S, above: S) -> S {
        pick(weight, below, above)
    }
    #[inline(always)]
    fn unless_zero(self, product: S) -> S {
        unless_zero(self, product)
    }
    #[inline(always)]
    fn along(self) -> Option<f64> {
        Some(cast(self))
    }
}

/// The derivatives of a number along `N` directions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tangents<S, const N: usize>(pub [S; N]);

impl<S: Scalar, const N: usize> Tangents<S, N> {
    #[inline(always)]
    fn zip(mut self, other: Self, f: impl Fn(S, S) -> S) -> Self {
        for (a, b) in self.0.iter_mut().zip(other.0) {
            *a = f(*a, b);
        }
        self
    }

    #[inline(always)]
    fn map(mut self, f: impl Fn(S) -> S) -> Self {
        self.0.iter_mut().for_each(|a| *a = f(*a));
        self
    }
}

impl<S: Scalar, const N: usize> Default for Tangents<S, N> {
    #[inline(always)]
    fn default() -> Self {
        Tangents([S::default(); N])
    }
}

impl<S: Scalar, const N: usize> Lanewise for Tangents<S, N> {
    #[inline(always)]
    fn pick(weight: f64, below: Self, above: Self) -> Self {
        below.zip(above, |below, above| pick(weight, below, above))
    }
    #[inline(always)]
    fn unless_zero(self, product: Self) -> Self {
        self.zip(product, unless_zero)
    }
    #[inline(always)]
    fn along(self) -> Option<f64> {
        None
    }
}

impl<S: Scalar, const N: usize> Neg for Tangents<S, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(|a| -a)
    }
}

macro_rules! lane_by_lane {
    ($($op:ident $f:ident $assign:ident $g:ident;)*) => {$(
        impl<S: Scalar, const N: usize> $op for Tangents<S, N> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, other: Self) -> Self {
                self.zip(other, S::$f)
            }
        }
        impl<S: Scalar, const N: usize> $assign for Tangents<S, N> {
            #[inline(always)]
            fn $g(&mut self, other: Self) {
                *self = $op::$f(*self, other);
            }
        }
        // A number is added to every lane.
        impl<S: Scalar, const N: usize> $assign<S> for Tangents<S, N> {
            #[inline(always)]
            fn $g(&mut self, other: S) {
                *self = self.map(|a| a.$f(other));
            }
        }
    )*};
}

lane_by_lane! {
    Add add AddAssign add_assign;
    Sub sub SubAssign sub_assign;
}

macro_rules! by_number {
    ($($op:ident $f:ident;)*) => {$(
        impl<S: Scalar, const N: usize> $op<S> for Tangents<S, N> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, factor: S) -> Self {
                self.map(|a| a.$f(factor))
            }
        }
    )*};
}

by_number! {
    Mul mul;
    Div div;
}

impl<S: Scalar, const N: usize> Accumulate<S> for Tangents<S, N> {
    #[inline(always)]
    fn accumulate(&mut self, gradient: &S) {
        *self += *gradient;
    }
}

impl<S: Scalar, const N: usize> Adjoint for Tangents<S, N> {
    #[inline(always)]
    fn add(&mut self, other: &Self) {
        *self += *other;
    }
    #[inline(always)]
    fn clear(&mut self) {
        *self = Self::default();
    }
}

impl<S: Scalar, const N: usize> Summed for Tangents<S, N> {
    fn sum_of(all: &[Self]) -> Self {
        all.iter().fold(Self::default(), |sum, dots| sum + *dots)
    }
}

impl<S: Scalar, const N: usize> SameShape<Self> for Tangents<S, N> {
    #[inline(always)]
    fn mismatch(&self, _: &Self) -> Option<Mismatch> {
        None
    }
}

/// The lanes one by one.
impl<S: Scalar, const N: usize> Components for Tangents<S, N> {
    type Rows<G> = [G; N];
    #[inline]
    fn count(&self) -> usize {
        N
    }
    #[inline]
    fn read(&self, out: &mut Vec<f64>) {
        self.0.read(out);
    }
    #[inline]
    fn write(&mut self, from: &mut impl Iterator<Item = f64>) {
        self.0.write(from);
    }
    fn rows<G>(&self, rows: &mut impl Iterator<Item = G>) -> [G; N] {
        self.0.rows(rows)
    }
}

/// The tangent of what does not change.
#[doc(hidden)]
#[inline(always)]
#[must_use]
pub fn none<D: Lanewise>() -> D {
    D::default()
}

/// [`Lanewise::pick`], as emitted code calls it.
#[doc(hidden)]
#[inline(always)]
#[must_use]
pub fn pick_dots<D: Lanewise>(weight: f64, below: D, above: D) -> D {
    D::pick(weight, below, above)
}

/// `dots · partial`, or 0 where either is 0: what has no effect has none if its tangent overflowed, as it has none in the reverse sweep.
#[doc(hidden)]
#[inline(always)]
#[must_use]
pub fn dots_times<S: Scalar, D: Rate<S>>(dots: D, partial: S) -> D {
    match partial == S::default() {
        true => none(),
        false => dots.unless_zero(dots * partial),
    }
}

/// As [`dots_times`], of a partial that is finite.
#[doc(hidden)]
#[inline(always)]
#[must_use]
pub fn dots_by<S: Scalar, D: Rate<S>>(dots: D, partial: S) -> D {
    match partial == S::default() {
        true => none(),
        false => dots * partial,
    }
}

/// `dividend / divisor`, or 0 in the lanes in which the dividend is 0, and in all where the divisor is infinite.
#[doc(hidden)]
#[inline(always)]
#[must_use]
pub fn dots_over<S: Scalar, D: Rate<S>>(dividend: D, divisor: S) -> D {
    match divisor.is_infinite() {
        true => none(),
        false => dividend.unless_zero(dividend / divisor),
    }
}

/// [`Lanewise::along`], as emitted code calls it.
#[doc(hidden)]
#[inline(always)]
#[must_use]
pub fn along<D: Lanewise>(dots: D) -> Option<f64> {
    dots.along()
}

/// The tangent along one of the directions, written over `like`.
#[doc(hidden)]
#[must_use]
pub fn lane_of<L: Directions, D: Components + ?Sized, G: Components>(
    _: L,
    dots: &D,
    mut like: G,
    lane: usize,
) -> G {
    let mut all = Vec::new();
    dots.read(&mut all);
    like.write(&mut all.into_iter().skip(lane).step_by(L::COUNT));
    like
}

/// The tangents along all directions, written over `dots`.
#[doc(hidden)]
#[must_use]
pub fn by_lane<L: Directions, D: Components, G: Components>(
    _: L,
    mut dots: D,
    mut tangent: impl FnMut(usize) -> G,
) -> D {
    let mut lanes = Vec::new();
    (0..L::COUNT).for_each(|lane| tangent(lane).read(&mut lanes));
    let count = lanes.len() / L::COUNT;
    dots.write(&mut (0..lanes.len()).map(|k| lanes[k % L::COUNT * count + k / L::COUNT]));
    dots
}

#[cfg(test)]
mod tests {
    use super::{Directions, Lanewise, One, Several, Tangents, dots_over, dots_times};

    const X: [f64; 4] = [3.0, 0.0, f64::NAN, -0.0];
    const Y: [f64; 4] = [f64::INFINITY, f64::NAN, 2.0, 5.0];

    fn bits(lanes: Tangents<f64, 4>, single: impl Fn(usize) -> f64) {
        for (k, lane) in lanes.0.iter().enumerate() {
            let expected = single(k);
            assert!(
                lane.to_bits() == expected.to_bits() || lane.is_nan() && expected.is_nan(),
                "lane {k}: {lane} and {expected}"
            );
        }
    }

    #[test]
    fn lanes_are_what_numbers_are() {
        let (x, y) = (Tangents(X), Tangents(Y));
        bits(x + y, |k| X[k] + Y[k]);
        bits(x - y, |k| X[k] - Y[k]);
        bits(-x, |k| -X[k]);
        for factor in [2.0, 0.0, f64::INFINITY, f64::NAN] {
            bits(x * factor, |k| X[k] * factor);
            bits(x / factor, |k| X[k] / factor);
            bits(dots_over(x, factor), |k| dots_over(X[k], factor));
            bits(dots_times(x, factor), |k| dots_times(X[k], factor));
        }
        bits(x.unless_zero(y), |k| X[k].unless_zero(Y[k]));
        for weight in [0.0, 0.25, 1.0] {
            bits(Tangents::pick(weight, x, y), |k| {
                Lanewise::pick(weight, X[k], Y[k])
            });
        }
    }

    #[test]
    fn one_lane_and_one_direction() {
        let narrow: Tangents<f32, 2> = Several::<2>::cast(Tangents([0.1, f64::MAX]));
        assert_eq!(narrow, Tangents([0.1, f32::INFINITY]));
        assert_eq!(One::cast::<f64, f32>(0.1), 0.1);
        assert_eq!((2.0.along(), Tangents([2.0]).along()), (Some(2.0), None));
        assert_eq!(One::alone(&[1.0, 2.0]), Some(&[1.0, 2.0][..]));
        assert_eq!(Several::<1>::alone(&[Tangents([1.0])]), None);
    }
}
