//! What is read before the body: the options of the attribute, the signature, the types in it.
//!
//! In: `syn` items. Out: [`attribute::Options`], [`signature::Signature`], [`crate::compiler::hir::Ty`].

pub(crate) mod attribute;
pub(crate) mod generics;
pub(crate) mod helpers;
pub(crate) mod list;
pub(crate) mod signature;
pub(crate) mod types;
