//! Macros.

use crate::compiler::lower::tests::refuse;

fn body(body: &str, expected: &[(&str, &str)]) {
    refuse(
        &format!("fn f(x: f64, w: &[f64], n: usize) -> f64 {{ {body} }}"),
        expected,
    );
}

#[test]
fn macros() {
    body("mine!(x)", &[("AD0119", "mine")]);
    body("mine!(x); x", &[("AD0119", "mine")]);
    body("dbg!(x)", &[("AD0120", "dbg")]);
    body("let t = dbg!(x); x", &[("AD0120", "dbg")]);
    body("matches!(n); x", &[("AD0121", "matches!(n)")]);
}

#[test]
fn arguments_that_do_more_than_read() {
    body("println!(\"{}\", { n + 1 }); x", &[("AD0122", "{ n + 1 }")]);
    body(
        "let mut k = 0; assert!({ k += 1; k > 0 }); x",
        &[("AD0122", "{ k += 1; k > 0 }")],
    );
    body("println!(\"{}\", g(|| 1)); x", &[("AD0122", "|")]);
    body(
        "let mut v = vec![n]; println!(\"{:?}\", v.pop()); x",
        &[("AD0122", "pop")],
    );
    body(
        "let mut v = vec![n]; println!(\"{:?}\", g(&mut v)); x",
        &[("AD0122", "&mut v")],
    );
    body("println!(\"{}\", return x); x", &[("AD0122", "return x")]);
    body("println!(\"{}\" x); x", &[("AD0121", "println!(\"{}\" x)")]);
}

#[test]
fn captured_names() {
    crate::compiler::lower::tests::check(
        "fn f(x: f64, w: usize, p: usize) -> f64 { println!(\"{x:>w$.p$} {{n}} {0} {y}\", x, y = w); x }",
        "effect `println!(\"{x:>w$.p$} {{n}} {0} {y}\", x, y = w);`!(x, w, p)",
    );
}
