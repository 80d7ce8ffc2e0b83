//! Functions of the facade: rectifiers, shrinkage, losses, and the smooth functions that go with them.
//!
//! Every row is the function of the same name in [`crate::ops`], and has a companion here.
#![allow(
    non_camel_case_types,
    reason = "companions have the names of functions"
)]

use super::rules;

rules! {
    /// Positive part, `max(x, 0)`; as an operation of its own it has a convention of its own.
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
        source: "relu",
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
        source: "leaky_relu_0.1",
    }
    /// `x` held between 0 and 6.
    function fn relu6(x) -> y {
        primal: x.max(0.0).min(6.0),
        decide l {
            margin: x, above: x > 0.0, tie: x == 0.0,
            stratum: "x = 0", field: "[0, 1]", theta: [0.0, 0.0, 0.0],
        },
        decide h {
            margin: 6.0 - x, above: x < 6.0, tie: x == 6.0,
            stratum: "x = 6", field: "[0, 1]", theta: [0.0, 0.0, 0.0],
        },
        partials: [pick(l, 0.0, pick(h, 0.0, 1.0))],
        definable: Semialgebraic,
        flops: 2.0, extra: 0.0,
        samples: [[-1.5], [2.0], [7.0]],
        kinks: [[0.0], [6.0]],
        source: "relu6",
    }
    /// `x` held between -1 and 1.
    function fn hardtanh(x) -> y {
        primal: x.clamp(-1.0, 1.0),
        decide l {
            margin: x + 1.0, above: !(x <= -1.0), tie: x == -1.0,
            stratum: "x = -1", field: "[0, 1]", theta: [0.0, 1.0, 1.0],
        },
        decide h {
            margin: 1.0 - x, above: !(x >= 1.0), tie: x == 1.0,
            stratum: "x = 1", field: "[0, 1]", theta: [0.0, 1.0, 1.0],
        },
        partials: [pick(l, 0.0, pick(h, 0.0, 1.0))],
        definable: Semialgebraic,
        flops: 2.0, extra: 0.0,
        samples: [[-1.5], [0.5], [7.0]],
        kinks: [[-1.0], [1.0]],
        source: "hardtanh",
    }
    /// `x` moved towards 0 by `t`, and 0 within `t` of it (`t ≥ 0`).
    function fn softshrink(x, t) -> y {
        primal: if x > t { x - t } else if x < -t { x + t } else { x - x },
        decide p {
            margin: x - t, above: !(x <= t), tie: x == t,
            stratum: "x = t", field: "[0, 1]", theta: [0.0, 0.0, 0.0],
        },
        decide n {
            margin: -t - x, above: x < -t, tie: x == -t,
            stratum: "x = -t", field: "[0, 1]", theta: [0.0, 0.0, 0.0],
        },
        partials: [pick(p, pick(n, 0.0, 1.0), 1.0), pick(p, pick(n, 0.0, 1.0), -1.0)],
        definable: Semialgebraic,
        flops: 2.0, extra: 0.0,
        samples: [[-1.5, 0.5], [0.2, 0.5], [7.0, 0.5]],
        kinks: [[0.5, 0.5], [-0.5, 0.5]],
        source: "softshrink_0.5",
    }
    /// Hinge loss of a margin, `max(1 - x, 0)`.
    function fn hinge(x) -> y {
        primal: (1.0 - x).max(0.0),
        decide w {
            margin: 1.0 - x, above: x < 1.0, tie: x == 1.0,
            stratum: "x = 1", field: "[-1, 0]", theta: [0.0, 0.0, 0.0],
        },
        partials: [pick(w, 0.0, -1.0)],
        definable: Semialgebraic,
        flops: 2.0, extra: 0.0,
        samples: [[-1.5], [0.5], [7.0]],
        kinks: [[1.0]],
        source: "hinge",
    }
    /// Huber's loss: `x²/2` within `d` of 0, else `d·(|x| - d/2)` (`d ≥ 0`). It has no kink.
    function fn huber(x, d) -> y {
        primal: if x.abs() <= d { 0.5 * x * x } else { d * (x.abs() - 0.5 * d) },
        partials: [
            if x > d { d } else if x < -d { -d } else { x },
            if x.abs() <= d { 0.0 } else { x.abs() - d },
        ],
        definable: Semialgebraic,
        flops: 3.0, extra: 1.0,
        samples: [[-1.5, 1.0], [0.5, 1.0], [7.0, 0.5], [1.0, 1.0], [-1.0, 1.0]],
        source: "huber",
    }
    /// Exponential linear unit: `x` for positive `x`, else `a·(exp(x) - 1)`.
    function fn elu(x, a) -> y {
        primal: if x > 0.0 { x } else { a * x.exp_m1() },
        decide w {
            margin: x, above: x > 0.0, tie: x == 0.0,
            stratum: "x = 0", field: "[a, 1]", theta: [0.0, 0.0, 0.0],
        },
        partials: [pick(w, y + a, 1.0), pick(w, x.exp_m1(), 0.0)],
        definable: RExp,
        flops: 20.0, extra: 2.0,
        samples: [[-1.5, 1.0], [-0.3, 1.5], [2.0, 1.0]],
        kinks: [[0.0, 1.0], [0.0, 2.0]],
        source: "elu",
    }
    /// Self-normalising exponential linear unit (Klambauer et al. 2017).
    function fn selu(x) -> y {
        primal: if x > 0.0 { 1.0507009873554805 * x } else { 1.7580993408473766 * x.exp_m1() },
        decide w {
            margin: x, above: x > 0.0, tie: x == 0.0,
            stratum: "x = 0", field: "[1.0507, 1.7581]", theta: [0.0, 0.0, 1.0],
        },
        partials: [pick(w, y + 1.7580993408473766, 1.0507009873554805)],
        definable: RExp,
        flops: 20.0, extra: 2.0,
        samples: [[-1.5], [-0.3], [2.0]],
        kinks: [[0.0]],
        source: "selu",
    }
    /// Continuously differentiable exponential linear unit, with slope 1 at 0 for every `a`.
    function fn celu(x, a) -> y {
        primal: if x > 0.0 { x } else { a * (x / a).exp_m1() },
        partials: [
            if x > 0.0 { 1.0 } else { (x / a).exp() },
            if x > 0.0 || a == 0.0 {
                0.0
            } else if (x / a).exp() == 0.0 {
                -1.0
            } else {
                (x / a).exp_m1() - x / a * (x / a).exp()
            },
        ],
        domain: a != 0.0,
        definable: RExp,
        flops: 25.0, extra: 50.0,
        samples: [[-1.5, 2.0], [-0.3, 1.5], [2.0, 1.0], [0.0, 2.0]],
        source: "celu",
    }
    /// `(x + 3)/6` held between 0 and 1.
    function fn hard_sigmoid(x) -> y {
        primal: (x + 3.0).clamp(0.0, 6.0) / 6.0,
        decide l {
            margin: x + 3.0, above: !(x <= -3.0), tie: x == -3.0,
            stratum: "x = -3", field: "[0, 1/6]", theta: [0.0, 0.0, 0.0],
        },
        decide h {
            margin: 3.0 - x, above: !(x >= 3.0), tie: x == 3.0,
            stratum: "x = 3", field: "[0, 1/6]", theta: [0.0, 0.0, 0.0],
        },
        partials: [pick(l, 0.0, pick(h, 0.0, 1.0 / 6.0))],
        definable: Semialgebraic,
        flops: 7.0, extra: 0.0,
        samples: [[-4.0], [0.5], [7.0]],
        kinks: [[-3.0], [3.0]],
        source: "hardsigmoid",
    }
    /// `x` times its hard sigmoid.
    function fn hard_swish(x) -> y {
        primal: x * ((x + 3.0).clamp(0.0, 6.0) / 6.0),
        decide l {
            margin: x + 3.0, above: !(x <= -3.0), tie: x == -3.0,
            stratum: "x = -3", field: "[-1/2, 0]", theta: [0.0, 0.0, 0.0],
        },
        decide h {
            margin: 3.0 - x, above: !(x >= 3.0), tie: x == 3.0,
            stratum: "x = 3", field: "[1, 3/2]", theta: [0.0, 0.0, 0.0],
        },
        partials: [pick(l, 0.0, pick(h, 1.0, (2.0 * x + 3.0) / 6.0))],
        definable: Semialgebraic,
        flops: 8.0, extra: 6.0,
        samples: [[-4.0], [0.5], [7.0]],
        kinks: [[-3.0], [3.0]],
        source: "hardswish",
    }
    /// Logistic function, `1/(1 + exp(-x))`.
    function fn sigmoid(x) -> y {
        primal: 1.0 / (1.0 + (-x).exp()),
        partials: [y * (1.0 - y)],
        definable: RExp,
        flops: 25.0, extra: 2.0,
        samples: [[-4.0], [0.5], [7.0]],
    }
    /// `ln(1 + exp(x))`, without overflow.
    function fn softplus(x) -> y {
        primal: x.max(0.0) + (-x.abs()).exp().ln_1p(),
        partials: [1.0 / (1.0 + (-x).exp())],
        definable: RExp,
        flops: 42.0, extra: 25.0,
        samples: [[-4.0], [0.0], [0.5], [7.0]],
    }
}
