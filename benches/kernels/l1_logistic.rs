//! Logistic regression with an l1 penalty: a dot product per sample, and an absolute value per weight.

use conservative_grad::conservative_grad;

use super::{Kernel, uniform};
use std::rc::Rc;

const FEATURES: usize = 50;
const LAMBDA: f64 = 0.01;

#[conservative_grad]
pub(crate) fn l1_logistic(
    w: &[f64],
    #[constant] xs: &[f64],
    #[constant] ys: &[f64],
    #[constant] lambda: f64,
) -> f64 {
    let d = w.len();
    let n = ys.len();
    let mut loss = 0.0;
    for i in 0..n {
        let mut z = 0.0;
        for j in 0..d {
            z += xs[i * d + j] * w[j];
        }
        loss += (-ys[i] * z).exp().ln_1p();
    }
    let mut norm = 0.0;
    for j in 0..d {
        norm += w[j].abs();
    }
    loss / n as f64 + lambda * norm
}

fn l1_logistic_hand(w: &[f64], xs: &[f64], ys: &[f64], lambda: f64, w_bar: &mut [f64]) -> f64 {
    let d = w.len();
    let n = ys.len();
    let loss_bar = 1.0 / n as f64;
    let mut loss = 0.0;
    for i in 0..n {
        let mut z = 0.0;
        for j in 0..d {
            z += xs[i * d + j] * w[j];
        }
        let e = (-ys[i] * z).exp();
        loss += e.ln_1p();
        let z_bar = -ys[i] * e / (1.0 + e) * loss_bar;
        for j in 0..d {
            w_bar[j] += xs[i * d + j] * z_bar;
        }
    }
    let mut norm = 0.0;
    for j in 0..d {
        norm += w[j].abs();
        w_bar[j] += lambda * sign(w[j]);
    }
    loss / n as f64 + lambda * norm
}

/// The derivative of `abs`, halfway at the kink.
fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

pub(crate) fn kernel(samples: usize) -> Kernel {
    let mut rng = fastrand::Rng::with_seed(2);
    let w = uniform(&mut rng, FEATURES, -0.5, 0.5);
    let xs = Rc::new(uniform(&mut rng, samples * FEATURES, -1.0, 1.0));
    let ys = Rc::new(
        (0..samples)
            .map(|_| if rng.bool() { 1.0 } else { -1.0 })
            .collect::<Vec<f64>>(),
    );
    let (hand_xs, hand_ys) = (Rc::clone(&xs), Rc::clone(&ys));
    let (grad_xs, grad_ys) = (Rc::clone(&xs), Rc::clone(&ys));
    Kernel {
        name: "l1_logistic",
        point: w,
        primal: Box::new(move |w| l1_logistic(w, &xs, &ys, LAMBDA)),
        hand: Box::new(move |w, w_bar| l1_logistic_hand(w, &hand_xs, &hand_ys, LAMBDA, w_bar)),
        grad: Some(Box::new(move |w, w_bar| {
            l1_logistic::accumulate_grad(w, &grad_xs, &grad_ys, LAMBDA, w_bar)
        })),
    }
}
