//! Values and partials of every row against independent answers.

use autodiff_runtime::rules::{self, Rule};
use num_dual::{Dual64, DualNum};

/// The value by another formula than std's function of that name, through exp, ln, sqrt, sin and arithmetic.
fn reference(name: &str, a: &[f64]) -> Vec<f64> {
    let x = a[0];
    let z = *a.get(1).unwrap_or(&0.0);
    let half_angle = |x: f64| (x / 2.0).sin() / (x / 2.0).cos();
    vec![match name {
        "add" => -(-x - z),
        "sub" => x + -z,
        "mul" => ((x + z) * (x + z) - (x - z) * (x - z)) / 4.0,
        "div" => x * z.powi(-1),
        "neg" => 0.0 - x,
        "recip" => 1.0 / x,
        "mul_add" => x * z + a[2],
        "midpoint" => x + 0.5 * (z - x),
        "to_radians" => x / 360.0 * core::f64::consts::TAU,
        "to_degrees" => x / core::f64::consts::TAU * 360.0,
        "sqrt" => (0.5 * x.ln()).exp(),
        "cbrt" => x.signum() * (x.abs().ln() / 3.0).exp(),
        "powi" => (0..z.abs() as i32).fold(1.0, |y, _| if z > 0.0 { y * x } else { y / x }),
        "powf" => (z * x.ln()).exp(),
        "exp" => 1.0 / (-x).exp(),
        "exp2" => (x * 2.0_f64.ln()).exp(),
        "exp_m1" => (x / 2.0).tanh() * (x.exp() + 1.0),
        "ln" => 2.0 * ((x - 1.0) / (x + 1.0)).atanh(),
        "ln_1p" => 2.0 * (x / (x + 2.0)).atanh(),
        "log" => x.log2() / z.log2(),
        "log2" => x.ln() / 2.0_f64.ln(),
        "log10" => x.ln() / 10.0_f64.ln(),
        "sin" => 2.0 * (x / 2.0).sin() * (x / 2.0).cos(),
        "cos" => 1.0 - 2.0 * (x / 2.0).sin().powi(2),
        "sin_cos" => return vec![x.sin(), x.cos()],
        "tan" => 2.0 * half_angle(x) / (1.0 - half_angle(x).powi(2)),
        "asin" => (x / (1.0 - x * x).sqrt()).atan(),
        "acos" => core::f64::consts::FRAC_PI_2 - x.asin(),
        "atan" => (x / (1.0 + x * x).sqrt()).asin(),
        "atan2" if z > 0.0 => (x / z).atan(),
        "atan2" => x.signum() * core::f64::consts::FRAC_PI_2 - (z / x).atan(),
        "sinh" => (x.exp() - (-x).exp()) / 2.0,
        "cosh" => (x.exp() + (-x).exp()) / 2.0,
        "tanh" => 1.0 - 2.0 / ((2.0 * x).exp() + 1.0),
        "asinh" => (x + (x * x + 1.0).sqrt()).ln(),
        "acosh" => (x + (x * x - 1.0).sqrt()).ln(),
        "atanh" => 0.5 * ((1.0 + x) / (1.0 - x)).ln(),
        "hypot" => (x * x + z * z).sqrt(),
        "abs" => (x * x).sqrt(),
        "max" => 0.5 * (x + z + (x - z).abs()),
        "min" => 0.5 * (x + z - (x - z).abs()),
        "clamp" => {
            if x < z {
                z
            } else if x > a[2] {
                a[2]
            } else {
                x
            }
        }
        "copysign" => {
            if z < 0.0 {
                -x.abs()
            } else {
                x.abs()
            }
        }
        "relu" => 0.5 * (x + x.abs()),
        "leaky_relu" => 0.5 * ((1.0 + z) * x + (1.0 - z) * x.abs()),
        "relu6" => 0.5 * (6.0 + x.abs() - (x - 6.0).abs()),
        "hardtanh" => 0.5 * ((x + 1.0).abs() - (x - 1.0).abs()),
        "softshrink" => x.signum() * (x.abs() - z).max(0.0),
        "hinge" => 0.5 * (1.0 - x + (1.0 - x).abs()),
        "huber" => z * x.abs() - 0.5 * z * z + 0.5 * (z - x.abs()).max(0.0).powi(2),
        "elu" => x.max(0.0) + z * (x.min(0.0).exp() - 1.0),
        "selu" => 1.0507009873554805 * (x.max(0.0) + 1.6732632423543772 * (x.min(0.0).exp() - 1.0)),
        "celu" => x.max(0.0) + z * ((x.min(0.0) / z).exp() - 1.0),
        "hard_sigmoid" => 0.5 + ((x + 3.0).abs() - (x - 3.0).abs()) / 12.0,
        "hard_swish" => x * (0.5 + ((x + 3.0).abs() - (x - 3.0).abs()) / 12.0),
        "sigmoid" => 0.5 * (1.0 + (x / 2.0).tanh()),
        "softplus" => (1.0 + x.exp()).ln(),
        "floor" => x - x.rem_euclid(1.0),
        "ceil" => x + (-x).rem_euclid(1.0),
        "round" => x.signum() * (x.abs() + 0.5).floor(),
        "round_ties_even" => x.round(),
        "trunc" => x.signum() * x.abs().floor(),
        "fract" => x % 1.0,
        "signum" => x / x.abs(),
        "rem" => x - z * (x / z).trunc(),
        "rem_euclid" => x - z.abs() * (x / z.abs()).floor(),
        "div_euclid" => z.signum() * (x / z.abs()).floor(),
        other => panic!("no reference for `{other}`"),
    }]
}

fn close(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() <= tolerance * expected.abs().max(1.0)
}

fn sampled() -> impl Iterator<Item = (&'static Rule, &'static [f64])> {
    rules::all().flat_map(|rule| rule.samples.iter().map(move |sample| (rule, *sample)))
}

/// Weights as the primal decides them; samples are off the strata.
fn weights(rule: &Rule, a: &[f64]) -> Vec<f64> {
    let decided = (rule.f64.decisions)(a);
    decided
        .iter()
        .inspect(|d| assert!(!d.tie, "`{}` is sampled on a stratum", rule.name))
        .map(|d| f64::from(u8::from(d.above)))
        .collect()
}

fn partials(rule: &Rule, a: &[f64]) -> Vec<f64> {
    (rule.f64.partials)(a, &(rule.f64.primal)(a), &weights(rule, a))
}

#[test]
fn values_agree_with_another_formula() {
    for (rule, a) in sampled() {
        let expected = reference(rule.name, a);
        for (found, expected) in (rule.f64.primal)(a).into_iter().zip(expected) {
            assert!(
                close(found, expected, 1e-14),
                "`{}` at {a:?}: {found} and {expected}",
                rule.name
            );
        }
    }
}

/// Central differences, extrapolated once: the error is of order h⁴.
fn difference(rule: &Rule, a: &[f64], i: usize) -> Vec<f64> {
    let at = |h: f64| {
        let mut a = a.to_vec();
        a[i] += h;
        (rule.f64.primal)(&a)
    };
    let h = 1e-3 * a[i].abs().clamp(1e-2, 10.0);
    let slope = |h: f64| {
        at(h)
            .into_iter()
            .zip(at(-h))
            .map(move |(p, m)| (p - m) / (2.0 * h))
    };
    slope(h)
        .zip(slope(h / 2.0))
        .map(|(coarse, fine)| (4.0 * fine - coarse) / 3.0)
        .collect()
}

#[test]
fn partials_agree_with_differences() {
    for (rule, a) in sampled() {
        let found = partials(rule, a);
        for i in (0..a.len()).filter(|i| !rule.integer_args.contains(i)) {
            for (r, expected) in difference(rule, a, i).into_iter().enumerate() {
                let found = found[r * a.len() + i];
                // Huber's second derivative jumps where it is sampled on purpose.
                let tolerance = if rule.name == "huber" || rule.name == "celu" {
                    1e-3
                } else {
                    1e-8
                };
                assert!(
                    close(found, expected, tolerance),
                    "`{}` at {a:?}, {i}: {found} and {expected}",
                    rule.name
                );
            }
        }
    }
}

#[test]
fn single_precision_agrees_with_double() {
    for (rule, a) in sampled() {
        let single: Vec<f32> = a.iter().map(|x| *x as f32).collect();
        let a: Vec<f64> = single.iter().map(|x| f64::from(*x)).collect();
        let y = (rule.f32.primal)(&single);
        let weights: Vec<f64> = (rule.f32.decisions)(&single)
            .iter()
            .map(|d| f64::from(u8::from(d.above)))
            .collect();
        for (found, expected) in y.iter().zip((rule.f64.primal)(&a)) {
            assert!(
                close(f64::from(*found), expected, 1e-5),
                "`{}` at {a:?}",
                rule.name
            );
        }
        for (found, expected) in (rule.f32.partials)(&single, &y, &weights)
            .iter()
            .zip(partials(rule, &a))
        {
            assert!(
                close(f64::from(*found), expected, 2e-5),
                "`{}` at {a:?}: {found} and {expected}",
                rule.name
            );
        }
    }
}

/// The row on dual numbers, for what they know.
fn dual(name: &str, x: Dual64, z: Dual64) -> Option<Dual64> {
    Some(match name {
        "add" => x + z,
        "sub" => x - z,
        "mul" => x * z,
        "div" => x / z,
        "neg" => -x,
        "recip" => x.recip(),
        "sqrt" => x.sqrt(),
        "cbrt" => x.cbrt(),
        "powi" => x.powi(z.re as i32),
        "powf" => x.powd(z),
        "exp" => x.exp(),
        "exp2" => x.exp2(),
        "exp_m1" => x.exp_m1(),
        "ln" => x.ln(),
        "ln_1p" => x.ln_1p(),
        "log2" => x.log2(),
        "log10" => x.log10(),
        "sin" => x.sin(),
        "cos" => x.cos(),
        "tan" => x.tan(),
        "asin" => x.asin(),
        "acos" => x.acos(),
        "atan" => x.atan(),
        "atan2" => x.atan2(z),
        "sinh" => x.sinh(),
        "cosh" => x.cosh(),
        "tanh" => x.tanh(),
        "asinh" => x.asinh(),
        "acosh" => x.acosh(),
        "atanh" => x.atanh(),
        "hypot" => (x * x + z * z).sqrt(),
        "sigmoid" => ((-x).exp() + 1.0).recip(),
        "softplus" => (x.exp() + 1.0).ln(),
        _ => return None,
    })
}

#[test]
fn partials_agree_with_dual_numbers() {
    for (rule, a) in sampled() {
        let argument = |k: usize, i: usize| {
            Dual64::new(
                a.get(k).copied().unwrap_or(0.0),
                f64::from(u8::from(k == i)),
            )
        };
        for i in (0..a.len()).filter(|i| !rule.integer_args.contains(i)) {
            let Some(y) = dual(rule.name, argument(0, i), argument(1, i)) else {
                continue;
            };
            let found = partials(rule, a)[i];
            assert!(
                close(found, y.eps, 1e-13),
                "`{}` at {a:?}, {i}: {found} and {}",
                rule.name,
                y.eps
            );
        }
    }
}

const EDGES: [f64; 23] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -2.0,
    3.0,
    -3.0,
    6.0,
    1.5,
    1e-3,
    40.0,
    -40.0,
    1e5,
    -1e5,
    1e-160,
    -1e-160,
    1e160,
    -1e160,
    5e-324,
    f64::MAX,
];

/// All points of as many coordinates as the row has arguments.
fn points(rule: &Rule) -> Vec<Vec<f64>> {
    let mut points = vec![vec![]];
    for i in 0..rule.args.len() {
        let allowed = |x: &f64| !rule.integer_args.contains(&i) || x.abs() < 1e9;
        points = points
            .iter()
            .flat_map(|point: &Vec<f64>| {
                EDGES
                    .iter()
                    .filter(|x| allowed(x))
                    .map(move |x| [point.as_slice(), &[*x]].concat())
            })
            .collect();
    }
    points.retain(|a| rule.name != "clamp" || a[1] <= a[2]);
    points
}

#[test]
fn no_derivative_is_nan_where_the_value_is_finite() {
    for rule in rules::all().filter(|rule| !rule.primal.is_empty()) {
        for a in points(rule) {
            let y = (rule.f64.primal)(&a);
            let decided = (rule.f64.decisions)(&a);
            for theta in [0.0, 0.5, 1.0] {
                let weights: Vec<f64> = decided
                    .iter()
                    .map(|d| {
                        if d.tie {
                            theta
                        } else {
                            f64::from(u8::from(d.above))
                        }
                    })
                    .collect();
                let partials = (rule.f64.partials)(&a, &y, &weights);
                let finite = y.iter().all(|y| y.is_finite());
                assert!(
                    !finite || partials.iter().all(|d| !d.is_nan()),
                    "`{}` at {a:?}: {partials:?}",
                    rule.name
                );
            }
        }
    }
}

#[test]
fn derivatives_are_finite_at_the_border() {
    let border: [(&str, &[f64]); 14] = [
        ("sqrt", &[0.0]),
        ("sqrt", &[-0.0]),
        ("cbrt", &[0.0]),
        ("asin", &[1.0]),
        ("asin", &[-1.0]),
        ("acos", &[1.0]),
        ("acos", &[-1.0]),
        ("acosh", &[1.0]),
        ("powf", &[0.0, 0.5]),
        ("powf", &[0.0, 0.0]),
        ("powf", &[-2.0, 3.0]),
        ("hypot", &[0.0, 0.0]),
        ("atan2", &[0.0, 0.0]),
        ("powi", &[0.0, 0.0]),
    ];
    for (name, a) in border {
        let rule = rules::find(name, a.len()).unwrap();
        let weights = vec![0.0; rule.decisions.len()];
        let partials = (rule.f64.partials)(a, &(rule.f64.primal)(a), &weights);
        assert!(
            partials.iter().all(|d| d.is_finite()),
            "`{name}` at {a:?}: {partials:?}"
        );
    }
}

#[test]
fn derivatives_are_nan_outside_the_domain() {
    let outside: [(&str, &[f64]); 14] = [
        ("sqrt", &[-1.0]),
        ("ln", &[-1.0]),
        ("ln_1p", &[-2.0]),
        ("log2", &[-1.0]),
        ("log10", &[-1.0]),
        ("asin", &[2.0]),
        ("acos", &[-2.0]),
        ("acosh", &[0.5]),
        ("acosh", &[-2.0]),
        ("atanh", &[2.0]),
        ("log", &[-1.0, 3.0]),
        ("log", &[2.0, -3.0]),
        ("powf", &[-2.0, 0.5]),
        ("div", &[0.0, 0.0]),
    ];
    for (name, a) in outside {
        let rule = rules::find(name, a.len()).unwrap();
        let y = (rule.f64.primal)(a);
        let partials = (rule.f64.partials)(a, &y, &[]);
        assert!(
            y[0].is_nan() && partials.iter().any(|d| d.is_nan()),
            "`{name}` at {a:?}: {partials:?}"
        );
    }
}

/// Functions of [`autodiff_runtime::ops`] against the primal of their row, in both precisions.
macro_rules! same_as_row {
    ($($name:ident($($i:literal),+))*) => {$(
        let rule = rules::find(stringify!($name), [$($i),+].len()).unwrap();
        for a in points(rule) {
            let single: Vec<f32> = a.iter().map(|x| *x as f32).collect();
            let (double, single) = ((autodiff_runtime::ops::$name($(a[$i]),+), (rule.f64.primal)(&a)[0]),
                (autodiff_runtime::ops::$name($(single[$i]),+), (rule.f32.primal)(&single)[0]));
            assert_eq!(double.0.to_bits(), double.1.to_bits(), "`{}` at {a:?}", rule.name);
            assert_eq!(single.0.to_bits(), single.1.to_bits(), "`{}` at {a:?}", rule.name);
        }
    )*};
}

#[test]
fn functions_of_the_facade_are_the_rows() {
    same_as_row! {
        relu(0) leaky_relu(0, 1) relu6(0) hardtanh(0) softshrink(0, 1) hinge(0) huber(0, 1) elu(0, 1) selu(0)
        celu(0, 1) hard_sigmoid(0) hard_swish(0) sigmoid(0) softplus(0)
    }
}
