//! A gradient that somebody wrote by hand, with a mistake at a tie, and what the checker makes of it.
//!
//! `cargo run --release --example check_your_own [check.svg]`
//!
//! Away from the tie the gradient is right, so comparing it with differences at random points finds nothing. A curve can
//! stay in the tie, though, and an optimiser that balances two losses does: there the gradient is twice what it should be.

use std::process::ExitCode;

use conservative_grad::check::{self, Options, Polyline, Report, Verdict};
use conservative_grad::{Selection, conservative_grad, conservative_rule};

/// The larger of two losses.
#[conservative_rule(pullback = worse_pullback, kink(a = b), class = Semialgebraic)]
fn worse(a: f64, b: f64) -> f64 {
    a.max(b)
}

/// Whoever attains the maximum gets the adjoint. Where both do, both get all of it.
fn worse_pullback(a: f64, b: f64, worst: f64, _a_wins: f64, worst_bar: f64) -> (f64, f64) {
    let share = |loss: f64| if loss == worst { worst_bar } else { 0.0 };
    (share(a), share(b))
}

/// The same, with weights that sum to one at the tie.
#[conservative_rule(pullback = corrected_pullback, kink(a = b), class = Semialgebraic)]
fn corrected(a: f64, b: f64) -> f64 {
    a.max(b)
}

fn corrected_pullback(_: f64, _: f64, _: f64, a_wins: f64, worst_bar: f64) -> (f64, f64) {
    (a_wins * worst_bar, (1.0 - a_wins) * worst_bar)
}

/// The worse of two losses, and a penalty on the third parameter.
#[conservative_grad]
fn balanced(w: &[f64]) -> f64 {
    let (first, second) = (w[0], w[1]);
    worse(first * first + w[2], second * second + w[2]) + 0.5 * w[2].abs()
}

#[conservative_grad]
fn balanced_again(w: &[f64]) -> f64 {
    let (first, second) = (w[0], w[1]);
    corrected(first * first + w[2], second * second + w[2]) + 0.5 * w[2].abs()
}

fn main() -> ExitCode {
    println!("Against differences at 10,000 random points the gradient is right:");
    println!("  largest deviation {:.1e}\n", deviation_at_random_points());

    println!("Along curves, those inside ties among them:\n");
    let wrong = check::annotated!(balanced(w in [-1.0..1.0; 3]));
    println!("{wrong}");

    println!("With weights that sum to one:\n");
    let right = check::annotated!(balanced_again(w in [-1.0..1.0; 3]), Options::default().seed(1));
    println!("{right}");

    println!("Along the way of an optimiser that crosses the tie once, comes back and stays:\n");
    let way = Polyline::new(&[
        [0.2, 0.9, 0.8],
        [0.9, 0.4, 0.6],
        [0.6, 0.6, 0.3],
        [0.1, 0.1, -0.4],
    ]);
    let f = |w: &[f64], sel: &mut dyn Selection| balanced::value_and_grad_with(sel, w);
    let along = check::chain_rule_along(f, &way, &Options::default()).with_field(balanced::FIELD);
    println!("{along}");
    let path = std::env::args().nth(1);
    let path = path.unwrap_or_else(|| "target/check.svg".to_string());
    match along.plot(&path) {
        Ok(()) => println!("The same as a picture: {path}"),
        Err(error) => {
            eprintln!("no picture at {path}: {error}");
            return ExitCode::FAILURE;
        }
    }
    let found = is_found(&wrong) && is_found(&along);
    if found && right.verdict() == Verdict::NoViolationFound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Refuted, at the kink of the rule.
fn is_found(report: &Report) -> bool {
    let at_the_rule = report
        .violations()
        .first()
        .and_then(|violation| violation.site)
        .is_some_and(|site| site.stratum == "a = b");
    !report.is_compliant() && at_the_rule
}

fn deviation_at_random_points() -> f64 {
    const STEP: f64 = 1e-6;
    let mut rng = check::SplitMix64::new(7);
    let mut largest = 0.0f64;
    for _ in 0..10_000 {
        let w: [f64; 3] = std::array::from_fn(|_| rng.between(-1.0, 1.0));
        let gradient = balanced::grad(&w);
        let near_a_kink = (w[0].abs() - w[1].abs()).abs() < 2.0 * STEP || w[2].abs() < 2.0 * STEP;
        for i in (0..3).filter(|_| !near_a_kink) {
            let (mut low, mut high) = (w, w);
            low[i] -= STEP;
            high[i] += STEP;
            let quotient = (balanced(&high) - balanced(&low)) / (high[i] - low[i]);
            largest = largest.max((quotient - gradient[i]).abs());
        }
    }
    largest
}
