//! Gradients of plain Rust functions, written at compile time, honest at kinks.
//!
//! The attribute [`macro@conservative_grad`] reads a function and writes the Rust that
//! differentiates it beside it: `loss(x)` stays as it is, `loss::grad(x)`,
//! `loss::value_and_grad(x)`, `loss::vjp(x)`, `loss::jvp(x, dx)`,
//! `loss::trace(x)` and `loss::FIELD` are new.
//!
//! Where a function is not differentiable (relu, abs, max, `if`), the gradient is
//! an explicit choice: a [`Policy`] makes it by default, a [`Selection`] at run
//! time, and [`FieldMetadata`] tells what the choice was out of which set.
//! [`mod@check`] tests whether a gradient obeys the chain rule along curves.
#![forbid(unsafe_code)]

pub use autodiff_macros::conservative_grad;

pub use autodiff_runtime::check;
pub use autodiff_runtime::ops::*;
pub use autodiff_runtime::{
    Adjoint, Decision, Definability, Differentiable, FieldMetadata, Obligation, ObligationKind,
    Plain, Policy, Real, SameShape, Scalar, Selection, Site, SiteKind, Ties, Visit,
};
pub use autodiff_runtime::{decision, field, ops, policy, rules, selection};

/// What emitted code names. No part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use autodiff_runtime::choices::*;
    pub use autodiff_runtime::differentiable::*;
    pub use autodiff_runtime::kinds::*;
    pub use autodiff_runtime::numeric::*;
    pub use autodiff_runtime::ops;
    pub use autodiff_runtime::rivals::*;
    pub use autodiff_runtime::selection::*;
    pub use autodiff_runtime::sums::*;
    pub use autodiff_runtime::tangent::*;
    pub use autodiff_runtime::trace::*;
    pub use autodiff_runtime::{decision::*, field::*, policy::*};
    pub use core::{
        self, assert, assert_eq, column, concat, debug_assert, file, line, module_path, stringify,
    };
    pub use std::borrow::{Cow, ToOwned};
    pub use std::boxed::Box;
    pub use std::vec;
    pub use std::vec::Vec;
}
