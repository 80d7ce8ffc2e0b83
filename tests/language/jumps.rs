//! `break`, `continue` and `return`, with labels, out of nested loops.

twin! { continue_in_a_for ($ T O grad): f(&[0.5, -2.0, 1.0, 3.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = x[0];
        for i in 0..x.len() {
            if x[i] < 0.0 {
                continue;
            }
            s = s * x[i] + 1.0;
        }
        s
    }
} }

twin! { break_in_a_for ($ T O grad): f(&[0.5, 2.0, 1.0, 3.0], const 2); f(&[0.5, 2.0, 1.0, 3.0], const 9); {
    #[$grad]
    pub fn f(x: &[$T], stop: usize) -> $T {
        let mut s = x[0];
        for i in 0..x.len() {
            s *= x[i];
            if i == stop {
                break;
            }
            s += x[i];
        }
        s * x[1]
    }
} }

twin! { accumulation_with_breaks ($ T O grad): f(&[0.5, 2.0, 1.0, 3.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in 0..x.len() {
            if x[i] > 2.5 {
                break;
            }
            if i == 1 {
                continue;
            }
            s += x[i] * x[i];
        }
        s * s
    }
} }

twin! { labelled_break ($ T O grad): f(&[0.5, 2.0, 1.0, 3.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = x[0];
        'outer: for i in 0..x.len() {
            for j in 0..x.len() {
                s = s * 0.5 + x[i] * x[j];
                if x[i] * x[j] > 3.5 {
                    break 'outer;
                }
            }
            s *= x[i];
        }
        s
    }
} }

twin! { labelled_continue ($ T O grad): f(&[0.5, 2.0, 1.0, 3.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = x[0];
        'outer: for i in 0..x.len() {
            for j in 0..x.len() {
                if j > i {
                    continue 'outer;
                }
                if j == 1 {
                    continue;
                }
                s = s * 0.5 + x[i] * x[j];
            }
            s *= x[i];
        }
        s
    }
} }

twin! { three_deep ($ T O grad): f(&[0.5, 1.5, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = x[0];
        'a: for i in 0..3 {
            'b: for j in 0..3 {
                let mut k = 0;
                loop {
                    s = s * 0.75 + x[i] * x[j] * x[k];
                    k += 1;
                    if k == 3 {
                        break;
                    }
                    if i == 1 && j == 1 {
                        continue 'a;
                    }
                    if s > 4.0 && j == 2 {
                        break 'a;
                    }
                    if (i + j + k) % 3 == 0 {
                        continue 'b;
                    }
                }
                s += x[j];
            }
            s *= x[i];
        }
        s
    }
} }

twin! { return_out_of_nested_loops ($ T O grad): f(&[0.5, 2.0, 1.0, 3.0]); f(&[0.5, 0.25, 0.125, 0.5]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = x[0];
        for i in 0..x.len() {
            for j in i..x.len() {
                if x[i] * x[j] > 2.5 {
                    let t = s * x[j];
                    return t * t;
                }
                s = s * x[i] + x[j];
            }
            if i == 3 {
                return s.sin();
            }
        }
        s
    }
} }

twin! { return_from_a_branch_in_a_loop ($ T O grad): f(&[0.5, -2.0, 1.0]); f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut a = [x[0], x[1]];
        for i in 0..x.len() {
            a[0] *= x[i];
            if x[i] < 0.0 {
                if a[0] < 0.0 {
                    a[1] = a[0];
                    return a[1] * a[0] * x[2];
                } else {
                    return a[0];
                }
            }
            a[1] += a[0] * a[1];
        }
        a[0] + a[1]
    }
} }

twin! { labelled_block ($ T O grad): f(0.5, 2.0); f(2.0, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let v = 'found: {
            let p = x * y;
            if p > 3.0 {
                break 'found p * x;
            }
            let q = p * p;
            if q < 0.5 {
                break 'found q;
            }
            q + y
        };
        v * x
    }
} }

twin! { break_with_values ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut i = 0;
        let (a, n) = loop {
            if i == x.len() {
                break (x[0], i - 1);
            }
            if x[i] > 1.5 {
                break (x[i] * x[0], i);
            }
            i += 1;
        };
        a * x[n]
    }
} }

twin! { continue_in_a_while ($ T O grad): f(0.5, 1.25, const 7); {
    #[$grad]
    pub fn f(x: $T, y: $T, n: usize) -> $T {
        let mut s = x;
        let mut i = 0;
        while i < n {
            i += 1;
            if i % 3 == 0 {
                s += y * s;
                continue;
            }
            if i % 5 == 0 {
                s -= x * y;
                continue;
            }
            s *= y;
        }
        s
    }
} }

twin! { first_that_is_large ($ T O grad): f(&[0.5, 2.0, 1.0], &[3.0, 4.0, 5.0]); {
    #[$grad]
    pub fn f(x: &[$T], w: &[$T]) -> $T {
        let mut found = x.len();
        for i in 0..x.len() {
            if x[i] > 1.5 {
                found = i;
                break;
            }
        }
        if found == x.len() { w[0] } else { x[found] * w[found] }
    }
} }

twin! { same_label_twice ($ T O grad): f(0.5, 1.25); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut s = x;
        'l: loop {
            s *= y;
            loop {
                if s > 1.0 {
                    break 'l;
                }
                s += y;
            }
        }
        'l: for i in 0..4 {
            for j in 0..4 {
                if i * j == 2 {
                    continue 'l;
                }
                if i + j == 5 {
                    break 'l;
                }
                s = s * 0.5 + x * y;
            }
        }
        s
    }
} }

twin! { loop_in_an_if ($ T O grad): f(&[0.5, 2.0, 1.0], const true); f(&[0.5, 2.0, 1.0], const false); {
    #[$grad]
    pub fn f(x: &[$T], flag: bool) -> $T {
        let mut s = x[0];
        if flag {
            for i in 0..x.len() {
                if i == 2 {
                    break;
                }
                s *= x[i];
            }
        } else {
            for i in (0..x.len()).rev() {
                if i == 1 {
                    continue;
                }
                s += x[i] * s;
            }
            return s * x[1];
        }
        s * s
    }
} }

/// Searches: what is done with what is found sees what the search saw.
mod searches {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    fn grown(t: &mut f64) -> f64 {
        *t += 0.4;
        *t
    }

    #[conservative_grad]
    fn beyond(t: &mut f64) -> bool {
        *t += 0.4;
        *t > 1.5
    }

    /// The condition changes what stands in front of it.
    #[conservative_grad]
    pub fn changing(x: &[f64], c: f64) -> f64 {
        let mut t = c;
        let mut s = 0.0;
        for i in 0..x.len() {
            let d = t * x[i];
            if grown(&mut t) > 1.2 {
                s += d * c;
                break;
            }
            s += d;
        }
        s + t
    }

    /// A branch that is passed changes it.
    #[conservative_grad]
    pub fn passing(x: &[f64], c: f64, k: usize) -> f64 {
        let mut a = x.to_vec();
        let mut s = 0.0;
        for i in 0..a.len() {
            let d = a[i];
            if grown(&mut a[i]) > 2.2 {
                continue;
            }
            if i >= k {
                s += d * c;
                break;
            }
            s += d * d;
        }
        s + a.iter().sum::<f64>()
    }

    /// Out of two loops, with arrays, lists and declarations.
    #[conservative_grad]
    pub fn nested(x: &[f64], c: f64) -> f64 {
        let mut kept = Vec::new();
        let mut sums = [0.0; 2];
        'rows: for i in 0..x.len() {
            let base = x[i] * c;
            for j in (0..x.len()).rev() {
                let d = x[j] - base;
                if d < 0.0 {
                    continue;
                }
                if d > 0.5 {
                    sums[i % 2] += d * base;
                    kept.push(d * x[j]);
                    continue 'rows;
                }
                sums[1] += d;
            }
            let mut k = 0;
            while k < 5 {
                let e = x[k % x.len()] * c;
                if e > 0.6 {
                    sums[0] += e * e;
                    break;
                }
                k += 1;
            }
        }
        kept.iter().map(|v| v * v).sum::<f64>() + sums[0] * sums[1]
    }

    /// A number is made of where the search ends, which stays a matter of the branch.
    #[conservative_grad]
    pub fn uniform(ys: &[f64], t: f64) -> f64 {
        for i in 0..ys.len() - 1 {
            if t < (i + 1) as f64 {
                let w = t - i as f64;
                return ys[i] + w * (ys[i + 1] - ys[i]);
            }
        }
        ys[ys.len() - 1]
    }

    #[conservative_grad]
    pub fn flagged(c: f64) -> f64 {
        let mut t = c;
        let mut s = c;
        if beyond(&mut t) {
            s += t;
        }
        s * t
    }

    #[test]
    fn agree() {
        let x = vec![0.3, 0.9, 1.4, 0.7];
        crate::check!(changing(&x.clone(), 0.7));
        for k in 0..4 {
            crate::check!(passing(&vec![0.3, 0.9, 1.9, 0.7], 0.7, const k));
        }
        crate::check!(nested(&x.clone(), 0.7));
        crate::check!(nested(&x.clone(), 0.3));
        crate::check!(uniform(&x.clone(), 1.3));
        crate::check!(uniform(&x.clone(), 7.3));
        crate::check!(flagged(0.8));
        crate::check!(flagged(1.3));
    }
}

/// Counters that are stepped by hand, in loops that a test ends: in an iteration that runs they are what they are.
mod counted_by_hand {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub fn exponential(x: f64) -> f64 {
        let mut k = 1;
        let mut term = 1.0;
        let mut sum = 1.0;
        loop {
            term *= x / k as f64;
            sum += term;
            if term.abs() < 1e-12 {
                break;
            }
            k += 1;
        }
        sum
    }

    #[conservative_grad]
    pub fn reactions(rate: f64, waits: &[f64]) -> f64 {
        let mut n = 3;
        let mut t = 0.0;
        for &u in waits {
            let r = rate * n as f64;
            if r <= u {
                break;
            }
            t += u / r;
            n += 1;
        }
        t
    }

    /// Two tests end it, and two branches step.
    #[conservative_grad]
    pub fn alternating(x: f64) -> f64 {
        let mut k = 1;
        let mut s = 0.0;
        loop {
            if k > 40 {
                break;
            }
            let t = x.powi(k) / (k * k) as f64;
            if t < 1e-14 {
                break;
            }
            if k % 2 == 0 {
                k += 1;
                s += t;
                continue;
            }
            s -= t;
            k += 1;
        }
        s
    }

    /// Downwards, by two, in a loop with a condition of its own.
    #[conservative_grad]
    pub fn downwards(x: f64) -> f64 {
        let mut k = 31;
        let mut s = 0.0;
        while k > 0 {
            s = x / (k as f64 + s);
            if s > 0.9 {
                break;
            }
            k -= 2;
        }
        s
    }

    /// The flag of the return ends it.
    #[conservative_grad]
    pub fn series(x: f64) -> Result<f64, String> {
        let mut k = 0;
        let mut t = 1.0;
        let mut s = 1.0;
        while k < 40 {
            t *= x / (k + 1) as f64;
            s += t;
            if t.abs() < 1e-15 {
                return Ok(s);
            }
            k += 1;
        }
        Err("no".to_string())
    }

    #[conservative_grad]
    pub fn of_series(x: f64) -> f64 {
        series(x).unwrap_or(3.0) * x
    }

    /// The step is shorter with every iteration, and the last test comes behind the counter.
    #[conservative_grad]
    pub fn descent(c: f64) -> f64 {
        let (mut x, mut rate) = (1.5, 0.4);
        let mut iter = 0;
        loop {
            let g = x * x * x - c;
            x -= rate * g / 8.0;
            rate = 4.0 / (9 + iter) as f64;
            if g.abs() < 1e-3 {
                break;
            }
            iter += 1;
            if iter > 100 {
                break;
            }
        }
        x
    }

    /// A test chooses the list, and both have one length.
    #[conservative_grad]
    pub fn mean_of_the_better(x: &[f64], c: f64) -> f64 {
        let mut best = x.to_vec();
        let mut least = 1e3;
        for i in 0..x.len() {
            let mut tried = best.clone();
            tried[i] = 0.9 * c - tried[i];
            let loss = tried.iter().map(|v| v * v).sum::<f64>();
            if loss < least {
                least = loss;
                best = tried;
            }
        }
        least + best.iter().sum::<f64>() / best.len() as f64
    }

    #[test]
    fn agree() {
        for x in [0.3, 1.3, 30.0] {
            crate::check!(of_series(x));
        }
        for c in [0.8, 2.5] {
            crate::check!(descent(c));
            crate::check!(mean_of_the_better(&vec![0.3, 0.9, 1.4, 0.7], c));
        }
        for x in [0.3, 1.3, -2.0, 4.5] {
            crate::check!(exponential(x));
            assert!((exponential(x) - x.exp()).abs() < 1e-10 * x.exp().max(1.0));
        }
        crate::check!(reactions(0.7, &vec![0.3, 0.9, 2.6, 0.2, 9.0, 0.4]));
        crate::check!(reactions(0.1, &vec![0.2, 0.35, 0.6]));
        for x in [0.3, 0.8, 0.95] {
            crate::check!(alternating(x));
        }
        crate::check!(downwards(0.6));
        crate::check!(downwards(20.0));
    }
}

/// Loops that their first branch ends.
mod leading {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub fn limited(x: &[f64], t: f64) -> f64 {
        let mut h = 0.0;
        for v in x {
            if t <= *v {
                break;
            }
            h += v;
        }
        h * t
    }

    #[conservative_grad]
    pub fn piecewise(x: &[f64], rate: &[f64], t: f64) -> f64 {
        let (mut h, mut from) = (0.0, 0.0);
        for (v, r) in x.iter().zip(rate) {
            if t <= *v {
                return h + r * (t - from);
            }
            h += r * (v - from);
            from = *v;
        }
        h
    }

    #[conservative_grad]
    pub fn called(x: &[f64], rate: &[f64], c: f64) -> f64 {
        let mut s = 0.0;
        for i in 0..5 {
            let t = c * i as f64;
            s += limited(x, t) * piecewise(x, rate, t).sin();
        }
        s
    }

    /// A number is made of the position.
    #[conservative_grad]
    pub fn positions(x: &[f64], c: f64) -> f64 {
        let mut s = 0.0;
        for (i, v) in x.iter().enumerate() {
            let w = v * c;
            if w > 1.0 {
                break;
            }
            s += w * i as f64;
        }
        s
    }

    /// The range is what it was in front of the loop, whatever becomes of its bounds.
    #[conservative_grad]
    pub fn bounds(x: &[f64], c: f64) -> f64 {
        let mut n = x.len();
        let mut list = x.to_vec();
        let mut s = 0.0;
        for i in 1..n {
            if list[i] * c > 1.1 {
                break;
            }
            n = i;
            list.push(list[i] * list[n - 1]);
            s += list[list.len() - 1] * c;
        }
        for i in 0..list.len() {
            if i == 3 * n {
                break;
            }
            let v = list[i];
            list.push(v * v);
            s += v;
        }
        s + list.iter().map(|v| v * c).sum::<f64>()
    }

    /// What is noted where the loop ends is made of the declarations of that iteration.
    #[conservative_grad]
    pub fn notes(x: &[f64], c: f64) -> f64 {
        let mut s = c;
        let mut at = 0;
        for i in 0..x.len() {
            let j = i + 1;
            if x[i] > 0.8 {
                at = j;
                break;
            }
            s = (s * x[i]).sin() + 0.3;
        }
        let mut found = false;
        for i in 0..x.len() {
            let i = x.len() - 1 - i;
            let d = x[i] * s;
            if x[i] < 0.6 {
                found = d > 0.1;
                at += i;
                break;
            }
            s += d * c;
        }
        let mut up = false;
        for v in x {
            if *v > 0.75 {
                up = *v > 0.8;
                break;
            }
            s = (s * v).sin() + 0.3;
        }
        if found && up { s * x[at % x.len()] } else { s }
    }

    /// In a loop, around a loop, behind another one.
    #[conservative_grad]
    pub fn nested(x: &[f64], c: f64) -> f64 {
        let mut s = 0.0;
        let mut state = [c, 1.0];
        for i in 0..x.len() {
            if x[i] > 1.3 {
                break;
            }
            for j in 0..x.len() {
                let d = x[j] - x[i];
                if d > 0.45 {
                    break;
                }
                for k in 0..2 {
                    state[k] = (state[1 - k] * d + c).sin();
                }
                s += state[0] * d;
            }
            s += state[1];
        }
        s
    }

    #[test]
    fn agree() {
        let (x, rate) = (vec![0.3, 0.7, 0.9, 1.4], vec![0.5, -0.2, 1.1, 0.4]);
        for t in [0.1, 0.8, 2.0] {
            crate::check!(limited(&x.clone(), t));
            crate::check!(piecewise(&x.clone(), &rate.clone(), t));
        }
        crate::check!(called(&x.clone(), &rate.clone(), 0.36));
        for c in [0.6, 1.0, 1.3] {
            crate::check!(positions(&x.clone(), c));
            crate::check!(bounds(&x.clone(), c));
            crate::check!(notes(&x.clone(), c));
            crate::check!(nested(&x.clone(), c));
        }
    }
}
