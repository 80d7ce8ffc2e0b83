//! `Option`s in memory: a field of a struct that holds a number, or not.
//!
//! To emitted code such an `Option` is a sequence of at most one element, at the index [`Payload`]:
//! `model.bias[Payload]` is the number, a place like any other, and `model_bar.bias[Payload]` its
//! adjoint. The bar of a `None` has no payload, and nobody asks for it.

use core::ops::{Index, IndexMut};

use crate::kinds::{Discard, Element, Unvaried, nowhere};

/// The index of what is in an `Option`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Payload;

impl<T> Index<Payload> for Option<T> {
    type Output = T;
    #[inline(always)]
    fn index(&self, _: Payload) -> &T {
        self.as_ref()
            .expect("the payload of a `None` is not asked for")
    }
}

impl<T> IndexMut<Payload> for Option<T> {
    #[inline(always)]
    fn index_mut(&mut self, _: Payload) -> &mut T {
        self.as_mut().expect("the buffer for a `Some` is a `Some`")
    }
}

impl<E: Element> Index<Payload> for Discard<Option<E>> {
    type Output = <E as Element>::Bar<Unvaried>;
    #[inline(always)]
    fn index(&self, _: Payload) -> &Self::Output {
        nowhere(E::discard())
    }
}

impl<E: Element> IndexMut<Payload> for Discard<Option<E>> {
    #[inline(always)]
    fn index_mut(&mut self, _: Payload) -> &mut Self::Output {
        nowhere(E::discard())
    }
}

/// The length of such a sequence.
#[allow(
    clippy::len_without_is_empty,
    reason = "emitted code asks for nothing else"
)]
pub trait Payloads {
    /// 1 for a `Some`, 0 for a `None`.
    fn len(&self) -> usize;
}

impl<T> Payloads for Option<T> {
    #[inline(always)]
    fn len(&self) -> usize {
        usize::from(self.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::{Payload, Payloads};

    #[test]
    fn an_option_is_a_sequence_of_at_most_one() {
        let mut some = Some([1.0, 2.0]);
        some[Payload][1] += 3.0;
        assert_eq!((some.len(), some[Payload]), (1, [1.0, 5.0]));
        assert_eq!(None::<f64>.len(), 0);
    }

    #[test]
    #[should_panic(expected = "the payload of a `None` is not asked for")]
    fn a_none_has_no_payload() {
        let none: Option<f64> = None;
        let _ = none[Payload];
    }
}
