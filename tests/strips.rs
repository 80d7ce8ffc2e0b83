//! Loops that run in strips: `value_and_grad` against the primal, the sweeps of `vjp` (which take
//! the loops as they are written), central differences, at lengths around the width of a strip.
//!
//! Every program is also run on values that tie, on zeros and infinities, and on arrays that are too
//! short, where it has to panic exactly when the primal does.

#![allow(
    clippy::all,
    unused_variables,
    unreachable_pub,
    reason = "the programs under test are written the way people write them, and have the same parameters"
)]

mod strips {
    #[macro_use]
    pub mod support;
    mod access;
    mod chains;
    mod columns;
    mod conditions;
    mod counters;
    mod forms;
    mod joined;
    mod kinks;
    mod merged;
    mod mined;
    mod mixed;
    mod nested;
    mod points;
    mod scratch;
    mod sums;
}
