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
    strips fn quadrilaterals(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            let (a, b) = (x[4 * i] - x[4 * i + 2], x[4 * i + 1] * x[4 * i + 3]);
            s += a * b / (1.0 + a * a) + (x[4 * i + 3] * w[i] + 4.0).sqrt();
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
            let mut t = x[4 * i + 4] * x[4 * i + 5];
            if c[i] > 0.0 {
                t += x[4 * i + 7] * w[0];
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
    /// Three neighbours get something of every link, in each of their coordinates.
    strips fn bending_of_a_chain(x, w, c, k, n) {
        let p: Vec<[f64; 3]> = x.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect();
        let mut s = 0.0;
        for i in 1..n {
            for d in 0..3 {
                let bend = p[i - 1][d] - 2.0 * p[i][d] + p[i + 1][d];
                s += w[d] * bend * bend;
            }
        }
        s
    }
    strips fn some_coordinates_of_neighbours(x, w, c, k, n) {
        let p: Vec<[f64; 2]> = x.chunks_exact(2).map(|p| [p[0], p[1]]).collect();
        let mut s = 0.0;
        for i in 0..n {
            let area = p[i][0] * p[i + 1][1] - p[i + 1][0] * p[i][1];
            s += (1.0 + area * area).sqrt() - p[i + 1][0] * w[i] - p[i][0] / (2.0 + c[i]);
        }
        s
    }
    strips fn points_by_a_list(x, w, c, k, n) {
        let p: Vec<[f64; 2]> = x.chunks_exact(2).map(|p| [p[0], p[1]]).collect();
        let mut s = 0.0;
        for i in 0..n {
            let (dx, dy) = (p[i][0] - p[k[i]][0], p[i][1] - p[k[i]][1]);
            s += (dx * dx + dy * dy + 0.1).sqrt() * w[i];
        }
        s
    }
    strips fn steps_of_a_chain(x, w, c, k, n) {
        let mut p: Vec<[f64; 3]> = x.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect();
        for _ in 0..3 {
            let old = p.clone();
            for i in 1..n {
                for d in 0..3 {
                    p[i][d] = old[i][d] + w[0] * (old[i - 1][d] - 2.0 * old[i][d] + old[i + 1][d]);
                }
                p[i][1] -= 0.1 * old[i + 1][2];
            }
        }
        let mut s = 0.0;
        for q in &p {
            s += q[0] * q[1] - q[2] * q[2];
        }
        s
    }
    strips fn steps_that_read_what_they_write(x, w, c, k, n) {
        let mut p: Vec<[f64; 2]> = x.chunks_exact(2).map(|p| [p[0], p[1]]).collect();
        for _ in 0..3 {
            for i in 1..n {
                p[i][0] += w[0] * (p[i - 1][1] - p[i + 1][0]);
                p[i][1] = 0.5 * p[i][1] - w[1] * p[i][0];
            }
        }
        let mut s = 0.0;
        for i in 0..p.len() {
            s += p[i][0] * p[i][0] + 0.3 * p[i][1];
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
