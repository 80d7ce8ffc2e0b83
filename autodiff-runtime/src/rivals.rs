//! Traits that never do anything but stand in the way of a user's trait of the same method names.
//!
//! A rule is chosen by the name of a method. Where a trait of the user's gives numbers a method
//! `abs(&self)`, `v.abs()` on a `v: &f64` calls *that* one, and the rule would be wrong in silence.
//! Emitted code therefore holds dead code such as
//!
//! ```
//! # let v = &1.0_f64;
//! {
//!     use autodiff_runtime::rivals::Std as _;
//!     let _ = || v.abs(); // with a rival in scope: error E0034, multiple applicable items
//! }
//! ```
//!
//! and, for the methods of [`Nonsmooth`](crate::ops::Nonsmooth), a call on a [`Probe`], which only
//! that trait has methods for: it compiles only if the trait is in scope.

/// Declares the methods by their number of arguments.
macro_rules! std_methods {
    ([$($nullary:ident)*] [$($unary:ident)*] [$($binary:ident)*]) => {
        /// Has a method for each method of `f64` that a rule knows.
        #[allow(clippy::wrong_self_convention, missing_docs, reason = "names are those of std")]
        pub trait Std {
            $(fn $nullary(&self) {})*
            $(fn $unary<A>(&self, _: A) {})*
            $(fn $binary<A, B>(&self, _: A, _: B) {})*
        }
        impl Std for f32 {}
        impl Std for f64 {}

        /// Names and numbers of arguments, for the test that none is missing.
        #[doc(hidden)]
        pub const STD: &[(&str, usize)] =
            &[$((stringify!($nullary), 1),)* $((stringify!($unary), 2),)* $((stringify!($binary), 3),)*];
    };
}

std_methods! {
    [
        sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sin_cos exp exp2 exp_m1 ln ln_1p log2 log10
        sqrt cbrt recip abs to_radians to_degrees floor ceil round round_ties_even trunc fract signum next_up next_down
        to_bits to_le_bytes to_be_bytes to_ne_bytes classify is_sign_positive is_sign_negative
    ]
    [log powi powf hypot atan2 midpoint max min copysign rem_euclid div_euclid total_cmp partial_cmp]
    [mul_add clamp]
}

/// Not a number: has the methods of [`Nonsmooth`](crate::ops::Nonsmooth) and no others.
#[derive(Clone, Copy, Debug)]
pub struct Probe<T>(pub T);
