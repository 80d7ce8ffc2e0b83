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
//! and the same with [`Facade`] and `v.relu()`;
//! and, for the methods of [`Nonsmooth`](crate::ops::Nonsmooth), a call on a [`Probe`], which only
//! that trait has methods for: it compiles only if the trait is in scope.

use core::any::TypeId;

use crate::numeric::Scalar;

/// Declares a trait with methods by their number of arguments.
macro_rules! methods {
    ($(#[doc = $doc:literal])+ $trait:ident, $table:ident: [$($nullary:ident)*] [$($unary:ident)*] [$($binary:ident)*]) => {
        $(#[doc = $doc])+
        #[allow(clippy::wrong_self_convention, missing_docs, reason = "names are those of std")]
        pub trait $trait {
            $(fn $nullary(&self) {})*
            $(fn $unary<A>(&self, _: A) {})*
            $(fn $binary<A, B>(&self, _: A, _: B) {})*
        }
        impl<T: Scalar> $trait for T {}

        /// Names and numbers of arguments, for the test that none is missing.
        #[doc(hidden)]
        pub const $table: &[(&str, usize)] =
            &[$((stringify!($nullary), 1),)* $((stringify!($unary), 2),)* $((stringify!($binary), 3),)*];
    };
}

methods! {
    /// Has a method for each method of `f64` that a rule knows.
    Std, STD:
    [
        sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sin_cos exp exp2 exp_m1 ln ln_1p log2 log10
        sqrt cbrt recip abs to_radians to_degrees floor ceil round round_ties_even trunc fract signum next_up next_down
        to_bits to_le_bytes to_be_bytes to_ne_bytes classify is_sign_positive is_sign_negative
    ]
    [log powi powf hypot atan2 midpoint max min copysign rem_euclid div_euclid total_cmp partial_cmp]
    [mul_add clamp]
}

methods! {
    /// Has the predicates of `f64` that no rule stands for.
    Predicates, PREDICATES:
    [is_nan is_finite is_infinite is_normal is_subnormal]
    []
    []
}

methods! {
    /// Has the methods of [`Nonsmooth`](crate::ops::Nonsmooth).
    Facade, FACADE:
    [relu relu6 hardtanh hinge selu hard_sigmoid hard_swish sigmoid softplus]
    [leaky_relu softshrink huber elu celu]
    []
}

/// Not a number: has the methods of [`Nonsmooth`](crate::ops::Nonsmooth) and no others.
#[derive(Clone, Copy, Debug)]
pub struct Probe<T>(pub T);

/// That the name of a type which is indexed or run over stands for an array, a vector or a slice.
///
/// ```compile_fail
/// struct Knots([f64; 2]);
/// autodiff_runtime::rivals::is_list::<Knots>();
/// ```
#[inline(always)]
pub const fn is_list<T: IsList + ?Sized>() {}

/// See [`is_list`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is indexed or run over, and is no array, vector or slice",
    label = "a parameter of the type `{Self}`",
    note = "run over a field of it, which is one"
)]
pub trait IsList {}

impl<T> IsList for Vec<T> {}
impl<T> IsList for [T] {}
impl<T, const N: usize> IsList for [T; N] {}

/// That a name in the user's function is the operation that it was taken for.
///
/// ```compile_fail
/// fn relu(x: f64) -> f64 { x }
/// autodiff_runtime::rivals::same_operation(autodiff_runtime::ops::relu::<f64>, relu);
/// ```
#[inline(always)]
pub fn same_operation<F, G: IsOperation<F>>(_: F, _: G) {}

/// See [`same_operation`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the operation of `conservative_grad` that it is called like",
    label = "this is taken for an operation of `conservative_grad`",
    note = "call a function of your own by a path: `self::name(…)`, and annotate it with `#[conservative_grad]`",
    note = "the operation of `conservative_grad` is `{F}`"
)]
pub trait IsOperation<F> {}
impl<F> IsOperation<F> for F {}

/// True if both are the same function; known at compile time, if not to the type checker.
#[inline(always)]
#[must_use]
pub fn same_function<F: 'static, G: 'static>(_: &F, _: &G) -> bool {
    TypeId::of::<F>() == TypeId::of::<G>()
}

/// Panics if the function that is called and the function that was differentiated are two.
#[inline(always)]
#[track_caller]
pub fn assert_companion(same: bool, name: &str) {
    if !same {
        two_functions(name);
    }
}

#[cold]
#[track_caller]
fn two_functions(name: &str) -> ! {
    panic!(
        "`{name}` is one function here, and the derivative that its name leads to is that of another: \
         a glob import brings the derivative, and something nearer hides its function; name what you mean by its path"
    )
}
