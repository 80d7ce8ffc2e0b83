//! Constants: integers, code that is copied, macros, nested items.

use crate::compiler::lower::tests::check;

#[test]
fn index_through_an_index_array() {
    check(
        r#"fn f(x: [f64; 3], idx: &[usize], n: usize) -> [f64; 3] { let mut y = [0.0; 3]; for i in 0..3 { y[i] = x[idx[i].min(n - 1)]; } y }"#,
        r#"
         fn f(x: [f64; 3], idx: &[int] const, n: int const) -> [f64; 3]
           let mut y: [f64; 3] = [0.0; 3]
           for i in 0..3 @0
             y[i] = x[`idx[i].min(n - 1)`(idx, i, n)]
           y
        "#,
    );
}

#[test]
fn nested_consts_and_a_const_of_unknown_type() {
    check(
        r#"fn h(x: f64, n: i32) -> f64 { const K: f64 = 2.0; const T: [f64; 3] = [1.0, 2.0, 3.0]; let mut s = ZERO; for i in 0..3 { s += T[i] * x.powi(n) * K; } s * T[n as usize] }"#,
        r#"
         fn h(x: f64, n: int const) -> f64
           const K: f64 = 2.0;
           const T: [f64; 3] = [1.0, 2.0, 3.0];
           let mut s: f64 = `ZERO`()
           for i in 0..3 @0
             s += ((`T[i]`(i) * powi(x, n)) * `K`())
           (s * `T[n as usize]`(n))
        "#,
    );
}

#[test]
fn a_generator_and_a_struct_of_constants() {
    check(
        r#"fn l(x: f64, #[constant] rng: &mut Rng, #[constant] cfg: &Config) -> f64 { let u = rng.gen_f64(); let t = cfg.tol * 2.0; let m = cfg.steps; for i in 0..m { } x * u + t }"#,
        r#"
         fn l(x: f64, rng: opaque const, cfg: opaque const) -> f64
           let u: f64 = `rng.gen_f64()`!(rng)
           let t: f64 = (`cfg.tol`(cfg): opaque * 2.0)
           let m: int = `cfg.steps`(cfg)
           for i in 0..m @0
           ((x * u) + t)
        "#,
    );
}

#[test]
fn declared_integer_types_decide_literals() {
    check(
        r#"fn a(x: f64, n: u64) -> f64 { let k: u64 = 1 << 40; let mut h: u8 = 200; h = 5; let (a, b): (u8, f64) = (1, x); let v: [u16; 2] = [1, 2]; let z: u32 = "3".parse().unwrap(); x * k as f64 * b }"#,
        r#"
         fn a(x: f64, n: int const) -> f64
           let k: int = (1u64 << 40)
           let mut h: int = 200u8
           h = 5u8
           let (a: int, b: f64) = (1u8, x)
           let v: [int; 2] = [1u16, 2u16]
           let z: int = `{ let value: u32 = "3".parse().unwrap(); value }`!()
           ((x * (k as f64)) * b)
        "#,
    );
}

#[test]
fn const_parameters() {
    check(
        r#"fn f<const N: usize>(x: &[f64; N]) -> f64 { let mut s = 0.0; let mut m = [[0.0; N]; 2]; for i in 0..N { m[1][i] = x[i]; s += m[1][i]; } s }"#,
        r#"
         fn f(x: &[f64; N]) -> f64
           let mut s: f64 = 0.0
           let mut m: [[f64; N]; 2] = [[0.0; `N`()]; 2]
           for i in 0..`N`() @0
             m[1][i] = x[i]
             s += m[1][i]
           s
        "#,
    );
}

#[test]
fn booleans_and_integers_as_numbers() {
    check(
        r#"fn j(x: f64, n: usize) -> f64 { let t = if n % 2 == 0 && x > 1.0 || !(n < 3) { 1 } else { 2 }; x * f64::from(t) + f64::from(n > 3) + (n as u32).pow(2) as f64 + x.powi(n.min(3) as i32) }"#,
        r#"
         fn j(x: f64, n: int const) -> f64
           let t: int = if ((((n % 2) == 0) && (x > 1.0)) || !(n < 3)) { 1 } else { 2 }
           ((((x * (t as f64)) + (((n > 3) as u8) as f64)) + (`(n as u32).pow(2)`(n) as f64)) + powi(x, (`n.min(3)`(n) as i32)))
        "#,
    );
}

#[test]
fn lengths_of_real_slices_in_integer_methods() {
    check(
        r#"fn k(x: f64, w: &[f64]) -> f64 { let q = helper(w.len()); let z = w.len().min(x as usize); let t = weights(3); let mut s = 0.0; for i in 0..q { s += t[i] * w[i.min(w.len() - 1)]; } s + z as f64 + x }"#,
        r#"
         fn k(x: f64, w: &[f64]) -> f64
           let operand: int = len(w)
           let q: int = `helper(operand)`!(operand)
           let operand2: int = len(w)
           let operand3: int = (x as usize)
           let z: int = `operand2.min(operand3)`(operand2, operand3)
           let t: Seq<f64> = `weights(3)`!(): Seq<f64>
           let mut s: f64 = 0.0
           for i in 0..q @0
             s += (t[i] * w[{ let operand4: int = (len(w) - 1); `i.min(operand4)`(i, operand4) }])
           ((s + (z as f64)) + x)
        "#,
    );
}

#[test]
fn nested_items() {
    check(
        r#"fn l(x: f64) -> f64 { use std::f64::consts::PI; use conservative_grad::relu; fn half(n: usize) -> usize { n / 2 } let n = half(4); relu(x) * PI * n as f64 * f64::EPSILON }"#,
        r#"
         fn l(x: f64) -> f64
           use std::f64::consts::PI;
           use conservative_grad::relu;
           fn half(n: usize) -> usize { n / 2 }
           pin relu = relu
           let n: opaque = `half(4)`!(): opaque
           (((relu(x) * `PI`(): opaque) * (n as f64)) * `f64::EPSILON`())
        "#,
    );
}

#[test]
fn a_list_and_a_tuple_of_constants() {
    check(
        r#"fn r(x: f64, table: &[usize], cfg: (usize, bool)) -> f64 { let mut k = 0; for i in 0..table.len() { k += table[i]; } if cfg.1 { x * k as f64 } else { x / cfg.0 as f64 } }"#,
        r#"
         fn r(x: f64, table: &[int] const, cfg: (int, bool) const) -> f64
           let mut k: int = 0usize
           for i in 0..len(table) @0
             k += table[i]
           if cfg.1 { (x * (k as f64)) } else { (x / (cfg.0 as f64)) }
        "#,
    );
}

#[test]
fn associated_functions_of_integers() {
    check(
        r#"fn e(x: f64, y: &[f64], i: usize) -> f64 { let k = usize::pow(2, 3); let j = i32::from(true); let m = u64::from(i as u32); y[k.min(i)] * x + j as f64 }"#,
        r#"
         fn e(x: f64, y: &[f64], i: int const) -> f64
           let k: int = `usize::pow(2, 3)`()
           let j: int = `i32::from(true)`()
           let m: int = `u64::from(i as u32)`(i)
           ((y[`k.min(i)`(k, i)] * x) + (j as f64))
        "#,
    );
}

#[test]
fn macros_pass_through() {
    check(
        r#"fn j(x: f64, n: usize) -> f64 { debug_assert!(n > 2, "n = {n}"); assert_eq!(n % 2, 0); eprintln!("{:>1$} {name:.2}", x, n, name = x * 2.0); if cfg!(feature = "x") { x } else { x * 2.0 } }"#,
        r#"
         fn j(x: f64, n: int const) -> f64
           effect `debug_assert!(n > 2, "n = {n}");`!(n)
           effect `assert_eq!(n % 2, 0);`!(n)
           effect `eprintln!("{:>1$} {name:.2}", x, n, name = x * 2.0);`!(x, n)
           if `cfg!(feature = "x")`() { x } else { (x * 2.0) }
        "#,
    );
}

#[test]
fn horner_over_a_const_array() {
    check(
        r#"fn m(x: f64) -> f64 { const C: [f64; 3] = [1.0, 2.0, 3.0]; let mut s = 0.0; for i in (0..C.len()).rev() { s = s * x + C[i]; } s + TABLE.len() as f64 * TABLE[1] }"#,
        r#"
         fn m(x: f64) -> f64
           const C: [f64; 3] = [1.0, 2.0, 3.0];
           let mut s: f64 = 0.0
           for i in 0..`C.len()`() rev @0
             s = ((s * x) + `C[i]`(i))
           (s + ((`TABLE.len()`() as f64) * `TABLE[1]`(): opaque))
        "#,
    );
}
