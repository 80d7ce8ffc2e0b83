//! Smooth functions of std, and the operators.
//!
//! At the border of a domain, where the value is finite and the derivative is not
//! (square root at 0), the row gives 0; where the value is NaN, so is the derivative.

use super::rules;

rules! {
    /// Sum, `a + b`.
    operator fn add(a, b) -> y {
        primal: a + b,
        partials: [1.0, 1.0],
        definable: Semialgebraic,
        flops: 1.0, extra: 0.0,
        samples: [[1.5, -2.0], [0.1, 0.2]],
    }
    /// Difference, `a - b`.
    operator fn sub(a, b) -> y {
        primal: a - b,
        partials: [1.0, -1.0],
        definable: Semialgebraic,
        flops: 1.0, extra: 0.0,
        samples: [[1.5, -2.0], [0.1, 0.2]],
    }
    /// Product, `a * b`.
    operator fn mul(a, b) -> y {
        primal: a * b,
        partials: [b, a],
        definable: Semialgebraic,
        flops: 1.0, extra: 0.0,
        samples: [[1.5, -2.0], [0.1, 0.2]],
        source: "Baur and Strassen 1983: ω = 5",
    }
    /// Quotient, `a / b`.
    operator fn div(a, b) -> y {
        primal: a / b,
        partials: [1.0 / b, -y / b],
        domain: b != 0.0,
        definable: Semialgebraic,
        flops: 4.0, extra: 8.0,
        samples: [[1.5, -2.0], [0.1, 0.2]],
    }
    /// Negation, `-x`.
    operator fn neg(x) -> y {
        primal: -x,
        partials: [-1.0],
        definable: Semialgebraic,
        flops: 1.0, extra: 0.0,
        samples: [[1.5], [-0.1]],
    }
    /// One over `x`.
    method fn recip(x) -> y {
        primal: x.recip(),
        partials: [-y * y],
        domain: x != 0.0,
        definable: Semialgebraic,
        flops: 4.0, extra: 2.0,
        samples: [[-1.5], [0.2], [8.0]],
    }
    /// `x·a + b`, rounded once.
    method fn mul_add(x, a, b) -> y {
        primal: x.mul_add(a, b),
        partials: [a, x, 1.0],
        definable: Semialgebraic,
        flops: 2.0, extra: 0.0,
        samples: [[1.5, -2.0, 0.5], [0.1, 0.2, 0.3]],
    }
    /// Half the sum.
    method fn midpoint(a, b) -> y {
        primal: a.midpoint(b),
        partials: [0.5, 0.5],
        definable: Semialgebraic,
        flops: 2.0, extra: 0.0,
        samples: [[1.5, -2.0], [0.1, 0.2]],
    }
    /// Degrees to radians.
    method fn to_radians(x) -> y {
        primal: x.to_radians(),
        partials: [PI / 180.0],
        definable: Semialgebraic,
        flops: 1.0, extra: 0.0,
        samples: [[-30.0], [200.0]],
    }
    /// Radians to degrees.
    method fn to_degrees(x) -> y {
        primal: x.to_degrees(),
        partials: [180.0 / PI],
        definable: Semialgebraic,
        flops: 1.0, extra: 0.0,
        samples: [[-3.0], [0.2]],
    }
    /// Square root. At 0 the derivative is infinite; 0 is returned there.
    method fn sqrt(x) -> y {
        primal: x.sqrt(),
        partials: [if x == 0.0 { 0.0 } else { 0.5 / y }],
        domain: x > 0.0,
        border: x == 0.0, "x = 0",
        definable: Semialgebraic,
        flops: 4.0, extra: 4.0,
        samples: [[0.3], [1.5], [20.0]],
        kinks: [[0.0], [-0.0]],
    }
    /// Cube root. At 0 the derivative is infinite; 0 is returned there.
    method fn cbrt(x) -> y {
        primal: x.cbrt(),
        partials: [if x == 0.0 { 0.0 } else { 1.0 / (3.0 * y * y) }],
        domain: x != 0.0,
        border: x == 0.0, "x = 0",
        definable: Semialgebraic,
        flops: 20.0, extra: 6.0,
        samples: [[-8.0], [0.3], [20.0]],
        kinks: [[0.0]],
    }
    /// Power with an integer exponent.
    method fn powi(x, n: i32) -> y {
        primal: x.powi(n),
        partials: [if n == 0 { 0.0 } else { real(n) * x.powi(n.saturating_sub(1)) }, 0.0],
        domain: n >= 0 || x != 0.0,
        definable: Semialgebraic,
        flops: 4.0, extra: 5.0,
        integers: [1],
        samples: [[-1.5, 3.0], [0.5, 2.0], [2.0, -2.0], [0.0, 1.0], [0.0, 2.0], [3.0, 0.0], [0.0, 0.0]],
    }
    /// Power with a real exponent. Where the base is not positive, the derivative with respect to the exponent is
    /// taken as 0, and so is the one with respect to a base of 0 where it is infinite.
    method fn powf(x, e) -> y {
        primal: x.powf(e),
        partials: [
            if e == 0.0 || x == 0.0 && e > 0.0 && e < 1.0 { 0.0 } else { e * x.powf(e - 1.0) },
            if x > 0.0 && y > 0.0 { y * x.ln() } else if y == y { 0.0 } else { y },
        ],
        domain: x > 0.0,
        border: x == 0.0 && e > 0.0 && e < 1.0, "x = 0, 0 < e < 1",
        definable: RExp,
        flops: 40.0, extra: 60.0,
        samples: [[0.5, 2.5], [2.0, -1.5], [1.3, 0.3]],
        kinks: [[0.0, 0.0], [0.0, 0.5], [0.0, 1.0], [0.0, 2.0], [-2.0, 2.0], [-2.0, 3.0]],
    }
    /// Exponential.
    method fn exp(x) -> y {
        primal: x.exp(),
        partials: [y],
        definable: RExp,
        flops: 20.0, extra: 0.0,
        samples: [[-1.0], [0.5], [2.0]],
    }
    /// 2 to the power `x`.
    method fn exp2(x) -> y {
        primal: x.exp2(),
        partials: [y * LN_2],
        definable: RExp,
        flops: 20.0, extra: 1.0,
        samples: [[-1.0], [0.5], [2.0]],
    }
    /// `exp(x) - 1`. The derivative is computed anew: `y + 1` loses it for very negative `x`.
    method fn exp_m1(x) -> y {
        primal: x.exp_m1(),
        partials: [x.exp()],
        definable: RExp,
        flops: 20.0, extra: 20.0,
        samples: [[-1.0], [1e-5], [2.0]],
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
    /// `ln(1 + x)`.
    method fn ln_1p(x) -> y {
        primal: x.ln_1p(),
        partials: [if x >= -1.0 { 1.0 / (1.0 + x) } else { NAN }],
        domain: x > -1.0,
        definable: RExp,
        flops: 20.0, extra: 5.0,
        samples: [[-0.7], [1e-5], [20.0]],
    }
    /// Logarithm to the base `b`.
    method fn log(x, b) -> y {
        primal: x.log(b),
        partials: [
            if x >= 0.0 { 1.0 / (x * b.ln()) } else { NAN },
            if b == 0.0 && y == 0.0 { 0.0 } else { -y / (b * b.ln()) },
        ],
        domain: x > 0.0 && b > 0.0 && b != 1.0,
        definable: RExp,
        flops: 44.0, extra: 50.0,
        samples: [[0.3, 3.0], [1.5, 0.5], [20.0, 10.0]],
        kinks: [[0.5, 0.0], [1.0, 0.0]],
    }
    /// Logarithm to the base 2.
    method fn log2(x) -> y {
        primal: x.log2(),
        partials: [if x >= 0.0 { 1.0 / (x * LN_2) } else { NAN }],
        domain: x > 0.0,
        definable: RExp,
        flops: 20.0, extra: 5.0,
        samples: [[0.3], [1.5], [20.0]],
    }
    /// Logarithm to the base 10.
    method fn log10(x) -> y {
        primal: x.log10(),
        partials: [if x >= 0.0 { 1.0 / (x * LN_10) } else { NAN }],
        domain: x > 0.0,
        definable: RExp,
        flops: 20.0, extra: 5.0,
        samples: [[0.3], [1.5], [20.0]],
    }
}
