//! Inner loops: rows, totals, folds, sums formed in them.

programs! {
    strips fn rows_times_shared_weights(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = -c[i];
            for j in 0..support::FIVE {
                e += x[i * 3 + j] * w[j];
            }
            s += e * e;
        }
        s
    }
    strips fn constant_rows(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = w[7];
            for j in 0..support::FIVE {
                e += c[i * 4 + j] * w[j];
            }
            s += (1.0 + (-e).exp()).ln();
        }
        s
    }
    strips fn rows_by_their_column_first(x, w, c, k, n) {
        let d = 2;
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.0;
            for j in 0..d {
                e += x[j + i * d] * c[j + d * i];
            }
            s += e.sin();
        }
        s
    }
    strips fn rows_of_a_width_from_outside(x, w, c, k, n) {
        let d = if n > 0 { x.len() / n } else { 0 };
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.1;
            for j in 0..d {
                e += x[i * d + j] * c[i * d + j];
            }
            s += e * e * w[0];
        }
        s
    }
    strips fn rows_that_overlap(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.0;
            for j in 0..support::FIVE {
                e += x[i * 2 + j] * w[j];
            }
            s += e * e;
        }
        s
    }
    strips fn windows_by_index(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.0;
            for j in 0..support::FIVE {
                e += x[i + j] * w[j];
            }
            s += e * e;
        }
        s
    }
    strips fn a_sum_formed_in_an_inner_loop(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            for j in 0..5 {
                let e = x[i] * w[j] - c[i];
                s += e * e;
            }
        }
        s
    }
    strips fn sums_formed_in_two_inner_loops(x, w, c, k, n) {
        let mut s = 0.0;
        let mut r = 0.0;
        for i in 0..n {
            for j in 0..5 {
                let e = x[i * 3 + j] * w[j] - c[i];
                s += e * e;
                r -= e.sin();
            }
            s += x[i];
            for j in 0..2 {
                s -= (x[i] * w[j]).exp();
            }
        }
        s - r
    }
    strips fn network_with_a_loss_per_output(x, w, c, k, n) {
        let mut loss = 0.0;
        for i in 0..n {
            let mut h = [0.0; 5];
            for a in 0..support::FIVE {
                let mut z = w[a];
                for b in 0..2 {
                    z += w[a + b] * x[i * 2 + b];
                }
                h[a] = z.tanh();
            }
            for o in 0..2 {
                let mut y = -c[i * 2 + o];
                for a in 0..support::FIVE {
                    y += w[o + a] * h[a];
                }
                loss += y * y;
            }
        }
        loss
    }
    strips fn totals_of_nested_loops(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.0;
            for a in 0..support::FIVE {
                for b in 0..2 {
                    e += x[i] * w[a] * w[b];
                    e -= c[i] * w[a + b];
                }
                e += w[a];
            }
            s += e * e;
        }
        s
    }
    strips fn a_total_of_totals(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.5;
            for a in 0..support::FIVE {
                let mut f = x[i];
                for b in 0..support::FIVE {
                    f += x[i] * w[a] - w[b] * x[i + 1];
                }
                e += f * f;
            }
            s += e.sqrt();
        }
        s
    }
    strips fn a_total_that_is_a_product(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut p = 1.0;
            for j in 0..support::FIVE {
                p *= x[i] + w[j];
            }
            s += p;
        }
        s
    }
    strips fn horner(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut p = w[0];
            for j in 1..support::FIVE {
                p = p * x[i] + w[j];
            }
            s += (p - c[i]).powi(2);
        }
        s
    }
    strips fn largest_in_a_row(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut m = x[i * 3];
            for j in 1..3 {
                m = m.max(x[i * 3 + j]);
            }
            s += m * m;
        }
        s
    }
    strips fn smallest_by_a_test(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut m = f64::INFINITY;
            for j in 0..support::FIVE {
                let d = (x[i] - w[j]) * (x[i] - w[j]);
                m = m.min(d);
            }
            s += m;
        }
        s
    }
    strips fn log_sum_exp_of_rows(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut m = x[i * 4];
            for j in 1..4 {
                m = m.max(x[i * 4 + j]);
            }
            let mut t = 0.0;
            for j in 0..support::FIVE {
                t += (x[i * 4 + j] - m).exp();
            }
            s += m + t.ln();
        }
        s
    }
    strips fn two_values_swapped(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut a = x[i];
            let mut b = w[i];
            for j in 0..support::FIVE {
                let t = a;
                a = b;
                b = t * w[j];
            }
            s += a * 2.0 - b * b;
        }
        s
    }
    strips fn fibonacci(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut a = x[i];
            let mut b = x[i + 1];
            for j in 0..support::FIVE {
                let next = a * w[j] + b;
                a = b;
                b = next;
            }
            s += b.sin() + a;
        }
        s
    }
    strips fn an_inner_loop_that_does_not_run(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = x[i];
            for j in 0..n.min(0) {
                e += x[i * 3 + j] * w[j];
            }
            s += e * e;
        }
        s
    }
    strips fn an_inner_loop_over_uniform_values(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut q = 0.0;
            for j in 0..support::FIVE {
                q += w[j] * w[j];
            }
            s += x[i] * q;
        }
        s
    }
    /// How far the inner loop runs differs between the iterations.
    plain fn a_triangle(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.0;
            for j in 0..i {
                e += x[j] * 0.01;
            }
            s += e * x[i];
        }
        s
    }
    strips fn inner_loops_backwards_and_in_steps(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.0;
            for j in (0..3).rev() {
                e = e * x[i] + x[i * 3 + j] * w[j];
            }
            for j in (0..4).step_by(2) {
                e += x[i * 4 + j];
            }
            for j in 0..=2 {
                e -= c[i * 3 + j] * w[j];
            }
            s += e;
        }
        s
    }
    /// The counter is no `usize`, and may be negative.
    plain fn a_signed_counter_of_an_inner_sum(x, w, c, k, n) {
        let m = 3_i32;
        let mut s = 0.0;
        for i in 0..n {
            for j in 0..m {
                s += x[i] * w[0] * f64::from(j - 2);
            }
        }
        s
    }
    strips fn a_signed_counter_of_an_inner_total(x, w, c, k, n) {
        let m = 3_i32;
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.0;
            for j in 0..m {
                e += x[i] * w[0] * f64::from(j - 2);
            }
            s += e * e;
        }
        s
    }
    plain fn a_counter_that_only_becomes_a_number(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            for j in 0..5 {
                let e = x[i] * w[0] * (j - 2) as f64;
                s += e * e + e;
            }
        }
        s
    }
    strips fn more_columns_than_fit(x, w, c, k, n) {
        let m = n * 200;
        let mut s = 0.0;
        for i in 0..w.len().min(7) {
            for j in 0..m {
                let t = w[i] * c[j / 200] + w[j % 7];
                s += t * t;
            }
        }
        s
    }
    strips fn rows_longer_than_a_strip_allows(x, w, c, k, n) {
        let d = 4000;
        let mut s = 0.0;
        for i in 0..n.min(2) {
            let mut t = vec![0.0; d];
            for j in 0..d {
                t[j] = x[i] * w[j % 7];
            }
            let mut e = 0.0;
            for j in 0..d {
                e += t[j] * t[j] * w[0];
            }
            s += e * x[i];
        }
        s
    }
    strips fn no_iterations_and_a_width_that_is_no_width(x, w, c, k, n) {
        let d = n.wrapping_sub(1);
        let mut s = 0.0;
        for i in 0..n {
            for j in 0..d {
                let t = x[i] * x[j];
                s += t * t;
            }
        }
        s
    }
    strips fn an_integer_carried_by_an_inner_loop(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut p = 0;
            let mut e = 0.0;
            for a in 0..3 {
                for b in 0..2 {
                    e += w[p] * x[i];
                    p += 1;
                }
            }
            s += e * e;
        }
        s
    }
}
