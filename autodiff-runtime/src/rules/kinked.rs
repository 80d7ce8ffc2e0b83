//! Functions of std that are continuous and have kinks.
//!
//! `above` repeats the primal's own comparison, so that a NaN goes the way the primal goes.

use super::rules;

rules! {
    /// Absolute value.
    method fn abs(x) -> y {
        primal: x.abs(),
        decide w {
            margin: x, above: x > 0.0, tie: x == 0.0,
            stratum: "x = 0", field: "[-1, 1]", theta: [0.5, 1.0, 0.5],
        },
        partials: [pick(w, -1.0, 1.0)],
        definable: Semialgebraic,
        flops: 1.0, extra: 0.0,
        samples: [[-1.5], [2.0]],
        kinks: [[0.0], [-0.0]],
        source: "abs",
    }
    /// The larger of two numbers; a NaN loses.
    method fn max(a, b) -> y {
        primal: a.max(b),
        decide w {
            margin: a - b, above: a > b || b != b, tie: a == b,
            stratum: "a = b", field: "{(θ, 1 - θ) : 0 ≤ θ ≤ 1}", theta: [0.5, 0.5, 1.0],
        },
        partials: [pick(w, 0.0, 1.0), pick(w, 1.0, 0.0)],
        definable: Semialgebraic,
        flops: 1.0, extra: 0.0,
        samples: [[-1.5, 2.0], [2.0, 1.0]],
        kinks: [[1.0, 1.0], [0.0, -0.0]],
        source: "maximum2",
    }
    /// The smaller of two numbers; a NaN loses.
    method fn min(a, b) -> y {
        primal: a.min(b),
        decide w {
            margin: b - a, above: a < b || b != b, tie: a == b,
            stratum: "a = b", field: "{(θ, 1 - θ) : 0 ≤ θ ≤ 1}", theta: [0.5, 0.5, 1.0],
        },
        partials: [pick(w, 0.0, 1.0), pick(w, 1.0, 0.0)],
        definable: Semialgebraic,
        flops: 1.0, extra: 0.0,
        samples: [[-1.5, 2.0], [2.0, 1.0]],
        kinks: [[1.0, 1.0], [0.0, -0.0]],
        source: "minimum2",
    }
    /// The nearest number in `[lo, hi]`.
    method fn clamp(x, lo, hi) -> y {
        primal: x.clamp(lo, hi),
        decide l {
            margin: x - lo, above: !(x <= lo), tie: x == lo,
            stratum: "x = lo", field: "[0, 1]", theta: [0.0, 0.5, 1.0],
        },
        decide h {
            margin: hi - x, above: !(x >= hi), tie: x == hi,
            stratum: "x = hi", field: "[0, 1]", theta: [0.0, 0.5, 1.0],
        },
        partials: [
            pick(l, 0.0, pick(h, 0.0, 1.0)),
            pick(l, 1.0, 0.0),
            pick(l, 0.0, pick(h, 1.0, 0.0)),
        ],
        definable: Semialgebraic,
        flops: 2.0, extra: 0.0,
        samples: [[-1.5, -1.0, 2.0], [0.5, -1.0, 2.0], [2.5, -1.0, 2.0]],
        kinks: [[0.0, 0.0, 1.0], [1.0, 0.0, 1.0]],
        source: "clamp_0_1",
    }
    /// Length of the vector `(a, b)`. At the origin 0 is returned by default; the frameworks that return a finite value agree
    /// with some weight of `(1/2, 1/2)`.
    method fn hypot(a, b) -> y {
        primal: a.hypot(b),
        decide w {
            margin: a.abs().max(b.abs()), above: a != 0.0 || b != 0.0, tie: a == 0.0 && b == 0.0,
            stratum: "a = b = 0", field: "unit ball", theta: [0.0, 1.0, 0.0],
        },
        partials: [
            pick(w, 0.0, if y == 0.0 { 0.5 } else { a / y }),
            pick(w, 0.0, if y == 0.0 { 0.5 } else { b / y }),
        ],
        definable: Semialgebraic,
        flops: 15.0, extra: 8.0,
        samples: [[1.0, 2.0], [-1.0, 0.5], [0.0, 2.0]],
        kinks: [[0.0, 0.0]],
        source: "hypot",
    }
    /// The size of `x` with the sign of `s`.
    method fn copysign(x, s) -> y {
        primal: x.copysign(s),
        decide w {
            margin: x, above: x > 0.0, tie: x == 0.0,
            stratum: "x = 0", field: "[-1, 1]", theta: [0.5, 1.0, 0.5],
        },
        partials: [pick(w, -real(1).copysign(s), real(1).copysign(s)), 0.0],
        refused: {
            why: "the value jumps where the sign argument changes sign, and a function that jumps has no conservative field",
            instead: "write `stop_gradient(s)` for the sign argument if it is meant to be cut off, or put `#[assume_continuous]` on the statement if the program stays continuous there",
        },
        refused_args: [1],
        definable: Semialgebraic,
        flops: 1.0, extra: 0.0,
        samples: [[-1.5, 2.0], [2.0, -1.0]],
        kinks: [[0.0, 1.0]],
        source: "copysign_x_1",
    }
}
