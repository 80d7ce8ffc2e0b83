//! The numbers that are differentiated.
//!
//! [`Scalar`] is the bound that emitted code puts on a type parameter. A user's own bound (`Float` of
//! num-traits, [`Real`], a trait of the user's) stands beside it, and two traits with a method of one
//! name make every call of it ambiguous: so `Scalar` has no name that such a trait could have, and
//! what emitted code computes with a type parameter goes through [`Operations`], which no parameter
//! is bounded by.

use core::fmt::Debug;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, Sub, SubAssign};

use crate::differentiable::Differentiable;
use crate::operation::Row;
use crate::rules::Compared;
use crate::same_shape::SameShape;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A number as the result of a function, where `G` is its adjoint: what has a gradient. A macro cannot see whether `Energy` is another
/// name of one.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a real number, and only functions whose result is one have a gradient",
    label = "the result is of the type `{Self}`",
    note = "`vjp`, `jvp` and `jacobian` are there for every result"
)]
pub trait NumberResult<G> {
    /// The adjoint with which a gradient begins.
    fn one() -> G;
}

impl NumberResult<f64> for f64 {
    #[inline]
    fn one() -> f64 {
        1.0
    }
}

impl NumberResult<f32> for f32 {
    #[inline]
    fn one() -> f32 {
        1.0
    }
}

/// A real number of the machine: `f32` or `f64`, and nothing else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a real number (`f64` or `f32`)",
    label = "differentiated as a real number",
    note = "mark the value `#[constant]` if no derivative with respect to it is wanted",
    note = "the operators and methods of other types have no derivative rules: write the computation on `f64` or `f32`",
    note = "a type parameter of a function that asks for derivatives is one where it is bounded by `conservative_grad::Scalar`, too"
)]
pub trait Scalar:
    sealed::Sealed
    + Copy
    + Debug
    + Default
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Rem<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Differentiable<Gradient = Self>
    + SameShape<Self>
    + Send
    + Sync
    + 'static
{
    /// The type itself, seen as one with operations.
    #[doc(hidden)]
    type __Real: Real;
    /// The number itself.
    #[doc(hidden)]
    fn __real(self) -> Self::__Real;
    /// The number itself.
    #[doc(hidden)]
    fn __scalar(x: Self::__Real) -> Self;
    /// [`Row::decisions`] in this precision.
    #[doc(hidden)]
    fn __decisions<R: Row<f32, N, D> + Row<f64, N, D>, const N: usize, const D: usize>(
        args: [Self; N],
    ) -> [Compared<Self>; D];
    /// [`Row::partials`] in this precision.
    #[doc(hidden)]
    fn __partials<R: Row<f32, N, D> + Row<f64, N, D>, const N: usize, const D: usize>(
        args: [Self; N],
        result: Self,
        weights: [f64; D],
    ) -> [Self; N];
}

macro_rules! scalars {
    ($($t:ident)*) => {$(
        impl Scalar for $t {
            type __Real = $t;
            #[inline(always)]
            fn __real(self) -> $t { self }
            #[inline(always)]
            fn __scalar(x: $t) -> $t { x }
            #[inline(always)]
            fn __decisions<R: Row<f32, N, D> + Row<f64, N, D>, const N: usize, const D: usize>(
                args: [$t; N],
            ) -> [Compared<$t>; D] {
                <R as Row<$t, N, D>>::decisions(args)
            }
            #[inline(always)]
            fn __partials<R: Row<f32, N, D> + Row<f64, N, D>, const N: usize, const D: usize>(
                args: [$t; N],
                result: $t,
                weights: [f64; D],
            ) -> [$t; N] {
                <R as Row<$t, N, D>>::partials(args, result, weights)
            }
        }
    )*};
}

scalars!(f32 f64);

macro_rules! real {
    ([$($limit:ident)*] [$($constant:ident)*] $($name:ident($($arg:ident: $ty:ident),*) -> $out:tt,)*) => {
        /// Arithmetic and the differentiable methods of `f64`, for generic code.
        pub trait Real:
            Scalar
        {
            /// 0.
            const ZERO: Self;
            /// 1.
            const ONE: Self;
            $(
                #[doc = concat!("As `f64::", stringify!($limit), "`.")]
                const $limit: Self;
            )*
            $(
                #[doc = concat!("As `std::f64::consts::", stringify!($constant), "`.")]
                const $constant: Self;
            )*
            /// 0.
            #[must_use]
            fn zero() -> Self { Self::ZERO }
            /// 1.
            #[must_use]
            fn one() -> Self { Self::ONE }
            /// The nearest number to `x`.
            #[must_use]
            fn from_f64(x: f64) -> Self;
            /// The nearest number to `n`.
            #[must_use]
            fn from_i32(n: i32) -> Self;
            /// The same number in double precision.
            #[must_use]
            fn to_f64(self) -> f64;
            $(
                #[doc = concat!("As `f64::", stringify!($name), "`.")]
                #[must_use]
                fn $name(self $(, $arg: $ty)*) -> $out;
            )*
        }
        real!(@impl f32 [$($limit)*] [$($constant)*] { $($name($($arg: $ty),*) -> $out,)* });
        real!(@impl f64 [$($limit)*] [$($constant)*] { $($name($($arg: $ty),*) -> $out,)* });

        /// The operations of numbers whose type is a parameter, for emitted code.
        #[doc(hidden)]
        #[allow(missing_docs, non_snake_case, reason = "names are those of `Real`")]
        pub trait Operations: Scalar {
            $(fn $name(self $(, $arg: $ty)*) -> $out;)*
            $(fn $limit() -> Self;)*
            $(fn $constant() -> Self;)*
            fn is_zero(self) -> bool;
            fn is_one(self) -> bool;
        }

        impl<T: Scalar> Operations for T {
            $(
                #[inline(always)]
                fn $name(self $(, $arg: $ty)*) -> $out {
                    let out = Real::$name(self.__real() $(, real!(@real $arg $ty))*);
                    real!(@scalar out $out)
                }
            )*
            $(
                #[inline(always)]
                fn $limit() -> T { T::__scalar(Real::$limit) }
            )*
            $(
                #[inline(always)]
                fn $constant() -> T { T::__scalar(Real::$constant) }
            )*
            #[inline(always)]
            fn is_zero(self) -> bool { self == number(0.0) }
            #[inline(always)]
            fn is_one(self) -> bool { self == number(1.0) }
        }
    };
    (@real $arg:ident Self) => { $arg.__real() };
    (@real $arg:ident $ty:ident) => { $arg };
    (@scalar $out:ident Self) => { T::__scalar($out) };
    (@scalar $out:ident bool) => { $out };
    (@scalar $out:ident $pair:tt) => { (T::__scalar($out.0), T::__scalar($out.1)) };
    (@impl $t:ident [$($limit:ident)*] [$($constant:ident)*] { $($name:ident($($arg:ident: $ty:ident),*) -> $out:tt,)* }) => {
        impl Real for $t {
            const ZERO: $t = 0.0;
            const ONE: $t = 1.0;
            $(const $limit: $t = $t::$limit;)*
            $(const $constant: $t = core::$t::consts::$constant;)*
            #[inline(always)]
            fn from_f64(x: f64) -> $t { x as $t }
            #[inline(always)]
            fn from_i32(n: i32) -> $t { n as $t }
            #[inline(always)]
            fn to_f64(self) -> f64 { self as f64 }
            $(
                #[inline(always)]
                fn $name(self $(, $arg: $ty)*) -> $out { <$t>::$name(self $(, $arg)*) }
            )*
        }
    };
}

real! {
    [NAN INFINITY NEG_INFINITY EPSILON MAX MIN MIN_POSITIVE]
    [
        PI TAU E LN_2 LN_10 LOG2_E LOG2_10 LOG10_E LOG10_2 SQRT_2 FRAC_1_SQRT_2
        FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8 FRAC_1_PI FRAC_2_PI FRAC_2_SQRT_PI
    ]
    sin() -> Self, cos() -> Self, tan() -> Self,
    asin() -> Self, acos() -> Self, atan() -> Self,
    sinh() -> Self, cosh() -> Self, tanh() -> Self,
    asinh() -> Self, acosh() -> Self, atanh() -> Self,
    sin_cos() -> (Self, Self),
    exp() -> Self, exp2() -> Self, exp_m1() -> Self,
    ln() -> Self, ln_1p() -> Self, log(base: Self) -> Self, log2() -> Self, log10() -> Self,
    sqrt() -> Self, cbrt() -> Self, recip() -> Self,
    powi(n: i32) -> Self, powf(e: Self) -> Self,
    hypot(other: Self) -> Self, atan2(other: Self) -> Self, mul_add(a: Self, b: Self) -> Self,
    abs() -> Self, max(other: Self) -> Self, min(other: Self) -> Self, clamp(lo: Self, hi: Self) -> Self,
    copysign(sign: Self) -> Self, to_radians() -> Self, to_degrees() -> Self, midpoint(other: Self) -> Self,
    floor() -> Self, ceil() -> Self, round() -> Self, round_ties_even() -> Self, trunc() -> Self, fract() -> Self,
    signum() -> Self, rem_euclid(by: Self) -> Self, div_euclid(by: Self) -> Self, next_up() -> Self, next_down() -> Self,
    is_nan() -> bool, is_finite() -> bool, is_infinite() -> bool, is_normal() -> bool, is_subnormal() -> bool,
    is_sign_positive() -> bool, is_sign_negative() -> bool,
}

/// An integer as a real number of the type that is wanted.
#[inline(always)]
#[must_use]
pub fn real<T: Scalar>(n: i32) -> T {
    T::__scalar(Real::from_i32(n))
}

/// A literal as a real number of the type that is wanted.
///
/// ```
/// use autodiff_runtime::numeric::number;
/// assert_eq!(number::<f32>(0.1), 0.1_f32);
/// ```
#[inline(always)]
#[must_use]
pub fn number<T: Scalar>(x: f64) -> T {
    T::__scalar(Real::from_f64(x))
}

/// A real number in another precision, as by `as`.
#[inline(always)]
#[must_use]
pub fn cast<T: Scalar, U: Scalar>(x: T) -> U {
    number(Real::to_f64(x.__real()))
}

/// The identity on real numbers: pins the type of an operand, so that a type with look-alike operators does not compile.
#[inline(always)]
#[must_use]
pub fn scalar<T: Scalar>(x: T) -> T {
    x
}

/// The identity on `T`: pins an operand to a declared type.
#[inline(always)]
#[must_use]
pub fn same<T>(x: T) -> T {
    x
}

/// `product`, which has the factor `factor`, or 0 where the factor is 0, whatever the other one is.
///
/// ```
/// use autodiff_runtime::unless_zero;
/// assert_eq!(unless_zero(0.0, 0.0 * f64::INFINITY), 0.0);
/// assert!(unless_zero(f64::NAN, f64::NAN * 2.0).is_nan());
/// ```
#[inline(always)]
#[must_use]
pub fn unless_zero<T: Scalar>(factor: T, product: T) -> T {
    if factor == T::default() {
        T::default()
    } else {
        product
    }
}

/// As [`unless_zero`], by a branch in place of a select: where every iteration waits for the one before, what is
/// predicted costs nothing, and what is selected (by a mask register of AVX-512, say) comes on top of the wait.
///
/// ```
/// use autodiff_runtime::unless_zero_in_turn;
/// assert_eq!(unless_zero_in_turn(0.0, 0.0 * f64::INFINITY), 0.0);
/// assert!(unless_zero_in_turn(f64::NAN, f64::NAN * 2.0).is_nan());
/// ```
#[inline(always)]
#[must_use]
pub fn unless_zero_in_turn<T: Scalar>(factor: T, product: T) -> T {
    if factor == T::default() {
        rarely_zero()
    } else {
        product
    }
}

/// As [`unless_zero`], by a select in any case: two products with one factor are otherwise put under one branch, and a loop
/// with a branch is run in turn.
///
/// ```
/// use autodiff_runtime::unless_zero_at_once;
/// assert_eq!(unless_zero_at_once(0.0, 0.0 * f64::INFINITY), 0.0);
/// assert!(unless_zero_at_once(f64::NAN, f64::NAN * 2.0).is_nan());
/// ```
#[inline(always)]
#[must_use]
pub fn unless_zero_at_once<T: Scalar>(factor: T, product: T) -> T {
    core::hint::select_unpredictable(factor == T::default(), T::default(), product)
}

/// True for a finite number. For emitted code, which adds up factors to ask for all of them at once.
///
/// ```
/// use autodiff_runtime::ordinary;
/// assert!(ordinary(1.0 + 2.0) && !ordinary(f64::INFINITY + 2.0) && !ordinary(f64::NAN));
/// ```
#[inline(always)]
#[must_use]
pub fn ordinary<T: Scalar>(sum: T) -> bool {
    let finite = sum * T::default() == T::default();
    if !finite {
        seldom();
    }
    finite
}

/// The branch to it is the unlikely one.
#[cold]
#[inline(never)]
fn seldom() {}

/// A call that the optimiser knows nothing about, so that the branch to it stays one.
#[cold]
#[inline(never)]
fn rarely_zero<T: Scalar>() -> T {
    core::hint::black_box(T::default())
}

/// `dividend / divisor`, or 0 where the dividend is 0, whatever the divisor is.
#[inline(always)]
#[must_use]
pub fn over<T: Scalar>(dividend: T, divisor: T) -> T {
    unless_zero(dividend, dividend / divisor)
}
