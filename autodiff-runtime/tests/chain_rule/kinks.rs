//! Kinks found where they are, touched, lost and followed.

use autodiff_runtime::check::{self, Options, Region, Report, Verdict};

use crate::support::{Dual, Program, Sel, constant, evaluate, sites};

sites! {
    A: Kink 0 "relu(x)" 0.0;
    B: Kink 1 "max(a, b)" 0.5;
    C: Kink 2 "abs(x)" 0.5;
    IF: Branch 3 "x > 0.25" 0.0;
}

fn along(program: Program, from: f64, to: f64) -> Report {
    check::chain_rule(
        |x, sel| evaluate(program, x, sel),
        &[from],
        &[to],
        &Options::default(),
    )
}

fn times(report: &Report) -> Vec<f64> {
    report.kinks().iter().map(|kink| kink.t).collect()
}

fn assert_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (t, s) in found.iter().zip(expected) {
        assert!((t - s).abs() < 1e-14, "{found:?} and {expected:?}");
    }
}

// A stretch of width 2·10⁻⁵ lies beyond the kink: no node is there, and what it does to the integral, 10⁻¹⁵, is invisible. The
// margin tells.
#[test]
fn a_kink_that_is_touched_and_left_again() {
    let hill: Program = |x, sel| (constant(1e-10) - (x[0] - 0.3137).square()).relu(&A, sel) + x[0];
    let report = along(hill, -1.0, 1.0);
    assert_eq!(report.verdict(), Verdict::NoViolationFound, "{report}");
    let found = times(&report);
    assert_eq!(found.len(), 2, "{report}");
    // The margin is flat: 10⁻¹⁶ in it is 10⁻¹² in t.
    for (t, x) in found.iter().zip([0.3137 - 1e-5, 0.3137 + 1e-5]) {
        assert!((2.0 * t - 1.0 - x).abs() < 1e-11, "{report}");
    }
}

#[test]
fn kinks_that_coincide() {
    let bundle: Program = |x, sel| {
        let y = x[0] - 0.375;
        y.relu(&A, sel) + y.max(-y, &B, sel) * 2.0 + (y * 3.0).abs(&C, sel)
    };
    let report = along(bundle, -1.0, 1.7);
    assert_eq!(report.verdict(), Verdict::NoViolationFound, "{report}");
    let t = 1.375 / 2.7;
    assert_near(&times(&report), &[t; 3]);
}

// Beyond the test there is another kink, and before it there are two: decisions come and go with the control flow.
#[test]
fn decisions_that_appear_and_disappear() {
    let flow: Program = |x, sel| {
        if x[0].above(0.25, &IF, sel) {
            let bend = (x[0].square() - 0.5).relu(&A, sel);
            bend + x[0] - 0.25
        } else {
            let inner = (x[0] + 0.5).max(constant(0.0), &B, sel);
            inner * (x[0] - 0.25).square() + (x[0] - 0.25) * (x[0] + 0.75).abs(&C, sel)
        }
    };
    let report = along(flow, -1.0, 1.0);
    assert_eq!(report.verdict(), Verdict::NoViolationFound, "{report}");
    let x = [-0.75, -0.5, 0.25, 0.5f64.sqrt()];
    assert_near(&times(&report), &x.map(|x| 0.5 * (x + 1.0)));
}

/// The maximum of two, with weights at a tie that depend on the place.
fn placed(x: Dual, y: Dual, at_tie: [f64; 2], sel: Sel) -> Dual {
    let w = sel.weight(&B, x.v - y.v, x.v > y.v, x.v == y.v);
    let open = w == 0.0 || w == 1.0 || at_tie == [0.5; 2];
    let [a, b] = if open { [w, 1.0 - w] } else { at_tie };
    let d = core::array::from_fn(|i| a * x.d[i] + b * y.d[i]);
    Dual { v: x.v.max(y.v), d }
}

fn in_a_box(program: Program, seed: u64) -> Report {
    check::conservative(
        |x, sel| evaluate(program, x, sel),
        Region::cube(3, -2.0..2.0),
        &Options::default().seed(seed),
    )
}

// Both sides of the tie x² + y² = 1 + z are fine, so is the tie where z is below 1, and above it the weights add up to 0.4. Not every
// point at which choices are compared is there: the curves that follow the kink get there, too.
#[test]
fn a_kink_that_is_wrong_in_places() {
    let wrong: Program = |x, sel| {
        let shares = if x[2].v > 1.0 { [0.2, 0.2] } else { [0.5, 0.5] };
        placed(x[0].square() + x[1].square(), x[2] + 1.0, shares, sel)
    };
    let right: Program = |x, sel| placed(x[0].square() + x[1].square(), x[2] + 1.0, [0.5; 2], sel);
    let found = (0..10).filter(|seed| in_a_box(wrong, *seed).verdict() == Verdict::WrongChoice);
    assert!(found.count() >= 8);
    for seed in 0..10 {
        let report = in_a_box(right, seed);
        assert_eq!(report.verdict(), Verdict::NoViolationFound, "{report}");
        assert!(report.kinks_followed() > 0, "{report}");
    }
}

// √(x²) + 3y by hand: at x = 0 the gradient is 0·∞, and no decision tells. A curve that stays there does.
#[test]
fn gradients_that_are_not_finite_on_a_kink() {
    for seed in 0..20 {
        let report = check::conservative(
            |x, _| {
                let s = x[0] * x[0];
                (s.sqrt() + 3.0 * x[1], [0.5 / s.sqrt() * (2.0 * x[0]), 3.0])
            },
            Region::cube(2, -1.0..1.0),
            &Options::default().seed(seed),
        );
        assert_eq!(report.verdict(), Verdict::NotFinite, "{report}");
    }
}
