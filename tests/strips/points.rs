//! Numbers of one iteration side by side: `x[3 * i]`, `x[3 * i + 1]`, `x[3 * i + 2]`.

programs! {
    strips fn lengths_of_vectors(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let (a, b, d) = (x[3 * i], x[3 * i + 1], x[3 * i + 2]);
            s += (a * a + b * b + d * d * w[0] * w[0]).sqrt();
        }
        s
    }
    strips fn the_last_of_each_is_missing(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += (x[4 * i] * x[4 * i + 1] * w[1] + 4.0).sqrt();
        }
        s
    }
    strips fn the_last_of_each_only(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += (x[i * 2 + 1] * w[1] + 4.0).sqrt() / (1.0 + x[2 * i + 1]);
        }
        s
    }
    strips fn each_and_the_next(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let (dx, dy) = (x[2 * i + 2] - x[2 * i], x[2 * (i + 1) + 1] - x[2 * i + 1]);
            s += (dx * dx + dy * dy + 0.1).sqrt() * w[2];
        }
        s
    }
    strips fn behind_a_first_part(x, w, c, k, n) {
        let from = n;
        let mut s = 0.0;
        for i in 0..n {
            let (a, b, d) = (x[from + 3 * i], x[from + 3 * i + 1], x[from + 3 * i + 2]);
            s += a * b / (1.0 + d * d) * w[i];
        }
        s
    }
    strips fn from_the_second_on(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 1..n {
            let (dx, dy) = (x[2 * i] - x[2 * i - 2], x[2 * i + 1] - x[2 * (i - 1) + 1]);
            s += (dx * dx + dy * dy + 0.1).sqrt();
        }
        s
    }
    strips fn the_last_in_a_branch(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut t = x[3 * i] * x[3 * i + 1];
            if c[i] > 0.0 {
                t += x[3 * i + 2] * w[0];
            }
            s += (1.0 + t * t).sqrt();
        }
        s
    }
    strips fn two_sizes(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[2 * i] * x[2 * i + 1] / (1.0 + x[3 * i + 2] * x[3 * i + 2]) + w[i];
        }
        s
    }
    plain fn in_turn(x, w, c, k, n) {
        let (mut p, mut q) = (w[0], w[1]);
        for i in 0..n {
            let t = p;
            p = 0.5 * p + x[2 * i] * q.sin();
            q = 0.4 * q - x[2 * i + 1] * t;
        }
        p * q
    }
    plain fn written_in_pairs(x, w, c, k, n) {
        let mut y = vec![0.0; 2 * n];
        for i in 0..n {
            y[2 * i] = x[2 * i] * w[i];
            y[2 * i + 1] = x[2 * i + 1] / (2.0 + w[i]) + y[2 * i];
        }
        for i in 0..n {
            for j in 0..2 {
                y[2 * i + j] *= y[2 * i] + 1.0;
            }
        }
        let mut s = 0.0;
        let mut t = 0.3;
        for v in y {
            t = t * 0.5 + v;
            s += t * v;
        }
        s
    }
}
