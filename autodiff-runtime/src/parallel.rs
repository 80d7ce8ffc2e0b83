//! Accumulating loops on many cores: stretches of the iterations, each with sums and adjoints of its own.
//!
//! Where the stretches end, and in which order their results are added, depends on the number of
//! iterations alone. Hence the bits of a gradient do not depend on the number of threads, nor on which
//! of them was faster, nor on whether the feature `rayon` is on: without it the same stretches run one
//! after the other.
//!
//! ```text
//!                 0 .. 16                 the right half of every node adds to zeroed copies of the
//!         0 .. 8           8 .. 16        adjoints, which are added to those of the left half when
//!     0 .. 4   4 .. 8   8 .. 12  12 .. 16 both are done; the left half uses the adjoints of its node
//! ```
//!
//! Where iteration `i` adds to element `i` of an adjoint and to no other ([`split`]), there is nothing to copy: each half of a node
//! gets its elements.
//!
//! With [`STRETCHES`] of them there are at most `STRETCHES - 1` copies, and on one thread one for each level
//! of the tree: what has been added is set to zero, and used again.

use core::borrow::{Borrow, BorrowMut};
use std::sync::Mutex;

use crate::differentiable::Adjoint;

/// Into how many stretches the iterations of a loop are cut at most.
pub const STRETCHES: usize = 16;

/// The iterations of a counted loop, `from`, `from + step`, …, in front of `to`.
#[derive(Clone, Copy, Debug)]
pub struct Iterations<I> {
    from: I,
    to: I,
    step: i128,
    inclusive: bool,
    /// How many iterations a stretch has at least.
    fewest: i128,
}

/// The iterations of `from..to`, for stretches of at least `fewest`.
pub fn iterations<I: Counter>(from: I, to: I, fewest: u32) -> Iterations<I> {
    Iterations {
        from,
        to,
        step: 1,
        inclusive: false,
        fewest: fewest.into(),
    }
}

impl<I: Counter> Iterations<I> {
    /// `from..=to`
    #[must_use]
    pub fn inclusive(self) -> Self {
        Iterations {
            inclusive: true,
            ..self
        }
    }

    /// Every `step`-th of them.
    #[must_use]
    pub fn step_by(self, step: usize) -> Self {
        let step = i128::try_from(step).unwrap_or(i128::MAX).max(1);
        Iterations { step, ..self }
    }

    fn count(&self) -> i128 {
        let span = self.to.wide() - self.from.wide() + i128::from(self.inclusive);
        (span.max(0) + self.step - 1) / self.step
    }

    /// How many stretches there are, one at least.
    fn stretches(&self) -> usize {
        let most = self.count() / self.fewest.max(1);
        usize::try_from(most).map_or(STRETCHES, |n| n.clamp(1, STRETCHES))
    }

    /// The bounds of stretch `k` of `n`, for the same kind of range.
    fn stretch(&self, k: usize, n: usize) -> (I, I) {
        let first = |k: usize| {
            let before = self.count() * i128::try_from(k).unwrap_or(0);
            self.from.wide() + before / i128::try_from(n).unwrap_or(1) * self.step
        };
        let from = match k {
            0 => self.from,
            _ => I::narrow(first(k)),
        };
        let to = match k + 1 == n {
            true => self.to,
            false => I::narrow(first(k + 1) - i128::from(self.inclusive)),
        };
        (from, to)
    }
}

/// An integer that counts iterations.
pub trait Counter: Copy + Send + Sync {
    #[doc(hidden)]
    fn wide(self) -> i128;
    #[doc(hidden)]
    fn narrow(wide: i128) -> Self;
}

macro_rules! counters {
    ($($t:ty)*) => {$(
        impl Counter for $t {
            #[inline]
            fn wide(self) -> i128 {
                i128::try_from(self).unwrap_or(i128::MAX)
            }
            #[inline]
            fn narrow(wide: i128) -> Self {
                Self::try_from(wide).unwrap_or(Self::MAX)
            }
        }
    )*};
}
counters!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

/// The adjoints that the iterations of a loop add to: `&mut x_bar`, or a tuple of such.
pub trait Bars {
    /// The same for a part of the iterations.
    type Part<'p>: Send;
    /// Adjoints that start at zero.
    type Own: Send;

    #[doc(hidden)]
    fn all<'p>(self) -> Self::Part<'p>
    where
        Self: 'p;
    /// What the iterations in front of the one with this counter add to, and what those from it on do.
    #[doc(hidden)]
    fn halves<'p>(
        part: &'p mut Self::Part<'_>,
        own: &'p mut Self::Own,
        at: usize,
    ) -> (Self::Part<'p>, Self::Part<'p>);
    #[doc(hidden)]
    fn zeros(part: &Self::Part<'_>) -> Self::Own;
    /// Adds `own`, and sets it to zero.
    #[doc(hidden)]
    fn take(part: Self::Part<'_>, own: &mut Self::Own);
}

impl<G> Bars for &mut G
where
    G: Adjoint + ToOwned + Send + ?Sized + 'static,
    G::Owned: BorrowMut<G> + Send,
{
    type Part<'p> = &'p mut G;
    type Own = G::Owned;

    #[inline]
    fn all<'p>(self) -> &'p mut G
    where
        Self: 'p,
    {
        self
    }
    #[inline]
    fn halves<'p>(part: &'p mut &mut G, own: &'p mut G::Owned, _: usize) -> (&'p mut G, &'p mut G) {
        (part, own.borrow_mut())
    }
    fn zeros(part: &&mut G) -> G::Owned {
        let mut own = (**part).to_owned();
        own.borrow_mut().clear();
        own
    }
    fn take(part: &mut G, own: &mut G::Owned) {
        part.add((*own).borrow());
        own.borrow_mut().clear();
    }
}

impl Bars for () {
    type Part<'p> = ();
    type Own = ();

    fn all<'p>(self)
    where
        Self: 'p,
    {
    }
    fn halves<'p>((): &'p mut (), (): &'p mut (), _: usize) -> ((), ()) {
        ((), ())
    }
    fn zeros((): &()) {}
    fn take((): (), (): &mut ()) {}
}

/// The adjoint of an array of which iteration `i` touches element `i`, and no other.
pub fn split<E: Send + 'static>(bar: &mut [E]) -> Split<'_, E> {
    Split(bar)
}

/// See [`split`].
#[derive(Debug)]
pub struct Split<'a, E>(&'a mut [E]);

/// The elements of some iterations.
#[derive(Debug)]
pub struct Elements<'a, E> {
    elements: &'a mut [E],
    /// The position of the first of them in the array.
    first: usize,
}

impl<'a, E> Elements<'a, E> {
    /// Those of the iterations from this counter on; nothing where a loop that does not run would begin behind the end.
    #[inline]
    #[must_use]
    pub fn starting_at<I: Counter>(self, from: I) -> &'a mut [E] {
        let skipped = position(from).saturating_sub(self.first);
        self.elements.get_mut(skipped..).unwrap_or_default()
    }
}

/// Counters below zero are in front of every element.
fn position<I: Counter>(counter: I) -> usize {
    usize::try_from(counter.wide().max(0)).unwrap_or(usize::MAX)
}

impl<E: Send + 'static> Bars for Split<'_, E> {
    type Part<'p> = Elements<'p, E>;
    type Own = ();

    #[inline]
    fn all<'p>(self) -> Elements<'p, E>
    where
        Self: 'p,
    {
        Elements {
            elements: self.0,
            first: 0,
        }
    }
    #[inline]
    fn halves<'p>(
        part: &'p mut Elements<'_, E>,
        (): &'p mut (),
        at: usize,
    ) -> (Elements<'p, E>, Elements<'p, E>) {
        let middle = at.saturating_sub(part.first).min(part.elements.len());
        let (left, right) = part.elements.split_at_mut(middle);
        let first = part.first;
        let elements = |elements, first| Elements { elements, first };
        (elements(left, first), elements(right, first + middle))
    }
    fn zeros(_: &Elements<'_, E>) {}
    fn take(_: Elements<'_, E>, (): &mut ()) {}
}

/// Tuples of up to twelve.
macro_rules! tuples {
    ($($($t:ident $u:ident $i:tt),+;)*) => {$(
        impl<$($t: Bars),+> Bars for ($($t,)+) {
            type Part<'p> = ($($t::Part<'p>,)+);
            type Own = ($($t::Own,)+);

            #[inline]
            fn all<'p>(self) -> Self::Part<'p> where Self: 'p {
                ($($t::all(self.$i),)+)
            }
            #[inline]
            fn halves<'p>(
                part: &'p mut Self::Part<'_>,
                own: &'p mut Self::Own,
                at: usize,
            ) -> (Self::Part<'p>, Self::Part<'p>) {
                let halves = ($($t::halves(&mut part.$i, &mut own.$i, at),)+);
                (($(halves.$i.0,)+), ($(halves.$i.1,)+))
            }
            fn zeros(part: &Self::Part<'_>) -> Self::Own {
                ($($t::zeros(&part.$i),)+)
            }
            fn take(part: Self::Part<'_>, own: &mut Self::Own) {
                $($t::take(part.$i, &mut own.$i);)+
            }
        }
    )*};
}

for_each_tuple!(tuples);

/// An integer that stretches count in, each for itself.
#[derive(Clone, Copy, Debug)]
pub struct Count<T>(pub T);

impl<T: Copy + Default + core::ops::AddAssign> Adjoint for Count<T> {
    #[inline]
    fn add(&mut self, other: &Self) {
        self.0 += other.0;
    }
    #[inline]
    fn clear(&mut self) {
        self.0 = T::default();
    }
}

/// Runs the iterations in stretches: `body(from, to, bars, locals)` runs those of `from..to`, adds to the
/// adjoints in `bars`, and returns its sums. The result is the sum of these.
///
/// Each stretch gets `locals`, which it returns as it found them: what `make` made, handed on to the next
/// stretch of whichever thread is ready for it.
///
/// ```
/// use autodiff_runtime::parallel::{iterations, stretches};
///
/// let xs: Vec<f64> = (0..1000).map(f64::from).collect();
/// let mut xs_bar = vec![0.0; 1000];
/// let bars = (&mut xs_bar[..],);
/// let (sum,) = stretches(iterations(0, xs.len(), 32), bars, || (), |from, to, (xs_bar,), ()| {
///     let mut sum = 0.0;
///     for i in from..to {
///         sum += xs[i] * xs[i];
///         xs_bar[i] += 2.0 * xs[i];
///     }
///     ((sum,), ())
/// });
/// assert_eq!(sum, 332_833_500.0);
/// assert_eq!(xs_bar[7], 14.0);
/// ```
///
/// Iteration `i` adds to the `i`-th element alone, hence `split(&mut xs_bar)` does, too, and nothing is copied: the stretch gets
/// `xs_bar.starting_at(from)`, of which element `i - from` is its own.
///
/// # Panics
///
/// With the panic of `body`; if several stretches panic, with that of the first of them.
pub fn stretches<I, B, L, R>(
    iterations: Iterations<I>,
    bars: B,
    make: impl Fn() -> L + Sync,
    body: impl for<'p> Fn(I, I, B::Part<'p>, L) -> (R, L) + Sync,
) -> R
where
    I: Counter,
    B: Bars,
    L: Send,
    R: Adjoint + Send,
{
    let tree = Tree::<_, B, _, _, _> {
        iterations,
        count: iterations.stretches(),
        make,
        body,
        locals: Pool::new(),
        copies: Pool::new(),
    };
    tree.run(0, tree.count, bars.all())
}

struct Tree<I, B: Bars, L, M, F> {
    iterations: Iterations<I>,
    count: usize,
    make: M,
    body: F,
    locals: Pool<L>,
    copies: Pool<B::Own>,
}

impl<I, B, L, R, M, F> Tree<I, B, L, M, F>
where
    I: Counter,
    B: Bars,
    L: Send,
    R: Adjoint + Send,
    M: Fn() -> L + Sync,
    F: for<'p> Fn(I, I, B::Part<'p>, L) -> (R, L) + Sync,
{
    /// The stretches in front of `end`, from `begin` on.
    fn run(&self, begin: usize, end: usize, mut bars: B::Part<'_>) -> R {
        if end - begin <= 1 {
            let (from, to) = self.iterations.stretch(begin, self.count);
            let locals = self.locals.take().unwrap_or_else(&self.make);
            let (sums, locals) = (self.body)(from, to, bars, locals);
            self.locals.give(locals);
            return sums;
        }
        let middle = begin.midpoint(end);
        let (first, _) = self.iterations.stretch(middle, self.count);
        let mut own = self.copies.take().unwrap_or_else(|| B::zeros(&bars));
        let (left, right) = B::halves(&mut bars, &mut own, position(first));
        let (mut sums, others) = both(
            || self.run(begin, middle, left),
            || self.run(middle, end, right),
        );
        B::take(bars, &mut own);
        self.copies.give(own);
        sums.add(&others);
        sums
    }
}

/// What is not in use.
struct Pool<T>(Mutex<Vec<T>>);

impl<T> Pool<T> {
    fn new() -> Self {
        Pool(Mutex::new(Vec::new()))
    }

    fn take(&self) -> Option<T> {
        self.0.lock().ok()?.pop()
    }

    fn give(&self, unused: T) {
        if let Ok(mut all) = self.0.lock() {
            all.push(unused);
        }
    }
}

/// `f` of these arguments, of which LLVM knows that they do not overlap: it believes that of parameters.
macro_rules! apart {
    ($($name:ident $($t:ident)*;)*) => {$(
        #[doc(hidden)]
        #[inline(always)]
        #[allow(non_snake_case, clippy::too_many_arguments, reason = "one argument per array")]
        pub fn $name<R, $($t),*>($($t: $t,)* f: impl FnOnce($($t),*) -> R) -> R {
            f($($t),*)
        }
    )*};
}

apart! {
    apart1 A;
    apart2 A B;
    apart3 A B C;
    apart4 A B C D;
    apart5 A B C D E;
    apart6 A B C D E F;
    apart7 A B C D E F G;
    apart8 A B C D E F G H;
    apart9 A B C D E F G H I;
    apart10 A B C D E F G H I J;
    apart11 A B C D E F G H I J K;
    apart12 A B C D E F G H I J K L;
}

#[cfg(feature = "rayon")]
fn both<A: Send, B: Send>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    rayon::join(a, b)
}

#[cfg(not(feature = "rayon"))]
fn both<A: Send, B: Send>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    (a(), b())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bounds of all stretches.
    fn bounds<I: Counter>(all: Iterations<I>) -> Vec<(I, I)> {
        let n = all.stretches();
        (0..n).map(|k| all.stretch(k, n)).collect()
    }

    #[test]
    fn every_iteration_is_in_one_stretch() {
        for n in [0_usize, 1, 31, 32, 33, 64, 511, 512, 513, 1000, 10_007] {
            let cut = bounds(iterations(3, 3 + n, 32));
            assert_eq!(cut.len(), (n / 32).clamp(1, STRETCHES));
            let all: Vec<usize> = cut.iter().flat_map(|&(from, to)| from..to).collect();
            assert_eq!(all, (3..3 + n).collect::<Vec<_>>());
            assert!(cut.len() == 1 || cut.iter().all(|(from, to)| to - from >= 32));
        }
    }

    #[test]
    fn steps_stay_in_step() {
        for (step, n) in [(2, 100_usize), (7, 1000), (32, 1000), (3, 10)] {
            let cut = bounds(iterations(1, n, 1).step_by(step));
            let all = cut.iter().flat_map(|&(from, to)| (from..to).step_by(step));
            assert!(all.eq((1..n).step_by(step)), "{step} {n}");
        }
    }

    #[test]
    fn ranges_with_their_end() {
        let cut = bounds(iterations(0_u8, 255, 1).inclusive());
        assert_eq!(cut.len(), STRETCHES);
        let all = cut.iter().flat_map(|&(from, to)| from..=to);
        assert!(all.eq(0..=255));
        let cut = bounds(iterations(-100_i64, 100, 1).inclusive().step_by(3));
        let all = cut.iter().flat_map(|&(from, to)| (from..=to).step_by(3));
        assert!(all.eq((-100..=100).step_by(3)));
        #[allow(clippy::reversed_empty_ranges, reason = "a loop that does not run")]
        let empty = bounds(iterations(5_i32, 2, 1));
        assert_eq!(empty, [(5, 2)]);
    }

    #[test]
    fn the_first_panic_wins() {
        let panicking = std::panic::catch_unwind(|| {
            stretches(
                iterations(0_usize, 1000, 1),
                (),
                || (),
                |from, _, (), ()| {
                    assert!(from < 300, "in the stretch from {from}");
                    ((0.0,), ())
                },
            )
        });
        let message = panicking.expect_err("a panic");
        let message = message.downcast_ref::<String>().expect("a text");
        assert_eq!(message, "in the stretch from 312");
    }
}
