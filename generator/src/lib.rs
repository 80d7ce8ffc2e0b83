//! Seeded random programs for testing the compiler.
//!
//! [`generate::program`] makes a program as a tree; [`print::program`] writes it as Rust, either on
//! `f64` with `#[conservative_grad]` or, the same text otherwise, on [`dual::Dual`]; [`emit`] puts
//! both into a file with a function that compares them; [`interp`] runs the tree itself.

pub mod ast;
pub mod compare;
pub mod dialect;
pub mod dual;
pub mod emit;
pub mod generate;
pub mod interp;
pub mod lab;
pub mod print;
pub mod rng;
pub mod shrink;
