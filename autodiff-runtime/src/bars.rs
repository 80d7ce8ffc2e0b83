//! What emitted code does with the bar of a slice of numbers, when its kind is a type parameter.
//!
//! `bar[i] += x` says the same, and costs rustc five times as much: to find out what `[…]` and `+=` are for a
//! projection, it goes through everything that is known of [`Kind::Slice`], operator by operator.
//!
//! ```
//! use autodiff_runtime::bars::{add_at, head_of};
//! use autodiff_runtime::kinds::{Unvaried, Varied, discard};
//!
//! let mut bar = [1.0, 2.0];
//! add_at::<Varied, f64>(&mut bar, 1, 0.5);
//! add_at::<Varied, f64>(head_of::<Varied, f64>(&mut bar, 1), 0, 0.5);
//! assert_eq!(bar, [1.5, 2.5]);
//! add_at::<Unvaried, f64>(&mut discard(), 1, 0.5); // nothing to be seen
//! ```

use crate::kinds::Kind;
use crate::numeric::Scalar;

/// `bar[index] += by`
///
/// # Panics
///
/// If there is no such element.
#[inline(always)]
pub fn add_at<K: Kind, S: Scalar>(bar: &mut K::Slice<S>, index: usize, by: S) {
    bar[index] += by;
}

/// `bar[index] -= by`
///
/// # Panics
///
/// If there is no such element.
#[inline(always)]
pub fn subtract_at<K: Kind, S: Scalar>(bar: &mut K::Slice<S>, index: usize, by: S) {
    bar[index] -= by;
}

/// `&mut bar[..count]`
///
/// # Panics
///
/// If there are fewer elements.
#[inline(always)]
pub fn head_of<K: Kind, S: Scalar>(bar: &mut K::Slice<S>, count: usize) -> &mut K::Slice<S> {
    &mut bar[..count]
}
