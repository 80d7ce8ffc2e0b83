//! Loops and jumps.

use crate::compiler::lower::tests::check;

#[test]
fn while_with_break_and_early_return() {
    check(
        r#"fn b(x: f64, n: usize) -> f64 { if x < 0.0 { return -x; } let mut k = 0; let mut s = x; while k < n { s = s * x + k as f64; k += 1; if s > 100.0 { break; } } s }"#,
        r#"
         fn b(x: f64, n: int const) -> f64
           if (x < 0.0)
             return -x
           let mut k: int = 0usize
           let mut s: f64 = x
           loop @0
             if (k < n)
               s = ((s * x) + (k as f64))
               k += 1
               if (s > 100.0)
                 break @0
             else
               break @0
           s
        "#,
    );
}

#[test]
fn stepped_reversed_range_and_row_alias() {
    check(
        r#"fn d(x: &[f64], d: usize) -> f64 { let mut t = 0.0; for i in (0..x.len() / d).rev().step_by(2) { let row = &x[i * d..(i + 1) * d]; t += dot(row, &x[..d]) * row[0]; } t }"#,
        r#"
         fn d(x: &[f64], d: int const) -> f64
           let mut t: f64 = 0.0
           for i in 0..(len(x) / d) rev step 2 @0
             alias row: &[f64] = x[(i * d)..((i + 1) * d)]
             t += (call dot(row, &x[..d]) * row[0])
           t
        "#,
    );
}

#[test]
fn loop_with_a_value_and_sin_cos() {
    check(
        r#"fn e(x: f64) -> f64 { let y = loop { let t = x * 2.0; if t > 1.0 { break t; } }; let (s, c) = y.sin_cos(); s * c + std::f64::consts::PI }"#,
        r#"
         fn e(x: f64) -> f64
           let y: f64
           loop @0
             let t: f64 = (x * 2.0)
             if (t > 1.0)
               y = t
               break @0
           let angle: f64 = y
           let (s: f64, c: f64) = (sin(angle), cos(angle))
           ((s * c) + `std::f64::consts::PI`())
        "#,
    );
}

#[test]
fn jump_out_of_a_let() {
    check(
        r#"fn j(x: f64, n: usize) -> f64 { let y = if n > 3 { return 0.0; } else { x * x }; let z = { let mut t = y; t += 1.0; t } * 2.0; z }"#,
        r#"
         fn j(x: f64, n: int const) -> f64
           if (n > 3)
             return 0.0
           let y: f64 = (x * x)
           let z: f64 = ({ let mut t: f64 = y; t += 1.0; t } * 2.0)
           z
        "#,
    );
}

#[test]
fn labelled_break_and_continue() {
    check(
        r#"fn p(x: f64, n: usize) -> f64 { 'a: for i in 0..n { for j in 0..=i { if j == 3 { continue 'a; } if i * j > 10 { break 'a; } } } x }"#,
        r#"
         fn p(x: f64, n: int const) -> f64
           for i in 0..n @0
             for j in 0..=i @1
               if (j == 3)
                 continue @0
               if ((i * j) > 10)
                 break @0
           x
        "#,
    );
}

#[test]
fn shadowing_by_the_value_of_a_loop() {
    check(
        r#"fn d(x: f64) -> f64 { let x = loop { let t = x * 2.0; if t > 3.0 { break t + x; } }; x }"#,
        r#"
         fn d(x#0: f64) -> f64
           let x#1: f64
           loop @0
             let t: f64 = (x#0 * 2.0)
             if (t > 3.0)
               x#1 = (t + x#0)
               break @0
           x#1
        "#,
    );
}

#[test]
fn a_labelled_block() {
    check(
        r#"fn o(x: f64) -> f64 { let y = 'a: { if x > 0.0 { break 'a x; } -x }; y }"#,
        r#"
         fn o(x: f64) -> f64
           let y: f64
           loop @0
             if (x > 0.0)
               y = x
               break @0
             y = -x
             break @0
           y
        "#,
    );
}

#[test]
fn while_on_two_conditions() {
    check(
        r#"fn p(x: f64, tol: f64) -> f64 { let mut t = x; let mut it = 0; while (t * t - x).abs() > tol && it < 50 { t = 0.5 * (t + x / t); it += 1; } t }"#,
        r#"
         fn p(x: f64, tol: f64) -> f64
           let mut t: f64 = x
           let mut it: int = 0
           loop @0
             if ((abs(((t * t) - x)) > tol) && (it < 50))
               t = (0.5 * (t + (x / t)))
               it += 1
             else
               break @0
           t
        "#,
    );
}

#[test]
fn an_index_kept_by_a_test() {
    check(
        r#"fn t(x: &[f64]) -> f64 { let n = x.len(); if x.is_empty() { return 0.0; } let mut best = f64::NEG_INFINITY; let mut arg = 0; for i in 0..n { if x[i] > best { best = x[i]; arg = i; } } x[arg] * arg as f64 }"#,
        r#"
         fn t(x: &[f64]) -> f64
           let n: int = len(x)
           if (len(x) == 0)
             return 0.0
           let mut best: f64 = `f64::NEG_INFINITY`()
           let mut arg: int = 0usize
           for i in 0..n @0
             if (x[i] > best)
               best = x[i]
               arg = i
           (x[arg] * (arg as f64))
        "#,
    );
}

#[test]
fn continue_in_an_owned_vector() {
    check(
        r#"fn g(x: f64, mut v: Vec<f64>) -> Vec<f64> { let n = v.len(); for i in 0..n { if v[i] < 0.0 { continue; } v[i] = v[i].sqrt() / x; } v }"#,
        r#"
         fn g(x: f64, v: Vec<f64>) -> Vec<f64>
           let n: int = len(v)
           for i in 0..n @0
             if (v[i] < 0.0)
               continue @0
             v[i] = (sqrt(v[i]) / x)
           v
        "#,
    );
}

#[test]
fn argmax() {
    check(
        r#"fn k(x: f64, w: &[f64]) -> f64 { let mut best = 0; for i in 1..w.len() { if w[i] > w[best] { best = i } } w[best] * x }"#,
        r#"
         fn k(x: f64, w: &[f64]) -> f64
           let mut best: int = 0
           for i in 1..len(w) @0
             if (w[i] > w[best])
               best = i
           (w[best] * x)
        "#,
    );
}

#[test]
fn deferred_initialisation() {
    check(
        r#"fn o(x: f64) -> f64 { let v; let n: usize; if x > 0.0 { v = [x; 2]; n = 1; } else { v = [1.0; 2]; n = 0; } v[n] }"#,
        r#"
         fn o(x: f64) -> f64
           let v: [f64; 2]
           let n: int
           if (x > 0.0)
             v = [x; 2]
             n = 1usize
           else
             v = [1.0; 2]
             n = 0usize
           v[n]
        "#,
    );
}

#[test]
fn break_of_an_outer_loop() {
    check(
        r#"fn t(x: f64) -> f64 { 'outer: loop { let mut n = 0; loop { n += 1; if n > 3 { break 'outer; } } } x }"#,
        r#"
         fn t(x: f64) -> f64
           loop @0
             let mut n: int = 0
             loop @1
               n += 1
               if (n > 3)
                 break @0
           x
        "#,
    );
}
