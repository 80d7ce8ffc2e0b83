//! `Vec`: parameters, results, locals.

twin! { parameter_by_value ($ T O grad): f(vec![0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(v: Vec<$T>) -> $T {
        let mut s: $T = $O;
        for i in 0..v.len() {
            s += v[i] * v[v.len() - 1 - i];
        }
        s
    }
} }

twin! { mutable_parameter ($ T O grad): f(vec![0.5, 2.0, 1.0], 3.0); {
    #[$grad]
    pub fn f(mut v: Vec<$T>, x: $T) -> $T {
        for i in 1..v.len() {
            v[i] = v[i - 1] * v[i] + x;
        }
        v[0] = v[2] * x;
        v[0] * v[1]
    }
} }

twin! { reference_to_a_vec ($ T O grad): f(&vec![0.5, 2.0, 1.0]); {
    #[allow(clippy::ptr_arg, reason = "a type that people write")]
    #[$grad]
    pub fn f(v: &Vec<$T>) -> $T {
        v[0] * v[1] - v[2] * v[v.len() - 1]
    }
} }

twin! { rows ($ T O grad): f(&[vec![0.5, 2.0], vec![1.0], vec![]]); {
    #[$grad]
    pub fn f(m: &[Vec<$T>]) -> $T {
        let mut s: $T = $O;
        for i in 0..m.len() {
            let row = &m[i];
            for j in 0..row.len() {
                s = s * row[j] + m[i][j];
            }
        }
        s * m[0][1]
    }
} }

twin! { result ($ T O grad): f(&[0.5, 2.0, 1.0], 2.0) -> many; {
    #[$grad]
    pub fn f(x: &[$T], a: $T) -> Vec<$T> {
        let mut y = vec![$O; x.len()];
        for i in 0..x.len() {
            y[i] = x[i] * a + y[i];
        }
        y
    }
} }

reals! { zeros ($ T grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let n = x.len();
        let mut y = vec![0.0; n];
        for i in 0..n {
            y[i] = x[i] * x[n - 1 - i];
        }
        for i in 1..n {
            y[i] *= y[i - 1];
        }
        y[n - 1]
    }
} }

reals! { filled_with_a_value ($ T grad): f(&[0.5, 2.0, 1.0], 3.0); {
    #[$grad]
    pub fn f(x: &[$T], a: $T) -> $T {
        let mut y = vec![a * a; x.len()];
        for i in 0..x.len() {
            y[i] += x[i] * a;
        }
        y[0] * y[1] * y[2]
    }
} }

twin! { literal ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let v = vec![x, y, x * y];
        v[0] * v[1] * v[2]
    }
} }

twin! { copy_of_a_slice ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut y = x.to_vec();
        y[0] = y[1] * y[2];
        let mut z = y.clone();
        z[1] *= y[0];
        y[2] = z[1] * x[0];
        y[2] * z[2] + z[1]
    }
} }

reals! { matrix_of_vecs ($ T grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let n = x.len();
        let mut m = vec![vec![0.0; n]; n];
        for i in 0..n {
            for j in 0..n {
                m[i][j] = x[i] * x[j];
            }
        }
        for i in 1..n {
            for j in 0..i {
                m[i][j] *= m[i - 1][j] + x[0];
            }
        }
        let mut s: $T = 0.0;
        for i in 0..n {
            s += m[n - 1][i];
        }
        s
    }
} }

twin! { scratch_in_a_loop ($ T O grad): f(&[0.5, 2.0, 1.0], const 2); {
    #[$grad]
    pub fn f(x: &[$T], rounds: usize) -> $T {
        let mut current = x.to_vec();
        for _ in 0..rounds {
            let mut next = vec![$O; x.len()];
            for i in 0..x.len() {
                next[i] = current[i] * current[(i + 1) % x.len()] + x[i];
            }
            current = next;
        }
        current[0] * current[1] + current[2]
    }
} }

twin! { pushed ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut y = Vec::new();
        for i in 0..x.len() {
            y.push(x[i] * x[i]);
        }
        y.push(y[0] * x[1]);
        y[3] * y[1] + y[2]
    }
} }

twin! { pushed_with_capacity ($ T O grad): f(&[0.5, 2.0, 1.0]) -> many; {
    #[$grad]
    pub fn f(x: &[$T]) -> Vec<$T> {
        let mut y: Vec<$T> = Vec::with_capacity(x.len());
        for i in 0..x.len() {
            y.push(x[i] * x[0]);
        }
        y
    }
} }

twin! { moved ($ T O grad): f(vec![0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: Vec<$T>) -> $T {
        let y = x;
        let mut z = y;
        z[0] = z[0] * z[1];
        z[0] * z[2]
    }
} }

/// Lists of constants that are arrays, which take up numbers later.
mod repeated_constants {
    use conservative_grad::conservative_grad;

    const UNIT: [f64; 3] = [1.0, 0.0, 0.5];
    const IDENTITY: [[f64; 2]; 2] = [[1.0, 0.0], [0.0, 1.0]];

    #[conservative_grad]
    fn replaced(x: &[f64]) -> f64 {
        let n = x.len();
        let mut rows = vec![UNIT; n];
        for i in 0..n {
            rows[i] = [x[i], rows[i][0], 2.0];
        }
        rows.iter().map(|r| r[0] * r[1] * r[2] * r[0]).sum()
    }

    #[conservative_grad]
    fn changed(x: &[f64]) -> f64 {
        let mut m = vec![IDENTITY; x.len()];
        for i in 0..x.len() {
            m[i][0][1] += x[i];
            m[i][1][1] *= x[0];
        }
        m.iter().map(|m| m[0][0] * m[0][1] * m[1][1]).sum()
    }

    #[conservative_grad]
    fn written_out(x: &[f64]) -> f64 {
        let mut a = [UNIT; 3];
        let mut b = [UNIT, UNIT, [x[0], x[1], 0.25]];
        for i in 0..2 {
            a[i][1] = x[i];
            b[i][0] = x[i] * a[i][1];
        }
        let mut s = 0.0;
        for i in 0..3 {
            for k in 0..3 {
                s += a[i][k] * b[i][k] * x[0];
            }
        }
        s
    }

    #[test]
    fn agree() {
        crate::check!(replaced(&[0.5, 2.0, -1.0]));
        crate::check!(changed(&[0.5, 2.0, -1.0]));
        crate::check!(written_out(&[0.5, 2.0]));
    }
}
