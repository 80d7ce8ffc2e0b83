//! The text of each verdict: what a person is told to act on.

use autodiff_runtime::check::{self, Options, Region, Report, Verdict};
use autodiff_runtime::{Selection, Site};

use crate::support::{Dual, Program, Sel, constant, evaluate, sites};

sites! {
    KINK: Kink 1 "max(x, y)" 0.5;
    FAR: Kink 2 "relu(x - 9)" 0.0;
    ROOT: Boundary 3 "x.sqrt()" 0.0;
    IF: Branch 4 "x > 0.25" 0.0;
    STOP: Branch 5 "error > 1e-3" 0.0;
}

#[track_caller]
fn says(report: &Report, verdict: Verdict, parts: &[&str]) {
    assert_eq!(report.verdict(), verdict, "{report}");
    let text = report.to_string();
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing in\n{text}");
    }
}

fn along(program: Program, from: &[f64], to: &[f64]) -> Report {
    let f = |x: &[f64], sel: Sel| evaluate(program, x, sel);
    check::chain_rule(f, from, to, &Options::default())
}

fn in_a_box(program: Program, p: usize) -> Report {
    let f = |x: &[f64], sel: Sel| evaluate(program, x, sel);
    check::conservative(f, Region::cube(p, -1.0..1.1), &Options::default())
}

#[test]
fn a_jump_of_the_value() {
    let program: Program = |x, sel| match x[0].above(0.25, &IF, sel) {
        true => x[0] + 0.5,
        false => x[0],
    };
    says(
        &along(program, &[0.0], &[1.0]),
        Verdict::Jump,
        &[
            "refuted: the value jumps",
            "the value jumps by 0.5",
            "at t = 0.25, x = [0.25]",
            "tests/chain_rule/programs.rs:14:5",
            "x > 0.25",
            "as this becomes true",
        ],
    );
}

#[test]
fn a_truncated_iteration() {
    let program: Program = |x, sel| {
        let a = x[0].square() + 1.0;
        let mut y = a;
        while (y.square() - a).above(1e-3, &STOP, sel) {
            y = (y + a * y.chain(1.0 / y.v, -1.0 / (y.v * y.v))) * 0.5;
        }
        y
    };
    says(
        &along(program, &[-2.0], &[2.5]),
        Verdict::TruncatedIteration,
        &[
            "refuted: a truncated iteration makes the value jump",
            "a stopping test makes the value jump",
            "error > 1e-3",
            "the loop stops at 0.001",
        ],
    );
}

#[test]
fn a_wrong_derivative_off_the_kinks() {
    let program: Program = |x, sel| {
        let y = x[0].square().sabotage(0.5);
        y + (x[0] - 9.0).relu(&FAR, sel)
    };
    says(
        &along(program, &[1.0], &[3.0]),
        Verdict::WrongDerivative,
        &[
            "refuted: wrong derivative",
            "by the values, ",
            "by the gradient",
            "in direction [2]",
            "the nearest is tests/chain_rule/programs.rs:12:5 `relu(x - 9)`",
        ],
    );
    // Where a decision tells, it is named in place of the nearest site.
    let branch: Program = |x, sel| (x[0] - 0.5).relu(&FAR, sel).sabotage(0.5) + x[0];
    says(
        &along(branch, &[0.0], &[2.0]),
        Verdict::WrongDerivative,
        &["wrong where this is above", "relu(x - 9)"],
    );
}

/// Weights at the tie that sum to 0.6.
fn weighted(x: &[f64], sel: &mut dyn Selection) -> (f64, [f64; 2]) {
    let w = sel.weight(&KINK, x[0] - x[1], x[0] > x[1], x[0] == x[1]);
    let gradient = if w == 0.0 || w == 1.0 {
        [w, 1.0 - w]
    } else {
        [0.3, 0.3]
    };
    (x[0].max(x[1]), gradient)
}

#[test]
fn a_wrong_choice_on_a_kink() {
    says(
        &check::on_stratum(weighted, &[0.7, 0.7], &Options::default()),
        Verdict::WrongChoice,
        &[
            "refuted: wrong choice at a tie",
            "wrong choice at a tie: 0.707107 by the values, 0.424264 by the gradient",
            "in direction [0.707107, 0.707107], inside the tie",
            "on max(x, y) the choices give",
            "0.424264     by default",
            "0.707107     `max(x, y)` below",
        ],
    );
    let whole = check::conservative(weighted, Region::cube(2, -1.0..1.0), &Options::default());
    assert_eq!(whole.verdict(), Verdict::WrongChoice, "{whole}");
}

#[test]
fn a_slope_without_bound() {
    let root: Program = |x, sel| {
        let y = x[0].abs(&KINK, sel);
        y.chain(y.v.sqrt(), if y.v > 0.0 { 0.5 / y.v.sqrt() } else { 0.0 })
    };
    says(
        &in_a_box(root, 1),
        Verdict::NotLipschitz,
        &[
            "refuted: not locally Lipschitz",
            "the derivative grows without bound, like the distance to the power -0.5",
            "max(x, y)",
        ],
    );
    let entropy: Program = |x, sel| match x[0].above(0.0, &IF, sel) {
        true => x[0] * x[0].chain(x[0].v.ln(), 1.0 / x[0].v),
        false => constant(0.0),
    };
    says(
        &in_a_box(entropy, 1),
        Verdict::NotLipschitz,
        &[
            "without bound, like the logarithm of the distance",
            "x > 0.25",
        ],
    );
}

#[test]
fn a_slope_that_is_infinite_at_the_border_of_the_domain() {
    let root: Program = |x, _| x[0].chain(x[0].v.sqrt(), 0.5 / x[0].v.sqrt());
    let border = "the derivative grows without bound at the border of the domain, like the distance to the power -0.5";
    says(&in_a_box(root, 1), Verdict::NotLipschitz, &[border]);
    // As emitted code does it: a finite derivative on the border itself, which is told to the selection.
    let told = |x: &[f64], sel: &mut dyn Selection| {
        let (r, y) = (x[0].sqrt(), x[1]);
        if r == 0.0 {
            sel.border(&ROOT);
        }
        let slope = if r == 0.0 { 0.0 } else { 0.5 / r };
        (r * y, [slope * y, r])
    };
    let report = check::chain_rule(told, &[0.0, 1.0], &[0.0, 2.0], &Options::default());
    assert!(
        report.is_compliant(),
        "along the border all is well\n{report}"
    );
    // Of more curves some are on x = 0.
    let options = Options::default().curves(64).evaluations(2000);
    let report = check::conservative(told, [0.0..1.0, 0.5..1.0], &options);
    says(&report, Verdict::NotLipschitz, &[border, "x.sqrt()"]);
    // The square is bounded beside its border.
    let norm = |x: &[f64], sel: &mut dyn Selection| {
        let r = (x[0] * x[0]).sqrt();
        if r == 0.0 {
            sel.border(&ROOT);
        }
        let slope = if r == 0.0 { 0.0 } else { x[0] / r };
        (r * x[1], [slope * x[1], r])
    };
    let report = check::conservative(norm, [-1.0..1.0, 0.5..1.0], &Options::default());
    says(&report, Verdict::NoViolationFound, &["not a proof"]);
}

#[test]
fn a_gradient_that_is_not_finite() {
    let zero_times_infinity = |x: &[f64], _: &mut dyn Selection| {
        let r = x[0].max(0.0).sqrt();
        (r * r, [0.5 / r * 2.0 * r])
    };
    let report = check::chain_rule(zero_times_infinity, &[-1.0], &[1.0], &Options::default());
    says(
        &report,
        Verdict::NotFinite,
        &[
            "refuted: the gradient is not finite",
            "the gradient is not finite where the value is",
        ],
    );
}

#[test]
fn a_loop_with_an_integral() {
    let rotation = |x: &[f64], _: &mut dyn Selection| (0.0, [-x[1], x[0]]);
    let corners = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
    says(
        &check::closed_loop(rotation, &corners, &Options::default()),
        Verdict::Circulation,
        &[
            "refuted: not the gradient of any function",
            "the integral around the loop is 1",
        ],
    );
}

/// Each reason with the option to raise, and from what.
#[test]
fn inconclusive() {
    use check::Reason::{Budget, Evaluations, NotFinite, NothingToTest, Quadrature};
    let rapid = |x: &[f64], _: &mut dyn Selection| ((1e4 * x[0]).sin(), [1e4 * (1e4 * x[0]).cos()]);
    let few = Options::default().evaluations(2000);
    says(
        &check::chain_rule(rapid, &[0.0], &[1.0], &few),
        Verdict::Inconclusive(Evaluations),
        &[
            "to learn more: raise `Options::evaluations`",
            "now 2000",
            "% were covered",
        ],
    );
    let flat = Options::default().depth(1);
    says(
        &check::chain_rule(rapid, &[0.0], &[1.0], &flat),
        Verdict::Inconclusive(Quadrature),
        &["to learn more: raise `Options::depth`", "depth is 1"],
    );
    let broke = Options::default().budget(100);
    says(
        &check::conservative(rapid, 0.0..1e-4, &broke),
        Verdict::Inconclusive(Budget),
        &[
            "to learn more: raise `Options::budget` or `Options::time`",
            "spent after",
        ],
    );
    let logarithm = |x: &[f64], _: &mut dyn Selection| (x[0].ln(), [1.0 / x[0]]);
    says(
        &check::chain_rule(logarithm, &[-1.0], &[1.0], &Options::default()),
        Verdict::Inconclusive(NotFinite),
        &[
            "NaN or infinity met in the value",
            "keep the curve inside the domain",
        ],
    );
    says(
        &check::on_stratum(weighted, &[0.7, 0.2], &Options::default()),
        Verdict::Inconclusive(NothingToTest),
        &["nothing to test here", "take a point nearer to the tie"],
    );
}

/// A kink whose tie is not in the box is named: nothing is known about the choices there.
#[test]
fn coverage() {
    let program: Program =
        |x, sel| x[0].max(x[1], &KINK, sel) + (x[0] - 9.0).relu(&FAR, sel) * x[1];
    let report = in_a_box(program, 2);
    says(
        &report,
        Verdict::NoViolationFound,
        &[
            "2 sites reached",
            "the choices compared at ",
            "cells of kinks met; up to ",
            "reached, but never tied:\n  tests/chain_rule/programs.rs:12:5  relu(x - 9) of `relu(x - 9)`",
            "This is evidence for what was tried, not a proof.",
        ],
    );
    let cells = report.cells().expect("of a box");
    assert!(cells.met >= 1 && cells.kept == cells.met, "{cells:?}");
    assert!(cells.unseen > 0.0 && cells.unseen < 0.1, "{cells:?}");
    let untied: Vec<u32> = cells.untied.iter().map(|site: &&Site| site.id).collect();
    assert_eq!(untied, [FAR.id]);
}

/// Weights that are wrong on a tenth of a curved kink only, which hardly any curve crosses there.
#[test]
fn a_small_cell_of_a_kink() {
    let program = |x: &[f64], sel: &mut dyn Selection| {
        let y = x[1] * x[1];
        let w = sel.weight(&KINK, x[0] - y, x[0] > y, x[0] == y);
        let near = 0.1 - x[2].abs();
        let near = sel.branch(&IF, near, near > 0.0, near == 0.0);
        let tie = w != 0.0 && w != 1.0;
        let [a, b] = if tie && near {
            [0.3, 0.3]
        } else {
            [w, 1.0 - w]
        };
        (x[0].max(y) + x[2], [a, 2.0 * x[1] * b, 1.0])
    };
    for seed in 0..20 {
        let options = Options::default().seed(seed);
        let report = check::conservative(program, Region::cube(3, -1.0..1.0), &options);
        says(&report, Verdict::WrongChoice, &["max(x, y)"]);
    }
}

/// The parts of a report that tests of other files rely on.
#[test]
fn nothing_found() {
    let report = in_a_box(|x: &[Dual], sel| x[0].abs(&KINK, sel) * x[1], 2);
    says(
        &report,
        Verdict::NoViolationFound,
        &[
            "covered   100 %",
            "8 curves",
            "more inside kinks",
            "1 site reached",
        ],
    );
}
