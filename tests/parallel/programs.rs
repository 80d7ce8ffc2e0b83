//! Loops of every class that runs in stretches.

use conservative_grad::{conservative_grad, relu};

use crate::support::{LENGTHS, assert_close, check, numbers, on_many_threads};

#[conservative_grad(parallel)]
fn soft_abs(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += (0.01 + x[i] * x[i]).sqrt();
    }
    sum / 3.0
}

#[test]
fn a_flat_loop() {
    check!(soft_abs());
    check!(at numbers(100_003, 1), soft_abs());
}

#[conservative_grad(parallel)]
fn several_sums(x: &[f64], #[constant] shift: f64) -> f64 {
    let mut sum = shift;
    let mut squares = 1.0;
    let mut count = 0.0;
    for v in x.iter() {
        sum += v.sin();
        squares -= 0.5 * v * v;
        count += 1.0;
    }
    2.0 * sum - squares + 0.1 * count
}

#[test]
fn several_accumulators() {
    check!(several_sums(0.75));
    check!(at numbers(70_000, 2), several_sums(-3.0));
}

#[conservative_grad(parallel)]
fn neighbours(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 1..x.len() {
        let a = x[i] - x[i - 1] * x[i - 1];
        sum += 100.0 * a * a + (1.0 - x[i - 1]).powi(2);
    }
    sum
}

#[test]
fn stencils_across_the_ends_of_stretches() {
    check!(neighbours());
    check!(at numbers(50_000, 3), neighbours());
}

#[conservative_grad(parallel)]
fn polynomial(x: &[f64], #[constant] points: usize) -> f64 {
    let mut sum = 0.0;
    for k in 0..points {
        let t = k as f64 / points as f64;
        let mut p = 0.0;
        for i in 0..x.len() {
            p = p * t + x[i];
        }
        sum += p * p;
    }
    sum * 0.25
}

#[test]
fn recorded_loops_inside() {
    for points in LENGTHS {
        check!(at numbers(9, 4), polynomial(points));
    }
}

#[conservative_grad(parallel)]
fn hinge(w: &[f64], #[constant] xs: &[f64], #[constant] ys: &[f64]) -> f64 {
    let d = w.len();
    let mut loss = 0.0;
    for i in 0..ys.len() {
        let mut score = 0.0;
        for j in 0..d {
            score += w[j] * xs[i * d + j];
        }
        loss += relu(1.0 - ys[i] * score) + (score - 0.2).abs();
    }
    loss
}

#[test]
fn kinks_in_rows() {
    for n in LENGTHS {
        let (xs, ys) = (numbers(5 * n, 5), numbers(n, 6));
        check!(at numbers(5, 7), hinge(&xs, &ys));
    }
    // At zero the policy decides everywhere: the relu is 1 above its kink, the absolute value below.
    let (xs, ys) = (numbers(5 * 1000, 5), numbers(1000, 6));
    let found = hinge::grad(&[0.0; 5], &xs, &ys);
    let (_, wanted) =
        hinge::value_and_grad_with(&mut conservative_grad::Plain, &[0.0; 5], &xs, &ys);
    assert_close(&found, &wanted, 1e-12);
}

#[conservative_grad(parallel)]
fn with_scratch(w: &[f64], #[constant] n: usize) -> f64 {
    let d = w.len();
    let mut row = vec![0.0; d];
    let mut other = [0.0; 3];
    let mut loss = 0.0;
    for i in 0..n {
        for j in 0..d {
            row[j] = w[j] * (i as f64 + j as f64).cos();
        }
        for j in 0..3 {
            other[j] = 0.0;
        }
        for j in 0..d {
            other[j % 3] += row[j] * row[j];
        }
        loss += (1.0 + other[0] + other[1] * other[2]).ln();
    }
    // Scratch of another loop, afterwards.
    let mut norm = 0.0;
    for j in 0..d {
        row[j] = w[j] * w[j];
    }
    for j in 0..d {
        norm += row[j];
    }
    loss + 0.5 * norm
}

#[test]
fn scratch_arrays() {
    for n in LENGTHS {
        check!(at numbers(7, 8), with_scratch(n));
    }
}

#[conservative_grad(parallel)]
fn prepared(w: &[f64], #[constant] xs: &[f64]) -> f64 {
    let mut scale = vec![0.0; w.len()];
    for j in 0..w.len() {
        scale[j] = w[j].exp();
    }
    let offset = w[0] * w[1];
    let mut loss = 0.0;
    for i in 0..xs.len() {
        let j = i % w.len();
        loss += (scale[j] * xs[i] + offset).powi(2);
    }
    loss
}

#[test]
fn what_was_made_before_the_loop() {
    for n in LENGTHS {
        let xs = numbers(n, 9);
        check!(at numbers(4, 10), prepared(&xs));
    }
    let xs = numbers(40_000, 9);
    check!(at numbers(4, 10), prepared(&xs));
}

#[conservative_grad(parallel)]
fn two_loops(x: &[f64]) -> f64 {
    let mut a = 0.0;
    for i in 0..x.len() {
        a += x[i].cos();
    }
    let mut b = 0.0;
    for i in (0..x.len()).rev() {
        let mut inner = 0.0;
        for k in 0..3 {
            inner += x[i] * k as f64;
        }
        b += inner * inner;
    }
    a - b
}

#[test]
fn two_loops_of_one_function() {
    check!(two_loops());
}

#[conservative_grad(parallel)]
fn ranges(x: &[f64], #[constant] last: i32) -> f64 {
    let mut sum = 0.0;
    for i in 1..=last {
        let mut t = 0.0;
        for j in 0..x.len() {
            t += x[j] / (i as f64 + j as f64);
        }
        sum += t * t;
    }
    for i in (3..last).step_by(5) {
        let mut t = 0.0;
        for j in (0..x.len()).rev() {
            t += x[j] * (i as f64 * 0.1).sin();
        }
        sum += t.exp();
    }
    sum
}

#[test]
fn ranges_with_ends_and_steps() {
    for last in [-2, 0, 1, 127, 128, 129, 1000, 2003] {
        check!(at numbers(3, 11), ranges(last));
    }
}

#[conservative_grad]
fn term(a: f64, b: f64) -> f64 {
    (a * b).tanh() + a
}

#[conservative_grad(parallel)]
fn calling(x: &[f64], #[constant] ys: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (a, b) in x.iter().zip(ys) {
        sum += term(*a, *b);
    }
    sum
}

#[test]
fn calls() {
    let ys = numbers(10_007, 12);
    check!(calling(&ys));
}

#[conservative_grad(parallel)]
fn branches(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        if x[i] > 0.25 {
            sum += x[i] * x[i];
        } else if i % 3 == 0 {
            sum -= 2.0 * x[i];
        }
    }
    sum
}

#[test]
fn branches_in_the_body() {
    let x: Vec<f64> = numbers(10_007, 13).iter().map(|v| v + 0.001).collect();
    check!(at x, branches());
}

#[conservative_grad(parallel)]
fn one_number(c: f64, #[constant] xs: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..xs.len() {
        sum += (c * xs[i]).sin() * c;
    }
    sum
}

#[test]
fn the_adjoint_of_a_number() {
    let xs = numbers(100_000, 14);
    let found = on_many_threads(|| {
        let (value, slope) = one_number::value_and_grad(1.3, &xs);
        vec![value, slope]
    });
    let (value, slope) = one_number::value_and_grad_with(&mut conservative_grad::Plain, 1.3, &xs);
    assert_close(&found[..1], &[value], 1e-12);
    assert_close(&found[1..], &[slope], 1e-12);
}

#[conservative_grad(parallel)]
fn pairs(x: &[f64], softening: f64) -> f64 {
    let n = x.len() / 3;
    let mut energy = 0.0;
    for i in 0..n {
        for j in i + 1..n {
            let mut square = softening * softening + 0.1;
            for a in 0..3 {
                let d = x[3 * i + a] - x[3 * j + a];
                square += d * d;
            }
            energy -= 1.0 / square.sqrt();
        }
    }
    energy
}

#[test]
fn strips_within_stretches() {
    for n in [0, 3, 60, 75, 200, 1000] {
        let x = numbers(n, 5);
        let found = on_many_threads(|| {
            let (value, (mut gradient, by_softening)) = pairs::value_and_grad(&x, 0.7);
            gradient.extend([by_softening, value]);
            gradient
        });
        let (value, pullback) = pairs::vjp(&x, 0.7);
        let (mut wanted, by_softening) = pullback(1.0);
        wanted.extend([by_softening, value]);
        assert_eq!(value.to_bits(), pairs(&x, 0.7).to_bits());
        assert_close(&found, &wanted, 1e-12);
    }
}

#[conservative_grad]
fn leaky(x: f64, slope: f64) -> f64 {
    if x > 0.0 {
        x / (1.0 + slope * x)
    } else {
        0.1 * x
    }
}

/// A state for each sample, whose steps keep pullbacks.
#[conservative_grad(parallel)]
fn samples(x: &[f64], w: &[f64], steps: usize) -> f64 {
    let mut total = 0.0;
    for s in 0..x.len() / 4 {
        let mut h = [0.1; 4];
        for t in 0..steps {
            for i in 0..h.len() {
                h[i] = leaky(h[i] * w[i] + x[4 * s + i] - 0.2 * t as f64, w[4]);
            }
            h[0] += 0.5 * h[3] * w[1];
        }
        total += (h[0] * h[1] - h[2]).powi(2) + h[3];
    }
    total
}

#[test]
fn pullbacks_within_stretches() {
    let w = [0.4, 0.7, -0.3, 0.9, 0.25];
    for (n, steps) in [(0, 3), (4, 3), (400, 0), (400, 1), (1000, 4)] {
        let x = numbers(n, 6);
        let found = on_many_threads(|| {
            let (value, (mut gradient, by_w)) = samples::value_and_grad(&x, &w, steps);
            gradient.extend(by_w);
            gradient.push(value);
            gradient
        });
        let (value, pullback) = samples::vjp(&x, &w, steps);
        let (mut wanted, by_w) = pullback(1.0);
        wanted.extend(by_w);
        wanted.push(value);
        assert_close(&found, &wanted, 1e-11);
    }
}
