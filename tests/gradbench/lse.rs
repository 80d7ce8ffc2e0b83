//! Log-sum-exp with the maximum taken out.

use crate::case::cases;

fn logsumexp(x: &[f64]) -> f64 {
    let mut largest = x[0];
    for i in 1..x.len() {
        largest = largest.max(x[i]);
    }
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += (x[i] - largest).exp();
    }
    largest + sum.ln()
}

#[test]
fn lse() {
    for case in cases("lse", &[""]) {
        let x = case.numbers("/input/x");
        case.assert_close("/expected/primal", &[logsumexp(&x)]);
    }
}
