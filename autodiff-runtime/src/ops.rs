//! Functions that std does not have: rectifiers, shrinkage, losses, and what goes with them.
//!
//! They work on `f64` and `f32`, as functions or, with [`Nonsmooth`] in scope, as
//! methods; each has a row in the table of rules and is differentiated by it.

use crate::numeric::Real;
use crate::rivals::Probe;

/// What differentiated functions that call one of these find under its name.
#[doc(hidden)]
pub use crate::rules::activation::*;

/// The value, cut off from differentiation: its derivative is 0 on purpose.
///
/// The cut is listed in the metadata of the function, and it is conservative only
/// where what it cuts is locally constant.
///
/// ```
/// assert_eq!(autodiff_runtime::stop_gradient(2.5), 2.5);
/// ```
#[inline(always)]
#[must_use]
pub fn stop_gradient<T>(x: T) -> T {
    x
}

/// Declares each function and its method.
macro_rules! operations {
    ($($(#[doc = $doc:literal])+ $name:ident($x:ident $(, $arg:ident)*) = $value:expr, $example:literal;)*) => {
        $(
            $(#[doc = $doc])+
            ///
            /// ```
            #[doc = concat!("use autodiff_runtime::ops::", stringify!($name), ";\n", $example)]
            /// ```
            #[allow(clippy::eq_op, reason = "`x - x` is 0, and NaN for NaN")]
            #[inline(always)]
            #[must_use]
            pub fn $name<T: Real>($x: T $(, $arg: T)*) -> T {
                $value
            }
        )*

        /// The functions of this module as methods of `f64` and `f32`.
        ///
        /// ```
        /// use autodiff_runtime::ops::Nonsmooth;
        /// assert_eq!((-2.0_f64).leaky_relu(0.5), -1.0);
        /// ```
        pub trait Nonsmooth: Sized {
            $(
                #[doc = concat!("See [`", stringify!($name), "`].")]
                #[must_use]
                fn $name(self $(, $arg: Self)*) -> Self;
            )*
        }

        impl<T: Real> Nonsmooth for T {
            $(
                #[inline(always)]
                fn $name(self $(, $arg: T)*) -> T {
                    $name(self $(, $arg)*)
                }
            )*
        }

        /// For dead code in emitted functions: a call compiles only if this trait is in scope.
        impl<T: Real> Nonsmooth for Probe<T> {
            $(
                fn $name(self $(, $arg: Self)*) -> Self {
                    Probe($name(self.0 $(, $arg.0)*))
                }
            )*
        }
    };
}

/// A number as the rows write it.
#[inline(always)]
fn c<T: Real>(x: f64) -> T {
    T::from_f64(x)
}

operations! {
    /// Positive part, `max(x, 0)`.
    ///
    /// At 0 every policy but `upper` and `midpoint` takes the derivative 0, where `x.max(0.0)` takes what the
    /// policy takes for `max`.
    relu(x) = x.max(T::ZERO), "assert_eq!(relu(-1.5), 0.0);";
    /// `x` for positive `x`, else `a·x`.
    leaky_relu(x, a) = if x > T::ZERO { x } else { a * x }, "assert_eq!(leaky_relu(-2.0, 0.5), -1.0);";
    /// `x` held between 0 and 6.
    relu6(x) = x.max(T::ZERO).min(c(6.0)), "assert_eq!(relu6(7.0), 6.0);";
    /// `x` held between -1 and 1.
    hardtanh(x) = x.clamp(-T::ONE, T::ONE), "assert_eq!(hardtanh(-7.0), -1.0);";
    /// `x` moved towards 0 by `t`, and 0 within `t` of it (`t ≥ 0`): the proximal map of `t·|x|`.
    softshrink(x, t) = if x > t { x - t } else if x < -t { x + t } else { x - x }, "assert_eq!(softshrink(2.0, 0.5), 1.5);";
    /// Hinge loss of a margin, `max(1 - x, 0)`.
    hinge(x) = (T::ONE - x).max(T::ZERO), "assert_eq!(hinge(0.25), 0.75);";
    /// Huber's loss: `x²/2` within `d` of 0, else `d·(|x| - d/2)` (`d ≥ 0`).
    huber(x, d) = if x.abs() <= d { c::<T>(0.5) * x * x } else { d * (x.abs() - c::<T>(0.5) * d) },
        "assert_eq!(huber(3.0, 1.0), 2.5);";
    /// Exponential linear unit: `x` for positive `x`, else `a·(exp(x) - 1)`.
    elu(x, a) = if x > T::ZERO { x } else { a * x.exp_m1() }, "assert_eq!(elu(3.0, 1.0), 3.0);";
    /// Self-normalising exponential linear unit (Klambauer et al. 2017).
    selu(x) = if x > T::ZERO { c::<T>(1.0507009873554805) * x } else { c::<T>(1.7580993408473766) * x.exp_m1() },
        "assert_eq!(selu(1.0), 1.0507009873554805);";
    /// Continuously differentiable exponential linear unit, with slope 1 at 0 for every `a`.
    celu(x, a) = if x > T::ZERO { x } else { a * (x / a).exp_m1() }, "assert_eq!(celu(3.0, 2.0), 3.0);";
    /// `(x + 3)/6` held between 0 and 1.
    hard_sigmoid(x) = (x + c(3.0)).clamp(T::ZERO, c(6.0)) / c(6.0), "assert_eq!(hard_sigmoid(0.0), 0.5);";
    /// `x` times its hard sigmoid.
    hard_swish(x) = x * ((x + c(3.0)).clamp(T::ZERO, c(6.0)) / c(6.0)), "assert_eq!(hard_swish(4.0), 4.0);";
    /// Logistic function, `1/(1 + exp(-x))`.
    sigmoid(x) = T::ONE / (T::ONE + (-x).exp()), "assert_eq!(sigmoid(0.0), 0.5);";
    /// `ln(1 + exp(x))`, without overflow.
    softplus(x) = x.max(T::ZERO) + (-x.abs()).exp().ln_1p(), "assert_eq!(softplus(1000.0), 1000.0);";
}
