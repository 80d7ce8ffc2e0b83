//! Recurrences whose reverse multiplies what is handed on with several factors: these are multiplied with each other first. What
//! stands above each is what that must not take for one of them.

use conservative_grad::conservative_grad;

mod cases {
    check_all!(
        three_factors from 1,
        a_product_read_twice from 1,
        with_signs from 1,
        two_that_feed_each_other from 1,
        three_that_feed_each_other from 1,
        added_to_in_between from 1,
        in_branches from 1,
        behind_a_division from 1,
        in_an_inner_loop from 1,
        handed_through_an_inner_loop from 1,
        by_a_call from 1,
        by_a_callee_that_changes_it from 1,
        with_numbers_and_casts from 1,
        from_the_end from 1,
        in_a_while_loop from 1,
        over_an_array from 2,
        squared_and_halved from 1,
        beside_a_sum from 1,
        woven from 1,
    );
}

#[conservative_grad]
fn three_factors(x: &[f64]) -> f64 {
    let mut h = x[0];
    for i in 0..x.len() {
        h = 0.7 * x[i] * (h * x[0]) + 0.1 * h;
    }
    h
}

/// The product is one adjoint, and each reader has a factor of its own.
#[conservative_grad]
fn a_product_read_twice(x: &[f64]) -> f64 {
    let (mut h, mut g) = (x[0], 0.3);
    for i in 0..x.len() {
        let both = h * g * x[i];
        h = 0.6 * both + 0.2 * x[0];
        g = 0.4 * both * x[i] - 0.3 * g;
    }
    h * g
}

#[conservative_grad]
fn with_signs(x: &[f64]) -> f64 {
    let mut h = 0.8;
    for i in 0..x.len() {
        h = -(x[i] * -(0.9 * -h)) - 0.3 * (-h * -x[0]);
    }
    h
}

#[conservative_grad]
fn two_that_feed_each_other(x: &[f64]) -> f64 {
    let (mut a, mut b) = (x[0], 1.2);
    for i in 0..x.len() {
        let (da, db) = (x[i] * a * (1.0 - b), x[0] * b * (a - 0.5));
        a += 0.1 * da;
        b += 0.1 * db;
    }
    a * b
}

#[conservative_grad]
fn three_that_feed_each_other(x: &[f64]) -> f64 {
    let (mut a, mut b, mut c) = (x[0], 0.5, 0.2);
    for i in 0..x.len() {
        let da = 0.8 * (b - a);
        let db = a * (x[i] - c) - b;
        let dc = a * b - x[0] * c;
        a += 0.05 * da;
        b += 0.05 * db;
        c += 0.05 * dc;
    }
    a + 2.0 * b - c
}

/// The adjoint of `t` is a product, and no longer that one when it goes on.
#[conservative_grad]
fn added_to_in_between(x: &[f64]) -> f64 {
    let mut h = 0.9;
    for i in 0..x.len() {
        let t = 0.5 * h;
        let u = t * x[i];
        h = u * x[0] + 0.3 * t * t + 0.2 * u * t;
    }
    h
}

#[conservative_grad]
fn in_branches(x: &[f64]) -> f64 {
    let mut h = 0.9;
    for i in 0..x.len() {
        let w = 0.4 * h * x[i];
        if i % 3 == 0 {
            h = w * x[0] + 0.1;
        } else if i % 3 == 1 {
            h = 0.5 * w * w + h;
        } else {
            h *= 0.9;
        }
    }
    h
}

/// The guards are asked for together, and the products stand in one arm.
#[conservative_grad]
fn behind_a_division(x: &[f64]) -> f64 {
    let (mut f, mut y) = (0.4, x[0]);
    for i in 0..x.len() {
        let pivot = 2.0 + x[i] - 0.3 * f;
        f = x[0] / pivot;
        y = (x[i] - 0.3 * y) / pivot;
    }
    f * y
}

#[conservative_grad]
fn in_an_inner_loop(x: &[f64]) -> f64 {
    let mut h = 0.9;
    for i in 0..x.len() {
        for j in 0..crate::TWO {
            h = 0.6 * h * x[(i + j) % x.len()] * x[0] + 0.1 * h;
        }
        h *= 0.8 * x[i];
    }
    h
}

/// What the outer loop multiplies has been changed by the inner one.
#[conservative_grad]
fn handed_through_an_inner_loop(x: &[f64]) -> f64 {
    let mut h = 0.9;
    for i in 0..x.len() {
        let t = 0.7 * h * x[i];
        let mut u = t;
        for _ in 0..crate::TWO {
            u = 0.5 * u * x[0] + 0.1 * t;
        }
        h = u * x[i] * 0.9 + t;
    }
    h
}

#[conservative_grad]
fn bent(t: f64, by: f64) -> f64 {
    (0.3 * t * by).sin() + 0.2 * t
}

#[conservative_grad]
fn by_a_call(x: &[f64]) -> f64 {
    let mut h = 0.9;
    for i in 0..x.len() {
        let t = 0.7 * h * x[i];
        h = bent(t, x[0]) * x[i] * 1.1 + 0.1 * t;
    }
    h
}

#[conservative_grad]
fn shifted(t: &mut f64, by: f64) {
    *t = 0.5 * *t * *t + by * *t;
}

/// The adjoint goes into the pullback and comes out as another one.
#[conservative_grad]
fn by_a_callee_that_changes_it(x: &[f64]) -> f64 {
    let mut h = 0.9;
    for i in 0..x.len() {
        h *= 0.6 * x[i];
        shifted(&mut h, x[0]);
        h = 0.7 * h * x[i] + 0.1;
    }
    h
}

#[conservative_grad]
fn with_numbers_and_casts(x: &[f64]) -> f64 {
    let n = x.len();
    let mut h = 0.9;
    for i in 0..n {
        h = h * 0.5 * (i as f64 + 1.0) * x[i] * 0.2 + h / n as f64;
    }
    h
}

#[conservative_grad]
fn from_the_end(x: &[f64]) -> f64 {
    let mut h = 0.9;
    for &a in x.iter().rev() {
        h = (h * 0.5 + 0.2) * a * x[0];
    }
    h
}

#[conservative_grad]
fn in_a_while_loop(x: &[f64]) -> f64 {
    let (mut h, mut i) = (0.9, 0);
    while i < x.len() {
        let t = h * x[i] * 0.5;
        h = t * x[0] + 0.3 * t;
        i += 1;
    }
    h
}

/// What is handed on stands in an array.
#[conservative_grad]
fn over_an_array(x: &[f64]) -> f64 {
    let mut h = x.to_vec();
    for i in 1..h.len() {
        h[i] = (h[i] - 0.5 * h[i - 1] * x[0]) * x[i] * 0.7;
    }
    h[h.len() - 1]
}

#[conservative_grad]
fn squared_and_halved(x: &[f64]) -> f64 {
    let mut h = 0.9;
    for i in 0..x.len() {
        let t = h * h;
        let u = t * t;
        h = 0.5 * u * x[i] + 0.25 * t;
    }
    h
}

/// A sum is added to, and hands nothing on.
#[conservative_grad]
fn beside_a_sum(x: &[f64]) -> f64 {
    let (mut h, mut s) = (0.9, 0.0);
    for i in 0..x.len() {
        h = 0.5 * h * x[i] * x[0] + 0.1;
        s += h * x[i] * 0.3;
    }
    s * h
}

/// What is infinite or 0 one factor after the other is so at once.
#[test]
fn factors_that_overflow() {
    let (value, gradient) = growing::value_and_grad(&[0.0, 1e200, 1e200]);
    assert_eq!(value, 0.0);
    assert_eq!(gradient[0], f64::INFINITY);
    let (value, gradient) = stopped::value_and_grad(&[0.5, 1e200, 1e200]);
    assert_eq!(value, 0.0);
    assert_eq!(gradient[0], 0.0);
}

#[conservative_grad]
fn growing(x: &[f64]) -> f64 {
    let mut h = x[0];
    for i in 1..x.len() {
        h = h * x[i] * 1e200;
    }
    h
}

#[conservative_grad]
fn stopped(x: &[f64]) -> f64 {
    let mut h = x[0];
    for i in 1..x.len() {
        h = 0.0 * (h * x[i]);
    }
    h
}

/// Three that go through one another, with kinks, a quotient and an inner loop.
#[conservative_grad]
fn woven(x: &[f64]) -> f64 {
    let (mut p, mut q, mut r) = (0.8, 0.6 * x[0], 0.3);
    for (i, w) in x.windows(2).enumerate().rev() {
        let m = p * q * w[0] * 0.3;
        let n = -(q * r) * w[1];
        (p, q) = (m - 0.2 * n * n, p.max(n) * 0.7);
        if i % 3 == 2 {
            r = (r * m * w[1] / (1.0 + n * n) - 0.1 * r).min(0.9);
        } else {
            r *= 0.5 * w[0];
        }
        let r2 = r;
        for _ in 0..crate::TWO {
            q = q * r2 * 0.4 + 0.1 * q;
        }
    }
    p + 2.0 * q * r
}
