//! Programs whose gradient is no element of any conservative field, in ways that curves can see.

use autodiff_runtime::check::{self, Options, Region, Verdict};

use crate::support::{
    ACROSS, ANYWHERE, Dual, Ends, Program, Sel, assert_refuted, constant, evaluate, seeds, sites,
};

sites! {
    A: Kink 0 "relu(x)" 0.0;
    C: Kink 2 "y.abs()" 0.5;
    D: Kink 3 "x.max(y)" 0.5;
    IF: Branch 7 "x > 0.0" 0.0;
    OTHER: Branch 8 "y > 0.1" 0.0;
    STEP: Branch 9 "x > level" 0.0;
    WHILE: Branch 10 "error > 1e-4" 0.0;
}

// A potential is Lipschitz along curves, hence continuous.
#[test]
fn jump_across_an_if() {
    let jump = |x: &[Dual], sel: Sel| match x[0].above(0.0, &IF, sel) {
        true => x[0] + 1.0 + x[1],
        false => x[0] + x[1],
    };
    assert_refuted("x + 1[x > 0]", jump, 2, ACROSS, Verdict::Jump, Some(&IF));
    let small = |x: &[Dual], sel: Sel| match x[0].above(0.0, &IF, sel) {
        true => x[0].sin() + 1e-7,
        false => x[0].sin(),
    };
    assert_refuted(
        "sin x + 1e-7 [x > 0]",
        small,
        1,
        ACROSS,
        Verdict::Jump,
        Some(&IF),
    );
}

// The test is on another variable than the branches join at.
#[test]
fn test_on_another_variable() {
    let other = |x: &[Dual], sel: Sel| match x[1].above(0.1, &OTHER, sel) {
        true => x[0].square() + x[1],
        false => x[1],
    };
    assert_refuted(
        "if y > 0.1 { x² + y } else { y }",
        other,
        2,
        ACROSS,
        Verdict::Jump,
        Some(&OTHER),
    );
}

// A jump at the very place of several innocent kinks: kinks cannot make a value jump, a branch can.
#[test]
fn jump_among_kinks() {
    let among = |x: &[Dual], sel: Sel| {
        let y = x[0].relu(&A, sel) + x[0].abs(&C, sel);
        if x[0].above(0.0, &IF, sel) {
            y + 0.01
        } else {
            y
        }
    };
    assert_refuted(
        "jump among kinks",
        among,
        1,
        ACROSS,
        Verdict::Jump,
        Some(&IF),
    );
}

// Two branches on the same border, of which one joins and the other does not: flipping each alone tells them apart.
#[test]
fn which_of_two_branches_jumps() {
    let program = |x: &[Dual], sel: Sel| {
        let y = if x[0].above(0.0, &OTHER, sel) {
            x[0] * 2.0
        } else {
            x[0]
        };
        if x[0].above(0.0, &IF, sel) {
            y + 0.5
        } else {
            y
        }
    };
    assert_refuted(
        "two branches at one place",
        program,
        1,
        ACROSS,
        Verdict::Jump,
        Some(&IF),
    );
}

// Each jump is far below the tolerance for one; together they are not.
#[test]
fn tiny_jumps_add_up() {
    let staircase = |x: &[Dual], sel: Sel| {
        let mut y = x[0] * 4e-4;
        for k in 0..30 {
            if x[0].above(0.03 * f64::from(k) - 0.45, &STEP, sel) {
                y = y + 2f64.powi(-40);
            }
        }
        y
    };
    assert_refuted(
        "30 jumps of 2⁻⁴⁰",
        staircase,
        1,
        ACROSS,
        Verdict::Jump,
        Some(&STEP),
    );
}

// A jump that no decision tells of: found by the values alone.
#[test]
fn unrecorded_jump() {
    let hidden = |x: &[Dual], _: Sel| x[0].sin() + 0.25 * x[0].v.floor();
    assert_refuted(
        "sin x + floor(x)/4, no decision told",
        hidden,
        1,
        ACROSS,
        Verdict::Jump,
        None,
    );
}

// Wrong on an open set: no field that is a gradient almost everywhere can have it.
#[test]
fn wrong_on_an_open_set() {
    let sign = |x: &[Dual], sel: Sel| (x[0] * x[1]).exp().sabotage(-1.0) + x[0].abs(&C, sel);
    assert_refuted(
        "wrong sign",
        sign,
        2,
        ANYWHERE,
        Verdict::WrongDerivative,
        None,
    );
    let missing = |x: &[Dual], sel: Sel| {
        x[0].square() + (x[1] * 0.3).exp().stop_gradient() + x[0].abs(&C, sel)
    };
    assert_refuted(
        "missing term",
        missing,
        2,
        ANYWHERE,
        Verdict::WrongDerivative,
        None,
    );
    let slight = |x: &[Dual], sel: Sel| x[0].exp().sabotage(1.0 + 1e-6) + x[1].abs(&C, sel);
    assert_refuted(
        "factor 1 + 1e-6",
        slight,
        2,
        ANYWHERE,
        Verdict::WrongDerivative,
        None,
    );
}

// Right where the decision goes one way, wrong where it goes the other: the report must say which.
#[test]
fn wrong_on_one_branch() {
    let factor = |x: &[Dual], sel: Sel| match x[0].above(0.0, &IF, sel) {
        true => x[0].square().sabotage(0.5) + x[1].abs(&C, sel),
        false => x[0].square() + x[1].abs(&C, sel),
    };
    assert_refuted(
        "wrong factor where x > 0",
        factor,
        2,
        ACROSS,
        Verdict::WrongDerivative,
        Some(&IF),
    );
    let winner = |x: &[Dual], sel: Sel| {
        let (a, b) = (x[0], x[1] * 0.1 - x[0]);
        let right = a.max(b, &D, sel);
        if a.v < b.v {
            right.sabotage(1.1)
        } else {
            right
        }
    };
    assert_refuted(
        "wrong factor where max takes y",
        winner,
        2,
        ACROSS,
        Verdict::WrongDerivative,
        Some(&D),
    );
}

// stop_gradient on something that is not locally constant removes a term; the straight-through estimator replaces one.
#[test]
fn cut_terms() {
    let cut = |x: &[Dual], _: Sel| x[0] * x[1].stop_gradient();
    assert_refuted(
        "x · stop_gradient(y)",
        cut,
        2,
        ANYWHERE,
        Verdict::WrongDerivative,
        None,
    );
    let softmax = |x: &[Dual], _: Sel| {
        let (a, b) = (x[0].exp(), x[1].exp());
        let weight = a.v / (a.v + b.v);
        x[0] * weight + x[1] * (1.0 - weight)
    };
    assert_refuted(
        "detached softmax weights",
        softmax,
        2,
        ANYWHERE,
        Verdict::WrongDerivative,
        None,
    );
}

// A loop that stops on a test gives a value that depends on when it stopped.
#[test]
fn truncated_iteration() {
    let newton = |x: &[Dual], sel: Sel| {
        let a = x[0].square() + 1.0;
        let mut y = a;
        loop {
            let error = (y.square() - a) * 1.0;
            if !error.above(1e-4, &WHILE, sel) {
                return y;
            }
            let inverse = y.chain(1.0 / y.v, -1.0 / (y.v * y.v));
            y = (y + a * inverse) * 0.5;
        }
    };
    let wide = Ends {
        from: [-3.0, -2.0],
        to: [2.0, 3.0],
    };
    assert_refuted(
        "square root by Newton until error < 1e-4",
        newton,
        1,
        wide,
        Verdict::TruncatedIteration,
        Some(&WHILE),
    );
}

// The value on one line is another than on both sides of it.
#[test]
fn wrong_value_on_a_line() {
    let line = |x: &[Dual], sel: Sel| match x[0].equals(0.25, &IF, sel) {
        true => constant(0.5),
        false => x[0].square(),
    };
    assert_refuted(
        "if x == 0.25 { 0.5 } else { x² }",
        line,
        1,
        ACROSS,
        Verdict::Jump,
        Some(&IF),
    );
}

/// Refuted in a box, with this verdict, for every fifth seed: each time on eight curves.
fn assert_refuted_in_a_box(program: Program, p: usize, verdict: Verdict) {
    let report = |seed| {
        let options = Options::default().seed(seed);
        check::conservative(
            |x, sel| evaluate(program, x, sel),
            Region::cube(p, -1.0..2.0),
            &options,
        )
    };
    let reports = (0..seeds().div_ceil(5)).map(report);
    let other: Vec<_> = reports
        .filter(|report| report.verdict() != verdict)
        .collect();
    assert!(500 * other.len() as u64 <= seeds(), "{}", other[0]);
}

// Continuous, and the chain rule holds along lines; but the derivative is not bounded, so that there is no field.
#[test]
fn not_lipschitz() {
    let root = |x: &[Dual], sel: Sel| {
        let y = x[0].abs(&C, sel);
        y.chain(y.v.sqrt(), if y.v > 0.0 { 0.5 / y.v.sqrt() } else { 0.0 }) + x[1]
    };
    assert_refuted_in_a_box(root, 2, Verdict::NotLipschitz);
    let cube_root = |x: &[Dual], _: Sel| {
        let r = x[0].v.cbrt();
        x[0].chain(r, if r == 0.0 { 0.0 } else { 1.0 / (3.0 * r * r) }) * x[1]
    };
    assert_refuted_in_a_box(cube_root, 2, Verdict::NotLipschitz);
}

// √x at the border of its domain.
#[test]
fn not_lipschitz_at_the_border_of_the_domain() {
    let root = |x: &[Dual], _: Sel| x[0].chain(x[0].v.sqrt(), 0.5 / x[0].v.sqrt());
    assert_refuted_in_a_box(root, 1, Verdict::NotLipschitz);
}
