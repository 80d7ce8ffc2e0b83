//! Slices and arrays: indexing, overwriting, reading again, aliases.

twin! { dot ($ T O grad): f(&[1.0, 2.0, 3.0], &[0.5, -1.0, 0.25]); f(&Vec::<f64>::new(), &Vec::<f64>::new()); {
    #[$grad]
    pub fn f(a: &[$T], b: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in 0..a.len() {
            s += a[i] * b[i];
        }
        s
    }
} }

twin! { fixed_lengths ($ T O grad): f(&[1.0, 2.0, 3.0], [0.5, -1.0]); {
    #[$grad]
    pub fn f(a: &[$T; 3], b: [$T; 2]) -> $T {
        a[0] * b[1] + a[1] * a[2] * b[0] - a[a.len() - 1]
    }
} }

twin! { nested ($ T O grad): f(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[0.5, 0.25]]); {
    #[$grad]
    pub fn f(m: &[[$T; 2]], c: [[$T; 2]; 1]) -> $T {
        let mut s = c[0][1];
        for i in 0..m.len() {
            for j in 0..2 {
                s = s * c[0][0] + m[i][j] * m[i][1 - j];
            }
        }
        s
    }
} }

twin! { result_is_an_array ($ T O grad): f(0.5, [1.0, 2.0]) -> many; {
    #[$grad]
    pub fn f(x: $T, a: [$T; 2]) -> [$T; 3] {
        [x * a[0], a[1] * a[1], x]
    }
} }

twin! { result_is_nested ($ T O grad): f(0.5, [1.0, 2.0]) -> many; {
    #[$grad]
    pub fn f(x: $T, a: [$T; 2]) -> [[$T; 2]; 2] {
        let mut m = [[x; 2]; 2];
        m[0][1] = a[0] * x;
        m[1] = [a[1], m[0][1] * a[1]];
        m
    }
} }

twin! { local_array ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut a = [$O; 4];
        a[0] = x;
        a[1] = y;
        for i in 2..4 {
            a[i] = a[i - 1] * a[i - 2] + x;
        }
        a[3] * a[2]
    }
} }

twin! { array_literal ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let a = [x, y, x * y, x / y];
        let b = [a[3], a[2]];
        a[0] * b[0] + b[1] * a[1]
    }
} }

twin! { old_contents_after_overwriting ($ T O grad): f(&[0.5, 2.0, -1.0]); {
    #[$grad]
    pub fn f(x: &[$T; 3]) -> $T {
        let mut a = *x;
        let before = a[1];
        a[1] = a[0] * a[1];
        let product = a[1] * before;
        a[1] = a[2] * a[1];
        a[0] = product;
        a[1] * a[1] + a[0] * before
    }
} }

twin! { copied_then_changed ($ T O grad): f([0.5, 2.0, -1.0]); {
    #[$grad]
    pub fn f(x: [$T; 3]) -> $T {
        let mut a = x;
        let b = a;
        a[0] = a[1] * b[2];
        let c = a;
        a[2] *= a[0];
        a[0] * b[0] + c[2] * a[2] + c[0]
    }
} }

twin! { mutable_parameter ($ T O grad): f([0.5, 2.0, -1.0]); {
    #[$grad]
    pub fn f(mut x: [$T; 3]) -> $T {
        for i in 0..2 {
            x[i + 1] = x[i + 1] * x[i];
            x[i] += x[2];
        }
        x[0] * x[1] + x[2]
    }
} }

twin! { whole_array_assigned ($ T O grad): f([0.5, 2.0], 3.0); {
    #[$grad]
    pub fn f(x: [$T; 2], y: $T) -> $T {
        let mut a = x;
        let mut s = a[0] * y;
        a = [a[1] * y, a[0]];
        s += a[0] * a[1];
        a = [s; 2];
        a[1] *= x[0];
        a[0] * a[1]
    }
} }

twin! { compound_on_elements ($ T O grad): f([0.5, 2.0, 3.0], 1.5); {
    #[$grad]
    pub fn f(x: [$T; 3], y: $T) -> $T {
        let mut a = x;
        a[0] *= y;
        a[1] /= a[0];
        a[2] -= a[1] * a[0];
        a[0] += a[2];
        a[0] *= a[0];
        a[1] += a[1];
        a[0] + a[1] * a[2]
    }
} }

twin! { prefix_sums ($ T O grad): f(&[0.5, 2.0, -1.0, 0.25]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut a = [$O; 4];
        a[0] = x[0];
        for i in 1..4 {
            a[i] = a[i - 1] + x[i] * a[i - 1];
        }
        let mut s: $T = $O;
        for i in 0..4 {
            s += a[i] * a[3 - i];
        }
        s
    }
} }

twin! { swapped_elements ($ T O grad): f([0.5, 2.0, -1.0, 0.25]); {
    #[$grad]
    pub fn f(x: [$T; 4]) -> $T {
        let mut a = x;
        for i in 0..2 {
            let t = a[i];
            a[i] = a[3 - i];
            a[3 - i] = t;
        }
        let mut s: $T = $O;
        for i in 0..4 {
            s = s * 2.0 + a[i];
        }
        s * a[0]
    }
} }

twin! { sub_slices ($ T O grad): f(&[0.5, 2.0, -1.0, 0.25, 3.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let head = &x[..2];
        let tail = &x[2..];
        let middle = &x[1..4];
        let all = &x[..];
        let closed = &x[1..=2];
        let inner = &middle[1..];
        let mut s = head[0] * tail[1] + inner[0] * closed[1] * closed[0];
        for i in 0..tail.len() {
            s += tail[i] * all[i];
        }
        s * inner[inner.len() - 1]
    }
} }

twin! { rows_as_aliases ($ T O grad): f(&[[0.5, 2.0, 1.0], [-1.0, 0.25, 3.0]], &[1.0, 2.0, 3.0]); {
    #[$grad]
    pub fn f(m: &[[$T; 3]], v: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in 0..m.len() {
            let row = &m[i];
            let mut t: $T = $O;
            for j in 0..3 {
                t += row[j] * v[j];
            }
            s += t * t;
        }
        s
    }
} }

twin! { exclusive_rows ($ T O grad): f([[0.5, 2.0, 1.0], [-1.0, 0.25, 3.0]]); {
    #[$grad]
    pub fn f(x: [[$T; 3]; 2]) -> $T {
        let mut m = x;
        for i in 0..2 {
            let row = &mut m[i];
            for j in 1..3 {
                row[j] *= row[j - 1];
            }
            row[0] = row[2] * row[1];
        }
        let last = &mut m[1];
        last[0] += last[1];
        m[0][0] * m[1][0] + m[1][2] * m[0][1]
    }
} }

twin! { exclusive_parts ($ T O grad): f([0.5, 2.0, 1.0, -1.0]); {
    #[$grad]
    pub fn f(x: [$T; 4]) -> $T {
        let mut a = x;
        let tail = &mut a[1..];
        for i in 0..tail.len() {
            tail[i] *= tail[0];
        }
        let r = &mut a[2];
        *r = *r * *r;
        *r += x[0];
        a[0] * a[1] + a[2] * a[3]
    }
} }

twin! { computed_indices ($ T O grad): f(&[0.5, 2.0, 1.0, -1.0, 3.0, 0.25], const 3); {
    #[$grad]
    pub fn f(x: &[$T], stride: usize) -> $T {
        let mut s: $T = $O;
        for i in 0..2 {
            for j in 0..stride {
                s += x[i * stride + j] * x[(i + j) % x.len()] * x[x.len() - 1 - j];
            }
        }
        s
    }
} }

twin! { index_arrays ($ T O grad): f(&[0.5, 2.0, 1.0, -1.0], const &[2, 0, 3, 3]); {
    #[$grad]
    pub fn f(x: &[$T], order: &[usize]) -> $T {
        let mut s: $T = $O;
        for i in 0..order.len() {
            s = s * x[order[i]] + x[order[order[i]]];
        }
        s
    }
} }

twin! { scatter ($ T O grad): f(&[0.5, 2.0, 1.0, -1.0], const &[1, 0, 1, 1]); {
    #[$grad]
    pub fn f(x: &[$T], bin: &[usize]) -> $T {
        let mut sums = [$O; 2];
        for i in 0..x.len() {
            sums[bin[i]] += x[i] * x[i];
        }
        sums[0] * sums[1] * sums[1]
    }
} }

twin! { scatter_by_product ($ T O grad): f(&[0.5, 2.0, 1.0, -1.0], const &[1, 0, 1, 1]); {
    #[$grad]
    pub fn f(x: &[$T], bin: &[usize]) -> $T {
        let mut p = [x[0], x[1]];
        for i in 0..x.len() {
            p[bin[i]] *= x[i] + p[1 - bin[i]];
        }
        p[0] + p[1]
    }
} }

twin! { same_element_on_both_sides ($ T O grad): f([0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: [$T; 3]) -> $T {
        let mut a = x;
        for i in 0..3 {
            a[i] = a[i] * a[(i + 1) % 3] + a[i] / a[(i + 2) % 3];
        }
        a[0] + a[1] * a[2]
    }
} }

twin! { element_as_accumulator ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut out = [$O; 2];
        for i in 0..x.len() {
            out[0] += x[i] * x[i];
            out[1] += out[0] * x[i];
        }
        out[0] * out[1]
    }
} }

twin! { local_array_in_a_loop ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in 0..x.len() {
            let mut t = [$O; 3];
            for j in 0..3 {
                t[j] = x[i] * x[j];
            }
            for j in 1..3 {
                t[j] = t[j] * t[j - 1];
            }
            s += t[2] * t[0];
        }
        s
    }
} }

twin! { matrix_product ($ T O grad): f(&[[1.0, 2.0], [3.0, 4.0]], &[[0.5, -1.0], [0.25, 2.0]]) -> many; {
    #[$grad]
    pub fn f(a: &[[$T; 2]; 2], b: &[[$T; 2]; 2]) -> [[$T; 2]; 2] {
        let mut c = [[$O; 2]; 2];
        for i in 0..2 {
            for j in 0..2 {
                for k in 0..2 {
                    c[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        c
    }
} }

twin! { gaussian_elimination ($ T O grad): f([[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 2.0]], [1.0, 2.0, 3.0]) -> many; {
    #[$grad]
    pub fn f(m: [[$T; 3]; 3], r: [$T; 3]) -> [$T; 3] {
        let mut a = m;
        let mut b = r;
        for k in 0..3 {
            for i in k + 1..3 {
                let factor = a[i][k] / a[k][k];
                for j in k..3 {
                    a[i][j] -= factor * a[k][j];
                }
                b[i] -= factor * b[k];
            }
        }
        for k in (0..3).rev() {
            for j in k + 1..3 {
                b[k] -= a[k][j] * b[j];
            }
            b[k] /= a[k][k];
        }
        b
    }
} }

twin! { cholesky ($ T O grad): f([[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 2.0]]); {
    #[$grad]
    pub fn f(m: [[$T; 3]; 3]) -> $T {
        let mut l = [[$O; 3]; 3];
        for i in 0..3 {
            for j in 0..=i {
                let mut s = m[i][j];
                for k in 0..j {
                    s -= l[i][k] * l[j][k];
                }
                if i == j {
                    l[i][j] = s.sqrt();
                } else {
                    l[i][j] = s / l[j][j];
                }
            }
        }
        let mut determinant = l[0][0];
        for i in 1..3 {
            determinant *= l[i][i];
        }
        determinant.ln()
    }
} }

/// Lists of arrays as the state of a recorded loop: kept as a whole where inner loops read all of it.
mod fields {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub fn fluxes(start: &[[f64; 3]], g: f64, steps: usize) -> f64 {
        let n = start.len();
        let mut u = start.to_vec();
        let mut flux = vec![[0.0; 3]; n + 1];
        for _ in 0..steps {
            for i in 1..n {
                let (l, r) = (&u[i - 1], &u[i]);
                flux[i] = [l[0] * r[1] * g, l[1] * r[2], l[2] * r[0]];
            }
            for i in 0..n {
                for k in 0..3 {
                    u[i][k] -= 0.1 * (flux[i + 1][k] - flux[i][k]);
                }
            }
        }
        u.iter().map(|v| v[0] * v[1] + v[2]).sum()
    }

    #[conservative_grad]
    pub fn smoothed(start: &[[f64; 2]], g: f64, steps: usize) -> f64 {
        let n = start.len();
        let mut u = start.to_vec();
        for _ in 0..steps {
            let old = u.clone();
            for i in 1..n - 1 {
                u[i][0] = g * (old[i - 1][0] * old[i][1] + old[i + 1][0]);
                u[i][1] = 0.5 * old[i - 1][1] * old[i + 1][0];
            }
        }
        u.iter().map(|v| v[0] * v[1]).sum()
    }

    /// Elements are overwritten in front of those that are read, and behind them.
    #[conservative_grad]
    pub fn in_place(start: &[[f64; 2]], g: f64, steps: usize) -> f64 {
        let n = start.len();
        let mut u = start.to_vec();
        for _ in 0..steps {
            for i in 0..n - 1 {
                u[i][0] = g * u[i][0] * u[i + 1][1];
                u[i][1] = u[i][0] * u[i + 1][0] + u[i][1];
            }
            for i in 1..n {
                u[i] = [u[i - 1][1] * u[i][0], u[i][1].sin()];
            }
        }
        u.iter().map(|v| v[0] * v[1]).sum()
    }

    #[test]
    fn agree() {
        let u: Vec<[f64; 3]> = vec![
            [0.4, 0.7, 1.1],
            [0.9, 0.3, 0.5],
            [1.2, 0.8, 0.6],
            [0.5, 0.2, 0.9],
        ];
        let v: Vec<[f64; 2]> = vec![[0.4, 0.7], [0.9, 0.3], [1.2, 0.8], [0.5, 0.2]];
        crate::check!(fluxes(&u.clone(), 0.7, const 3));
        crate::check!(smoothed(&v.clone(), 0.7, const 3));
        crate::check!(in_place(&v.clone(), 0.7, const 3));
    }
}

/// The length of an array is a number, yet the index of an element that is not there panics, as in the function itself.
mod lengths {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    fn of_element(x: &[f64], rows: &[[f64; 3]], i: usize) -> f64 {
        x[0] * x[0] * rows[i].len() as f64
    }

    #[test]
    fn agree() {
        let (x, rows) = (vec![0.7], vec![[1.0; 3]; 2]);
        crate::check!(of_element(&x.clone(), &rows.clone(), const 1));
        let beyond =
            |f: fn(&[f64], &[[f64; 3]])| std::panic::catch_unwind(|| f(&x, &rows)).is_err();
        assert!(beyond(|x, rows| _ = of_element(x, rows, 2)));
        assert!(beyond(|x, rows| _ = of_element::value_and_grad(x, rows, 2)));
        assert!(beyond(|x, rows| _ = of_element::vjp(x, rows, 2)));
    }
}
