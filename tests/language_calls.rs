//! The language, as in `language.rs`: calls, methods, closures, generics, and what the attribute says.

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
    mod answers;
    mod api;
    mod calls;
    mod changes_in_operands;
    mod closures;
    mod composition;
    mod constants_of_calls;
    mod effects;
    mod fields_beside;
    mod found_integers;
    mod generics;
    mod handed_on;
    mod methods;
    mod methods_impl;
    mod methods_of_results;
    mod modules;
    mod nested;
    mod options;
    mod out_of_sight;
    mod recursion;
}
use language::support;
