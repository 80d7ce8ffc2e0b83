//! Checks that the methods of a type parameter are what their names say.
//!
//! A macro does not see which trait `x.sin()` of an `x: T` comes from. Where it is `Float` of num-traits
//! or [`Real`](crate::Real), the name of the method that rustc found says so, and nothing is left of
//! the check in compiled code. Where it is a trait that nobody here knows, its method is compared at
//! some points with that of `f64` or `f32`, whose derivative is about to be used:
//!
//! ```should_panic
//! use autodiff_runtime::numeric::{Operations, Scalar};
//! trait Odd { fn abs(self) -> Self; }
//! impl Odd for f64 { fn abs(self) -> f64 { self } }
//! fn emitted<T: Odd + Scalar>() {
//!     static SEEN: autodiff_runtime::methods::Seen = autodiff_runtime::methods::Seen::new();
//!     autodiff_runtime::methods::unary(&SEEN, &T::abs, |x: T| x.abs(), Operations::abs, "abs");
//! }
//! emitted::<f64>();
//! ```

use core::any::type_name;
use core::sync::atomic::{AtomicU8, Ordering};

use crate::numeric::{Scalar, cast, number};

/// What the names of known methods begin with.
const KNOWN: [&str; 6] = [
    "<f64 as num_traits::",
    "<f32 as num_traits::",
    "<f64 as autodiff_runtime::numeric::",
    "<f32 as autodiff_runtime::numeric::",
    "<f64 as simba::",
    "<f32 as simba::",
];

/// True if the method is one of a trait whose methods are those of `f64`. (The form of names is not
/// promised; if it changes, every method is compared.)
#[inline(always)]
#[must_use]
pub fn is_known<F>(_: &F) -> bool {
    let name = type_name::<F>();
    KNOWN.iter().any(|known| name.starts_with(known))
}

/// Whether a method has passed the comparison, in each precision.
#[derive(Debug)]
pub struct Seen(AtomicU8);

impl Seen {
    /// Not yet.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "for statics")]
    pub const fn new() -> Seen {
        Seen(AtomicU8::new(0))
    }

    #[inline(always)]
    fn has<T>(&self) -> bool {
        self.0.load(Ordering::Relaxed) & Self::bit::<T>() != 0
    }

    fn add<T>(&self) {
        self.0.fetch_or(Self::bit::<T>(), Ordering::Relaxed);
    }

    /// `f32` and `f64` differ in size.
    #[inline(always)]
    fn bit<T>() -> u8 {
        if size_of::<T>() == 4 { 1 } else { 2 }
    }
}

/// A method without arguments; `item` is the method, or anything where it has no name of its own.
#[inline(always)]
#[track_caller]
pub fn unary<F, T: Scalar>(seen: &Seen, item: &F, own: fn(T) -> T, std: fn(T) -> T, name: &str) {
    if is_known(item) || seen.has::<T>() {
        return;
    }
    let points = [-2.5, -0.75, 0.25, 1.5, 3.25].map(number);
    compare(points.map(|x| (own(x), std(x))), name);
    seen.add::<T>();
}

/// A method with an argument.
#[inline(always)]
#[track_caller]
pub fn binary<F, T: Scalar>(
    seen: &Seen,
    item: &F,
    own: fn(T, T) -> T,
    std: fn(T, T) -> T,
    name: &str,
) {
    if is_known(item) || seen.has::<T>() {
        return;
    }
    let points = [(2.5, -0.75), (-1.25, 3.5), (0.5, 2.0), (3.0, 1.25)];
    let points = points.map(|(x, y)| (number(x), number(y)));
    compare(points.map(|(x, y)| (own(x, y), std(x, y))), name);
    seen.add::<T>();
}

/// A method with two arguments; the last is the greater.
#[inline(always)]
#[track_caller]
pub fn ternary<F, T: Scalar>(
    seen: &Seen,
    item: &F,
    own: fn(T, T, T) -> T,
    std: fn(T, T, T) -> T,
    name: &str,
) {
    if is_known(item) || seen.has::<T>() {
        return;
    }
    let points = [(2.5, -0.75, 1.5), (-1.25, -0.5, 3.5), (0.5, 0.25, 2.0)];
    let points = points.map(|(x, y, z)| (number(x), number(y), number(z)));
    compare(points.map(|(x, y, z)| (own(x, y, z), std(x, y, z))), name);
    seen.add::<T>();
}

/// A method with an integer.
#[inline(always)]
#[track_caller]
pub fn power<F, T: Scalar>(
    seen: &Seen,
    item: &F,
    own: fn(T, i32) -> T,
    std: fn(T, i32) -> T,
    name: &str,
) {
    if is_known(item) || seen.has::<T>() {
        return;
    }
    let points = [(1.5, 3), (-2.0, 2), (0.5, -2), (3.0, 0)];
    let points = points.map(|(x, n)| (number(x), n));
    compare(points.map(|(x, n)| (own(x, n), std(x, n))), name);
    seen.add::<T>();
}

/// A question.
#[inline(always)]
#[track_caller]
pub fn predicate<F, T: Scalar>(
    seen: &Seen,
    item: &F,
    own: fn(T) -> bool,
    std: fn(T) -> bool,
    name: &str,
) {
    if is_known(item) || seen.has::<T>() {
        return;
    }
    let small = [0.0, -0.0, 1e-320, 1e-9, -2.5, 1.0, 1.0 + 1e-6];
    let large = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let points = small.iter().chain(&large).copied();
    if points.map(number).any(|x| own(x) != std(x)) {
        differs(name);
    }
    seen.add::<T>();
}

/// A conversion to another real type.
#[inline(always)]
#[track_caller]
pub fn to_real<F, T: Scalar, U: Scalar>(
    seen: &Seen,
    item: &F,
    own: fn(T) -> U,
    std: fn(T) -> U,
    name: &str,
) {
    if is_known(item) || seen.has::<T>() {
        return;
    }
    let points = [-2.5, 0.75, 3.0].map(number);
    compare(points.map(|x| (own(x), std(x))), name);
    seen.add::<T>();
}

#[inline(never)]
#[track_caller]
fn compare<T: Scalar, const N: usize>(pairs: [(T, T); N], name: &str) {
    let digits = if size_of::<T>() == 4 { 1e-4 } else { 1e-10 };
    let fits = |(a, b): (T, T)| {
        let (a, b): (f64, f64) = (cast(a), cast(b));
        a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= digits * b.abs()
    };
    if !pairs.into_iter().all(fits) {
        differs(name);
    }
}

#[cold]
#[track_caller]
fn differs(name: &str) -> ! {
    panic!(
        "`{name}` is a method of a trait that bounds a type parameter, and does not compute what `{name}` of `f64` does, \
         whose derivative would be taken: give it another name, and annotate it with `#[conservative_grad]`"
    )
}

#[cfg(test)]
mod tests {
    use super::{Seen, is_known, unary};
    use crate::numeric::{Operations, Real};

    #[test]
    fn our_own_methods_are_known() {
        assert!(is_known(&<f64 as Real>::sin));
        assert!(!is_known(&f64::sin));
        assert!(!is_known(&()));
    }

    #[test]
    fn what_computes_the_same_passes() {
        unary(&Seen::new(), &(), f64::sin, Operations::sin, "sin");
        unary(&Seen::new(), &(), f32::acosh, Operations::acosh, "acosh");
    }
}
