//! The language, one construct after another: values bit for bit, gradients against num-dual and
//! central differences, and every generated entry point against the others.

#![allow(
    clippy::all,
    redundant_semicolons,
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
    mod closures;
    mod composition;
    mod constants_of_calls;
    mod control_flow;
    mod effects;
    mod f32;
    mod generated;
    mod generics;
    mod handed_on;
    mod in_place;
    mod integer_state;
    mod iterators;
    mod jumps;
    mod kinks;
    mod loops;
    mod matches;
    mod methods;
    mod methods_impl;
    mod methods_of_results;
    mod modules;
    mod names;
    mod near_misses;
    mod nested;
    mod operators;
    mod option_programs;
    mod option_structs;
    mod optional;
    mod options;
    mod out_of_sight;
    mod places_behind_patterns;
    mod properties;
    mod range_chains;
    mod recursion;
    mod reversal;
    mod scalars;
    mod singular;
    mod slices;
    mod steps;
    mod structs;
    mod tuples;
    mod vecs;
    mod while_loops;
}
use language::support;
