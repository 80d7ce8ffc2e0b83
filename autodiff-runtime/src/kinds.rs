//! How a caller tells a callee which arguments are differentiated, at no cost.
//!
//! A *kind* is [`Varied`](struct@Varied) or [`Unvaried`]. It settles the type of the adjoint
//! storage, the *bar*, that goes with an argument: for `Varied` the obvious one
//! (`f64` for `f64`, `[f64]` for a slice or `Vec`, `[f64; N]` for an array), for
//! `Unvaried` a [`Discard`], a type of size zero that swallows what is added.
//!
//! `Kind` has no parameter for the type of the argument: a bound `K: Kind<[f64]>`
//! cannot imply "indexable" for slices alone. Instead each *type* names its bar
//! under a kind: [`Bar<K, T>`](Bar), so that from `K: Kind` alone follows all that
//! emitted code does with bars, and a kind can be handed on for a part of an
//! argument whatever its type is (a row of a nested array, a sub-slice of an array):
//!
//! ```
//! use autodiff_runtime::kinds::{Bar, Kind, Unvaried, Varied, discard};
//!
//! // pullback of x[0]² + x[1]·b
//! fn callee<K0: Kind, K1: Kind>(_: (K0, K1), x: &[f64], b: f64, seed: f64, x_bar: &mut Bar<K0, [f64]>, b_bar: &mut Bar<K1, f64>) {
//!     x_bar[0] += 2.0 * x[0] * seed;
//!     x_bar[1] += b * seed;
//!     *b_bar += x[1] * seed;
//! }
//! fn caller<K0: Kind>(kinds: (K0,), x: &[[f64; 3]], seed: f64, x_bar: &mut Bar<K0, [[f64; 3]]>) {
//!     for i in 0..x.len() {
//!         callee((kinds.0, Unvaried), &x[i][1..], 2.0, seed, &mut x_bar[i][1..], &mut discard());
//!     }
//! }
//! let x = [[1.0, 2.0, 3.0]];
//! let mut x_bar = [[0.0; 3]];
//! caller((Varied,), &x, 1.0, &mut x_bar);
//! assert_eq!(x_bar, [[0.0, 4.0, 2.0]]);
//! caller((Unvaried,), &x, 1.0, &mut discard()); // nothing to be seen
//! ```

use core::fmt;
use core::marker::PhantomData;
use core::ops::{
    AddAssign, Index, IndexMut, Range, RangeFrom, RangeFull, RangeInclusive, RangeTo,
    RangeToInclusive, SubAssign,
};

use crate::differentiable::{Accumulate, Adjoint, Differentiable};
use crate::directions::{Directions, One};
use crate::field::Site;
use crate::jacobian::Components;
use crate::numeric::Scalar;
use crate::optional::Payload;
use crate::same_shape::{Mismatch, SameShape};
use crate::sums::Summed;

/// The argument is differentiated. A tangent is of the kind `Varied<L>` along the directions `L`, an adjoint of the
/// kind `Varied`.
pub struct Varied<L = One> {
    directions: PhantomData<L>,
}

/// The kind of an argument that is differentiated.
#[allow(non_upper_case_globals, reason = "as if it were a unit struct")]
pub const Varied: Varied = Varied {
    directions: PhantomData,
};

impl<L> Clone for Varied<L> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for Varied<L> {}

impl<L> fmt::Debug for Varied<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Varied")
    }
}

/// The argument is not differentiated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unvaried;

/// Bars that can be indexed as a slice of `E` is.
pub trait Indexed<K: Kind, E: Element>:
    IndexMut<usize, Output = E::Bar<K>>
    + IndexMut<Range<usize>, Output = K::Slice<E>>
    + IndexMut<RangeFrom<usize>, Output = K::Slice<E>>
    + IndexMut<RangeTo<usize>, Output = K::Slice<E>>
    + IndexMut<RangeInclusive<usize>, Output = K::Slice<E>>
    + IndexMut<RangeToInclusive<usize>, Output = K::Slice<E>>
    + IndexMut<RangeFull, Output = K::Slice<E>>
{
}

impl<K: Kind, E: Element, B: ?Sized> Indexed<K, E> for B where
    B: IndexMut<usize, Output = E::Bar<K>>
        + IndexMut<Range<usize>, Output = K::Slice<E>>
        + IndexMut<RangeFrom<usize>, Output = K::Slice<E>>
        + IndexMut<RangeTo<usize>, Output = K::Slice<E>>
        + IndexMut<RangeInclusive<usize>, Output = K::Slice<E>>
        + IndexMut<RangeToInclusive<usize>, Output = K::Slice<E>>
        + IndexMut<RangeFull, Output = K::Slice<E>>
{
}

/// A bar that can be lent out as another: that of an array or a list as that of a slice, and each as itself.
pub trait Lend<B: ?Sized> {
    /// The same bar.
    fn lent(&mut self) -> &mut B;
}

impl<B: ?Sized> Lend<B> for B {
    #[inline(always)]
    fn lent(&mut self) -> &mut B {
        self
    }
}

impl<B> Lend<[B]> for Vec<B> {
    #[inline(always)]
    fn lent(&mut self) -> &mut [B] {
        self
    }
}

impl<B, const N: usize> Lend<[B]> for [B; N] {
    #[inline(always)]
    fn lent(&mut self) -> &mut [B] {
        self
    }
}

/// A bar as what a callee wants: of a field, nobody but rustc knows the type.
///
/// ```
/// use autodiff_runtime::kinds::lend;
/// let mut bar = vec![1.0, 2.0];
/// let of_slice: &mut [f64] = lend(&mut bar);
/// of_slice[0] = 3.0;
/// assert_eq!(bar, [3.0, 2.0]);
/// ```
#[inline(always)]
pub fn lend<T: Lend<B> + ?Sized, B: ?Sized>(bar: &mut T) -> &mut B {
    bar.lent()
}

/// What can be done with every bar that has a size: gradients are compared, summed, and listed.
pub trait BarValue: Clone + fmt::Debug + PartialEq + SameShape<Self> + Summed + Components {}

impl<B: Clone + fmt::Debug + PartialEq + SameShape<Self> + Summed + Components> BarValue for B {}

/// [`Varied`](struct@Varied) or [`Unvaried`], and the bars that go with it.
pub trait Kind: Copy + fmt::Debug + 'static {
    /// Whether the argument is differentiated.
    const VARIED: bool;
    /// Bar of a number.
    type Scalar<S: Scalar>: AddAssign<S> + SubAssign<S> + Accumulate<S> + Adjoint + BarValue;
    /// Bar of a slice, and of a `Vec`.
    type Slice<E: Element>: ?Sized
        + Indexed<Self, E>
        + Accumulate<[E::Gradient]>
        + Adjoint
        + Accumulate<Vec<E::Gradient>>;
    /// Bar of an array.
    type Array<E: Element, const N: usize>: Indexed<Self, E>
        + Lend<Self::Slice<E>>
        + Lend<Self::Array<E, N>>
        + Accumulate<[E::Gradient; N]>
        + Adjoint
        + BarValue;
    /// Bar of a `Vec` inside a slice, array or struct.
    type List<E: Element>: Indexed<Self, E>
        + Lend<Self::Slice<E>>
        + Lend<Self::List<E>>
        + Accumulate<Vec<E::Gradient>>
        + Adjoint
        + BarValue;
    /// Bar of an `Option`.
    type Maybe<E: Element>: IndexMut<Payload, Output = E::Bar<Self>>
        + Accumulate<Option<E::Gradient>>
        + Adjoint
        + BarValue;

    /// The caller's sites for the decisions of an operation of the table, see [`crate::operation::At`].
    #[doc(hidden)]
    #[inline(always)]
    fn sites(self) -> &'static [Site] {
        &[]
    }
}

impl<L: Directions> Kind for Varied<L> {
    const VARIED: bool = true;
    type Scalar<S: Scalar> = L::Of<S>;
    type Slice<E: Element> = [E::Bar<Varied<L>>];
    type Array<E: Element, const N: usize> = [E::Bar<Varied<L>>; N];
    type List<E: Element> = Vec<E::Bar<Varied<L>>>;
    type Maybe<E: Element> = Option<E::Bar<Varied<L>>>;
}

impl Kind for Unvaried {
    const VARIED: bool = false;
    type Scalar<S: Scalar> = Discard<S>;
    type Slice<E: Element> = Discard<[E]>;
    type Array<E: Element, const N: usize> = Discard<[E]>;
    type List<E: Element> = Discard<[E]>;
    type Maybe<E: Element> = Discard<Option<E>>;
}

/// A type whose values have a bar.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no gradient",
    label = "a differentiable value of type `{Self}`",
    note = "`f64`, `f32`, and references, slices, arrays, `Vec`s, tuples and `Option`s of these have one, and structs with `#[derive(Differentiable)]`",
    note = "mark the parameter or field `#[constant]` if no derivative with respect to it is wanted; a constant that is only handed on needs a `let` with its type (`let n: usize = p.n;`)"
)]
pub trait Shape {
    /// The bar under a kind.
    type Bar<K: Kind>: ?Sized;
}

/// The bar of a `T` under the kind `K`.
pub type Bar<K, T> = <T as Shape>::Bar<K>;

/// A type that slices and arrays of it have bars for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no gradient",
    label = "a differentiable value of type `{Self}`",
    note = "`f64`, `f32`, and references, slices, arrays, `Vec`s, tuples and `Option`s of these have one, and structs with `#[derive(Differentiable)]`",
    note = "mark the parameter or field `#[constant]` if no derivative with respect to it is wanted; a constant that is only handed on needs a `let` with its type (`let n: usize = p.n;`)"
)]
pub trait Element:
    Differentiable<Gradient = <Self as Element>::Bar<Varied>>
    + SameShape<<Self as Element>::Bar<Varied>>
{
    /// The bar under a kind, as an element of another bar.
    type Bar<K: Kind>: Accumulate<Self::Gradient> + Adjoint + BarValue;
    /// A bar that swallows what is added to it.
    fn discard() -> Self::Bar<Unvaried>;
    /// A tangent of zeros along the directions, of the lengths of `self`.
    #[doc(hidden)]
    fn zero_dots<L: Directions>(&self) -> <Self as Element>::Bar<Varied<L>>;
}

/// Swallows everything that is added to it. `T` is the argument it stands beside.
pub struct Discard<T: ?Sized = ()>(PhantomData<fn(&T)>);

impl<T: ?Sized> Default for Discard<T> {
    #[inline(always)]
    fn default() -> Self {
        Discard(PhantomData)
    }
}

impl<T: ?Sized> Clone for Discard<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        Discard(PhantomData)
    }
}

impl<T: ?Sized> PartialEq for Discard<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T: ?Sized> SameShape<Self> for Discard<T> {
    #[inline(always)]
    fn mismatch(&self, _: &Self) -> Option<Mismatch> {
        None
    }
}

impl<T: ?Sized> Summed for Discard<T> {
    #[inline(always)]
    fn sum_of(_: &[Self]) -> Self {
        Discard(PhantomData)
    }
}

/// Nothing is kept, so there are no numbers.
impl<T: ?Sized> Components for Discard<T> {
    type Rows<G> = ();
    fn count(&self) -> usize {
        0
    }
    fn read(&self, _: &mut Vec<f64>) {}
    fn write(&mut self, _: &mut impl Iterator<Item = f64>) {}
    fn rows<G>(&self, _: &mut impl Iterator<Item = G>) {}
}

impl<T: ?Sized> fmt::Debug for Discard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Discard")
    }
}

/// A bar for an argument that is not differentiated, of the type that is wanted.
#[inline(always)]
#[must_use]
pub fn discard<B: Default>() -> B {
    B::default()
}

impl<S: Scalar> AddAssign<S> for Discard<S> {
    #[inline(always)]
    fn add_assign(&mut self, _: S) {}
}

impl<S: Scalar> SubAssign<S> for Discard<S> {
    #[inline(always)]
    fn sub_assign(&mut self, _: S) {}
}

impl<T: ?Sized, G: ?Sized> Accumulate<G> for Discard<T> {
    #[inline(always)]
    fn accumulate(&mut self, _: &G) {}
}

impl<T: ?Sized> Adjoint for Discard<T> {
    #[inline(always)]
    fn add(&mut self, _: &Self) {}
    #[inline(always)]
    fn clear(&mut self) {}
}

macro_rules! discard_index {
    ($($range:ty),*) => {$(
        impl<E: Element> Index<$range> for Discard<[E]> {
            type Output = Discard<[E]>;
            #[inline(always)]
            fn index(&self, _: $range) -> &Discard<[E]> {
                self
            }
        }
        impl<E: Element> IndexMut<$range> for Discard<[E]> {
            #[inline(always)]
            fn index_mut(&mut self, _: $range) -> &mut Discard<[E]> {
                self
            }
        }
    )*};
}

discard_index!(
    Range<usize>,
    RangeFrom<usize>,
    RangeTo<usize>,
    RangeInclusive<usize>,
    RangeToInclusive<usize>,
    RangeFull
);

impl<E: Element> Index<usize> for Discard<[E]> {
    type Output = <E as Element>::Bar<Unvaried>;
    #[inline(always)]
    fn index(&self, _: usize) -> &Self::Output {
        nowhere(E::discard())
    }
}

impl<E: Element> IndexMut<usize> for Discard<[E]> {
    #[inline(always)]
    fn index_mut(&mut self, _: usize) -> &mut Self::Output {
        nowhere(E::discard())
    }
}

/// A place that is never read. Boxes of size zero allocate nothing, so nothing leaks.
#[inline(always)]
pub(crate) fn nowhere<'b, B: 'b>(bar: B) -> &'b mut B {
    const {
        assert!(
            size_of::<B>() == 0,
            "bars of arguments that are not differentiated have no size"
        )
    };
    Box::leak(Box::new(bar))
}

#[diagnostic::do_not_recommend]
impl<S: Scalar> Element for S {
    type Bar<K: Kind> = K::Scalar<S>;
    #[inline(always)]
    fn discard() -> Discard<S> {
        Discard::default()
    }
    #[inline(always)]
    fn zero_dots<L: Directions>(&self) -> L::Of<S> {
        L::Of::default()
    }
}

impl<E: Element, const N: usize> Element for [E; N] {
    type Bar<K: Kind> = K::Array<E, N>;
    #[inline(always)]
    fn discard() -> Discard<[E]> {
        Discard::default()
    }
    #[inline]
    fn zero_dots<L: Directions>(&self) -> [E::Bar<Varied<L>>; N] {
        core::array::from_fn(|i| self[i].zero_dots::<L>())
    }
}

impl<E: Element> Element for Vec<E> {
    type Bar<K: Kind> = K::List<E>;
    #[inline(always)]
    fn discard() -> Discard<[E]> {
        Discard::default()
    }
    #[inline]
    fn zero_dots<L: Directions>(&self) -> Vec<E::Bar<Varied<L>>> {
        self.iter().map(E::zero_dots::<L>).collect()
    }
}

impl<E: Element> Element for Option<E> {
    type Bar<K: Kind> = K::Maybe<E>;
    #[inline(always)]
    fn discard() -> Discard<Option<E>> {
        Discard::default()
    }
    #[inline]
    fn zero_dots<L: Directions>(&self) -> Option<E::Bar<Varied<L>>> {
        self.as_ref().map(E::zero_dots::<L>)
    }
}

#[diagnostic::do_not_recommend]
impl<S: Scalar> Shape for S {
    type Bar<K: Kind> = K::Scalar<S>;
}

impl<E: Element> Shape for [E] {
    type Bar<K: Kind> = K::Slice<E>;
}

impl<E: Element> Shape for Vec<E> {
    type Bar<K: Kind> = K::Slice<E>;
}

impl<E: Element, const N: usize> Shape for [E; N] {
    type Bar<K: Kind> = K::Array<E, N>;
}

impl<E: Element> Shape for Option<E> {
    type Bar<K: Kind> = K::Maybe<E>;
}

/// Tuples of up to twelve elements.
macro_rules! tuples {
    ($($($t:ident $u:ident $i:tt),+;)*) => {$(
        impl<$($t: Element),+> Element for ($($t,)+) {
            type Bar<K: Kind> = ($(<$t as Element>::Bar<K>,)+);
            #[inline(always)]
            fn discard() -> Self::Bar<Unvaried> {
                ($($t::discard(),)+)
            }
            #[inline]
            fn zero_dots<L: Directions>(&self) -> ($(<$t as Element>::Bar<Varied<L>>,)+) {
                ($(self.$i.zero_dots::<L>(),)+)
            }
        }
        impl<$($t: Element),+> Shape for ($($t,)+) {
            type Bar<K: Kind> = ($(<$t as Element>::Bar<K>,)+);
        }
    )*};
}

for_each_tuple!(tuples);

/// The kind of a parameter that is `#[constant]` in the callee: only [`Unvaried`].
#[diagnostic::on_unimplemented(
    message = "a differentiable value reaches a parameter that is constant",
    label = "this call passes a differentiable value for a `#[constant]` parameter",
    note = "make the parameter differentiable in the function that is called (take `#[constant]` off, or add it to `wrt(…)`)",
    note = "or cut the value off on purpose with `stop_gradient(…)`, or mark it `#[constant]` where it comes from"
)]
pub trait Constant: Kind {
    /// The bar: nothing is kept.
    type Bar: Default;
}

impl Constant for Unvaried {
    type Bar = Discard;
}

/// The adjoint of a result that nobody uses: zero.
#[diagnostic::on_unimplemented(
    message = "the result of this call is dropped, and the lengths of its adjoint `{Self}` are not known then",
    label = "a call whose result is not used",
    note = "bind the result: `let _result = …;`"
)]
pub trait Unused {
    /// Zero.
    fn unused() -> Self;
}

/// The adjoint of a result that nobody uses, of the type that is wanted.
///
/// ```
/// use autodiff_runtime::kinds::unused;
/// let zero: (f64, [f32; 2]) = unused();
/// assert_eq!(zero, (0.0, [0.0; 2]));
/// ```
#[inline(always)]
#[must_use]
pub fn unused<T: Unused>() -> T {
    T::unused()
}

macro_rules! unused_numbers {
    ($($t:ty = $zero:expr;)*) => {$(
        impl Unused for $t {
            #[inline(always)]
            fn unused() -> $t {
                $zero
            }
        }
    )*};
}

unused_numbers! {
    f64 = 0.0;
    f32 = 0.0;
    () = ();
}

impl<T: Unused, const N: usize> Unused for [T; N] {
    #[inline]
    fn unused() -> Self {
        core::array::from_fn(|_| T::unused())
    }
}

macro_rules! unused_tuples {
    ($($($t:ident $u:ident $i:tt),+;)*) => {$(
        impl<$($t: Unused),+> Unused for ($($t,)+) {
            #[inline]
            fn unused() -> Self {
                ($($t::unused(),)+)
            }
        }
    )*};
}

for_each_tuple!(unused_tuples);
