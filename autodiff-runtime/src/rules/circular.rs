//! Circular and hyperbolic functions, and their inverses.

use super::rules;

rules! {
    /// Sine.
    method fn sin(x) -> y {
        primal: x.sin(),
        partials: [x.cos()],
        definable: Local,
        flops: 20.0, extra: 20.0,
        samples: [[-1.0], [0.5], [2.0], [40.0]],
    }
    /// Cosine.
    method fn cos(x) -> y {
        primal: x.cos(),
        partials: [-x.sin()],
        definable: Local,
        flops: 20.0, extra: 20.0,
        samples: [[-1.0], [0.5], [2.0], [40.0]],
    }
    /// Sine and cosine.
    method fn sin_cos(x) -> sine, cosine {
        primal: x.sin_cos(),
        partials: [cosine, -sine],
        definable: Local,
        flops: 40.0, extra: 0.0,
        samples: [[-1.0], [0.5], [2.0], [40.0]],
    }
    /// Tangent.
    method fn tan(x) -> y {
        primal: x.tan(),
        partials: [1.0 + y * y],
        domain: x.cos() != 0.0,
        definable: Local,
        flops: 20.0, extra: 2.0,
        samples: [[-1.0], [0.5], [2.0]],
    }
    /// Inverse sine. At ±1 the derivative is infinite; 0 is returned there.
    method fn asin(x) -> y {
        primal: x.asin(),
        partials: [if x == 1.0 || x == -1.0 { 0.0 } else { 1.0 / ((1.0 - x) * (1.0 + x)).sqrt() }],
        domain: x > -1.0 && x < 1.0,
        border: x == 1.0 || x == -1.0, "x = ±1",
        definable: RAn,
        flops: 20.0, extra: 11.0,
        samples: [[-0.9], [0.0], [0.5]],
        kinks: [[1.0], [-1.0]],
    }
    /// Inverse cosine. At ±1 the derivative is infinite; 0 is returned there.
    method fn acos(x) -> y {
        primal: x.acos(),
        partials: [if x == 1.0 || x == -1.0 { 0.0 } else { -1.0 / ((1.0 - x) * (1.0 + x)).sqrt() }],
        domain: x > -1.0 && x < 1.0,
        border: x == 1.0 || x == -1.0, "x = ±1",
        definable: RAn,
        flops: 20.0, extra: 11.0,
        samples: [[-0.9], [0.0], [0.5]],
        kinks: [[1.0], [-1.0]],
    }
    /// Inverse tangent.
    method fn atan(x) -> y {
        primal: x.atan(),
        partials: [1.0 / (1.0 + x * x)],
        definable: RAn,
        flops: 20.0, extra: 6.0,
        samples: [[-3.0], [0.0], [0.5]],
    }
    /// Angle of the point `(b, a)`. At the origin 0 is returned; on the cut (`a = 0`, `b < 0`), where the value jumps,
    /// the derivative of the angle on either side.
    method fn atan2(a, b) -> y {
        primal: a.atan2(b),
        partials: [
            if a == 0.0 && b == 0.0 { 0.0 } else { b / a.hypot(b) / a.hypot(b) },
            if a == 0.0 && b == 0.0 { 0.0 } else { -a / a.hypot(b) / a.hypot(b) },
        ],
        domain: a != 0.0 || b > 0.0,
        border: a == 0.0 && b == 0.0, "a = b = 0",
        definable: RAn,
        flops: 30.0, extra: 50.0,
        samples: [[1.0, 2.0], [-1.0, 0.5], [0.3, -2.0], [1e-3, 1e2]],
        kinks: [[0.0, 0.0], [-0.0, 0.0], [0.0, -0.0]],
    }
    /// Hyperbolic sine.
    method fn sinh(x) -> y {
        primal: x.sinh(),
        partials: [x.cosh()],
        definable: RExp,
        flops: 20.0, extra: 20.0,
        samples: [[-1.0], [0.5], [2.0]],
    }
    /// Hyperbolic cosine.
    method fn cosh(x) -> y {
        primal: x.cosh(),
        partials: [x.sinh()],
        definable: RExp,
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
    /// Inverse hyperbolic sine.
    method fn asinh(x) -> y {
        primal: x.asinh(),
        partials: [1.0 / (x * x + 1.0).sqrt()],
        definable: RExp,
        flops: 25.0, extra: 10.0,
        samples: [[-1.0], [0.5], [2.0]],
    }
    /// Inverse hyperbolic cosine. At 1 the derivative is infinite; 0 is returned there.
    method fn acosh(x) -> y {
        primal: x.acosh(),
        partials: [if x == 1.0 { 0.0 } else { 1.0 / ((x - 1.0).sqrt() * (x + 1.0).sqrt()) }],
        domain: x > 1.0,
        border: x == 1.0, "x = 1",
        definable: RExp,
        flops: 25.0, extra: 15.0,
        samples: [[1.1], [1.5], [20.0]],
        kinks: [[1.0]],
    }
    /// Inverse hyperbolic tangent.
    method fn atanh(x) -> y {
        primal: x.atanh(),
        partials: [if x.abs() <= 1.0 { 1.0 / ((1.0 - x) * (1.0 + x)) } else { NAN }],
        domain: x > -1.0 && x < 1.0,
        definable: RExp,
        flops: 25.0, extra: 7.0,
        samples: [[-0.9], [0.0], [0.5]],
    }
}
