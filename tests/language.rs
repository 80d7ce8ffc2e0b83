//! The language, one construct after another: values bit for bit, gradients against num-dual and
//! central differences, and every generated entry point against the others.

#![allow(
    clippy::needless_range_loop,
    clippy::assign_op_pattern,
    unreachable_pub,
    reason = "the programs under test are written the way people write them, and in modules of their own"
)]

#[macro_use]
mod language {
    #[macro_use]
    pub mod support;
    mod accumulators;
    mod api;
    mod arrays;
    mod calls;
    mod casts_and_consts;
    mod composition;
    mod control_flow;
    mod effects;
    mod f32;
    mod in_place;
    mod integer_state;
    mod jumps;
    mod kinks;
    mod loops;
    mod methods;
    mod names;
    mod properties;
    mod recursion;
    mod reversal;
    mod scalars;
    mod slices;
    mod tuples;
    mod vecs;
    mod while_loops;
}
use language::support;
