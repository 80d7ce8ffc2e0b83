//! Arrays that every iteration fills anew.

programs! {
    strips fn declared_inside(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut t = [0.0; 5];
            for j in 0..support::FIVE {
                t[j] = x[i] * w[j];
            }
            let mut e = 0.0;
            for j in 0..support::FIVE {
                e += t[j] * t[j];
            }
            s += e;
        }
        s
    }
    strips fn declared_outside(x, w, c, k, n) {
        let mut s = 0.0;
        let mut t = [0.0; 5];
        for i in 0..n {
            for j in 0..support::FIVE {
                t[j] = (x[i] * w[j]).exp();
            }
            let mut e = 0.0;
            for j in 0..support::FIVE {
                e += t[j] * c[i];
            }
            s += e * e;
        }
        s
    }
    strips fn a_vector_outside(x, w, c, k, n) {
        let d = 5;
        let mut t = vec![0.0; d];
        let mut s = 0.0;
        for i in 0..n {
            for j in 0..d {
                t[j] = x[i] - w[j];
            }
            for j in 0..d {
                s += t[j] * t[j];
            }
        }
        s
    }
    strips fn a_vector_inside(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut t = vec![0.5; 3];
            for j in 0..3 {
                t[j] += x[i * 3 + j] * w[j];
            }
            let mut e = 1.0;
            for j in 0..3 {
                e *= t[j];
            }
            s += e;
        }
        s
    }
    strips fn filled_with_a_number_of_outside(x, w, c, k, n) {
        let a = w[0] * w[1];
        let mut s = 0.0;
        for i in 0..n {
            let mut t = [a; 3];
            for j in 0..3 {
                t[j] *= x[i];
            }
            s += t[0] * t[1] + t[2];
        }
        s
    }
    /// The array is changed in a branch.
    plain fn a_triangular_solve(x, w, c, k, n) {
        let mut s = 0.0;
        let mut y = [0.0; 5];
        for i in 0..n {
            for r in 0..support::FIVE {
                y[r] = x[i * 4 + r];
            }
            for r in 0..support::FIVE {
                for j in 0..support::FIVE {
                    if r > j {
                        y[r] -= w[j] * y[j];
                    }
                }
            }
            for r in 0..support::FIVE {
                s += y[r] * y[r];
            }
        }
        s
    }
    strips fn read_below_the_diagonal(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut y = [0.0; 5];
            for r in 0..5 {
                let mut t = x[i * 4 + r];
                for j in 0..5 {
                    t += if r > j { w[j] } else { 0.0 } * y[j];
                }
                y[r] = t;
            }
            for r in 0..5 {
                s += y[r] * y[r];
            }
        }
        s
    }
    strips fn a_triangle_with_bounds(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut y = [0.0; 5];
            for r in 0..5 {
                let mut t = x[i * 4 + r];
                for j in 0..r {
                    t -= w[j] * y[j];
                }
                y[r] = t * w[r + 1];
            }
            for r in 0..5 {
                s += y[r] * y[r];
            }
        }
        s
    }
    strips fn read_one_ahead(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut t = [0.0; 5];
            for j in 0..support::FIVE {
                t[j] = x[i] * w[j] + c[i];
            }
            for j in 0..4 {
                let d = t[j + 1] - t[j];
                s += d * d;
            }
        }
        s
    }
    strips fn overwritten_in_rounds(x, w, c, k, n) {
        let mut s = 0.0;
        let mut t = [0.0; 4];
        for i in 0..n {
            for j in 0..4 {
                t[j] = x[i] + w[j];
            }
            for r in 0..3 {
                for j in 0..3 {
                    t[j] = t[j] * t[j + 1] * 0.5;
                }
            }
            s += t[0] + t[1] * t[2];
        }
        s
    }
    strips fn one_overwritten_by_the_other(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut a = [0.0; 5];
            let mut b = [0.0; 5];
            for j in 0..5 {
                a[j] = x[i * 3 + j];
            }
            for r in 0..2 {
                for j in 0..5 {
                    let mut t = w[j];
                    for q in 0..5 {
                        t += a[q] * w[q + j];
                    }
                    b[j] = t.sin();
                }
                for j in 0..5 {
                    a[j] = b[j] * b[j];
                }
            }
            for j in 0..5 {
                s += a[j];
            }
        }
        s
    }
    strips fn written_by_fixed_indices(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut t = [0.0; 5];
            t[0] = x[i];
            t[1] = t[0] * w[0];
            t[2] = t[1] * t[0];
            t[0] += t[2];
            t[1] -= t[0];
            s += t[0] * t[1] * t[2];
        }
        s
    }
    strips fn gathered_from_scratch(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut t = [0.0; 5];
            for j in 0..support::FIVE {
                t[j] = x[i * 4 + j];
            }
            s += t[k[i] % 4] * w[i];
        }
        s
    }
    /// What an iteration leaves, the next one reads.
    plain fn kept_between_iterations(x, w, c, k, n) {
        let mut s = 0.0;
        let mut t = [1.0; 2];
        for i in 0..n {
            s += t[0] * x[i];
            t[0] = x[i];
        }
        s
    }
    /// The array is read after the loop.
    plain fn read_after_the_loop(x, w, c, k, n) {
        let mut s = 0.0;
        let mut t = vec![0.0; n + 1];
        for i in 0..n {
            t[i] = x[i] * x[i];
            s += t[i];
        }
        s + t[0] * t[n / 2]
    }
    strips fn in_single_places_of_a_long_one(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let mut t = [0.0; 8];
            for j in 0..4 {
                t[j * 2] = x[i * 4 + j];
            }
            for j in 0..8 {
                s += t[j] * w[j];
            }
        }
        s
    }
    strips fn log_mixture(x, w, c, k, n) {
        let mut s = 0.0;
        let mut t = [0.0; 5];
        for i in 0..n {
            for q in 0..support::FIVE {
                let mut d = w[q];
                for j in 0..2 {
                    let e = x[i * 2 + j] - w[q + j];
                    d -= 0.5 * e * e;
                }
                t[q] = d;
            }
            let mut m = t[0];
            for q in 1..3 {
                m = m.max(t[q]);
            }
            let mut e = 0.0;
            for q in 0..support::FIVE {
                e += (t[q] - m).exp();
            }
            s += m + e.ln();
        }
        s
    }
}
