//! Curves in parameter space.

mod round;

use core::fmt;

pub use round::{Circle, Lissajous};

/// A piecewise smooth curve `γ: [0, 1] → ℝᵖ` and its velocity.
///
/// Implement it for a family of your own, or use [`Path`] with two closures.
pub trait Curve {
    /// The dimension `p`.
    fn dimension(&self) -> usize;
    /// Writes `γ(t)`.
    fn point(&self, t: f64, x: &mut [f64]);
    /// Writes `γ'(t)`; it is never asked for at a break.
    fn velocity(&self, t: f64, v: &mut [f64]);
    /// Times in `(0, 1)`, increasing, where the velocity jumps.
    fn breaks(&self) -> Vec<f64> {
        Vec::new()
    }
    /// Says in a few words which curve this is.
    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "curve in dimension {}", self.dimension())
    }
}

/// The straight way from one point to another.
///
/// A coordinate that is the same at both ends is the same, bit for bit, at every time: so a
/// segment between two points of a tie `x[i] = x[j]` or `x[i] = c` stays in the tie.
///
/// ```
/// use autodiff_runtime::check::{Curve, Segment};
/// let segment = Segment::new(&[0.1, 1.0], &[0.1, 3.0]);
/// let mut x = [0.0; 2];
/// segment.point(0.3, &mut x);
/// assert_eq!(x, [0.1, 1.6]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    from: Vec<f64>,
    to: Vec<f64>,
}

impl Segment {
    /// # Panics
    /// If the two points have different dimensions.
    #[must_use]
    pub fn new(from: &[f64], to: &[f64]) -> Self {
        assert_eq!(
            from.len(),
            to.len(),
            "both ends of a segment need the same dimension"
        );
        Segment {
            from: from.to_vec(),
            to: to.to_vec(),
        }
    }
}

/// Between `a` at 0 and `b` at 1, exact at both.
fn between(a: f64, b: f64, t: f64) -> f64 {
    if t == 1.0 { b } else { a + t * (b - a) }
}

impl Curve for Segment {
    fn dimension(&self) -> usize {
        self.from.len()
    }

    fn point(&self, t: f64, x: &mut [f64]) {
        for ((x, a), b) in x.iter_mut().zip(&self.from).zip(&self.to) {
            *x = between(*a, *b, t);
        }
    }

    fn velocity(&self, _t: f64, v: &mut [f64]) {
        for ((v, a), b) in v.iter_mut().zip(&self.from).zip(&self.to) {
            *v = b - a;
        }
    }

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "segment from {} to {}",
            Point(&self.from),
            Point(&self.to)
        )
    }
}

/// Straight pieces through given corners, each in the same time.
#[derive(Clone, Debug, PartialEq)]
pub struct Polyline {
    corners: Vec<Vec<f64>>,
}

impl Polyline {
    /// # Panics
    /// If there are fewer than two corners, or corners of different dimensions.
    #[must_use]
    pub fn new<P: AsRef<[f64]>>(corners: &[P]) -> Self {
        let corners: Vec<Vec<f64>> = corners.iter().map(|c| c.as_ref().to_vec()).collect();
        assert!(corners.len() > 1, "a polyline needs at least two corners");
        let p = corners[0].len();
        assert!(
            corners.iter().all(|c| c.len() == p),
            "all corners need the same dimension"
        );
        Polyline { corners }
    }

    /// The polygon with the given corners, back to the first.
    ///
    /// # Panics
    /// As [`Polyline::new`], of which it is the closed form.
    #[must_use]
    pub fn closed<P: AsRef<[f64]>>(corners: &[P]) -> Self {
        let mut all: Vec<&[f64]> = corners.iter().map(AsRef::as_ref).collect();
        all.extend(corners.first().map(AsRef::as_ref));
        Polyline::new(&all)
    }

    fn pieces(&self) -> usize {
        self.corners.len() - 1
    }

    /// The piece that `t` is in and the time within it.
    fn locate(&self, t: f64) -> (usize, f64) {
        let s = t * self.pieces() as f64;
        let piece = (s as usize).min(self.pieces() - 1);
        (piece, s - piece as f64)
    }
}

impl Curve for Polyline {
    fn dimension(&self) -> usize {
        self.corners[0].len()
    }

    fn point(&self, t: f64, x: &mut [f64]) {
        let (piece, s) = self.locate(t);
        let ends = self.corners[piece].iter().zip(&self.corners[piece + 1]);
        for (x, (a, b)) in x.iter_mut().zip(ends) {
            *x = between(*a, *b, s);
        }
    }

    fn velocity(&self, t: f64, v: &mut [f64]) {
        let (piece, _) = self.locate(t);
        let ends = self.corners[piece].iter().zip(&self.corners[piece + 1]);
        for (v, (a, b)) in v.iter_mut().zip(ends) {
            *v = (b - a) * self.pieces() as f64;
        }
    }

    fn breaks(&self) -> Vec<f64> {
        let n = self.pieces();
        (1..n).map(|i| i as f64 / n as f64).collect()
    }

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "polyline of {} pieces from {}",
            self.pieces(),
            Point(&self.corners[0])
        )
    }
}

/// A curve from two closures, `γ(t)` and `γ'(t)`.
///
/// ```
/// use autodiff_runtime::check::{Curve, Path};
/// let parabola = Path::new(2, |t, x| { x[0] = t; x[1] = t * t }, |t, v| { v[0] = 1.0; v[1] = 2.0 * t });
/// let mut v = [0.0; 2];
/// parabola.velocity(0.5, &mut v);
/// assert_eq!(v, [1.0, 1.0]);
/// ```
pub struct Path<P, V> {
    dimension: usize,
    point: P,
    velocity: V,
    breaks: Vec<f64>,
}

impl<P: Fn(f64, &mut [f64]), V: Fn(f64, &mut [f64])> Path<P, V> {
    /// A smooth curve in dimension `dimension`, for times from 0 to 1.
    pub fn new(dimension: usize, point: P, velocity: V) -> Self {
        Path {
            dimension,
            point,
            velocity,
            breaks: Vec::new(),
        }
    }

    /// Says where in `(0, 1)` the velocity jumps.
    #[must_use]
    pub fn with_breaks(mut self, mut breaks: Vec<f64>) -> Self {
        breaks.sort_by(f64::total_cmp);
        self.breaks = breaks;
        self
    }
}

impl<P, V> fmt::Debug for Path<P, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Path")
            .field("dimension", &self.dimension)
            .finish_non_exhaustive()
    }
}

impl<P: Fn(f64, &mut [f64]), V: Fn(f64, &mut [f64])> Curve for Path<P, V> {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn point(&self, t: f64, x: &mut [f64]) {
        (self.point)(t, x);
    }

    fn velocity(&self, t: f64, v: &mut [f64]) {
        (self.velocity)(t, v);
    }

    fn breaks(&self) -> Vec<f64> {
        self.breaks.clone()
    }
}

/// A point as text, long ones cut.
pub(crate) struct Point<'a>(pub(crate) &'a [f64]);

impl fmt::Display for Point<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 4;
        f.write_str("[")?;
        for (i, x) in self.0.iter().take(SHOWN).enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            write!(f, "{comma}{}", crate::check::text::number(*x))?;
        }
        if self.0.len() > SHOWN {
            write!(f, ", … {} in all", self.0.len())?;
        }
        f.write_str("]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_velocity_fits(curve: &dyn Curve) {
        let p = curve.dimension();
        let (mut low, mut high, mut v) = (vec![0.0; p], vec![0.0; p], vec![0.0; p]);
        for t in [0.11, 0.42, 0.83] {
            let h = 1e-6;
            curve.point(t - h, &mut low);
            curve.point(t + h, &mut high);
            curve.velocity(t, &mut v);
            for i in 0..p {
                let slope = (high[i] - low[i]) / (2.0 * h);
                assert!((slope - v[i]).abs() < 1e-6 * (1.0 + v[i].abs()));
            }
        }
    }

    #[test]
    fn velocities_are_derivatives() {
        assert_velocity_fits(&Segment::new(&[1.0, 2.0], &[-0.5, 7.0]));
        assert_velocity_fits(&Polyline::closed(&[[0.0, 0.0], [1.0, 0.5], [0.2, 3.0]]));
        assert_velocity_fits(&Circle::new(&[1.0, 1.0], &[2.0, 0.0], &[0.0, 0.5]));
        assert_velocity_fits(&Lissajous::new(
            &[0.0, 1.0],
            &[1.0, 2.0],
            &[2.0, 3.0],
            &[0.1, 0.2],
        ));
    }

    #[test]
    fn closed_curves_close_bit_for_bit() {
        let curves: [&dyn Curve; 2] = [
            &Polyline::closed(&[[0.1, 0.7], [1.0, 0.5], [0.2, 3.0]]),
            &Circle::new(&[0.1, 1.3], &[2.0, 0.3], &[0.4, 0.5]),
        ];
        for curve in curves {
            let (mut start, mut end) = ([0.0; 2], [0.0; 2]);
            curve.point(0.0, &mut start);
            curve.point(1.0, &mut end);
            assert_eq!(start, end);
        }
    }

    #[test]
    fn a_segment_inside_a_tie_stays_there() {
        let segment = Segment::new(&[0.1, 0.3, 0.3], &[0.1, -1.7, -1.7]);
        let mut x = [0.0; 3];
        for i in 0..=1000 {
            segment.point(f64::from(i) / 1000.0, &mut x);
            assert!(x[0] == 0.1 && x[1] == x[2]);
        }
    }
}
