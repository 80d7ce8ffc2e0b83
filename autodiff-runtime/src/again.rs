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
