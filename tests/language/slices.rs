//! Methods of slices and vectors: `swap` of numbers and of rows, `fill`, `copy_from_slice`, `split_at`, `push`.

twin! { swapped ($ T O grad): f([0.5, 2.0, 1.0, 0.25]); {
    #[$grad]
    pub fn f(x: [$T; 4]) -> $T {
        let mut a = x;
        a.swap(0, 3);
        a[0] *= a[1];
        for i in 0..3 {
            a.swap(i, i + 1);
            a[i] += a[3] * x[i];
        }
        a.swap(1, 1);
        a[0] * a[1] + a[2] * a[3]
    }
} }

twin! { rows_swapped ($ T O grad): f(&[0.5, 2.0, 1.0, 0.25, 3.0, -1.0, 4.0, 0.75, 1.5]); {
    /// A determinant, with the largest entry of each column as its pivot.
    #[$grad]
    pub fn f(a: &[$T]) -> $T {
        let mut m: Vec<Vec<$T>> = a.chunks(3).map(|row| row.to_vec()).collect();
        let mut det = 2.0 * a[0] / a[0];
        for k in 0..3 {
            let mut p = k;
            for i in k + 1..3 {
                if m[i][k].abs() > m[p][k].abs() { p = i; }
            }
            if p != k {
                m.swap(p, k);
                det = -det;
            }
            m.swap(k, k);
            det *= m[k][k];
            for i in k + 1..3 {
                let f = m[i][k] / m[k][k];
                for j in k..3 {
                    let above = m[k][j];
                    m[i][j] -= f * above;
                }
            }
        }
        det
    }
} }

twin! { filled ($ T O grad): f([0.5, 2.0, 1.0], 3.0); {
    #[$grad]
    pub fn f(x: [$T; 3], y: $T) -> $T {
        let mut a = x;
        let before = a[0] * a[1];
        a.fill(y * before);
        a[1] = a[0] * a[2];
        let s = a[1] * a[0];
        a[1..].fill(s);
        a[0] * a[1] + a[2]
    }
} }

twin! { copied_from ($ T O grad): f(&[0.5, 2.0, 1.0, 0.25]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut a = [$O; 4];
        a.copy_from_slice(x);
        a[0] = a[1] * a[2];
        let b = a;
        a[1..3].copy_from_slice(&b[..2]);
        a[0] *= a[1];
        let mut c = vec![$O; 2];
        c.copy_from_slice(&a[2..]);
        c[0] * c[1] + a[0] * a[1] * a[2]
    }
} }

twin! { split ($ T O grad): f(&[0.5, 2.0, 1.0, 0.25, 3.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let (head, tail) = x.split_at(2);
        let mut s = head[0] * tail[1];
        for i in 0..tail.len() {
            s = s * tail[i] + head[1];
        }
        s
    }
} }

twin! { split_exclusively ($ T O grad): f([0.5, 2.0, 1.0, 0.25]); {
    #[$grad]
    pub fn f(x: [$T; 4]) -> $T {
        let mut a = x;
        {
            let (low, high) = a.split_at_mut(2);
            for i in 0..2 {
                low[i] *= high[1 - i];
                high[i] += low[0];
            }
        }
        a[0] * a[1] + a[2] * a[3]
    }
} }

twin! { pushed_in_branches ($ T O grad): f(&[0.5, -2.0, 1.0, 0.25]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut kept = Vec::new();
        for i in 0..x.len() {
            if x[i] > 0.0 {
                kept.push(x[i] * x[0]);
            }
        }
        let mut s: $T = $O;
        for i in 0..kept.len() {
            s = s * 2.0 + kept[i] * kept[kept.len() - 1];
        }
        s
    }
} }

twin! { history ($ T O grad): f(0.5, const 4); {
    #[$grad]
    pub fn f(x: $T, n: usize) -> $T {
        let mut h = vec![x, x * x];
        for i in 2..n + 2 {
            let next = h[i - 1] * x + h[i - 2];
            h.push(next);
        }
        let mut s: $T = $O;
        for i in 0..h.len() {
            s += h[i] * h[h.len() - 1 - i];
        }
        s
    }
} }

twin! { empty_or_not ($ T O grad): f(&[0.5, 2.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let rest = &x[1..];
        let none = &x[2..];
        if !rest.is_empty() && none.is_empty() { x[0] * rest[0] } else { x[0] }
    }
} }

twin! { exclusive_aliases_of_parts ($ T O grad): f([[0.5, 2.0, 1.0], [0.25, 3.0, 1.5]]); {
    #[$grad]
    pub fn f(x: [[$T; 3]; 2]) -> $T {
        let mut m = x;
        let row = &mut m[1];
        let part = &mut row[1..];
        part[0] *= part[1];
        part[1] = part[0] + part[1];
        let cell = &mut m[0][2];
        *cell *= x[1][0];
        *cell += *cell;
        let shared = &m[1];
        let first = &shared[0];
        *first * shared[1] + m[0][2] * shared[2]
    }
} }

twin! { alias_in_a_loop ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut a = x.to_vec();
        let mut s = x[0];
        for i in 0..3 {
            let k = (i + 1) % 3;
            let cell = &mut a[k];
            *cell = *cell * s + x[i];
            s = *cell * 0.5;
            let r = &mut s;
            *r += x[k] * *r;
        }
        s * a[0] + a[1] * a[2]
    }
} }

reals! { rearranged ($ T grad): f(&[0.5, 2.0, 1.0, 0.3, 0.9, 1.7, 0.1]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut a = x.to_vec();
        a.reverse();
        let mut s = a[0] * 2.0 + a[1] * a[2];
        a.rotate_left(2);
        s += a[0] * 3.0 + a[1] * a[2];
        a[1..5].rotate_right(1);
        s += a[0] * 5.0 + a[1] * a[2] * a[4];
        a.sort_by(|p, q| p.partial_cmp(q).unwrap());
        s += a.iter().enumerate().map(|(i, v)| v * (i as $T + 0.5).sqrt()).sum::<$T>();
        a.sort_by(|p, q| q.total_cmp(p));
        s += a[0] / a[1] + a[3];
        a.sort_unstable_by(<$T>::total_cmp);
        let median = a[a.len() / 2];
        let mut idx: Vec<usize> = (0..x.len()).collect();
        idx.sort_by(|&i, &j| x[i].partial_cmp(&x[j]).unwrap());
        for (rank, &i) in idx.iter().enumerate() { s += x[i] * (rank + 1) as $T; }
        let mut pairs: Vec<($T, $T)> = x.iter().map(|v| (v.sin(), *v)).collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        s += pairs[1].1 * pairs[2].0;
        let mut k = [3usize, 1, 2];
        k.sort();
        s + median * x[k[2]] + x[k[0]]
    }
} }

reals! { resized ($ T grad): f(&[0.5, 2.0, 1.0, 0.3, 0.9]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut a = x.to_vec();
        a.truncate(3);
        a.truncate(30);
        a.resize(5, x[0] * x[1]);
        let mut s = a.iter().product::<$T>();
        a.insert(1, x[2] * 3.0);
        s += a[1] * a[2];
        a.pop();
        s += a.iter().map(|v| v * v).sum::<$T>();
        let mut b = vec![x[4]; 2];
        b.append(&mut a);
        s += b[0] * b[3] + a.len() as $T;
        a.push(x[1]);
        std::mem::swap(&mut a, &mut b);
        s += a[2] * b[0];
        let (mut p, mut q) = (x[0], x[1]);
        std::mem::swap(&mut p, &mut q);
        let old = std::mem::replace(&mut p, q * q);
        b.clear();
        b.push(p);
        s + p * q + old * b[0] * 3.0
    }
} }

reals! { in_place ($ T grad): f(vec![0.5, 2.0, 1.0], 0.3); {
    #[$grad]
    pub fn step(v: &mut [$T], k: $T) {
        v.iter_mut().for_each(|x| *x *= k);
        v.reverse();
        v[1..].rotate_left(1);
    }
    #[$grad]
    pub fn f(v: Vec<$T>, k: $T) -> $T {
        let mut v = v;
        step(&mut v, k);
        v.iter().rev().fold(1.0, |a, b| a * b + k)
    }
} }

/// Rows that a loop has come past are read again by the reverse sweep, and not recorded.
mod rows {
    use conservative_grad::conservative_grad;

    /// Elimination in one list, and the same in a list of lists.
    #[conservative_grad]
    pub fn eliminated(a: &[f64], b: &[f64]) -> f64 {
        let n = b.len();
        let (mut k, mut f) = (a.to_vec(), b.to_vec());
        for p in 0..n {
            for i in p + 1..n {
                let m = k[i * n + p] / k[p * n + p];
                for j in p..n {
                    k[i * n + j] -= m * k[p * n + j];
                }
                f[i] -= m * f[p];
            }
        }
        for i in (0..n).rev() {
            for j in i + 1..n {
                f[i] -= k[i * n + j] * f[j];
            }
            f[i] /= k[i * n + i];
        }
        f.iter().map(|v| v * v).sum()
    }

    #[conservative_grad]
    pub fn nested(a: &[Vec<f64>], b: &[f64]) -> f64 {
        let n = b.len();
        let (mut k, mut f) = (a.to_vec(), b.to_vec());
        for p in 0..n {
            for i in (p + 1..n).rev() {
                let m = k[i][p] / k[p][p];
                for j in p..n {
                    k[i][j] -= m * k[p][j];
                }
                f[i] -= m * f[p];
            }
        }
        (0..n).map(|i| f[i] * k[i][i]).sum()
    }

    /// Rows that are stored to later after all: where the loop is, ...
    #[conservative_grad]
    pub fn stored_here(a: &[f64], b: &[f64], n: usize) -> f64 {
        let mut k = a.to_vec();
        for p in 0..n {
            for i in p..n {
                for j in 0..n {
                    k[i * n + j] += b[j] * k[p * n + j].sin();
                }
            }
        }
        k.iter().map(|v| v * v).sum()
    }

    /// ... as rows of another width, ...
    #[conservative_grad]
    pub fn stored_otherwise(a: &[f64], n: usize) -> f64 {
        let mut k = a.to_vec();
        let w = n - 1;
        let mut s = 0.0;
        for p in 0..n {
            for i in p + 1..n {
                for j in 0..n {
                    s += k[p * n + j].sin() * k[p * n + j];
                }
                for j in 0..w {
                    k[i * w + j] *= 0.9;
                }
            }
        }
        s * s
    }

    /// ... in a second pass, ...
    #[conservative_grad]
    pub fn stored_again(a: &[f64], n: usize) -> f64 {
        let mut k = a.to_vec();
        for _ in 0..2 {
            for p in 0..n {
                for i in p + 1..n {
                    for j in 0..n {
                        k[i * n + j] -= 0.5 * k[p * n + j] * k[i * n + j];
                    }
                }
            }
        }
        k.iter().map(|v| v * v).sum()
    }

    /// ... or by another statement.
    #[conservative_grad]
    pub fn stored_besides(a: &[f64], n: usize) -> f64 {
        let mut k = a.to_vec();
        for p in 0..n {
            for i in p + 2..n {
                for j in 0..n {
                    k[i * n + j] += k[(p + 1) * n + j] * k[i * n + j];
                }
            }
            k[p] *= 0.5;
        }
        k.iter().map(|v| v * v).sum()
    }

    /// Rows that get narrower from iteration to iteration.
    #[conservative_grad]
    pub fn narrower(x: &[f64], m: usize) -> f64 {
        let mut k = vec![0.0; (m + 3) * (m + 3)];
        for i in 0..k.len() {
            k[i] = x[i % x.len()] + 0.01 * i as f64;
        }
        let mut s = 0.0;
        for p in 0..m {
            let w = m - p;
            for j in 0..w {
                s += (k[p * w + j] * 0.3).sin();
                k[(p + 1) * w + j] = (k[p * w + j] * k[p * w + j]).cos() + 0.1 * s;
            }
        }
        s + k.iter().map(|v| v * v).sum::<f64>()
    }

    /// Rows that overlap, and pivots of 0 whose results are not used.
    #[conservative_grad]
    pub fn shifted(a: &[f64], m: f64, by: usize) -> f64 {
        let mut k = a.to_vec();
        let n = k.len() - by;
        for _ in 0..2 {
            for j in 0..n {
                k[j + by] -= m * k[j];
            }
            for j in 0..n {
                k[j] += m / a[0] * k[j + by];
            }
        }
        k.iter().map(|v| v * v).sum()
    }

    #[test]
    fn agree() {
        let a = vec![4.0, 0.5, -0.3, 0.2, 3.0, 0.4, -0.1, 0.6, 5.0];
        let b = vec![0.7, -0.4, 0.2];
        crate::check!(eliminated(&a.clone(), &b.clone()));
        let rows: Vec<Vec<f64>> = a.chunks(3).map(<[f64]>::to_vec).collect();
        crate::check!(nested(&rows.clone(), &b.clone()));
        let small: Vec<f64> = a.iter().map(|v| v * 0.2).collect();
        crate::check!(stored_here(&small.clone(), &b.clone(), const 3));
        let four: Vec<f64> = (0..16).map(|i| 0.4 + 0.07 * i as f64).collect();
        crate::check!(stored_otherwise(&four.clone(), const 4));
        crate::check!(stored_again(&small.clone(), const 3));
        crate::check!(stored_besides(&small.clone(), const 3));
        crate::check!(narrower(&vec![0.4, 0.7], const 4));
        for by in [0, 1, 2, 5] {
            crate::check!(shifted(&small.clone(), 0.3, const by));
        }
        let large: Vec<f64> = (0..400)
            .map(|i| (i as f64).sin() + if i % 21 == 0 { 9.0 } else { 0.0 })
            .collect();
        crate::check!(eliminated(&large, &vec![0.3; 20]));
    }
}
