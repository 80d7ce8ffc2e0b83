//! Gradients of plain Rust functions, written at compile time, honest at kinks.
//!
//! The attribute [`macro@conservative_grad`] reads a function and writes the Rust that
//! differentiates it beside it: `loss(x)` stays as it is, `loss::grad(x)`,
//! `loss::value_and_grad(x)`, `loss::vjp(x)`, `loss::jvp(x, dx)`,
//! `loss::trace(x)` and `loss::FIELD` are new.
//!
//! ```
//! use conservative_grad::{conservative_grad, relu};
//!
//! #[conservative_grad]
//! fn loss(w: &[f64], #[constant] x: &[f64]) -> f64 {
//!     let mut activation = 0.0;
//!     for i in 0..w.len() {
//!         activation += w[i] * x[i];
//!     }
//!     relu(activation) + w[0].abs()
//! }
//!
//! let (w, x) = ([2.0, -1.0], [1.0, 3.0]);
//! assert_eq!(loss::value_and_grad(&w, &x), (2.0, vec![1.0, 0.0]));
//! assert!(loss::FIELD.to_string().contains("relu(activation)"));
//! assert_eq!(loss::trace(&w, &x).visits().len(), 2);
//! ```
//!
//! Where a function is not differentiable (relu, abs, max, `if`), the gradient is
//! an explicit choice: a [`Policy`] makes it by default, a [`Selection`] at run
//! time (see [`choices`]), and [`FieldMetadata`] tells what the choice was out of which set.
//! [`mod@check`] tests whether a gradient obeys the chain rule along curves.
//!
//! What can be differentiated, and by which rule, is listed in
//! [docs/RULES.md](https://docs.rs/crate/conservative-grad/latest/source/docs/RULES.md).
#![forbid(unsafe_code)]

pub use autodiff_macros::conservative_grad;

pub use autodiff_runtime::check;
pub use autodiff_runtime::ops::*;
pub use autodiff_runtime::{
    Adjoint, Components, Decision, Definability, Differentiable, FieldMetadata, Obligation,
    ObligationKind, Plain, Policy, Real, SameShape, Scalar, Selection, Site, SiteKey, SiteKind,
    Ties, Trace, Visit,
};
pub use autodiff_runtime::{choices, decision, field, ops, policy, rules, selection, trace};

/// The examples of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

/// What emitted code names. No part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use autodiff_runtime::again::Again;
    pub use autodiff_runtime::choices::*;
    pub use autodiff_runtime::constant::*;
    pub use autodiff_runtime::differentiable::*;
    pub use autodiff_runtime::jacobian::*;
    pub use autodiff_runtime::kinds::*;
    pub use autodiff_runtime::methods;
    pub use autodiff_runtime::numeric::*;
    pub use autodiff_runtime::operation::At;
    pub use autodiff_runtime::ops;
    pub use autodiff_runtime::rivals::*;
    pub use autodiff_runtime::same_shape::*;
    pub use autodiff_runtime::selection::*;
    pub use autodiff_runtime::sums::*;
    pub use autodiff_runtime::tangent::*;
    pub use autodiff_runtime::trace::*;
    pub use autodiff_runtime::traits;
    pub use autodiff_runtime::{decision::*, field::*, policy::*};
    pub use core::{
        self, assert, assert_eq, column, concat, debug_assert, file, line, module_path, stringify,
    };
    pub use std::borrow::{Cow, ToOwned};
    pub use std::boxed::Box;
    pub use std::vec;
    pub use std::vec::Vec;
}
