//! Calls and methods that are not understood.

use crate::compiler::lower::tests::{lower, refuse};

fn body(body: &str, expected: &[(&str, &str)]) {
    refuse(
        &format!("fn f(x: f64, w: &[f64], n: usize) -> f64 {{ {body} }}"),
        expected,
    );
}

#[test]
fn a_local_is_never_taken_for_an_annotated_function() {
    body("let act = make(n); act(x)", &[("AD0132", "act")]);
    body("fn f(x: f64) -> f64 { 3.0 * x } f(x)", &[("AD0133", "f")]);
    refuse(
        "fn f(x: f64, relu: usize) -> f64 { relu(x) }",
        &[("AD0132", "relu")],
    );
}

#[test]
fn a_name_that_is_used_from_elsewhere_is_no_operation_of_the_facade() {
    let (func, _) = lower("", "fn f(x: f64) -> f64 { use other::relu; relu(x) }");
    let func = func.expect("a call of an imported function");
    assert!(func.pins.is_empty());
    let text = crate::compiler::hir::print::func(&func);
    assert!(text.contains("call relu(x)"), "{text}");
}

#[test]
fn types_and_constructors() {
    body(
        "let y = Shape::Circle(x); x",
        &[("AD0135", "Shape::Circle")],
    );
    body("(g)(x) + h()(x)", &[("AD0131", "h()")]);
    body(
        "std::mem::swap(&mut a, &mut b); x",
        &[("AD0136", "std::mem::swap")],
    );
}

#[test]
fn methods() {
    body("x.erfish()", &[("AD0102", "erfish")]);
    body("x.exps()", &[("AD0102", "exps")]);
    body("x.max()", &[("AD0137", "max")]);
    body("f64::nothing(x)", &[("AD0102", "nothing")]);
    body("w.first() + x", &[("AD0201", "w.first()")]);
    body(
        "let mut v = w.to_vec(); v.sort_by_key(n); x",
        &[("AD0141", "sort_by_key")],
    );
    body("model(n).eval(x)", &[("AD0140", "eval")]);
    body(
        "let mut q = VecDeque::new(); q.push_back(x); q[0]",
        &[("AD0141", "push_back")],
    );
    body("let mut v = vec![n]; v.dedup(); x", &[("AD0141", "dedup")]);
    body(
        "let mut v = [[x; 2]; 2]; let u = v.split_first(); x",
        &[("AD0141", "split_first")],
    );
}

#[test]
fn a_misspelt_method_gets_a_hint() {
    let (_, diags) = lower("", "fn f(x: f64) -> f64 { x.sqr() }");
    let help: Vec<&String> = diags.iter().flat_map(|diag| &diag.help).collect();
    assert_eq!(help, ["did you mean `sqrt`?"]);
}

/// The function itself, of which only its name is seen, would give a tuple that is a part of itself.
#[test]
fn a_tuple_is_no_part_of_itself() {
    let (_, diags) = lower("", "fn f(a: Q, b: Q) -> Q { (a.0 + b.0, f(a.1, b.1)) }");
    assert!(diags.iter().any(|diag| diag.entry.code == "AD0200"));
}
