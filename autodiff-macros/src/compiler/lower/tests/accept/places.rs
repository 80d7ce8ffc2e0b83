//! Places: elements, slices, references, aliases, vectors.

use crate::compiler::lower::tests::check;

#[test]
fn in_place_scaling() {
    check(
        r#"fn c(x: &mut [f64], a: f64) { for v in 0..x.len() { x[v] *= a; } x[0] = 1.0; }"#,
        r#"
         fn c(x: &mut [f64], a: f64) -> ()
           for v in 0..len(x) @0
             x[v] *= a
           x[0] = 1.0
        "#,
    );
}

#[test]
fn a_growing_vector() {
    check(
        r#"fn i(x: f64) -> f64 { let mut v = Vec::new(); for i in 0..10 { v.push(x * i as f64); } let w = v.clone(); let mut s = 0.0; for i in 0..w.len() { s += w[i]; } s }"#,
        r#"
         fn i(x: f64) -> f64
           let mut v: Vec<f64> = vec[]
           for i#2 in 0..10 @0
             push v <- (x * (i#2 as f64))
           let w: Vec<f64> = clone(v)
           let mut s: f64 = 0.0
           for i#5 in 0..len(w) @1
             s += w[i#5]
           s
        "#,
    );
}

#[test]
fn slice_methods_become_loops() {
    check(
        r#"fn n(x: f64) -> f64 { let mut a = [x, 2.0, 3.0]; a.swap(0, 2); a[1..].fill(x); let b = [0.0; 3]; a[..].copy_from_slice(&b); let (p, q) = a.split_at(1); p[0] + q[1] }"#,
        r#"
         fn n(x: f64) -> f64
           let mut a: [f64; 3] = [x, 2.0, 3.0]
           alias slice: &mut [f64; 3] = a
           let from: int = 0
           let to: int = 2
           let kept: f64 = slice[from]
           slice[from] = slice[to]
           slice[to] = kept
           alias slice2: &mut [f64] = a[1..]
           let value: f64 = x
           for i in 0..len(slice2) @0
             slice2[i] = value
           let b: [f64; 3] = [0.0; 3]
           alias slice3: &mut [f64] = a[..]
           alias other: &[f64; 3] = b
           let to_len: int = len(slice3)
           let from_len: int = len(other)
           effect `::conservative_grad::__private::core::assert_eq!(to_len, from_len, "copy_from_slice: source and destination have different lengths");`!(to_len, from_len)
           for i2 in 0..len(slice3) @1
             slice3[i2] = other[i2]
           let at: int = 1
           alias p: &[f64] = a[..at]
           alias q: &[f64] = a[at..]
           (p[0] + q[1])
        "#,
    );
}

#[test]
fn destructuring_assignment() {
    check(
        r#"fn q(x: f64) -> f64 { let (mut a, mut b) = (x, 1.0); for _ in 0..5 { (a, b) = (b, a + b); } a }"#,
        r#"
         fn q(x: f64) -> f64
           let (mut a: f64, mut b: f64) = (x, 1.0)
           for count in 0..5 @0
             let (next: f64, next2: f64) = (b, (a + b))
             a = next
             b = next2
           a
        "#,
    );
}

#[test]
fn a_reference_to_a_scalar() {
    check(
        r#"fn s(x: f64, y: &mut f64) { *y = x; *y += 1.0; let r = &mut *y; *r *= 2.0; }"#,
        r#"
         fn s(x: f64, y: &mut f64) -> ()
           y = x
           y += 1.0
           alias r: &mut f64 = y
           r *= 2.0
        "#,
    );
}

#[test]
fn references_are_transparent() {
    check(
        r#"fn g(x: &f64, t: (f64, [f64; 2])) -> f64 { let y = *x * 2.0 + x; let z = t.1[0] + t.0; let u = &t.1; u[1] + y + z + -x }"#,
        r#"
         fn g(x: &f64, t: (f64, [f64; 2])) -> f64
           let y: f64 = ((x * 2.0) + x)
           let z: f64 = (t.1[0] + t.0)
           alias u: &[f64; 2] = t.1
           (((u[1] + y) + z) + -x)
        "#,
    );
}

#[test]
fn rows_and_copies() {
    check(
        r#"fn i(x: &[f64], xs: &[Vec<f64>], m: &[[f64; 3]; 3]) -> f64 { let row = &xs[0]; let c = m[1]; let d = xs[1].clone(); row[0] + c[2] + d[1] + xs[2][1] + x.to_vec()[0] + m[0][1] }"#,
        r#"
         fn i(x: &[f64], xs: &[Vec<f64>], m: &[[f64; 3]; 3]) -> f64
           alias row: &Vec<f64> = xs[0]
           let c: [f64; 3] = m[1]
           let d: Vec<f64> = clone(xs[1])
           (((((row[0] + c[2]) + d[1]) + xs[2][1]) + { let part: Vec<f64> = clone(x); part[0] }) + m[0][1])
        "#,
    );
}

#[test]
fn ways_to_make_a_vector() {
    check(
        r#"fn m(x: f64) -> f64 { let v: Vec<f64> = Vec::with_capacity(3); let mut w = vec![0.0; 4]; let u = vec![x, 1.0]; w[0] = x; w[1..3].copy_from_slice(&[x, x]); v.len() as f64 + w[0] + u[0] }"#,
        r#"
         fn m(x: f64) -> f64
           let v: Vec<f64> = vec[]
           let mut w: Vec<f64> = vec[0.0; 4]
           let u: Vec<f64> = vec[x, 1.0]
           w[0] = x
           alias slice: &mut [f64] = w[1..3]
           let other: [f64; 2] = [x, x]
           let to_len: int = len(slice)
           let from_len: int = len(other)
           effect `::conservative_grad::__private::core::assert_eq!(to_len, from_len, "copy_from_slice: source and destination have different lengths");`!(to_len, from_len)
           for i in 0..len(slice) @0
             slice[i] = other[i]
           (((len(v) as f64) + w[0]) + u[0])
        "#,
    );
}

#[test]
fn patterns_as_parameters() {
    check(
        r#"fn n(p: f64, (a, b): (f64, f64), [c, d]: [f64; 2], _: usize) -> f64 { let [e, _] = [a, b]; p + a + b + c + d + e }"#,
        r#"
         fn n(p: f64, arg1: (f64, f64), arg2: [f64; 2], arg3: int const) -> f64
           let (a: f64, b: f64) = arg1
           let c: f64 = arg2[0]
           let d: f64 = arg2[1]
           let _ = arg3
           let value: [f64; 2] = [a, b]
           let e: f64 = value[0]
           (((((p + a) + b) + c) + d) + e)
        "#,
    );
}

#[test]
fn references_to_values_without_a_name() {
    check(
        r#"fn d(x: f64) -> f64 { let a = &mut [x, 1.0]; a[0] = 2.0; scale(a, x); let b = &[x, x]; let c = b; c[1] + a[0] }"#,
        r#"
         fn d(x: f64) -> f64
           let mut a: [f64; 2] = [x, 1.0]
           a[0] = 2.0
           do call scale(&mut a, x): ()
           let b: [f64; 2] = [x, x]
           alias c: &[f64; 2] = b
           (c[1] + a[0])
        "#,
    );
}

#[test]
fn exclusive_references() {
    check(
        r#"fn p(x: &mut [f64], y: &mut f64, n: &mut usize) { *n += 1; *y += x[*n]; let r = &mut x[1..]; r[0] = *y; helper(r, *y); }"#,
        r#"
         fn p(x: &mut [f64], y: &mut f64, n: &mut int const) -> ()
           n += 1
           y += x[n]
           alias r: &mut [f64] = x[1..]
           r[0] = y
           do call helper(r, y): ()
        "#,
    );
}

#[test]
fn two_aliases_in_one_let() {
    check(
        r#"fn q(a: &[f64], b: &[f64]) -> f64 { let (u, v) = (&a[1..], &b[..2]); u[0] * v[1] }"#,
        r#"
         fn q(a: &[f64], b: &[f64]) -> f64
           alias u: &[f64] = a[1..]
           alias v: &[f64] = b[..2]
           (u[0] * v[1])
        "#,
    );
}

#[test]
fn nested_arrays_and_slice_patterns() {
    check(
        r#"fn r(x: f64) -> f64 { let a = [[x, 1.0], [2.0, x]]; let [p, q] = a[0]; let b = a; b[1][0] + p * q }"#,
        r#"
         fn r(x: f64) -> f64
           let a: [[f64; 2]; 2] = [[x, 1.0], [2.0, x]]
           let value: [f64; 2] = a[0]
           let p: f64 = value[0]
           let q: f64 = value[1]
           let b: [[f64; 2]; 2] = a
           (b[1][0] + (p * q))
        "#,
    );
}
