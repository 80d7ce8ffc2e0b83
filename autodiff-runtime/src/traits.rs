//! The traits of the prelude without their names, for emitted code in modules that have no prelude.

pub use core::clone::Clone as _;
pub use core::convert::{AsMut as _, AsRef as _, From as _, Into as _};
pub use core::iter::{
    DoubleEndedIterator as _, ExactSizeIterator as _, Extend as _, IntoIterator as _, Iterator as _,
};
pub use std::borrow::ToOwned as _;

// What is not the parameter of an emitted function decides, too, in loops that run again.
pub use crate::selection::Selection as _;

// `len` of an `Option` in memory.
pub use crate::optional::Payloads as _;

// What a call gives, and operators are applied to, may be a number.
pub use crate::operators::Operators as _;
