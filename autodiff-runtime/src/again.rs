//! What a pullback takes again: the arguments that were passed by shared reference.
//!
//! The compiler does not know the type of a constant such as `TABLE`; whether it is a reference decides what
//! the callee's pullback asks for. [`Again`] answers by method lookup: the method for references is found first.

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
    note = "write `&*x` for `x` in the call: then its pullback is given once more what it read",
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
