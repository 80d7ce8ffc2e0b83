//! How a caller hands tangents to a callee: one for each argument, or none.

use std::borrow::Cow;

use crate::constant::ConstantField;
use crate::differentiable::Differentiable;
use crate::directions::{Directions, One};
use crate::field::Site;
use crate::kinds::{Element, Lend, Unvaried, Varied};
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

/// A value that tangents go with.
///
/// The tangent of a number, slice, array, `Vec` or tuple looks like the value; that of a struct is
/// its gradient type. Owned, the tangent of every type along [`One`] direction is its gradient.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no gradient",
    label = "a differentiable value of type `{Self}`",
    note = "`f64`, `f32`, and references, slices, arrays, `Vec`s, tuples and `Option`s of these have one, and structs with `#[derive(Differentiable)]`",
    note = "mark the parameter or field `#[constant]` if no derivative with respect to it is wanted; a constant that is only handed on needs a `let` with its type (`let n: usize = p.n;`)"
)]
pub trait Zeroed: Differentiable {
    /// The tangent, as it is borrowed: `[f64]` for `[f64]`.
    type Tangent<L: Directions>: ToOwned + ?Sized;

    /// Zeros of the lengths of `self`.
    fn zeroed<L: Directions>(&self) -> Dots<L, Self>;
}

/// The tangent of a `T` along the directions `L`, owned.
pub type Dots<L, T> = <<T as Zeroed>::Tangent<L> as ToOwned>::Owned;

/// A tangent of zeros for `x`.
#[doc(hidden)]
#[inline(always)]
pub fn zero_dots<L: Directions, T: Zeroed + ?Sized>(_: L, x: &T) -> Dots<L, T> {
    x.zeroed::<L>()
}

#[diagnostic::do_not_recommend]
impl<S: Scalar> Zeroed for S {
    type Tangent<L: Directions> = L::Of<S>;
    #[inline(always)]
    fn zeroed<L: Directions>(&self) -> L::Of<S> {
        L::Of::default()
    }
}

impl<T: Element> Zeroed for [T] {
    type Tangent<L: Directions> = [T::Bar<Varied<L>>];
    #[inline]
    fn zeroed<L: Directions>(&self) -> Vec<T::Bar<Varied<L>>> {
        self.iter().map(T::zero_dots::<L>).collect()
    }
}

macro_rules! owned {
    ($([$($n:ident)*] $value:ty = $tangent:ty;)*) => {$(
        impl<T: Element $(, const $n: usize)*> Zeroed for $value {
            type Tangent<L: Directions> = $tangent;
            #[inline]
            fn zeroed<L: Directions>(&self) -> $tangent {
                Element::zero_dots::<L>(self)
            }
        }
    )*};
}

owned! {
    [] Vec<T> = Vec<T::Bar<Varied<L>>>;
    [N] [T; N] = [T::Bar<Varied<L>>; N];
    [] Option<T> = Option<T::Bar<Varied<L>>>;
}

/// Tuples of up to twelve elements.
macro_rules! tuples {
    ($($($t:ident $u:ident $i:tt),+;)*) => {$(
        impl<$($t: Element),+> Zeroed for ($($t,)+) {
            type Tangent<L: Directions> = ($(<$t as Element>::Bar<Varied<L>>,)+);
            #[inline]
            fn zeroed<L: Directions>(&self) -> Self::Tangent<L> {
                Element::zero_dots::<L>(self)
            }
        }
    )*};
}

for_each_tuple!(tuples);

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
pub trait Dot<T: Zeroed + ?Sized, L: Directions = One> {
    /// The tangent that goes with `primal`.
    fn dot<'p>(self, primal: &'p T) -> Cow<'p, T::Tangent<L>>
    where
        Self: 'p;

    /// The caller's sites for the decisions of an operation of the table, see [`crate::operation::At`].
    #[doc(hidden)]
    #[inline(always)]
    fn sites(&self) -> &'static [Site] {
        &[]
    }
}

impl<L: Directions, T: Zeroed<Tangent<L> = D> + ?Sized, D: ToOwned + ?Sized> Dot<T, L>
    for Tangent<'_, D>
{
    #[inline(always)]
    fn dot<'p>(self, _: &'p T) -> Cow<'p, D>
    where
        Self: 'p,
    {
        Cow::Borrowed(self.0)
    }
}

/// The tangent of an array or a vector where a slice is wanted.
macro_rules! as_slice {
    ($([$($n:ident)*] $tangent:ty;)*) => {$(
        impl<L: Directions, T: Element $(, const $n: usize)*> Dot<[T], L> for Tangent<'_, $tangent> {
            #[inline(always)]
            fn dot<'p>(self, _: &'p [T]) -> Cow<'p, [T::Bar<Varied<L>>]>
            where
                Self: 'p,
            {
                Cow::Borrowed(self.0)
            }
        }
    )*};
}

as_slice! {
    [N] [T::Bar<Varied<L>>; N];
    [] Vec<T::Bar<Varied<L>>>;
}

impl<L: Directions, T: Zeroed + ?Sized> Dot<T, L> for Unvaried {
    #[inline(always)]
    fn dot<'p>(self, primal: &'p T) -> Cow<'p, T::Tangent<L>>
    where
        Self: 'p,
    {
        Cow::Owned(primal.zeroed::<L>())
    }
}

/// The tangent of what is handed over as `&mut`, and only read.
impl<L: Directions, T: Zeroed + ?Sized, D: Lend<T::Tangent<L>> + ?Sized> Dot<T, L> for &mut D {
    #[inline(always)]
    fn dot<'p>(self, _: &'p T) -> Cow<'p, T::Tangent<L>>
    where
        Self: 'p,
    {
        Cow::Borrowed(self.lent())
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

/// An integer, in a field whose type the caller does not know.
impl ConstantDot for Tangent<'_, ConstantField> {}
