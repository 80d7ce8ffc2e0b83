//! Functions outside of the language: the code of each error and the tokens it underlines.

mod calls;
mod constructs;
mod effects;
mod options;
mod signatures;
mod types;
