//! What a pullback takes again: the arguments that were passed by shared reference.
//!
//! The compiler does not know the type of a constant such as `TABLE`; whether it is a reference decides what
//! the callee's pullback asks for. [`Again`] answers by method lookup: the method for references is found first.

use core::borrow::Borrow;
use core::fmt;
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

/// What is kept for a pullback of an argument that is the name of a `&mut` reference. The callee may change it, then it is nothing;
/// or it takes `&`, and rustc has made a shared reference of it, then it is a copy. The pullback tells, see [`taken_again`].
///
/// ```
/// use autodiff_runtime::again::{taken_again, then};
///
/// let (u, v) = (vec![1.0, 2.0], vec![3.0]);
/// let (kept, nothing) = (then(&u), then(&v));
/// let pullback = |u: &[f64], _: ()| u[1];
/// assert_eq!(pullback(taken_again(&kept), taken_again(&nothing)), 2.0);
/// ```
pub struct Then<T: ?Sized, P: Passing<T>>(P::Kept);

impl<T: ?Sized, P: Passing<T>> fmt::Debug for Then<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Then")
    }
}

/// How the callee takes what is handed over as `&mut`.
pub trait Passing<T: ?Sized> {
    /// What is kept of it.
    type Kept;
    /// Keeps it.
    fn keep(of: &T) -> Self::Kept;
}

/// As it is: the callee may change it, and its pullback does not ask for it.
#[derive(Debug)]
pub struct Changing;

impl<T: ?Sized> Passing<T> for Changing {
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

/// What a pullback asks for of such an argument.
#[diagnostic::on_unimplemented(
    message = "a call that only reads its argument is handed a `&mut` reference, and `{T}` cannot be kept for its pullback",
    label = "a call in here takes `{Self}`, and is handed a `&mut` reference",
    note = "what is handed over so has to be `Clone`; of `&*x` in the place of `x`, too"
)]
pub trait TakenAgain<'k, T: ?Sized> {
    /// How the callee took it, therefore.
    type Passing: Passing<T>;
    #[doc(hidden)]
    fn of(kept: &'k Then<T, Self::Passing>) -> Self;
}

impl<T: ?Sized> TakenAgain<'_, T> for () {
    type Passing = Changing;
    #[inline(always)]
    fn of(_: &Then<T, Changing>) {}
}

impl<'k, T: ToOwned<Owned: Borrow<U>> + ?Sized, U: ?Sized> TakenAgain<'k, T> for &'k U {
    type Passing = Reading;
    #[inline(always)]
    fn of(kept: &'k Then<T, Reading>) -> &'k U {
        kept.0.borrow()
    }
}

/// Keeps what the pullback will ask for.
#[inline(always)]
#[must_use]
pub fn then<T: ?Sized, P: Passing<T>>(of: &T) -> Then<T, P> {
    Then(P::keep(of))
}

/// What the pullback asks for.
#[inline(always)]
#[must_use]
pub fn taken_again<'k, T: ?Sized, A: TakenAgain<'k, T>>(kept: &'k Then<T, A::Passing>) -> A {
    A::of(kept)
}
