//! Equality branches, nested and coinciding kinks, kinks on curved sets.

use conservative_grad::check::Verdict::{Jump, WrongChoice, WrongDerivative};
use conservative_grad::{conservative_grad, conservative_rule, relu, stop_gradient};

use crate::table::Expected::{Conservative, Refuted};
use crate::table::{Family, LINE, PLANE, SPACE, program};

// The value is that of x² at 3/2, too; the derivative there is 0 and may be, at an isolated point.
#[conservative_grad]
fn at_a_number(x: f64) -> f64 {
    if x == 1.5 { 2.25 } else { x * x }
}

// On x = y both expressions agree, so their derivatives along it do; across it any derivative will do (S3).
#[conservative_grad]
fn on_the_diagonal(x: f64, y: f64, z: f64) -> f64 {
    if x == y { 2.0 * x + z } else { x + y + z }
}

// sin(u)/u with its limit filled in.
#[conservative_grad]
fn sinc(x: f64, y: f64) -> f64 {
    let u = x - y;
    let s = if u == 0.0 { 1.0 } else { u.sin() / u };
    s + y
}

// Another value on the line than on both sides of it.
#[conservative_grad]
fn wrong_value_at_a_number(x: f64, y: f64) -> f64 {
    if x == 0.25 { y + 0.5 } else { y + x * x }
}

#[conservative_grad]
fn wrong_value_on_the_diagonal(x: f64, y: f64) -> f64 {
    if x == y { x * y + 0.5 } else { x * y }
}

// The value is right and its derivative is cut: along (1, 1) it must be 2.
#[conservative_grad]
fn detached_on_the_diagonal(x: f64, y: f64, z: f64) -> f64 {
    if x == y {
        stop_gradient(2.0 * x) + z
    } else {
        x + y + z
    }
}

// As before on the line x = 0.5, where y² is cut.
#[conservative_grad]
fn detached_at_a_number(x: f64, y: f64) -> f64 {
    if x == 0.5 {
        0.5 * stop_gradient(y * y)
    } else {
        x * y * y
    }
}

pub(crate) const EQUALITY: Family = Family {
    name: "equality branch",
    programs: &[
        program!(
            "if x == 1.5 { 2.25 } else { x² }",
            at_a_number(0),
            LINE,
            Conservative
        ),
        program!(
            "if x == y { 2x + z } else { x + y + z }",
            on_the_diagonal(0, 1, 2),
            SPACE,
            Conservative
        ),
        program!("sin(u)/u, 1 at u = 0", sinc(0, 1), PLANE, Conservative),
        program!(
            "if x == 0.25 { y + 0.5 } else { y + x² }",
            wrong_value_at_a_number(0, 1),
            PLANE,
            Refuted(Jump, "x == 0.25")
        ),
        program!(
            "if x == y { xy + 0.5 } else { xy }",
            wrong_value_on_the_diagonal(0, 1),
            PLANE,
            Refuted(Jump, "x == y")
        ),
        program!(
            "derivative cut where x == y",
            detached_on_the_diagonal(0, 1, 2),
            SPACE,
            Refuted(WrongChoice, "x == y")
        ),
        program!(
            "derivative cut where x == 0.5",
            detached_at_a_number(0, 1),
            PLANE,
            Refuted(WrongChoice, "x == 0.5")
        ),
    ],
};

// The outer tie holds on a half line, where both of its choices give the derivative 0.
#[conservative_grad]
fn relu_of_relu(x: f64, y: f64) -> f64 {
    relu(relu(x)) * y + relu(-relu(x))
}

// Zero, with the adjoint 1 at 0: not Clarke, but conservative.
#[conservative_grad]
fn zero(x: f64) -> f64 {
    relu(-x) + x - relu(x)
}

// The derivative is 0 at 0: an artificial critical point, and conservative.
#[conservative_grad]
fn artificial(x: f64, y: f64) -> f64 {
    x - zero(x) + y * y
}

// x in three parts, each kinked at 0.
#[conservative_grad]
fn identity(x: f64, y: f64) -> f64 {
    relu(x) - relu(-x) + (x.max(0.0) + x.min(0.0)) * y
}

// Three levels; whether the outer kink is near depends on the inner ones.
#[conservative_grad]
fn nested(x: f64, y: f64) -> f64 {
    (relu(x.abs() - 0.7) - 0.2).abs().max(y - 0.3)
}

// Two spellings of one margin: kinks that coincide but for rounding, with random order.
#[conservative_grad]
fn coinciding(x: f64, y: f64) -> f64 {
    relu(0.1 * x + 0.2 * x - 0.3) - 2.0 * (0.3 * x - 0.3).abs() + y.max(x)
}

// The margin has a double zero: touched, not crossed.
#[conservative_grad]
fn touched(x: f64, y: f64) -> f64 {
    relu((x - 0.3) * (x - 0.3)) + (x * x * (y + 3.0)).max(0.0) + (x * x * x).abs()
}

// The branch looks at a value that is 0 on a half line, and jumps where it leaves it.
#[conservative_grad]
fn jump_behind_relu(x: f64, y: f64) -> f64 {
    let r = relu(x - 0.5);
    if r > 0.0 { r + 0.2 + y } else { y }
}

// Right inside, wrong outside of the inner kink: the term of the outer branch is cut.
#[conservative_grad]
fn cut_inside(x: f64, y: f64) -> f64 {
    let a = x.abs();
    if a > 0.7 {
        a + stop_gradient(a - 0.7) + y
    } else {
        a + y
    }
}

// The jump is hidden where the clamp has ended, and shows in between.
#[conservative_grad]
fn clamped_jump(x: f64, y: f64) -> f64 {
    let step = if y > 0.3 { 1.0 } else { 0.0 };
    (x + step).clamp(-1.0, 1.0) + 0.1 * y
}

// Zero, of which one half is cut: where x > 0 the gradient says 1.
#[conservative_grad]
fn half_cut(x: f64, y: f64) -> f64 {
    relu(x) - stop_gradient(x).max(0.0) + y
}

// Thirty terms, with twenty kinks on most curves.
#[conservative_grad]
fn many(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        for k in 0..10 {
            s += (1.0 + 0.1 * k as f64) * (x[i] - 0.4 * k as f64 + 1.85).abs();
        }
    }
    s
}

pub(crate) const NESTED: Family = Family {
    name: "nested, cancelling, coinciding kinks",
    programs: &[
        program!(
            "relu(relu(x)) y + relu(-relu(x))",
            relu_of_relu(0, 1),
            PLANE,
            Conservative
        ),
        program!("zero = relu(-x) + x - relu(x)", zero(0), LINE, Conservative),
        program!("x - zero(x) + y²", artificial(0, 1), PLANE, Conservative),
        program!("x in kinked parts", identity(0, 1), PLANE, Conservative),
        program!("three levels", nested(0, 1), PLANE, Conservative),
        program!(
            "coinciding but for rounding",
            coinciding(0, 1),
            PLANE,
            Conservative
        ),
        program!("touched, not crossed", touched(0, 1), PLANE, Conservative),
        program!("thirty kinks", many[..], SPACE, Conservative),
        program!(
            "jump where relu leaves 0",
            jump_behind_relu(0, 1),
            PLANE,
            Refuted(Jump, "r > 0.0")
        ),
        program!(
            "clamped jump",
            clamped_jump(0, 1),
            PLANE,
            Refuted(Jump, "y > 0.3")
        ),
        program!(
            "relu(x) less relu(x), cut",
            half_cut(0, 1),
            PLANE,
            Refuted(WrongDerivative, "relu(x)")
        ),
        program!(
            "cut outside of the inner kink",
            cut_inside(0, 1),
            PLANE,
            Refuted(WrongDerivative, "a > 0.7")
        ),
    ],
};

/// The larger of two with a sum of the weights at the tie.
macro_rules! larger {
    ($name:ident, $pullback:ident, $a:expr, $b:expr) => {
        #[conservative_rule(pullback = $pullback, kink(a = b, tie = 0.5))]
        fn $name(a: f64, b: f64) -> f64 {
            a.max(b)
        }

        fn $pullback(_: f64, _: f64, _: f64, w: f64, bar: f64) -> (f64, f64) {
            let (a, b) = if w == 0.0 || w == 1.0 {
                (w, 1.0 - w)
            } else {
                ($a, $b)
            };
            (a * bar, b * bar)
        }
    };
}

larger!(larger, larger_pullback, 2.0, -1.0);
larger!(larger_short, larger_short_pullback, 0.3, 0.3);

// The tie is the cylinder x² + y² = 1; along its axis both grow by 1, and 2 - 1 = 1.
#[conservative_grad]
fn cylinder(x: f64, y: f64, z: f64) -> f64 {
    larger(x * x + y * y + z, z + 1.0)
}

// 0.3 + 0.3 is not.
#[conservative_grad]
fn cylinder_short(x: f64, y: f64, z: f64) -> f64 {
    larger_short(x * x + y * y + z, z + 1.0)
}

// In the plane the tie is a circle; along it x changes.
#[conservative_grad]
fn circle_short(x: f64, y: f64) -> f64 {
    larger_short(x * x + y * y + x, x + 1.0)
}

// On the paraboloid z = x² + y².
#[conservative_grad]
fn paraboloid_short(x: f64, y: f64, z: f64) -> f64 {
    larger_short(z, x * x + y * y) * (0.2 * x).exp()
}

// |x² + y² - 1| and friends: the value is 0 all along the tie, so that any multiple of the normal will do.
#[conservative_grad]
fn ring(x: f64, y: f64) -> f64 {
    (x * x + y * y - 1.0).abs() + relu(y - x * x * x)
}

// A spherical shell: two concentric ties and a branch on the radius.
#[conservative_grad]
fn shell(x: f64, y: f64, z: f64) -> f64 {
    let r = x * x + y * y + z * z;
    let s = r.clamp(0.5, 2.0);
    if r > 1.0 { s * s } else { 2.0 * s - 1.0 }
}

// A branch on a curved border that jumps.
#[conservative_grad]
fn disc(x: f64, y: f64) -> f64 {
    let r = x * x + y * y;
    if r < 1.0 { r + 0.1 * y } else { r }
}

pub(crate) const CURVED: Family = Family {
    name: "kink on a curved set",
    programs: &[
        program!(
            "cylinder, weights (2, -1)",
            cylinder(0, 1, 2),
            SPACE,
            Conservative
        ),
        program!(
            "cylinder, weights (0.3, 0.3)",
            cylinder_short(0, 1, 2),
            SPACE,
            Refuted(WrongChoice, "a = b")
        ),
        program!(
            "circle, weights (0.3, 0.3)",
            circle_short(0, 1),
            PLANE,
            Refuted(WrongChoice, "a = b")
        ),
        program!(
            "paraboloid, weights (0.3, 0.3)",
            paraboloid_short(0, 1, 2),
            SPACE,
            Refuted(WrongChoice, "a = b")
        ),
        program!(
            "|x² + y² - 1| + relu(y - x³)",
            ring(0, 1),
            PLANE,
            Conservative
        ),
        program!("spherical shell", shell(0, 1, 2), SPACE, Conservative),
        program!(
            "if r² < 1 { r² + y/10 } else { r² }",
            disc(0, 1),
            PLANE,
            Refuted(Jump, "r < 1.0")
        ),
    ],
};
