//! Functions of the language, and the HIR that they become.

mod calls;
mod constants;
mod control;
mod places;
mod values;
