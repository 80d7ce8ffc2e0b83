//! Single precision, and both precisions in one function.

use conservative_grad::{conservative_grad, relu};

#[conservative_grad]
fn mixed_parameters(x: f32, y: f64, w: &[f32], v: [f64; 2]) -> f64 {
    let a = x * w[0] + w[1];
    a as f64 * y + v[0] * v[1] * w[1] as f64
}

#[conservative_grad]
fn accumulated_in_double(x: &[f32]) -> f32 {
    let mut s = 0.0_f64;
    for i in 0..x.len() {
        let wide = x[i] as f64;
        s += wide * wide;
    }
    s.sqrt() as f32
}

#[conservative_grad]
fn literals(x: f32) -> f32 {
    let half = 0.5;
    let mut s = half * x + 1.0;
    s += 2.0_f32 * x.powi(2) - 1e-1;
    s * f32::MAX.recip() * 1e38
}

#[conservative_grad]
fn network(w: &[[f32; 3]; 2], b: &[f32; 2], x: &[f32; 3]) -> f32 {
    let mut out = 0.0f32;
    for i in 0..2 {
        let mut z = b[i];
        for j in 0..3 {
            z += w[i][j] * x[j];
        }
        out += relu(z) * (i as f32 + 1.0);
    }
    out.max(0.5) * out
}

#[conservative_grad]
fn tuple_of_both(p: (f32, f64)) -> (f64, f32) {
    (f64::from(p.0) * p.1, p.0 * p.0)
}

#[conservative_grad]
fn vectors(x: Vec<f32>) -> Vec<f64> {
    let mut y = vec![0.0; x.len()];
    for i in 0..x.len() {
        y[i] = f64::from(x[i] * x[0]);
    }
    y
}

type Complex = (f32, f32);

#[conservative_grad]
fn applied(gate: [[Complex; 2]; 2], x: f32) -> f32 {
    gate[0][0].0 * gate[0][1].1 * x + gate[1][0].0 * x * x + gate[1][1].1 + gate[0][1].0
}

/// Nothing but the callee tells what the second parts are.
#[conservative_grad]
fn handed_literals(x: f32) -> f32 {
    let (s, c) = (x.sin(), x.cos());
    applied([[(c, 0.0), (-s, 0.5)], [(s, 0.0), (c, 0.25)]], 2.0 * x)
}

#[test]
fn agree() {
    check!(handed_literals(0.5_f32));
    check!(mixed_parameters(
        0.5_f32,
        2.0,
        &[1.0_f32, -0.5],
        [0.25, 3.0]
    ));
    check!(accumulated_in_double(&[0.5_f32, 2.0, 1.0]));
    check!(literals(0.5_f32));
    check!(network(
        &[[0.5_f32, 2.0, 1.0], [0.25, -1.0, 0.5]],
        &[1.0_f32, 2.0],
        &[0.5_f32, 1.0, 2.0]
    ));
    check!(tuple_of_both((0.5_f32, 2.0)) -> many);
    check!(vectors(vec![0.5_f32, 2.0]) -> many);
}

/// The types of gradients, seeds and tangents follow those of the arguments and results.
#[test]
fn types() {
    let gradient: (f32, f64, Vec<f32>, [f64; 2]) =
        mixed_parameters::grad(0.5, 2.0, &[1.0, -0.5], [0.25, 3.0]);
    assert_eq!(gradient, (2.0, 0.0, vec![1.0, 2.75], [-1.5, -0.125]));
    let (value, pullback) = tuple_of_both::vjp((0.5, 2.0));
    let (_, _): (f64, f32) = value;
    let bar: (f32, f64) = pullback((1.0, 1.0));
    assert_eq!(bar, (3.0, 0.5));
    let (_, dot): (f32, f32) = literals::jvp(0.5, 1.0);
    assert!((dot - 2.5 * 1e38 / f32::MAX).abs() < 1e-6);
}
