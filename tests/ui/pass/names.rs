//! Names: shadowing, raw identifiers, names of the emitted code's own, names of Rust's.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs)]
#![allow(non_camel_case_types, reason = "a type of the user's with a strange name")]

use conservative_grad::conservative_grad;

/// Every binding of `x` is a variable of its own.
#[conservative_grad]
pub fn shadowed(x: f64) -> f64 {
    let x = x * x;
    let y = {
        let x = x + 1.0;
        x * x
    };
    let (x, y) = (y, x);
    x * y
}

/// Raw identifiers, as names of the function, of a parameter and of a variable.
#[conservative_grad]
pub fn r#match(r#type: f64) -> f64 {
    let r#loop = r#type * 3.0;
    r#loop * r#type
}

/// Names that emitted code uses for what is its own.
#[conservative_grad]
pub fn taken(sel: f64, seed: f64, kinds: f64, x_bar: f64, x: f64) -> f64 {
    let pullback = sel * seed;
    let t1 = kinds * x_bar;
    let x_dot = pullback + t1;
    let value = x_dot * x;
    value
}

/// Underscores.
#[conservative_grad]
pub fn unused(_: f64, _y: f64, x: f64) -> f64 {
    x * x
}

/// A type of the user's for each type that emitted code speaks of.
mod types {
    /// No vector.
    pub struct Vec;
    /// No option.
    pub struct Option;
    /// No box.
    pub struct Box;
    /// No number.
    pub const PI: f64 = 3.0;
    /// No number.
    pub const E: f64 = 2.0;
}

/// Types and constants of the user's with the names of those of std.
pub mod hidden {
    use super::types::{Box, E, Option, PI, Vec};
    use conservative_grad::conservative_grad;

    /// Everything is hidden at once.
    #[conservative_grad]
    pub fn scaled(xs: &[f64], n: usize) -> f64 {
        let mut y = [0.0; 2];
        for i in 0..n {
            y[i % 2] += PI * xs[i] * xs[i];
        }
        E * y[0] * y[1]
    }

    /// They are used, for the lint.
    pub fn used() -> (Vec, Option, Box) {
        (Vec, Option, Box)
    }
}

fn main() {
    // 3x⁴ + …: ((x² + 1)²)·x² at 2 is 25·4.
    assert_eq!(shadowed::value_and_grad(2.0), (100.0, 2.0 * 5.0 * 4.0 * 4.0 + 25.0 * 4.0));
    assert_eq!(r#match::grad(2.0), 12.0);
    assert_eq!(taken::grad(1.0, 2.0, 3.0, 4.0, 5.0), (10.0, 5.0, 20.0, 15.0, 14.0));
    assert_eq!(unused::grad(1.0, 2.0, 3.0), (0.0, 0.0, 6.0));
    let _ = hidden::used();
    assert_eq!(hidden::scaled::grad(&[1.0, 2.0], 2), [2.0 * 6.0 * 12.0, 2.0 * 3.0 * 12.0]);
}
