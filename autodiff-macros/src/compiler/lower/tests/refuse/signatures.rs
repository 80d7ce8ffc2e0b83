//! Signatures.

use crate::compiler::lower::tests::{hir, refuse};

#[test]
fn qualifiers() {
    refuse("async fn f(x: f64) -> f64 { x }", &[("AD0020", "async")]);
    refuse("unsafe fn f(x: f64) -> f64 { x }", &[("AD0021", "unsafe")]);
    refuse("fn f64(x: f64) -> f64 { x }", &[("AD0023", "f64")]);
    refuse("fn f(&self, x: f64) -> f64 { x }", &[("AD0025", "self")]);
    hir("const fn f(x: f64) -> f64 { x }");
    hir("extern \"C\" fn f(x: f64) -> f64 { x }");
    hir("fn f<'a, const N: usize>(x: &'a [f64; N]) -> f64 { x[0] }");
}

#[test]
fn type_parameters() {
    for bounds in [
        "Into<f64>",
        "Into<f64> + Copy",
        "Fn(f64) -> f64",
        "Rng + ?Sized",
    ] {
        let text = format!("fn f<T: {bounds}>(x: f64, y: T) -> f64 {{ x }}");
        refuse(&text, &[("AD0024", "T")]);
        hir(&text.replace("y: T", "#[constant] y: T"));
    }
    refuse(
        "fn f<I>(x: &[I]) -> f64 where I: Iterator<Item = f64> { 1.0 }",
        &[("AD0024", "& [I]")],
    );
    for bounds in [
        "Real",
        "Float + Into<f64>",
        "num_traits::Float + FromPrimitive",
        "Copy + Mul<Output = T> + Add<Output = T>",
        "Copy",
    ] {
        let text = format!("fn f<T: {bounds}, U>(x: T, y: &[T]) -> T {{ x * y[0] }}");
        let text = hir(&text);
        assert!(text.starts_with("fn f(x: T, y: &[T]) -> T"), "{text}");
    }
}

#[test]
fn parameters() {
    refuse(
        "fn f(x: impl Into<f64>) -> f64 { 1.0 }",
        &[("AD0026", "impl Into<f64>")],
    );
    refuse(
        "fn f(x: f64, g: fn(f64) -> f64) -> f64 { x }",
        &[("AD0026", "fn(f64) -> f64")],
    );
    refuse(
        "fn f(x: f64, g: &dyn Fn(f64)) -> f64 { x }",
        &[("AD0026", "dyn Fn(f64)")],
    );
    refuse("fn f(x: Rc<f64>) -> f64 { 1.0 }", &[("AD0028", "Rc<f64>")]);
    refuse(
        "fn f(x: Option<&f64>) -> f64 { 1.0 }",
        &[("AD0034", "Option<&f64>")],
    );
    refuse(
        "fn f(x: (f64, String)) -> f64 { x.0 }",
        &[("AD0030", "(f64, String)")],
    );
    refuse(
        "fn f(#[cfg(a)] x: f64) -> f64 { x }",
        &[("AD0010", "#[cfg(a)]")],
    );
    refuse(
        "fn f(#[tie(1.0)] x: f64) -> f64 { x }",
        &[("AD0009", "#[tie(1.0)]")],
    );
    refuse(
        "fn f(x: f64, #[constant(3)] y: f64) -> f64 { x }",
        &[("AD0008", "#[constant(3)]")],
    );
}

#[test]
fn constants() {
    for ty in [
        "usize",
        "bool",
        "char",
        "&str",
        "String",
        "&[u8]",
        "Option<usize>",
        "Option<&str>",
        "(i32, bool)",
    ] {
        let text = hir(&format!("fn f(x: f64, c: {ty}) -> f64 {{ x }}"));
        assert!(
            text.lines()
                .next()
                .is_some_and(|line| line.contains(" const)")),
            "{text}"
        );
    }
    for ty in [
        "Config",
        "&mut Rng",
        "Rc<f64>",
        "&dyn Fn(f64)",
        "fn(f64) -> f64",
        "f64",
    ] {
        hir(&format!("fn f(x: f64, #[constant] c: {ty}) -> f64 {{ x }}"));
    }
}

#[test]
fn nothing_to_differentiate() {
    refuse("fn f(n: usize) -> f64 { 1.0 }", &[("AD0032", "f")]);
    refuse("fn f(#[constant] x: f64) -> f64 { x }", &[("AD0032", "f")]);
    refuse("fn f(x: f64) -> char { 'a' }", &[("AD0033", "char")]);
    hir("fn f(x: f64) -> bool { x > 0.0 }");
    refuse("fn f(x: &[f64]) { }", &[("AD0033", "f")]);
    hir("fn f(x: &mut [f64]) { x[0] = 1.0; }");
}

#[test]
fn results() {
    refuse("fn f(x: &[f64]) -> &f64 { &x[0] }", &[("AD0029", "&f64")]);
    refuse(
        "fn f(x: f64) -> impl Copy { x }",
        &[("AD0029", "impl Copy")],
    );
    refuse(
        "fn f(x: f64) -> (f64, Option<f64>) { g(x) }",
        &[("AD0029", "(f64, Option<f64>)")],
    );
    refuse(
        "fn f(x: f64) -> (f64, Vec<usize>) { (x, vec![1]) }",
        &[("AD0031", "(f64, Vec < usize >)")],
    );
}
