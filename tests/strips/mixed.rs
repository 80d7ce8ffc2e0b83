//! Several of the above at once, and loops with something before and after them.

programs! {
    strips fn the_sum_on_the_right(x, w, c, k, n) {
        let mut s = w[0];
        for i in 0..n {
            s = x[i] * w[1] + s;
            s = s + x[i + 1] - c[i];
        }
        s
    }
    strips fn calls_after_calls_in_nested_loops(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.0;
            for a in 0..support::FIVE {
                let y = (x[i] * w[a]).exp();
                for b in 0..2 {
                    let z = (y * w[b]).sin();
                    let q = (z + y).cos();
                    e += q * z;
                }
                e += y.sqrt() * y;
            }
            s += e * e.sin();
        }
        s
    }
    strips fn a_value_of_in_front_of_an_inner_loop(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let a = x[i].exp();
            let b = a / x[i + 1];
            let mut e = a;
            for j in 0..support::FIVE {
                e = e * b + (a * w[j]).sin() * e;
            }
            s += e * b - a;
        }
        s
    }
    /// A decision at a number is not asked for twice.
    plain fn a_condition_that_many_ask(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let big = x[i] > 1.0;
            let mut e = if big { x[i] } else { w[0] };
            for j in 0..support::FIVE {
                e += if big { w[j] * x[i] } else { x[i].sin() };
            }
            let f = e.exp();
            s += if big { f } else { e * f };
        }
        s
    }
    /// The decision would have to go from one lane loop to the next.
    plain fn a_condition_on_scratch_that_changes(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut t = [0.0; 5];
            for j in 0..support::FIVE {
                t[j] = x[i * 3 + j] * w[j];
            }
            let first = t[0];
            let up = first > 0.25;
            for j in 0..support::FIVE {
                t[j] = t[j].exp() - 2.0;
            }
            s += if up { t[0] * first } else { t[1] + first };
        }
        s
    }
    strips fn after_an_array_that_is_computed(x, w, c, k, n) {
        let mut y = vec![0.0; n + 2];
        for i in 1..n + 2 {
            y[i] = y[i - 1] * 0.5 + x[i];
        }
        let mut s = 0.0;
        for i in 0..n {
            let d = y[i + 1] - y[i];
            s += d * d + y[i].sin() * w[0];
        }
        s
    }
    strips fn rows_of_an_array_that_is_computed(x, w, c, k, n) {
        let mut y = vec![0.0; 3 * n + 2];
        for i in 0..3 * n + 2 {
            y[i] = x[i] * x[i];
        }
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.0;
            for j in 0..support::FIVE {
                e += y[i * 3 + j] * w[j] + y[i * 3 + j].sqrt();
            }
            s += e * e + y[i + 2];
        }
        s
    }
    strips fn stencils_and_rows_of_one_array(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = x[i] - x[i + 1];
            for j in 0..support::FIVE {
                e += x[i * 3 + j] * x[i + j];
            }
            s += e * e * x[0] * x[k[i]];
        }
        s
    }
    strips fn scratch_of_two_loops(x, w, c, k, n) {
        let mut t = [0.0; 3];
        let mut s = 0.0;
        for i in 0..n {
            for j in 0..3 {
                t[j] = x[i] * w[j];
            }
            for j in 0..3 {
                s += t[j] * t[j];
            }
        }
        for i in 0..n {
            for j in 0..3 {
                t[j] = (x[i + 1] - w[j]).cos();
            }
            let mut e = 0.0;
            for j in 0..3 {
                e += t[j] * t[2 - j];
            }
            s -= e;
        }
        s
    }
    /// Filled with something else in front of the loop, which every iteration overwrites.
    strips fn scratch_that_held_something(x, w, c, k, n) {
        let mut t = [0.0; 5];
        for j in 0..5 {
            t[j] = w[j];
        }
        let mut s = t[0] * t[1];
        for i in 0..n {
            for j in 0..5 {
                t[j] = x[i * 3 + j].exp();
            }
            for j in 0..5 {
                s += t[j] * w[j];
            }
        }
        s
    }
    strips fn two_roots_of_one_square(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let r = (x[i] * x[i] + w[0] * w[0]).sqrt();
            let q = r / (1.0 + r);
            s += q;
            s += q * r;
            s -= r;
        }
        s
    }
    strips fn a_total_that_two_loops_add_to(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = x[i];
            for j in 0..support::FIVE {
                e += w[j] * x[i];
            }
            let half = e * 0.5;
            for j in 0..2 {
                e -= half * w[j];
            }
            s += e * half;
        }
        s
    }
    strips fn a_total_that_starts_with_another(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = x[i];
            for j in 0..support::FIVE {
                e += w[j] * x[i + j];
            }
            let mut f = e;
            let mut g = e;
            for j in 0..support::FIVE {
                f -= w[j] * e;
                g += f * w[j];
            }
            s += e * f * g;
        }
        s
    }
    strips fn a_total_read_in_its_loop(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.0;
            for j in 0..5 {
                e += x[i] * w[j];
                s += e * e;
            }
        }
        s
    }
    strips fn the_last_and_the_one_before(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut last = 0.0;
            let mut before = w[0];
            let mut e = 0.0;
            for j in 0..support::FIVE {
                e += before * x[i];
                before = last;
                last += x[i * 4 + j];
            }
            s += e + before * last;
        }
        s
    }
    strips fn a_product_and_a_sum_side_by_side(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut p = 1.0;
            let mut q = 0.0;
            for j in 0..support::FIVE {
                q += p * w[j];
                p *= x[i];
            }
            s += p / (2.0 + q * q);
        }
        s
    }
    strips fn an_inner_loop_in_an_inner_loop_that_may_not_run(x, w, c, k, n) {
        let none = n.min(0);
        let mut s = 0.0;
        for i in 0..n {
            let mut e = x[i];
            for a in 0..none {
                for b in 0..9 {
                    e += x[i * 9 + b] * w[a];
                }
            }
            s += e * e;
        }
        s
    }
    strips fn recurrences_of_scratch(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut t = [0.0; 6];
            t[0] = x[i];
            t[1] = w[i];
            for j in 2..6 {
                t[j] = t[j - 1] * 0.5 + t[j - 2].sin();
            }
            s += t[5] * t[5] + t[3];
        }
        s
    }
    strips fn many_sums(x, w, c, k, n) {
        let (mut a, mut b, mut d, mut e) = (0.0, 1.0, 2.0, w[0]);
        for i in 0..n {
            let t = (x[i] * w[i]).exp();
            a += t;
            b -= t * x[i];
            d += t;
            e -= x[i];
            a -= x[i];
        }
        2.0 * a - b * 0.5 + (d - e) / 4.0 - a
    }
}
