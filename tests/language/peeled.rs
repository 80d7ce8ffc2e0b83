//! Lists of which an end is taken off or changed, arrays taken apart behind a reference, lists that are compared.

use conservative_grad::{Differentiable, conservative_grad};

#[conservative_grad]
fn product(x: &[f64]) -> f64 {
    if let Some((a, rest)) = x.split_first() {
        let mut s = *a;
        for r in rest {
            s *= r;
        }
        s
    } else {
        0.0
    }
}

#[conservative_grad]
fn nested(x: &[f64]) -> f64 {
    match x.split_first() {
        None => 1.0,
        Some((a, rest)) => a.sin() * nested(rest) + a,
    }
}

#[conservative_grad]
fn horner(x: &[f64], t: f64) -> f64 {
    let Some((a, rest)) = x.split_first() else {
        return 0.0;
    };
    a + t * horner(rest, t)
}

/// The name of the list is that of its end.
#[conservative_grad]
fn shadowed(x: &[f64]) -> f64 {
    let (x, rest) = x.split_last().unwrap();
    x * rest[0]
}

#[conservative_grad]
fn asked(x: &[f64]) -> Option<f64> {
    let (a, rest) = x.split_first()?;
    let (b, _) = rest.split_last()?;
    Some(a * b * b)
}

#[conservative_grad]
fn of_asked(x: &[f64]) -> f64 {
    asked(x).unwrap_or(0.0) + asked(&x[..1]).unwrap_or(x[1])
}

#[derive(Clone, Differentiable)]
struct Poly {
    c: Vec<f64>,
}

#[conservative_grad]
impl Poly {
    fn at(&self, t: f64) -> f64 {
        let (last, rest) = self.c.split_last().expect("coefficients");
        rest.iter().rev().fold(*last, |s, c| s * t + c)
    }
}

#[conservative_grad]
fn of_parts(x: &[f64]) -> f64 {
    let v = x.to_vec();
    if let Some((&a, rest)) = v[1..].split_first() {
        a * rest[0]
    } else {
        0.0
    }
}

#[conservative_grad]
fn ends_changed(x: &mut [f64], t: f64) {
    *x.first_mut().unwrap() *= t;
    if let Some(last) = x.last_mut() {
        *last += t * t;
    }
    let Some((a, rest)) = x.split_first_mut() else {
        return;
    };
    *a *= t;
    for r in rest.iter_mut() {
        *r *= *a;
    }
    let last = x.last_mut().unwrap();
    *last *= t;
}

#[derive(Clone, Copy, Differentiable)]
struct Step {
    a: f64,
    b: f64,
}

#[conservative_grad]
fn steps(x: f64) -> f64 {
    let mut v = vec![Step { a: x, b: 1.0 }];
    v.push(Step { a: 1.0, b: x });
    v.last_mut().unwrap().a *= x;
    if let Some(first) = v.first_mut() {
        first.b *= 2.0 * x;
    }
    v[1].a * v[0].b * v[1].b
}

#[conservative_grad]
fn stack(x: &[f64]) -> f64 {
    let mut stack: Vec<f64> = Vec::new();
    for v in x {
        if *v < 0.0 {
            let top = stack.pop().unwrap_or(1.0);
            if let Some(below) = stack.last_mut() {
                *below += top * v;
            }
        } else {
            stack.push(v * v);
        }
    }
    stack.iter().sum()
}

#[conservative_grad]
fn grouped(x: &[f64]) -> f64 {
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for (i, v) in x.iter().enumerate() {
        if i % 2 == 0 {
            rows.push(Vec::new());
        }
        rows.last_mut().unwrap().push(v * v);
    }
    rows[0][0] * rows[1][1]
}

#[conservative_grad]
fn behind_a_reference(x: f64) -> f64 {
    let a = [x, x * x];
    let [p, q] = &a;
    let m = [[x, 2.0], [*p, x]];
    let [u, v] = &m;
    p * *q + u[0] * v[1] * v[0]
}

#[conservative_grad]
fn differences(a: [f64; 2], b: [f64; 2], n: &[usize]) -> f64 {
    let same = a == b || n == [1, 2];
    if same {
        a[0] * a[1]
    } else {
        a[0] - b[0] * a[1]
    }
}

#[conservative_grad]
fn rows(a: &[[f64; 2]; 2], t: f64) -> f64 {
    if *a != [[0.0; 2]; 2] {
        a[0][0] * a[1][1] + t
    } else {
        t * t
    }
}

#[conservative_grad]
fn vectors(x: f64) -> f64 {
    let v = vec![x, 2.0];
    let w = vec![x, x];
    if v == w { x } else { v[0] * w[1] }
}

#[test]
fn ends_are_taken_off() {
    let x = [0.75, 1.25, -0.5];
    check!(product(&x));
    check!(nested(&x));
    check!(horner(&x, 0.75));
    check!(shadowed(&x));
    check!(of_asked(&x));
    check!(of_parts(&x));
    let poly = Poly { c: x.to_vec() };
    let (gradient, t) = poly.at_grad(2.0);
    assert_eq!((gradient.c, t), (vec![1.0, 2.0, 4.0], -0.75));
}

#[test]
fn ends_are_changed() {
    check!(ends_changed(&mut [0.75, 1.25, -0.5], 1.5) -> many);
    check!(steps(0.75));
    check!(grouped(&[0.75, 1.25, -0.5, 2.0]));
    check!(stack(&[0.75, 1.25, -0.5, 2.0, 0.5, -1.5]));
}

#[test]
fn lists_are_taken_apart_and_compared() {
    check!(behind_a_reference(0.75));
    check!(differences([0.75, 1.5], [0.5, 2.0], const &[1]));
    check!(differences([0.75, 1.5], [0.5, 2.0], const &[1, 2]));
    check!(rows(&[[0.75, 1.5], [0.5, 2.0]], 0.25));
    check!(vectors(0.75));
}
