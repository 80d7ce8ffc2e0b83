//! The gradients at hand, and the least element of their hull.

use super::hull::Hull;
use super::metric::{Metric, dot};

/// Gradients at points near each other, with their products in a metric and in the plain one.
pub(super) struct Bundle {
    gradients: Vec<Vec<f64>>,
    /// The metric times each gradient.
    scaled: Vec<Vec<f64>>,
    in_metric: Hull,
    plain: Hull,
}

impl Bundle {
    pub(super) fn of(metric: &Metric, gradient: &[f64]) -> Bundle {
        let mut bundle = Bundle {
            gradients: Vec::new(),
            scaled: Vec::new(),
            in_metric: Hull::default(),
            plain: Hull::default(),
        };
        bundle.push(metric, gradient);
        bundle
    }

    pub(super) fn push(&mut self, metric: &Metric, gradient: &[f64]) {
        let scaled = metric.times(gradient);
        self.gradients.push(gradient.to_vec());
        let products = self.gradients.iter().map(|g| dot(g, &scaled)).collect();
        self.in_metric.push(products);
        let products = self.gradients.iter().map(|g| dot(g, gradient)).collect();
        self.plain.push(products);
        self.scaled.push(scaled);
    }

    pub(super) fn len(&self) -> usize {
        self.gradients.len()
    }

    /// The direction of steepest descent in the metric, and the slope of the function along it, as far as the bundle knows.
    pub(super) fn direction(&mut self) -> (Vec<f64>, f64) {
        let (weights, square) = self.in_metric.least();
        let mut direction = vec![0.0; self.gradients[0].len()];
        for (weight, scaled) in weights.iter().zip(&self.scaled) {
            if *weight > 0.0 {
                let parts = direction.iter_mut().zip(scaled);
                parts.for_each(|(d, h)| *d -= weight * h);
            }
        }
        (direction, -square)
    }

    /// The norm of the least element.
    pub(super) fn norm(&mut self) -> f64 {
        self.plain.least().1.sqrt()
    }
}
