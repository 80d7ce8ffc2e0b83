//! Jacobians: one gradient per number of the result.
//!
//! In: the shapes of result and arguments, and two ways to get at the derivative of a function: a
//! row (the pullback of a seed) and a column (the tangent along a direction). Out: the gradients, in a
//! container of the shape of the result. One seed at a time, or several directions: a sweep carries one
//! adjoint for each value, or as many tangents as there are lanes.

use crate::numeric::{Scalar, cast, number};
use crate::sweeps::Basis;

/// A value that is made of numbers which have an order.
///
/// The order is that of elements and of fields, from the first to the last.
///
/// ```
/// use autodiff_runtime::Components;
/// let x = (2.0, vec![3.0, 5.0]);
/// assert_eq!(x.count(), 3);
/// assert_eq!(x.rows(&mut ["a", "b", "c"].into_iter()), ("a", vec!["b", "c"]));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not known to be made of numbers",
    label = "its numbers cannot be listed",
    note = "a Jacobian needs the numbers of the result and of the arguments one by one"
)]
pub trait Components {
    /// The same container with something else in the place of every number.
    type Rows<G>;
    /// How many numbers there are.
    fn count(&self) -> usize;
    /// Appends the numbers to `out`.
    fn read(&self, out: &mut Vec<f64>);
    /// Replaces the numbers by those of `from`, as far as these reach.
    fn write(&mut self, from: &mut impl Iterator<Item = f64>);
    /// Puts the next of `rows` in the place of every number.
    ///
    /// # Panics
    ///
    /// If there are fewer rows than numbers.
    fn rows<G>(&self, rows: &mut impl Iterator<Item = G>) -> Self::Rows<G>;
}

#[diagnostic::do_not_recommend]
impl<S: Scalar> Components for S {
    type Rows<G> = G;
    #[inline]
    fn count(&self) -> usize {
        1
    }
    #[inline]
    fn read(&self, out: &mut Vec<f64>) {
        out.push(cast(*self));
    }
    #[inline]
    fn write(&mut self, from: &mut impl Iterator<Item = f64>) {
        if let Some(x) = from.next() {
            *self = number(x);
        }
    }
    #[inline]
    fn rows<G>(&self, rows: &mut impl Iterator<Item = G>) -> G {
        rows.next().expect("a row for every number of the result")
    }
}

impl<T: Components> Components for [T] {
    type Rows<G> = Vec<T::Rows<G>>;
    fn count(&self) -> usize {
        self.iter().map(T::count).sum()
    }
    fn read(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|x| x.read(out));
    }
    fn write(&mut self, from: &mut impl Iterator<Item = f64>) {
        self.iter_mut().for_each(|x| x.write(from));
    }
    fn rows<G>(&self, rows: &mut impl Iterator<Item = G>) -> Self::Rows<G> {
        self.iter().map(|x| x.rows(rows)).collect()
    }
}

impl<T: Components> Components for Vec<T> {
    type Rows<G> = Vec<T::Rows<G>>;
    fn count(&self) -> usize {
        self.iter().map(T::count).sum()
    }
    fn read(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|x| x.read(out));
    }
    fn write(&mut self, from: &mut impl Iterator<Item = f64>) {
        self.iter_mut().for_each(|x| x.write(from));
    }
    fn rows<G>(&self, rows: &mut impl Iterator<Item = G>) -> Self::Rows<G> {
        self.iter().map(|x| x.rows(rows)).collect()
    }
}

impl<T: Components, const N: usize> Components for [T; N] {
    type Rows<G> = [T::Rows<G>; N];
    fn count(&self) -> usize {
        self.iter().map(T::count).sum()
    }
    fn read(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|x| x.read(out));
    }
    fn write(&mut self, from: &mut impl Iterator<Item = f64>) {
        self.iter_mut().for_each(|x| x.write(from));
    }
    fn rows<G>(&self, rows: &mut impl Iterator<Item = G>) -> Self::Rows<G> {
        core::array::from_fn(|i| self[i].rows(rows))
    }
}

impl<T: Components> Components for Option<T> {
    type Rows<G> = Option<T::Rows<G>>;
    fn count(&self) -> usize {
        self.iter().map(T::count).sum()
    }
    fn read(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|x| x.read(out));
    }
    fn write(&mut self, from: &mut impl Iterator<Item = f64>) {
        self.iter_mut().for_each(|x| x.write(from));
    }
    fn rows<G>(&self, rows: &mut impl Iterator<Item = G>) -> Self::Rows<G> {
        self.as_ref().map(|x| x.rows(rows))
    }
}

/// What is constant has no numbers.
impl Components for () {
    type Rows<G> = ();
    fn count(&self) -> usize {
        0
    }
    fn read(&self, _: &mut Vec<f64>) {}
    fn write(&mut self, _: &mut impl Iterator<Item = f64>) {}
    fn rows<G>(&self, _: &mut impl Iterator<Item = G>) {}
}

/// Tuples of up to twelve elements.
macro_rules! tuples {
    ($($($t:ident $u:ident $i:tt),+;)*) => {$(
        impl<$($t: Components),+> Components for ($($t,)+) {
            type Rows<G> = ($($t::Rows<G>,)+);
            fn count(&self) -> usize {
                0 $(+ self.$i.count())+
            }
            fn read(&self, out: &mut Vec<f64>) {
                $(self.$i.read(out);)+
            }
            fn write(&mut self, from: &mut impl Iterator<Item = f64>) {
                $(self.$i.write(from);)+
            }
            fn rows<G>(&self, rows: &mut impl Iterator<Item = G>) -> Self::Rows<G> {
                ($(self.$i.rows(rows),)+)
            }
        }
    )*};
}

for_each_tuple!(tuples);

/// The Jacobian of a function whose result has the shape of `result` and whose arguments have that of
/// `arguments` (values do not matter): a row for each number of the result, by `row`, or `N` columns at once, by
/// `column`, whichever takes fewer sweeps.
///
/// `row` is given a seed and returns the gradient under it. `column` is given `N` directions, written over `dots`, and
/// returns the derivatives of the result along them.
///
/// ```
/// use autodiff_runtime::{Tangents, jacobian};
/// // (x, y) ↦ (x·y, x + y, x), at (2, 3)
/// type Lanes = Tangents<f64, 2>;
/// let row = |(a, b, c): (f64, f64, f64)| (a * 3.0 + b + c, a * 2.0 + b);
/// let column = |(x, y): (Lanes, Lanes)| (x * 3.0 + y * 2.0, x + y, x);
/// let none = Lanes::default();
/// let rows = jacobian::<2, _, _, _, _>(&(0.0, 0.0, 0.0), &(0.0, 0.0), &(none, none), row, column);
/// assert_eq!(rows, ((3.0, 2.0), (1.0, 1.0), (1.0, 0.0)));
/// ```
pub fn jacobian<const N: usize, C, G, D, O>(
    result: &C,
    arguments: &G,
    dots: &D,
    row: impl FnMut(C) -> G,
    column: impl FnMut(D) -> O,
) -> C::Rows<G>
where
    C: Components + Clone,
    G: Components + Clone,
    D: Components + Clone,
    O: Components,
{
    if result.count() <= arguments.count().div_ceil(N) {
        by_rows(result, row)
    } else {
        by_columns::<N, _, _, _, _>(result, arguments, dots, column)
    }
}

/// The Jacobian, one sweep for every number of the result.
pub fn by_rows<C: Components + Clone, G>(result: &C, mut row: impl FnMut(C) -> G) -> C::Rows<G> {
    let m = result.count();
    result.rows(&mut (0..m).map(|i| row(unit(result, m, i))))
}

/// The Jacobian, one sweep for `N` numbers of the arguments.
pub fn by_columns<const N: usize, C, G, D, O>(
    result: &C,
    arguments: &G,
    dots: &D,
    mut column: impl FnMut(D) -> O,
) -> C::Rows<G>
where
    C: Components,
    G: Components + Clone,
    D: Components + Clone,
    O: Components,
{
    let (m, n) = (result.count(), arguments.count());
    let mut columns = Vec::with_capacity(m * n.next_multiple_of(N));
    for first in (0..n).step_by(N) {
        let mut dots = dots.clone();
        Basis::<N>::from(first).fill(&mut dots);
        column(dots).read(&mut columns);
    }
    // A sweep gives `N` derivatives of each number.
    let at = |i: usize, j: usize| columns[(j / N * m + i) * N + j % N];
    result.rows(&mut (0..m).map(|i| {
        let mut gradient = arguments.clone();
        gradient.write(&mut (0..n).map(|j| at(i, j)));
        gradient
    }))
}

/// All numbers zero but the `k`-th.
fn unit<C: Components + Clone>(shape: &C, count: usize, k: usize) -> C {
    let mut unit = shape.clone();
    unit.write(&mut (0..count).map(|i| if i == k { 1.0 } else { 0.0 }));
    unit
}

#[cfg(test)]
mod tests {
    use super::{by_columns, by_rows};
    use crate::directions::Tangents;

    #[test]
    fn rows_and_columns_agree() {
        let (a, b) = ([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [7.0, 8.0, 9.0]);
        // ([x0, x1], y) ↦ A·x + b·y
        let row = |c: Vec<f64>| {
            let dot = |v: &dyn Fn(usize) -> f64| (0..3).map(|i| c[i] * v(i)).sum::<f64>();
            ([dot(&|i| a[i][0]), dot(&|i| a[i][1])], dot(&|i| b[i]))
        };
        type Lanes = Tangents<f64, 2>;
        let column = |(x, y): ([Lanes; 2], Lanes)| {
            (0..3)
                .map(|i| x[0] * a[i][0] + x[1] * a[i][1] + y * b[i])
                .collect::<Vec<Lanes>>()
        };
        let shape = vec![0.0; 3];
        let rows = by_rows(&shape, row);
        let (arguments, dots) = (([0.0; 2], 0.0), ([Lanes::default(); 2], Lanes::default()));
        assert_eq!(
            rows,
            by_columns::<2, _, _, _, _>(&shape, &arguments, &dots, column)
        );
        assert_eq!(rows[1], ([3.0, 4.0], 8.0));
    }

    #[test]
    fn nothing_has_an_empty_jacobian() {
        let nothing: Vec<Vec<f64>> = by_rows(&Vec::<f64>::new(), |_| vec![1.0]);
        assert!(nothing.is_empty());
    }
}
