//! Partial derivatives that the primal evaluates as values: the cosine beside a sine, `1 / b` beside `a / b`. They are the
//! same number only where the reverse sweep finds the value of the same visit.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn pair(x: &[f64]) -> f64 {
    let (sin, cos) = x[0].sin_cos();
    let (up, down) = (x[1].sinh(), x[1].cosh());
    sin * cos * x[2] + up / down + x[2].powf(1.5) * x[2].ln()
}

/// The cosine is evaluated in a branch, and in the other one the sine alone.
#[conservative_grad]
fn in_a_branch(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        let wave = x[i].sin();
        if i % 2 == 0 {
            total += wave * x[i].cos();
        } else {
            total += wave * wave + 1.0 / x[i] + 3.0 / x[i];
        }
    }
    total * total
}

/// The cosine stands after a loop that needs it while the cosine is not there yet.
#[conservative_grad]
fn behind_a_loop(x: &[f64]) -> f64 {
    let angle = x[0];
    let mut total = 0.0;
    for i in 0..x.len() {
        total += x[i] * angle.sin();
    }
    total + angle.cos() * x[0]
}

/// One of two in a loop whose iterations wait for each other, at numbers that change.
#[conservative_grad]
fn rotated(x: &[f64]) -> f64 {
    let mut angle = 0.3f64;
    let mut reach = 1.0;
    for i in 0..x.len() {
        let next = angle + 0.2 * x[i] * angle.cos();
        reach = reach * 0.5 + angle.sin() / (1.0 + angle * angle);
        angle = next;
    }
    angle * reach
}

/// The same names at an earlier iteration.
#[conservative_grad]
fn one_behind(x: &[f64]) -> f64 {
    let mut angle = 0.7f64;
    let mut before = 0.2f64;
    for i in 0..x.len() {
        let sin = before.sin();
        let cos = angle.cos();
        before = angle;
        angle = 0.5 * sin * x[i] + 0.3 * cos;
    }
    angle + before
}

/// Reciprocals, by themselves and beside quotients, in a scope around and in one that is over.
#[conservative_grad]
fn reciprocals(x: &[f64]) -> f64 {
    let scale = 1.0 / x[0];
    let mut total = scale;
    for i in 1..x.len() {
        let own = x[i].recip();
        total += x[i - 1] / x[0] + x[i - 1] / x[i] + own * scale;
        if total > 4.0 {
            total = 1.0 / total + x[i] / total;
        } else {
            total = 0.5 * (x[0] / total);
        }
    }
    total
}

#[conservative_grad]
fn sigmoids(x: &[f64]) -> f64 {
    let mut state = 0.4;
    for i in 0..x.len() {
        let gate = 1.0 / (1.0 + (-x[i] * state).exp());
        state = gate * 0.9 + state / (1.0 + state * state);
    }
    state
}

mod tests {
    check_all!(
        pair from 3,
        in_a_branch from 1,
        behind_a_loop from 1,
        rotated from 0,
        one_behind from 0,
        reciprocals from 1,
        sigmoids from 0,
    );
}

#[conservative_grad]
fn gate(x: f64) -> f64 {
    1.0 / x
}

#[conservative_grad]
fn shared(a: f64, b: f64) -> f64 {
    let inverse = 1.0 / b;
    (a / b).min(2.0) + inverse.min(3.0)
}

/// Where the quotient is infinite, the branch that is not taken has no part in the gradient.
#[test]
fn poles() {
    assert_eq!(gate::grad(0.0), f64::NEG_INFINITY);
    assert_eq!(gate::grad(f64::INFINITY), 0.0);
    assert_eq!(shared::grad(1.0, 0.0), (0.0, 0.0));
    assert_eq!(shared::grad(1.0, 2.0), (0.5, -0.5));
    assert!(gate::grad(f64::NAN).is_nan());
}

#[conservative_grad]
fn first_of(x: &[f64; 3], scale: f64) -> f64 {
    let moved = shifted(x, scale);
    moved[0]
}

#[conservative_grad]
fn shifted(x: &[f64; 3], by: f64) -> [f64; 3] {
    [x[0] * by, x[1] + by, x[2]]
}

/// Adjoints that nobody adds to are zeros without a sign, whatever the sweep starts them with.
#[test]
fn zeros() {
    let (x_bar, _) = first_of::grad(&[1.0, 2.0, 3.0], 0.5);
    assert_eq!(x_bar, [0.5, 0.0, 0.0]);
    assert!(x_bar.iter().all(|g| g.is_sign_positive()), "{x_bar:?}");
    let (_, pullback) = shifted::vjp(&[1.0, 2.0, 3.0], 0.5);
    let (x_bar, by_bar) = pullback([0.0; 3]);
    assert!(x_bar.iter().all(|g| g.is_sign_positive()), "{x_bar:?}");
    assert!(by_bar.is_sign_positive());
}
