//! Other precisions, methods, parameters: the gradient of what runs in strips is that of the loop as it
//! is written.

use conservative_grad::{Differentiable, conservative_grad};

use super::support::{LENGTHS, close};

fn wave(n: usize, from: f64) -> Vec<f64> {
    (0..n).map(|i| from + (i as f64 * 0.7).sin()).collect()
}

fn narrow(v: &[f64]) -> Vec<f32> {
    v.iter().map(|x| *x as f32).collect()
}

fn wide(v: &[f32]) -> Vec<f64> {
    v.iter().map(|x| f64::from(*x)).collect()
}

#[conservative_grad]
fn single(x: &[f32], w: &[f32; 3], n: usize) -> f32 {
    let mut s = 0.0;
    for i in 0..n {
        let mut e = 0.0_f32;
        for j in 0..3 {
            e += x[i * 3 + j] * w[j];
        }
        s += (e * 0.25).exp() - x[i] * x[i + 1];
    }
    s
}

#[test]
fn single_precision() {
    let w = [0.5, -0.25, 0.75];
    for n in LENGTHS {
        let x = narrow(&wave(3 * n + 1, 0.0));
        let (value, (x_bar, w_bar)) = single::value_and_grad(&x, &w, n);
        let (other, pullback) = single::vjp(&x, &w, n);
        let (x_bar_2, w_bar_2) = pullback(1.0);
        assert_eq!(value.to_bits(), single(&x, &w, n).to_bits());
        assert_eq!(value.to_bits(), other.to_bits());
        let near = |a: &[f32], b: &[f32]| {
            let size = b.iter().fold(1.0_f32, |m, v| m.max(v.abs()));
            a.iter()
                .zip(b)
                .all(|(a, b)| (a - b).abs() <= 8.0 * f32::EPSILON * size)
        };
        assert!(near(&x_bar, &x_bar_2), "{n}: {x_bar:?} {x_bar_2:?}");
        assert!(near(&w_bar, &w_bar_2), "{n}: {w_bar:?} {w_bar_2:?}");
        // In double precision, by hand.
        let (x, w) = (wide(&x), wide(&w));
        let mut exact = vec![0.0; x.len()];
        for i in 0..n {
            let e: f64 = (0..3).map(|j| x[i * 3 + j] * w[j]).sum();
            for j in 0..3 {
                exact[i * 3 + j] += 0.25 * (e * 0.25).exp() * w[j];
            }
            exact[i] -= x[i + 1];
            exact[i + 1] -= x[i];
        }
        for (a, b) in x_bar.iter().zip(&exact) {
            assert!((f64::from(*a) - b).abs() < 1e-5, "{n}: {a} {b}");
        }
    }
}

type Real = f64;

#[conservative_grad]
fn named(x: &[Real], n: usize) -> Real {
    let mut s: Real = 0.0;
    let mut t: [Real; 3] = [0.0; 3];
    for i in 1..n {
        for j in 0..3 {
            t[j] = x[i * 3 + j] * x[i - 1];
        }
        for j in 0..3 {
            s += t[j].sin();
        }
    }
    s
}

#[conservative_grad]
fn of_constant_width<const D: usize>(x: &[f64], w: &[f64; D], n: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..n {
        let mut t = [0.0; D];
        let mut e = 0.0;
        for j in 0..D {
            t[j] = x[i * D + j] * w[j];
        }
        for j in 0..D {
            e += t[j] * t[D - 1 - j];
        }
        s -= e * e;
    }
    s
}

#[conservative_grad]
fn generic<T: conservative_grad::Real>(x: &[T], w: T, n: usize) -> T {
    let mut s = w - w;
    for i in 0..n {
        s += (x[i] * w).sin();
    }
    s
}

#[test]
fn names_and_parameters() {
    for n in LENGTHS {
        let x = wave(3 * n + 3, 0.25);
        let (value, bar) = named::value_and_grad(&x, n);
        let other = named::vjp(&x, n).1(1.0);
        assert_eq!(value.to_bits(), named(&x, n).to_bits());
        assert!(close(&bar, &other), "{n}");

        let w = [0.5, -0.25, 0.75];
        let (value, (x_bar, w_bar)) = of_constant_width::value_and_grad(&x, &w, n);
        let (x_bar_2, w_bar_2) = of_constant_width::vjp(&x, &w, n).1(1.0);
        assert_eq!(value.to_bits(), of_constant_width(&x, &w, n).to_bits());
        assert!(close(&x_bar, &x_bar_2) && close(&w_bar, &w_bar_2), "{n}");

        let (value, (x_bar, w_bar)) = generic::value_and_grad(&x, 0.5, n);
        let (x_bar_2, w_bar_2) = generic::vjp(&x, 0.5, n).1(1.0);
        assert_eq!(value.to_bits(), generic(&x, 0.5, n).to_bits());
        assert!(
            close(&x_bar, &x_bar_2) && close(&[w_bar], &[w_bar_2]),
            "{n}"
        );
    }
}

#[derive(Clone, Debug, Differentiable)]
struct Model {
    w: Vec<f64>,
    bias: f64,
}

#[conservative_grad]
impl Model {
    fn loss(&self, #[constant] x: &[f64], #[constant] y: &[f64]) -> f64 {
        let d = self.w.len();
        let mut s = 0.0;
        for i in 0..y.len() {
            let mut e = self.bias - y[i];
            for j in 0..d {
                e += x[i * d + j] * self.w[j];
            }
            s += e * e;
        }
        s * 0.5
    }
}

#[test]
fn methods() {
    for n in LENGTHS {
        let model = Model {
            w: vec![0.5, -0.25, 0.75],
            bias: 0.1,
        };
        let (x, y) = (wave(3 * n, 0.0), wave(n, 0.5));
        let (value, bar) = model.loss_value_and_grad(&x, &y);
        let other = model.loss_vjp(&x, &y).1(1.0);
        assert_eq!(value.to_bits(), model.loss(&x, &y).to_bits());
        assert!(
            close(&bar.w, &other.w) && close(&[bar.bias], &[other.bias]),
            "{n}"
        );
        let mut exact = [0.0; 3];
        for i in 0..n {
            let e: f64 = (0..3).map(|j| x[i * 3 + j] * model.w[j]).sum::<f64>() + model.bias - y[i];
            for j in 0..3 {
                exact[j] += e * x[i * 3 + j];
            }
        }
        for (a, b) in bar.w.iter().zip(&exact) {
            assert!((a - b).abs() < 1e-10, "{n}: {a} {b}");
        }
    }
}

/// What was added before stays, also if a loop runs twice over the same buffer.
#[test]
fn gradients_add_up() {
    for n in LENGTHS {
        let x = wave(3 * n + 3, 0.25);
        let mut bar = vec![1.0; x.len()];
        named::accumulate_grad(&x, n, &mut bar);
        named::accumulate_grad(&x, n, &mut bar);
        let once = named::grad(&x, n);
        for (a, b) in bar.iter().zip(&once) {
            assert!((a - 1.0 - 2.0 * b).abs() < 1e-12, "{n}");
        }
    }
}

#[conservative_grad]
fn frozen(x: &[f64], n: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..n {
        let t = conservative_grad::stop_gradient(x[i] * x[i]);
        s += t * x[i + 1];
    }
    s
}

/// Differences would see through `stop_gradient`.
#[test]
fn stop_gradient() {
    for n in LENGTHS {
        let x = wave(n + 1, 0.25);
        let (_, bar) = frozen::value_and_grad(&x, n);
        assert_eq!(bar[0], 0.0);
        for i in 0..n {
            assert_eq!(bar[i + 1], x[i] * x[i]);
        }
    }
}
