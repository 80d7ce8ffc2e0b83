//! `impl` blocks and modules without the prelude, among types that have the names of std's.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs)]
#![no_implicit_prelude]

use ::conservative_grad::{conservative_grad, Differentiable};

/// No vector of std's.
#[derive(::std::clone::Clone, ::std::fmt::Debug, Differentiable)]
pub struct Vec {
    /// To the right.
    pub x: f64,
}

/// No option of std's.
#[derive(::std::clone::Clone, ::std::fmt::Debug, Differentiable)]
pub struct Option {
    /// What is in it.
    pub some: Vec,
}

/// A trait with a name of std's.
pub trait Clone {
    /// Its function.
    fn clone(&self, x: f64) -> f64;
}

#[conservative_grad]
impl Vec {
    /// By value.
    #[must_use]
    pub fn scaled(self, by: f64) -> f64 {
        self.x * by
    }
}

#[conservative_grad]
impl Clone for Option {
    fn clone(&self, x: f64) -> f64 {
        self.some.x * x
    }
}

/// A module by such a name.
#[conservative_grad]
pub mod core {
    /// Its function.
    #[must_use]
    pub fn drop(x: f64, n: usize) -> f64 {
        fn vec(x: f64) -> f64 {
            x * x
        }
        let mut s = 0.0;
        for i in 0..n {
            s += vec(x) * i as f64;
        }
        s
    }
}

fn main() {
    let v = Vec { x: 2.0 };
    ::std::assert_eq!(v.scaled_grad(3.0).1, 2.0);
    let some = Option { some: v };
    ::std::assert_eq!(some.clone_grad(3.0).1, 2.0);
    ::std::assert_eq!(core::drop::grad(3.0, 2), 6.0);
}
