//! The numbers that are differentiated.

use core::fmt::Debug;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::differentiable::Differentiable;
use crate::same_shape::SameShape;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A real number of the machine: `f32` or `f64`, and nothing else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a real number (`f64` or `f32`)",
    label = "differentiated as a real number",
    note = "mark the value `#[constant]` if no derivative with respect to it is wanted",
    note = "the operators and methods of other types have no derivative rules: write the computation on `f64` or `f32`"
)]
pub trait Scalar:
    sealed::Sealed
    + Copy
    + Debug
    + Default
    + PartialOrd
    + AddAssign
    + SubAssign
    + Differentiable<Gradient = Self>
    + SameShape<Self>
    + 'static
{
}
impl Scalar for f32 {}
impl Scalar for f64 {}

macro_rules! real {
    ($($name:ident($($arg:ident: $ty:ty),*) -> $out:ty,)*) => {
        /// Arithmetic and the differentiable methods of `f64`, for generic code.
        pub trait Real:
            Scalar + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
            + AddAssign + SubAssign + MulAssign + DivAssign
        {
            /// 0.
            const ZERO: Self;
            /// 1.
            const ONE: Self;
            /// Not a number.
            const NAN: Self;
            /// ln 2.
            const LN_2: Self;
            /// ln 10.
            const LN_10: Self;
            /// π.
            const PI: Self;
            /// 2/√π.
            const FRAC_2_SQRT_PI: Self;
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
        real!(@impl f32 { $($name($($arg: $ty),*) -> $out,)* });
        real!(@impl f64 { $($name($($arg: $ty),*) -> $out,)* });
    };
    (@impl $t:ident { $($name:ident($($arg:ident: $ty:ty),*) -> $out:ty,)* }) => {
        impl Real for $t {
            const ZERO: $t = 0.0;
            const ONE: $t = 1.0;
            const NAN: $t = $t::NAN;
            const LN_2: $t = core::$t::consts::LN_2;
            const LN_10: $t = core::$t::consts::LN_10;
            const PI: $t = core::$t::consts::PI;
            const FRAC_2_SQRT_PI: $t = core::$t::consts::FRAC_2_SQRT_PI;
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
    copysign(sign: Self) -> Self, to_radians() -> Self, to_degrees() -> Self,
    floor() -> Self, ceil() -> Self, round() -> Self, trunc() -> Self, fract() -> Self, signum() -> Self,
    is_nan() -> bool, is_finite() -> bool, is_infinite() -> bool,
}

/// An integer as a real number of the type that is wanted.
#[inline(always)]
#[must_use]
pub fn real<T: Real>(n: i32) -> T {
    T::from_i32(n)
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
