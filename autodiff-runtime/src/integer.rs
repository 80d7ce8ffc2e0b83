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
