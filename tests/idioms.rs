//! Functions in the style of published crates, annotated and otherwise as their authors would have written them.
//!
//! Values are those of the function itself, gradients those of central differences.

#![allow(
    clippy::excessive_precision,
    clippy::manual_memcpy,
    clippy::needless_range_loop,
    clippy::too_many_arguments,
    clippy::type_complexity,
    unreachable_pub,
    reason = "written as their authors write them"
)]

#[path = "language/support/mod.rs"]
#[macro_use]
#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "shared with other tests"
)]
mod support;

#[path = "idioms/differences.rs"]
mod differences;

#[path = "idioms/rotations.rs"]
mod rotations;
