//! Functions that call themselves: where the adjoint of such a call is known before it is made, value and gradient come from
//! one recursion. What stands above each is what a program would get wrong that took it for one of those, or handed on
//! something else.

use conservative_grad::trace::Recorder;
use conservative_grad::{Plain, conservative_grad};

mod cases {
    check_all!(
        plain from 1,
        products from 0,
        squared from 1,
        used_twice from 1,
        in_either_arm from 1,
        under_a_later_branch from 1,
        changed_after_the_call from 2,
        changed_between_calls from 1,
        elements_between_calls from 1,
        built_in_a_loop from 1,
        pushed_to from 1,
        in_a_loop from 0,
        in_a_loop_under_a_logarithm from 0,
        in_a_loop_over_a_parameter from 1,
        in_nested_loops from 0,
        in_a_recurrence from 0,
        in_a_while_loop from 0,
        left_early from 1,
        skipped from 1,
        beside_a_recurrence from 1,
        beside_maxima from 1,
        branch_of_a_branch from 1,
        one_value_for_two from 1,
        scratch_of_the_caller from 1,
        through_another_function from 1,
        of_a_constant_array from 1,
    );
}

#[conservative_grad]
fn plain(x: &[f64]) -> f64 {
    if x.len() == 1 {
        x[0] * x[0]
    } else {
        plain(&x[1..]) * x[0] - 0.5 * plain(&x[..1]) / x[1]
    }
}

/// The end of the recursion is a list without elements.
#[conservative_grad]
fn products(x: &[f64]) -> f64 {
    if x.is_empty() {
        return 1.0;
    }
    let half = x.len() / 2;
    products(&x[..half]) * x[half] + products(&x[half + 1..]) * 0.3
}

/// What the call gives is needed for its adjoint.
#[conservative_grad]
fn squared(x: &[f64]) -> f64 {
    if x.len() == 1 {
        return x[0];
    }
    let a = squared(&x[1..]);
    0.1 * a * a + x[0] * a
}

/// The adjoint is a sum.
#[conservative_grad]
fn used_twice(x: &[f64]) -> f64 {
    if x.len() == 1 {
        return x[0].sin();
    }
    let a = used_twice(&x[1..]);
    let b = 2.0 * a + x[0];
    b * x[0] - a * x[x.len() - 1] + 0.3 * a
}

#[conservative_grad]
fn in_either_arm(x: &[f64]) -> f64 {
    let n = x.len();
    let v = if n == 1 {
        x[0]
    } else if x[0] > x[n - 1] {
        in_either_arm(&x[1..]) * x[0]
    } else {
        x[n - 1] - in_either_arm(&x[..n - 1])
    };
    v * x[0] + 0.5 * v
}

/// Only one of the arms has an adjoint for it.
#[conservative_grad]
fn under_a_later_branch(x: &[f64]) -> f64 {
    if x.len() == 1 {
        return x[0];
    }
    let a = under_a_later_branch(&x[1..]);
    let mut s = x[0];
    if x[0] > 1.5 {
        s += a * a;
    } else {
        s += a;
    }
    s
}

/// The adjoint of the second element begins anew at the store.
#[conservative_grad]
fn changed_after_the_call(x: &[f64]) -> f64 {
    if x.len() < 3 {
        return x[0] * x[1];
    }
    let mut y = x.to_vec();
    y[1] *= x[0];
    let a = changed_after_the_call(&y[1..]);
    y[1] = 0.5 * y[1] * y[0];
    a * x[0] + y[1]
}

/// The first call found other elements than the second one.
#[conservative_grad]
fn changed_between_calls(x: &[f64]) -> f64 {
    if x.len() == 1 {
        return x[0].sin();
    }
    let h = x.len() / 2;
    let mut t = x[..h].to_vec();
    let a = changed_between_calls(&t);
    for i in 0..h {
        t[i] = t[i] * x[h + i] + 0.1;
    }
    let b = changed_between_calls(&t);
    a * x[0] + b * x[h]
}

#[conservative_grad]
fn elements_between_calls(x: &[f64]) -> f64 {
    if x.len() == 1 {
        return x[0];
    }
    let mut y = x[1..].to_vec();
    let mut s = 0.0;
    for i in 0..crate::TWO {
        s += x[0] * elements_between_calls(&y);
        y[0] = 0.7 * y[0] * x[i];
    }
    s
}

#[conservative_grad]
fn built_in_a_loop(x: &[f64]) -> f64 {
    if x.len() == 1 {
        return x[0];
    }
    let mut s = 0.0;
    for i in 0..crate::TWO {
        let mut rest = vec![0.0; x.len() - 1];
        for j in 0..rest.len() {
            rest[j] = x[j] * x[j + 1] + i as f64;
        }
        s += x[i] * built_in_a_loop(&rest);
    }
    0.1 * s
}

#[conservative_grad]
fn pushed_to(x: &[f64]) -> f64 {
    if x.len() == 1 {
        return x[0];
    }
    let mut rest = Vec::new();
    for j in 2..x.len() {
        rest.push(x[j] * x[0]);
    }
    rest.push(x[1]);
    let a = pushed_to(&rest);
    rest.push(x[0]);
    a * rest[rest.len() - 1] + rest[0]
}

#[conservative_grad]
fn in_a_loop(x: &[f64]) -> f64 {
    let mut s = 1.0;
    for i in 0..x.len() {
        s += x[i] * in_a_loop(&x[i + 1..]);
    }
    0.5 * s
}

/// The adjoint of the sum is known after the loop.
#[conservative_grad]
fn in_a_loop_under_a_logarithm(x: &[f64]) -> f64 {
    let mut s = 1.5;
    for i in 0..x.len() {
        s += (0.1 * x[i]).exp() * in_a_loop_under_a_logarithm(&x[i + 1..]);
    }
    s.ln()
}

/// The factor is a number that has an adjoint.
#[conservative_grad]
fn in_a_loop_over_a_parameter(x: &[f64]) -> f64 {
    let scale = x[0] * x[0];
    let mut s = scale;
    for i in 1..x.len() {
        s += x[i] * in_a_loop_over_a_parameter(&x[i..]);
    }
    s * scale / x[0]
}

#[conservative_grad]
fn in_nested_loops(x: &[f64]) -> f64 {
    let mut s = 1.0;
    for i in 0..x.len() {
        let factor = x[i] * 0.5;
        for j in i + 1..x.len() {
            s += factor * in_nested_loops(&x[j..]) * x[j];
        }
        s -= factor;
    }
    s
}

/// What the loop carries is no sum.
#[conservative_grad]
fn in_a_recurrence(x: &[f64]) -> f64 {
    let mut p = 1.0;
    for i in 0..x.len() {
        p = 0.5 * p * x[i] + in_a_recurrence(&x[i + 1..]);
    }
    p
}

#[conservative_grad]
fn in_a_while_loop(x: &[f64]) -> f64 {
    let mut s = 1.0;
    let mut k = 0;
    while k < x.len() {
        s += x[k] * in_a_while_loop(&x[k + 1..]);
        k += 2;
    }
    s
}

#[conservative_grad]
fn left_early(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if x[i] > 2.5 {
            return s * x[i];
        }
        s += x[i] * left_early(&x[i + 1..]) + x[i];
    }
    s
}

#[conservative_grad]
fn skipped(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if x[i] > 2.5 {
            continue;
        }
        let rest = skipped(&x[i + 1..]);
        if i == 3 {
            break;
        }
        s += x[i] * rest + x[i];
    }
    s
}

#[conservative_grad]
fn beside_a_recurrence(x: &[f64]) -> f64 {
    if x.len() == 1 {
        return x[0];
    }
    let mut p = x[0];
    for i in 1..x.len() {
        p = (0.3 * p * x[i]).sin() + 0.1;
    }
    let mut s = 0.0;
    for i in 1..x.len() {
        s += p * beside_a_recurrence(&x[i..]) * x[i - 1];
    }
    s + p
}

#[conservative_grad]
fn beside_maxima(x: &[f64]) -> f64 {
    if x.len() == 1 {
        return x[0].abs();
    }
    let mut m = x[0];
    for i in 1..x.len() {
        m = m.max(x[i] * x[i]);
    }
    0.1 * m * beside_maxima(&x[1..]) + (x[0] - 1.0).abs()
}

#[conservative_grad]
fn branch_of_a_branch(x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = x[0];
    if n > 1 {
        let scale = (0.5 * x[0]).exp();
        let rest = [x[1] * scale, x[n - 1]];
        if x[0] < 2.0 {
            let product = rest[0] * rest[1];
            if n > 2 {
                s += product * branch_of_a_branch(&x[2..]);
            }
            s -= product;
        } else {
            s += branch_of_a_branch(&rest[1..]) * scale;
        }
    }
    s * 0.5
}

/// Two numbers that come out of a branch are the same one in it.
#[conservative_grad]
fn one_value_for_two(x: &[f64]) -> f64 {
    let a;
    let b;
    if x.len() == 1 {
        a = x[0];
        b = x[0];
    } else {
        let v = x[0] * one_value_for_two(&x[1..]);
        a = v;
        b = v;
    }
    a * x[0] + 3.0 * b
}

/// Each iteration overwrites what it reads.
#[conservative_grad]
fn scratch_of_the_caller(x: &[f64]) -> f64 {
    if x.len() == 1 {
        return x[0];
    }
    let n = x.len() - 1;
    let mut t = vec![0.0; n];
    let mut s = 0.0;
    for i in 0..crate::TWO {
        for j in 0..n {
            t[j] = 0.5 * x[j + 1] + 0.1 * x[i];
        }
        s += x[i] * scratch_of_the_caller(&t);
    }
    s
}

#[conservative_grad]
fn tail(x: &[f64], a: f64) -> Vec<f64> {
    let mut y = vec![0.0; x.len() - 1];
    for i in 0..y.len() {
        y[i] = x[i + 1] * a;
    }
    y
}

#[conservative_grad]
fn through_another_function(x: &[f64]) -> f64 {
    if x.len() == 1 {
        return x[0];
    }
    let rest = tail(x, 0.5 * x[0]);
    x[0] * through_another_function(&rest) + rest[0]
}

/// Nothing varies in one of the calls.
#[conservative_grad]
fn of_a_constant_array(x: &[f64]) -> f64 {
    if x.len() == 1 {
        return x[0];
    }
    let fixed = [0.5];
    of_a_constant_array(&fixed) * of_a_constant_array(&x[1..]) + x[0]
}

#[conservative_grad]
fn of_two(a: &[f64], scale: f64, b: &[f64], depth: usize) -> f64 {
    if depth == 0 {
        return a[0] * b[1] * scale;
    }
    let half = scale * 0.5;
    of_two(a, half, a, depth - 1) * b[0] + of_two(b, scale * b[1], a, depth - 1) - scale
}

/// The same list for two arguments, and numbers.
#[test]
fn several_arguments() {
    let x = [0.7, 1.3, 0.4, -0.6, 1.1];
    let value = |x: &[f64]| of_two(&x[..2], x[4], &x[2..4], 3);
    let (v, (a_bar, scale_bar, b_bar)) = of_two::value_and_grad(&x[..2], x[4], &x[2..4], 3);
    assert_eq!(v.to_bits(), value(&x).to_bits());
    let gradient = [a_bar[0], a_bar[1], b_bar[0], b_bar[1], scale_bar];
    super::check("several arguments", value, &x, &gradient);
}

#[conservative_grad]
fn single(x: &[f32]) -> f32 {
    if x.len() == 1 {
        x[0].sin()
    } else {
        x[0] * single(&x[1..]) + single(&x[..1])
    }
}

#[test]
fn single_precision() {
    let x: Vec<f64> = vec![0.5, 1.25, -0.75, 2.0];
    let narrow: Vec<f32> = x.iter().map(|&x| x as f32).collect();
    let wide =
        |x: &[f64]| x[0] * (x[1] * (x[2] * x[3].sin() + x[2].sin()) + x[1].sin()) + x[0].sin();
    let gradient: Vec<f64> = single::grad(&narrow)
        .iter()
        .map(|&g| f64::from(g))
        .collect();
    for (i, g) in gradient.iter().enumerate() {
        let at = |t: f64| {
            let mut x = x.clone();
            x[i] = t;
            wide(&x)
        };
        let expected = (at(x[i] + 1e-5) - at(x[i] - 1e-5)) / 2e-5;
        assert!((g - expected).abs() < 1e-5, "{i}: {g} and {expected}");
    }
}

/// An adjoint of 0 stays 0 in front of an infinite factor.
#[conservative_grad]
fn behind_a_pole(x: &[f64]) -> f64 {
    if x.len() == 1 {
        return x[0];
    }
    let pole = 1.0 / x[0];
    let a = pole * behind_a_pole(&x[1..]);
    a * x[1]
}

#[test]
fn no_infinity_times_zero() {
    let gradient = behind_a_pole::grad(&[0.0, 0.0, 2.0]);
    let (_, pullback) = behind_a_pole::vjp(&[0.0, 0.0, 2.0]);
    assert_eq!(gradient.map_nan(), pullback(1.0).map_nan());
}

/// NaNs are equal.
trait MapNan {
    fn map_nan(self) -> Vec<Option<f64>>;
}

impl MapNan for Vec<f64> {
    fn map_nan(self) -> Vec<Option<f64>> {
        self.into_iter()
            .map(|x| (!x.is_nan()).then_some(x))
            .collect()
    }
}

/// The selection is asked once per place, in the order of the primal.
#[test]
fn decisions_in_order() {
    let x = [0.5, -2.0, 1.0, 0.25, 1.0];
    let mut recorder = Recorder::new(Plain);
    let (_, gradient) = beside_maxima::value_and_grad_with(&mut recorder, &x);
    assert_eq!(
        recorder.into_trace().to_string(),
        beside_maxima::trace(&x).to_string()
    );
    assert_eq!(gradient, beside_maxima::grad(&x));
}
