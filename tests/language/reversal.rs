//! Programs that break a reverse sweep which restores too little, or too much.

twin! { restored_in_the_right_order ($ T O grad): f([0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: [$T; 3]) -> $T {
        let mut a = x;
        let mut s = a[0];
        for i in 0..crate::THREE {
            for j in 0..crate::THREE {
                if (i + j) % 2 == 0 {
                    a[j] = a[j] * a[i] + 0.5;
                    s += a[j] * s;
                } else {
                    let t = a[j];
                    a[j] = s * 0.25;
                    s = t;
                }
            }
            a[i] = s;
        }
        s * a[0] + a[1] * a[2]
    }
} }

twin! { read_between_two_stores ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut t = [$O; 2];
        let mut s: $T = $O;
        for i in 0..x.len() {
            t[0] = x[i] * x[i];
            s += t[0] * t[1];
            t[1] = t[0] * x[0];
            s += t[0] * t[1];
            t[0] = s;
        }
        s * t[0] + t[1]
    }
} }

twin! { scratch_that_keeps_its_contents ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut scratch = [$O; 3];
        let mut s: $T = $O;
        for i in 0..crate::THREE {
            // Only a part is written again; the rest is from the iteration before.
            for j in 0..=i {
                scratch[j] = x[i] * x[j] + scratch[2 - j];
            }
            for j in 0..crate::THREE {
                s += scratch[j] * scratch[j];
            }
        }
        s
    }
} }

twin! { last_value_wins ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut last = x[0];
        let mut a = [x[1]; 2];
        for i in 0..x.len() {
            last = x[i] * x[0];
            a[i % 2] = last * x[i];
        }
        last * a[0] + a[1]
    }
} }

twin! { state_unused_after_the_loop ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = x[0];
        let mut p = x[1];
        for i in 0..x.len() {
            s += p * x[i];
            p = p * s * 0.5;
        }
        s
    }
} }

twin! { state_that_only_conditions_read ($ T O grad): f(&[0.5, 2.0, 1.0], 0.25); {
    #[$grad]
    pub fn f(x: &[$T], a: $T) -> $T {
        let mut level = a;
        let mut s = x[0];
        for i in 0..x.len() {
            level = level * x[i] + 0.5;
            if level > 1.0 {
                s = s * x[i];
            } else {
                s = s + x[i] * x[i];
            }
        }
        s
    }
} }

twin! { exchanged_buffers ($ T O grad): f([0.5, 2.0], [1.0, 3.0], const 3); {
    #[$grad]
    pub fn f(x: [$T; 2], y: [$T; 2], n: usize) -> $T {
        let mut a = x;
        let mut b = y;
        for _ in 0..n {
            let t = a;
            a = b;
            b = [t[0] * 0.5 + a[1], t[1] * a[0]];
        }
        a[0] * b[0] - a[1] * b[1]
    }
} }

twin! { conditional_exchange ($ T O grad): f([0.5, 2.0], [1.0, 3.0]); {
    #[$grad]
    pub fn f(x: [$T; 2], y: [$T; 2]) -> $T {
        let mut a = x;
        let mut b = y;
        for i in 0..crate::FOUR {
            if a[0] < b[0] {
                let t = a;
                a = b;
                b = t;
            } else {
                a[i % 2] *= 0.5;
            }
            b[0] += a[1] * 0.25;
        }
        a[0] * b[0] - a[1] * b[1]
    }
} }

twin! { element_copied_over_itself ($ T O grad): f([0.5, 2.0, 1.0], const 1, const 1); f([0.5, 2.0, 1.0], const 1, const 2); {
    #[$grad]
    pub fn f(x: [$T; 3], i: usize, j: usize) -> $T {
        let mut a = x;
        a[i] = a[j];
        a[i] *= a[j];
        a[j] += a[i];
        a[i] = a[i] - a[j] * a[j];
        let t = a[i];
        a[i] = a[j];
        a[j] = t;
        a[0] * a[1] + a[2] * a[i]
    }
} }

twin! { index_changed_between_reads ($ T O grad): f([0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: [$T; 3]) -> $T {
        let mut a = x;
        let mut k = 0;
        a[k] = a[k + 1] * a[k];
        k += 1;
        a[k] = a[k - 1] * a[k + 1];
        k = 2 - k;
        a[k + 1] = a[k] * a[k];
        k = 0;
        a[k] * a[k + 1] + a[k + 2]
    }
} }

twin! { loop_whose_body_is_a_branch ($ T O grad): f(&[0.5, -2.0, 1.0, -0.5]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut up: $T = $O;
        let mut down: $T = $O;
        for i in 0..x.len() {
            if x[i] > 0.0 {
                up += x[i] * x[i];
            } else {
                down -= x[i] * x[0];
            }
        }
        up * down
    }
} }

twin! { accumulator_reset ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s: $T = $O;
        let mut total = x[0];
        for i in 0..x.len() {
            s += x[i] * x[i];
            if i == 1 {
                total *= s;
                s = x[0];
            }
        }
        total * s
    }
} }

twin! { accumulator_scaled_at_the_end_of_each_row ($ T O grad): f(&[[0.5, 2.0], [1.0, 3.0]]); {
    #[$grad]
    pub fn f(m: &[[$T; 2]]) -> $T {
        let mut s: $T = $O;
        let mut product: $T = $O;
        for i in 0..m.len() {
            for j in 0..crate::TWO {
                s += m[i][j] * m[i][0];
            }
            product += s * m[i][1];
            s *= 0.5;
        }
        product + s
    }
} }

twin! { two_loops_over_one_array ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut a = x.to_vec();
        for i in 1..a.len() {
            a[i] = a[i] * a[i - 1];
        }
        for i in (0..a.len() - 1).rev() {
            a[i] = a[i] * a[i + 1] + x[i];
        }
        let mut s: $T = $O;
        for i in 0..a.len() {
            s += a[i];
            a[i] = s;
        }
        s * a[1]
    }
} }

twin! { sum_through_an_element ($ T O grad): f(&[0.5, 2.0, 1.0], const 1); {
    #[$grad]
    pub fn f(x: &[$T], k: usize) -> $T {
        let mut out = [1.0 * x[0], $O, 2.0 * x[1]];
        for i in 0..x.len() {
            out[k] += x[i] * out[0];
        }
        for i in 0..x.len() {
            out[i] += x[i] * out[k];
        }
        out[0] * out[1] * out[2]
    }
} }

twin! { early_exit_leaves_arrays_half_done ($ T O grad): f([0.5, 2.0, 1.0, 3.0]); {
    #[$grad]
    pub fn f(x: [$T; 4]) -> $T {
        let mut a = x;
        'done: for i in 0..crate::FOUR {
            for j in 0..crate::FOUR {
                a[j] = a[j] * a[i] * 0.5 + 0.25;
                if a[j] > 1.0 {
                    a[i] = a[j] * a[3 - j];
                    break 'done;
                }
            }
            a[i] += 0.125;
        }
        a[0] * a[1] + a[2] * a[3]
    }
} }

twin! { exits_at_different_depths ($ T O grad): f(&[0.5, 2.0, 1.0], 0.25); f(&[0.5, 2.0, 1.0], 2.0); f(&[0.5, 2.0, 1.0], 9.0); {
    #[$grad]
    pub fn f(x: &[$T], limit: $T) -> $T {
        let mut s = x[0];
        for i in 0..x.len() {
            s += x[i] * limit;
            if s > 20.0 {
                return s;
            }
            let mut t = s;
            while t < limit {
                t = t * 1.5 + x[i] * x[i];
                if t > 2.5 && i == 1 {
                    return t * s;
                }
                if t > 6.0 {
                    break;
                }
            }
            s = t * 0.5;
        }
        s * limit
    }
} }

twin! { empty_inner_loops ($ T O grad): f(&[0.5, 2.0, 1.0], const &[0, 2, 0, 1]); {
    #[$grad]
    pub fn f(x: &[$T], counts: &[usize]) -> $T {
        let mut s = x[0];
        for i in 0..counts.len() {
            for j in 0..counts[i] {
                s = s * x[j] + x[i % 3];
            }
            let mut k = counts[i];
            while k > 1 {
                s *= x[k];
                k -= 1;
            }
        }
        s
    }
} }

twin! { values_used_only_in_one_branch_later ($ T O grad): f(0.5, 2.0, const 0); f(0.5, 2.0, const 1); f(0.5, 2.0, const 2); {
    #[$grad]
    pub fn f(x: $T, y: $T, k: usize) -> $T {
        let a = (x * y).sin();
        let b = (x + y).exp();
        let mut s = x;
        if k > 0 {
            s = a * s;
            let c = s * b;
            if k > 1 {
                s = c * c + a;
            }
            s *= y;
        }
        s + x * y
    }
} }

twin! { constants_that_become_varied ($ T O grad): f(0.5, &[1.0, 2.0], const 3); {
    #[$grad]
    pub fn f(x: $T, w: &[$T], n: usize) -> $T {
        let mut a = x * 0.0 + 2.0;
        let mut b = x * 0.0 + 3.0;
        for _ in 0..n {
            b = a + b;
            a = a + x * w[0];
        }
        b * w[1]
    }
} }

reals! { literals_that_become_varied ($ T grad): f(0.5, const 4); g(0.5, const 2); {
    #[$grad]
    pub fn f(x: $T, n: usize) -> $T {
        let mut a = 2.0;
        let mut b = 3.0;
        let mut c = 1.0;
        for _ in 0..n {
            c = b;
            b = a;
            a = x * a;
        }
        a * b + c
    }
    #[$grad]
    pub fn g(x: $T, n: usize) -> $T {
        let mut m = [[1.0; 2]; 2];
        m[0][1] = 4.0;
        for i in 0..n {
            m[1][i] = m[0][1 - i] * x;
            m[0][i] = 3.0;
            m[0][i] += m[1][i];
        }
        m[0][0] * m[1][1] + m[0][1]
    }
} }

reals! { varied_that_become_constants ($ T grad): f(0.5, 2.0, const 3); {
    #[$grad]
    pub fn f(x: $T, y: $T, n: usize) -> $T {
        let mut a = x;
        let mut s = y;
        for i in 0..n {
            s = s * a + y;
            if i == 1 {
                a = 2.0;
            }
        }
        a = 0.25;
        s * a
    }
} }

twin! { large_and_small ($ T O grad): f(&[1.0, 0.5]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = x[0];
        for _ in 0..200 {
            s = s * 0.5 + x[1] * 0.25;
            s = s.sqrt().sin() + x[1];
        }
        s
    }
} }
