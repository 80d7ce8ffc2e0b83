//! Whether a buffer or tangent has the lengths of the value that it goes with.

use core::fmt::Display;

use crate::numeric::Scalar;

/// A value whose lengths another value (a buffer, a tangent) must have.
///
/// ```
/// use autodiff_runtime::SameShape;
/// [1.0, 2.0][..].assert_same_shape(&[0.0, 0.0][..], "w", "w_bar");
/// ```
///
/// ```should_panic
/// use autodiff_runtime::SameShape;
/// // length of `w_bar` is 1, that of `w` is 2
/// vec![1.0, 2.0].assert_same_shape(&[0.0][..], "w", "w_bar");
/// ```
#[diagnostic::on_unimplemented(
    message = "a buffer or tangent of type `{B}` does not fit a value of type `{Self}`",
    label = "this value is of type `{Self}`"
)]
pub trait SameShape<B: ?Sized> {
    /// The first place at which the shape of `other` is not that of `self`.
    fn mismatch(&self, other: &B) -> Option<Mismatch>;

    /// Panics unless `other`, called `other_name`, has the lengths of `self`, called `name`.
    #[inline]
    #[track_caller]
    fn assert_same_shape(&self, other: &B, name: &str, other_name: &str) {
        if let Some(mismatch) = self.mismatch(other) {
            mismatch.report(name, other_name);
        }
    }
}

/// Where two shapes differ, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// `.w[3]`: the way from the two values to the place.
    path: String,
    difference: Difference,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Difference {
    /// The lengths of both.
    Lengths(usize, usize),
    /// One is `None`: the value, or else the other.
    Absent { value: bool },
}

impl Mismatch {
    #[cold]
    fn new(difference: Difference) -> Mismatch {
        Mismatch {
            path: String::new(),
            difference,
        }
    }

    /// The mismatch as seen from the struct or tuple that has it in this field.
    #[cold]
    #[must_use]
    pub fn in_field(mut self, field: impl Display) -> Mismatch {
        self.path = format!(".{field}{}", self.path);
        self
    }

    #[cold]
    fn in_element(mut self, index: usize) -> Mismatch {
        self.path = format!("[{index}]{}", self.path);
        self
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    fn report(&self, name: &str, other: &str) -> ! {
        let path = &self.path;
        match self.difference {
            Difference::Lengths(length, found) => {
                panic!("length of `{other}{path}` is {found}, that of `{name}{path}` is {length}")
            }
            Difference::Absent { value: true } => {
                panic!("`{other}{path}` is `Some`, and `{name}{path}` is `None`")
            }
            Difference::Absent { value: false } => {
                panic!("`{other}{path}` is `None`, and `{name}{path}` is `Some`")
            }
        }
    }
}

// One impl each, not one for every `Scalar`: it would overlap with references, which are fundamental.
macro_rules! numbers {
    ($($t:ident)*) => {$(
        impl<R: Scalar> SameShape<R> for $t {
            #[inline(always)]
            fn mismatch(&self, _: &R) -> Option<Mismatch> {
                None
            }
        }
    )*};
}

numbers!(f32 f64);

/// What is constant has no shape.
impl SameShape<Self> for () {
    #[inline(always)]
    fn mismatch(&self, (): &Self) -> Option<Mismatch> {
        None
    }
}

impl<A: SameShape<B> + ?Sized, B: ?Sized> SameShape<B> for &A {
    #[inline]
    fn mismatch(&self, other: &B) -> Option<Mismatch> {
        (**self).mismatch(other)
    }
}

impl<A: SameShape<B> + ?Sized, B: ?Sized> SameShape<B> for &mut A {
    #[inline]
    fn mismatch(&self, other: &B) -> Option<Mismatch> {
        (**self).mismatch(other)
    }
}

impl<A: SameShape<B> + ?Sized, B: ?Sized> SameShape<B> for Box<A> {
    #[inline]
    fn mismatch(&self, other: &B) -> Option<Mismatch> {
        (**self).mismatch(other)
    }
}

impl<A: SameShape<B>, B> SameShape<Option<B>> for Option<A> {
    #[inline]
    fn mismatch(&self, other: &Option<B>) -> Option<Mismatch> {
        match (self, other) {
            (Some(a), Some(b)) => a.mismatch(b),
            (None, None) => None,
            (a, _) => Some(Mismatch::new(Difference::Absent { value: a.is_none() })),
        }
    }
}

impl<A: SameShape<B>, B> SameShape<[B]> for [A] {
    #[inline]
    fn mismatch(&self, other: &[B]) -> Option<Mismatch> {
        if self.len() != other.len() {
            return Some(Mismatch::new(Difference::Lengths(self.len(), other.len())));
        }
        let mut pairs = self.iter().zip(other).enumerate();
        pairs.find_map(|(i, (a, b))| Some(a.mismatch(b)?.in_element(i)))
    }
}

/// The same through another view of the elements.
macro_rules! as_slice {
    ($([$($n:ident)*] $a:ty, $b:ty;)*) => {$(
        impl<A: SameShape<B>, B $(, const $n: usize)*> SameShape<$b> for $a {
            #[inline]
            fn mismatch(&self, other: &$b) -> Option<Mismatch> {
                self[..].mismatch(&other[..])
            }
        }
    )*};
}

as_slice! {
    [] [A], Vec<B>;
    [N] [A], [B; N];
    [] Vec<A>, [B];
    [] Vec<A>, Vec<B>;
    [N] Vec<A>, [B; N];
    [N] [A; N], [B];
    [N] [A; N], Vec<B>;
    [N M] [A; N], [B; M];
}

/// Tuples of up to twelve elements.
macro_rules! tuples {
    ($($($a:ident $b:ident $i:tt),+;)*) => {$(
        impl<$($a: SameShape<$b>, $b),+> SameShape<($($b,)+)> for ($($a,)+) {
            #[inline]
            fn mismatch(&self, other: &($($b,)+)) -> Option<Mismatch> {
                $(if let Some(mismatch) = self.$i.mismatch(&other.$i) {
                    return Some(mismatch.in_field($i));
                })+
                None
            }
        }
    )*};
}

for_each_tuple!(tuples);
