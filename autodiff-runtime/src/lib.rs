//! Rules, decisions, metadata and chain-rule checks of conservative-grad.
#![forbid(unsafe_code)]

pub mod check;
pub mod choices;
pub mod decision;
pub mod differentiable;
pub mod field;
pub mod kinds;
pub mod numeric;
pub mod ops;
pub mod policy;
#[doc(hidden)]
pub mod rivals;
// Rows are texts as well: they are written as emitted code reads, with operations that have rows alone.
#[allow(
    clippy::eq_op,
    clippy::excessive_precision,
    clippy::if_same_then_else,
    clippy::manual_clamp,
    clippy::manual_range_contains,
    clippy::neg_cmp_op_on_partial_ord,
    reason = "`x != x`, `x - x` and the like say what they mean in a row"
)]
pub mod rules;
pub mod selection;
pub mod sums;
pub mod tangent;
pub mod trace;

pub use choices::{Counter, Fixed, PerSite, Seeded, Tolerance, WithPolicy};
pub use decision::Decision;
pub use differentiable::{Accumulate, Adjoint, Differentiable, SameShape, add, zero_like};
pub use field::{Definability, FieldMetadata, Obligation, ObligationKind, Site, SiteKey, SiteKind};
pub use kinds::{Bar, Constant, Discard, Element, Kind, Shape, Unvaried, Varied, discard};
pub use numeric::{Real, Scalar, real, same, scalar};
pub use ops::{Nonsmooth, leaky_relu, relu, stop_gradient};
pub use policy::{Policy, Ties};
pub use selection::{Plain, Selection, Visit, pick};
pub use sums::{Summed, clear, sum};
pub use tangent::{ConstantDot, Dot, Tangent, Zeroed};
pub use trace::{Recorder, Replay, Side, Trace, TraceVisit};
