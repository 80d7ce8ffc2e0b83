//! What a report says, and what stands in the way of saying more.

use autodiff_runtime::check::{
    self, Circle, Curve, Failure, Lissajous, Options, Path, Polyline, Reason, Region, Verdict,
};
use autodiff_runtime::{Decision, Selection};

use crate::support::{Dual, Program, Sel, evaluate, sites};

sites! {
    RELU: Kink 4 "w.relu()" 0.0;
    IF: Branch 7 "x > 0.5" 0.0;
    WHILE: Branch 9 "error > 1e-3" 0.0;
}

fn jump(x: &[Dual], sel: Sel) -> Dual {
    let y = x[0].relu(&RELU, sel);
    if x[0].above(0.5, &IF, sel) {
        y + 0.125
    } else {
        y
    }
}

fn along(program: Program, from: f64, to: f64) -> check::Report {
    check::chain_rule(
        |x, sel| evaluate(program, x, sel),
        &[from],
        &[to],
        &Options::default(),
    )
}

#[test]
fn a_jump_is_told_with_its_place_and_size() {
    let report = along(jump, -1.0, 1.0);
    assert!(!report.is_compliant());
    let [violation] = report.violations() else {
        panic!("{report}")
    };
    let Failure::Jump { size, count: 1, .. } = violation.failure else {
        panic!("{report}")
    };
    assert!((size - 0.125).abs() < 1e-12);
    assert!((violation.t - 0.75).abs() < 1e-14);
    assert_eq!(violation.site.unwrap().key(), IF.key());
    assert_eq!(violation.decision, Some(Decision::Above));
    let text = report.to_string();
    for part in [
        "refuted: the value jumps",
        "the value jumps by 0.125",
        "tests/chain_rule/programs.rs:17:5",
        "17 | x > 0.5",
        "tests/chain_rule/programs.rs:14:5",
        "below → above",
        "false → true",
        "100 %",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn kinks_are_located_to_the_last_bits() {
    let smooth_margin: Program = |x, sel| (x[0].exp() - 2.0).relu(&RELU, sel);
    let report = along(smooth_margin, -1.3, 2.1);
    let [kink] = report.kinks() else {
        panic!("{report}")
    };
    let x = -1.3 + kink.t * 3.4;
    assert!((x - core::f64::consts::LN_2).abs() < 4e-15);
    assert_eq!(
        (kink.from, kink.to, kink.occurrence),
        (Decision::Below, Decision::Above, 0)
    );
    assert!(report.evaluations() < 330, "{report}");
}

#[test]
fn a_kink_through_an_exact_tie_is_one_crossing() {
    let report = along(|x, sel| x[0].relu(&RELU, sel), -1.0, 1.0);
    assert_eq!(report.kinks().len(), 1, "{report}");
}

#[test]
fn the_result_can_be_handed_on() {
    assert!(along(|x, _| x[0].sin(), 0.0, 1.0).into_result().is_ok());
    let error: Box<dyn std::error::Error> = along(jump, 0.0, 1.0).into_result().unwrap_err();
    assert!(error.to_string().starts_with("chain rule: refuted"));
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let run = |seed: u64| {
        let region = Region::cube(2, -1.0..1.0);
        let program: Program = |x, sel| x[0].relu(&RELU, sel) * x[1].exp();
        let report = check::conservative(
            |x, sel| evaluate(program, x, sel),
            region,
            &Options::default().seed(seed),
        );
        let kinks: Vec<u64> = report.kinks().iter().map(|kink| kink.t.to_bits()).collect();
        (
            report.residual().to_bits(),
            report.tolerance().to_bits(),
            report.evaluations(),
            kinks,
        )
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5), run(6));
}

// Gradients as the compiler returns them, and closures without annotations.
#[test]
fn any_gradient_will_do() {
    let options = Options::default();
    let parts = check::chain_rule(
        |x, _| (x[0] * x[1] + x[2], (vec![x[1], x[0]], 1.0)),
        &[0.0; 3],
        &[1.0; 3],
        &options,
    );
    let array = check::chain_rule(
        |x, _| (x[0] * x[0], [2.0 * x[0]]),
        &[-1.0],
        &[1.0],
        &options,
    );
    let single = check::chain_rule(
        |x, _| (f64::from(x[0] as f32), 1f32),
        &[-1.0],
        &[1.0],
        &options,
    );
    assert!(parts.is_compliant() && array.is_compliant() && single.is_compliant());
}

#[test]
#[should_panic(expected = "the gradient has 1 components and the point 2")]
fn a_gradient_of_the_wrong_length_is_an_error_of_the_caller() {
    let _ = check::chain_rule(
        |x, _| (x[0], vec![1.0]),
        &[0.0, 0.0],
        &[1.0, 1.0],
        &Options::default(),
    );
}

// ln is not defined on half of the curve: that half is not covered, and the rest is.
#[test]
fn values_that_are_not_finite() {
    let report = check::chain_rule(
        |x, _| (x[0].ln(), [1.0 / x[0]]),
        &[-1.0],
        &[1.0],
        &Options::default(),
    );
    assert_eq!(report.verdict(), Verdict::Inconclusive(Reason::NotFinite));
    assert!((report.uncovered() - 0.5).abs() < 0.01, "{report}");
    assert!(
        report
            .to_string()
            .contains("keep the curve inside the domain")
    );
}

// 0·∞ in the gradient at points where the value is fine.
#[test]
fn gradients_that_are_not_finite() {
    let norm = |x: &[f64], _: &mut dyn Selection| {
        let r = x[0].max(0.0).sqrt();
        (r * r, [0.5 / r * 2.0 * r])
    };
    let report = check::chain_rule(norm, &[-1.0], &[1.0], &Options::default());
    assert_eq!(report.verdict(), Verdict::NotFinite, "{report}");
}

#[test]
fn a_spent_budget_is_told() {
    let rapid: Program = |x, _| (x[0] * 1e4).sin();
    let report = check::chain_rule(
        |x, sel| evaluate(rapid, x, sel),
        &[0.0],
        &[1.0],
        &Options::default().evaluations(2000),
    );
    assert_eq!(report.verdict(), Verdict::Inconclusive(Reason::Evaluations));
    assert!(
        report.uncovered() > 0.1 && report.evaluations() < 2100,
        "{report}"
    );
}

// The sign changes of sin(1/x) accumulate at 0; x² times its positive part is Lipschitz and conservative all the same. The
// curve starts near 0 and crosses hundreds of kinks.
#[test]
fn kinks_that_accumulate() {
    let oscillating: Program = |x, sel| {
        let inverse = x[0].chain(1.0 / x[0].v, -1.0 / (x[0].v * x[0].v));
        x[0].square() * inverse.sin().relu(&RELU, sel)
    };
    let report = check::chain_rule(
        |x, sel| evaluate(oscillating, x, sel),
        &[1e-3],
        &[1.0],
        &Options::default(),
    );
    assert!(report.is_compliant(), "{report}");
    assert!(
        report.kinks().len() > 100 && report.uncovered() < 0.01,
        "{report}"
    );
}

#[test]
fn accepted_truncation() {
    let newton: Program = |x, sel| {
        let a = x[0].square() + 1.0;
        let mut y = a;
        while (y.square() - a).above(1e-3, &WHILE, sel) {
            y = (y + a * y.chain(1.0 / y.v, -1.0 / (y.v * y.v))) * 0.5;
        }
        y
    };
    let run = |options: Options| {
        check::chain_rule(|x, sel| evaluate(newton, x, sel), &[-2.0], &[2.5], &options)
    };
    let strict = run(Options::default());
    assert_eq!(strict.verdict(), Verdict::TruncatedIteration, "{strict}");
    let lenient = run(Options::default().truncation(1e-3));
    assert_eq!(lenient.verdict(), Verdict::NoViolationFound, "{lenient}");
}

#[test]
fn curves_of_all_kinds() {
    let program: Program = |x, sel| x[0].relu(&RELU, sel) * x[1] + x[1].sin();
    let parabola = Path::new(
        2,
        |t, x| (x[0], x[1]) = (2.0 * t - 1.0, t * t),
        |t, v| (v[0], v[1]) = (2.0, 2.0 * t),
    );
    let curves: [&dyn Curve; 4] = [
        &Polyline::new(&[[-1.0, 0.0], [1.0, 0.5], [0.25, -2.0]]),
        &Circle::new(&[0.1, 0.0], &[1.0, 0.0], &[0.0, 0.7]),
        &Lissajous::new(&[0.1, 0.2], &[1.0, 1.0], &[2.0, 3.0], &[0.3, 0.0]),
        &parabola,
    ];
    for curve in curves {
        let report = check::chain_rule_along(
            |x, sel| evaluate(program, x, sel),
            curve,
            &Options::default(),
        );
        assert_eq!(report.verdict(), Verdict::NoViolationFound, "{report}");
        assert!(!report.kinks().is_empty());
    }
}

// The angle: a gradient on every region that does not go around the origin, with circulation 2π on a loop that does. Its
// value jumps across the cut.
#[test]
fn winding() {
    let angle = |x: &[f64], _: &mut dyn Selection| {
        let r = x[0] * x[0] + x[1] * x[1];
        (x[1].atan2(x[0]), [-x[1] / r, x[0] / r])
    };
    let corners = [[1.0, 0.1], [-1.0, 1.0], [-1.1, -1.2]];
    let around = check::closed_loop(angle, &corners, &Options::default());
    let Failure::Circulation { integral } = around.violations()[0].failure else {
        panic!("{around}")
    };
    assert!((integral - core::f64::consts::TAU).abs() < 1e-8);
    let beside = check::closed_loop(
        angle,
        &[[1.0, 0.1], [2.0, 1.0], [1.5, -1.2]],
        &Options::default(),
    );
    assert!(beside.is_compliant(), "{beside}");
    let cut = check::chain_rule(angle, &[-1.0, -0.5], &[-1.2, 0.7], &Options::default());
    assert_eq!(cut.verdict(), Verdict::Jump, "{cut}");
}

// Detached softmax weights are the gradient of log-sum-exp: loops do not see that it is the wrong function.
#[test]
fn what_loops_cannot_see() {
    let detached: Program = |x, _| {
        let (a, b) = (x[0].exp(), x[1].exp());
        let weight = a.v / (a.v + b.v);
        x[0] * weight + x[1] * (1.0 - weight)
    };
    let f = |x: &[f64], sel: Sel| evaluate(detached, x, sel);
    let corners = [[0.0, 0.3], [1.0, -0.5], [-1.0, 0.7]];
    assert!(check::closed_loop(f, &corners, &Options::default()).is_compliant());
    assert!(!check::chain_rule(f, &corners[0], &corners[1], &Options::default()).is_compliant());
}

#[test]
fn the_macro_for_tests() {
    autodiff_runtime::assert_conservative!(
        |x, sel| evaluate(|x, sel| x[0].relu(&RELU, sel), x, sel),
        -1.0..1.0
    );
    let outcome = std::panic::catch_unwind(|| {
        autodiff_runtime::assert_conservative!(|x, sel| evaluate(jump, x, sel), -1.0..1.0);
    });
    let text = *outcome.unwrap_err().downcast::<String>().unwrap();
    assert!(
        text.contains("is not shown to be conservative") && text.contains("x > 0.5"),
        "{text}"
    );
}

// Of the curves in a box some are wrong from end to end; others tell which decision it hangs on, and that comes first.
#[test]
fn curves_explain_each_other() {
    let program = |x: &[Dual], sel: Sel| {
        let y = x[0].relu(&RELU, sel);
        y.sabotage(0.9) + x[1].exp()
    };
    for seed in 0..20 {
        let report = check::conservative(
            |x, sel| evaluate(program, x, sel),
            Region::cube(2, -1.0..1.0),
            &Options::default().seed(seed),
        );
        assert_eq!(report.verdict(), Verdict::WrongDerivative, "{report}");
        for violation in report.violations() {
            assert_eq!(
                violation.site.map(|s| s.source),
                Some("w.relu()"),
                "{report}"
            );
            assert_eq!(violation.decision, Some(Decision::Above));
        }
    }
}

// A gradient that is not a number on x = 0, which no decision tells of: a curve is sent along the kink that was met.
#[test]
fn a_kink_without_a_decision_is_followed() {
    let program = |x: &[f64], _: &mut dyn Selection| {
        let s = x[0] * x[0];
        (s.sqrt() + x[1], [0.5 / s.sqrt() * (2.0 * x[0]), 1.0])
    };
    for seed in 0..20 {
        let options = Options::default().seed(seed);
        let report = check::conservative(program, [-1.3..1.1, -1.0..1.0], &options);
        assert_eq!(report.verdict(), Verdict::NotFinite, "{report}");
    }
}
