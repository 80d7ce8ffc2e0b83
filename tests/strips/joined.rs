//! Lane loops whose reverse may join them, and what must keep them apart.

programs! {
    strips fn decisions_stay_in_registers(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let a = (x[i] * w[i]).max(c[i]);
            let b = if a > 0.7 { a * a } else { a };
            s += b.abs() * x[i];
        }
        s
    }
    strips fn neighbours_and_a_shared_factor(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 1..n {
            s += w[0] * x[i - 1] * x[i] - x[i] * x[i] * c[i];
        }
        s
    }
    strips fn an_array_that_is_kept(x, w, c, k, n) {
        let mut y = vec![0.0; n];
        let mut s = 0.0;
        for i in 0..n {
            y[i] = x[i] * w[i];
            s += y[i] * y[i];
        }
        let mut t = 0.0;
        for i in 0..n {
            t += y[i] * c[i];
        }
        s + t
    }
    strips fn both_ends(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i] * x[n - 1 - i] * w[i];
        }
        s
    }
    strips fn two_sums_of_one_term(x, w, c, k, n) {
        let mut s = 0.0;
        let mut r = 0.0;
        for i in 0..n {
            let t = x[i] / (1.0 + w[i] * w[i]);
            s += t * t;
            r -= t * c[i];
        }
        2.0 * s + r
    }
    strips fn a_root_and_a_call(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let r = (1.0 + x[i] * x[i]).sqrt();
            s += (r * w[i]).exp() + r;
        }
        s
    }
    strips fn a_total_in_front(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut z = 0.0;
            for j in 0..3 {
                z += x[j] * c[i];
            }
            s += z * w[i] * w[i];
        }
        s
    }
}
