//! What a site prints: the operands as they stand there.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn square(x: f64) -> f64 {
    x * x
}

#[conservative_grad]
fn largest(x: &[f64]) -> f64 {
    let mut s = 0.0_f64;
    for i in 0..x.len() {
        s = square(x[i]).max(s);
    }
    let t = s * 2.0 - x[0];
    if t > 10.0 {
        s = t / x[1];
    }
    let y = t;
    (y + 1.0).abs() + s.min(t)
}

fn strata() -> Vec<&'static str> {
    largest::FIELD
        .sites
        .iter()
        .map(|site| site.stratum)
        .collect()
}

#[test]
fn the_operands_of_a_site_are_printed_as_they_stand_there() {
    assert_eq!(
        strata(),
        ["square(x[i]) = s", "t = 10.0", "(y + 1.0) = 0", "s = t"]
    );
    list!(largest; [0.5, -2.25, 1.5]);
}
