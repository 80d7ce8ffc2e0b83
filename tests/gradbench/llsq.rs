//! Least squares of a polynomial against the sign function.

use crate::case::cases;
use conservative_grad::conservative_grad;

/// Half the sum of squared residuals at `n` equidistant points of [-1, 1]; `x` holds the coefficients.
#[conservative_grad]
fn llsq(x: &[f64], n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        let t = -1.0 + 2.0 * i as f64 / (n as f64 - 1.0);
        let target = if t > 0.0 {
            1.0
        } else if t < 0.0 {
            -1.0
        } else {
            0.0
        };
        let mut residual = target;
        let mut power = 1.0;
        for j in 0..x.len() {
            residual -= x[j] * power;
            power *= t;
        }
        sum += residual * residual;
    }
    0.5 * sum
}

#[test]
fn least_squares() {
    for case in cases("llsq", &[""]) {
        let (x, n) = (case.numbers("/input/x"), case.count("/input/n"));
        let (value, gradient) = llsq::value_and_grad(&x, n);
        case.assert_close("/expected/primal", &[value]);
        case.assert_close("/expected/gradient", &gradient);
        assert_eq!(value.to_bits(), llsq(&x, n).to_bits());
    }
}
