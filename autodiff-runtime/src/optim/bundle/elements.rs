//! The gradients at hand, and the least element of their hull.

use super::hull::Hull;
use super::metric::{Metric, dot, norm};
use super::polish::polish;

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

    /// Whether products, which hold half of the digits, leave it open that the least norm is this part of the largest, or of `size`.
    pub(super) fn may_be_zero(&mut self, part: f64, size: f64) -> bool {
        let largest = self.plain.largest().max(size * size);
        self.plain.least().1 <= (part * part).max(1e-6) * largest
    }

    /// The element of least norm, as far as products tell.
    pub(super) fn least(&mut self) -> Least {
        let (weights, _) = self.plain.least();
        let mut point = vec![0.0; self.gradients[0].len()];
        for (weight, gradient) in weights.iter().zip(&self.gradients) {
            let parts = point.iter_mut().zip(gradient);
            parts.for_each(|(p, g)| *p += weight * g);
        }
        Least::of(point, weights, &self.gradients)
    }

    /// As [`Bundle::least`], from the gradients themselves: with all digits also where it is far smaller than they are.
    pub(super) fn precisely(&mut self) -> Least {
        match polish(&self.gradients, self.plain.least().0) {
            Some(found) => Least::of(found.point, &found.weights, &self.gradients),
            None => self.least(),
        }
    }
}

/// The element of least norm of a hull.
#[derive(Clone, Debug)]
pub(super) struct Least {
    pub(super) point: Vec<f64>,
    pub(super) norm: f64,
    /// The mean norm of the elements that it is made of, with their weights.
    pub(super) made_of: f64,
}

impl Least {
    fn of(point: Vec<f64>, weights: &[f64], elements: &[Vec<f64>]) -> Least {
        let made_of = weights.iter().zip(elements);
        let made_of = made_of.filter(|(weight, _)| **weight > 0.0);
        Least {
            norm: norm(&point),
            point,
            made_of: made_of.map(|(weight, g)| weight * norm(g)).sum(),
        }
    }
}
