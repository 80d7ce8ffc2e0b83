//! Tuples: parameters, results, patterns, fields.

use conservative_grad::conservative_grad;

twin! { parameter ($ T O grad): f((0.5, [1.0, 2.0])); {
    #[$grad]
    pub fn f(p: ($T, [$T; 2])) -> $T {
        p.0 * p.1[0] + p.1[1] * p.1[1]
    }
} }

twin! { pattern_as_parameter ($ T O grad): f((0.5, 2.0), (1.0, (3.0, 4.0))); {
    #[$grad]
    pub fn f((x, y): ($T, $T), (a, (b, _)): ($T, ($T, $T))) -> $T {
        x * a - y * b
    }
} }

twin! { array_pattern_as_parameter ($ T O grad): f([0.5, 2.0, 3.0]); {
    #[$grad]
    pub fn f([x, y, z]: [$T; 3]) -> $T {
        x * y - z * z
    }
} }

twin! { result ($ T O grad): f(0.5, 2.0) -> many; {
    #[$grad]
    pub fn f(x: $T, y: $T) -> ($T, ($T, [$T; 2])) {
        let p = x * y;
        (p, (p * p, [x, p - y]))
    }
} }

twin! { twelve_elements ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn twelve(x: $T, y: $T) -> ($T, $T, $T, $T, $T, $T, $T, $T, $T, $T, $T, $T) {
        let (p, s) = (x * y, x + y);
        (x, y, p, s, p * s, p - s, x * x, y * y, p * x, p * y, s * x, s * y)
    }
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let (a, b, c, d, e, f, g, h, i, j, k, l) = twelve(x, y);
        a * b + c * d - e * f + g * h * i + j * k * l
    }
} }

twin! { single_element ($ T O grad): f((0.5,)) -> many; {
    #[$grad]
    pub fn f(x: ($T,)) -> ($T,) {
        (x.0 * x.0,)
    }
} }

twin! { local ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut p = (x, y);
        p.0 *= p.1;
        p.1 = p.0 * p.1;
        let q = p;
        p.0 = q.1;
        let (a, b) = p;
        let (mut c, d) = (b, a);
        c += d * q.0;
        c * d
    }
} }

twin! { nested ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let p = ((x, y), [x * y, x / y]);
        let ((a, _), q) = p;
        let [b, c] = q;
        let d = (p.0).1 * p.0.0 * p.1[0];
        a + b * c * d
    }
} }

twin! { fibonacci ($ T O grad): f(0.5, 2.0, const 6); f(0.5, 2.0, const 0); {
    #[$grad]
    pub fn f(x: $T, y: $T, n: usize) -> $T {
        let mut a = x;
        let mut b = y;
        for _ in 0..n {
            let (c, d) = (b, a + b * x);
            a = c;
            b = d;
        }
        a * b
    }
} }

twin! { state_in_a_tuple ($ T O grad): f(0.5, 0.25, const 4); {
    #[$grad]
    pub fn f(x: $T, v: $T, n: usize) -> $T {
        let mut state = (x, v);
        for _ in 0..n {
            state = (state.0 + 0.1 * state.1, state.1 - 0.1 * state.0 * state.0);
        }
        state.0 * state.1
    }
} }

twin! { from_an_if ($ T O grad): f(0.5, 2.0, const true); f(0.5, 2.0, const false); {
    #[$grad]
    pub fn f(x: $T, y: $T, flag: bool) -> $T {
        let (a, b) = if flag { (x, y * x) } else { (y, x) };
        a * a * b
    }
} }

twin! { slice_of_tuples ($ T O grad): f(&[(0.5, 2.0), (1.0, 3.0)]); {
    #[$grad]
    pub fn f(p: &[($T, $T)]) -> $T {
        let mut s: $T = $O;
        for i in 0..p.len() {
            let (x, y) = p[i];
            s += x * y * p[i].0;
        }
        s
    }
} }

twin! { array_of_tuples ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut p = [(x, y), (y, x)];
        p[0].0 *= y;
        p[1].1 = p[0].0 * p[1].0;
        p[0] = (p[1].1, p[0].1);
        p[0].0 * p[0].1 + p[1].1
    }
} }

twin! { destructuring_assignment ($ T O grad): f(0.5, 2.0, const 3); {
    #[$grad]
    pub fn f(x: $T, y: $T, n: usize) -> $T {
        let mut a = x;
        let mut b = y;
        for _ in 0..n {
            (a, b) = (b, a * b);
        }
        a * b
    }
} }

#[conservative_grad]
fn whole(y: &(f64, f64)) -> f64 {
    let (a, b) = *y;
    a * b
}

#[conservative_grad]
fn whole_with_array(y: &(f64, [f64; 2])) -> f64 {
    let (a, b) = y;
    let q = *y;
    let mut r = *y;
    r.0 = q.1[0] * 2.0;
    r.1[1] += a;
    a * b[0] + r.0 * r.1[1]
}

#[conservative_grad]
fn inner(y: &(f64, f64), z: (f64, f64)) -> f64 {
    y.0 * y.1 + z.0
}

#[conservative_grad]
fn handed_on(y: &(f64, f64)) -> f64 {
    inner(y, *y) + inner(&*y, (y.1, y.0))
}

#[conservative_grad]
fn replaced(y: &mut (f64, f64), x: f64) -> (f64, f64) {
    let (a, b) = *y;
    *y = (b * x, a);
    let old = *y;
    y.0 += 1.0;
    old
}

/// A tuple behind a reference, read as a whole.
#[test]
fn behind_references() {
    check!(whole(&(0.25, 1.5)));
    check!(whole_with_array(&(0.25, [1.5, 2.0])));
    check!(handed_on(&(0.25, 1.5)));
    check!(replaced(&mut (0.25, 1.5), 2.0) -> many);
}

/// Results that are constant tuples, or constant in an arm.
mod constant_results {
    use conservative_grad::{conservative_grad, relu};

    #[conservative_grad]
    pub fn g0(_x: &[f64]) -> (f64, f64) {
        relu((f64::abs(-0.07) + 0.74).sqrt()).sin_cos()
    }
    #[conservative_grad]
    pub fn g1(x: &[f64], n: usize) -> (f64, (f64, f64)) {
        if n > 3 {
            return (x[0], (1.0, x[1]));
        }
        consts(n)
    }
    fn consts(n: usize) -> (f64, (f64, f64)) {
        (n as f64, (2.0, 3.0))
    }
    #[conservative_grad]
    pub fn g2(x: &[f64], n: usize) -> f64 {
        let a = g0(x);
        let b = g1(x, n);
        a.0 * x[0] + b.0 * x[0] + b.1.1 * b.1.0 + a.1
    }

    #[test]
    fn have_no_adjoint() {
        crate::check!(g2(&[2.0, 3.0], const 1));
        crate::check!(g2(&[2.0, 3.0], const 5));
    }
}

/// Tuples and options with lists in them are values: what one name does, another does not see.
mod copies_and_moves {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub fn option(c: f64) -> f64 {
        let mut s = 0.0;
        let mut o: Option<[f64; 2]> = Some([c, 2.0]);
        let t = o;
        o = None;
        if let Some(l) = t {
            s += l[0] * l[1];
        }
        if o.is_some() {
            s += 1.0;
        }
        s
    }

    #[conservative_grad]
    pub fn changed_part(c: f64) -> f64 {
        let mut s = 0.0;
        let mut o: ([f64; 2], f64) = ([c, 2.0], c);
        let t = o;
        o.0[0] = 5.0;
        s += t.0[0] * t.0[1] + o.0[0];
        s
    }

    #[conservative_grad]
    pub fn replaced(c: f64) -> f64 {
        let mut s = 0.0;
        let mut o: (Vec<f64>, f64) = (vec![c, 2.0], c);
        let t = o;
        o = (vec![1.0, 1.0], 2.0);
        s += t.0[0] * t.0[1] + o.0[0];
        s
    }

    #[conservative_grad]
    pub fn option_of_lists(c: f64) -> f64 {
        let mut s = 0.0;
        let mut o: Option<Vec<f64>> = Some(vec![c, 2.0]);
        let t = o;
        o = Some(vec![7.0]);
        if let Some(l) = t {
            s += l[0] * l[1];
        }
        if let Some(l) = o {
            s += l[0];
        }
        s
    }

    #[conservative_grad]
    pub fn changed_copy(c: f64) -> f64 {
        let o: ([f64; 2], f64) = ([c, 2.0], c);
        let mut t = o;
        t.0[0] = 5.0;
        t.1 += 1.0;
        o.0[0] * o.0[1] * t.0[0] + t.1 * o.1
    }

    #[conservative_grad]
    pub fn taken_and_swapped(c: f64) -> f64 {
        let mut s = 0.0;
        let mut o: Option<[f64; 2]> = Some([c, 2.0]);
        if let Some(l) = o.take() {
            s += l[0] * l[1];
        }
        let mut p = Some([c * c, 3.0]);
        std::mem::swap(&mut o, &mut p);
        if let Some(l) = o {
            s += l[0] * l[1];
        }
        if let Some(l) = p {
            s += l[0];
        }
        s
    }

    #[conservative_grad]
    pub fn replaced_options(x: &[f64], c: f64) -> f64 {
        let mut s = 0.0;
        let mut o: Option<Vec<f64>> = None;
        for v in x {
            if let Some(l) = o.replace(vec![*v, c]) {
                s += l[0] * l[1] * v;
            }
        }
        let t = std::mem::replace(&mut o, None);
        if let Some(l) = t {
            s += l[0];
        }
        s
    }

    #[conservative_grad]
    pub fn handed_on(x: &[f64]) -> f64 {
        let mut best = (x[0], vec![x[0], 1.0]);
        let mut s = 0.0;
        for v in x {
            let old = best;
            best = (v * old.0, vec![*v, old.1[0]]);
            s += best.1[1] * best.0;
        }
        s
    }

    #[test]
    fn are_independent() {
        crate::check!(option(0.5));
        crate::check!(changed_part(0.5));
        crate::check!(replaced(0.5));
        crate::check!(option_of_lists(0.5));
        crate::check!(changed_copy(0.5));
        crate::check!(taken_and_swapped(0.5));
        crate::check!(replaced_options(&[0.5, 2.0, 3.0], 0.7));
        crate::check!(handed_on(&[0.5, 2.0, 3.0]));
    }
}

/// Arrays behind references that the pattern takes off.
mod array_patterns {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    fn g(x: f64, y: f64) -> f64 {
        x * y.sin()
    }

    #[conservative_grad]
    fn in_a_loop(points: &[[f64; 2]]) -> f64 {
        let mut s = 0.0;
        for &[x, y] in points {
            s += g(x, y) * y;
        }
        s
    }

    #[conservative_grad]
    fn in_a_closure(points: &[[f64; 2]]) -> f64 {
        points.iter().map(|&[x, y]| g(x, y)).sum()
    }

    #[conservative_grad]
    fn in_a_tuple(points: &[([f64; 2], f64)]) -> f64 {
        let mut s = 0.0;
        for (i, &([x, _], z)) in points.iter().enumerate() {
            s += g(x, z) * (i as f64 + 1.0);
        }
        s
    }

    #[test]
    fn agree() {
        let points = [[0.5, 2.0], [1.5, -0.25]];
        crate::check!(in_a_loop(&points));
        crate::check!(in_a_closure(&points));
        crate::check!(in_a_tuple(&[([0.5, 2.0], 0.3), ([1.5, -0.25], 2.0)]));
    }
}
