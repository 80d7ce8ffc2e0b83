//! Integers and truth values beside numbers, in tuples that arrays, slices and `Vec`s hold: `[(f64, usize); 4]`.
//!
//! Where the value has one, its gradient has a [`ConstantField`], as that of a struct with a constant field has. By themselves
//! they have no gradient: a parameter of such a type is constant.

use crate::constant::ConstantField;
use crate::differentiable::{Accumulate, Adjoint, Differentiable};
use crate::directions::Directions;
use crate::jacobian::Components;
use crate::kinds::{Element, Kind, Unused, Unvaried, Varied};
use crate::same_shape::{Mismatch, SameShape};
use crate::sums::Summed;

impl Accumulate<ConstantField> for ConstantField {
    #[inline(always)]
    fn accumulate(&mut self, _: &ConstantField) {}
}

impl Adjoint for ConstantField {
    #[inline(always)]
    fn add(&mut self, _: &Self) {}
    #[inline(always)]
    fn clear(&mut self) {}
}

impl SameShape<ConstantField> for ConstantField {
    #[inline(always)]
    fn mismatch(&self, _: &ConstantField) -> Option<Mismatch> {
        None
    }
}

impl Summed for ConstantField {
    #[inline(always)]
    fn sum_of(_: &[Self]) -> Self {
        ConstantField
    }
}

impl Unused for ConstantField {
    #[inline(always)]
    fn unused() -> Self {
        ConstantField
    }
}

/// There are no numbers in it.
impl Components for ConstantField {
    type Rows<G> = ConstantField;
    fn count(&self) -> usize {
        0
    }
    fn read(&self, _: &mut Vec<f64>) {}
    fn write(&mut self, _: &mut impl Iterator<Item = f64>) {}
    fn rows<G>(&self, _: &mut impl Iterator<Item = G>) -> ConstantField {
        ConstantField
    }
}

macro_rules! constants {
    ($($t:ident)*) => {$(
        impl Differentiable for $t {
            type Gradient = ConstantField;
            #[inline(always)]
            fn zero_gradient(&self) -> ConstantField {
                ConstantField
            }
            #[inline(always)]
            fn blank() -> Option<$t> {
                Some($t::default())
            }
            fn append_numbers(&self, _: &mut Vec<f64>) {}
            fn replace_numbers(&mut self, _: &mut core::slice::Iter<'_, f64>) -> bool {
                true
            }
        }
        impl SameShape<ConstantField> for $t {
            #[inline(always)]
            fn mismatch(&self, _: &ConstantField) -> Option<Mismatch> {
                None
            }
        }
        impl Element for $t {
            type Bar<K: Kind> = ConstantField;
            #[inline(always)]
            fn discard() -> <Self as Element>::Bar<Unvaried> {
                ConstantField
            }
            #[inline(always)]
            fn zero_dots<L: Directions>(&self) -> <Self as Element>::Bar<Varied<L>> {
                ConstantField
            }
        }
    )*};
}

constants!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize bool char);
