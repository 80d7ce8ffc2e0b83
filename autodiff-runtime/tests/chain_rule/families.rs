//! More programs of both kinds, a few of each family that the theory names.

use autodiff_runtime::check::Verdict;

use crate::support::{
    ACROSS, ANYWHERE, Dual, Ends, Sel, assert_never_refuted, assert_refuted, constant, sites,
};

sites! {
    A: Kink 0 "relu(x)" 0.0;
    B: Kink 1 "y.abs()" 0.5;
    D: Kink 2 "x.max(y)" 0.5;
    E: Kink 3 "x.min(y)" 0.5;
    LOW: Kink 4 "x.clamp(lo, …)" 0.5;
    HIGH: Kink 5 "x.clamp(…, hi)" 0.5;
    IF: Branch 6 "x > 0.0" 0.0;
    ELSE: Branch 7 "x > 1.0" 0.0;
    WHILE: Branch 8 "y > 1.0" 0.0;
    ARGMAX: Branch 9 "x > y" 0.0;
}

/// A segment along which the first parameter is bounded away from 0 at both ends, on different sides.
const WIDE: Ends = Ends {
    from: [-3.0, -2.0],
    to: [2.0, 3.0],
};

// Counting how often something is done makes an integer out of a real number: a step function, whatever the loop does.
#[test]
fn a_count_as_a_value() {
    let count = |x: &[Dual], sel: Sel| {
        let mut y = x[0].square();
        let mut n = 0.0;
        while y.above(1.0, &WHILE, sel) {
            y = y * 0.5;
            n += 1.0;
        }
        y + n
    };
    assert_refuted(
        "halvings until below 1, counted",
        count,
        1,
        WIDE,
        Verdict::Jump,
        Some(&WHILE),
    );
}

// The value of the loop itself jumps as well: 1 turns to 1/2.
#[test]
fn a_loop_that_jumps() {
    let halve = |x: &[Dual], sel: Sel| {
        let mut y = x[0].square();
        while y.above(1.0, &WHILE, sel) {
            y = y * 0.5;
        }
        y
    };
    assert_refuted(
        "halve until below 1",
        halve,
        1,
        WIDE,
        Verdict::Jump,
        Some(&WHILE),
    );
}

// signum, copysign, hardshrink: discontinuous primitives as values.
#[test]
fn discontinuous_primitives() {
    let signum = |x: &[Dual], sel: Sel| match x[0].above(0.0, &IF, sel) {
        true => constant(1.0) + x[1],
        false => constant(-1.0) + x[1],
    };
    assert_refuted("signum(x) + y", signum, 2, ACROSS, Verdict::Jump, Some(&IF));
    let copysign = |x: &[Dual], sel: Sel| {
        let y = x[1] + 5.0;
        if x[0].above(0.0, &IF, sel) { y } else { -y }
    };
    assert_refuted(
        "copysign(y + 5, x)",
        copysign,
        2,
        ACROSS,
        Verdict::Jump,
        Some(&IF),
    );
    let hardshrink = |x: &[Dual], sel: Sel| match x[0].above(0.3, &IF, sel) {
        true => x[0],
        false => constant(0.0),
    };
    assert_refuted(
        "hardshrink",
        hardshrink,
        1,
        ACROSS,
        Verdict::Jump,
        Some(&IF),
    );
    let remainder = |x: &[Dual], _: Sel| x[0] + x[1].chain(x[1].v % 0.7, 1.0);
    assert_refuted(
        "x + y % 0.7, no decision told",
        remainder,
        2,
        WIDE,
        Verdict::Jump,
        None,
    );
}

// The number of the winner is an integer too.
#[test]
fn the_index_of_a_maximum_as_a_value() {
    let argmax = |x: &[Dual], sel: Sel| {
        let winner = (x[0] + x[1] * 0.01).above(0.0, &ARGMAX, sel);
        x[1] + f64::from(u8::from(winner))
    };
    assert_refuted(
        "y + argmax",
        argmax,
        2,
        ACROSS,
        Verdict::Jump,
        Some(&ARGMAX),
    );
}

// Up by one and down by one: end and start agree, a part of the segment does not.
#[test]
fn jumps_that_cancel_over_the_segment() {
    let box_function = |x: &[Dual], sel: Sel| {
        let up = x[0].above(0.0, &IF, sel);
        let down = x[0].above(1.0, &ELSE, sel);
        x[0].sin() + f64::from(u8::from(up)) - f64::from(u8::from(down))
    };
    assert_refuted(
        "sin x + 1[0 < x < 1]",
        box_function,
        1,
        WIDE,
        Verdict::Jump,
        Some(&IF),
    );
}

// Own rules for kinked functions, wrong off the kink on one side.
#[test]
fn own_rules_wrong_off_the_kink() {
    let leaky = |x: &[Dual], sel: Sel| {
        let y = x[0].relu(&A, sel);
        y.sabotage(0.99) + x[1].abs(&B, sel)
    };
    assert_refuted(
        "relu with slope 0.99",
        leaky,
        2,
        ACROSS,
        Verdict::WrongDerivative,
        Some(&A),
    );
    let straight_through = |x: &[Dual], sel: Sel| {
        let y = x[0].clamp(-0.4, 0.4, [&LOW, &HIGH], sel);
        x[0].chain(y.v, 1.0)
    };
    let report = crate::support::reports(
        &|x, sel| crate::support::evaluate(straight_through, x, sel),
        1,
        ACROSS,
    );
    assert!(
        report
            .iter()
            .all(|r| r.verdict() == Verdict::WrongDerivative)
    );
    let one_sided = |x: &[Dual], sel: Sel| {
        let y = x[0].abs(&B, sel);
        x[0].chain(y.v, 1.0) + x[1].relu(&A, sel)
    };
    assert_refuted(
        "abs with slope 1 on both sides",
        one_sided,
        2,
        ACROSS,
        Verdict::WrongDerivative,
        Some(&B),
    );
}

// Gradients with the components of another function.
#[test]
fn mixed_up_components() {
    let swapped = |x: &[Dual], _: Sel| {
        let y = x[0].exp() + x[1].sin();
        let mut d = y.d;
        d.swap(0, 1);
        Dual { v: y.v, d }
    };
    assert_refuted(
        "swapped components",
        swapped,
        2,
        ANYWHERE,
        Verdict::WrongDerivative,
        None,
    );
    let loser = |x: &[Dual], sel: Sel| {
        let (winner, loser) = (x[0].max(x[1], &D, sel), x[0].min(x[1], &E, sel));
        Dual {
            v: winner.v,
            d: loser.d,
        }
    };
    let reports = crate::support::reports(
        &|x, sel| crate::support::evaluate(loser, x, sel),
        2,
        ANYWHERE,
    );
    assert!(
        reports
            .iter()
            .all(|r| r.verdict() == Verdict::WrongDerivative)
    );
}

// Straight-through rounding: it moves in steps and claims to move evenly.
#[test]
fn straight_through_rounding() {
    let round = |x: &[Dual], _: Sel| x[0].chain((8.0 * x[0].v).round() / 8.0, 1.0);
    let reports = crate::support::reports(
        &|x, sel| crate::support::evaluate(round, x, sel),
        1,
        ANYWHERE,
    );
    let missed: Vec<_> = reports.iter().filter(|r| r.is_compliant()).collect();
    assert!(100 * missed.len() <= reports.len(), "{}", missed[0]);
}

// An accumulated product that forgets one factor of the product rule.
#[test]
fn a_forgotten_factor_in_a_loop() {
    let product = |x: &[Dual], _: Sel| {
        let mut y = constant(1.0);
        for k in 0..5 {
            let factor = x[k % 2] * 0.1 + (1.0 + 0.2 * k as f64);
            y = y * if k == 3 {
                factor.stop_gradient()
            } else {
                factor
            };
        }
        y
    };
    assert_refuted(
        "product without one factor",
        product,
        2,
        ANYWHERE,
        Verdict::WrongDerivative,
        None,
    );
}

// Two jumps at one place that cancel: the program is continuous there, and each branch is smooth around (S1).
#[test]
fn cancelling_branches() {
    let cancel = |x: &[Dual], sel: Sel| {
        let up = if x[0].above(0.0, &IF, sel) { 1.0 } else { 0.0 };
        let down = if x[0].above(0.0, &ARGMAX, sel) {
            -1.0
        } else {
            0.0
        };
        x[0].sin() + (up + down)
    };
    assert_never_refuted("cancelling branches", cancel, 1, ACROSS);
}

// Wrong by a million, at one point: any vector may stand at an isolated point of a curve.
#[test]
fn wrong_at_isolated_points() {
    let spike = |x: &[Dual], _: Sel| {
        if x[0].v == 0.0 {
            x[0].sin().sabotage(1e6)
        } else {
            x[0].sin()
        }
    };
    assert_never_refuted("sin with derivative 1e6 at 0", spike, 1, ACROSS);
}

// Order statistics are selections of the parameters: the median of three, by compare-exchanges.
#[test]
fn sorting() {
    let median = |x: &[Dual], sel: Sel| {
        let (a, b) = (x[0].max(x[1], &D, sel), x[0].min(x[1], &E, sel));
        b.max(a.min(x[2], &HIGH, sel), &LOW, sel)
    };
    assert_never_refuted("median of three", median, 3, ANYWHERE);
}

// Norms: l1 and l∞ are piecewise linear; l2 has one isolated kink, where 0 is returned.
#[test]
fn norms() {
    let l1 = |x: &[Dual], sel: Sel| x[0].abs(&B, sel) + x[1].abs(&A, sel);
    assert_never_refuted("l1 norm", l1, 2, ANYWHERE);
    let sup = |x: &[Dual], sel: Sel| x[0].abs(&B, sel).max(x[1].abs(&A, sel), &D, sel);
    assert_never_refuted("l∞ norm", sup, 2, ANYWHERE);
    let l2 = |x: &[Dual], _: Sel| {
        let squares = x[0].square() + x[1].square();
        let r = squares.v.sqrt();
        squares.chain(r, if r > 0.0 { 0.5 / r } else { 0.0 })
    };
    assert_never_refuted("l2 norm", l2, 2, ANYWHERE);
    // Straight through the kink.
    let report = autodiff_runtime::check::chain_rule(
        |x, sel| crate::support::evaluate(l2, x, sel),
        &[-1.0, -0.5],
        &[1.0, 0.5],
        &autodiff_runtime::check::Options::default(),
    );
    assert_eq!(report.verdict(), Verdict::NoViolationFound, "{report}");
}

// ln(1 + eˣ), replaced by x above 20, where both differ by 2e-9: a jump, but below what a value of 20 is known to.
#[test]
fn a_branch_that_is_continuous_to_rounding() {
    let softplus = |x: &[Dual], sel: Sel| match x[0].above(20.0, &IF, sel) {
        true => x[0],
        false => x[0].chain(x[0].v.exp().ln_1p(), 1.0 / (1.0 + (-x[0].v).exp())),
    };
    assert_never_refuted(
        "softplus in two pieces",
        softplus,
        1,
        Ends {
            from: [-30.0, 0.0],
            to: [25.0, 60.0],
        },
    );
}

// A polynomial approximation per interval, joined continuously; an early return for each.
#[test]
fn a_ladder_of_ifs() {
    let ladder = |x: &[Dual], sel: Sel| {
        if !x[0].above(-1.0, &IF, sel) {
            return x[0] * -2.0 - 1.0;
        }
        if !x[0].above(0.5, &ELSE, sel) {
            return x[0].square();
        }
        x[0] * x[0] * x[0] * 2.0
    };
    assert_never_refuted("ladder of ifs", ladder, 1, WIDE);
}

// Activations by clamping, and the hinge loss.
#[test]
fn activations() {
    let relu6 = |x: &[Dual], sel: Sel| x[0].clamp(0.0, 6.0, [&LOW, &HIGH], sel) * x[1];
    assert_never_refuted("relu6", relu6, 2, ANYWHERE.scaled(5.0));
    let hard_swish = |x: &[Dual], sel: Sel| {
        x[0] * (x[0] + 3.0).clamp(0.0, 6.0, [&LOW, &HIGH], sel) * (1.0 / 6.0)
    };
    assert_never_refuted("hard swish", hard_swish, 1, ANYWHERE.scaled(3.0));
    let hinge = |x: &[Dual], sel: Sel| (-(x[0] * x[1]) + 1.0).relu(&A, sel);
    assert_never_refuted("hinge", hinge, 2, ANYWHERE);
}
