//! Something infinite or undefined that does not reach the result has the derivative 0, in every mode,
//! wherever it is kept in the meantime.

use conservative_grad::{Plain, conservative_grad};

/// The derivatives of all modes, which have to be the same finite numbers.
macro_rules! finite {
    ($($f:ident at $x:expr => $expected:expr;)*) => {$(
        #[test]
        fn $f() {
            let (x, expected): ([f64; 4], [f64; 4]) = ($x, $expected);
            let (value, gradient) = super::$f::value_and_grad(&x);
            assert_eq!(value.to_bits(), super::$f(&x).to_bits());
            let (_, in_order) = super::$f::value_and_grad_with(&mut super::Plain, &x);
            let (_, pullback) = super::$f::vjp(&x);
            let by_pullback = pullback(1.0);
            for i in 0..crate::FOUR {
                let mut direction = [0.0; 4];
                direction[i] = 1.0;
                let (_, tangent) = super::$f::jvp(&x, &direction);
                for found in [gradient[i], in_order[i], by_pullback[i], tangent] {
                    let near = (found - expected[i]).abs() <= 1e-9 * (1.0 + expected[i].abs());
                    assert!(near, "entry {i}: {found} and {}", expected[i]);
                }
            }
        }
    )*};
}

mod cases {
    finite!(
        handed_to_another_lane_loop at [0.5, 1.0, 0.0, 0.3] => {
            // exp(x) / x is below 5 everywhere but at 0 (where it is infinite).
            let slope = |x: f64| 0.5 * x.exp() * (1.0 / x - 1.0 / (x * x));
            [slope(0.5), slope(1.0), 0.0, slope(0.3)]
        };
        kept_in_an_array at [0.5, 1.0, 0.0, 0.3] => [-4.0 + 1.0 / 0.3, 2.0, 1.0, -0.5 / 0.09];
        state_that_is_cut_off at [0.5, 1.0, 0.0, 0.3] => [0.75, -0.125, 0.0, 0.0];
        never_read at [0.5, -1.0, 2.0, 0.3] => [1.75 * 0.5_f64.powf(0.75), 0.0, 0.0, 0.0];
        overwritten at [0.5, -1.0, 2.0, 0.3] => [3.0, 0.0, 0.0, 0.0];
        squares at [0.5, 1.0, 0.0, 0.3] => [0.0, 0.0, 0.0, 1.0];
        seen at [0.5, 1.0, 0.0, 0.3] => [0.0, 0.0, 0.0, 1.0];
    );
}

/// Quotients that are finite, and twice as much is not.
mod nearly_infinite {
    use super::{seen, squares};

    #[test]
    fn twice() {
        let x = [1.5e8, 1.0, 1e-300, 0.3];
        assert_eq!(squares::grad(&x), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(seen::grad(&x), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(squares::vjp(&x).1(1.0), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(seen::vjp(&x).1(1.0), [0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn far_from_it() {
        let x = [0.5, 1.0, 2.0, 0.3];
        assert_eq!(squares::grad(&x), [0.5, 0.625, -0.4375, 1.0]);
        assert_eq!(seen::grad(&x), [1.25, 2.0, -1.3125, 1.0]);
    }
}

#[conservative_grad]
fn handed_to_another_lane_loop(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        let a = 1.0 / x[i];
        let e = x[i].exp();
        s += (a * e).min(5.0) * 0.5;
    }
    s
}

/// The terms are x₁/x₀, x₂/x₁, 5 (cut off from something infinite) and x₀/x₃.
#[conservative_grad]
fn kept_in_an_array(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![0.0; n];
    for i in 0..n {
        a[i] = 1.0 / x[i];
    }
    let mut s = 0.0;
    for i in 0..n {
        s += (a[i] * x[(i + 1) % n]).min(5.0);
    }
    s
}

#[conservative_grad]
fn state_that_is_cut_off(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = x.to_vec();
    for _ in 0..crate::TWO {
        for i in 0..n {
            a[i] = (a[i] / x[i]) * x[0];
        }
        for i in 0..n {
            a[i] = a[i].min(3.0);
        }
    }
    a[1] * a[0]
}

/// Roots of negative numbers in elements that nobody reads; the first is x₀ to the power of 7/4.
#[conservative_grad]
fn never_read(x: &[f64]) -> f64 {
    let n = x.len();
    let mut p = x.to_vec();
    for _ in 0..crate::TWO {
        for i in 0..n {
            p[i] = (p[i] * x[i]).sqrt() * x[i].abs().sqrt();
        }
        for i in 1..n {
            p[i] = (x[i] - 3.0).ln() * p[i];
        }
    }
    p[0]
}

#[conservative_grad]
fn overwritten(x: &[f64]) -> f64 {
    let mut p = [0.0; 2];
    p[0] = (x[1] - 1.0).sqrt();
    p[1] = p[0] * x[0];
    p[0] = x[0];
    p[1] = p[0] * 2.0;
    p[0] + p[1]
}

/// A square of what may be infinite is asked for once, with all other factors.
#[conservative_grad]
fn squares(x: &[f64]) -> f64 {
    let a = x[0] / x[2];
    let b = x[1] / x[2];
    (a * a + b * b + a * b).min(5.0) + x[3]
}

/// The adjoint of what the call returned begins among the guards.
#[conservative_grad]
fn seen(x: &[f64]) -> f64 {
    let y = moved([x[0], x[1], x[2]]);
    let (u, v) = (y[0] / y[2], y[1] / y[2]);
    (u * u + v * v).min(5.0) + x[3]
}

#[conservative_grad]
fn moved(p: [f64; 3]) -> [f64; 3] {
    [p[0] + p[2], 2.0 * p[1], p[2]]
}
