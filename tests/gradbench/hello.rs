//! `square`, whose derivative is `double`.

use crate::case::cases;
use conservative_grad::conservative_grad;

#[conservative_grad]
fn square(x: f64) -> f64 {
    x * x
}

#[test]
fn hello() {
    for case in cases("hello", &[""]) {
        let xs = case.numbers("/input/x");
        let squares: Vec<f64> = xs.iter().map(|&x| square(x)).collect();
        case.assert_close("/expected/square", &squares);
        let doubles: Vec<f64> = xs.iter().map(|&x| square::grad(x)).collect();
        case.assert_close("/expected/double", &doubles);
    }
}
