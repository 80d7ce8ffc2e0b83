//! Eight problems of GradBench, written as a user would write them, against stored reference answers.
//!
//! One module per problem holds the program and its test; `tests/data/gradbench/README.md` tells where the
//! answers come from and by which measure they are compared.

#![allow(
    clippy::needless_range_loop,
    clippy::too_many_arguments,
    reason = "the programs use the loops and parameters of the problem statements"
)]

mod ba;
mod case;
mod det;
mod gmm;
mod hello;
mod llsq;
mod lse;
mod lstm;
mod ode;
