//! The language, one construct after another: values bit for bit, gradients against num-dual and
//! central differences, and every generated entry point against the others. Statements and
//! expressions are here; `language_calls.rs` and `language_data.rs` have the rest, so that they are
//! compiled side by side.

// Clippy has nothing to say here.
#![cfg(not(clippy))]
#![allow(
    clippy::all,
    redundant_semicolons,
    unreachable_pub,
    reason = "the programs under test are written the way people write them, and in modules of their own"
)]

/// Numbers of iterations that the compiler does not know: it writes out loops of which it knows that they are short.
const TWO: usize = 2;
const THREE: usize = 3;
const FOUR: usize = 4;

#[macro_use]
mod language {
    #[macro_use]
    pub mod support;
    mod accumulators;
    mod casts_and_consts;
    mod configured;
    mod control_flow;
    mod early_returns;
    mod f32;
    mod generated;
    mod integer_state;
    mod jumps;
    mod kinks;
    mod literal_types;
    mod loops;
    mod matches;
    mod names;
    mod near_misses;
    mod properties;
    mod reversal;
    mod scalars;
    mod singular;
    mod singular_counts;
    mod steps;
    mod while_loops;
}
use language::support;
