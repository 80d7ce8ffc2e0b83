//! Nothing but its tests: `build.rs` generates fifty programs from fixed seeds, `tests/programs.rs`
//! compiles them and compares their gradients with those of dual numbers.
