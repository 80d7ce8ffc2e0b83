//! What callers have to know of a function when they are compiled, and no expansion of theirs can see.

use crate::differentiable::Differentiable;
use crate::numeric::{Scalar, number};

/// The body of what rustc only looked at, see `compiler/extent.rs` of the macros.
///
/// # Panics
///
/// Always: `cargo check` emits no bodies, and nothing that it checks runs.
#[track_caller]
pub fn unemitted<F, T>(_: F) -> T {
    panic!(
        "this derivative was emitted without its body, for rustc to check: set AUTODIFF_BODIES=1"
    )
}

/// Refuses a program for what only rustc knows of it, in a constant.
///
/// # Panics
///
/// If the program is refused, with the text.
#[track_caller]
pub const fn refuse(refused: bool, text: &'static str) {
    if refused {
        panic!("{}", text);
    }
}

/// A constant of each companion.
#[derive(Clone, Copy, Debug)]
pub struct Callee {
    operation: bool,
    reads: &'static [u64],
    tests: bool,
    /// A bit for each parameter.
    counts: u64,
    casts: u64,
}

impl Callee {
    /// A function that is compiled. `reads` has, for each parameter, the bits of those for whose adjoints the reverse sweep reads
    /// it; where it has nothing, everything is read for everybody.
    #[must_use]
    pub const fn new(reads: &'static [u64]) -> Self {
        Callee {
            operation: false,
            reads,
            tests: false,
            counts: 0,
            casts: 0,
        }
    }

    /// A function of the table of rules.
    #[must_use]
    pub const fn operation() -> Self {
        Callee {
            operation: true,
            ..Callee::new(&[])
        }
    }

    /// The same function, if its result, an integer, or the length of a list in it depends on a test of differentiable values.
    #[must_use]
    pub const fn testing(self, tests: bool) -> Self {
        Callee { tests, ..self }
    }

    /// The same function, if a number made of the parameter, an integer, or of its length reaches the result.
    #[must_use]
    pub const fn counting(self, param: usize, counts: bool) -> Self {
        Callee {
            counts: if counts {
                self.counts | bit(param)
            } else {
                self.counts
            },
            ..self
        }
    }

    /// The same function, if a number made of an integer in the list that the parameter is reaches the result.
    #[must_use]
    pub const fn casting(self, param: usize, casts: bool) -> Self {
        Callee {
            casts: if casts {
                self.casts | bit(param)
            } else {
                self.casts
            },
            ..self
        }
    }

    /// Whether the result, an integer, or the length of a list in it depends on a test of differentiable values.
    #[must_use]
    pub const fn tests(self) -> bool {
        self.tests
    }

    /// Whether a number made of the parameter, an integer, or of its length reaches the result.
    ///
    /// ```
    /// use autodiff_runtime::callee::Callee;
    ///
    /// // x.iter().sum::<f64>() / x.len() as f64
    /// let mean = Callee::new(&[]).counting(0, true);
    /// assert!(mean.counts(0) && !mean.counts(1));
    /// ```
    #[must_use]
    pub const fn counts(self, param: usize) -> bool {
        self.counts & bit(param) != 0
    }

    /// Whether a number made of an integer in the list that the parameter is reaches the result.
    #[must_use]
    pub const fn casts(self, param: usize) -> bool {
        self.casts & bit(param) != 0
    }

    /// Whether the kinks are those of an operation, and not the function's own.
    #[must_use]
    pub const fn is_operation(self) -> bool {
        self.operation
    }

    /// Whether the reverse sweep reads what the parameter was at the call, if the parameters with these bits vary.
    ///
    /// ```
    /// use autodiff_runtime::callee::Callee;
    ///
    /// // y[i] + a * k[i] for the parameters y, a, k: only the adjoint of a needs k.
    /// let advance = Callee::new(&[0b000, u64::MAX, 0b010]);
    /// assert!(advance.reads(2, 0b111));
    /// assert!(!advance.reads(2, 0b101));
    /// assert!(Callee::new(&[]).reads(0, 0b1));
    /// ```
    #[must_use]
    pub const fn reads(self, param: usize, varied: u64) -> bool {
        param >= self.reads.len() || self.reads[param] & varied != 0
    }
}

/// No function has more than 64 parameters of which it makes numbers.
const fn bit(param: usize) -> u64 {
    if param < 64 { 1 << param } else { 0 }
}

/// The copy, if it was made, and what stands in for it otherwise.
#[inline(always)]
#[must_use]
pub fn kept<'a, T>(is_read: bool, copy: &'a [T], instead: &'a [T]) -> &'a [T] {
    if is_read { copy } else { instead }
}

/// What is kept of a struct for pullbacks: a copy, or what stands in for it where none of them reads it.
#[inline(always)]
#[must_use]
pub fn kept_struct<T: Differentiable + Clone>(is_read: bool, of: &T) -> T {
    let instead = if is_read { None } else { T::blank() };
    instead.unwrap_or_else(|| of.clone())
}

/// What stands in for an array that is not kept, since nothing reads it: NaN throughout, so that no mistake is silent.
#[must_use]
pub fn unread<T: Scalar>(is_read: bool, len: usize) -> Vec<T> {
    vec![number(f64::NAN); if is_read { 0 } else { len }]
}

/// What a pullback takes again of a vector: a slice of it, or the vector.
pub trait Lent<T> {
    #[doc(hidden)]
    fn lent<'a>(row: &'a [T], owned: &'a mut Vec<T>) -> &'a Self;
}

impl<T> Lent<T> for [T] {
    #[inline(always)]
    fn lent<'a>(row: &'a [T], _: &'a mut Vec<T>) -> &'a [T] {
        row
    }
}

impl<T: Clone> Lent<T> for Vec<T> {
    #[inline]
    fn lent<'a>(row: &'a [T], owned: &'a mut Vec<T>) -> &'a Vec<T> {
        owned.clear();
        owned.extend_from_slice(row);
        owned
    }
}

/// A row of a list of copies, as the function took what it is a copy of: a slice as it is, a vector made anew.
///
/// ```
/// use autodiff_runtime::callee::lent;
///
/// fn slice(x: &[f64]) -> f64 {
///     x[0]
/// }
/// #[allow(clippy::ptr_arg)]
/// fn vector(x: &Vec<f64>) -> f64 {
///     x[1]
/// }
/// let rows = [1.0, 2.0, 3.0];
/// assert_eq!(slice(lent(&rows[1..], &mut Vec::new())), 2.0);
/// assert_eq!(vector(lent(&rows[1..], &mut Vec::new())), 3.0);
/// ```
#[inline(always)]
#[must_use]
pub fn lent<'a, T, A: ?Sized + Lent<T>>(row: &'a [T], owned: &'a mut Vec<T>) -> &'a A {
    A::lent(row, owned)
}
