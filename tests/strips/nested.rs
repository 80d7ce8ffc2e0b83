//! Loops in loops that cannot run in strips themselves: pairs, triangles, and what stands around them.

programs! {
    strips fn pairs_that_attract(x, w, c, k, n) {
        let mut e = 0.0;
        for i in 0..n {
            for j in i + 1..n {
                let d = x[i] - x[j];
                e -= w[i] * w[j] / (d * d + 0.1).sqrt();
            }
        }
        e
    }
    strips fn points_one_after_the_other(x, w, c, k, n) {
        let mut e = 0.0;
        for i in 0..n {
            for j in 0..i {
                let mut square = 0.3;
                for a in 0..3 {
                    let d = x[3 * i + a] - x[3 * j + a];
                    square += d * d;
                }
                e += w[i] / square - c[j] * square.sqrt();
            }
        }
        e
    }
    /// The addition is a branch's.
    plain fn neighbours_without_itself(x, w, c, k, n) {
        let mut e = 0.0;
        for i in 0..n {
            for j in 0..n {
                if i != j {
                    let d = x[2 * i] - x[2 * j + 1];
                    e += w[j] / (1.0 + d * d) + (x[2 * j] - d).abs() / (2.0 + c[i]);
                }
            }
        }
        e
    }
    strips fn overlaps(x, w, c, k, n) {
        let mut e = 0.0;
        for i in 0..n {
            let own = w[i] * w[i];
            for j in i + 1..n {
                let d = (x[i] - x[j]) / (0.5 + own);
                let overlap = (0.4 - d.abs()).max(0.0);
                e += own * overlap * overlap;
            }
            e += own.sin();
        }
        e
    }
    /// The adjoint of the total is known after the inner loop only.
    plain fn two_sums_and_a_total(x, w, c, k, n) {
        let (mut e, mut f) = (0.0, w[0]);
        for i in 0..n {
            let mut own = 0.0;
            for j in i..n {
                let q = x[j] / (2.5 + w[j] * x[i]);
                own += q * q;
                f -= q / (3.0 + c[j] * c[j]);
            }
            e += own * own;
        }
        e * f
    }
    strips fn in_a_loop_over_three(x, w, c, k, n) {
        let mut e = 0.0;
        for t in 0..3 {
            for i in 0..n {
                for j in i + 1..n {
                    let d = x[i + t] - x[j + t];
                    e += w[t] / (d * d + 0.2).sqrt();
                }
            }
        }
        e
    }
    strips fn two_triangles(x, w, c, k, n) {
        let mut e = 0.0;
        for i in 0..n {
            for j in i + 1..n {
                e += w[j] / (x[i] + 1.0 / x[j]);
            }
            for j in 0..i {
                e -= (x[j] * x[j] + 1.0).sqrt() / (2.0 + w[i]);
            }
        }
        e
    }
    strips fn over_half_of_it(x, w, c, k, n) {
        let pairs = w.len() / 2;
        let mut e = 0.0;
        for i in 0..n / 2 {
            for j in i + 1..pairs {
                let d = w[2 * j] * w[2 * i + 1] - w[2 * j + 1] * w[2 * i];
                e += x[j] / (d * d + 0.5) - (d * d + c[0] * c[0] + 0.1).sqrt();
            }
        }
        e
    }
    strips fn beside_a_loop_of_its_own(x, w, c, k, n) {
        let mut e = 0.0;
        for i in 0..n {
            e += (1.0 + x[i] * x[i]).sqrt() * w[0];
        }
        for i in 0..n {
            for j in i + 1..n {
                e += w[i] / (1.0 + (x[i] - x[j]) * (x[i] - x[j])).sqrt();
            }
        }
        e
    }
    /// The sums of products are as fast one after the other.
    plain fn a_quadratic_form(x, w, c, k, n) {
        let mut e = 0.0;
        for i in 0..n {
            for j in 0..=i {
                e += c[i + j] * x[i] * x[j];
            }
        }
        e
    }
    /// Shadowed names, an array that is overwritten twice, and a pair behind which nothing is looked at.
    plain fn until_two_are_far_apart(x, w, c, k, n) {
        let total = 0.1 * w[0];
        let mut total = total * total;
        for i in 0..n {
            let w = w[i] + 1.5;
            for j in 0..i {
                let w = w * (1.5 + j as f64 * 0.1);
                let mut buf = [x[3 * i] - x[3 * j], x[3 * i + 1] - x[3 * j + 1], x[3 * i + 2]];
                buf = [buf[0] * buf[0], buf[1] * w, buf[2] * buf[0]];
                let r = (buf[0] + buf[1] * buf[1] + 0.2).sqrt();
                buf = [r, buf[1] / r, buf[2] / (1.0 + r)];
                if buf[0] > 40.0 + c[0] {
                    return total + buf[1] * buf[2];
                }
                total += w / buf[0] + buf[2];
            }
        }
        total
    }
    /// How long the inner loop is, nobody knows before.
    plain fn neighbours_by_a_list(x, w, c, k, n) {
        let mut e = 0.0;
        for i in 0..n {
            for j in 0..k[i] {
                e -= w[j] / (1.0 + x[i] * x[j]).sqrt();
            }
        }
        e
    }
    /// Functions are called one by one.
    plain fn a_kernel_matrix(x, w, c, k, n) {
        let mut e = 0.0;
        for i in 0..n {
            for j in 0..i {
                let d = (x[i] - x[j]) / 0.7;
                e += w[i] * w[j] * (-0.5 * d * d).exp();
            }
        }
        e
    }
}
