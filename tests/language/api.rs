//! The entry points: their signatures, what they return, and the options of the attribute.

use conservative_grad::__private::Trace;
use conservative_grad::{Definability, FieldMetadata, Plain, Policy, conservative_grad, relu};

/// A loss with a constant and an integer among its parameters.
#[conservative_grad]
fn loss(w: &[f64], b: f64, #[constant] xs: &[f64], n: usize) -> f64 {
    let mut s = b * b;
    for i in 0..n {
        s += w[i] * xs[i] * b;
    }
    s
}

const W: [f64; 2] = [0.5, 2.0];
const XS: [f64; 2] = [3.0, -1.0];

/// As the design writes them, with every type spelled out.
#[test]
fn signatures() {
    let gradient: (Vec<f64>, f64) = loss::grad(&W, 2.0, &XS, 2);
    assert_eq!(gradient, (vec![6.0, -2.0], 3.5));
    let both: (f64, (Vec<f64>, f64)) = loss::value_and_grad(&W, 2.0, &XS, 2);
    assert_eq!(both, (3.0, (vec![6.0, -2.0], 3.5)));
    let (mut w_bar, mut b_bar) = (vec![1.0, 1.0], 1.0);
    let value: f64 = loss::accumulate_grad(&W, 2.0, &XS, 2, &mut w_bar, &mut b_bar);
    assert_eq!((value, w_bar, b_bar), (3.0, vec![7.0, -1.0], 4.5));
    let (value, pullback) = loss::vjp(&W, 2.0, &XS, 2);
    let scaled: (Vec<f64>, f64) = pullback(10.0);
    assert_eq!((value, scaled), (3.0, (vec![60.0, -20.0], 35.0)));
    let along: (f64, f64) = loss::jvp(&W, 2.0, &XS, 2, &[1.0, 0.0], 1.0);
    assert_eq!(along, (3.0, 9.5));
    assert_eq!(loss::value_and_grad_with(&mut Plain, &W, 2.0, &XS, 2), both);
    let trace: Trace = loss::trace(&W, 2.0, &XS, 2);
    assert!(trace.visits().is_empty());
    let field: &'static FieldMetadata = loss::FIELD;
    assert_eq!((field.name, field.module), ("loss", module_path!()));
    assert_eq!(field.class(), Definability::Semialgebraic);
}

#[test]
fn the_rest() {
    check!(loss(&[0.5, 2.0], 2.0, const &XS, const 2));
    check!(narrowed(&[0.5, 2.0], const 3.0, 2.0));
    check!(only_the_last(const 0.5, const &[1.0, 2.0], 2.0));
    check!(everything_once(
        0.5,
        [1.0, 2.0],
        &[[0.25; 2]; 2],
        (1.5, 2.5),
        vec![3.0],
        &[4.0, 5.0]
    ));
}

#[conservative_grad(wrt(w, c))]
fn narrowed(w: &[f64], b: f64, c: f64) -> f64 {
    w[0] * b * c + w[1] * c * c + b
}

#[conservative_grad]
fn only_the_last(#[constant] a: f64, #[constant] w: &[f64], x: f64) -> f64 {
    a * w[0] * x + w[1] * x * x
}

#[conservative_grad]
fn everything_once(
    a: f64,
    b: [f64; 2],
    c: &[[f64; 2]; 2],
    d: (f64, f64),
    e: Vec<f64>,
    f: &[f64],
) -> f64 {
    a * b[0] * c[0][1] * d.0 + e[0] * f[0] * b[1] + c[1][0] * d.1 * f[1]
}

/// One parameter: no tuple.
#[test]
fn single_parameter() {
    let gradient: f64 = only_the_last::grad(0.5, &W, 2.0);
    assert_eq!(gradient, 8.25);
    let (w_bar, c_bar): (Vec<f64>, f64) = narrowed::grad(&W, 3.0, 2.0);
    assert_eq!((w_bar, c_bar), (vec![6.0, 4.0], 9.5));
}

/// Buffers and tangents follow the arguments.
#[test]
fn buffers() {
    let arguments = (0.5, [1.0, 2.0], [[0.25; 2]; 2], (1.5, 2.5), [4.0, 5.0]);
    let (a, b, c, d, f) = arguments;
    let (mut a_bar, mut b_bar, mut c_bar) = (0.0, [0.0; 2], [[0.0; 2]; 2]);
    let (mut d_bar, mut e_bar, mut f_bar) = ((0.0, 0.0), vec![0.0], [0.0; 2]);
    let value = everything_once::accumulate_grad(
        a,
        b,
        &c,
        d,
        vec![3.0],
        &f,
        &mut a_bar,
        &mut b_bar,
        &mut c_bar,
        &mut d_bar,
        &mut e_bar,
        &mut f_bar,
    );
    assert_eq!(value, everything_once(a, b, &c, d, vec![3.0], &f));
    let (a2, b2, c2, d2, e2, f2): (f64, [f64; 2], [[f64; 2]; 2], (f64, f64), Vec<f64>, Vec<f64>) =
        everything_once::grad(a, b, &c, d, vec![3.0], &f);
    assert_eq!((a_bar, b_bar, c_bar, d_bar), (a2, b2, c2, d2));
    assert_eq!((e_bar, f_bar.to_vec()), (e2, f2));
}

#[test]
fn a_pullback_outlives_the_values() {
    let pullback = {
        let x = 0.5;
        let (_, pullback) = square::vjp(x);
        pullback
    };
    assert_eq!(pullback(3.0), 3.0);
}

#[conservative_grad]
fn square(x: f64) -> f64 {
    x * x
}

#[test]
fn as_values() {
    let entry: fn(f64) -> f64 = square::grad;
    assert_eq!([1.0, 2.0].map(entry), [2.0, 4.0]);
    let values: Vec<f64> = [1.0, 2.0].into_iter().map(square).collect();
    assert_eq!(values, [1.0, 4.0]);
}

#[conservative_grad(name = cubic)]
fn cube(x: f64) -> f64 {
    x * x * x
}

mod gamma {
    use conservative_grad::conservative_grad;

    #[conservative_grad(name = gamma_ad)]
    pub(crate) fn gamma(x: f64) -> f64 {
        x.exp() * x
    }
}
use gamma::{gamma, gamma_ad};

#[test]
fn renamed() {
    assert_eq!((cube(2.0), cubic::grad(2.0)), (8.0, 12.0));
    assert_eq!(cubic::FIELD.name, "cube");
    assert_eq!((gamma(0.0), gamma_ad::grad(0.0)), (0.0, 1.0));
}

mod elsewhere {
    pub(crate) mod vendored {
        pub(crate) use conservative_grad::*;
    }

    #[conservative_grad::conservative_grad(crate = crate::language::api::elsewhere::vendored)]
    pub(crate) fn through_a_path(x: f64) -> f64 {
        vendored::relu(x) * x.exp()
    }

    /// Another type of the name of our crate does not get in the way.
    pub(crate) mod hidden {
        #[allow(dead_code, reason = "it is in the way")]
        mod conservative_grad {}
        #[allow(dead_code, reason = "it is in the way")]
        mod core {}
        #[allow(dead_code, reason = "it is in the way")]
        struct Vec;
        #[allow(dead_code, reason = "it is in the way")]
        enum Option {}

        #[::conservative_grad::conservative_grad]
        pub(crate) fn surrounded(x: &[f64]) -> f64 {
            let mut s = 1.0;
            for i in 0..x.len() {
                s = s * x[i] + x[0];
            }
            s
        }
    }
}

#[test]
fn paths() {
    check!(elsewhere::through_a_path(0.5));
    check!(elsewhere::hidden::surrounded(&[0.5, 2.0]));
}

#[conservative_grad(wrt(x), policy = jax)]
#[inline(never)]
pub(crate) fn with_attributes(x: f64, #[constant] scale: f64, y: f64) -> f64 {
    (x * scale).abs() + y
}

#[test]
fn options_together() {
    assert_eq!(with_attributes::grad(0.0, 2.0, 1.0), 2.0);
    assert_eq!(with_attributes::FIELD.policy, Policy::Jax);
}

/// Functions inside of functions.
#[test]
fn local_items() {
    #[conservative_grad]
    fn inner(x: f64) -> f64 {
        x * x
    }
    #[conservative_grad]
    fn outer(x: f64) -> f64 {
        inner(x) * x
    }
    assert_eq!(outer::grad(2.0), 12.0);
}

/// A nested function and constants that are none of our business.
#[conservative_grad]
fn with_nested_items(x: &[f64], n: usize) -> f64 {
    const SCALE: f64 = 2.0;
    fn wrap(i: usize, n: usize) -> usize {
        i % n
    }
    let mut s = x[0];
    for i in 0..2 * n {
        s = s * 0.5 + SCALE * x[wrap(i, n)];
    }
    s
}

#[test]
fn nested_items() {
    check!(with_nested_items(&[0.5, 2.0], const 2));
}

#[test]
fn lengths_are_asserted() {
    let refused = |f: &dyn Fn()| {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f));
        let payload = result.expect_err("a buffer of the wrong length");
        payload
            .downcast::<String>()
            .map(|text| *text)
            .unwrap_or_default()
    };
    let text = refused(&|| {
        let _ = loss::jvp(&W, 2.0, &XS, 2, &[1.0], 1.0);
    });
    assert_eq!(text, "length of `w_dot` is 1, that of `w` is 2");
    let text = refused(&|| {
        let _ = loss::accumulate_grad(&W, 2.0, &XS, 2, &mut [0.0; 3], &mut 0.0);
    });
    assert_eq!(text, "length of `w_bar` is 3, that of `w` is 2");
    refused(&|| {
        let (_, pullback) = doubled::vjp(&W);
        let _ = pullback(vec![1.0]);
    });
}

#[conservative_grad]
fn doubled(x: &[f64]) -> Vec<f64> {
    let mut y = x.to_vec();
    for i in 0..y.len() {
        y[i] *= 2.0;
    }
    y
}

#[test]
fn metadata_of_callees() {
    #[conservative_grad]
    fn callee(x: f64) -> f64 {
        relu(x).exp()
    }
    #[conservative_grad]
    fn caller(x: f64) -> f64 {
        callee(x) + x.abs()
    }
    assert_eq!(caller::FIELD.sites.len(), 1);
    assert_eq!(caller::FIELD.callees.len(), 1);
    assert_eq!((caller::FIELD.callees[0])().name, "callee");
    assert_eq!(caller::FIELD.class(), Definability::RExp);
    let report = caller::FIELD.to_string();
    assert!(report.contains("x.abs()"), "{report}");
    let primitives: Vec<_> = caller::trace(1.0)
        .visits()
        .iter()
        .map(|v| v.site.primitive)
        .collect();
    assert_eq!(primitives, ["relu", "abs"]);
}
