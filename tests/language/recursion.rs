//! Functions that call themselves.

twin! { power ($ T O grad): f(1.25, const 5); f(1.25, const 1); {
    #[$grad]
    pub fn f(x: $T, n: usize) -> $T {
        if n <= 1 { x } else { x * f(x, n - 1) }
    }
} }

twin! { fast_power ($ T O grad): f(1.25, const 13); {
    #[$grad]
    pub fn f(x: $T, n: u32) -> $T {
        if n == 1 {
            return x;
        }
        let half = f(x * x, n / 2);
        if n % 2 == 1 { half * x } else { half }
    }
} }

twin! { two_calls ($ T O grad): f(0.5, 0.75, const 4); {
    #[$grad]
    pub fn f(x: $T, y: $T, n: usize) -> $T {
        if n < 2 {
            return x * y;
        }
        let a = f(x, y, n - 1);
        let b = f(y, a, n - 2);
        a * y + b.sin()
    }
} }

twin! { sum_of_halves ($ T O grad): f(&[0.5, 2.0, 1.0, -1.0, 0.25]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let n = x.len();
        if n == 1 {
            x[0] * x[0]
        } else {
            let low = f(&x[..n / 2]);
            let high = f(&x[n / 2..]);
            low * high + x[0]
        }
    }
} }

twin! { with_arrays_by_value ($ T O grad): f([0.5, 2.0], const 4); {
    #[$grad]
    pub fn f(x: [$T; 2], n: usize) -> $T {
        if n == 0 {
            return x[0] * x[1];
        }
        let mut y = x;
        y[0] = x[1] * 0.5;
        y[1] += x[0] * y[0];
        f(y, n - 1) + x[0]
    }
} }

twin! { returning_arrays ($ T O grad): f([0.5, 2.0], const 3) -> many; {
    #[$grad]
    pub fn f(x: [$T; 2], n: usize) -> [$T; 2] {
        if n == 0 {
            x
        } else {
            let y = f([x[1], x[0] * x[1]], n - 1);
            [y[0] * x[0], y[1] + x[1]]
        }
    }
} }

twin! { in_a_loop ($ T O grad): f(&[0.5, 2.0, 1.0], const 3); {
    #[$grad]
    pub fn f(x: &[$T], n: usize) -> $T {
        if n == 0 {
            return 1.0 + x[0];
        }
        let mut s: $T = $O;
        for i in 0..n {
            s += x[i] * f(x, i);
        }
        s
    }
} }

twin! { horner ($ T O grad): f(0.5, &[1.0, 2.0, 3.0]); {
    #[$grad]
    pub fn f(x: $T, c: &[$T]) -> $T {
        if c.len() == 1 { c[0] } else { c[0] + x * f(x, &c[1..]) }
    }
} }

twin! { until_small ($ T O grad): f(5.5, 0.75); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        if x < 1.0 {
            x * x
        } else {
            y * f(x * y, y) + x
        }
    }
} }

twin! { recursion_and_another_call ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn tail(x: &[$T], a: $T) -> Vec<$T> {
        let mut y = vec![$O; x.len() - 1];
        for i in 0..y.len() {
            y[i] = x[i + 1] * a;
        }
        y
    }
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        if x.len() == 1 {
            return x[0];
        }
        let rest = tail(x, x[0]);
        x[0] * f(&rest) + rest[0]
    }
} }

twin! { in_place ($ T O grad): f([0.5, 2.0, 1.0, -1.0]); {
    #[$grad]
    pub fn sweep(x: &mut [$T]) {
        let n = x.len();
        if n > 1 {
            x[1] *= x[0];
            sweep(&mut x[1..]);
            x[0] += x[1] * x[0];
        }
    }
    #[$grad]
    pub fn f(x: [$T; 4]) -> $T {
        let mut y = x;
        sweep(&mut y);
        y[0] * y[1] + y[3]
    }
} }

twin! { determinant ($ T O grad): f(&[2.0, 0.5, 1.0, 0.25, 3.0, 1.0, 0.5, 1.0, 4.0], const 3); {
    #[$grad]
    pub fn f(m: &[$T], n: usize) -> $T {
        if n == 1 {
            return m[0];
        }
        let mut s: $T = $O;
        let mut sign = 1.0;
        for c in 0..n {
            let mut minor = vec![$O; (n - 1) * (n - 1)];
            let mut k = 0;
            for i in 1..n {
                for j in 0..n {
                    if j != c {
                        minor[k] = m[i * n + j];
                        k += 1;
                    }
                }
            }
            s += sign * m[c] * f(&minor, n - 1);
            sign = -sign;
        }
        s
    }
} }
