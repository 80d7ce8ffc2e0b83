//! Programs whose gradient is an element of a conservative field: they may never be refuted.

use crate::support::{ACROSS, ANYWHERE, Dual, Ends, Sel, assert_never_refuted, constant, sites};

sites! {
    A: Kink 0 "relu(x)" 0.0;
    B: Kink 1 "relu(-x)" 0.0;
    C: Kink 2 "x.abs()" 0.5;
    D: Kink 3 "x.max(y)" 0.5;
    E: Kink 4 "x.min(y)" 0.5;
    LOW: Kink 5 "x.clamp(lo, …)" 0.5;
    HIGH: Kink 6 "x.clamp(…, hi)" 0.5;
    IF: Branch 7 "x > 0.0" 0.0;
    EQUAL: Branch 8 "x == 0.25" 0.0;
    WHILE: Branch 9 "y > 1.0" 0.0;
    FOR: Branch 10 "x > knots[k]" 0.0;
}

fn relu(x: &[Dual], sel: Sel) -> Dual {
    x[0].relu(&A, sel)
}

fn relu2(x: &[Dual], sel: Sel) -> Dual {
    (-x[0]).relu(&B, sel) + x[0]
}

fn relu3(x: &[Dual], sel: Sel) -> Dual {
    (relu(x, sel) + relu2(x, sel)) * 0.5
}

fn zero(x: &[Dual], sel: Sel) -> Dual {
    relu2(x, sel) - relu(x, sel)
}

// Three spellings of one function, with the adjoints 0, 1 and 1/2 at 0: an isolated point, where any number
// is an element of a conservative field.
#[test]
fn spellings_of_relu() {
    assert_never_refuted("relu", relu, 1, ACROSS);
    assert_never_refuted("relu2 = relu(-x) + x", relu2, 1, ACROSS);
    assert_never_refuted("relu3 = (relu + relu2)/2", relu3, 1, ACROSS);
}

// The zero function with the adjoint 1 at 0: not a Clarke subgradient, yet conservative.
// Subtracted from x it makes an artificial critical point.
#[test]
fn zero_and_artificial_critical_point() {
    assert_never_refuted("zero = relu2 - relu", zero, 1, ACROSS);
    assert_never_refuted("x - zero(x)", |x, sel| x[0] - zero(x, sel), 1, ACROSS);
    assert_never_refuted(
        "relu(x) - relu(-x)",
        |x, sel| x[0].relu(&A, sel) - (-x[0]).relu(&B, sel),
        1,
        ACROSS,
    );
}

// Compositions of continuous selections of smooth functions with smooth ones (Theorem S).
#[test]
fn the_binary_kinks() {
    assert_never_refuted("abs", |x, sel| (x[0] * x[1]).abs(&C, sel), 2, ANYWHERE);
    assert_never_refuted(
        "max",
        |x, sel| x[0].exp().max(x[1].sin(), &D, sel),
        2,
        ANYWHERE,
    );
    assert_never_refuted(
        "min",
        |x, sel| x[0].square().min(x[1] + 1.0, &E, sel),
        2,
        ANYWHERE,
    );
    assert_never_refuted(
        "clamp",
        |x, sel| x[0].clamp(-0.5, 0.75, [&LOW, &HIGH], sel) * x[1],
        2,
        ANYWHERE,
    );
}

// As before; the inner kink decides whether the outer one is anywhere near.
#[test]
fn nested_kinks() {
    let nested = |x: &[Dual], sel: Sel| {
        (x[0].abs(&C, sel) - 0.7)
            .relu(&A, sel)
            .max(x[1] - 0.3, &D, sel)
    };
    assert_never_refuted("nested", nested, 2, ANYWHERE);
}

// A kink of a kink of the same argument: the outer tie holds on a half line, for every selection the same derivative 0.
#[test]
fn relu_of_relu() {
    assert_never_refuted(
        "relu(relu(x))",
        |x, sel| x[0].relu(&A, sel).relu(&B, sel),
        1,
        ACROSS,
    );
    let mirrored = |x: &[Dual], sel: Sel| (-(x[0].relu(&A, sel))).relu(&B, sel) + x[0];
    assert_never_refuted("relu(-relu(x)) + x", mirrored, 1, ACROSS);
}

// The sum of conservative fields is conservative, also where all kinks are at one point, and where they differ by rounding.
#[test]
fn kinks_that_coincide() {
    let several = |x: &[Dual], sel: Sel| {
        let y = x[0] - 0.1;
        y.relu(&A, sel)
            + (y * 3.0).abs(&C, sel)
            + (-y).relu(&B, sel) * x[1]
            + (y * 7.0).max(y * 0.7, &D, sel)
    };
    assert_never_refuted("coinciding", several, 2, ANYWHERE);
    let nearly = |x: &[Dual], sel: Sel| {
        (x[0] * 0.1 + x[0] * 0.2 - 0.3).relu(&A, sel) - (x[0] * 0.3 - 0.3).abs(&C, sel) * 2.0
    };
    assert_never_refuted(
        "coinciding but for rounding",
        nearly,
        1,
        Ends {
            from: [-1.0, 0.0],
            to: [1.5, 3.0],
        },
    );
}

// The margin has a double zero: the decision does not change, or changes on a set of measure zero.
#[test]
fn tangential_touch() {
    let touch = |x: &[Dual], sel: Sel| (x[0] - 0.3).square().relu(&A, sel) + x[0];
    assert_never_refuted("relu((x - 0.3)²)", touch, 1, ACROSS);
    let parabola =
        |x: &[Dual], sel: Sel| (x[0].square() * (x[1] + 3.0)).max(constant(0.0), &D, sel);
    assert_never_refuted("max(x²(y + 3), 0)", parabola, 2, ANYWHERE);
    let cubic = |x: &[Dual], sel: Sel| (x[0].square() * x[0]).abs(&C, sel);
    assert_never_refuted("|x³|", cubic, 1, ACROSS);
}

// Of the weights that sum to one, every choice has the same product with directions inside x = y.
#[test]
fn curves_inside_a_kink() {
    let inside = |x: &[f64], sel: Sel| {
        let both = [x[0], x[0], x[1]];
        let f = |x: &[Dual], sel: Sel| {
            x[0].max(x[1], &D, sel) * x[2] + (x[0] - x[1]).abs(&C, sel).sin()
        };
        let (v, g) = crate::support::evaluate(f, &both, sel);
        (v, vec![g[0] + g[1], g[2]])
    };
    crate::support::assert_function_never_refuted("inside x = y", &inside, 2, ANYWHERE);
}

// As before, but rounding puts the curve on one side or the other at random.
#[test]
fn curves_inside_a_kink_up_to_rounding() {
    let flicker = |x: &[Dual], sel: Sel| {
        let a = x[0] * 0.1 + x[0] * 0.2;
        let b = x[0] * 0.3;
        a.max(b, &D, sel) + (a - b).abs(&C, sel) + x[0].relu(&A, sel)
    };
    assert_never_refuted("inside up to rounding", flicker, 1, ACROSS);
}

// Both branches are smooth near the border and equal on it.
#[test]
fn continuous_branches() {
    let huber = |x: &[Dual], sel: Sel| match x[0].above(0.0, &IF, sel) {
        true => x[0].square(),
        false => x[0] * 3.0,
    };
    assert_never_refuted("continuous if", huber, 1, ACROSS);
}

// Continuity forces the values on the line to agree, so the derivative along it agrees too, and the line itself
// is met at isolated times (theory: S3).
#[test]
fn equality_branch() {
    let equality = |x: &[Dual], sel: Sel| match x[0].equals(0.25, &EQUAL, sel) {
        true => constant(0.0625) + x[1],
        false => x[0].square() + x[1],
    };
    assert_never_refuted("if x == 0.25 { 0.0625 } else { x² }", equality, 2, ACROSS);
    assert_never_refuted(
        "on the grid",
        equality,
        2,
        Ends {
            from: [-1.0, -1.0],
            to: [1.0, 1.0],
        },
    );
}

// The count changes where one more step would change nothing: subtract while above 1 and compensate. The value is x throughout.
#[test]
fn data_dependent_count_without_jumps() {
    let reduce = |x: &[Dual], sel: Sel| {
        let mut y = x[0].square();
        let mut back = 0.0;
        while y.above(1.0, &WHILE, sel) {
            y = y - 1.0;
            back += 1.0;
        }
        y + back
    };
    assert_never_refuted("while y > 1 { y -= 1 }", reduce, 1, ANYWHERE);
}

// A piecewise linear interpolation through a table: the index jumps, the value does not (S1).
#[test]
fn interpolation_table() {
    const TABLE: [f64; 6] = [0.0, 1.0, -0.5, 2.0, 1.5, 0.0];
    let table = |x: &[Dual], sel: Sel| {
        let mut k = 0;
        while k < 4 && x[0].above(k as f64 - 1.0, &FOR, sel) {
            k += 1;
        }
        let s = x[0] - (k as f64 - 2.0);
        s * (TABLE[k + 1] - TABLE[k]) + TABLE[k]
    };
    assert_never_refuted("interpolation table", table, 1, ANYWHERE);
}

// Integer casts without any decision told: x - floor(x) + floor(x) and a triangle wave are continuous, and the checker
// has to find the kinks of the second by itself.
#[test]
fn floors_that_cancel() {
    let cancel = |x: &[Dual], _: Sel| (x[0] - x[0].v.floor()) + x[0].v.floor() + x[1].sin();
    assert_never_refuted("x - floor(x) + floor(x)", cancel, 2, ANYWHERE);
    let triangle = |x: &[Dual], _: Sel| {
        let s = x[0] - 2.0 * (0.5 * x[0].v + 0.5).floor();
        let rising = s.v >= 0.0;
        if rising { s } else { -s }
    };
    assert_never_refuted(
        "triangle wave, no decisions told",
        triangle,
        1,
        ANYWHERE.scaled(3.0),
    );
}

// Twenty kinks on one segment.
#[test]
fn many_kinks() {
    let many = |x: &[Dual], sel: Sel| {
        let mut y = constant(0.0);
        for k in 0..20 {
            y = y
                + (x[0] - (0.0931 * f64::from(k) - 0.9)).abs(&C, sel)
                    * (1.0 + 0.1 * f64::from(k))
                    * x[1].exp();
        }
        y
    };
    assert_never_refuted(
        "twenty kinks",
        many,
        2,
        Ends {
            from: [-2.0, -1.0],
            to: [1.0, 2.0],
        },
    );
}

// Units of the parameters and of the value do not matter.
#[test]
fn scales() {
    let program = |x: &[Dual], sel: Sel| {
        (x[0] * x[1]).abs(&C, sel)
            + x[0].max(x[1], &D, sel).square()
            + (x[0] - x[1] * 0.5).relu(&A, sel)
    };
    assert_never_refuted("scale 1000", program, 2, ANYWHERE.scaled(1e3));
    assert_never_refuted("scale 1/1000", program, 2, ANYWHERE.scaled(1e-3));
    assert_never_refuted("scale 1e-9", program, 2, ANYWHERE.scaled(1e-9));
}

// Smooth, but hard for a fixed set of panels: many periods and a step far thinner than a panel.
#[test]
fn smooth_but_rapid() {
    assert_never_refuted("sin(300 x)", |x, _| (x[0] * 300.0).sin(), 1, ANYWHERE);
    let step = |x: &[Dual], sel: Sel| ((x[0] - 0.1) * 1e6).clamp(0.0, 1.0, [&LOW, &HIGH], sel);
    assert_never_refuted("clamp(1e6 (x - 0.1), 0, 1)", step, 1, ACROSS);
}
