//! `mode = forward`: gradients by tangent sweeps along several directions, against reverse sweeps, dual
//! numbers, and single directions bit by bit.
#![allow(
    clippy::too_many_arguments,
    clippy::type_complexity,
    reason = "more than eight numbers are the point"
)]

#[path = "forward/kinks.rs"]
mod kinks;
#[path = "forward/overflow.rs"]
mod overflow;
#[path = "forward/programs.rs"]
mod programs;
#[path = "forward/selections.rs"]
mod selections;

/// The functions as written, once in each mode.
macro_rules! both {
    ($($(#[$meta:meta])* fn $name:ident($($p:ident: $t:ty),*) -> $r:ty $body:block)*) => {
        pub(crate) mod reverse {
            #[allow(unused_imports, reason = "what the bodies call")]
            use super::*;
            $(
                #[conservative_grad::conservative_grad]
                $(#[$meta])*
                pub(crate) fn $name($($p: $t),*) -> $r $body
            )*
        }
        pub(crate) mod forward {
            #[allow(unused_imports, reason = "what the bodies call")]
            use super::*;
            $(
                #[conservative_grad::conservative_grad(mode = forward)]
                $(#[$meta])*
                pub(crate) fn $name($($p: $t),*) -> $r $body
            )*
        }
    };
}
pub(crate) use both;

/// Equal up to rounding.
#[track_caller]
pub(crate) fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (k, (a, b)) in a.iter().zip(b).enumerate() {
        assert!(
            (a - b).abs() <= 1e-12 * (1.0 + a.abs()),
            "number {k}: {a} and {b} differ"
        );
    }
}

/// Every number of the gradient has the bits of the tangent along its direction, added to a buffer of zeros.
#[track_caller]
pub(crate) fn same_bits(gradient: &[f64], along: impl Fn(&[f64]) -> f64) {
    for (k, lane) in gradient.iter().enumerate() {
        let mut direction = vec![0.0; gradient.len()];
        direction[k] = 1.0;
        let alone = 0.0 + along(&direction);
        assert!(
            lane.to_bits() == alone.to_bits() || lane.is_nan() && alone.is_nan(),
            "number {k}: {lane} in its lane, {alone} alone"
        );
    }
}
