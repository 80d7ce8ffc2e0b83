//! Writes the programs that `tests/programs.rs` includes.

use std::path::PathBuf;
use std::{env, fs, io};

use program_generator::emit::{self, Check};
use program_generator::generate;

/// The seeds of the programs.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=200;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let programs: Vec<_> = SEEDS.map(generate::program).collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(
        out.join("programs.rs"),
        emit::file(&programs, Check::Gradients),
    )
}
