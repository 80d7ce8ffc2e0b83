//! Lifetimes, const parameters, other attributes, visibility, functions in functions.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations, rustdoc::all)]

use conservative_grad::conservative_grad;

/// Named lifetimes.
#[conservative_grad]
pub fn lifetimes<'a, 'b: 'a>(w: &'a [f64], x: &'b Vec<f64>, #[constant] names: &'a [&'b str]) -> f64 {
    let first = &w[0];
    *first * x[0] * names.len() as f64
}

/// Const parameters.
#[conservative_grad]
pub fn total<const N: usize, const UP: bool>(p: [f64; N], q: &[[f64; N]; 2]) -> f64 {
    let mut s = 0.0;
    for i in 0..N {
        let k = if UP { 1 } else { 0 };
        s += p[i] * q[k][i];
    }
    s
}

/// A call with const parameters given, and one where rustc finds them.
#[conservative_grad]
pub fn caller(p: [f64; 2]) -> f64 {
    let q = [[1.0, 2.0], [3.0, 4.0]];
    total::<2, true>(p, &q) + dot(&p, &q[0])
}

/// The body does not mention the parameter.
#[conservative_grad]
pub fn first_squared<const N: usize>(p: &[f64; N]) -> f64 {
    p[0] * p[0]
}

/// Found by rustc.
#[conservative_grad]
fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    let mut s = 0.0;
    for i in 0..N {
        s += a[i] * b[i];
    }
    s
}

/// Attributes of all kinds, above and below.
#[inline]
#[must_use = "it is a number"]
#[conservative_grad]
#[allow(clippy::many_single_char_names, reason = "as in the paper")]
#[cfg(not(any()))]
#[track_caller]
pub fn attributes(x: f64) -> f64 {
    x * x
}

/// Not there, and neither is its derivative.
#[cfg(any())]
#[conservative_grad]
pub fn attributes(x: String) -> f64 {
    x
}

/// Under another attribute.
#[cfg_attr(all(), conservative_grad)]
pub const fn constant(x: f64) -> f64 {
    x * 2.0
}

/// What remains of it in C.
#[conservative_grad]
pub extern "C" fn exported(x: f64) -> f64 {
    constant(x) * x
}

/// Deprecated, and used by what is emitted all the same.
#[deprecated(note = "as a test")]
#[conservative_grad]
pub fn old(x: f64) -> f64 {
    x
}

mod inner {
    /// Visible in the crate.
    #[conservative_grad::conservative_grad(doc)]
    pub(crate) fn shared(x: f64) -> f64 {
        x * x * x
    }

    pub(super) mod deeper {
        /// Visible in a part of it.
        #[conservative_grad::conservative_grad]
        pub(in crate::inner) fn hidden(x: f64) -> f64 {
            super::shared(x)
        }

        /// Reaches it.
        #[conservative_grad::conservative_grad]
        pub(crate) fn reaches(x: f64) -> f64 {
            self::hidden(x) + crate::inner::shared(x)
        }
    }
}

/// Items inside of a function, and what they stand for.
#[conservative_grad]
fn with_items(x: f64, n: usize) -> f64 {
    use crate::inner::shared as cube;
    const HALF: f64 = 0.5;
    fn rounded(n: usize) -> usize {
        n / 2 * 2
    }
    HALF * cube(x) * rounded(n) as f64
}

fn main() {
    #[conservative_grad]
    fn local(x: f64) -> f64 {
        x.sin()
    }
    #[conservative_grad]
    fn calls_local(x: f64) -> f64 {
        2.0 * local(x)
    }
    assert_eq!(calls_local::grad(0.0), 2.0);
    assert_eq!(lifetimes::grad(&[2.0], &vec![3.0], &["a"]), (vec![3.0], vec![2.0]));
    assert_eq!(total::grad::<2, false>([1.0, 2.0], &[[3.0, 4.0], [5.0, 6.0]]).0, [3.0, 4.0]);
    assert_eq!(caller::grad([1.0, 1.0]), [4.0, 6.0]);
    assert_eq!(first_squared::grad(&[3.0, 1.0]), [6.0, 0.0]);
    assert_eq!(attributes::grad(3.0), 6.0);
    assert_eq!(constant::grad(3.0) + exported::grad(1.0), 6.0);
    assert_eq!(inner::deeper::reaches::grad(1.0), 6.0);
    assert_eq!(with_items::grad(2.0, 5), 0.5 * 12.0 * 4.0);
}
