//! Log posterior of a Gaussian mixture with a Wishart prior on the precisions.

use crate::case::{Case, assert_adjoint, cases, direction};
use conservative_grad::conservative_grad;
use std::f64::consts::PI;

/// `alpha`: k weights; `mu`, `q`: k × d; `l`: k × d(d-1)/2; `x`: n × d, all row by row.
#[conservative_grad]
fn log_posterior(
    alpha: &[f64],
    mu: &[f64],
    q: &[f64],
    l: &[f64],
    #[constant] x: &[f64],
    d: usize,
    #[constant] gamma: f64,
    m: usize,
) -> f64 {
    let k = alpha.len();
    let n = x.len() / d;
    let below = d * (d - 1) / 2;
    let mut diagonal = vec![0.0; k * d];
    for i in 0..k * d {
        diagonal[i] = q[i].exp();
    }
    let mut centred = vec![0.0; d];
    let mut scaled = vec![0.0; d];
    let mut terms = vec![0.0; k];
    let mut total = 0.0;
    for i in 0..n {
        for c in 0..k {
            for j in 0..d {
                centred[j] = x[i * d + j] - mu[c * d + j];
            }
            let (diagonal_c, l_c) = (
                &diagonal[c * d..(c + 1) * d],
                &l[c * below..(c + 1) * below],
            );
            lower_times(diagonal_c, l_c, &centred, &mut scaled);
            terms[c] = alpha[c] + sum(&q[c * d..(c + 1) * d]) - 0.5 * squared_norm(&scaled);
        }
        total += logsumexp(&terms);
    }
    total - n as f64 * (0.5 * d as f64 * (2.0 * PI).ln() + logsumexp(alpha))
        + log_wishart(&diagonal, q, l, d, gamma, m)
}

/// `out = Q v`, where the lower-triangular Q has the given diagonal and its strict part stored column by column.
#[conservative_grad]
fn lower_times(diagonal: &[f64], l: &[f64], v: &[f64], out: &mut [f64]) {
    let d = v.len();
    for i in 0..d {
        out[i] = diagonal[i] * v[i];
    }
    let mut next = 0;
    for column in 0..d {
        for row in column + 1..d {
            out[row] += l[next] * v[column];
            next += 1;
        }
    }
}

#[conservative_grad]
fn log_wishart(diagonal: &[f64], q: &[f64], l: &[f64], d: usize, gamma: f64, m: usize) -> f64 {
    let k = (q.len() / d) as f64;
    let degrees = (d + m + 1) as f64;
    let norm = squared_norm(diagonal) + squared_norm(l);
    let constant =
        degrees * d as f64 * (gamma / 2.0_f64.sqrt()).ln() - log_gamma_of_halves(d, d + m + 1);
    k * constant - 0.5 * gamma * gamma * norm + m as f64 * sum(q)
}

#[conservative_grad]
fn logsumexp(x: &[f64]) -> f64 {
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

#[conservative_grad]
fn sum(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i];
    }
    sum
}

#[conservative_grad]
fn squared_norm(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * x[i];
    }
    sum
}

/// log Γ_d(n/2), the multivariate gamma function; a constant, hence not annotated.
fn log_gamma_of_halves(d: usize, n: usize) -> f64 {
    let factors: f64 = (0..d).map(|j| log_gamma_of_half(n - j)).sum();
    (d * (d - 1)) as f64 / 4.0 * PI.ln() + factors
}

/// log Γ(n/2) by the recurrence Γ(x + 1) = x Γ(x), from Γ(1/2) = √π or Γ(1) = 1.
fn log_gamma_of_half(n: usize) -> f64 {
    let start = if n % 2 == 1 { 0.5 * PI.ln() } else { 0.0 };
    (1..n)
        .rev()
        .filter(|i| i % 2 == n % 2)
        .filter(|&i| i + 2 <= n)
        .fold(start, |sum, i| sum + (i as f64 / 2.0).ln())
}

fn input(case: &Case) -> [Vec<f64>; 5] {
    ["alpha", "mu", "q", "l", "x"].map(|name| case.numbers(&format!("/input/{name}")))
}

#[test]
fn gmm() {
    for case in cases("gmm", &[""]) {
        let [alpha, mu, q, l, x] = input(&case);
        let (d, gamma, m) = (
            case.count("/input/d"),
            case.number("/input/gamma"),
            case.count("/input/m"),
        );
        let (value, (alpha_bar, mu_bar, q_bar, l_bar)) =
            log_posterior::value_and_grad(&alpha, &mu, &q, &l, &x, d, gamma, m);
        case.assert_close("/expected/objective", &[value]);
        case.assert_close("/expected/jacobian/alpha", &alpha_bar);
        case.assert_close("/expected/jacobian/mu", &mu_bar);
        case.assert_close("/expected/jacobian/q", &q_bar);
        case.assert_close("/expected/jacobian/l", &l_bar);
        let primal = log_posterior(&alpha, &mu, &q, &l, &x, d, gamma, m);
        assert_eq!(value.to_bits(), primal.to_bits());
        let dots = [&alpha, &mu, &q, &l].map(|part| direction(part.len()));
        let [da, dm, dq, dl] = &dots;
        let (_, slope) = log_posterior::jvp(&alpha, &mu, &q, &l, &x, d, gamma, m, da, dm, dq, dl);
        assert_adjoint(
            slope,
            &[alpha_bar, mu_bar, q_bar, l_bar].concat(),
            &dots.concat(),
        );
    }
}
