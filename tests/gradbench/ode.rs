//! Classical Runge–Kutta for y₀' = x₀, yᵢ' = xᵢ yᵢ₋₁ on [0, 2], with in-place helpers.

use crate::case::{Case, assert_adjoint, cases, direction};
use conservative_grad::conservative_grad;

#[conservative_grad]
fn ode(x: &[f64], steps: usize) -> Vec<f64> {
    let n = x.len();
    let h = 2.0 / steps as f64;
    let mut y = vec![0.0; n];
    let mut k1 = vec![0.0; n];
    let mut k2 = vec![0.0; n];
    let mut k3 = vec![0.0; n];
    let mut k4 = vec![0.0; n];
    let mut stage = vec![0.0; n];
    for _ in 0..steps {
        slope(x, &y, &mut k1);
        advance(&y, 0.5 * h, &k1, &mut stage);
        slope(x, &stage, &mut k2);
        advance(&y, 0.5 * h, &k2, &mut stage);
        slope(x, &stage, &mut k3);
        advance(&y, h, &k3, &mut stage);
        slope(x, &stage, &mut k4);
        for i in 0..n {
            y[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }
    y
}

#[conservative_grad]
fn last_component(x: &[f64], steps: usize) -> f64 {
    let y = ode(x, steps);
    y[y.len() - 1]
}

#[conservative_grad]
fn slope(x: &[f64], y: &[f64], dy: &mut [f64]) {
    dy[0] = x[0];
    for i in 1..x.len() {
        dy[i] = x[i] * y[i - 1];
    }
}

/// `out = y + a k`
#[conservative_grad]
fn advance(y: &[f64], a: f64, k: &[f64], out: &mut [f64]) {
    for i in 0..y.len() {
        out[i] = y[i] + a * k[i];
    }
}

fn input(case: &Case) -> (Vec<f64>, usize) {
    (case.numbers("/input/x"), case.count("/input/s"))
}

#[test]
fn last_component_of_the_solution() {
    for case in cases("ode", &[""]) {
        let (x, steps) = input(&case);
        let (value, gradient) = last_component::value_and_grad(&x, steps);
        case.assert_close("/expected/primal", &ode(&x, steps));
        case.assert_close("/expected/gradient", &gradient);
        assert_eq!(value.to_bits(), last_component(&x, steps).to_bits());
        let along = direction(x.len());
        assert_adjoint(last_component::jvp(&x, steps, &along).1, &gradient, &along);
    }
}

#[test]
fn jacobian_row_by_row() {
    for case in cases("ode", &["tiny", "small", "medium_n40"]) {
        let (x, steps) = input(&case);
        let row = |i: usize| pull_back(&x, steps, |j| f64::from(i == j));
        let rows: Vec<f64> = (0..x.len()).flat_map(row).collect();
        case.assert_close("/extra/jacobian", &rows);
    }
}

#[test]
fn sum_of_a_long_chain() {
    for case in cases("ode", &["medium_n1000"]) {
        let (x, steps) = input(&case);
        case.assert_close("/extra/gradient_of_sum", &pull_back(&x, steps, |_| 1.0));
    }
}

/// The adjoint of `x` for an adjoint of the solution that is given component by component.
fn pull_back(x: &[f64], steps: usize, seed: impl Fn(usize) -> f64) -> Vec<f64> {
    let (y, pullback) = ode::vjp(x, steps);
    pullback((0..y.len()).map(seed).collect())
}
