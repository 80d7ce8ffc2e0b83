//! Fields that no derivative is taken with respect to, and what holds their place in a gradient.

use core::marker::PhantomData;
use core::ops::{AddAssign, Index, IndexMut, SubAssign};

use crate::differentiable::Accumulate;

/// Stands in a gradient where the struct has a constant field.
///
/// Nothing can be added to it: a function that computes with a field which is marked `#[constant]`
/// as if it were differentiable does not compile.
///
/// ```compile_fail
/// let mut place = autodiff_runtime::constant::ConstantField;
/// place += 1.0; // this place is `#[constant]`, yet a gradient reaches it
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConstantField;

/// Implemented by nothing: carries the text for gradients that reach a constant field.
#[diagnostic::on_unimplemented(
    message = "this place is `#[constant]`, yet a gradient reaches it",
    label = "a derivative with respect to a `#[constant]` field",
    note = "take `#[constant]` off the field: its derivative is then part of the gradient",
    note = "or cut the value off where it is read: `stop_gradient(…)`",
    note = "or write `#[conservative_grad]` on a module with the struct and the function in it: the mark is known there, and nothing has to be cut off"
)]
pub trait ReachesConstant {}

impl<G: ReachesConstant> AddAssign<G> for ConstantField {
    fn add_assign(&mut self, _: G) {}
}

impl<G: ReachesConstant> SubAssign<G> for ConstantField {
    fn sub_assign(&mut self, _: G) {}
}

/// The elements of a constant field are constant, too: it is at them that the text is to stand.
impl<I> Index<I> for ConstantField {
    type Output = ConstantField;
    fn index(&self, _: I) -> &ConstantField {
        self
    }
}

impl<I> IndexMut<I> for ConstantField {
    fn index_mut(&mut self, _: I) -> &mut ConstantField {
        self
    }
}

impl<G: ReachesConstant + ?Sized> Accumulate<G> for ConstantField {
    fn accumulate(&mut self, _: &G) {}
}

/// A type of which the derive knows that no derivative is taken with respect to it.
///
/// The derive goes by names; that they stand for what they seem to is checked through this trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` looks like a constant by its name, and is none",
    label = "a field of type `{Self}`",
    note = "constant are integers, `bool`, `char`, `str`, `String`, `PhantomData`, and references, slices, arrays, `Vec`s, tuples and `Option`s of these",
    note = "mark the field `#[constant]` if no derivative with respect to it is wanted, or give the type another name"
)]
pub trait ConstantType {}

/// Compiles where `T` is a constant.
pub const fn is_constant<T: ConstantType + ?Sized>() {}

macro_rules! constants {
    ($([$($generics:tt)*] $t:ty;)*) => {
        $(impl<$($generics)*> ConstantType for $t {})*
    };
}

constants! {
    [] u8; [] u16; [] u32; [] u64; [] u128; [] usize;
    [] i8; [] i16; [] i32; [] i64; [] i128; [] isize;
    [] bool; [] char; [] str; [] String; [] ();
    [T: ?Sized] PhantomData<T>;
    [T: ConstantType + ?Sized] &T;
    [T: ConstantType + ?Sized] &mut T;
    [T: ConstantType + ?Sized] Box<T>;
    [T: ConstantType] Option<T>;
    [T: ConstantType] [T];
    [T: ConstantType] Vec<T>;
    [T: ConstantType, const N: usize] [T; N];
}

/// Tuples of up to twelve elements.
macro_rules! tuples {
    ($($($t:ident $u:ident $i:tt),+;)*) => {
        $(impl<$($t: ConstantType),+> ConstantType for ($($t,)+) {})*
    };
}

for_each_tuple!(tuples);

/// For the values of constant fields: asks for `T::default()` where there is one.
///
/// ```
/// use autodiff_runtime::constant::{ByDefault as _, Made, Unmade as _};
/// #[derive(Debug)]
/// struct Plain;
/// assert_eq!((&&Made::<u8>::NEW).made(), Some(0));
/// assert!((&&Made::<Plain>::NEW).made().is_none());
/// ```
#[derive(Debug)]
pub struct Made<T>(PhantomData<T>);

impl<T> Made<T> {
    /// The question.
    pub const NEW: Self = Made(PhantomData);
}

/// The answer for types with a default, which rustc looks for first.
pub trait ByDefault {
    /// The type that is asked about.
    type Of;
    /// Its default.
    fn made(&self) -> Option<Self::Of>;
}

impl<T: Default> ByDefault for &Made<T> {
    type Of = T;
    fn made(&self) -> Option<T> {
        Some(T::default())
    }
}

/// The answer for all other types.
pub trait Unmade {
    /// The type that is asked about.
    type Of;
    /// Nothing.
    fn made(&self) -> Option<Self::Of>;
}

impl<T> Unmade for Made<T> {
    type Of = T;
    fn made(&self) -> Option<T> {
        None
    }
}
