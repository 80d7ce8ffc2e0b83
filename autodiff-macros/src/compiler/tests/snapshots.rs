//! What the whole compiler emits for eight functions, as a person would read it.
//!
//! The texts are kept in `tests/snapshots/`, where `tests/snapshots.rs` compiles and runs them: each
//! has its numbers checked there.

use proc_macro2::TokenStream;
use quote::quote;

use super::expansion;

/// Compares what the compiler emits for the function with `tests/snapshots/<name>.rs`.
fn check(name: &str, source: &str) {
    let function: TokenStream = source.parse().unwrap();
    check_with(name, quote!(), function);
}

/// The same with further options.
fn check_with(name: &str, options: TokenStream, function: TokenStream) {
    let options = quote!(crate = crate::facade, #options);
    let tokens = crate::compiler::expand(options, function);
    expansion::check_in("snapshots", name, tokens);
}

/// Straight-line code.
#[test]
fn straight_line() {
    check(
        "wave",
        "/// A damped wave.
        pub fn wave(x: f64, damping: f64) -> f64 {
            let decay = (-damping * x).exp();
            decay * (3.0 * x).sin()
        }",
    );
}

/// Nothing is evaluated twice: the cosine is the derivative of the sine, and the quotient that of the reciprocal.
#[test]
fn evaluated_once() {
    check(
        "swing",
        "/// A point on a circle, seen from afar.
        pub fn swing(angle: f64, radius: f64) -> f64 {
            let (sin, cos) = angle.sin_cos();
            let curvature = 1.0 / radius;
            (sin + 2.0 * cos) * curvature - cos / radius
        }",
    );
}

/// A kink and a branch: explicit decisions.
#[test]
fn decisions() {
    check(
        "hinge",
        "/// The squared hinge, linear beyond a margin of 2.
        pub fn hinge(x: f64) -> f64 {
            let slack = (1.0 - x).max(0.0);
            if slack > 2.0 { 4.0 * slack - 4.0 } else { slack * slack }
        }",
    );
}

/// An accumulating loop: forward and reverse sweep of an iteration at once, no storage.
#[test]
fn accumulating_loop() {
    check(
        "mean_error",
        "/// Mean absolute error of a linear model.
        pub fn mean_error(w: &[f64], #[constant] xs: &[f64], #[constant] ys: &[f64]) -> f64 {
            let d = w.len();
            let n = ys.len();
            let mut error = 0.0;
            for i in 0..n {
                let mut prediction = 0.0;
                for j in 0..d {
                    prediction += w[j] * xs[i * d + j];
                }
                error += (prediction - ys[i]).abs();
            }
            error / n as f64
        }",
    );
}

/// A loop with state: one record per iteration.
#[test]
fn state_loop() {
    check(
        "pendulum",
        "/// Angle of a pendulum after some steps.
        pub fn pendulum(angle: f64, speed: f64, #[constant] h: f64, steps: usize) -> f64 {
            let mut a = angle;
            let mut v = speed;
            for _ in 0..steps {
                v -= h * a.sin();
                a += h * v;
            }
            a
        }",
    );
}

/// A loop of unknown length that is left early.
#[test]
fn while_loop() {
    check(
        "root",
        "/// Newton's iteration for the square root.
        pub fn root(x: f64) -> f64 {
            let mut y = x;
            let mut k = 0;
            while k < 50 {
                let next = 0.5 * (y + x / y);
                if (next - y).abs() < 1e-14 {
                    break;
                }
                y = next;
                k += 1;
            }
            y
        }",
    );
}

/// Guards against 0·∞ that are decided together: a question about a few factors, and the sweep of an iteration twice.
#[test]
fn guards_together() {
    check(
        "orbit",
        "/// A planet by Euler steps: what is left of its energy and of its angular momentum.
        pub fn orbit(start: [f64; 4], mass: f64, #[constant] h: f64, steps: usize) -> f64 {
            let mut p = start;
            for _ in 0..steps {
                let square = p[0] * p[0] + p[1] * p[1];
                let pull = mass / (square * square.sqrt());
                p[2] -= h * pull * p[0];
                p[3] -= h * pull * p[1];
                p[0] += h * p[2];
                p[1] += h * p[3];
            }
            p[2] * p[2] + p[3] * p[3] + p[0] * p[3] - p[1] * p[2]
        }",
    );
}

/// Forward mode: the gradient by one tangent sweep along four directions.
#[test]
fn forward_mode() {
    check_with(
        "decay",
        quote!(mode = forward),
        quote! {
            /// The logistic equation by Euler steps.
            pub fn decay(start: f64, rate: f64, limit: f64, #[constant] h: f64, steps: usize) -> f64 {
                let mut y = start;
                for _ in 0..steps {
                    y += h * rate * y * (1.0 - y / limit);
                }
                y
            }
        },
    );
}
