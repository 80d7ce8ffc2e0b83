//! Sums of adjoints. Their order is ours to choose (the user wrote none), so they run in lanes.

use crate::differentiable::Adjoint;
use crate::lanes;
use crate::numeric::Scalar;

/// An adjoint of which many are summed: that of `x` in `[x; n]` and `vec![x; n]`.
pub trait Summed: Sized {
    /// The sum of all; of none, zero.
    fn sum_of(all: &[Self]) -> Self;
}

/// The sum of all elements of `bars`.
///
/// ```
/// use autodiff_runtime::sum;
/// assert_eq!(sum(&[1.0, 2.0, 4.0]), 7.0);
/// assert_eq!(sum(&vec![[1.0, 2.0], [4.0, 8.0]]), [5.0, 10.0]);
/// assert_eq!(sum(&[(1.0, vec![2.0]), (3.0, vec![4.0])]), (4.0, vec![6.0]));
/// ```
#[inline]
#[must_use]
pub fn sum<E: Summed>(bars: &[E]) -> E {
    E::sum_of(bars)
}

/// Sets every element of `bar` to zero.
///
/// ```
/// let mut bar = [1.0, 2.0];
/// autodiff_runtime::clear(&mut bar[1..]);
/// assert_eq!(bar, [1.0, 0.0]);
/// ```
#[inline]
pub fn clear<B: Adjoint + ?Sized>(bar: &mut B) {
    bar.clear();
}

/// The adjoint of an array or a vector, of which only rustc knows which it is.
pub trait List {
    /// Zeros, as many as there are to be; of an array there are always as many.
    fn clear_to(&mut self, len: usize);
}

impl<T: Adjoint, const N: usize> List for [T; N] {
    #[inline]
    fn clear_to(&mut self, _: usize) {
        self.clear();
    }
}

impl<S: Scalar> List for Vec<S> {
    #[inline]
    fn clear_to(&mut self, len: usize) {
        Vec::clear(self);
        self.resize(len, S::default());
    }
}

/// Sets the adjoint of a list to zeros, as many as the list had elements.
///
/// ```
/// let mut bar = vec![1.0, 2.0];
/// autodiff_runtime::sums::clear_to(&mut bar, 3);
/// assert_eq!(bar, [0.0; 3]);
/// let mut bar = [1.0, 2.0];
/// autodiff_runtime::sums::clear_to(&mut bar, 2);
/// assert_eq!(bar, [0.0; 2]);
/// ```
#[inline]
pub fn clear_to<B: List>(bar: &mut B, len: usize) {
    bar.clear_to(len);
}

/// Takes the adjoint out of its place, and leaves zeros.
///
/// ```
/// let mut bar = [1.0, 2.0, 3.0];
/// let taken: Vec<f64> = autodiff_runtime::sums::taken(&mut bar[1..]);
/// assert_eq!((taken, bar), (vec![2.0, 3.0], [1.0, 0.0, 0.0]));
/// ```
#[inline]
#[must_use]
pub fn taken<B: Adjoint + ToOwned + ?Sized>(bar: &mut B) -> B::Owned {
    let taken = bar.to_owned();
    bar.clear();
    taken
}

/// Zeros in the shape of an adjoint.
///
/// ```
/// let bar = [vec![1.0, 2.0], vec![3.0]];
/// assert_eq!(autodiff_runtime::sums::cleared(&bar), [vec![0.0, 0.0], vec![0.0]]);
/// ```
#[inline]
#[must_use]
pub fn cleared<B: Adjoint + ToOwned + ?Sized>(bar: &B) -> B::Owned
where
    B::Owned: Adjoint,
{
    let mut zeros = bar.to_owned();
    zeros.clear();
    zeros
}

/// Adds `scale` times each element of `terms` to that of `bar`. A scale of 0 adds nothing, whatever the terms are.
///
/// ```
/// let mut bar = [1.0, 2.0];
/// autodiff_runtime::sums::add_scaled(&mut bar, 0.5, &[2.0, 4.0]);
/// assert_eq!(bar, [2.0, 4.0]);
/// autodiff_runtime::sums::add_scaled(&mut bar, 0.0, &[f64::INFINITY, 1.0]);
/// assert_eq!(bar, [2.0, 4.0]);
/// ```
///
/// # Panics
///
/// If the lengths differ.
#[inline]
pub fn add_scaled<S: Scalar>(bar: &mut [S], scale: S, terms: &[S]) {
    assert_eq!(
        bar.len(),
        terms.len(),
        "an adjoint and its terms do not fit"
    );
    if scale == S::default() {
        return;
    }
    for (bar, term) in bar.iter_mut().zip(terms) {
        *bar += scale * *term;
    }
}

/// Adds to every element of `row` what each of the `terms` has for it; `terms[w]` begins at `row[w]`.
///
/// One after the other, the additions of a stencil would load what was stored a moment before at
/// another offset; here every element is loaded and stored once.
///
/// ```
/// let mut row = [0.0; 4];
/// autodiff_runtime::sums::add_stencil(&mut row, [&[1.0, 2.0, 3.0], &[10.0, 20.0, 30.0]]);
/// assert_eq!(row, [1.0, 12.0, 23.0, 30.0]);
/// ```
///
/// # Panics
///
/// If the terms are not equally long, or `row` does not end with the last of them.
#[inline]
pub fn add_stencil<S: Scalar, const W: usize>(row: &mut [S], terms: [&[S]; W]) {
    let n = terms[0].len();
    assert_eq!(row.len() + 1, n + W, "a stencil and its terms do not fit");
    match n {
        // Of a whole strip LLVM knows how long its loops are.
        lanes::LANES => stencil(row, terms, lanes::LANES),
        lanes::WIDE => stencil(row, terms, lanes::WIDE),
        n => stencil(row, terms, n),
    }
}

#[inline(always)]
fn stencil<S: Scalar, const W: usize>(row: &mut [S], terms: [&[S]; W], n: usize) {
    // LLVM takes the lengths from here.
    let (row, terms) = (&mut row[..n + W - 1], terms.map(|t| &t[..n]));
    if n < W {
        for (w, terms) in terms.into_iter().enumerate() {
            row[w..]
                .iter_mut()
                .zip(terms)
                .for_each(|(bar, x)| *bar += *x);
        }
        return;
    }
    let inner = n - (W - 1);
    for (w, terms) in terms.into_iter().enumerate() {
        let (first, last) = (W - 1 - w, n - w);
        for (j, x) in terms[..first].iter().enumerate() {
            row[w + j] += *x;
        }
        for (j, x) in terms[last..].iter().enumerate() {
            row[w + last + j] += *x;
        }
    }
    let row = &mut row[W - 1..][..inner];
    let parts: [&[S]; W] = core::array::from_fn(|w| &terms[w][W - 1 - w..][..inner]);
    if inner < VECTOR {
        for (k, bar) in row.iter_mut().enumerate() {
            let mut sum = parts[0][k];
            parts[1..].iter().for_each(|part| sum += part[k]);
            *bar += sum;
        }
        return;
    }
    // The last elements as a vector as well, which may begin in the last but one: it is made before anything is stored. It waits for
    // the terms that were stored last, after which no other load has to wait; in their order, each of them would.
    let tail = inner - VECTOR;
    let last = added_up(&row[tail..], parts.map(|part| &part[tail..]));
    for k in 0..inner / VECTOR {
        let at = VECTOR * k;
        let sums = added_up(&row[at..], parts.map(|part| &part[at..]));
        row[at..at + VECTOR].copy_from_slice(&sums);
    }
    row[tail..].copy_from_slice(&last);
}

/// The first elements of `row`, and those of all `parts` added to them.
#[inline(always)]
fn added_up<S: Scalar, const W: usize>(row: &[S], parts: [&[S]; W]) -> [S; VECTOR] {
    let vector = |part: &[S]| -> [S; VECTOR] { core::array::from_fn(|l| part[l]) };
    let mut sums = vector(parts[0]);
    for part in &parts[1..] {
        sums.iter_mut()
            .zip(vector(part))
            .for_each(|(sum, x)| *sum += x);
    }
    let mut row = vector(row);
    row.iter_mut().zip(sums).for_each(|(bar, x)| *bar += x);
    row
}

/// Numbers that are added side by side, here and in sums. Of sixteen in single precision LLVM makes vectors twice as wide as those
/// that were stored a moment before, and loads of them wait.
const VECTOR: usize = 8;

/// The sum in partial ones. (As the body of `sum_of` itself, one copy of it would be called from everywhere: GroupSort 1.1 times as long.)
#[inline(always)]
fn in_lanes<S: Scalar>(all: &[S]) -> S {
    let mut lanes = [S::default(); VECTOR];
    let (rows, rest) = all.as_chunks::<VECTOR>();
    let blocks = rows.chunks_exact(4);
    let rows = blocks.remainder();
    for block in blocks {
        for (l, lane) in lanes.iter_mut().enumerate() {
            *lane += (block[0][l] + block[1][l]) + (block[2][l] + block[3][l]);
        }
    }
    for row in rows {
        lanes.iter_mut().zip(row).for_each(|(lane, x)| *lane += *x);
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    let mut total = ((a + e) + (c + g)) + ((b + f) + (d + h));
    rest.iter().for_each(|x| total += *x);
    total
}

#[diagnostic::do_not_recommend]
impl<S: Scalar> Summed for S {
    #[inline]
    fn sum_of(all: &[S]) -> S {
        in_lanes(all)
    }
}

/// The first and the others added to it; none where there is none. What is summed may hold `Vec`s,
/// of which only the elements of the sum tell the lengths.
#[doc(hidden)]
#[inline]
pub fn added<B: Adjoint + Clone>(all: &[B]) -> Option<B> {
    let (first, others) = all.split_first()?;
    let mut total = first.clone();
    others.iter().for_each(|x| total.add(x));
    Some(total)
}

impl<E: Summed + Adjoint + Clone, const N: usize> Summed for [E; N] {
    #[inline]
    fn sum_of(all: &[[E; N]]) -> [E; N] {
        added(all).unwrap_or_else(|| core::array::from_fn(|_| E::sum_of(&[])))
    }
}

impl<E: Adjoint + Clone> Summed for Vec<E> {
    #[inline]
    fn sum_of(all: &[Vec<E>]) -> Vec<E> {
        added(all).unwrap_or_default()
    }
}

impl<E: Adjoint + Clone> Summed for Option<E> {
    #[inline]
    fn sum_of(all: &[Option<E>]) -> Option<E> {
        added(all).flatten()
    }
}

/// Tuples of up to twelve elements.
macro_rules! tuples {
    ($($($t:ident $u:ident $i:tt),+;)*) => {$(
        impl<$($t: Summed + Adjoint + Clone),+> Summed for ($($t,)+) {
            #[inline]
            fn sum_of(all: &[Self]) -> Self {
                added(all).unwrap_or_else(|| ($($t::sum_of(&[]),)+))
            }
        }
    )*};
}

for_each_tuple!(tuples);

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole numbers: every order of the additions gives the same.
    fn numbers<S: Scalar + From<u8>>(n: usize, from: usize) -> Vec<S> {
        let at = |k: usize| S::from(u8::try_from(k * 7 % 23).unwrap_or(0));
        (from..from + n).map(at).collect()
    }

    fn check<S: Scalar + From<u8> + core::fmt::Debug>() {
        for n in 0..140 {
            let terms = numbers::<S>(n, 3);
            let wanted = terms.iter().fold(S::default(), |all, x| all + *x);
            assert_eq!(sum(&terms), wanted, "{n}");
        }
        stencils::<S, 1>();
        stencils::<S, 2>();
        stencils::<S, 3>();
        stencils::<S, 5>();
        stencils::<S, 26>();
        stencils::<S, 40>();
    }

    fn stencils<S: Scalar + From<u8> + core::fmt::Debug, const W: usize>() {
        for n in 1..150 {
            let terms: [Vec<S>; W] = core::array::from_fn(|w| numbers(n, 5 * w));
            let mut row = numbers::<S>(n + W - 1, 11);
            let mut wanted = row.clone();
            for (w, terms) in terms.iter().enumerate() {
                for (j, x) in terms.iter().enumerate() {
                    wanted[w + j] += *x;
                }
            }
            add_stencil(&mut row, terms.each_ref().map(|t| &t[..]));
            assert_eq!(row, wanted, "{n} terms, {W} wide");
        }
    }

    #[test]
    fn every_length() {
        check::<f64>();
        check::<f32>();
    }
}
