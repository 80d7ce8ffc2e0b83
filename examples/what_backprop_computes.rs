//! What backpropagation returns where a program is not differentiable, and why no choice there is wrong.
//!
//! `cargo run --release --example what_backprop_computes`
//!
//! The programs are those of Bolte and Pauwels, "What does back propagation compute?": several ways to write the
//! same function, which backpropagation gives different derivatives at 0. All of them obey the chain rule along
//! curves, which is what gradient methods need; a derivative that does not is found by the checker.

use conservative_grad::check::{self, Verdict};
use conservative_grad::{Plain, Policy, Selection};
use std::process::ExitCode;

/// The same programs, annotated with one policy for ties.
macro_rules! programs {
    ($policy:ident) => {
        mod $policy {
            use conservative_grad::{conservative_grad, relu};

            #[conservative_grad(policy = $policy)]
            pub(super) fn relu1(x: f64) -> f64 {
                relu(x)
            }

            #[conservative_grad(policy = $policy)]
            pub(super) fn relu2(x: f64) -> f64 {
                relu(-x) + x
            }

            #[conservative_grad(policy = $policy)]
            pub(super) fn relu3(x: f64) -> f64 {
                0.5 * (relu1(x) + relu2(x))
            }

            #[conservative_grad(policy = $policy)]
            pub(super) fn zero(x: f64) -> f64 {
                relu2(x) - relu1(x)
            }

            #[conservative_grad(policy = $policy)]
            pub(super) fn identity(x: f64) -> f64 {
                relu(x) - relu(-x)
            }

            #[conservative_grad(policy = $policy)]
            pub(super) fn max_plus_min(x: f64) -> f64 {
                x.max(0.0) + x.min(0.0)
            }

            #[conservative_grad(policy = $policy)]
            pub(super) fn absolute(x: f64) -> f64 {
                x.abs()
            }

            #[conservative_grad(policy = $policy)]
            pub(super) fn artificial(x: f64) -> f64 {
                x - zero(x)
            }

            /// Every program with its value and derivative.
            pub(super) fn all() -> [super::Program; 8] {
                [
                    |x, selection| relu1::value_and_grad_with(selection, x),
                    |x, selection| relu2::value_and_grad_with(selection, x),
                    |x, selection| relu3::value_and_grad_with(selection, x),
                    |x, selection| zero::value_and_grad_with(selection, x),
                    |x, selection| identity::value_and_grad_with(selection, x),
                    |x, selection| max_plus_min::value_and_grad_with(selection, x),
                    |x, selection| absolute::value_and_grad_with(selection, x),
                    |x, selection| artificial::value_and_grad_with(selection, x),
                ]
            }
        }
    };
}

programs!(pytorch);
programs!(jax);
programs!(tensorflow);
programs!(lower);
programs!(upper);
programs!(midpoint);

/// Value and derivative of a function of one variable.
type Program = fn(f64, &mut dyn Selection) -> (f64, f64);

/// How the programs are written, and the slopes of the function left and right of 0.
const PROGRAMS: [(&str, &str); 8] = [
    ("relu(x)", "0 | 1"),
    ("relu(-x) + x", "0 | 1"),
    ("mean of the two", "0 | 1"),
    ("difference of the two", "0 | 0"),
    ("relu(x) - relu(-x)", "1 | 1"),
    ("max(x, 0) + min(x, 0)", "1 | 1"),
    ("|x|", "-1 | 1"),
    ("x - difference(x)", "1 | 1"),
];

fn main() -> ExitCode {
    print_derivatives_at_zero();
    show_artificial_critical_point();
    let sound = check_every_program();
    let caught = show_wrong_derivatives();
    ExitCode::from(u8::from(!sound || !caught))
}

fn programs_under(policy: Policy) -> [Program; 8] {
    match policy {
        Policy::PyTorch => pytorch::all(),
        Policy::Jax => jax::all(),
        Policy::TensorFlow => tensorflow::all(),
        Policy::Lower => lower::all(),
        Policy::Upper => upper::all(),
        Policy::Midpoint => midpoint::all(),
    }
}

fn print_derivatives_at_zero() {
    println!("What backpropagation returns at x = 0, by policy");
    println!("(left | right: the slopes of the function on both sides)\n");
    print!("{:24}{:>14}", "program", "left | right");
    Policy::ALL
        .iter()
        .for_each(|policy| print!("{:>12}", policy.name()));
    println!();
    for (i, (text, slopes)) in PROGRAMS.iter().enumerate() {
        print!("{text:24}{slopes:>14}");
        for policy in Policy::ALL {
            let (_, derivative) = programs_under(policy)[i](0.0, &mut Plain);
            print!("{derivative:>12}");
        }
        println!();
    }
}

/// x - zero(x) is x, yet its derivative at 0 is 0: descent that starts there does not move.
fn show_artificial_critical_point() {
    println!(
        "\nGradient descent on x - difference(x), which is x; 10 steps of length 0.1 (pytorch)\n"
    );
    for start in [0.0, 1e-9] {
        let mut x = start;
        for _ in 0..10 {
            x -= 0.1 * pytorch::artificial::grad(x);
        }
        println!("from {start}: ends at {x}");
    }
    println!(
        "\nThe point 0 is an artificial critical point: an element of the conservative field vanishes there,"
    );
    println!("no Clarke subgradient does. Almost no starting point leads to it.");
}

/// Whether the checker finds nothing against any program on a segment through 0.
fn check_every_program() -> bool {
    println!("\nChain rule along the segment from -1 to 1, through the kink\n");
    let mut all = true;
    for policy in Policy::ALL {
        let reports = programs_under(policy).map(|program| chain_rule(program, -1.0, 1.0));
        let passed = reports
            .iter()
            .filter(|report| report.verdict() == Verdict::NoViolationFound);
        let passed = passed.count();
        println!(
            "{:12}no violation found in {passed} of {} programs",
            policy.name(),
            reports.len()
        );
        all &= passed == reports.len();
    }
    all
}

fn chain_rule(program: Program, from: f64, to: f64) -> check::Report {
    let lifted = |x: &[f64], selection: &mut dyn Selection| {
        let (value, derivative) = program(x[0], selection);
        (value, vec![derivative])
    };
    check::chain_rule(lifted, &[from], &[to], &check::Options::default())
}

/// Two derivatives written by hand, each wrong in its own way. Returns whether both were caught.
fn show_wrong_derivatives() -> bool {
    println!("\nA derivative that forgets a factor: x² with x instead of 2x\n");
    let forgotten = check::chain_rule(
        |x: &[f64], _: &mut dyn Selection| (x[0] * x[0], vec![x[0]]),
        &[-0.3],
        &[1.2],
        &check::Options::default(),
    );
    println!("{forgotten}");

    println!(
        "\nThe maximum of two numbers with weights at a tie that do not sum to one: (0.3, 0.3), along x = y\n"
    );
    let unbalanced = check::chain_rule(
        |x: &[f64], _: &mut dyn Selection| (x[0].max(x[1]), tie_weights(x)),
        &[0.0, 0.0],
        &[1.0, 1.0],
        &check::Options::default(),
    );
    print!("{unbalanced}");
    !forgotten.is_compliant() && !unbalanced.is_compliant()
}

fn tie_weights(x: &[f64]) -> Vec<f64> {
    if x[0] == x[1] {
        return vec![0.3, 0.3];
    }
    vec![f64::from(x[0] > x[1]), f64::from(x[1] > x[0])]
}
