//! Value and gradient of kernels of `benches/ratios.rs` through other crates, and ours beside them.
//!
//! `peers FOLDER` writes the data of every kernel there, for programs in other languages, and prints one line per kernel
//! and tool in the form of `peers.py`: kernel, tool with its version, microseconds of CPU time of one call (the median
//! of many), value. Every value and gradient is first compared with ours.

#![forbid(unsafe_code)]
#![allow(
    clippy::needless_range_loop,
    reason = "the loops of benches/kernels, which index"
)]

#[path = "../../../kernels/mod.rs"]
#[allow(dead_code, reason = "other tools are not asked for all kernels")]
mod kernels;

mod forward;
mod functions;
mod problem;
mod real;
mod report;
mod tapes;
mod tensors;

use functions::{Gmm, Lorenz, Lse, Network, Regression, Rosenbrock};
use problem::Problem;
use real::Function;
use report::report;
use std::hint::black_box;
use std::{env, path::Path};

fn main() {
    let folder = env::args().nth(1).expect("a folder for the data");
    let folder = Path::new(&folder);

    let problem = problem::rosenbrock();
    ours(&problem, folder);
    scalars(&problem, &Rosenbrock, Some(forward::in_chunks));
    tensors::report(&problem, tensors::rosenbrock);

    let problem = problem::l1_logistic();
    let [xs, ys] = &problem.constants;
    ours(&problem, folder);
    scalars(&problem, &Regression { xs, ys }, Some(forward::in_chunks));
    tensors::report(&problem, tensors::l1_logistic);

    let problem = problem::relu_mlp();
    let [xs, ys] = &problem.constants;
    ours(&problem, folder);
    // 26,000 inputs: more than a thousand sweeps of forward lanes.
    scalars(&problem, &Network { xs, ys }, None);
    tensors::report(&problem, tensors::relu_mlp);

    let problem = problem::gmm();
    let [xs] = &problem.constants;
    ours(&problem, folder);
    scalars(&problem, &Gmm { xs }, Some(forward::in_chunks));
    tensors::report(&problem, tensors::gmm);

    let problem = problem::lorenz();
    ours(&problem, folder);
    ours_forward(&problem);
    scalars(&problem, &Lorenz, Some(forward::at_once::<6, _>));
    tensors::report(&problem, tensors::lorenz);

    let problem = problem::lse();
    ours(&problem, folder);
    scalars(&problem, &Lse, Some(forward::in_chunks));
    tensors::report(&problem, tensors::lse);
}

/// The data for the others, and the gradient of the annotated function.
fn ours<const C: usize>(problem: &Problem<C>, folder: &Path) {
    problem
        .write(folder)
        .expect("a folder that can be written to");
    let mut bars = vec![0.0; problem.point().len()];
    report(problem, "conservative-grad", || {
        bars.fill(0.0);
        let point = black_box(problem.point());
        let value = problem.kernel.problem.grad(point, &mut bars);
        (value, black_box(&bars).clone())
    });
}

/// The same with the option `mode = forward`, for few inputs.
fn ours_forward(problem: &Problem<0>) {
    let name = problem.kernel.name;
    let pair = kernels::lanes::pairs().into_iter().find(|p| p.name == name);
    let pair = pair.expect("a kernel with few inputs");
    report(problem, "conservative-grad-forward", || {
        let mut bars = vec![0.0; problem.point().len()];
        let value = (pair.forward)(black_box(problem.point()), &mut bars);
        (value, bars)
    });
}

/// The crates that run a function over numbers of their own.
fn scalars<const C: usize, F: Function>(
    problem: &Problem<C>,
    function: &F,
    forward: Option<fn(&F, &[f64]) -> (f64, Vec<f64>)>,
) {
    let point = problem.point();
    if let Some(forward) = forward {
        report(problem, "num-dual", || forward(function, black_box(point)));
    }
    report(problem, "ad_trait", || {
        tapes::ad_trait(function, black_box(point))
    });
    report(problem, "echidna", || {
        tapes::echidna(function, black_box(point))
    });
    let mut recorded = tapes::Recorded::new(function, point);
    report(problem, "echidna-recorded", || {
        recorded.gradient(black_box(point))
    });
}
