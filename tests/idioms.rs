//! Functions in the style of published crates, annotated and otherwise as their authors would have written them.
//!
//! Values are those of the function itself, gradients those of central differences.

#![allow(
    clippy::approx_constant,
    clippy::excessive_precision,
    clippy::manual_memcpy,
    clippy::needless_range_loop,
    clippy::ptr_arg,
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

#[path = "idioms/curves.rs"]
mod curves;
#[path = "idioms/finance.rs"]
mod finance;
#[path = "idioms/geodesy.rs"]
mod geodesy;
#[path = "idioms/learning.rs"]
mod learning;
#[path = "idioms/numerics.rs"]
mod numerics;
#[path = "idioms/orbits.rs"]
mod orbits;
#[path = "idioms/rotations.rs"]
mod rotations;
#[path = "idioms/special.rs"]
mod special;
#[path = "idioms/statistics.rs"]
mod statistics;
