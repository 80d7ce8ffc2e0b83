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

pub use autodiff_macros::{conservative_grad, conservative_rule};

/// Makes a struct [differentiable](trait@Differentiable): writes the struct that holds its gradient.
///
/// The gradient of a `P` is a `PGradient` with the same fields: each holds the derivative with respect
/// to the field of that name.
///
/// ```
/// use conservative_grad::{ConstantField, Differentiable};
///
/// #[derive(Differentiable)]
/// struct Spring {
///     stiffness: f64,
///     rest: [f64; 2],
///     steps: usize,
/// }
///
/// let spring = Spring { stiffness: 3.0, rest: [1.0, 2.0], steps: 10 };
/// let zero: SpringGradient = spring.zero_gradient();
/// assert_eq!(zero, SpringGradient { stiffness: 0.0, rest: [0.0; 2], steps: ConstantField });
/// # assert_eq!(spring.steps, 10);
/// ```
///
/// # Fields
///
/// A field has any type with a gradient: see the table at the [trait](trait@Differentiable). Structs in
/// it derive the trait, too. The gradient of a borrowed field is owned: of `&[f64]` a `Vec<f64>`.
///
/// Integers, `bool`, `char`, strings, `PhantomData`, and references, slices, arrays, `Vec`s, tuples
/// and `Option`s of these are constants. (In a `Vec<(usize, f64)>`, an integer keeps its place beside the numbers.) Any other field is one if it is marked `#[constant]`. In the
/// gradient a [`ConstantField`] takes the place of a constant, and nothing can be added to it: a
/// function that differentiates through a constant field does not compile.
///
/// ```
/// use conservative_grad::Differentiable;
///
/// enum Method { Euler, Heun }
///
/// #[derive(Differentiable)]
/// struct Solver<'a> {
///     start: &'a [f64],
///     #[constant]
///     method: Method,
/// }
///
/// let solver = Solver { start: &[1.0, 2.0], method: Method::Heun };
/// assert_eq!(solver.zero_gradient().start, vec![0.0, 0.0]);
/// # assert!(!matches!(solver.method, Method::Euler));
/// ```
///
/// # Parameters
///
/// In a generic struct, a type parameter that a differentiable field mentions has to have a gradient
/// where the struct has one: it is an `f64` or `f32`, or any other type that can stand in a slice
/// (in a function over `T: Real`, nothing has to be added). The gradient has the parameters that its
/// fields need, and no lifetimes.
///
/// ```
/// use conservative_grad::Differentiable;
///
/// #[derive(Differentiable)]
/// struct Mesh<T, const N: usize> {
///     nodes: Vec<[T; N]>,
///     weight: T,
/// }
///
/// let mesh = Mesh { nodes: vec![[1.0f32, 2.0]], weight: 0.5 };
/// let zero: MeshGradient<f32, 2> = mesh.zero_gradient();
/// assert_eq!(zero.nodes, [[0.0, 0.0]]);
/// ```
///
/// # Options
///
/// | | |
/// | --- | --- |
/// | `#[differentiable(gradient = Slopes)]` | the name of the gradient type |
/// | `#[differentiable(crate = some::path)]` | where the crate `conservative_grad` is |
/// | `#[constant]` on a field | no derivative is taken with respect to it |
///
/// # What the gradient type has
///
/// `Clone`, `Debug` and `PartialEq`; `Copy` if all its fields are numbers, or arrays or tuples of
/// numbers; [`Adjoint`] to add gradients to each other. It is the tangent of the struct as well. Its
/// last parameter, which users leave out, tells the compiler whether there is a gradient at all: it is what
/// makes a part that nobody differentiates cost nothing.
///
/// Enums and unions have no gradient.
pub use autodiff_macros::Differentiable;

pub use autodiff_runtime::check;
pub use autodiff_runtime::ops::*;
pub use autodiff_runtime::slices::{
    argmax_value, argmin_value, group_sort, l1_norm, l2_norm, linf_norm, max_min, max_of, max_pool,
    median, min_of, order_statistic, sorted, top_k,
};
pub use autodiff_runtime::{
    Adjoint, Components, ConstantField, Decision, Definability, Differentiable, FieldMetadata,
    Obligation, ObligationKind, Plain, Policy, Real, SameShape, Scalar, Selection, Site, SiteKey,
    SiteKind, Ties, Trace, Visit,
};
pub use autodiff_runtime::{
    choices, decision, field, ops, point, policy, rules, selection, slices, trace,
};

/// Around the gradients of a loop:
///
/// ```
/// use conservative_grad::{Workspace, conservative_grad};
///
/// #[conservative_grad]
/// fn decay(rate: f64, steps: usize) -> f64 {
///     let mut x = 1.0_f64;
///     for _ in 0..steps {
///         x -= rate * x.sin();
///     }
///     x
/// }
///
/// let (mut rate, mut workspace) = (0.01, Workspace::new());
/// for _ in 0..10 {
///     let (x, rate_bar) = workspace.within(|| decay::value_and_grad(rate, 1000));
///     rate -= 1e-7 * (x - 0.1) * rate_bar;
/// }
/// assert!(workspace.bytes() >= 8 * 1000); // the states of one gradient
/// ```
///
pub use autodiff_runtime::Workspace;

#[cfg(feature = "optim")]
pub use autodiff_runtime::optim;

/// The attributes, the derive and the traits, for `use conservative_grad::prelude::*`.
///
/// All of the crate's names are many, `relu`, `median` and `trace` among them, and a function of the same name beside
/// `use conservative_grad::*` is ambiguous (E0659): its derivatives belong to a type of its name.
///
/// ```
/// use conservative_grad::prelude::*;
///
/// #[conservative_grad]
/// fn trace(m: &[[f64; 2]; 2]) -> f64 {
///     m[0][0] + m[1][1]
/// }
///
/// assert_eq!(trace::grad(&[[1.0, 2.0], [3.0, 4.0]]), [[1.0, 0.0], [0.0, 1.0]]);
/// ```
pub mod prelude {
    #[cfg(feature = "num-traits")]
    pub use crate::Float;
    pub use crate::{
        Adjoint, Components, Differentiable, Real, Scalar, Selection, conservative_grad,
        conservative_rule,
    };
}

/// `f64` and `f32`, with the methods of num-traits: the bound of generic code that asks for derivatives.
///
/// A generic function is differentiated under the bounds that it has, `T: num_traits::Float` for
/// one. Whoever calls `loss::grad` with a type parameter of his own has to add [`Scalar`], or to
/// bound by this trait, which holds both.
///
/// ```
/// use conservative_grad::{Float, conservative_grad};
///
/// #[conservative_grad]
/// fn loss<T: num_traits::Float>(x: T) -> T {
///     x.powi(2) - x.sin() * T::from(0.5).unwrap()
/// }
///
/// fn descend<T: Float>(x: T) -> T {
///     x - T::from(0.1).unwrap() * loss::grad(x)
/// }
///
/// assert_eq!(descend(1.0_f64), 1.0 - 0.1 * (2.0 - 1f64.cos() * 0.5));
/// ```
#[cfg(feature = "num-traits")]
pub trait Float:
    num_traits::Float + num_traits::FloatConst + num_traits::FromPrimitive + Scalar
{
}

#[cfg(feature = "num-traits")]
impl<T: num_traits::Float + num_traits::FloatConst + num_traits::FromPrimitive + Scalar> Float
    for T
{
}

/// The examples of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

/// What emitted code names. No part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use autodiff_runtime::again::{Again, Given, changed, taken_again, then};
    pub use autodiff_runtime::backwards::{backwards, upwards};
    pub use autodiff_runtime::bars::*;
    pub use autodiff_runtime::blocks::Blocks;
    pub use autodiff_runtime::callee::*;
    pub use autodiff_runtime::cells::{cells, cells_of_rows, multiple_back};
    pub use autodiff_runtime::checkpoint::{Checkpoints, Schedule, Taken};
    pub use autodiff_runtime::choices::*;
    pub use autodiff_runtime::constant::*;
    pub use autodiff_runtime::differentiable::*;
    pub use autodiff_runtime::directions::*;
    pub use autodiff_runtime::integer::*;
    pub use autodiff_runtime::jacobian::*;
    pub use autodiff_runtime::kinds::*;
    pub use autodiff_runtime::lanes::*;
    pub use autodiff_runtime::lengths::{clear_as, lengths_of, shorten};
    pub use autodiff_runtime::methods;
    pub use autodiff_runtime::nesting;
    pub use autodiff_runtime::numeric::*;
    pub use autodiff_runtime::operation::At;
    pub use autodiff_runtime::ops;
    pub use autodiff_runtime::optional::Payload;
    pub use autodiff_runtime::outcome::*;
    pub use autodiff_runtime::own_rules::*;
    pub use autodiff_runtime::parallel;
    pub use autodiff_runtime::rivals::*;
    pub use autodiff_runtime::same_shape::*;
    pub use autodiff_runtime::selection::*;
    pub use autodiff_runtime::short::short;
    pub use autodiff_runtime::sums::*;
    pub use autodiff_runtime::sweeps::*;
    pub use autodiff_runtime::tangent::*;
    pub use autodiff_runtime::trace::*;
    pub use autodiff_runtime::traits;
    pub use autodiff_runtime::unseen::*;
    pub use autodiff_runtime::workspace::{begin, records, residuals};
    pub use autodiff_runtime::{decision::*, field::*, policy::*};
    pub use core::{
        self, assert, assert_eq, column, concat, debug_assert, file, line, module_path, stringify,
    };
    pub use std::borrow::{Cow, ToOwned};
    pub use std::boxed::Box;
    pub use std::vec;
    pub use std::vec::Vec;
}
