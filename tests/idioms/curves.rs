//! Curves: Bézier arcs, splines, easing.

use std::f64::consts::PI;

use conservative_grad::conservative_grad;

/// Nodes and weights of the Gauss–Legendre rule with five points.
const GAUSS: [(f64, f64); 5] = [
    (0.0, 0.568_888_888_888_888_9),
    (-0.538_469_310_105_683, 0.478_628_670_499_366_47),
    (0.538_469_310_105_683, 0.478_628_670_499_366_47),
    (-0.906_179_845_938_664, 0.236_926_885_056_189_08),
    (0.906_179_845_938_664, 0.236_926_885_056_189_08),
];

/// A point of a cubic Bézier curve by de Casteljau's algorithm.
#[conservative_grad]
pub fn bezier(points: &[[f64; 2]; 4], t: f64) -> [f64; 2] {
    let mut p = *points;
    for level in 1..4 {
        for i in 0..4 - level {
            for k in 0..2 {
                p[i][k] = (1.0 - t) * p[i][k] + t * p[i + 1][k];
            }
        }
    }
    p[0]
}

/// Its length.
#[conservative_grad]
pub fn arc_length(points: &[[f64; 2]; 4]) -> f64 {
    let speed = |t: f64| {
        let u = 1.0 - t;
        let (a, b, c) = (3.0 * u * u, 6.0 * u * t, 3.0 * t * t);
        let dx = a * (points[1][0] - points[0][0])
            + b * (points[2][0] - points[1][0])
            + c * (points[3][0] - points[2][0]);
        let dy = a * (points[1][1] - points[0][1])
            + b * (points[2][1] - points[1][1])
            + c * (points[3][1] - points[2][1]);
        dx.hypot(dy)
    };
    GAUSS
        .iter()
        .map(|&(node, weight)| 0.5 * weight * speed(0.5 * (node + 1.0)))
        .sum()
}

/// A natural cubic spline through points, evaluated at `x`.
#[conservative_grad]
pub fn spline(#[constant] knots: &[f64], values: &[f64], x: f64) -> f64 {
    let n = knots.len();
    let mut second = vec![0.0; n];
    let mut u = vec![0.0; n];
    for i in 1..n - 1 {
        let sig = (knots[i] - knots[i - 1]) / (knots[i + 1] - knots[i - 1]);
        let p = sig * second[i - 1] + 2.0;
        second[i] = (sig - 1.0) / p;
        let slope = (values[i + 1] - values[i]) / (knots[i + 1] - knots[i])
            - (values[i] - values[i - 1]) / (knots[i] - knots[i - 1]);
        u[i] = (6.0 * slope / (knots[i + 1] - knots[i - 1]) - sig * u[i - 1]) / p;
    }
    for i in (0..n - 1).rev() {
        second[i] = second[i] * second[i + 1] + u[i];
    }
    let (mut lo, mut hi) = (0, n - 1);
    while hi - lo > 1 {
        let mid = (hi + lo) / 2;
        if knots[mid] > x {
            hi = mid;
        } else {
            lo = mid;
        }
    }
    let h = knots[hi] - knots[lo];
    let a = (knots[hi] - x) / h;
    let b = (x - knots[lo]) / h;
    a * values[lo]
        + b * values[hi]
        + ((a.powi(3) - a) * second[lo] + (b.powi(3) - b) * second[hi]) * h * h / 6.0
}

#[conservative_grad]
pub fn ease_out_elastic(t: f64) -> f64 {
    const C: f64 = 2.0 * PI / 3.0;
    if t <= 0.0 {
        0.0
    } else if t >= 1.0 {
        1.0
    } else {
        2f64.powf(-10.0 * t) * ((t * 10.0 - 0.75) * C).sin() + 1.0
    }
}

#[conservative_grad]
pub fn ease_out_bounce(mut t: f64) -> f64 {
    const N: f64 = 7.5625;
    const D: f64 = 2.75;
    if t < 1.0 / D {
        N * t * t
    } else if t < 2.0 / D {
        t -= 1.5 / D;
        N * t * t + 0.75
    } else if t < 2.5 / D {
        t -= 2.25 / D;
        N * t * t + 0.9375
    } else {
        t -= 2.625 / D;
        N * t * t + 0.984375
    }
}

/// What an animation does between two frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Easing {
    Linear,
    Smooth,
    Back { overshoot: f64 },
    Power(i32),
}

#[conservative_grad]
pub fn animate(#[constant] easing: Easing, from: f64, to: f64, t: f64) -> f64 {
    let t = t.clamp(0.0, 1.0);
    let s = match easing {
        Easing::Linear => t,
        Easing::Smooth => t * t * (3.0 - 2.0 * t),
        Easing::Back { overshoot } => t * t * ((overshoot + 1.0) * t - overshoot),
        Easing::Power(n) => t.powi(n),
    };
    from + (to - from) * s
}

#[test]
fn values() {
    let line = [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.0]];
    assert!((arc_length(&line) - 18f64.sqrt()).abs() < 1e-12);
    assert!((bezier(&line, 0.5)[0] - 1.5).abs() < 1e-15);
    let knots = [0.0, 1.0, 2.5, 4.0];
    assert!((spline(&knots, &[1.0, 3.0, 6.0, 9.0], 1.0) - 3.0).abs() < 1e-14);
    assert_eq!(ease_out_bounce(1.0), 1.0);
    assert_eq!(animate(Easing::Power(2), 1.0, 3.0, 0.5), 1.5);
}

#[test]
fn gradients() {
    let points = [[0.0, 0.25], [1.0, 2.0], [2.5, -1.0], [3.0, 0.5]];
    check!(bezier(&points, 0.3) -> many);
    check!(arc_length(&points));
    check!(spline(const &[0.0, 1.0, 2.5, 4.0], &[1.0, -0.5, 2.0, 0.25], 1.7));
    check!(spline(const &[0.0, 1.0, 2.5, 4.0], &[1.0, -0.5, 2.0, 0.25], 0.3));
    for t in [0.1, 0.5, 0.8, 0.95] {
        check!(ease_out_elastic(t));
        check!(ease_out_bounce(t));
        check!(animate(const Easing::Linear, 1.0, 4.0, t));
        check!(animate(const Easing::Smooth, 1.0, 4.0, t));
        check!(animate(const Easing::Back { overshoot: 1.7 }, 1.0, 4.0, t));
        check!(animate(const Easing::Power(3), 1.0, 4.0, t));
    }
}
