//! Nonsmooth functions that std does not have.

use crate::numeric::Real;

/// `max(x, 0)`.
#[inline(always)]
#[must_use]
pub fn relu<T: Real>(x: T) -> T {
    x.max(T::ZERO)
}

/// `x` for positive `x`, else `a·x`.
#[inline(always)]
#[must_use]
pub fn leaky_relu<T: Real>(x: T, a: T) -> T {
    if x > T::ZERO { x } else { a * x }
}

/// The value, cut off from differentiation.
#[inline(always)]
#[must_use]
pub fn stop_gradient<T>(x: T) -> T {
    x
}
