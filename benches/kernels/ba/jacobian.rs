//! The Jacobian of the errors by rows, as GradBench stores it: for each observation two rows of fifteen numbers, then one
//! number per weight.

use super::{Scene, plain, reprojection, scene};
use std::hint::black_box;

/// Camera, point and weight.
const COLUMNS: usize = 11 + 3 + 1;

/// A scene at one point, and what its Jacobian is written into.
pub(crate) struct Jacobian {
    scene: Scene,
    point: Vec<f64>,
    values: Vec<f64>,
}

impl Jacobian {
    pub(crate) fn new(observations: usize) -> Self {
        let (point, scene) = scene(observations);
        Jacobian {
            scene,
            point,
            values: vec![0.0; observations * (2 * COLUMNS + 1)],
        }
    }

    /// The errors alone.
    pub(crate) fn primal(&self) {
        let (cameras, points, weights) = self.scene.split(black_box(&self.point));
        for i in 0..weights.len() {
            let [c, p] = self.scene.pairs[i];
            let feature = &self.scene.features[i];
            let e = plain::reprojection(&cameras[c], &points[p], weights[i], feature);
            black_box((e, 1.0 - weights[i] * weights[i]));
        }
    }

    /// All rows, by one pullback each.
    pub(crate) fn fill(&mut self) {
        let (cameras, points, weights) = self.scene.split(black_box(&self.point));
        let (rows, of_weights) = self.values.split_at_mut(2 * COLUMNS * weights.len());
        for (i, rows) in rows.chunks_exact_mut(2 * COLUMNS).enumerate() {
            let [c, p] = self.scene.pairs[i];
            let feature = &self.scene.features[i];
            let seeds = [[1.0, 0.0], [0.0, 1.0]];
            for (row, seed) in rows.chunks_exact_mut(COLUMNS).zip(seeds) {
                let (_, pullback) = reprojection::vjp(&cameras[c], &points[p], weights[i], feature);
                let (camera, point, w) = pullback(seed);
                row[..11].copy_from_slice(&camera);
                row[11..14].copy_from_slice(&point);
                row[14] = w;
            }
            of_weights[i] = -2.0 * weights[i];
        }
        black_box(&self.values);
    }

    /// Twice the transposed Jacobian times the errors is the gradient of the sum of their squares, by hand.
    pub(crate) fn assert_agreement(&mut self, gradient: &[f64]) {
        self.fill();
        let (cameras, points, weights) = self.scene.split(&self.point);
        let mut product = vec![0.0; self.point.len()];
        for i in 0..weights.len() {
            let [c, p] = self.scene.pairs[i];
            let feature = &self.scene.features[i];
            let e = plain::reprojection(&cameras[c], &points[p], weights[i], feature);
            let at = [11 * c, self.scene.lengths[0] + 3 * p];
            let weight_at = self.scene.lengths[0] + self.scene.lengths[1] + i;
            for (a, e) in e.into_iter().enumerate() {
                let row = &self.values[(2 * i + a) * COLUMNS..(2 * i + a + 1) * COLUMNS];
                for (j, entry) in row.iter().enumerate() {
                    let column = match j {
                        0..11 => at[0] + j,
                        11..14 => at[1] + j - 11,
                        _ => weight_at,
                    };
                    product[column] += 2.0 * e * entry;
                }
            }
            let error = 1.0 - weights[i] * weights[i];
            product[weight_at] += 2.0 * error * self.values[2 * COLUMNS * weights.len() + i];
        }
        let scale = gradient.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
        for (got, expected) in product.iter().zip(gradient) {
            assert!(
                (got - expected).abs() <= 1e-11 * scale,
                "{got}, by hand {expected}"
            );
        }
    }
}
