//! Without the prelude, and with the crate under another name.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs)]
#![no_implicit_prelude]

/// The crate as a module of this one.
pub mod facade {
    pub use ::conservative_grad::*;
}

/// Loops, vectors, calls and kinks need nothing of the prelude.
#[facade::conservative_grad(crate = crate::facade)]
pub fn loss(w: &[f64], b: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..w.len() {
        let r = (w[i] * b).max(0.0);
        if r > 2.0 {
            s += half(r);
        } else {
            s += r * r;
        }
    }
    s
}

/// A callee.
#[facade::conservative_grad(crate = crate::facade, name = Half)]
pub fn whole(x: f64) -> f64 {
    x
}

/// Another.
#[facade::conservative_grad(crate = facade)]
pub fn half(x: f64) -> f64 {
    0.5 * x
}

fn main() {
    let (w, b) = loss::grad(&[1.0, 2.0, -1.0], 1.5);
    ::std::assert_eq!(w[0], 2.0 * 1.5 * 1.5);
    ::std::assert_eq!(w[1], 0.5 * 1.5);
    ::std::assert_eq!(w[2], 0.0);
    ::std::assert_eq!(b, 2.0 * 1.5 + 1.0);
    ::std::assert_eq!(Half::grad(3.0), 1.0);
}
