//! Densities, likelihoods and statistics of samples.

use std::f64::consts::PI;

use conservative_grad::{Differentiable, conservative_grad};

use super::differences::assert_gradient;
use super::special::ln_gamma;

/// A normal distribution.
#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
pub struct Normal {
    mean: f64,
    std_dev: f64,
}

#[conservative_grad]
impl Normal {
    pub fn ln_pdf(&self, x: f64) -> f64 {
        let d = (x - self.mean) / self.std_dev;
        (-0.5 * d * d) - 0.5 * (2.0 * PI).ln() - self.std_dev.ln()
    }

    pub fn entropy(&self) -> f64 {
        0.5 * (2.0 * PI * std::f64::consts::E).ln() + self.std_dev.ln()
    }

    /// Divergence from another one.
    pub fn divergence(&self, other: &Normal) -> f64 {
        let ratio = self.std_dev / other.std_dev;
        let shift = (self.mean - other.mean) / other.std_dev;
        0.5 * (ratio.powi(2) + shift.powi(2) - 1.0) - ratio.ln()
    }
}

/// Log-likelihood of a sample.
#[conservative_grad]
pub fn log_likelihood(model: &Normal, #[constant] sample: &[f64]) -> f64 {
    sample.iter().map(|&x| model.ln_pdf(x)).sum()
}

/// Student's t density.
#[conservative_grad]
pub fn student_t(x: f64, freedom: f64) -> f64 {
    let half = (freedom + 1.0) / 2.0;
    let log = ln_gamma(half) - ln_gamma(freedom / 2.0) - 0.5 * (freedom * PI).ln();
    (log - half * (x * x / freedom).ln_1p()).exp()
}

/// Density of the Weibull distribution.
#[conservative_grad]
pub fn weibull(x: f64, shape: f64, scale: f64) -> f64 {
    match (x < 0.0, x == 0.0) {
        (true, _) => 0.0,
        (_, true) => shape / scale,
        _ => {
            let r = x / scale;
            (shape / scale) * r.powf(shape - 1.0) * (-r.powf(shape)).exp()
        }
    }
}

#[conservative_grad]
pub fn mean(xs: &[f64]) -> f64 {
    xs.iter().sum::<f64>() / xs.len() as f64
}

/// Third standardised moment.
#[conservative_grad]
pub fn skewness(xs: &[f64]) -> f64 {
    let n = xs.len() as f64;
    let m = mean(xs);
    let m2 = xs.iter().map(|x| (x - m).powi(2)).sum::<f64>() / n;
    let m3 = xs.iter().map(|x| (x - m).powi(3)).sum::<f64>() / n;
    m3 / m2.powf(1.5)
}

/// Pearson's correlation.
#[conservative_grad]
pub fn correlation(xs: &[f64], ys: &[f64]) -> f64 {
    let (mx, my) = (mean(xs), mean(ys));
    let mut cov = 0.0;
    let mut var_x = 0.0;
    let mut var_y = 0.0;
    for (x, y) in xs.iter().zip(ys) {
        let (dx, dy) = (x - mx, y - my);
        cov += dx * dy;
        var_x += dx * dx;
        var_y += dy * dy;
    }
    cov / (var_x * var_y).sqrt()
}

/// Roughness of a series after smoothing by a moving average.
#[conservative_grad]
pub fn roughness(series: &[f64], width: usize) -> f64 {
    let smooth: Vec<f64> = series
        .windows(width)
        .map(|w| w.iter().sum::<f64>() / width as f64)
        .collect();
    smooth.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum()
}

/// Exponential smoothing of a series.
#[conservative_grad]
pub fn smoothed(series: &[f64], alpha: f64) -> Vec<f64> {
    let mut out = Vec::with_capacity(series.len());
    let mut level = series[0];
    out.push(level);
    for &x in &series[1..] {
        level = alpha * x + (1.0 - alpha) * level;
        out.push(level);
    }
    out
}

#[test]
fn values() {
    let normal = Normal {
        mean: 0.0,
        std_dev: 1.0,
    };
    assert!((normal.ln_pdf(0.0) + 0.918_938_533_204_672_8).abs() < 1e-15);
    assert_eq!(normal.divergence(&normal), 0.0);
    assert!((student_t(0.0, 1.0) - 1.0 / PI).abs() < 1e-12);
    assert_eq!(weibull(-1.0, 2.0, 3.0), 0.0);
    assert!((correlation(&[1.0, 2.0, 4.0], &[2.0, 4.0, 8.0]) - 1.0).abs() < 1e-15);
    assert_eq!(skewness(&[1.0, 2.0, 3.0]), 0.0);
    assert_eq!(roughness(&[1.0, 2.0, 3.0, 4.0], 2), 2.0);
    assert_eq!(smoothed(&[1.0, 3.0], 0.5), [1.0, 2.0]);
}

#[test]
fn gradients() {
    check!(student_t(0.75, 3.5));
    check!(weibull(1.5, 2.0, 3.0));
    check!(weibull(-0.5, 2.0, 3.0));
    check!(skewness(&[0.5, 1.5, -1.0, 2.0]));
    check!(correlation(&[0.5, 1.5, -1.0, 2.0], &[1.0, 0.5, 0.25, 1.75]));
    check!(roughness(&[0.5, 1.5, -1.0, 2.0, 0.75, 0.25], const 3));
    check!(smoothed(&[0.5, 1.5, -1.0, 2.0], 0.3) -> many);
    let at = [0.3, 1.7];
    let normal = |x: &[f64]| Normal {
        mean: x[0],
        std_dev: x[1],
    };
    let sample = [0.5, 2.0, -1.0];
    let f = |x: &[f64]| log_likelihood(&normal(x), &sample);
    let (value, bar) = log_likelihood::value_and_grad(&normal(&at), &sample);
    assert_eq!(value, f(&at));
    assert_gradient(&[bar.mean, bar.std_dev], &at, f);
    let at = [0.3, 1.7, -0.4, 0.9];
    let (a, b) = normal(&at).divergence_grad(&normal(&at[2..]));
    assert_gradient(&[a.mean, a.std_dev, b.mean, b.std_dev], &at, |x| {
        normal(x).divergence(&normal(&x[2..]))
    });
    let bar = normal(&at).entropy_grad();
    assert_eq!((bar.mean, bar.std_dev), (0.0, 1.0 / 1.7));
}
