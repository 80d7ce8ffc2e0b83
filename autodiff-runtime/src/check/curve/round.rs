//! Curves made of sines.

use core::f64::consts::TAU;
use core::fmt;

use crate::check::curve::{Curve, Point};

/// `center + cos(2πt)·a + sin(2πt)·b`: a circle or an ellipse, once around.
#[derive(Clone, Debug, PartialEq)]
pub struct Circle {
    center: Vec<f64>,
    a: Vec<f64>,
    b: Vec<f64>,
}

impl Circle {
    /// # Panics
    /// If the three vectors have different dimensions.
    #[must_use]
    pub fn new(center: &[f64], a: &[f64], b: &[f64]) -> Self {
        let same = center.len() == a.len() && a.len() == b.len();
        assert!(same, "center and axes of a circle need the same dimension");
        Circle {
            center: center.to_vec(),
            a: a.to_vec(),
            b: b.to_vec(),
        }
    }
}

impl Curve for Circle {
    fn dimension(&self) -> usize {
        self.center.len()
    }

    fn point(&self, t: f64, x: &mut [f64]) {
        // At the end the angle is exactly 0 again, so that the curve closes bit for bit.
        let (sin, cos) = if t == 1.0 {
            (0.0, 1.0)
        } else {
            (TAU * t).sin_cos()
        };
        for (i, x) in x.iter_mut().enumerate() {
            *x = self.center[i] + (cos * self.a[i] + sin * self.b[i]);
        }
    }

    fn velocity(&self, t: f64, v: &mut [f64]) {
        let (sin, cos) = (TAU * t).sin_cos();
        for (i, v) in v.iter_mut().enumerate() {
            *v = TAU * (cos * self.b[i] - sin * self.a[i]);
        }
    }

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "circle about {}", Point(&self.center))
    }
}

/// `center_i + amplitude_i · sin(2π·frequency_i·t + phase_i)`: closed where frequencies are whole.
///
/// Crosses a kink many times and at many angles, which a segment does once.
#[derive(Clone, Debug, PartialEq)]
pub struct Lissajous {
    center: Vec<f64>,
    /// Amplitude times cosine and sine of the phase.
    parts: Vec<[f64; 2]>,
    /// Each frequency once: few are used, and sines are dear.
    frequencies: Vec<f64>,
    /// Which frequency each coordinate has.
    which: Vec<usize>,
}

impl Lissajous {
    /// # Panics
    /// If the four vectors have different dimensions.
    #[must_use]
    pub fn new(center: &[f64], amplitude: &[f64], frequency: &[f64], phase: &[f64]) -> Self {
        let p = center.len();
        let same = amplitude.len() == p && frequency.len() == p && phase.len() == p;
        assert!(
            same,
            "all vectors of a Lissajous curve need the same dimension"
        );
        let mut frequencies = frequency.to_vec();
        frequencies.sort_by(f64::total_cmp);
        frequencies.dedup();
        let place = |f: &f64| frequencies.partition_point(|other| other.total_cmp(f).is_lt());
        let parts = amplitude.iter().zip(phase);
        Lissajous {
            center: center.to_vec(),
            parts: parts
                .map(|(a, phase)| [a * phase.cos(), a * phase.sin()])
                .collect(),
            which: frequency.iter().map(place).collect(),
            frequencies,
        }
    }

    /// Sine, cosine and speed of the angle of each frequency.
    fn angles(&self, t: f64) -> Vec<[f64; 3]> {
        let angle = |f: &f64| {
            let (sin, cos) = (TAU * f * t).sin_cos();
            [sin, cos, TAU * f]
        };
        self.frequencies.iter().map(angle).collect()
    }
}

impl Curve for Lissajous {
    fn dimension(&self) -> usize {
        self.center.len()
    }

    fn point(&self, t: f64, x: &mut [f64]) {
        let angles = self.angles(t);
        for (i, x) in x.iter_mut().enumerate() {
            let ([a, b], [sin, cos, _]) = (self.parts[i], angles[self.which[i]]);
            *x = self.center[i] + (a * sin + b * cos);
        }
    }

    fn velocity(&self, t: f64, v: &mut [f64]) {
        let angles = self.angles(t);
        for (i, v) in v.iter_mut().enumerate() {
            let ([a, b], [sin, cos, speed]) = (self.parts[i], angles[self.which[i]]);
            *v = speed * (a * cos - b * sin);
        }
    }

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lissajous curve about {}", Point(&self.center))
    }
}
