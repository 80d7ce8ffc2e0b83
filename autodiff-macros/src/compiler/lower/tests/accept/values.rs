//! Values: operators, rules, literals, `if`, blocks, tuples.

use crate::compiler::lower::tests::check;

#[test]
fn if_as_a_value() {
    check(
        r#"fn a(x: f64, y: f64) -> f64 { let (a, b) = (x + y, x - y); let z = if a > b { a } else if x < 0.0 { -b } else { let q = a * b; q }; z }"#,
        r#"
         fn a(x: f64, y: f64) -> f64
           let (a: f64, b: f64) = ((x + y), (x - y))
           let z: f64 = if (a > b) { a } else { if (x < 0.0) { -b } else { let q: f64 = (a * b); q } }
           z
        "#,
    );
}

#[test]
fn literals_take_the_precision_that_they_meet() {
    check(
        r#"fn g(x: f32) -> f32 { let c = 0.5; let t = 0.1; println!("{t} {c:?} {}", x); (x * c).powi(3) }"#,
        r#"
         fn g(x: f32) -> f32
           let c: f32 = 0.5: f32
           let t: f64 = 0.1
           effect `println!("{t} {c:?} {}", x);`!(x, t, c)
           powi((x * c), 3i32)
        "#,
    );
}

#[test]
fn fold_with_a_path_call_and_an_assertion() {
    check(
        r#"fn m(x: &[f64]) -> f64 { let mut m = x[0]; for i in 1..x.len() { m = f64::max(m, x[i]); } assert!(m.is_finite(), "bad {m}"); if m.is_nan() { panic!("nan"); } m }"#,
        r#"
         fn m(x: &[f64]) -> f64
           let mut m: f64 = x[0]
           for i in 1..len(x) @0
             m = max(m, x[i])
           effect `assert!(m.is_finite(), "bad {m}");`!(m)
           if is_nan(m)
             diverge `panic!("nan");`!()
           m
        "#,
    );
}

#[test]
fn marks_on_statements() {
    check(
        r#"fn t(x: f64) -> f64 { #[tie(0.5)] let y = x.max(0.0); #[assume_continuous] let z = x - x.floor(); y + z }"#,
        r#"
         fn t(x: f64) -> f64
           let y: f64 = max(x, 0.0) #tie(0.5)
           let z: f64 = (x - floor(x) #continuous) #continuous
           (y + z)
        "#,
    );
}

#[test]
fn an_alias_of_a_real_type() {
    check(
        r#"fn e(x: &[Real], k: Real) -> Real { let mut acc: Real = 0.0; for i in 0..x.len() { acc += x[i].max(k) * Real::exp(k); } acc }"#,
        r#"
         fn e(x: &[Real], k: Real) -> Real
           let mut acc: Real = 0.0: Real
           for i in 0..len(x) @0
             acc += (max(x[i], k) * exp(k))
           acc
        "#,
    );
}

#[test]
fn a_tuple_result() {
    check(
        r#"fn h(x: f64) -> (f64, f64) { let s = x.sin(); (s, { let c = x.cos(); c * s }) }"#,
        r#"
         fn h(x: f64) -> (f64, f64)
           let s: f64 = sin(x)
           (s, { let c: f64 = cos(x); (c * s) })
        "#,
    );
}

#[test]
fn methods_of_literals() {
    check(
        r#"fn s(x: f64) -> f64 { let n = -1; let b = -2.5f64; (-1.0f64).exp() * x.abs() + 2.0_f64.sqrt() * b + n as f64 }"#,
        r#"
         fn s(x: f64) -> f64
           let n: int = -1
           let b: f64 = -2.5f64
           (((exp(-1.0f64) * abs(x)) + (sqrt(2.0_f64) * b)) + (n as f64))
        "#,
    );
}

#[test]
fn constants_of_unknown_type_that_take_up_reals() {
    check(
        r#"fn b(x: f64, c: bool) -> f64 { let (p, q) = if c { (A, x) } else { (x, A) }; let mut t = (A, A); t.0 = x; let mut v = [A; 3]; v[1] = x; let mut u = [(A, x), (x, A)]; p + q + t.0 + v[1] + u[0].0 }"#,
        r#"
         fn b(x: f64, c: bool const) -> f64
           let (p: f64, q: f64) = if c { (`A`(): opaque, x) } else { (x, `A`(): opaque) }
           let mut t: (f64, opaque) = (`A`(): opaque, `A`(): opaque)
           t.0 = x
           let mut v: [f64; 3] = [`A`(); 3]
           v[1] = x
           let mut u: [(f64, f64); 2] = [(`A`(): opaque, x), (x, `A`(): opaque)]
           ((((p + q) + t.0) + v[1]) + u[0].0)
        "#,
    );
}

#[test]
fn operations_that_jump() {
    check(
        r#"fn h(x: f64) -> f64 { let y = x.floor() % 2.0; let k = y as i32; if k > 0 && x != y { y } else { k as f64 } }"#,
        r#"
         fn h(x: f64) -> f64
           let y: f64 = (floor(x) % 2.0)
           let k: int = (y as i32)
           if ((k > 0) && (x != y)) { y } else { (k as f64) }
        "#,
    );
}

#[test]
fn two_precisions() {
    check(
        r#"fn i(t: (f64, f64), x: f32) -> f32 { let (a, b) = t; let s = (a + b) as f32; let u: f64 = f64::from(x); s * x + u as f32 }"#,
        r#"
         fn i(t: (f64, f64), x: f32) -> f32
           let (a: f64, b: f64) = t
           let s: f32 = ((a + b) as f32)
           let u: f64 = (x as f64)
           ((s * x) + (u as f32))
        "#,
    );
}

#[test]
fn shadowing() {
    check(
        r#"fn n(mut x: f64) -> f64 { x *= 2.0; let x = x + 1.0; let z = { let x = x * 3.0; x } + x; z }"#,
        r#"
         fn n(x#0: f64) -> f64
           x#0 *= 2.0
           let x#1: f64 = (x#0 + 1.0)
           let z: f64 = ({ let x#2: f64 = (x#1 * 3.0); x#2 } + x#1)
           z
        "#,
    );
}

#[test]
fn every_kind_of_rule() {
    check(
        r#"fn s(a: f64, b: f64) -> f64 { (a - b).abs().min(a.max(b)).clamp(0.0, 1.0).powf(a).mul_add(b, 2.0).hypot(a.atan2(b)) }"#,
        r#"
         fn s(a: f64, b: f64) -> f64
           hypot(mul_add(powf(clamp(min(abs((a - b)), max(a, b)), 0.0, 1.0), a), b, 2.0), atan2(a, b))
        "#,
    );
}
