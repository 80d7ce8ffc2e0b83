//! Rules, decisions, metadata and chain-rule checks of conservative-grad.
//!
//! Users depend on the facade, `conservative-grad`, which re-exports what they need. This crate is
//! read twice: by the compiler, which takes the texts of the [`rules`] while it expands, and by the
//! code that it emits.
//!
//! | module | what |
//! | --- | --- |
//! | [`rules`] | one row per operation: value, derivative, kinks, domain, cost, reasons for a refusal |
//! | [`decision`], [`policy`] | `Below`, `Above` or `Tie(θ)`; which θ when nobody decides |
//! | [`selection`], [`choices`], [`trace`] | how a caller decides at kinks; ready-made ways; recording and replaying |
//! | [`field`] | what is known of a function at compile time, and its printed report |
//! | [`numeric`], [`differentiable`], [`sums`] | numbers, gradients, and how gradients are added |
//! | [`mod@jacobian`] | one gradient per number of the result |
//! | [`same_shape`], [`constant`] | lengths that must agree; fields without a derivative |
//! | [`directions`], [`mod@sweeps`] | tangents along one direction or several at once; gradients made of them |
//! | [`kinds`], [`mod@tangent`] | how an emitted function tells another which arguments are differentiated |
//! | [`bars`] | additions to the bar of a slice, told its kind |
//! | [`nesting`] | how deep reverse sweeps stand inside of each other |
//! | [`mod@checkpoint`] | which states of a loop are kept, and from which it is run again |
//! | [`slices`] | operations on slices: `max_of`, `sorted`, `median`, norms, pooling |
//! | [`parallel`] | accumulating loops on many cores |
//! | [`ops`] | functions that std does not have: `relu`, `softplus`, `stop_gradient`, … |
//! | [`point`] | the field at a point: its vertices, its limits of gradients, how far decisions hold |
//! | `optim` | first-order methods and what is known of them (feature `optim`) |
//! | [`mod@check`] | tests of the chain rule along curves, around loops, on strata |
//!
//! There are no dependencies, and no unsafe code.
#![forbid(unsafe_code)]

#[macro_use]
mod tuples;

pub mod again;
#[doc(hidden)]
pub mod backwards;
pub mod bars;
pub mod blocks;
#[doc(hidden)]
pub mod callee;
#[doc(hidden)]
pub mod cells;
pub mod check;
pub mod checkpoint;
pub mod choices;
pub mod constant;
mod constant_elements;
pub mod decision;
pub mod differentiable;
pub mod directions;
pub mod field;
pub mod integer;
pub mod jacobian;
pub mod kinds;
pub mod lanes;
#[doc(hidden)]
pub mod lengths;
#[doc(hidden)]
pub mod methods;
pub mod nesting;
pub mod numeric;
#[doc(hidden)]
pub mod operation;
pub mod operators;
pub mod ops;
#[cfg(feature = "optim")]
pub mod optim;
#[doc(hidden)]
pub mod optional;
pub mod outcome;
#[doc(hidden)]
pub mod own_rules;
mod pages;
pub mod parallel;
pub mod point;
pub mod policy;
#[doc(hidden)]
pub mod rivals;
// Rows are texts as well: they are written as emitted code reads, with operations that have rows alone.
#[allow(
    clippy::eq_op,
    clippy::excessive_precision,
    clippy::if_same_then_else,
    clippy::manual_clamp,
    clippy::neg_cmp_op_on_partial_ord,
    reason = "`x != x`, `x - x` and the like say what they mean in a row"
)]
pub mod rules;
pub mod same_shape;
pub mod selection;
pub mod short;
pub mod slices;
pub mod sums;
pub mod sweeps;
pub mod tangent;
pub mod trace;
#[doc(hidden)]
pub mod traits;
#[doc(hidden)]
pub mod unseen;
pub mod workspace;

pub use choices::{Counter, Fixed, PerSite, Seeded, Tolerance, WithPolicy};
pub use constant::{ConstantField, ConstantType};
pub use decision::Decision;
pub use differentiable::{Accumulate, Adjoint, Differentiable, add, zero_like};
pub use directions::{Directions, One, Several, Tangents};
pub use field::{Definability, FieldMetadata, Obligation, ObligationKind, Site, SiteKey, SiteKind};
pub use integer::{Counted, Found, Integer, counted, found_integer, integer};
pub use jacobian::{Components, jacobian};
pub use kinds::{Bar, Constant, Discard, Element, Kind, Shape, Unvaried, Varied, discard};
pub use numeric::{
    Real, Scalar, ordinary, over, real, same, scalar, unless_zero, unless_zero_at_once,
    unless_zero_in_turn,
};
pub use ops::{Nonsmooth, leaky_relu, relu, stop_gradient};
pub use policy::{Policy, Ties};
pub use same_shape::{Mismatch, SameShape};
pub use selection::{Plain, Selection, Visit, pick, pick_above, pick_below, pick_sign};
pub use sums::{Summed, clear, sum};
pub use tangent::{ConstantDot, Dot, Tangent, Zeroed};
pub use trace::{Recorder, Replay, Side, Trace, TraceVisit};
pub use workspace::Workspace;
