//! Constructs that are not lowered.

use crate::compiler::lower::tests::refuse;

/// A body with the parameters `x: f64`, `w: &[f64]`, `n: usize`.
fn body(body: &str, expected: &[(&str, &str)]) {
    refuse(
        &format!("fn f(x: f64, w: &[f64], n: usize) -> f64 {{ {body} }}"),
        expected,
    );
}

#[test]
fn expressions() {
    body("h(|t: f64| t * 2.0, x)", &[("AD0100", "|")]);
    refuse(
        "fn f(x: f64, #[constant] c: &C) -> f64 { let p = P { x, ..c.base }; x }",
        &[("AD0208", "c.base")],
    );
    body(
        "let q = dbg!(x); let p = P { x, ..q }; x",
        &[("AD0120", "dbg")],
    );
    body("let k = parse(n)?; x", &[("AD0184", "_")]);
    refuse(
        "fn f(x: f64) -> Result<f64, f64> { if x > 0.0 { return Err(x); } Ok(x) }",
        &[("AD0183", "x")],
    );
    refuse(
        "fn f(x: f64) -> f64 { let o = Some(x); o.map(|v| { return v; }).unwrap_or(o.zip(1.0)) }",
        &[("AD0187", "|v| { return v; }"), ("AD0185", "zip")],
    );
    body("let k = async { 1 }; x", &[("AD0107", "async")]);
    body("let k = unsafe { g(n) }; x", &[("AD0108", "unsafe")]);
    body("let k = const { 3 }; x", &[("AD0109", "const")]);
    body("let r = 0..n; x", &[("AD0110", "0..n")]);
}

#[test]
fn iterators() {
    body(
        "let mut s = 0.0; for v in x { s += v; } s",
        &[("AD0114", "x")],
    );
    body(
        "w.iter().peekable().sum::<f64>() + x",
        &[("AD0142", "peekable")],
    );
    body("let v = (w.iter(), 1); x", &[("AD0160", "iter")]);
    body("for i in (..n) { } x", &[("AD0114", "..n")]);
}

/// Written out twice, reported once.
#[test]
fn errors_in_closures() {
    body(
        "let g = |t: f64| t.erfish(); g(x) + g(x)",
        &[("AD0102", "erfish")],
    );
    body(
        "let mut s = x; for v in w.iter().chain(w) { s += v.erfish(); } s",
        &[("AD0102", "erfish")],
    );
}

#[test]
fn assignments_inside_of_operands() {
    body("let mut t = x; t + { t = 2.0; t }", &[("AD0149", "t")]);
    body(
        "let mut i = 0; let mut a = [x; 3]; a[i] += { i += 1; 5.0 }; a[0]",
        &[("AD0149", "i")],
    );
    body("let mut t = x; let y = (t = 2.0); t", &[("AD0148", "=")]);
    body(
        "let mut t = x; let y = 1.0 + (t += 2.0); t",
        &[("AD0148", "+=")],
    );
    body("let mut t = x; t += g(&mut t); t", &[("AD0149", "&mut t")]);
    body(
        "let mut k = 0; let a = [x; 3]; a[next(&mut k)] + a[k]",
        &[("AD0149", "&mut k")],
    );
    body("let mut t = x; h(t, &[g(&mut t)])", &[("AD0149", "&mut t")]);
    body(
        "let mut t = x; let r = &mut t; x + { *r = 2.0; 1.0 }",
        &[("AD0149", "*r")],
    );
}

#[test]
fn an_operand_may_change_what_it_declares() {
    crate::compiler::lower::tests::hir(
        "fn f(x: f64) -> f64 { x + { let mut t = x; t *= 2.0; let r = &mut t; *r += 1.0; t } }",
    );
}

#[test]
fn jumps_to_nowhere() {
    body("break; x", &[("AD0146", "_")]);
    body(
        "'a: for i in 0..n { } for j in 0..n { break 'a; } x",
        &[("AD0146", "_")],
    );
}

#[test]
fn attributes() {
    body(
        "#[cfg(debug_assertions)] let y = x; x",
        &[("AD0123", "#[cfg(debug_assertions)]")],
    );
    body("#[inline] let y = x; x", &[("AD0010", "#[inline]")]);
    body("#[checkpoint] let y = x; y", &[("AD0124", "#[checkpoint]")]);
    body(
        "#[checkpoint(states = 3)] for i in 0..n { } x",
        &[("AD0172", "#[checkpoint(states = 3)]")],
    );
    body(
        "#[checkpoint(budget = 0)] for i in 0..n { } x",
        &[("AD0173", "0")],
    );
    body("#[constant] let y = x; x", &[("AD0125", "#[constant]")]);
    body(
        "#[tie(0.3, 0.3)] let y = x.max(0.0); y",
        &[("AD0310", "#[tie(0.3, 0.3)]")],
    );
    body("#[tie] let y = x.max(0.0); y", &[("AD0311", "#[tie]")]);
    body(
        "#[tie(half)] let y = x.max(0.0); y",
        &[("AD0311", "#[tie(half)]")],
    );
}

#[test]
fn items() {
    body(
        "static K: Cell<f64> = Cell::new(1.0); x",
        &[("AD0127", "K")],
    );
    body("static mut K: f64 = 1.0; x", &[("AD0127", "K")]);
    body("struct P; x", &[("AD0126", "struct P;")]);
    body(
        "if n > 0 { const K: f64 = 1.0; } x * K",
        &[("AD0129", "const K: f64 = 1.0;")],
    );
    body("use m::*; x", &[("AD0128", "*")]);
    body("fn g() { static mut S: u8 = 0; } x", &[("AD0127", "g")]);
}

#[test]
fn patterns_and_references() {
    body("let (a, b) = x; a", &[("AD0200", "(a, b)")]);
    body(
        "match x { Shape::Circle(r) => r, _ => 1.0 }",
        &[("AD0180", "Shape::Circle(r)")],
    );
    body(
        "match x.partial_cmp(&2.0) { Some(order) => x, _ => 1.0 }",
        &[("AD0181", "order")],
    );
    body(
        "let a = [x; 2]; let b = [x; 2]; let r = if n > 0 { &a } else { &b }; x",
        &[("AD0153", "&a"), ("AD0153", "&b")],
    );
    body("let a = [x; 2]; let t = (&a, 1); x", &[("AD0153", "&a")]);
    body("let a = [x; 2]; let mut r = &a; x", &[("AD0152", "r")]);
    body(
        "let a = [x; 2]; let b = [x; 2]; let r = &a; r = &b; x",
        &[("AD0151", "r")],
    );
    body("let a = w[1..]; x", &[("AD0157", "w[1..]")]);
    body(
        "let mut a = [x; 2]; let r = a.iter_mut().nth(1).unwrap(); *r *= 2.0; a[1]",
        &[("AD0189", "* r")],
    );
}

#[test]
fn all_errors_at_once() {
    body(
        "let a = |x| x; h(a, x); let b = w.iter().peekable(); h(|| x); x.erfish()",
        &[
            ("AD0100", "a"),
            ("AD0142", "peekable"),
            ("AD0100", "|"),
            ("AD0102", "erfish"),
        ],
    );
}
