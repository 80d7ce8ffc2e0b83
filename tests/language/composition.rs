//! Whole programs: solvers, filters, dynamic programming.

twin! { edit_distance_with_costs ($ T O grad): f(&[0.5, 2.0, 1.25], &[1.0, 0.25]); {
    #[$grad]
    pub fn f(x: &[$T], y: &[$T]) -> $T {
        let (n, m) = (x.len(), y.len());
        let mut table = vec![vec![$O; m + 1]; n + 1];
        for i in 1..=n {
            table[i][0] = table[i - 1][0] + 0.75;
        }
        for j in 1..=m {
            table[0][j] = table[0][j - 1] + 0.625;
        }
        for i in 1..=n {
            for j in 1..=m {
                let d = x[i - 1] - y[j - 1];
                let replace = table[i - 1][j - 1] + d * d;
                let delete = table[i - 1][j] + 0.75;
                let insert = table[i][j - 1] + 0.625;
                table[i][j] = replace.min(delete).min(insert);
            }
        }
        table[n][m]
    }
} }

twin! { forward_algorithm ($ T O grad): f(&[[0.75, 0.25], [0.5, 0.5]], &[[0.5, 0.5], [0.25, 0.75]], const &[0, 1, 1, 0]); {
    #[$grad]
    pub fn f(step: &[[$T; 2]; 2], emit: &[[$T; 2]; 2], seen: &[usize]) -> $T {
        let mut alpha = [0.5 * emit[0][seen[0]], 0.5 * emit[1][seen[0]]];
        let mut log: $T = $O;
        for t in 1..seen.len() {
            let mut next = [$O; 2];
            for j in 0..2 {
                for i in 0..2 {
                    next[j] += alpha[i] * step[i][j];
                }
                next[j] *= emit[j][seen[t]];
            }
            let norm = next[0] + next[1];
            log += norm.ln();
            alpha = [next[0] / norm, next[1] / norm];
        }
        log + (alpha[0] + alpha[1] * 0.5).ln()
    }
} }

twin! { conjugate_gradients ($ T O grad): f([[4.0, 1.0], [1.0, 3.0]], [1.0, 2.0]) -> many; {
    #[$grad]
    pub fn times(a: &[[$T; 2]; 2], x: &[$T; 2]) -> [$T; 2] {
        let mut y = [$O; 2];
        for i in 0..2 {
            for j in 0..2 {
                y[i] += a[i][j] * x[j];
            }
        }
        y
    }
    #[$grad]
    pub fn dot(a: &[$T; 2], b: &[$T; 2]) -> $T {
        a[0] * b[0] + a[1] * b[1]
    }
    #[$grad]
    pub fn f(a: [[$T; 2]; 2], b: [$T; 2]) -> [$T; 2] {
        let mut x = [$O; 2];
        let mut r = b;
        let mut p = b;
        let mut rr = dot(&r, &r);
        for _ in 0..2 {
            let ap = times(&a, &p);
            let alpha = rr / dot(&p, &ap);
            for i in 0..2 {
                x[i] += alpha * p[i];
                r[i] -= alpha * ap[i];
            }
            let next = dot(&r, &r);
            let beta = next / (rr + 0.001);
            rr = next;
            for i in 0..2 {
                p[i] = r[i] + beta * p[i];
            }
        }
        x
    }
} }

twin! { two_layers ($ T O grad): f(&[0.5, -1.0, 0.25, 2.0, 1.0, -0.5], &[0.75, 0.5], &[[0.5, 1.0], [-1.0, 0.25]]); {
    #[$grad]
    pub fn dense(w: &[$T], x: &[$T], y: &mut [$T]) {
        for i in 0..y.len() {
            let mut z = w[i * (x.len() + 1)];
            for j in 0..x.len() {
                z += w[i * (x.len() + 1) + 1 + j] * x[j];
            }
            y[i] = relu(z) + 0.125 * z;
        }
    }
    #[$grad]
    pub fn f(w: &[$T], v: &[$T], xs: &[[$T; 2]]) -> $T {
        let mut loss: $T = $O;
        let mut hidden = [$O; 2];
        for s in 0..xs.len() {
            dense(w, &xs[s], &mut hidden);
            let mut out: $T = $O;
            for i in 0..hidden.len() {
                out += v[i] * hidden[i];
            }
            loss += (out - 0.375).abs();
        }
        let mut penalty: $T = $O;
        for i in 0..w.len() {
            penalty += w[i].abs();
        }
        loss + 0.125 * penalty
    }
} }

twin! { quadrature_by_halving ($ T O grad): f(0.25, 1.5, const 3); {
    #[$grad]
    pub fn integrand(t: $T, a: $T) -> $T {
        (a * t).sin() / (1.0 + t * t)
    }
    #[$grad]
    pub fn f(from: $T, to: $T, depth: usize) -> $T {
        let middle = 0.5 * (from + to);
        if depth == 0 {
            return (to - from) / 6.0 * (integrand(from, to) + 4.0 * integrand(middle, to) + integrand(to, to));
        }
        f(from, middle, depth - 1) + f(middle, to, depth - 1)
    }
} }

twin! { bisection_then_newton ($ T O grad): f(2.0, 0.5); {
    #[$grad]
    pub fn residual(x: $T, a: $T, b: $T) -> $T {
        x * x * x + b * x - a
    }
    #[$grad]
    pub fn f(a: $T, b: $T) -> $T {
        let mut low = a * 0.0;
        let mut high = a * 0.0 + 3.0;
        let mut n = 0;
        while n < 5 {
            let middle = 0.5 * (low + high);
            if residual(middle, a, b) > 0.0 {
                high = middle;
            } else {
                low = middle;
            }
            n += 1;
        }
        let mut x = 0.5 * (low + high);
        loop {
            let r = residual(x, a, b);
            x -= r / (3.0 * x * x + b);
            n += 1;
            if r.abs() < 1e-5 || n > 40 {
                break;
            }
        }
        // Once more for the derivative.
        x - residual(x, a, b) / (3.0 * x * x + b)
    }
} }

twin! { kinetic_chain ($ T O grad): f(&[0.5, -0.25, 1.0], &[1.0, 0.75, 0.5]) -> many; {
    #[$grad]
    pub fn multiply(a: &[[$T; 3]; 3], b: &[[$T; 3]; 3]) -> [[$T; 3]; 3] {
        let mut c = [[$O; 3]; 3];
        for i in 0..3 {
            for j in 0..3 {
                let mut s: $T = $O;
                for k in 0..3 {
                    s += a[i][k] * b[k][j];
                }
                c[i][j] = s;
            }
        }
        c
    }
    #[$grad]
    pub fn f(angles: &[$T], lengths: &[$T]) -> ($T, $T) {
        let mut pose = [[$O; 3]; 3];
        for i in 0..3 {
            pose[i][i] = $O + 1.0;
        }
        for i in 0..angles.len() {
            let (s, c) = angles[i].sin_cos();
            let l = lengths[i];
            let joint = [[c, -s, l * c], [s, c, l * s], [$O, $O, $O + 1.0]];
            pose = multiply(&pose, &joint);
        }
        (pose[0][2], pose[1][2])
    }
} }
