//! Determinant by expansion along the first row: direct recursion on a function of a fresh matrix.

use crate::case::{assert_adjoint, cases, direction};
use conservative_grad::conservative_grad;

#[conservative_grad]
fn determinant(a: &[f64], ell: usize) -> f64 {
    if ell == 1 {
        return a[0];
    }
    let mut sum = 0.0;
    let mut sign = 1.0;
    for column in 0..ell {
        let rest = minor(a, ell, column);
        sum += sign * a[column] * determinant(&rest, ell - 1);
        sign = -sign;
    }
    sum
}

/// `a` without its first row and the given column.
#[conservative_grad]
fn minor(a: &[f64], ell: usize, column: usize) -> Vec<f64> {
    let mut rest = vec![0.0; (ell - 1) * (ell - 1)];
    let mut next = 0;
    for i in 1..ell {
        for j in 0..ell {
            if j == column {
                continue;
            }
            rest[next] = a[i * ell + j];
            next += 1;
        }
    }
    rest
}

#[test]
fn det() {
    for case in cases("det", &[""]) {
        let (a, ell) = (case.numbers("/input/A"), case.count("/input/ell"));
        let (value, gradient) = determinant::value_and_grad(&a, ell);
        case.assert_close("/expected/gradient", &gradient);
        assert_eq!(value.to_bits(), determinant(&a, ell).to_bits());
        let along = direction(a.len());
        assert_adjoint(determinant::jvp(&a, ell, &along).1, &gradient, &along);
        match case.number("/expected/primal").abs() < 1e-15 {
            true => case.assert_within_absolute("/expected/primal", &[value], 1e-15),
            false => case.assert_close("/expected/primal", &[value]),
        }
    }
}
