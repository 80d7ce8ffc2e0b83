//! Models that are trained: regression, classification, a small network, a filter.

use conservative_grad::{Differentiable, conservative_grad};

use super::differences::assert_gradient;

#[conservative_grad]
fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// Logistic regression with a ridge.
#[conservative_grad]
pub fn logistic_loss(
    weights: &[f64],
    bias: f64,
    #[constant] rows: &[Vec<f64>],
    #[constant] labels: &[bool],
    lambda: f64,
) -> f64 {
    let mut loss = 0.0;
    for (row, &label) in rows.iter().zip(labels) {
        let z = row.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>() + bias;
        let p = sigmoid(z);
        loss -= if label { p.ln() } else { (1.0 - p).ln() };
    }
    loss / rows.len() as f64 + 0.5 * lambda * weights.iter().map(|w| w * w).sum::<f64>()
}

/// Cross-entropy of a softmax, computed stably.
#[conservative_grad]
pub fn cross_entropy(logits: &[f64], target: usize) -> f64 {
    let max = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.iter().map(|z| (z - max).exp()).sum();
    sum.ln() + max - logits[target]
}

/// Product of two matrices.
#[conservative_grad]
pub fn matmul(a: &Vec<Vec<f64>>, b: &Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let (n, m, p) = (a.len(), b.len(), b[0].len());
    let mut c = vec![vec![0.0; p]; n];
    for i in 0..n {
        for j in 0..p {
            for k in 0..m {
                c[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    c
}

/// Squared Frobenius norm of a product.
#[conservative_grad]
pub fn energy(a: &Vec<Vec<f64>>, b: &Vec<Vec<f64>>) -> f64 {
    let c = matmul(a, b);
    let mut sum = 0.0;
    for row in &c {
        for x in row {
            sum += x * x;
        }
    }
    sum
}

/// A layer: `activation(w x + b)`.
#[conservative_grad]
fn layer(w: &[f64], b: &[f64], x: &[f64]) -> Vec<f64> {
    let mut out = Vec::with_capacity(b.len());
    for (row, bias) in w.chunks_exact(x.len()).zip(b) {
        let z: f64 = row.iter().zip(x).map(|(w, x)| w * x).sum();
        out.push((z + bias).tanh());
    }
    out
}

/// Squared error of a network with one hidden layer.
#[conservative_grad]
pub fn network_error(
    w1: &[f64],
    b1: &[f64],
    w2: &[f64],
    b2: &[f64],
    #[constant] x: &[f64],
    #[constant] y: &[f64],
) -> f64 {
    let hidden = layer(w1, b1, x);
    let out = layer(w2, b2, &hidden);
    out.iter().zip(y).map(|(o, t)| (o - t).powi(2)).sum::<f64>() / 2.0
}

/// State of a filter in one dimension.
#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
pub struct Estimate {
    position: f64,
    velocity: f64,
    variance: [f64; 3],
}

/// One step of a Kalman filter with constant velocity.
#[conservative_grad]
pub fn kalman_step(state: &Estimate, z: f64, dt: f64, q: f64, r: f64) -> Estimate {
    let [p00, p01, p11] = state.variance;
    let x = state.position + dt * state.velocity;
    let p00 = p00 + 2.0 * dt * p01 + dt * dt * p11 + q;
    let p01 = p01 + dt * p11;
    let p11 = p11 + q;
    let s = p00 + r;
    let (k0, k1) = (p00 / s, p01 / s);
    let innovation = z - x;
    Estimate {
        position: x + k0 * innovation,
        velocity: state.velocity + k1 * innovation,
        variance: [(1.0 - k0) * p00, (1.0 - k0) * p01, p11 - k1 * p01],
    }
}

/// What the filter makes of a series of measurements.
#[conservative_grad]
pub fn filtered(initial: &Estimate, measurements: &[f64], q: f64, r: f64) -> f64 {
    let mut state = *initial;
    for &z in measurements {
        state = kalman_step(&state, z, 0.5, q, r);
    }
    state.position + state.velocity
}

#[test]
fn values() {
    assert!((cross_entropy(&[0.0, 0.0], 1) - 2f64.ln()).abs() < 1e-15);
    let identity = vec![vec![1.0, 0.0], vec![0.0, 1.0]];
    assert_eq!(matmul(&identity, &identity), identity);
    assert_eq!(energy(&identity, &identity), 2.0);
    let loss = logistic_loss(&[0.0], 0.0, &[vec![1.0], vec![2.0]], &[true, false], 0.1);
    assert!((loss - 2f64.ln()).abs() < 1e-15);
}

#[test]
fn gradients() {
    let rows = [vec![1.0, -0.5], vec![0.25, 2.0], vec![-1.0, 0.5]];
    check!(logistic_loss(&[0.3, -0.7], 0.1, const &rows, const &[true, false, true], 0.05));
    check!(cross_entropy(&[0.5, -1.0, 2.0], const 1));
    let a = vec![vec![1.0, 0.5, -0.25], vec![0.75, -1.0, 2.0]];
    let b = vec![vec![0.5, 1.0], vec![-0.5, 0.25], vec![1.5, -1.0]];
    check!(matmul(&a.clone(), &b.clone()) -> many);
    check!(energy(&a.clone(), &b.clone()));
    check!(network_error(&[0.5, -0.25, 1.0, 0.75, -0.5, 0.3], &[0.1, 0.2, -0.3], &[0.7, -0.6, 0.4], &[0.05], const &[0.8, -0.4], const &[0.25]));
}

#[test]
fn filter() {
    let at = [0.1, 0.5, 1.0, 0.2, 0.8, 1.2, 0.9, 1.6, 0.05, 0.3];
    let state = |x: &[f64]| Estimate {
        position: x[0],
        velocity: x[1],
        variance: [x[2], x[3], x[4]],
    };
    let f = |x: &[f64]| filtered(&state(x), &x[5..8], x[8], x[9]);
    let (value, (s, z, q, r)) = filtered::value_and_grad(&state(&at), &at[5..8], at[8], at[9]);
    assert_eq!(value, f(&at));
    let mut gradient = vec![s.position, s.velocity];
    gradient.extend(s.variance);
    gradient.extend(z);
    gradient.extend([q, r]);
    assert_gradient(&gradient, &at, f);
}
