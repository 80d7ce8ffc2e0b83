//! One program per condition of the passes `strips` and `lanes` that no other program depended on: what stands above each is
//! what would go wrong without the condition.

programs! {
    /// What the lanes add to the adjoint of `p` begins with a difference.
    strips fn a_number_of_outside_subtracted(x, w, c, k, n) {
        let p = w[0] * 0.5;
        let q = w[1] + w[2];
        let mut s = 0.0;
        for i in 0..n {
            let t = x[i] - p;
            let r = c[i] - q;
            s += t * t + r * x[i] - r * q;
        }
        s
    }
    strips fn a_number_of_outside_subtracted_from_elements(x, w, c, k, n) {
        let mut u = x.to_vec();
        let p = w[2] * 0.5;
        for _ in 0..3 {
            for j in 0..n {
                u[j] = u[j] * c[j] - p;
            }
        }
        u[0] * u[n / 2] + u[n] + u[n / 3] * u[n / 4]
    }
    /// The elements next to each other are not all there.
    strips fn a_stencil_with_gaps(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 3..n.max(3) {
            s += (x[i] - 2.0 * x[i + 2]) * x[i - 3] + x[i + 5] * w[0];
        }
        s
    }
    strips fn elements_by_a_stencil_with_gaps(x, w, c, k, n) {
        let mut y = vec![0.0; n + 3];
        for j in 0..n {
            y[j] = x[j] * x[j + 2] - x[j + 4] * c[j];
        }
        y[0] * y[n / 2] + y[n] + y[n / 3] * y[n / 4]
    }
    /// The highest of the neighbours is read first.
    strips fn a_stencil_from_above(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 2..n.max(2) {
            s += x[i + 2] * x[i + 1] - x[i] * x[i - 1] * x[i - 2];
        }
        s
    }
    /// The adjoint that the lanes add to is read and set to 0 by them.
    plain fn neighbours_of_what_is_replaced(x, w, c, k, n) {
        let mut u = x.to_vec();
        for t in 0..3 {
            for j in 1..n.max(1) {
                u[j] = 0.5 * u[j] * u[j - 1] + u[j + 1] * w[t];
            }
        }
        u[n] * u[n / 2] + u[n / 3]
    }
    /// Scratch by the same index in both branches.
    plain fn scratch_in_branches(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut t = [0.0; 5];
            for j in 0..support::FIVE {
                t[j] = x[i] * w[j];
            }
            s += if c[i] > 0.0 { t[0] * t[1] } else { t[1] - t[2] * t[0] };
        }
        s
    }

    /// Of three numbers none is in memory.
    strips fn numbers_in_branches(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut t = [0.0; 3];
            for j in 0..3 {
                t[j] = x[i * 3 + j] * w[j];
            }
            s += if c[i] > 0.0 { t[0] * t[1] } else { t[1] - t[2] * t[0] };
        }
        s
    }
    /// Only its first value is the iteration's own.
    strips fn begins_with_its_own_value(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut a = x[i];
            let mut e = 0.0;
            for j in 0..3 {
                e += a * w[j];
                a = w[j + 1];
            }
            s += e * e + a * x[i];
        }
        s
    }
    strips fn begins_with_its_own_value_and_counts(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut a = x[i] * w[0];
            for j in 0..4 {
                s += a * a;
                a = 0.5 * w[j];
            }
        }
        s
    }
    /// The sum has no adjoint, so the loop accumulates; but its value differs from iteration to iteration.
    plain fn a_sum_of_constants_that_is_read(x, w, c, k, n) {
        let mut q = 0.5;
        let mut s = 0.0;
        for i in 0..n {
            s += x[i] * x[i] * q;
            q += c[i];
        }
        s
    }
    plain fn a_sum_of_constants_that_is_read_after_it_grew(x, w, c, k, n) {
        let mut q = 0.5;
        let mut s = 0.0;
        for i in 0..n {
            q -= c[i];
            s += (x[i] * q).sin() * w[0];
        }
        s
    }
    /// The arrays of the lanes are made before the bound is known.
    plain fn a_bound_that_the_iteration_computes(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let m = 7 % (n + 2);
            for j in 0..m {
                s += x[i] * w[j];
            }
        }
        s
    }
    /// The total is subtracted from.
    strips fn a_total_taken_from(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = w[4];
            for j in 0..4 {
                e -= x[i * 3 + j] * w[j];
            }
            s -= e * e * e;
        }
        s
    }
    /// Read before it was added to, by another variable.
    strips fn a_total_of_one_iteration_ago(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = w[0];
            let mut before = x[i];
            for j in 0..3 {
                before = e;
                e += x[i * 3 + j] * w[j];
            }
            s += e * before;
        }
        s
    }
    /// The element is another one when it is needed again.
    strips fn scratch_that_changes_after_it_was_read(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut t = [0.0; 3];
            for j in 0..3 {
                t[j] = x[i * 3 + j] * w[j];
            }
            let first = t[0];
            let second = t[1];
            for j in 0..3 {
                t[j] = t[j].exp() - 2.0 * first;
            }
            s += t[0] * first - second * t[2];
        }
        s
    }
    strips fn scratch_that_changes_in_between(x, w, c, k, n) {
        let mut s = 0.0;
        let mut t = [0.0; 4];
        for i in 0..n {
            for j in 0..4 {
                t[j] = x[i] * w[j];
            }
            for j in 0..3 {
                let old = t[j];
                t[j] = t[j + 1] * old;
                let e = old.exp();
                t[j] += e * old;
            }
            for j in 0..4 {
                s += t[j] * t[j];
            }
        }
        s
    }
    /// The branch is not taken where the array has ended, and the loop after it does not run.
    strips fn a_row_that_a_branch_guards(x, w, c, k, n) {
        let none = n.min(0);
        let mut s = 0.0;
        for i in 0..n {
            let mut e = x[i];
            for j in 0..4 {
                let q = i * 4 + j;
                e += if k[i] > n { c[q] * w[j] } else { w[j] };
                for b in 0..none {
                    e += c[q] * w[b];
                }
            }
            s += e * e;
        }
        s
    }
    strips fn a_row_of_variables_that_a_branch_guards(x, w, c, k, n) {
        let none = n.min(0);
        let mut s = 0.0;
        for i in 0..n {
            let mut e = w[0];
            for j in 0..4 {
                let q = i * 4 + j;
                let t = if c[i] > 0.9 { x[q] * w[j] } else { w[j] };
                for b in 0..none {
                    e += x[q] * t;
                }
                e += t * t;
            }
            s += e * e;
        }
        s
    }
    /// There is one term per iteration, and not one per column.
    plain fn a_term_of_in_front_of_the_loop_that_adds_it(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let q = x[i].exp();
            for j in 0..support::FIVE {
                s += q;
                s -= x[i] * w[j];
            }
        }
        s
    }
    plain fn a_quotient_that_an_inner_loop_adds_again_and_again(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            for j in 0..support::FIVE {
                s += c[i] / x[i];
                s += x[i] * w[j];
            }
        }
        s
    }
    plain fn an_element_that_an_inner_loop_adds_again_and_again(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            for j in 0..support::FIVE {
                s += x[i];
                s += x[i] * w[j];
            }
        }
        s
    }
    /// The columns are added up from the last one on.
    strips fn a_sum_formed_backwards(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            for j in (0..3).rev() {
                let e = x[i] * w[j] - c[i];
                s += e * e;
            }
        }
        s
    }
    /// What the loop that adds carries besides is no sum.
    strips fn a_number_counted_beside_a_sum(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut p = 0;
            for j in 0..3 {
                s += w[p] * x[i] * c[i * 3 + j];
                p += 2;
            }
        }
        s
    }
    strips fn powers_that_all_share_beside_a_sum(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut p = 0.5;
            for j in 0..3 {
                s += x[i * 3 + j] * x[i] * p;
                p *= w[j];
            }
            s -= x[i] * p;
        }
        s
    }
    /// The quotient is taken out of a loop that does not run, and its operands are not there.
    strips fn a_quotient_of_a_loop_that_does_not_run(x, w, c, k, n) {
        let none = n.min(0);
        let mut s = 0.0;
        for i in 0..n {
            let mut e = x[i];
            for b in 0..none {
                e += c[i * 40] / x[i * 40 + 1] * w[b];
            }
            s += e * e;
        }
        s
    }
    strips fn a_root_of_a_row_of_a_loop_that_does_not_run(x, w, c, k, n) {
        let none = n.min(0);
        let mut s = 0.0;
        for i in 0..n {
            let mut e = x[i];
            for j in 0..support::FIVE {
                for b in 0..none {
                    e += x[i * 5 + j].sqrt() * w[b];
                }
                e += w[j];
            }
            s += e * e;
        }
        s
    }
    strips fn a_quotient_taken_out_of_a_loop(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut e = 0.0;
            for b in 0..3 {
                e += c[i + 1] / x[i] * w[b] + (x[i + 2] * x[i + 2]).sqrt();
            }
            s += e * e;
        }
        s
    }
    /// The array of the lanes would be as long as the first one.
    plain fn an_array_with_a_longer_one_in_its_place(x, w, c, k, n) {
        let mut t = vec![0.0; 2];
        let first = t[0] + w[0];
        t = vec![first; 3];
        let mut s = t[2] * t[1];
        for i in 0..n {
            for j in 0..3 {
                t[j] = x[i * 3 + j] * w[j];
            }
            for j in 0..3 {
                s += t[j] * t[j];
            }
        }
        s
    }
}
