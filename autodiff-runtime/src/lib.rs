//! Rules, decisions, metadata and chain-rule checks of conservative-grad.
#![forbid(unsafe_code)]

pub mod decision;
pub mod field;
pub mod numeric;
pub mod ops;
pub mod policy;
pub mod rules;
pub mod selection;

pub use decision::Decision;
pub use field::{Definability, FieldMetadata, Obligation, ObligationKind, Site, SiteKind};
pub use numeric::{Real, Scalar};
pub use ops::{leaky_relu, relu, stop_gradient};
pub use policy::{Policy, Ties};
pub use selection::{Plain, Selection, Visit, pick};
