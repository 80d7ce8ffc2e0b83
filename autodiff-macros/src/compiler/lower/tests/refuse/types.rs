//! Values that do not fit, or of which too little is known.

use crate::compiler::lower::tests::refuse;

fn body(body: &str, expected: &[(&str, &str)]) {
    refuse(
        &format!("fn f(x: f64, w: &[f64], n: usize) -> f64 {{ {body} }}"),
        expected,
    );
}

#[test]
fn mismatches() {
    body("x + n", &[("AD0200", "x + n")]);
    body("if x { 1.0 } else { 2.0 }", &[("AD0200", "_")]);
    body("w[x]", &[("AD0200", "_")]);
    body("let y: f64 = n; y", &[("AD0200", "_")]);
    body("x.powi(x)", &[("AD0200", "_")]);
    body("x.powf(n)", &[("AD0200", "_")]);
    body("n", &[("AD0200", "_")]);
}

#[test]
fn operators_on_what_is_no_number() {
    body("let a = [x; 3]; let b = a + a; x", &[("AD0201", "a")]);
    body("let t = (x, x); let u = -t; x", &[("AD0201", "-t")]);
    body("if w < w { x } else { 0.0 }", &[("AD0201", "w")]);
    body("let t = (x, x); t as f64", &[("AD0201", "t")]);
}

#[test]
fn indices_and_fields() {
    body("x[0]", &[("AD0202", "x[0]")]);
    body("let t = (x, n); t.2", &[("AD0203", "t.2")]);
    body("let t = (x, x); t.value", &[("AD0204", "t.value")]);
}

#[test]
fn casts() {
    body("n as _", &[("AD0205", "_")]);
    body("n as *const u8; x", &[("AD0205", "*const u8")]);
}

#[test]
fn a_real_number_never_hides_in_a_constant() {
    refuse(
        "fn f(x: f64, #[constant] mut t: Vec<Foo>) -> f64 { t[0] = x; x }",
        &[("AD0207", "_")],
    );
    refuse(
        "fn f(x: f64, #[constant] mut t: Vec<Foo>) -> f64 { t.push(x); x }",
        &[("AD0207", "_")],
    );
    refuse(
        "fn f(x: f64, #[constant] mut k: Foo) -> f64 { k = x; x }",
        &[("AD0207", "_")],
    );
    refuse(
        "fn f(x: f64, #[constant] mut k: Foo) -> f64 { k += x; x }",
        &[("AD0207", "_")],
    );
}
