//! Functions that `macro_rules!` makes: fragments, precedence, names from two places.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs)]

use conservative_grad::conservative_grad;

macro_rules! function {
    ($(#[$meta:meta])* $name:ident($x:ident: $t:ty) = $value:expr) => {
        $(#[$meta])*
        #[conservative_grad]
        pub fn $name($x: $t) -> $t {
            $value
        }
    };
}

function! {
    /// A type and an expression as fragments.
    cubed(x: f64) = x * x * x
}

function! {
    /// In single precision.
    squared(x: f32) = x * x
}

macro_rules! doubled {
    ($name:ident, $inner:expr) => {
        /// An expression fragment keeps its precedence.
        #[conservative_grad]
        pub fn $name(x: f64, y: f64) -> f64 {
            let t = x + y;
            2.0 * $inner * t
        }
    };
}

doubled!(sum, 1.0 + 2.0);

macro_rules! apart {
    ($name:ident, $x:ident) => {
        /// A variable of the macro's beside one of the caller's.
        #[conservative_grad]
        pub fn $name($x: f64) -> f64 {
            let y = 2.0;
            $x * y
        }
    };
}

apart!(twice, x);

/// What the macro below calls.
pub mod library {
    /// The crate as a path of this one.
    pub use ::conservative_grad as facade;

    /// Annotated.
    #[facade::conservative_grad]
    pub fn helper(x: f64) -> f64 {
        x * x
    }
}

macro_rules! exported {
    ($name:ident) => {
        /// As a macro of a library writes it.
        #[conservative_grad(crate = $crate::library::facade)]
        pub fn $name(x: f64) -> f64 {
            $crate::library::helper(x) + 2.0 * library::helper(x)
        }
    };
}

exported!(through_crate);

fn main() {
    assert_eq!(through_crate::grad(2.0), 12.0);
    assert_eq!(cubed::grad(2.0), 12.0);
    assert_eq!(squared::grad(2.0), 4.0);
    assert_eq!(sum::grad(1.0, 1.0), (6.0, 6.0));
    assert_eq!(twice::value_and_grad(3.0), (6.0, 2.0));
}
