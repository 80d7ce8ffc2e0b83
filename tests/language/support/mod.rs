//! Checks a function in one line, against independent answers.
//!
//! - [`check!`](crate::check) takes one annotated function and arguments for it, written as in a
//!   call: `0.3`, `&[1.0, 2.0]`, `const 3` for what is not differentiated, `&mut [1.0]` for what is
//!   changed in place.
//! - [`twin!`](crate::twin) compiles one text three times, for `f64`, `f32` and dual numbers, and
//!   checks the annotated ones against the last; [`reals!`](crate::reals) leaves the last out.

pub mod check;
pub mod dual;
pub mod flat;
#[macro_use]
mod macros;

pub use check::{Answer, Subject, Visits};
pub use dual::Dual;
pub use flat::{Flat, Lift, epsilon, flatten, shaped};

use conservative_grad::__private::Trace;

/// What a trace has, comparable.
pub fn visits(trace: &Trace) -> Visits {
    let visits = trace.visits().iter();
    visits
        .map(|v| (v.site.key(), v.margin, v.decision))
        .collect()
}
