//! An annotated function as a problem of argmin: L-BFGS with its gradient, and Nelder and Mead without.
//!
//! `cargo run --release --features argmin --example argmin`

use argmin::core::{Error, Executor, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::neldermead::NelderMead;
use argmin::solver::quasinewton::LBFGS;
use conservative_grad::conservative_grad;
use conservative_grad::optim::Problem;

/// Smooth, with its minimum 0 at (1, …, 1).
#[conservative_grad]
fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let (valley, along) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
        sum += 100.0 * valley * valley + along * along;
    }
    sum
}

fn main() -> Result<(), Error> {
    let start = vec![-1.2, 1.0, -1.2, 1.0];
    let problem = Problem(|x: &[f64]| rosenbrock(x), |x: &[f64]| rosenbrock::grad(x));

    let solver = LBFGS::new(MoreThuenteLineSearch::new(), 7);
    let run =
        Executor::new(problem, solver).configure(|state| state.param(start.clone()).max_iters(200));
    let by_gradient = run.run()?;

    // The corners of a simplex at the start.
    let corner = |k: usize| -> Vec<f64> {
        let moved = |i: usize| if i == k { start[i] + 0.5 } else { start[i] };
        (0..start.len()).map(moved).collect()
    };
    let simplex = (0..=start.len()).map(corner).collect();
    let solver = NelderMead::new(simplex).with_sd_tolerance(1e-12)?;
    let run = Executor::new(problem, solver).configure(|state| state.max_iters(2000));
    let by_values = run.run()?;

    for (name, cost, steps) in [
        (
            "L-BFGS",
            by_gradient.state.get_best_cost(),
            by_gradient.state.get_iter(),
        ),
        (
            "Nelder-Mead",
            by_values.state.get_best_cost(),
            by_values.state.get_iter(),
        ),
    ] {
        println!("{name}: {cost:.3e} after {steps} steps");
        assert!(cost < 1e-6, "{name} did not reach the minimum");
    }
    Ok(())
}
