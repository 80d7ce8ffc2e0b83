//! Counters that lead to no index: what is known of their type is where they end.

use conservative_grad::conservative_grad;

/// The end is known, and is no size.
#[conservative_grad]
fn up_to_a_signed_number(w: &[f64], n: i64) -> f64 {
    let mut s = 0.0;
    for i in -3..n {
        s += (w[0] * i as f64).sin() * w[1];
    }
    s
}

#[test]
fn signed_counters_stay_signed() {
    let w = [0.3, 0.7];
    let (value, gradient) = up_to_a_signed_number::value_and_grad(&w, 50);
    assert_eq!(value, up_to_a_signed_number(&w, 50));
    for (k, slope) in gradient.into_iter().enumerate() {
        let mut axis = [0.0; 2];
        axis[k] = 1.0;
        let along = up_to_a_signed_number::jvp(&w, 50, &axis).1;
        assert!(
            (slope - along).abs() <= 1e-12 * along.abs(),
            "{slope}, {along}"
        );
    }
}

programs! {
    strips fn points_of_a_polynomial(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let t = -1.0 + 2.0 * i as f64 / (n + 1) as f64;
            let mut residual = if t > 0.0 { 1.0 } else if t < 0.0 { -1.0 } else { 0.0 };
            let mut power = 1.0;
            for j in 0..w.len() {
                residual -= w[j] * power;
                power *= t;
            }
            s += 0.5 * residual * residual;
        }
        s
    }
    strips fn numbers_up_to_a_length(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..x.len() {
            s += (w[0] * i as f64).sin();
        }
        s
    }
    strips fn from_one_size_to_another(x, w, c, k, n) {
        let mut s = 0.0;
        for i in n / 2..n - n / 4 {
            let t = i as f64 * 0.1;
            s += (w[0] + w[1] * t).max(w[2] * t);
        }
        s
    }
    strips fn remainders(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n * 3 {
            let t = (i % 5) as f64 - (i / 7) as f64;
            s += (w[0] * t - w[1]).abs();
        }
        s
    }
    strips fn as_far_as_the_counter(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = w[3];
            for j in 0..4 {
                e = e * 0.5 + w[j] * (i + j) as f64;
            }
            s += e * e;
        }
        s
    }
    plain fn an_integer_that_may_be_signed(x, w, c, k, n) {
        let mut s = 0.0;
        for i in -20..30 {
            s += w[0] * (i as f64 * w[1]).sin();
        }
        s
    }
    plain fn a_size_as_another_integer(x, w, c, k, n) {
        let mut s = 0.0;
        for i in -5..n as i64 {
            s += w[0] * (i as f64 * w[1]).sin();
        }
        s
    }
}
