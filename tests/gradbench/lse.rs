//! Log-sum-exp with the maximum taken out.

use crate::case::cases;
use conservative_grad::conservative_grad;

#[conservative_grad]
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
        let (value, gradient) = logsumexp::value_and_grad(&x);
        case.assert_close("/expected/primal", &[value]);
        case.assert_close("/expected/gradient", &gradient);
        assert_eq!(value.to_bits(), logsumexp(&x).to_bits());
    }
}
