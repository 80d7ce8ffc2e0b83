//! The element of least norm of a convex hull, from inner products alone: Wolfe's active set.
//!
//! Wolfe, *Finding the nearest point in a polytope*, Math. Program. 11 (1976). A conic solver gives the same point
//! ([`least_norm`](crate::point), feature `clarabel`); here one vector is added at a time and most weights stay what they were, so that a
//! start from the weights before takes a few factorizations of the vectors that count.

use super::metric::dot;

/// Inner products of a growing list of vectors, and the weights of the least element of their hull.
#[derive(Clone, Debug, Default)]
pub(super) struct Hull {
    /// Row by row, the lower triangle: product `i`, `j` for `j ≤ i`.
    products: Vec<Vec<f64>>,
    weights: Vec<f64>,
    /// Those with a weight, in the order of the rows of `lower`.
    support: Vec<usize>,
    /// The Cholesky factor of Q + σ·11ᵀ on the support, row by row.
    lower: Vec<Vec<f64>>,
    sigma: f64,
}

/// Relative size below which a product counts as no progress, and a pivot as 0.
const NOTHING: f64 = 1e-13;

impl Hull {
    /// Takes in one more vector: its products with all before it, and with itself last.
    pub(super) fn push(&mut self, products: Vec<f64>) {
        debug_assert_eq!(products.len(), self.products.len() + 1);
        let first = self.products.is_empty();
        self.weights.push(if first { 1.0 } else { 0.0 });
        self.products.push(products);
        if first {
            self.sigma = self.product(0, 0);
            self.enter(0);
        }
    }

    /// The largest square.
    pub(super) fn largest(&self) -> f64 {
        (0..self.products.len()).fold(0.0_f64, |size, i| size.max(self.product(i, i)))
    }

    fn product(&self, i: usize, j: usize) -> f64 {
        self.products[i.max(j)][i.min(j)]
    }

    /// Weights of the element of least norm, and the square of that.
    pub(super) fn least(&mut self) -> (&[f64], f64) {
        let (m, largest) = (self.products.len(), self.largest());
        let mut square = self.square();
        // Every turn makes the norm smaller, or is the last.
        for _ in 0..3 * m + 10 {
            let candidates = (0..m).filter(|i| self.weights[*i] == 0.0);
            let slopes = candidates.map(|i| (i, self.along(i)));
            let Some((enters, slope)) = slopes.min_by(|a, b| a.1.total_cmp(&b.1)) else {
                break;
            };
            if slope >= square - NOTHING * largest {
                break;
            }
            let before = (self.weights.clone(), square);
            // One that depends on the others cannot make the norm smaller, beyond rounding.
            if !self.enter(enters) {
                break;
            }
            self.settle();
            square = self.square();
            if square >= before.1 {
                (self.weights, square) = before;
                self.factor();
                break;
            }
        }
        (&self.weights, square.max(0.0))
    }

    /// The product of a vector with the least element so far.
    fn along(&self, i: usize) -> f64 {
        let terms = self.support.iter();
        terms.map(|j| self.weights[*j] * self.product(i, *j)).sum()
    }

    fn square(&self) -> f64 {
        let terms = self.support.iter();
        terms.map(|i| self.weights[*i] * self.along(*i)).sum()
    }

    /// The least element of the hull of the support: towards that of its affine hull, until a weight is 0, which leaves.
    fn settle(&mut self) {
        while self.support.len() > 1 {
            let Some(affine) = self.affine() else { return };
            let pairs = || self.support.iter().zip(&affine);
            let leaves = pairs().filter(|(_, target)| **target <= 0.0);
            let reach =
                |(i, target): (&usize, &f64)| self.weights[*i] / (self.weights[*i] - target);
            let theta = leaves.map(reach).fold(1.0_f64, f64::min);
            let moved: Vec<f64> = pairs()
                .map(|(i, target)| self.weights[*i] + theta * (target - self.weights[*i]))
                .collect();
            let gone = (0..moved.len()).filter(|k| affine[*k] <= 0.0);
            let gone = gone.min_by(|a, b| moved[*a].total_cmp(&moved[*b]));
            for (i, weight) in self.support.iter().zip(&moved) {
                self.weights[*i] = weight.max(0.0);
            }
            let Some(gone) = gone else { return };
            self.weights[self.support[gone]] = 0.0;
            let from = self.support.iter().position(|i| self.weights[*i] == 0.0);
            self.support.retain(|i| self.weights[*i] > 0.0);
            self.factor_from(from.unwrap_or(0));
            self.normalize();
        }
        self.normalize();
    }

    /// Takes off what rounding added to the sum of the weights.
    fn normalize(&mut self) {
        let sum: f64 = self.support.iter().map(|i| self.weights[*i]).sum();
        self.support.iter().for_each(|i| self.weights[*i] /= sum);
    }

    /// The support and its factor, from the weights.
    fn factor(&mut self) {
        self.support.retain(|i| self.weights[*i] > 0.0);
        let lost = (0..self.weights.len()).filter(|i| self.weights[*i] > 0.0);
        let lost: Vec<usize> = lost.filter(|i| !self.support.contains(i)).collect();
        self.support.extend(lost);
        self.factor_from(0);
    }

    /// Rows of the factor from one on. What has become dependent leaves.
    fn factor_from(&mut self, first: usize) {
        let again = self.support.split_off(first);
        self.lower.truncate(first);
        for i in again {
            if !self.enter(i) {
                self.weights[i] = 0.0;
            }
        }
    }

    /// Appends a vector to the support; false if it depends on those in it.
    fn enter(&mut self, i: usize) -> bool {
        let mut row: Vec<f64> = Vec::with_capacity(self.support.len() + 1);
        for (j, above) in self.support.iter().zip(&self.lower) {
            let c = row.len();
            let entry = self.product(i, *j) + self.sigma - dot(&row, &above[..c]);
            row.push(entry / above[c]);
        }
        let whole = self.product(i, i) + self.sigma;
        let pivot = whole - dot(&row, &row);
        if pivot.is_nan() || pivot <= NOTHING * whole {
            return false;
        }
        row.push(pivot.sqrt());
        self.support.push(i);
        self.lower.push(row);
        true
    }

    /// Weights of the least element of the affine hull of the support: (Q + σ·11ᵀ)·z = 1, scaled.
    fn affine(&self) -> Option<Vec<f64>> {
        let k = self.lower.len();
        let mut z: Vec<f64> = Vec::with_capacity(k);
        for row in &self.lower {
            let r = z.len();
            z.push((1.0 - dot(&row[..r], &z)) / row[r]);
        }
        for r in (0..k).rev() {
            z[r] /= self.lower[r][r];
            let (above, at) = (&self.lower[r][..r], z[r]);
            z[..r].iter_mut().zip(above).for_each(|(z, l)| *z -= l * at);
        }
        let sum: f64 = z.iter().sum();
        (sum > 0.0).then(|| z.iter().map(|w| w / sum).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Hull, dot};
    use crate::check::SplitMix64;

    fn pushed(hull: &mut Hull, vectors: &[Vec<f64>]) {
        for k in hull.products.len()..vectors.len() {
            hull.push((0..=k).map(|i| dot(&vectors[k], &vectors[i])).collect());
        }
    }

    /// That the point is least, by its definition: no vector has a smaller product with it than itself.
    #[test]
    fn no_vector_is_nearer_to_the_origin_along_the_least_element() {
        let mut rng = SplitMix64::new(5);
        for trial in 0..200 {
            let (n, m) = (1 + trial % 7, 1 + trial % 13);
            let offset = if trial % 3 == 0 { 2.0 } else { 0.0 };
            let mut vectors: Vec<Vec<f64>> = Vec::new();
            let mut hull = Hull::default();
            for k in 0..m {
                // Now and then the same vector again.
                let vector = match k > 2 && k % 4 == 0 {
                    true => vectors[1].clone(),
                    false => (0..n).map(|_| rng.normal() + offset).collect(),
                };
                vectors.push(vector);
                pushed(&mut hull, &vectors);
                let (weights, square) = hull.least();
                let mut point = vec![0.0; n];
                for (w, v) in weights.iter().zip(&vectors) {
                    assert!(*w >= 0.0);
                    point.iter_mut().zip(v).for_each(|(p, v)| *p += w * v);
                }
                assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                assert!((dot(&point, &point) - square).abs() < 1e-9);
                assert!(
                    vectors.iter().all(|v| dot(v, &point) >= square - 1e-7),
                    "trial {trial}"
                );
            }
        }
    }
}
