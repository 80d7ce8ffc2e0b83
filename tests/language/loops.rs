//! `for` over ranges: nested, reversed, stepped, empty, with bounds that change.

twin! { counters ($ T O grad): f(&[0.5, 2.0, 1.0, -1.0, 0.25, 3.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let n = x.len();
        let mut s: $T = $O;
        for i in (0..n).rev() {
            s = s * x[i] + 1.0;
        }
        for i in (0..n).step_by(2) {
            s = s * 0.5 + x[i];
        }
        for i in (1..n).step_by(3).rev() {
            s = s * x[i] - x[i - 1];
        }
        for i in (1..=n - 1).rev().step_by(2) {
            s = s * 0.5 + x[i] * x[i];
        }
        for i in 2..=3 {
            s += x[i] * s;
        }
        s
    }
} }

twin! { no_iterations ($ T O grad): f(0.5, 2.0, const 0); f(0.5, 2.0, const 3); {
    #[$grad]
    pub fn f(x: $T, y: $T, n: usize) -> $T {
        let mut s = x;
        for _ in 0..n {
            s = s * y + x;
        }
        for _ in 5..2 {
            s = s * s;
        }
        for i in (n..3).rev() {
            s *= y;
            for _ in i..i {
                s = x;
            }
        }
        s
    }
} }

twin! { power ($ T O grad): f(1.25, const 7); f(0.0, const 3); {
    #[$grad]
    pub fn f(x: $T, n: usize) -> $T {
        let mut p = x;
        for _ in 1..n {
            p *= x;
        }
        p
    }
} }

twin! { state_of_several ($ T O grad): f(1.0, 2.0, 0.5, const 10); {
    #[$grad]
    pub fn f(x0: $T, y0: $T, a: $T, n: usize) -> $T {
        let mut x = x0;
        let mut y = y0;
        let mut z = a;
        for _ in 0..n {
            let dx = a * (y - x);
            let dy = x * (2.0 - z) - y;
            let dz = x * y - z;
            x += 0.05 * dx;
            y += 0.05 * dy;
            z += 0.05 * dz;
        }
        x * y + z
    }
} }

twin! { nested_with_state ($ T O grad): f(&[0.5, 0.25, 1.0], 0.5); {
    #[$grad]
    pub fn f(x: &[$T], a: $T) -> $T {
        let mut outer = a;
        for i in 0..x.len() {
            let mut inner = x[i];
            for j in 0..=i {
                inner = inner * x[j] + outer;
                for _ in 0..2 {
                    inner = inner * a;
                }
            }
            outer = outer * a + inner;
        }
        outer * outer
    }
} }

twin! { accumulators_and_state_together ($ T O grad): f(&[0.5, 0.25, 1.0], 0.5); {
    #[$grad]
    pub fn f(x: &[$T], a: $T) -> $T {
        let mut sum: $T = $O;
        let mut weighted: $T = $O;
        let mut decay = a;
        for i in 0..x.len() {
            sum += x[i] * x[i];
            weighted += decay * x[i];
            decay *= a;
        }
        sum * weighted + decay
    }
} }

twin! { accumulator_read_in_the_loop ($ T O grad): f(&[0.5, 0.25, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut sum: $T = $O;
        let mut total: $T = $O;
        for i in 0..x.len() {
            sum += x[i];
            total += sum * sum;
        }
        total
    }
} }

twin! { subtracted ($ T O grad): f(&[0.5, 0.25, 1.0], 2.0); {
    #[$grad]
    pub fn f(x: &[$T], a: $T) -> $T {
        let mut s = a;
        for i in 0..x.len() {
            s -= x[i] * a;
            s = s - x[i] * x[i];
            s = x[i].sin() + s;
        }
        s
    }
} }

twin! { bounds_from_arguments ($ T O grad): f(&[0.5, 0.25, 1.0, 2.0], const 1, const 3); {
    #[$grad]
    pub fn f(x: &[$T], from: usize, to: usize) -> $T {
        let mut s = x[0];
        for i in from..to {
            for j in i..to + 1 {
                s = s * x[j] + x[i];
            }
        }
        s
    }
} }

twin! { bounds_changed_later ($ T O grad): f(&[0.5, 0.25, 1.0, 2.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut n = x.len();
        let mut s: $T = $O;
        for i in 0..n {
            s = s * x[i] + x[n - 1];
            n -= 1;
        }
        for i in n..2 {
            s *= x[i];
        }
        n = 3;
        s * x[n]
    }
} }

twin! { counter_shadowed ($ T O grad): f(&[0.5, 0.25, 1.0, 2.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let i = 3;
        let mut s = x[i];
        for i in 0..2 {
            s *= x[i];
            let i = i + 1;
            s += x[i] * s;
            for i in i..i + 2 {
                s = s + x[i] * x[i - 1] * s;
            }
            s *= x[i];
        }
        s * x[i]
    }
} }

twin! { signed_counters ($ T O grad): f(0.5, const -2); {
    #[$grad]
    pub fn f(x: $T, from: i32) -> $T {
        let mut s = x;
        for k in from..=2 {
            s += x.powi(k) * s;
        }
        s
    }
} }

twin! { array_state ($ T O grad): f([0.5, 0.25, 1.0, 2.0], const 3); {
    #[$grad]
    pub fn f(u0: [$T; 4], steps: usize) -> $T {
        let mut u = u0;
        for _ in 0..steps {
            let old = u;
            for i in 1..3 {
                u[i] = old[i] + 0.25 * (old[i - 1] - 2.0 * old[i] + old[i + 1]) * old[i];
            }
        }
        u[1] * u[2]
    }
} }

twin! { array_updated_in_place ($ T O grad): f([0.5, 0.25, 1.0, 2.0], const 3); {
    #[$grad]
    pub fn f(u0: [$T; 4], steps: usize) -> $T {
        let mut u = u0;
        for _ in 0..steps {
            for i in 1..3 {
                u[i] = 0.5 * (u[i - 1] + u[i + 1]) * u[i];
            }
            u[0] = u[3] * u[1];
        }
        u[0] + u[1] * u[2]
    }
} }

twin! { two_buffers ($ T O grad): f([0.5, 0.25, 1.0, 2.0], const 3); f([0.5, 0.25, 1.0, 2.0], const 0); {
    #[$grad]
    pub fn f(u0: [$T; 4], steps: usize) -> $T {
        let mut a = u0;
        let mut b = [$O; 4];
        for _ in 0..steps {
            for i in 0..4 {
                b[i] = a[i] * a[(i + 1) % 4];
            }
            for i in 0..4 {
                a[i] = b[3 - i] + 0.5 * b[i];
            }
        }
        a[0] * a[1] - a[2] * b[3]
    }
} }

twin! { values_that_outlive_the_loop ($ T O grad): f(&[0.5, 0.25, 1.0, 2.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut previous = x[0];
        let mut one_before = x[1];
        let mut s: $T = $O;
        for i in 0..x.len() {
            s += previous * one_before * x[i];
            one_before = previous;
            previous = x[i];
        }
        s * one_before + previous
    }
} }

twin! { triangular ($ T O grad): f(&[0.5, 0.25, 1.0, 2.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let n = x.len();
        let mut s: $T = $O;
        for i in 0..n {
            for j in i + 1..n {
                let d = x[i] - x[j];
                s += 1.0 / (d * d + 0.5).sqrt();
            }
        }
        s
    }
} }

twin! { log_sum_exp ($ T O grad): f(&[0.5, 0.25, 1.0, 2.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut m = x[0];
        for i in 1..x.len() {
            m = m.max(x[i]);
        }
        let mut s: $T = $O;
        for i in 0..x.len() {
            s += (x[i] - m).exp();
        }
        s.ln() + m
    }
} }

twin! { deeply_nested ($ T O grad): f(&[0.5, 0.25]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = x[0];
        for a in 0..2 {
            for b in 0..2 {
                for c in 0..2 {
                    for d in 0..2 {
                        s = 0.5 * s + x[a] * x[b] * x[c] * x[d] * s;
                    }
                    s += x[c];
                }
                s *= x[b] + 1.0;
            }
        }
        s
    }
} }

twin! { accumulator_added_to_another ($ T O grad): f(0.5, const 3); g(0.5, const 3); h(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: $T, n: usize) -> $T {
        let mut a = x;
        let mut b = x;
        for _ in 0..n {
            b += a;
            a += x;
        }
        b
    }
    #[$grad]
    pub fn g(x: $T, n: usize) -> $T {
        let mut a = x;
        let mut b = x;
        for _ in 0..n {
            a = a + x;
            b = a + b;
        }
        b
    }
    #[$grad]
    pub fn h(x: &[$T]) -> $T {
        let mut a: $T = $O;
        let mut b: $T = $O;
        let mut c: $T = $O;
        for i in 0..x.len() {
            c -= b;
            b -= a;
            for j in 0..=i {
                a += x[j];
            }
        }
        c
    }
} }
