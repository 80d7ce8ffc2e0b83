//! Calls in loops whose arguments are the same in every iteration: under the plain selection they are made once, in front of the loop,
//! if it runs. What stands above a program is what it would lose if that went wrong.

use conservative_grad::choices::WithPolicy;
use conservative_grad::{Policy, conservative_grad, relu};

mod cases {
    check_all!(
        densities from 3,
        over_pairs from 2,
        of_a_chain from 2,
        of_a_list_that_stays from 2,
        of_a_list_that_changes from 2,
        of_what_is_carried from 2,
        of_the_counter from 2,
        in_a_recurrence from 2,
        of_a_loop_that_may_not_run from 1,
        of_an_inner_loop_that_may_not_run from 1,
        of_a_branch from 1,
        up_to_a_limit from 2,
        with_a_decision from 2,
        behind_a_guard from 0,
        without_a_call from 2,
    );
}

/// A logarithm of Γ for arguments above 1, by Stirling's series behind a product.
#[conservative_grad]
fn ln_gamma(a: f64) -> f64 {
    let mut product = 1.0;
    let mut z = a;
    for _ in 0..crate::FOUR {
        product *= z;
        z += 1.0;
    }
    (z - 0.5) * z.ln() - z + 1.0 / (12.0 * z) - product.ln()
}

/// Student's density of all but two numbers; the two are its parameters.
#[conservative_grad]
fn densities(x: &[f64]) -> f64 {
    let (nu, sigma) = (x[0] + 1.0, x[1]);
    let mut s = 0.0;
    for &v in &x[2..] {
        let z = v / sigma;
        s += ln_gamma(0.5 * (nu + 1.0))
            - ln_gamma(0.5 * nu)
            - 0.5 * nu.ln()
            - sigma.ln()
            - 0.5 * (nu + 1.0) * (1.0 + z * z / nu).ln();
    }
    s
}

/// Both loops are left, and the call is made once.
#[conservative_grad]
fn over_pairs(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        for j in 0..crate::THREE {
            s += ln_gamma(1.0 + x[0]) * x[i] + x[1] * j as f64;
        }
    }
    s
}

/// What is taken out depends on what is taken out.
#[conservative_grad]
fn of_a_chain(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        let a = ln_gamma(2.0 + x[0] * x[1]);
        s += ln_gamma(2.0 + a * a) / (1.0 + a.abs().sqrt()) * x[i];
    }
    s
}

#[conservative_grad]
fn norm(w: &[f64]) -> f64 {
    let mut s = 0.25;
    for v in w {
        s += v * v;
    }
    s.sqrt()
}

#[conservative_grad]
fn of_a_list_that_stays(x: &[f64]) -> f64 {
    let w: Vec<f64> = x.iter().map(|v| v * 0.5 + 1.0).collect();
    let mut y = vec![0.0; x.len()];
    let mut s = 0.0;
    for i in 0..x.len() {
        y[i] = x[i] / norm(&w);
        s += y[i] * y[i] * norm(x);
    }
    s
}

/// The list is another one in every iteration.
#[conservative_grad]
fn of_a_list_that_changes(x: &[f64]) -> f64 {
    let mut w = x.to_vec();
    let mut s = 0.0;
    for i in 0..x.len() {
        s += norm(&w) * x[i];
        w[i] = s * 0.1;
    }
    s
}

#[conservative_grad]
fn of_what_is_carried(x: &[f64]) -> f64 {
    let mut s = 1.5;
    for i in 0..x.len() {
        s = 0.1 * ln_gamma(2.0 + s) + x[i];
    }
    s
}

#[conservative_grad]
fn of_the_counter(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += ln_gamma(1.5 + x[0] * (1 + i) as f64) * x[i];
    }
    s
}

/// The loop keeps its state, and the adjoint of what was taken out is summed all the same.
#[conservative_grad]
fn in_a_recurrence(x: &[f64]) -> f64 {
    let mut y = x[1];
    for i in 0..x.len() {
        y = (y * 0.1 * ln_gamma(1.0 + x[0])).sin() + x[i];
    }
    y
}

#[conservative_grad]
fn element(x: &[f64], k: usize) -> f64 {
    x[k].exp() * 0.1
}

/// There is no element 3 where the loop does not run.
#[conservative_grad]
fn of_a_loop_that_may_not_run(x: &[f64]) -> f64 {
    let mut s = x[0];
    for i in 3..x.len() {
        s += element(x, 3) * x[i];
    }
    s
}

/// The inner loop would run, and the outer one does not.
#[conservative_grad]
fn of_an_inner_loop_that_may_not_run(x: &[f64]) -> f64 {
    let mut s = x[0];
    for i in 3..x.len() {
        for j in 0..crate::TWO {
            s += element(x, 3) * x[i] * x[j];
        }
    }
    s
}

/// Only some iterations come to the call, and for some lengths none.
#[conservative_grad]
fn of_a_branch(x: &[f64]) -> f64 {
    let mut s = x[0];
    for i in 0..x.len() {
        if i >= 3 {
            s += element(x, 3) * x[i];
        }
    }
    s
}

/// The loop may be left in front of the call.
#[conservative_grad]
fn up_to_a_limit(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if s > 4.0 {
            break;
        }
        s += element(x, 1) + x[i];
    }
    s
}

#[conservative_grad]
fn cut(a: f64, b: f64) -> f64 {
    relu(a - b) + 0.5 * (a - 2.0).abs()
}

#[conservative_grad]
fn with_a_decision(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += cut(x[1], x[0]) * x[i];
    }
    s
}

#[conservative_grad]
fn behind_a_guard(x: &[f64]) -> f64 {
    if x.is_empty() {
        return 0.0;
    }
    let mut s = 0.0;
    for i in 0..x.len() {
        s += element(x, 0) * x[i];
    }
    s
}

/// The same arithmetic, with nothing to take out.
#[conservative_grad]
fn without_a_call(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += (x[0] * 0.5 + x[1]).sin() * x[i];
    }
    s
}

/// Whoever decides otherwise is asked in every iteration.
#[test]
fn a_selection_is_asked_in_every_iteration() {
    let x = [0.5, 0.5, 1.0, 2.0];
    assert_eq!(with_a_decision::trace(&x).visits().len(), 8);
    let mut above = WithPolicy(Policy::Upper);
    let (value, gradient) = with_a_decision::value_and_grad_with(&mut above, &x);
    assert_eq!(value.to_bits(), with_a_decision(&x).to_bits());
    // The slope of relu is 1 at its tie.
    assert!((gradient[0] - (-4.0 + cut(0.5, 0.5))).abs() < 1e-12);
}
