//! Calls of functions.

use crate::compiler::lower::tests::check;

#[test]
fn results_get_their_types_from_their_uses() {
    check(
        r#"fn k(x: f64) -> f64 { let r = g(x, 2.0); let (a, b) = h(x); let v = m::k(&[x, a]); r + a * b * v[0] }"#,
        r#"
         fn k(x: f64) -> f64
           let r: f64 = call g(x, 2.0)
           let (a: f64, b: f64) = call h(x): (f64, f64)
           let argument: [f64; 2] = [x, a]
           let v: Seq<f64> = call m::k(&argument): Seq<f64>
           (r + ((a * b) * v[0]))
        "#,
    );
}

#[test]
fn operations_of_the_facade_are_calls_by_bare_name_and_pinned_elsewhere() {
    check(
        r#"fn o(x: f64) -> f64 { let y; if x > 0.0 { y = x; } else { y = -x; } relu(y) + y.relu() + conservative_grad::leaky_relu(x, 0.1) + stop_gradient(x) }"#,
        r#"
         fn o(x: f64) -> f64
           pin .relu = relu
           pin conservative_grad::leaky_relu = leaky_relu
           pin stop_gradient = stop_gradient
           let y: f64
           if (x > 0.0)
             y = x
           else
             y = -x
           (((call relu(y) + relu(y)) + leaky_relu(x, 0.1)) + stop_gradient(x))
        "#,
    );
}

#[test]
fn recursion() {
    check(
        r#"fn r(x: f64, k: usize) -> f64 { if k == 0 { 1.0 } else { x * r(x, k - 1) } }"#,
        r#"
         fn r(x: f64, k: int const) -> f64
           if (k == 0) { 1.0 } else { (x * recurse r(x, (k - 1))) }
        "#,
    );
}

#[test]
fn an_exclusive_reference_to_a_constant() {
    check(
        r#"fn c(x: f64) -> f64 { let mut seed: u64 = 3; let r = lcg(&mut seed); x * r as f64 }"#,
        r#"
         fn c(x: f64) -> f64
           let mut seed: int = 3u64
           let r: opaque = call lcg(&mut seed): opaque
           (x * (r as f64))
        "#,
    );
}

#[test]
fn a_chain_of_calls() {
    check(
        r#"fn q(x: f64, y: f64) -> f64 { let r = step(x, y); let s = step(r, y); let (u, _) = pair(s); let m = mat(u); m[0][1] + m.len() as f64 }"#,
        r#"
         fn q(x: f64, y: f64) -> f64
           let r: struct = call step(x, y): struct
           let s: struct = call step(r, y): struct
           let (u: struct, _) = call pair(s): (struct, struct)
           let m: Seq<Seq<f64>> = call mat(u): Seq<Seq<f64>>
           (m[0][1] + (len(m) as f64))
        "#,
    );
}

#[test]
fn a_constant_that_becomes_real_later() {
    check(
        r#"fn a(x: f64, n: usize) -> f64 { let w = make(n); let s = foo(&w); let mut v = other(n); let q = w[0] * x; v[1] = x; let z = foo(&v); let k = v.len(); q * s + z + k as f64 }"#,
        r#"
         fn a(x: f64, n: int const) -> f64
           let w: Seq<f64> = `make(n)`!(n): Seq<f64>
           let s: f64 = call foo(&w)
           let mut v: Seq<f64> = `other(n)`!(n): Seq<f64>
           let q: f64 = (w[0] * x)
           v[1] = x
           let z: f64 = call foo(&v)
           let k: int = len(v)
           (((q * s) + z) + (k as f64))
        "#,
    );
}

#[test]
fn slices_as_arguments_and_generics() {
    check(
        r#"fn l(w: &[f64], x: f64) -> f64 { poly(&w[1..], x) + poly(&w[..2], x).exp() + sum(w) + m::n::g::<3>(&w, 1.0, 2) }"#,
        r#"
         fn l(w: &[f64], x: f64) -> f64
           (((call poly(&w[1..], x) + exp(call poly(&w[..2], x))) + call sum(w)) + call m::n::g< 3 >(&w, 1.0, 2))
        "#,
    );
}

#[test]
fn a_call_in_an_operand_may_change_what_no_other_operand_reads() {
    check(
        r#"fn c(x: f64, m: &mut [f64; 2]) -> f64 { let mut y = x; let mut s = 0.0; s += step(&mut y, x); let z = s + step(&mut y, x); while z * step(&mut y, 1.0) > 2.0 && done(&mut m[0]) { ; {} } m[1] = norm(m); z }"#,
        r#"
         fn c(x: f64, m: &mut [f64; 2]) -> f64
           let mut y: f64 = x
           let mut s: f64 = 0.0
           s += call step(&mut y, x)
           let z: f64 = (s + call step(&mut y, x))
           loop @0
             if (((z * call step(&mut y, 1.0)) > 2.0) && call done(&mut m[0]))
             else
               break @0
           m[1] = call norm(m)
           z
        "#,
    );
}

#[test]
fn fields_of_the_result_of_a_call() {
    check(
        r#"fn p(x: f64, y: f64) -> f64 { let p = polar(x, y); let q = p; let r = m::polar(q.0, y).1; p.1.sin() * r }"#,
        r#"
         fn p(x: f64, y: f64) -> f64
           let p: struct = call polar(x, y): struct
           let q: struct = p
           let parts: struct = call m::polar(q.0, y): struct
           let r: f64 = parts.1
           (sin(p.1) * r)
        "#,
    );
}
