//! Operations that have no conservative field by themselves: why, and what to write instead.
//!
//! Where the derivative off the jumps makes sense, the row has it, for statements under
//! `#[assume_continuous]` (an interpolation table, a triangle wave).

use super::{rules, unreal};

rules! {
    /// The largest integer not above `x`.
    method fn floor(x) -> y {
        primal: x.floor(),
        partials: [0.0],
        refused: {
            why: "it jumps at every integer, and a function that jumps has no conservative field",
            instead: "write `stop_gradient(…)` around it if its derivative is meant to be cut off, or put `#[assume_continuous]` on the statement if the program stays continuous there",
        },
        definable: Local,
        flops: 1.0, extra: 0.0,
        samples: [[-1.7], [2.3]],
    }
    /// The smallest integer not below `x`.
    method fn ceil(x) -> y {
        primal: x.ceil(),
        partials: [0.0],
        refused: {
            why: "it jumps at every integer, and a function that jumps has no conservative field",
            instead: "write `stop_gradient(…)` around it if its derivative is meant to be cut off, or put `#[assume_continuous]` on the statement if the program stays continuous there",
        },
        definable: Local,
        flops: 1.0, extra: 0.0,
        samples: [[-1.7], [2.3]],
    }
    /// The nearest integer, halves away from 0.
    method fn round(x) -> y {
        primal: x.round(),
        partials: [0.0],
        refused: {
            why: "it jumps halfway between integers, and a function that jumps has no conservative field",
            instead: "write `stop_gradient(…)` around it if its derivative is meant to be cut off, or put `#[assume_continuous]` on the statement if the program stays continuous there",
        },
        definable: Local,
        flops: 1.0, extra: 0.0,
        samples: [[-1.7], [2.3]],
    }
    /// The nearest integer, halves to even.
    method fn round_ties_even(x) -> y {
        primal: x.round_ties_even(),
        partials: [0.0],
        refused: {
            why: "it jumps halfway between integers, and a function that jumps has no conservative field",
            instead: "write `stop_gradient(…)` around it if its derivative is meant to be cut off, or put `#[assume_continuous]` on the statement if the program stays continuous there",
        },
        definable: Local,
        flops: 1.0, extra: 0.0,
        samples: [[-1.7], [2.3]],
    }
    /// The integer part.
    method fn trunc(x) -> y {
        primal: x.trunc(),
        partials: [0.0],
        refused: {
            why: "it jumps at every integer but 0, and a function that jumps has no conservative field",
            instead: "write `stop_gradient(…)` around it if its derivative is meant to be cut off, or put `#[assume_continuous]` on the statement if the program stays continuous there",
        },
        definable: Local,
        flops: 1.0, extra: 0.0,
        samples: [[-1.7], [2.3]],
    }
    /// The part after the point, with the sign of `x`.
    method fn fract(x) -> y {
        primal: x.fract(),
        partials: [1.0],
        refused: {
            why: "it jumps at every integer but 0, and a function that jumps has no conservative field",
            instead: "write `stop_gradient(…)` around it if its derivative is meant to be cut off, or put `#[assume_continuous]` on the statement if the program stays continuous there",
        },
        definable: Local,
        flops: 1.0, extra: 0.0,
        samples: [[-1.7], [2.3]],
    }
    /// The sign: ±1.
    method fn signum(x) -> y {
        primal: x.signum(),
        partials: [0.0],
        refused: {
            why: "it jumps at 0, and a function that jumps has no conservative field",
            instead: "write `x.abs()` if that is what the product is, or write `stop_gradient(…)` around it if its derivative is meant to be cut off, or put `#[assume_continuous]` on the statement if the program stays continuous there",
        },
        definable: Semialgebraic,
        flops: 1.0, extra: 0.0,
        samples: [[-1.7], [2.3]],
    }
    /// Remainder of the truncated quotient, `a % b`.
    operator fn rem(a, b) -> y {
        primal: a % b,
        partials: [1.0, -(a / b).trunc()],
        refused: {
            why: "`%` jumps where the quotient passes an integer other than 0, and a function that jumps has no conservative field",
            instead: "write `stop_gradient(…)` around it if its derivative is meant to be cut off, or put `#[assume_continuous]` on the statement if the program stays continuous there",
        },
        definable: Local,
        flops: 1.0, extra: 0.0,
        samples: [[7.5, 2.0], [-7.5, 2.0], [0.3, 2.0]],
    }
    /// Remainder that is never negative.
    method fn rem_euclid(a, b) -> y {
        primal: a.rem_euclid(b),
        partials: [1.0, -a.div_euclid(b)],
        refused: {
            why: "it jumps where the quotient passes an integer, and a function that jumps has no conservative field",
            instead: "write `stop_gradient(…)` around it if its derivative is meant to be cut off, or put `#[assume_continuous]` on the statement if the program stays continuous there",
        },
        definable: Local,
        flops: 1.0, extra: 0.0,
        samples: [[7.5, 2.0], [-7.5, 2.0], [0.3, -2.0]],
    }
    /// Quotient that goes with `rem_euclid`.
    method fn div_euclid(a, b) -> y {
        primal: a.div_euclid(b),
        partials: [0.0, 0.0],
        refused: {
            why: "it jumps where the quotient passes an integer, and a function that jumps has no conservative field",
            instead: "write `stop_gradient(…)` around it if its derivative is meant to be cut off, or put `#[assume_continuous]` on the statement if the program stays continuous there",
        },
        definable: Local,
        flops: 1.0, extra: 0.0,
        samples: [[7.5, 2.0], [-7.5, 2.0], [0.3, -2.0]],
    }
    /// The next number above.
    method fn next_up(x) -> y {
        primal: x.next_up(),
        partials: [1.0],
        refused: {
            why: "it steps through the numbers of the machine, which real calculus does not know",
            instead: "write `x`, or a difference of your own: `x + h`",
        },
        definable: None,
        flops: 1.0, extra: 0.0,
        samples: [],
    }
    /// The next number below.
    method fn next_down(x) -> y {
        primal: x.next_down(),
        partials: [1.0],
        refused: {
            why: "it steps through the numbers of the machine, which real calculus does not know",
            instead: "write `x`, or a difference of your own: `x - h`",
        },
        definable: None,
        flops: 1.0, extra: 0.0,
        samples: [],
    }
}

/// Results that are no real numbers: nothing to evaluate, nothing to differentiate.
pub(super) const UNREAL: &[super::Rule] = &[
    unreal(
        "to_bits",
        &["x"],
        &super::Refusal {
            why: "bits of a number are no continuous function of it",
            instead: "write `stop_gradient(x)` around the argument if the result is not meant to carry a derivative",
        },
        "The bits.",
    ),
    unreal(
        "to_le_bytes",
        &["x"],
        &super::Refusal {
            why: "bytes of a number are no continuous function of it",
            instead: "write `stop_gradient(x)` around the argument if the result is not meant to carry a derivative",
        },
        "The bytes, least significant first.",
    ),
    unreal(
        "to_be_bytes",
        &["x"],
        &super::Refusal {
            why: "bytes of a number are no continuous function of it",
            instead: "write `stop_gradient(x)` around the argument if the result is not meant to carry a derivative",
        },
        "The bytes, most significant first.",
    ),
    unreal(
        "to_ne_bytes",
        &["x"],
        &super::Refusal {
            why: "bytes of a number are no continuous function of it",
            instead: "write `stop_gradient(x)` around the argument if the result is not meant to carry a derivative",
        },
        "The bytes in the order of the machine.",
    ),
    unreal(
        "classify",
        &["x"],
        &super::Refusal {
            why: "what class a number is in is no continuous function of it",
            instead: "write `stop_gradient(x)` around the argument if the result is not meant to carry a derivative",
        },
        "Zero, subnormal, normal, infinite or NaN.",
    ),
    unreal(
        "is_sign_positive",
        &["x"],
        &super::Refusal {
            why: "it looks at the sign of zero, which real calculus does not know",
            instead: "write `x > 0.0` or `x >= 0.0`",
        },
        "Whether the sign bit is clear.",
    ),
    unreal(
        "is_sign_negative",
        &["x"],
        &super::Refusal {
            why: "it looks at the sign of zero, which real calculus does not know",
            instead: "write `x < 0.0` or `x <= 0.0`",
        },
        "Whether the sign bit is set.",
    ),
    unreal(
        "total_cmp",
        &["a", "b"],
        &super::Refusal {
            why: "an ordering computed from differentiable values decides in a way that leaves no margin",
            instead: "write `if a < b { … } else { … }`, or `a.max(b)` and `a.min(b)`: comparisons are decisions of their own",
        },
        "Total order of IEEE 754.",
    ),
    unreal(
        "partial_cmp",
        &["a", "b"],
        &super::Refusal {
            why: "an ordering computed from differentiable values decides in a way that leaves no margin",
            instead: "write `if a < b { … } else { … }`, or `a.max(b)` and `a.min(b)`: comparisons are decisions of their own",
        },
        "Order of two numbers.",
    ),
    super::Rule {
        std_method: false,
        ..unreal(
            "as",
            &["x"],
            &super::Refusal {
                why: "a cast to an integer jumps, and a function that jumps has no conservative field",
                instead: "write `stop_gradient(…)` around it if its derivative is meant to be cut off, or put `#[assume_continuous]` on the statement if the program stays continuous there",
            },
            "Cast to an integer, `x as i32`.",
        )
    },
];
