//! Statements: empty ones, series, signs.

use conservative_grad::conservative_grad;

#[conservative_grad]
#[allow(
    redundant_semicolons,
    clippy::never_loop,
    reason = "what the test is about"
)]
fn nothing(x: f64) -> f64 {
    {}
    let y = x * x;
    if y > 0.0 {
    } else {
        {}
    }
    loop {
        {};
        break;
    }
    y * x
}

#[conservative_grad]
fn series(x: f64) -> f64 {
    let mut term = 1.0;
    let mut s = 1.0;
    let mut k = 1;
    loop {
        term *= x / k as f64;
        s += term;
        k += 1;
        if term.abs() < 1e-12 {
            break;
        }
    }
    s
}

#[conservative_grad]
fn series_while(x: f64, #[constant] tol: f64) -> f64 {
    let mut term = x;
    let mut s = x;
    let mut k = 1;
    while term.abs() > tol {
        term *= -x * x / ((2 * k) * (2 * k + 1)) as f64;
        s += term;
        k += 1;
    }
    s
}

#[conservative_grad]
fn signs(x: f64, y: f64) -> f64 {
    x.copysign(-1.0) * y + f64::copysign(y, 2.0)
}

#[test]
fn statements_that_do_nothing() {
    scalars!(nothing; x = 1.5);
}

#[test]
fn series_until_the_terms_are_small() {
    scalars!(series; x = 1.5);
    assert!((series::grad(1.5) - 1.5_f64.exp()).abs() < 1e-10);
    scalars!(series_while; x = 1.5; 1e-14);
    assert!((series_while::grad(1.5, 1e-14) - 1.5_f64.cos()).abs() < 1e-10);
}

#[test]
fn signs_of_literals() {
    scalars!(signs; x = 1.5, y = 0.5);
    scalars!(signs; x = -1.5, y = -0.5);
}
