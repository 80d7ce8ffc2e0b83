//! Values that jump at an `if`, at a count, or behind a promise, and such as only seem to.

use conservative_grad::check::Verdict::{Jump, WrongDerivative};
use conservative_grad::{conservative_grad, stop_gradient};

use crate::table::Expected::{Conservative, Either, Refuted};
use crate::table::{Family, LINE, PLANE, SPACE, program};

// A potential is Lipschitz along every curve, hence continuous; this is not, at x = 0.
#[conservative_grad]
fn step(x: f64, y: f64) -> f64 {
    if x > 0.0 { x + 1.0 + y } else { x + y }
}

// The same, and the jump is small: 10⁻⁷ of a function of size 1.
#[conservative_grad]
fn small_step(x: f64) -> f64 {
    let mut y = x.sin();
    if x > 0.3 {
        y += 1e-7;
    }
    y
}

// Up by one and down by one: both ends of most curves agree, what lies between does not.
#[conservative_grad]
fn up_and_down(x: f64) -> f64 {
    let mut y = x.sin();
    if x > 0.0 {
        y += 1.0;
    }
    if x > 1.0 {
        y -= 1.0;
    }
    y
}

// Jumps only where y is positive: on half of the line x = 0.5.
#[conservative_grad]
fn half_a_jump(x: f64, y: f64) -> f64 {
    if y > 0.0 {
        if x > 0.5 { x * x + y } else { x * x }
    } else {
        x * x
    }
}

// An early return that leaves a term out.
#[conservative_grad]
fn early_return(x: f64, y: f64) -> f64 {
    let s = x * y;
    if s > 0.5 {
        return s;
    }
    s + 0.25 * x.cos()
}

// The jump stands at the very place of two kinks, which cannot make a value jump.
#[conservative_grad]
fn among_kinks(x: f64) -> f64 {
    let y = x.abs() + x.max(0.0);
    if x > 0.0 { y + 0.01 } else { y }
}

// Both expressions are smooth everywhere and equal at the border (Theorem S).
#[conservative_grad]
fn joined(x: f64) -> f64 {
    if x > 0.0 { x * x } else { 3.0 * x }
}

// Three expressions, joined at -1 and at 1/2.
#[conservative_grad]
fn ladder(x: f64) -> f64 {
    if x <= -1.0 {
        return -2.0 * x - 1.0;
    }
    if x <= 0.5 {
        return x * x;
    }
    2.0 * x * x * x
}

// The quadratic part ends where its slope is that of the linear one: even C¹.
#[conservative_grad]
fn huber(x: f64, y: f64) -> f64 {
    let r = x - 0.5 * y;
    let a = r.abs();
    if a < 1.0 { 0.5 * r * r } else { a - 0.5 }
}

// ln(1 + eᵘ) is u from 40 on, to the last bit of f64: no jump is left.
#[conservative_grad]
fn softplus(x: f64) -> f64 {
    let u = 30.0 * x;
    if u > 40.0 { u } else { u.exp().ln_1p() }
}

// Two jumps at one place, up and down: the program is continuous there, and each branch is smooth around it (S1).
#[conservative_grad]
fn cancelling(x: f64) -> f64 {
    let up = if x > 0.25 { 1.0 } else { 0.0 };
    let down = if x - 0.25 > 0.0 { 1.0 } else { 0.0 };
    x.sin() + (up - down)
}

// As before, but the second comes 10⁻⁵ after the first: a spike.
#[conservative_grad]
fn nearly_cancelling(x: f64) -> f64 {
    let up = if x > 0.25 { 1.0 } else { 0.0 };
    let down = if x > 0.25001 { 1.0 } else { 0.0 };
    x.sin() + (up - down)
}

pub(crate) const ACROSS_IF: Family = Family {
    name: "jump across `if`",
    programs: &[
        program!(
            "x + y + [x > 0]",
            step(0, 1),
            PLANE,
            Refuted(Jump, "x > 0.0")
        ),
        program!(
            "sin x + 1e-7 [x > 0.3]",
            small_step(0),
            LINE,
            Refuted(Jump, "x > 0.3")
        ),
        program!(
            "sin x + [0 < x <= 1]",
            up_and_down(0),
            LINE,
            Refuted(Jump, "x > 0.0; x > 1.0")
        ),
        program!(
            "x² + y [x > 0.5, y > 0]",
            half_a_jump(0, 1),
            PLANE,
            Refuted(Jump, "x > 0.5")
        ),
        program!(
            "early return that leaves a term out",
            early_return(0, 1),
            PLANE,
            Refuted(Jump, "s > 0.5")
        ),
        program!(
            "jump among kinks",
            among_kinks(0),
            LINE,
            Refuted(Jump, "x > 0.0")
        ),
        program!("x² joined to 3x", joined(0), LINE, Conservative),
        program!("three pieces, early returns", ladder(0), LINE, Conservative),
        program!("Huber", huber(0, 1), PLANE, Conservative),
        program!(
            "softplus, linear from 40 on",
            softplus(0),
            LINE,
            Conservative
        ),
        program!("two jumps that cancel", cancelling(0), LINE, Conservative),
        program!(
            "two jumps that cancel but for 1e-5",
            nearly_cancelling(0),
            LINE,
            Refuted(Jump, "x > 0.25; x > 0.25001")
        ),
    ],
};

// The border is in y, and the expressions differ there by x².
#[conservative_grad]
fn other_variable(x: f64, y: f64) -> f64 {
    if y > 0.1 { x * x + y } else { y }
}

// Both take the smaller of two costs, but the test compares something else.
#[conservative_grad]
fn wrong_comparison(x: f64, y: f64) -> f64 {
    let (a, b) = (x * x, y * y + 0.3);
    if x < y { a } else { b }
}

// At y = 0 both are x: what the branches add vanishes on the border.
#[conservative_grad]
fn vanishing_term(x: f64, y: f64) -> f64 {
    if y > 0.0 { x + y * y * x } else { x }
}

// The product vanishes where the test changes, whichever of the two factors changes sign.
#[conservative_grad]
fn gate(x: f64, y: f64, z: f64) -> f64 {
    if x * y > 0.0 { x * y * z.exp() } else { 0.0 }
}

// The smaller of two costs, compared as they are.
#[conservative_grad]
fn smaller(x: f64, y: f64) -> f64 {
    let (a, b) = (x * x, y * y + 0.3);
    if a < b { a } else { b }
}

pub(crate) const OTHER_VARIABLE: Family = Family {
    name: "test on another variable",
    programs: &[
        program!(
            "if y > 0.1 { x² + y } else { y }",
            other_variable(0, 1),
            PLANE,
            Refuted(Jump, "y > 0.1")
        ),
        program!(
            "min of costs, chosen by x < y",
            wrong_comparison(0, 1),
            PLANE,
            Refuted(Jump, "x < y")
        ),
        program!(
            "if y > 0 { x + y²x } else { x }",
            vanishing_term(0, 1),
            PLANE,
            Conservative
        ),
        program!(
            "if xy > 0 { xy eᶻ } else { 0 }",
            gate(0, 1, 2),
            SPACE,
            Conservative
        ),
        program!("min of costs by `if`", smaller(0, 1), PLANE, Conservative),
    ],
};

// floor as a value, its derivative cut: the value moves in steps (T4, no decision tells of it).
#[conservative_grad]
fn staircase(x: f64) -> f64 {
    x.sin() + 0.25 * stop_gradient(x).floor()
}

// The value moves in steps of 1/8 and the gradient claims that it moves evenly: a straight-through estimator. It jumps at the
// steps, and between them, where it is constant, the derivative is wrong.
#[conservative_grad]
fn straight_through(x: f64) -> f64 {
    x + stop_gradient((8.0 * stop_gradient(x)).round() / 8.0 - x)
}

// The promise is not kept: x·sgn(y) jumps at y = 0 wherever x is not 0.
#[conservative_grad]
fn promised_sign(x: f64, y: f64) -> f64 {
    #[assume_continuous]
    let s = y.signum();
    x * s
}

// Hard shrinkage: the identity, and 0 between -1/2 and 1/2.
#[conservative_grad]
fn hardshrink(x: f64, y: f64) -> f64 {
    if x.abs() > 0.5 { x * y } else { 0.0 }
}

// The integer part is cut and jumps; x % 0.7 starts again at 0.
#[conservative_grad]
fn remainder(x: f64, y: f64) -> f64 {
    y + (x - 0.7 * stop_gradient(x / 0.7).trunc())
}

// x·sgn(x) = |x|: what jumps is multiplied by 0 where it does, and constant elsewhere.
#[conservative_grad]
fn kept_promise(x: f64, y: f64) -> f64 {
    #[assume_continuous]
    let s = x.signum();
    x * s * y.exp()
}

// A triangle wave by floor: s runs from -1 to 1 and |s| is continuous where it starts again.
#[conservative_grad]
fn triangle_wave(x: f64) -> f64 {
    let turns = stop_gradient(1.5 * x + 0.5).floor();
    (3.0 * x - 2.0 * turns).abs()
}

// The floor comes off and is put back on: its jumps cancel.
#[conservative_grad]
fn off_and_on(x: f64, y: f64) -> f64 {
    let whole = stop_gradient(3.0 * x).floor();
    (3.0 * x - whole) * 2.0 + 2.0 * whole + y.sin()
}

const HEIGHTS: [f64; 7] = [0.0, 1.0, -0.5, 2.0, 1.5, 0.0, 0.7];

// Linear interpolation in a table: the index jumps, the value does not (S1).
#[conservative_grad]
fn table(x: f64) -> f64 {
    let s = x + 3.0;
    #[assume_continuous]
    let k = s as usize;
    #[assume_continuous]
    let height = HEIGHTS[k] + (s - k as f64) * (HEIGHTS[k + 1] - HEIGHTS[k]);
    height + 0.5 * x
}

// The same table with the index rounded: then the line that is used is the wrong one for half of each interval, and the value
// jumps in the middle of intervals.
#[conservative_grad]
fn rounded_table(x: f64) -> f64 {
    let s = x + 3.0;
    #[assume_continuous]
    let k = (s + 0.5) as usize;
    #[assume_continuous]
    let height = HEIGHTS[k] + (s - k as f64) * (HEIGHTS[k + 1] - HEIGHTS[k]);
    height + 0.5 * x
}

// x - trunc(x) around 0: of Rust's fract the only integer without a jump is 0.
#[conservative_grad]
fn fract_around_zero(x: f64, y: f64) -> f64 {
    (0.4 * x - stop_gradient(0.4 * x).trunc()) * y
}

pub(crate) const DISCONTINUOUS: Family = Family {
    name: "discontinuous primitive, cut or promised",
    programs: &[
        program!(
            "sin x + floor(x)/4, cut",
            staircase(0),
            LINE,
            Refuted(Jump, "")
        ),
        program!(
            "straight-through rounding",
            straight_through(0),
            LINE,
            Either([Jump, WrongDerivative], "")
        ),
        program!(
            "x·signum(y), promised continuous",
            promised_sign(0, 1),
            PLANE,
            Refuted(Jump, "")
        ),
        program!(
            "hard shrinkage",
            hardshrink(0, 1),
            PLANE,
            Refuted(Jump, "x.abs() > 0.5")
        ),
        program!(
            "y + x % 0.7, quotient cut",
            remainder(0, 1),
            PLANE,
            Refuted(Jump, "")
        ),
        program!(
            "table, index rounded",
            rounded_table(0),
            LINE,
            Refuted(Jump, "")
        ),
        program!("x·signum(x)·eʸ", kept_promise(0, 1), PLANE, Conservative),
        program!(
            "triangle wave by floor",
            triangle_wave(0),
            LINE,
            Conservative
        ),
        program!(
            "floor taken off and put back",
            off_and_on(0, 1),
            PLANE,
            Conservative
        ),
        program!(
            "linear interpolation in a table",
            table(0),
            LINE,
            Conservative
        ),
        program!(
            "y·fract(0.4 x)",
            fract_around_zero(0, 1),
            PLANE,
            Conservative
        ),
    ],
};
