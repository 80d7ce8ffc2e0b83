//! The metric in which directions are steepest: an approximation of the inverse of second derivatives.

/// A symmetric positive definite matrix, as the method of Broyden, Fletcher, Goldfarb and Shanno updates it.
///
/// On nonsmooth functions too: Lewis and Overton, *Nonsmooth optimization via quasi-Newton methods*, Math. Program. 141 (2013).
#[derive(Clone, Debug)]
pub(super) struct Metric {
    n: usize,
    /// Row by row.
    entries: Vec<f64>,
    /// No update has been made.
    fresh: bool,
}

impl Metric {
    /// The identity.
    pub(super) fn new(n: usize) -> Metric {
        Metric::multiple(n, 1.0)
    }

    /// No metric: every product in it is that with an empty list.
    pub(super) fn none() -> Metric {
        Metric::new(0)
    }

    fn multiple(n: usize, scale: f64) -> Metric {
        let mut entries = vec![0.0; n * n];
        (0..n).for_each(|i| entries[i * n + i] = scale);
        Metric {
            n,
            entries,
            fresh: true,
        }
    }

    /// Whether nothing has been learnt yet.
    pub(super) fn is_fresh(&self) -> bool {
        self.fresh
    }

    pub(super) fn times(&self, v: &[f64]) -> Vec<f64> {
        let rows = self.entries.chunks_exact(self.n.max(1));
        rows.map(|row| dot(row, v)).collect()
    }

    /// Takes in that the gradient changed by `y` over the step `s`, where ⟨s, y⟩ > 0.
    pub(super) fn update(&mut self, s: &[f64], y: &[f64]) {
        let sy = dot(s, y);
        let large = norm(s) * norm(y);
        if sy.is_nan() || sy <= 1e-14 * large {
            return;
        }
        if self.fresh {
            *self = Metric::multiple(self.n, sy / dot(y, y));
            self.fresh = false;
        }
        let hy = self.times(y);
        let curvature = (1.0 + dot(&hy, y) / sy) / sy;
        for (i, row) in self.entries.chunks_exact_mut(self.n).enumerate() {
            let (a, b) = (curvature * s[i] - hy[i] / sy, s[i] / sy);
            for ((h, s), hy) in row.iter_mut().zip(s).zip(&hy) {
                *h += a * s - b * hy;
            }
        }
    }
}

/// The Euclidean norm, also where squares are too large or too small for an `f64`.
pub(super) fn norm(v: &[f64]) -> f64 {
    let square = dot(v, v);
    if (1e-200..1e200).contains(&square) {
        return square.sqrt();
    }
    let size = v.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
    if size == 0.0 || !size.is_finite() {
        return size;
    }
    let parts: f64 = v.iter().map(|x| (x / size) * (x / size)).sum();
    size * parts.sqrt()
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Four sums, so that they are formed side by side.
    let mut sums = [0.0; 4];
    let (heads, tails) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = heads
        .remainder()
        .iter()
        .zip(tails.remainder())
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in heads.zip(tails) {
        for k in 0..4 {
            sums[k] += a[k] * b[k];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}
