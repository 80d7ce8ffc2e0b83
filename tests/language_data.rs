//! The language, as in `language.rs`: arrays, slices, lists, structs, tuples and options.

// Clippy has nothing to say here.
#![cfg(not(clippy))]
#![allow(
    clippy::all,
    redundant_semicolons,
    unreachable_pub,
    reason = "the programs under test are written the way people write them, and in modules of their own"
)]

#[macro_use]
#[path = "language"]
mod language {
    #[macro_use]
    pub mod support;
    mod arrays;
    mod constant_structs;
    mod in_place;
    mod iterators;
    mod mixed_tuples;
    mod operators;
    mod option_programs;
    mod option_structs;
    mod optional;
    mod own_types;
    mod peeled;
    mod places_behind_patterns;
    mod range_chains;
    mod slices;
    mod struct_patterns;
    mod structs;
    mod tuple_names;
    mod tuples;
    mod type_names;
    mod types_within_types;
    mod vecs;
}
use language::support;
