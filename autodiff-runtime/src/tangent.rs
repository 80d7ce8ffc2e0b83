//! How a caller hands tangents to a callee: one for each argument, or none.

use std::borrow::Cow;

use crate::field::Site;
use crate::kinds::Unvaried;
use crate::numeric::Scalar;

/// The tangent of an argument that varies.
#[derive(Debug)]
pub struct Tangent<'a, T: ?Sized>(pub &'a T);

impl<T: ?Sized> Clone for Tangent<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Tangent<'_, T> {}

/// A value that has a zero of its own lengths.
pub trait Zeroed: ToOwned {
    /// Zeros of the lengths of `self`.
    fn zeroed(&self) -> Self::Owned;
}

#[diagnostic::do_not_recommend]
impl<S: Scalar> Zeroed for S {
    #[inline(always)]
    fn zeroed(&self) -> S {
        S::default()
    }
}

impl<T: Zeroed<Owned = T> + Clone> Zeroed for [T] {
    #[inline]
    fn zeroed(&self) -> Vec<T> {
        self.iter().map(T::zeroed).collect()
    }
}

impl<T: Zeroed<Owned = T> + Clone> Zeroed for Vec<T> {
    #[inline]
    fn zeroed(&self) -> Vec<T> {
        self.as_slice().zeroed()
    }
}

impl<T: Zeroed<Owned = T> + Clone, const N: usize> Zeroed for [T; N] {
    #[inline]
    fn zeroed(&self) -> [T; N] {
        core::array::from_fn(|i| self[i].zeroed())
    }
}

/// Tuples of up to eight elements.
macro_rules! tuples {
    ($($($t:ident $i:tt),+;)*) => {$(
        impl<$($t: Zeroed<Owned = $t> + Clone),+> Zeroed for ($($t,)+) {
            #[inline]
            fn zeroed(&self) -> Self {
                ($(self.$i.zeroed(),)+)
            }
        }
    )*};
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}

/// The tangent of an argument of type `T`: [`Tangent`] or [`Unvaried`] (zeros).
///
/// ```
/// use autodiff_runtime::kinds::Unvaried;
/// use autodiff_runtime::tangent::{Dot, Tangent};
///
/// fn product(x: &[f64], x_dot: impl Dot<[f64]>, b: f64, b_dot: impl Dot<f64>) -> (f64, f64) {
///     let x_dot = x_dot.dot(x);
///     let b_dot = b_dot.dot(&b).into_owned();
///     (x[0] * b, x_dot[0] * b + x[0] * b_dot)
/// }
/// assert_eq!(product(&[3.0], Tangent(&[1.0][..]), 2.0, Unvaried), (6.0, 2.0));
/// assert_eq!(product(&[3.0], Unvaried, 2.0, Tangent(&1.0)), (6.0, 3.0));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tangent of a `{T}`",
    label = "expected `Tangent` or `Unvaried`"
)]
pub trait Dot<T: ToOwned + ?Sized> {
    /// The tangent that goes with `primal`.
    fn dot<'p>(self, primal: &'p T) -> Cow<'p, T>
    where
        Self: 'p;

    /// The caller's sites for the decisions of an operation of the table, see [`crate::operation::At`].
    #[doc(hidden)]
    #[inline(always)]
    fn sites(&self) -> &'static [Site] {
        &[]
    }
}

impl<T: ToOwned + ?Sized> Dot<T> for Tangent<'_, T> {
    #[inline(always)]
    fn dot<'p>(self, _: &'p T) -> Cow<'p, T>
    where
        Self: 'p,
    {
        Cow::Borrowed(self.0)
    }
}

/// The tangent of an array where a slice is wanted.
impl<T: Clone, const N: usize> Dot<[T]> for Tangent<'_, [T; N]> {
    #[inline(always)]
    fn dot<'p>(self, _: &'p [T]) -> Cow<'p, [T]>
    where
        Self: 'p,
    {
        Cow::Borrowed(self.0)
    }
}

/// The tangent of a vector where a slice is wanted.
impl<T: Clone> Dot<[T]> for Tangent<'_, Vec<T>> {
    #[inline(always)]
    fn dot<'p>(self, _: &'p [T]) -> Cow<'p, [T]>
    where
        Self: 'p,
    {
        Cow::Borrowed(self.0)
    }
}

impl<T: Zeroed + ?Sized> Dot<T> for Unvaried {
    #[inline(always)]
    fn dot<'p>(self, primal: &'p T) -> Cow<'p, T>
    where
        Self: 'p,
    {
        Cow::Owned(primal.zeroed())
    }
}

/// The tangent of a `#[constant]` argument: only [`Unvaried`].
#[diagnostic::on_unimplemented(
    message = "a differentiable value reaches a parameter that is constant",
    label = "this call passes a differentiable value for a `#[constant]` parameter",
    note = "make the parameter differentiable in the function that is called (take `#[constant]` off, or add it to `wrt(…)`)",
    note = "or cut the value off on purpose with `stop_gradient(…)`, or mark it `#[constant]` where it comes from"
)]
pub trait ConstantDot {}

impl ConstantDot for Unvaried {}
