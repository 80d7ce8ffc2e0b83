//! Gradient time over primal time, and over an adjoint written by hand: one line per kernel.
//!
//! `cargo bench --bench ratios -- [--quick] [--check] [name …]`
//!
//! - `--quick`: fewer rounds, for continuous integration
//! - `--check`: exit with status 1 where a ratio or the memory of a gradient is beyond its limit
//! - names: only these kernels; `idioms` stands for programs as people write them, `singles` for kernels in double and in single
//!   precision, `lanes` for those in reverse and in forward mode, `checkpoints` for a long loop that keeps few states
//!
//! Times are medians of interleaved rounds in the CPU time of the thread; ratios are medians over the rounds, each
//! taken within one round, so that a busy machine slows both sides of a ratio alike. `targets` is `met`, or what is missed
//! (`measure/targets.rs`).

mod kernels;
mod measure;

use kernels::ba::jacobian::Jacobian;
use kernels::{Kernel, ba, idioms, lanes};
use measure::{Gate, Standing, agreement, checkpoints, memory, time};
use std::cell::RefCell;
use std::env;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// What the command line asks for.
struct Options {
    quick: bool,
    check: bool,
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
            names: arguments
                .iter()
                .filter(|a| !a.starts_with("--"))
                .cloned()
                .collect(),
        }
    }

    fn rounds(&self) -> usize {
        if self.quick { 31 } else { 151 }
    }

    fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|n| n == name)
    }
}

fn main() -> ExitCode {
    let options = Options::from_arguments();
    let mut gate = Gate::default();
    let mut standing = Standing::default();
    for kernel in kernels::all() {
        if options.wants(kernel.name) {
            report_ratios(&kernel, &options, &mut gate, &mut standing);
        }
    }
    println!("{standing}");
    report_jacobian(&options);
    report_idioms(&options, &mut gate);
    report_precisions(&options);
    report_modes(&options);
    report_memory(&options, &mut gate);
    report_checkpoints(&options, &mut gate);
    if options.check {
        gate.verdict()
    } else {
        ExitCode::SUCCESS
    }
}

fn report_ratios(kernel: &Kernel, options: &Options, gate: &mut Gate, standing: &mut Standing) {
    agreement::assert(kernel);
    let mut times = time::of_kernel(kernel, options.rounds());
    // A miss is measured twice more before it counts: the machine may be shared.
    for _ in 0..2 {
        if options.check && !Gate::accepts(kernel.name, &times) {
            times = time::of_kernel(kernel, options.rounds());
        }
    }
    let usage = memory::of_one_call(kernel);
    println!(
        "kernel={} {times} bound={:.1} allocs={} peak_extra_bytes={} targets={}",
        kernel.name,
        kernel.bound,
        usage.allocations,
        usage.peak_bytes,
        standing.judge(kernel.name, &times),
    );
    gate.ratios(kernel.name, &times);
}

/// All rows of the sparse Jacobian of bundle adjustment, over its errors alone.
fn report_jacobian(options: &Options) {
    if !options.wants("ba") {
        return;
    }
    let observations = 1000;
    let mut jacobian = Jacobian::new(observations);
    jacobian.assert_agreement(&agreement::hand(&ba::kernel(observations)));
    let jacobian = RefCell::new(jacobian);
    let samples = time::interleaved(
        [&mut || jacobian.borrow().primal(), &mut || {
            jacobian.borrow_mut().fill()
        }],
        options.rounds(),
    );
    let over = |f: fn(&[f64; 2]) -> f64| time::median(samples.iter().map(f).collect());
    println!(
        "jacobian=ba primal_us={:.2} jacobian_us={:.2} jacobian_over_primal={:.2}",
        over(|s| s[0]),
        over(|s| s[1]),
        over(|s| s[1] / s[0])
    );
}

/// Programs as people write them, over their primals.
fn report_idioms(options: &Options, gate: &mut Gate) {
    let point = idioms::point();
    for idiom in idioms::all() {
        if options.wants("idioms") || options.wants(idiom.name) {
            agreement::assert_idiom(&idiom, &point);
            let times = time::of_idiom(&idiom, &point, options.rounds());
            println!("idiom={} {times}", idiom.name);
            gate.idiom(idiom.name, &times);
        }
    }
}

/// Kernels in double and in single precision.
fn report_precisions(options: &Options) {
    for twins in kernels::twins() {
        if options.wants("singles") || options.wants(twins.name) {
            agreement::assert_precisions(&twins);
            let times = time::of_precisions(&twins, options.rounds());
            println!("single={} {times}", twins.name);
        }
    }
}

/// Reverse sweeps beside forward lanes.
fn report_modes(options: &Options) {
    for pair in lanes::pairs() {
        if options.wants("lanes") || options.wants(pair.name) {
            agreement::assert_modes(&pair);
            let times = time::of_modes(&pair, options.rounds());
            let [reverse, forward] = [pair.reverse, pair.forward].map(|gradient| {
                let mut bars = vec![0.0; pair.point.len()];
                memory::of(&mut || {
                    gradient(&pair.point, &mut bars);
                })
            });
            println!(
                "modes={} inputs={} {times} reverse_peak_bytes={} forward_peak_bytes={}",
                pair.name,
                pair.point.len(),
                reverse.peak_bytes,
                forward.peak_bytes
            );
        }
    }
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

/// A loop of a million steps with few states: memory, and how often iterations are run again.
fn report_checkpoints(options: &Options, gate: &mut Gate) {
    if options.wants("checkpoints") {
        // A round is long enough here to be exact by itself.
        for row in checkpoints::rows(options.rounds().min(15)) {
            println!("{row}");
            gate.checkpoints(&row);
        }
        for row in checkpoints::long(options.rounds().min(15)) {
            println!("{row}");
        }
    }
}
