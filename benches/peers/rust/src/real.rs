//! What the kernels ask of a number, and the numbers of every crate that have it.

use ad_trait::{AD, F64, reverse_ad::adr::adr};
use echidna::{BReverse, Reverse};
use num_dual::{DualNum, DualSVec64};
use num_traits::Float;
use simba::scalar::{ComplexField, RealField};
use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// A number of a tool. Operations with constants have methods of their own, for no tool has to treat a constant as a
/// variable.
pub(crate) trait Real:
    Copy + Add<Output = Self> + AddAssign + Sub<Output = Self> + Mul<Output = Self> + Neg<Output = Self>
{
    fn constant(value: f64) -> Self;
    fn plus(self, constant: f64) -> Self;
    fn times(self, constant: f64) -> Self;
    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn ln_1p(self) -> Self;
    fn abs(self) -> Self;
    fn max(self, other: Self) -> Self;

    /// The larger of the number and 0.
    fn relu(self) -> Self {
        self.max(Self::constant(0.0))
    }
}

/// A kernel over the numbers of any tool.
pub(crate) trait Function {
    fn call<T: Real>(&self, point: &[T]) -> T;
}

/// What `num_traits::Float` and operations with `f64` give.
macro_rules! real_of_float {
    ($type:ty) => {
        impl Real for $type {
            #[inline]
            fn constant(value: f64) -> Self {
                <$type>::constant(value)
            }
            #[inline]
            fn plus(self, constant: f64) -> Self {
                self + constant
            }
            #[inline]
            fn times(self, constant: f64) -> Self {
                self * constant
            }
            #[inline]
            fn exp(self) -> Self {
                Float::exp(self)
            }
            #[inline]
            fn ln(self) -> Self {
                Float::ln(self)
            }
            #[inline]
            fn ln_1p(self) -> Self {
                Float::ln_1p(self)
            }
            #[inline]
            fn abs(self) -> Self {
                Float::abs(self)
            }
            #[inline]
            fn max(self, other: Self) -> Self {
                Float::max(self, other)
            }
        }
    };
}

real_of_float!(Reverse<f64>);
real_of_float!(BReverse<f64>);

impl Real for adr {
    #[inline]
    fn constant(value: f64) -> Self {
        <adr as AD>::constant(value)
    }
    #[inline]
    fn plus(self, constant: f64) -> Self {
        self + F64(constant)
    }
    #[inline]
    fn times(self, constant: f64) -> Self {
        self * F64(constant)
    }
    #[inline]
    fn exp(self) -> Self {
        ComplexField::exp(self)
    }
    #[inline]
    fn ln(self) -> Self {
        ComplexField::ln(self)
    }
    #[inline]
    fn ln_1p(self) -> Self {
        ComplexField::ln_1p(self)
    }
    #[inline]
    fn abs(self) -> Self {
        ComplexField::abs(self)
    }
    #[inline]
    fn max(self, other: Self) -> Self {
        RealField::max(self, other)
    }
}

impl<const LANES: usize> Real for DualSVec64<LANES> {
    #[inline]
    fn constant(value: f64) -> Self {
        Self::from_re(value)
    }
    #[inline]
    fn plus(self, constant: f64) -> Self {
        self + constant
    }
    #[inline]
    fn times(self, constant: f64) -> Self {
        self * constant
    }
    #[inline]
    fn exp(self) -> Self {
        DualNum::exp(&self)
    }
    #[inline]
    fn ln(self) -> Self {
        DualNum::ln(&self)
    }
    #[inline]
    fn ln_1p(self) -> Self {
        DualNum::ln_1p(&self)
    }
    #[inline]
    fn abs(self) -> Self {
        num_traits::Signed::abs(&self)
    }
    #[inline]
    fn max(self, other: Self) -> Self {
        if self.re > other.re { self } else { other }
    }
}
