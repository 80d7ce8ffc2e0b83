//! Slopes without bound, kinks without end, 0·∞, and gradients of no function.

use conservative_grad::check::Verdict::{Jump, NotFinite, NotLipschitz, WrongDerivative};
use conservative_grad::{Selection, conservative_grad, conservative_rule};

use crate::table::Expected::{Conservative, Refuted, Unsettled};
use crate::table::{Family, LINE, PLANE, SPACE, program};

const ACROSS_ONE: [(f64, f64); 2] = [(0.3, 1.2), (0.5, 2.0)];
const HALF_LINE: [(f64, f64); 1] = [(-0.7, 1.9)];

// Continuous, and along lines the chain rule holds; but no field is bounded around x = 0.
#[conservative_grad]
fn root_of_abs(x: f64, y: f64) -> f64 {
    x.abs().sqrt() + y
}

// As before, and no decision tells where.
#[conservative_grad]
fn cube_root(x: f64, y: f64) -> f64 {
    x.cbrt() * (1.0 + y * y)
}

// At the border of the domain.
#[conservative_grad]
fn root(x: f64) -> f64 {
    x.sqrt()
}

#[conservative_grad]
fn power(x: f64, y: f64) -> f64 {
    x.abs().powf(0.7) * y.exp()
}

// Continuous `if`, smooth on each side but not up to the border (S4).
#[conservative_grad]
fn root_behind_if(x: f64, y: f64) -> f64 {
    if x > 0.0 { x.sqrt() * y } else { 0.0 }
}

// The slope at the border of the domain is 1/√(2(1 - x)).
#[conservative_grad]
fn arc_sine(x: f64, y: f64) -> f64 {
    x.asin() * y
}

// The slope ln x + 1 grows by ln 2 with each halving of x: slower than any power, and without bound all the same.
#[conservative_grad]
fn entropy(x: f64) -> f64 {
    x * x.ln()
}

// The same, continued by 0, beside a slope that is larger near 0 than that of the logarithm in double precision.
#[conservative_grad]
fn entropy_behind_if(x: f64, y: f64) -> f64 {
    let s = if x > 0.0 { x * x.ln() } else { 0.0 };
    s + 50.0 * y
}

// A slope that is Hölder continuous: it grows towards 0, by less and less, up to 1.
#[conservative_grad]
fn slow(x: f64, y: f64) -> f64 {
    x - x.abs().powf(1.2) + y
}

// Rounded off: steep, not infinite.
#[conservative_grad]
fn rounded_root(x: f64, y: f64) -> f64 {
    (x * x + 1e-6).sqrt() + y
}

// r^1.5 is C¹ at the edge of its domain.
#[conservative_grad]
fn three_halves(x: f64, y: f64) -> f64 {
    x.abs().powf(1.5) * y
}

pub(crate) const UNBOUNDED: Family = Family {
    name: "slope without bound",
    programs: &[
        program!(
            "√|x| + y",
            root_of_abs(0, 1),
            PLANE,
            Refuted(NotLipschitz, "x.abs(); x.abs().sqrt()")
        ),
        program!(
            "∛x (1 + y²)",
            cube_root(0, 1),
            PLANE,
            Refuted(NotLipschitz, "; x.cbrt()")
        ),
        program!("√x", root(0), HALF_LINE, Refuted(NotLipschitz, "")),
        program!(
            "|x|^0.7 eʸ",
            power(0, 1),
            PLANE,
            Refuted(NotLipschitz, "x.abs()")
        ),
        program!(
            "if x > 0 { y√x } else { 0 }",
            root_behind_if(0, 1),
            PLANE,
            Refuted(NotLipschitz, "x > 0.0")
        ),
        program!("x ln x", entropy(0), HALF_LINE, Refuted(NotLipschitz, "")),
        program!(
            "if x > 0 { x ln x } else { 0 } + 50 y",
            entropy_behind_if(0, 1),
            PLANE,
            Refuted(NotLipschitz, "x > 0.0")
        ),
        program!("x - |x|^1.2 + y", slow(0, 1), PLANE, Conservative),
        program!(
            "y·asin x",
            arc_sine(0, 1),
            ACROSS_ONE,
            Refuted(NotLipschitz, "; x.asin()")
        ),
        program!("√(x² + 1e-6)", rounded_root(0, 1), PLANE, Conservative),
        program!("|x|^1.5 y", three_halves(0, 1), PLANE, Conservative),
    ],
};

// √x² is |x|, and at x = 0, where curves can stay, the chain rule reads ∞·0.
fn root_of_square(x: &[f64], _: &mut dyn Selection) -> (f64, Vec<f64>) {
    let s = x[0] * x[0];
    let outer = 0.5 / s.sqrt();
    (s.sqrt() + x[1], vec![outer * (2.0 * x[0]), 1.0])
}

// By the compiler an adjoint of 0 stays 0 whatever it is multiplied by: on x = 0 the element 0, which is one of |x|'s.
#[conservative_grad]
fn compiled_root_of_square(x: f64, y: f64) -> f64 {
    (x * x).sqrt() + y
}

// A mask by multiplication: x·ln x with the NaN of the branch not taken.
fn masked(x: &[f64], _: &mut dyn Selection) -> (f64, Vec<f64>) {
    let inside = if x[0] > 0.0 { 1.0 } else { 0.0 };
    let guarded = x[0].max(0.0);
    let slope = inside * (0.5 / guarded.sqrt()) * 3.0 * guarded.powf(1.0);
    let value = if x[0] > 0.0 { guarded.powf(1.5) } else { 0.0 };
    (value + x[1], vec![slope, 1.0])
}

// The norm with the choice 0 at 0, by a guard: what is infinite is never computed.
#[conservative_grad]
fn guarded_norm(x: f64, y: f64) -> f64 {
    let s = x * x + y * y;
    if s > 0.0 { s.sqrt() } else { 0.0 }
}

// min(1/x, 5) for x > 0: what is infinite is not chosen, and 0 times it is 0.
#[conservative_grad]
fn capped_inverse(x: f64, y: f64) -> f64 {
    (1.0 / x.abs()).min(5.0) * y
}

pub(crate) const ZERO_TIMES_INFINITY: Family = Family {
    name: "0·∞",
    programs: &[
        program!("√(x²) + y by hand", by_hand root_of_square, PLANE, Refuted(NotFinite, "")),
        program!(
            "√(x²) + y",
            compiled_root_of_square(0, 1),
            PLANE,
            Conservative
        ),
        program!("x^1.5 behind a multiplied mask", by_hand masked, PLANE, Refuted(NotFinite, "")),
        program!(
            "norm behind a guard",
            guarded_norm(0, 1),
            PLANE,
            Conservative
        ),
        program!("min(1/|x|, 5) y", capped_inverse(0, 1), PLANE, Conservative),
    ],
};

// x²·|sin(1/x)|: Lipschitz, with kinks that accumulate at 0. They are countably many, so that curves stay at none but
// for a null set of times, and at 0 the derivative exists.
#[conservative_grad]
fn kinks_that_accumulate(x: f64) -> f64 {
    if x == 0.0 {
        0.0
    } else {
        x * x * (1.0 / x).sin().abs()
    }
}

// x² sin(1/x) is differentiable everywhere, its derivative is bounded and not continuous.
#[conservative_grad]
fn oscillation(x: f64, y: f64) -> f64 {
    let s = if x == 0.0 {
        0.0
    } else {
        x * x * (1.0 / x).sin()
    };
    s + y
}

// Kinks at e^(kπ): geometrically to 0, a few hundred in f64.
#[conservative_grad]
fn logarithmic(x: f64, y: f64) -> f64 {
    let s = if x == 0.0 {
        0.0
    } else {
        x * (2.0 * x.abs().ln()).sin().abs()
    };
    s * (1.0 + y * y)
}

// The same with the sign of the kink left out of the derivative on one side.
#[conservative_rule(pullback = wave_pullback, kink((2.0 * x.abs().ln()).sin() = 0.0))]
fn wave(x: f64) -> f64 {
    x * (2.0 * x.abs().ln()).sin().abs()
}

fn wave_pullback(x: f64, _: f64, above: f64, bar: f64) -> f64 {
    let l = 2.0 * x.abs().ln();
    bar * (2.0 * above - 1.0) * (l.sin() + if above == 1.0 { 2.0 * l.cos() } else { l.cos() })
}

// x·sin(1/x): its slope grows like 1/x.
#[conservative_grad]
fn wild(x: f64, y: f64) -> f64 {
    let s = if x == 0.0 { 0.0 } else { x * (1.0 / x).sin() };
    s + y
}

// Steps of a floor that accumulate: x·floor(1/x) jumps by x² … at x = 1/n.
#[conservative_grad]
fn accumulating_jumps(x: f64) -> f64 {
    let y = x.abs() + 1.05e-3;
    #[assume_continuous]
    let k = (1.0 / y).floor();
    y * k
}

pub(crate) const ACCUMULATING: Family = Family {
    name: "kinks that accumulate",
    programs: &[
        program!(
            "x² |sin(1/x)|",
            kinks_that_accumulate(0),
            LINE,
            Unsettled("kinks without end near 0: the budget goes there")
        ),
        program!(
            "x² sin(1/x) + y",
            oscillation(0, 1),
            PLANE,
            Unsettled("oscillates faster than any panel near 0: the budget goes there")
        ),
        program!(
            "x |sin(2 ln|x|)| (1 + y²)",
            logarithmic(0, 1),
            PLANE,
            Conservative
        ),
        program!(
            "x |sin(2 ln|x|)|, wrong on half of the waves",
            wave(0),
            LINE,
            Refuted(WrongDerivative, "(2.0 * x.abs().ln()).sin() = 0.0")
        ),
        program!(
            "x sin(1/x) + y",
            wild(0, 1),
            PLANE,
            Refuted(NotLipschitz, "")
        ),
        program!(
            "y floor(1/y), y = |x| + 1.05e-3",
            accumulating_jumps(0),
            LINE,
            Refuted(Jump, "")
        ),
    ],
};

// The rotation field has no potential; its values are those of nothing.
fn rotation(x: &[f64], _: &mut dyn Selection) -> (f64, Vec<f64>) {
    (x[0] * x[1], vec![-x[1], x[0]])
}

// atan2 is continuous but for a cut, at which it jumps by 2π.
#[conservative_grad]
fn angle(x: f64, y: f64) -> f64 {
    #[assume_continuous]
    let a = y.atan2(x);
    a + 0.5 * x
}

// The angle from the middle of a half plane: there is no cut in the box.
#[conservative_grad]
fn half_plane_angle(x: f64, y: f64) -> f64 {
    let a = y.atan2(x + 3.0);
    a * a.abs()
}

// A product of three factors; the rule forgets the last one's derivative.
#[conservative_rule(pullback = product_pullback)]
fn product(x: f64, y: f64, z: f64) -> f64 {
    (1.5 + 0.3 * x.sin()) * (2.0 + y) * z.exp()
}

fn product_pullback(x: f64, y: f64, z: f64, _: f64, bar: f64) -> (f64, f64, f64) {
    let (a, b, c) = (1.5 + 0.3 * x.sin(), 2.0 + y, z.exp());
    (bar * 0.3 * x.cos() * b * c, bar * a * c, 0.0)
}

// Eight digits are lost; what is left is right.
#[conservative_grad]
fn cancellation(x: f64, y: f64) -> f64 {
    ((x * y).sin() + x.abs() + 1e8) - 1e8
}

pub(crate) const OTHERS: Family = Family {
    name: "gradient of another function or of none; noise",
    programs: &[
        program!("xy with the rotation field", by_hand rotation, PLANE, Refuted(WrongDerivative, "")),
        program!(
            "angle, promised continuous",
            angle(0, 1),
            PLANE,
            Refuted(Jump, "")
        ),
        program!(
            "product without its last factor",
            product(0, 1, 2),
            SPACE,
            Refuted(WrongDerivative, "")
        ),
        program!(
            "angle in a half plane",
            half_plane_angle(0, 1),
            PLANE,
            Conservative
        ),
        program!("cancellation", cancellation(0, 1), PLANE, Conservative),
    ],
};
