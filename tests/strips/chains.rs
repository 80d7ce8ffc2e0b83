//! Chains of iterators, which are loops.

programs! {
    strips fn pairs(x, w, c, k, n) {
        let mut s = 0.0;
        for (a, b) in x.iter().zip(c.iter()) {
            s += a * a * b;
        }
        s
    }
    strips fn enumerated(x, w, c, k, n) {
        let mut s = 0.0;
        for (i, a) in x.iter().enumerate() {
            s += a.sin() * c[i];
        }
        s
    }
    strips fn mapped_and_summed(x, w, c, k, n) {
        x.iter().map(|a| a * a * w[0]).sum::<f64>() * 0.5
    }
    strips fn pairs_mapped_and_summed(x, w, c, k, n) {
        x.iter().zip(w).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / 3.0
    }
    strips fn windows_of_two(x, w, c, k, n) {
        x.windows(2).map(|p| (p[1] - p[0]).powi(2)).sum()
    }
    strips fn chunks_of_four(x, w, c, k, n) {
        let mut s = 0.0;
        for (row, y) in x.chunks_exact(4).zip(c) {
            let mut e = -y;
            for (a, b) in row.iter().zip(w) {
                e += a * b;
            }
            s += e * e;
        }
        s
    }
    /// The row is a slice with a beginning of its own.
    plain fn rows_as_slices(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let row = &x[i * 3..(i + 1) * 3];
            let e: f64 = row.iter().zip(w).map(|(a, b)| a * b).sum();
            s += (e - c[i]).powi(2);
        }
        s
    }
    strips fn folded(x, w, c, k, n) {
        x.iter().take(n).fold(0.0, |s, a| s + a.exp() * w[0])
    }
    /// The sum is changed in one branch only.
    plain fn filtered(x, w, c, k, n) {
        x.iter().filter(|a| **a > 1.0).map(|a| a * a).sum()
    }
    strips fn skipped(x, w, c, k, n) {
        let mut s = 0.0;
        for (a, b) in x.iter().skip(1).zip(x) {
            s += a * b;
        }
        s
    }
}
