//! What a loop adds up, and by what.

programs! {
    strips fn one(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i] * x[i];
        }
        s
    }
    strips fn several(x, w, c, k, n) {
        let mut a = 1.0;
        let mut b = 0.0;
        let mut d = w[0];
        for i in 0..n {
            a += x[i] * w[i];
            b += x[i].sin();
            d += c[i] * x[i] * x[i];
        }
        a * 0.25 + 3.0 * b - d
    }
    strips fn subtracted(x, w, c, k, n) {
        let mut s = w[0];
        for i in 0..n {
            s -= x[i] * c[i];
            s -= (x[i] + w[i]).exp();
        }
        s
    }
    strips fn added_twice(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let t = x[i].sqrt();
            s += t;
            s += t;
        }
        s
    }
    strips fn added_and_taken_away(x, w, c, k, n) {
        let mut s = 0.0;
        let mut r = 0.0;
        for i in 0..n {
            let t = x[i].ln() * w[i];
            s += t;
            r -= t;
            s -= t * x[i];
        }
        s * 2.0 + r
    }
    strips fn constant_terms(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += 0.125;
            s += c[i];
            s += x[i] * 2.0;
        }
        s
    }
    strips fn a_uniform_term(x, w, c, k, n) {
        let mut s = 0.0;
        let scale = w[0] * w[1];
        for i in 0..n {
            s += scale;
            s += x[i] * scale;
        }
        s
    }
    strips fn a_number_of_outside_each_time(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += w[2];
            s += x[i];
        }
        s
    }
    strips fn passed_on_by_a_linear_tail(x, w, c, k, n) {
        let mut s = 0.0;
        let mut r = 0.0;
        for i in 0..n {
            s += x[i] * x[i] * w[0];
            r -= x[i].cos();
        }
        0.5 * s + (r - s) / 3.0 + w[2]
    }
    strips fn passed_on_with_factors_of_before(x, w, c, k, n) {
        let scale = 1.0 / (n as f64 + 1.0);
        let tilt = (c[0] + c[1]).exp();
        let mut s = 0.0;
        let mut r = 0.0;
        for i in 0..n {
            s += x[i] * x[i] * w[0];
            r -= x[i].cos();
        }
        0.5 * s * scale + (r - s) * tilt - r / tilt
    }
    /// The factor of the sum wants to know the sum.
    plain fn passed_on_with_a_factor_that_varies(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i] * x[i];
        }
        s * w[1]
    }
    /// The adjoint of the sum is known only after the loop.
    plain fn a_tail_that_is_not_linear(x, w, c, k, n) {
        let mut s = 1.0;
        for i in 0..n {
            s += x[i] * x[i];
        }
        s.ln()
    }
    /// What is carried is read by the body.
    plain fn read_by_the_body(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i] * 0.5;
            s += s * 0.01 * w[0];
        }
        s
    }
    strips fn the_counter_as_a_number(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let t = i as f64;
            s += x[i] * t + (t * 0.01).sin();
        }
        s
    }
    strips fn from_one(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 1..n {
            s += x[i] * x[i - 1];
        }
        s
    }
    strips fn without_the_ends(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 2..n.max(1) - 1 {
            s += (x[i + 1] - 2.0 * x[i] + x[i - 2]).powi(2);
        }
        s
    }
    strips fn to_the_length(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..w.len() {
            s += w[i] * w[i] * c[i / 2];
        }
        s
    }
    strips fn stop_gradient_of_a_term(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let t = stop_gradient(c[i] * c[i]);
            s += t * w[i];
            s += x[i] * 0.0 + 1.0;
        }
        s
    }
    /// The outer loop is too short to be worth it, the inner one is not looked at.
    plain fn within_another_loop(x, w, c, k, n) {
        let mut s = 0.0;
        for r in 0..3 {
            for i in 0..n {
                s += x[i] * w[r];
            }
        }
        s
    }
    strips fn one_after_the_other(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i] * w[i];
        }
        let mut r = 0.0;
        for i in 0..n {
            r += x[i] * x[i] + w[i];
            s -= x[n - 1 - i];
        }
        s + r
    }
    strips fn the_sum_goes_on_in_a_second_loop(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i].exp() * w[i];
        }
        for i in 0..n {
            s -= x[i].exp() * x[i];
        }
        s
    }
}
