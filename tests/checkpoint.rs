//! `#[checkpoint]`: the gradient is that of the same function without the attribute, bit for bit; what
//! is run again is what the schedule says; a selection is asked once.

#![allow(
    clippy::assign_op_pattern,
    clippy::explicit_counter_loop,
    clippy::manual_memcpy,
    clippy::needless_range_loop,
    reason = "the programs are written the way people write them"
)]

#[path = "checkpoint/arrays.rs"]
mod arrays;
#[path = "checkpoint/blocks.rs"]
mod blocks;
#[path = "checkpoint/counts.rs"]
mod counts;
#[path = "checkpoint/forms.rs"]
mod forms;
#[path = "checkpoint/nested.rs"]
mod nested;
#[path = "checkpoint/outcomes.rs"]
mod outcomes;
#[path = "checkpoint/scalars.rs"]
mod scalars;
#[path = "checkpoint/selections.rs"]
mod selections;

/// The lengths of the loops.
const LENGTHS: [usize; 10] = [0, 1, 2, 3, 5, 8, 13, 30, 61, 100];

/// A slice that the programs read.
const XS: [f64; 7] = [0.4, -0.3, 0.9, 1.2, -0.7, 0.55, 0.2];

/// Asserts that value and gradient of the functions are the same bits in both styles.
macro_rules! same {
    ($plain:ident, $($kept:ident),+; $($args:expr),+) => {
        same!(@ $plain, $($kept),+; ($($args),+))
    };
    (@ $plain:ident, $($kept:ident),+; $args:tt) => {{
        // Not in strips, and each style for itself: they may add up in another order.
        let expected = same!(with $plain $args);
        let (value, pullback) = same!(call $plain vjp $args);
        let by_pullback = (value, pullback(1.0));
        $(
            assert_eq!(same!(call $kept value_and_grad $args), expected);
            let (value, pullback) = same!(call $kept vjp $args);
            assert_eq!((value, pullback(1.0)), by_pullback);
        )+
        expected
    }};
    (with $f:ident ($($args:expr),+)) => {
        $f::value_and_grad_with(&mut conservative_grad::Plain, $($args),+)
    };
    (call $f:ident $entry:ident ($($args:expr),+)) => { $f::$entry($($args),+) };
}
pub(crate) use same;

/// Asserts that the derivative of `f` at `x` is near `slope`.
#[track_caller]
fn check_slope(f: impl Fn(f64) -> f64, x: f64, slope: f64) {
    let h = 1e-6;
    let difference = (f(x + h) - f(x - h)) / (2.0 * h);
    assert!(
        (difference - slope).abs() <= 1e-6 * (1.0 + slope.abs()),
        "{slope} and {difference}"
    );
}
