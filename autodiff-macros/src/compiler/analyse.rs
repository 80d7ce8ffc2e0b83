//! Analyses of the SSA form. Each is a function from the form to a table of facts.

pub(crate) mod activity;
pub(crate) mod again;
pub(crate) mod counts;
pub(crate) mod later;
pub(crate) mod layout;
pub(crate) mod lengths;
pub(crate) mod loops;
