//! Iterator chains: sources, adapters, consumers, jumps out of them.

reals! { sum_of_squares ($ T grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        x.iter().map(|v| v.powi(2)).sum::<$T>()
    }
} }

reals! { dot ($ T grad): f(&[0.5, 2.0, 1.0], &[1.0, 3.0]); {
    #[$grad]
    pub fn f(x: &[$T], y: &[$T]) -> $T {
        let s: $T = x.iter().zip(y).map(|(a, b)| a * b).sum();
        s * x[0]
    }
} }

reals! { for_enumerate ($ T grad): f(&[0.5, 2.0, 1.0], &[1.0, 3.0, 5.0]); {
    #[$grad]
    pub fn f(x: &[$T], y: &[$T]) -> $T {
        let mut s = 0.0;
        for (i, &v) in x.iter().enumerate() {
            if i == 1 { continue; }
            s += v * y[i] * i as $T;
        }
        for v in x { s += v * v; }
        for (a, b) in x.iter().zip(y.iter().rev()) { s += a * b; }
        s
    }
} }

reals! { folds ($ T grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let m = x.iter().cloned().fold(<$T>::NEG_INFINITY, <$T>::max);
        let s = x.iter().fold(0.0, |acc, v| acc + (v - m).exp());
        let (a, b) = x.iter().fold((0.0, 1.0), |(a, b), &v| (a + v, b * v));
        m + s.ln() + a * b
    }
} }

reals! { collected ($ T grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let w: Vec<$T> = x.iter().map(|v| v.exp()).collect();
        let total: $T = w.iter().sum();
        let p = w.iter().map(|v| v / total).collect::<Vec<_>>();
        let d = p.windows(2).map(|w| w[1] - w[0]).map(|d| d * d).sum::<$T>();
        d + p.iter().filter(|v| **v > 0.2).map(|v| v * v).sum::<$T>()
    }
} }

reals! { mutated ($ T grad): f(&[0.5, 2.0, 1.0, 4.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut y = vec![0.0; x.len()];
        for (o, v) in y.iter_mut().zip(x) { *o = v * v; }
        for o in y.iter_mut() { *o *= 2.0; }
        y.iter_mut().for_each(|o| *o += x[0]);
        let mut s = 0.0;
        for c in y.chunks(3) { s += c[0] * c[c.len() - 1]; }
        for c in y.chunks_exact(2) { s += c[0] / c[1]; }
        for row in y.chunks_mut(2) { row[0] = s; }
        s + y.iter().product::<$T>()
    }
} }

reals! { sources ($ T grad): f([0.5, 2.0, 1.0], [[1.0, 2.0], [3.0, 0.5]], vec![0.3, 0.7]); {
    const TABLE: [$T; 3] = [1.0, 0.5, 0.25];
    const PAIRS: [($T, $T); 2] = [(1.0, 0.5), (2.0, 0.25)];
    #[$grad]
    pub fn f(x: [$T; 3], m: [[$T; 2]; 2], v: Vec<$T>) -> $T {
        let mut s = 0.0;
        for a in x { s += a * a; }
        for row in m.iter() { s += row.iter().product::<$T>(); }
        for row in &m { for e in row { s += e * x[0]; } }
        for [a, b] in m { s += a * b; }
        for &[a, b] in m.iter() { s -= a / b; }
        for a in v.iter().rev() { s += a * s; }
        for (c, a) in TABLE.iter().zip(&x) { s += c * a * a; }
        for &(c, d) in PAIRS.iter() { s += c * x[1] + d * x[2]; }
        for c in TABLE { s += c * x[1]; }
        s += TABLE.iter().rev().fold(0.0, |acc, &c| acc * x[0] + c);
        s += m.iter().flatten().map(|e| e * e).sum::<$T>();
        s += m.iter().flat_map(|row| row.iter()).map(|e| e.sin()).sum::<$T>();
        s += (0..3).flat_map(|i| (0..2).map(move |j| x[i] * m[j][0])).sum::<$T>();
        s += (1..=3).map(|k| x[0].powi(k)).sum::<$T>();
        for a in v { s += a; }
        s
    }
} }

reals! { adapters ($ T grad): f(&[0.5, 2.0, 1.0, 0.3, 0.9]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = 0.0;
        for a in x.iter().skip(1) { s += a * x[0]; }
        for a in x.iter().skip(9) { s += a * x[0]; }
        for a in x.iter().take(2) { s += a * a; }
        for a in x.iter().step_by(2) { s *= a; }
        for (i, a) in x.iter().enumerate().skip(1).step_by(2) { s += a * i as $T; }
        for (i, a) in x.iter().skip(1).enumerate() { s += a * a * i as $T; }
        for (i, a) in x.iter().enumerate().rev() { s = s * 0.5 + a * i as $T; }
        for (a, b) in x.iter().zip(x.iter().skip(1)) { s += a * b; }
        for (a, b) in x.iter().zip(x.iter().cycle().skip(1)) { s += a / b; }
        for ((a, b), c) in x.iter().zip(&x[1..]).zip(&x[2..]) { s += a * b * c; }
        for a in x.iter().chain(x[1..3].iter()) { s += a * a; }
        for a in x.iter().chain(&x[1..3]).rev() { s = s * 0.9 + a; }
        for a in x.iter().take_while(|a| **a < 2.5) { s += a.exp(); }
        for a in x.iter().skip_while(|a| **a < 0.7) { s += a.sqrt(); }
        for (i, a) in x.iter().filter(|a| **a > 0.4).enumerate() { s += a * x[i]; }
        for (a, b) in x.iter().filter(|a| **a > 0.4).zip(x) { s += a * b; }
        for (a, b) in x.iter().zip(x.iter().filter(|a| **a > 0.4)) { s += a * b * b; }
        for a in x.iter().filter(|a| **a > 0.4).take(2) { s += a * s; }
        for a in x.iter().filter(|a| **a > 0.4).skip(1) { s += a.ln(); }
        for a in x.iter().scan(1.0, |p, a| { *p *= a; Some(*p) }) { s += a; }
        for (k, a) in (1..).zip(x) { s += a * k as $T; }
        for (a, k) in x.iter().zip(1..=3) { s += a.powi(k); }
        for i in 2.. { if i > 3 { break; } s += x[i] * x[0]; }
        for (c, d) in std::iter::repeat(x[0]).take(3).zip(x) { s += c * d; }
        for c in std::iter::once(x[1]) { s += c * c; }
        s
    }
} }

reals! { jumps_in_chains ($ T grad): f(&[0.5, 2.0, 1.0, 0.3, 0.9]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = 0.0;
        'a: for (i, a) in x.iter().enumerate() {
            for b in x.iter().chain(&x[1..2]) {
                if *b > 1.5 { continue 'a; }
                if i == 4 { break 'a; }
                if *a > 0.95 { continue; }
                s += a * b;
            }
            s += a;
        }
        for b in x.iter().chain(&x[1..2]) {
            if s > 20.0 { break; }
            if *b < 0.4 { continue; }
            s += b * b;
        }
        for row in x.chunks(2) {
            if row.len() < 2 { return s * row[0]; }
            s += row[0] * row[1];
        }
        s
    }
} }

reals! { consumers ($ T grad): f(&[0.5, 2.0, 1.0, 0.3, 0.9]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let n = x.iter().count();
        let m = x.iter().copied().reduce(<$T>::max).unwrap();
        let lo = x.iter().min_by(|a, b| a.partial_cmp(b).unwrap()).unwrap();
        let hi = *x.iter().max_by(|a, b| a.total_cmp(b)).unwrap();
        let last = x.iter().last().unwrap();
        let first = x.iter().next().unwrap();
        let third = x.iter().nth(2).unwrap_or(&0.0);
        let found = x.iter().find(|a| **a > 0.95).copied().unwrap_or(0.0);
        let at = x.iter().position(|a| *a < 0.4).unwrap();
        let mut s = m * lo + hi * last + first * third + found * x[at];
        if x.iter().all(|a| *a > 0.0) { s += x[0]; }
        if x.iter().any(|a| *a > 5.0) { s *= 100.0; }
        if (0.0..1.0).contains(&x[0]) { s += x[0] * x[1]; }
        let (a, b): (Vec<$T>, Vec<$T>) = x.iter().map(|v| (v * v, v.exp())).unzip();
        s += a.iter().zip(&b).map(|(a, b)| a / b).sum::<$T>();
        let c: Vec<($T, $T)> = x.iter().map(|v| (v * v, v.exp())).collect();
        s += c.iter().map(|(a, b)| a * b).sum::<$T>();
        s += c.iter().map(|p| p.0 - p.1).sum::<$T>();
        let rows: Vec<[$T; 2]> = x.iter().map(|v| [*v, v * v]).collect();
        for r in &rows { s += r[0] * r[1]; }
        let big: Vec<$T> = x.iter().filter(|v| **v > 0.45).cloned().collect();
        s += big[0] * big[1];
        let idx: Vec<usize> = (0..n).filter(|i| i % 2 == 0).collect();
        s += idx.iter().map(|&i| x[i]).product::<$T>();
        let mut grown = vec![x[0]];
        grown.extend(x.iter().map(|v| v * 2.0));
        grown.extend_from_slice(&x[1..3]);
        s += grown.iter().zip(x.iter().cycle()).map(|(a, b)| a * b).sum::<$T>();
        let arr = [x[0], x[1], x[2]].map(|v| v * v);
        let arr2: [$T; 3] = std::array::from_fn(|i| arr[i] * x[i]);
        s + arr2.iter().sum::<$T>() + arr.map(|v| v + 1.0)[1] + n as $T
    }
} }

reals! { polygon ($ T grad): f(&[(0.0, 0.1), (1.0, 0.2), (1.3, 1.0), (0.2, 1.1)]); {
    #[$grad]
    pub fn f(p: &[($T, $T)]) -> $T {
        let n = p.len();
        let area = (0..n)
            .map(|i| {
                let (x0, y0) = p[i];
                let (x1, y1) = p[(i + 1) % n];
                x0 * y1 - x1 * y0
            })
            .sum::<$T>()
            .abs()
            / 2.0;
        let perimeter: $T = p
            .iter()
            .zip(p.iter().cycle().skip(1))
            .map(|(a, b)| ((a.0 - b.0).powi(2) + (a.1 - b.1).powi(2)).sqrt())
            .sum();
        area / perimeter + p.windows(2).map(|w| w[0].0 * w[1].1).sum::<$T>()
    }
} }

reals! { statistics ($ T grad): f(&[0.5, 2.0, 1.0, 0.3, 0.9]); {
    fn helper(_x: usize) -> usize {
        3
    }
    #[$grad]
    pub fn mean(x: &[$T]) -> $T {
        x.iter().sum::<$T>() / x.len() as $T
    }
    #[$grad]
    pub fn variance(x: &[$T]) -> $T {
        let m = mean(x);
        x.iter().map(|v| (v - m).powi(2)).sum::<$T>() / (x.len() - 1) as $T
    }
    #[$grad]
    pub fn softmax(x: &[$T]) -> Vec<$T> {
        let m = x.iter().cloned().fold(<$T>::NEG_INFINITY, <$T>::max);
        let e: Vec<$T> = x.iter().map(|v| (v - m).exp()).collect();
        let s: $T = e.iter().sum();
        e.into_iter().map(|v| v / s).collect()
    }
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let p = softmax(x);
        let entropy = -p.iter().map(|p| p * p.ln()).sum::<$T>();
        let q: Vec<$T> = x.chunks(2).map(|c| mean(c)).collect();
        let r: $T = x.chunks(2).map(mean).product();
        let g: Vec<$T> = (0..helper(1)).map(|i| x[i] * 2.0).collect();
        entropy * variance(x) + mean(&p) + q.iter().map(|v| v.sqrt()).sum::<$T>() + r + variance(&g)
    }
} }

reals! { layers ($ T grad): f(&[0.5, 2.0, 1.0], &[vec![0.1, 0.2, 0.3], vec![0.4, 0.5, 0.6]], &[0.1, 0.7]); {
    #[$grad]
    pub fn f(x: &[$T], w: &[Vec<$T>], b: &[$T]) -> $T {
        let h: Vec<$T> = w
            .iter()
            .zip(b.iter())
            .map(|(row, b)| {
                let z = row.iter().zip(x.iter()).map(|(w, x)| w * x).sum::<$T>() + b;
                z.tanh()
            })
            .collect();
        let z: Vec<_> = w
            .iter()
            .map(|row| row.iter().zip(x).fold(0.0, |a, (w, x)| a + w * x))
            .collect();
        let best = z.iter().copied().fold(<$T>::MIN, |a, b| if a > b { a } else { b });
        h.iter().enumerate().map(|(i, h)| h * (i as $T + 1.0)).sum::<$T>() + best
    }
} }

reals! { tables ($ T grad): f(0.7, &[1.0, 0.5, 0.25]); {
    const C: [$T; 4] = [1.0, 0.5, 0.25, 2.0];
    fn table() -> Vec<$T> {
        vec![1.0, 2.0, 3.0]
    }
    #[$grad]
    pub fn f(x: $T, k: &[$T]) -> $T {
        const D: &[$T] = &[2.0, 3.0];
        let p = C.iter().rev().fold(0.0, |acc, c| acc * x + c);
        let q = C.iter().enumerate().map(|(i, &c)| c * x.powi(i as i32)).sum::<$T>();
        let (r, _) = k.iter().fold((0.0, 1.0), |(s, p), c| (s + c * p, p * x));
        let mut t = 0.0;
        for (c, p) in C.iter().zip((0..).map(|i| x.powi(i))) {
            t += c * p;
        }
        for c in table() {
            t += c * x;
        }
        for c in table().iter() {
            t += c * x * x;
        }
        for (c, d) in D.iter().zip(k) {
            t += c * d * x;
        }
        p + q * r + t
    }
} }

reals! { optional_values ($ T grad): f(&[0.5, 2.0, 1.0, 0.3]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = 0.0;
        if let Some(m) = x.iter().copied().reduce(<$T>::max) { s += m * x[0]; }
        let Some(lo) = x.iter().copied().min_by(|a, b| a.total_cmp(b)) else { return 0.0 };
        s += match x.iter().find(|v| **v > 5.0) { Some(v) => v * 100.0, None => lo * lo };
        s += x.iter().last().map(|v| v * 3.0).unwrap_or(0.0);
        s += x.iter().copied().reduce(|a, b| a * b).map_or(1.0, |p| p.sqrt());
        s += x.iter().filter_map(|v| if *v > 0.4 { Some(v.ln()) } else { None }).sum::<$T>();
        s += x.iter().map_while(|v| if *v < 1.5 { Some(v * v) } else { None }).sum::<$T>();
        s += x.iter().filter_map(|v| {
            let w = v * v;
            if w > 0.3 { return None; }
            Some(w * lo)
        }).fold(0.0, |a, b| a + b);
        s
    }
} }

reals! { tuples_of_chains ($ T grad): f(&[0.5, 2.0, 1.0, 0.3]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let (head, tail) = x.split_at(2);
        let s: $T = head.iter().zip(tail.iter().rev()).map(|(a, b)| a / b).sum();
        let pairs = x.iter().enumerate().map(|(i, v)| (i, v * v));
        let mut t = 0.0;
        for (i, w) in pairs { if i % 2 == 0 { t += w } else { t -= w * x[0] } }
        let idx = [0usize, 2, 3];
        let g: $T = idx.iter().map(|&i| x[i]).product();
        let gg: $T = idx.into_iter().zip(1..).map(|(i, k)| x[i].powi(k)).sum();
        let nested: $T = (0..2).map(|i| (0..2).map(|j| x[2 * i + j] * (i + j + 1) as $T).sum::<$T>().sin()).sum();
        let mat: Vec<Vec<$T>> = (0..2).map(|i| (0..2).map(|j| x[i] * x[j + 2]).collect()).collect();
        let tr = (0..2).map(|i| mat[i][i]).sum::<$T>();
        let cols: Vec<$T> = (0..2).map(|j| mat.iter().map(|r| r[j]).sum()).collect();
        let m = x.iter().fold((0.0, <$T>::INFINITY), |(s, lo), &v| (s + v, lo.min(v)));
        let mx = x.iter().enumerate().fold((0, x[0]), |(bi, b), (i, &v)| if v > b { (i, v) } else { (bi, b) });
        s + t * g + gg + nested + tr + cols[0] * cols[1] + m.0 * m.1 + x[mx.0] * mx.1
    }
} }

reals! { pieces ($ T grad): f(&[0.5, 2.0, 1.0, 0.3, 0.9, 1.7], const 2); {
    #[$grad]
    pub fn f(x: &[$T], n: usize) -> $T {
        let mut y = x.to_vec();
        for c in y.chunks_exact_mut(2) { c[0] *= c[1]; let t = c[0]; c[1] = t + c[1] * c[1]; }
        for c in y.chunks_mut(4) { for v in c.iter_mut() { *v += 1.0; } c[0] *= 2.0; }
        let mut s = 0.0;
        for row in y.chunks_exact(n) { s += row.iter().zip(x).map(|(a, b)| a * b).sum::<$T>().sin(); }
        for row in y.chunks_exact(3) { s += row.iter().rev().enumerate().map(|(i, a)| a * i as $T).sum::<$T>() + row.len() as $T; }
        for w in y.windows(3) { s += w[0] * w[2] - w[1] + w.iter().product::<$T>(); for q in w.windows(2) { s += q[0] / q[1]; } }
        for w in y.chunks(4) { for q in w.chunks(2) { s += q[0] * w[0]; } s += w[w.len() - 1]; }
        for (i, w) in y.windows(n).enumerate().skip(1).rev() { s = s * 0.9 + w[1] * i as $T; }
        for c in y.chunks_exact_mut(3) { c.swap(0, 2); c.reverse(); c.iter_mut().for_each(|v| *v = v.sqrt()); c.sort_by(|a, b| a.total_cmp(b)); }
        s + y.iter().enumerate().map(|(i, v)| v * (i + 1) as $T).sum::<$T>()
    }
} }

reals! { in_conditions ($ T grad): f(&[0.5, 2.0, 1.0, 0.3]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut w = x.to_vec();
        let mut n = 0;
        while w.iter().any(|v| *v > 0.6) && n < 10 {
            for v in w.iter_mut() { *v *= 0.7; }
            n += 1;
        }
        let mut s = w.iter().sum::<$T>();
        if w.len() > 2 && w.iter().all(|v| *v < 1.0) || x.iter().any(|v| v.is_nan()) { s *= x[0]; }
        s += x[(0..3).map(|i| i % 2).sum::<usize>()];
        let k = if s > 0.0 { x.iter().map(|v| v * 2.0).sum::<$T>() } else { x.iter().product() };
        let r = match n { 0 => x[0], _ if x.iter().count() == 4 => x.iter().map(|v| v.sin()).sum(), _ => 0.0 };
        let t = 'a: { for v in x.iter().skip(1) { if *v > 0.9 { break 'a *v * 2.0; } } 0.0 };
        let q = loop { s = s * 0.5 + x.iter().fold(0.0, |a, b| a + b) * 0.01; if s < 0.5 { break s * 3.0; } };
        let y = { let z: $T = x.iter().map(|v| { let v = v * 2.0; v * v }).sum(); z.sqrt() };
        let b: bool = x.iter().zip(x.iter().skip(1)).all(|(a, b)| a < b);
        let total = x.iter().fold(0.0, |mut acc, v| { if *v > 0.4 { acc += v * v; } acc });
        let hist = x.iter().fold([0.0; 2], |mut h, v| { if *v > 0.9 { h[1] += v; } else { h[0] += v * v; } h });
        let (mx, mn) = x.iter().fold((<$T>::MIN, <$T>::MAX), |(a, b), &v| (a.max(v), b.min(v)));
        s + k + r + t + q + y + if b { 1.0 } else { x[1] } + total + hist[0] * hist[1] + mx / mn
    }
} }

reals! { testfunctions ($ T grad): f(&[0.5, 1.2, -0.3], 2.0); {
    #[$grad]
    pub fn f(x: &[$T], a: $T) -> $T {
        let n = x.len() as $T;
        let rastrigin: $T = 10.0 * n + x.iter().map(|xi| xi.powi(2) - 10.0 * (2.0 * 3.14 * xi).cos()).sum::<$T>();
        let rosen: $T = x.iter().zip(x.iter().skip(1)).map(|(&xi, &xj)| (1.0 - xi).powi(2) + 100.0 * (xj - xi.powi(2)).powi(2)).sum();
        let s1 = x.iter().map(|x| x * x).sum::<$T>() / n;
        let s2 = x.iter().map(|x| (a * x).cos()).sum::<$T>() / n;
        let ackley = -20.0 * (-0.2 * s1.sqrt()).exp() - s2.exp() + 20.0;
        let griewank = x.iter().map(|v| v * v / 4000.0).sum::<$T>() - x.iter().enumerate().map(|(i, v)| (v / ((i + 1) as $T).sqrt()).cos()).product::<$T>() + 1.0;
        let levy = { let w = |x: $T| 1.0 + 0.25 * (x - 1.0); let last = x.len() - 1; (3.1 * w(x[0])).sin().powi(2) + x[..last].iter().map(|&v| { let wi = w(v); (wi - 1.0).powi(2) * (1.0 + (wi * 2.0).sin()) }).sum::<$T>() };
        let zakh = { let t: $T = x.iter().enumerate().map(|(i, x)| 0.5 * (i as $T + 1.0) * x).sum(); t.powi(2) + t.powi(4) };
        let bezier = |p: [$T; 4], t: $T| { let m = 1.0 - t; m * m * m * p[0] + 3.0 * m * m * t * p[1] + 3.0 * m * t * t * p[2] + t * t * t * p[3] };
        let len: $T = (0..10).map(|i| i as $T / 10.0).map(|t| bezier([x[0], x[1], x[2], a], t)).zip((1..=10).map(|i| i as $T / 10.0)).map(|(p, t)| (bezier([x[0], x[1], x[2], a], t) - p).hypot(0.1)).sum();
        rastrigin + rosen * 0.01 + ackley + griewank + levy + zakh * 0.1 + len
    }
} }

reals! { directions ($ T grad): f(&[0.5, 2.0, 1.0, 0.3, 0.9], &[1.1, 0.2, 0.7]); {
    #[$grad]
    pub fn f(x: &[$T], y: &[$T]) -> $T {
        let mut s = 0.1;
        for v in x.iter().rev().skip(1) { s = s * 0.9 + v; }
        for v in x.iter().skip(1).rev() { s = s * 0.9 + v; }
        for v in x.iter().take(3).rev() { s = s * 0.9 + v; }
        for v in x.iter().rev().take(3) { s = s * 0.9 + v; }
        for v in x.iter().step_by(2).rev() { s = s * 0.9 + v; }
        for v in x.iter().rev().step_by(2) { s = s * 0.9 + v; }
        for v in x.iter().skip(1).step_by(2).rev() { s = s * 0.9 + v; }
        for v in x.iter().step_by(2).skip(1) { s = s * 0.9 + v; }
        for (a, b) in x.iter().rev().zip(y.iter().rev()) { s = s * 0.9 + a * b; }
        for (a, b) in x.iter().zip(y).rev() { s = s * 0.9 + a * b; }
        for (i, c) in x.chunks(2).enumerate().rev() { s = s * 0.9 + c[0] * i as $T; }
        for v in x.iter().chain(y).skip(2) { s = s * 0.9 + v; }
        for (i, v) in x.iter().chain(y).enumerate() { s = s * 0.9 + v * i as $T; }
        for (a, b) in x.iter().chain(y).zip(y.iter().cycle()) { s = s * 0.9 + a * b; }
        for (a, b) in y.iter().zip(x.iter().chain(y)) { s = s * 0.9 + a * b; }
        for (i, v) in (0..x.len()).rev().zip(x) { s = s * 0.9 + v * i as $T; }
        for (i, j) in (0..3).zip((0..5).rev()) { s = s * 0.9 + x[i] * x[j]; }
        for i in (0..5).rev().skip(1).step_by(2) { s = s * 0.9 + x[i]; }
        for (i, k) in (0..5).step_by(2).enumerate() { s = s * 0.9 + x[i] * x[k]; }
        for i in (0..5).skip(2) { s = s * 0.9 + x[i]; }
        for (i, v) in (0..5).zip(x).skip(2) { s = s * 0.9 + x[i] * v; }
        for (k, v) in (1..).zip(x).skip(1) { s = s * 0.9 + v.powi(k); }
        for i in (1..).skip(1) { if i > 3 { break; } s = s * 0.9 + x[i]; }
        for i in (1..).step_by(2) { if i > 3 { break; } s = s * 0.9 + x[i]; }
        for (i, v) in (1..4).zip(x).rev() { s = s * 0.9 + v * x[i]; }
        for (i, v) in (1..4).zip(x).step_by(2) { s = s * 0.9 + v * x[i]; }
        for i in (0..).take(2) { s = s * 0.9 + x[i]; }
        for (a, b) in x.iter().flat_map(|a| y.iter().map(move |b| (a, b))) { s = s * 0.99 + a * b; }
        for i in (0..3).flat_map(|i| i..3) { s = s * 0.99 + x[i]; }
        for (i, j) in (0..3).flat_map(|i| (0..i).map(move |j| (i, j))) { s = s * 0.99 + x[i] * y[j]; }
        let v: Vec<$T> = x.iter().rev().cloned().collect();
        let w: Vec<$T> = x.iter().skip(1).zip(y.iter().cycle()).map(|(a, b)| a * b).collect();
        let u: Vec<$T> = std::iter::repeat(y[0]).take(3).chain(x.iter().copied()).collect();
        let z: Vec<$T> = vec![1.0; 2].into_iter().chain(std::iter::once(x[0])).collect();
        let m = [[x[0], x[1]], [x[2], x[3]]];
        let tr: Vec<$T> = (0..2).map(|j| m.iter().map(|r| r[j]).fold(0.0, |a, b| a + b)).collect();
        for (a, b) in v.iter().zip(&w).zip(&u).map(|((a, b), c)| (a * b, c)) { s = s * 0.9 + a / b; }
        s + z.iter().sum::<$T>() * z.len() as $T + tr[0] * tr[1]
    }
} }

reals! { asserted ($ T grad): f(&[0.5, 2.0, 1.0, 0.3, 0.9]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        assert!(x.iter().all(|v| v.is_finite() && *v > -10.0), "bad: {:?}", x);
        debug_assert!(x.windows(2).map(|w| w[0] - w[1]).all(|d| d < 100.0));
        let n = x.len();
        assert_eq!((0..n).filter(|&i| x[i] > -100.0).count(), n);
        x.iter().map(|v| v.sqrt()).sum::<$T>()
    }
} }

reals! { sequential ($ T grad): f(&[0.5, 2.0, 1.0, 0.3, 0.9], &[1.1, 0.2, 0.7]); {
    #[$grad]
    pub fn f(x: &[$T], y: &[$T]) -> $T {
        let mut s = 0.1;
        for v in x.iter().filter(|v| **v > 0.4).step_by(2) { s = s * 0.9 + v; }
        for v in x.iter().map(|v| v * v).skip(1).step_by(2) { s = s * 0.9 + v; }
        for v in x.iter().map(|v| v * v).enumerate().skip(1).map(|(i, v)| v * i as $T) { s = s * 0.9 + v; }
        for v in x.iter().filter(|v| **v > 0.4).rev() { s = s * 0.9 + v; }
        for v in x.iter().map(|v| v.sin()).rev().skip(1).take(2) { s = s * 0.9 + v; }
        for (v, k) in x.iter().filter(|v| **v > 0.4).zip(1..) { s = s * 0.9 + v * x[k]; }
        for v in x.iter().skip_while(|v| **v < 1.0).take_while(|v| **v > 0.4) { s = s * 0.9 + v; }
        for v in x.iter().chain(y).take_while(|v| **v < 1.05) { s = s * 0.9 + v; }
        for v in x.iter().flat_map(|v| [*v, v * v]).filter(|v| *v > 0.45).enumerate().map(|(i, v)| v * x[i % 5]) { s = s * 0.9 + v; }
        for v in x.iter().scan(0.5, |st, v| { let old = *st; *st = old * 0.5 + v; Some(old * *st) }).skip(1) { s = s * 0.9 + v; }
        for v in x.iter().filter(|v| **v > 0.4).map(|v| v * s).filter(|v| *v > 0.1).take(2).collect::<Vec<_>>() { s = s * 0.9 + v; }
        let n = x.iter().map(|v| v * 2.0).count();
        let l = x.iter().map(|v| v * 2.0).last().unwrap();
        let k = x.iter().map(|v| v * 2.0).nth(2).unwrap();
        for v in x.iter().take(0) { s += v; }
        let e: $T = x[..0].iter().sum();
        let ep: $T = x[..0].iter().product();
        s + l * k + n as $T + e + ep + x.iter().chain(y.iter()).map(|v| v.exp()).sum::<$T>()
    }
} }

#[conservative_grad::conservative_grad]
fn gathered(x: &[f64], degree: usize) -> f64 {
    let gathered: Vec<f64> = (0..=degree).map(|j| x[j] * x[j]).collect();
    gathered[degree]
}

#[test]
fn a_closed_range_that_ends_at_a_parameter_is_collected() {
    assert_eq!(gathered::grad(&[1.0, 2.0, 3.0], 1), [0.0, 4.0, 0.0]);
}

/// Searches whose position is an `Option`, or the point where a list falls into two parts.
mod positions {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub fn matched(#[constant] xs: &[f64], ys: &[f64], t: f64) -> f64 {
        match xs.iter().position(|&v| v > t) {
            Some(k) => ys[k] * t,
            None => t * t,
        }
    }

    #[conservative_grad]
    pub fn tried(#[constant] xs: &[f64], ys: &[f64], t: f64) -> Option<f64> {
        let k = xs.iter().position(|v| *v > t)?;
        Some(ys[k] * t)
    }

    #[conservative_grad]
    pub fn interpolated(xs: &[f64], ys: &[f64], t: f64) -> f64 {
        let Some(k) = xs.iter().position(|v| *v > t) else {
            return t;
        };
        let k = k.max(1);
        let w = (t - xs[k - 1]) / (xs[k] - xs[k - 1]);
        ys[k - 1] + w * (ys[k] - ys[k - 1])
    }

    #[conservative_grad]
    pub fn parted(xs: &[f64], ys: &[f64], t: f64) -> f64 {
        let k = xs.partition_point(|&v| v <= t).clamp(1, xs.len() - 1);
        let w = (t - xs[k - 1]) / (xs[k] - xs[k - 1]);
        ys[k - 1] + w * (ys[k] - ys[k - 1])
    }

    #[conservative_grad]
    pub fn in_a_loop(#[constant] xs: &[f64], ys: &[f64], q: &[f64]) -> f64 {
        let mut s = 0.0;
        for &t in q {
            let k = xs.partition_point(|v| *v <= t);
            s += ys[k.min(xs.len() - 1)] * t;
        }
        s
    }

    #[test]
    fn are_found() {
        let (xs, ys) = (vec![1.0, 2.0, 3.0], vec![0.5, 0.7, 0.9]);
        for t in [0.5, 1.5, 2.25, 3.5] {
            crate::check!(matched(const &[1.0, 2.0, 3.0], &ys.clone(), t));
            crate::check!(interpolated(&xs.clone(), &ys.clone(), t));
            crate::check!(parted(&xs.clone(), &ys.clone(), t));
        }
        crate::check!(in_a_loop(const &[1.0, 2.0, 3.0], &ys.clone(), &[0.5, 1.5, 2.5, 3.5]));
        let found = tried::value_and_grad(&xs, &ys, 1.5);
        assert_eq!(found, Some((0.7 * 1.5, (vec![0.0, 1.5, 0.0], 0.7))));
        assert_eq!(tried::value_and_grad(&xs, &ys, 9.0), None);
    }
}

/// Functions of lists by their paths, and `map` on arrays that calls give.
mod by_paths {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub(crate) fn rows(x: &[f64]) -> f64 {
        let rows: Vec<Vec<f64>> = x.chunks(2).map(<[f64]>::to_vec).collect();
        let again: Vec<Vec<f64>> = rows.iter().map(Vec::clone).collect();
        let n: usize = rows.iter().map(Vec::len).sum();
        rows[0][0] * again[1][1] * n as f64
    }

    #[conservative_grad]
    pub(crate) fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
        [
            a[1] * b[2] - a[2] * b[1],
            a[2] * b[0] - a[0] * b[2],
            a[0] * b[1] - a[1] * b[0],
        ]
    }

    #[conservative_grad]
    pub(crate) fn twice(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
        let c = cross(a, b);
        let d: [f64; 3] = cross(c, a).map(|v| v * v);
        let e = cross(d, b);
        e.map(|v| v * 2.0)
    }

    #[conservative_grad]
    pub(crate) fn root(x: f64) -> Option<f64> {
        if x > 0.0 { Some(x.sqrt()) } else { None }
    }

    #[conservative_grad]
    pub(crate) fn of_an_option(x: f64) -> [f64; 2] {
        let a: [f64; 2] = root(x).map(|v| [v, v * v]).unwrap_or([0.0; 2]);
        a
    }
}

#[test]
fn functions_of_lists_by_their_paths() {
    use by_paths::{of_an_option, rows, twice};

    crate::check!(rows(&[0.75, 1.25, -0.5, 2.0]));
    crate::check!(twice([0.75, 1.25, -0.5], [2.0, 0.5, 1.5]) -> many);
    crate::check!(of_an_option(0.75) -> many);
}
