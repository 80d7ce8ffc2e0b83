//! Residuals of all sub-arcs of a curve at once.
//!
//! Every stretch of a curve is a curve, so the chain rule holds on each or is refuted. Residuals add up
//! along the curve; the largest over all stretches is the spread of their running sum.

use core::ops::Range;

/// A stretch, by the numbers of its parts, and its residual.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arc {
    pub(crate) parts: Range<usize>,
    pub(crate) residual: f64,
}

/// The stretch with the largest residual in absolute value; `None` in the list breaks the curve.
pub(crate) fn worst(residuals: &[Option<f64>]) -> Arc {
    let mut best = Arc {
        parts: 0..0,
        residual: 0.0,
    };
    let mut extremes = Extremes::at(0);
    for (i, residual) in residuals.iter().enumerate() {
        match residual {
            Some(residual) => extremes.advance(*residual, i + 1, &mut best),
            None => extremes = Extremes::at(i + 1),
        }
    }
    best
}

/// The running sum and where it was lowest and highest.
struct Extremes {
    sum: f64,
    low: (f64, usize),
    high: (f64, usize),
}

impl Extremes {
    fn at(start: usize) -> Self {
        Extremes {
            sum: 0.0,
            low: (0.0, start),
            high: (0.0, start),
        }
    }

    fn advance(&mut self, residual: f64, end: usize, best: &mut Arc) {
        self.sum += residual;
        for (value, start) in [self.low, self.high] {
            if (self.sum - value).abs() > best.residual.abs() {
                *best = Arc {
                    parts: start..end,
                    residual: self.sum - value,
                };
            }
        }
        if self.sum < self.low.0 {
            self.low = (self.sum, end);
        }
        if self.sum > self.high.0 {
            self.high = (self.sum, end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_worst_stretch_though_the_total_cancels() {
        let residuals = [0.0, 1.0, 2.0, -3.0, 0.5].map(Some);
        assert_eq!(
            worst(&residuals),
            Arc {
                parts: 0..3,
                residual: 3.0
            }
        );
    }

    #[test]
    fn does_not_reach_across_a_gap() {
        let residuals = [Some(1.0), None, Some(1.0), Some(0.5)];
        assert_eq!(
            worst(&residuals),
            Arc {
                parts: 2..4,
                residual: 1.5
            }
        );
    }
}
