//! Sums whose adjoint is known only when they are complete: roots, logarithms and quotients of them.

use conservative_grad::conservative_grad;

use crate::support::{assert_close, check, numbers, on_many_threads};

macro_rules! ends {
    ($($name:ident($x:ident) $body:block)*) => {$(
        #[conservative_grad(parallel)]
        fn $name($x: &[f64]) -> f64 $body
    )*};
}

#[conservative_grad]
fn model(x: f64, slope: f64) -> f64 {
    (slope * x).tanh()
}

#[conservative_grad]
fn against(a: f64, knots: &[f64]) -> f64 {
    let mut sum = a;
    for k in 0..knots.len().min(3) {
        sum += a * knots[k];
    }
    sum
}

#[conservative_grad]
fn mixed(a: f64, knots: [f64; 3]) -> f64 {
    a * knots[0] + knots[2] * knots[1]
}

ends! {
    // The callee adds to the temporary that stands for the adjoint of an argument.
    slices_of_callees(x) {
        let mut sum = 0.5;
        for i in 0..x.len() {
            sum += against(x[i], x);
        }
        sum * sum
    }
    lists_of_callees(x) {
        let scaled: Vec<f64> = x.iter().take(3).map(|v| v * 0.5).collect();
        let mut knots = [0.5; 3];
        for k in 0..scaled.len() {
            knots[k] = scaled[k].cos();
        }
        let mut sum = 0.5;
        for i in 0..x.len() {
            sum += against(x[i], &scaled) + mixed(x[i], knots) + against(x[i], &x[i..]);
        }
        sum.abs().ln_1p()
    }
    rms(x) {
        let mut sum = 0.1;
        for i in 0..x.len() {
            sum += x[i] * x[i];
        }
        (sum / (1 + x.len()) as f64).sqrt()
    }
    log_sum_exp(x) {
        let mut sum = 1.0;
        for v in x {
            sum += v.exp();
        }
        sum.ln()
    }
    misfit(x) {
        let mut sum = 0.2;
        for i in 1..x.len() {
            let error = model(x[i], x[0]) - 0.3;
            sum += error * error;
        }
        (sum / x.len().max(1) as f64).sqrt()
    }
    neighbours(x) {
        let mut sum = 1.0;
        for i in 1..x.len() {
            sum += (x[i] - model(x[i - 1], 0.5)).abs();
        }
        sum.ln() * sum
    }
    by_way_of_an_array(x) {
        let knots = [0.5, -0.25, 0.125];
        let scaled: Vec<f64> = x.iter().take(3).map(|v| v * 0.5).collect();
        let mut sum = 1.0;
        for i in 0..x.len() {
            let mut value = 0.0;
            for k in 0..scaled.len() {
                value += scaled[k] * knots[k] * x[i];
            }
            sum += value * value;
        }
        1.0 / sum
    }
    counted(x) {
        let (mut hits, mut misses) = (0usize, 0u8);
        let mut sum = 0.0;
        for i in 0..x.len() {
            if i % 3 == 0 {
                sum += x[i] * x[i];
                hits += 1;
            } else if i < 100 {
                misses += 1;
            }
        }
        sum / (hits as f64 + 1.0) + misses as f64 * 0.5
    }
    skips(x) {
        let mut used = 0;
        let mut sum = 1.0;
        for (i, v) in x.iter().enumerate() {
            if i % 5 == 2 {
                continue;
            }
            used += 2;
            sum += v.exp() / x.len() as f64;
        }
        sum.ln() * used as f64
    }
    leaves_early(x) {
        if x.is_empty() {
            return 0.0;
        }
        let mut sum = 0.0;
        for v in x {
            sum += v * v;
        }
        sum / x.len() as f64
    }
    leaves_in_the_middle(x) {
        let n = x.len();
        if n < 2 {
            return n as f64;
        }
        let mut squares = 0.0;
        for v in x {
            squares += v * v;
        }
        if squares < 1e-3 {
            return x[0] * x[1];
        }
        let mut total = 0.0;
        for v in x {
            total += (v / n as f64).sin();
        }
        total * squares.sqrt()
    }
    by_parity(x) {
        if x.len() % 3 == 1 {
            let mut sum = 0.5;
            for v in x {
                sum += v.exp();
            }
            sum.ln()
        } else {
            let mut sum = 0.5;
            for k in 1..x.len() {
                sum += x[k] * x[k - 1];
            }
            sum * 2.0
        }
    }
    two_sums(x) {
        let mut squares = 1.0;
        for i in 0..x.len() {
            squares += x[i] * x[i];
        }
        let norm = squares.sqrt();
        let mut total = 0.0;
        for i in 0..x.len() {
            total += (x[i] / norm).sin();
        }
        total
    }
}

#[test]
fn roots_and_logarithms() {
    check!(slices_of_callees());
    check!(lists_of_callees());
    check!(rms());
    check!(at numbers(70_001, 21), rms());
    check!(log_sum_exp());
    check!(at numbers(70_001, 22), log_sum_exp());
}

#[test]
fn early_returns() {
    check!(leaves_early());
    check!(at numbers(70_001, 24), leaves_early());
    check!(leaves_in_the_middle());
    check!(at numbers(70_001, 25), leaves_in_the_middle());
    check!(at vec![1e-3, 2e-3, 1e-3], leaves_in_the_middle());
    check!(by_parity());
    check!(at numbers(70_000, 26), by_parity());
    check!(at numbers(70_001, 27), by_parity());
}

#[test]
fn counts() {
    check!(counted());
    check!(at numbers(70_001, 29), counted());
    check!(skips());
    check!(at numbers(70_001, 30), skips());
}

/// A result does not keep a sum from running on many cores.
#[conservative_grad(parallel)]
fn checked(x: &[f64], scale: f64) -> Result<f64, usize> {
    if x.len() < 3 {
        return Err(x.len());
    }
    let mut sum = 0.0;
    for v in x {
        sum += (v * scale).tanh();
    }
    Ok(sum / x.len() as f64)
}

#[conservative_grad]
fn in_one_go(x: &[f64], scale: f64) -> f64 {
    let mut sum = 0.0;
    for v in x {
        sum += (v * scale).tanh();
    }
    sum / x.len() as f64
}

#[test]
fn results() {
    for n in [3, 33, 10_007, 70_001] {
        let x = numbers(n, 28);
        let found = on_many_threads(|| {
            let (value, (x_bar, scale_bar)) = checked::value_and_grad(&x, 0.7).expect("a number");
            [vec![value, scale_bar], x_bar].concat()
        });
        let (value, (x_bar, scale_bar)) = in_one_go::value_and_grad(&x, 0.7);
        let plain = &mut conservative_grad::Plain;
        let (as_written, _) = checked::value_and_grad_with(plain, &x, 0.7).expect("a number");
        assert_eq!(Ok(as_written), checked(&x, 0.7));
        assert_close(&found[..2], &[value, scale_bar], 1e-12);
        assert_close(&found[2..], &x_bar, 1e-12);
    }
    assert_eq!(checked::value_and_grad(&[0.5, 1.0], 0.7), Err(2));
}

#[test]
fn calls_and_neighbours() {
    check!(misfit());
    check!(neighbours());
}

#[test]
fn arrays_and_several_loops() {
    check!(by_way_of_an_array());
    check!(two_sums());
    check!(at numbers(50_000, 23), two_sums());
}
