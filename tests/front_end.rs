//! Programs as numerical crates write them, against central differences; the value bit for bit.

#![allow(
    clippy::needless_range_loop,
    clippy::too_many_arguments,
    reason = "written as their authors write them"
)]
#![allow(
    clippy::manual_swap,
    clippy::possible_missing_comma,
    clippy::unused_unit,
    reason = "these look through the attribute at the emitted code"
)]

#[path = "front_end/support.rs"]
#[macro_use]
mod support;

#[path = "front_end/calls.rs"]
mod calls;
#[path = "front_end/published.rs"]
mod published;
#[path = "front_end/sites.rs"]
mod sites;
#[path = "front_end/statements.rs"]
mod statements;
