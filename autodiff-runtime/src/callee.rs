//! What callers have to know of a function when they are compiled, and no expansion of theirs can see.

use std::marker::PhantomData;

use crate::differentiable::Differentiable;
use crate::numeric::{Scalar, number};

/// The body of what rustc only looked at, see `compiler/extent.rs` of the macros.
///
/// # Panics
///
/// Always: `cargo check` emits no bodies, and nothing that it checks runs.
#[track_caller]
pub fn unemitted() -> ! {
    panic!(
        "this derivative was emitted without its body, for rustc to check: set AUTODIFF_BODIES=1"
    )
}

/// The same in front of code that rustc would call unreachable.
///
/// # Panics
///
/// Always.
#[track_caller]
pub fn unemitted_value<T>() -> T {
    unemitted()
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
    /// What is known of callees is taken over here, and not asked of them each time: they may be called from several places, and call
    /// others from several places.
    said: [Said; MOST],
    count: usize,
    /// There was no room for all of it: anything may be so.
    more: bool,
}

/// How many things are told of a function.
const MOST: usize = 24;

/// A thing that a function does, with a field of a parameter or with all of it.
#[derive(Clone, Copy, Debug)]
struct Said {
    what: What,
    param: usize,
    field: &'static str,
}

/// What a function does with lengths and integers of a parameter, or of its result.
#[derive(Clone, Copy, Debug)]
pub enum What {
    /// A number made of one reaches the result.
    Counts,
    /// A number made of an integer in the list that the parameter is does.
    Casts,
    /// One depends on a test of differentiable values when the function returns.
    Changes,
}

/// The result, in the place of the index of a parameter.
pub const RESULT: usize = usize::MAX;

/// One of the things that a function does.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nothing but constants is made of these"
)]
pub enum Fact {
    /// With the field of this name, or with all of the parameter if it has none.
    With(What, usize, &'static str, bool),
    /// The same as another function does with a parameter of its own, to which this one is handed on.
    As(What, usize, Callee, usize),
}

impl Callee {
    /// A function that is compiled. `reads` has, for each parameter, the bits of those for whose adjoints the reverse sweep reads
    /// it; where it has nothing, everything is read for everybody.
    #[must_use]
    pub const fn new(reads: &'static [u64]) -> Self {
        Callee {
            operation: false,
            reads,
            said: [Said {
                what: What::Counts,
                param: 0,
                field: "",
            }; MOST],
            count: 0,
            more: false,
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

    /// The same function, and what it does with lengths and integers.
    #[must_use]
    pub const fn saying<const N: usize>(mut self, facts: [Fact; N]) -> Self {
        let mut k = 0;
        while k < N {
            self = match facts[k] {
                Fact::With(what, param, field, true) => self.with(what, param, field),
                Fact::With(_, _, _, false) => self,
                Fact::As(what, param, other, its) => self.like(what, param, other, its),
            };
            k += 1;
        }
        self
    }

    /// What functions that call each other say, found in rounds: anything may be so if the last one told more than the one before.
    #[must_use]
    pub const fn settled(mut self, before: Callee) -> Self {
        self.more |= self.count > before.count;
        self
    }

    const fn with(mut self, what: What, param: usize, field: &'static str) -> Self {
        let mut k = 0;
        while k < self.count {
            let known = self.said[k];
            if is(known.what, what) && known.param == param && same(known.field, field) {
                return self;
            }
            k += 1;
        }
        if self.count == MOST {
            self.more = true;
            return self;
        }
        self.said[self.count] = Said { what, param, field };
        self.count += 1;
        self
    }

    /// What another function does with a parameter of its own.
    const fn like(mut self, what: What, param: usize, other: Callee, its: usize) -> Self {
        self.more |= other.more;
        let mut k = 0;
        while k < other.count {
            let said = other.said[k];
            if is(said.what, what) && said.param == its {
                self = self.with(what, param, said.field);
            }
            k += 1;
        }
        self
    }

    /// Whether the function does this with a field of the parameter; with any, if it is asked without a name.
    ///
    /// ```
    /// use autodiff_runtime::callee::{Callee, Fact, What};
    ///
    /// // s.x.iter().sum::<f64>() / s.x.len() as f64
    /// const MEAN: Callee = Callee::new(&[]).saying([Fact::With(What::Counts, 0, "x", true)]);
    /// // s.mean() + c
    /// const MORE: Callee = Callee::new(&[]).saying([Fact::As(What::Counts, 1, MEAN, 0)]);
    /// assert!(MEAN.does(What::Counts, 0, "x") && !MEAN.does(What::Counts, 0, "y"));
    /// assert!(MORE.does(What::Counts, 1, "x") && !MORE.does(What::Counts, 0, "x"));
    /// ```
    #[must_use]
    pub const fn does(self, what: What, param: usize, field: &str) -> bool {
        let mut k = 0;
        while k < self.count {
            let said = self.said[k];
            if is(said.what, what) && said.param == param && may_be(said.field, field) {
                return true;
            }
            k += 1;
        }
        self.more
    }

    /// Whether the function changes by a test what another one makes a number of.
    ///
    /// ```
    /// use autodiff_runtime::callee::{Callee, Fact, What};
    ///
    /// const PRUNE: Callee = Callee::new(&[]).saying([Fact::With(What::Changes, 0, "x", true)]);
    /// const MEAN: Callee = Callee::new(&[]).saying([Fact::With(What::Counts, 0, "x", true)]);
    /// const SIZE: Callee = Callee::new(&[]).saying([Fact::With(What::Counts, 0, "y", true)]);
    /// assert!(PRUNE.meets(0, MEAN, 0) && !PRUNE.meets(0, SIZE, 0));
    /// ```
    #[must_use]
    pub const fn meets(self, param: usize, other: Callee, its: usize) -> bool {
        let mut k = 0;
        while k < self.count {
            let said = self.said[k];
            let changes = is(said.what, What::Changes) && said.param == param;
            if changes && other.does(What::Counts, its, said.field) {
                return true;
            }
            k += 1;
        }
        self.more && other.does(What::Counts, its, "")
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

/// A name, by a number that stands for it in types.
///
/// ```
/// use autodiff_runtime::callee::name;
///
/// assert!(name("mean") != name("mean_of"));
/// ```
#[must_use]
pub const fn name(text: &str) -> u64 {
    let text = text.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut k = 0;
    while k < text.len() {
        hash = (hash ^ text[k] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        k += 1;
    }
    hash
}

/// A method, by its name.
#[derive(Debug)]
pub struct Named<const NAME: u64>;

/// What has this place in a part: in a field by its name, in an element, in what a function gives.
#[derive(Debug)]
pub struct In<const PART: u64, N>(PhantomData<N>);

/// The elements of a list.
pub const ELEMENT: u64 = 0;

/// What a function gives.
pub const GIVEN: u64 = 1;

/// A type with an annotated method in this place, of which there is something to tell.
pub trait Method<N> {
    /// What.
    const CALLEE: Callee;
}

/// Asks a type of which only rustc knows whether it has such a method. One that has none has nothing to tell.
///
/// ```
/// use autodiff_runtime::callee::{Asked, Callee, ELEMENT, Fact, In, Method, Named, Unasked as _, What, name};
///
/// struct Tree;
/// impl Method<Named<{ name("mean") }>> for Tree {
///     const CALLEE: Callee = Callee::new(&[]).saying([Fact::With(What::Counts, 0, "kids", true)]);
/// }
/// type Mean = Named<{ name("mean") }>;
/// assert!(<Asked<Vec<Tree>, In<ELEMENT, Mean>>>::CALLEE.does(What::Counts, 0, "kids"));
/// assert!(!<Asked<Vec<f64>, In<ELEMENT, Mean>>>::CALLEE.does(What::Counts, 0, "kids"));
/// ```
#[derive(Debug)]
pub struct Asked<T: ?Sized, N>(PhantomData<N>, PhantomData<T>);

impl<T: ?Sized + Method<N>, N> Asked<T, N> {
    /// What the type tells.
    pub const CALLEE: Callee = T::CALLEE;
}

/// Nothing.
pub trait Unasked {
    /// Nothing.
    const CALLEE: Callee = Callee::new(&[]);
}

impl<T: ?Sized, N> Unasked for Asked<T, N> {}

macro_rules! in_elements {
    ($([$($count:tt)*] $list:ty,)*) => {$(
        impl<T: Method<N>, N $($count)*> Method<In<ELEMENT, N>> for $list {
            const CALLEE: Callee = T::CALLEE;
        }
    )*};
}

in_elements! {
    [] Vec<T>,
    [] Option<T>,
    [] [T],
    [, const COUNT: usize] [T; COUNT],
}

impl<T: Method<N> + ?Sized, N> Method<N> for Box<T> {
    const CALLEE: Callee = T::CALLEE;
}

impl<T: Method<N> + ?Sized, N> Method<N> for &T {
    const CALLEE: Callee = T::CALLEE;
}

const fn is(a: What, b: What) -> bool {
    a as u8 == b as u8
}

/// What has no name may be anything.
const fn may_be(a: &str, b: &str) -> bool {
    a.is_empty() || b.is_empty() || same(a, b)
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut same = a.len() == b.len();
    let mut k = 0;
    while same && k < a.len() {
        same = a[k] == b[k];
        k += 1;
    }
    same
}

/// The copy, if it was made, and what stands in for it otherwise.
#[inline(always)]
#[must_use]
pub fn kept<'a, T>(is_read: bool, copy: &'a [T], instead: &'a [T]) -> &'a [T] {
    if is_read { copy } else { instead }
}

/// How much of a list of `len` elements is kept: as many rows of as many elements as loops read, if there are so many.
#[must_use]
pub fn as_far_as(len: usize, parts: &[(usize, usize)]) -> usize {
    let ends = parts
        .iter()
        .map(|(rows, width)| rows.saturating_mul(*width));
    ends.max().unwrap_or(0).min(len)
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
