//! Programs as numerical crates write them, against central differences; the value bit for bit.

#[path = "front_end/support.rs"]
#[macro_use]
mod support;

#[path = "front_end/calls.rs"]
mod calls;
#[path = "front_end/sites.rs"]
mod sites;
#[path = "front_end/statements.rs"]
mod statements;
