//! num-dual's dual numbers with the spelling of `f64`, so that the text of a function can be
//! compiled for both.
//!
//! The derivatives are num-dual's; only where it has no function (kinks, `mul_add` and a few
//! compositions) is it written here, in terms of what it has.

use std::cmp::Ordering;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use num_dual::{Dual64, DualNum};

use super::flat::{Flat, Lift};

/// A dual number.
#[derive(Clone, Copy, Debug)]
pub struct Dual(pub Dual64);

/// Zero, for `let mut s: T = 0.0`.
pub const ZERO: Dual = Dual(Dual64 { re: 0.0, eps: 0.0 });

impl From<f64> for Dual {
    fn from(x: f64) -> Dual {
        Dual(Dual64::from(x))
    }
}

macro_rules! operators {
    ($($trait:ident $f:ident $assign:ident $g:ident;)*) => {$(
        impl $trait for Dual {
            type Output = Dual;
            fn $f(self, other: Dual) -> Dual {
                Dual($trait::$f(self.0, other.0))
            }
        }
        impl $trait<f64> for Dual {
            type Output = Dual;
            fn $f(self, other: f64) -> Dual {
                Dual($trait::$f(self.0, Dual64::from(other)))
            }
        }
        impl $trait<Dual> for f64 {
            type Output = Dual;
            fn $f(self, other: Dual) -> Dual {
                Dual($trait::$f(Dual64::from(self), other.0))
            }
        }
        impl $assign for Dual {
            fn $g(&mut self, other: Dual) {
                *self = $trait::$f(*self, other);
            }
        }
        impl $assign<f64> for Dual {
            fn $g(&mut self, other: f64) {
                *self = $trait::$f(*self, other);
            }
        }
    )*};
}

operators! {
    Add add AddAssign add_assign;
    Sub sub SubAssign sub_assign;
    Mul mul MulAssign mul_assign;
    Div div DivAssign div_assign;
}

impl Neg for Dual {
    type Output = Dual;
    fn neg(self) -> Dual {
        Dual(-self.0)
    }
}

impl PartialEq for Dual {
    fn eq(&self, other: &Dual) -> bool {
        self.0.re == other.0.re
    }
}

impl PartialEq<f64> for Dual {
    fn eq(&self, other: &f64) -> bool {
        self.0.re == *other
    }
}

impl PartialOrd for Dual {
    fn partial_cmp(&self, other: &Dual) -> Option<Ordering> {
        self.0.re.partial_cmp(&other.0.re)
    }
}

impl PartialOrd<f64> for Dual {
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        self.0.re.partial_cmp(other)
    }
}

impl std::fmt::Display for Dual {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.re.fmt(f)
    }
}

macro_rules! methods {
    ($($f:ident)*) => {
        #[allow(dead_code, reason = "what `f64` has")]
        impl Dual {$(
            pub fn $f(self) -> Dual {
                Dual(self.0.$f())
            }
        )*}
    };
}

methods! {
    recip sqrt cbrt exp exp2 exp_m1 ln ln_1p log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
}

/// A number or a dual number, where `f64` takes an `f64`.
pub trait Into64: Into<Dual> {}
impl Into64 for f64 {}
impl Into64 for Dual {}

#[allow(dead_code, reason = "what `f64` has")]
impl Dual {
    /// The constant `x`.
    pub fn constant(x: f64) -> Dual {
        x.into()
    }
    pub fn sin_cos(self) -> (Dual, Dual) {
        (self.sin(), self.cos())
    }
    pub fn powi(self, n: i32) -> Dual {
        Dual(self.0.powi(n))
    }
    pub fn powf(self, e: impl Into64) -> Dual {
        Dual(self.0.powd(e.into().0))
    }
    pub fn log(self, base: impl Into64) -> Dual {
        self.ln() / base.into().ln()
    }
    pub fn atan2(self, x: impl Into64) -> Dual {
        Dual(self.0.atan2(x.into().0))
    }
    pub fn hypot(self, b: impl Into64) -> Dual {
        let b = b.into();
        (self * self + b * b).sqrt()
    }
    pub fn mul_add(self, a: impl Into64, b: impl Into64) -> Dual {
        self * a.into() + b.into()
    }
    pub fn midpoint(self, b: impl Into64) -> Dual {
        (self + b.into()) * 0.5
    }
    pub fn to_radians(self) -> Dual {
        self * 1.0_f64.to_radians()
    }
    pub fn to_degrees(self) -> Dual {
        self * 1.0_f64.to_degrees()
    }
    pub fn abs(self) -> Dual {
        if self < 0.0 { -self } else { self }
    }
    pub fn copysign(self, s: impl Into64) -> Dual {
        if s.into().0.re.is_sign_negative() {
            -self.abs()
        } else {
            self.abs()
        }
    }
    pub fn max(self, b: impl Into64) -> Dual {
        let b = b.into();
        if self > b { self } else { b }
    }
    pub fn min(self, b: impl Into64) -> Dual {
        let b = b.into();
        if self < b { self } else { b }
    }
    pub fn clamp(self, lo: impl Into64, hi: impl Into64) -> Dual {
        self.max(lo).min(hi)
    }
    pub fn is_nan(self) -> bool {
        self.0.re.is_nan()
    }
    pub fn is_finite(self) -> bool {
        self.0.re.is_finite()
    }
}

/// The functions of the facade.
#[allow(dead_code, reason = "what the facade has")]
pub mod ops {
    use super::{Dual, ZERO};

    pub fn relu(x: Dual) -> Dual {
        x.max(ZERO)
    }
}

impl Flat<Dual> for Dual {
    const EPSILON: f64 = f64::EPSILON;
    fn push(&self, list: &mut Vec<Dual>) {
        list.push(*self);
    }
    fn fill(&mut self, list: &mut dyn Iterator<Item = Dual>) {
        *self = list.next().expect("as many numbers as the value holds");
    }
}

impl Lift<Dual> for f64 {
    type Lifted = Dual;
    fn lift(&self) -> Dual {
        (*self).into()
    }
}
