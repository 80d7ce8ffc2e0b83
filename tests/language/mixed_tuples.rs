//! Integers and truth values beside numbers: in tuples that lists hold, and in fields.

use conservative_grad::{ConstantField, Differentiable, conservative_grad};

/// Lists that the function makes.
mod local {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub fn array(x: &[f64]) -> f64 {
        let a: [(f64, usize); 2] = [(x[0], 1), (x[1], 2)];
        a[0].0 * a[1].0 * a[1].1 as f64
    }

    /// The area under weighted steps, in the order of the numbers.
    #[conservative_grad]
    pub fn labelled(x: &[f64], y: &[bool]) -> f64 {
        let mut pairs: Vec<(f64, bool)> = x.iter().copied().zip(y.iter().copied()).collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut s = 0.0;
        let mut c = 0.0;
        for (v, w) in &pairs {
            if *w {
                c += 1.0;
            }
            s += v * c;
        }
        s
    }

    #[conservative_grad]
    pub fn ranked(x: &[f64]) -> f64 {
        let mut pairs: Vec<(usize, f64)> = x.iter().enumerate().map(|(i, v)| (i, *v)).collect();
        pairs.sort_by(|a, b| a.1.total_cmp(&b.1));
        let mut s = 0.0;
        for (rank, (i, v)) in pairs.iter().enumerate() {
            s += v * rank as f64 * x[*i];
        }
        s
    }

    #[conservative_grad]
    pub fn pushed(x: &[f64]) -> f64 {
        let mut w = Vec::new();
        for i in 0..x.len() {
            w.push((x[i] * x[i], i));
        }
        let mut s = 0.0;
        for (v, i) in w {
            s += v * i as f64;
        }
        s
    }

    #[conservative_grad]
    pub fn changed(x: &[f64]) -> f64 {
        let mut a = [(x[0], 0usize, true); 3];
        for i in 0..x.len() {
            a[i].0 *= x[i];
            a[i].1 += i;
            if i > 1 {
                a[i] = (x[i], 5, false);
            }
        }
        let mut s = 0.0;
        for (v, n, keep) in &a {
            if *keep {
                s += v * *n as f64 * x[0];
            } else {
                s += v * v;
            }
        }
        s
    }
}

#[test]
fn local_lists() {
    let x = [5.0, 7.0, 1.5];
    crate::check!(local::array(&x));
    crate::check!(local::labelled(&x, const &[true, false, true]));
    crate::check!(local::ranked(&x));
    crate::check!(local::pushed(&x));
    crate::check!(local::changed(&x));
}

#[conservative_grad]
fn weighted(x: &[(f64, usize)], c: f64) -> f64 {
    let mut s = 0.0;
    for (v, i) in x {
        s += v * *i as f64 * c;
    }
    s
}

/// Rows of a sparse matrix.
#[conservative_grad]
fn residual(rows: &[Vec<(usize, f64)>], x: &[f64], p: (f64, u32, bool)) -> f64 {
    let mut s = 0.0;
    for row in rows {
        let mut t = 0.0;
        for &(j, v) in row {
            t += v * x[j];
        }
        s += t * t * p.0;
    }
    if p.2 { s * p.1 as f64 } else { s }
}

#[conservative_grad]
fn handed_on(x: &[f64], q: &[(f64, usize)]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        let w = (x[i] * 2.0, i);
        let mut z = w;
        z.1 += 1;
        z.0 *= x[0];
        s += weighted(&[z, (x[i], 2)], x[i]) + weighted(q, x[i]);
    }
    s
}

#[test]
fn parameters() {
    const NONE: ConstantField = ConstantField;
    let pairs = [(5.0, 2), (7.0, 1)];
    let bars = vec![(6.0, NONE), (3.0, NONE)];
    assert_eq!(
        weighted::value_and_grad(&pairs, 3.0),
        (51.0, (bars.clone(), 17.0))
    );
    assert_eq!(
        weighted::vjp(&pairs, 3.0).1(2.0),
        (vec![(12.0, NONE), (6.0, NONE)], 34.0)
    );
    let (mut x_bar, mut c_bar) = (bars, 1.0);
    weighted::accumulate_grad(&pairs, 3.0, &mut x_bar, &mut c_bar);
    assert_eq!((x_bar, c_bar), (vec![(12.0, NONE), (6.0, NONE)], 18.0));

    let rows = [vec![(0, 2.0), (1, 3.0)], vec![(1, 4.0)]];
    // 3 · 2 · ((2 · 5 + 3 · 7)² + (4 · 7)²)
    let (value, (rows_bar, x_bar, p_bar)) =
        residual::value_and_grad(&rows, &[5.0, 7.0], (2.0, 3, true));
    assert_eq!(value, 6.0 * (31.0 * 31.0 + 28.0 * 28.0));
    let [a, b] = [12.0 * 31.0, 12.0 * 28.0];
    assert_eq!(rows_bar[0], [(NONE, a * 5.0), (NONE, a * 7.0)]);
    assert_eq!(rows_bar[1], [(NONE, b * 7.0)]);
    assert_eq!(x_bar, [a * 2.0, a * 3.0 + b * 4.0]);
    assert_eq!(p_bar, (value / 2.0, NONE, NONE));

    let (x, q) = ([5.0, 7.0], [(1.0, 2)]);
    let (value, (x_bar, q_bar)) = handed_on::value_and_grad(&x, &q);
    assert_eq!(value, handed_on(&x, &q));
    assert_eq!(q_bar, [(24.0, NONE)]);
    let h = 1e-6;
    for i in 0..2 {
        let mut dot = [0.0; 2];
        dot[i] = 1.0;
        assert_eq!(
            handed_on::jvp(&x, &q, &dot, &[(0.0, NONE)]),
            (value, x_bar[i])
        );
        let at = |h: f64| {
            let mut x = x;
            x[i] += h;
            handed_on(&x, &q)
        };
        approx::assert_relative_eq!(x_bar[i], (at(h) - at(-h)) / (2.0 * h), max_relative = 1e-8);
    }
    assert_eq!(
        handed_on::jvp(&x, &q, &[0.0; 2], &[(1.0, NONE)]),
        (value, 24.0)
    );
}

/// A matrix in rows of columns and values.
#[derive(Clone, Debug, Differentiable)]
struct Sparse {
    col: Vec<u32>,
    value: Vec<f64>,
    left: [u8; 3],
    entries: Vec<(usize, f64)>,
}

#[conservative_grad]
impl Sparse {
    fn gathered(&self, c: f64) -> f64 {
        let mut s = 0.0;
        for k in 0..self.col.len() {
            s += self.value[self.col[k] as usize] * c;
        }
        s
    }

    fn listed(&self, x: &[f64]) -> f64 {
        let mut s = 0.0;
        for &(j, v) in &self.entries {
            s += v * x[j] * x[j];
        }
        s
    }
}

#[conservative_grad]
fn product(t: &Sparse, x: &[f64]) -> f64 {
    let mut s = 0.0;
    for (&k, v) in t.col.iter().zip(&t.value) {
        s += v * x[k as usize] * k as f64;
    }
    s
}

#[conservative_grad]
fn children(t: &Sparse, x: &[f64], c: bool) -> f64 {
    let i = if c { t.left[0] } else { t.left[1] } as usize;
    let mut s = 0.0;
    for &k in &t.col {
        s += x[k as usize] * x[i];
    }
    s
}

#[test]
fn integers_in_fields() {
    let t = Sparse {
        col: vec![1, 0],
        value: vec![2.0, 3.0],
        left: [1, 0, 2],
        entries: vec![(1, 4.0)],
    };
    let x = [5.0, 7.0];
    let (value, (bars, slope)) = t.gathered_value_and_grad(2.0);
    assert_eq!((value, bars.value, slope), (10.0, vec![2.0, 2.0], 5.0));
    let (value, (bars, x_bar)) = t.listed_value_and_grad(&x);
    assert_eq!((value, x_bar), (196.0, vec![0.0, 56.0]));
    assert_eq!(bars.entries, [(ConstantField, 49.0)]);
    let (value, (bars, x_bar)) = product::value_and_grad(&t, &x);
    assert_eq!(
        (value, bars.value, x_bar),
        (14.0, vec![7.0, 0.0], vec![0.0, 2.0])
    );
    let (value, (_, x_bar)) = children::value_and_grad(&t, &x, true);
    assert_eq!((value, x_bar), (84.0, vec![7.0, 19.0]));
}

/// Integers and flags in fields that change.
mod changing_fields {
    use conservative_grad::{Differentiable, conservative_grad};

    #[derive(Clone, Copy, Debug, Differentiable)]
    pub struct S {
        u: f64,
        n: usize,
        on: bool,
        state: u64,
    }
    #[conservative_grad]
    pub fn f(a: f64, k: usize) -> f64 {
        let mut s = S {
            u: a,
            n: 0,
            on: false,
            state: 5,
        };
        s.n = k + 1;
        s.on = true;
        s.on = !s.on;
        s.state = s.state.wrapping_mul(7);
        s.state ^= s.state << 13;
        s.u * s.n as f64 * s.state as f64
    }
    #[conservative_grad]
    impl S {
        fn next(&mut self) -> f64 {
            self.n = (self.n + 1) % 4;
            self.state = self.state.wrapping_mul(6364136223846793005).wrapping_add(1);
            self.u * (self.state >> 11) as f64 * 1e-16 * self.n as f64
        }
    }
    #[conservative_grad]
    pub fn g(a: f64) -> f64 {
        let mut s = S {
            u: a,
            n: 0,
            on: false,
            state: 5,
        };
        let mut t = 0.0;
        for _ in 0..3 {
            let v = s.next();
            t += v * a;
        }
        t
    }

    #[test]
    fn have_no_adjoint() {
        crate::check!(f(3.0, const 2));
        crate::check!(g(3.0));
    }
}

/// Names behind `&` in a pattern are values.
mod behind_patterns {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub fn f(x: &[f64], r: &[(u16, u16)]) -> f64 {
        let mut s = 0.0;
        for &(i, j) in r {
            s += x[usize::from(i)] * x[j as usize];
        }
        s
    }
    #[conservative_grad]
    pub fn f2(x: &[f64], r: &[(usize, usize)]) -> f64 {
        let mut s = 0.0;
        for &(i, j) in r {
            s += x[i.min(j)] * x[std::cmp::max(i, j)];
        }
        s
    }
    #[conservative_grad]
    pub fn f3(x: &[f64], r: &[(usize, Option<usize>)]) -> f64 {
        let mut s = 0.0;
        for &(i, w) in r {
            s += x[w.unwrap_or(0)] * x[i];
            if let Some(k) = w {
                s += x[k];
            }
        }
        s
    }

    #[test]
    fn are_values() {
        let x = vec![3.0, 2.0];
        crate::check!(f(&x.clone(), const &[(0, 1)]));
        crate::check!(f2(&x.clone(), const &[(0, 1), (1, 1)]));
        crate::check!(f3(&x.clone(), const &[(0, Some(1)), (1, None)]));
    }
}
