//! Every row of the table of rules through the compiler: as a method and in path form, in both
//! precisions, reverse and forward, against the row's own functions. Those the runtime tests against
//! other formulas, difference quotients, dual numbers and the frameworks' measured values.

#![allow(
    clippy::excessive_precision,
    reason = "the literals of selu serve both precisions, and lints see through the macros of this file"
)]

use autodiff_runtime::rules::{self, Rule};
use conservative_grad::{Nonsmooth as _, conservative_grad};

/// A gradient as a list.
trait List {
    fn list(self) -> Vec<f64>;
}

impl List for f64 {
    fn list(self) -> Vec<f64> {
        vec![self]
    }
}

impl List for f32 {
    fn list(self) -> Vec<f64> {
        vec![f64::from(self)]
    }
}

impl<A: List, B: List> List for (A, B) {
    fn list(self) -> Vec<f64> {
        [self.0.list(), self.1.list()].concat()
    }
}

impl<A: List, B: List, C: List> List for (A, B, C) {
    fn list(self) -> Vec<f64> {
        [self.0.list(), self.1.list(), self.2.list()].concat()
    }
}

/// Partials at a sample, decided as the primal decides.
fn expected(rule: &Rule, a: &[f64]) -> Vec<f64> {
    let sides = (rule.f64.decisions)(a)
        .into_iter()
        .map(|d| f64::from(u8::from(d.above)));
    (rule.f64.partials)(a, &(rule.f64.primal)(a), &sides.collect::<Vec<_>>())
}

/// The gradient, and its sum as the forward mode gives it.
fn check(rule: &Rule, a: &[f64], gradient: &[f64], along_ones: f64, tolerance: f64) {
    let expected = expected(rule, a);
    let close =
        |found: f64, expected: f64| (found - expected).abs() <= tolerance * expected.abs().max(1.0);
    for (found, expected) in gradient.iter().zip(&expected) {
        assert!(
            close(*found, *expected),
            "`{}` at {a:?}: {found} and {expected}",
            rule.name
        );
    }
    let sum = expected[..gradient.len()].iter().sum();
    assert!(
        close(along_ones, sum),
        "`{}` at {a:?}, forward: {along_ones} and {sum}",
        rule.name
    );
}

fn rule(name: &str, args: usize) -> &'static Rule {
    rules::find(name, args).unwrap_or_else(|| panic!("no row `{name}`"))
}

/// One form of an operation in one precision.
macro_rules! form {
    ($form:ident, $rule:expr, $t:ident, $tolerance:literal, ($($x:ident),+), $value:expr) => {
        #[conservative_grad]
        fn $form($($x: $t),+) -> $t {
            $value
        }

        for a in $rule.samples {
            let a: Vec<f64> = a.iter().map(|x| f64::from(*x as $t)).collect();
            let mut next = a.iter().map(|x| *x as $t);
            $(let $x = next.next().unwrap();)+
            let (value, gradient) = $form::value_and_grad($($x),+);
            assert_eq!(value.to_bits(), $form($($x),+).to_bits(), "value of `{}`", $rule.name);
            let along_ones = $form::jvp($($x,)+ $(form!(@one $x)),+).1;
            check($rule, &a, &gradient.list(), f64::from(along_ones), $tolerance);
        }
    };
    (@one $x:ident) => { 1.0 };
}

/// A test for each operation: method and path, in double and in single precision.
macro_rules! operations {
    ($kind:ident: $($name:ident($x:ident $(, $arg:ident)*))*) => {$(
        #[test]
        fn $name() {
            let rule = rule(stringify!($name), [stringify!($x) $(, stringify!($arg))*].len());
            form!(method_f64, rule, f64, 1e-13, ($x $(, $arg)*), $x.$name($($arg),*));
            form!(method_f32, rule, f32, 3e-5, ($x $(, $arg)*), $x.$name($($arg),*));
            operations!(@path $kind rule $name ($x $(, $arg)*));
        }
    )*};
    (@path std $rule:ident $name:ident ($($x:ident),+)) => {
        form!(path_f64, $rule, f64, 1e-13, ($($x),+), f64::$name($($x),+));
        form!(path_f32, $rule, f32, 3e-5, ($($x),+), f32::$name($($x),+));
    };
    (@path facade $rule:ident $name:ident ($($x:ident),+)) => {
        form!(path_f64, $rule, f64, 1e-13, ($($x),+), conservative_grad::$name($($x),+));
        form!(path_f32, $rule, f32, 3e-5, ($($x),+), conservative_grad::$name($($x),+));
    };
}

operations! { std:
    sin(x) cos(x) tan(x) asin(x) acos(x) atan(x) atan2(a, b)
    sinh(x) cosh(x) tanh(x) asinh(x) acosh(x) atanh(x)
    exp(x) exp2(x) exp_m1(x) ln(x) ln_1p(x) log(x, b) log2(x) log10(x)
    sqrt(x) cbrt(x) recip(x) powf(x, e) hypot(a, b) mul_add(x, a, b) midpoint(a, b)
    abs(x) max(a, b) min(a, b) clamp(x, lo, hi) to_radians(x) to_degrees(x)
}

operations! { facade:
    relu(x) leaky_relu(x, a) relu6(x) hardtanh(x) softshrink(x, t) hinge(x) huber(x, d) elu(x, a) selu(x) celu(x, a)
    hard_sigmoid(x) hard_swish(x) sigmoid(x) softplus(x)
}

#[test]
fn operators() {
    form!(add, rule("add", 2), f64, 1e-13, (a, b), a + b);
    form!(sub, rule("sub", 2), f64, 1e-13, (a, b), a - b);
    form!(mul, rule("mul", 2), f64, 1e-13, (a, b), a * b);
    form!(div, rule("div", 2), f64, 1e-13, (a, b), a / b);
    form!(neg, rule("neg", 1), f64, 1e-13, (x), -x);
    form!(div_f32, rule("div", 2), f32, 3e-5, (a, b), a / b);
}

#[conservative_grad]
fn power(x: f64, n: i32) -> f64 {
    x.powi(n)
}

#[test]
fn powi() {
    let rule = rule("powi", 2);
    for a in rule.samples {
        let (x, n) = (a[0], a[1] as i32);
        check(
            rule,
            a,
            &[power::grad(x, n)],
            power::jvp(x, n, 1.0).1,
            1e-13,
        );
    }
}

#[conservative_grad]
fn sine_and_cosine(x: f64) -> f64 {
    let (s, c) = x.sin_cos();
    2.0 * s + 3.0 * c
}

#[test]
fn sin_cos() {
    for x in [-1.0, 0.5, 40.0_f64] {
        let expected = 2.0 * x.cos() - 3.0 * x.sin();
        assert!((sine_and_cosine::grad(x) - expected).abs() < 1e-13);
        assert!((sine_and_cosine::jvp(x, 1.0).1 - expected).abs() < 1e-13);
    }
}

/// Nothing in the table is left out here.
#[test]
fn every_row_is_tested() {
    let source = include_str!("rules.rs");
    for rule in rules::all().filter(|rule| rule.refused.is_none()) {
        let call = format!("{}({}", rule.name, rule.args[0]);
        let tested = source.contains(&call)
            || source.contains(&format!("rule(\"{}\", {})", rule.name, rule.args.len()));
        assert!(
            tested || rule.name == "sin_cos",
            "`{}` is not tested",
            rule.name
        );
    }
}
