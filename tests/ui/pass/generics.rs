//! Generic functions, under the strictest lints, with everything named like what is emitted.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs)]

use conservative_grad::{Differentiable, Real, Scalar, conservative_grad};
use num_traits::{Float, FloatConst, FromPrimitive};

/// A bound of the user's.
pub trait Number: Float + FloatConst + FromPrimitive + std::fmt::Display {}
impl<T: Float + FloatConst + FromPrimitive + std::fmt::Display> Number for T {}

/// No more bounds than the primal needs.
#[conservative_grad]
pub fn polynomial<T: Number>(x: T, coefficients: &[T]) -> T {
    let mut y = T::zero();
    for i in 0..coefficients.len() {
        y = y * x + coefficients[i] * T::PI();
    }
    debug_assert!(!y.is_nan(), "{y}");
    y.max(T::from_f64(-1e9).unwrap())
}

/// Parameters and variables called like what is emitted.
#[conservative_grad]
pub fn names<S: Real, Scalar: Copy>(number: S, #[constant] cast: Scalar) -> S {
    let methods = [number, number * S::PI];
    let operations = methods[0].sin_cos();
    let _ = cast;
    methods[0] * methods[1] + operations.0 - operations.0
}

/// Lifetimes, constants, `where`.
#[conservative_grad]
pub fn shaped<'a, T, const N: usize>(x: &'a [[T; N]; 2], y: &mut [T; N])
where
    T: Float + 'a,
    [T; N]: Sized,
{
    for i in 0..N {
        y[i] = y[i] * x[0][i].hypot(x[1][i]);
    }
}

/// A generic model.
#[derive(Clone, Copy, Debug, Differentiable)]
pub struct Line<T: Float> {
    /// Slope.
    pub slope: T,
    /// At 0.
    pub offset: T,
}

#[conservative_grad]
impl<T: Float> Line<T> {
    /// Where the line is.
    pub fn at(&self, x: T) -> T {
        self.slope * x + self.offset
    }
}

/// One letter that is no parameter.
pub type R = f64;

impl<T: Float> Line<T> {
    /// By itself, in a block that is not seen.
    #[conservative_grad]
    pub fn root(&self, x: T) -> T {
        (self.slope * x).sqrt() + T::one()
    }
}

impl Line<R> {
    /// The same, where the letter is an alias.
    #[conservative_grad]
    pub fn twice(&self, x: R) -> R {
        2.0 * self.slope * x
    }
}

/// Asks for what the derivative asks for, and gives no other names to `T`.
pub fn descend<T: Number + Scalar>(x: T, coefficients: &[T]) -> T {
    let step = T::from_f64(0.1).unwrap();
    x - step * polynomial::grad(x, coefficients).0
}

fn main() {
    let (value, (dx, dc)) = polynomial::value_and_grad(0.5, &[1.0, 2.0]);
    assert_eq!(value, 2.5 * std::f64::consts::PI);
    assert_eq!((dx, dc.len()), (std::f64::consts::PI, 2));
    assert!(descend(0.5_f32, &[1.0, 2.0]) < 0.5);
    assert_eq!(names::grad(2.0, "constant"), 4.0 * std::f64::consts::PI);
    let mut y = [1.0, 2.0];
    shaped::jvp(&[[3.0, 3.0], [4.0, 4.0]], &mut y, &[[0.0; 2]; 2], &mut [1.0, 0.0]);
    assert_eq!(y, [5.0, 10.0]);
    let line = Line { slope: 2.0, offset: 1.0 };
    assert_eq!(line.at_grad(3.0).1, 2.0);
    assert_eq!(line.root_grad(2.0).1, 0.5);
    assert_eq!(line.twice_grad(2.0).1, 4.0);
    assert_eq!(polynomial::FIELD.sites.len(), 1);
}
