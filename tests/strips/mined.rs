//! Loops over elements that carry nothing, in loops that are recorded and at the outermost level: stencils, and numbers that
//! all elements share.

programs! {
    strips fn a_step_on_a_grid(x, w, c, k, n) {
        let mut u = vec![0.5; n];
        for j in 0..n {
            u[j] = x[j];
        }
        let mut next = vec![0.0; n];
        let (a, b) = (w[0], w[1]);
        for _ in 0..4 {
            for j in 1..n.max(2) - 1 {
                let flow = u[j - 1] - 2.0 * u[j] + u[j + 1];
                next[j] = u[j] + 0.1 * a * flow + b * u[j] * (1.0 - u[j]);
            }
            for j in 1..n.max(2) - 1 {
                u[j] = next[j];
            }
        }
        let mut s = 0.0;
        for j in 0..n {
            s += u[j] * u[j];
        }
        s
    }
    plain fn a_sweep_that_reads_what_it_wrote(x, w, c, k, n) {
        let mut u = x.to_vec();
        for _ in 0..3 {
            for j in 1..n.max(1) {
                u[j] = 0.4 * u[j] + 0.3 * u[j - 1] * w[j] + w[0] * u[j + 1];
            }
        }
        u[0] + u[n / 2] * 2.0 + u[n] * u[n + 1]
    }
    strips fn one_number_for_all(x, w, c, k, n) {
        let mut u = x.to_vec();
        let p = w[2] * 0.5;
        for t in 0..3 {
            for j in 0..n {
                u[j] += p * u[j] * c[j] * t as f64;
            }
        }
        let mut s = 1.0;
        for j in 0..n {
            s += u[j] * w[j];
        }
        s.sqrt().abs() + s.abs()
    }
    strips fn once_and_not_in_a_loop(x, w, c, k, n) {
        let mut y = vec![0.0; n + 1];
        for j in 0..n {
            y[j] = x[j] * x[j + 1] - w[0] * x[j + 2];
        }
        y[0] * y[n / 2] + y[n] + y[n / 3] * w[1]
    }
    plain fn with_another_stride_outside(x, w, c, k, n) {
        let mut u = x.to_vec();
        let mut t = 0;
        while t < 3 {
            for j in 2..n.max(2) {
                u[j] -= w[t] * (u[j - 2] + u[j]) * 0.25;
            }
            t += 1;
        }
        u[n] + u[n / 2] * u[n.min(2)]
    }
    plain fn what_is_kept_is_not_computed_again(x, w, c, k, n) {
        let mut u = x.to_vec();
        for _ in 0..2 {
            for j in 1..n.max(1) {
                u[j] = (w[0] * u[j]).sin() + u[j - 1] / (2.0 + u[j] * u[j]);
            }
        }
        u[n] + u[n / 2]
    }
    plain fn downwards(x, w, c, k, n) {
        let mut u = x.to_vec();
        for _ in 0..2 {
            for j in (1..n.max(1)).rev() {
                u[j] = w[0] * u[j] + 0.3 * u[j - 1];
            }
        }
        u[n] + u[n / 2]
    }
    plain fn beside_a_branch(x, w, c, k, n) {
        let mut u = x.to_vec();
        for t in 0..3 {
            for j in 1..n.max(1) {
                u[j] = w[1] * u[j] + 0.3 * u[j - 1];
            }
            if u[0] > 0.7 {
                u[0] *= 0.9;
            } else {
                u[0] += w[0];
            }
        }
        u[n / 2] * u[0] + u[n / 3]
    }
}
