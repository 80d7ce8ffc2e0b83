//! Integers, truth values and index arrays that are carried, overwritten and used as indices.

twin! { offset ($ T O grad): f(&[0.5, 2.0, 1.0, 3.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut k = 0;
        let mut s = x[0];
        for i in 0..3 {
            k += i;
            s = s * x[k] + x[i];
            k %= 3;
        }
        s * x[k]
    }
} }

twin! { counter_changed_after_use ($ T O grad): f(&[0.5, 2.0, 1.0, 3.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut k = 3;
        let a = x[k] * x[k];
        k = 1;
        let b = x[k] * a;
        k -= 1;
        a * b * x[k]
    }
} }

twin! { flag ($ T O grad): f(&[0.5, -2.0, 1.0, -3.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut flip = false;
        let mut s = x[0];
        for i in 0..x.len() {
            if flip {
                s = s * x[i] + 1.0;
            } else {
                s += x[i] * x[i];
            }
            flip = !flip;
            if x[i] < 0.0 {
                flip = s > 1.0 || flip;
            }
        }
        if flip { s } else { s * s }
    }
} }

twin! { index_array_overwritten ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut order = [2, 0, 1];
        let mut s = x[order[0]];
        for i in 0..3 {
            s = s * x[order[i]] + x[order[2 - i]];
            order[i] = order[(i + 1) % 3];
        }
        order[0] = 0;
        s * x[order[0]] * x[order[1]]
    }
} }

twin! { permutation_swapped ($ T O grad): f(&[0.5, 2.0, 1.0, 0.25]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut p = [0usize, 1, 2, 3];
        let mut s = x[0];
        for i in 0..3 {
            let mut best = i;
            for j in i..4 {
                if x[p[j]] < x[p[best]] {
                    best = j;
                }
            }
            let t = p[i];
            p[i] = p[best];
            p[best] = t;
            s = 0.5 * s + x[p[i]] * x[p[i]];
        }
        s * x[p[3]]
    }
} }

twin! { bound_that_shrinks ($ T O grad): f(&[0.5, 2.0, 1.0, 0.25]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut n = x.len();
        let mut s = x[0];
        while n > 1 {
            for i in 0..n {
                s = s * 0.5 + x[i] * x[n - 1];
            }
            n /= 2;
        }
        s
    }
} }

twin! { bound_assigned_in_the_loop ($ T O grad): f(&[0.5, 2.0, 1.0, 0.25]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut m = 2;
        let mut s = x[0];
        for i in 0..m {
            m = 3;
            for j in i..m {
                s = s * x[j] + x[i];
                m -= 1;
            }
        }
        s * x[m]
    }
} }

twin! { row_pointers ($ T O grad): f(&[0.5, 2.0, 1.0, 0.25], &[1.0, 2.0, 3.0], const &[0, 2, 3, 4], const &[0, 2, 1, 0]); {
    #[$grad]
    pub fn f(values: &[$T], v: &[$T], starts: &[usize], columns: &[usize]) -> $T {
        let mut out = [$O; 3];
        for i in 0..3 {
            for k in starts[i]..starts[i + 1] {
                out[i] += values[k] * v[columns[k]];
            }
        }
        out[0] * out[1] + out[2] * out[0]
    }
} }

twin! { lengths_of_parts ($ T O grad): f(&[0.5, 2.0, 1.0, 0.25, 3.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut start = 0;
        let mut s = x[4];
        let mut width = 1;
        while start + width <= x.len() {
            let part = &x[start..start + width];
            for i in 0..part.len() {
                s = s * 0.5 + part[i] * part[part.len() - 1];
            }
            start += width;
            width += 1;
        }
        s * x[start - 1]
    }
} }

twin! { several_integers ($ T O grad): f(&[0.5, 2.0, 1.0], const 5, const 3); {
    #[$grad]
    pub fn f(x: &[$T], n: usize, m: usize) -> $T {
        let (mut a, mut b) = (n, m);
        let mut s = x[0];
        for _ in 0..4 {
            (a, b) = (b, a + b);
            s = s * x[a % 3] + x[b % 3];
            let low = a.min(b);
            if low > 5 && a.is_multiple_of(2) {
                s *= 0.5;
            }
        }
        s * x[(a * b + 1) % 3]
    }
} }

twin! { flags_in_an_array ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut used = [false; 3];
        let mut s = x[0];
        for i in 0..3 {
            let k = (2 * i + 1) % 3;
            if !used[k] {
                s = s * x[k] + 1.0;
                used[k] = true;
            }
            used[i] = !used[i];
        }
        if used[0] { s } else { s * x[2] }
    }
} }

twin! { masks_and_shifts ($ T O grad): f(&[0.5, 2.0, 1.0], const 0b1011); {
    #[$grad]
    pub fn f(x: &[$T], mask: u32) -> $T {
        let mut bits = mask;
        let mut s = x[1];
        for i in 0..3 {
            if bits & 1 == 1 {
                s = s * x[i] + x[0];
            }
            bits >>= 1;
        }
        if bits != 0 { s * s } else { s }
    }
} }

twin! { descending_index ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut i = x.len();
        let mut s = x[0];
        while i > 0 {
            i -= 1;
            s = s * x[i] + x[(i + 1) % 3];
        }
        s
    }
} }

twin! { counted_in_a_branch ($ T O grad): f(&[0.5, -2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut positive = 0;
        let mut kept = [$O; 3];
        for i in 0..x.len() {
            if x[i] > 0.0 {
                kept[positive] = x[i] * x[i];
                positive += 1;
            }
        }
        let mut s: $T = $O;
        for i in 0..positive {
            s = s * 2.0 + kept[i];
        }
        s
    }
} }
