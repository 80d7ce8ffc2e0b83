//! The element of least norm once more, from the vectors themselves.
//!
//! Inner products hold half of the digits only: an element 10⁻⁸ times as large as those it is made of is lost in them. By projections
//! (Gram and Schmidt, with the second pass that makes them exact to rounding) it comes out with all of its digits, and orthogonal to the
//! kinks, so that a step along it does not climb them.

use super::metric::{dot, norm};

/// What is left of a vector, relative to it, below which it depends on others.
const DEPENDENT: f64 = 1e-12;

/// A point of a hull, and its weights.
pub(super) struct Polished {
    pub(super) point: Vec<f64>,
    pub(super) weights: Vec<f64>,
}

/// Wolfe's method from weights that are nearly those of the least element; `None` if it does not settle.
pub(super) fn polish(vectors: &[Vec<f64>], weights: &[f64]) -> Option<Polished> {
    let mut weights = weights.to_vec();
    let mut support: Vec<usize> = (0..weights.len()).filter(|i| weights[*i] > 0.0).collect();
    for _ in 0..2 * vectors.len() + 10 {
        let affine = Affine::of(vectors, &mut support);
        // What depends on others has left.
        let lost = (0..weights.len()).filter(|i| !support.contains(i));
        lost.for_each(|i| weights[i] = 0.0);
        if step_towards(&affine.weights, &mut support, &mut weights) {
            continue;
        }
        let Some(enters) = lower(vectors, &affine.point, &support) else {
            let point = affine.point;
            return Some(Polished { point, weights });
        };
        support.push(enters);
    }
    None
}

/// Towards the weights of the least element of the affine hull, until one is 0, which leaves: then true.
fn step_towards(target: &[f64], support: &mut Vec<usize>, weights: &mut [f64]) -> bool {
    let sum: f64 = support.iter().map(|i| weights[*i]).sum();
    support.iter().for_each(|i| weights[*i] /= sum);
    let pairs = || support.iter().map(|i| weights[*i]).zip(target).enumerate();
    let leaves = pairs().filter(|(_, (_, target))| **target < -1e-14);
    let reach = leaves.map(|(k, (now, target))| (k, now / (now - target)));
    let nearest = reach.min_by(|a, b| a.1.total_cmp(&b.1));
    let theta = nearest.map_or(1.0, |(_, theta)| theta);
    for (i, target) in support.iter().zip(target) {
        weights[*i] = (weights[*i] + theta * (target - weights[*i])).max(0.0);
    }
    if let Some((k, _)) = nearest {
        weights[support.remove(k)] = 0.0;
    }
    nearest.is_some()
}

/// A vector that shows, beyond rounding, that the point is not the least.
fn lower(vectors: &[Vec<f64>], point: &[f64], support: &[usize]) -> Option<usize> {
    let (square, size) = (dot(point, point), norm(point));
    let others = (0..vectors.len()).filter(|i| !support.contains(i));
    let below = others.map(|i| {
        let rounding = 16.0 * f64::EPSILON * norm(&vectors[i]) * size;
        (i, dot(&vectors[i], point) + rounding)
    });
    let least = below.min_by(|a, b| a.1.total_cmp(&b.1));
    least
        .filter(|(_, product)| *product < square * (1.0 - 1e-9))
        .map(|(i, _)| i)
}

/// The least element of the affine hull of some vectors.
struct Affine {
    point: Vec<f64>,
    weights: Vec<f64>,
}

impl Affine {
    /// Takes the vectors that depend on those before them out of the support.
    fn of(vectors: &[Vec<f64>], support: &mut Vec<usize>) -> Affine {
        let base = &vectors[support[0]];
        let mut basis: Vec<Vec<f64>> = Vec::new();
        let mut rows: Vec<Vec<f64>> = Vec::new();
        let mut kept = vec![support[0]];
        for i in &support[1..] {
            let mut rest: Vec<f64> = vectors[*i].iter().zip(base).map(|(v, b)| v - b).collect();
            let whole = norm(&rest);
            let mut row = off(&mut rest, &basis);
            let left = norm(&rest);
            if left.is_nan() || left <= DEPENDENT * whole {
                continue;
            }
            rest.iter_mut().for_each(|x| *x /= left);
            row.push(left);
            basis.push(rest);
            rows.push(row);
            kept.push(*i);
        }
        *support = kept;
        let mut point = base.clone();
        let along = off(&mut point, &basis);
        // Differences that span all directions leave nothing but rounding.
        if basis.len() >= base.len() || norm(&point) <= f64::EPSILON * norm(base) {
            point.fill(0.0);
        }
        // Row i of `rows` is column i of the triangle in D = Q·R: back substitution.
        let mut rest: Vec<f64> = along.iter().map(|c| -c).collect();
        for k in (0..rows.len()).rev() {
            rest[k] /= rows[k][k];
            let (above, at) = (&rows[k][..k], rest[k]);
            rest[..k]
                .iter_mut()
                .zip(above)
                .for_each(|(r, a)| *r -= a * at);
        }
        let mut weights = vec![1.0 - rest.iter().sum::<f64>()];
        weights.extend(rest);
        Affine { point, weights }
    }
}

/// Takes off what a vector has along an orthonormal basis, and tells how much that was.
fn off(vector: &mut [f64], basis: &[Vec<f64>]) -> Vec<f64> {
    let mut along = vec![0.0; basis.len()];
    for _ in 0..3 {
        for (q, sum) in basis.iter().zip(&mut along) {
            let part = dot(q, vector);
            *sum += part;
            vector.iter_mut().zip(q).for_each(|(v, q)| *v -= part * q);
        }
    }
    along
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::SplitMix64;

    /// Steep and opposite in some directions, gentle in one that all have in common: the least element is that one.
    #[test]
    fn a_least_element_far_below_its_vectors_has_all_of_its_digits() {
        let mut rng = SplitMix64::new(3);
        for trial in 0..50 {
            let n = 2 + trial % 6;
            let common = rng.direction(n);
            let mut vectors: Vec<Vec<f64>> = Vec::new();
            let mut sum = vec![0.0; n];
            for _ in 1..n {
                let mut steep = rng.direction(n);
                let _ = off(&mut steep, std::slice::from_ref(&common));
                sum.iter_mut().zip(&steep).for_each(|(s, x)| *s -= x);
                vectors.push(steep);
            }
            vectors.push(sum);
            let gentle = 1e-3;
            for vector in &mut vectors {
                vector
                    .iter_mut()
                    .zip(&common)
                    .for_each(|(v, c)| *v = 1e8 * *v + gentle * c);
            }
            // From a corner, and from the middle.
            let mut corner = vec![0.0; vectors.len()];
            corner[0] = 1.0;
            for start in [corner, vec![1.0 / vectors.len() as f64; vectors.len()]] {
                let found = polish(&vectors, &start).unwrap();
                let along = dot(&found.point, &common);
                assert!((norm(&found.point) / gentle - 1.0).abs() < 1e-4, "{trial}");
                // The vectors themselves are rounded to 1e8 · 2⁻⁵³.
                assert!(
                    (along / gentle - 1.0).abs() < 1e-4 && found.weights.iter().all(|w| *w >= 0.0)
                );
            }
        }
    }
}
