//! Which types have a gradient, and what it is.

use core::fmt::Debug;

use crate::numeric::{Scalar, cast, number};

/// A type whose values can be differentiated.
///
/// | value | gradient |
/// | --- | --- |
/// | `f64`, `f32` | a number of the same type |
/// | `[T; N]` | an array of gradients |
/// | `[T]`, `Vec<T>` | a `Vec` of gradients |
/// | a tuple | a tuple of gradients |
/// | an integer, `bool` or `char` in such a tuple | [`ConstantField`](crate::ConstantField) |
/// | `Option<T>` | an `Option` of a gradient, which is `None` where the value is |
/// | `&T`, `&mut T`, `Box<T>` | the gradient of what is behind the pointer |
/// | a struct with `#[derive(Differentiable)]` | a struct with fields of the same names |
///
/// ```
/// use autodiff_runtime::zero_like;
/// assert_eq!(zero_like(&[1.0, 2.0][..]), vec![0.0, 0.0]);
/// assert_eq!(zero_like(&([1.0f32; 2], 3.0f64)), ([0.0f32; 2], 0.0f64));
/// assert_eq!(zero_like(&Some(2.0)), Some(0.0));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no gradient",
    label = "a differentiable value of type `{Self}`",
    note = "`f64`, `f32`, and references, slices, arrays, `Vec`s, tuples and `Option`s of these have one, and structs with `#[derive(Differentiable)]`",
    note = "mark the parameter or field `#[constant]` if no derivative with respect to it is wanted; a constant that is only handed on needs a `let` with its type (`let n: usize = p.n;`)"
)]
pub trait Differentiable {
    /// What holds the derivative with respect to a value of this type.
    type Gradient: Clone + Debug + PartialEq;

    /// A gradient of zeros, of the lengths of `self`.
    fn zero_gradient(&self) -> Self::Gradient;

    /// A gradient of zeros that an addition turns into what is added: `-0.0 + x` is `x` for all `x` and costs nothing,
    /// `0.0 + x` is not where `x` is `-0.0`, and is computed. For adjoints that nobody outside sees; of what is long,
    /// where a fill with zeros is cheaper, it is [`zero_gradient`](Differentiable::zero_gradient).
    #[doc(hidden)]
    #[inline]
    fn neutral_gradient(&self) -> Self::Gradient {
        self.zero_gradient()
    }

    /// Some value, for a variable that is assigned before it is read; `None` if nothing is known
    /// to make one of.
    #[doc(hidden)]
    #[must_use]
    fn blank() -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// Appends the numbers of the value to `out`: in the order of elements and fields, as those of the gradient.
    #[doc(hidden)]
    fn append_numbers(&self, out: &mut Vec<f64>);

    /// Replaces the numbers by the next of `from`. False where one is behind a shared reference, or `from` ends.
    #[doc(hidden)]
    fn replace_numbers(&mut self, from: &mut core::slice::Iter<'_, f64>) -> bool;
}

/// A value that is replaced before it is read.
///
/// # Panics
///
/// If a type in `T` is a struct without `#[derive(Differentiable)]`, or has a constant field of a
/// type without `Default`.
#[doc(hidden)]
#[must_use]
pub fn blank<T: Differentiable>() -> T {
    let Some(value) = T::blank() else {
        panic!(
            "a variable of type `{}` needs a value before it is assigned: derive `Default` for the types of its constant fields",
            core::any::type_name::<T>()
        );
    };
    value
}

/// The length up to which an array is taken for numbers side by side, here and by the compiler.
#[doc(hidden)]
pub const SHORT: usize = 16;

/// Zeros for `x`, see [`Differentiable::neutral_gradient`].
#[doc(hidden)]
#[inline]
#[must_use]
pub fn neutral_like<T: Differentiable + ?Sized>(x: &T) -> T::Gradient {
    x.neutral_gradient()
}

/// A gradient of zeros for `x`.
#[inline]
#[must_use]
pub fn zero_like<T: Differentiable + ?Sized>(x: &T) -> T::Gradient {
    x.zero_gradient()
}

/// The element that was pushed last.
#[doc(hidden)]
#[inline]
pub fn last<T>(all: &[T]) -> &T {
    &all[all.len() - 1]
}

// One impl each, not one for every `Scalar`: it would overlap with references, which are fundamental.
macro_rules! differentiable_numbers {
    ($($t:ident)*) => {$(
        impl Differentiable for $t {
            type Gradient = $t;
            #[inline(always)]
            fn zero_gradient(&self) -> $t {
                0.0
            }
            #[inline(always)]
            fn neutral_gradient(&self) -> $t {
                -0.0
            }
            #[inline(always)]
            fn blank() -> Option<$t> {
                Some(0.0)
            }
            fn append_numbers(&self, out: &mut Vec<f64>) {
                out.push(cast(*self));
            }
            fn replace_numbers(&mut self, from: &mut core::slice::Iter<'_, f64>) -> bool {
                from.next().map(|x| *self = number(*x)).is_some()
            }
        }
    )*};
}

differentiable_numbers!(f32 f64);

/// There is nothing in it: what a function gives that only may fail (`Result<(), E>`).
impl Differentiable for () {
    type Gradient = ();
    fn zero_gradient(&self) {}
    fn blank() -> Option<()> {
        Some(())
    }
    fn append_numbers(&self, _: &mut Vec<f64>) {}
    fn replace_numbers(&mut self, _: &mut core::slice::Iter<'_, f64>) -> bool {
        true
    }
}

impl<T: Differentiable, const N: usize> Differentiable for [T; N] {
    type Gradient = [T::Gradient; N];
    #[inline]
    fn zero_gradient(&self) -> Self::Gradient {
        core::array::from_fn(|i| self[i].zero_gradient())
    }
    #[inline]
    fn neutral_gradient(&self) -> Self::Gradient {
        match N <= SHORT {
            true => core::array::from_fn(|i| self[i].neutral_gradient()),
            false => self.zero_gradient(),
        }
    }
    fn blank() -> Option<Self> {
        let blanks: Vec<T> = (0..N).map_while(|_| T::blank()).collect();
        blanks.try_into().ok()
    }
    fn append_numbers(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|x| x.append_numbers(out));
    }
    fn replace_numbers(&mut self, from: &mut core::slice::Iter<'_, f64>) -> bool {
        self.iter_mut().all(|x| x.replace_numbers(from))
    }
}

impl<T: Differentiable> Differentiable for [T] {
    type Gradient = Vec<T::Gradient>;
    #[inline]
    fn zero_gradient(&self) -> Self::Gradient {
        self.iter().map(T::zero_gradient).collect()
    }
    fn append_numbers(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|x| x.append_numbers(out));
    }
    fn replace_numbers(&mut self, from: &mut core::slice::Iter<'_, f64>) -> bool {
        self.iter_mut().all(|x| x.replace_numbers(from))
    }
}

impl<T: Differentiable> Differentiable for Vec<T> {
    type Gradient = Vec<T::Gradient>;
    #[inline]
    fn zero_gradient(&self) -> Self::Gradient {
        self.as_slice().zero_gradient()
    }
    #[inline]
    fn blank() -> Option<Self> {
        Some(Vec::new())
    }
    fn append_numbers(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|x| x.append_numbers(out));
    }
    fn replace_numbers(&mut self, from: &mut core::slice::Iter<'_, f64>) -> bool {
        self.iter_mut().all(|x| x.replace_numbers(from))
    }
}

impl<T: Differentiable + ?Sized> Differentiable for &T {
    type Gradient = T::Gradient;
    #[inline]
    fn zero_gradient(&self) -> Self::Gradient {
        (**self).zero_gradient()
    }
    #[inline]
    fn neutral_gradient(&self) -> Self::Gradient {
        (**self).neutral_gradient()
    }
    fn append_numbers(&self, out: &mut Vec<f64>) {
        (**self).append_numbers(out);
    }
    fn replace_numbers(&mut self, _: &mut core::slice::Iter<'_, f64>) -> bool {
        false
    }
}

impl<T: Differentiable + ?Sized> Differentiable for &mut T {
    type Gradient = T::Gradient;
    #[inline]
    fn zero_gradient(&self) -> Self::Gradient {
        (**self).zero_gradient()
    }
    #[inline]
    fn neutral_gradient(&self) -> Self::Gradient {
        (**self).neutral_gradient()
    }
    fn append_numbers(&self, out: &mut Vec<f64>) {
        (**self).append_numbers(out);
    }
    fn replace_numbers(&mut self, from: &mut core::slice::Iter<'_, f64>) -> bool {
        (**self).replace_numbers(from)
    }
}

/// A pointer is as transparent as a reference: the gradient is that of what it points to.
impl<T: Differentiable + ?Sized> Differentiable for Box<T> {
    type Gradient = T::Gradient;
    #[inline]
    fn zero_gradient(&self) -> Self::Gradient {
        (**self).zero_gradient()
    }
    #[inline]
    fn neutral_gradient(&self) -> Self::Gradient {
        (**self).neutral_gradient()
    }
    fn append_numbers(&self, out: &mut Vec<f64>) {
        (**self).append_numbers(out);
    }
    fn replace_numbers(&mut self, from: &mut core::slice::Iter<'_, f64>) -> bool {
        (**self).replace_numbers(from)
    }
}

impl<T: Differentiable> Differentiable for Option<T> {
    type Gradient = Option<T::Gradient>;
    #[inline]
    fn zero_gradient(&self) -> Self::Gradient {
        self.as_ref().map(T::zero_gradient)
    }
    #[inline]
    fn blank() -> Option<Self> {
        Some(None)
    }
    fn append_numbers(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|x| x.append_numbers(out));
    }
    fn replace_numbers(&mut self, from: &mut core::slice::Iter<'_, f64>) -> bool {
        self.iter_mut().all(|x| x.replace_numbers(from))
    }
}

/// Storage that a gradient `G` can be added to.
#[diagnostic::on_unimplemented(
    message = "a gradient of type `{G}` cannot be added to `{Self}`",
    label = "this place holds `{Self}`, and a gradient of type `{G}` reaches it"
)]
pub trait Accumulate<G: ?Sized> {
    /// Adds `gradient`, element by element. Panics where lengths differ.
    fn accumulate(&mut self, gradient: &G);
}

/// Adds `gradient` to `bar`, element by element.
///
/// ```
/// let mut bar = [1.0, 2.0];
/// autodiff_runtime::add(&mut bar[..], &vec![0.5, 0.5]);
/// assert_eq!(bar, [1.5, 2.5]);
/// ```
#[inline]
pub fn add<B: Accumulate<G> + ?Sized, G: ?Sized>(bar: &mut B, gradient: &G) {
    bar.accumulate(gradient);
}

#[diagnostic::do_not_recommend]
impl<S: Scalar> Accumulate<S> for S {
    #[inline(always)]
    fn accumulate(&mut self, gradient: &S) {
        *self += *gradient;
    }
}

impl<B: Accumulate<G>, G> Accumulate<[G]> for [B] {
    #[inline]
    fn accumulate(&mut self, gradient: &[G]) {
        assert_eq!(
            self.len(),
            gradient.len(),
            "lengths of a buffer and of the gradient that reaches it differ"
        );
        for (bar, g) in self.iter_mut().zip(gradient) {
            bar.accumulate(g);
        }
    }
}

/// The same through another view of the elements.
macro_rules! accumulate_as_slice {
    ($([$($n:ident)*] $bar:ty, $gradient:ty;)*) => {$(
        impl<B: Accumulate<G>, G $(, const $n: usize)*> Accumulate<$gradient> for $bar {
            #[inline]
            fn accumulate(&mut self, gradient: &$gradient) {
                self[..].accumulate(&gradient[..]);
            }
        }
    )*};
}

accumulate_as_slice! {
    [] [B], Vec<G>;
    [N] [B], [G; N];
    [] Vec<B>, [G];
    [] Vec<B>, Vec<G>;
    [N] Vec<B>, [G; N];
    [N] [B; N], [G];
    [N] [B; N], Vec<G>;
    [N] [B; N], [G; N];
}

impl<B: Accumulate<G>, G> Accumulate<Option<G>> for Option<B> {
    #[inline]
    fn accumulate(&mut self, gradient: &Option<G>) {
        match (self, gradient) {
            (Some(bar), Some(gradient)) => bar.accumulate(gradient),
            (None, None) => {}
            _ => one_is_absent(),
        }
    }
}

#[cold]
#[inline(never)]
fn one_is_absent() -> ! {
    panic!("a gradient is `None` where another is `Some`")
}

/// A gradient of which several are summed.
pub trait Adjoint {
    /// Adds `other`, element by element.
    fn add(&mut self, other: &Self);
    /// Sets every element to zero.
    fn clear(&mut self);
}

#[diagnostic::do_not_recommend]
impl<S: Scalar> Adjoint for S {
    #[inline(always)]
    fn add(&mut self, other: &S) {
        *self += *other;
    }
    #[inline(always)]
    fn clear(&mut self) {
        *self = S::default();
    }
}

impl<T: Adjoint> Adjoint for [T] {
    #[inline]
    fn add(&mut self, other: &[T]) {
        assert_eq!(self.len(), other.len(), "lengths of two gradients differ");
        for (a, b) in self.iter_mut().zip(other) {
            a.add(b);
        }
    }
    #[inline]
    fn clear(&mut self) {
        self.iter_mut().for_each(T::clear);
    }
}

impl<T: Adjoint, const N: usize> Adjoint for [T; N] {
    #[inline]
    fn add(&mut self, other: &Self) {
        self.as_mut_slice().add(other.as_slice());
    }
    #[inline]
    fn clear(&mut self) {
        self.as_mut_slice().clear();
    }
}

impl<T: Adjoint> Adjoint for Vec<T> {
    #[inline]
    fn add(&mut self, other: &Self) {
        self.as_mut_slice().add(other.as_slice());
    }
    #[inline]
    fn clear(&mut self) {
        self.as_mut_slice().clear();
    }
}

impl<T: Adjoint> Adjoint for Option<T> {
    #[inline]
    fn add(&mut self, other: &Self) {
        match (self, other) {
            (Some(a), Some(b)) => a.add(b),
            (None, None) => {}
            _ => one_is_absent(),
        }
    }
    #[inline]
    fn clear(&mut self) {
        self.iter_mut().for_each(T::clear);
    }
}

/// Tuples of up to twelve elements.
macro_rules! tuples {
    ($($($a:ident $b:ident $i:tt),+;)*) => {$(
        impl<$($a: Differentiable),+> Differentiable for ($($a,)+) {
            type Gradient = ($($a::Gradient,)+);
            #[inline]
            fn zero_gradient(&self) -> Self::Gradient {
                ($(self.$i.zero_gradient(),)+)
            }
            #[inline]
            fn neutral_gradient(&self) -> Self::Gradient {
                ($(self.$i.neutral_gradient(),)+)
            }
            #[inline]
            fn blank() -> Option<Self> {
                Some(($($a::blank()?,)+))
            }
            fn append_numbers(&self, out: &mut Vec<f64>) {
                $(self.$i.append_numbers(out);)+
            }
            fn replace_numbers(&mut self, from: &mut core::slice::Iter<'_, f64>) -> bool {
                $(self.$i.replace_numbers(from))&&+
            }
        }
        impl<$($a: Accumulate<$b>, $b),+> Accumulate<($($b,)+)> for ($($a,)+) {
            #[inline]
            fn accumulate(&mut self, gradient: &($($b,)+)) {
                $(self.$i.accumulate(&gradient.$i);)+
            }
        }
        impl<$($a: Adjoint),+> Adjoint for ($($a,)+) {
            #[inline]
            fn add(&mut self, other: &Self) {
                $(self.$i.add(&other.$i);)+
            }
            #[inline]
            fn clear(&mut self) {
                $(self.$i.clear();)+
            }
        }
    )*};
}

for_each_tuple!(tuples);
