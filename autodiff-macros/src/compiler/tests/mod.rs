//! Tests of the whole compiler, and of passes that need hand-made input.

mod buffers;
mod emission;
mod entrance;
mod expansion;
mod extent;
mod mutations;
mod refusals;
mod registry;
mod snapshots;
mod soup;
