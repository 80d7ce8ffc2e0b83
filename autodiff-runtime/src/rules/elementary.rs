//! Smooth functions.

use super::rules;

rules! {
    /// Exponential.
    method fn exp(x) -> y {
        primal: x.exp(),
        partials: [y],
        definable: RExp,
        flops: 20.0, extra: 0.0,
        samples: [[-1.0], [0.5], [2.0]],
    }
    /// Natural logarithm.
    method fn ln(x) -> y {
        primal: x.ln(),
        partials: [if x >= 0.0 { 1.0 / x } else { NAN }],
        domain: x > 0.0,
        definable: RExp,
        flops: 20.0, extra: 4.0,
        samples: [[0.3], [1.5], [20.0]],
    }
    /// Square root.
    method fn sqrt(x) -> y {
        primal: x.sqrt(),
        partials: [if x == 0.0 { 0.0 } else { 0.5 / y }],
        domain: x > 0.0,
        definable: Semialgebraic,
        flops: 4.0, extra: 4.0,
        samples: [[0.3], [1.5], [20.0]],
    }
    /// Sine.
    method fn sin(x) -> y {
        primal: x.sin(),
        partials: [x.cos()],
        definable: Local,
        flops: 20.0, extra: 20.0,
        samples: [[-1.0], [0.5], [2.0]],
    }
    /// Cosine.
    method fn cos(x) -> y {
        primal: x.cos(),
        partials: [-x.sin()],
        definable: Local,
        flops: 20.0, extra: 20.0,
        samples: [[-1.0], [0.5], [2.0]],
    }
    /// Hyperbolic tangent.
    method fn tanh(x) -> y {
        primal: x.tanh(),
        partials: [1.0 - y * y],
        definable: RExp,
        flops: 20.0, extra: 2.0,
        samples: [[-1.0], [0.5], [2.0]],
    }
    /// Integer power.
    method fn powi(x, n: i32) -> y {
        primal: x.powi(n),
        partials: [if n == 0 { 0.0 } else { real(n) * x.powi(n.saturating_sub(1)) }, 0.0],
        definable: Semialgebraic,
        flops: 4.0, extra: 5.0,
        integers: [1],
        samples: [[-1.5, 3.0], [0.5, 2.0], [2.0, -2.0], [0.0, 1.0], [0.0, 2.0], [3.0, 0.0]],
    }
    /// Real power.
    method fn powf(x, e) -> y {
        primal: x.powf(e),
        partials: [
            if e == 0.0 { 0.0 } else if x == 0.0 && e < 1.0 && e > 0.0 { 0.0 } else { e * x.powf(e - 1.0) },
            if x > 0.0 { y * x.ln() } else if y == y { 0.0 } else { y },
        ],
        domain: x > 0.0,
        definable: RExp,
        flops: 40.0, extra: 60.0,
        samples: [[0.5, 2.5], [2.0, -1.5], [1.3, 0.3]],
    }
}
