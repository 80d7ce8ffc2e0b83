//! What a pullback takes again: the arguments that were passed by shared reference.
//!
//! The compiler does not know the type of a constant such as `TABLE`; whether it is a reference decides what
//! the callee's pullback asks for. [`Again`] answers by method lookup: the method for references is found first.

use core::borrow::Borrow;
use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;

/// An argument that may be a reference.
///
/// ```
/// use autodiff_runtime::again::Again;
///
/// static TABLE: [f64; 2] = [1.0, 2.0];
/// let again: &[f64; 2] = Again(&TABLE).again();
/// let nothing: () = Again(3.0).again();
/// ```
#[derive(Debug)]
pub struct Again<T>(
    /// The argument.
    pub T,
);

impl<'a, T: ?Sized> Again<&'a T> {
    /// The reference, once more.
    #[inline(always)]
    pub fn again(self) -> &'a T {
        self.0
    }
}

/// What is passed by value is not asked for again.
#[derive(Debug)]
pub struct ByValue;

impl ByValue {
    /// Nothing.
    #[inline(always)]
    pub fn again(&self) {}
}

impl<T> Deref for Again<T> {
    type Target = ByValue;

    #[inline(always)]
    fn deref(&self) -> &ByValue {
        &ByValue
    }
}

/// What is asked for again of an argument that was handed over as `&mut`: nothing.
#[diagnostic::on_unimplemented(
    message = "a call that only reads its argument is handed a `&mut` reference",
    label = "this call takes `{Self}`, and is handed a `&mut` reference",
    note = "write `&x` for `&mut x` in the call: then its pullback is given once more what it read",
    note = "what a call may change is not kept for it"
)]
pub trait Exclusive {
    /// Nothing.
    fn nothing() -> Self;
}

impl Exclusive for () {
    #[inline(always)]
    fn nothing() {}
}

/// In the place of an argument that was handed over as `&mut`.
#[inline(always)]
#[must_use]
pub fn changed<A: Exclusive>() -> A {
    A::nothing()
}

/// What is kept for a pullback of an argument of which rustc alone knows whether the callee takes a shared reference: the name of a `&mut`
/// reference, of which rustc makes one then, or a constant. If so, it is a copy, otherwise nothing; the pullback tells, see
/// [`taken_again`].
///
/// ```
/// use autodiff_runtime::again::{Given, taken_again, then};
///
/// let (mut u, mut v, name) = (vec![1.0, 2.0], vec![3.0], "half");
/// let (of_u, of_v, of_name) = (then(&u), then(&v), then(&Given(&name)));
/// (u[1], v[0]) = (7.0, 7.0);
/// let pullback = |u: &[f64], _: (), name: &str| u[1] * name.len() as f64;
/// let (u, v, name) = (taken_again(&of_u), taken_again(&of_v), taken_again(&of_name));
/// assert_eq!(pullback(u, v, name), 8.0);
/// ```
pub struct Then<P, K> {
    kept: K,
    passing: PhantomData<P>,
}

impl<P, K> fmt::Debug for Then<P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Then")
    }
}

/// A constant that is handed over by value, and may be a reference.
#[derive(Debug)]
pub struct Given<T>(
    /// A reference to it.
    pub T,
);

/// How the callee takes an argument.
pub trait Passing<T: ?Sized> {
    /// What is kept of it.
    type Kept;
    /// Keeps it.
    fn keep(of: &T) -> Self::Kept;
}

/// By value, or to change it: its pullback does not ask for it.
#[derive(Debug)]
pub struct Taking;

impl<T: ?Sized> Passing<T> for Taking {
    type Kept = ();
    #[inline(always)]
    fn keep(_: &T) {}
}

/// As a shared reference.
#[derive(Debug)]
pub struct Reading;

impl<T: ToOwned + ?Sized> Passing<T> for Reading {
    type Kept = T::Owned;
    #[inline(always)]
    fn keep(of: &T) -> T::Owned {
        of.to_owned()
    }
}

impl<T: ToOwned + ?Sized> Passing<Given<&&T>> for Reading {
    type Kept = T::Owned;
    #[inline(always)]
    fn keep(of: &Given<&&T>) -> T::Owned {
        (**of.0).to_owned()
    }
}

/// What a pullback asks for of an argument.
pub trait Asked {
    /// How the callee took it, therefore.
    type Passing;
}

impl Asked for () {
    type Passing = Taking;
}

impl<T: ?Sized> Asked for &T {
    type Passing = Reading;
}

/// What a pullback asks for, of what was kept.
pub trait TakenAgain<'k, K>: Asked {
    #[doc(hidden)]
    fn of(kept: &'k K) -> Self;
}

impl<K> TakenAgain<'_, K> for () {
    #[inline(always)]
    fn of(_: &K) {}
}

impl<'k, K: Borrow<T>, T: ?Sized> TakenAgain<'k, K> for &'k T {
    #[inline(always)]
    fn of(kept: &'k K) -> &'k T {
        kept.borrow()
    }
}

/// Keeps what the pullback will ask for.
#[inline(always)]
#[must_use]
pub fn then<T: ?Sized, P: Passing<T>>(of: &T) -> Then<P, P::Kept> {
    Then {
        kept: P::keep(of),
        passing: PhantomData,
    }
}

/// What the pullback asks for.
#[inline(always)]
#[must_use]
pub fn taken_again<'k, K, A: TakenAgain<'k, K>>(then: &'k Then<A::Passing, K>) -> A {
    A::of(&then.kept)
}
