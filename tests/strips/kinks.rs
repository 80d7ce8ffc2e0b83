//! Kinks (the inputs tie in one run), ends of domains, conditions on numbers.

programs! {
    strips fn absolute(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += (x[i] - 1.0).abs() * w[i];
        }
        s
    }
    /// `relu` is a function of the facade, hence a call.
    plain fn rectified(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += relu(x[i] - w[i]) + (x[i] - 1.0).max(0.0);
        }
        s
    }
    strips fn clamped(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i].clamp(0.5, 1.5) * 2.0 + x[i].min(w[i]);
        }
        s
    }
    strips fn huber(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let r = x[i] - w[i];
            let a = r.abs();
            s += if a <= 0.5 { 0.5 * r * r } else { 0.5 * (a - 0.25) };
        }
        s
    }
    strips fn rows_of_rectified(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.0;
            for j in 0..3 {
                e += (x[i * 3 + j] * w[j] - c[i]).max(0.0);
            }
            s += e * (e - 1.0).abs();
        }
        s
    }
    strips fn branches_on_numbers(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let t = x[i] - 1.0;
            s += if t > 0.0 { t * t * 2.0 } else { t * t * t };
        }
        s
    }
    strips fn branches_on_constants(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += if c[i] > 0.0 { x[i] * x[i] } else { x[i] * w[i] };
        }
        s
    }
    strips fn roots(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i].sqrt() * w[i] + (x[i] * w[i]).abs().sqrt();
        }
        s
    }
    strips fn an_infinite_slope_behind_a_minimum(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += (1.0 / x[i]).min(5.0) + x[i].sqrt().min(0.0);
        }
        s
    }
    strips fn logarithms(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let y = x[i] * w[0];
            s += x[i].ln() * c[i] + y / x[i + 1];
        }
        s
    }
    strips fn quotients(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let q = w[i] / x[i];
            let r = 1.0 / (1.0 + q * q);
            s += q * r + r / (x[i] + 2.0);
        }
        s
    }
    strips fn logistic(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let z = x[i] * w[0] + w[1];
            let p = 1.0 / (1.0 + (-z).exp());
            s -= if k[i] % 2 == 0 { p.ln() } else { (1.0 - p).ln() };
        }
        s
    }
    strips fn powers(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i].powf(1.5) + x[i].powi(3) * w[i] + x[i].powf(w[i]);
        }
        s
    }
    strips fn hypotenuses(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i].hypot(w[i]) + x[i].atan2(2.0 + w[i]) + x[i].mul_add(w[i], c[i]);
        }
        s
    }
    strips fn the_nearest(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut best = (x[i] - w[0]).abs();
            for j in 1..4 {
                let d = (x[i] - w[j]).abs();
                if d < best {
                    best = d;
                }
            }
            s += best;
        }
        s
    }
    strips fn zero_times_infinity(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let e = (x[i] * 3.0).exp();
            let t = if c[i] > 0.0 { e } else { 1.0 };
            s += t * 0.001 + (x[i] - x[i]).sqrt().min(0.0);
        }
        s
    }
}
