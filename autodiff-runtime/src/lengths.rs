//! The lengths of the adjoint of what is replaced: `rows = other.clone()`, `rows.swap(i, j)`, `*state = next`.
//!
//! In: a value in front of the statement that replaces it. Out: zeros of its lengths, which take the place of the adjoint of what
//! it was replaced by, in the reverse sweep. Which types have lengths only rustc knows; of others nothing is kept.

use crate::differentiable::{Adjoint, Differentiable};

/// The lengths that an adjoint has; nothing if there is no list in it.
#[derive(Clone, Debug)]
pub struct Lengths<G>(Option<Box<G>>);

/// The lengths in something that is about to be replaced.
///
/// ```
/// use autodiff_runtime::lengths::{clear_as, lengths_of};
///
/// let (before, after) = (vec![vec![1.0; 2]; 3], vec![vec![1.0]]);
/// let lengths = lengths_of(&before);
/// let mut bar = after.clone();
/// clear_as(&mut bar, &lengths);
/// assert_eq!(bar, vec![vec![0.0; 2]; 3]);
/// ```
#[inline]
#[must_use]
pub fn lengths_of<T: Differentiable>(x: &T) -> Lengths<T::Gradient> {
    // A gradient owns something if there is a list in it.
    let has_lists = core::mem::needs_drop::<T::Gradient>();
    Lengths(has_lists.then(|| Box::new(x.zero_gradient())))
}

/// Sets an adjoint to zeros of these lengths.
#[inline]
pub fn clear_as<G: Adjoint + Clone>(bar: &mut G, lengths: &Lengths<G>) {
    match &lengths.0 {
        Some(zeros) => bar.clone_from(zeros),
        None => bar.clear(),
    }
}

/// Cuts a vector to its first elements. For emitted code.
///
/// # Panics
///
/// Where `list[..len]` does: if there are fewer.
///
/// ```
/// let mut list = vec![1.0, 2.0, 3.0];
/// autodiff_runtime::lengths::shorten(&mut list, 1);
/// assert_eq!(list, [1.0]);
/// ```
#[inline]
pub fn shorten<T>(list: &mut Vec<T>, len: usize) {
    let len = list[..len].len();
    list.truncate(len);
}
