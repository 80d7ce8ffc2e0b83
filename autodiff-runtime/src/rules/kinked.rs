//! Continuous functions with kinks.

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
    }
    /// The larger of two numbers; a NaN loses.
    method fn max(a, b) -> y {
        primal: a.max(b),
        decide w {
            margin: a - b, above: a > b || b != b, tie: a == b,
            stratum: "a = b", field: "{(θ, 1 - θ)}", theta: [0.5, 0.5, 1.0],
        },
        partials: [pick(w, 0.0, 1.0), pick(w, 1.0, 0.0)],
        definable: Semialgebraic,
        flops: 1.0, extra: 0.0,
        samples: [[-1.5, 2.0], [2.0, 1.0]],
        kinks: [[1.0, 1.0], [0.0, -0.0]],
    }
    /// The smaller of two numbers; a NaN loses.
    method fn min(a, b) -> y {
        primal: a.min(b),
        decide w {
            margin: b - a, above: a < b || b != b, tie: a == b,
            stratum: "a = b", field: "{(θ, 1 - θ)}", theta: [0.5, 0.5, 1.0],
        },
        partials: [pick(w, 0.0, 1.0), pick(w, 1.0, 0.0)],
        definable: Semialgebraic,
        flops: 1.0, extra: 0.0,
        samples: [[-1.5, 2.0], [2.0, 1.0]],
        kinks: [[1.0, 1.0], [0.0, -0.0]],
    }
    /// The nearest number in `[lo, hi]`.
    method fn clamp(x, lo, hi) -> y {
        primal: x.clamp(lo, hi),
        decide l {
            margin: x - lo, above: x > lo || x != x, tie: x == lo,
            stratum: "x = lo", field: "[0, 1]", theta: [0.0, 0.5, 1.0],
        },
        decide h {
            margin: hi - x, above: x < hi || x != x, tie: x == hi,
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
    }
    /// Positive part.
    function fn relu(x) -> y {
        primal: x.max(0.0),
        decide w {
            margin: x, above: x > 0.0, tie: x == 0.0,
            stratum: "x = 0", field: "[0, 1]", theta: [0.0, 0.0, 0.0],
        },
        partials: [pick(w, 0.0, 1.0)],
        definable: Semialgebraic,
        flops: 1.0, extra: 0.0,
        samples: [[-1.5], [2.0]],
        kinks: [[0.0], [-0.0]],
    }
    /// `x` for positive `x`, else `a·x`.
    function fn leaky_relu(x, a) -> y {
        primal: if x > 0.0 { x } else { a * x },
        decide w {
            margin: x, above: x > 0.0, tie: x == 0.0,
            stratum: "x = 0", field: "[a, 1]", theta: [0.0, 1.0, 0.0],
        },
        partials: [pick(w, a, 1.0), pick(w, x, 0.0)],
        definable: Semialgebraic,
        flops: 2.0, extra: 0.0,
        samples: [[-1.5, 0.1], [2.0, 0.1]],
        kinks: [[0.0, 0.1]],
    }
}
