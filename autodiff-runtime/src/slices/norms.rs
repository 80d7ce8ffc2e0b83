//! Norms of vectors.

use super::extremes::best;
use super::{Asker, Slope, slices};
use crate::numeric::Real;
use crate::rules::Compared;
use crate::selection::Selection;

slices! {
    /// Sum of the absolute values.
    number fn l1_norm(x) {
        value: x.iter().fold(T::ZERO, |sum, x| sum + x.abs()),
        slopes(ask): vec![Slope::Many((0..x.len()).map(|i| (i, sign(x, i, 0, ask))).collect())],
        decide { stratum: "x[i] = 0", field: "[-1, 1] in the place i", theta: [0.5, 1.0, 0.5] },
        definable: Semialgebraic, cost_bound: 3.0,
        example: "assert_eq!(l1_norm(&[3.0, -4.0]), 7.0);",
        samples: [([3.0, -4.0], []), ([-1.0, 0.5, 2.0], [])],
        kinks: [([0.0, 0.0], []), ([1.0, 0.0], [])],
        source: "l1norm",
    }
    /// Euclidean length, without overflow. At the origin the derivative is 0; the branch above is that along the diagonal.
    number fn l2_norm(x) {
        value: length(x),
        slopes(ask): vec![radial(x, ask)],
        decide { stratum: "x = 0", field: "unit ball", theta: [0.0, 0.0, 0.0] },
        definable: Semialgebraic, cost_bound: 3.0,
        example: "assert_eq!(l2_norm(&[3.0, -4.0]), 5.0);",
        samples: [([3.0, -4.0], []), ([-1.0, 0.5, 2.0], []), ([0.0, 2.0], [])],
        kinks: [([0.0, 0.0], [])],
        source: "l2norm",
    }
    /// Largest absolute value; a NaN loses. Of no numbers, 0.
    number fn linf_norm(x) {
        value: x.iter().map(|x| x.abs()).reduce(T::max).unwrap_or(T::ZERO),
        slopes(ask): {
            // The absolute values are operations of their own: first all of these, then the largest of them.
            let signs: Vec<T> = (0..x.len()).map(|i| sign(x, i, 1, ask)).collect();
            let sizes: Vec<T> = x.iter().map(|x| x.abs()).collect();
            vec![best(&sizes, &|i| Slope::One(i, signs[i]), ask, |new, best| new > best)]
        },
        decide { stratum: "|x[i]| = max of those before", field: "{w : Σ |w| = 1, w = 0 off the largest, signs of x}", theta: [0.5, 0.5, 0.5] },
        decide { stratum: "x[i] = 0", field: "[-1, 1] in the place i", theta: [0.5, 0.75, 0.5] },
        definable: Semialgebraic, cost_bound: 3.0,
        example: "assert_eq!(linf_norm(&[3.0, -4.0]), 4.0);",
        samples: [([3.0, -4.0], []), ([-1.0, 0.5, 0.0], [])],
        kinks: [([0.0, 0.0], []), ([1.0, -1.0], []), ([1.0, 1.0], [])],
        source: "linfnorm",
    }
}

/// The derivative of `|x[i]|`.
fn sign<T: Real, S: Selection + ?Sized>(
    x: &[T],
    i: usize,
    decision: usize,
    ask: &mut Asker<'_, T, S>,
) -> T {
    let compared = Compared {
        margin: x[i],
        above: x[i] > T::ZERO,
        tie: x[i] == T::ZERO,
    };
    let weight = ask.ask(decision, compared, 2, (&Slope::at(i), &Slope::none()));
    crate::selection::pick(weight, -T::ONE, T::ONE)
}

fn length<T: Real>(x: &[T]) -> T {
    let largest = x.iter().fold(
        T::ZERO,
        |best, x| {
            if x.is_nan() { *x } else { best.max(x.abs()) }
        },
    );
    let undefined = x.iter().any(|x| x.is_nan());
    if undefined {
        return T::NAN;
    }
    if largest == T::ZERO || largest.is_infinite() {
        return largest;
    }
    let squares = x.iter().fold(T::ZERO, |sum, x| {
        let part = *x / largest;
        sum + part * part
    });
    largest * squares.sqrt()
}

fn radial<T: Real, S: Selection + ?Sized>(x: &[T], ask: &mut Asker<'_, T, S>) -> Slope<T> {
    let y = length(x);
    let at_origin = x.iter().all(|x| *x == T::ZERO);
    let compared = Compared {
        margin: y,
        above: !at_origin,
        tie: at_origin,
    };
    // The direction in which the origin is left cannot be told by a side: no tangent of the margin.
    let weight = ask.ask_blind(0, compared);
    let diagonal = T::ONE / T::from_f64(x.len() as f64).sqrt();
    let part = |x: T| match at_origin {
        true => diagonal,
        false if x.is_infinite() => x.signum(),
        false => x / y,
    };
    let terms = x.iter().enumerate();
    Slope::Many(
        terms
            .map(|(i, x)| (i, crate::selection::pick(weight, T::ZERO, part(*x))))
            .collect(),
    )
}
