//! The option `parallel`: gradients of accumulating loops, in stretches.
//!
//! Without the feature `rayon` the stretches run one after the other, with the same bits; continuous
//! integration runs these tests with it and without.

#![allow(
    clippy::manual_memcpy,
    clippy::manual_swap,
    clippy::needless_range_loop,
    unreachable_pub,
    reason = "the programs under test are written the way people write them"
)]

#[path = "parallel/checkpoint.rs"]
mod checkpoint;
#[path = "parallel/forms.rs"]
mod forms;
#[path = "parallel/odd.rs"]
mod odd;
#[path = "parallel/panics.rs"]
mod panics;
#[path = "parallel/pieces.rs"]
mod pieces;
#[path = "parallel/programs.rs"]
mod programs;
#[path = "parallel/scratch.rs"]
mod scratch;
#[path = "parallel/support.rs"]
mod support;
#[path = "parallel/threads.rs"]
mod threads;
#[path = "parallel/unit.rs"]
mod unit;
