//! Gradient time over primal time, and over an adjoint written by hand: one line per kernel.
//!
//! `cargo bench --bench ratios -- [--quick] [--check] [--all] [name …]`
//!
//! - `--quick`: fewer rounds, for continuous integration
//! - `--check`: exit with status 1 where a ratio or the memory of a gradient is beyond its limit
//! - `--all`: the kernels beyond the standard table too
//! - names: only these kernels
//!
//! Times are medians of interleaved rounds in the CPU time of the thread; ratios are medians over the rounds, each
//! taken within one round, so that a busy machine slows both sides of a ratio alike. `-` stands for what cannot be
//! measured because the compiler does not take the kernel yet.

mod kernels;
mod measure;

use kernels::Kernel;
use measure::{Gate, agreement, memory, time};
use std::env;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// What the command line asks for.
struct Options {
    quick: bool,
    check: bool,
    all: bool,
    names: Vec<String>,
}

impl Options {
    /// Unknown options are left alone: cargo adds its own, such as `--bench`.
    fn from_arguments() -> Self {
        let arguments: Vec<String> = env::args().skip(1).collect();
        let has = |option: &str| arguments.iter().any(|a| a == option);
        Options {
            quick: has("--quick"),
            check: has("--check"),
            all: has("--all"),
            names: arguments
                .iter()
                .filter(|a| !a.starts_with("--"))
                .cloned()
                .collect(),
        }
    }

    fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|n| n == name)
    }
}

fn main() -> ExitCode {
    let options = Options::from_arguments();
    let mut gate = Gate::default();
    let further = if options.all {
        kernels::further()
    } else {
        Vec::new()
    };
    for kernel in kernels::standard().into_iter().chain(further) {
        if options.wants(kernel.name) {
            report_ratios(&kernel, &options, &mut gate);
        }
    }
    report_memory(&options, &mut gate);
    if options.check {
        gate.verdict()
    } else {
        ExitCode::SUCCESS
    }
}

fn report_ratios(kernel: &Kernel, options: &Options, gate: &mut Gate) {
    agreement::assert(kernel);
    let rounds = if options.quick { 31 } else { 151 };
    let mut times = time::interleaved(kernel, rounds);
    // A miss is measured twice more before it counts: the machine may be shared.
    for _ in 0..2 {
        if options.check && !Gate::accepts(kernel.name, &times) {
            times = time::interleaved(kernel, rounds);
        }
    }
    let usage = kernel
        .grad
        .as_ref()
        .map(|grad| memory::of_one_call(grad, &kernel.point));
    let shown = |number: Option<String>| number.unwrap_or_else(|| "-".to_owned());
    println!(
        "kernel={} {times} allocs={} peak_extra_bytes={}",
        kernel.name,
        shown(usage.as_ref().map(|u| u.allocations.to_string())),
        shown(usage.as_ref().map(|u| u.peak_bytes.to_string())),
    );
    gate.ratios(kernel.name, &times);
}

/// Accumulating loops need memory that does not depend on their length, state loops a fixed amount per step.
fn report_memory(options: &Options, gate: &mut Gate) {
    for growth in memory::growths() {
        if options.wants(growth.name) {
            println!("{growth}");
            gate.memory(&growth);
        }
    }
}
