//! Loops whose sum goes on through something that is not linear: they run once, with the adjoint 1 of the sum, and what they
//! made is scaled when its adjoint is known.

use conservative_grad::{Real, conservative_grad, relu};

mod cases {
    check_all!(
        log_sum_exp from 1,
        kinks_and_calls from 1,
        scratch_and_neighbours from 2,
        two_after_each_other from 1,
        made_from_local_arrays from 1,
        sums_in_sums from 1,
        changed_afterwards from 1,
        under_a_condition from 1,
        with_a_count from 1,
        read_twice from 1,
        of_two_sums from 1,
        in_a_while from 1,
        shifted_upwards from 1,
        shift_minus_element from 1,
        shifted_from_one from 1,
        shifted_and_weighted from 1,
        shifted_twice from 1,
        shift_read_again from 1,
        shifted_by_a_square from 1,
    );
}

#[conservative_grad]
fn log_sum_exp(x: &[f64]) -> f64 {
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

/// What is added to the adjoint of the shift is the sum itself; here with the same sign, and the sum on the right.
#[conservative_grad]
fn shifted_upwards(x: &[f64]) -> f64 {
    let shift = 0.1 * x[0] * x[0];
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum = (shift + 0.3 * x[i]).exp() + sum;
    }
    sum.ln() * shift
}

#[conservative_grad]
fn shift_minus_element(x: &[f64]) -> f64 {
    let shift = 0.2 * x[0];
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += (shift - x[i]).exp();
    }
    sum.sqrt()
}

/// The sum does not start at zero, so it is more than its terms.
#[conservative_grad]
fn shifted_from_one(x: &[f64]) -> f64 {
    let shift = 0.2 * x[0];
    let mut sum = 1.0;
    for i in 0..x.len() {
        sum += (x[i] - shift).exp();
    }
    sum.ln()
}

/// The partial is not the term.
#[conservative_grad]
fn shifted_and_weighted(x: &[f64]) -> f64 {
    let shift = 0.2 * x[0];
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += 0.7 * (x[i] - shift).exp() + (0.5 * shift - x[i]).exp();
    }
    sum.ln()
}

/// Two terms in one iteration.
#[conservative_grad]
fn shifted_twice(x: &[f64]) -> f64 {
    let shift = 0.2 * x[0];
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += (x[i] - shift).exp();
        sum += (0.5 * x[i] - shift).exp();
    }
    sum.ln()
}

/// The term is read once more, in a term of its own.
#[conservative_grad]
fn shift_read_again(x: &[f64]) -> f64 {
    let shift = 0.2 * x[0];
    let mut sum = 0.0;
    for i in 0..x.len() {
        let e = (x[i] - shift).exp();
        sum += e * e.sqrt();
    }
    sum.ln() + shift * sum
}

/// The shift is squared on its way into the term.
#[conservative_grad]
fn shifted_by_a_square(x: &[f64]) -> f64 {
    let shift = 0.2 * x[0];
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += (x[i] - shift * shift).exp();
    }
    sum.ln()
}

#[conservative_grad]
fn square(a: f64) -> f64 {
    a * a
}

#[conservative_grad]
fn kinks_and_calls(x: &[f64]) -> f64 {
    let scale = x[0] * 0.5;
    let mut s = scale;
    for i in 0..x.len() {
        s += square(relu(x[i] - 1.0)) * scale + (x[i] - 2.2).abs();
    }
    s.sqrt() * x[0]
}

#[conservative_grad]
fn scratch_and_neighbours(x: &[f64]) -> f64 {
    let mut t = [0.0; 3];
    let mut s = 1.0;
    for i in 0..x.len() - 1 {
        for j in 0..crate::THREE {
            t[j] = x[i] + x[i + 1] * j as f64;
        }
        s += (t[0] * t[1] * 0.1).exp().sqrt() - t[2].ln();
    }
    s * s
}

#[conservative_grad]
fn two_after_each_other(x: &[f64]) -> f64 {
    let mut s = 0.5;
    for i in 0..x.len() {
        s += x[i].exp();
    }
    let s = s.ln();
    let mut t = s;
    for i in 0..x.len() {
        t += (x[i] - s).sin() * s;
    }
    t * t * s
}

#[conservative_grad]
fn made_from_local_arrays(x: &[f64]) -> f64 {
    let y: Vec<f64> = x.iter().map(|a| a * x[0]).collect();
    let w = [x[0], 2.0, x[0] * x[0]];
    let mut s = 0.0;
    for i in 0..y.len() {
        s += y[i].exp() * w[i % 3] + (y[i] * w[2]).cos();
    }
    1.0 / (1.0 + s * s) + y[0]
}

#[conservative_grad]
fn sums_in_sums(x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = 0.0;
    for i in 0..n {
        let mut inner = x[i];
        for j in i..n {
            inner += (x[i] * x[j] * 0.1).exp();
        }
        s += inner.sqrt();
    }
    s.ln()
}

/// What the loop has read is another thing later: the loop is reversed after that.
#[conservative_grad]
fn changed_afterwards(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let mut s = 0.0;
    for i in 0..y.len() {
        s += y[i].exp();
    }
    let s = s.sqrt();
    for i in 0..y.len() {
        y[i] = y[i] * s;
    }
    y.iter().sum::<f64>() + s
}

#[conservative_grad]
fn under_a_condition(x: &[f64]) -> f64 {
    if x.len() > 2 {
        let mut s = 0.0;
        for i in 0..x.len() {
            s += x[i].exp();
        }
        s.ln()
    } else {
        x[0]
    }
}

#[conservative_grad]
fn with_a_count(x: &[f64]) -> f64 {
    let (mut s, mut n) = (0.0, 0);
    for i in 0..x.len() {
        if i % 2 == 0 {
            s += x[i].exp();
            n += 1;
        }
    }
    (s / n as f64).powf(1.5)
}

#[conservative_grad]
fn read_twice(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += (x[i] * 0.3).exp() * x[0];
    }
    s * s + s * x[0] - s.sin()
}

/// Two sums at once are two adjoints: such a loop is run again, or recorded.
#[conservative_grad]
fn of_two_sums(x: &[f64]) -> f64 {
    let (mut s, mut t) = (0.0, 1.0);
    for i in 0..x.len() {
        let e = (x[i] * 0.3).exp();
        s += e;
        t += e * x[i];
    }
    t / s
}

#[conservative_grad]
fn in_a_while(x: &[f64]) -> f64 {
    let (mut s, mut i) = (0.0, 0);
    while i < x.len() {
        s += x[i].exp();
        i += 1;
    }
    s.ln()
}

#[conservative_grad]
fn of_an_array(w: [f32; 3], x: &[f32], c: f32) -> f32 {
    let mut s = c;
    for i in 0..x.len() {
        s += (w[i % 3] * x[i] * c).exp();
    }
    s.sqrt()
}

#[conservative_grad]
fn generic<T: Real>(x: &[T], c: T) -> T {
    let mut s = c;
    for i in 0..x.len() {
        s += (x[i] * c).exp();
    }
    s.ln()
}

#[conservative_grad]
fn shrinks(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += (1.0 / x[i]).exp();
    }
    1.0 / s
}

#[test]
fn arrays_single_precision_and_any_real() {
    let (w, x, c) = ([0.5_f32, -0.25, 1.5], [0.5_f32, 1.0, -0.5, 0.25], 0.75_f32);
    let (w_bar, x_bar, c_bar) = of_an_array::grad(w, &x, c);
    let f = |p: &[f64]| {
        let terms = (0..4).map(|i| (p[i % 3] * p[3 + i] * p[7]).exp());
        (p[7] + terms.sum::<f64>()).sqrt()
    };
    let all: Vec<f64> = w
        .iter()
        .chain(&x)
        .chain([&c])
        .map(|v| f64::from(*v))
        .collect();
    let bars = w_bar.iter().chain(&x_bar).chain([&c_bar]);
    for (i, bar) in bars.enumerate() {
        let at = |h: f64| {
            let mut p = all.clone();
            p[i] += h;
            f(&p)
        };
        let expected = (at(1e-5) - at(-1e-5)) / 2e-5;
        assert!(
            (f64::from(*bar) - expected).abs() < 2e-6,
            "{i}: {bar} and {expected}"
        );
    }

    let x = [0.5, 1.0, -0.5];
    let (x_bar, c_bar) = generic::grad(&x, 0.75);
    let s = 0.75 + x.iter().map(|x| (x * 0.75_f64).exp()).sum::<f64>();
    let expected = (1.0 + x.iter().map(|x| x * (x * 0.75_f64).exp()).sum::<f64>()) / s;
    assert!((c_bar - expected).abs() < 1e-14);
    for (x, bar) in x.iter().zip(&x_bar) {
        assert!((bar - 0.75 * (x * 0.75).exp() / s).abs() < 1e-14);
    }
}

/// 1 / Σ has the derivative 0 where the sum is infinite, although the terms have infinite ones.
#[test]
fn an_adjoint_of_zero_takes_infinite_terms_along() {
    let (value, gradient) = shrinks::value_and_grad(&[1e-4, 1.0]);
    assert_eq!((value, gradient), (0.0, vec![0.0, 0.0]));
}
