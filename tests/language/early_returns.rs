//! Early returns in front of loops: value and gradient leave in the same place.

twin! { nothing_to_add ($ T O grad): f(&[0.5, 2.0, 1.0]); f(&Vec::<f64>::new()); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        if x.is_empty() {
            return $O;
        }
        let mut s: $T = $O;
        for v in x {
            s += *v * *v;
        }
        s * s
    }
} }

twin! { one_after_the_other ($ T O grad):
    f(&[0.5, 2.0, 1.0], 0.7); f(&[0.5], 0.7); f(&[0.5, 2.0], -0.7); f(&[0.5, 2.0, 0.25], -0.7); f(&Vec::<f64>::new(), 1.0); {
    #[$grad]
    pub fn f(x: &[$T], c: $T) -> $T {
        let n = x.len();
        if n == 0 {
            return c * c;
        }
        if n == 1 {
            return x[0] * c;
        }
        if n == 2 || c > 0.0 {
            let mut product = c;
            for i in 0..n {
                product = product * x[i];
            }
            return product;
        }
        let mut s: $T = $O;
        for i in 0..n {
            s += x[i] * x[i] * c;
        }
        s
    }
} }

twin! { both_arms_have_loops ($ T O grad): f(&[0.5, -2.0, 1.0], 0.7, const 1); f(&[0.5, -2.0, 1.0], 0.7, const 2); f(&[0.5, -2.0, 1.0], 0.7, const 3); {
    #[$grad]
    pub fn f(x: &[$T], w: $T, p: usize) -> $T {
        let norm = if p == 1 {
            let mut s: $T = $O;
            for v in x {
                s += (*v).abs();
            }
            s
        } else if p == 2 {
            let mut s: $T = $O;
            for v in x {
                s += *v * *v;
            }
            s.sqrt()
        } else {
            let mut m: $T = $O;
            for v in x {
                m = m.max((*v).abs());
            }
            m
        };
        let scaled = norm * w;
        scaled * scaled + w
    }
} }

twin! { what_stands_in_front ($ T O grad): f(&[0.5, -2.0, 1.0], 0.7); f(&[-0.5, 2.0], 0.7); f(&[0.25, 2.0], -0.7); {
    #[$grad]
    pub fn f(x: &[$T], c: $T) -> $T {
        let first = x[0] * c;
        let mut twice = [first, first * c];
        twice[1] = twice[0] * twice[1];
        if c < 0.0 {
            return c * c;
        }
        if x[0] < 0.0 {
            return twice[1] * first;
        }
        let mut s = twice[1];
        for i in 0..x.len() {
            s += x[i] * first;
        }
        s
    }
} }

twin! { a_loop_in_front ($ T O grad): f(&[0.5, -2.0, 1.0], 0.7); f(&[0.5, 2.0], 0.7); f(&[-0.5, 0.25], 4.0); {
    #[$grad]
    pub fn f(x: &[$T], c: $T) -> $T {
        let mut total: $T = $O;
        for v in x {
            total += *v;
        }
        if total < 0.0 {
            return c;
        }
        let mut s: $T = $O;
        for v in x {
            s += (*v - total) * (*v - total) * c;
        }
        s + total
    }
} }

twin! { a_sum_in_front ($ T O grad): f(&[0.5, -2.0, 1.0], 0.7, const 0); f(&[0.5, -2.0, 1.0], 0.7, const 1); {
    #[$grad]
    pub fn f(x: &[$T], c: $T, k: usize) -> $T {
        let mut total: $T = $O;
        for v in x {
            total += *v * *v;
        }
        if k == 0 {
            return c * c;
        }
        let mut s = total;
        for v in x {
            s += *v * c;
        }
        s
    }
} }

twin! { an_array_in_front ($ T O grad): f(&[0.5, -2.0, 1.0], 0.7, const 0); f(&[0.5, -2.0, 1.0], 0.7, const 1); {
    #[$grad]
    pub fn f(x: &[$T], c: $T, k: usize) -> $T {
        let mut kept = vec![$O; x.len()];
        for i in 0..x.len() {
            kept[i] = x[i] * x[i] * c;
        }
        if k == 0 {
            return kept[x.len() - 1] * c;
        }
        let mut s: $T = $O;
        for i in 0..x.len() {
            s += kept[i] * x[i];
        }
        s
    }
} }

twin! { the_other_way_round ($ T O grad): f(&[0.5, -2.0, 1.0], 0.7); f(&Vec::<f64>::new(), 0.7); {
    #[$grad]
    pub fn f(x: &[$T], c: $T) -> $T {
        if !x.is_empty() {
            let mut s: $T = $O;
            for v in x.iter() {
                s += *v * c;
            }
            s
        } else {
            c * c
        }
    }
} }

twin! { where_every_number_is_looked_at_first ($ T O grad): f(&[0.5, 2.0, 1.0], 0.7); f(&[0.5, -2.0], 0.7); {
    #[$grad]
    pub fn f(x: &[$T], c: $T) -> $T {
        for v in x {
            if *v < 0.0 {
                return c * *v;
            }
        }
        let mut s: $T = $O;
        for v in x {
            s += (*v).ln() * c;
        }
        s
    }
} }

twin! { nested ($ T O grad): f(&[0.5, 2.0, 1.0], 0.7); f(&[0.5, 2.0], 0.7); f(&[0.5], 0.7); f(&Vec::<f64>::new(), 0.7); f(&[0.5, 2.0, 1.0], -0.7); {
    #[$grad]
    pub fn f(x: &[$T], c: $T) -> $T {
        if x.len() > 0 {
            if x.len() == 1 {
                return x[0] * x[0];
            }
            if c > 0.0 {
                let mut s: $T = $O;
                for i in 1..x.len() {
                    s += x[i] * x[i - 1];
                }
                return s * c;
            }
            let mut s = c;
            for i in 0..x.len() {
                if i == 1 {
                    continue;
                }
                s += x[i] * c;
            }
            s
        } else {
            c
        }
    }
} }

twin! { owned_and_local_lists ($ T O grad): f(vec![0.5, 2.0, 1.0], 0.7); f(vec![0.5], 0.7); {
    #[$grad]
    pub fn f(x: Vec<$T>, c: $T) -> $T {
        let mut kept = vec![$O; x.len()];
        if x.len() < 2 {
            return x[0] * c;
        }
        let mut s: $T = $O;
        for i in 0..x.len() {
            kept[i] = x[i] * c;
            s += kept[i] * x[i];
        }
        s + kept[1]
    }
} }

twin! { in_a_state ($ T O grad): f(&[0.5, 2.0, 1.0], 0.7, const 4); f(&[0.5, 2.0, 1.0], 0.7, const 0); {
    #[$grad]
    pub fn f(x: &[$T], c: $T, steps: usize) -> $T {
        if steps == 0 {
            return x[0];
        }
        let mut q = x[0];
        for k in 0..steps {
            q = q + (q * x[k % 3]).sin() * c;
        }
        q
    }
} }

// A switch that is turned off for the time being.
twin! { never_and_always ($ T O grad): f(&[0.5, 2.0], 0.7); g(&[0.5, 2.0], 0.7); {
    #[$grad]
    pub fn f(x: &[$T], c: $T) -> $T {
        let done = false;
        if done {
            return c;
        }
        if false {
            return c * c;
        }
        let mut s: $T = $O;
        for v in x {
            s += *v * *v * c;
        }
        s
    }
    #[$grad]
    pub fn g(x: &[$T], c: $T) -> $T {
        if true {
            return c * c;
        }
        let mut s: $T = $O;
        for v in x {
            s += *v * *v * c;
        }
        s
    }
} }

mod results {
    use conservative_grad::conservative_grad;

    #[derive(Debug, PartialEq)]
    pub enum Wrong {
        Empty,
        Lengths(usize, usize),
    }

    #[conservative_grad]
    pub fn checked(x: &[f64], y: &[f64], c: f64) -> Result<f64, Wrong> {
        if x.is_empty() {
            return Err(Wrong::Empty);
        }
        if x.len() != y.len() {
            return Err(Wrong::Lengths(x.len(), y.len()));
        }
        let mut s = 0.0;
        for i in 0..x.len() {
            s += (x[i] - y[i] * c) * (x[i] - y[i] * c);
        }
        Ok(s / x.len() as f64)
    }

    #[conservative_grad]
    pub fn bare(x: &[f64], y: &[f64], c: f64) -> f64 {
        let mut s = 0.0;
        for i in 0..x.len() {
            s += (x[i] - y[i] * c) * (x[i] - y[i] * c);
        }
        s / x.len() as f64
    }

    #[conservative_grad]
    pub fn twice(x: &[f64], y: &[f64], c: f64) -> Result<f64, Wrong> {
        let first = checked(x, y, c)?;
        if first > 100.0 {
            return Ok(c);
        }
        let mut s = first;
        for v in x {
            s += v.exp() * c;
        }
        Ok(s.ln())
    }

    #[conservative_grad]
    pub fn bare_twice(x: &[f64], y: &[f64], c: f64) -> f64 {
        let mut s = bare(x, y, c);
        for v in x {
            s += v.exp() * c;
        }
        s.ln()
    }

    #[conservative_grad]
    pub fn mean(x: &[f64]) -> Option<f64> {
        if x.is_empty() {
            return None;
        }
        Some(x.iter().map(|v| v * v).sum::<f64>() / x.len() as f64)
    }

    #[conservative_grad]
    pub fn negative(x: &[f64], c: f64) -> Result<f64, String> {
        let mut s = 0.0;
        for v in x {
            s += v * c;
        }
        if s < 0.0 {
            return Err(format!("{s}"));
        }
        Ok(s)
    }

    fn xs(n: usize) -> (Vec<f64>, Vec<f64>) {
        let x = (0..n).map(|i| 0.5 + 0.01 * i as f64).collect();
        let y = (0..n).map(|i| (i as f64).sin()).collect();
        (x, y)
    }

    #[test]
    fn values_and_gradients_are_those_without_results() {
        for n in [1, 2, 31, 32, 33, 100] {
            let (x, y) = xs(n);
            let got = checked::value_and_grad(&x, &y, 0.7).unwrap();
            assert_eq!(got, bare::value_and_grad(&x, &y, 0.7));
            let got = twice::value_and_grad(&x, &y, 0.7).unwrap();
            assert_eq!(got, bare_twice::value_and_grad(&x, &y, 0.7));
            let (value, gradient) = mean::value_and_grad(&x).unwrap();
            assert_eq!(Some(value), mean(&x));
            for (g, v) in gradient.iter().zip(&x) {
                approx::assert_relative_eq!(*g, 2.0 * v / n as f64, max_relative = 1e-14);
            }
        }
    }

    #[test]
    fn whoever_leaves_adds_nothing() {
        let (x, y) = xs(3);
        assert_eq!(checked::value_and_grad(&[], &[], 1.0), Err(Wrong::Empty));
        let (mut x_bar, mut y_bar, mut c_bar) = (vec![1.0; 3], vec![2.0; 2], 3.0);
        let got = checked::accumulate_grad(&x, &y[..2], 0.5, &mut x_bar, &mut y_bar, &mut c_bar);
        assert_eq!(got, Err(Wrong::Lengths(3, 2)));
        assert_eq!((x_bar, y_bar, c_bar), (vec![1.0; 3], vec![2.0; 2], 3.0));
        assert_eq!(
            twice::value_and_grad(&x, &y[..1], 0.5),
            Err(Wrong::Lengths(3, 1))
        );
        assert_eq!(mean::value_and_grad(&[]), None);

        let (mut x_bar, mut c_bar) = (vec![1.0; 3], 3.0);
        let got = negative::accumulate_grad(&x, -1.0, &mut x_bar, &mut c_bar);
        assert_eq!(got, negative(&x, -1.0));
        assert_eq!((x_bar, c_bar), (vec![1.0; 3], 3.0));
    }

    #[test]
    fn from_the_middle() {
        let (x, y) = xs(3);
        let far: Vec<f64> = x.iter().map(|v| v + 100.0).collect();
        let (value, (x_bar, y_bar, c_bar)) = twice::value_and_grad(&far, &y, 0.5).unwrap();
        assert_eq!((value, c_bar), (0.5, 1.0));
        assert_eq!((x_bar, y_bar), (vec![0.0; 3], vec![0.0; 3]));
    }
}

twin! { lists_of_an_arm ($ T O grad): f(&[0.5, 2.0, 1.0], 0.7); f(&[0.5, 2.0, 1.0], -0.7); f(&[0.5, -2.0], 0.7); {
    #[$grad]
    pub fn f(x: &[$T], c: $T) -> $T {
        let made = if c > 0.0 {
            let mut grid = [[$O; 2]; 3];
            grid[x.len() % 3][1] += x[0] * c;
            let mut row = vec![$O; x.len()];
            for i in 0..x.len() {
                row[i] = x[i] * grid[x.len() % 3][1];
            }
            let mut s: $T = $O;
            for i in 0..x.len() {
                s += (row[i] - c) * grid[x.len() % 3][1] * row[i];
            }
            row[0] = s;
            row
        } else {
            let row = vec![c; x.len() + 1];
            let mut s: $T = $O;
            for v in x {
                s += *v * row[1] * c;
            }
            vec![s, c]
        };
        let mut total: $T = $O;
        for v in &made {
            total = total * *v + *v;
        }
        total.sin()
    }
} }

twin! { handed_to_callees ($ T O grad): f(vec![0.5, 2.0, 1.0], 0.7); f(vec![0.5, 2.0, 1.0], -0.7); {
    #[$grad]
    pub fn taken(v: Vec<$T>, c: $T) -> $T {
        if v.len() < 2 {
            return c;
        }
        let mut s: $T = $O;
        for a in &v {
            s += *a * *a * c;
        }
        s
    }
    #[$grad]
    pub fn f(x: Vec<$T>, c: $T) -> $T {
        let mut y = c;
        if c > 0.0 {
            let mut twice = vec![$O; x.len()];
            for i in 0..x.len() {
                twice[i] = x[i] * 2.0;
            }
            let mut s: $T = $O;
            for i in 0..x.len() {
                s += twice[i] * c * twice[i];
            }
            y = taken(twice, s);
        }
        y * taken(x, c)
    }
} }

twin! { what_callees_gave ($ T O grad): f(&[0.5, 2.0], 0.7, const 0, &[0.3, 0.4, 0.5]); f(&[0.5, 2.0], 0.7, const 1, &[0.3, 0.4, 0.5]); {
    #[$grad]
    pub fn h(w: &[$T; 3], c: $T) -> [$T; 3] {
        [w[0] * c, w[1] * w[0], w[2].sin()]
    }
    #[$grad]
    pub fn f(x: &[$T], c: $T, k: usize, w: &[$T; 3]) -> $T {
        let r = h(w, c);
        if k == 0 {
            return r[0] * r[1] * c;
        }
        let mut s: $T = $O;
        for v in x {
            s += *v * r[2] * c;
        }
        s
    }
} }

twin! { changed_in_front ($ T O grad): f(vec![0.5, 2.0], 0.7, const 0); f(vec![0.5, 2.0], 0.7, const 1); {
    #[$grad]
    pub fn f(mut x: Vec<$T>, c: $T, k: usize) -> $T {
        x[0] = x[0] * x[1] * c;
        if k == 0 {
            return x[0] * x[1];
        }
        let mut s: $T = $O;
        for v in &x {
            s += *v * *v * c;
        }
        s
    }
} }

mod lists_of_operations {
    use conservative_grad::{conservative_grad, sorted};

    #[conservative_grad]
    pub fn f(x: &[f64], c: f64, k: usize) -> f64 {
        let w = sorted(x);
        if k == 0 {
            return w[0] * w[1] * c;
        }
        let mut s = 0.0;
        for v in &w {
            s += v * c;
        }
        s
    }

    #[test]
    fn leave_with_their_adjoint() {
        crate::check!(f(&[2.0, 0.5, 1.0], 0.7, const 0));
        crate::check!(f(&[2.0, 0.5, 1.0], 0.7, const 1));
    }
}

twin! { behind_references ($ T O grad): f(&[0.5, 2.0], &0.7, const 0); f(&[0.5, 2.0], &0.7, const 1); g(&[0.5, 2.0], &0.7, const &0); g(&[0.5, 2.0], &0.7, const &2); h((0.7, 0.3), &[0.5, 2.0], const 0); h((0.7, 0.3), &[0.5, 2.0], const 1); {
    #[$grad]
    pub fn f(x: &[$T], c: &$T, k: usize) -> $T {
        if k == 0 {
            return *c;
        }
        let mut s: $T = $O;
        for v in x {
            s += *v * *c;
        }
        s
    }
    #[$grad]
    pub fn g(x: &[$T], c: &$T, k: &usize) -> $T {
        if *k == 0 {
            let mut s = *c;
            for v in x {
                s += *v * *c * *c;
            }
            return s;
        }
        let mut s: $T = $O;
        for i in 0..*k {
            s += x[i % 2] * *c;
        }
        s
    }
    #[$grad]
    pub fn h(pair: ($T, $T), x: &[$T], k: usize) -> $T {
        let (a, b) = pair;
        if k == 0 {
            return a * b * pair.0;
        }
        let mut s = b;
        for v in x {
            s += *v * a;
        }
        s
    }
} }

twin! { conditions_on_elements ($ T O grad): f(&[0.5, -2.0, 1.0], 0.7, const 1); f(&[-0.5, 2.0], 0.7, const 1); f(&[0.5, 2.0, -1.0], 0.7, const 2); {
    #[$grad]
    pub fn f(x: &[$T], c: $T, k: usize) -> $T {
        if x[0] < 0.0 {
            return x[0] * c;
        }
        if x[k] > c && x[k] > x[0] {
            let mut s = x[k];
            for v in x {
                s += *v * x[k] * c;
            }
            return s;
        }
        let mut s: $T = $O;
        for v in x {
            s += *v * *v * x[0];
        }
        s
    }
} }

twin! { scratch_of_an_arm ($ T O grad): f(&[0.5, 2.0, -1.0], 0.7, const 0); f(&[0.5, 2.0, -1.0], 0.7, const 1); g(&[0.5, 2.0, -1.0], 0.7, const 0); g(&[0.5, 2.0, -1.0], 0.7, const 1); h(&[0.5, 2.0, -1.0], 0.7, const 0); h(&[0.5, 2.0, -1.0], 0.7, const 1); {
    #[$grad]
    pub fn f(x: &[$T], c: $T, k: usize) -> $T {
        let mut r = c;
        if k > 0 {
            let mut b = [$O; 3];
            let mut s: $T = $O;
            for v in x {
                for j in 0..3 {
                    b[j] = *v * c + x[j % 2];
                }
                for j in 0..3 {
                    s += b[j] * b[j];
                }
            }
            r = s.sqrt();
        }
        r * r
    }
    #[$grad]
    pub fn g(x: &[$T], c: $T, k: usize) -> $T {
        let mut r = c;
        if k > 0 {
            let mut a = [$O; 2];
            for i in 0..x.len() {
                a[i % 2] += x[i] * x[i] * c;
            }
            let mut s: $T = $O;
            for j in 0..2 {
                s += a[j] * a[j] * c;
            }
            r = s * s;
        }
        r * r
    }
    #[$grad]
    pub fn h(x: &[$T], c: $T, k: usize) -> $T {
        let mut r = c;
        if k > 0 {
            let w = c.sin();
            let mut s: $T = $O;
            for i in 0..x.len() {
                let mut t = w;
                for j in 0..x.len() {
                    t += x[j] * x[i];
                }
                let u = if i % 2 == 0 { w } else { c };
                s += t * t * u;
            }
            r = s * s;
        }
        r * r
    }
} }
