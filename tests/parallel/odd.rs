//! What a stretch has for itself in programs that are not the usual sum over samples: scratch that others use, too, state in
//! inner loops, stencils of every kind, ties.

use conservative_grad::{Plain, Real, conservative_grad};

use crate::support::{assert_close, check, numbers, on_many_threads};

macro_rules! over_samples {
    ($($name:ident($x:ident, $n:ident) $body:block)*) => {$(
        #[conservative_grad(parallel)]
        fn $name($x: &[f64], #[constant] $n: usize) -> f64 $body
    )*};
}

#[conservative_grad]
fn wave(a: f64, b: f64) -> f64 {
    (a * b + 0.3).sin() * a
}

#[conservative_grad]
fn eliminate(m: &mut [f64], w: &[f64]) -> f64 {
    let mut sum = 0.0;
    for k in 1..m.len() {
        m[k] -= m[k - 1] * w[k];
        sum += m[k] * m[k];
    }
    sum
}

over_samples! {
    // The scratch of a strip cannot move into the stretches: the second loop has it, too.
    scratch_of_two_loops(x, n) {
        let mut row = [x[0]; 6];
        let before = row[3] * row[2];
        let mut a = 0.0;
        for i in 0..n {
            for k in 0..6 {
                row[k] = x[k] * (i as f64).cos();
            }
            let mut j = 0;
            while j < i % 5 {
                row[j + 1] *= row[j];
                j += 1;
            }
            a += row[i % 6] * row[5] * before;
        }
        let mut b = 0.0;
        for i in 0..n {
            for k in 0..6 {
                row[k] = x[k] + (i as f64).cos();
            }
            b += row[i % 6] * row[5];
        }
        a - b
    }
    scratch_before_and_after(x, n) {
        let mut row = [0.0; 6];
        for k in 0..6 {
            row[k] = x[k] * x[0];
        }
        let before = row[1] * row[4];
        let mut sum = 0.0;
        for i in 0..n {
            for k in 0..6 {
                row[k] = x[k] * (i as f64).cos();
            }
            let mut j = 0;
            while j < 1 + i % 7 {
                let p = j % 5;
                row[p + 1] = row[p] * row[p + 1] + x[p];
                if row[p + 1] > 0.8 {
                    break;
                }
                j += 1;
            }
            sum += row[3] * row[5] + row[1];
        }
        for k in 0..6 {
            row[k] = x[k].sin();
        }
        let mut after = 0.0;
        for k in 0..n.min(6) {
            after += row[k] * row[5 - k];
        }
        sum + 3.0 * before + after
    }
    scratch_in_calls(x, n) {
        let mut row = vec![0.0; 6];
        let mut a = 0.0;
        for i in 0..n {
            for k in 0..6 {
                row[k] = x[k] * (i as f64).cos();
            }
            let e = eliminate(&mut row, x);
            a += e + row[5];
        }
        let mut b = 0.0;
        for i in 0..n {
            for k in 0..6 {
                row[k] = x[k] + i as f64 * 0.001;
            }
            let e = eliminate(&mut row, x);
            b += e * row[2];
        }
        a - 0.25 * b
    }
    sorting(x, n) {
        let mut row = [0.0; 6];
        let mut sum = 0.0;
        for i in 0..n {
            for k in 0..6 {
                row[k] = x[k] * (i as f64).cos();
            }
            for u in 0..5 {
                for v in 0..5 - u {
                    if row[v] > row[v + 1] {
                        let t = row[v];
                        row[v] = row[v + 1];
                        row[v + 1] = t;
                    }
                }
            }
            sum += 2.0 * row[0] + row[2] * row[5];
        }
        sum
    }
    nearest(x, n) {
        let mut sum = 0.0;
        for i in 0..n {
            let u = (i as f64 * 0.37).sin();
            let mut best = f64::INFINITY;
            let mut at = 0;
            for j in 0..6 {
                let d = (x[j] - u).abs();
                if d < best {
                    best = d;
                    at = j;
                }
            }
            sum += best * x[at] + x[(at + 1) % 6];
        }
        sum
    }
}

#[test]
fn scratch_that_others_use() {
    for n in [0, 1, 127, 128, 1000] {
        check!(at numbers(6, 1), scratch_of_two_loops(n));
        check!(at numbers(6, 2), scratch_before_and_after(n));
        check!(at numbers(6, 3), scratch_in_calls(n));
    }
}

#[test]
fn decisions_about_scratch() {
    for n in [1, 127, 128, 1000] {
        check!(at numbers(6, 4), sorting(n));
        check!(at numbers(6, 5), nearest(n));
    }
}

macro_rules! stencils {
    ($($name:ident($x:ident) $body:block)*) => {$(
        #[conservative_grad(parallel)]
        fn $name($x: &[f64]) -> f64 $body
    )*};
}

stencils! {
    three_and_a_call(x) {
        let mut sum = 0.0;
        for i in 1..x.len().max(2) - 1 {
            sum += wave(x[i - 1], x[i]) * x[i + 1];
        }
        sum
    }
    three_and_a_loop(x) {
        let mut sum = 0.0;
        for i in (2..x.len()).rev() {
            let mut t = x[i - 2];
            let mut k = 0;
            while t > -0.8 && k < i % 4 {
                t = t * 0.5 + (x[i - 1] * x[i]).sin() * k as f64;
                k += 1;
            }
            sum += t * t;
        }
        sum
    }
    every_second(x) {
        let mut sum = 0.0;
        for i in (1..x.len().max(2) - 1).step_by(2) {
            sum += wave(x[i], x[i - 1]) * x[i + 1];
        }
        sum
    }
    under_conditions(x) {
        let mut a = 0.0;
        let mut b = 0.0;
        for i in 0..x.len().max(2) - 2 {
            if x[i] > 0.1 {
                let mut t = x[i + 1];
                for k in 0..i % 4 {
                    t = t * x[i] + 0.1 * k as f64;
                }
                a += t;
            } else {
                b -= wave(x[i + 2], x[i]);
            }
        }
        2.0 * a + b
    }
}

#[test]
fn neighbours_that_are_carried() {
    check!(three_and_a_call());
    check!(three_and_a_loop());
    check!(every_second());
    check!(under_conditions());
}

#[conservative_grad(parallel, policy = jax)]
fn kinks(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 1..x.len() {
        let mut t = (x[i] - x[i - 1]).abs() + x[i].max(0.5 * x[i - 1]);
        for _ in 0..2 {
            t = 1.5 * t.clamp(-0.5, 0.5);
        }
        sum += t;
    }
    sum
}

/// Where decisions are ties, the policy decides as it does without the option.
#[test]
fn ties() {
    let x: Vec<f64> = numbers(10_007, 6)
        .iter()
        .map(|v| (4.0 * v).round() / 4.0)
        .collect();
    let found = on_many_threads(|| kinks::grad(&x));
    let (_, wanted) = kinks::value_and_grad_with(&mut Plain, &x);
    assert_close(&found, &wanted, 1e-12);
}

#[conservative_grad]
fn scaled<T: Real>(a: T, b: T) -> T {
    (a * b).sin() * a
}

#[conservative_grad(parallel)]
fn generic_stencil<T: Real>(x: &[T], c: T) -> T {
    let mut sum = T::default();
    for i in 1..x.len() {
        let mut t = scaled(x[i - 1], c);
        for _ in 0..3 {
            t = t * x[i] + c;
        }
        sum += t;
    }
    sum
}

#[test]
fn neighbours_of_other_types() {
    let x = numbers(4099, 7);
    let all = |(x, c): (Vec<f64>, f64)| [x, vec![c]].concat();
    let found = on_many_threads(|| all(generic_stencil::grad(&x, 0.7)));
    let (_, wanted) = generic_stencil::value_and_grad_with(&mut Plain, &x, 0.7);
    assert_close(&found, &all(wanted), 1e-12);
    let x: Vec<f32> = x.iter().map(|v| *v as f32).collect();
    let (single, _) = generic_stencil::grad(&x, 0.7);
    let single: Vec<f64> = single.into_iter().map(f64::from).collect();
    assert_close(&single, &found[..4099], 1e-4);
}

#[conservative_grad(parallel)]
fn rows(x: &[[f64; 3]]) -> f64 {
    let mut sum = 0.0;
    for i in 1..x.len() {
        let mut t = 0.1;
        for k in 0..3 {
            t = t * x[i][k] + 0.5 * x[i - 1][k];
        }
        sum += t;
    }
    sum
}

#[test]
fn neighbours_of_rows() {
    let x: Vec<[f64; 3]> = numbers(3 * 4099, 8).as_chunks().0.to_vec();
    let found = on_many_threads(|| rows::grad(&x).concat());
    let (_, wanted) = rows::value_and_grad_with(&mut Plain, &x);
    assert_close(&found, &wanted.concat(), 1e-12);
}
