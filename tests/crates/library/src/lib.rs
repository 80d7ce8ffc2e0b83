//! Annotated functions that are called from another crate.
#![forbid(unsafe_code)]
#![allow(
    clippy::needless_range_loop,
    reason = "loops over indices are what the compiler reads"
)]

use conservative_grad::conservative_grad;

/// `w·x + b`.
#[conservative_grad]
#[must_use]
pub fn affine(w: &[f64], x: &[f64], b: f64) -> f64 {
    let mut s = b;
    for i in 0..w.len() {
        s += w[i] * x[i];
    }
    s
}

/// Euclidean length.
#[conservative_grad]
#[must_use]
pub fn norm(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * x[i];
    }
    s.sqrt()
}

/// Multiplies every element by `a`.
#[conservative_grad]
pub fn scale(y: &mut [f64], a: f64) {
    for i in 0..y.len() {
        y[i] *= a;
    }
}

/// `x` to the power `N`.
#[conservative_grad]
#[must_use]
pub fn power<const N: usize>(x: f64) -> f64 {
    let mut p = 1.0;
    for _ in 0..N {
        p *= x;
    }
    p
}

pub mod activation {
    //! Nonlinear functions, with a private one between them and the caller.

    use conservative_grad::conservative_grad;

    #[conservative_grad]
    fn logistic(x: f64) -> f64 {
        1.0 / (1.0 + (-x).exp())
    }

    /// `x` times its logistic function.
    #[conservative_grad]
    #[must_use]
    pub fn soft(x: f64) -> f64 {
        x * logistic(x)
    }

    /// Positive part, by a comparison.
    #[conservative_grad]
    #[must_use]
    pub fn ramp(x: f64) -> f64 {
        if x > 0.0 { x } else { 0.0 }
    }
}

/// A module that bears the name of its function, as published crates have them.
pub mod gamma {
    use conservative_grad::conservative_grad;

    /// Logarithm of the factorial of `x - 1`, by Stirling's series.
    #[conservative_grad(module)]
    #[must_use]
    pub fn gamma(x: f64) -> f64 {
        let mut shift = 0.0;
        let mut y = x;
        while y < 8.0 {
            shift += y.ln();
            y += 1.0;
        }
        let tail = 1.0 / (12.0 * y) - 1.0 / (360.0 * y * y * y);
        (y - 0.5) * y.ln() - y + 0.5 * (2.0 * core::f64::consts::PI).ln() + tail - shift
    }

    /// Logarithm of the beta function, by the function that has the name of the module.
    #[conservative_grad]
    #[must_use]
    pub fn beta(a: f64, b: f64) -> f64 {
        gamma(a) + gamma(b) - gamma(a + b)
    }
}
pub use gamma::gamma;

/// A straight line.
#[derive(Clone, Copy, Debug, PartialEq, conservative_grad::Differentiable)]
pub struct Line {
    /// Rise over run.
    pub slope: f64,
    /// Height at zero.
    pub offset: f64,
}

#[conservative_grad]
impl Line {
    /// Through two points.
    #[must_use]
    pub fn through(a: (f64, f64), b: (f64, f64)) -> Self {
        let slope = (b.1 - a.1) / (b.0 - a.0);
        Self {
            slope,
            offset: a.1 - slope * a.0,
        }
    }

    /// Height at `x`.
    #[must_use]
    pub fn at(&self, x: f64) -> f64 {
        self.slope * x + self.offset
    }

    /// Turns it around the origin of its offset.
    pub fn turn(&mut self, by: f64) {
        self.slope += by * self.offset;
    }
}

/// Everything in it at once.
#[conservative_grad]
pub mod orbit {
    /// How far out.
    #[must_use]
    pub fn radius(p: f64, e: f64, angle: f64) -> f64 {
        p / denominator(e, angle)
    }

    fn denominator(e: f64, angle: f64) -> f64 {
        1.0 + e * angle.cos()
    }
}
