//! At kinks, poles and infinities every lane is what a sweep along its direction alone gives.

use super::{both, same_bits};

both! {
    fn ties(a: f64, b: f64, c: f64) -> f64 {
        (a - b).abs() + a.max(b) * 2.0 + c.min(a) - c.clamp(a, b) + (a - c).max(0.0)
    }

    fn poles(a: f64, b: f64, c: f64) -> f64 {
        (a / b).min(5.0) + (b.sqrt() * a).max(-3.0) + a.hypot(c) + c.ln().max(-2.0) + a * (1.0 / c)
    }

    fn powers(a: f64, b: f64) -> f64 {
        a.powf(b) + (a * a + b * b).sqrt() + a.abs().sqrt() * b.exp() + a.atan2(b)
    }

    fn branches(a: f64, b: f64, c: f64) -> f64 {
        let m = if a > b { a * c } else { b / c };
        if m == 0.0 { m * a } else { m.ln() }
    }
}

const POINTS: [f64; 8] = [0.0, -0.0, 1.0, -1.0, 2.5, 1e308, f64::INFINITY, f64::NAN];

#[test]
fn lane_by_lane_as_alone() {
    for a in POINTS {
        for b in POINTS {
            let (x, y) = forward::powers::grad(a, b);
            same_bits(&[x, y], |d| reverse::powers::jvp(a, b, d[0], d[1]).1);
            for c in POINTS {
                // Limits in the wrong order and a NaN in them are for the user to avoid.
                if a <= b {
                    let (x, y, z) = forward::ties::grad(a, b, c);
                    same_bits(&[x, y, z], |d| {
                        reverse::ties::jvp(a, b, c, d[0], d[1], d[2]).1
                    });
                }
                let (x, y, z) = forward::poles::grad(a, b, c);
                same_bits(&[x, y, z], |d| {
                    reverse::poles::jvp(a, b, c, d[0], d[1], d[2]).1
                });
                let (x, y, z) = forward::branches::grad(a, b, c);
                same_bits(&[x, y, z], |d| {
                    reverse::branches::jvp(a, b, c, d[0], d[1], d[2]).1
                });
            }
        }
    }
}

#[test]
fn ties_are_decided_as_by_reverse_sweeps() {
    assert_eq!(
        forward::ties::grad(1.0, 1.0, 1.0),
        reverse::ties::grad(1.0, 1.0, 1.0)
    );
    assert_eq!(forward::poles::grad(1.0, 0.0, 1.0), {
        let (a, b, c) = reverse::poles::grad(1.0, 0.0, 1.0);
        (a, b, c)
    });
}
