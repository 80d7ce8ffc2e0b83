use super::check;

#[test]
fn straight_line() {
    check(
        "fn f(x: f64, y: f64) -> f64 { let a = x * y; let b = (a + 2.0).exp() / 3.0; -b }",
        "fn f(x: f64, y: f64) -> f64
           let a: f64 = (x * y)
           let b: f64 = (exp((a + 2.0)) / 3.0)
           -b",
    );
}

#[test]
fn loops_over_slices() {
    check(
        "fn f(w: &[f64]) -> f64 { let mut s = 0.0; for i in 0..w.len() { s += w[i].max(0.0); } s }",
        "fn f(w: &[f64]) -> f64
           let mut s: f64 = 0.0
           for i in 0..len(w) @0
             s += max(w[i], 0.0)
           s",
    );
}

#[test]
fn zz_show() {
    let Ok(path) = std::env::var("SHOW") else {
        return;
    };
    let text = std::fs::read_to_string(path).unwrap();
    for part in text.split("\n\n") {
        let (func, diags) = super::lower("", part);
        match func {
            Some(func) => println!("{}", crate::compiler::hir::print::func(&func)),
            None => println!("REFUSED {part}\n{}", super::messages(&diags)),
        }
    }
}
