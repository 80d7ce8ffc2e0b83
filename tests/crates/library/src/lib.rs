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
