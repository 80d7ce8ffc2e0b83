//! Derivatives written by hand: wrong on open sets, at ties that curves can follow, or only where no curve can stay.

use conservative_grad::check::Verdict::{WrongChoice, WrongDerivative};
use conservative_grad::{
    conservative_grad, conservative_rule, max_of, median, sorted, stop_gradient,
};

use crate::table::Expected::{Conservative, Refuted};
use crate::table::{Family, LINE, PLANE, SPACE, program};

// Wrong by a constant factor everywhere: ∂/∂x erf x = 2/√π e^(-x²).
#[conservative_rule(pullback = bell_pullback)]
fn bell(x: f64) -> f64 {
    (-x * x).exp()
}

fn bell_pullback(x: f64, y: f64, y_bar: f64) -> f64 {
    -x * y * y_bar
}

#[conservative_grad]
fn bells(x: f64, y: f64) -> f64 {
    bell(x) * y + bell(y)
}

// Right for x < 0, and for x > 0 too small by a hundredth.
#[conservative_rule(pullback = ramp_pullback, kink(x = 0.0, tie = 0.0))]
fn ramp(x: f64) -> f64 {
    x.max(0.0)
}

fn ramp_pullback(_: f64, _: f64, above: f64, y_bar: f64) -> f64 {
    0.99 * above * y_bar
}

#[conservative_grad]
fn ramps(x: f64, y: f64) -> f64 {
    ramp(x) + y.abs()
}

// |x| with the slope 1 on both sides.
#[conservative_rule(pullback = one_sided_pullback, kink(x = 0.0))]
fn one_sided(x: f64) -> f64 {
    x.abs()
}

fn one_sided_pullback(_: f64, _: f64, _: f64, y_bar: f64) -> f64 {
    y_bar
}

// The rule forgets that x^y depends on y.
#[conservative_rule(pullback = power_pullback)]
fn power(x: f64, y: f64) -> f64 {
    x.exp().powf(y)
}

fn power_pullback(_: f64, y: f64, p: f64, p_bar: f64) -> (f64, f64) {
    (y * p * p_bar, 0.0)
}

// The components of the gradient are swapped.
#[conservative_rule(pullback = swapped_pullback)]
fn swapped(x: f64, y: f64) -> f64 {
    x.exp() + y.sin()
}

fn swapped_pullback(x: f64, y: f64, _: f64, bar: f64) -> (f64, f64) {
    (y.cos() * bar, x.exp() * bar)
}

// One part in a million too large: smaller than what a central difference sees, a thousand times what an integral does.
#[conservative_rule(pullback = slight_pullback)]
fn slight(x: f64) -> f64 {
    x.exp()
}

fn slight_pullback(_: f64, y: f64, y_bar: f64) -> f64 {
    y * y_bar * (1.0 + 1e-6)
}

// Right: the derivative of the dead zone, 0 inside and 1 outside.
#[conservative_rule(pullback = zone_pullback, kink(x = 0.5, tie = 0.0), kink(x = -0.5, tie = 1.0))]
fn dead_zone(x: f64) -> f64 {
    x - x.clamp(-0.5, 0.5)
}

fn zone_pullback(_: f64, _: f64, over: f64, not_under: f64, y_bar: f64) -> f64 {
    y_bar * (over + (1.0 - not_under))
}

#[conservative_grad]
fn dead_zones(x: f64, y: f64) -> f64 {
    dead_zone(x) * y
}

pub(crate) const OWN_RULES: Family = Family {
    name: "own rule wrong off the kink",
    programs: &[
        program!(
            "bell curve without the factor 2",
            bells(0, 1),
            PLANE,
            Refuted(WrongDerivative, "")
        ),
        program!(
            "relu with slope 0.99",
            ramps(0, 1),
            PLANE,
            Refuted(WrongDerivative, "x = 0.0")
        ),
        program!(
            "|x| with slope 1 on both sides",
            one_sided(0),
            LINE,
            Refuted(WrongDerivative, "x = 0.0")
        ),
        program!(
            "power rule without the exponent",
            power(0, 1),
            PLANE,
            Refuted(WrongDerivative, "")
        ),
        program!(
            "components swapped",
            swapped(0, 1),
            PLANE,
            Refuted(WrongDerivative, "")
        ),
        program!(
            "exp with slope (1 + 1e-6) eˣ",
            slight(0),
            LINE,
            Refuted(WrongDerivative, "")
        ),
        program!("dead zone", dead_zones(0, 1), PLANE, Conservative),
    ],
};

// x·e^y without the derivative in y: what is cut is not locally constant.
#[conservative_grad]
fn cut_factor(x: f64, y: f64) -> f64 {
    x * stop_gradient(y.exp())
}

// Softmax attention with detached weights. The gradient is that of a function, log-sum-exp, but of another one.
#[conservative_grad]
fn detached_softmax(x: f64, y: f64) -> f64 {
    let (a, b) = (x.exp(), y.exp());
    let w = stop_gradient(a / (a + b));
    w * x + (1.0 - w) * y
}

// What is cut is the sign of x, which is locally constant where the product is not 0: |x|.
#[conservative_grad]
fn cut_sign(x: f64, y: f64) -> f64 {
    let s = if stop_gradient(x) > 0.0 { 1.0 } else { -1.0 };
    x * s + y
}

// The usual subtraction of the maximum cancels in exact arithmetic, so that its derivative may be cut.
#[conservative_grad]
fn stable_log_sum_exp(x: &[f64]) -> f64 {
    let top = stop_gradient(max_of(x));
    let mut s = 0.0;
    for i in 0..x.len() {
        s += (x[i] - top).exp();
    }
    top + s.ln()
}

// Cut on one branch only.
#[conservative_grad]
fn cut_on_a_branch(x: f64, y: f64) -> f64 {
    if x > 0.0 { x * stop_gradient(y) } else { x * y }
}

pub(crate) const CUT: Family = Family {
    name: "stop_gradient on what is not constant",
    programs: &[
        program!(
            "x·stop_gradient(eʸ)",
            cut_factor(0, 1),
            PLANE,
            Refuted(WrongDerivative, "")
        ),
        program!(
            "softmax weights detached",
            detached_softmax(0, 1),
            PLANE,
            Refuted(WrongDerivative, "")
        ),
        program!(
            "cut where x > 0",
            cut_on_a_branch(0, 1),
            PLANE,
            Refuted(WrongDerivative, "x > 0.0")
        ),
        program!("x·sign(x), sign cut", cut_sign(0, 1), PLANE, Conservative),
        program!(
            "log-sum-exp, maximum cut",
            stable_log_sum_exp[..],
            SPACE,
            Conservative
        ),
    ],
};

/// The maximum of two with a given pair of weights at the tie.
macro_rules! weighted_max {
    ($name:ident, $pullback:ident, $a:expr, $b:expr) => {
        #[conservative_rule(pullback = $pullback, kink(x = y, tie = 0.5))]
        fn $name(x: f64, y: f64) -> f64 {
            x.max(y)
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

// Along (1, 1) on x = y the function grows by 1 and the gradient says 0.6.
weighted_max!(max_short, max_short_pullback, 0.3, 0.3);
// … and here 2: both get the whole adjoint, as a mask `x == max` gives it.
weighted_max!(max_mask, max_mask_pullback, 1.0, 1.0);
// The sum is 1. Outside of [0, 1], hence not Clarke, but the difference is normal to x = y.
weighted_max!(max_odd, max_odd_pullback, 1.5, -0.5);

#[conservative_grad]
fn short(x: f64, y: f64, z: f64) -> f64 {
    max_short(x, y) + 0.1 * z.abs()
}

#[conservative_grad]
fn mask(x: f64, y: f64, z: f64) -> f64 {
    max_mask(x.sin(), y.sin()) * z.exp()
}

#[conservative_grad]
fn odd(x: f64, y: f64, z: f64) -> f64 {
    max_odd(x, y) * z.sin()
}

// A clamp with a live lower bound: at x = low their weights must sum to one, and sum to 1.2.
#[conservative_rule(pullback = clamp_pullback, kink(x = low, tie = 0.5))]
fn at_least(x: f64, low: f64) -> f64 {
    if x < low { low } else { x }
}

fn clamp_pullback(_: f64, _: f64, _: f64, w: f64, bar: f64) -> (f64, f64) {
    let low = if w == 0.5 { 0.7 } else { 1.0 - w };
    (w * bar, low * bar)
}

#[conservative_grad]
fn live_bound(x: f64, low: f64, y: f64) -> f64 {
    at_least(x, low) * (1.0 + y * y)
}

// The difference of maximum and minimum vanishes on the tie, and so must the derivative along it; weights (1, 1) say 2.
#[conservative_rule(pullback = spread_pullback, kink(x = y, tie = 0.5))]
fn spread(x: f64, y: f64) -> f64 {
    (x - y).abs()
}

fn spread_pullback(_: f64, _: f64, _: f64, w: f64, bar: f64) -> (f64, f64) {
    if w == 0.5 {
        (bar, bar)
    } else {
        ((2.0 * w - 1.0) * bar, (1.0 - 2.0 * w) * bar)
    }
}

// Equal shares among the largest: they sum to one whatever the number of ties.
#[conservative_grad]
fn largest(x: &[f64]) -> f64 {
    max_of(x) + 0.5 * x[0]
}

// Order statistics: each row of the Jacobian sums to one over a block of ties.
#[conservative_grad]
fn weighted_order(x: &[f64]) -> f64 {
    let y = sorted(x);
    y[0] + 3.0 * y[1] * y[2] + median(x)
}

// The built-in maximum under another convention: all of the adjoint to the second.
#[conservative_grad(policy = lower)]
fn second_wins(x: f64, y: f64, z: f64) -> f64 {
    x.max(y) + y.max(z) * x
}

pub(crate) const TIE_WEIGHTS: Family = Family {
    name: "tie weights, own rule wrong only on a kink that curves can follow",
    programs: &[
        program!(
            "max with weights (0.3, 0.3)",
            short(0, 1, 2),
            SPACE,
            Refuted(WrongChoice, "x = y")
        ),
        program!(
            "max with weights (1, 1)",
            mask(0, 1, 2),
            SPACE,
            Refuted(WrongChoice, "x = y")
        ),
        program!(
            "max(x, low) with weights (0.5, 0.7)",
            live_bound(0, 1, 2),
            SPACE,
            Refuted(WrongChoice, "x = low")
        ),
        program!(
            "|x - y| with gradient (1, 1) on x = y",
            spread(0, 1),
            PLANE,
            Refuted(WrongChoice, "x = y")
        ),
        program!(
            "max with weights (1.5, -0.5)",
            odd(0, 1, 2),
            SPACE,
            Conservative
        ),
        program!("max_of, equal shares", largest[..], SPACE, Conservative),
        program!("sorted and median", weighted_order[..], SPACE, Conservative),
        program!(
            "max under policy lower",
            second_wins(0, 1, 2),
            SPACE,
            Conservative
        ),
    ],
};

// At 0 the derivative is 7: of one variable an isolated point, any number will do.
#[conservative_rule(pullback = seven_pullback, kink(x = 0.0, tie = 0.0))]
fn seven(x: f64) -> f64 {
    x.max(0.0)
}

fn seven_pullback(x: f64, _: f64, above: f64, y_bar: f64) -> f64 {
    if x == 0.0 { 7.0 * y_bar } else { above * y_bar }
}

// In three variables it is a whole plane, and what is wrong on it is normal to it.
#[conservative_grad]
fn seven_in_space(x: f64, y: f64, z: f64) -> f64 {
    seven(x) * y.exp() + z
}

// The norm, whose gradient at the origin is (100, -100).
#[conservative_rule(pullback = norm_pullback)]
fn norm(x: f64, y: f64) -> f64 {
    x.hypot(y)
}

fn norm_pullback(x: f64, y: f64, r: f64, r_bar: f64) -> (f64, f64) {
    if r == 0.0 {
        (100.0, -100.0)
    } else {
        (x / r * r_bar, y / r * r_bar)
    }
}

// sin with the derivative 10⁶ at multiples of 1/4: countably many points.
#[conservative_rule(pullback = spikes_pullback)]
fn spikes(x: f64) -> f64 {
    x.sin()
}

fn spikes_pullback(x: f64, _: f64, y_bar: f64) -> f64 {
    if 4.0 * x == (4.0 * x).round() {
        1e6
    } else {
        x.cos() * y_bar
    }
}

pub(crate) const ISOLATED: Family = Family {
    name: "own rule wrong only where no curve can stay",
    programs: &[
        program!("relu with derivative 7 at 0", seven(0), LINE, Conservative),
        program!(
            "the same times eʸ, in space",
            seven_in_space(0, 1, 2),
            SPACE,
            Conservative
        ),
        program!(
            "norm with a wild gradient at 0",
            norm(0, 1),
            PLANE,
            Conservative
        ),
        program!(
            "sin with derivative 1e6 at k/4",
            spikes(0),
            LINE,
            Conservative
        ),
    ],
};
