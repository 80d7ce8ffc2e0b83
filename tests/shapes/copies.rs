//! Copies for pullbacks in recorded loops: only what a pullback reads for the adjoints that are wanted is kept. What is not
//! kept is NaN in the reverse sweep.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn advance(y: &[f64], a: f64, k: &[f64], out: &mut [f64]) {
    for i in 0..y.len() {
        out[i] = y[i] + a * k[i];
    }
}

/// What is read of `k` is a condition for all of the rest.
#[conservative_grad]
fn limited(y: &[f64], a: f64, k: &[f64], out: &mut [f64]) {
    for i in 0..y.len() {
        if k[i] > 0.9 {
            out[i] = 0.1 * y[i] * y[i] + a;
        } else {
            out[i] = y[i] * 0.5;
        }
    }
}

/// By way of another function, a local array and a sum.
#[conservative_grad]
fn handed_on(y: &[f64], a: f64, k: &[f64], out: &mut [f64]) {
    let mut scaled = vec![0.0; y.len()];
    advance(y, a, k, &mut scaled);
    let mut mean = 0.0;
    for i in 0..y.len() {
        mean += scaled[i] * scaled[i];
    }
    for i in 0..y.len() {
        out[i] = y[i] * (mean / (1.0 + mean)) + a;
    }
}

/// The number of iterations depends on `k`.
#[conservative_grad]
fn counted(y: &[f64], a: f64, k: &[f64], out: &mut [f64]) {
    for i in 0..y.len() {
        let mut value = y[i];
        let mut left = k[i];
        while left > 0.3 {
            value = value * 0.5 + a;
            left = left * 0.6;
        }
        out[i] = value;
    }
}

/// Linear in all of them, of one element each.
#[conservative_grad]
fn ends(y: &[f64], a: f64, k: &[f64], out: &mut [f64]) {
    let n = y.len();
    out[0] = y[n - 1] * 0.5 + k[0];
    for i in 1..n {
        out[i] = a + y[i] * 0.1;
    }
}

macro_rules! stepped {
    ($($name:ident: $step:ident, $a:expr;)*) => {$(
        #[conservative_grad]
        fn $name(x: &[f64]) -> f64 {
            let n = x.len();
            let mut y = x.to_vec();
            let mut k = x.to_vec();
            let mut next = vec![0.0; n];
            let by = $a;
            for _ in 0..crate::FOUR {
                $step(&y, by(x), &k, &mut next);
                for i in 0..n {
                    k[i] = 0.8 * next[i] * y[i] + 0.1 * x[i];
                    y[i] = next[i];
                }
            }
            y[0] + y[n - 1] * k[n / 2]
        }
    )*};
}

stepped! {
    fixed: advance, |_: &[f64]| 0.2;
    of_the_input: advance, |z: &[f64]| 0.2 * z[0];
    under_conditions: limited, |_: &[f64]| 0.2;
    under_conditions_varied: limited, |z: &[f64]| 0.2 * z[0];
    by_another: handed_on, |_: &[f64]| 0.2;
    as_often: counted, |_: &[f64]| 0.2;
    at_the_ends: ends, |_: &[f64]| 0.2;
    vectors: of_vectors, |_: &[f64]| 0.2;
    vectors_varied: of_vectors, |z: &[f64]| 0.2 * z[0];
    at_the_ends_varied: ends, |z: &[f64]| 0.2 * z[0];
}

/// The callee takes vectors, of which slices are no substitute.
#[conservative_grad]
#[allow(clippy::ptr_arg, reason = "people write it")]
fn of_vectors(y: &Vec<f64>, a: f64, k: &Vec<f64>, out: &mut Vec<f64>) {
    for i in 0..y.len() {
        out[i] = y[i] * k[y.len() - 1 - i].sin() + a * k[i];
    }
}

/// One copy, of which one of two calls reads.
#[conservative_grad]
fn shared(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    let mut first = vec![0.0; n];
    let mut second = vec![0.0; n];
    for _ in 0..crate::THREE {
        advance(&y, 0.3, &y.clone(), &mut first);
        advance(&y, x[0], &first, &mut second);
        for i in 0..n {
            y[i] = 0.5 * second[i] - 0.1 * first[i] * first[i];
        }
    }
    y[n - 1]
}

mod tests {
    check_all!(
        fixed from 1,
        of_the_input from 1,
        under_conditions from 1,
        under_conditions_varied from 1,
        by_another from 1,
        as_often from 1,
        at_the_ends from 1,
        at_the_ends_varied from 1,
        vectors from 1,
        vectors_varied from 1,
        shared from 1,
    );
}
