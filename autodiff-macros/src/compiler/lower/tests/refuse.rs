use super::refuse;

#[test]
fn constructs() {
    refuse(
        "fn f(x: f64) -> f64 { match 1 { _ => x } }",
        &[("AD0101", "match")],
    );
}
