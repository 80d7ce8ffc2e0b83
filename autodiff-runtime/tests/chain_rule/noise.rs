//! Functions with rounding noise far above f64's own: right programs may not be refuted for it.

use autodiff_runtime::check::{self, Options, Report, Verdict};

use crate::support::{
    ACROSS, ANYWHERE, Dual, Sel, assert_function_never_refuted, assert_never_refuted, evaluate,
    reports, sites,
};

sites! {
    A: Kink 0 "relu(w·x + b)" 0.0;
    C: Kink 1 "y.abs()" 0.5;
    IF: Branch 2 "x > 0.0" 0.0;
}

/// A small network in f32 with its gradient in f32.
fn network(x: &[f64], sel: Sel, factor: f32) -> (f64, Vec<f64>) {
    let x = [x[0] as f32, x[1] as f32];
    let mut y = 0.1f32;
    let mut g = [0f32; 2];
    for k in 0..6 {
        let w = [(k as f32 * 1.3).sin(), (k as f32 * 0.7 + 1.0).cos()];
        let z = w[0] * x[0] + w[1] * x[1] + 0.1 * k as f32 - 0.2;
        let open = sel.weight(&A, f64::from(z), z > 0.0, z == 0.0) as f32;
        let out = (k as f32 - 2.5) * 0.4;
        y += out * z.max(0.0);
        g = [g[0] + out * open * w[0], g[1] + out * open * w[1]];
    }
    (
        f64::from(y.sin()),
        g.map(|g| f64::from(factor * g * y.cos())).to_vec(),
    )
}

// Noise of 2⁻²⁴ in values, gradients, margins and in the points themselves.
#[test]
fn a_network_in_f32() {
    assert_function_never_refuted(
        "network in f32",
        &|x, sel| network(x, sel, 1.0),
        2,
        ANYWHERE,
    );
    // At 500 radians the sine keeps four digits in f32: this may be called inconclusive, never refuted.
    let scaled = reports(&|x, sel| network(x, sel, 1.0), 2, ANYWHERE.scaled(100.0));
    assert_compliant(&scaled);
}

fn assert_compliant(reports: &[Report]) {
    for report in reports {
        assert!(report.is_compliant(), "{report}");
    }
}

// The same noise does not hide an error of one per mille.
#[test]
fn an_error_in_f32_is_still_seen() {
    let reports = reports(&|x, sel| network(x, sel, 1.001), 2, ACROSS);
    let seen = reports
        .iter()
        .filter(|r| r.verdict() == Verdict::WrongDerivative)
        .count();
    assert!(seen >= 95, "{seen} of 100");
}

// 1e8 + f - 1e8 keeps eight digits of f; on one branch only, so that noise is not the same everywhere.
#[test]
fn cancellation() {
    let everywhere = |x: &[Dual], sel: Sel| ((x[0] * x[1]).sin() + x[0].abs(&C, sel) + 1e8) - 1e8;
    assert_never_refuted("cancellation", everywhere, 2, ANYWHERE);
    let one_branch = |x: &[Dual], sel: Sel| match x[0].above(0.0, &IF, sel) {
        true => (x[0] * 2.0 + x[1].sin() + 1e7) - 1e7,
        false => x[0] + x[1].sin(),
    };
    assert_never_refuted("cancellation on one branch", one_branch, 2, ANYWHERE);
}

// Nothing but noise: then nothing can be told, and nothing may be refuted.
#[test]
fn nothing_but_noise() {
    let difference = |x: &[Dual], _: Sel| (x[0] + 1.0).square() - x[0].square() - x[0] * 2.0 - 1.0;
    let reports = reports(
        &|x, sel| evaluate(difference, x, sel),
        1,
        ANYWHERE.scaled(1e3),
    );
    assert_compliant(&reports);
}

// √(x²) + y is 0 on x = y < 0, and its slope there is what is left of 1 - 1: that is no integral to be made accurate.
#[test]
fn a_slope_that_is_nothing_but_rounding() {
    let root = |x: &[Dual], _: Sel| {
        let s = x[0].square();
        s.chain(s.v.sqrt(), 0.5 / s.v.sqrt()) + x[1]
    };
    let report = check::chain_rule(
        |x, sel| evaluate(root, x, sel),
        &[-1.1, -1.1],
        &[-2.3, -2.3],
        &Options::default(),
    );
    assert_eq!(report.verdict(), Verdict::NoViolationFound, "{report}");
    assert!(report.evaluations() < 1000, "{report}");
}

// At a critical point of the value, beside 0, the quotient of values that differ by rounding is exactly 0 or far from it.
#[test]
fn a_tie_at_a_critical_point() {
    let ring = |x: &[Dual], sel: Sel| {
        let r = x[0].square() + x[1].square() - 1.0;
        r.abs(&C, sel) + (x[1] - x[0] * x[0] * x[0]).relu(&A, sel)
    };
    for x in [-2.0 * f64::EPSILON, -1e-12, 0.0, 1e-9] {
        let report = check::on_stratum(
            |x, sel| evaluate(ring, x, sel),
            &[x, 0.0],
            &Options::default(),
        );
        assert!(report.is_compliant(), "{report}");
    }
}

// 1e8 + f - 1e8 along so short a segment that it moves in three steps: that is no jump.
#[test]
fn few_steps_of_lost_digits() {
    let program = |x: &[Dual], sel: Sel| ((x[0] * x[1]).sin() + x[0].abs(&C, sel) + 1e8) - 1e8;
    for k in 0..200 {
        let from = [-0.512217 + 1e-5 * f64::from(k), 0.811427];
        let to = [from[0] + 7.579e-5, from[1] - 5.417e-5];
        let f = |x: &[f64], sel: Sel<'_>| evaluate(program, x, sel);
        let report = check::conservative(f, [from[0]..to[0], to[1]..from[1]], &Options::default());
        assert!(report.is_compliant(), "{k}\n{report}");
    }
}
