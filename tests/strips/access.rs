//! Where an iteration reads.

programs! {
    strips fn two_neighbours(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i] * x[i + 1];
        }
        s
    }
    strips fn three_neighbours(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 1..n {
            let d = x[i - 1] - 2.0 * x[i] + x[i + 1];
            s += d * d * w[i];
        }
        s
    }
    strips fn neighbours_with_a_gap(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 3..n {
            s += x[i - 3] * x[i] * x[i + 2];
        }
        s
    }
    strips fn neighbours_at_a_distance_from_outside(x, w, c, k, n) {
        let far = n / 2 + 1;
        let mut s = 0.0;
        for i in 0..n {
            let d = x[i + far] - x[i];
            s += d * d;
        }
        s
    }
    strips fn an_offset_added_twice(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let j = i + 1;
            s += x[j + 1] * x[j] - x[2 + i] * x[i];
        }
        s
    }
    strips fn rosenbrock(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let a = x[i + 1] - x[i] * x[i];
            let b = 1.0 - x[i];
            s += 100.0 * a * a + b * b;
        }
        s
    }
    strips fn gathered(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[k[i]] * w[i];
        }
        s
    }
    strips fn gathered_twice_the_same(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let a = x[k[i] / 2];
            let b = x[k[i] % 3];
            s += a * b * b;
        }
        s
    }
    strips fn gathered_rows(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.0;
            for j in 0..3 {
                e += x[k[i] * 3 + j] * x[i * 3 + j];
            }
            s += e * e;
        }
        s
    }
    strips fn from_the_end(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[n - 1 - i] * x[i];
        }
        s
    }
    strips fn every_second(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[2 * i] * x[2 * i + 1];
        }
        s
    }
    strips fn a_fixed_element(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i] * x[0];
        }
        s
    }
    strips fn shared_by_the_remainder(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i] * w[i % 4];
        }
        s
    }
    strips fn only_in_a_branch(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let t = if i + 40 < n { x[i + 40] * 2.0 } else { w[0] };
            s += t * t;
        }
        s
    }
    strips fn beyond_the_end_only_where_nobody_looks(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let t = if i > 0 { x[i - 1] } else { 0.0 };
            let u = if i + 1 < n { x[i + 1] } else { 0.0 };
            s += (t - u) * (t - u) * x[i];
        }
        s
    }
    strips fn rows_in_a_branch(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.0;
            for j in 0..6 {
                e += if i * 6 + j < c.len() { c[i * 6 + j] * w[j] } else { 0.25 };
            }
            s += e * e * x[i];
        }
        s
    }
    strips fn branches_on_integers(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let t = if i % 3 == 0 { x[i] * w[i] } else { x[i].sin() };
            s += t;
        }
        s
    }
    strips fn branches_in_branches(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let t = if i % 2 == 0 {
                if k[i] > n / 2 { x[i] * x[i] } else { w[i] * x[i + 1] }
            } else {
                x[i] * 3.0 - w[0]
            };
            let u = t * t;
            s += if k[i] % 2 == 1 { u } else { u * w[1] };
        }
        s
    }
    strips fn a_uniform_branch(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let t = if n > 40 { x[i] * w[1] } else { x[i].exp() };
            s += t * t;
        }
        s
    }
    strips fn a_uniform_branch_with_something_of_each(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let (t, u) = if n > 40 { (x[i], w[0] * w[1]) } else { (x[i] * 2.0, w[1]) };
            let mut e = 0.0;
            for j in 0..3 {
                e += u * w[j] * t;
            }
            s += e.sin() * u;
        }
        s
    }
    /// An integer of each iteration would have to go from one lane loop to the next.
    plain fn a_branch_that_gives_an_index(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let (t, p) = if i % 2 == 0 { (x[i], 0) } else { (x[i] * w[2], 1) };
            let mut e = 0.0;
            for j in 0..support::FIVE {
                e += w[p + j] * t;
            }
            s += e.exp() * w[p];
        }
        s
    }
    /// The sum is changed in one branch only.
    plain fn added_in_a_branch(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            if i % 2 == 0 {
                s += x[i] * x[i];
            }
        }
        s
    }
    plain fn in_steps(x, w, c, k, n) {
        let mut s = 0.0;
        for i in (0..n).step_by(3) {
            s += x[i] * x[i];
        }
        s
    }
    plain fn backwards(x, w, c, k, n) {
        let mut s = 0.0;
        for i in (0..n).rev() {
            s += x[i] * x[i + 1];
        }
        s
    }
    /// Nothing says that the counter is a `usize`.
    plain fn a_counter_that_counts_no_elements(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..40 {
            s += w[0] * (i as f64) * x[0];
        }
        s
    }
}
