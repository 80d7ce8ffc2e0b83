//! What the compiler takes for an integer without seeing its type.

/// An integer of the machine.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integer",
    label = "a field that is cast with `as`, and was taken for an integer",
    note = "bind it to a variable of its type first: `let k: f32 = self.k;`"
)]
pub trait Integer: Copy {}

macro_rules! integers {
    ($($integer:ty)*) => { $(impl Integer for $integer {})* };
}
integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

/// The same value.
///
/// ```
/// assert_eq!(autodiff_runtime::integer(3_u8), 3);
/// ```
#[inline]
#[must_use]
pub fn integer<T: Integer>(value: T) -> T {
    value
}

/// An integer that a function found: what a call gives, and a cast to an integer takes.
#[diagnostic::on_unimplemented(
    message = "the cast of a differentiable value to an integer jumps [AD0301]",
    label = "a call that gives a value of type `{Self}`",
    note = "cut the value off with `stop_gradient(…)`",
    note = "or bind it with its type (`let y: f64 = …;`), and write `#[assume_continuous]` on the statement with the cast if the program as a whole stays continuous"
)]
pub trait Found: Copy {}

#[diagnostic::do_not_recommend]
impl<T: Integer> Found for T {}

/// The same value.
///
/// ```
/// assert_eq!(autodiff_runtime::found_integer(3_u8), 3);
/// ```
#[inline]
#[must_use]
pub fn found_integer<T: Found>(value: T) -> T {
    value
}

/// An integer that a function found: what a call gives, and a cast to `f64` takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integer",
    label = "a call whose value is cast to `f64`, and was taken for an integer",
    note = "an `f64` needs no cast; bind a number of another type to a variable first: `let y: f32 = …;`"
)]
pub trait Counted: Copy {}

#[diagnostic::do_not_recommend]
impl<T: Integer> Counted for T {}

/// The same value.
///
/// ```
/// assert_eq!(autodiff_runtime::counted(3_u8), 3);
/// ```
#[inline]
#[must_use]
pub fn counted<T: Counted>(value: T) -> T {
    value
}
