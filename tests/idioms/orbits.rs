//! Orbits: Kepler's equation, propagation by Runge–Kutta, perturbations.

use conservative_grad::conservative_grad;

/// In canonical units: lengths in radii of the Earth.
const MU: f64 = 1.0;
const EARTH_RADIUS: f64 = 1.0;
const J2: f64 = 1.082_626_68e-3;

/// True anomaly from mean anomaly.
#[conservative_grad]
pub fn true_anomaly(mean: f64, eccentricity: f64) -> f64 {
    let mut e = if eccentricity > 0.8 {
        std::f64::consts::PI
    } else {
        mean
    };
    let mut iterations = 0;
    loop {
        let delta = (e - eccentricity * e.sin() - mean) / (1.0 - eccentricity * e.cos());
        e -= delta;
        iterations += 1;
        if delta.abs() < 1e-13 || iterations >= 50 {
            break;
        }
    }
    let beta = eccentricity / (1.0 + (1.0 - eccentricity.powi(2)).sqrt());
    e + 2.0 * (beta * e.sin() / (1.0 - beta * e.cos())).atan()
}

/// Acceleration at a position, with the flattening of the Earth.
#[conservative_grad]
pub fn acceleration(position: &[f64; 3], j2: f64) -> [f64; 3] {
    let [x, y, z] = *position;
    let r2 = x * x + y * y + z * z;
    let r = r2.sqrt();
    let factor = 1.5 * j2 * MU * EARTH_RADIUS.powi(2) / r.powi(5);
    let tz = z * z / r2;
    let k = -MU / r.powi(3);
    [
        k * x + factor * x * (5.0 * tz - 1.0),
        k * y + factor * y * (5.0 * tz - 1.0),
        k * z + factor * z * (5.0 * tz - 3.0),
    ]
}

/// Right-hand side of the equations of motion.
#[conservative_grad]
fn derivative(state: &[f64; 6], j2: f64) -> [f64; 6] {
    let a = acceleration(&[state[0], state[1], state[2]], j2);
    [state[3], state[4], state[5], a[0], a[1], a[2]]
}

/// `state + h * slope`
#[conservative_grad]
fn ahead(state: &[f64; 6], slope: &[f64; 6], h: f64) -> [f64; 6] {
    let mut next = *state;
    for (n, s) in next.iter_mut().zip(slope.iter()) {
        *n += h * s;
    }
    next
}

/// Propagates a state, and returns the distance from the centre.
#[conservative_grad]
pub fn propagate(initial: &[f64; 6], j2: f64, #[constant] step: f64, steps: usize) -> f64 {
    let mut state = *initial;
    for _ in 0..steps {
        let k1 = derivative(&state, j2);
        let k2 = derivative(&ahead(&state, &k1, 0.5 * step), j2);
        let k3 = derivative(&ahead(&state, &k2, 0.5 * step), j2);
        let k4 = derivative(&ahead(&state, &k3, step), j2);
        for i in 0..6 {
            state[i] += step / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }
    (state[0].powi(2) + state[1].powi(2) + state[2].powi(2)).sqrt()
}

#[test]
fn values() {
    assert!((true_anomaly(1.0, 0.0) - 1.0).abs() < 1e-14);
    let a = acceleration(&[1.25, 0.0, 0.0], 0.0);
    assert!((a[0] + MU / 1.25f64.powi(2)).abs() < 1e-15);
    // A circle stays one.
    let speed = (MU / 1.25f64).sqrt();
    let r = propagate(&[1.25, 0.0, 0.0, 0.0, speed, 0.0], 0.0, 0.01, 60);
    assert!((r - 1.25).abs() < 1e-9);
}

#[test]
fn gradients() {
    check!(true_anomaly(0.75, 0.3));
    check!(true_anomaly(2.5, 0.85));
    check!(acceleration(&[1.5, -0.5, 0.75], 0.001) -> many);
    check!(propagate(&[1.1, 0.02, -0.01, 0.03, 0.95, 0.2], 0.001, const 0.05, const 4));
    let (_, j2_bar) = propagate::grad(&[1.0, 0.5, 0.1, -0.25, 0.75, 0.4], J2, 0.02, 10);
    assert!(j2_bar != 0.0);
}
